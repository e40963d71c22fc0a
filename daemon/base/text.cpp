#include "daemon/base/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace paperboy::text {
namespace {

constexpr char32_t replacement = 0xFFFD;

bool is_ascii(std::string_view text) {
  unsigned char high = 0;
  for (const char c : text) high |= static_cast<unsigned char>(c);
  return high < 0x80;
}

// Is it what sanitize() would leave alone, for a reason that needs no decoding? No early end: the loop is vectorised.
bool is_clean_ascii(std::string_view text) {
  bool clean = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    clean &= (byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\t';
  }
  return clean;
}

bool is_space_ascii(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// White space of Unicode beyond ASCII: categories Zs, Zl, Zp.
bool is_space_wide(char32_t cp) {
  return cp == 0x00A0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 ||
         cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

bool is_mark(char32_t cp) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(cp));
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// One code point by table 3-7; of an ill-formed sequence its maximal subpart becomes one U+FFFD.
char32_t decode(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  int more = 0;
  unsigned char low = 0x80, high = 0xBF;  // what the second byte may be
  char32_t cp = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    more = 1;
    cp = lead & 0x1F;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    more = 2;
    cp = lead & 0x0F;
    if (lead == 0xE0) low = 0xA0;   // else over-long
    if (lead == 0xED) high = 0x9F;  // else a surrogate
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    more = 3;
    cp = lead & 0x07;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;  // else beyond U+10FFFF
  } else {
    return replacement;
  }
  for (; more > 0; --more) {
    if (at >= text.size()) return replacement;
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < low || byte > high) return replacement;
    cp = cp << 6 | (byte & 0x3F);
    low = 0x80;
    high = 0xBF;
    ++at;
  }
  return cp;
}

// Letters whose stroke or ligature is no mark to Unicode, but an accent to whoever types the name without it.
std::string_view fold_letter(char32_t cp) {
  switch (cp) {
    case U'ø':
      return "o";
    case U'ł':
      return "l";
    case U'đ':
      return "d";
    case U'ð':
      return "d";
    case U'ħ':
      return "h";
    case U'ŧ':
      return "t";
    case U'ı':
      return "i";
    case U'æ':
      return "ae";
    case U'œ':
      return "oe";
    case U'þ':
      return "th";
    default:
      return {};
  }
}

void append_folded(std::string& out, char32_t cp) {
  static constexpr auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD);
  std::array<utf8proc_int32_t, 32> folded{};  // the longest decomposition (U+FDFA) has 18
  int boundary = 0;
  const auto count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(cp), folded.data(), folded.size(), options, &boundary);
  for (utf8proc_ssize_t i = 0; i < count && i < static_cast<utf8proc_ssize_t>(folded.size()); ++i) {
    const auto letter = static_cast<char32_t>(folded[static_cast<std::size_t>(i)]);
    if (const auto plain = fold_letter(letter); !plain.empty()) {
      out += plain;
    } else {
      append_code_point(out, letter);
    }
  }
}

std::u32string folded_code_points(std::string_view text) {
  const std::string folded = fold(text);
  std::u32string out;
  for (std::size_t at = 0; at < folded.size();) out += decode(folded, at);
  return out;
}

// Optimal string alignment: insert, delete, replace, swap two neighbours.
std::size_t edit_distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string sanitize(std::string_view bytes) {
  if (is_clean_ascii(bytes)) return std::string(bytes);
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t begin = at;
    const char32_t cp = decode(bytes, at);
    if (cp == 0x2028 || cp == 0x2029) {
      out += '\n';
    } else if ((cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069)) {
      continue;
    } else if (cp < 0x20 ? cp == '\t' || cp == '\n' : cp < 0x7F || cp > 0x9F) {
      if (cp == replacement) {
        append_code_point(out, cp);
      } else {
        out.append(bytes, begin, at - begin);
      }
    }
  }
  return out;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  return at < text.size() ? decode(text, at) : 0;
}

void append_code_point(std::string& out, char32_t cp) {
  if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) cp = replacement;
  if (cp < 0x80) {
    out += static_cast<char>(cp);
  } else if (cp < 0x800) {
    out += static_cast<char>(0xC0 | cp >> 6);
    out += static_cast<char>(0x80 | (cp & 0x3F));
  } else if (cp < 0x10000) {
    out += static_cast<char>(0xE0 | cp >> 12);
    out += static_cast<char>(0x80 | (cp >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (cp & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | cp >> 18);
    out += static_cast<char>(0x80 | (cp >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (cp >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (cp & 0x3F));
  }
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) decode(text, at);
  return count;
}

std::size_t count_utf16_units(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) count += decode(text, at) > 0xFFFF ? 2 : 1;
  return count;
}

std::size_t display_width(std::string_view text) {
  if (is_ascii(text)) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return c >= ' ' && c != 0x7F; }));
  }
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    columns += static_cast<std::size_t>(utf8proc_charwidth(static_cast<utf8proc_int32_t>(decode(text, at))));
  }
  return columns;
}

std::string fold(std::string_view text) {
  if (is_ascii(text)) return to_lower_ascii(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      out += lower_ascii(text[at++]);
    } else {
      append_folded(out, decode(text, at));
    }
  }
  return out;
}

bool is_word_character(char32_t cp) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(cp));
  return category >= UTF8PROC_CATEGORY_LU &&
         category <= UTF8PROC_CATEGORY_NO;  // the enumeration lists L*, M*, N* in a row
}

std::string to_nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  const std::string clean = sanitize(text);
  utf8proc_uint8_t* composed = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(clean.data()), static_cast<utf8proc_ssize_t>(clean.size()),
                   &composed, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(composed, &std::free);
  if (length < 0) return clean;
  return std::string(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(length));
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space_ascii(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space_ascii(text.back())) text.remove_suffix(1);
  return text;
}

namespace {

// How much at the beginning of `text` stays as it is: visible ASCII characters with single blanks between them.
std::size_t length_of_collapsed(std::string_view text) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] > ' ' && text[i] < 0x7f)
      end = i + 1;
    else if (text[i] != ' ' || end < i || i == 0)
      break;
  }
  return end;
}

}  // namespace

std::string collapse_space(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool pending = false;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t kept = length_of_collapsed(text.substr(at)); kept > 0) {
      if (pending && !out.empty()) out += ' ';
      pending = false;
      out.append(text, at, kept);
      at += kept;
      continue;
    }
    const std::size_t begin = at;
    const char32_t cp = decode(text, at);
    if (cp < 0x80 ? is_space_ascii(static_cast<char>(cp)) : is_space_wide(cp)) {
      pending = true;
      continue;
    }
    if (pending && !out.empty()) out += ' ';
    pending = false;
    out.append(text, begin, at - begin);
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower_ascii(c);
  return out;
}

bool iequals_ascii(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower_ascii(x) == lower_ascii(y); });
}

bool starts_with_ci(std::string_view text, std::string_view prefix) {
  return iequals_ascii(text.substr(0, prefix.size()), prefix);
}

std::string replace_all(std::string_view text, std::string_view what, std::string_view with) {
  if (what.empty()) return std::string(text);
  std::string out;
  for (;;) {
    const std::size_t found = text.find(what);
    out += text.substr(0, found);
    if (found == std::string_view::npos) return out;
    out += with;
    text.remove_prefix(found + what.size());
  }
}

std::string ellipsize(std::string_view text, std::size_t max_code_points) {
  constexpr std::size_t near = 16;  // code points given up for the sake of a whole word
  if (max_code_points == 0) return {};
  std::size_t hard = 0;  // where max_code_points - 1 end, never between a letter and its marks
  std::size_t soft = 0;  // the last blank before that
  std::size_t count = 0, soft_count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const std::size_t begin = at;
    const char32_t cp = decode(text, at);
    const bool blank = cp < 0x80 && is_space_ascii(static_cast<char>(cp));
    if (count < max_code_points && !is_mark(cp)) hard = begin;
    if (count < max_code_points && blank) {
      soft = begin;
      soft_count = count;
    }
    if (count == max_code_points) {
      const bool word_is_near = soft > 0 && max_code_points - soft_count <= std::min(near, max_code_points / 2);
      auto kept = text.substr(0, word_is_near ? soft : hard);
      while (!kept.empty() && is_space_ascii(kept.back())) kept.remove_suffix(1);
      return std::string(kept) + "…";
    }
  }
  return std::string(text);
}

std::string wrap(std::string_view text, std::size_t width, std::string_view indent) {
  std::string out;
  const std::size_t indent_width = display_width(indent);
  for (const auto paragraph : split(text, '\n')) {
    if (paragraph.data() != text.data()) out += '\n';
    std::size_t columns = 0;
    bool begun = false;
    for (const auto word : split(paragraph, ' ')) {
      if (word.empty()) continue;
      const std::size_t word_width = display_width(word);
      if (begun && columns + 1 + word_width <= width) {
        out += ' ';
        columns += 1 + word_width;
      } else {
        if (begun) out += '\n';
        out += indent;
        columns = indent_width + word_width;
        begun = true;
      }
      out += word;
    }
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t longest = 128;  // nobody mistypes more; keeps the square bounded
  const auto wanted = folded_code_points(word.substr(0, 4 * longest));
  if (wanted.empty() || wanted.size() > longest) return std::nullopt;
  std::size_t allowed = std::min(std::max<std::size_t>(wanted.size() / 3, 1), wanted.size() - 1);
  const std::string* best = nullptr;
  for (const auto& candidate : candidates) {
    const auto have = folded_code_points(candidate);
    if (std::max(have.size(), wanted.size()) - std::min(have.size(), wanted.size()) > allowed) continue;
    const std::size_t distance = edit_distance(wanted, have);
    if (distance > allowed || (best != nullptr && distance == allowed)) continue;
    best = &candidate;
    allowed = distance;
  }
  if (best == nullptr) return std::nullopt;
  return *best;
}

std::string group_digits(std::int64_t n) {
  std::string digits = std::to_string(n);
  const std::size_t first = n < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

}  // namespace paperboy::text
