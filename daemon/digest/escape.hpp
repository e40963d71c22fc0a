#pragma once
// Escaping shared by the reader and the writer of Markdown. Internal to this room.
#include <string>
#include <string_view>

namespace paperboy::digest {

// Escapes `text` for a place in CommonMark: `line_start` if it may begin a line, `line_end` if it may end one.
std::string escape_text(std::string_view text, bool line_start, bool line_end);

constexpr bool is_ascii_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_ascii_punct(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

}  // namespace paperboy::digest
