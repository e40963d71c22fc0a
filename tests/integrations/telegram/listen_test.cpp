#include "integrations/telegram/listen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/integrations/telegram/listening.hpp"
#include "tests/support/channel_memory.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/fake_telegram.hpp"
#include "tests/support/map_inbox.hpp"

namespace paperboy::integrations::telegram {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using flow::Event;
using test::FakeTelegram;
using test::Fault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// No wait of a test is as long as one of the daemon's.
Pace quick() {
  return {.first_wait = 1ms, .longest_wait = 4ms, .poll = 50s, .spare = 10s, .confirm = 5s, .look = 5ms};
}

// One listener with what it needs; several may listen to one fake.
struct Ear {
  Ear(net::Client& client, const std::string& url, test::MapMemory& memory, const Clock& clock, Pace pace = quick(),
      const std::string& token = FakeTelegram::token)
      : api(client, url, Secret(token)), moves(memory, "telegram"), listener(api, moves, "telegram", clock, pace) {}
  Api api;
  Moves moves;
  Listener listener;
};

class TelegramListening : public testing::Test {
 protected:
  TelegramListening() { begin(); }
  ~TelegramListening() override {
    if (listening_) EXPECT_TRUE(listening_->stop());
    for (const Event& event : inbox_.events) EXPECT_LE(event.key.size(), 255u);
  }

  void begin(Pace pace = quick()) {
    if (listening_) EXPECT_TRUE(listening_->stop());
    listening_.reset();
    ear_ = std::make_unique<Ear>(*curl_, fake_.url(), memory_, clock_, pace);
  }
  void listen() { listening_ = std::make_unique<test::Listening>(loop_, ear_->listener.poll(inbox_)); }
  bool until(const std::function<bool()>& holds) { return test::run_until(loop_, holds); }
  bool until_polled() {
    return until([this] { return fake_.is_polled(); });
  }
  bool until_heard(std::size_t count) {
    return until([this, count] { return inbox_.events.size() >= count; });
  }
  bool until_confirmed() {
    return until([this] { return fake_.queue().size() == 0; });
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const Event& event : inbox_.events) out.push_back(event.text);
    return out;
  }
  static async::Awaitable<> call_into(net::Response& response, const Api& api, std::string method, std::string body) {
    response = co_await api.call(std::move(method), std::move(body));
  }
  net::Response call(const std::string& method, const std::string& body) {
    net::Response response;
    test::run(loop_, call_into(response, ear_->api, method, body));
    return response;
  }
  std::size_t asked(const std::string& method) const {
    return static_cast<std::size_t>(std::count_if(fake_.requests().begin(), fake_.requests().end(), [&](const auto& r) {
      return r.find("/" + method) != std::string::npos;
    }));
  }

  boost::asio::io_context loop_;
  FakeTelegram fake_{loop_};
  std::unique_ptr<net::Client> curl_ = net::make_curl_client(loop_.get_executor(), "Paperboy/test");
  test::MapMemory memory_;
  SystemClock clock_;
  test::MapInbox inbox_;
  std::unique_ptr<Ear> ear_;
  std::unique_ptr<test::Listening> listening_;
};

TEST_F(TelegramListening, WhatIsSaidIsCommittedThenConfirmed) {
  listen();
  ASSERT_TRUE(until_polled());
  EXPECT_EQ(ear_->listener.username(), "paperboy_test_bot");
  EXPECT_THAT(fake_.polls(), IsEmpty()) << "none has been answered";
  bool confirmed_too_soon = false;
  inbox_.on_take = [&] { confirmed_too_soon = fake_.queue().size() == 0; };
  const std::int64_t id = fake_.say(FakeTelegram::ann, FakeTelegram::ann, "/why 2512.07197");
  ASSERT_TRUE(until_heard(1));
  EXPECT_FALSE(confirmed_too_soon);
  EXPECT_EQ(inbox_.events[0].key, "u:" + std::to_string(id));
  EXPECT_EQ(inbox_.events[0].text, "/why 2512.07197");
  EXPECT_EQ(inbox_.at, std::to_string(id));
  ASSERT_TRUE(until_confirmed());
  EXPECT_TRUE(until_polled());
  ASSERT_TRUE(listening_->stop());
  for (const json::object& poll : fake_.polls()) {
    if (poll.contains("allowed_updates")) EXPECT_EQ(json::serialize(poll.at("allowed_updates")), wanted_updates);
  }
  const json::object last = fake_.polls().back();
  EXPECT_EQ(json::serialize(last), R"({"offset":)" + std::to_string(id + 1) + R"(,"limit":1,"timeout":0})");
}

TEST_F(TelegramListening, TheLastBatchIsConfirmedWhenItStops) {
  listen();
  ASSERT_TRUE(until_polled());
  inbox_.on_take = [&] { fake_.fail_next("getUpdates", {.kind = Fault::Kind::silence}); };  // of the next poll
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "hello");
  ASSERT_TRUE(until([this] { return !inbox_.events.empty() && !fake_.faults_left(); }));
  EXPECT_EQ(fake_.queue().size(), 1u);
  ASSERT_TRUE(listening_->stop());
  EXPECT_EQ(fake_.queue().size(), 0u);
}

TEST_F(TelegramListening, WhatIsNotCommittedIsNotConfirmedAndComesAgain) {
  listen();
  ASSERT_TRUE(until_polled());
  inbox_.failures = 2;
  inbox_.on_take = [&] { EXPECT_EQ(fake_.queue().size(), 1u); };
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "hello");
  ASSERT_TRUE(until_heard(1));
  EXPECT_EQ(inbox_.offered, 3);
  ASSERT_TRUE(until_confirmed());
}

TEST_F(TelegramListening, GoesOnWhereItWasAfterARestart) {
  listen();
  ASSERT_TRUE(until_polled());
  const std::int64_t id = fake_.say(FakeTelegram::ann, FakeTelegram::ann, "one");
  ASSERT_TRUE(until_confirmed());
  begin();
  const std::size_t polls = fake_.polls().size();
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "two");  // while nobody was there
  listen();
  ASSERT_TRUE(until_heard(2));
  EXPECT_EQ(fake_.polls().at(polls).at("offset").as_int64(), id + 1);
  EXPECT_THAT(texts(), ElementsAre("one", "two"));
  EXPECT_EQ(inbox_.offered, 2);
}

TEST_F(TelegramListening, IdsThatBeginAnewAreHeard) {
  inbox_.at = "900000000";
  fake_.queue().next_id(5);
  listen();
  ASSERT_TRUE(until_polled());
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "one");
  ASSERT_TRUE(until_heard(1));
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "two");
  ASSERT_TRUE(until_heard(2));
  EXPECT_EQ(inbox_.at, "6");
  ASSERT_TRUE(until_confirmed());
}

TEST_F(TelegramListening, MoreThanABatch) {
  for (int i = 0; i < 250; ++i) fake_.say(FakeTelegram::ann, FakeTelegram::ann, "m" + std::to_string(i));
  listen();
  ASSERT_TRUE(until_heard(250));
  EXPECT_EQ(inbox_.offered, 250);
  EXPECT_EQ(inbox_.events[249].text, "m249");
}

TEST_F(TelegramListening, AWebhookThatIsSetGivesWay) {
  ASSERT_EQ(call("setWebhook", R"({"url":"https://elsewhere.example/hook"})").status, 200);
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "waiting");
  listen();
  ASSERT_TRUE(until_heard(1)) << "what waited is kept";
  ASSERT_TRUE(until_polled());
  ASSERT_EQ(call("setWebhook", R"({"url":"https://elsewhere.example/hook"})").status, 200);
  ASSERT_TRUE(until_polled());
  EXPECT_THAT(fake_.webhook(), IsEmpty());
}

TEST_F(TelegramListening, TwoWithOneTokenBothSurviveAndItIsTold) {
  testing::internal::CaptureStderr();
  listen();
  ASSERT_TRUE(until_polled());
  test::MapInbox others;
  Ear other(*curl_, fake_.url(), memory_, clock_);
  test::Listening second(loop_, other.listener.poll(others));
  const bool fought = until([this] { return asked("getUpdates") > 20; });
  const bool stopped = second.stop();
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "hello");
  const bool heard = until_heard(1);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(fought);
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(heard);
  EXPECT_THAT(log, HasSubstr("level=error"));
  EXPECT_THAT(log, HasSubstr("another program polls"));
  EXPECT_THAT(log, Not(HasSubstr("AAFakeToken")));
}

TEST_F(TelegramListening, AFewConflictsAreNoNews) {  // the poll of before a crash lives on for a while
  testing::internal::CaptureStderr();
  Fault conflict{.kind = Fault::Kind::instead};
  conflict.answer = {409, R"({"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates"})"};
  fake_.fail_next("getUpdates", conflict, 4);
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "hello");
  listen();
  const bool heard = until_heard(1);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
  EXPECT_TRUE(heard);
}

struct Trouble {
  const char* name;
  std::string method;
  Fault fault;
};

class PollTroubles : public TelegramListening, public testing::WithParamInterface<Trouble> {};

TEST_P(PollTroubles, AreSurvivedAndToldOnce) {
  testing::internal::CaptureStderr();
  Pace pace = quick();
  pace.poll = 1s;
  pace.spare = 0s;
  begin(pace);
  fake_.fail_next(GetParam().method, GetParam().fault, 3);
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "hello");
  listen();
  const bool heard = until_heard(1);
  const bool confirmed = until_confirmed();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(heard);
  EXPECT_TRUE(confirmed);
  EXPECT_FALSE(fake_.faults_left());
  EXPECT_THAT(texts(), ElementsAre("hello"));
  const std::size_t told = log.find("Telegram tells nothing");
  EXPECT_NE(told, std::string::npos) << log;
  EXPECT_EQ(log.find("Telegram tells nothing", told + 1), std::string::npos) << log;
  EXPECT_THAT(log, HasSubstr("Telegram answers again"));
  EXPECT_THAT(log, Not(HasSubstr("AAFakeToken")));
}

Fault instead(int status, const std::string& body, std::vector<std::string> headers = {}) {
  Fault fault{.kind = Fault::Kind::instead};
  fault.answer = {status, body, "application/json", std::move(headers)};
  return fault;
}

INSTANTIATE_TEST_SUITE_P(
    Telegram, PollTroubles,
    testing::Values(
        Trouble{"NobodyThere", "getMe", {.kind = Fault::Kind::drop_before}},
        Trouble{"MeGarbage", "getMe", instead(200, R"({"ok":true,"result":7})")},
        Trouble{"WebhookStays", "deleteWebhook", instead(500, "")},
        Trouble{"DropBefore", "getUpdates", {.kind = Fault::Kind::drop_before}},
        Trouble{"DropAfter", "getUpdates", {.kind = Fault::Kind::drop_after}},
        Trouble{"HalfOpen", "getUpdates", {.kind = Fault::Kind::silence}},
        Trouble{"ErrorAfter", "getUpdates", {.kind = Fault::Kind::error_after, .answer = {502, "<html>", "text/html"}}},
        Trouble{"Restart", "getUpdates", instead(500, R"({"ok":false,"error_code":500,"description":"restart"})")},
        Trouble{"Throttled", "getUpdates",
                instead(429, R"({"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":0}})")},
        Trouble{"ProxyThrottles", "getUpdates", instead(429, "", {"Retry-After: 0"})},
        Trouble{"Portal", "getUpdates", instead(200, "<html>Sign in</html>")},
        Trouble{"ProxyForbids", "getUpdates", instead(404, "<html>Not here</html>")},
        Trouble{"Empty", "getUpdates", instead(200, "")},
        Trouble{"NoList", "getUpdates", instead(200, R"({"ok":true,"result":{"update_id":1}})")},
        Trouble{"NoUpdates", "getUpdates", instead(200, R"({"ok":true,"result":[{},7]})")},
        Trouble{"Deep", "getUpdates", instead(200, std::string(10'000, '['))}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(TelegramListening, WhatIsNoUpdateIsCounted) {
  fake_.fail_next("getUpdates", instead(200, R"({"ok":true,"result":[{},7,{"update_id":"8"}]})"));
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "hello");
  listen();
  ASSERT_TRUE(until_heard(1));
  EXPECT_EQ(inbox_.refusals["malformed"], 3);
}

TEST_F(TelegramListening, ARevokedTokenIsTheOperatorsBusiness) {
  for (const char* token : {"1234567890:AAFakeTokenThatWasRevoked", "1234567890AAFakeTokenWithoutColon"}) {
    Ear deaf(*curl_, fake_.url(), memory_, clock_, quick(), token);
    try {
      test::run(loop_, deaf.listener.poll(inbox_));
      ADD_FAILURE() << "it listens";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("token"));
      EXPECT_THAT(error.what(), Not(HasSubstr("AAFake")));
    }
  }
}

TEST_F(TelegramListening, StopsAtOnceWhateverItWaitsFor) {
  const auto begun = std::chrono::steady_clock::now();
  listen();
  ASSERT_TRUE(until_polled());
  EXPECT_TRUE(listening_->stop()) << "in a long poll";
  EXPECT_THROW(listening_->rethrow(), boost::system::system_error);

  Pace slow = quick();
  slow.first_wait = slow.longest_wait = 1h;
  begin(slow);
  fake_.fail_next("getMe", {.kind = Fault::Kind::drop_before});
  listen();
  ASSERT_TRUE(until([this] { return !fake_.faults_left(); }));
  EXPECT_TRUE(listening_->stop()) << "between two tries";

  begin(slow);
  fake_.fail_next("getMe", {.kind = Fault::Kind::silence});
  listen();
  ASSERT_TRUE(until([this] { return !fake_.faults_left(); }));
  EXPECT_TRUE(listening_->stop()) << "while the other side says nothing";
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 15s);
}

TEST_F(TelegramListening, APressIsAnsweredOnceItIsCommitted) {
  listen();
  ASSERT_TRUE(until_polled());
  ASSERT_EQ(call("sendMessage", R"({"chat_id":55,"text":"x"})").status, 200);
  inbox_.failures = 1;
  inbox_.on_take = [&] { EXPECT_THAT(fake_.answered(), IsEmpty()); };
  fake_.press(FakeTelegram::ann, FakeTelegram::ben, 1, "more/2512.07197");
  ASSERT_TRUE(until([this] { return !fake_.answered().empty(); }));
  EXPECT_THAT(fake_.answered(), ElementsAre("4382"));
  ASSERT_THAT(inbox_.events, SizeIs(1));
  EXPECT_EQ(inbox_.events[0].action, "more/2512.07197");
  EXPECT_EQ(inbox_.events[0].account, "56");
  EXPECT_EQ(inbox_.events[0].about, "55:1");
}

TEST_F(TelegramListening, APressThatIsTooOldHoldsUpNothing) {
  fake_.press(FakeTelegram::ann, FakeTelegram::ann, 1, "topics");
  fake_.forget_callbacks();
  listen();
  ASSERT_TRUE(until([this] { return asked("answerCallbackQuery") == 1; }));
  ASSERT_TRUE(until_polled());
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "hello");
  ASSERT_TRUE(until_heard(2));
  EXPECT_THAT(fake_.answered(), IsEmpty());
}

json::object with_file(const std::string& id, std::int64_t size) {
  return {{"document", json::object{{"file_id", id}, {"file_name", "refs.bib"}, {"file_size", size}}}};
}

TEST_F(TelegramListening, TextFilesComeWithTheMessage) {
  const std::string id = fake_.put_file("documents/file_1.bib", "@article{x, eprint={2512.07197}}");
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "", with_file(id, 32));
  listen();
  ASSERT_TRUE(until_heard(1));
  ASSERT_THAT(inbox_.events[0].files, SizeIs(1));
  EXPECT_EQ(inbox_.events[0].files[0].name, "refs.bib");
  EXPECT_EQ(inbox_.events[0].files[0].content, "@article{x, eprint={2512.07197}}");
}

TEST_F(TelegramListening, AFileThatCannotBeHadIsLeftOut) {
  testing::internal::CaptureStderr();
  const std::string large = fake_.put_file("large.bib", std::string(flow::largest_attachment + 1, 'x'));
  const std::string strange = fake_.put_file("../etc/passwd", "x");
  const std::string lost = fake_.put_file("lost.bib", "x");
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "", with_file("unknown", 5));
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "", with_file(large, 5));  // the message says otherwise
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "", with_file(strange, 5));
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "", with_file(lost, 5));
  fake_.fail_next("/file/", {.kind = Fault::Kind::drop_before});
  fake_.fail_next("/file/", {.kind = Fault::Kind::drop_before});
  listen();
  const bool heard = until_heard(4);
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(heard);
  for (const Event& event : inbox_.events) EXPECT_THAT(event.files, IsEmpty());
  EXPECT_THAT(log, Not(HasSubstr("AAFakeToken")));
}

TEST_F(TelegramListening, FilesOfWhoMayNotSpeakAreNotFetched) {
  const std::string id = fake_.put_file("a.bib", "x");
  inbox_.lets_in = [](const std::string& account, const std::string&, const std::string&) { return account != "55"; };
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "", with_file(id, 1));
  fake_.say(FakeTelegram::forum, FakeTelegram::ben, "look", with_file(id, 1));  // to others
  listen();
  ASSERT_TRUE(until_heard(2));
  EXPECT_EQ(asked("getFile"), 0u);
}

TEST_F(TelegramListening, AGroupThatMovesIsRemembered) {
  const json::object moved{{"message_id", 3},
                           {"date", 1},
                           {"chat", json::object{{"id", FakeTelegram::lab}, {"type", "group"}}},
                           {"migrate_to_chat_id", FakeTelegram::lab_now}};
  fake_.happen({{"message", moved}});
  listen();
  ASSERT_TRUE(until([this] { return !memory_.kept.empty(); }));
  const std::pair<std::string, std::string> key{"telegram", "moved:" + std::to_string(FakeTelegram::lab)};
  EXPECT_EQ(memory_.kept[key], std::to_string(FakeTelegram::lab_now));
}

TEST_F(TelegramListening, TheVerbsAreOffered) {
  inbox_.words["en"] = {{"why", "why it is here"}, {"Not a verb", "x"}, {"long", std::string(300, 'x')}};
  inbox_.words["zh"] = {{"why", "为什么"}};
  listen();
  ASSERT_TRUE(until_polled());
  std::vector<std::string> scopes;
  for (const auto& [scope, commands] : fake_.commands()) scopes.push_back(scope);
  EXPECT_THAT(scopes, ElementsAre("all_group_chats/", "all_group_chats/zh", "default/", "default/zh"));
  EXPECT_THAT(fake_.commands().at("default/"), SizeIs(2));
  EXPECT_EQ(json::serialize(fake_.commands().at("default/zh")), R"([{"command":"why","description":"为什么"}])");
  // In a group a command that is not ours is not meant for us.
  fake_.say(FakeTelegram::forum, FakeTelegram::ann, "/weather");
  fake_.say(FakeTelegram::forum, FakeTelegram::ann, "/why 1");
  ASSERT_TRUE(until_heard(2));
  EXPECT_FALSE(inbox_.events[0].addressed);
  EXPECT_TRUE(inbox_.events[1].addressed);
}

TEST_F(TelegramListening, WithoutVerbsItListensAllTheSame) {
  inbox_.words["en"] = {{"why", "why it is here"}};
  fake_.fail_next("setMyCommands", {.kind = Fault::Kind::drop_before}, 1);
  listen();
  ASSERT_TRUE(until_polled());
  EXPECT_EQ(asked("setMyCommands"), 1u);
}

}  // namespace
}  // namespace paperboy::integrations::telegram
