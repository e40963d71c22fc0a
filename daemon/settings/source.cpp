#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/settings/tree.hpp"

namespace paperboy::settings {
namespace {

std::size_t next_character(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  text::next_code_point(text, at);
  return at;
}

// The length of an escape of a double-quoted scalar (YAML 1.2, section 5.7) that begins at `at`.
std::size_t escape_length(std::string_view text, std::size_t at) {
  const char kind = at + 1 < text.size() ? text[at + 1] : '\0';
  return kind == 'x' ? 4 : kind == 'u' ? 6 : kind == 'U' ? 10 : 2;
}

}  // namespace

Source::Source(std::string name, std::string text, bool readable_by_others)
    : name_(std::move(name)), text_(std::move(text)), readable_by_others_(readable_by_others) {
  lines_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') lines_.push_back(i + 1);
  }
}

std::filesystem::path Source::folder() const {
  return std::filesystem::path(name_).parent_path();
}

Source::Position Source::position(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto line = std::prev(std::upper_bound(lines_.begin(), lines_.end(), offset));
  Position out;
  out.line = static_cast<int>(line - lines_.begin()) + 1;
  for (std::size_t at = *line; at < offset; at = next_character(text_, at)) ++out.column;
  return out;
}

std::size_t Source::inside_scalar(std::size_t offset, std::string_view value, std::size_t column) const {
  std::size_t at = offset;
  const auto here = [&] { return at < text_.size() ? text_[at] : '\0'; };
  if (here() == '&') {  // the anchor belongs to the scalar's mark
    at = std::min(text_.find_first_of(" \n", at), text_.size());
    while (here() == ' ') ++at;
  }
  const char style = here();
  const bool block = style == '|' || style == '>', quoted = style == '"' || style == '\'';
  std::size_t indent = 0;
  if (block) {
    at = std::min(text_.find('\n', at), text_.size());
    const std::size_t first = std::min(text_.find_first_not_of(" \n", at), text_.size());
    const std::size_t line = text_.rfind('\n', first == 0 ? 0 : first - 1);
    indent = first - (line == std::string::npos ? first : line + 1);
    if (here() == '\n') ++at;
    for (std::size_t i = 0; i < indent && here() == ' '; ++i) ++at;
  } else if (quoted) {
    ++at;
  }

  std::size_t read = 0;
  for (std::size_t character = 1; character < column && read < value.size(); ++character) {
    // A line end in the file is one blank of the value, n of them are n-1 line feeds; '|' keeps each.
    const std::size_t text_end = block ? at : text_.find_first_not_of(' ', at);
    if ((value[read] == ' ' || value[read] == '\n') && text_end < text_.size() && text_[text_end] == '\n') {
      at = text_end;
      std::size_t breaks = 0;
      while (here() == '\n' && (style != '|' || breaks == 0)) {
        ++breaks;
        ++at;
        for (std::size_t i = 0; here() == ' ' && (!block || i < indent); ++i) ++at;
      }
      for (; breaks > 2 && character + 1 < column; --breaks) {
        ++character;
        read = next_character(value, read);
      }
      read = next_character(value, read);
      continue;
    }
    if (style == '"' && here() == '\\') {
      if (at + 1 < text_.size() && text_[at + 1] == '\n') {  // an escaped line end is no character at all
        at += 2;
        while (here() == ' ') ++at;
        --character;
        continue;
      }
      at += escape_length(text_, at);
    } else if (style == '\'' && here() == '\'') {
      at += 2;
    } else {
      at = next_character(text_, at);
    }
    read = next_character(value, read);
  }
  return std::min(at, text_.size());
}

}  // namespace paperboy::settings
