#pragma once
// The numbers of a sentence, in digits or words, English or Chinese. Internal to this room.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::reading {

// What a number counts, as far as that is written next to it.
enum class Dimension {
  unknown,
  ratio,
  point,
  times,
  time,
  bytes,
  bit_rate,
  length,
  frequency,
  energy,
  power,
  decibel,
  temperature,
  mass,
  voltage,
  pressure,
  concentration
};

// What is said of the number itself: no more than, no less than.
enum class Bound { none, upper, lower };

struct Number {
  std::size_t begin = 0, end = 0;  // with its unit
  double value = 0;                // as written: 91.2 of "91.2 %", 80 of "80 k" times its scale word
  double other = 0;                // by the other decimal style, where both can be meant: "1,200" and "1.200"
  double factor = 1;               // of the unit, to the dimension's base
  Dimension dimension = Dimension::unknown;
  bool in_words = false;  // "three", "三", "half"
  bool about = false;     // "almost", "roughly": not exactly
  Bound bound = Bound::none;
};

// All but those that are part of a name (GPT-4, A100, C4). A thousands separator may be a comma, a point or a narrow
// blank; a decimal sign a point or a comma; thousand, million, k, M, B, 千, 万, 亿 and powers of ten scale; months by
// name are numbers. "one" and 一 are none: they are articles more often.
std::vector<Number> numbers_in(std::string_view text);

// Reads what stands in front of a number of `text`: its bound, "about".
void qualify(Number& number, std::string_view text);

// Can both be the same number? An unknown unit is like any other; signs do not count (a fall "by 5" is "-5").
bool same_number(const Number& a, const Number& b);
// Can the first be said where the second stands: the same number, nearly the same where it is said to be ("almost
// twice" of 1.8 times), or a round bound that the second keeps narrowly ("below 1 ms" of 940 µs)?
bool says_number(const Number& said, const Number& stated);
// Does what the one says of itself exclude the other: "at most 5", "at least 5"?
bool contrary_bounds(const Number& a, const Number& b);
// "66 percentage points" of 83 % and 17 %.
bool is_difference(const Number& said, const Number& a, const Number& b);

}  // namespace paperboy::reading
