// paperboy outbox, against a store with messages in every state.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "daemon/store/outbox.hpp"
#include "daemon/store/people.hpp"
#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

using store::Tx;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class OutboxVerb : public ::testing::Test {
 protected:
  OutboxVerb() : file_((folder_.path() / "p.db").string()), database_(store::open_sqlite(file_)) {
    paper::Person ada;
    ada.id = "ada";
    ada.name = "Ada";
    const Time now = SystemClock().now();
    database_.transact_blocking([&](Tx& tx) {
      store::provision_people(tx, {&ada, 1}, now);
      for (const char* id : {"aa-queued", "bb-dead", "cc-sent", "ab-queued"}) {
        store::NewDelivery made{.id = id, .dedup_key = id, .channel = "slack", .destination = id};
        made.domain = "slack.com";
        made.payload = "{\"text\": \"bytes of " + std::string(id) + "\"}";
        made.provider_key = "key";
        made.not_before = now - std::chrono::minutes(7);
        store::put_digest(tx,
                          {.id = id,
                           .person = "ada",
                           .period_key = id,
                           .kind = "digest",
                           .title = "5 <papers>",
                           .built_at = now - std::chrono::minutes(7)},
                          {}, {&made, 1});
      }
    });
    end("bb-dead", store::OutcomeClass::refused, "channel_not_found");
    end("cc-sent", store::OutcomeClass::sent, "");
  }
  void end(const std::string& id, store::OutcomeClass outcome, const std::string& code) {
    const Time now = SystemClock().now();
    database_.transact_blocking([&](Tx& tx) {
      while (const auto claimed = store::claim(tx, "slack", "test", now, std::chrono::hours(1))) {
        if (claimed->id != id) continue;
        store::intend(tx, *claimed, now);
        store::Settlement settlement;
        settlement.outcome = outcome;
        settlement.code = code;
        settlement.detail = outcome == store::OutcomeClass::sent ? "" : "there is no such channel";
        store::settle(tx, *claimed, settlement, now);
        break;
      }
      store::recover(tx, "test", now);  // gives back what was claimed in passing
    });
  }
  Result outbox(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "outbox");
    arguments.insert(arguments.end(), {"--database", file_});
    return run(arguments);
  }
  std::string state(const std::string& id) {
    const Result shown = outbox({"show", id, "--json"});
    return std::string(boost::json::parse(shown.out).at("state").as_string());
  }

  settings::Folder folder_;
  std::string file_;
  store::Database database_;
};

TEST_F(OutboxVerb, ListsWhatWasNotSent) {
  const Result all = outbox({"list"});
  EXPECT_EQ(all.status, 0) << all.err;
  EXPECT_THAT(all.out, AllOf(HasSubstr("aa-queued"), HasSubstr("bb-dead  dead  slack"),
                             HasSubstr("channel_not_found: there is no such channel"), Not(HasSubstr("cc-sent"))));
  EXPECT_THAT(outbox({"list", "--state", "dead"}).out, Not(HasSubstr("aa-queued")));
  EXPECT_THAT(outbox({"list", "--channel", "email"}).out, HasSubstr("Everything was sent"));
  const auto parsed = boost::json::parse(outbox({"list", "--json", "--state", "sent"}).out).as_array();
  ASSERT_EQ(parsed.size(), 1u);
  EXPECT_EQ(parsed[0].at("title").as_string(), "5 <papers>");
  EXPECT_EQ(outbox({"list", "--state", "lost"}).status, 2);
}

TEST_F(OutboxVerb, ShowsOneWithItsBytesAndAttempts) {
  const Result shown = outbox({"show", "bb"});
  EXPECT_THAT(shown.out, AllOf(HasSubstr("refused  channel_not_found"), HasSubstr("bytes of bb-dead")));
  const Result many = outbox({"show", "a"});
  EXPECT_EQ(many.status, 1);
  EXPECT_THAT(many.err, HasSubstr("aa-queued or ab-queued"));
  EXPECT_THAT(outbox({"show", "zz"}).err, HasSubstr("outbox list"));
}

TEST_F(OutboxVerb, APersonsWordIsDone) {
  EXPECT_EQ(outbox({"hold", "aa"}).status, 0);
  EXPECT_EQ(state("aa"), "held");
  database_.transact_blocking([](Tx& tx) {
    EXPECT_EQ(store::claim(tx, "slack", "x", SystemClock().now(), std::chrono::minutes(1))->id, "ab-queued");
  });
  EXPECT_EQ(outbox({"retry", "aa"}).status, 0);
  EXPECT_EQ(state("aa"), "queued");
  EXPECT_EQ(outbox({"retry", "bb"}).status, 0);
  EXPECT_EQ(state("bb"), "queued");
  EXPECT_EQ(outbox({"drop", "bb"}).status, 0);
  EXPECT_EQ(state("bb"), "cancelled");
  for (const char* verb : {"retry", "hold", "drop"}) {
    const Result sent = outbox({verb, "cc"});
    EXPECT_EQ(sent.status, 1) << verb;
    EXPECT_THAT(sent.err, HasSubstr("is sent"));
  }
  EXPECT_EQ(outbox({"hold", "ab"}).status, 1) << "it is claimed";
}

TEST_F(OutboxVerb, TheShapeCountsByAgeAndDestination) {
  const Result shape = outbox({"shape"});
  EXPECT_THAT(shape.out, AllOf(HasSubstr("slack slack.com"), HasSubstr("640m+")));
  const auto rows = boost::json::parse(outbox({"shape", "--json"}).out).as_array();
  ASSERT_EQ(rows.size(), 1u);
  const auto& messages = rows[0].at("messages").as_array();
  ASSERT_EQ(messages.size(), 9u);
  EXPECT_EQ(messages[1].as_int64(), 2) << "between 5 and 10 minutes";
}

TEST_F(OutboxVerb, NothingIsRetriedToAReaderWhoStoppedIt) {
  database_.transact_blocking([](Tx& tx) { store::suppress(tx, "slack", "bb-dead", "unsubscribed", "", {}); });
  const Result refused = outbox({"retry", "bb"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("outbox list"));
  EXPECT_EQ(outbox({"release", "slack:bb-dead"}).status, 0);
  EXPECT_EQ(outbox({"retry", "bb"}).status, 0);
}

TEST_F(OutboxVerb, ReleasesAStoppedDestination) {
  database_.transact_blocking([](Tx& tx) { store::suppress(tx, "email", "a@b.example", "550 5.1.1", "gone", {}); });
  EXPECT_THAT(outbox({"list"}).out, HasSubstr("email:a@b.example"));
  EXPECT_EQ(outbox({"release", "email:a@b.example"}).status, 0);
  EXPECT_EQ(outbox({"release", "email:a@b.example"}).status, 1);
  EXPECT_EQ(outbox({"release", "nonsense"}).status, 2);
  database_.transact_blocking([](Tx& tx) { EXPECT_FALSE(store::suppressed(tx, "email", "a@b.example")); });
}

}  // namespace
}  // namespace paperboy::cli
