// The fake server's own rules, where tests of the channel rely on them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "daemon/net/client.hpp"
#include "tests/integrations/telegram/listening.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/fake_telegram.hpp"
#include "tests/support/telegram_queue.hpp"

namespace paperboy::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

json::object update(const std::string& kind) {
  return {{kind, json::object{}}};
}

TEST(TelegramQueue, OffsetsConfirmAndOutsideMeansTheHead) {
  TelegramQueue queue;
  const std::int64_t first = queue.push(update("message"));
  for (int i = 0; i < 4; ++i) queue.push(update("message"));
  queue.confirm(first + 2);
  EXPECT_EQ(queue.size(), 3u);
  queue.confirm(first);
  queue.confirm(first + 77);
  queue.confirm(0);
  EXPECT_EQ(queue.size(), 3u);
  queue.confirm(-2);
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_THAT(queue.first(1), SizeIs(1));
  queue.confirm(first + 5);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(TelegramQueue, KindsThatAreNotWantedDoNotEnter) {
  TelegramQueue queue;
  EXPECT_GT(queue.push(update("edited_message")), 0);
  EXPECT_EQ(queue.push(update("message_reaction")), 0);
  queue.allow({"message_reaction", "no_such_kind"});
  EXPECT_GT(queue.push(update("message_reaction")), 0);
  EXPECT_EQ(queue.push(update("message")), 0);
  EXPECT_EQ(queue.size(), 2u) << "what is there stays";
  queue.allow({"no_such_kind"});
  EXPECT_GT(queue.push(update("message")), 0);
  EXPECT_THROW(queue.push(update("no_such_kind")), std::invalid_argument);
}

class FakeTelegramRules : public testing::Test {
 protected:
  static async::Awaitable<> fetch_into(net::Response& response, net::Client& client, net::Request request) {
    response = co_await client.fetch(std::move(request));
  }
  net::Response get(const std::string& path) {
    net::Request request;
    request.url = fake_.url(path);
    net::Response response;
    run(loop_, fetch_into(response, *curl_, std::move(request)));
    return response;
  }
  // The description of the error, or nothing.
  std::string call(const std::string& method, const std::string& body) {
    net::Request request;
    request.method = "POST";
    request.url = fake_.url(std::string("/bot") + FakeTelegram::token + "/" + method);
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body;
    net::Response response;
    run(loop_, fetch_into(response, *curl_, std::move(request)));
    const json::object answer = parse_json(response.body).as_object();
    if (answer.at("ok").as_bool()) return {};
    EXPECT_EQ(answer.at("error_code").as_int64(), response.status);
    return std::string(answer.at("description").as_string());
  }

  boost::asio::io_context loop_;
  FakeTelegram fake_{loop_};
  std::unique_ptr<net::Client> curl_ = net::make_curl_client(loop_.get_executor(), "Paperboy/test");
};

TEST_F(FakeTelegramRules, OnlyOneMayPoll) {
  net::Request poll;
  poll.method = "POST";
  poll.url = fake_.url(std::string("/bot") + FakeTelegram::token + "/getUpdates?timeout=50");
  net::Response first;
  Listening waiting(loop_, fetch_into(first, *curl_, poll));
  ASSERT_TRUE(run_until(loop_, [this] { return fake_.is_polled(); }));
  EXPECT_EQ(call("getUpdates", R"({"timeout":1})"), "");
  ASSERT_TRUE(run_until(loop_, [&] { return waiting.ended(); }));
  EXPECT_EQ(first.status, 409);
  EXPECT_THAT(first.body, HasSubstr("terminated by other getUpdates"));
  EXPECT_EQ(call("setWebhook", R"({"url":"https://a.example/"})"), "");
  EXPECT_THAT(call("getUpdates", "{}"), HasSubstr("while webhook is active"));
}

TEST_F(FakeTelegramRules, Webhooks) {
  EXPECT_THAT(call("setWebhook", R"({"url":"http://a.example/"})"), HasSubstr("HTTPS"));
  EXPECT_THAT(call("setWebhook", R"({"url":"https://a.example/","secret_token":"a b"})"), HasSubstr("unallowed"));
  EXPECT_THAT(call("setWebhook", R"({"url":"https://a.example/","max_connections":101})"), HasSubstr("100"));
  EXPECT_EQ(call("setWebhook", R"({"url":"https://a.example/","secret_token":"aB0_-"})"), "");
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "x");
  EXPECT_EQ(call("deleteWebhook", "{}"), "");
  EXPECT_EQ(fake_.queue().size(), 1u);
  EXPECT_EQ(call("deleteWebhook", R"({"drop_pending_updates":true})"), "");
  EXPECT_EQ(fake_.queue().size(), 0u);
}

TEST_F(FakeTelegramRules, Edits) {
  const std::string keyboard = R"("reply_markup":{"inline_keyboard":[[{"text":"Save","callback_data":"save/1"}]]})";
  ASSERT_EQ(call("sendMessage", R"({"chat_id":55,"text":"one",)" + keyboard + "}"), "");
  EXPECT_THAT(call("editMessageText", R"({"chat_id":55,"message_id":1,"text":"one",)" + keyboard + "}"),
              HasSubstr("message is not modified"));
  EXPECT_EQ(call("editMessageText", R"({"chat_id":55,"message_id":1,"text":"one"})"), "") << "the keyboard goes";
  EXPECT_THAT(call("editMessageText", R"({"chat_id":55,"message_id":1,"text":"one"})"), HasSubstr("not modified"));
  EXPECT_THAT(call("editMessageText", R"({"chat_id":55,"message_id":9,"text":"x"})"), HasSubstr("to edit not found"));
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "mine");
  EXPECT_THAT(call("editMessageText", R"({"chat_id":55,"message_id":2,"text":"x"})"), HasSubstr("can't be edited"));
  EXPECT_THAT(call("editMessageText", R"({"chat_id":55,"message_id":1,"text":")" + std::string(4097, 'x') + "\"}"),
              HasSubstr("MESSAGE_TOO_LONG"));
  EXPECT_EQ(call("editMessageText", R"({"chat_id":55,"message_id":1,"text":"two"})"), "");
  ASSERT_THAT(fake_.applied(), SizeIs(1));
  EXPECT_EQ(fake_.applied()[0].as_object().at("text").as_string(), "two");
  EXPECT_EQ(fake_.applied()[0].as_object().at("edits").as_int64(), 2);
}

TEST_F(FakeTelegramRules, RepliesNeedTheirMessage) {
  EXPECT_THAT(call("sendMessage", R"({"chat_id":55,"text":"x","reply_parameters":{"message_id":9}})"),
              HasSubstr("message to be replied not found"));
  EXPECT_EQ(call("sendMessage",
                 R"({"chat_id":55,"text":"x","reply_parameters":{"message_id":9,"allow_sending_without_reply":true}})"),
            "");
}

TEST_F(FakeTelegramRules, Commands) {
  const auto set = [this](const std::string& commands, const std::string& more = "") {
    return call("setMyCommands", R"({"commands":[)" + commands + "]" + more + "}");
  };
  EXPECT_EQ(
      set(R"({"command":"why","description":"x"})", R"(,"scope":{"type":"all_group_chats"},"language_code":"zh")"), "");
  EXPECT_THAT(set(R"({"command":"Why","description":"x"})"), HasSubstr("BOT_COMMAND_INVALID"));
  EXPECT_THAT(set(R"({"command":"why","description":""})"), HasSubstr("DESCRIPTION_INVALID"));
  EXPECT_THAT(set("", R"(,"scope":{"type":"everybody"})"), HasSubstr("BotCommandScope"));
  EXPECT_THAT(set("", R"(,"language_code":"english")"), HasSubstr("language"));
  std::string many = R"({"command":"a","description":"x"})";
  for (int i = 0; i < 100; ++i) many += R"(,{"command":"a","description":"x"})";
  EXPECT_THAT(set(many), HasSubstr("TOO_MUCH"));
}

TEST_F(FakeTelegramRules, PressesAreAnsweredOnceAndFilesNeedTheToken) {
  fake_.press(FakeTelegram::ann, FakeTelegram::ann, 1, "x");
  EXPECT_EQ(call("answerCallbackQuery", R"({"callback_query_id":"4382"})"), "");
  EXPECT_THAT(call("answerCallbackQuery", R"({"callback_query_id":"4382"})"), HasSubstr("too old"));
  fake_.put_file("a/b.txt", "content");
  EXPECT_EQ(get(std::string("/file/bot") + FakeTelegram::token + "/a/b.txt").body, "content");
  EXPECT_EQ(get("/file/bot1:x/a/b.txt").status, 404);
  EXPECT_EQ(get(std::string("/file/bot") + FakeTelegram::token + "/c").status, 404);
}

}  // namespace
}  // namespace paperboy::test
