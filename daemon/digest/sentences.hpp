#pragma once
// Sentences of an abstract. Internal to this room.
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::digest {

// In order, on one line each. "e.g.", "et al.", "Fig. 3", initials, decimals and whatever stands in parentheses do not
// end a sentence; a new paragraph does. What TeX would not have printed (a sentence commented out by %) is left out.
std::vector<std::string> split_sentences(std::string_view text);

}  // namespace paperboy::digest
