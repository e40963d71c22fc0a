#pragma once
// A paper read once against all words that queries know. Behind Profiles (profiles.hpp).
#include <cstdint>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/match/frequencies.hpp"
#include "daemon/match/query.hpp"
#include "daemon/match/words.hpp"

namespace paperboy::match {

// What a word of a paper can be to a query: that very word, one of that stem, one that begins so.
using Label = std::uint32_t;
constexpr Label no_label = 0xFFFFFFFF;

// Gives labels out while queries are compiled; const while papers are read.
class Vocabulary {
 public:
  Label word(std::string_view word) { return add(words_, word); }
  Label stemmed(std::string_view stem) { return add(stems_, stem); }
  Label prefix(std::string_view beginning);

  std::size_t size() const { return size_; }
  // Appends the labels that the paper's `word` bears.
  void labels_of(std::string_view word, std::vector<Label>& labels) const;

 private:
  Label add(WordMap<Label>& map, std::string_view word);

  WordMap<Label> words_, stems_, prefixes_;
  std::set<std::size_t> prefix_lengths_;  // bytes
  Label size_ = 0;
};

// A word or a phrase of a query in labels.
struct Phrase {
  std::vector<Label> words;
  std::vector<Label> joined;  // joined[i]: words i and i + 1 as one; no_label where no hyphen ties them
  friend auto operator<=>(const Phrase&, const Phrase&) = default;
};

Phrase phrase(const Node& term, bool stems, Vocabulary& vocabulary);

// Where it stands: any of the two.
constexpr unsigned in_title = 1, in_abstract = 2;

class Reading {
 public:
  Reading(const Words& title, const Words& abstract, const Vocabulary& vocabulary);

  bool has(Label label) const { return first_[label] != first_[label + 1]; }
  // in_title and in_abstract, 0 if it stands nowhere.
  unsigned fields_with(const Phrase& phrase) const;

 private:
  // Words from `begin` up to `end` that bear a label: one, or two joined. Positions count the title's words, then,
  // behind a gap which no phrase crosses, the abstract's.
  struct Stretch {
    std::uint32_t begin, end;
  };
  std::span<const Stretch> stretches(Label label) const {
    return {stretches_.data() + first_[label], stretches_.data() + first_[label + 1]};
  }
  unsigned field_of(std::uint32_t end) const { return end <= title_end_ ? in_title : in_abstract; }
  using Positions = std::vector<std::uint32_t>;  // sorted
  // The ends of the stretches that start at one of `begins`. Sorted, since no stretch is longer than two words.
  Positions follow(Label label, const Positions& begins) const;
  static void unite(Positions& positions, const Positions& more);

  std::uint32_t title_end_;
  std::vector<Stretch> stretches_;    // by label, then position
  std::vector<std::uint32_t> first_;  // of each label in stretches_, and one past the last
};

}  // namespace paperboy::match
