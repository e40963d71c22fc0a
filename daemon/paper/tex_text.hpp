#pragma once
// Running text with TeX in it.
#include <string>
#include <string_view>

namespace paperboy::paper::tex {

enum class Mode {
  prose,  // titles and abstracts
  name    // accents and letters only
};

// One pass, in time proportional to the text; not normalised.
std::string text_to_unicode(std::string_view text, Mode mode);

}  // namespace paperboy::paper::tex
