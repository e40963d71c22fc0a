#pragma once
// Dates and times as text. English names always: never the locale's strftime.
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/clock.hpp"

namespace paperboy {

// "2026-11-03".
std::string format_day(Day day);
// Strict YYYY-MM-DD of a day that exists; nothing else around it.
std::optional<Day> parse_day(std::string_view text);

// RFC 3339 in UTC with milliseconds, "2026-11-03T06:00:00.000Z" (logs, JSON).
std::string format_rfc3339(Time t);
// Accepts RFC 3339 with any offset and optional fraction, and a bare YYYY-MM-DD (midnight UTC).
std::optional<Time> parse_rfc3339(std::string_view text);

// RFC 5322 section 3.3, "Tue, 03 Nov 2026 06:00:00 +0000" (mail headers).
std::string format_rfc5322(Time t);
// RFC 5322 / RFC 822 / RFC 1123 dates as feeds write them: optional weekday, 2- or 4-digit year, optional seconds,
// numeric offset or one of GMT UT UTC Z EST EDT CST CDT MST MDT PST PDT. Nothing on anything else.
std::optional<Time> parse_rfc5322(std::string_view text);

// "30s", "5m", "1h", "5d", "1h30m"; "250ms". No sign, no blank, no bare number. Nothing on anything else.
std::optional<Duration> parse_duration(std::string_view text);
// What parse_duration reads back, largest units first: "1h30m", "250ms", "0s". `d` >= 0.
std::string format_duration(Duration d);

}  // namespace paperboy
