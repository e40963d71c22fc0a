#include "daemon/reading/words.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"

namespace paperboy::reading {
namespace {

// In order, to be searched by halves.
constexpr auto stop_words = std::to_array<std::string_view>(
    {"a",     "about", "above",        "across",  "after",    "all",   "also",   "an",     "and",     "any",
     "are",   "as",    "at",           "be",      "because",  "been",  "before", "being",  "between", "both",
     "but",   "by",    "can",          "cannot",  "compared", "could", "did",    "do",     "does",    "during",
     "each",  "even",  "every",        "for",     "from",     "had",   "has",    "have",   "he",      "hence",
     "her",   "here",  "his",          "how",     "however",  "i",     "if",     "in",     "into",    "is",
     "it",    "its",   "may",          "might",   "more",     "most",  "much",   "must",   "no",      "nor",
     "not",   "of",    "on",           "one",     "only",     "or",    "other",  "our",    "out",     "over",
     "own",   "paper", "respectively", "s",       "same",     "shall", "she",    "should", "since",   "so",
     "some",  "such",  "than",         "that",    "the",      "their", "them",   "then",   "there",   "these",
     "they",  "this",  "those",        "through", "thus",     "to",    "under",  "up",     "upon",    "versus",
     "very",  "vs",    "was",          "we",      "were",     "what",  "when",   "where",  "whereas", "which",
     "while", "who",   "will",         "with",    "would",    "you"});

static_assert(std::is_sorted(stop_words.begin(), stop_words.end()));

constexpr auto breaks = std::to_array<std::string_view>(
    {"whereas", "while", "but", "although", "though", "however", "except", "unlike", "yet", "without"});
constexpr auto fine_breaks =
    std::to_array<std::string_view>({"and", "or", "compared", "versus", "vs", "against", "instead", "than"});

bool in(std::string_view word, const auto& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_clause_mark(char32_t cp) {
  return cp == ';' || cp == U'；' || cp == U'，' || cp == U'。' || cp == U'—' || cp == '?' || cp == '!' || cp == '|';
}

}  // namespace

bool is_ideograph(char32_t cp) {
  return (cp >= 0x3400 && cp <= 0x9FFF) || (cp >= 0x3040 && cp <= 0x30FF) || (cp >= 0xF900 && cp <= 0xFAFF) ||
         (cp >= 0x20000 && cp <= 0x323AF);
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  Word word;
  const auto finish = [&](std::size_t end) {
    if (word.end > word.begin) {
      word.end = end;
      word.folded = text::fold(text.substr(word.begin, end - word.begin));
      words.push_back(std::move(word));
    }
    word = {};
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t cp = text::next_code_point(text, at);
    if (is_ideograph(cp)) {
      finish(begin);
      word.begin = begin;
      word.end = at;
      word.ideograph = true;
      finish(at);
    } else if (text::is_word_character(cp)) {
      const bool first = word.end == word.begin;
      if (first) word.begin = begin;
      word.end = at;
      const bool capital = cp < 0x80 ? cp >= 'A' && cp <= 'Z'
                                     : text::fold(text.substr(begin, at - begin)) != text.substr(begin, at - begin) &&
                                           cp >= 0x391 && cp <= 0x42F;
      if (capital) (first ? word.capital : word.inner_capital) = true;
      if (cp >= '0' && cp <= '9') word.digit = true;
    } else {
      finish(begin);
    }
  }
  finish(text.size());
  return words;
}

bool is_cjk(std::string_view text) {
  std::size_t ideographs = 0, letters = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t cp = text::next_code_point(text, at);
    if (is_ideograph(cp)) {
      ++ideographs;
    } else if (text::is_word_character(cp)) {
      ++letters;
    }
  }
  // An ideograph is about what half a word of letters is.
  return ideographs * 6 > letters;
}

bool is_stop_word(std::string_view folded) {
  return std::binary_search(stop_words.begin(), stop_words.end(), folded);
}

std::string stem(std::string_view folded) {
  if (folded.empty() || static_cast<unsigned char>(folded[0]) >= 0x80) return std::string(folded);
  if (folded.size() > 3 && folded.ends_with('s') && !folded.ends_with("ss")) folded.remove_suffix(1);
  if (folded.size() > 4) {
    for (const std::string_view ending : {"ing", "ion", "ie", "ed", "ly", "e", "y"}) {
      if (folded.ends_with(ending) && folded.size() - ending.size() >= 3) {
        folded.remove_suffix(ending.size());
        break;
      }
    }
    if (folded.size() > 6) folded = folded.substr(0, 6);
  }
  return std::string(folded);
}

std::vector<Span> clauses_of(std::string_view text, bool fine) {
  std::vector<Span> clauses;
  std::size_t begin = 0;
  const auto cut = [&](std::size_t end, std::size_t next) {
    if (end > begin && !text::trim(text.substr(begin, end - begin)).empty()) clauses.push_back({begin, end});
    begin = next;
  };
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (is_letter(text[at])) {
      while (at < text.size() && (is_letter(text[at]) || text[at] == '-')) ++at;
      const std::string word = text::to_lower_ascii(text.substr(start, at - start));
      // "not yet" is one thing.
      const bool not_yet = word == "yet" && text::trim(text.substr(begin, start - begin)).ends_with("not");
      // So is "more than 400".
      const std::string_view behind = text::trim(text.substr(at));
      const bool bound = word == "than" && !behind.empty() && behind[0] >= '0' && behind[0] <= '9';
      if ((in(word, breaks) && !not_yet) || (fine && in(word, fine_breaks) && !bound)) cut(start, start);
      continue;
    }
    const char32_t cp = text::next_code_point(text, at);
    const bool before_blank = at >= text.size() || text[at] == ' ' || static_cast<unsigned char>(text[at]) >= 0x80;
    const bool before_digit = at < text.size() && text[at] >= '0' && text[at] <= '9';
    const bool mark =
        is_clause_mark(cp) ||
        (fine && (cp == '(' || cp == ')' || cp == U'（' || cp == U'）' || cp == U'、' || cp == U'和' || cp == U'与')) ||
        cp == U'但' || (cp == U'而' && !text.substr(at).starts_with("不是") && !text.substr(at).starts_with("非")) ||
        cp == '\n' || ((cp == ':' || cp == '.') && before_blank) || (cp == ',' && !before_digit);
    if (mark) cut(start, at);
  }
  cut(text.size(), text.size());
  return clauses;
}

}  // namespace paperboy::reading
