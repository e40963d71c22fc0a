#include "daemon/paper/calendar.hpp"

#include <date/tz.h>

#include <algorithm>

namespace paperboy::paper {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::weekday;

const date::time_zone& eastern() {
  static const date::time_zone* zone = date::locate_zone("America/New_York");
  return *zone;
}

Time at_eastern(Day day, hours hour) {
  const date::local_time<Duration> local{day.time_since_epoch() + hour};
  return Time{eastern().to_sys(local, date::choose::earliest).time_since_epoch()};
}

constexpr Day day_of(int year, unsigned month, unsigned day) {
  return std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
}

}  // namespace

AnnouncementCalendar::AnnouncementCalendar(std::vector<Day> holidays) : holidays_(std::move(holidays)) {
  std::sort(holidays_.begin(), holidays_.end());
}

const AnnouncementCalendar& AnnouncementCalendar::arxiv() {
  static const AnnouncementCalendar calendar({
      day_of(2026, 1, 1),
      day_of(2026, 1, 19),
      day_of(2026, 6, 19),
      day_of(2026, 7, 3),
      day_of(2026, 9, 7),
      day_of(2026, 11, 26),
      day_of(2026, 12, 25),
      day_of(2026, 12, 29),
      day_of(2026, 12, 31),
  });
  return calendar;
}

bool AnnouncementCalendar::expects(Day mailing) const {
  const auto is_holiday = [&](Day day) { return std::binary_search(holidays_.begin(), holidays_.end(), day); };
  const weekday name{mailing};
  if (name == std::chrono::Saturday || name == std::chrono::Sunday) return false;
  if (is_holiday(mailing - days{1})) return false;
  // Sunday evening announces what was closed on Friday.
  return name != std::chrono::Monday || !is_holiday(mailing - days{3});
}

Time AnnouncementCalendar::announced_at(Day mailing) const {
  return at_eastern(mailing - days{1}, hours{20});
}

Time AnnouncementCalendar::feeds_at(Day mailing) const {
  return at_eastern(mailing, hours{0});
}

Day AnnouncementCalendar::latest_mailing(Time now) const {
  Day mailing = eastern_day(now);
  while (!expects(mailing)) mailing -= days{1};
  return mailing;
}

Day AnnouncementCalendar::next_mailing(Day after) const {
  do {
    after += days{1};
  } while (!expects(after));
  return after;
}

Day AnnouncementCalendar::eastern_day(Time now) {
  const date::sys_time<Duration> at{now.time_since_epoch()};
  return Day{date::floor<date::days>(eastern().to_local(at)).time_since_epoch()};
}

}  // namespace paperboy::paper
