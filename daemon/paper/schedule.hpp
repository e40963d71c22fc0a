#pragma once
// When a person wants the digest. Time zones by IANA name, tzdata of the system.
#include <array>
#include <optional>
#include <string>

#include "daemon/base/clock.hpp"

namespace paperboy::paper {

enum class Cadence {
  daily,            // at `minute_of_day` on each of `days`
  weekly,           // the same, with one day
  on_announcement,  // as soon as a mailing of the person's categories is complete
  instant           // as soon as a paper matches
};

struct Schedule {
  Cadence cadence = Cadence::daily;
  std::array<bool, 7> days{true, true, true, true, true, false, false};  // Monday first
  int minute_of_day = 7 * 60 + 30;
  std::string time_zone = "UTC";
  friend bool operator==(const Schedule&, const Schedule&) = default;
};

// A moment at which a digest is due.
struct Slot {
  Time at{};
  Day local_day{};  // the person's calendar day; with the cadence it names the period, once on both days a clock is
                    // changed
  friend bool operator==(const Slot&, const Slot&) = default;
};

// The newest slot at or before `now`, the first one after it. A wall-clock time that does not exist (spring) is due at
// the moment of the change; one that occurs twice (autumn) is due the first time. Nothing for on_announcement and
// instant, and without a wanted day; a day the zone left out whole (Samoa, 30 December 2011) has none. Throws Error on
// an unknown time zone.
std::optional<Slot> latest_slot(const Schedule& schedule, Time now);
std::optional<Slot> next_slot(const Schedule& schedule, Time now);

bool known_time_zone(std::string_view name);
// The IANA name somebody means: in any case, blanks for underscores, or the city alone where only one zone has it
// ("europe/berlin", "America/New York", "Tokyo"). And the name most like it, for "did you mean".
std::optional<std::string> time_zone_called(std::string_view written);
std::optional<std::string> nearest_time_zone(std::string_view written);
Day local_day(std::string_view time_zone, Time t);
// "2026-11-03 07:30 CET", for people.
std::string format_local(std::string_view time_zone, Time t);

}  // namespace paperboy::paper
