#pragma once
// Text in UTF-8. Pure functions, any thread; none throws on bad input.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::text {

// --- characters

// Valid UTF-8 whatever comes in: ill-formed sequences (Unicode 15, table 3-7) become U+FFFD; C0/C1 controls but tab and
// line feed, and embeddings, overrides and isolates of UAX #9, are dropped; U+2028/9 become line feeds. Of all input.
std::string sanitize(std::string_view bytes);
// The next code point at `at` (which moves on). `text` must be sanitized; at the end returns 0.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_code_point(std::string& out, char32_t cp);
std::size_t count_code_points(std::string_view text);
std::size_t count_utf16_units(std::string_view text);  // as Telegram counts
// Columns in a terminal: wide East Asian characters are two, combining marks none.
std::size_t display_width(std::string_view text);

// Case and accents folded for comparing: NFKD, marks dropped, case folded; ß -> ss, ø -> o, ł -> l. "Erdős" -> "erdos".
std::string fold(std::string_view text);
// Part of a word in any script: general categories L* (letters), M* (marks) and N* (numbers).
bool is_word_character(char32_t cp);
// NFC, as stored and shown.
std::string to_nfc(std::string_view text);

// --- shape

std::string_view trim(std::string_view text);       // ASCII white space off both ends
std::string collapse_space(std::string_view text);  // every run of white space (Unicode's too) is one blank; trimmed
std::vector<std::string_view> split(std::string_view text, char separator);  // "a,,b" -> a, "", b; "" -> ""
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string to_lower_ascii(std::string_view text);
bool iequals_ascii(std::string_view a, std::string_view b);
bool starts_with_ci(std::string_view text, std::string_view prefix);
std::string replace_all(std::string_view text, std::string_view what, std::string_view with);

// At most `max_code_points`, cut at a word where one is near, with "…" when something was cut off.
std::string ellipsize(std::string_view text, std::size_t max_code_points);
// Lines of at most `width` columns (`indent`, which begins each, counts), broken at blanks; line feeds are kept; a
// longer word (a URL) keeps a line of its own, uncut. No line feed at the end.
std::string wrap(std::string_view text, std::size_t width, std::string_view indent = "");

std::string escape_html(std::string_view text);  // & < > " '

// --- help

// The candidate nearest to `word` within a third of its length (Damerau-Levenshtein), for "did you mean". Nothing if
// none is.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);
// 12345 -> "12,345".
std::string group_digits(std::int64_t n);

}  // namespace paperboy::text
