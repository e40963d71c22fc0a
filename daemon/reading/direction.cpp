#include <algorithm>
#include <array>
#include <memory>

#include "daemon/base/text.hpp"
#include "daemon/reading/rules.hpp"

namespace paperboy::reading {
namespace {

enum class Kind { quantity, value, speed, extreme };
struct Way {
  std::string_view word;  // a stem where it ends in *
  Kind kind;
  bool up;
};
constexpr std::array ways{Way{"rise*", Kind::quantity, true},    Way{"rose", Kind::quantity, true},
                          Way{"rising", Kind::quantity, true},   Way{"increas*", Kind::quantity, true},
                          Way{"grow*", Kind::quantity, true},    Way{"grew", Kind::quantity, true},
                          Way{"higher", Kind::quantity, true},   Way{"more", Kind::quantity, true},
                          Way{"larger", Kind::quantity, true},   Way{"greater", Kind::quantity, true},
                          Way{"exceed*", Kind::quantity, true},  Way{"above", Kind::quantity, true},
                          Way{"longer", Kind::quantity, true},   Way{"bigger", Kind::quantity, true},
                          Way{"stronger", Kind::quantity, true}, Way{"fall*", Kind::quantity, false},
                          Way{"fell", Kind::quantity, false},    Way{"decreas*", Kind::quantity, false},
                          Way{"drop", Kind::quantity, false},    Way{"drops", Kind::quantity, false},
                          Way{"dropped", Kind::quantity, false}, Way{"reduc*", Kind::quantity, false},
                          Way{"lower*", Kind::quantity, false},  Way{"less", Kind::quantity, false},
                          Way{"fewer", Kind::quantity, false},   Way{"smaller", Kind::quantity, false},
                          Way{"below", Kind::quantity, false},   Way{"declin*", Kind::quantity, false},
                          Way{"shrink*", Kind::quantity, false}, Way{"shorter", Kind::quantity, false},
                          Way{"weaker", Kind::quantity, false},  Way{"diminish*", Kind::quantity, false},
                          Way{"better", Kind::value, true},      Way{"improv*", Kind::value, true},
                          Way{"outperform*", Kind::value, true}, Way{"surpass*", Kind::value, true},
                          Way{"superior", Kind::value, true},    Way{"beats", Kind::value, true},
                          Way{"best", Kind::value, true},        Way{"worse*", Kind::value, false},
                          Way{"degrad*", Kind::value, false},    Way{"underperform*", Kind::value, false},
                          Way{"inferior", Kind::value, false},   Way{"deteriorat*", Kind::value, false},
                          Way{"worst", Kind::value, false},      Way{"lags", Kind::value, false},
                          Way{"faster", Kind::speed, true},      Way{"quicker", Kind::speed, true},
                          Way{"accelerat*", Kind::speed, true},  Way{"slower", Kind::speed, false},
                          Way{"slows", Kind::speed, false},      Way{"rais*", Kind::quantity, true},
                          Way{"boost*", Kind::quantity, true},   Way{"climb*", Kind::quantity, true},
                          Way{"doubl*", Kind::quantity, true},   Way{"tripl*", Kind::quantity, true},
                          Way{"halv*", Kind::quantity, false},   Way{"cuts", Kind::quantity, false},
                          Way{"cutting", Kind::quantity, false}, Way{"largest", Kind::extreme, true},
                          Way{"highest", Kind::extreme, true},   Way{"greatest", Kind::extreme, true},
                          Way{"biggest", Kind::extreme, true},   Way{"smallest", Kind::extreme, false},
                          Way{"lowest", Kind::extreme, false},   Way{"fewest", Kind::extreme, false}};
constexpr std::array chinese_ways{
    Way{"提高", Kind::quantity, true},  Way{"提升", Kind::quantity, true},  Way{"增加", Kind::quantity, true},
    Way{"上升", Kind::quantity, true},  Way{"增长", Kind::quantity, true},  Way{"升高", Kind::quantity, true},
    Way{"升至", Kind::quantity, true},  Way{"高于", Kind::quantity, true},  Way{"更高", Kind::quantity, true},
    Way{"大于", Kind::quantity, true},  Way{"更大", Kind::quantity, true},  Way{"多于", Kind::quantity, true},
    Way{"更多", Kind::quantity, true},  Way{"降低", Kind::quantity, false}, Way{"下降", Kind::quantity, false},
    Way{"减少", Kind::quantity, false}, Way{"降至", Kind::quantity, false}, Way{"降到", Kind::quantity, false},
    Way{"减小", Kind::quantity, false}, Way{"低于", Kind::quantity, false}, Way{"更低", Kind::quantity, false},
    Way{"小于", Kind::quantity, false}, Way{"更小", Kind::quantity, false}, Way{"少于", Kind::quantity, false},
    Way{"更少", Kind::quantity, false}, Way{"优于", Kind::value, true},     Way{"更好", Kind::value, true},
    Way{"胜过", Kind::value, true},     Way{"超越", Kind::value, true},     Way{"改善", Kind::value, true},
    Way{"好于", Kind::value, true},     Way{"领先", Kind::value, true},     Way{"劣于", Kind::value, false},
    Way{"更差", Kind::value, false},    Way{"不如", Kind::value, false},    Way{"差于", Kind::value, false},
    Way{"逊于", Kind::value, false},    Way{"恶化", Kind::value, false},    Way{"落后", Kind::value, false},
    Way{"更快", Kind::speed, true},     Way{"加速", Kind::speed, true},     Way{"更慢", Kind::speed, false}};

struct Turn {
  Kind kind;
  bool up;
  std::string_view word;
  std::vector<std::string> left, right;  // what stands before it, and behind it or its "than"
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

std::vector<std::string> names_and_stems(const std::vector<Word>& words) {
  std::vector<std::string> found = stems_of(words);
  for (const Word& word : words) {  // a name weighs twice
    if (word.inner_capital || word.capital) found.push_back("+" + stem(word.folded));
  }
  return found;
}

std::vector<Turn> turns_of(const Clause& clause) {
  std::vector<Turn> turns;
  const auto put = [&](const Way& way, bool up, std::size_t begin, std::size_t end) {
    Turn turn{way.kind, up, way.word, {}, {}};
    std::vector<Word> left, right;
    std::size_t than = end;
    bool closed = false, says_something = false;
    for (const Word& word : clause.words) {
      if (word.begin >= end && (word.folded == "than" || word.folded == "by")) {
        than = word.end;
        break;
      }
    }
    if (const std::size_t bi = clause.text.find("比"); bi != std::string_view::npos && bi < begin) {
      begin = bi;
      than = bi;
    }
    for (const Word& word : clause.words) {
      // "lower for X than for Y": X stands in front of the comparison, too.
      if (word.end <= begin || (word.begin >= end && word.end <= than && than > end)) left.push_back(word);
      if (word.begin < than || closed) continue;
      closed = begins_circumstance(word.folded, says_something);
      if (closed) continue;
      says_something = says_something || !is_stop_word(word.folded);
      right.push_back(word);
    }
    if (than > end) {
      const auto first =
          std::find_if(right.begin(), right.end(), [](const Word& word) { return !is_stop_word(word.folded); });
      if (first != right.end() && !first->digit) turn.rival = stem(first->folded);
    }
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
      const bool passive = word.folded.ends_with("ed") && way.kind == Kind::value && i + 1 < clause.words.size() &&
                           clause.words[i + 1].folded == "by";
      put(way, way.up != passive, word.begin, word.end);
      break;
    }
  }
  // 比 X 多 22%
  constexpr std::array after_than{Way{"多", Kind::quantity, true},  Way{"高", Kind::quantity, true},
                                  Way{"大", Kind::quantity, true},  Way{"少", Kind::quantity, false},
                                  Way{"低", Kind::quantity, false}, Way{"小", Kind::quantity, false}};
  const std::size_t bi = clause.text.find("比");
  for (const Way& way : after_than) {
    const std::string_view word = way.word;
    const std::size_t at = bi == std::string_view::npos ? bi : clause.text.find(word, bi);
    if (at == std::string_view::npos) continue;
    const std::string_view behind = text::trim(clause.text.substr(at + word.size()));
    const bool counts = !behind.empty() && ((behind[0] >= '0' && behind[0] <= '9') || behind.starts_with("了") ||
                                            behind.starts_with("约"));
    if (counts) put(way, way.up, at, at + word.size());
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

}  // namespace

Wrong wrong_direction(const Saying& said, const Stated& stated) {
  const bool across = across_languages(said, stated);
  for (const Clause& clause : said.clauses) {
    const std::vector<Turn> turns = turns_of(clause);
    if (turns.empty()) continue;
    const Saying alone{std::string(clause.text)};
    const std::vector<const Clause*> sources = sources_of(across ? anchors_of(alone) : clause.stems, stated);
    for (const Turn& turn : turns) {
      bool agrees = false, contradicts = false;
      for (const Clause* source : sources) {
        for (const Turn& other : turns_of(*source)) {
          const bool denied = clause.negative != clause.removes, other_denied = source->negative != source->removes;
          if (other.kind != turn.kind || denied != other_denied) continue;
          const std::size_t same = shared(turn.left, other.left) + shared(turn.right, other.right);
          const std::size_t crossed = shared(turn.left, other.right) + shared(turn.right, other.left);
          // One shared word is no exchange of roles, but where each is what the other is compared with.
          const bool exchanged = !turn.rival.empty() && !other.rival.empty() && turn.rival != other.rival &&
                                 has(turn.left, other.rival) && has(other.left, turn.rival) &&
                                 !has(turn.left, turn.rival) && !has(other.left, other.rival);
          // "It is worse than X": X is better.
          const bool turned = turn.rival.empty() && !other.rival.empty() && has(turn.left, other.rival);
          // "Removing X raises Y" and "Y is higher" exchange no roles.
          const bool comparing = compares(turn) && compares(other);
          const bool reversed = (comparing && crossed > same && crossed > 1) || exchanged || turned;
          ((turn.up == other.up) != reversed ? agrees : contradicts) = true;
        }
      }
      if (contradicts && !agrees) return "the quotes say the contrary of \"" + std::string(turn.word) + "\"";
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
