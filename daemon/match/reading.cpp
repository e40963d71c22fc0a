#include "daemon/match/reading.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/match/stem.hpp"

namespace paperboy::match {

Label Vocabulary::add(WordMap<Label>& map, std::string_view word) {
  if (const auto known = map.find(word); known != map.end()) return known->second;
  map.emplace(word, size_);
  return size_++;
}

Label Vocabulary::prefix(std::string_view beginning) {
  prefix_lengths_.insert(beginning.size());
  return add(prefixes_, beginning);
}

void Vocabulary::labels_of(std::string_view word, std::vector<Label>& labels) const {
  if (const auto known = words_.find(word); known != words_.end()) labels.push_back(known->second);
  if (!stems_.empty()) {
    if (const auto known = stems_.find(stem(word)); known != stems_.end()) labels.push_back(known->second);
  }
  for (const std::size_t length : prefix_lengths_) {
    if (length > word.size()) break;
    const auto known = prefixes_.find(word.substr(0, length));
    if (known != prefixes_.end()) labels.push_back(known->second);
  }
}

Phrase phrase(const Node& term, bool stems, Vocabulary& vocabulary) {
  Phrase result;
  const auto label = [&](const std::string& word, bool is_prefix) {
    if (is_prefix) return vocabulary.prefix(word);
    return stems && !term.exact ? vocabulary.stemmed(word) : vocabulary.word(word);
  };
  const std::size_t size = term.words.size();
  for (std::size_t i = 0; i < size; ++i) {
    result.words.push_back(label(term.words[i], term.prefix && i + 1 == size));
    result.joined.push_back(term.joined[i].empty() ? no_label : label(term.joined[i], term.prefix && i + 2 == size));
  }
  return result;
}

Reading::Reading(const Words& title, const Words& abstract, const Vocabulary& vocabulary)
    : title_end_(static_cast<std::uint32_t>(title.size())), first_(vocabulary.size() + 1) {
  struct Found {
    Label label;
    Stretch stretch;
  };
  std::vector<Found> found;
  std::vector<Label> labels;
  const auto note = [&](std::string_view word, Stretch stretch) {
    labels.clear();
    vocabulary.labels_of(word, labels);
    for (const Label label : labels) {
      found.push_back({label, stretch});
      ++first_[label];
    }
  };
  const auto read = [&note](const Words& words, std::uint32_t offset) {
    for (std::uint32_t i = 0; i < words.size(); ++i) {
      note(words[i], {offset + i, offset + i + 1});
      if (words.tied(i)) note(words.joined(i), {offset + i, offset + i + 2});
    }
  };
  read(title, 0);
  read(abstract, title_end_ + 1);

  // Counting sort: first_ holds the counts, then the ends, and after the backward pass the beginnings.
  std::uint32_t sum = 0;
  for (std::uint32_t& first : first_) first = sum += first;
  stretches_.resize(found.size());
  for (auto one = found.rbegin(); one != found.rend(); ++one) stretches_[--first_[one->label]] = one->stretch;
}

unsigned Reading::fields_with(const Phrase& phrase) const {
  const std::size_t size = phrase.words.size();
  unsigned fields = 0;
  if (size == 1) {
    for (const Stretch& stretch : stretches(phrase.words.front())) fields |= field_of(stretch.end);
    return fields;
  }
  // reached[i % 3]: where the text goes on after words up to i. A step reads one word of the phrase, or two joined.
  Positions reached[3];
  for (const Label first : {phrase.words.front(), phrase.joined.front()}) {
    if (first == no_label) continue;
    Positions begins;
    for (const Stretch& stretch : stretches(first)) begins.push_back(stretch.begin);
    unite(reached[0], begins);
  }
  for (std::size_t i = 0; i < size; ++i) {
    const Positions here = std::move(reached[i % 3]);
    reached[i % 3].clear();
    unite(reached[(i + 1) % 3], follow(phrase.words[i], here));
    if (phrase.joined[i] != no_label) unite(reached[(i + 2) % 3], follow(phrase.joined[i], here));
  }
  for (const std::uint32_t end : reached[size % 3]) fields |= field_of(end);
  return fields;
}

Reading::Positions Reading::follow(Label label, const Positions& begins) const {
  Positions ends;
  auto begin = begins.begin();
  for (const Stretch& stretch : stretches(label)) {
    while (begin != begins.end() && *begin < stretch.begin) ++begin;
    if (begin == begins.end()) break;
    if (*begin == stretch.begin) ends.push_back(stretch.end);
  }
  return ends;
}

void Reading::unite(Positions& positions, const Positions& more) {
  Positions both;
  both.reserve(positions.size() + more.size());
  std::merge(positions.begin(), positions.end(), more.begin(), more.end(), std::back_inserter(both));
  both.erase(std::unique(both.begin(), both.end()), both.end());
  positions = std::move(both);
}

}  // namespace paperboy::match
