#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <optional>

#include "daemon/base/log.hpp"
#include "integrations/plugin.hpp"
#include "tests/integrations/telegram/reading.hpp"
#include "tests/support/channel_memory.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/map_inbox.hpp"

namespace paperboy::integrations::telegram {

extern const Plugin plugin;

namespace {

namespace json = boost::json;
using Class = flow::Outcome::Class;
using test::Answer;
using test::FakeTelegram;
using test::Fault;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// Waits for an answer shorter than the channel would.
class Impatient final : public net::Client {
 public:
  explicit Impatient(net::Client& client) : client_(client) {}
  async::Awaitable<net::Response> fetch(net::Request request) override {
    EXPECT_EQ(request.timeout, std::chrono::seconds(30));
    EXPECT_EQ(request.max_redirects, 0);
    request.timeout = timeout;
    return client_.fetch(std::move(request));
  }
  async::Awaitable<net::MailReply> send_mail(net::MailServer, net::Mail, net::MailTimeouts) override {
    throw std::logic_error("a chat sent a mail");
  }
  Duration timeout = std::chrono::seconds(10);

 private:
  net::Client& client_;
};

class Telegram : public testing::Test {
 protected:
  Telegram() { make(); }

  // As after a restart: only the memory is left.
  void make(const std::string& more = "", const std::string& token = FakeTelegram::token) {
    settings::Findings findings;
    const settings::Node root =
        settings::Node::parse("token: '" + token + "'\napi_url: " + fake_.url() + "\n" + more, "t.yaml", findings);
    const Offer offer = plugin.read(root);
    EXPECT_TRUE(findings.empty()) << findings.to_string();
    channel_ = offer.channel(Toolbox{client_, lanes_, memory_, clock_, templates_, "ops@example.org"});
  }

  std::vector<flow::Part> compose(const std::string& markdown) {
    flow::Composition composition;
    composition.title = "Title";
    composition.brief = digest::parse_markdown(markdown);
    return channel_->compose(composition);
  }

  flow::Outcome send(const std::string& destination, const std::string& payload, const std::string& replaces = "") {
    flow::Outgoing message;
    message.replaces = replaces;
    message.delivery_id = "d1";
    message.destination = destination;
    message.payload = payload;
    flow::Outcome outcome;
    test::run(loop_, send_into(outcome, *channel_, std::move(message)));
    EXPECT_THAT(outcome.detail, AllOf(Not(HasSubstr(FakeTelegram::token)), Not(HasSubstr("AAFakeToken"))));
    EXPECT_THAT(outcome.code, Not(HasSubstr("AAFakeToken")));
    return outcome;
  }
  flow::Outcome send_to(const std::string& destination) {
    return send(destination, compose("Hello *you*").at(0).payload);
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const json::value& entry : fake_.applied()) out.emplace_back(entry.as_object().at("text").as_string());
    return out;
  }
  const json::object& last() const { return fake_.applied().back().as_object(); }

  static async::Awaitable<> send_into(flow::Outcome& outcome, flow::Channel& channel, flow::Outgoing message) {
    outcome = co_await channel.send(std::move(message));
  }

  boost::asio::io_context loop_;
  FakeTelegram fake_{loop_};
  std::unique_ptr<net::Client> curl_ = net::make_curl_client(loop_.get_executor(), "Paperboy/test");
  Impatient client_{*curl_};
  test::NoLanes lanes_;
  test::MapMemory memory_;
  SystemClock clock_;
  digest::Templates templates_{{std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"}};
  std::unique_ptr<flow::Channel> channel_;
};

TEST_F(Telegram, EveryFormOfDestinationIsReached) {
  EXPECT_EQ(send_to("55").provider_ref, "55:1");
  EXPECT_EQ(send_to("-1001234567890").provider_ref, "-1001234567890:2");
  EXPECT_EQ(send_to("-1001234567890/42").provider_ref, "-1001234567890:3");
  EXPECT_EQ(send_to("@paperboy_news").provider_ref, "-1009876543210:4");
  std::vector<std::string> destinations;
  for (const json::value& entry : fake_.applied()) {
    destinations.emplace_back(entry.as_object().at("destination").as_string());
  }
  EXPECT_THAT(destinations, ElementsAre("55", "-1001234567890", "-1001234567890/42", "@paperboy_news"));
  EXPECT_THAT(texts(), testing::Each("Hello you"));
}

TEST_F(Telegram, TheBytesAreTheComposedOnes) {
  const auto parts = compose("# T\n\nText & *more*");
  ASSERT_EQ(send("55", parts.at(0).payload).kind, Class::sent);
  EXPECT_EQ(last().at("key").as_string(), parts.at(0).provider_key);
  json::object raw = last().at("raw").as_object();
  raw.erase("chat_id");
  EXPECT_EQ(json::serialize(raw), parts.at(0).payload);
}

struct Refused {
  std::int64_t chat;
  std::string cure;
};

TEST_F(Telegram, RefusalsSayHowToMendThem) {
  const std::vector<Refused> all{{FakeTelegram::blocker, "press Start"},
                                 {FakeTelegram::stranger, "presses Start"},
                                 {FakeTelegram::deleted, "another destination"},
                                 {FakeTelegram::left_group, "add the bot"},
                                 {FakeTelegram::kicked_channel, "add the bot"},
                                 {FakeTelegram::mute_channel, "administrator who may post"},
                                 {FakeTelegram::read_only_group, "let the bot write"},
                                 {999, "presses Start"}};
  for (const Refused& refused : all) {
    const flow::Outcome outcome = send_to(std::to_string(refused.chat));
    EXPECT_EQ(outcome.kind, Class::refused) << refused.chat;
    EXPECT_FALSE(outcome.whole_provider);
    EXPECT_THAT(outcome.detail, HasSubstr(refused.cure));
  }
  EXPECT_THAT(send_to("-1001234567890/43").detail, HasSubstr("topic is closed"));
  EXPECT_THAT(send_to("-1001234567890/44").detail, HasSubstr("topic"));
  EXPECT_THAT(fake_.applied(), IsEmpty());
}

TEST_F(Telegram, ARevokedTokenStopsTheChannelAndIsNotShown) {
  make("", "1234567890:AAFakeTokenThatWasRevoked");
  const flow::Outcome outcome = send_to("55");
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_TRUE(outcome.whole_provider);
  EXPECT_THAT(outcome.detail, HasSubstr("@BotFather"));
}

TEST_F(Telegram, AnAnswerThatRepeatsTheUrlDoesNotShowTheToken) {
  Fault echo{.kind = Fault::Kind::instead};
  echo.answer = {400, std::string(R"({"ok":false,"error_code":400,"description":"no /bot)") + FakeTelegram::token +
                          "/sendMessage here, AAFakeTokenOfPaperboysTestsOnly_0-9xyz\"}"};
  fake_.fail_next("sendMessage", echo);
  EXPECT_THAT(send_to("55").detail, HasSubstr("no /bot<token>/sendMessage here, <token>"));
}

TEST_F(Telegram, AGroupThatMovedIsFollowedOnceAndForGood) {
  EXPECT_EQ(send_to("-4321").provider_ref, "-1004321432143:1");
  EXPECT_THAT(fake_.requests(), SizeIs(2));
  EXPECT_EQ(send_to("-4321").provider_ref, "-1004321432143:2");
  EXPECT_THAT(fake_.requests(), SizeIs(3));
  make();
  EXPECT_EQ(send_to("-4321").provider_ref, "-1004321432143:3");
  EXPECT_THAT(fake_.requests(), SizeIs(4));

  // To nowhere and back again: no end without the limit.
  Fault moved{.kind = Fault::Kind::instead};
  moved.answer = {400, R"({"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded",)"
                       R"("parameters":{"migrate_to_chat_id":-7}})"};
  fake_.fail_next("sendMessage", moved, 2);
  EXPECT_EQ(send_to("-8").kind, Class::refused);
  EXPECT_FALSE(fake_.faults_left());
}

TEST_F(Telegram, MarkupThatIsRefusedIsLeftOutOnce) {
  const flow::Outcome outcome = send("55", R"({"text":"a <b>b</b> &lt;c&gt; <br>d","parse_mode":"HTML"})");
  EXPECT_EQ(outcome.kind, Class::sent);
  EXPECT_THAT(fake_.requests(), SizeIs(2));
  EXPECT_THAT(texts(), ElementsAre("a b <c> d"));
  EXPECT_FALSE(last().at("raw").as_object().contains("parse_mode"));

  Fault refused{.kind = Fault::Kind::instead};
  refused.answer = {400, R"({"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: x"})"};
  fake_.fail_next("sendMessage", refused, 2);
  EXPECT_EQ(send_to("55").kind, Class::refused);
  EXPECT_FALSE(fake_.faults_left());
}

TEST_F(Telegram, AnOlderServerGetsThePlainForm) {
  make("rich: true\n");
  EXPECT_EQ(send_to("55").kind, Class::sent);
  EXPECT_TRUE(last().at("raw").as_object().contains("rich_message"));
  EXPECT_THAT(fake_.requests().back(), HasSubstr("/sendRichMessage"));

  fake_.know_rich(false);
  EXPECT_EQ(send_to("55").kind, Class::sent);
  EXPECT_EQ(send_to("55").kind, Class::sent);
  EXPECT_THAT(fake_.requests(), SizeIs(4)) << "asked once";
  EXPECT_THAT(texts(), testing::Each(HasSubstr("Hello you")));
}

TEST_F(Telegram, ARichMessageThatIsRefusedGoesOutPlain) {
  make("rich: true\n");
  Fault refused{.kind = Fault::Kind::instead};
  refused.answer = {400, R"({"ok":false,"error_code":400,"description":"Bad Request: RICH_MESSAGE_INVALID"})"};
  fake_.fail_next("sendRichMessage", refused);
  EXPECT_EQ(send_to("55").kind, Class::sent);
  EXPECT_EQ(send_to(std::to_string(FakeTelegram::blocker)).kind, Class::refused);
  EXPECT_THAT(fake_.requests(), SizeIs(3)) << "a refusal for the chat is not asked twice";
}

TEST_F(Telegram, ThrottledInEveryForm) {
  fake_.limit(1, std::chrono::minutes(1));
  EXPECT_EQ(send_to("55").kind, Class::sent);
  const flow::Outcome outcome = send_to("55");
  EXPECT_EQ(outcome.kind, Class::throttled);
  EXPECT_EQ(outcome.retry_after, std::chrono::minutes(1));
  EXPECT_EQ(send_to("56").kind, Class::sent) << "another chat";

  Fault by_header{.kind = Fault::Kind::instead};
  by_header.answer = {429, "<html>slow down</html>", "text/html", {"Retry-After: 9"}};
  fake_.fail_next("sendMessage", by_header);
  EXPECT_EQ(send_to("55").retry_after, std::chrono::seconds(9));
}

struct Trouble {
  const char* name;
  Fault::Kind kind;
  Class outcome;
  std::size_t applied;
};

class Troubles : public Telegram, public testing::WithParamInterface<Trouble> {};

TEST_P(Troubles, HaveTheirClass) {
  Fault fault{.kind = GetParam().kind, .answer = {502, "<html>Bad Gateway</html>", "text/html"}};
  fault.pause = std::chrono::seconds(3);
  fake_.fail_next("sendMessage", fault);
  client_.timeout = std::chrono::seconds(1);
  const flow::Outcome outcome = send_to("55");
  EXPECT_EQ(outcome.kind, GetParam().outcome) << outcome.detail;
  EXPECT_EQ(fake_.applied().size(), GetParam().applied);
  EXPECT_THAT(fake_.requests(), SizeIs(1)) << "never repeated by itself";
}

INSTANTIATE_TEST_SUITE_P(Telegram, Troubles,
                         testing::Values(Trouble{"DropBefore", Fault::Kind::drop_before, Class::ambiguous, 0},
                                         Trouble{"DropAfter", Fault::Kind::drop_after, Class::ambiguous, 1},
                                         Trouble{"ErrorAfter", Fault::Kind::error_after, Class::ambiguous, 1},
                                         Trouble{"Instead", Fault::Kind::instead, Class::ambiguous, 0},
                                         Trouble{"Trickle", Fault::Kind::trickle, Class::ambiguous, 1},
                                         Trouble{"Silence", Fault::Kind::silence, Class::ambiguous, 0}),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(Telegram, NobodyListeningIsSurelyNotSent) {
  settings::Findings findings;
  const settings::Node root = settings::Node::parse(
      "token: '1:AAFakeToken'\napi_url: http://127.0.0.1:" + std::to_string(test::closed_port()), "t.yaml", findings);
  channel_ = plugin.read(root).channel(Toolbox{client_, lanes_, memory_, clock_, templates_, "ops@example.org"});
  EXPECT_EQ(send_to("55").kind, Class::not_sent);
}

TEST_F(Telegram, WhatCannotBeReadIsRefused) {
  EXPECT_EQ(send("55", "{").kind, Class::refused);
  EXPECT_EQ(send("55", "[]").kind, Class::refused);
  EXPECT_EQ(send("nobody", "{}").kind, Class::refused);
  EXPECT_THAT(fake_.requests(), IsEmpty());
}

TEST_F(Telegram, KeepsToThePaceOfTelegram) {
  using OnAmbiguous = flow::ChannelTraits::OnAmbiguous;
  EXPECT_EQ(channel_->rate("55").interval, std::chrono::seconds(1));
  EXPECT_EQ(channel_->rate("-4321").interval, std::chrono::seconds(3));
  EXPECT_EQ(channel_->rate("@paperboy_news").interval, std::chrono::seconds(3));
  const flow::Rate all = channel_->traits().rate;
  EXPECT_LE(std::chrono::seconds(1) / all.interval + all.burst, 30);
  EXPECT_EQ(channel_->domain("-1001234567890/42"), channel_->domain("-1001234567890"));
  EXPECT_FALSE(channel_->traits().reconciles);
  EXPECT_EQ(channel_->traits().on_ambiguous, OnAmbiguous::resend_bounded);
  make("on_ambiguous: hold\n");
  EXPECT_EQ(channel_->traits().on_ambiguous, OnAmbiguous::hold);
}

// --- answers

TEST_F(Telegram, AnAnswerStandsBelowItsQuestion) {
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "what is 2512.07197?");
  flow::Composition composition;
  composition.destination = "55";
  composition.reply_to = "55:1";
  composition.brief = digest::parse_markdown("It is this.");
  EXPECT_EQ(send("55", channel_->compose(composition).at(0).payload).provider_ref, "55:2");
  EXPECT_EQ(last().at("raw").as_object().at("reply_parameters").as_object().at("message_id").as_int64(), 1);
  composition.reply_to = "55:77";  // deleted meanwhile
  EXPECT_EQ(send("55", channel_->compose(composition).at(0).payload).kind, Class::sent);
}

TEST_F(Telegram, AMessageTakesThePlaceOfAnother) {
  ASSERT_EQ(send("55", compose("Looking it up ...").at(0).payload).provider_ref, "55:1");
  const auto answer = compose("It is **this**.");
  EXPECT_EQ(send("55", answer.at(0).payload, "55:1").provider_ref, "55:1");
  EXPECT_THAT(texts(), ElementsAre("It is this."));
  EXPECT_THAT(fake_.requests().back(), HasSubstr("/editMessageText"));
  const flow::Outcome again = send("55", answer.at(0).payload, "55:1");
  EXPECT_EQ(again.kind, Class::sent) << "it says so already";
  EXPECT_EQ(again.provider_ref, "55:1");
  EXPECT_THAT(texts(), SizeIs(1));
}

TEST_F(Telegram, WhatCannotBeEditedIsSentAsNew) {
  fake_.say(FakeTelegram::ann, FakeTelegram::ann, "mine");  // 55:1
  const std::string payload = compose("It is this.").at(0).payload;
  for (const char* replaced : {"55:1", "55:99", "nonsense"}) {
    const flow::Outcome outcome = send("55", payload, replaced);
    EXPECT_EQ(outcome.kind, Class::sent) << replaced;
    EXPECT_NE(outcome.provider_ref, replaced);
  }
  EXPECT_THAT(texts(), SizeIs(3));
  // The group has moved since.
  EXPECT_EQ(send("-4321", payload, "-4321:5").provider_ref, "-1004321432143:5");
  EXPECT_EQ(send(std::to_string(FakeTelegram::blocker), payload, "403001:1").kind, Class::refused);
}

TEST_F(Telegram, AnEditKeepsWhatTheMessageWouldHave) {
  make("rich: true\nbuttons: true\n");
  const auto parts = compose("Text\n\n[Save](action:save/2611.1)");
  ASSERT_EQ(send("55", compose("Wait").at(0).payload).provider_ref, "55:1");
  EXPECT_EQ(send("55", parts.at(0).payload, "55:1").provider_ref, "55:1");
  EXPECT_TRUE(last().at("raw").as_object().contains("reply_markup"));
  EXPECT_TRUE(last().at("raw").as_object().contains("rich_message"));
  // To an older server.
  fake_.know_rich(false);
  EXPECT_EQ(send("55", compose("Other").at(0).payload, "55:1").provider_ref, "55:1");
  EXPECT_FALSE(last().at("raw").as_object().contains("rich_message"));
  EXPECT_THAT(texts(), ElementsAre("Other"));
}

class EditTroubles : public Troubles {};

TEST_P(EditTroubles, HaveTheirClass) {
  ASSERT_EQ(send_to("55").provider_ref, "55:1");
  Fault fault{.kind = GetParam().kind, .answer = {502, "<html>Bad Gateway</html>", "text/html"}};
  fault.pause = std::chrono::seconds(3);
  fake_.fail_next("editMessageText", fault);
  client_.timeout = std::chrono::seconds(1);
  const std::string payload = compose("Changed").at(0).payload;
  EXPECT_EQ(send("55", payload, "55:1").kind, GetParam().outcome);
  client_.timeout = std::chrono::seconds(10);
  EXPECT_EQ(send("55", payload, "55:1").kind, Class::sent) << "an edit is the same the second time";
  EXPECT_THAT(texts(), ElementsAre("Changed"));
}

INSTANTIATE_TEST_SUITE_P(Telegram, EditTroubles,
                         testing::Values(Trouble{"DropBefore", Fault::Kind::drop_before, Class::ambiguous, 0},
                                         Trouble{"DropAfter", Fault::Kind::drop_after, Class::ambiguous, 1},
                                         Trouble{"ErrorAfter", Fault::Kind::error_after, Class::ambiguous, 1},
                                         Trouble{"Silence", Fault::Kind::silence, Class::ambiguous, 0}),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(Telegram, WhoReadsAloudAndAlone) {
  EXPECT_EQ(channel_->account_of("55"), "55");
  EXPECT_EQ(channel_->account_of("55/42"), "55");
  for (const char* others : {"-4321", "-1001234567890/42", "@paperboy_news", "nobody", ""}) {
    EXPECT_EQ(channel_->account_of(others), std::nullopt) << others;
  }
}

TEST_F(Telegram, ListensWhenItIsToldTo) {
  EXPECT_FALSE(channel_->listens());
  EXPECT_EQ(channel_->call_sign(), "/");
  EXPECT_FALSE(test::payload_of(compose("Text\n\n[Save](action:save/1)").at(0)).contains("reply_markup"));
  make("listen: true\n");
  EXPECT_TRUE(channel_->listens());
  EXPECT_TRUE(test::payload_of(compose("Text\n\n[Save](action:save/1)").at(0)).contains("reply_markup"))
      << "buttons, since somebody answers them";
  make("listen: true\nbuttons: false\n");
  EXPECT_FALSE(test::payload_of(compose("Text\n\n[Save](action:save/1)").at(0)).contains("reply_markup"));
}

TEST_F(Telegram, AWebhookNeedsPages) {
  make("listen: true\nwebhook: true\n");
  test::MapInbox inbox;
  try {
    test::run(loop_, channel_->listen(inbox));
    ADD_FAILURE() << "it listens";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("web.public_url"));
  }
}

// --- the fake

struct Markup {
  std::string html, error;
};

TEST(FakeTelegramHtml, IsReadAsTheServerReadsIt) {
  const std::string prefix = "can't parse entities: ";
  const std::vector<Markup> all{{"Hello world <br>", "Unsupported start tag \"br\" at byte offset 12"},
                                {"é <p>x</p>", "Unsupported start tag \"p\" at byte offset 3"},
                                {"<b>x</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""},
                                {"<b>x", "Can't find end tag corresponding to start tag \"b\""},
                                {"x <b", "Unclosed start tag at byte offset 2"},
                                {"x</b>", "Unexpected end tag at byte offset 1"},
                                {"a < b", "Unsupported start tag \"\" at byte offset 2"},
                                {"<a =\"x\">y</a>", "Empty attribute name in the tag \"a\" at byte offset 0"},
                                {"<span>x</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0"},
                                {"<b>x</b", "Unclosed end tag at byte offset 4"}};
  for (const Markup& markup : all) EXPECT_EQ(test::parse_telegram_html(markup.html).error, prefix + markup.error);
}

TEST(FakeTelegramHtml, CountsEntitiesInUtf16) {
  const test::TelegramText text = test::parse_telegram_html(
      "  😀<b>é</b> <a href=\"https://a.example/?a&amp;b\">&lt;😀&#x1F600;</a> &nbsp;<a href='x'>y</a>  ");
  EXPECT_EQ(text.text, "😀é <😀😀 &nbsp;y");
  ASSERT_THAT(text.entities, SizeIs(2));
  EXPECT_EQ(text.entities[0].offset, 2u);
  EXPECT_EQ(text.entities[0].length, 1u);
  EXPECT_EQ(text.entities[1].offset, 4u);
  EXPECT_EQ(text.entities[1].length, 5u);
  EXPECT_EQ(text.entities[1].url, "https://a.example/?a&b");
}

TEST(FakeTelegramHtml, KeepsTheLimits) {
  const auto check = [](const std::string& text) {
    return test::check_telegram_message("sendMessage", {{"text", text}, {"parse_mode", "HTML"}}).value_or("");
  };
  EXPECT_EQ(check(std::string(4096, 'x')), "");
  EXPECT_EQ(check(std::string(4097, 'x')), "message is too long");
  EXPECT_EQ(check("<b>" + std::string(4096, 'x') + "</b>  \n"), "");
  EXPECT_EQ(check(std::string(32'769, 'x')), "text is too long");
  EXPECT_EQ(check(" \n\u200b"), "message text is empty");
  std::string links;
  for (int i = 0; i < 99; ++i) links += "<a href=\"https://a.example/" + std::string(100, 'x') + "\">y</a>";
  EXPECT_EQ(check(links), "ENTITIES_TOO_LONG");
}

}  // namespace
}  // namespace paperboy::integrations::telegram
