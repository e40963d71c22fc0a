#include "daemon/bot/when.hpp"

#include <gtest/gtest.h>

#include "tests/daemon/bot/shown.hpp"

namespace paperboy::bot {
namespace {

const Day today = *parse_day("2026-11-24");  // a Tuesday

std::string day(const std::optional<Day>& found) {
  return found ? format_day(*found) : "none";
}

TEST(When, ComingDays) {
  const std::pair<const char*, const char*> rows[] = {{"tomorrow", "2026-11-25"},
                                                      {"monday", "2026-11-30"},
                                                      {"Mon", "2026-11-30"},
                                                      {"tue", "2026-12-01"},
                                                      {"next tuesday", "2026-12-01"},
                                                      {"thurs", "2026-11-26"},
                                                      {"next week", "2026-11-30"},
                                                      {"next month", "2026-12-01"},
                                                      {"2026-12-24", "2026-12-24"},
                                                      {"24 Dec", "2026-12-24"},
                                                      {"Dec 24", "2026-12-24"},
                                                      {"december 24th", "2026-12-24"},
                                                      {"24.12.", "2026-12-24"},
                                                      {"24.12.2027", "2027-12-24"},
                                                      {"1 March", "2027-03-01"},
                                                      {"March 1, 2028", "2028-03-01"},
                                                      {"in 3 days", "2026-11-27"},
                                                      {"3d", "2026-11-27"},
                                                      {"a week", "2026-12-01"},
                                                      {"november 2027", "2027-11-01"},
                                                      {"29 Feb 2028", "2028-02-29"},
                                                      {"29 feb", "none"},
                                                      {"today", "none"},
                                                      {"yesterday", "none"},
                                                      {"2026-11-24", "none"},
                                                      {"2026-02-30", "none"},
                                                      {"32.1.2027", "none"},
                                                      {"9999-12-31", "none"},
                                                      {"soon", "none"},
                                                      {"", "none"},
                                                      {"0 days", "none"},
                                                      {"99999 days", "none"},
                                                      {"12/24", "none"},
                                                      {"m", "none"}};
  for (const auto& [text, expected] : rows) EXPECT_EQ(day(coming_day(text, today)), expected) << text;
}

TEST(When, PastDays) {
  const std::pair<const char*, const char*> rows[] = {{"30d", "2026-10-25"},
                                                      {"30 days", "2026-10-25"},
                                                      {"two weeks ago", "2026-11-10"},
                                                      {"last week", "2026-11-17"},
                                                      {"last month", "2026-10-25"},
                                                      {"the last 7 days", "none"},
                                                      {"last 7 days", "2026-11-17"},
                                                      {"yesterday", "2026-11-23"},
                                                      {"today", "2026-11-24"},
                                                      {"tuesday", "2026-11-24"},
                                                      {"wed", "2026-11-18"},
                                                      {"2026-11-01", "2026-11-01"},
                                                      {"2026-11", "2026-11-01"},
                                                      {"2025", "2025-01-01"},
                                                      {"november", "2026-11-01"},
                                                      {"December", "2025-12-01"},
                                                      {"1 Nov", "2026-11-01"},
                                                      {"nov 2024", "2024-11-01"},
                                                      {"2027", "none"},
                                                      {"tomorrow", "none"},
                                                      {"ever", "none"},
                                                      {"", "none"},
                                                      {"1y", "2025-11-24"}};
  for (const auto& [text, expected] : rows) EXPECT_EQ(day(past_day(text, today)), expected) << text;
}

TEST(When, Schedules) {
  const std::pair<const char*, const char*> rows[] = {
      {"08:30", "daily MTWTF-- 8:30"},
      {"8", "daily MTWTF-- 8:00"},
      {"at 8h", "daily MTWTF-- 8:00"},
      {"0830", "daily MTWTF-- 8:30"},
      {"8 am", "daily MTWTF-- 8:00"},
      {"12am", "daily MTWTF-- 0:00"},
      {"12:15 p.m.", "daily MTWTF-- 12:15"},
      {"noon", "daily MTWTF-- 12:00"},
      {"every day at 9", "daily MTWTFSS 9:00"},
      {"daily", "daily MTWTFSS 7:30"},
      {"weekends at 10", "daily -----SS 10:00"},
      {"monday and thursday 8:30", "daily M--T--- 8:30"},
      {"mon,wed,fri at 21:15", "daily M-W-F-- 21:15"},
      {"Mon–Fri 8:30", "daily MTWTF-- 8:30"},
      {"mon - wed 8", "daily MTW---- 8:00"},
      {"mon to wed 8", "daily MTW---- 8:00"},
      {"from thursday to monday 8", "daily M--TFSS 8:00"},
      {"fri-mon 8", "daily M---FSS 8:00"},
      {"wed- 8", "daily --WTFSS 8:00"},
      {"-wed 8", "daily MTW---- 8:00"},
      {"weekly monday 8", "weekly M------ 8:00"},
      {"sundays 8", "weekly ------S 8:00"},
      {"8:30 America/New York", "daily MTWTF-- 8:30 America/New_York"},
      {"8:30 AMERICA/NEW_YORK weekdays", "daily MTWTF-- 8:30 America/New_York"},
      {"8:30 Berlin time", "daily MTWTF-- 8:30 Europe/Berlin"},
      {"8:30 new york", "daily MTWTF-- 8:30 America/New_York"},
      {"8:30 utc", "daily MTWTF-- 8:30 UTC"},
      {"instantly", "instant"},
      {"as soon as possible", "wrong at 1"},
      {"on announcement", "on_announcement"},
      {"on announcement Europe/Berlin", "on_announcement Europe/Berlin"},
      {"on announcement at 8", "wrong at 1"},
      {"weekly", "wrong at 1"},
      {"weekly 8:30", "wrong at 1"},
      {"", "wrong at 1"},
      {"24:00", "wrong at 1"},
      {"at 8:60", "wrong at 4"},
      {"13pm", "wrong at 1"},
      {"8:30 9:30", "wrong at 6"},
      {"8:30 PST", "wrong at 6"},
      {"8:30 ist", "wrong at 6"},
      {"8:30 Europe/Atlantis", "wrong at 6"},
      {"8:30 UTC+1", "wrong at 6"},
      {"8:30 Berlin Tokyo", "wrong at 13"},
      {"8:30 übermorgen", "wrong at 6"},
      {"frühstück 8:30 quatsch", "wrong at 1"},
      {"8:30 mon-xyz", "wrong at 6"}};
  for (const auto& [text, expected] : rows) {
    const ReadSchedule read = read_schedule(text);
    EXPECT_EQ(read.schedule ? test::shown(*read.schedule) : "wrong at " + std::to_string(read.column), expected)
        << text << ": " << read.problem;
    EXPECT_EQ(read.schedule.has_value(), read.problem.empty());
  }
}

TEST(When, RefusedZonesAreMended) {
  EXPECT_NE(read_schedule("8:30 PST").problem.find("America/Los_Angeles"), std::string::npos);
  EXPECT_NE(read_schedule("8:30 Europe/Berln").problem.find("Europe/Berlin"), std::string::npos);
}

}  // namespace
}  // namespace paperboy::bot
