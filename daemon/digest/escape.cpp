#include "daemon/digest/escape.hpp"

#include <array>

#include "daemon/base/text.hpp"
#include "daemon/digest/document.hpp"

namespace paperboy::digest {
namespace {

// Length of a list marker or another sign that means something at the beginning of a line; 0 if there is none.
std::size_t escape_at_line_start(std::string_view text) {
  if (text.empty()) return std::string_view::npos;
  if (std::string_view("#+->=~").find(text[0]) != std::string_view::npos) return 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits > 0 && digits < 10 && digits < text.size() && (text[digits] == '.' || text[digits] == ')')) return digits;
  return std::string_view::npos;
}

bool needs_escape(std::string_view text, std::size_t i, bool line_end) {
  const char next = i + 1 < text.size() ? text[i + 1] : '\0';
  switch (text[i]) {
    case '\\':
    case '`':
    case '*':
    case '_':
    case '[':
    case ']':
    case '<':
    case '{':
    case '~':
    case '$':  // strike-through and mathematics in the dialects of GitHub and others
      return true;
    case '&':
      return next == '#' || is_ascii_alnum(next);
    case '!':
      return next == '[' || next == '\0';  // the template may go on with a link
    case '#':
      return line_end && next == '\0';  // would close a heading
    default:
      return false;
  }
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// Whatever stands around it, only these can be changed within a text.
bool means_something(char c) {
  static constexpr std::array<bool, 256> table = [] {
    std::array<bool, 256> some{};
    for (unsigned control = 0; control < 0x20; ++control) some[control] = true;
    for (const char sign : std::string_view("\x7f\\`*_[]<{~$&!#")) some[static_cast<unsigned char>(sign)] = true;
    return some;
  }();
  return table[static_cast<unsigned char>(c)];
}

}  // namespace

std::string escape_text(std::string_view text, bool line_start, bool line_end) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  const std::size_t marker = line_start ? escape_at_line_start(text) : std::string_view::npos;
  std::size_t done = 0;  // what lies between the characters that need anything goes over in one piece
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool inside = i > 0 && i + 1 < text.size();
    if (inside && i != marker && !means_something(text[i])) continue;
    const char flat = is_control(text[i]) ? ' ' : text[i];
    const bool edge_blank = flat == ' ' && ((line_start && i == 0) || (line_end && i + 1 == text.size()));
    out.append(text, done, i - done);
    done = i + 1;
    if (edge_blank) {
      out += "&#32;";
      continue;
    }
    if (i == marker || needs_escape(text, i, line_end)) out += '\\';
    out += flat;
  }
  return out;
}

std::string escape_markdown(std::string_view text) {
  return escape_text(text, true, true);
}

std::string checked_url(std::string_view url) {
  constexpr std::string_view schemes[] = {"http://", "https://", "mailto:", "action:"};
  url = text::trim(url);
  if (url.size() > 2000) return {};
  const bool anchor = url.size() > 1 && url.front() == '#';
  std::string out;  // the scheme in lower case, as every reader of links knows it
  for (const std::string_view scheme : schemes) {
    if (url.size() <= scheme.size() || !text::starts_with_ci(url, scheme)) continue;
    out = scheme;
    url.remove_prefix(scheme.size());
    break;
  }
  if (!anchor && out.empty()) return {};
  constexpr char hex[] = "0123456789ABCDEF";
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    const bool encode =
        byte <= 0x20 || byte >= 0x7f || std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos;
    if (encode) {
      out += {'%', hex[byte >> 4], hex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out;
}

std::string anchor_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool joins = std::string_view(".:/+-_").find(c) != std::string_view::npos;
    if (is_ascii_alnum(c)) {
      out += c;
    } else if (!out.empty() && is_ascii_alnum(out.back())) {
      out += joins ? c : '-';
    }
  }
  while (!out.empty() && !is_ascii_alnum(out.back())) out.pop_back();
  return out.empty() ? "x" : out;
}

}  // namespace paperboy::digest
