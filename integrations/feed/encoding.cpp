#include "integrations/feed/encoding.hpp"

#include <iconv.h>

#include <cerrno>
#include <optional>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::feed {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// Nothing if iconv knows no such encoding.
std::optional<std::string> convert(std::string_view bytes, const std::string& from) {
  if (from.empty()) return std::nullopt;
  const iconv_t converter = iconv_open("UTF-8", from.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string out;
  std::string input(bytes);
  char* in = input.data();
  std::size_t left = input.size();
  char buffer[4096];
  while (left > 0) {
    char* to = buffer;
    std::size_t room = sizeof buffer;
    const std::size_t done = iconv(converter, &in, &left, &to, &room);
    out.append(buffer, sizeof buffer - room);
    if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    out += replacement;  // a byte without a meaning, or a character cut off at the end
    ++in;
    --left;
  }
  iconv_close(converter);
  return out;
}

// The value after `key` in a header or a declaration, without quotes: charset=utf-8, encoding="KOI8-R".
std::string value_after(std::string_view text, std::string_view key) {
  const std::string lower = text::to_lower_ascii(text);
  std::size_t at = lower.find(key);
  if (at == std::string::npos) return {};
  at = lower.find('=', at + key.size());
  if (at == std::string::npos) return {};
  std::string value;
  for (const char c : text.substr(at + 1)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':';
    if (plain) {
      value += c;
    } else if (!value.empty()) {
      break;
    }
  }
  return value;
}

std::string declared(std::string_view bytes) {
  const std::size_t begin = bytes.find("<?xml");
  if (begin == std::string_view::npos || begin > 64) return {};
  const std::string_view declaration = bytes.substr(begin, bytes.find("?>", begin) - begin);
  return declaration.size() > 200 ? std::string() : value_after(declaration, "encoding");
}

}  // namespace

std::string to_utf8(std::string_view bytes, std::string_view content_type) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return text::sanitize(bytes.substr(3));
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    const std::string from = bytes.front() == '\xFF' ? "UTF-16LE" : "UTF-16BE";
    return text::sanitize(convert(bytes.substr(2), from).value_or(std::string()));
  }
  std::string sane = text::sanitize(bytes);
  // sanitize() leaves well-formed text as it is and marks every ill-formed sequence.
  const auto marks = [](std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = text.find(replacement); at != std::string_view::npos; at = text.find(replacement, at + 1))
      ++count;
    return count;
  };
  const bool zeros = bytes.substr(0, 64).find('\0') != std::string_view::npos;  // UTF-16 without a mark
  if (!zeros && marks(sane) == marks(bytes)) return sane;
  for (const std::string& from : {declared(bytes), value_after(content_type, "charset"), std::string("WINDOWS-1252")}) {
    if (text::iequals_ascii(from, "utf-8") || text::iequals_ascii(from, "utf8")) break;  // UTF-8 with flaws
    if (const auto converted = convert(bytes, from)) return text::sanitize(*converted);
  }
  return sane;
}

}  // namespace paperboy::integrations::feed
