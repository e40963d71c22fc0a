#pragma once
// Document frequencies and the TF-IDF vectors made with them. Behind Statistics and Profiles (profiles.hpp).
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/match/words.hpp"

namespace paperboy::match {

struct WordHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view word) const noexcept { return std::hash<std::string_view>{}(word); }
};
// Keyed by words, asked with string views.
template <class Value>
using WordMap = std::unordered_map<std::string, Value, WordHash, std::equal_to<>>;

struct Frequencies {
  std::size_t papers = 0;
  WordMap<std::uint32_t> papers_with;  // the word in title or abstract
  // Pairs of neighbouring words, in 4 million cells by their hash: one more or less hardly changes a logarithm.
  std::vector<std::uint16_t> papers_with_pair;
  WordMap<std::uint32_t> papers_in;  // the category

  // Counts one paper.
  void add(const Words& title, const Words& abstract, std::span<const std::string> categories);
  std::size_t of(std::string_view word) const;
  double inverse(std::string_view word) const;  // ln((1 + papers) / (1 + of(word))) + 1
  // How much a word says, (0,1]: its inverse frequency as a part of the highest possible.
  double rarity(std::string_view word) const;
  // Of a pair by its key (features.hpp); 0 for one that was seen in no other paper or in more than a tenth.
  double inverse_of_pair(std::uint32_t key) const;
  double inverse_of_category(std::string_view category) const;
  // In more than a tenth of the papers (and in more than a handful): says nothing about likeness.
  bool too_common(std::string_view word) const;
};

struct WeightedWord {
  std::string_view word;
  double weight = 0;
};

// The paper's distinct words sorted, weighted (1 + ln tf) * idf, of unit length; tf counts a word of the title twice.
// Too common words are left out. The views are the Words'.
std::vector<WeightedWord> unit_vector(const Words& title, const Words& abstract, const Frequencies& frequencies);

}  // namespace paperboy::match
