#pragma once
// A paper read once against all atoms (atoms.hpp): which of them it has. Memory that is used again from paper to paper:
// one a thread. Inside the room.
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/match/atoms.hpp"
#include "daemon/match/words.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::match {

class Reading {
 public:
  // Forgets the paper before. `paper` and `atoms` are asked again by author_at and group_at.
  void read(const paper::Paper& paper, const Words& title, const Words& abstract, const Atoms& atoms);

  bool has(Atom atom) const { return (has_[atom / 64] >> (atom % 64) & 1) != 0; }
  bool in_title(Atom atom) const { return (in_title_[atom / 64] >> (atom % 64) & 1) != 0; }
  const std::uint64_t* bits() const { return has_.data(); }  // has(), 64 atoms a number
  std::span<const Atom> present() const { return {present_.data(), present_count_}; }

  // The first of the paper's authors, or categories, that meets the atom. Else nowhere.
  static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();
  std::size_t author_at(Atom atom) const;
  std::size_t group_at(Atom atom) const;

 private:
  // Labels of a word, in `pool` or, where the word was looked up, in `local_`.
  struct Span {
    const std::uint32_t* data = nullptr;
    std::uint32_t size = 0;
  };
  struct Token {
    Hashed word;
    WordTable::Record record;
  };

  void forget(std::size_t atoms);
  void note(Atom atom) {
    std::uint64_t& bits = has_[atom / 64];
    const std::uint64_t bit = std::uint64_t{1} << (atom % 64);
    present_[present_count_] = atom;
    present_count_ += (bits & bit) == 0;
    bits |= bit;
  }
  // Without a branch: where a text stands is hard to foretell.
  void note(Mark mark, unsigned field) {
    const Atom atom = atom_of(mark);
    const std::uint64_t here = (fields_of(mark) & field) != 0;
    std::uint64_t& bits = has_[atom / 64];
    present_[present_count_] = atom;
    present_count_ += here & ~(bits >> (atom % 64));
    bits |= here << (atom % 64);
    if (field == match::in_title) in_title_[atom / 64] |= here << (atom % 64);
  }
  void find_texts(const Words& words, unsigned field, const Atoms& atoms);
  void find_phrases(std::size_t words, unsigned field, const Atoms& atoms);
  void find_authors(const Atoms& atoms);
  void find_groups(const Atoms& atoms);
  unsigned bears(std::size_t at, Label label) const;
  struct Begun {
    std::uint32_t rest;  // for Atoms::phrase
    std::uint32_t at;    // where the text goes on
    Mark mark;
  };
  bool goes_on(std::span<const Begun> begun, std::size_t words, const Atoms& atoms);

  const paper::Paper* paper_ = nullptr;
  const Atoms* atoms_ = nullptr;
  std::vector<std::uint64_t> has_, in_title_;
  std::vector<Atom> present_;
  std::size_t present_count_ = 0;

  std::vector<Token> tokens_;         // the words, and behind them the joined ones
  std::vector<std::uint32_t> tied_;   // places of words joined to the next
  std::vector<Span> one_, two_;       // by place: labels of the word; of it and the next joined
  std::vector<std::uint32_t> local_;  // meanings of words that were looked up
  std::vector<std::uint32_t> local_at_;
  struct Probe {
    Label first, second;
    std::uint64_t hash;
    std::uint32_t end;  // place behind both
  };
  std::vector<Probe> probes_;
  std::vector<std::span<const Atoms::Step>> steps_;
  std::vector<Begun> begun_;
  std::array<std::vector<std::uint32_t>, 3> reached_;
  struct AuthorAt {
    Atom atom;
    std::uint32_t at;
  };
  std::vector<AuthorAt> authors_;
};

}  // namespace paperboy::match
