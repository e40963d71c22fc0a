#include "daemon/match/frequencies.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "daemon/match/features.hpp"
#include "daemon/match/profiles.hpp"

namespace paperboy::match {
namespace {

constexpr std::size_t handful = 20;
constexpr double title_weight = 2;
constexpr std::size_t pair_cells = std::size_t{1} << 22;

double logarithmic_inverse(std::size_t papers, std::size_t with) {
  return std::log((1.0 + static_cast<double>(papers)) / (1.0 + static_cast<double>(with))) + 1.0;
}

}  // namespace

void Frequencies::add(const Words& title, const Words& abstract, std::span<const std::string> categories) {
  std::set<std::string_view> distinct;
  std::vector<std::uint32_t> pairs;
  for (const Words* words : {&title, &abstract}) {
    for (std::size_t i = 0; i < words->size(); ++i) distinct.insert((*words)[i]);
    for (std::size_t i = 0; i + 1 < words->size(); ++i) pairs.push_back(pair_key((*words)[i], (*words)[i + 1]));
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  papers_with_pair.resize(pair_cells);
  for (const std::uint32_t key : pairs) {
    std::uint16_t& count = papers_with_pair[key % pair_cells];
    if (count < 0xFFFF) ++count;
  }
  for (const std::string& category : categories) ++papers_in[category];
  ++papers;
  for (const std::string_view word : distinct) {
    const auto known = papers_with.find(word);
    if (known != papers_with.end()) {
      ++known->second;
    } else {
      papers_with.emplace(word, 1);
    }
  }
}

std::size_t Frequencies::of(std::string_view word) const {
  const auto found = papers_with.find(word);
  return found == papers_with.end() ? 0 : found->second;
}

double Frequencies::inverse(std::string_view word) const {
  return logarithmic_inverse(papers, of(word));
}

double Frequencies::rarity(std::string_view word) const {
  return inverse(word) / logarithmic_inverse(papers, 0);
}

double Frequencies::inverse_of_pair(std::uint32_t key) const {
  const std::size_t with = papers_with_pair.empty() ? 0 : papers_with_pair[key % pair_cells];
  if (papers > handful && (with < 2 || with * 10 > papers)) return 0;
  return logarithmic_inverse(papers, with);
}

double Frequencies::inverse_of_category(std::string_view category) const {
  const auto found = papers_in.find(category);
  return logarithmic_inverse(papers, found == papers_in.end() ? 0 : found->second);
}

bool Frequencies::too_common(std::string_view word) const {
  const std::size_t with = of(word);
  return with > handful && with * 10 > papers;
}

std::vector<WeightedWord> unit_vector(const Words& title, const Words& abstract, const Frequencies& frequencies) {
  std::vector<WeightedWord> counted;
  counted.reserve(title.size() + abstract.size());
  for (std::size_t i = 0; i < title.size(); ++i) counted.push_back({title[i], title_weight});
  for (std::size_t i = 0; i < abstract.size(); ++i) counted.push_back({abstract[i], 1});
  std::sort(counted.begin(), counted.end(),
            [](const WeightedWord& a, const WeightedWord& b) { return a.word < b.word; });

  std::vector<WeightedWord> vector;
  double squares = 0;
  for (auto word = counted.begin(); word != counted.end();) {
    const auto end =
        std::find_if(word, counted.end(), [&word](const WeightedWord& other) { return other.word != word->word; });
    double count = 0;
    for (auto same = word; same != end; ++same) count += same->weight;
    if (!frequencies.too_common(word->word)) {
      const double weight = (1 + std::log(count)) * frequencies.inverse(word->word);
      squares += weight * weight;
      vector.push_back({word->word, weight});
    }
    word = end;
  }
  for (WeightedWord& word : vector) word.weight /= std::sqrt(squares);
  return vector;
}

Statistics::Statistics() : frequencies_(std::make_shared<Frequencies>()) {}

void Statistics::add(const paper::Paper& paper) {
  if (frequencies_.use_count() > 1) frequencies_ = std::make_shared<Frequencies>(*frequencies_);
  frequencies_->add(Words(paper.title), Words(paper.abstract), paper.categories);
}

std::size_t Statistics::papers() const {
  return frequencies_->papers;
}

double Statistics::inverse_document_frequency(std::string_view folded_word) const {
  return frequencies_->inverse(folded_word);
}

double similarity(const paper::Paper& a, const paper::Paper& b, const Statistics& statistics) {
  const Words a_title(a.title), a_abstract(a.abstract), b_title(b.title), b_abstract(b.abstract);
  const auto x = unit_vector(a_title, a_abstract, *statistics.frequencies());
  const auto y = unit_vector(b_title, b_abstract, *statistics.frequencies());
  double product = 0;
  for (auto i = x.begin(), j = y.begin(); i != x.end() && j != y.end();) {
    if (i->word < j->word) {
      ++i;
    } else if (j->word < i->word) {
      ++j;
    } else {
      product += i++->weight * j++->weight;
    }
  }
  return std::min(product, 1.0);
}

}  // namespace paperboy::match
