#pragma once
// The words of a sentence in any script, and the clauses they stand in. Internal to this room.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/sentences.hpp"

namespace paperboy::reading {

using paper::Span;

// A run of letters and digits; an ideograph is a word of its own. "GPT-4o" is the words GPT and 4o.
struct Word {
  std::string folded;  // case and accents folded (text::fold)
  std::size_t begin = 0, end = 0;
  bool capital = false;        // its first letter is a capital
  bool inner_capital = false;  // so is a later one
  bool digit = false;          // it has one
  bool ideograph = false;
};

std::vector<Word> words_of(std::string_view text);

bool is_ideograph(char32_t cp);
// Is a third of its letters ideographs?
bool is_cjk(std::string_view text);
// Says nothing by itself: "the", "however", "result".
bool is_stop_word(std::string_view folded);
// What two forms of a word share: its first six letters, less a plural's s and an ending. "performs", "performance" ->
// "perfor".
std::string stem(std::string_view folded);

// The parts of a sentence that say one thing each: between commas, semicolons, brackets and conjunctions. `fine` also
// parts enumerations ("and", "or", "compared with").
std::vector<Span> clauses_of(std::string_view text, bool fine);

}  // namespace paperboy::reading
