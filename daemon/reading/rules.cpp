#include "daemon/reading/rules.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "daemon/reading/passages.hpp"

namespace paperboy::reading {
namespace {

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

std::size_t negations_in(std::string_view text, const std::vector<Word>& words) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].folded;
    const std::string_view next = i + 1 < words.size() ? std::string_view(words[i + 1].folded) : std::string_view();
    const std::string_view before = i > 0 ? std::string_view(words[i - 1].folded) : std::string_view();
    if (word == "not" && (next == "only" || next == "just" || before == "or")) continue;
    if (word == "no" && next.size() > 0 && words[i + 1].digit) continue;
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
    if (!is_negation(word.folded) && !contraction) continue;
    std::vector<Word> about;
    for (std::size_t j = i + 1; j < clause.words.size() && about.size() < 3; ++j) {
      if (!is_stop_word(clause.words[j].folded)) about.push_back(clause.words[j]);
    }
    for (std::size_t j = i; j-- > 0 && about.size() < 2;) {
      if (!is_stop_word(clause.words[j].folded)) about.push_back(clause.words[j]);
    }
    for (std::string& one : stems_of(about)) found.push_back(std::move(one));
  }
  return found;
}

struct Segment {
  std::vector<std::string> words;
  std::vector<Number> numbers;
};

std::vector<Segment> segments_of(const Saying& saying, bool only_names) {
  std::vector<Segment> segments;
  for (const Span span : clauses_of(saying.text, true)) {
    Segment segment;
    std::vector<Word> words;
    for (std::size_t i = 0; i < saying.words.size(); ++i) {
      const Word& word = saying.words[i];
      if (word.begin < span.begin || word.end > span.end || overlaps(word, saying.numbers)) continue;
      const bool name = is_name(saying, i) || word.inner_capital || (word.capital && !is_stop_word(word.folded));
      if (name) segment.words.push_back("+" + stem(word.folded));
      if (!only_names) words.push_back(word);
    }
    for (std::string& one : stems_of(words)) segment.words.push_back(std::move(one));
    for (const Number& number : saying.numbers) {
      if (number.begin >= span.begin && number.end <= span.end) segment.numbers.push_back(number);
    }
    segments.push_back(std::move(segment));
  }
  return segments;
}

bool contains(const Segment& segment, const Number& number) {
  return std::any_of(segment.numbers.begin(), segment.numbers.end(),
                     [&](const Number& other) { return same_number(number, other); });
}

// The words of a segment that no other segment with numbers has.
std::vector<std::string> own_words(const Segment& segment, const std::vector<Segment>& all) {
  std::vector<std::string> own;
  for (const std::string& word : segment.words) {
    const auto elsewhere = [&](const Segment& other) {
      return &other != &segment && !other.numbers.empty() && has(other.words, word);
    };
    if (std::none_of(all.begin(), all.end(), elsewhere)) own.push_back(word);
  }
  return own;
}

// "X falls by 0.8 in the mean and by 0.7 in tests": what stands with the second number is all that tells it from the
// first. So a sentence with 0.7 must have "tests", and one with 0.8 must not.
bool takes_from_another(const Number& number, const std::vector<std::string>& sentence,
                        const std::vector<Number>& numbers, const std::vector<Segment>& sources) {
  const auto rivals = [&](const Segment& segment) {
    return std::any_of(segment.numbers.begin(), segment.numbers.end(),
                       [&](const Number& other) { return other.dimension == number.dimension; });
  };
  const auto contains_any = [](const Segment& segment, const std::vector<Number>& wanted) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const Number& one) { return contains(segment, one); });
  };
  const auto head = std::find_if(sources.begin(), sources.end(), rivals);
  if (head == sources.end()) return false;
  bool foreign = false;
  for (auto tail = head + 1; tail != sources.end(); ++tail) {
    if (!rivals(*tail)) continue;
    const std::vector<std::string> own = own_words(*tail, sources);
    if (own.empty()) continue;
    const bool mentioned = shared(own, sentence) > 0;
    if (contains(*tail, number)) {
      if (mentioned) return false;
      foreign = !contains(*head, number);
    } else if (mentioned && !contains_any(*tail, numbers)) {
      foreign = true;
    }
  }
  return foreign;
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
    {"may",         "might",       "could",       "conjecture", "conjectured", "possibly", "perhaps",
     "potentially", "hypothesize", "hypothesise", "hypothesis", "speculate",   "hope",     "plan",
     "可能",        "或许",        "猜想",        "推测",       "也许",        "有望",     "假设"});
constexpr auto soft =
    std::to_array<std::string_view>({"can", "possible", "potential", "should", "would", "suggest", "suggests",
                                     "believe", "expected", "suspect", "open", "有可能", "潜在"});

bool hedged(const Clause& clause) {
  return std::any_of(hedges.begin(), hedges.end(), [&](std::string_view hedge) {
    if (static_cast<unsigned char>(hedge[0]) >= 0x80) return clause.text.find(hedge) != std::string_view::npos;
    return std::any_of(clause.words.begin(), clause.words.end(),
                       [&](const Word& word) { return word.folded == hedge && !(hedge == "may" && word.capital); });
  });
}

}  // namespace

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
    if (word.ideograph || is_stop_word(word.folded) || is_negation(word.folded)) continue;
    std::string found = stem(word.folded);
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
    clause.negative = negations_in(clause.text, clause.words) % 2 == 1;
    clauses.push_back(std::move(clause));
  }
}

std::vector<std::string> anchors_of(const Saying& saying) {
  std::vector<std::string> anchors;
  for (const Word& word : saying.words) {
    if (!word.ideograph && (word.capital || word.inner_capital || word.digit)) anchors.push_back(stem(word.folded));
  }
  return anchors;
}

Wrong wrong_number(const Saying& said, const Stated& stated) {
  for (const Number& number : said.numbers) {
    bool found = false;
    for (const auto& passing : stated) {
      const Saying& quoted = passing->quoted;
      found = found || std::any_of(quoted.numbers.begin(), quoted.numbers.end(),
                                   [&](const Number& other) { return same_number(number, other); });
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
  const bool some_positive = std::any_of(sources.begin(), sources.end(), [](const Clause* c) { return !c->negative; });
  if (negative && !some_negative) return "it denies what the quotes do not";
  if (!negative && !some_positive) return "it affirms what the quotes deny";
  if (across) return std::nullopt;
  // Within one language it can be seen what is denied.
  if (!negative) {
    for (const Clause* clause : sources) {
      const std::vector<std::string> about = denied(*clause);
      const std::size_t common = shared(about, everything);
      if (clause->negative && common > 0 && 2 * common >= about.size()) return "it affirms what the quotes deny";
    }
    return std::nullopt;
  }
  for (const Clause& clause : said.clauses) {
    if (!clause.negative) continue;
    const std::vector<std::string> about = denied(clause);
    bool affirmed = false, also_denied = false;
    for (const Clause* source : sources) {
      if (shared(about, source->stems) == 0) continue;
      (source->negative ? also_denied : affirmed) = true;
    }
    if (affirmed && !also_denied) return "it denies what the quotes affirm";
  }
  return std::nullopt;
}

Wrong wrong_attribution(const Saying& said, const Stated& stated) {
  const bool across = across_languages(said, stated);
  const std::vector<Segment> segments = segments_of(said, across);
  std::vector<std::string> sentence;
  for (const Segment& segment : segments) {
    sentence.insert(sentence.end(), segment.words.begin(), segment.words.end());
  }
  const auto wrong = [&](const Number& number) {
    return "the quotes say " + said.text.substr(number.begin, number.end - number.begin) + " of something else";
  };
  for (const Segment& segment : segments) {
    for (const Number& number : segment.numbers) {
      std::size_t own = 0, others = 0;
      bool found = false, rival = false;
      for (const auto& passing : stated) {
        const std::vector<Segment> sources = segments_of(passing->wide, across);
        const auto has_number = [&](const Segment& source) { return contains(source, number); };
        if (std::none_of(sources.begin(), sources.end(), has_number)) continue;
        if (takes_from_another(number, sentence, said.numbers, sources)) return wrong(number);
        for (const Segment& source : sources) {
          if (source.numbers.empty()) continue;
          const std::size_t common = shared(segment.words, source.words);
          if (contains(source, number)) {
            found = true;
            own = std::max(own, common);
          } else {
            rival = true;
            others = std::max(others, common);
          }
        }
      }
      // A segment of the sentence with more than one number was put together from several of the quote.
      if (found && rival && segment.numbers.size() == 1 && others > own) {
        return wrong(number);
      }
    }
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
      std::any_of(hedges.begin(), hedges.end(), is_said) || std::any_of(soft.begin(), soft.end(), is_said);
  if (careful) return std::nullopt;
  const bool across = across_languages(said, stated);
  std::vector<std::string> everything;
  for (const Clause& clause : said.clauses) {
    everything.insert(everything.end(), clause.stems.begin(), clause.stems.end());
  }
  const std::vector<const Clause*> sources = sources_of(across ? anchors_of(said) : everything, stated);
  if (!sources.empty() && std::all_of(sources.begin(), sources.end(), [](const Clause* c) { return hedged(*c); })) {
    return "the quotes are not as certain";
  }
  return std::nullopt;
}

}  // namespace paperboy::reading
