#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "daemon/base/hash.hpp"
#include "integrations/slack/slack.hpp"
#include "tests/support/channel_memory.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/fake_slack.hpp"

namespace paperboy::integrations::slack {

extern const Plugin plugin;

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::FakeSlack;
using test::Fault;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Class = flow::Outcome::Class;

class Slack : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(Settings settings) {
    settings.token = Secret(std::string(FakeSlack::token));
    settings.api_url = fake_.api_url();
    settings.first_look = 1ms;
    settings.second_look = 1ms;
    start_as(std::move(settings));
  }
  void start_as(Settings settings) {
    const Toolbox tools{*client_, lanes_, memory_, clock_, templates_, "ops@example.org"};
    channel_ = make_channel(std::move(settings), tools);
  }

  // A digest in two messages.
  std::vector<flow::Part> parts(const std::string& seed = "seed") const {
    flow::Composition composition;
    composition.title = "1 paper";
    composition.delivery_seed = hash_of({seed});
    composition.brief = digest::parse_markdown("# 1 paper\n\nOverview.\n\n## Topic\n\n### A title\n\nWhy: it does.\n");
    return channel_->compose(composition);
  }
  flow::Outgoing message(std::string destination, int part = 1, std::string first_ref = "") const {
    const std::vector<flow::Part> all = parts();
    flow::Outgoing out;
    out.delivery_id = "delivery-" + std::to_string(part);
    out.destination = std::move(destination);
    out.payload = all.at(static_cast<std::size_t>(part - 1)).payload;
    out.provider_key = all.at(static_cast<std::size_t>(part - 1)).provider_key;
    out.part = part;
    out.parts = static_cast<int>(all.size());
    out.first_ref = std::move(first_ref);
    out.created_at = out.intended_at = clock_.now();
    return out;
  }

  flow::Outcome send(flow::Outgoing message) { return run(&flow::Channel::send, std::move(message)); }
  flow::Outcome reconcile(flow::Outgoing message) { return run(&flow::Channel::reconcile, std::move(message)); }
  void fail(const std::string& method, Fault fault, int times = 1) { fake_.fail_next("/api/" + method, fault, times); }
  const json::object& applied(std::size_t at) const { return fake_.applied().at(at).as_object(); }

  boost::asio::io_context loop_;
  FakeSlack fake_{loop_};
  std::unique_ptr<net::Client> client_ = net::make_curl_client(loop_.get_executor(), "test");
  test::NoLanes lanes_;
  test::MapMemory memory_;
  SystemClock clock_;
  digest::Templates templates_{{std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"}};
  std::unique_ptr<flow::Channel> channel_;

 private:
  using Action = async::Awaitable<flow::Outcome> (flow::Channel::*)(flow::Outgoing);
  static async::Awaitable<> into(flow::Channel& channel, Action action, flow::Outgoing message,
                                 std::optional<flow::Outcome>& outcome) {
    outcome = co_await (channel.*action)(std::move(message));
  }
  flow::Outcome run(Action action, flow::Outgoing message) {
    std::optional<flow::Outcome> outcome;
    test::run(loop_, into(*channel_, action, std::move(message), outcome));
    return outcome.value();
  }
};

const Fault bad_gateway{.kind = Fault::Kind::error_after,
                        .answer = {.status = 502, .body = "<html>", .content_type = "text/html"}};

TEST_F(Slack, PapersAnswerTheOverview) {
  const flow::Outcome first = send(message(std::string(FakeSlack::papers)));
  ASSERT_EQ(first.kind, Class::sent) << first.detail;
  EXPECT_THAT(first.provider_ref, ::testing::StartsWith("C0PAPERS01:"));
  const flow::Outcome second = send(message(std::string(FakeSlack::papers), 2, first.provider_ref));
  ASSERT_EQ(second.kind, Class::sent) << second.detail;
  ASSERT_EQ(fake_.applied().size(), 2u);
  EXPECT_EQ(applied(0).at("text"), "1 paper\nOverview.\n");
  EXPECT_EQ(applied(0).at("key").as_string(), parts()[0].provider_key);
  EXPECT_EQ("C0PAPERS01:" + std::string(applied(1).at("raw").at("thread_ts").as_string()), first.provider_ref);
  EXPECT_FALSE(applied(0).at("raw").as_object().contains("thread_ts"));
}

TEST_F(Slack, PapersWhoseOverviewNeverWentOutStandAlone) {
  ASSERT_EQ(send(message(std::string(FakeSlack::papers), 2)).kind, Class::sent);
  EXPECT_FALSE(applied(0).at("raw").as_object().contains("thread_ts"));
}

TEST_F(Slack, EveryFormOfADestinationArrives) {
  const std::pair<std::string, std::string> table[] = {{"#papers", "C0PAPERS01"},         {"C0PAPERS01", "C0PAPERS01"},
                                                       {"G0SECRET01", "G0SECRET01"},      {"U0ADA00001", "D0ADA00001"},
                                                       {"ada@example.org", "D0ADA00001"}, {"D0ADA00001", "D0ADA00001"}};
  std::size_t sent = 0;
  for (const auto& [destination, conversation] : table) {
    SCOPED_TRACE(destination);
    EXPECT_EQ(channel_->check_destination(destination), std::nullopt);
    const flow::Outcome outcome = send(message(destination));
    ASSERT_EQ(outcome.kind, Class::sent) << outcome.detail;
    EXPECT_EQ(applied(sent++).at("destination").as_string(), conversation);
  }
}

TEST_F(Slack, WhoAMemberIsIsAskedOnce) {
  ASSERT_EQ(send(message("ada@example.org")).kind, Class::sent);
  ASSERT_EQ(send(message("ada@example.org")).kind, Class::sent);
  EXPECT_THAT(fake_.requests(), ::testing::ElementsAre("POST /api/users.lookupByEmail", "POST /api/conversations.open",
                                                       "POST /api/chat.postMessage", "POST /api/chat.postMessage"));
}

TEST_F(Slack, WrongDestinationsAreSaidBeforeAnythingIsSent) {
  for (const char* destination : {"", "#", "papers", "#Papers", "#two words", "#dot.dot", "C123", "X0123456789",
                                  "c0123456789", "C01234567\n9", "@ada", "ada@", "U0123456789 ", "#a\xff"}) {
    const std::optional<std::string> wrong = channel_->check_destination(destination);
    ASSERT_TRUE(wrong.has_value()) << destination;
    EXPECT_THAT(*wrong, HasSubstr("write #channel"));
  }
  for (const char* destination : {"#深度学习", "#papers-2026_x", "W0123456789", "o.neill+x@example.org"}) {
    EXPECT_EQ(channel_->check_destination(destination), std::nullopt) << destination;
  }
}

TEST_F(Slack, RefusalsSayWhatToDo) {
  const std::pair<const char*, const char*> table[] = {
      {"C0RANDOM01", "/invite @paperboy"},     {"C0OLDNEWS1", "archived"},
      {"C0NOWHERE1", "check the destination"}, {"U0NOBODY01", "check the destination"},
      {"bob@example.org", "switched off"},     {"eve@example.org", "mail address"}};
  for (const auto& [destination, cure] : table) {
    const flow::Outcome outcome = send(message(destination));
    EXPECT_EQ(outcome.kind, Class::refused) << destination << ": " << outcome.detail;
    EXPECT_THAT(outcome.detail, HasSubstr(cure)) << destination;
    EXPECT_FALSE(outcome.whole_provider);
    EXPECT_TRUE(outcome.unreachable) << destination;
  }
  EXPECT_THAT(fake_.applied(), IsEmpty());
}

TEST_F(Slack, AWrongTokenStopsTheChannelAndIsNeverShown) {
  Settings settings;
  settings.token = Secret("xoxb-quite-secret");
  settings.api_url = fake_.api_url();
  start_as(settings);
  for (const char* destination : {"C0PAPERS01", "ada@example.org"}) {
    const flow::Outcome outcome = send(message(destination));
    EXPECT_EQ(outcome.kind, Class::not_sent);
    EXPECT_TRUE(outcome.whole_provider);
    EXPECT_EQ(outcome.code, "invalid_auth");
    EXPECT_THAT(outcome.detail, Not(HasSubstr("quite-secret")));
  }
}

TEST_F(Slack, AMissingScopeIsNamed) {
  fake_.scopes.erase("users:read.email");
  const flow::Outcome outcome = send(message("ada@example.org"));
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_FALSE(outcome.whole_provider) << "channels can still be written to";
  EXPECT_THAT(outcome.detail, HasSubstr("needed: users:read.email"));
}

TEST_F(Slack, FaultsOfThePostHaveTheirClass) {
  struct Case {
    const char* what;
    Fault fault;
    Class expected;
    std::optional<Duration> wait;
    bool applied;
  };
  const Case cases[] = {
      {"reset before", {.kind = Fault::Kind::drop_before}, Class::ambiguous, {}, false},
      {"reset after", {.kind = Fault::Kind::drop_after}, Class::ambiguous, {}, true},
      {"502 after", bad_gateway, Class::ambiguous, {}, true},
      {"500 instead",
       {.kind = Fault::Kind::instead, .answer = {.status = 500, .body = "oops"}},
       Class::ambiguous,
       {},
       false},
      {"no JSON", {.kind = Fault::Kind::error_after, .answer = {.body = "{\"ok\":tr"}}, Class::ambiguous, {}, true},
      {"429 with seconds",
       {.kind = Fault::Kind::instead,
        .answer = {.status = 429, .body = R"({"ok":false,"error":"ratelimited"})", .headers = {"Retry-After: 9"}}},
       Class::throttled,
       9s,
       false},
      {"429 without",
       {.kind = Fault::Kind::instead, .answer = {.status = 429, .body = ""}},
       Class::throttled,
       30s,
       false},
      {"200 ratelimited",
       {.kind = Fault::Kind::instead,
        .answer = {.body = R"({"ok":false,"error":"ratelimited"})", .headers = {"Retry-After: 4"}}},
       Class::throttled,
       4s,
       false},
      {"fatal_error",
       {.kind = Fault::Kind::error_after, .answer = {.body = R"({"ok":false,"error":"fatal_error"})"}},
       Class::ambiguous,
       {},
       true},
      {"moved",
       {.kind = Fault::Kind::instead,
        .answer = {.status = 302, .body = "", .headers = {"Location: https://example.org/"}}},
       Class::not_sent,
       {},
       false},
      {"token revoked",
       {.kind = Fault::Kind::instead, .answer = {.body = R"({"ok":false,"error":"token_revoked"})"}},
       Class::not_sent,
       {},
       false},
  };
  std::size_t sent = 0;
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    fail("chat.postMessage", one.fault);
    const flow::Outcome outcome = send(message("C0PAPERS01"));
    EXPECT_EQ(outcome.kind, one.expected) << outcome.detail;
    EXPECT_EQ(outcome.retry_after, one.wait);
    sent += one.applied ? 1 : 0;
    EXPECT_EQ(fake_.applied().size(), sent);
    EXPECT_FALSE(fake_.faults_left());
  }
}

TEST_F(Slack, ASlowSlackIsInDoubt) {
  Settings settings;
  settings.request_timeout = 300ms;
  start(settings);
  fail("chat.postMessage", {.kind = Fault::Kind::silence});
  EXPECT_EQ(send(message("C0PAPERS01")).kind, Class::ambiguous);
  EXPECT_EQ(fake_.applied().size(), 0u);
  fail("chat.postMessage", {.kind = Fault::Kind::trickle, .pause = 100ms});
  EXPECT_EQ(send(message("C0PAPERS01")).kind, Class::ambiguous);
  EXPECT_EQ(fake_.applied().size(), 1u);
}

TEST_F(Slack, NothingIsInDoubtBeforeThePost) {
  for (const char* method : {"users.lookupByEmail", "conversations.open"}) {
    for (const Fault& fault : {Fault{.kind = Fault::Kind::drop_after}, bad_gateway}) {
      fail(method, fault);
      const flow::Outcome outcome = send(message("ada@example.org"));
      EXPECT_EQ(outcome.kind, Class::not_sent) << method << ": " << outcome.detail;
    }
    fail(method, {.kind = Fault::Kind::instead, .answer = {.status = 429, .body = "", .headers = {"Retry-After: 3"}}});
    const flow::Outcome outcome = send(message("ada@example.org"));
    EXPECT_EQ(outcome.kind, Class::throttled);
    EXPECT_EQ(outcome.retry_after, Duration(3s));
    EXPECT_FALSE(outcome.whole_provider);
  }
  Settings settings;
  settings.token = Secret(std::string(FakeSlack::token));
  settings.api_url = "http://127.0.0.1:" + std::to_string(test::closed_port()) + "/api";
  start_as(settings);
  EXPECT_EQ(send(message("C0PAPERS01")).kind, Class::not_sent);
  EXPECT_THAT(fake_.applied(), IsEmpty());
}

TEST_F(Slack, RefusedBlocksGoOutAsPlainTextInTheSameAttempt) {
  fake_.refuse_blocks = true;
  const flow::Outcome outcome = send(message("C0PAPERS01"));
  ASSERT_EQ(outcome.kind, Class::sent) << outcome.detail;
  ASSERT_EQ(fake_.applied().size(), 1u);
  EXPECT_FALSE(applied(0).at("raw").as_object().contains("blocks"));
  EXPECT_EQ(applied(0).at("text"), "1 paper\nOverview.");
  EXPECT_EQ(applied(0).at("key").as_string(), parts()[0].provider_key);
}

TEST_F(Slack, ThePaceOfAConversationIsSlacksWord) {
  fake_.pace = 10s;
  ASSERT_EQ(send(message("C0PAPERS01")).kind, Class::sent);
  const flow::Outcome outcome = send(message("C0PAPERS01"));
  EXPECT_EQ(outcome.kind, Class::throttled);
  EXPECT_GT(outcome.retry_after, Duration(5s));
  EXPECT_EQ(channel_->rate("C0PAPERS01").interval, Duration(1s));
}

TEST_F(Slack, HearsOnlyWhenToldTo) {
  EXPECT_FALSE(channel_->listens());
  EXPECT_EQ(channel_->call_sign(), "");
  start({.token = {}, .listen = true, .app_token = {}, .signing_secret = {}});
  EXPECT_TRUE(channel_->listens());
  EXPECT_EQ(channel_->call_sign(), "/paperboy");
}

TEST_F(Slack, AStoredMessageThatIsNoneIsRefused) {
  flow::Outgoing broken = message("C0PAPERS01");
  broken.payload = "{";
  EXPECT_EQ(send(broken).kind, Class::refused);
  EXPECT_THAT(fake_.requests(), IsEmpty());
}

// --- looking again

TEST_F(Slack, AMessageWhoseAnswerWasLostIsFound) {
  for (const char* destination : {"C0PAPERS01", "G0SECRET01", "ada@example.org", "U0ADA00001"}) {
    SCOPED_TRACE(destination);
    fail("chat.postMessage", {.kind = Fault::Kind::drop_after});
    const flow::Outgoing out = message(destination);
    ASSERT_EQ(send(out).kind, Class::ambiguous);
    const flow::Outcome found = reconcile(out);
    ASSERT_EQ(found.kind, Class::sent) << found.detail;
    const flow::Outcome answer = send(message(destination, 2, found.provider_ref));
    EXPECT_EQ(answer.kind, Class::sent) << "what was found can be answered: " << answer.detail;
  }
}

TEST_F(Slack, AMessageInAThreadIsFoundThere) {
  const flow::Outcome first = send(message("C0PAPERS01"));
  fail("chat.postMessage", bad_gateway);
  const flow::Outgoing out = message("C0PAPERS01", 2, first.provider_ref);
  ASSERT_EQ(send(out).kind, Class::ambiguous);
  const flow::Outcome found = reconcile(out);
  EXPECT_EQ(found.kind, Class::sent) << found.detail;
  EXPECT_NE(found.provider_ref, first.provider_ref);
}

TEST_F(Slack, AMessageThatNeverArrivedIsNotFoundTwice) {
  const flow::Outcome first = send(message("C0PAPERS01"));
  fail("chat.postMessage", {.kind = Fault::Kind::drop_before}, 2);
  const flow::Outgoing out = message("C0PAPERS01", 2, first.provider_ref);
  ASSERT_EQ(send(out).kind, Class::ambiguous);
  EXPECT_EQ(reconcile(out).kind, Class::not_sent);
  flow::Outgoing other = message("C0PAPERS01");
  other.provider_key = "00000000-0000-8000-8000-000000000000";  // others' messages are not ours
  EXPECT_EQ(reconcile(other).kind, Class::not_sent);
  EXPECT_EQ(std::count(fake_.requests().begin(), fake_.requests().end(), "POST /api/conversations.replies"), 2);
  EXPECT_EQ(std::count(fake_.requests().begin(), fake_.requests().end(), "POST /api/conversations.history"), 2);
}

TEST_F(Slack, LongAfterTheSendOneLookIsEnough) {
  flow::Outgoing out = message("C0PAPERS01");
  out.intended_at -= 1h;
  EXPECT_EQ(reconcile(out).kind, Class::not_sent);
  EXPECT_EQ(std::count(fake_.requests().begin(), fake_.requests().end(), "POST /api/conversations.history"), 1);
}

TEST_F(Slack, OnlyTheTimeOfTheSendIsLookedThrough) {
  flow::Outgoing out = message("C0PAPERS01");
  ASSERT_EQ(send(out).kind, Class::sent);
  EXPECT_EQ(reconcile(out).kind, Class::sent);
  out.intended_at += 10min;
  EXPECT_EQ(reconcile(out).kind, Class::not_sent) << "oldest";
  out.intended_at -= 1h;
  EXPECT_EQ(reconcile(out).kind, Class::not_sent) << "latest";
}

TEST_F(Slack, ABusyChannelIsLookedThroughPageByPage) {
  const flow::Outgoing out = message("C0PAPERS01");
  ASSERT_EQ(send(out).kind, Class::sent);
  for (int i = 0; i < 450; ++i) {
    flow::Outgoing other = message("C0PAPERS01", 2);
    ASSERT_EQ(send(std::move(other)).kind, Class::sent);
  }
  const std::size_t before = fake_.requests().size();
  EXPECT_EQ(reconcile(out).kind, Class::sent);
  EXPECT_EQ(fake_.requests().size() - before, 3u);
}

TEST_F(Slack, WhereItCannotLookItSaysSo) {
  fake_.scopes.erase("channels:history");
  const flow::Outcome blind = reconcile(message("C0PAPERS01"));
  EXPECT_EQ(blind.kind, Class::ambiguous);
  EXPECT_THAT(blind.detail, HasSubstr("needed: channels:history"));
  EXPECT_EQ(reconcile(message("C0RANDOM01")).kind, Class::ambiguous);
  EXPECT_EQ(reconcile(message("C0PAPERS01", 2, "C0PAPERS01:1.000001")).kind, Class::ambiguous);
}

TEST_F(Slack, WhatStandsInTheWayOfLookingMayBeGoneLater) {
  const flow::Outgoing out = message("C0PAPERS01");
  const Fault faults[] = {
      {.kind = Fault::Kind::drop_before},
      bad_gateway,
      {.kind = Fault::Kind::instead, .answer = {.body = R"({"ok":false,"error":"internal_error"})"}},
      {.kind = Fault::Kind::instead, .answer = {.body = R"({"ok":false,"error":"token_revoked"})"}}};
  for (const Fault& fault : faults) {
    fail("conversations.history", fault);
    const flow::Outcome outcome = reconcile(out);
    EXPECT_EQ(outcome.kind, Class::throttled) << outcome.detail;
    EXPECT_TRUE(outcome.retry_after.has_value());
  }
  fail("conversations.history",
       {.kind = Fault::Kind::instead, .answer = {.status = 429, .body = "", .headers = {"Retry-After: 60"}}});
  EXPECT_EQ(reconcile(out).retry_after, Duration(60s));
}

TEST_F(Slack, AChannelsNameIsLearntFromItsFirstAnswerAndKept) {
  EXPECT_EQ(reconcile(message("#papers")).kind, Class::ambiguous);
  const flow::Outgoing out = message("#papers");
  ASSERT_EQ(send(out).kind, Class::sent);
  start({});  // a restart
  const flow::Outcome found = reconcile(out);
  EXPECT_EQ(found.kind, Class::sent) << found.detail;
}

// --- settings

std::string findings_of(const std::string& section) {
  settings::Findings findings;
  const settings::Node root = settings::Node::parse("slack: " + section, "channels.yaml", findings);
  plugin.read(root.at("slack"));
  root.reject_unknown();
  return findings.to_string();
}

TEST(SlackSettings, AreReadStrictly) {
  EXPECT_EQ(findings_of("{token: xoxb-1-2-abc}"), "");
  EXPECT_EQ(findings_of("{token: xoxb-1-2-abc, api_url: 'http://127.0.0.1:1/api/', buttons: true}"), "");
  EXPECT_THAT(findings_of("{}"), HasSubstr("a bot token is needed"));
  EXPECT_THAT(findings_of("{token: xoxb-1, tokn: x}"), HasSubstr("did you mean 'token"));
  EXPECT_THAT(findings_of("{token: xoxb-1, api_url: slack.com}"), HasSubstr("https://slack.com/api"));
  EXPECT_THAT(findings_of("{token: xoxb-1, api_url: 'http://slack.example/api'}"), HasSubstr("could read the token"));
  EXPECT_THAT(findings_of("{token: xoxb-1, buttons: maybe}"), HasSubstr("buttons"));
  const std::string app_token = findings_of("{token: xapp-1-secret}");
  EXPECT_THAT(app_token, HasSubstr("no bot token"));
  EXPECT_THAT(app_token, Not(HasSubstr("secret")));
}

TEST(SlackSettings, OfListening) {
  EXPECT_EQ(findings_of("{token: xoxb-1, listen: true, app_token: xapp-1-abc}"), "");
  EXPECT_EQ(findings_of("{token: xoxb-1, listen: true, signing_secret: 0123456789abcdef}"), "");
  EXPECT_EQ(findings_of("{token: xoxb-1, app_token: xapp-1-abc}"), "") << "for later";
  EXPECT_THAT(findings_of("{token: xoxb-1, listen: true}"), HasSubstr("listen needs an app-level token"));
  EXPECT_THAT(findings_of("{token: xoxb-1, listen: true, app_token: xapp-1, signing_secret: 0123}"),
              HasSubstr("exclude each other"));
  const std::string wrong = findings_of("{token: xoxb-1, listen: true, app_token: xoxb-2-secret}");
  EXPECT_THAT(wrong, HasSubstr("no app-level token"));
  EXPECT_THAT(wrong, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace paperboy::integrations::slack
