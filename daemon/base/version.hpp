#pragma once
#include <string_view>

namespace paperboy {

// "0.1.0", as CMakeLists.txt names it.
extern const std::string_view version;

}  // namespace paperboy
