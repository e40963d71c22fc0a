#include "daemon/paper/calendar.hpp"

#include <gtest/gtest.h>

#include "daemon/base/time.hpp"

namespace paperboy::paper {
namespace {

Day day(std::string_view text) {
  return *parse_day(text);
}
Time at(std::string_view text) {
  return *parse_rfc3339(text);
}

TEST(Calendar, MailingsAreMondayToFriday) {
  const AnnouncementCalendar calendar({});
  const Day monday = day("2026-11-02");
  for (int i = 0; i < 28; ++i) {
    EXPECT_EQ(calendar.expects(monday + std::chrono::days{i}), i % 7 < 5) << i;
  }
}

TEST(Calendar, AHolidaysEveningAnnouncesNothing) {
  const AnnouncementCalendar calendar({day("2026-09-07"), day("2026-07-03")});
  EXPECT_TRUE(calendar.expects(day("2026-09-07")));   // announced on Sunday
  EXPECT_FALSE(calendar.expects(day("2026-09-08")));  // Labor Day's evening
  EXPECT_TRUE(calendar.expects(day("2026-09-09")));
  EXPECT_TRUE(calendar.expects(day("2026-07-03")));   // announced on Thursday
  EXPECT_FALSE(calendar.expects(day("2026-07-06")));  // Friday's papers were not closed: nothing on Sunday
  EXPECT_TRUE(calendar.expects(day("2026-07-07")));
}

TEST(Calendar, TheListOf2026) {
  std::string without;
  for (Day d = day("2026-01-01"); d < day("2027-01-02"); d += std::chrono::days{1}) {
    const std::chrono::weekday name{d};
    if (name != std::chrono::Saturday && name != std::chrono::Sunday && !AnnouncementCalendar::arxiv().expects(d)) {
      without += format_day(d) + " ";
    }
  }
  EXPECT_EQ(without,
            "2026-01-02 2026-01-20 2026-06-22 2026-07-06 2026-09-08 2026-11-27 2026-12-28 2026-12-30 2027-01-01 ");
}

TEST(Calendar, EasternTimeOfBothSeasons) {
  const auto& calendar = AnnouncementCalendar::arxiv();
  EXPECT_EQ(calendar.announced_at(day("2026-11-03")), at("2026-11-03T01:00:00Z"));  // EST
  EXPECT_EQ(calendar.feeds_at(day("2026-11-03")), at("2026-11-03T05:00:00Z"));
  EXPECT_EQ(calendar.announced_at(day("2026-07-01")), at("2026-07-01T00:00:00Z"));  // EDT
  EXPECT_EQ(calendar.feeds_at(day("2026-07-01")), at("2026-07-01T04:00:00Z"));
}

TEST(Calendar, TheDaysTheClocksChange) {
  const auto& calendar = AnnouncementCalendar::arxiv();
  // 2026-03-08 02:00 EST -> 03:00 EDT and 2026-11-01 02:00 EDT -> 01:00 EST, both Sundays with a mailing in the
  // evening.
  EXPECT_EQ(calendar.announced_at(day("2026-03-09")), at("2026-03-09T00:00:00Z"));
  EXPECT_EQ(calendar.feeds_at(day("2026-03-09")), at("2026-03-09T04:00:00Z"));
  EXPECT_EQ(calendar.feeds_at(day("2026-03-08")), at("2026-03-08T05:00:00Z"));
  EXPECT_EQ(calendar.announced_at(day("2026-11-02")), at("2026-11-02T01:00:00Z"));
  EXPECT_EQ(calendar.feeds_at(day("2026-11-02")), at("2026-11-02T05:00:00Z"));
  EXPECT_EQ(calendar.feeds_at(day("2026-11-01")), at("2026-11-01T04:00:00Z"));
  EXPECT_EQ(AnnouncementCalendar::eastern_day(at("2026-03-08T04:59:59Z")), day("2026-03-07"));
  EXPECT_EQ(AnnouncementCalendar::eastern_day(at("2026-03-08T05:00:00Z")), day("2026-03-08"));
  EXPECT_EQ(AnnouncementCalendar::eastern_day(at("2026-03-09T03:59:59Z")), day("2026-03-08"));
  EXPECT_EQ(AnnouncementCalendar::eastern_day(at("2026-11-02T04:59:59Z")), day("2026-11-01"));
}

TEST(Calendar, LatestAndNext) {
  const auto& calendar = AnnouncementCalendar::arxiv();
  EXPECT_EQ(calendar.latest_mailing(at("2026-11-03T04:59:59Z")), day("2026-11-02"));
  EXPECT_EQ(calendar.latest_mailing(at("2026-11-03T05:00:00Z")), day("2026-11-03"));
  EXPECT_EQ(calendar.latest_mailing(at("2026-11-08T12:00:00Z")), day("2026-11-06"));  // a Sunday
  EXPECT_EQ(calendar.latest_mailing(at("2026-11-27T18:00:00Z")), day("2026-11-26"));  // the day after Thanksgiving
  EXPECT_EQ(calendar.next_mailing(day("2026-11-06")), day("2026-11-09"));
  EXPECT_EQ(calendar.next_mailing(day("2026-11-26")), day("2026-11-30"));
  EXPECT_EQ(calendar.next_mailing(day("2026-07-03")), day("2026-07-07"));
}

TEST(Calendar, LatestIsTheNextOfTheOneBefore) {
  const auto& calendar = AnnouncementCalendar::arxiv();
  Day mailing = calendar.next_mailing(day("2025-12-01"));
  while (mailing < day("2027-12-31")) {
    const Day next = calendar.next_mailing(mailing);
    EXPECT_LT(mailing, next);
    EXPECT_LT(calendar.announced_at(mailing), calendar.feeds_at(mailing));
    EXPECT_EQ(calendar.latest_mailing(calendar.feeds_at(next) - Duration{1}), mailing);
    EXPECT_EQ(calendar.latest_mailing(calendar.feeds_at(next)), next);
    mailing = next;
  }
}

}  // namespace
}  // namespace paperboy::paper
