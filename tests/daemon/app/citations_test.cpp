// Counts of citations from a strict server into digests and answers, through the daemon's own settings, engine and
// files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "daemon/app/engine.hpp"
#include "daemon/app/settings.hpp"
#include "tests/support/fake_semantic_scholar.hpp"
#include "tests/support/stages.hpp"

namespace paperboy::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class CitationsOfTheDaemon : public testing::Test {
 protected:
  CitationsOfTheDaemon() : world(*parse_rfc3339("2026-06-02T04:30:00Z")), server(*world.io) {
    server.know("ARXIV:2606.00001", 1234);
    server.know("ARXIV:2606.00003", 0);
    std::ofstream(world.folder / "key") << server.usual_key << "\n";
    fs::permissions(world.folder / "key", fs::perms::owner_read | fs::perms::owner_write);
  }

  void start(const std::string& section) {
    std::ofstream(world.folder / "paperboy.yaml") << "channels:\n  file:\n    directory: out\n    formats: [md, html]\n"
                                                  << section << "people:\n  files: [ada.yaml]\n";
    std::ofstream(world.folder / "ada.yaml")
        << "id: ada\nname: Ada\ntime_zone: Europe/Berlin\ndigest: daily 07:30\n"
        << "channels: [{file: ada}]\ntopics: [{name: vision, categories: [cs.CV]}]\n";
    settings::Findings findings;
    settings = read_settings(world.folder / "paperboy.yaml", findings);
    ASSERT_TRUE(findings.empty()) << findings.to_string();
    client = net::make_curl_client(world.io->get_executor(), "paperboy-test");
    EngineOptions options;
    options.digest_wait = Duration{0};
    options.citations = settings.citations;
    engine.emplace(world.io->get_executor(), *world.database, world.clock, *client, *settings.templates,
                   settings.offers, world.metrics, options);
    world.tx(
        [&](store::Tx& tx) { store::provision_people(tx, settings.people, *parse_rfc3339("2026-06-01T12:00:00Z")); });
    announce();
  }

  void announce() {
    const Day on = *parse_day("2026-06-02");
    flow::Batch batch;
    for (int number = 1; number <= 3; ++number) {
      paper::Paper paper;
      paper.id = *paper::PaperId::arxiv("2606.0000" + std::to_string(number));
      paper.version = 1;
      paper.title = "Gaussian splatting " + std::to_string(number);
      paper.categories = {"cs.CV"};
      batch.announcements.push_back({paper.id, 1, "cs.CV", on, paper::AnnounceKind::new_paper});
      batch.papers.push_back(std::move(paper));
    }
    batch.ledger = {{"list", "cs.CV", on, paper::LedgerState::complete, 3, 3, ""}};
    auto source = std::make_unique<test::ListSource>(world.clock);
    source->batches = {batch};
    engine->add_source(std::move(source));
    world.run(engine->settle_ingest());
    world.run(engine->settle_match());
    world.run(engine->settle_citations());
  }

  // What lies in the reader's folder at half past seven.
  std::string digest(const std::string& ending) {
    world.clock.set(*parse_rfc3339("2026-06-02T05:30:30Z"));
    world.run(engine->settle());
    for (const fs::directory_entry& file : fs::directory_iterator(world.folder / "out" / "ada")) {
      if (file.path().extension() != ending) continue;
      std::ifstream in(file.path(), std::ios::binary);
      std::ostringstream out;
      out << in.rdbuf();
      return out.str();
    }
    return {};
  }

  test::World world;
  test::FakeSemanticScholar server;
  Settings settings;
  std::unique_ptr<net::Client> client;
  std::optional<Engine> engine;
};

TEST_F(CitationsOfTheDaemon, StandInItsFiles) {
  server.key = server.usual_key;
  start("citations:\n  semantic_scholar: {api_url: \"" + server.api_url() + "\", key_file: key}\n");
  EXPECT_THAT(server.requests(), ElementsAre("POST /graph/v1/paper/batch?fields=externalIds,citationCount"));
  EXPECT_THAT(digest(".md"),
              AllOf(HasSubstr("arXiv:2606.00001 · **Cited:** 1,234 times (Semantic Scholar, 2 Jun 2026)\n"),
                    HasSubstr("arXiv:2606.00002\n"), HasSubstr("arXiv:2606.00003\n")));
  EXPECT_THAT(digest(".html"), HasSubstr("<strong>Cited:</strong> 1,234 times (Semantic Scholar, 2 Jun 2026)"));
}

TEST_F(CitationsOfTheDaemon, AreNotAskedForWithoutTheirSection) {
  start("");
  EXPECT_TRUE(server.requests().empty());
  EXPECT_THAT(digest(".md"), AllOf(HasSubstr("arXiv:2606.00001\n"), Not(HasSubstr("Cited"))));
}

TEST_F(CitationsOfTheDaemon, ThatDoNotComeDelayNothing) {
  server.fail_next("/paper/batch", {test::Fault::Kind::instead, {429, "{}", "application/json", {"Retry-After: 600"}}});
  start("citations:\n  semantic_scholar: {api_url: \"" + server.api_url() + "\"}\n");
  EXPECT_THAT(digest(".md"), AllOf(HasSubstr("arXiv:2606.00001\n"), Not(HasSubstr("Cited"))));
  EXPECT_EQ(server.requests().size(), 1u);
  const std::string lane = world.tx([](store::Tx& tx) { return store::cursor(tx, "lane:semantic_scholar"); });
  EXPECT_THAT(lane, testing::EndsWith(",1")) << "the wait is remembered over a restart";
}

}  // namespace
}  // namespace paperboy::app
