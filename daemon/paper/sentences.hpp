#pragma once
// Where sentences begin and end. Pure; any bytes do no harm.
#include <cstddef>
#include <string_view>
#include <vector>

namespace paperboy::paper {

struct Span {
  std::size_t begin = 0, end = 0;  // bytes
  friend bool operator==(const Span&, const Span&) = default;
};

// In order, without the blanks around them. "e.g.", "et al.", "Fig. 3", initials, decimals and whatever stands in
// parentheses do not end a sentence; a line feed does. In time proportional to the text.
std::vector<Span> sentences_in(std::string_view text);

}  // namespace paperboy::paper
