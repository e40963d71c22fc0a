// Who hears of a message that will not arrive, and how doubts end where the provider can be asked.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/stages.hpp"

namespace paperboy::flow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Class = Outcome::Class;

Time at(const char* text) {
  return *parse_rfc3339(text);
}

paper::Person person(std::string id, std::string name, std::vector<paper::Address> addresses) {
  paper::Person made;
  made.id = std::move(id);
  made.name = std::move(name);
  made.addresses = std::move(addresses);
  return made;
}

class Letters : public testing::Test {
 protected:
  Letters() : world(at("2026-06-02T05:40:00Z")), templates({PAPERBOY_SOURCE_DIR "/templates"}) {
    chat.traits_.on_ambiguous = ChannelTraits::OnAmbiguous::hold;
    world.tx([&](store::Tx& tx) {
      const std::vector<paper::Person> people{ada, root};
      store::provision_people(tx, people, world.clock.now());
    });
  }

  // A digest of Ada's, in so many parts, to her chat.
  void digest(const std::string& id, int parts = 1) {
    store::DigestRow row{.id = id, .person = "ada", .period_key = id, .kind = "digest", .title = "5 papers"};
    row.built_at = world.clock.now();
    std::vector<store::NewDelivery> deliveries;
    for (int part = 1; part <= parts; ++part) {
      store::NewDelivery made{.id = id + "-" + std::to_string(part), .dedup_key = id + std::to_string(part)};
      made.channel = "chat";
      made.destination = "#papers";
      made.part = part;
      made.parts = parts;
      made.not_before = row.built_at;
      made.expires_at = row.built_at + std::chrono::hours(48);
      deliveries.push_back(std::move(made));
    }
    world.tx([&](store::Tx& tx) { enqueue(tx, row, {}, deliveries); });
  }
  bool step(test::RecordingChannel& channel) {
    return world.run(Deliver(world.ground(), channel, dead_letters, "test").step());
  }
  // What waits to be sent: "email root@example.org".
  std::vector<std::string> waiting() {
    std::vector<std::string> lines;
    world.tx([&](store::Tx& tx) {
      tx.query(
          "SELECT channel, destination FROM delivery WHERE state = 'queued' ORDER BY destination",
          [&](const store::Row& row) { lines.push_back(std::string(row.text(0)) + " " + std::string(row.text(1))); });
    });
    return lines;
  }

  const paper::Person ada = person("ada", "Ada", {{"chat", "#papers"}, {"email", "ada@example.org"}});
  const paper::Person root = person("root", "Root", {{"email", "root@example.org"}});
  test::World world;
  digest::Templates templates;
  test::RecordingChannel chat{"chat"}, email{"email"};
  Composer composer{{{"chat", &chat}, {"email", &email}},
                    Pages("https://paperboy.example.org", SignedLinks(Secret(std::string(32, 'k'))))};
  DeadLetters dead_letters{composer, templates, {"root", "ada", "nobody"}};
};

TEST_F(Letters, ARefusedMessageIsToldToItsReaderElsewhereAndToTheAdministrators) {
  digest("d");
  chat.script = {{Class::refused, "channel_not_found", "there is no such channel", "", {}}};
  EXPECT_TRUE(step(chat));
  EXPECT_THAT(waiting(), ElementsAre("email ada@example.org", "email root@example.org"));
  EXPECT_TRUE(step(email));
  EXPECT_TRUE(step(email));
  std::sort(email.seen.begin(), email.seen.end(),
            [](const Outgoing& a, const Outgoing& b) { return a.destination < b.destination; });
  const std::string to_ada = email.seen[0].payload, to_root = email.seen[1].payload;
  for (const std::string& text : {to_ada, to_root}) {
    EXPECT_THAT(text, HasSubstr("5 papers"));
    EXPECT_THAT(text, HasSubstr("channel_not_found"));
  }
  EXPECT_THAT(to_ada, HasSubstr("https://paperboy.example.org/digest/"));
  EXPECT_THAT(email.web_urls, ElementsAre("", "")) << "a second link, to a page of the notice itself";
  EXPECT_THAT(to_root, Not(HasSubstr("https://"))) << "the message is Ada's";
  EXPECT_THAT(to_root, HasSubstr("for Ada"));
}

TEST_F(Letters, OneNoticeForAllTheParts) {
  digest("d", 3);
  chat.script.assign(3, {Class::refused, "no", "no", "", {}});
  while (step(chat)) {
  }
  EXPECT_THAT(chat.seen, SizeIs(3));
  EXPECT_THAT(waiting(), SizeIs(2));
}

TEST_F(Letters, NobodyIsToldAboutANotice) {
  digest("d");
  chat.script = {{Class::refused, "no", "no", "", {}}};
  step(chat);
  email.script.assign(2, {Class::refused, "550", "no", "", {}});
  while (step(email)) {
  }
  EXPECT_THAT(email.seen, SizeIs(2));
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(Letters, WhatExpiresAndWhatStaysInDoubtIsToldToo) {
  digest("late");
  world.clock.advance(std::chrono::hours(49));
  EXPECT_FALSE(step(chat));
  EXPECT_THAT(chat.seen, IsEmpty());
  EXPECT_THAT(waiting(), SizeIs(2));
  step(email);
  EXPECT_THAT(email.seen[0].payload, HasSubstr("in time"));
  EXPECT_THAT(world.metrics.text(), HasSubstr("failed_total{channel=\"chat\",reason=\"expired\"} 1\n"));
  step(email);

  digest("doubtful");
  chat.script = {{Class::ambiguous, "timeout", "no answer", "", {}}};
  EXPECT_TRUE(step(chat));
  step(email);
  EXPECT_THAT(email.seen[2].payload, HasSubstr("may not have arrived"));
}

TEST_F(Letters, ADestinationThatRefusesEverythingIsLeftOutUntilItIsReleased) {
  digest("d1");
  digest("d2");
  Outcome gone{Class::refused, "403", "the bot was blocked", "", {}};
  gone.unreachable = true;
  chat.script = {gone};
  EXPECT_TRUE(step(chat));
  EXPECT_FALSE(step(chat)) << "what waited is cancelled";
  digest("d3");
  EXPECT_FALSE(step(chat)) << "nothing new is put there";
  step(email);
  EXPECT_THAT(email.seen[0].payload, HasSubstr("paperboy outbox release"));
}

TEST_F(Letters, ADoubtEndsByAskingWhereTheProviderCanBeAsked) {
  chat.traits_.reconciles = true;
  struct Case {
    Outcome answer;
    std::size_t sends, asks;
    const char* what;
  };
  Outcome wait{Class::throttled, "429", "", "", std::chrono::seconds(5)};
  for (const Case& c : {Case{{Class::sent, "", "", "17.42", {}}, 1, 1, "found"},
                        Case{{Class::not_sent, "", "", "", {}}, 2, 1, "not found: sent again"},
                        Case{{Class::ambiguous, "", "cannot tell", "", {}}, 1, 1, "cannot be told: held"},
                        Case{wait, 1, 2, "asked again later"}}) {
    SCOPED_TRACE(c.what);
    chat.seen.clear();
    chat.asked.clear();
    digest(c.what);
    chat.script = {{Class::ambiguous, "reset", "connection reset", "", {}}};
    chat.answers = {c.answer, {Class::sent, "", "", "17.42", {}}};
    for (int i = 0; i < 4; ++i) {
      step(chat);
      world.clock.advance(std::chrono::seconds(6));
    }
    EXPECT_EQ(chat.seen.size(), c.sends);
    EXPECT_EQ(chat.asked.size(), c.asks);
    EXPECT_EQ(chat.asked[0].provider_key, chat.seen[0].provider_key);
    EXPECT_EQ(chat.asked[0].earlier_sends, 1);
  }
}

TEST_F(Letters, ACrashWhileSendingIsAskedAbout) {
  chat.traits_.reconciles = true;
  digest("d");
  world.tx([&](store::Tx& tx) {
    const auto claimed = store::claim(tx, "chat", "test", world.clock.now(), std::chrono::minutes(1));
    store::intend(tx, *claimed, world.clock.now());
  });
  world.reopen();
  world.run(Deliver(world.ground(), chat, dead_letters, "test").recover());
  chat.answers = {{Class::sent, "", "", "17.42", {}}};
  EXPECT_TRUE(step(chat));
  EXPECT_FALSE(step(chat));
  EXPECT_THAT(chat.seen, IsEmpty());
  EXPECT_THAT(chat.asked, SizeIs(1));
}

TEST_F(Letters, ADeathAtARestartIsToldToo) {
  digest("d");
  world.tx([&](store::Tx& tx) {
    const auto claimed = store::claim(tx, "chat", "test", world.clock.now(), std::chrono::minutes(1));
    store::intend(tx, *claimed, world.clock.now());
  });
  world.reopen();
  world.run(Deliver(world.ground(), chat, dead_letters, "test").recover());
  EXPECT_THAT(waiting(), SizeIs(2));
  step(email);
  EXPECT_THAT(email.seen[0].payload, HasSubstr("may not have arrived"));
}

TEST_F(Letters, WhatWasOnItsWayWhileItsReaderStoppedItDoesNotGoOutAgain) {
  digest("d");
  chat.script = {{Class::not_sent, "connection", "refused", "", {}}};
  world.tx([&](store::Tx& tx) { store::suppress(tx, "chat", "#papers", "unsubscribed", "", world.clock.now()); });
  world.tx([&](store::Tx& tx) {
    tx.execute("UPDATE delivery SET state = 'queued', finalized_at = NULL");  // as if it had been on its way
  });
  EXPECT_TRUE(step(chat));
  world.clock.advance(std::chrono::hours(2));
  EXPECT_FALSE(step(chat));
  EXPECT_THAT(chat.seen, SizeIs(1));
}

TEST_F(Letters, WhatHappenedIsCounted) {
  chat.traits_.on_ambiguous = ChannelTraits::OnAmbiguous::resend_bounded;
  digest("d");
  chat.script = {{Class::throttled, "429", "", "", std::chrono::seconds(7)},
                 {Class::ambiguous, "reset", "", "", {}},
                 {Class::sent, "", "", "1", {}}};
  for (int i = 0; i < 3; ++i) {
    step(chat);
    world.clock.advance(std::chrono::seconds(8));
  }
  const std::string text = world.metrics.text();
  for (const char* line : {"paperboy_notifications_total{channel=\"chat\"} 3\n",
                           "paperboy_notifications_failed_total{channel=\"chat\",reason=\"rateLimited\"} 1\n",
                           "paperboy_notifications_failed_total{channel=\"chat\",reason=\"ambiguous\"} 1\n",
                           "paperboy_delivery_duplicates_suspected_total{channel=\"chat\"} 1\n",
                           "paperboy_rate_limited_seconds_total{channel=\"chat\"} 7\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

}  // namespace
}  // namespace paperboy::flow
