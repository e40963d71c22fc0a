#pragma once
// Words that mean the same, in English and Chinese: what lets a Chinese sentence be compared with an English quote, and
// "students" with "pupils". Only the common words of scientific prose; what is not here is compared as it is written.
// Words that mistakes exchange for one another (precision and accuracy, mean and median) stay apart. Internal to this
// room.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::reading {

// Of a stem (words.hpp): the stem of its concept's first word, or itself.
std::string concept_of(const std::string& stem);

// The Chinese word at `at` of `text` that the table knows, the longest: its bytes and its concepts' stems. Nothing: 0.
struct Known {
  std::size_t bytes = 0;
  const std::vector<std::string>* stems = nullptr;
};
Known chinese_at(std::string_view text, std::size_t at);

}  // namespace paperboy::reading
