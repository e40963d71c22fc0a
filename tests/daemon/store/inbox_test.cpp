#include "daemon/store/inbox.hpp"

#include <gmock/gmock.h>

#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class InboxTest : public StoreTest {
 protected:
  bool put(const std::string& key, Time now = start, const std::string& channel = "slack") {
    return tx([&](Tx& t) { return put_event(t, {channel, key, "C1", "said " + key, now}); });
  }
  std::vector<std::string> waiting(Waiting state = Waiting::open) {
    std::vector<std::string> lines;
    for (const InboxRow& row : tx([&](Tx& t) { return waiting_events(t, state, 10); }))
      lines.push_back(row.event_key + ": " + row.payload);
    return lines;
  }
  bool close(const std::string& key, Time now = start) {
    return tx([&](Tx& t) { return close_event(t, "slack", key, now); });
  }
  static ReplyRow reply(std::string id) {
    ReplyRow row;
    row.delivery.id = id;
    row.delivery.dedup_key = "key-" + id;
    row.delivery.channel = "slack";
    row.delivery.destination = "C1";
    row.delivery.priority = 0;
    row.delivery.payload = "payload of " + id;
    row.delivery.not_before = start;
    row.created_at = start;
    return row;
  }
  bool put(const ReplyRow& row) {
    return tx([&](Tx& t) { return put_reply(t, row); });
  }
  std::optional<Claimed> claimed() {
    return tx([](Tx& t) {
      std::optional<Claimed> found = claim(t, "slack", "test", start, std::chrono::minutes(1));
      if (found) intend(t, *found, start);
      return found;
    });
  }
  void settled(const Claimed& claimed, OutcomeClass outcome, const std::string& ref) {
    tx([&](Tx& t) { return settle(t, claimed, {.outcome = outcome, .provider_ref = ref}, start); });
  }
};

TEST_F(InboxTest, AnEventIsTakenOnceAndInOrder) {
  EXPECT_TRUE(put("b"));
  EXPECT_TRUE(put("a"));
  EXPECT_FALSE(put("b"));
  EXPECT_TRUE(put("b", start, "telegram")) << "another channel's keys are its own";
  EXPECT_THAT(waiting(), ElementsAre("b: said b", "a: said a", "b: said b"));
}

TEST_F(InboxTest, WhatIsDoneIsForgottenButForItsKey) {
  put("a");
  EXPECT_TRUE(close("a"));
  EXPECT_FALSE(close("a"));
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_FALSE(put("a", start + std::chrono::days(6))) << "a redelivery";
  tx([](Tx& t) {
    t.query("SELECT COUNT(*) FROM inbox WHERE payload <> ''", [](const Row& row) { EXPECT_EQ(row.integer(0), 0); });
    return 0;
  });
  EXPECT_EQ(tx([](Tx& t) { return purge_events(t, start + std::chrono::days(7)); }), 0);
  EXPECT_EQ(tx([](Tx& t) { return purge_events(t, start + std::chrono::days(8)); }), 1);
}

TEST_F(InboxTest, WhatIsLookedUpWaitsElsewhere) {
  put("a");
  EXPECT_TRUE(tx([](Tx& t) { return look_up_event(t, "slack", "a"); }));
  EXPECT_FALSE(tx([](Tx& t) { return look_up_event(t, "slack", "a"); }));
  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_THAT(waiting(Waiting::looking), ElementsAre("a: said a"));
  EXPECT_TRUE(close("a"));
  EXPECT_THAT(waiting(Waiting::looking), IsEmpty());
}

TEST_F(InboxTest, ConversationsAreJoined) {
  tx([](Tx& t) {
    join_conversation(t, "slack", "C1", "1.2", start);
    join_conversation(t, "slack", "C1", "1.2", start);
    return 0;
  });
  EXPECT_TRUE(tx([](Tx& t) { return in_conversation(t, "slack", "C1", "1.2"); }));
  EXPECT_FALSE(tx([](Tx& t) { return in_conversation(t, "slack", "C1", "1.3"); }));
}

TEST_F(InboxTest, AReplyGoesOutOnce) {
  EXPECT_TRUE(put(reply("a")));
  EXPECT_FALSE(put(reply("a")));
  const Claimed first = claimed().value();
  EXPECT_EQ(first.payload, "payload of a");
  EXPECT_EQ(first.digest, "");
  settled(first, OutcomeClass::sent, "1.5");
  EXPECT_EQ(claimed(), std::nullopt);
}

TEST_F(InboxTest, AReplyTakesThePlaceOfAnotherOnceThatIsFinal) {
  put(reply("a"));
  ReplyRow later = reply("b");
  later.replaces = tx([](Tx& t) { return delivery_of_key(t, "key-a"); });
  EXPECT_EQ(later.replaces, "a");
  put(later);
  const Claimed first = claimed().value();
  EXPECT_EQ(first.id, "a");
  tx([&](Tx& t) {
    Settlement again{.outcome = OutcomeClass::not_sent, .next_at = start + std::chrono::hours(1)};
    return settle(t, first, again, start);
  });
  EXPECT_EQ(claimed(), std::nullopt) << "b waits for a, which waits for its next attempt";
  tx([](Tx& t) { return t.execute("UPDATE delivery SET next_at = $1 WHERE id = 'a'", start); });
  tx([](Tx& t) { return t.execute("DELETE FROM pace WHERE channel = $1", "slack"); });
  settled(claimed().value(), OutcomeClass::sent, "1.5");
  EXPECT_EQ(claimed().value().replaces, "1.5");
}

TEST_F(InboxTest, WhatWasNeverSentIsNotReplaced) {
  put(reply("a"));
  ReplyRow later = reply("b");
  later.replaces = "a";
  put(later);
  settled(claimed().value(), OutcomeClass::refused, "");
  EXPECT_EQ(claimed().value().replaces, "");
}

TEST_F(InboxTest, AReplyKnowsItsPaper) {
  ReplyRow about = reply("a");
  about.about = "2512.00001";
  put(about);
  settled(claimed().value(), OutcomeClass::sent, "1.5");
  EXPECT_EQ(tx([](Tx& t) { return paper_of_reply(t, "slack", "1.5"); }), "2512.00001");
  EXPECT_EQ(tx([](Tx& t) { return paper_of_reply(t, "telegram", "1.5"); }), "");
  EXPECT_EQ(tx([](Tx& t) { return paper_of_reply(t, "slack", ""); }), "");
}

TEST_F(InboxTest, AThreadKnowsItsPapers) {
  const auto say = [&](const char* key, const char* about, const char* thread, std::chrono::minutes after) {
    ReplyRow row = reply(key);
    row.about = about;
    row.thread = thread;
    row.created_at = start + after;
    put(row);
  };
  say("a", "2512.00001", "t1", 0min);
  say("b", "", "t1", 1min);
  say("c", "2512.00002", "t2", 2min);
  say("d", "2512.00003", "t2", 3min);
  say("e", "2512.00003", "t2", 3min);
  say("f", "2512.00004", "", 4min);
  say("g", "2512.00005", "", 5min);
  say("h", "2512.00006", "", 5min);
  say("i", "", "", 6min);
  const std::string place = reply("a").delivery.destination;
  const auto papers = [&](const char* thread, std::chrono::minutes since) {
    return tx([&](Tx& t) { return papers_talked_about(t, "slack", place, thread, start + since); });
  };
  EXPECT_THAT(papers("t1", 0min), ElementsAre("2512.00001"));
  EXPECT_THAT(papers("t2", 1h), ElementsAre("2512.00003", "2512.00002")) << "a thread forgets nothing";
  EXPECT_THAT(papers("", 0min), ElementsAre("2512.00005", "2512.00006")) << "the newest answer alone";
  EXPECT_THAT(papers("", 1h), IsEmpty());
  EXPECT_THAT(papers("t3", 0min), IsEmpty());
  EXPECT_THAT(tx([&](Tx& t) { return papers_talked_about(t, "telegram", place, "t1", start); }), IsEmpty());
}

}  // namespace
}  // namespace paperboy::store::test
