#include "daemon/base/time.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace paperboy {
namespace {

using std::chrono::year;
using namespace std::chrono_literals;

Time at(int y, unsigned m, unsigned d, int hour = 0, int minute = 0, int second = 0, int ms = 0) {
  return Time{Day{year{y} / static_cast<int>(m) / static_cast<int>(d)}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute} + std::chrono::seconds{second} + Duration{ms};
}

TEST(Day, RoundTrip) {
  EXPECT_EQ(format_day(Day{year{2026} / 11 / 3}), "2026-11-03");
  EXPECT_EQ(format_day(Day{year{987} / 1 / 2}), "0987-01-02");
  for (Day day{year{1991} / 8 / 14}; day < Day{year{2030} / 1 / 1}; day += std::chrono::days{1}) {
    ASSERT_EQ(parse_day(format_day(day)), day);
  }
}

TEST(Day, RefusesWhatIsNoDay) {
  for (const char* text : {"", "2026-11-3", "2026-11-031", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00",
                           " 2026-11-03", "2026-11-03 ", "2026/11/03", "20261103", "+026-11-03", "2026-11-0x"}) {
    EXPECT_FALSE(parse_day(text)) << text;
  }
  EXPECT_TRUE(parse_day("2028-02-29"));
}

TEST(Rfc3339, Writes) {
  EXPECT_EQ(format_rfc3339(at(2026, 11, 3, 6)), "2026-11-03T06:00:00.000Z");
  EXPECT_EQ(format_rfc3339(at(2026, 12, 31, 23, 59, 59, 7)), "2026-12-31T23:59:59.007Z");
  EXPECT_EQ(format_rfc3339(Time{Duration{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, Reads) {
  const struct {
    const char* text;
    Time want;
  } cases[] = {
      {"2026-11-03T06:00:00Z", at(2026, 11, 3, 6)},
      {"2026-11-03t06:00:00z", at(2026, 11, 3, 6)},
      {"2026-11-03 06:00:00Z", at(2026, 11, 3, 6)},
      {"2026-11-03T06:00:00.25Z", at(2026, 11, 3, 6, 0, 0, 250)},
      {"2026-11-03T06:00:00.1239999Z", at(2026, 11, 3, 6, 0, 0, 123)},
      {"2026-11-03T00:30:00-04:00", at(2026, 11, 3, 4, 30)},
      {"2026-11-03T00:30:00+05:30", at(2026, 11, 2, 19)},
      {"2016-12-31T23:59:60Z", at(2017, 1, 1)},
      {"2026-11-03", at(2026, 11, 3)},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_rfc3339(c.text), c.want) << c.text;
}

TEST(Rfc3339, RefusesTheRest) {
  for (const char* text :
       {"", "2026-11-03T", "2026-11-03T06:00Z", "2026-11-03T06:00:00", "2026-11-03T24:00:00Z", "2026-11-03T06:60:00Z",
        "2026-11-03T06:00:61Z", "2026-11-03T06:00:00.Z", "2026-11-03T06:00:00+0400", "2026-11-03T06:00:00+24:00",
        "2026-11-03T06:00:00Zjunk", "2026-02-30T06:00:00Z", "yesterday"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc5322, WritesAndReadsBack) {
  EXPECT_EQ(format_rfc5322(at(2026, 11, 3, 6, 5, 4)), "Tue, 03 Nov 2026 06:05:04 +0000");
  for (Time t = at(2026, 1, 1, 0, 0, 1); t < at(2027, 1, 2); t += 31h) {
    ASSERT_EQ(parse_rfc5322(format_rfc5322(t)), t);
  }
}

TEST(Rfc5322, ReadsWhatFeedsWrite) {
  const struct {
    const char* text;
    Time want;
  } cases[] = {
      {"Tue, 03 Nov 2026 00:00:00 -0500", at(2026, 11, 3, 5)},
      {"tue,3 nov 2026 00:00:00 EST", at(2026, 11, 3, 5)},
      {"3 Nov 2026 00:00 GMT", at(2026, 11, 3)},
      {"03 Nov 26 00:00:00 UT", at(2026, 11, 3)},
      {"03 Nov 94 00:00:00 Z", at(1994, 11, 3)},
      {"Tue,  03  Nov\r\n 2026 01:02:03 +0530", at(2026, 11, 2, 19, 32, 3)},
      {"Tue, 03 Nov 2026 01:02:03 +0000 (Coordinated (Universal) Time)", at(2026, 11, 3, 1, 2, 3)},
      {"Tue, 03 Nov 2026 01:02:03 PDT", at(2026, 11, 3, 8, 2, 3)},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_rfc5322(c.text), c.want) << c.text;
}

TEST(Rfc5322, RefusesTheRest) {
  for (const char* text :
       {"", "Tue", "Foo, 03 Nov 2026 00:00:00 GMT", "Tue 03 Nov 2026 00:00:00 GMT", "Tue, 32 Nov 2026 00:00:00 GMT",
        "Tue, 31 Nov 2026 00:00:00 GMT", "03 Nov 026 00:00:00 GMT", "03 Nov 2026 00:00:00", "03 Nov 2026 00:00:00 CEST",
        "03 November 2026 00:00:00 GMT", "03 Nov 2026 25:00:00 GMT", "03 Nov 2026 00:00:00 +00000",
        "03 Nov 2026 00:00:00 -00:30", "03 Nov 2026 00:00:00 GMT (never closed", "03 Nov 2026 00:00:00 GMT)",
        "2026-11-03T00:00:00Z", "111111111111111111111111 Nov 2026 00:00:00 GMT"}) {
    EXPECT_FALSE(parse_rfc5322(text)) << text;
  }
}

TEST(DurationText, Reads) {
  const struct {
    const char* text;
    Duration want;
  } cases[] = {{"30s", 30s},     {"5m", 5min}, {"1h", 1h},       {"5d", 120h},
               {"1h30m", 90min}, {"0s", 0s},   {"250ms", 250ms}, {"1d2h3m4s5ms", 26h + 3min + 4s + 5ms},
               {"90m", 90min}};
  for (const auto& c : cases) EXPECT_EQ(parse_duration(c.text), c.want) << c.text;
}

TEST(DurationText, RefusesTheRest) {
  for (const char* text : {"", "5", "m", "5 m", " 5m", "-5m", "+5m", "5M", "5min", "1m1h", "5m5m", "1.5h", "5w", "5m3",
                           "99999999999999999999s", "9223372036854775807d", "106751991167d999999999h"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(DurationText, RoundTrip) {
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(format_duration(250ms), "250ms");
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(49h + 1ms), "2d1h1ms");
  const Duration most{std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(parse_duration(format_duration(most)), most);
  for (std::int64_t ms = 1; ms < 1'000'000'000'000; ms *= 7) {
    EXPECT_EQ(parse_duration(format_duration(Duration{ms})), Duration{ms});
  }
}

}  // namespace
}  // namespace paperboy
