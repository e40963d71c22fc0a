// Once over real sockets: the whole plugin, libcurl and a lane against a server that hands out what a small arXiv says.
#include <gmock/gmock.h>

#include "daemon/digest/templates.hpp"
#include "integrations/plugin.hpp"
#include "tests/integrations/arxiv/bench.hpp"
#include "tests/support/channel_memory.hpp"
#include "tests/support/scripted_server.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using test::at;
using testing::IsSupersetOf;

TEST(Loopback, APluginHarvestsOverHttp) {
  boost::asio::io_context loop;
  ManualClock clock(at("2026-11-03T13:00:00Z"));
  test::FakeArxiv arxiv(clock);
  arxiv.page_size = 2;
  for (const char* id : {"2611.00001", "2611.00002", "2611.00003"}) arxiv.papers.push_back({id, "cs.CV", "2026-11-03"});
  arxiv.feeds["cs.CV"] = test::rss_feed("cs.CV", {{"2611.00001v1", "new"}, {"2611.00004v1", "new"}});

  int requests = 0;
  const test::Script script = [&](std::shared_ptr<test::Peer> peer) -> async::Awaitable<> {
    for (;;) {
      const test::HttpRequest request = co_await peer->read_request();
      ++requests;
      EXPECT_THAT(request.headers.at("user-agent"), testing::StartsWith("paperboy/"));
      net::Headers headers(request.headers.begin(), request.headers.end());
      const net::Response response = arxiv.answer(request.target, headers);
      std::vector<std::string> lines;
      for (const auto& [name, value] : response.headers) lines.push_back(name + ": " + value);
      std::string answer = test::http_answer(response.status, lines, response.body);
      co_await peer->send(std::move(answer));
    }
  };
  test::ScriptedServer server(loop, script);
  settings::Findings findings;
  const settings::Node section =
      settings::Node::parse("{categories: [cs.CV], gap: 0s, rss_url: '" + server.url("/rss") + "', oai_url: '" +
                                server.url("/oai") + "', api_url: '" + server.url("/api/query") + "'}",
                            "test.yaml", findings);
  const Offer offer = find_plugin("arxiv")->read(section);
  ASSERT_TRUE(findings.empty()) << findings.to_string();
  const auto client = net::make_curl_client(loop.get_executor(), "unused");
  test::MemoryLanes lanes;
  test::MapMemory memory;
  const digest::Templates templates({std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"});
  const Toolbox tools{*client, lanes, memory, clock, templates, "ops@example.org"};
  const auto sources = offer.sources(tools);
  const auto lookup = offer.lookup(tools);
  ASSERT_EQ(sources.size(), 2u);

  std::set<std::string> announced;
  std::size_t found = 0;
  const auto body = [&]() -> async::Awaitable<> {
    for (const auto& source : sources) {
      std::string cursor;
      for (bool more = true; more;) {
        flow::Batch batch = co_await source->fetch(cursor);
        for (const paper::Announcement& each : batch.announcements) announced.insert(each.id.str());
        cursor = batch.cursor;
        more = batch.more;
      }
    }
    std::vector<paper::PaperId> ids = {*paper::PaperId::arxiv("2611.00002"), *paper::PaperId::arxiv("2611.00099")};
    const flow::Found looked_up = co_await lookup->find(std::move(ids));
    found = looked_up.papers.size();
  };
  test::run(loop, body());
  EXPECT_THAT(announced, IsSupersetOf({"2611.00001", "2611.00002", "2611.00003", "2611.00004"}));
  EXPECT_EQ(found, 1u);
  EXPECT_EQ(requests, 4) << "two pages, a feed, a lookup";
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
