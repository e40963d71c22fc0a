#include <algorithm>
#include <array>
#include <iterator>
#include <memory>

#include "daemon/base/text.hpp"
#include "daemon/reading/concepts.hpp"
#include "daemon/reading/rules.hpp"

namespace paperboy::reading {
namespace {

enum class Kind { quantity, value, speed, extreme, brightness, age, cost, effort, multiple, other };
struct Way {
  std::string_view word;  // a stem where it ends in *
  Kind kind;
  bool up;
};
constexpr std::array ways{Way{"rise*", Kind::quantity, true},      Way{"rose", Kind::quantity, true},
                          Way{"rising", Kind::quantity, true},     Way{"increas*", Kind::quantity, true},
                          Way{"grow*", Kind::quantity, true},      Way{"grew", Kind::quantity, true},
                          Way{"higher", Kind::quantity, true},     Way{"more", Kind::quantity, true},
                          Way{"larger", Kind::quantity, true},     Way{"greater", Kind::quantity, true},
                          Way{"exceed*", Kind::quantity, true},    Way{"above", Kind::quantity, true},
                          Way{"longer", Kind::quantity, true},     Way{"bigger", Kind::quantity, true},
                          Way{"stronger", Kind::quantity, true},   Way{"fall*", Kind::quantity, false},
                          Way{"fell", Kind::quantity, false},      Way{"decreas*", Kind::quantity, false},
                          Way{"drop", Kind::quantity, false},      Way{"drops", Kind::quantity, false},
                          Way{"dropped", Kind::quantity, false},   Way{"reduc*", Kind::quantity, false},
                          Way{"lower*", Kind::quantity, false},    Way{"less", Kind::quantity, false},
                          Way{"fewer", Kind::quantity, false},     Way{"smaller", Kind::quantity, false},
                          Way{"below", Kind::quantity, false},     Way{"declin*", Kind::quantity, false},
                          Way{"shrink*", Kind::quantity, false},   Way{"shorter", Kind::quantity, false},
                          Way{"weaker", Kind::quantity, false},    Way{"diminish*", Kind::quantity, false},
                          Way{"better", Kind::value, true},        Way{"improv*", Kind::value, true},
                          Way{"outperform*", Kind::value, true},   Way{"surpass*", Kind::value, true},
                          Way{"superior", Kind::value, true},      Way{"beats", Kind::value, true},
                          Way{"best", Kind::value, true},          Way{"worse*", Kind::value, false},
                          Way{"degrad*", Kind::value, false},      Way{"underperform*", Kind::value, false},
                          Way{"inferior", Kind::value, false},     Way{"deteriorat*", Kind::value, false},
                          Way{"worst", Kind::value, false},        Way{"lags", Kind::value, false},
                          Way{"faster", Kind::speed, true},        Way{"quicker", Kind::speed, true},
                          Way{"accelerat*", Kind::speed, true},    Way{"slower", Kind::speed, false},
                          Way{"slows", Kind::speed, false},        Way{"rais*", Kind::quantity, true},
                          Way{"lose", Kind::quantity, false},      Way{"loses", Kind::quantity, false},
                          Way{"lost", Kind::quantity, false},      Way{"gain", Kind::quantity, true},
                          Way{"gains", Kind::quantity, true},      Way{"gained", Kind::quantity, true},
                          Way{"boosts", Kind::quantity, true},     Way{"boosted", Kind::quantity, true},
                          Way{"climb*", Kind::quantity, true},     Way{"doubl*", Kind::quantity, true},
                          Way{"tripl*", Kind::quantity, true},     Way{"halv*", Kind::quantity, false},
                          Way{"cuts", Kind::quantity, false},      Way{"cutting", Kind::quantity, false},
                          Way{"largest", Kind::extreme, true},     Way{"highest", Kind::extreme, true},
                          Way{"greatest", Kind::extreme, true},    Way{"biggest", Kind::extreme, true},
                          Way{"smallest", Kind::extreme, false},   Way{"lowest", Kind::extreme, false},
                          Way{"fewest", Kind::extreme, false},     Way{"brighter", Kind::brightness, true},
                          Way{"fainter", Kind::brightness, false}, Way{"dimmer", Kind::brightness, false},
                          Way{"earlier", Kind::age, true},         Way{"later", Kind::age, false},
                          Way{"older", Kind::age, true},           Way{"younger", Kind::age, false},
                          Way{"cheaper", Kind::cost, false},       Way{"costlier", Kind::cost, true},
                          Way{"harder", Kind::effort, true},       Way{"easier", Kind::effort, false}};
constexpr std::array chinese_ways{
    Way{"提高", Kind::quantity, true},    Way{"提升", Kind::quantity, true},  Way{"增加", Kind::quantity, true},
    Way{"上升", Kind::quantity, true},    Way{"增长", Kind::quantity, true},  Way{"升高", Kind::quantity, true},
    Way{"升至", Kind::quantity, true},    Way{"高于", Kind::quantity, true},  Way{"更高", Kind::quantity, true},
    Way{"大于", Kind::quantity, true},    Way{"更大", Kind::quantity, true},  Way{"多于", Kind::quantity, true},
    Way{"更多", Kind::quantity, true},    Way{"降低", Kind::quantity, false}, Way{"下降", Kind::quantity, false},
    Way{"减少", Kind::quantity, false},   Way{"降至", Kind::quantity, false}, Way{"降到", Kind::quantity, false},
    Way{"减小", Kind::quantity, false},   Way{"低于", Kind::quantity, false}, Way{"更低", Kind::quantity, false},
    Way{"小于", Kind::quantity, false},   Way{"更小", Kind::quantity, false}, Way{"少于", Kind::quantity, false},
    Way{"更少", Kind::quantity, false},   Way{"优于", Kind::value, true},     Way{"更好", Kind::value, true},
    Way{"胜过", Kind::value, true},       Way{"超越", Kind::value, true},     Way{"改善", Kind::value, true},
    Way{"好于", Kind::value, true},       Way{"领先", Kind::value, true},     Way{"劣于", Kind::value, false},
    Way{"更差", Kind::value, false},      Way{"不如", Kind::value, false},    Way{"差于", Kind::value, false},
    Way{"逊于", Kind::value, false},      Way{"恶化", Kind::value, false},    Way{"落后", Kind::value, false},
    Way{"更强", Kind::quantity, true},    Way{"更弱", Kind::quantity, false}, Way{"更亮", Kind::brightness, true},
    Way{"更暗", Kind::brightness, false}, Way{"更早", Kind::age, true},       Way{"更晚", Kind::age, false},
    Way{"更便宜", Kind::cost, false},     Way{"更贵", Kind::cost, true},      Way{"更难", Kind::effort, true},
    Way{"更容易", Kind::effort, false},   Way{"更长", Kind::quantity, true},  Way{"更短", Kind::quantity, false},
    Way{"缩短", Kind::quantity, false},   Way{"更快", Kind::speed, true},     Way{"加速", Kind::speed, true},
    Way{"更慢", Kind::speed, false}};

struct Turn {
  Kind kind;
  bool up;
  std::string_view word;
  std::size_t begin;                     // of the word in its clause
  std::vector<std::string> left, right;  // what stands before it, and behind it or its "than"
  std::vector<std::string> near;         // both, no further than to the next "and"
  std::string rival;                     // the first word behind a "than"
};

// Where what is compared with ends: "than CacheLib | for the same hit ratio", "better | when feedback is immediate".
bool begins_circumstance(std::string_view word, bool something_said) {
  constexpr auto always = std::to_array<std::string_view>({"when", "if", "while", "where", "because", "unless", "as"});
  constexpr auto then = std::to_array<std::string_view>({"for", "on", "in", "at", "with", "over", "under", "from"});
  const auto is = [word](std::string_view other) { return word == other; };
  return std::any_of(always.begin(), always.end(), is) || (something_said && std::any_of(then.begin(), then.end(), is));
}

bool compares(const Turn& turn) {
  return turn.kind != Kind::quantity || !turn.rival.empty() || turn.word == "exceed*" || turn.word == "above" ||
         turn.word == "below" || static_cast<unsigned char>(turn.word[0]) >= 0x80;
}

// 比, where it compares: not in 比例 or 相比.
std::size_t than_in(std::string_view text) {
  constexpr std::string_view than = "比";
  for (std::size_t at = text.find(than); at != std::string_view::npos; at = text.find(than, at + than.size())) {
    const std::string_view behind = text.substr(at + than.size());
    const auto begins = [&](std::string_view what) { return behind.starts_with(what); };
    const bool compares = begins("较") && behind.find("更") == behind.npos;  // not 比 较大的 ... 更
    if (begins("例") || begins("率") || compares || begins("值") || begins("如")) continue;
    if (at >= 3 && (text.substr(at - 3, 3) == "相" || text.substr(at - 3, 3) == "对")) continue;
    return at;
  }
  return std::string_view::npos;
}

std::vector<std::string> names_and_stems(const std::vector<Word>& words) {
  std::vector<std::string> found = stems_of(words);
  for (const Word& word : words) {  // a name weighs twice
    if (word.inner_capital || word.capital) found.push_back("+" + stem(word.folded));
  }
  return found;
}

// Do the two sides have changed places? What stands on both sides of one of them tells nothing. One word is no exchange
// of roles, but where each is what the other is compared with.
bool exchanged(const Turn& turn, const Turn& other) {
  const auto alone = [](const std::vector<std::string>& side, const std::vector<std::string>& away) {
    std::vector<std::string> left;
    std::copy_if(side.begin(), side.end(), std::back_inserter(left),
                 [&](const std::string& word) { return !has(away, word); });
    return left;
  };
  const std::vector<std::string> left = alone(turn.left, turn.right), right = alone(turn.right, turn.left);
  const std::vector<std::string> others_left = alone(other.left, other.right),
                                 others_right = alone(other.right, other.left);
  const std::size_t to_right = shared(left, others_right), to_left = shared(right, others_left);
  if (to_right > 0 && to_left > 0) return true;
  const std::size_t same = shared(left, others_left) + shared(right, others_right);
  const auto names = [](std::vector<std::string> side) {
    std::erase_if(side, [](const std::string& word) { return word[0] != '+'; });
    return side;
  };
  const bool name_crosses = shared(names(left), others_right) + shared(names(right), others_left) > 0;
  const bool name_stays = shared(names(left), others_left) + shared(names(right), others_right) > 0;
  if (compares(turn) && compares(other) && name_crosses && !name_stays) return true;
  // "Removing X raises Y" and "Y is higher" exchange no roles.
  return compares(turn) && compares(other) && to_right + to_left > same && to_right + to_left > 1;
}

std::vector<Turn> turns_of(const Clause& clause) {
  std::vector<Turn> turns;
  const std::vector<Span> spans = clauses_of(clause.text, true);
  // How much more it is, is of neither side.
  const std::vector<Number> numbers = numbers_in(clause.text);
  const auto is_measure = [&](const Word& word) {
    return std::any_of(numbers.begin(), numbers.end(), [&](const Number& number) {
      const bool factor = text::trim(clause.text.substr(0, number.begin)).ends_with("factor of");
      const bool relative = number.dimension == Dimension::times || number.dimension == Dimension::ratio ||
                            number.dimension == Dimension::point;
      return (factor || relative) && word.begin < number.end && number.begin < word.end;
    });
  };
  const auto put = [&](const Way& way, bool up, std::size_t begin, std::size_t end) {
    Turn turn{way.kind, up, way.word, begin, {}, {}, {}, {}};
    std::vector<Word> left, right;
    std::size_t than = end, right_end = clause.text.size();
    bool closed = false, says_something = false;
    for (const Word& word : clause.words) {
      if (word.begin >= end && (word.folded == "than" || word.folded == "by")) {
        than = word.end;
        break;
      }
    }
    if (const std::size_t bi = than_in(clause.text); bi != std::string_view::npos && bi < begin) {
      right_end = begin;  // 比 X 高
      begin = bi;
      than = bi;
    }
    for (const Word& word : clause.words) {
      // "lower for X than for Y": X stands in front of the comparison, too.
      if (word.end <= begin || (word.begin >= end && word.end <= than && than > end)) left.push_back(word);
      if (word.begin < than || word.begin >= right_end || closed) continue;
      closed = begins_circumstance(word.folded, says_something);
      if (closed) continue;
      says_something = says_something || !is_stop_word(word.folded);
      right.push_back(word);
    }
    if (than > end) {
      const auto first =
          std::find_if(right.begin(), right.end(), [](const Word& word) { return !is_stop_word(word.folded); });
      if (first != right.end() && !first->digit) turn.rival = concept_of(stem(first->folded));
    }
    for (const Span span : spans) {
      if (begin < span.begin || begin >= span.end) continue;
      std::vector<Word> around;
      std::copy_if(clause.words.begin(), clause.words.end(), std::back_inserter(around), [&](const Word& word) {
        return word.begin >= span.begin && word.end <= span.end && (word.end <= begin || word.begin >= end);
      });
      turn.near = stems_of(around);
    }
    for (std::vector<Word>* side : {&left, &right}) std::erase_if(*side, is_measure);
    // "X reaches 82 %, 6 points more than the best other, Y."
    const auto add = [](std::vector<Word>& side, const Clause* from) {
      if (from != nullptr) side.insert(side.end(), from->words.begin(), from->words.end());
    };
    const std::string_view first = clause.words.front().folded;
    const bool goes_on = first == "but" || first == "and" || first == "yet";
    if (!turn.rival.empty() && (goes_on || stems_of(left).empty())) add(left, clause.previous);
    const bool apposed = clause.next != nullptr && clause.next->stems.size() <= 2;
    if (!turn.rival.empty() && apposed) add(right, clause.next);
    turn.left = names_and_stems(left);
    turn.right = names_and_stems(right);
    turns.push_back(std::move(turn));
  };
  for (std::size_t i = 0; i < clause.words.size(); ++i) {
    const Word& word = clause.words[i];
    for (const Way& way : ways) {
      const bool open = way.word.ends_with('*');
      const std::string_view wanted = open ? way.word.substr(0, way.word.size() - 1) : way.word;
      if (open ? !word.folded.starts_with(wanted) : word.folded != wanted) continue;
      // "models gain", not "the gain"
      const bool noun = word.folded == "gain" && (i == 0 || !clause.words[i - 1].folded.ends_with("s"));
      if (noun) continue;
      // "older employees" are not compared with anybody.
      const bool adjective = way.kind > Kind::extreme;
      const bool of_next = i + 1 < clause.words.size() && clause.words[i + 1].begin == word.end + 1 &&
                           !is_stop_word(clause.words[i + 1].folded);
      if (adjective && of_next) continue;
      const bool passive = word.folded.ends_with("ed") && way.kind == Kind::value && i + 1 < clause.words.size() &&
                           clause.words[i + 1].folded == "by";
      put(way, way.up != passive, word.begin, word.end);
      break;
    }
  }
  // "larger models are less biased": what only describes is not what is compared.
  const auto describes = [&](const Turn& turn) {
    for (std::size_t i = 0; i + 1 < clause.words.size(); ++i) {
      const Word &word = clause.words[i], &next = clause.words[i + 1];
      if (word.begin != turn.begin) continue;
      return word.folded.ends_with("er") && word.folded != "fewer" && next.begin == word.end + 1 &&
             !is_stop_word(next.folded) && !next.ideograph;
    }
    return false;
  };
  if (!std::all_of(turns.begin(), turns.end(), describes)) std::erase_if(turns, describes);
  // 是 X 的两倍
  for (const Number& number : numbers) {
    const std::string_view before = clause.text.substr(0, number.begin);
    const std::size_t is = std::min(before.rfind("是"), before.rfind("为"));
    if (number.dimension != Dimension::times || is == before.npos || !before.ends_with("的")) continue;
    Turn turn{Kind::multiple, true, "倍", is, {}, {}, {}, {}};
    std::vector<Word> left, right;
    for (const Word& word : clause.words) {
      if (word.end <= is) left.push_back(word);
      if (word.begin > is && word.end <= number.begin) right.push_back(word);
    }
    turn.left = names_and_stems(left);
    turn.right = names_and_stems(right);
    turns.push_back(std::move(turn));
  }
  // "quieter than": of whatever is compared.
  for (std::size_t i = 0; i + 1 < clause.words.size(); ++i) {
    const Word& word = clause.words[i];
    const bool comparative = word.folded.ends_with("er") && word.folded != "rather" && word.folded != "other";
    const bool known =
        std::any_of(turns.begin(), turns.end(), [&](const Turn& turn) { return turn.begin == word.begin; });
    if (comparative && !known && clause.words[i + 1].folded == "than") {
      put({word.folded, Kind::other, true}, true, word.begin, word.end);
    }
  }
  // 比 X 多 22%
  constexpr std::array after_than{
      Way{"多", Kind::quantity, true},    Way{"高", Kind::quantity, true},  Way{"大", Kind::quantity, true},
      Way{"长", Kind::quantity, true},    Way{"强", Kind::quantity, true},  Way{"少", Kind::quantity, false},
      Way{"低", Kind::quantity, false},   Way{"小", Kind::quantity, false}, Way{"短", Kind::quantity, false},
      Way{"弱", Kind::quantity, false},   Way{"好", Kind::value, true},     Way{"差", Kind::value, false},
      Way{"快", Kind::speed, true},       Way{"慢", Kind::speed, false},    Way{"亮", Kind::brightness, true},
      Way{"暗", Kind::brightness, false}, Way{"早", Kind::age, true},       Way{"晚", Kind::age, false},
      Way{"贵", Kind::cost, true},        Way{"难", Kind::effort, true}};
  const std::size_t bi = than_in(clause.text);
  for (const Way& way : after_than) {
    const std::size_t at = bi == std::string_view::npos ? bi : clause.text.rfind(way.word);
    if (at == std::string_view::npos || at < bi) continue;
    const std::string_view behind = text::trim(clause.text.substr(at + way.word.size()));
    constexpr auto measures = std::to_array<std::string_view>(
        {"了", "约", "得", "出", "一", "两", "二", "三", "四", "五", "六", "七", "八", "九", "十", "近", "很"});
    const bool counts = behind.empty() || (behind[0] >= '0' && behind[0] <= '9') ||
                        std::any_of(measures.begin(), measures.end(),
                                    [&](std::string_view measure) { return behind.starts_with(measure); });
    const bool more = at >= 3 && clause.text.substr(at - 3, 3) == "更";  // which chinese_ways has
    if (counts && !more) put(way, way.up, at, at + way.word.size());
  }
  // 比 X 更有效, of whatever is compared.
  if (const std::size_t more = clause.text.find("更", bi); bi != std::string_view::npos && more != bi) {
    const std::string_view word = clause.text.substr(std::min(more, clause.text.size()), 9);
    const bool known = std::any_of(chinese_ways.begin(), chinese_ways.end(),
                                   [&](const Way& way) { return word.starts_with(way.word); });
    const auto begins_ideograph = [&](std::size_t at) { return (static_cast<unsigned char>(word[at]) & 0xF0) == 0xE0; };
    const bool whole = word.size() == 9 && begins_ideograph(3) && begins_ideograph(6);
    if (whole && !known) put({word, Kind::other, true}, true, more, more + word.size());
  }
  for (const Way& way : chinese_ways) {
    const std::size_t at = clause.text.find(way.word);
    if (at != std::string_view::npos) put(way, way.up, at, at + way.word.size());
  }
  return turns;
}

// "from 31.4 to 22.9", 从 31.4 降到 22.9: does the first number of a pair stand before the second?
bool ordered(std::string_view text, const Number& first, const Number& second) {
  const std::string_view between = text.substr(first.end, second.begin > first.end ? second.begin - first.end : 0);
  const std::string_view before =
      text.substr(first.begin > 8 ? first.begin - 8 : 0, std::min<std::size_t>(first.begin, 8));
  const bool from = before.find("from ") != std::string_view::npos || before.find("从") != std::string_view::npos ||
                    before.find("由") != std::string_view::npos;
  return from && between.size() < 40 &&
         (between.find(" to ") != std::string_view::npos || between.find("到") != std::string_view::npos ||
          between.find("至") != std::string_view::npos);
}

// "underestimates" of "overestimates"
std::string contrary_by_prefix(const std::string& word) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> prefixes{
      {{"over", "under"}, {"under", "over"}, {"hyper", "hypo"}, {"hypo", "hyper"}, {"pre", "post"}, {"post", "pre"}}};
  for (const auto& [prefix, other] : prefixes) {
    if (word.size() > prefix.size() + 4 && word.starts_with(prefix)) {
      return std::string(other) + word.substr(prefix.size());
    }
  }
  return {};
}

}  // namespace

Wrong wrong_direction(const Saying& said, const Stated& stated) {
  for (const Word& word : said.words) {
    const std::string contrary = contrary_by_prefix(word.folded);
    const auto in_quotes = [&](const std::string& other) {
      return std::any_of(stated.begin(), stated.end(), [&](const auto& passing) { return says(passing->wide, other); });
    };
    if (!contrary.empty() && !in_quotes(word.folded) && in_quotes(contrary)) {
      return "the quotes say the contrary of \"" + word.folded + "\"";
    }
  }
  const bool across = across_languages(said, stated);
  for (const Clause& clause : said.clauses) {
    const std::vector<Turn> turns = turns_of(clause);
    if (turns.empty()) continue;
    const std::vector<const Clause*> sources = sources_of(clause.stems, stated);
    for (const Turn& turn : turns) {
      bool agrees = false, contradicts = false, agrees_in_both = false, contradicts_in_both = false;
      for (const Clause* source : sources) {
        for (const Turn& other : turns_of(*source)) {
          const bool denied = clause.negative != clause.removes, other_denied = source->negative != source->removes;
          // Another word of the sentence says just that: "they live longer because less is written".
          const bool said_by_another = std::any_of(turns.begin(), turns.end(), [&](const Turn& one) {
            return &one != &turn && one.word == other.word && one.word != turn.word;
          });
          if (said_by_another) continue;
          if (other.kind != turn.kind || (turn.kind == Kind::other && other.word != turn.word) ||
              denied != other_denied)
            continue;
          // "Raises the score" and "halves the errors"
          const bool apart = !turn.near.empty() && !other.near.empty() && shared(turn.near, other.near) == 0;
          if (apart && !across && turn.rival.empty() && other.rival.empty()) continue;
          // "It is worse than X": X is better.
          const bool turned = turn.rival.empty() && !other.rival.empty() && has(turn.left, other.rival) &&
                              !has(other.left, other.rival);
          const bool reversed = exchanged(turn, other) || turned;
          const bool same = (turn.up == other.up) != reversed;
          (same ? agrees : contradicts) = true;
          // What is compared with the same things counts more than what is not compared.
          if (!turn.rival.empty() && !other.rival.empty()) (same ? agrees_in_both : contradicts_in_both) = true;
        }
      }
      if ((contradicts && !agrees) || (contradicts_in_both && !agrees_in_both))
        return "the quotes say the contrary of \"" + std::string(turn.word) + "\"";
    }
  }
  for (const Number& number : said.numbers) {
    bool agrees = false, contradicts = false;
    for (const auto& passing : stated) {
      for (const Number& other : passing->wide.numbers) {
        if (same_number(number, other)) (contrary_bounds(number, other) ? contradicts : agrees) = true;
      }
    }
    if (contradicts && !agrees) {
      return "the quotes have " + said.text.substr(number.begin, number.end - number.begin) + " as the other bound";
    }
  }
  for (std::size_t i = 1; i < said.numbers.size(); ++i) {
    const Number &first = said.numbers[i - 1], &second = said.numbers[i];
    if (!ordered(said.text, first, second)) continue;
    for (const auto& passing : stated) {
      const std::vector<Number>& numbers = passing->quoted.numbers;
      for (std::size_t j = 1; j < numbers.size(); ++j) {
        const bool reversed = same_number(first, numbers[j]) && same_number(second, numbers[j - 1]);
        if (reversed && ordered(passing->quoted.text, numbers[j - 1], numbers[j])) {
          return "the quotes have it the other way round";
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace paperboy::reading
