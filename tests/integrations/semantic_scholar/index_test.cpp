// The index against a strict server, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integrations/semantic_scholar/semantic_scholar.hpp"
#include "tests/support/channel_bench.hpp"
#include "tests/support/fake_semantic_scholar.hpp"

namespace paperboy::integrations::semantic_scholar {
namespace {

using flow::CitationReply;
using paper::PaperId;
using test::Fault;
using Kind = CitationReply::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using namespace std::chrono_literals;

PaperId arxiv(const std::string& id) {
  return *PaperId::arxiv(id);
}

class SemanticScholarTest : public testing::Test {
 protected:
  SemanticScholarTest() : server(loop), client(net::make_curl_client(loop.get_executor(), "paperboy-test")) {
    settings.api_url = server.api_url();
    settings.gap = Duration{0};
  }

  // By an index of its own: as after a restart.
  CitationReply ask(std::vector<PaperId> papers) {
    const auto index = make_index(settings, tools);
    std::optional<CitationReply> reply;
    test::run(loop, ask_into(*index, std::move(papers), reply));
    return reply.value();
  }
  static async::Awaitable<> ask_into(flow::CitationIndex& index, std::vector<PaperId> papers,
                                     std::optional<CitationReply>& reply) {
    reply = co_await index.counts_of(std::move(papers));
  }

  class OneLane final : public net::LaneMemory {
   public:
    async::Awaitable<net::LaneState> load(std::string) override { co_return kept; }
    async::Awaitable<> save(std::string name, net::LaneState state) override {
      EXPECT_EQ(name, "semantic_scholar");
      kept = state;
      co_return;
    }
    net::LaneState kept;
  };

  boost::asio::io_context loop;
  test::FakeSemanticScholar server;
  std::unique_ptr<net::Client> client;
  SystemClock clock;
  OneLane lane;
  test::MapMemory memory;
  Settings settings;
  Toolbox tools{*client, lane, memory, clock, test::ChannelBench::templates(), ""};
};

TEST_F(SemanticScholarTest, AsksAStrictServer) {
  server.know("ARXIV:2106.15928", 12);
  server.know("DOI:10.1101/2026.11.01.1", 3);
  server.know("ARXIV:2106.15930", 99, {{"ArXiv", "1706.03762"}});  // the server mistakes it for another
  const PaperId doi = *PaperId::doi("10.1101/2026.11.01.1");
  const CitationReply reply = ask({arxiv("2106.15928"), arxiv("2106.15929"), doi, arxiv("2106.15930")});
  EXPECT_EQ(reply.kind, Kind::answered) << reply.detail;
  EXPECT_THAT(reply.counts, ElementsAre(Pair(arxiv("2106.15928"), 12), Pair(doi, 3)));
  EXPECT_EQ(server.applied().back().as_object().at("key").as_string(), "");
}

TEST_F(SemanticScholarTest, AsksAboutAsManyAsThereMayBe) {
  std::vector<PaperId> papers;
  for (std::size_t i = 0; i < make_index(settings, tools)->most_at_once(); ++i) {
    papers.push_back(arxiv("2106." + std::to_string(10'000 + i)));
  }
  EXPECT_EQ(ask(papers).kind, Kind::answered);
  papers.push_back(arxiv("2106.00001"));
  EXPECT_EQ(ask(papers).kind, Kind::refused) << "the server is strict";
}

TEST_F(SemanticScholarTest, SendsTheKeyAndSaysThatItIsWrong) {
  server.key = server.usual_key;
  settings.key = Secret(std::string(server.usual_key));
  EXPECT_EQ(ask({arxiv("2106.15928")}).kind, Kind::answered);
  EXPECT_EQ(server.applied().back().as_object().at("key").as_string(), server.usual_key);
  settings.key = Secret("s2k-wrong");
  const CitationReply reply = ask({arxiv("2106.15928")});
  EXPECT_EQ(reply.kind, Kind::misconfigured);
  EXPECT_THAT(reply.detail, HasSubstr("citations.semantic_scholar.key"));
  EXPECT_THAT(reply.detail, testing::Not(HasSubstr("s2k-wrong")));
  // Once it is mended nobody waits for long.
  EXPECT_LE(lane.kept.not_before - clock.now(), 10s);
}

TEST_F(SemanticScholarTest, IsToldWhatWentWrongAndKeepsTheWaitOverRestarts) {
  struct Case {
    Fault fault;
    Kind kind;
    Duration least, most;  // until the next request
    std::string detail;
  };
  const auto instead = [](int status, std::string body, std::vector<std::string> headers = {}) {
    return Fault{Fault::Kind::instead, {status, std::move(body), "application/json", std::move(headers)}};
  };
  for (const Case& c : {Case{instead(429, "{}", {"Retry-After: 600"}), Kind::later, 9min, 10min, "asked to wait"},
                        Case{instead(429, R"({"message":"Too Many Requests"})"), Kind::later, 2s, 4s, "Too Many"},
                        Case{instead(500, "oops"), Kind::later, 2s, 4s, "HTTP 500"},
                        Case{instead(200, "[{\"externalIds\":{\"ArX"), Kind::later, 2s, 4s, "no list"},
                        Case{instead(200, std::string(5u << 20, ' ')), Kind::later, 2s, 4s, ""},
                        Case{instead(302, "", {"Location: http://127.0.0.1:1/"}), Kind::later, 2s, 4s, "HTTP 302"},
                        Case{instead(400, "{}"), Kind::refused, 2s, 4s, "HTTP 400"},
                        Case{Fault{Fault::Kind::drop_before}, Kind::later, 2s, 4s, "127.0.0.1"},
                        Case{Fault{Fault::Kind::drop_after}, Kind::later, 2s, 4s, "127.0.0.1"}}) {
    lane.kept = {};
    server.fail_next("/paper/batch", c.fault);
    const CitationReply reply = ask({arxiv("2106.15928")});
    EXPECT_EQ(reply.kind, c.kind) << reply.detail;
    EXPECT_THAT(reply.detail, HasSubstr(c.detail));
    EXPECT_THAT(reply.counts, IsEmpty());
    EXPECT_GE(reply.wait, c.least) << reply.detail;
    EXPECT_LE(reply.wait, c.most) << reply.detail;
    EXPECT_GE(lane.kept.not_before - clock.now(), c.least) << reply.detail;
    EXPECT_EQ(lane.kept.failures, 1);
  }
  EXPECT_FALSE(server.faults_left());
  lane.kept.failures = 6;  // the wait grows, up to ten minutes and by chance a quarter more
  lane.kept.not_before = {};
  server.fail_next("/paper/batch", instead(429, "{}"));
  const CitationReply reply = ask({arxiv("2106.15928")});
  EXPECT_GE(reply.wait, 3min);
  EXPECT_LE(reply.wait, 13min);
  lane.kept.not_before = {};
  EXPECT_EQ(ask({arxiv("2106.15928")}).kind, Kind::answered);
  EXPECT_EQ(lane.kept.failures, 0);
}

}  // namespace
}  // namespace paperboy::integrations::semantic_scholar
