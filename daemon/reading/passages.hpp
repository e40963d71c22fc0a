#pragma once
// Looking a quotation up in a text. Internal to this room.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/reading/words.hpp"

namespace paperboy::reading {

// What is compared: the letters and digits of a text, folded (NFKD, case and marks folded: ligatures, wide forms and
// accents fall away), and of its signs those that change a value: points and commas within numbers, % ± < > ≤ ≥ ≠ = ×
// and +, a minus before a number, ^ before raised digits. No white space (but between digits), no quotation marks,
// dashes or hyphens: a word divided at the end of a line is whole again.
struct Letters {
  std::string bytes;
  std::vector<std::uint32_t> begin, end;  // of each byte the character of the source it came from

  explicit Letters(std::string_view text);
};

struct Passage {
  std::size_t begin = 0, end = 0;
  bool exact = false;
};

// A text made ready. `text` must outlive it and be shorter than 4 GB.
class Passages {
 public:
  // A quotation is found in a passage that differs if at least this share of its words (stop words count half) stands
  // there in order, as much of the passage's words is quoted, and no number and no negation differs.
  static constexpr double threshold = 0.75;
  static constexpr std::size_t fewest_fuzzy = 5;  // words; shorter quotations are exact or not there
  static constexpr std::size_t most_words = 200;  // of a quotation; a longer one is exact or not there

  explicit Passages(std::string_view text);
  Passages(const Passages&) = delete;

  // Does it say enough to be looked for: three words or six ideographs, two of them (three) more than stop words?
  static bool says_something(std::string_view quote);
  // The first exact occurrence that begins and ends with whole words, else the best passage beyond the threshold.
  // Exact: in time proportional to the text. Else: as many alignments as `candidates`, each of words² steps at most, at
  // places that the rarer words of the quotation vote for.
  std::optional<Passage> find(std::string_view quote) const;

 private:
  static constexpr std::size_t candidates = 4;
  static constexpr std::size_t common = 400;  // a word that occurs more often has no vote

  std::optional<Passage> exact(std::string_view quote) const;
  std::optional<Passage> fuzzy(std::string_view quote) const;

  std::string_view text_;
  Letters letters_;
  std::vector<Word> words_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> places_;  // of a word in words_
};

// Does the word turn what is said into its contrary: "not", "without", "fails", "rarely"?
bool is_negation(std::string_view folded);

}  // namespace paperboy::reading
