#include "daemon/reading/numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "daemon/base/text.hpp"
#include "daemon/reading/units.hpp"
#include "daemon/reading/words.hpp"

namespace paperboy::reading {
namespace {

struct Scale {
  std::string_view word;
  double factor;
  bool attached;  // a letter: only directly behind the digits
};
constexpr std::array scales{Scale{"thousand", 1e3, false},  Scale{"million", 1e6, false}, Scale{"billion", 1e9, false},
                            Scale{"trillion", 1e12, false}, Scale{"hundred", 1e2, false}, Scale{"十亿", 1e9, false},
                            Scale{"百万", 1e6, false},      Scale{"千万", 1e7, false},    Scale{"万亿", 1e12, false},
                            Scale{"百亿", 1e10, false},     Scale{"千亿", 1e11, false},   Scale{"千", 1e3, false},
                            Scale{"万", 1e4, false},        Scale{"亿", 1e8, false},      Scale{"k", 1e3, true},
                            Scale{"K", 1e3, true},          Scale{"M", 1e6, true},        Scale{"B", 1e9, true},
                            Scale{"T", 1e12, true}};

struct Named {
  std::string_view word;
  double value;
};
constexpr std::array written{Named{"zero", 0},       Named{"two", 2},       Named{"three", 3},     Named{"four", 4},
                             Named{"five", 5},       Named{"six", 6},       Named{"seven", 7},     Named{"eight", 8},
                             Named{"nine", 9},       Named{"ten", 10},      Named{"eleven", 11},   Named{"twelve", 12},
                             Named{"thirteen", 13},  Named{"fourteen", 14}, Named{"fifteen", 15},  Named{"sixteen", 16},
                             Named{"seventeen", 17}, Named{"eighteen", 18}, Named{"nineteen", 19}, Named{"twenty", 20},
                             Named{"thirty", 30},    Named{"forty", 40},    Named{"fifty", 50},    Named{"sixty", 60},
                             Named{"seventy", 70},   Named{"eighty", 80},   Named{"ninety", 90},   Named{"dozen", 12}};
constexpr std::array multiples{Named{"twice", 2},  Named{"double", 2},  Named{"doubles", 2}, Named{"doubled", 2},
                               Named{"triple", 3}, Named{"triples", 3}, Named{"tripled", 3}};
constexpr std::array parts{Named{"half", 0.5},     Named{"halves", 0.5},    Named{"third", 1.0 / 3},
                           Named{"quarter", 0.25}, Named{"quarters", 0.25}, Named{"thirds", 1.0 / 3}};
constexpr std::array months{Named{"january", 1},  Named{"february", 2},  Named{"march", 3},    Named{"april", 4},
                            Named{"june", 6},     Named{"july", 7},      Named{"august", 8},   Named{"september", 9},
                            Named{"october", 10}, Named{"november", 11}, Named{"december", 12}};

// What may stand behind a Chinese numeral that counts.
constexpr auto counters = std::to_array<std::string_view>(
    {"个", "种", "家", "组", "项", "层",   "倍",   "次",   "人", "行", "页", "处", "例", "所", "座", "份",
     "头", "天", "年", "月", "日", "小时", "分钟", "秒",   "名", "位", "条", "张", "篇", "步", "类", "台",
     "块", "维", "轮", "点", "万", "亿",   "部分", "阶段", "句", "折", "度", "千", "百", "大", "款"});

std::optional<double> value_of(std::string_view word, const auto& list) {
  for (const Named& named : list) {
    if (named.word == word) return named.value;
  }
  return std::nullopt;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A blank that groups digits: narrow, no-break or thin; its length in bytes.
std::size_t grouping_blank(std::string_view text, std::size_t at) {
  for (const std::string_view blank : {"\u00A0", "\u2009", "\u202F"}) {
    if (text.substr(at).starts_with(blank)) return blank.size();
  }
  return 0;
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && is_digit(text[at + count])) ++count;
  return count;
}

double to_double(const std::string& digits) {
  return std::strtod(digits.c_str(), nullptr);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<Number> read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_digit(c)) {
        digits();
      } else if (is_letter(c)) {
        letters();
      } else if (!ideograph()) {
        text::next_code_point(text_, at_);
      }
    }
    return std::move(numbers_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  void skip_blanks() {
    while (at_ < text_.size()) {
      if (text_[at_] == ' ' || text_[at_] == '~') {
        ++at_;
      } else if (const std::size_t blank = grouping_blank(text_, at_)) {
        at_ += blank;
      } else {
        break;
      }
    }
  }

  // Is there a name behind or around the number (4o, 3D, GPT-4, v2)?
  bool in_name(std::size_t begin) const {
    if (begin == 0) return false;
    const char before = text_[begin - 1];
    if (is_letter(before) || before == '_' || before == '@') return true;
    if (before != '-' || begin < 2) return false;
    return is_letter(text_[begin - 2]) || is_digit(text_[begin - 2]) ? is_letter(text_[begin - 2]) : false;
  }

  void digits() {
    const std::size_t begin = at_;
    Number number;
    number.begin = begin;
    std::string plain, other;
    std::size_t separators = 0;
    char separator = 0;
    bool groups = true;  // every separator is followed by three digits
    std::size_t count = digits_at(text_, at_);
    plain.append(text_, at_, count);
    const std::size_t lead = count;
    at_ += count;
    std::string tail;
    while (at_ < text_.size()) {
      const std::size_t blank = grouping_blank(text_, at_);
      const bool mark = (text_[at_] == '.' || text_[at_] == ',') && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
      const std::size_t step = blank > 0 ? blank : 1;
      if (!mark && blank == 0) break;
      count = digits_at(text_, at_ + step);
      if (blank > 0 && (count != 3 || lead > 3)) break;
      if (mark && separator == text_[at_] && count != 3) break;  // a list: 1,2,3
      if (mark && separator != 0 && separator != text_[at_]) {   // 1,200.5: the last is the decimal sign
        tail = "." + std::string(text_.substr(at_ + 1, count));
        at_ += 1 + count;
        break;
      }
      if (mark) {
        separator = text_[at_];
        ++separators;
        groups = groups && count == 3 && lead <= 3;
        if (!groups && separators > 1) break;
        other = plain + "." + std::string(text_.substr(at_ + 1, count));
      }
      plain.append(text_, at_ + step, count);
      at_ += step + count;
      if (mark && !groups) break;
    }
    if (separators == 0 || !tail.empty()) {
      number.value = number.other = to_double(plain + tail);
    } else if (separators == 1 && groups && plain[0] != '0') {
      number.value = separator == ',' ? to_double(plain) : to_double(other);
      number.other = separator == ',' ? to_double(other) : to_double(plain);
    } else {
      number.value = number.other = to_double(groups && separators > 1 ? plain : other);
    }
    const bool name = in_name(begin);
    exponent(number);
    const std::size_t behind = at_;
    scale_and_unit(number);
    const bool glued = at_ == behind && at_ < text_.size() && is_letter(text_[at_]);
    if (glued) {
      while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    }
    number.end = at_;
    if (!name && !glued) numbers_.push_back(number);
  }

  void scale_by(Number& number, double factor) {
    number.value *= factor;
    number.other *= factor;
  }

  // e-4, × 10^45, ×10⁴⁵, \times 10^{45}; and a bare 10^6.
  void exponent(Number& number) {
    std::size_t from = at_;
    if (at_ + 1 < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      std::size_t here = at_ + 1;
      const bool minus = text_[here] == '-';
      if (minus || text_[here] == '+') ++here;
      const std::size_t count = digits_at(text_, here);
      if (count > 0 && count < 4) {
        scale_by(number, std::pow(10.0, (minus ? -1 : 1) * std::atoi(std::string(text_.substr(here, count)).c_str())));
        at_ = here + count;
        return;
      }
    }
    if (number.value == 10 && at_ - number.begin == 2) {
      if (const std::optional<double> power = raised(at_)) {
        scale_by(number, std::pow(10.0, *power) / 10.0);
        return;
      }
    }
    skip_blanks();
    bool product = false;
    for (const std::string_view sign : {"×", "\\times", "\\cdot", "·", "x", "*"}) {
      if (rest().starts_with(sign)) {
        at_ += sign.size();
        product = true;
        break;
      }
    }
    skip_blanks();
    std::optional<double> power;
    if (product && rest().starts_with("10")) {
      std::size_t here = at_ + 2;
      power = raised(here);
      if (power) at_ = here;
    }
    if (power) {
      scale_by(number, std::pow(10.0, *power));
    } else {
      at_ = from;
    }
  }

  // The exponent at `at`, which moves behind it.
  std::optional<double> raised(std::size_t& at) const {
    std::size_t here = at;
    std::string digits;
    if (here < text_.size() && text_[here] == '^') {
      ++here;
      const bool brace = here < text_.size() && text_[here] == '{';
      if (brace) ++here;
      if (text_.substr(here).starts_with("−")) {
        digits = "-";
        here += std::string_view("−").size();
      } else if (here < text_.size() && text_[here] == '-') {
        digits = "-";
        ++here;
      }
      const std::size_t count = digits_at(text_, here);
      if (count == 0 || count > 3) return std::nullopt;
      digits.append(text_, here, count);
      here += count;
      if (brace && here < text_.size() && text_[here] == '}') ++here;
    } else {
      while (here < text_.size()) {
        std::size_t next = here;
        const char32_t cp = text::next_code_point(text_, next);
        const bool digit = cp == 0xB2 || cp == 0xB3 || cp == 0xB9 || cp == 0x2070 || (cp >= 0x2074 && cp <= 0x2079);
        if (!digit && !(cp == U'⁻' && digits.empty())) break;
        digits += digit ? text::fold(text_.substr(here, next - here)) : "-";
        here = next;
      }
      if (digits.empty() || digits == "-" || digits.size() > 4) return std::nullopt;
    }
    at = here;
    return to_double(digits);
  }

  bool ends_here(std::size_t at) const {
    if (at >= text_.size()) return true;
    return !is_letter(text_[at]) || (at > 0 && !is_letter(text_[at - 1]));
  }

  void scale_and_unit(Number& number) {
    const std::size_t end = at_;
    skip_hyphen_or_blanks();
    for (const Scale& scale : scales) {
      if (scale.attached && at_ != end) continue;
      if (!rest().starts_with(scale.word) || !ends_here(at_ + scale.word.size())) continue;
      scale_by(number, scale.factor);
      at_ += scale.word.size();
      break;
    }
    const std::size_t scaled = at_;
    skip_hyphen_or_blanks();
    const Unit* found = nullptr;
    for (const Unit& unit : units) {
      if (!rest().starts_with(unit.word) || !ends_here(at_ + unit.word.size())) continue;
      if (found == nullptr || unit.word.size() > found->word.size()) found = &unit;
    }
    if (found != nullptr) {
      number.dimension = found->dimension;
      number.factor = found->factor;
      at_ += found->word.size();
    } else if (const Unit* time = time_of_something()) {
      number.dimension = time->dimension;
      number.factor = time->factor;
    } else {
      at_ = scaled == end || scaled < end ? end : scaled;
      if (scaled != end && text_.substr(end, scaled - end).find_first_not_of(" -~") == std::string_view::npos)
        at_ = end;
    }
  }

  // "person-years", "GPU hours": moves behind it.
  const Unit* time_of_something() {
    std::size_t here = at_;
    while (here < text_.size() && (is_letter(text_[here]) || is_digit(text_[here]))) ++here;
    if (here == at_ || here >= text_.size() || (text_[here] != '-' && text_[here] != ' ')) return nullptr;
    for (const Unit& unit : units) {
      const bool word = unit.dimension == Dimension::time && unit.word.size() > 3 && is_letter(unit.word[0]);
      if (!word || !text_.substr(here + 1).starts_with(unit.word) || !ends_here(here + 1 + unit.word.size())) continue;
      at_ = here + 1 + unit.word.size();
      return &unit;
    }
    return nullptr;
  }

  void skip_hyphen_or_blanks() {
    if (at_ < text_.size() && text_[at_] == '-' && at_ + 1 < text_.size() && is_letter(text_[at_ + 1])) {
      ++at_;
    } else {
      skip_blanks();
    }
  }

  void letters() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    const std::string word = text::to_lower_ascii(text_.substr(begin, at_ - begin));
    Number number;
    number.begin = begin;
    number.in_words = true;
    if (const auto value = value_of(word, written)) {
      number.value = *value;
      // "twenty-five", "forty two"
      if (*value >= 20 && *value != 12 && at_ + 1 < text_.size() && (text_[at_] == '-' || text_[at_] == ' ')) {
        std::size_t next = at_ + 1;
        while (next < text_.size() && is_letter(text_[next])) ++next;
        const std::string unit = text::to_lower_ascii(text_.substr(at_ + 1, next - at_ - 1));
        const auto ones = unit == "one" ? std::optional(1.0) : value_of(unit, written);
        if (ones && *ones > 0 && *ones < 10) {
          number.value += *ones;
          at_ = next;
        }
      }
      number.other = number.value;
      scale_and_unit(number);
    } else if (const auto times = value_of(word, multiples)) {
      number.value = number.other = *times;
      number.dimension = Dimension::times;
    } else if (word == "half" && and_a_half(begin)) {
      return;
    } else if (const auto part = value_of(word, parts)) {
      const bool fraction = word[0] != 't' || preceded_by_article(begin);
      if (!fraction) return;
      number.value = number.other = *part;
      number.dimension = Dimension::ratio;
      of_a_unit(number);
      if (!numbers_.empty() && numbers_.back().in_words && numbers_.back().end + 1 >= begin && word.ends_with('s')) {
        number.value = number.other = numbers_.back().value * *part;  // "two thirds"
        numbers_.pop_back();
      }
    } else if (word == "decade" || word == "decades") {
      number.value = number.other = 10;
      number.dimension = Dimension::time;
      number.factor = year;
    } else if (const auto month = value_of(word, months); month && text_[begin] >= 'A' && text_[begin] <= 'Z') {
      number.value = number.other = *month;
    } else {
      return;
    }
    number.end = at_;
    numbers_.push_back(number);
  }

  // "a third of a second"
  void of_a_unit(Number& number) {
    for (const std::string_view joint : {" of a ", " of an ", " a ", " an "}) {
      if (!rest().starts_with(joint)) continue;
      for (const Unit& unit : units) {
        const std::size_t end = at_ + joint.size() + unit.word.size();
        if (!text_.substr(at_ + joint.size()).starts_with(unit.word) || !ends_here(end)) continue;
        number.dimension = unit.dimension;
        number.factor = unit.factor;
        at_ = end;
        return;
      }
    }
  }

  // "two and a half hours", "two hours and a half", "an hour and a half": half of a unit more.
  bool and_a_half(std::size_t begin) {
    std::string_view before = text::trim(text_.substr(0, begin));
    if (!before.ends_with(" and a")) return false;
    before = text::trim(before.substr(0, before.size() - 5));
    if (!numbers_.empty() && numbers_.back().end == before.size()) {
      Number& number = numbers_.back();
      number.value += 0.5;
      number.other = number.value;
      if (number.dimension == Dimension::unknown) {
        scale_and_unit(number);
        if (number.dimension == Dimension::unknown) at_ = begin + 4;
      }
      number.end = at_;
      return true;
    }
    const std::size_t word = before.rfind(' ') + 1;
    const std::string_view article = text::trim(before.substr(0, word));
    if (word == 0 || !(article == "a" || article == "A" || article == "an" || article == "An" ||
                       article.ends_with(" a") || article.ends_with(" an") || article.ends_with(" one"))) {
      return false;
    }
    for (const Unit& unit : units) {
      if (unit.word != before.substr(word)) continue;
      numbers_.push_back({word, at_, 1.5, 1.5, unit.factor, unit.dimension, true});
      return true;
    }
    return false;
  }

  bool preceded_by_article(std::size_t begin) const {
    const std::string_view before = text::trim(text_.substr(0, begin));
    return before.ends_with(" a") || before == "a" || before == "A" || before.ends_with(" one") ||
           before.ends_with(" two") || before.ends_with("Two");
  }

  static int chinese_digit(char32_t cp) {
    switch (cp) {
      case U'一':
        return 1;
      case U'二':
      case U'两':
        return 2;
      case U'三':
        return 3;
      case U'四':
        return 4;
      case U'五':
        return 5;
      case U'六':
        return 6;
      case U'七':
        return 7;
      case U'八':
        return 8;
      case U'九':
        return 9;
      default:
        return -1;
    }
  }

  // 三种, 十二个, 三百; 一半. True if something was read.
  bool ideograph() {
    const std::size_t begin = at_;
    for (const std::string_view half : {"一半", "半数"}) {
      if (!rest().starts_with(half)) continue;
      at_ += half.size();
      numbers_.push_back({begin, at_, 0.5, 0.5, 1, Dimension::ratio, true});
      return true;
    }
    double value = 0, digit = 0;
    std::size_t here = at_;
    while (here < text_.size()) {
      std::size_t next = here;
      const char32_t cp = text::next_code_point(text_, next);
      if (const int found = chinese_digit(cp); found > 0 && digit == 0) {
        digit = found;
      } else if ((cp == U'十' || cp == U'百') && !(value == 0 && digit == 0 && cp == U'百')) {
        value += (digit == 0 ? 1 : digit) * (cp == U'十' ? 10 : 100);
        digit = 0;
      } else {
        break;
      }
      here = next;
    }
    value += digit;
    if (value < 2) return false;
    const bool counts = std::any_of(counters.begin(), counters.end(),
                                    [&](std::string_view counter) { return text_.substr(here).starts_with(counter); });
    at_ = here;
    if (!counts) return true;
    Number number{begin, here, value, value, 1, Dimension::unknown, true};
    scale_and_unit(number);
    if (rest().starts_with("年")) {
      number.dimension = Dimension::time;
      number.factor = year;
    }
    number.end = at_;
    numbers_.push_back(number);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Number> numbers_;
};

}  // namespace

std::vector<Number> numbers_in(std::string_view text) {
  std::vector<Number> numbers = Reader(text).read();
  for (Number& number : numbers) qualify(number, text);
  return numbers;
}

}  // namespace paperboy::reading
