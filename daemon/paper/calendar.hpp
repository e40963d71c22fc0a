#pragma once
// When arXiv announces (info.arxiv.org/help/availability): Sunday to Thursday 20:00 US Eastern, holidays apart. A
// mailing is named by the day that follows: Sunday evening's is Monday's, whose feed appears at 00:00 Eastern.
#include <optional>
#include <span>
#include <vector>

#include "daemon/base/clock.hpp"

namespace paperboy::paper {

class AnnouncementCalendar {
 public:
  // `holidays`: days (US Eastern) that are published as without announcement: nothing is announced on their evening,
  // and after a Friday nothing on Sunday, whose mailing would hold what was closed on Friday. The built-in list holds
  // the published years; of others it knows only the weekdays.
  explicit AnnouncementCalendar(std::vector<Day> holidays);
  static const AnnouncementCalendar& arxiv();

  // Is there a mailing named `mailing`?
  bool expects(Day mailing) const;
  // When the papers of `mailing` become public: 20:00 Eastern of the evening before.
  Time announced_at(Day mailing) const;
  // When its feeds appear: 00:00 Eastern of the day.
  Time feeds_at(Day mailing) const;
  // The newest expected mailing whose feeds are out at `now`.
  Day latest_mailing(Time now) const;
  Day next_mailing(Day after) const;
  // The mailing in which an observation made at `now` belongs: the day in US Eastern.
  static Day eastern_day(Time now);

 private:
  std::vector<Day> holidays_;
};

}  // namespace paperboy::paper
