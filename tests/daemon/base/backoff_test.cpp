#include "daemon/base/backoff.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace paperboy {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheLongestAndAddsAtMostAQuarter) {
  const std::pair<int, Duration> waits[] = {{1, 3s},  {2, 6s},  {3, 12s},
                                            {4, 20s}, {5, 20s}, {std::numeric_limits<int>::max(), 20s}};
  for (const auto& [failures, least] : waits) {
    for (int i = 0; i < 100; ++i) {
      const Duration wait = backoff(3s, 20s, failures);
      EXPECT_GE(wait, least) << failures;
      EXPECT_LE(wait, least + least / 4) << failures;
    }
  }
}

TEST(Backoff, ThoseWhoFailTogetherDoNotComeAgainTogether) {
  std::set<Duration> waits;
  for (int i = 0; i < 100; ++i) waits.insert(backoff(10min, 10min, 1));
  EXPECT_GT(waits.size(), 50u);
}

TEST(Backoff, NoWaitStaysNone) {
  EXPECT_EQ(backoff(0s, 10s, 7), 0s);
}

}  // namespace
}  // namespace paperboy
