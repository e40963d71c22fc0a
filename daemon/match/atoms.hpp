#pragma once
// What all queries are made of: each distinct term of all of them is one atom, however many queries hold it. First the
// terms are numbered, then finish() lays out what a paper's words lead to; from then on it is const, for any thread.
// Inside the room.
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/match/expression.hpp"
#include "daemon/match/frequencies.hpp"
#include "daemon/match/query.hpp"
#include "daemon/match/word_table.hpp"
#include "daemon/paper/names.hpp"

namespace paperboy::match {

// What a word of a paper can be to a query: that very word, one of that stem, one that begins so.
using Label = std::uint32_t;
constexpr Label no_label = 0xFFFFFFFF;

// Where a text stands.
constexpr unsigned in_title = 1, in_abstract = 2;

// An atom and the fields it may stand in, `fields << 30 | atom`.
using Mark = std::uint32_t;
constexpr Mark mark_of(Atom atom, unsigned fields) {
  return fields << 30 | atom;
}
constexpr Atom atom_of(Mark mark) {
  return mark & 0x3FFFFFFF;
}
constexpr unsigned fields_of(Mark mark) {
  return mark >> 30;
}

class Atoms {
 public:
  // Of a term's node: a text, an author or a group.
  Atom term(const Node& term, bool stems);
  Atom author(const std::string& wanted);
  // Met by papers in one of the groups; `primary`: with their first category.
  Atom groups(const std::vector<std::string>& names, bool primary);

  std::size_t size() const { return kinds_.size(); }

  // With `learn` all words of `frequencies` are looked up now and not when they are read: for many queries.
  void finish(const Frequencies& frequencies, bool learn);

  // After finish(): the number of papers, of those in the frequencies, that may be expected to meet the atom.
  double expected(Atom atom) const;

  // What a word is to queries: count of marks, marks (of queries of this very word), labels that phrases are made of.
  struct Meaning {
    std::span<const Mark> marks;
    std::span<const std::uint32_t> labels;  // `| begins_phrase`
  };
  static constexpr std::uint32_t begins_phrase = 1u << 31;
  static Meaning meaning(std::span<const std::uint32_t> numbers) {
    const std::size_t marks = numbers.empty() ? 0 : numbers.front();
    return {numbers.subspan(numbers.empty() ? 0 : 1, marks), numbers.subspan(numbers.empty() ? 0 : 1 + marks)};
  }
  const WordTable& surfaces() const { return surfaces_; }  // word -> its meaning
  // The meaning of a word that is not among the surfaces, appended to `numbers`.
  void look_up(const Hashed& word, std::vector<std::uint32_t>& numbers) const;

  // What two labels that stand side by side lead to.
  struct Step {
    Mark mark;
    std::uint32_t rest;  // 0: the phrase is whole; else for phrase()
  };
  static std::uint64_t pair_hash(Label first, Label second) {
    const std::uint64_t key = static_cast<std::uint64_t>(first) << 32 | second;
    const std::uint64_t mixed = (key ^ key >> 29) * 0xBF58476D1CE4E5B9;
    return mixed ^ mixed >> 32;
  }
  // Nearly always false where pair() has nothing.
  bool may_pair(std::uint64_t hash) const { return pair_filter_.may_have(hash); }
  void prefetch_pair(std::uint64_t hash) const { __builtin_prefetch(&pairs_[hash & (pairs_.size() - 1)]); }
  std::span<const Step> pair(Label first, Label second, std::uint64_t hash) const;
  // A phrase and how many of its words were read.
  struct Phrase {
    std::span<const Label> words, joined;
    std::size_t read;
  };
  Phrase phrase(std::uint32_t rest) const;
  void prefetch_phrase(std::uint32_t rest) const { __builtin_prefetch(&phrases_[rest >> 2]); }

  // take(atom) for the authors wanted that this one is; perhaps more than once.
  template <class Take>
  void each_author(const std::string& name, const Take& take) const {
    if (wanted_.size() == 0 || surely_unknown(name)) return;
    const paper::Name read = paper::read_name(name);
    for (const std::string& key : keys_asked(read)) {
      const auto found = wanted_.find(key);
      if (found == WordTable::none) continue;
      for (const std::uint32_t author : authors_by_key_[wanted_.numbers(found).front()]) {
        if (paper::same_author(author_names_[author].name, read)) take(author_names_[author].atom);
      }
    }
  }
  // Sorted: groups that hold the category; those that do and count a paper's first category alone.
  struct Groups {
    std::vector<Atom> any, primary;
  };
  const Groups& groups_with(const std::string& category, Groups& scratch) const;

  std::size_t hot_bytes() const;

 private:
  enum class Kind : std::uint8_t { text, author, groups };
  struct KindOf {
    Kind kind;
    std::uint8_t fields;  // of a text
    std::uint32_t at;     // of a text in phrases_; of a set of groups its size
  };
  struct Pair {
    std::uint64_t key = 0;
    std::uint32_t first = 0, count = 0;  // in steps_
  };
  struct PairStep {
    std::uint64_t key;
    Step step;
  };
  struct Single {
    Label label;
    Mark mark;
  };

  Atom text(const Node& term, bool stems);
  Atom add(Kind kind, unsigned fields, std::uint32_t at);
  Label label(WordTable& table, std::string_view word);
  void label_phrase(std::span<const Label> words, std::span<const Label> joined, Mark mark, std::uint32_t at);
  void lay_out_words();
  void lay_out_pairs();
  void lay_out_authors();
  void lay_out_groups(const Frequencies& frequencies);
  void count_papers(const Frequencies& frequencies, bool learn);
  template <class Take>
  void each_label(const Hashed& word, const Take& take) const;
  Groups compute_groups(std::string_view category) const;

  std::vector<KindOf> kinds_;  // by atom
  WordTable texts_, authors_, groups_;
  WordTable words_, stems_, prefixes_;    // -> label
  std::set<std::size_t> prefix_lengths_;  // bytes
  std::vector<float> papers_with_;        // by label
  std::vector<std::uint8_t> roles_;       // by label: 1 in a phrase, 2 begins one
  double papers_ = 0;

  std::vector<Single> singles_;           // sorted by label
  std::vector<std::uint32_t> single_at_;  // by label, in singles_, and one past the last
  std::vector<PairStep> pair_steps_;      // until finish()
  LargeVector<Pair> pairs_{1};            // a power of two, at most half full; count 0: free
  LargeVector<Step> steps_;
  Filter pair_filter_;
  LargeVector<std::uint32_t> phrases_{0};  // of each: count, words, joined
  WordTable surfaces_;

  struct Author {
    paper::Name name;
    Atom atom;
  };
  static std::vector<std::string> keys_of(const paper::Name& wanted);
  static std::vector<std::string> keys_asked(const paper::Name& found);
  bool surely_unknown(const std::string& name) const;
  std::vector<Author> author_names_;
  WordTable wanted_;  // keys_of() an author -> which of authors_by_key_
  std::vector<std::vector<std::uint32_t>> authors_by_key_;
  Filter author_filter_;
  struct GroupSet {
    std::vector<std::uint32_t> names;
    bool primary;
    Atom atom;
  };
  std::vector<GroupSet> group_sets_;
  std::vector<std::string> group_names_;
  std::unordered_map<Atom, std::size_t> papers_in_group_;  // where it was learned
  std::unordered_map<std::string, Groups> by_category_;    // of the taxonomy
};

}  // namespace paperboy::match
