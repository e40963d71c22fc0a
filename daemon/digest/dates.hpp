#pragma once
// Days in the person's language. For the rooms that fill templates.
#include <string>
#include <string_view>

#include "daemon/base/clock.hpp"

namespace paperboy::digest {

// English and Chinese; other languages get ISO 8601, which every reader can read.
std::string long_date(Day day, std::string_view language);   // "Tuesday, 3 November 2026", "2026年11月3日 星期二"
std::string short_date(Day day, std::string_view language);  // "Tue 3 Nov 2026", "2026年11月3日 周二"
std::string plain_date(Day day, std::string_view language);  // "3 Nov 2026", "2026年11月3日"

}  // namespace paperboy::digest
