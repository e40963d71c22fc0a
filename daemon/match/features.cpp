#include "daemon/match/features.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "daemon/base/text.hpp"
#include "daemon/match/words.hpp"

namespace paperboy::match {
namespace {

using paper::Reason;
using paper::ReasonKind;

constexpr double title_weight = 2;
// Parts of a product of two papers: what a category or an author in common may add to words (1) and pairs (1) in
// common.
constexpr double category_share = 0.05;
constexpr double author_share = 0.1;
constexpr std::size_t most_authors = 50;  // a collaboration's list says nothing of one paper

constexpr std::uint32_t fnv_start = 2166136261u;

std::uint32_t hashed(std::uint32_t hash, std::string_view bytes) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

struct Counted {
  std::uint32_t key;
  float count;
  std::uint32_t at;  // of the first word: of the title first, then of the abstract
};

// Puts those of one key together, weighs them, and appends them as a vector of length sqrt(share).
template <class Rarity>
void append(std::vector<Counted>& counted, double share, const Rarity& idf, std::vector<Counted>& out) {
  std::sort(counted.begin(), counted.end(),
            [](const Counted& a, const Counted& b) { return a.key != b.key ? a.key < b.key : a.at < b.at; });
  const std::size_t begin = out.size();
  double squares = 0;
  for (std::size_t i = 0; i < counted.size();) {
    Counted one = counted[i];
    for (++i; i < counted.size() && counted[i].key == one.key; ++i) one.count += counted[i].count;
    const double weight = (1 + std::log(one.count)) * idf(one);
    if (weight <= 0) continue;
    squares += weight * weight;
    one.count = static_cast<float>(weight);
    out.push_back(one);
  }
  const auto scale = static_cast<float>(std::sqrt(share / std::max(squares, 1e-12)));
  for (std::size_t i = begin; i < out.size(); ++i) out[i].count *= scale;
}

class Reader {
 public:
  Reader(const paper::Paper& paper, const Frequencies& frequencies)
      : paper_(paper), frequencies_(frequencies), title_(paper.title), abstract_(paper.abstract) {
    std::vector<Counted> words, pairs, labels;
    count(title_, title_weight, 0, words, pairs);
    count(abstract_, 1, title_.size(), words, pairs);
    append(
        words, 1,
        [this](const Counted& c) {
          const std::string_view word = word_at(c.at);
          return frequencies_.too_common(word) ? 0.0 : frequencies_.inverse(word);
        },
        out_);
    words_end_ = out_.size();
    append(pairs, 1, [this](const Counted& c) { return frequencies_.inverse_of_pair(c.key); }, out_);
    pairs_end_ = out_.size();
    for (std::size_t i = 0; i < paper.categories.size(); ++i) {
      labels.push_back({hashed(hashed(fnv_start, "c:"), paper.categories[i]), 1, static_cast<std::uint32_t>(i)});
    }
    append(
        labels, category_share,
        [this](const Counted& c) { return frequencies_.inverse_of_category(paper_.categories[c.at]); }, out_);
    labels_end_ = out_.size();
    labels.clear();
    for (std::size_t i = 0; i < std::min(paper.authors.size(), most_authors); ++i) {
      labels.push_back(
          {hashed(hashed(fnv_start, "a:"), text::fold(paper.authors[i])), 1, static_cast<std::uint32_t>(i)});
    }
    append(labels, author_share, [](const Counted&) { return 1.0; }, out_);
  }

  std::size_t size() const { return out_.size(); }
  Feature feature(std::size_t i) const { return {out_[i].key, out_[i].count}; }
  Reason reason(std::size_t i) const {
    const std::size_t at = out_[i].at;
    const std::string field = at < title_.size() ? "title" : "abstract";
    if (i < words_end_) return {ReasonKind::word, std::string(word_at(at)), field};
    if (i < pairs_end_) {
      return {ReasonKind::phrase, std::string(word_at(at)) + ' ' + std::string(word_at(at + 1)), field};
    }
    if (i < labels_end_) return {ReasonKind::category, paper_.categories[at], "categories"};
    return {ReasonKind::author, paper_.authors[at], "authors"};
  }

 private:
  std::string_view word_at(std::size_t at) const {
    return at < title_.size() ? title_[at] : abstract_[at - title_.size()];
  }

  static void count(const Words& text, double weight, std::size_t offset, std::vector<Counted>& words,
                    std::vector<Counted>& pairs) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto at = static_cast<std::uint32_t>(offset + i);
      words.push_back({hashed(hashed(fnv_start, "w:"), text[i]), static_cast<float>(weight), at});
      if (i + 1 < text.size()) pairs.push_back({pair_key(text[i], text[i + 1]), static_cast<float>(weight), at});
    }
  }

  const paper::Paper& paper_;
  const Frequencies& frequencies_;
  Words title_, abstract_;
  std::vector<Counted> out_;  // words, pairs, categories, authors; `count` is the weight
  std::size_t words_end_ = 0, pairs_end_ = 0, labels_end_ = 0;
};

}  // namespace

std::uint32_t pair_key(std::string_view first, std::string_view second) {
  return hashed(hashed(hashed(hashed(fnv_start, "p:"), first), " "), second);
}

Features features_of(const paper::Paper& paper, const Frequencies& frequencies) {
  const Reader reader(paper, frequencies);
  Features features;
  features.reserve(reader.size());
  for (std::size_t i = 0; i < reader.size(); ++i) features.push_back(reader.feature(i));
  std::sort(features.begin(), features.end(), [](const Feature& a, const Feature& b) { return a.key < b.key; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (kept > 0 && features[kept - 1].key == features[i].key) {
      features[kept - 1].weight += features[i].weight;
    } else {
      features[kept++] = features[i];
    }
  }
  features.resize(kept);
  return features;
}

std::vector<NamedFeature> named_features_of(const paper::Paper& paper, const Frequencies& frequencies) {
  const Reader reader(paper, frequencies);
  std::vector<NamedFeature> named;
  named.reserve(reader.size());
  for (std::size_t i = 0; i < reader.size(); ++i) named.push_back({reader.feature(i), reader.reason(i)});
  return named;
}

double product(std::span<const Feature> a, std::span<const Feature> b) {
  double sum = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].key < b[j].key) {
      ++i;
    } else if (b[j].key < a[i].key) {
      ++j;
    } else {
      sum += static_cast<double>(a[i++].weight) * static_cast<double>(b[j++].weight);
    }
  }
  return sum;
}

}  // namespace paperboy::match
