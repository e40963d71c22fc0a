#include "daemon/reading/passages.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "daemon/base/text.hpp"

namespace paperboy::reading {
namespace {

constexpr auto negations = std::to_array<std::string_view>(
    {"not",           "no",          "never",         "neither",     "nor",         "without",
     "cannot",        "none",        "nothing",       "fail",        "fails",       "failed",
     "failing",       "failure",     "unable",        "lack",        "lacks",       "lacked",
     "lacking",       "hardly",      "scarcely",      "barely",      "rarely",      "seldom",
     "avoid",         "avoids",      "avoided",       "avoiding",    "impossible",  "unnecessary",
     "insignificant", "unlikely",    "absence",       "nobody",      "unknown",     "unclear",
     "untested",      "unexplored",  "unmeasured",    "unevaluated", "unexamined",  "unproven",
     "unproved",      "unsolved",    "unresolved",    "unstable",    "unavailable", "unaffected",
     "unreliable",    "independent", "independently", "failures",    "unchanged",   "gone",
     "vanish",        "vanishes",    "vanished",      "disappear",   "disappears",  "disappeared",
     "unsuitable",    "infeasible",  "intractable",   "ineffective", "insensitive", "incapable"});

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hyphen(char32_t cp) {
  return cp == '-' || (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212 || cp == 0xFE63 || cp == 0xFF0D;
}

bool is_raised(char32_t cp) {
  return cp == 0xB2 || cp == 0xB3 || cp == 0xB9 || (cp >= 0x2070 && cp <= 0x207E);
}

bool is_kept_sign(char32_t cp) {
  return cp == '%' || cp == U'％' || cp == U'±' || cp == '<' || cp == '>' || cp == U'≤' || cp == U'≥' || cp == U'≠' ||
         cp == '=' || cp == U'×' || cp == '+' || cp == '^' || cp == U'⁺' || cp == U'⁻';
}

// Stands the byte at the edge of a word, or of a number?
bool begins_word(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  std::size_t here = at;
  const char32_t cp = text::next_code_point(text, here);
  if (is_ideograph(cp) || !text::is_word_character(cp)) return true;
  std::size_t before = at - 1;
  while (before > 0 && (static_cast<unsigned char>(text[before]) & 0xC0) == 0x80) --before;
  std::size_t after = before;
  const char32_t previous = text::next_code_point(text, after);
  if (is_digit(text[at]) && (previous == '.' || previous == ',') && before > 0 && is_digit(text[before - 1]))
    return false;
  return !text::is_word_character(previous) || is_ideograph(previous);
}

bool ends_word(std::string_view text, std::size_t last, std::size_t end) {
  if (end >= text.size()) return true;
  std::size_t here = last;
  const char32_t cp = text::next_code_point(text, here);
  if (is_ideograph(cp) || !text::is_word_character(cp)) return true;
  std::size_t after = end;
  const char32_t next = text::next_code_point(text, after);
  if (is_digit(text[last]) && (next == '.' || next == ',') && after < text.size() && is_digit(text[after]))
    return false;
  return !text::is_word_character(next) || is_ideograph(next);
}

bool same_word(const Word& a, const Word& b) {
  if (a.folded == b.folded) return true;
  if (a.digit || b.digit || is_negation(a.folded) != is_negation(b.folded)) return false;
  return a.folded.size() > 4 && b.folded.size() > 4 && stem(a.folded) == stem(b.folded);
}

double weight(const Word& word) {
  return is_stop_word(word.folded) ? 0.5 : 1.0;
}

bool must_match(const Word& word) {
  return word.digit || is_negation(word.folded);
}

struct Alignment {
  double matched = 0;  // weight of the words of the quotation that stand in the passage
  std::size_t first = 0, last = 0;
  double passage = 0;  // weight of the passage's words
  bool sound = true;   // no number or negation of either side is without a partner
};

// The heaviest common subsequence of the quotation and words[from, to), as short as its ends allow.
Alignment align(const std::vector<Word>& quote, const std::vector<Word>& words, std::size_t from, std::size_t to) {
  const std::size_t rows = quote.size() + 1, columns = to - from + 1;
  std::vector<float> best(rows * columns, 0.0F);
  for (std::size_t i = 1; i < rows; ++i) {
    const auto gain = static_cast<float>(weight(quote[i - 1]));
    for (std::size_t j = 1; j < columns; ++j) {
      float value = std::max(best[(i - 1) * columns + j], best[i * columns + j - 1]);
      if (same_word(quote[i - 1], words[from + j - 1])) value = std::max(value, best[(i - 1) * columns + j - 1] + gain);
      best[i * columns + j] = value;
    }
  }
  std::vector<bool> used_quote(quote.size()), used_words(to - from);
  for (std::size_t i = rows - 1, j = columns - 1; i > 0 && j > 0;) {
    const float value = best[i * columns + j];
    if (value == best[i * columns + j - 1]) {
      --j;
    } else if (value == best[(i - 1) * columns + j]) {
      --i;
    } else {
      used_quote[--i] = true;
      used_words[--j] = true;
    }
  }
  Alignment result;
  const auto first = std::find(used_words.begin(), used_words.end(), true);
  if (first == used_words.end()) return result;
  result.first = from + static_cast<std::size_t>(first - used_words.begin());
  for (std::size_t j = 0; j < used_words.size(); ++j) {
    if (used_words[j]) result.last = from + j;
  }
  for (std::size_t i = 0; i < quote.size(); ++i) {
    if (used_quote[i]) result.matched += weight(quote[i]);
    if (!used_quote[i] && must_match(quote[i])) result.sound = false;
  }
  for (std::size_t j = result.first; j <= result.last; ++j) {
    result.passage += weight(words[j]);
    if (!used_words[j - from] && must_match(words[j])) result.sound = false;
  }
  return result;
}

}  // namespace

bool is_negation(std::string_view folded) {
  return std::find(negations.begin(), negations.end(), folded) != negations.end();
}

Letters::Letters(std::string_view text) {
  bytes.reserve(text.size());
  bool blank = false, raised = false;
  const auto put = [&](std::string_view what, std::size_t from, std::size_t to) {
    for (const char c : what) {
      bytes += c;
      begin.push_back(static_cast<std::uint32_t>(from));
      end.push_back(static_cast<std::uint32_t>(to));
    }
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t cp = text::next_code_point(text, at);
    const bool after_digit = from > 0 && is_digit(text[from - 1]);
    const bool before_digit = at < text.size() && is_digit(text[at]);
    const bool was_raised = raised;
    raised = false;
    if (is_raised(cp)) {
      raised = true;
      if (!was_raised && (bytes.empty() || bytes.back() != '^')) put("^", from, at);
      put(cp == U'⁻' ? "-" : cp == U'⁺' ? "+" : text::fold(text.substr(from, at - from)), from, at);
    } else if (text::is_word_character(cp)) {
      if (blank && cp < 0x80 && is_digit(static_cast<char>(cp)) && !bytes.empty() && is_digit(bytes.back())) {
        put(" ", from, from);
      }
      if (cp < 0x80) {
        const char lower = cp >= 'A' && cp <= 'Z' ? static_cast<char>(cp + 32) : static_cast<char>(cp);
        put(std::string_view(&lower, 1), from, at);
      } else {
        put(text::fold(text.substr(from, at - from)), from, at);
      }
    } else if (is_kept_sign(cp)) {
      put(cp == U'％' ? "%" : text.substr(from, at - from), from, at);
    } else if ((cp == '.' || cp == ',') && after_digit && before_digit) {
      put(text.substr(from, 1), from, at);
    } else if (is_hyphen(cp) && before_digit) {
      const char previous = from > 0 ? text[from - 1] : ' ';
      const bool in_name = (previous >= 'a' && previous <= 'z') || (previous >= 'A' && previous <= 'Z');
      if (!in_name) put("-", from, at);
    } else {
      blank = true;
      continue;
    }
    blank = false;
  }
}

Passages::Passages(std::string_view text) : text_(text), letters_(text), words_(words_of(text)) {
  for (std::uint32_t i = 0; i < words_.size(); ++i) places_[words_[i].folded].push_back(i);
}

bool Passages::says_something(std::string_view quote) {
  std::size_t words = 0, ideographs = 0, contents = 0;
  for (const Word& word : words_of(quote)) {
    ++(word.ideograph ? ideographs : words);
    if (!word.ideograph && !is_stop_word(word.folded)) ++contents;
  }
  return (words >= 3 && contents >= 2) || (ideographs > 0 && ideographs + 2 * words >= 6);
}

std::optional<Passage> Passages::exact(std::string_view quote) const {
  const Letters wanted(quote);
  if (wanted.bytes.empty()) return std::nullopt;
  std::size_t at = letters_.bytes.find(wanted.bytes);
  for (std::size_t tries = 0; at != std::string::npos && tries < common; ++tries) {
    const std::size_t last = at + wanted.bytes.size() - 1;
    const std::size_t begin = letters_.begin[at], end = letters_.end[last];
    if (begins_word(text_, begin) && ends_word(text_, letters_.begin[last], end)) return Passage{begin, end, true};
    at = letters_.bytes.find(wanted.bytes, at + 1);
  }
  return std::nullopt;
}

std::optional<Passage> Passages::fuzzy(std::string_view quote) const {
  const std::vector<Word> wanted = words_of(quote);
  if (wanted.size() < fewest_fuzzy || wanted.size() > most_words || words_.empty()) return std::nullopt;
  // Votes are gathered in stretches of the quotation's length; a candidate is such a stretch with its neighbours.
  const std::size_t stretch = wanted.size();
  std::vector<std::uint32_t> votes(words_.size() / stretch + 1);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto places = places_.find(wanted[i].folded);
    if (places == places_.end() || places->second.size() > common) continue;
    for (const std::uint32_t place : places->second) ++votes[(place > i ? place - i : 0) / stretch];
  }
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < votes.size(); ++i) {
    if (votes[i] > 0) order.push_back(i);
  }
  const std::size_t count = std::min(candidates, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
      [&](std::uint32_t a, std::uint32_t b) { return votes[a] != votes[b] ? votes[a] > votes[b] : a < b; });
  double total = 0;
  for (const Word& word : wanted) total += weight(word);
  std::optional<Passage> found;
  double best = threshold;
  for (std::size_t c = 0; c < count; ++c) {
    const std::size_t middle = order[c] * stretch;
    const std::size_t from = middle > stretch / 2 ? middle - stretch / 2 : 0;
    const std::size_t to = std::min(words_.size(), middle + 5 * stretch / 2);
    const Alignment alignment = align(wanted, words_, from, to);
    const double share = alignment.matched / std::max(total, alignment.passage);
    if (!alignment.sound || alignment.matched == 0 || share < best || (found && share == best)) continue;
    best = share;
    found = Passage{words_[alignment.first].begin, words_[alignment.last].end, false};
  }
  return found;
}

std::optional<Passage> Passages::find(std::string_view quote) const {
  if (std::optional<Passage> passage = exact(quote)) return passage;
  return fuzzy(quote);
}

}  // namespace paperboy::reading
