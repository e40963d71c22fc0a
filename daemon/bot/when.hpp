#pragma once
// Days and times of day as people write them. Internal to this room; texts are plain (words.hpp).
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/clock.hpp"
#include "daemon/paper/schedule.hpp"

namespace paperboy::bot {

// "3 days", "3d", "two weeks", "a month" (30 days), "1y" (365): 1 to 3650 days.
std::optional<int> days_of(std::string_view text);
// The next day that is meant: "tomorrow", "mon", "next week", "2026-12-24", "24.12.", "24 Dec", "in 3 days"; after
// `today`, within ten years.
std::optional<Day> coming_day(std::string_view text, Day today);
// The last day that is meant: "yesterday", "mon", "30d", "last month", "2026-11-01", "2026-11", "2026", "1 Nov"; not
// after `today`.
std::optional<Day> past_day(std::string_view text, Day today);

// "at 08:30 weekdays Europe/Berlin", "Mon-Fri 8am", "on announcement": the parts in any order. Without days Monday to
// Friday, without a time 07:30, without a zone none. Of what cannot be read: why, and the character from 1.
struct ReadSchedule {
  std::optional<paper::Schedule> schedule;
  std::string problem;
  std::size_t column = 0;
};
ReadSchedule read_schedule(std::string_view text);

}  // namespace paperboy::bot
