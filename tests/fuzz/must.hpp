#pragma once
// What the fuzz targets end by, and how they compare texts.
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "daemon/base/text.hpp"

namespace paperboy {

// Ends the run, which libFuzzer reports with the input.
inline void must(bool holds, std::string_view what = "a promise is broken") {
  if (holds) return;
  std::cerr << what << '\n';
  std::abort();
}

inline std::string without_space(std::string_view text) {
  std::string out = text::collapse_space(text);
  std::erase(out, ' ');
  return out;
}

}  // namespace paperboy
