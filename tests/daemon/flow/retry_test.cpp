#include <gtest/gtest.h>

#include "daemon/base/time.hpp"
#include "daemon/flow/stages.hpp"

namespace paperboy::flow {
namespace {

using OnAmbiguous = ChannelTraits::OnAmbiguous;

const Time now = *parse_rfc3339("2026-06-02T06:00:00Z");

TEST(Retry, doubles_from_a_second_to_an_hour) {
  const ChannelTraits traits;
  const std::vector<std::pair<int, Duration>> waits{{1, std::chrono::seconds(1)},  {2, std::chrono::seconds(2)},
                                                    {6, std::chrono::seconds(32)}, {12, std::chrono::seconds(2048)},
                                                    {13, std::chrono::hours(1)},   {500, std::chrono::hours(1)}};
  for (const auto& [attempts, wait] : waits) {
    const auto at = next_attempt(traits, attempts, now, now);
    ASSERT_TRUE(at) << attempts;
    EXPECT_EQ(*at - now, wait) << attempts;
  }
}

TEST(Retry, follows_the_channels_own_waits_and_repeats_the_last) {
  ChannelTraits traits;
  traits.retry_after_not_sent = {std::chrono::minutes(1), std::chrono::minutes(5)};
  EXPECT_EQ(*next_attempt(traits, 1, now, now) - now, std::chrono::minutes(1));
  EXPECT_EQ(*next_attempt(traits, 2, now, now) - now, std::chrono::minutes(5));
  EXPECT_EQ(*next_attempt(traits, 9, now, now) - now, std::chrono::minutes(5));
}

TEST(Retry, gives_up_when_the_message_is_stale) {
  ChannelTraits traits;
  traits.give_up_after = std::chrono::hours(48);
  EXPECT_TRUE(next_attempt(traits, 20, now - std::chrono::hours(46), now));
  EXPECT_FALSE(next_attempt(traits, 20, now - std::chrono::hours(48), now));
}

TEST(Doubt, goes_by_the_channels_policy) {
  ChannelTraits traits;
  traits.on_ambiguous = OnAmbiguous::resend_safe;
  EXPECT_EQ(after_doubt(traits, 0, "", now).next_at, now);
  const store::Settlement eighth = after_doubt(traits, 7, "", now);
  EXPECT_EQ(eighth.next_at, now + std::chrono::seconds(64)) << "harmless however often, but not all the time";
  EXPECT_EQ(eighth.pause_until, eighth.next_at);
  traits.on_ambiguous = OnAmbiguous::resend_bounded;
  EXPECT_EQ(after_doubt(traits, 0, "", now).next_at, now);
  EXPECT_FALSE(after_doubt(traits, 1, "", now).next_at) << "a second doubt is not answered by a third copy";
  traits.on_ambiguous = OnAmbiguous::hold;
  EXPECT_FALSE(after_doubt(traits, 0, "", now).next_at);
}

}  // namespace
}  // namespace paperboy::flow
