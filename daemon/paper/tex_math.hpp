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

}  // namespace paperboy::paper::tex
