#include "daemon/reading/rules.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "daemon/reading/passages.hpp"

namespace paperboy::reading {
namespace {

constexpr auto prepositions =
    std::to_array<std::string_view>({"on", "in", "for", "of", "with", "from", "to", "over", "by", "than", "against",
                                     "at", "across", "under", "using", "via", "between", "like", "unlike"});

std::size_t occurrences(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

// Words with 不, 无, 非 or 未 that deny nothing.
constexpr auto no_denials = std::to_array<std::string_view>(
    {"不同",   "不仅",   "不断",   "不过",   "不但",   "不管",   "不论", "不少", "不超过", "不低于",
     "不少于", "不确定", "不平衡", "不等式", "不变",   "不对称", "不良", "无论", "无监督", "无人",
     "无线",   "无偏",   "非常",   "非线性", "非参数", "非凸",   "未来", "未知", "除非",   "无穷"});
constexpr auto denials = std::to_array<std::string_view>(
    {"没有", "没", "不", "未", "无", "并非", "缺乏", "避免", "排除", "失败", "很少", "难以"});

bool is_removal(std::string_view folded) {
  constexpr auto words = std::to_array<std::string_view>(
      {"removing", "removal", "omitting", "excluding", "disabling", "ablating", "dropping"});
  return std::find(words.begin(), words.end(), folded) != words.end();
}

// "Removing X" at the head of a clause is "without X".
bool removes(const Clause& clause) {
  if (!clause.words.empty() && is_removal(clause.words.front().folded)) return true;
  constexpr auto words = std::to_array<std::string_view>({"去掉", "去除", "移除"});
  const std::string_view text = text::trim(clause.text);
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.starts_with(word); });
}

std::size_t negations_in(std::string_view text, const std::vector<Word>& words) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].folded;
    const std::string_view next = i + 1 < words.size() ? std::string_view(words[i + 1].folded) : std::string_view();
    const std::string_view before = i > 0 ? std::string_view(words[i - 1].folded) : std::string_view();
    if (word == "not" && (next == "only" || next == "just" || before == "or")) continue;
    if (word == "no" && next.size() > 0 && words[i + 1].digit) continue;
    const std::string_view second = i + 2 < words.size() ? std::string_view(words[i + 2].folded) : std::string_view();
    const bool bound = (next == "more" || next == "less" || next == "fewer" || next == "later") && second == "than";
    if ((word == "no" || word == "not") && bound) continue;  // "at most"
    if (word == "reach" && before == "of" && i > 1 && words[i - 2].folded == "out") ++count;
    if (word == "reach" && (before == "beyond" || (i > 1 && words[i - 2].folded == "beyond"))) ++count;
    if (word == "open" && (before.starts_with("remain") || before == "left" || before == "still")) ++count;
    if (word == "open" && (next == "question" || next == "problem")) ++count;
    if (is_negation(word)) ++count;
    if (word == "t" && before.ends_with('n') && words[i].begin > words[i - 1].end) ++count;  // isn't
    if ((word == "ruled" || word == "rule" || word == "rules") && next == "out") ++count;
  }
  std::string rest(text);
  for (const std::string_view word : no_denials) rest = text::replace_all(rest, word, " ");
  for (const std::string_view word : denials) {
    count += occurrences(rest, word);
    rest = text::replace_all(rest, word, " ");
  }
  return count;
}

std::string initials(const std::vector<Word>& words, std::size_t from, std::size_t count) {
  std::string result;
  for (std::size_t i = from; i < words.size() && result.size() < count; ++i) result += words[i].folded[0];
  return result;
}

bool names(const Saying& in, const Word& word) {
  const std::string wanted = stem(word.folded);
  for (std::size_t i = 0; i < in.words.size(); ++i) {
    if (stem(in.words[i].folded) == wanted) return true;
    if (word.inner_capital && word.folded.size() >= 3 && initials(in.words, i, word.folded.size()) == word.folded) {
      return true;
    }
  }
  return false;
}

// 4 of "GPT-4" is of that name; so it must be in the text.
bool names_together(const Saying& in, const Word& first, const Word& second) {
  for (std::size_t i = 0; i < in.words.size(); ++i) {
    if (in.words[i].folded == first.folded + second.folded) return true;
    if (i > 0 && in.words[i].folded == second.folded && in.words[i - 1].folded == first.folded) return true;
  }
  return false;
}

// What each negation of a clause is about: the three words that follow; before it, where nothing does.
std::vector<std::string> denied(const Clause& clause) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < clause.words.size(); ++i) {
    const Word& word = clause.words[i];
    const bool contraction = word.folded == "t" && i > 0 && clause.words[i - 1].folded.ends_with('n');
    if (!is_negation(word.folded) && !contraction && !(i == 0 && is_removal(word.folded))) continue;
    std::vector<Word> about;
    for (std::size_t j = i + 1; j < clause.words.size() && about.size() < 3; ++j) {
      if (!is_stop_word(clause.words[j].folded)) about.push_back(clause.words[j]);
    }
    for (std::size_t j = i; j-- > 0 && about.size() < 2;) {
      if (!is_stop_word(clause.words[j].folded)) about.push_back(clause.words[j]);
    }
    if (is_negation(word.folded)) about.push_back(word);  // "unknown": of being known
    for (std::string& one : stems_of(about)) found.push_back(std::move(one));
  }
  return found;
}

struct Strong {
  std::string_view name;
  std::vector<std::string_view> words, licences;
};

const std::vector<Strong>& strong_words() {
  static const std::vector<Strong> list{
      {"all",
       {"all", "every", "always", "any", "entire", "entirely", "everywhere", "所有", "全部", "任何", "总是", "每个",
        "一切", "始终"},
       {"all",  "every",      "always",     "any",          "entire",    "entirely", "each", "across",    "whole",
        "both", "throughout", "everywhere", "consistently", "uniformly", "none",     "no",   "arbitrary", "universal",
        "所有", "全部",       "任何",       "总是",         "每",        "一切",     "始终", "均",        "都"}},
      {"first",
       {"first", "首次", "首个", "第一个", "率先"},
       {"first", "novel", "unprecedented", "initial", "initially", "一", "首", "1"}},
      {"the best",
       {"best", "state of the art", "sota", "最好", "最佳", "最优", "最先进"},
       {"best", "state of the art", "sota", "optimal", "highest", "lowest", "top", "outperforms", "outperform",
        "surpasses", "most", "strongest", "record", "exceeds", "最"}},
      {"certainty",
       {"prove", "proves", "proved", "proven", "guarantee", "guarantees", "guaranteed", "证明", "保证"},
       {"prove", "proves", "proved", "proven", "proof", "proofs", "guarantee", "guarantees", "guaranteed", "theorem",
        "rigorous", "rigorously", "establish", "establishes", "show", "证明", "保证", "定理"}}};
  return list;
}

bool says(const Saying& saying, std::string_view what) {
  if (static_cast<unsigned char>(what[0]) >= 0x80) return saying.text.find(what) != std::string::npos;
  if (what == "state of the art") {
    std::string folded;
    for (const Word& word : saying.words) folded += word.folded + " ";
    return folded.find(what) != std::string::npos;
  }
  return std::any_of(saying.words.begin(), saying.words.end(), [&](const Word& word) { return word.folded == what; });
}

constexpr auto hedges = std::to_array<std::string_view>(
    {"may",         "might",       "could",       "would",      "conjecture", "conjectured", "possibly", "perhaps",
     "potentially", "hypothesize", "hypothesise", "hypothesis", "speculate",  "hope",        "plan",     "appear",
     "appears",     "seem",        "seems",       "feasible",   "likely",     "anticipate",  "可能",     "或许",
     "猜想",        "推测",        "也许",        "有望",       "假设"});
constexpr auto soft = std::to_array<std::string_view>(
    {"can",  "possible", "potential", "should", "would", "suggest", "suggests", "believe", "expected", "suspect",
     "open", "consider", "if",        "如果",   "若",    "有可能",  "潜在",     "可行",    "似乎",     "预计"});

bool hedged(const Clause& clause) {
  for (std::size_t i = 1; i < clause.words.size(); ++i) {
    const std::string& before = clause.words[i - 1].folded;
    const bool denied = i > 1 && is_negation(clause.words[i - 2].folded);
    const bool agrees = before == "consistent" || before == "compatible";
    if (clause.words[i].folded == "with" && agrees && !denied) return true;
  }
  const auto is_hedge = [&clause](std::size_t i, std::string_view hedge) {
    const Word& word = clause.words[i];
    if (word.folded != hedge || (hedge == "may" && word.capital)) return false;
    // "the conjecture" is what is spoken of.
    const std::string_view before = i > 0 ? std::string_view(clause.words[i - 1].folded) : std::string_view();
    return !(before == "the" || before == "a" || before == "this");
  };
  return std::any_of(hedges.begin(), hedges.end(), [&](std::string_view hedge) {
    if (static_cast<unsigned char>(hedge[0]) >= 0x80) return clause.text.find(hedge) != std::string_view::npos;
    for (std::size_t i = 0; i < clause.words.size(); ++i) {
      if (is_hedge(i, hedge)) return true;
    }
    return false;
  });
}

// "because of the parity problem", "under warming"
bool is_circumstance(const Clause& clause) {
  constexpr auto words = std::to_array<std::string_view>({"because", "since", "due", "when", "where", "if", "as"});
  if (clause.words.empty()) return true;
  const std::string& first = clause.words.front().folded;
  return std::find(words.begin(), words.end(), first) != words.end() || is_preposition(clause.words.front());
}

// "With A, B seems possible": A is no more certain than B. "C is consistent with, but does not show, D": nor is D.
void spread_doubt(std::vector<Clause>& clauses) {
  for (std::size_t i = 0; i < clauses.size(); ++i) clauses[i].hedged = hedged(clauses[i]);
  for (std::size_t i = 0; i + 1 < clauses.size(); ++i) {
    if (clauses[i].words.empty()) continue;
    const bool opens = is_preposition(clauses[i].words.front()) || clauses[i].words.front().folded == "if";
    if (opens && clauses[i + 1].hedged) clauses[i].hedged = true;
    if (!clauses[i].hedged || !is_preposition(clauses[i].words.back())) continue;
    for (std::size_t j = i + 1; j < clauses.size(); ++j) clauses[j].hedged = true;
  }
}

}  // namespace

bool is_number_word(const Word& word) {
  return word.digit && word.folded.find_first_not_of("0123456789") == std::string::npos;
}

bool overlaps(const Word& word, const std::vector<Number>& numbers) {
  return std::any_of(numbers.begin(), numbers.end(),
                     [&](const Number& n) { return word.begin < n.end && n.begin < word.end; });
}

// A name, by the look of it: NASA, Reddit in the middle of a sentence, GraphSAGE, 4o.
bool is_name(const Saying& saying, std::size_t i) {
  const Word& word = saying.words[i];
  if (word.ideograph || is_stop_word(word.folded) || word.folded.size() < 2) return false;
  if (overlaps(word, saying.numbers)) return false;
  if (word.inner_capital || (word.digit && !is_number_word(word))) return true;
  if (!word.capital) return false;
  if (saying.cjk) return true;
  if (i == 0) return false;
  const std::string_view between =
      std::string_view(saying.text).substr(saying.words[i - 1].end, word.begin - saying.words[i - 1].end);
  return between.find_first_of(".:!?") == std::string_view::npos;
}

bool is_preposition(const Word& word) {
  return std::find(prepositions.begin(), prepositions.end(), word.folded) != prepositions.end();
}

bool has(const std::vector<std::string>& list, const std::string& what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

std::size_t shared(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return static_cast<std::size_t>(
      std::count_if(a.begin(), a.end(), [&](const std::string& word) { return has(b, word); }));
}

std::vector<std::string> stems_of(const std::vector<Word>& words) {
  std::vector<std::string> stems;
  for (const Word& word : words) {
    if (word.ideograph || is_stop_word(word.folded)) continue;
    std::string_view folded = word.folded;
    if (is_negation(folded)) {
      const bool prefixed =
          folded.size() > 6 && (folded.starts_with("un") || folded.starts_with("in") || folded.starts_with("im"));
      if (!prefixed) continue;
      folded.remove_prefix(2);
    }
    std::string found = stem(folded);
    if (!has(stems, found)) stems.push_back(std::move(found));
  }
  for (std::size_t i = 1; i < words.size(); ++i) {  // of ideographs, two say something
    if (!words[i].ideograph || !words[i - 1].ideograph || words[i].begin != words[i - 1].end) continue;
    std::string pair = words[i - 1].folded + words[i].folded;
    if (!has(stems, pair)) stems.push_back(std::move(pair));
  }
  return stems;
}

std::vector<const Clause*> sources_of(const std::vector<std::string>& words, const Stated& stated) {
  std::vector<const Clause*> sources;
  for (const auto& passing : stated) {
    for (const Clause& clause : passing->wide.clauses) {
      if (shared(words, clause.stems) > 0) sources.push_back(&clause);
    }
  }
  if (!sources.empty()) return sources;
  for (const auto& passing : stated) {
    for (const Clause& clause : passing->wide.clauses) sources.push_back(&clause);
  }
  return sources;
}

bool across_languages(const Saying& said, const Stated& stated) {
  return std::any_of(stated.begin(), stated.end(), [&](const auto& passing) { return passing->wide.cjk != said.cjk; });
}

Saying::Saying(std::string whole) : text(std::move(whole)) {
  cjk = is_cjk(text);
  words = words_of(text);
  numbers = numbers_in(text);
  for (const Span span : clauses_of(text, false)) {
    Clause clause;
    clause.text = std::string_view(text).substr(span.begin, span.end - span.begin);
    clause.words = words_of(clause.text);
    clause.stems = stems_of(clause.words);
    clause.removes = removes(clause);
    clause.negative = (negations_in(clause.text, clause.words) + (clause.removes ? 1 : 0)) % 2 == 1;
    // "X holds for A, but not for B": what is denied of B stands with A.
    if (clause.negative && !clauses.empty() && clause.stems.size() <= 3 && !clause.words.empty() &&
        clause.words.front().folded == "but") {
      for (const std::string& one : clauses.back().stems) {
        if (!has(clause.stems, one)) clause.inherited.push_back(one);
      }
    }
    clauses.push_back(std::move(clause));
  }
  spread_doubt(clauses);
}

std::vector<std::string> anchors_of(const Saying& saying) {
  std::vector<std::string> anchors;
  for (const Word& word : saying.words) {
    if (!word.ideograph && (word.capital || word.inner_capital || word.digit)) anchors.push_back(stem(word.folded));
  }
  return anchors;
}

namespace {

// "64 days" of "31 days on 64 cores": what has a unit cannot be what counts things, where another number has the unit.
bool counts_something_else(const Number& said, const Number& number, const Saying& quoted) {
  const bool measures = said.dimension != Dimension::unknown && said.dimension != Dimension::ratio &&
                        said.dimension != Dimension::point && said.dimension != Dimension::times;
  if (!measures || number.dimension != Dimension::unknown) return false;
  const auto next = std::find_if(quoted.words.begin(), quoted.words.end(),
                                 [&](const Word& word) { return word.begin >= number.end; });
  const bool counts = next != quoted.words.end() && next->begin == number.end + 1 && !next->digit && !next->ideograph &&
                      !is_stop_word(next->folded);
  return counts && std::any_of(quoted.numbers.begin(), quoted.numbers.end(),
                               [&](const Number& other) { return other.dimension == said.dimension; });
}

}  // namespace

Wrong wrong_number(const Saying& said, const Stated& stated) {
  for (const Number& number : said.numbers) {
    bool found = false;
    for (const auto& passing : stated) {
      const Saying& quoted = passing->quoted;
      found = found || std::any_of(quoted.numbers.begin(), quoted.numbers.end(), [&](const Number& other) {
                return says_number(number, other) && !counts_something_else(number, other, quoted);
              });
      for (const Number& a : quoted.numbers) {
        found = found || std::any_of(quoted.numbers.begin(), quoted.numbers.end(),
                                     [&](const Number& b) { return is_difference(number, a, b); });
      }
      // "the two methods" may be enumerated.
      const bool two = number.in_words && number.value == 2 && number.dimension == Dimension::unknown;
      if (two)
        found = found || says(quoted, "both") || says(quoted, "and") || says(quoted, "pair") || says(quoted, "和");
    }
    if (!found) {
      return said.text.substr(number.begin, number.end - number.begin) + " is in none of the quotes";
    }
  }
  return std::nullopt;
}

Wrong wrong_name(const Saying& said, const Stated& stated, const Saying& title) {
  const auto known = [&](const auto& test) {
    return test(title) ||
           std::any_of(stated.begin(), stated.end(), [&](const auto& passing) { return test(passing->quoted); });
  };
  for (std::size_t i = 0; i < said.words.size(); ++i) {
    const Word& word = said.words[i];
    const std::string shown = said.text.substr(word.begin, word.end - word.begin);
    if (is_name(said, i) && !known([&](const Saying& in) { return names(in, word); })) {
      return shown + " is in none of the quotes";
    }
    if (i == 0 || !is_number_word(word) || overlaps(word, said.numbers)) continue;
    const Word& before = said.words[i - 1];
    if (word.begin != before.end + 1 || said.text[before.end] != '-' || before.digit || before.ideograph) continue;
    if (!known([&](const Saying& in) { return names_together(in, before, word); })) {
      return said.text.substr(before.begin, word.end - before.begin) + " is in none of the quotes";
    }
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> marks{
      {{"“", "”"}, {"\"", "\""}, {"「", "」"}, {"«", "»"}}};
  for (const auto& [open, close] : marks) {
    for (std::size_t at = said.text.find(open); at != std::string::npos;) {
      const std::size_t begin = at + open.size();
      const std::size_t end = said.text.find(close, begin);
      if (end == std::string::npos) break;
      const std::string inside = said.text.substr(begin, end - begin);
      const Letters wanted(inside);
      const bool other_script =
          is_cjk(inside) && std::none_of(stated.begin(), stated.end(), [](const auto& p) { return p->quoted.cjk; });
      const auto there = [&](const Saying& in) {
        return Letters(in.text).bytes.find(wanted.bytes) != std::string::npos;
      };
      if (!wanted.bytes.empty() && !other_script && !known(there)) return "\"" + inside + "\" is in none of the quotes";
      at = said.text.find(open, end + close.size());
    }
  }
  return std::nullopt;
}

Wrong wrong_negation(const Saying& said, const Stated& stated) {
  const bool across = across_languages(said, stated);
  const bool negative =
      std::any_of(said.clauses.begin(), said.clauses.end(), [](const Clause& clause) { return clause.negative; });
  std::vector<std::string> everything;
  for (const Clause& clause : said.clauses) {
    everything.insert(everything.end(), clause.stems.begin(), clause.stems.end());
  }
  const std::vector<const Clause*> sources = sources_of(across ? anchors_of(said) : everything, stated);
  const bool some_negative = std::any_of(sources.begin(), sources.end(), [](const Clause* c) { return c->negative; });
  // Across languages nothing tells the clauses apart but that some are only circumstances: "because of ...".
  const bool only = sources.size() == 1;
  const bool some_positive = std::any_of(sources.begin(), sources.end(), [&](const Clause* clause) {
    return !clause->negative && (only || !across || !is_circumstance(*clause));
  });
  if (negative && !some_negative) return "it denies what the quotes do not";
  if (!negative && !some_positive) return "it affirms what the quotes deny";
  if (across) return std::nullopt;
  // Within one language it can be seen what is denied.
  if (!negative) {
    std::size_t affirmed = 0;
    for (const Clause* clause : sources) {
      if (!clause->negative) affirmed = std::max(affirmed, shared(clause->stems, everything));
    }
    for (const Clause* clause : sources) {
      const std::vector<std::string> about = denied(*clause);
      const std::size_t common = shared(about, everything);
      // The sentence is about something else: other words, other numbers.
      const std::vector<Number> numbers = numbers_in(clause->text);
      const auto said_too = [&](const Number& one) {
        return std::any_of(said.numbers.begin(), said.numbers.end(),
                           [&](const Number& other) { return same_number(one, other); });
      };
      const std::size_t words = shared(clause->stems, everything);
      const bool others =
          !numbers.empty() && words < affirmed && std::none_of(numbers.begin(), numbers.end(), said_too);
      const bool aside = others || 3 * words < affirmed;
      if (clause->negative && !aside && common > 0 && 2 * common >= about.size()) {
        return "it affirms what the quotes deny";
      }
    }
    return std::nullopt;
  }
  for (const Clause& clause : said.clauses) {
    if (!clause.negative) continue;
    const std::vector<std::string> about = denied(clause);
    bool affirmed = false, also_denied = false;
    for (const Clause* source : sources) {
      if (shared(about, source->stems) == 0 && shared(about, source->inherited) == 0) continue;
      (source->negative ? also_denied : affirmed) = true;
    }
    if (affirmed && !also_denied) return "it denies what the quotes affirm";
  }
  return std::nullopt;
}

Wrong wrong_scope(const Saying& said, const Stated& stated) {
  for (const Strong& strong : strong_words()) {
    const auto is_said = [&](std::string_view word) { return says(said, word); };
    if (std::none_of(strong.words.begin(), strong.words.end(), is_said)) continue;
    const bool licensed = std::any_of(stated.begin(), stated.end(), [&](const auto& passing) {
      return std::any_of(strong.licences.begin(), strong.licences.end(),
                         [&](std::string_view word) { return says(passing->wide, word); });
    });
    if (!licensed) return "it claims \"" + std::string(strong.name) + "\", and no quote does";
  }
  const auto is_said = [&](std::string_view word) { return says(said, word); };
  const bool careful =
      std::any_of(said.clauses.begin(), said.clauses.end(), [](const Clause& clause) { return clause.hedged; }) ||
      std::any_of(soft.begin(), soft.end(), is_said);
  if (careful) return std::nullopt;
  const bool across = across_languages(said, stated);
  std::vector<std::string> everything;
  for (const Clause& clause : said.clauses) {
    everything.insert(everything.end(), clause.stems.begin(), clause.stems.end());
  }
  const std::vector<const Clause*> sources = sources_of(across ? anchors_of(said) : everything, stated);
  if (!sources.empty() && std::all_of(sources.begin(), sources.end(), [](const Clause* c) { return c->hedged; })) {
    return "the quotes are not as certain";
  }
  return std::nullopt;
}

}  // namespace paperboy::reading
