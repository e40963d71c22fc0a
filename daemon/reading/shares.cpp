// Of how many is it said? Quantifiers ("most", 少数) are held against quantifiers and against shares in numbers; a
// share may be said as what is left of the whole ("10 % are wrong" where 90 % are not).
#include <algorithm>
#include <array>
#include <cmath>

#include "daemon/base/text.hpp"
#include "daemon/reading/rules.hpp"

namespace paperboy::reading {
namespace {

struct Quantifier {
  std::string_view name;
  double above, below;                            // the shares it may stand for
  std::vector<std::string_view> words, licences;  // `words` license themselves
};

const std::vector<Quantifier>& quantifiers() {
  static const std::vector<Quantifier> list{
      {"most",
       0.5,
       1.01,
       {"most", "mostly", "majority", "mainly", "largely", "usually", "typically", "大多数", "多数", "大部分", "大多",
        "主要", "通常", "往往"},
       {"all",      "every",     "primarily", "predominantly", "chiefly", "generally", "dominant",
        "dominate", "dominates", "normally",  "commonly",      "common",  "best",      "largest",
        "highest",  "strongest", "main",      "所有",          "全部",    "最"}},
      {"few",
       -0.01,
       0.5,
       {"few", "little", "seldom", "rarely", "minority", "hardly", "少数", "很少", "极少", "罕见"},
       {"rare", "scarce", "little", "only", "sparse", "small", "uncommon", "fewer", "稀少", "个别", "不多"}},
      {"many",
       0.1,
       1.01,
       {"many", "often", "frequently", "许多", "很多", "经常", "大量"},
       {"most", "all", "common", "commonly", "frequent", "numerous", "large", "number", "several", "usually",
        "majority", "every", "大多", "多", "常"}}};
  return list;
}

bool follows(const Saying& saying, std::size_t word, std::string_view before, std::string_view after) {
  return (word > 0 && saying.words[word - 1].folded == before) ||
         (word + 1 < saying.words.size() && saying.words[word + 1].folded == after);
}

// Not "at most", "the most accurate", "few-shot".
bool quantifies(const Saying& saying, std::string_view word) {
  if (static_cast<unsigned char>(word[0]) >= 0x80) return saying.text.find(word) != std::string::npos;
  for (std::size_t i = 0; i < saying.words.size(); ++i) {
    if (saying.words[i].folded != word) continue;
    if (word == "most" &&
        (follows(saying, i, "at", "") || (follows(saying, i, "the", "") && !follows(saying, i, "", "of"))))
      continue;
    if (word == "few" && follows(saying, i, "a", "shot")) continue;
    return true;
  }
  return false;
}

// The shares that numbers of a saying state: 61 %, "two of nine".
std::vector<double> shares_in(const Saying& saying) {
  std::vector<double> shares;
  for (const Number& number : saying.numbers) {
    if (number.dimension == Dimension::ratio) shares.push_back(number.value * number.factor);
  }
  for (std::size_t i = 1; i < saying.numbers.size(); ++i) {
    const Number &part = saying.numbers[i - 1], &whole = saying.numbers[i];
    const std::string_view between = std::string_view(saying.text).substr(part.end, whole.begin - part.end);
    const bool of = between.size() < 16 && (between.find("of") != between.npos || between.find("out") != between.npos);
    if (of && whole.value > 0 && part.value <= whole.value) shares.push_back(part.value / whole.value);
    // "Of 200 repairs, 178 ..."
    const std::string_view front = text::trim(std::string_view(saying.text).substr(0, part.begin));
    const bool of_front = front.ends_with("Of") || front.ends_with("Of the") || front.ends_with("Of our");
    if (of_front && part.value > 0 && whole.value <= part.value) shares.push_back(whole.value / part.value);
  }
  return shares;
}

const Clause* clause_at(const Saying& saying, std::size_t at) {
  for (const Clause& clause : saying.clauses) {
    const auto begin = static_cast<std::size_t>(clause.text.data() - saying.text.data());
    if (at >= begin && at < begin + clause.text.size()) return &clause;
  }
  return nullptr;
}

bool is_rest(const Clause& clause) {
  constexpr auto latin = std::to_array<std::string_view>({"remaining", "remainder", "rest", "others"});
  constexpr auto chinese = std::to_array<std::string_view>({"其余", "剩余", "余下"});
  return std::any_of(
             clause.words.begin(), clause.words.end(),
             [&](const Word& word) { return std::find(latin.begin(), latin.end(), word.folded) != latin.end(); }) ||
         std::any_of(chinese.begin(), chinese.end(),
                     [&](std::string_view word) { return clause.text.find(word) != std::string_view::npos; });
}

// The clause of the quotes that has most of the sentence's words, if there is one.
const Clause* likest(const Saying& said, const Stated& stated) {
  const Clause* best = nullptr;
  std::size_t most = 0, second = 0;
  for (const auto& passing : stated) {
    for (const Clause& clause : passing->wide.clauses) {
      std::size_t like = 0;
      for (const Clause& one : said.clauses) like += shared(one.stems, clause.stems);
      if (like > most) best = &clause;
      second = like > most ? most : std::max(second, like);
      most = std::max(most, like);
    }
  }
  return most > second ? best : nullptr;
}

// "only", but where it is said of a number, which is a matter of taste.
bool excludes_others(const Saying& saying) {
  for (std::size_t i = 0; i + 1 < saying.words.size(); ++i) {
    const std::string& word = saying.words[i].folded;
    if (word != "only" && word != "solely" && word != "exclusively") continue;
    const Word& next = saying.words[i + 1];
    const bool of_number = next.digit || overlaps(next, saying.numbers) || next.folded == "a" || next.folded == "one" ||
                           next.folded == "second" || next.folded == "third";
    const bool not_only = i > 0 && saying.words[i - 1].folded == "not";
    if (!of_number && !not_only && next.folded != "slightly") return true;
  }
  for (const std::string_view word : {"仅", "只", "唯一"}) {
    for (std::size_t at = saying.text.find(word); at != std::string::npos; at = saying.text.find(word, at + 3)) {
      const bool not_only = at >= 3 && saying.text.compare(at - 3, 3, "不") == 0;
      const bool of_number = std::any_of(saying.numbers.begin(), saying.numbers.end(), [&](const Number& number) {
        return number.begin >= at && number.begin < at + 24;
      });
      if (!not_only && !of_number) return true;
    }
  }
  return false;
}

bool limits(const Saying& saying) {
  constexpr auto latin = std::to_array<std::string_view>(
      {"only",   "solely", "exclusively", "alone", "just",   "merely",  "limited", "restricted",
       "except", "unless", "single",      "sole",  "unique", "nothing", "none",    "no",
       "not",    "cannot", "without",     "never", "few",    "neither"});
  return std::any_of(latin.begin(), latin.end(), [&](std::string_view word) { return says(saying, word); }) ||
         std::any_of(saying.clauses.begin(), saying.clauses.end(),
                     [](const Clause& clause) { return clause.negative; }) ||
         says(saying, "仅") || says(saying, "只") || says(saying, "唯一") || says(saying, "限");
}

}  // namespace

bool is_complement(const Number& number, const Saying& said, const Stated& stated) {
  const Clause* clause = clause_at(said, number.begin);
  if (number.dimension != Dimension::ratio || clause == nullptr) return false;
  for (const auto& passing : stated) {
    const Saying& quoted = passing->quoted;
    for (const Number& other : quoted.numbers) {
      if (other.dimension != Dimension::ratio) continue;
      if (std::abs(number.value * number.factor + other.value * other.factor - 1) > 1e-9) continue;
      const Clause* source = clause_at(quoted, other.begin);
      if (source == nullptr) continue;
      const bool same_thing = shared(clause->stems, source->stems) > 0;
      if (same_thing && clause->negative != source->negative) return true;
      for (const Clause& rest : quoted.clauses) {
        if (&rest == source || !is_rest(rest)) continue;
        const auto only_in = [&](const Clause& in, const Clause& out, bool counted) {
          return std::count_if(in.stems.begin(), in.stems.end(), [&](const std::string& one) {
            return !has(out.stems, one) && (!counted || has(clause->stems, one));
          });
        };
        // Of what is left, and not of what was counted, does the sentence speak.
        if (only_in(rest, *source, true) * only_in(*source, rest, false) >
            only_in(*source, rest, true) * only_in(rest, *source, false)) {
          return true;
        }
      }
    }
  }
  return false;
}

Wrong wrong_quantifier(const Saying& said, const Stated& stated) {
  if (excludes_others(said) &&
      std::none_of(stated.begin(), stated.end(), [](const auto& passing) { return limits(passing->wide); })) {
    return std::string("it says \"only\", and no quote does");
  }
  for (const Quantifier& quantifier : quantifiers()) {
    const auto is_said = [&](std::string_view word) { return quantifies(said, word); };
    if (std::none_of(quantifier.words.begin(), quantifier.words.end(), is_said)) continue;
    const bool licensed = std::any_of(stated.begin(), stated.end(), [&](const auto& passing) {
      const Saying& wide = passing->wide;
      const auto in_quote = [&](std::string_view word) { return quantifies(wide, word); };
      const std::vector<double> shares = shares_in(wide);
      return std::any_of(quantifier.words.begin(), quantifier.words.end(), in_quote) ||
             std::any_of(quantifier.licences.begin(), quantifier.licences.end(), in_quote) ||
             std::any_of(shares.begin(), shares.end(),
                         [&](double share) { return share > quantifier.above && share < quantifier.below; });
    });
    if (const Clause* source = across_languages(said, stated) ? nullptr : likest(said, stated)) {
      const Saying alone{std::string(source->text)};
      const auto in_source = [&](std::string_view word) { return quantifies(alone, word); };
      const auto is_another = [&](const Quantifier& other) {
        return &other != &quantifier && std::any_of(other.words.begin(), other.words.end(), in_source);
      };
      const bool same = std::any_of(quantifier.words.begin(), quantifier.words.end(), in_source);
      if (!same && std::any_of(quantifiers().begin(), quantifiers().end(), is_another)) {
        return "the quotes say \"" + std::string(quantifier.name) + "\" of something else";
      }
    }
    if (!licensed) return "it says \"" + std::string(quantifier.name) + "\", and no quote does";
  }
  return std::nullopt;
}

}  // namespace paperboy::reading
