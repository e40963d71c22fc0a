#include "daemon/paper/schedule.hpp"

#include <date/tz.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"

namespace paperboy::paper {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int days_a_week = 7;

const date::time_zone* find_zone(std::string_view name) {
  const auto& zones = date::get_tzdb().zones;
  const auto found = std::lower_bound(zones.begin(), zones.end(), name,
                                      [](const date::time_zone& zone, std::string_view n) { return zone.name() < n; });
  return found != zones.end() && found->name() == name ? &*found : nullptr;
}

const date::time_zone& zone_of(std::string_view name) {
  if (const auto* zone = find_zone(name)) return *zone;
  std::string message = "unknown time zone \"" + std::string(name) + "\"";
  if (const auto near = nearest_time_zone(name)) message += "; did you mean \"" + *near + "\"?";
  throw Error(message + " (use an IANA name such as \"Europe/Berlin\")");
}

Day local_day_in(const date::time_zone& zone, Time t) {
  const date::sys_time<Duration> at{t.time_since_epoch()};
  return Day{date::floor<date::days>(zone.to_local(at)).time_since_epoch()};
}

bool wants(const Schedule& schedule, Day day) {
  const auto monday_first = std::chrono::weekday{day}.iso_encoding() - 1;
  return schedule.days[monday_first];
}

// The slot of a local day. Nothing if the whole day was left out, as the 30th of December 2011 in Samoa.
std::optional<Slot> slot_on(const date::time_zone& zone, const Schedule& schedule, Day day) {
  const date::local_seconds midnight{day.time_since_epoch()};
  const auto local = midnight + minutes{schedule.minute_of_day};
  const auto info = zone.get_info(local);
  if (info.result != date::local_info::nonexistent) {  // of an ambiguous time, `first` is the earlier
    return Slot{Time{local.time_since_epoch() - info.first.offset}, day};
  }
  const auto change = info.first.end.time_since_epoch();
  const date::local_seconds gap_begin{change + info.first.offset}, gap_end{change + info.second.offset};
  if (gap_begin <= midnight && midnight + days{1} <= gap_end) return std::nullopt;
  return Slot{Time{change}, day};
}

bool has_slots(const Schedule& schedule) {
  const bool timed = schedule.cadence == Cadence::daily || schedule.cadence == Cadence::weekly;
  return timed && std::find(schedule.days.begin(), schedule.days.end(), true) != schedule.days.end();
}

// The first slot that satisfies `fits`, going from `day` by `step` days. Two weeks hold one even where a wanted day was
// left out.
template <class Fits>
std::optional<Slot> search(const Schedule& schedule, const date::time_zone& zone, Day day, days step, Fits fits) {
  for (int i = 0; i <= 2 * days_a_week; ++i, day += step) {
    if (!wants(schedule, day)) continue;
    if (const auto slot = slot_on(zone, schedule, day); slot && fits(*slot)) return slot;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Slot> latest_slot(const Schedule& schedule, Time now) {
  const auto& zone = zone_of(schedule.time_zone);
  if (!has_slots(schedule)) return std::nullopt;
  // One day on: the slot of a day may lie at its very beginning, which a change of the clock can put on the day before.
  return search(schedule, zone, local_day_in(zone, now) + days{1}, days{-1},
                [&](const Slot& s) { return s.at <= now; });
}

std::optional<Slot> next_slot(const Schedule& schedule, Time now) {
  const auto& zone = zone_of(schedule.time_zone);
  if (!has_slots(schedule)) return std::nullopt;
  return search(schedule, zone, local_day_in(zone, now), days{1}, [&](const Slot& s) { return s.at > now; });
}

bool known_time_zone(std::string_view name) {
  return find_zone(name) != nullptr;
}

std::optional<std::string> time_zone_called(std::string_view written) {
  const std::string wanted = text::replace_all(text::trim(written), " ", "_");
  const bool whole = wanted.find('/') != std::string::npos;
  std::optional<std::string> city;
  bool unique = true;
  for (const auto& zone : date::get_tzdb().zones) {
    const std::string& name = zone.name();
    if (text::iequals_ascii(name, wanted)) return name;
    if (whole || !text::iequals_ascii(std::string_view(name).substr(name.rfind('/') + 1), wanted)) continue;
    unique = !city;
    city = name;
  }
  return unique ? city : std::nullopt;
}

std::optional<std::string> nearest_time_zone(std::string_view written) {
  std::vector<std::string> names;
  for (const auto& zone : date::get_tzdb().zones) names.push_back(zone.name());
  return text::nearest(written, names);
}

Day local_day(std::string_view time_zone, Time t) {
  return local_day_in(zone_of(time_zone), t);
}

std::string format_local(std::string_view time_zone, Time t) {
  const auto& zone = zone_of(time_zone);
  const auto at = std::chrono::floor<seconds>(t);
  const auto info = zone.get_info(date::sys_seconds{at.time_since_epoch()});
  const auto local = at + info.offset;
  const auto day = std::chrono::floor<days>(local);
  const auto minute = std::chrono::floor<minutes>(local - day).count();
  char clock[16];
  std::snprintf(clock, sizeof clock, " %02d:%02d ", static_cast<int>(minute / 60), static_cast<int>(minute % 60));
  return format_day(day) + clock + info.abbrev;
}

}  // namespace paperboy::paper
