#include "daemon/paper/sentences.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"

namespace paperboy::paper {
namespace {

bool is_ascii_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view other) { return text::iequals_ascii(word, other); });
}

// Never the last word of a sentence.
constexpr std::array<std::string_view, 46> never_last{
    "e.g", "i.e",  "cf",  "vs",   "fig",  "figs", "eq",  "eqs",  "eqn",       "eqns", "sec",  "secs",
    "ref", "refs", "tab", "thm",  "prop", "lem",  "cor", "def",  "ch",        "chap", "app",  "alg",
    "no",  "nos",  "vol", "pp",   "dr",   "prof", "mr",  "mrs",  "ms",        "st",   "resp", "approx",
    "ca",  "phys", "rev", "lett", "appl", "proc", "ann", "math", "astrophys", "comm"};
// The last word of a sentence only if the next begins like one.
constexpr std::array<std::string_view, 10> rarely_last{"al",   "etc", "i.i.d", "a.k.a", "w.r.t",
                                                       "ph.d", "u.s", "inc",   "ltd",   "jr"};
// Words with which authors begin a sentence.
constexpr std::array<std::string_view, 49> beginners{
    "we",    "the",    "this",         "these",       "it",      "in",      "to",    "as",    "for",         "by",
    "with",  "here",   "moreover",     "furthermore", "however", "finally", "using", "a",     "an",          "on",
    "at",    "from",   "such",         "when",        "while",   "since",   "then",  "thus",  "therefore",   "they",
    "both",  "all",    "overall",      "our",         "if",      "let",     "after", "under", "experiments", "results",
    "first", "second", "additionally", "also",        "its",     "unlike",  "based", "one",   "there"};

std::string_view word_before(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && (is_ascii_alnum(text[begin - 1]) || text[begin - 1] == '.' || text[begin - 1] == '-')) --begin;
  return text.substr(begin, at - begin);
}

std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_ascii_alnum(text[end])) ++end;
  return text.substr(at, end - at);
}

bool is_abbreviation(std::string_view text, std::size_t dot, std::size_t next) {
  const std::string_view word = word_before(text, dot);
  const std::string_view following = word_at(text, next);
  if (word.empty()) return false;
  if (text::iequals_ascii(word, "no")) return !following.empty() && following[0] >= '0' && following[0] <= '9';
  const std::size_t begin = dot - word.size();
  const bool measured = begin > 1 && text[begin - 1] == ' ' && text[begin - 2] >= '0' && text[begin - 2] <= '9';
  if (measured && (word == "ms" || word == "sec" || word == "secs")) return false;  // "in 18 ms. In 24 rooms"
  if (is_one_of(word, never_last)) return true;
  const bool letter_follows = following.size() == 1 && next + 1 < text.size() && text[next + 1] == '.';
  const bool name_follows =
      letter_follows || (following.size() > 1 && std::all_of(following.begin() + 1, following.end(),
                                                             [](char c) { return c >= 'a' && c <= 'z'; }));
  const bool initial = word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z' && name_follows;
  const bool dotted = word.size() >= 3 && word[word.size() - 2] == '.' && !(word.back() >= '0' && word.back() <= '9');
  if (initial || dotted || is_one_of(word, rarely_last)) return !is_one_of(following, beginners);
  return false;
}

bool may_begin(std::string_view text, std::size_t at) {
  const char c = text[at];
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("$\\\"'`([{*-%").find(c) != std::string_view::npos;
}

// Position after the sentence that begins at `begin`.
std::size_t sentence_end(std::string_view text, std::size_t begin) {
  int open = 0;
  std::size_t opened_at = begin;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') return i;
    if (c == '(' || c == '[') {
      if (open++ == 0) opened_at = i;
    }
    if ((c == ')' || c == ']') && open > 0) --open;
    const bool ideographic = text.substr(i).starts_with("。");
    if (ideographic) return i + std::string_view("。").size();
    if (c != '.' && c != '!' && c != '?') continue;
    if (open > 0 && i - opened_at < 300) continue;
    std::size_t after = i + 1;
    while (after < text.size() && std::string_view(".!?)]\"'}").find(text[after]) != std::string_view::npos) ++after;
    if (after >= text.size()) return text.size();
    if (text[after] != ' ' && text[after] != '\n') continue;
    std::size_t next = after;
    while (next < text.size() && text[next] == ' ') ++next;
    if (next >= text.size() || text[next] == '\n') return after;
    if (!may_begin(text, next)) continue;
    if (c == '.' && is_abbreviation(text, i, next)) continue;
    return after;
  }
  return text.size();
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

}  // namespace

std::vector<Span> sentences_in(std::string_view text) {
  std::vector<Span> sentences;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::max(sentence_end(text, at), at + 1);
    Span span{at, end};
    while (span.begin < span.end && is_blank(text[span.begin])) ++span.begin;
    while (span.end > span.begin && is_blank(text[span.end - 1])) --span.end;
    if (span.begin < span.end) sentences.push_back(span);
    at = end;
  }
  return sentences;
}

}  // namespace paperboy::paper
