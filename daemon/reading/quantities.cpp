// What numbers say of themselves, and which of them can stand for which.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "daemon/base/text.hpp"
#include "daemon/reading/numbers.hpp"

namespace paperboy::reading {
namespace {

struct Qualifier {
  std::string_view words;  // in front of a number
  Bound bound;
  bool about;
};
// The longest one counts: "no more than" before "more than".
constexpr std::array qualifiers{Qualifier{"no more than", Bound::upper, false},
                                Qualifier{"not more than", Bound::upper, false},
                                Qualifier{"no less than", Bound::lower, false},
                                Qualifier{"not less than", Bound::lower, false},
                                Qualifier{"no fewer than", Bound::lower, false},
                                Qualifier{"more than", Bound::lower, false},
                                Qualifier{"greater than", Bound::lower, false},
                                Qualifier{"larger than", Bound::lower, false},
                                Qualifier{"longer than", Bound::lower, false},
                                Qualifier{"less than", Bound::upper, false},
                                Qualifier{"fewer than", Bound::upper, false},
                                Qualifier{"smaller than", Bound::upper, false},
                                Qualifier{"shorter than", Bound::upper, false},
                                Qualifier{"at most", Bound::upper, false},
                                Qualifier{"at least", Bound::lower, false},
                                Qualifier{"up to", Bound::upper, false},
                                Qualifier{"within", Bound::upper, false},
                                Qualifier{"below", Bound::upper, false},
                                Qualifier{"under", Bound::upper, false},
                                Qualifier{"above", Bound::lower, false},
                                Qualifier{"over", Bound::lower, false},
                                Qualifier{"exceeds", Bound::lower, false},
                                Qualifier{"exceeding", Bound::lower, false},
                                Qualifier{"<", Bound::upper, false},
                                Qualifier{"≤", Bound::upper, false},
                                Qualifier{">", Bound::lower, false},
                                Qualifier{"≥", Bound::lower, false},
                                Qualifier{"almost", Bound::none, true},
                                Qualifier{"nearly", Bound::none, true},
                                Qualifier{"roughly", Bound::none, true},
                                Qualifier{"about", Bound::none, true},
                                Qualifier{"around", Bound::none, true},
                                Qualifier{"approximately", Bound::none, true},
                                Qualifier{"close to", Bound::none, true},
                                Qualifier{"~", Bound::none, true},
                                Qualifier{"≈", Bound::none, true},
                                Qualifier{"不超过", Bound::upper, false},
                                Qualifier{"至多", Bound::upper, false},
                                Qualifier{"最多", Bound::upper, false},
                                Qualifier{"少于", Bound::upper, false},
                                Qualifier{"低于", Bound::upper, false},
                                Qualifier{"不到", Bound::upper, false},
                                Qualifier{"不低于", Bound::lower, false},
                                Qualifier{"不少于", Bound::lower, false},
                                Qualifier{"至少", Bound::lower, false},
                                Qualifier{"超过", Bound::lower, false},
                                Qualifier{"高于", Bound::lower, false},
                                Qualifier{"多于", Bound::lower, false},
                                Qualifier{"约", Bound::none, true},
                                Qualifier{"近", Bound::none, true},
                                Qualifier{"几乎", Bound::none, true}};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool near(double a, double b) {
  return std::abs(a - b) <= 1e-9 * std::max({std::abs(a), std::abs(b), 1e-300});
}

}  // namespace

void qualify(Number& number, std::string_view text) {
  std::string before = text::to_lower_ascii(text::trim(text.substr(0, number.begin)));
  for (const std::string_view article : {" a", " the", " an"}) {
    if (before.ends_with(article)) before.resize(before.size() - article.size());
  }
  const Qualifier* found = nullptr;
  for (const Qualifier& each : qualifiers) {
    if (!before.ends_with(each.words)) continue;
    const std::size_t begin = before.size() - each.words.size();
    const bool inside = is_letter(each.words[0]) && begin > 0 && is_letter(before[begin - 1]);
    if (!inside && (found == nullptr || each.words.size() > found->words.size())) found = &each;
  }
  if (found == nullptr) return;
  number.bound = found->bound;
  number.about = found->about;
}

bool same_number(const Number& a, const Number& b) {
  const bool both = a.dimension != Dimension::unknown && b.dimension != Dimension::unknown;
  if (both && a.dimension != b.dimension) return false;
  for (const double x : {a.value, a.other}) {
    for (const double y : {b.value, b.other}) {
      if (both ? near(x * a.factor, y * b.factor) : near(x, y)) return true;
    }
  }
  return false;
}

bool says_number(const Number& said, const Number& stated) {
  if (same_number(said, stated)) return true;
  const bool both = said.dimension != Dimension::unknown && stated.dimension != Dimension::unknown;
  if (both && said.dimension != stated.dimension) return false;
  const double a = said.value * (both ? said.factor : 1), b = stated.value * (both ? stated.factor : 1);
  if (a <= 0 || b <= 0) return false;
  const double digits_off = 0.03, words_off = 0.12, bound_off = 0.1;
  if (said.about) return std::abs(a - b) <= (said.in_words ? words_off : digits_off) * b;
  if (!both) return false;
  if (said.bound == Bound::upper) return b < a && b >= (1 - bound_off) * a;
  return said.bound == Bound::lower && b > a && b <= (1 + bound_off) * a;
}

bool contrary_bounds(const Number& a, const Number& b) {
  return (a.bound == Bound::upper && b.bound == Bound::lower) || (a.bound == Bound::lower && b.bound == Bound::upper);
}

bool is_difference(const Number& said, const Number& a, const Number& b) {
  // "66 % more" is another thing.
  if (said.dimension != Dimension::point || a.dimension != b.dimension) return false;
  if (a.dimension != Dimension::ratio && a.dimension != Dimension::unknown) return false;
  return std::abs(std::abs(a.value - b.value) - said.value) < 1e-6 * std::max(1.0, said.value);
}

}  // namespace paperboy::reading
