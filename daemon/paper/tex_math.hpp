#pragma once
// A formula in Unicode, or not at all.
#include <optional>
#include <string>
#include <string_view>

namespace paperboy::paper::tex {

// `formula` without its $. Nothing unless every piece of it has a Unicode form: fractions, roots, arrays, unknown
// commands and scripts Unicode lacks stay TeX. Blanks are kept as typed where that reads well, not where TeX only
// needed them to end a command.
std::optional<std::string> math_to_unicode(std::string_view formula);

// Is what stands between two $ a formula, or are the dollars money? `after` is the character behind the second. Between
// prices there is prose; a formula has signs of one.
bool is_formula(std::string_view inside, char after);

}  // namespace paperboy::paper::tex
