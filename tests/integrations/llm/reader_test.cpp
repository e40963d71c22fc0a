// The reader against a strict server, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "integrations/llm/llm.hpp"
#include "tests/support/channel_bench.hpp"
#include "tests/support/fake_llm.hpp"

namespace paperboy::integrations::llm {
namespace {

using flow::Effort;
using flow::Question;
using flow::Reply;
using Kind = Reply::Kind;
using namespace std::chrono_literals;

Question question() {
  Question made;
  made.system = "Reply with JSON.\ntask: analysis\nparts: core\n";
  made.user = "\nBEGIN x\npaper: 2606.00001\ntitle: T\n[Abstract]\nIt works.\nEND x\nlanguage: English\n";
  made.schema_name = "analysis";
  made.schema =
      R"({"type":"object","additionalProperties":false,"required":["paper"],"properties":{"paper":{"type":"string"}}})";
  made.most_tokens = 500;
  return made;
}

class LlmReaderTest : public testing::Test {
 protected:
  LlmReaderTest() : server(loop), client(net::make_curl_client(loop.get_executor(), "paperboy-test")) {
    settings.base_url = server.base_url();
    settings.token = Secret(std::string(test::FakeLlm::token));
    settings.read_model = test::FakeLlm::reader;
    settings.score_model = test::FakeLlm::scorer;
    settings.timeout = 5s;
  }

  Reply ask(flow::Reader& reader, Question asked = question()) {
    std::optional<Reply> reply;
    test::run(loop, ask_into(reader, std::move(asked), reply));
    return reply.value();
  }
  Reply ask() {
    const auto reader = make_reader(settings, tools);
    return ask(*reader);
  }
  static async::Awaitable<> ask_into(flow::Reader& reader, Question asked, std::optional<Reply>& reply) {
    reply = co_await reader.ask(std::move(asked));
  }

  class NoLanes final : public net::LaneMemory {
   public:
    async::Awaitable<net::LaneState> load(std::string) override { co_return net::LaneState{}; }
    async::Awaitable<> save(std::string, net::LaneState) override { co_return; }
  };

  boost::asio::io_context loop;
  test::FakeLlm server;
  std::unique_ptr<net::Client> client;
  SystemClock clock;
  NoLanes lanes;
  test::MapMemory memory;
  Settings settings;
  Toolbox tools{*client, lanes, memory, clock, test::ChannelBench::templates(), ""};
};

TEST_F(LlmReaderTest, AsksAStrictServer) {
  const Reply reply = ask();
  EXPECT_EQ(reply.kind, Kind::answered) << reply.detail;
  EXPECT_THAT(reply.json, testing::HasSubstr("It works."));
  EXPECT_GT(reply.prompt_tokens, 0);
  EXPECT_GT(reply.reply_tokens, 0);
  EXPECT_FALSE(reply.estimated);
}

TEST_F(LlmReaderTest, GoesDownTheLadderOnceAndRemembers) {
  server.schemas = server.objects = false;
  const auto reader = make_reader(settings, tools);
  EXPECT_EQ(ask(*reader).kind, Kind::answered);
  EXPECT_EQ(server.requests().size(), 3u);
  EXPECT_EQ(ask(*reader).kind, Kind::answered);
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(LlmReaderTest, FindsTheLimitAReasoningModelTakes) {
  settings.read_model = test::FakeLlm::reasoner;
  EXPECT_EQ(ask().kind, Kind::answered);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(LlmReaderTest, AsksTheCheapModelForScores) {
  const auto reader = make_reader(settings, tools);
  Question scored = question();
  scored.effort = Effort::score;
  ask(*reader, scored);
  EXPECT_EQ(server.applied().back().as_object().at("model").as_string(), test::FakeLlm::scorer);
}

TEST_F(LlmReaderTest, CountsItselfWhatTheServerDoesNotCount) {
  server.usage = false;
  const Reply reply = ask();
  EXPECT_TRUE(reply.estimated);
  EXPECT_GT(reply.prompt_tokens, 0);
}

TEST_F(LlmReaderTest, SeesThatTheBeginningWasCutOff) {
  Question longer = question();
  longer.user += std::string(40'000, 'a');
  server.fail_next("/v1/chat", {test::Fault::Kind::instead,
                                {200, R"({"choices":[{"finish_reason":"stop","message":{"content":"{}"}}],
                                         "usage":{"prompt_tokens":2048,"completion_tokens":5}})"}});
  const auto reader = make_reader(settings, tools);
  const Reply reply = ask(*reader, longer);
  EXPECT_EQ(reply.kind, Kind::too_long);
  EXPECT_THAT(reply.detail, testing::HasSubstr("larger context"));
}

TEST_F(LlmReaderTest, GivesUpOnASilentServerAndCountsWhatItMayCost) {
  settings.timeout = 300ms;
  server.fail_next("/v1/chat", {test::Fault::Kind::silence});
  const Reply reply = ask();
  EXPECT_EQ(reply.kind, Kind::later);
  EXPECT_TRUE(reply.estimated);
  EXPECT_GT(reply.prompt_tokens, 0);
}

TEST_F(LlmReaderTest, EndsAnEndlessAnswer) {
  server.write = [](const boost::json::object&) { return std::string(6u << 20, 'x'); };
  EXPECT_EQ(ask().kind, Kind::later);
}

TEST_F(LlmReaderTest, SaysWhatIsWrongWithTheToken) {
  settings.token = Secret("sk-other");
  const Reply reply = ask();
  EXPECT_EQ(reply.kind, Kind::misconfigured);
  EXPECT_THAT(reply.detail, testing::Not(testing::HasSubstr("sk-other")));
}

TEST_F(LlmReaderTest, CountsMoneyUp) {
  settings.prices[std::string(test::FakeLlm::reader)] = {1'250'000, 10'000'000};
  const auto reader = make_reader(settings, tools);
  EXPECT_EQ(reader->price(Effort::read, 1'000'000, 100'000), 2'250'000);
  EXPECT_EQ(reader->price(Effort::read, 1, 0), 2);
  EXPECT_EQ(reader->price(Effort::score, 1'000'000, 0), 0);
}

}  // namespace
}  // namespace paperboy::integrations::llm
