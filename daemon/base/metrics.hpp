#pragma once
// What is counted, in the names of Prometheus (prometheus.io/docs/practices/naming); prometheus-cpp, wrapped once.
// Labels name channels, sources, states and reasons, never people, papers or addresses.
#include <map>
#include <memory>
#include <string>

namespace paperboy {

struct Metric {
  enum class Kind { counter, gauge, histogram } kind;
  const char* name;
  const char* help;
};

namespace metric {
using enum Metric::Kind;
inline constexpr Metric notifications{counter, "paperboy_notifications_total", "Attempts to send a message."};
inline constexpr Metric notifications_failed{counter, "paperboy_notifications_failed_total",
                                             "Attempts that did not end in a message sent, by reason."};
inline constexpr Metric notification_latency{histogram, "paperboy_notification_latency_seconds",
                                             "How long an attempt took, from its intent to its outcome."};
inline constexpr Metric duplicates_suspected{counter, "paperboy_delivery_duplicates_suspected_total",
                                             "Messages sent again although they may have arrived."};
inline constexpr Metric rate_limited{counter, "paperboy_rate_limited_seconds_total",
                                     "Seconds that providers asked to wait."};
inline constexpr Metric outbox_messages{gauge, "paperboy_outbox_messages", "Messages of the outbox by state."};
inline constexpr Metric outbox_oldest{gauge, "paperboy_outbox_oldest_age_seconds",
                                      "Age of the oldest message that is not final."};
inline constexpr Metric items_ingested{counter, "paperboy_items_ingested_total", "Announcements taken in."};
inline constexpr Metric feed_refresh{histogram, "paperboy_feed_refresh_duration_seconds",
                                     "How long a source took to answer, by how it ended."};
inline constexpr Metric feeds{gauge, "paperboy_feeds", "Sources by the end of their last refresh."};
inline constexpr Metric digests_built{counter, "paperboy_digests_built_total", "Messages built for people, by kind."};
inline constexpr Metric schedule_lag{histogram, "paperboy_schedule_lag_seconds",
                                     "From the moment a digest was due to the moment it was built."};
inline constexpr Metric inbound_events{counter, "paperboy_inbound_events_total", "What was said to the bot, by kind."};
inline constexpr Metric inbound_refused{counter, "paperboy_inbound_refused_total",
                                        "What came in and was refused (forged, replayed, malformed), by reason."};
inline constexpr Metric reply_latency{histogram, "paperboy_reply_latency_seconds",
                                      "From the moment something was said to the answer in the outbox."};
inline constexpr Metric reading_questions{counter, "paperboy_reading_questions_total",
                                          "Questions to language models, by task and by what came of them."};
inline constexpr Metric reading_tokens{counter, "paperboy_reading_tokens_total",
                                       "Tokens of questions and replies, as the providers count them."};
inline constexpr Metric reading_statements{
    counter, "paperboy_reading_statements_total",
    "Sentences of language models: kept, or dropped because they do not stand on the paper, by reason."};
inline constexpr Metric reading_paused{
    gauge, "paperboy_reading_paused",
    "1 while no language model is asked: the provider is down, or a budget is spent."};
inline constexpr Metric citation_requests{counter, "paperboy_citation_requests_total",
                                          "Requests for counts of citations, by what came of them."};
inline constexpr Metric citation_papers{counter, "paperboy_citation_papers_total",
                                        "Papers whose count of citations was asked for, by whether it is known."};
inline constexpr Metric reload_successful{gauge, "paperboy_config_last_reload_successful",
                                          "1 if the last reload of the settings was taken, 0 if it was refused."};
inline constexpr Metric reload_time{gauge, "paperboy_config_last_reload_success_timestamp_seconds",
                                    "When settings were taken last."};
inline constexpr Metric build_info{gauge, "paperboy_build_info", "1; the labels say what runs."};
}  // namespace metric

// Any thread.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;

  void add(const Metric& counter, const Labels& labels, double by = 1);
  void set(const Metric& gauge, const Labels& labels, double value);
  void observe(const Metric& histogram, const Labels& labels, double value);

  // All of them in the text format 0.0.4.
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paperboy
