#include "daemon/paper/tex.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "daemon/paper/tex_symbols.hpp"
#include "daemon/paper/tex_text.hpp"

namespace paperboy::paper {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}
bool is_wide(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

// Most texts hold nothing of TeX.
bool is_plain(std::string_view text) {
  static constexpr auto special = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("\\${}~`")) table[static_cast<unsigned char>(c)] = true;
    return table;
  }();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (special[static_cast<unsigned char>(text[i])]) return false;
    if (text[i] == '-' && i + 1 < text.size() && text[i + 1] == '-') return false;
  }
  return true;
}

// Normalising is dear, and the characters of nearly all papers are composed already: those that are
// "NFC_Quick_Check=Yes" and no combining marks (UAX #15), in the blocks that occur.
bool is_composed(std::string_view text) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 9> composed{{{0x0080, 0x02FF},
                                                  {0x0388, 0x0482},
                                                  {0x1E00, 0x1EFF},
                                                  {0x2002, 0x20CF},
                                                  {0x2100, 0x2125},
                                                  {0x212C, 0x2328},
                                                  {0x232B, 0x2ADB},
                                                  {0x4E00, 0x9FFF},
                                                  {0x1D400, 0x1D7FF}}};
  for (std::size_t at = 0; at < text.size();) {
    if (!is_wide(text[at])) {
      ++at;
      continue;
    }
    const char32_t cp = text::next_code_point(text, at);
    const bool known = std::any_of(composed.begin(), composed.end(),
                                   [&](const Range& range) { return cp >= range.first && cp <= range.last; });
    if (!known) return false;
  }
  return true;
}

std::string nfc(std::string text) {
  return is_composed(text) ? text : text::to_nfc(text);
}

// A command that is no English word on a new line: "\\\\leq", "\\\\lambda".
bool is_unmistakable(std::string_view name) {
  static constexpr std::array<std::string_view, 12> relations{
      "leq", "geq", "pm", "approx", "simeq", "infty", "propto", "lesssim", "gtrsim", "rightarrow", "neq", "cdot"};
  const auto* symbol = tex::math_symbol(name);
  const bool greek = symbol != nullptr && (symbol->text.front() == '\xCE' || symbol->text.front() == '\xCF');
  return greek || std::find(relations.begin(), relations.end(), name) != relations.end();
}

// Some records were escaped once more than they were read back: every "\" is doubled, quotes and line feeds are \" and
// \n. Sure signs are "$\\alpha", "x_\\mu", "\\emph{" and "Poincar\\'e", unless a single backslash begins a command too.
bool is_escaped_twice(std::string_view text) {
  bool sure = false;
  for (std::size_t i = text.find('\\'); i != std::string_view::npos; i = text.find('\\', i)) {
    const std::size_t next = std::min(text.find_first_not_of('\\', i), text.size());
    const char left = i > 0 ? text[i - 1] : ' ', right = next < text.size() ? text[next] : ' ';
    if (next - i == 1) {
      if (right != 'n' && right != '"') return false;
    } else if (is_letter(right)) {
      std::size_t end = next;
      while (end < text.size() && is_letter(text[end])) ++end;
      const bool argument = end < text.size() && text[end] == '{';
      sure = sure || argument || left == '$' || left == '{' || left == '^' || left == '_' ||
             is_unmistakable(text.substr(next, end - next));
    } else {
      sure = sure || (is_letter(left) && std::string_view("'\"`^~").find(right) != std::string_view::npos);
    }
    i = next;
  }
  return sure;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      out += text[i] == 'n' ? '\n' : text[i];
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string convert(std::string_view raw, tex::Mode mode) {
  if (is_plain(raw)) return nfc(std::string(raw));
  if (is_escaped_twice(raw)) return nfc(tex::text_to_unicode(unescaped(raw), mode));
  return nfc(tex::text_to_unicode(raw, mode));
}

// Are its words one blank apart already? Most lines' are.
bool is_collapsed(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (is_wide(c) || (c != ' ' && static_cast<unsigned char>(c) < 0x20)) return false;
    if (c == ' ' && (i == 0 || i + 1 == line.size() || line[i + 1] == ' ')) return false;
  }
  return true;
}

}  // namespace

std::string tex_to_unicode(std::string_view raw) {
  return convert(raw, tex::Mode::prose);
}

std::string tex_name_to_unicode(std::string_view raw) {
  return convert(raw, tex::Mode::name);
}

std::string clean_title(std::string_view raw) {
  return text::collapse_space(tex_to_unicode(raw));
}

std::string clean_abstract(std::string_view raw) {
  const std::string converted = tex_to_unicode(raw);
  std::string out, paragraph;
  const auto finish = [&] {
    if (paragraph.empty()) return;
    if (!out.empty()) out += '\n';
    out += paragraph;
    paragraph.clear();
  };
  for (const std::string_view line : text::split(converted, '\n')) {
    if (line.empty() || is_blank(line.front())) finish();
    const std::string collapsed = is_collapsed(line) ? std::string() : text::collapse_space(line);
    const std::string_view words = is_collapsed(line) ? line : collapsed;
    if (!paragraph.empty() && !words.empty()) paragraph += ' ';
    paragraph += words;
  }
  finish();
  return out;
}

}  // namespace paperboy::paper
