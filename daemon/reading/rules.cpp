#include "daemon/reading/rules.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "daemon/reading/concepts.hpp"
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
    {"而不是", "而非",   "不到",   "不足",   "不同",   "不仅",   "不断",   "不过",   "不但", "不管", "不论",
     "不少",   "不超过", "不低于", "不少于", "不确定", "不平衡", "不等式", "不对称", "不良", "无论", "无监督",
     "无人",   "无线",   "无偏",   "非常",   "非线性", "非参数", "非凸",   "未来",   "未知", "除非", "无穷"});
constexpr auto denials = std::to_array<std::string_view>(
    {"没有", "没", "不", "未", "无", "并非", "缺乏", "避免", "排除", "失败", "很少", "消失"});

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
  bool compared = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].folded;
    const std::string_view next = i + 1 < words.size() ? std::string_view(words[i + 1].folded) : std::string_view();
    const std::string_view before = i > 0 ? std::string_view(words[i - 1].folded) : std::string_view();
    if (word == "not" && (next == "only" || next == "just" || before == "or")) continue;
    if (word == "no" && next.size() > 0 && words[i + 1].digit) continue;
    if (word == "than") compared = true;
    if (word == "not" && compared && next.empty()) continue;  // "than those that do not"
    const std::string_view second = i + 2 < words.size() ? std::string_view(words[i + 2].folded) : std::string_view();
    const bool bound = (next == "more" || next == "less" || next == "fewer" || next == "later") && second == "than";
    if ((word == "no" || word == "not") && bound) continue;  // "at most"
    if (word == "reach" && before == "of" && i > 1 && words[i - 2].folded == "out") ++count;
    if (word == "reach" && (before == "beyond" || (i > 1 && words[i - 2].folded == "beyond"))) ++count;
    if (word == "open" && (before.starts_with("remain") || before == "left" || before == "still")) ++count;
    if (word == "open" && (next == "question" || next == "problem" || next == "whether")) ++count;
    if (word == "open" && next.empty() && (before == "is" || before == "are")) ++count;
    const bool stays = before.starts_with("stay") || before.starts_with("remain");
    if (stays && (word == "constant" || (word == "the" && next == "same"))) ++count;
    const bool can_be = before == "can" || before == "cannot" || before == "be" || before == "not";
    if (word == "exclude" || word == "excludes" || (word == "excluded" && can_be)) ++count;
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

// "was not significantly better": the word that says something right behind "not".
std::optional<std::string> directly_denied(const Clause& clause) {
  for (std::size_t i = 0; i < clause.words.size(); ++i) {
    if (clause.words[i].folded != "not" && clause.words[i].folded != "cannot") continue;
    for (std::size_t j = i + 1; j < clause.words.size(); ++j) {
      const std::vector<std::string> found = stems_of({clause.words[j]});
      if (!found.empty()) return found.front();
    }
  }
  return std::nullopt;
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

constexpr auto hedges = std::to_array<std::string_view>(
    {"may",         "might",       "could",       "would",      "conjecture", "conjectured", "possibly", "perhaps",
     "potentially", "hypothesize", "hypothesise", "hypothesis", "speculate",  "hope",        "plan",     "appear",
     "appears",     "seem",        "seems",       "feasible",   "likely",     "anticipate",  "可能",     "或许",
     "猜想",        "推测",        "也许",        "有望",       "假设",       "计划",        "打算"});
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
  constexpr auto words =
      std::to_array<std::string_view>({"because", "since", "due", "when", "where", "if", "as", "even"});
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

bool says(const Saying& saying, std::string_view what) {
  if (static_cast<unsigned char>(what[0]) >= 0x80) return saying.text.find(what) != std::string::npos;
  if (what == "state of the art") {
    std::string folded;
    for (const Word& word : saying.words) folded += word.folded + " ";
    return folded.find(what) != std::string::npos;
  }
  return std::any_of(saying.words.begin(), saying.words.end(), [&](const Word& word) { return word.folded == what; });
}

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
  const auto put = [&](std::string one) {
    if (!has(stems, one)) stems.push_back(std::move(one));
  };
  std::string run;  // of ideographs, which begin at `starts`
  std::vector<std::size_t> starts;
  // The words that are known, and of the others each two neighbours.
  const auto finish_run = [&] {
    starts.push_back(run.size());
    bool follows = false;  // one that is in no known word
    for (std::size_t i = 0; i + 1 < starts.size();) {
      const Known known = chinese_at(run, starts[i]);
      if (known.bytes == 0) {
        if (follows) put(run.substr(starts[i - 1], starts[i + 1] - starts[i - 1]));
        follows = true;
        ++i;
        continue;
      }
      for (const std::string& one : *known.stems) put(one);
      const std::size_t end = starts[i] + known.bytes;
      while (starts[i] < end) ++i;
      follows = false;
    }
    run.clear();
    starts.clear();
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Word& word = words[i];
    if (!run.empty() && (!word.ideograph || words[i - 1].end != word.begin)) finish_run();
    if (word.ideograph) {
      starts.push_back(run.size());
      run += word.folded;
      continue;
    }
    if (is_stop_word(word.folded)) continue;
    std::string_view folded = word.folded;
    if (is_negation(folded)) {
      const bool prefixed =
          folded.size() > 6 && (folded.starts_with("un") || folded.starts_with("in") || folded.starts_with("im"));
      if (!prefixed) continue;
      folded.remove_prefix(2);
    }
    put(concept_of(stem(folded)));
  }
  finish_run();
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
    if (clause.stems.empty() && !clauses.empty()) clause.stems = clauses.back().stems;  // "without it"
    clause.removes = removes(clause);
    clause.negative = (negations_in(clause.text, clause.words) + (clause.removes ? 1 : 0)) % 2 == 1;
    // "X holds for A, but not for B": what is denied of B stands with A.
    if (clause.negative && !clauses.empty() && clause.stems.size() <= 3 && !clause.words.empty() &&
        clause.words.front().folded == "but") {
      for (const std::string& one : clauses.back().stems) {
        if (!has(clause.stems, one)) clause.inherited.push_back(one);
      }
    }
    // "X is associated with Y; Z is not."
    const bool elliptic =
        !clause.words.empty() && (clause.words.back().folded == "not" || clause.words.back().folded == "t");
    if (elliptic && !clauses.empty()) clause.inherited = clauses.back().stems;
    clauses.push_back(std::move(clause));
  }
  spread_doubt(clauses);
  for (std::size_t i = 1; i < clauses.size(); ++i) {
    clauses[i].previous = &clauses[i - 1];
    clauses[i - 1].next = &clauses[i];
  }
}

std::vector<std::string> anchors_of(const Saying& saying) {
  std::vector<std::string> anchors;
  for (const Word& word : saying.words) {
    if (!word.ideograph && (word.capital || word.inner_capital || word.digit)) anchors.push_back(stem(word.folded));
  }
  return anchors;
}

namespace {

// "64 days" of "64 cores": what has a unit cannot be what counts things.
bool counts_something_else(const Number& said, const Number& number, const Saying& quoted) {
  const bool measures = said.dimension != Dimension::unknown && said.dimension != Dimension::ratio &&
                        said.dimension != Dimension::point && said.dimension != Dimension::times;
  if (!measures || number.dimension != Dimension::unknown) return false;
  const auto next = std::find_if(quoted.words.begin(), quoted.words.end(),
                                 [&](const Word& word) { return word.begin >= number.end; });
  return next != quoted.words.end() && next->begin == number.end + 1 && !next->digit && !next->ideograph &&
         !is_stop_word(next->folded);
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
    if (!found && !is_complement(number, said, stated)) {
      return said.text.substr(number.begin, number.end - number.begin) + " is in none of the quotes";
    }
  }
  return std::nullopt;
}

// A name that begins the sentence looks like any other word. It is one where all else is from one clause of the quotes,
// which begins with another: "Lactobacillus became more abundant" of "Bifidobacterium became more abundant".
bool replaces_first(const Saying& said, const Clause& source) {
  const Clause& clause = said.clauses.front();
  if (clause.words.empty() || source.words.empty() || clause.stems.size() < 4 || source.stems.empty()) return false;
  const Word &first = clause.words.front(), &other = source.words.front();
  if (!first.capital || is_stop_word(first.folded) || first.digit || !other.capital || is_stop_word(other.folded))
    return false;
  return shared(clause.stems, source.stems) + 1 == clause.stems.size() && !has(source.stems, clause.stems.front()) &&
         !has(clause.stems, source.stems.front());
}

Wrong wrong_name(const Saying& said, const Stated& stated, const Saying& own) {
  const auto known = [&](const auto& test) {
    return test(own) ||
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
    const char joint = said.text[before.end];
    if (word.begin != before.end + 1 || (joint != '-' && joint != '@') || before.digit || before.ideograph) continue;
    if (!known([&](const Saying& in) { return names_together(in, before, word); })) {
      return said.text.substr(before.begin, word.end - before.begin) + " is in none of the quotes";
    }
  }
  for (const auto& passing : stated) {
    const Word& first = said.words.front();
    const bool replaces = std::any_of(passing->wide.clauses.begin(), passing->wide.clauses.end(),
                                      [&](const Clause& source) { return replaces_first(said, source); });
    if (replaces && !known([&](const Saying& in) { return names(in, first); })) {
      return said.text.substr(first.begin, first.end - first.begin) + " is in none of the quotes";
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

namespace {

// "undecidable" of "decidable"
bool denies_by_prefix(const std::string& word, const std::string& other) {
  constexpr auto prefixes = std::to_array<std::string_view>({"un", "in", "im", "ir", "non", "dis"});
  return other.size() >= 5 && std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
           return word.size() == prefix.size() + other.size() && word.starts_with(prefix) && word.ends_with(other);
         });
}

// The word of one clause that the other has with such a prefix, and not as it is.
bool opposes_by_prefix(const Clause& a, const Clause& b) {
  const auto in = [](const Clause& clause, const std::string& word) {
    return std::any_of(clause.words.begin(), clause.words.end(), [&](const Word& one) { return one.folded == word; });
  };
  const auto one_way = [&](const Clause& plain, const Clause& prefixed) {
    return std::any_of(prefixed.words.begin(), prefixed.words.end(), [&](const Word& word) {
      return !is_negation(word.folded) && !in(plain, word.folded) &&
             std::any_of(plain.words.begin(), plain.words.end(), [&](const Word& other) {
               return denies_by_prefix(word.folded, other.folded) && !in(prefixed, other.folded);
             });
    });
  };
  return one_way(a, b) || one_way(b, a);
}

}  // namespace

Wrong wrong_negation(const Saying& said, const Stated& stated) {
  // "Unavailable for 6 %" denies nothing.
  const auto is_left = [&](const Number& number) { return is_complement(number, said, stated); };
  if (said.clauses.size() < 3 && std::any_of(said.numbers.begin(), said.numbers.end(), is_left)) return std::nullopt;
  // "X, not Y" of "X rather than Y": wrong_order looks at which is which.
  if (contrasts(said) && std::any_of(stated.begin(), stated.end(), [](const auto& p) { return contrasts(p->wide); })) {
    return std::nullopt;
  }
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
  if (across) {
    // The clause that it can best be a translation of.
    const auto likeness = [&](const Clause& clause) {
      const std::vector<Number> numbers = numbers_in(clause.text);
      return shared(clause.stems, everything) +
             static_cast<std::size_t>(std::count_if(numbers.begin(), numbers.end(), [&](const Number& one) {
               return std::any_of(said.numbers.begin(), said.numbers.end(),
                                  [&](const Number& other) { return same_number(one, other); });
             }));
    };
    std::size_t most = 0, second = 0;
    const Clause* best = nullptr;
    for (const Clause* clause : sources_of(everything, stated)) {
      const std::size_t like = likeness(*clause);
      if (like > most) best = clause;
      second = like > most ? most : std::max(second, like);
      most = std::max(most, like);
    }
    if (best != nullptr && most > second && most > 1 && !is_circumstance(*best) && said.clauses.size() <= 2 &&
        best->negative != negative) {
      return negative ? "it denies what the quotes do not" : "it affirms what the quotes deny";
    }
  }
  for (const Clause& clause : said.clauses) {
    bool opposed = false, same = false;
    for (const auto& passing : stated) {
      for (const Clause& source : passing->wide.clauses) {
        if (!opposes_by_prefix(clause, source)) continue;
        (clause.negative == source.negative ? opposed : same) = true;
      }
    }
    if (opposed && !same) return negative ? "it denies what the quotes do not" : "it affirms what the quotes deny";
    if (same) return std::nullopt;
  }
  if (negative && !some_negative) return "it denies what the quotes do not";
  if (!negative && !some_positive) return "it affirms what the quotes deny";
  if (across) return std::nullopt;
  // Within one language it can be seen what is denied.
  if (!negative) {
    for (const Clause* clause : sources) {
      const std::optional<std::string> predicate = clause->negative ? directly_denied(*clause) : std::nullopt;
      const auto affirms = [&](const Clause* other) { return !other->negative && has(other->stems, *predicate); };
      if (predicate && has(everything, *predicate) && std::none_of(sources.begin(), sources.end(), affirms)) {
        return "it affirms what the quotes deny";
      }
    }
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

}  // namespace paperboy::reading
