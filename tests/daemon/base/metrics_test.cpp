#include "daemon/base/metrics.hpp"

#include <gmock/gmock.h>

namespace paperboy {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, AreWrittenInTheTextFormat) {
  Metrics metrics;
  metrics.add(metric::notifications, {{"channel", "email"}});
  metrics.add(metric::notifications, {{"channel", "email"}}, 2);
  metrics.add(metric::notifications, {{"channel", "a\"b\\c\n"}});
  metrics.set(metric::outbox_messages, {{"state", "queued"}}, 7);
  metrics.set(metric::outbox_messages, {{"state", "queued"}}, 5);
  metrics.observe(metric::notification_latency, {{"channel", "email"}}, 0.2);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# TYPE paperboy_notifications_total counter\n"));
  EXPECT_THAT(text, HasSubstr("paperboy_notifications_total{channel=\"email\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("{channel=\"a\\\"b\\\\c\\n\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("paperboy_outbox_messages{state=\"queued\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("paperboy_notification_latency_seconds_bucket{channel=\"email\",le=\"0.3\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("paperboy_notification_latency_seconds_bucket{channel=\"email\",le=\"0.1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("paperboy_notification_latency_seconds_count{channel=\"email\"} 1\n"));
}

}  // namespace
}  // namespace paperboy
