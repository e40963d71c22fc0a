#pragma once
// What TeX commands and characters of mathematics are in Unicode. Names stand without their backslash; every look-up
// gives an empty or zero value for what it does not know.
#include <optional>
#include <string>
#include <string_view>

namespace paperboy::paper::tex {

enum class Spacing {
  ordinary,
  infix,  // a relation or an operator between two operands
  name    // "log": a blank to what follows it
};
struct Symbol {
  std::string_view name, text;
  Spacing spacing;
};
const Symbol* math_symbol(std::string_view name);
char32_t math_accent(std::string_view name);  // "bar" -> U+0304

enum class Alphabet { plain, blackboard, script, fraktur };
// "mathbb", "Bbb", "cal", ...; commands that only change the font ("mathrm", "bf") are `plain`. Nothing for others.
std::optional<Alphabet> alphabet(std::string_view name);
// The letter in that alphabet; `letter` itself where the alphabet has no such letter.
char32_t styled(Alphabet alphabet, char32_t letter);

// All of `text` raised or lowered; nothing unless every character has such a form.
std::optional<std::string> superscript(std::string_view text);
std::optional<std::string> subscript(std::string_view text);

}  // namespace paperboy::paper::tex
