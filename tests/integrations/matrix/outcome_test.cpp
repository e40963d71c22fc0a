#include "integrations/matrix/outcome.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paperboy::integrations::matrix {
namespace {

using Class = flow::Outcome::Class;
using testing::HasSubstr;
using testing::Not;

const Time now = from_epoch_ms(1'790'000'000'000);

Reply reply(int status, const std::string& body, net::Headers headers = {}) {
  net::Response response;
  response.status = status;
  response.body = body;
  response.headers = std::move(headers);
  return reply_of(response, now);
}
Reply failure(int status, const std::string& errcode) {
  return reply(status, R"({"errcode":")" + errcode + R"(","error":"the server's words"})");
}
Asked asked(Step step) {
  return {step, "#papers:example.org", "@paperboy:example.org"};
}

TEST(Outcomes, AreDecidedByTheErrcodeThenByTheStatus) {
  const struct {
    Step step;
    Reply reply;
    Class kind;
    bool whole, unreachable;
    const char* says;
  } cases[] = {
      {Step::send, reply(200, R"({"event_id":"$e"})"), Class::sent, false, false, ""},
      {Step::send, failure(429, "M_LIMIT_EXCEEDED"), Class::throttled, true, false, ""},
      {Step::sign_in, failure(429, "M_LIMIT_EXCEEDED"), Class::throttled, true, false, ""},
      {Step::join, failure(429, "M_LIMIT_EXCEEDED"), Class::throttled, false, false, ""},
      {Step::make_room, reply(429, "<html>slow</html>"), Class::throttled, false, false, ""},
      {Step::send, failure(401, "M_UNKNOWN_TOKEN"), Class::not_sent, true, false, "token_file"},
      {Step::send, failure(401, "M_MISSING_TOKEN"), Class::not_sent, true, false, "Authorization"},
      {Step::send, failure(401, "M_USER_LOCKED"), Class::not_sent, true, false, "locked"},
      {Step::send, failure(403, "M_USER_SUSPENDED"), Class::not_sent, true, false, "suspended"},
      {Step::sign_in, failure(403, "M_USER_DEACTIVATED"), Class::not_sent, true, false, "deactivated"},
      {Step::send, failure(403, "M_CONSENT_NOT_GIVEN"), Class::not_sent, true, false, "terms"},
      {Step::send, failure(403, "M_RESOURCE_LIMIT_EXCEEDED"), Class::not_sent, true, false, "administrator"},
      {Step::sign_in, failure(403, "M_FORBIDDEN"), Class::not_sent, true, false, "password"},
      {Step::send, failure(403, "M_FORBIDDEN"), Class::refused, false, true, "/invite @paperboy:example.org"},
      {Step::join, failure(403, "M_FORBIDDEN"), Class::refused, false, true, "/invite @paperboy:example.org"},
      {Step::join, failure(404, "M_UNKNOWN"), Class::refused, false, true, "/invite @paperboy:example.org"},
      {Step::make_room, failure(403, "M_INVITE_BLOCKED"), Class::refused, false, true, "accepts no invitations"},
      {Step::find_room, failure(404, "M_NOT_FOUND"), Class::refused, false, true, "no such room"},
      {Step::send, failure(413, "M_TOO_LARGE"), Class::refused, false, false, ""},
      {Step::send, failure(400, "M_BAD_JSON"), Class::refused, false, false, "the server's words"},
      {Step::send, failure(400, "M_UNKNOWN"), Class::refused, false, false, ""},
      {Step::send, failure(404, "M_UNRECOGNIZED"), Class::not_sent, true, false, "homeserver"},
      {Step::send, failure(500, "M_UNKNOWN"), Class::ambiguous, false, false, ""},
      {Step::look, failure(500, "M_UNKNOWN"), Class::not_sent, false, false, ""},
      {Step::send, reply(502, "<html>Bad Gateway</html>"), Class::ambiguous, false, false, "does not say why"},
      {Step::send, reply(408, ""), Class::ambiguous, false, false, ""},
      {Step::send, reply(200, "<html>welcome</html>"), Class::ambiguous, false, false, ""},
      {Step::send, reply(200, "[]"), Class::ambiguous, false, false, ""},
      {Step::join, reply(503, ""), Class::not_sent, false, false, ""},
      {Step::sign_in, reply(503, ""), Class::not_sent, true, false, ""},
      {Step::send, reply(404, "<html>nginx</html>"), Class::not_sent, true, false, "homeserver"},
      {Step::send, reply(301, ""), Class::not_sent, true, false, "moved"},
      {Step::send, reply_of(net::NetError("refused", net::Phase::before_request)), Class::not_sent, true, false,
       "refused"},
      {Step::send, reply_of(net::NetError("timed out", net::Phase::after_request)), Class::ambiguous, false, false,
       "timed out"},
      {Step::join, reply_of(net::NetError("timed out", net::Phase::after_request)), Class::not_sent, false, false, ""},
  };
  for (const auto& [step, its, kind, whole, unreachable, says] : cases) {
    const flow::Outcome outcome = outcome_of(its, asked(step));
    SCOPED_TRACE(outcome.code + ": " + outcome.detail);
    EXPECT_EQ(outcome.kind, kind);
    EXPECT_EQ(outcome.whole_provider, whole);
    EXPECT_EQ(outcome.unreachable, unreachable);
    EXPECT_THAT(outcome.detail, HasSubstr(says));
    EXPECT_THAT(outcome.detail, Not(HasSubstr(outcome.code))) << "the code is said twice";
  }
}

TEST(Outcomes, TheLongerOfTwoWaitsCounts) {
  const std::string both = R"({"errcode":"M_LIMIT_EXCEEDED","error":"","retry_after_ms":4820})";
  EXPECT_EQ(reply(429, both, {{"retry-after", "5"}}).wait, std::chrono::seconds(5));
  EXPECT_EQ(reply(429, both, {{"retry-after", "2"}}).wait, std::chrono::milliseconds(4820));
  EXPECT_EQ(reply(429, both).wait, std::chrono::milliseconds(4820));
  EXPECT_EQ(reply(429, "", {{"retry-after", "7"}}).wait, std::chrono::seconds(7));
  EXPECT_EQ(reply(429, "").wait, std::nullopt);
  EXPECT_EQ(reply(429, R"({"retry_after_ms":-5})").wait, Duration{});
  EXPECT_EQ(reply(429, R"({"retry_after_ms":1e300})").wait, std::chrono::milliseconds(1'000'000'000));
  EXPECT_EQ(reply(429, R"({"retry_after_ms":"soon"})").wait, std::nullopt);
  EXPECT_EQ(outcome_of(reply(429, both), asked(Step::send)).retry_after, std::chrono::milliseconds(4820));
}

TEST(Outcomes, TheServersWordsAreOneLineOfPlainText) {
  const Reply its =
      reply(400, "{\"errcode\":\"M_UNKNOWN\",\"error\":\"a\\n\\u001b[31m" + std::string(5000, 'b') + "\"}");
  EXPECT_LE(its.error.size(), 310u);
  EXPECT_EQ(its.error.find('\n'), std::string::npos);
  EXPECT_EQ(its.error.find('\x1b'), std::string::npos);
  EXPECT_EQ(reply(400, R"({"errcode":7,"error":[]})").errcode, "");
  EXPECT_TRUE(signed_out(reply(401, R"({"errcode":"M_UNKNOWN_TOKEN","soft_logout":true})")));
  EXPECT_FALSE(signed_out(failure(401, "M_USER_LOCKED")));
}

}  // namespace
}  // namespace paperboy::integrations::matrix
