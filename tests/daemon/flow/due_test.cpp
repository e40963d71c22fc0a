#include "daemon/flow/due.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/time.hpp"

namespace paperboy::flow {
namespace {

using digest::MessageKind;
using paper::LedgerState;

Day day(const char* text) {
  return *parse_day(text);
}
Time at(const char* text) {
  return *parse_rfc3339(text);
}

paper::Person reader(paper::Cadence cadence = paper::Cadence::daily) {
  paper::Person person;
  person.id = "ada";
  person.schedule.cadence = cadence;
  person.schedule.time_zone = "Europe/Berlin";
  person.schedule.minute_of_day = 7 * 60 + 30;
  paper::Topic topic;
  topic.name = "vision";
  topic.categories = {"cs.CV"};
  person.topics = {topic};
  return person;
}

paper::LedgerEntry entry(const char* on, LedgerState state, const char* category = "cs.CV", const char* note = "") {
  return {"arxiv-rss", category, day(on), state, 10, state == LedgerState::complete ? 10 : 4, note};
}

DigestSettings settings() {
  DigestSettings s;
  s.wait = std::chrono::minutes(45);
  s.listings = {"cs.CV", "hep-th"};
  return s;
}

// Tuesday 2 June 2026 07:40 in Berlin: the 07:30 digest is due; Monday's was the last one.
constexpr const char* just_due = "2026-06-02T05:40:00Z";
constexpr const char* past_wait = "2026-06-02T06:16:00Z";

Situation yesterday_done() {
  Situation s;
  s.covered = day("2026-06-01");
  return s;
}

std::optional<Decision> ask(const Situation& situation, const char* now, const paper::Person& person = reader()) {
  const auto period = current_period(person, newest_listed(person, situation.ledger), at(now));
  if (!period) return std::nullopt;
  return decide(person, *period, situation, settings(), at(now));
}

TEST(Due, names_the_period_by_the_local_day) {
  const auto period = current_period(reader(), std::nullopt, at(just_due));
  ASSERT_TRUE(period);
  EXPECT_EQ(period->key, "daily:2026-06-02");
  EXPECT_EQ(period->due_at, at("2026-06-02T05:30:00Z"));
  EXPECT_EQ(period->newest_mailing, day("2026-06-02"));
}

TEST(Due, before_the_time_of_day_the_period_is_the_day_before) {
  const auto period = current_period(reader(), std::nullopt, at("2026-06-02T05:29:00Z"));
  ASSERT_TRUE(period);
  EXPECT_EQ(period->key, "daily:2026-06-01");
}

TEST(Due, papers_and_a_complete_mailing_make_a_digest) {
  Situation s = yesterday_done();
  s.has_papers = true;
  s.ledger = {entry("2026-06-02", LedgerState::complete)};
  const auto decision = ask(s, just_due);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, MessageKind::digest);
  EXPECT_EQ(decision->period_key, "daily:2026-06-02");
  EXPECT_EQ(decision->covers, day("2026-06-02"));
  EXPECT_FALSE(decision->silent);
  EXPECT_EQ(decision->coverage.announced, 10);
}

TEST(Due, a_complete_mailing_without_matches_is_a_quiet_day) {
  Situation s = yesterday_done();
  s.ledger = {entry("2026-06-02", LedgerState::complete)};
  const auto decision = ask(s, just_due);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, MessageKind::quiet);
  EXPECT_FALSE(decision->silent);
}

TEST(Due, a_person_may_not_want_to_hear_of_quiet_days) {
  paper::Person person = reader();
  person.quiet_days = false;
  Situation s = yesterday_done();
  s.ledger = {entry("2026-06-02", LedgerState::complete)};
  const auto decision = ask(s, just_due, person);
  ASSERT_TRUE(decision);
  EXPECT_TRUE(decision->silent);
}

TEST(Due, an_incomplete_mailing_is_waited_for) {
  Situation s = yesterday_done();
  s.has_papers = true;
  s.ledger = {entry("2026-06-02", LedgerState::partial)};
  EXPECT_FALSE(ask(s, just_due));
  const auto decision = ask(s, past_wait);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, MessageKind::partial);
  EXPECT_EQ(decision->period_key, "daily:2026-06-02");
  EXPECT_THAT(decision->coverage.missing, testing::ElementsAre(testing::HasSubstr("4/10")));
}

TEST(Due, a_mailing_that_is_not_out_is_late_and_leaves_the_digest_due) {
  Situation s = yesterday_done();
  EXPECT_FALSE(ask(s, just_due));
  auto decision = ask(s, past_wait);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, MessageKind::late);
  EXPECT_EQ(decision->period_key, "late/daily:2026-06-02");
  EXPECT_FALSE(decision->covers);
  s.late_told = true;
  EXPECT_FALSE(ask(s, past_wait)) << "said once";
  s.has_papers = true;
  s.ledger = {entry("2026-06-02", LedgerState::complete)};
  decision = ask(s, "2026-06-02T11:00:00Z");
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, MessageKind::digest);
  EXPECT_EQ(decision->period_key, "daily:2026-06-02");
}

TEST(Due, a_listing_that_cannot_be_read_is_a_failure) {
  Situation s = yesterday_done();
  s.ledger = {entry("2026-06-02", LedgerState::failed, "cs.CV", "HTTP 503 since 04:30")};
  EXPECT_FALSE(ask(s, just_due));
  const auto decision = ask(s, past_wait);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, MessageKind::failure);
  EXPECT_EQ(decision->period_key, "failure/daily:2026-06-02");
  EXPECT_THAT(decision->coverage.failed, testing::ElementsAre(testing::HasSubstr("HTTP 503")));
}

TEST(Due, a_source_that_cannot_be_reached_is_a_failure_unless_another_filled_in) {
  Situation s = yesterday_done();
  s.ledger = {entry("2026-06-02", LedgerState::failed, "*", "no route to host")};
  auto decision = ask(s, past_wait);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, MessageKind::failure);
  s.ledger.push_back(entry("2026-06-02", LedgerState::complete));
  decision = ask(s, past_wait);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, MessageKind::quiet);
}

TEST(Due, other_peoples_listings_do_not_hold_a_digest_up) {
  Situation s = yesterday_done();
  s.has_papers = true;
  s.ledger = {entry("2026-06-02", LedgerState::complete), entry("2026-06-02", LedgerState::failed, "hep-th")};
  const auto decision = ask(s, just_due);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, MessageKind::digest);
}

TEST(Due, after_a_start_the_sources_get_time_to_catch_up) {
  Situation s = yesterday_done();
  s.started_at = at("2026-06-02T09:00:00Z");
  EXPECT_FALSE(ask(s, "2026-06-02T09:44:00Z"));
  EXPECT_TRUE(ask(s, "2026-06-02T09:46:00Z"));
}

TEST(Due, a_built_digest_is_not_due_again) {
  Situation s = yesterday_done();
  s.has_papers = true;
  s.digest_built = true;
  EXPECT_FALSE(ask(s, past_wait));
}

TEST(Due, a_day_without_announcement_closes_silently) {
  paper::Person person = reader();
  person.schedule.days.fill(true);
  Situation s;
  s.covered = day("2026-06-05");  // Friday; now it is Saturday
  const auto decision = ask(s, "2026-06-06T05:40:00Z", person);
  ASSERT_TRUE(decision);
  EXPECT_TRUE(decision->silent);
  EXPECT_EQ(decision->period_key, "daily:2026-06-06");
}

TEST(Due, a_mailing_the_calendar_does_not_know_counts_like_any_other) {
  paper::Person person = reader(paper::Cadence::on_announcement);
  Situation s;
  s.covered = day("2026-06-05");
  s.ledger = {entry("2026-06-06", LedgerState::complete)};  // a Saturday
  s.has_papers = true;
  const auto decision = ask(s, "2026-06-06T05:40:00Z", person);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->period_key, "announcement:2026-06-06");
  EXPECT_EQ(decision->covers, day("2026-06-06"));
}

TEST(Due, what_fell_due_before_the_person_was_known_is_not_owed) {
  Situation s = yesterday_done();
  s.has_papers = true;
  s.ledger = {entry("2026-06-02", LedgerState::complete)};
  s.known_since = at("2026-06-02T05:31:00Z");
  EXPECT_FALSE(ask(s, just_due));
  s.known_since = at("2026-06-02T05:30:00Z");
  EXPECT_TRUE(ask(s, just_due));
}

TEST(Due, what_was_missed_while_down_comes_as_one_digest) {
  Situation s;
  s.covered = day("2026-05-28");
  s.has_papers = true;
  s.ledger = {entry("2026-05-29", LedgerState::complete), entry("2026-06-01", LedgerState::complete),
              entry("2026-06-02", LedgerState::complete)};
  const auto decision = ask(s, just_due);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->coverage.mailings.size(), 3u);
  EXPECT_EQ(decision->coverage.announced, 30);
  EXPECT_EQ(decision->covers, day("2026-06-02"));
}

TEST(Due, on_announcement_waits_for_the_mailing_not_for_the_clock) {
  const paper::Person person = reader(paper::Cadence::on_announcement);
  Situation s = yesterday_done();
  // 20:30 Eastern of Monday: Tuesday's papers are public, the listings are not in yet.
  EXPECT_FALSE(ask(s, "2026-06-02T00:30:00Z", person));
  s.has_papers = true;
  s.ledger = {entry("2026-06-02", LedgerState::complete)};
  const auto decision = ask(s, "2026-06-02T02:45:00Z", person);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->period_key, "announcement:2026-06-02");
  EXPECT_EQ(decision->kind, MessageKind::digest);
}

TEST(Due, on_announcement_says_nothing_where_nothing_was_announced) {
  const paper::Person person = reader(paper::Cadence::on_announcement);
  Situation s = yesterday_done();
  s.ledger = {entry("2026-06-02", LedgerState::quiet)};
  EXPECT_FALSE(ask(s, past_wait, person));
}

TEST(Due, instant_needs_nothing_but_a_paper) {
  const paper::Person person = reader(paper::Cadence::instant);
  Situation s;
  EXPECT_FALSE(ask(s, just_due, person));
  s.has_papers = true;
  const auto decision = ask(s, just_due, person);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->kind, MessageKind::digest);
  EXPECT_TRUE(decision->period_key.empty());
}

TEST(Coverage, the_better_informed_of_two_sources_counts) {
  const paper::Person person = reader();
  const std::vector<paper::LedgerEntry> entries{entry("2026-06-02", LedgerState::waiting),
                                                entry("2026-06-02", LedgerState::complete)};
  const std::vector<Day> days{day("2026-06-02")};
  const std::vector<std::string> listings{"cs.CV"};
  const CoverageReport report = coverage_of(person, listings, entries, days, days);
  EXPECT_TRUE(report.complete);
  EXPECT_TRUE(report.announced);
}

TEST(Coverage, a_promised_listing_without_an_entry_is_late) {
  paper::Person person = reader();
  person.topics[0].categories = {"cs.*"};
  const std::vector<Day> days{day("2026-06-02")};
  const std::vector<std::string> listings{"cs.CV", "hep-th"};
  const CoverageReport report = coverage_of(person, listings, {}, days, days);
  EXPECT_FALSE(report.complete);
  EXPECT_THAT(report.coverage.late, testing::ElementsAre(testing::HasSubstr("cs.CV")));
}

TEST(Coverage, topics_without_categories_depend_on_all_listings) {
  paper::Person person = reader();
  EXPECT_FALSE(follows(person, "hep-th"));
  person.topics[0].categories.clear();
  EXPECT_TRUE(follows(person, "hep-th"));
}

}  // namespace
}  // namespace paperboy::flow
