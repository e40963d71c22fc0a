// Who does what to whom, what is the cause of what: does the sentence keep the order of the quotes?
#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "daemon/reading/rules.hpp"

namespace paperboy::reading {
namespace {

struct Marker {
  std::string_view words;
  bool first_left;  // the first side (the cause, what is chosen) stands to its left
};
constexpr std::array causes{
    Marker{"because", false},      Marker{"because of", false},   Marker{"due to", false},
    Marker{"owing to", false},     Marker{"thanks to", false},    Marker{"result of", false},
    Marker{"results from", false}, Marker{"result from", false},  Marker{"resulted from", false},
    Marker{"stems from", false},   Marker{"arises from", false},  Marker{"caused by", false},
    Marker{"driven by", false},    Marker{"explained by", false}, Marker{"since", false},
    Marker{"therefore", true},     Marker{"hence", true},         Marker{"consequently", true},
    Marker{"leads to", true},      Marker{"lead to", true},       Marker{"led to", true},
    Marker{"causes", true},        Marker{"cause", true},         Marker{"caused", true},
    Marker{"causing", true},       Marker{"results in", true},    Marker{"result in", true},
    Marker{"resulted in", true},   Marker{"resulting in", true},  Marker{"so that", true},
    Marker{"因为", false},         Marker{"由于", false},         Marker{"源于", false},
    Marker{"因此", true},          Marker{"所以", true},          Marker{"从而", true},
    Marker{"导致", true},          Marker{"引起", true},          Marker{"造成", true},
    Marker{"使得", true}};
constexpr std::array contrast_markers{Marker{", not", true}, Marker{"rather than", true}, Marker{"instead of", true},
                                      Marker{"而不是", true}, Marker{"而非", true}};

constexpr std::array ranks{Marker{"followed by", true}, Marker{"ahead of", true}, Marker{"其次", true}};

struct Sides {
  std::vector<std::string> first, second;
};

std::size_t find_words(std::string_view text, std::string_view words) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  for (std::size_t at = text.find(words); at != text.npos; at = text.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    const bool whole = (at == 0 || !is_letter(words[0]) || !is_letter(text[at - 1])) &&
                       (end == text.size() || !is_letter(words.back()) || !is_letter(text[end]));
    if (whole) return at;
  }
  return text.npos;
}

std::size_t comma_behind(std::string_view text, std::size_t at) {
  for (std::size_t here = text.find(',', at); here != text.npos; here = text.find(',', here + 1)) {
    const bool in_number = here + 1 < text.size() && text[here + 1] >= '0' && text[here + 1] <= '9';
    if (!in_number) return std::min(here, text.find("，", at));
  }
  return text.find("，", at);
}

// One for each marker of the sentence.
std::vector<Sides> sides_of(const Saying& saying, const auto& markers) {
  const std::string text = text::to_lower_ascii(saying.text);
  std::vector<Sides> all;
  for (const Marker& marker : markers) {
    const std::size_t at = find_words(text, marker.words);
    if (at == text.npos) continue;
    std::size_t end = text.size();
    std::vector<Word> left, right;
    // "Because X, Y"
    const bool leads = text::trim(std::string_view(text).substr(0, at)).empty();
    if (leads) end = comma_behind(text, at);
    for (const Word& word : saying.words) {
      if (word.begin >= at && word.end <= at + marker.words.size()) continue;
      (word.begin < at || word.begin > end ? left : right).push_back(word);
    }
    Sides sides{stems_of(left), stems_of(right)};
    if (!marker.first_left) std::swap(sides.first, sides.second);
    all.push_back(std::move(sides));
  }
  return all;
}

std::size_t shared_alone(const std::vector<std::string>& side, const std::vector<std::string>& away,
                         const std::vector<std::string>& other, const std::vector<std::string>& others_away) {
  return static_cast<std::size_t>(std::count_if(side.begin(), side.end(), [&](const std::string& word) {
    return !has(away, word) && has(other, word) && !has(others_away, word);
  }));
}

bool exchanged(const Sides& a, const Sides& b) {
  return shared_alone(a.first, a.second, b.second, b.first) > 0 &&
         shared_alone(a.second, a.first, b.first, b.second) > 0;
}

enum class Order { unknown, kept, turned };
Order compare(const Sides& a, const Sides& b) {
  const std::size_t kept =
      shared_alone(a.first, a.second, b.first, b.second) + shared_alone(a.second, a.first, b.second, b.first);
  const std::size_t forth = shared_alone(a.first, a.second, b.second, b.first),
                    back = shared_alone(a.second, a.first, b.first, b.second);
  if (forth + back > kept || (forth > 0 && back > 0 && forth + back >= kept)) return Order::turned;
  return kept > 0 ? Order::kept : Order::unknown;
}

// "X drives Y" where the quote has "Y drives X": what stands on the two sides of a verb both have, if nothing stays in
// place. A verb is a word that no article or preposition leads to; with "by" behind it, its sides are exchanged.
struct Acts {
  std::vector<std::string> stems;
  std::vector<bool> verb, transitive, passive;
};

Acts acts_of(const Clause& clause) {
  Acts acts;
  constexpr auto articles =
      std::to_array<std::string_view>({"the", "a", "an", "this", "that", "these", "its", "their", "our", "no", "each",
                                       "every", "and", "or", "more", "most"});
  for (std::size_t i = 0; i < clause.words.size(); ++i) {
    const Word& word = clause.words[i];
    const std::vector<std::string> one = stems_of({word});
    if (one.empty() || has(acts.stems, one.front())) continue;
    const std::string_view before = i > 0 ? std::string_view(clause.words[i - 1].folded) : "the";
    const bool led = is_preposition(clause.words[i > 0 ? i - 1 : 0]) ||
                     std::find(articles.begin(), articles.end(), before) != articles.end();
    const bool participle = word.folded.ends_with("ed") || word.folded.ends_with("en");
    const bool is_done = before == "be" || before == "is" || before == "are" || before == "was" || before == "were";
    const bool by = participle && i + 1 < clause.words.size() && clause.words[i + 1].folded == "by";
    acts.stems.push_back(one.front());
    // An object follows: "drives the outflow".
    const std::string_view next = i + 1 < clause.words.size() ? std::string_view(clause.words[i + 1].folded) : "";
    acts.transitive.push_back(word.folded.ends_with("s") && (next == "the" || next == "a" || next == "an"));
    acts.passive.push_back(by);
    acts.verb.push_back(!led && (by || !participle || !is_done) && !word.capital && !word.digit);
  }
  return acts;
}

Order compare(const Acts& a, const Acts& b) {
  Order order = Order::unknown;
  for (std::size_t i = 1; i + 1 < a.stems.size(); ++i) {
    const auto there = std::find(b.stems.begin(), b.stems.end(), a.stems[i]);
    if (!a.verb[i] || there == b.stems.end()) continue;
    const auto j = static_cast<std::size_t>(there - b.stems.begin());
    if (!b.verb[j]) continue;
    const auto split = [](const Acts& acts, std::size_t at) {
      const auto middle = acts.stems.begin() + static_cast<std::ptrdiff_t>(at);
      Sides sides{{acts.stems.begin(), middle}, {middle + 1, acts.stems.end()}};
      if (acts.passive[at]) std::swap(sides.first, sides.second);
      return sides;
    };
    const Sides mine = split(a, i), theirs = split(b, j);
    const std::size_t stay = shared(mine.first, theirs.first) + shared(mine.second, theirs.second);
    const std::size_t forth = shared(mine.first, theirs.second), back = shared(mine.second, theirs.first);
    const bool sure = a.transitive[i] && b.transitive[j] ? forth + back > stay : stay == 0;
    if (forth > 0 && back > 0 && sure) return Order::turned;
    if (stay > 0) order = Order::kept;
  }
  return order;
}

// In Chinese any word may be the verb, and the words about it are cut in other places; so much more must have changed
// sides than stays. Comparisons and passives are not looked at.
Order compare_chinese(const Clause& a, const Clause& b) {
  for (const std::string_view other : {"比", "于", "更", "被", "由", "对", "从"}) {
    if (a.text.find(other) != a.text.npos || b.text.find(other) != b.text.npos) return Order::unknown;
  }
  for (std::size_t i = 1; i + 1 < a.stems.size(); ++i) {
    const auto there = std::find(b.stems.begin(), b.stems.end(), a.stems[i]);
    if (there == b.stems.end()) continue;
    const auto at = a.stems.begin() + static_cast<std::ptrdiff_t>(i);
    const Sides mine{{a.stems.begin(), at}, {at + 1, a.stems.end()}};
    const Sides theirs{{b.stems.begin(), there}, {there + 1, b.stems.end()}};
    const std::size_t stay = shared(mine.first, theirs.first) + shared(mine.second, theirs.second);
    const std::size_t forth = shared(mine.first, theirs.second), back = shared(mine.second, theirs.first);
    if (forth > 0 && back > 0 && forth + back > 2 * stay) return Order::turned;
  }
  return shared(a.stems, b.stems) > 1 ? Order::kept : Order::unknown;
}

// What stands on the two sides of a "to": "reduces A to B".
std::vector<Sides> ends_of(const Clause& clause) {
  std::vector<Sides> all;
  for (std::size_t i = 0; i < clause.words.size(); ++i) {
    if (clause.words[i].folded != "to" && clause.words[i].folded != "into") continue;
    const auto near = [&](bool behind) {
      std::vector<std::string> found;
      for (std::size_t step = 1; found.size() < 2 && step < 5; ++step) {
        const std::size_t j = behind ? i + step : i - step;
        if ((!behind && step > i) || j >= clause.words.size()) break;
        for (std::string& one : stems_of({clause.words[j]})) found.push_back(std::move(one));
      }
      return found;
    };
    all.push_back({near(false), near(true)});
  }
  return all;
}

}  // namespace

bool contrasts(const Saying& saying) {
  return !sides_of(saying, contrast_markers).empty();
}

Wrong wrong_order(const Saying& said, const Stated& stated) {
  const auto holds = [&](const auto& markers) {
    const std::vector<Sides> mine = sides_of(said, markers);
    bool kept = false, turned = false;
    for (const auto& passing : stated) {
      for (const Sides& theirs : mine.empty() ? std::vector<Sides>() : sides_of(passing->wide, markers)) {
        for (const Sides& one : mine) {
          const Order order = compare(one, theirs);
          kept = kept || order == Order::kept;
          turned = turned || order == Order::turned;
        }
      }
    }
    return kept || !turned;
  };
  if (!holds(causes)) return "the quotes have cause and effect the other way round";
  if (!holds(ranks)) return "the quotes have it in another order";
  if (!holds(contrast_markers)) return "the quotes have it the other way round";
  struct Source {
    const Clause* clause;
    bool cjk;
    Acts acts;
    std::vector<Sides> ends;
  };
  std::vector<Source> sources;
  for (const auto& passing : stated) {
    for (const Clause& clause : passing->wide.clauses) {
      sources.push_back({&clause, passing->wide.cjk, acts_of(clause), ends_of(clause)});
    }
  }
  for (const Clause& clause : said.clauses) {
    const Acts mine = acts_of(clause);
    const std::vector<Sides> ends = ends_of(clause);
    bool kept = false, turned = false;
    for (const Source& source : sources) {
      const Order order = said.cjk && source.cjk ? compare_chinese(clause, *source.clause) : compare(mine, source.acts);
      kept = kept || (order == Order::kept && source.clause->negative == clause.negative);
      turned = turned || order == Order::turned;
      for (const Sides& one : ends) {
        if (std::any_of(source.ends.begin(), source.ends.end(),
                        [&](const Sides& other) { return exchanged(one, other); }))
          return "the quotes have it the other way round";
      }
    }
    if (turned && !kept) return "the quotes say it with the roles exchanged";
  }
  return std::nullopt;
}

}  // namespace paperboy::reading
