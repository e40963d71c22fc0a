#include "daemon/flow/stages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "daemon/store/choices.hpp"
#include "tests/support/stages.hpp"

namespace paperboy::flow {
namespace {

using Class = Outcome::Class;

Day day(const char* text) {
  return *parse_day(text);
}
Time at(const char* text) {
  return *parse_rfc3339(text);
}

paper::Paper splatting(const char* id, const char* title) {
  paper::Paper paper;
  paper.id = *paper::PaperId::arxiv(id);
  paper.version = 1;
  paper.title = title;
  paper.abstract = "We present a method for gaussian splatting. It is fast. We show that it works on real scenes.";
  paper.authors = {"Ada Lovelace"};
  paper.categories = {"cs.CV"};
  return paper;
}

Batch mailing(const char* on, std::vector<paper::Paper> papers) {
  Batch batch;
  const int count = static_cast<int>(papers.size());
  for (const paper::Paper& paper : papers) {
    batch.announcements.push_back({paper.id, paper.version, "cs.CV", day(on), paper::AnnounceKind::new_paper});
  }
  batch.papers = std::move(papers);
  batch.ledger = {{"list", "cs.CV", day(on), paper::LedgerState::complete, count, count, ""}};
  return batch;
}

paper::Person ada() {
  paper::Person person;
  person.id = "ada";
  person.name = "Ada";
  person.schedule.time_zone = "Europe/Berlin";
  person.addresses = {{"recording", "ada@example.org"}};
  paper::Topic topic;
  topic.name = "splatting";
  topic.query = "\"gaussian splatting\"";
  topic.categories = {"cs.CV"};
  person.topics = {topic};
  return person;
}

// Tuesday, 2 June 2026, ten minutes after Ada's time.
constexpr const char* morning = "2026-06-02T05:40:00Z";

class Stages : public testing::Test {
 protected:
  Stages() : world(at(morning)), source(world.clock), templates({PAPERBOY_SOURCE_DIR "/templates"}) {
    people({ada()});
    source.batches = {mailing("2026-06-02", {splatting("2606.00001", "Fast gaussian splatting"),
                                             splatting("2606.00002", "Gaussian splatting, faster")})};
  }

  void people(const std::vector<paper::Person>& list) {
    world.tx([&](store::Tx& tx) { store::provision_people(tx, list, at("2026-06-01T12:00:00Z")); });
  }
  bool ingest() { return world.run(Ingest(world.ground(), source).step()); }
  bool match() { return world.run(Match(world.ground(), nullptr).step()); }
  bool digest() {
    DigestSettings settings;
    settings.wait = Duration{0};
    return world.run(Digests(world.ground(), templates, composer, settings).step());
  }
  bool deliver() { return world.run(Deliver(world.ground(), channel, dead_letters, "test").step()); }
  void recover() { world.run(Deliver(world.ground(), channel, dead_letters, "test").recover()); }
  std::int64_t count(std::string_view state) {
    return world.tx([&](store::Tx& tx) {
      std::int64_t n = 0;
      for (const store::OutboxCount& row : store::outbox_counts(tx)) {
        if (row.state == state) n += row.messages;
      }
      return n;
    });
  }
  void until_queued() {
    ASSERT_TRUE(ingest());
    ASSERT_TRUE(match());
    ASSERT_TRUE(digest());
    ASSERT_EQ(count("queued"), channel.parts);
  }

  test::World world;
  test::ListSource source;
  digest::Templates templates;
  test::RecordingChannel channel;
  Composer composer{{{"recording", &channel}}, std::nullopt};
  DeadLetters dead_letters{composer, templates, {}};
};

TEST_F(Stages, a_page_of_people_follows_another) {
  std::vector<paper::Person> many(501, ada());  // at once are 250
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].id = "p" + std::to_string(1000 + i);
    many[i].addresses = {{"recording", many[i].id + "@example.org"}};
  }
  people(many);
  ingest();
  match();
  EXPECT_TRUE(digest());
  EXPECT_EQ(count("queued"), 501);
  EXPECT_FALSE(digest());
  EXPECT_EQ(count("queued"), 501);
}

TEST_F(Stages, a_paper_becomes_a_message) {
  until_queued();
  EXPECT_TRUE(deliver());
  ASSERT_EQ(channel.seen.size(), 1u);
  EXPECT_EQ(channel.seen[0].destination, "ada@example.org");
  EXPECT_THAT(channel.seen[0].payload, testing::HasSubstr("Fast gaussian splatting"));
  EXPECT_THAT(channel.seen[0].payload, testing::HasSubstr("Gaussian splatting, faster"));
  EXPECT_EQ(count("sent"), 1);
}

// More than are read, built and written together.
TEST_F(Stages, everybody_gets_a_digest_and_one) {
  std::vector<paper::Person> many;
  for (int i = 0; i < 270; ++i) {
    many.push_back(ada());
    many.back().id = "p" + std::to_string(i);
    many.back().name = "Reader " + std::to_string(i);
    many.back().addresses = {{"recording", std::to_string(i) + "@example.org"}};
  }
  people(many);
  ASSERT_TRUE(ingest());
  ASSERT_TRUE(match());
  EXPECT_TRUE(digest());
  EXPECT_EQ(count("queued"), 270);
  EXPECT_FALSE(digest());
  EXPECT_EQ(count("queued"), 270);
  for (int i = 0; i < 270; i += 67) {
    const auto row = world.tx([&](store::Tx& tx) { return store::newest_digest(tx, "p" + std::to_string(i)); });
    ASSERT_TRUE(row);
    EXPECT_THAT(row->markdown.text(), testing::HasSubstr("Fast gaussian splatting"));
    EXPECT_EQ(row->person, "p" + std::to_string(i));
  }
}

// Between reading people and writing their messages.
TEST_F(Stages, nothing_is_written_for_who_is_forgotten_meanwhile) {
  world.tx([&](store::Tx& tx) {
    const std::string bob = store::join(tx, "recording", "bob", "Bob", "en", world.clock.now());
    store::forget_person(tx, bob);
    const store::DigestRow row{.id = "d", .person = bob, .period_key = "daily:2026-06-02"};
    EXPECT_FALSE(enqueue(tx, row, {}, {}));
  });
}

TEST_F(Stages, nothing_happens_twice) {
  until_queued();
  deliver();
  EXPECT_FALSE(match());
  EXPECT_FALSE(digest());
  EXPECT_FALSE(deliver());
  EXPECT_TRUE(ingest()) << "the source is asked again";
  EXPECT_FALSE(match());
  EXPECT_FALSE(digest());
  EXPECT_EQ(channel.seen.size(), 1u);
}

TEST_F(Stages, a_crash_between_any_two_steps_loses_and_doubles_nothing) {
  for (int crash_after = 0; crash_after <= 4; ++crash_after) {
    int step = 0;
    const auto perhaps_crash = [&] {
      if (step++ == crash_after) world.reopen();
    };
    perhaps_crash();
    ingest();
    perhaps_crash();
    match();
    perhaps_crash();
    digest();
    perhaps_crash();
    deliver();
    perhaps_crash();
  }
  EXPECT_EQ(channel.applied.size(), 1u);
  EXPECT_EQ(count("sent"), 1);
}

TEST_F(Stages, a_crash_while_sending_is_resolved_by_the_channels_policy) {
  using OnAmbiguous = ChannelTraits::OnAmbiguous;
  struct Case {
    OnAmbiguous policy;
    std::size_t messages;
    const char* state;
  };
  const std::vector<Case> cases{
      {OnAmbiguous::resend_safe, 1, "sent"}, {OnAmbiguous::resend_bounded, 1, "sent"}, {OnAmbiguous::hold, 0, "dead"}};
  std::int64_t period = 0;
  until_queued();
  for (const Case& c : cases) {
    channel.traits_.on_ambiguous = c.policy;
    channel.seen.clear();
    if (period++ > 0) {
      world.clock.advance(std::chrono::hours(24));
      const std::string id = "2606.0001" + std::to_string(period);
      source.batches.push_back(mailing(format_day(day("2026-06-02") + std::chrono::days(period - 1)).c_str(),
                                       {splatting(id.c_str(), "More gaussian splatting")}));
      until_queued();
    }
    const std::int64_t before = count(c.state);
    world.tx([&](store::Tx& tx) {  // what a killed daemon leaves: the intent and nothing after it
      const auto claimed = store::claim(tx, "recording", "test", world.clock.now(), std::chrono::minutes(2));
      ASSERT_TRUE(claimed);
      ASSERT_TRUE(store::intend(tx, *claimed, world.clock.now()));
    });
    world.reopen();
    recover();
    deliver();
    EXPECT_EQ(channel.seen.size(), c.messages);
    EXPECT_EQ(count(c.state), before + 1);
    EXPECT_EQ(count("sending"), 0);
  }
}

TEST_F(Stages, what_surely_did_not_arrive_is_tried_again_later) {
  channel.traits_.retry_after_not_sent = {std::chrono::minutes(5)};
  channel.script = {{Class::not_sent, "connection", "refused", "", std::nullopt}};
  until_queued();
  EXPECT_TRUE(deliver());
  EXPECT_EQ(count("queued"), 1);
  EXPECT_FALSE(deliver()) << "not before its time";
  world.clock.advance(std::chrono::minutes(5));
  EXPECT_TRUE(deliver());
  EXPECT_EQ(count("sent"), 1);
  ASSERT_EQ(channel.seen.size(), 2u);
  EXPECT_EQ(channel.seen[0].payload, channel.seen[1].payload);
  EXPECT_EQ(channel.seen[0].provider_key, channel.seen[1].provider_key);
}

TEST_F(Stages, a_provider_that_asks_for_patience_gets_it) {
  channel.script = {{Class::throttled, "429", "slow down", "", std::chrono::seconds(90)}};
  until_queued();
  EXPECT_TRUE(deliver());
  world.clock.advance(std::chrono::seconds(89));
  EXPECT_FALSE(deliver());
  world.clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(deliver());
  EXPECT_EQ(count("sent"), 1);
}

TEST_F(Stages, a_refused_message_is_dead_at_once) {
  channel.script = {{Class::refused, "550 5.1.1", "no such user", "", std::nullopt}};
  until_queued();
  EXPECT_TRUE(deliver());
  EXPECT_EQ(count("dead"), 1);
  world.clock.advance(std::chrono::hours(5));
  EXPECT_FALSE(deliver());
}

TEST_F(Stages, a_doubt_is_answered_by_one_more_copy_and_not_by_a_third) {
  channel.traits_.on_ambiguous = ChannelTraits::OnAmbiguous::resend_bounded;
  const Outcome doubt{Class::ambiguous, "connection", "lost after the final dot", "", std::nullopt};
  channel.script = {doubt, doubt};
  until_queued();
  EXPECT_TRUE(deliver());
  EXPECT_TRUE(deliver());
  EXPECT_FALSE(deliver());
  EXPECT_EQ(channel.seen.size(), 2u);
  EXPECT_EQ(count("dead"), 1);
}

TEST_F(Stages, parts_arrive_in_order) {
  channel.parts = 3;
  until_queued();
  while (deliver()) {
  }
  ASSERT_EQ(channel.seen.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_THAT(channel.seen[i].provider_key, testing::EndsWith("-" + std::to_string(i + 1)));
  }
}

TEST_F(Stages, a_source_that_fails_is_on_record_and_recovers) {
  source.trouble = "HTTP 503 from export.arxiv.org";
  Ingest stage(world.ground(), source);
  EXPECT_FALSE(world.run(stage.step()));
  const auto entries = world.tx([&](store::Tx& tx) { return store::ledger_of(tx, day("2026-06-02")); });
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].state, paper::LedgerState::failed);
  EXPECT_THAT(entries[0].note, testing::HasSubstr("503"));
  EXPECT_FALSE(world.run(stage.step())) << "waits before it asks again";
  source.trouble.clear();
  world.clock.advance(std::chrono::minutes(1));
  EXPECT_TRUE(world.run(stage.step()));
  const auto after = world.tx([&](store::Tx& tx) { return store::ledger_of(tx, day("2026-06-02")); });
  for (const paper::LedgerEntry& entry : after) EXPECT_NE(entry.state, paper::LedgerState::failed) << entry.category;
}

TEST_F(Stages, a_revision_is_shown_only_to_those_who_ask) {
  paper::Person bob = ada();
  bob.id = "bob";
  bob.addresses[0].destination = "bob@example.org";
  bob.topics[0].revisions = true;
  people({ada(), bob});
  ingest();
  match();
  digest();
  while (deliver()) {
  }
  ASSERT_EQ(channel.seen.size(), 2u);
  world.clock.advance(std::chrono::hours(24));
  paper::Paper second = splatting("2606.00001", "Fast gaussian splatting");
  second.version = 2;
  Batch batch = mailing("2026-06-03", {second});
  batch.announcements[0].kind = paper::AnnounceKind::replacement;
  source.batches.push_back(batch);
  channel.seen.clear();
  ingest();
  match();
  digest();
  while (deliver()) {
  }
  std::set<std::string> told;
  for (const Outgoing& message : channel.seen) {
    if (message.payload.find("Fast gaussian splatting") != std::string::npos) told.insert(message.destination);
  }
  EXPECT_EQ(told, std::set<std::string>{"bob@example.org"});
}

// A paper of cs.LG that was cross-listed to cs.CV, and one of cs.CV itself.
TEST_F(Stages, a_cross_listed_paper_comes_only_to_those_who_want_it) {
  paper::Person bob = ada();
  bob.id = "bob";
  bob.addresses[0].destination = "bob@example.org";
  bob.topics[0].cross_lists = false;
  people({ada(), bob});
  paper::Paper crossed = splatting("2606.00003", "Learning gaussian splatting");
  crossed.categories = {"cs.LG", "cs.CV"};
  source.batches = {mailing("2026-06-02", {splatting("2606.00001", "Fast gaussian splatting"), crossed})};
  source.batches[0].announcements[1].kind = paper::AnnounceKind::cross_list;
  ingest();
  match();
  digest();
  while (deliver()) {
  }
  std::map<std::string, std::string> told;
  for (const Outgoing& message : channel.seen) told[message.destination] = message.payload;
  EXPECT_THAT(told["ada@example.org"], testing::HasSubstr("Fast gaussian splatting"));
  EXPECT_THAT(told["ada@example.org"], testing::HasSubstr("Learning gaussian splatting"));
  EXPECT_THAT(told["bob@example.org"], testing::HasSubstr("Fast gaussian splatting"));
  EXPECT_THAT(told["bob@example.org"], testing::Not(testing::HasSubstr("Learning gaussian splatting")));
}

}  // namespace
}  // namespace paperboy::flow
