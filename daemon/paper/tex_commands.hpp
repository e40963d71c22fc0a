#pragma once
// What TeX commands mean in running text. Names stand without their backslash; every look-up gives an empty or zero
// value for what it does not know.
#include <string>
#include <string_view>

namespace paperboy::paper::tex {

std::string_view letter(std::string_view name);       // "ss" -> "ß", "L" -> "Ł", "i" -> "ı"
std::string_view text_symbol(std::string_view name);  // "S" -> "§", "textendash" -> "–", "LaTeX" -> "LaTeX"

// The combining mark of an accent command, named by a symbol ("'", "\"") or by a letter ("c", "H").
char32_t accent(std::string_view name);
// The mark after the first character of `base` and its marks; dotless letters get their dot's place back.
std::string accented(std::string_view base, char32_t mark);

enum class Command {
  font,         // \emph{...}: the argument stays
  font_switch,  // \em ...: goes
  layout,       // \noindent: goes
  unread,       // \label{...}: goes with its argument
  citation,     // \cite[...]{...}
  structure,    // \frac{...}{...}: makes sense in a formula only
  other
};
Command command(std::string_view name);
bool is_formula_environment(std::string_view name);  // "equation", "align*", ...

}  // namespace paperboy::paper::tex
