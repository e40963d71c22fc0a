#include "integrations/llm/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/time.hpp"

namespace paperboy::integrations::llm {
namespace {

using flow::Reply;
using Kind = Reply::Kind;
using testing::HasSubstr;

const Time now = *parse_rfc3339("2026-06-02T05:00:00Z");

net::Response response(int status, std::string body, net::Headers headers = {}) {
  net::Response made;
  made.status = status;
  made.body = std::move(body);
  made.headers = std::move(headers);
  return made;
}

std::string error(const std::string& type, const std::string& code, const std::string& message = "x") {
  return R"({"error":{"message":")" + message + R"(","type":")" + type + R"(","param":null,"code":")" + code + R"("}})";
}

struct Failure {
  const char* name;
  int status;
  std::string body;
  Kind kind;
  net::Headers headers = {};
  std::optional<Duration> wait = std::nullopt;
};

class Failures : public testing::TestWithParam<Failure> {};

TEST_P(Failures, MeanWhatTheProvidersSay) {
  const Failure& failure = GetParam();
  const Reply reply = read_response(response(failure.status, failure.body, failure.headers), now);
  EXPECT_EQ(reply.kind, failure.kind) << reply.detail;
  EXPECT_EQ(reply.wait, failure.wait);
  EXPECT_TRUE(reply.json.empty());
}

using namespace std::chrono_literals;

INSTANTIATE_TEST_SUITE_P(
    Llm, Failures,
    testing::Values(
        Failure{"Speed", 429, error("requests", "rate_limit_exceeded"), Kind::later, {{"retry-after", "7"}}, 7s},
        Failure{"SpeedInMilliseconds",
                429,
                error("tokens", "rate_limit_exceeded"),
                Kind::later,
                {{"retry-after-ms", "1250"}, {"retry-after", "2"}},
                1250ms},
        Failure{"SpeedWithFraction", 429, "{}", Kind::later, {{"retry-after", "0.5"}}, 500ms},
        Failure{"SpeedWithDate", 429, "{}", Kind::later, {{"retry-after", "Tue, 02 Jun 2026 05:00:30 GMT"}}, 30s},
        Failure{"NoMoney", 429, error("insufficient_quota", "insufficient_quota"), Kind::exhausted},
        Failure{
            "NoMoneyAtGemini", 429,
            R"([{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProject"}]}]}}])",
            Kind::exhausted},
        Failure{
            "SpeedAtGemini", 429,
            R"([{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerMinutePerProject"}]}]}}])",
            Kind::later},
        Failure{"NoCredit", 402, R"({"error":"Insufficient credits"})", Kind::exhausted},
        Failure{"WrongKey", 401, error("invalid_request_error", "invalid_api_key"), Kind::misconfigured},
        Failure{"WrongKeyAtGemini", 400, R"([{"error":{"code":400,"message":"API key not valid."}}])",
                Kind::misconfigured},
        Failure{"NoModel", 404, error("invalid_request_error", "model_not_found"), Kind::misconfigured},
        Failure{"ModelNotPulled", 404, R"({"error":{"message":"model 'x' not found","type":"not_found_error"}})",
                Kind::misconfigured},
        Failure{"TooLong", 400, error("invalid_request_error", "context_length_exceeded"), Kind::too_long},
        Failure{"TooLongAtVllm", 400,
                R"({"object":"error","message":"This model's maximum context length is 4096 tokens.","code":400})",
                Kind::too_long},
        Failure{"TooLarge", 413, "<html>", Kind::too_long},
        Failure{"Malformed", 422, R"({"detail":[{"loc":["body"],"msg":"extra inputs"}]})", Kind::unusable},
        Failure{"Down", 500, "", Kind::later}, Failure{"Proxy", 502, "<html>Bad gateway</html>", Kind::later},
        Failure{"Loading", 503, R"({"error":{"message":"Loading model"}})", Kind::later},
        Failure{"Overloaded", 529, "{}", Kind::later},
        Failure{"ErrorInside", 200, R"({"error":{"code":429,"message":"slow down"}})", Kind::later},
        Failure{"ErrorInAChoice", 200, R"({"choices":[{"error":{"code":502,"message":"upstream"}}]})", Kind::later},
        Failure{"NoJson", 200, "<html>Welcome</html>", Kind::later},
        Failure{"HalfJson", 200, "{\"choices\":[{", Kind::later},
        Failure{"NoChoices", 200, R"({"choices":[]})", Kind::unusable},
        Failure{"NullContent", 200, R"({"choices":[{"finish_reason":"stop","message":{"content":null}}]})",
                Kind::unusable},
        Failure{"Refusal", 200,
                R"({"choices":[{"finish_reason":"stop","message":{"content":"{}","refusal":"I cannot"}}]})",
                Kind::unusable},
        Failure{"Cut", 200, R"({"choices":[{"finish_reason":"length","message":{"content":"{}"}}]})", Kind::unusable},
        Failure{"Filtered", 200, R"({"choices":[{"finish_reason":"content_filter","message":{"content":"{}"}}]})",
                Kind::unusable}),
    [](const testing::TestParamInfo<Failure>& each) { return each.param.name; });

struct Written {
  const char* name;
  std::string content, object;
};

class Extraction : public testing::TestWithParam<Written> {};

TEST_P(Extraction, FindsTheObjectOrNothing) {
  EXPECT_EQ(extract_object(GetParam().content), GetParam().object);
}

INSTANTIATE_TEST_SUITE_P(
    Llm, Extraction,
    testing::Values(Written{"Plain", R"({"a":1})", R"({"a":1})"},
                    Written{"Fenced", "Here it is:\n```json\n{\"a\":{\"b\":\"}\"}}\n```\nDone.", R"({"a":{"b":"}"}})"},
                    Written{"Thoughts", "<think>{\"a\":0}</think>{\"a\":1}", R"({"a":1})"},
                    Written{"ThoughtsWithoutBeginning", "{\"a\":0} hm</think>{\"a\":1}", R"({"a":1})"},
                    Written{"NothingButThoughts", "<think>{\"a\":0}", ""},
                    Written{"ProseInBraces", "{so to say} {\"a\":1}", R"({"a":1})"},
                    Written{"Half", R"({"a":[1,2)", ""}, Written{"Empty", "", ""},
                    Written{"QuotesInText", R"({"a":"say \"{\" and }"})", R"({"a":"say \"{\" and }"})"},
                    Written{"TooDeep", std::string(40, '{') + std::string(40, '}'), ""}),
    [](const testing::TestParamInfo<Written>& each) { return each.param.name; });

TEST(Manner, GoesDownTheLadderAndChangesTheLimit) {
  const net::Response no_schema = response(400, error("invalid_request_error", "", "json_schema is not supported"));
  const Manner second = after_refusal(no_schema, {});
  EXPECT_EQ(second, (Manner{Form::object, LimitField::max_tokens}));
  const Manner third = after_refusal(response(400, error("x", "", "unknown response_format")), second);
  EXPECT_EQ(third.form, Form::plain);
  EXPECT_EQ(after_refusal(response(400, error("x", "", "unknown response_format")), third), third);
  const net::Response limit =
      response(400, error("invalid_request_error", "unsupported_parameter", "'max_tokens' is not supported"));
  EXPECT_EQ(after_refusal(limit, {}).limit, LimitField::max_completion_tokens);
  EXPECT_EQ(after_refusal(response(400, error("x", "context_length_exceeded")), {}), Manner{});
  EXPECT_EQ(after_refusal(response(500, error("x", "", "schema")), {}), Manner{}) << "a crash is not a refusal";
}

TEST(Usage, IsTakenAsTheServerCounts) {
  const Reply reply = read_response(response(200, R"({"choices":[{"finish_reason":"stop","message":{"content":"{}"}}],
                       "usage":{"prompt_tokens":12,"completion_tokens":5}})"),
                                    now);
  EXPECT_EQ(reply.kind, Kind::answered);
  EXPECT_EQ(reply.prompt_tokens, 12);
  EXPECT_EQ(reply.reply_tokens, 5);
}

TEST(Details, AreOneShortLineWithoutControls) {
  const Reply reply = read_response(response(400, error("x", "", std::string(5000, 'a') + "\\u001b[31m")), now);
  EXPECT_LT(reply.detail.size(), 400u);
  EXPECT_THAT(reply.detail, testing::Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace paperboy::integrations::llm
