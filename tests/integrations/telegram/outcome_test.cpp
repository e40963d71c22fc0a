#include "integrations/telegram/outcome.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/time.hpp"

namespace paperboy::integrations::telegram {
namespace {

using Class = flow::Outcome::Class;
using testing::HasSubstr;
using testing::Not;

const Time now = *parse_rfc3339("2026-11-22T08:00:00Z");

struct Case {
  const char* name;
  int status;
  std::string body;
  Class kind;
  std::string code, detail;  // detail: a part of it
  bool whole_provider = false;
};

std::string failure(int code, const std::string& description) {
  return R"({"ok":false,"error_code":)" + std::to_string(code) + R"(,"description":")" + description + "\"}";
}

class Answers : public testing::TestWithParam<Case> {};

TEST_P(Answers, AreJudged) {
  const Case& c = GetParam();
  net::Response response;
  response.status = c.status;
  response.body = c.body;
  const Verdict verdict = verdict_of(response, now);
  EXPECT_EQ(verdict.outcome.kind, c.kind);
  EXPECT_EQ(verdict.outcome.code, c.code);
  EXPECT_THAT(verdict.outcome.detail, HasSubstr(c.detail));
  EXPECT_THAT(verdict.outcome.detail, Not(HasSubstr(c.code))) << "the code is said twice";
  EXPECT_EQ(verdict.outcome.whole_provider, c.whole_provider);
}

INSTANTIATE_TEST_SUITE_P(
    Telegram, Answers,
    testing::Values(
        Case{"Sent", 200, R"({"ok":true,"result":{"message_id":9,"chat":{"id":-1001234567890}}})", Class::sent, "200",
             ""},
        Case{"PortalPage", 200, "<html>Please sign in</html>", Class::ambiguous, "200", "unknown"},
        Case{"Empty", 200, "", Class::ambiguous, "200", "unknown"},
        Case{"JsonThatIsNoAnswer", 200, "[1]", Class::ambiguous, "200", "unknown"},
        Case{"FailureUnderStatus200", 200, failure(403, "Forbidden: bot was blocked by the user"), Class::refused,
             "403", "press Start"},
        Case{"Blocked", 403, failure(403, "Forbidden: bot was blocked by the user"), Class::refused, "403",
             "press Start"},
        Case{"NeverStarted", 403, failure(403, "Forbidden: bot can't initiate conversation with a user"),
             Class::refused, "403", "presses Start"},
        Case{"Deactivated", 403, failure(403, "Forbidden: user is deactivated"), Class::refused, "403", "was deleted"},
        Case{"Kicked", 403, failure(403, "Forbidden: bot was kicked from the supergroup chat"), Class::refused, "403",
             "add the bot"},
        Case{"NotAMember", 403, failure(403, "Forbidden: bot is not a member of the channel chat"), Class::refused,
             "403", "add the bot"},
        Case{"UnknownChat", 400, failure(400, "Bad Request: chat not found"), Class::refused, "400",
             "check the destination"},
        Case{"Mute", 400, failure(400, "Bad Request: need administrator rights in the channel chat"), Class::refused,
             "400", "may post"},
        Case{"TopicClosed", 400, failure(400, "Bad Request: TOPIC_CLOSED"), Class::refused, "400", "topic"},
        Case{"TooLong", 400, failure(400, "Bad Request: message is too long"), Class::refused, "400", "too long"},
        Case{"UnknownRefusal", 400, failure(400, "Bad Request: SOMETHING_NEW"), Class::refused, "400", "SOMETHING_NEW"},
        Case{"Revoked", 401, failure(401, "Unauthorized"), Class::not_sent, "401", "@BotFather", true},
        Case{"MangledToken", 404, failure(404, "Not Found"), Class::not_sent, "404", "check the token", true},
        Case{"Conflict", 409, failure(409, "Conflict: terminated"), Class::not_sent, "409", "Conflict"},
        Case{"OtherServer", 421, failure(421, "Misdirected Request"), Class::not_sent, "421", "api_url", true},
        Case{"NewCode", 418, failure(418, "I'm a teapot"), Class::not_sent, "418", "teapot", true},
        Case{"ProxySaysNo", 403, "<html>Forbidden</html>", Class::not_sent, "403", "api_url", true},
        Case{"ProxySaysTooLarge", 413, "<html>", Class::refused, "413", "too large"},
        Case{"Redirect", 302, "", Class::not_sent, "302", "api_url", true},
        Case{"ProxyTimeout", 408, "", Class::ambiguous, "408", "unknown"},
        Case{"Restart", 500, failure(500, "Internal Server Error: restart"), Class::ambiguous, "500", "restart"},
        Case{"BadGateway", 502, "<html>Bad Gateway</html>", Class::ambiguous, "502", "unknown"},
        Case{"GatewayTimeout", 504, "", Class::ambiguous, "504", "unknown"},
        Case{"DeepJson", 400, std::string(5000, '['), Class::not_sent, "400", "api_url", true}),
    [](const auto& tested) { return tested.param.name; });

TEST(Verdict, NamesTheMessage) {
  net::Response response;
  response.status = 200;
  response.body = R"({"ok":true,"result":{"message_id":9,"chat":{"id":-1001234567890},"new_field":1}})";
  EXPECT_EQ(verdict_of(response, now).outcome.provider_ref, "-1001234567890:9");
  response.body = R"({"ok":true,"result":true})";
  EXPECT_EQ(verdict_of(response, now).outcome.provider_ref, "");
}

struct Wait {
  const char* name;
  std::string body, header;
  std::optional<Duration> wait;
};

class Waits : public testing::TestWithParam<Wait> {};

TEST_P(Waits, AreFound) {
  net::Response response;
  response.status = 429;
  response.body = GetParam().body;
  if (!GetParam().header.empty()) response.headers = {{"retry-after", GetParam().header}};
  const flow::Outcome outcome = verdict_of(response, now).outcome;
  EXPECT_EQ(outcome.kind, Class::throttled);
  EXPECT_EQ(outcome.retry_after, GetParam().wait);
  EXPECT_FALSE(outcome.whole_provider);
}

INSTANTIATE_TEST_SUITE_P(
    Telegram, Waits,
    testing::Values(
        Wait{"Parameter", R"({"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":7}})", "",
             std::chrono::seconds(7)},
        Wait{"ParameterBeforeHeader",
             R"({"ok":false,"error_code":429,"description":"","parameters":{"retry_after":7}})", "3",
             std::chrono::seconds(7)},
        Wait{"Header", "<html>", "3", std::chrono::seconds(3)},
        Wait{"Date", "", "Sun, 22 Nov 2026 08:00:30 GMT", std::chrono::seconds(30)},
        Wait{"Words", failure(429, "Too Many Requests: retry after 12"), "", std::chrono::seconds(12)},
        Wait{"None", failure(429, "Too Many Requests"), "", std::nullopt},
        Wait{"Absurd", R"({"ok":false,"error_code":429,"description":"","parameters":{"retry_after":99999999999}})", "",
             std::chrono::hours(24)},
        Wait{"Negative", R"({"ok":false,"error_code":429,"description":"","parameters":{"retry_after":-5}})", "",
             std::chrono::seconds(0)}),
    [](const auto& tested) { return tested.param.name; });

TEST(Verdict, ToldWhatMayStillHelp) {
  net::Response response;
  response.status = 400;
  for (const char* trouble :
       {"can't parse entities: Unsupported start tag \\\"br\\\" at byte offset 12", "ENTITIES_TOO_LONG",
        "text is too long", "BUTTON_DATA_INVALID", "wrong HTTP URL specified"}) {
    response.body = failure(400, std::string("Bad Request: ") + trouble);
    EXPECT_TRUE(verdict_of(response, now).markup_refused) << trouble;
  }
  for (const char* trouble : {"chat not found", "message is too long", "message text is empty"}) {
    response.body = failure(400, std::string("Bad Request: ") + trouble);
    EXPECT_FALSE(verdict_of(response, now).markup_refused) << trouble;
  }
  response.body =
      R"({"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat",)"
      R"("parameters":{"migrate_to_chat_id":-1001234567890}})";
  EXPECT_EQ(verdict_of(response, now).moved_to, -1001234567890);
  response.status = 404;
  response.body = failure(404, "Not Found: method not found");
  EXPECT_TRUE(verdict_of(response, now).method_unknown);
  response.body = failure(404, "Not Found");
  EXPECT_FALSE(verdict_of(response, now).method_unknown);
}

TEST(Verdict, OfAnEdit) {
  net::Response response;
  response.status = 400;
  for (const char* trouble : {"message to edit not found", "message can't be edited",
                              "there is no text in the message to edit", "MESSAGE_ID_INVALID"}) {
    response.body = failure(400, std::string("Bad Request: ") + trouble);
    EXPECT_TRUE(verdict_of(response, now).cannot_edit) << trouble;
  }
  response.body = failure(400, "Bad Request: message is not modified: specified new message content is the same");
  EXPECT_TRUE(verdict_of(response, now).not_modified);
  EXPECT_FALSE(verdict_of(response, now).cannot_edit);
}

struct Whose {
  int status;
  std::string body;
  bool for_operator;
};

TEST(Verdict, WhatWaitingDoesNotMendIsTheOperators) {
  for (const Whose& whose :
       {Whose{401, failure(401, "Unauthorized"), true}, Whose{404, failure(404, "Not Found"), true},
        Whose{404, failure(404, "Not Found: method not found"), false},
        Whose{421, failure(421, "Misdirected Request"), true}, Whose{401, "<html>proxy</html>", false},
        Whose{404, "", false}, Whose{409, failure(409, "Conflict"), false},
        Whose{500, failure(500, "restart"), false}}) {
    net::Response response;
    response.status = whose.status;
    response.body = whose.body;
    EXPECT_EQ(verdict_of(response, now).for_operator, whose.for_operator) << whose.body;
  }
}

TEST(OutcomeOf, AConnectionThatFailedEarlyDeliveredNothing) {
  const net::NetError early("POST api.telegram.org: refused", net::Phase::before_request);
  const net::NetError late("POST api.telegram.org: timeout", net::Phase::after_request);
  EXPECT_EQ(outcome_of(early).kind, Class::not_sent);
  EXPECT_FALSE(outcome_of(early).whole_provider);
  EXPECT_EQ(outcome_of(late).kind, Class::ambiguous);
}

}  // namespace
}  // namespace paperboy::integrations::telegram
