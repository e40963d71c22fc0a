#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include "daemon/net/server.hpp"
#include "integrations/telegram/listen.hpp"
#include "tests/integrations/telegram/listening.hpp"
#include "tests/support/channel_memory.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/fake_telegram.hpp"
#include "tests/support/map_inbox.hpp"

namespace paperboy::integrations::telegram {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::FakeTelegram;
using test::Fault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// As the daemon does: POST /hooks/NAME goes to the handler of that name.
async::Awaitable<net::ServerResponse> dispatch(const Hooks& hooks, net::ServerRequest request) {
  const auto at = hooks.find(request.path.substr(request.path.rfind('/') + 1));
  if (at == hooks.end()) co_return net::ServerResponse{404, "text/plain", "", {}};
  const net::Handler handler = at->second;
  net::ServerResponse response = co_await handler(std::move(request));
  co_return response;
}

class TelegramWebhook : public testing::Test {
 protected:
  TelegramWebhook() {
    fake_.be_local(true);
    server_.route("POST", "/hooks/*",
                  [this](net::ServerRequest request) { return dispatch(hooks_, std::move(request)); });
    url_ = "http://127.0.0.1:" + std::to_string(server_.listen("127.0.0.1", 0)) + "/hooks/telegram";
    serving_ = std::make_unique<test::Listening>(loop_, server_.serve());
  }
  ~TelegramWebhook() override {
    if (listening_) EXPECT_TRUE(listening_->stop());
    EXPECT_TRUE(serving_->stop());
  }

  void listen() {
    listening_ = std::make_unique<test::Listening>(loop_, listener_.serve(inbox_, hooks_, url_));
    EXPECT_TRUE(test::run_until(loop_, [this] { return !fake_.webhook().empty(); }));
  }
  // What Telegram would do now; the statuses of the answers.
  std::vector<int> post_updates() {
    std::vector<int> statuses;
    test::run(loop_, fake_.post_updates(*curl_, statuses));
    return statuses;
  }
  std::string secret() const { return std::string(fake_.webhook().at("secret_token").as_string()); }
  int post(const std::string& body, const std::string& secret) {
    net::Response response;
    test::run(loop_, post_into(response, *curl_, url_, body, secret));
    return response.status;
  }
  static async::Awaitable<> post_into(net::Response& response, net::Client& client, std::string url, std::string body,
                                      std::string secret) {
    net::Request request;
    request.method = "POST";
    request.url = std::move(url);
    request.body = std::move(body);
    request.headers = {{"Content-Type", "application/json"}};
    if (!secret.empty()) request.headers.emplace_back("X-Telegram-Bot-Api-Secret-Token", secret);
    response = co_await client.fetch(std::move(request));
  }
  static async::Awaitable<> call_into(const Api& api, std::string method) {
    co_await api.call(std::move(method), "{}");
  }

  boost::asio::io_context loop_;
  FakeTelegram fake_{loop_};
  std::unique_ptr<net::Client> curl_ = net::make_curl_client(loop_.get_executor(), "Paperboy/test");
  test::MapMemory memory_;
  SystemClock clock_;
  test::MapInbox inbox_;
  Api api_{*curl_, fake_.url(), Secret(FakeTelegram::token)};
  Moves moves_{memory_, "telegram"};
  Listener listener_{api_, moves_, "telegram", clock_, {.first_wait = 1ms, .longest_wait = 4ms, .look = 5ms}};
  Hooks hooks_;
  net::Server server_{loop_.get_executor(), {}};
  std::string url_;
  std::unique_ptr<test::Listening> serving_, listening_;
};

TEST_F(TelegramWebhook, WhatIsPostedIsCommittedThenAcknowledged) {
  listen();
  EXPECT_EQ(fake_.webhook().at("url").as_string(), url_);
  EXPECT_EQ(json::serialize(fake_.webhook().at("allowed_updates")), wanted_updates);
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "one");
  fake_.press(FakeTelegram::ann, FakeTelegram::ann, 1, "topics");
  fake_.happen({{"message", json::object{{"message_id", 1}, {"dice", 5}}}});  // nothing to us
  fake_.say(FakeTelegram::forum, FakeTelegram::ben, "two");
  EXPECT_THAT(post_updates(), ElementsAre(200, 200, 200, 200));
  ASSERT_THAT(inbox_.events, SizeIs(3));
  EXPECT_EQ(inbox_.events[0].text, "one");
  EXPECT_EQ(inbox_.events[1].action, "topics");
  EXPECT_EQ(inbox_.events[2].text, "two");
  EXPECT_THAT(fake_.answered(), ElementsAre("4382")) << "by the answer itself";
  EXPECT_EQ(inbox_.at, "") << "there is no position";
  EXPECT_EQ(memory_.kept.size(), 0u);
}

TEST_F(TelegramWebhook, WhatIsNotCommittedIsPostedAgain) {
  listen();
  inbox_.failures = 1;
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "one");
  EXPECT_THAT(post_updates(), ElementsAre(500));
  EXPECT_THAT(inbox_.events, IsEmpty());
  EXPECT_THAT(post_updates(), ElementsAre(200));
  EXPECT_THAT(inbox_.events, SizeIs(1));
}

TEST_F(TelegramWebhook, WhoDoesNotKnowTheSecretIsRefused) {
  listen();
  testing::internal::CaptureStderr();
  const std::string update = R"({"update_id":1,"message":{"text":"forged","chat":{"id":55},"from":{"id":55}}})";
  std::string almost = secret();
  almost.back() = almost.back() == 'a' ? 'b' : 'a';
  EXPECT_EQ(post(update, ""), 401);
  EXPECT_EQ(post(update, almost), 401);
  EXPECT_EQ(post(update, secret() + "x"), 401);
  EXPECT_EQ(post("{", FakeTelegram::token), 401);
  EXPECT_THAT(inbox_.events, IsEmpty());
  EXPECT_EQ(inbox_.refusals["secret"], 4);
  EXPECT_EQ(inbox_.refusals.size(), 1u);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr("forged")));
}

TEST_F(TelegramWebhook, WhatIsNoUpdateIsRefusedOnceAndThenLetGo) {
  listen();
  for (const char* body : {"", "{", "[]", "7", "{}", R"({"update_id":"7"})"}) {
    EXPECT_EQ(post(body, secret()), 400) << body;
    EXPECT_EQ(post(body, secret()), 200) << body;
  }
  EXPECT_EQ(inbox_.refusals["malformed"], 12);
  EXPECT_THAT(inbox_.events, IsEmpty());
}

TEST_F(TelegramWebhook, TheSecretIsTheTokensAndSaysNothingOfIt) {
  listen();
  EXPECT_GE(secret().size(), 32u);
  EXPECT_THAT(FakeTelegram::token, Not(HasSubstr(secret())));
  const Api other(*curl_, fake_.url(), Secret("1:other"));
  EXPECT_NE(other.derived("telegram webhook"), secret());
}

TEST_F(TelegramWebhook, ThatSomebodyRemovedIsSetAgain) {
  listen();
  test::run(loop_, call_into(api_, "deleteWebhook"));
  EXPECT_TRUE(test::run_until(loop_, [this] { return !fake_.webhook().empty(); }));
}

TEST_F(TelegramWebhook, ThatCannotBeReachedIsToldOnce) {
  listen();
  testing::internal::CaptureStderr();
  inbox_.failures = 1;
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "one");
  const std::vector<int> statuses = post_updates();
  const std::size_t asked = fake_.requests().size();
  const bool looked = test::run_until(loop_, [&] { return fake_.requests().size() > asked + 3; });
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(statuses, ElementsAre(500));
  EXPECT_TRUE(looked);
  const std::size_t told = log.find("could not post to the webhook");
  ASSERT_NE(told, std::string::npos) << log;
  EXPECT_EQ(log.find("could not post to the webhook", told + 1), std::string::npos) << log;
}

TEST_F(TelegramWebhook, SurvivesTroubleAtTheBeginning) {
  fake_.fail_next("getMe", {.kind = Fault::Kind::drop_before});
  fake_.fail_next("setWebhook", {.kind = Fault::Kind::error_after, .answer = {502, "<html>", "text/html"}});
  listen();
  ASSERT_TRUE(test::run_until(loop_, [this] { return !fake_.faults_left(); }));
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "one");
  EXPECT_THAT(post_updates(), ElementsAre(200));
}

// Until it lets go.
class SlowInbox final : public flow::Inbox {
 public:
  bool taking = false, let_go = false;
  async::Awaitable<> take(std::vector<flow::Event>, std::optional<std::string>) override {
    taking = true;
    while (!let_go) co_await async::sleep_for(1ms);
    taking = false;
  }
  async::Awaitable<std::string> position() override { co_return ""; }
  async::Awaitable<bool> admits(std::string, std::string, std::string) override { co_return true; }
  void refused(std::string_view) override {}
};

TEST_F(TelegramWebhook, EndsWhenWhatHasBegunHasEnded) {
  SlowInbox slow;
  listening_ = std::make_unique<test::Listening>(loop_, listener_.serve(slow, hooks_, url_));
  ASSERT_TRUE(test::run_until(loop_, [this] { return !fake_.webhook().empty(); }));
  const std::string given = secret();
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "one");
  std::vector<int> statuses;
  test::Listening posting(loop_, fake_.post_updates(*curl_, statuses));
  ASSERT_TRUE(test::run_until(loop_, [&] { return slow.taking; }));
  bool seen_open = false;
  boost::asio::post(loop_, [&] {
    seen_open = slow.taking && !listening_->ended();
    slow.let_go = true;
  });
  EXPECT_TRUE(listening_->stop());
  EXPECT_TRUE(seen_open);
  EXPECT_FALSE(slow.taking);
  EXPECT_TRUE(test::run_until(loop_, [&] { return posting.ended(); }));
  EXPECT_THAT(statuses, ElementsAre(200));
  EXPECT_THAT(hooks_, IsEmpty());
  EXPECT_EQ(post("{}", given), 404);
  EXPECT_FALSE(fake_.webhook().empty()) << "Telegram keeps for us what comes meanwhile";
}

}  // namespace
}  // namespace paperboy::integrations::telegram
