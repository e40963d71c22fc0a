// A digest of the ten papers of a reference layout, read by a model behind a strict server, through the daemon's own
// settings, engine and files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "daemon/app/engine.hpp"
#include "daemon/app/settings.hpp"
#include "daemon/base/text.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/fake_llm.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/stages.hpp"

namespace paperboy::app {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// "## [TITLE](https://arxiv.org/abs/IDvN)", and below it "**Abstract:**", an empty line, the abstract.
std::vector<paper::Paper> papers_of_layout(const fs::path& file) {
  std::vector<paper::Paper> papers;
  std::ifstream in(file);
  bool abstract = false;
  for (std::string line; std::getline(in, line);) {
    const std::size_t url = line.find("](https://arxiv.org/abs/");
    if (line.starts_with("## [") && url != line.npos) {
      paper::Paper paper;
      const std::size_t id = url + 24, version = line.rfind('v');
      paper.id = *paper::PaperId::arxiv(line.substr(id, version - id));
      paper.version = std::stoi(line.substr(version + 1));
      paper.title = line.substr(4, url - 4);
      paper.authors = {"Ada Lovelace"};
      paper.categories = {"cs.CV"};
      papers.push_back(std::move(paper));
    } else if (line == "**Abstract:**") {
      abstract = true;
    } else if (abstract && !line.empty()) {
      papers.back().abstract = text::collapse_space(text::sanitize(line));
      abstract = false;
    }
  }
  return papers;
}

class Reading : public testing::Test {
 protected:
  Reading() : world(*parse_rfc3339("2026-06-02T04:30:00Z")), server(*world.io) {}

  void start(const std::string& more = "") {
    std::ofstream(world.folder / "token") << test::FakeLlm::token << "\n";
    fs::permissions(world.folder / "token", fs::perms::owner_read | fs::perms::owner_write);
    std::ofstream(world.folder / "paperboy.yaml")
        << "contact: ops@example.org\nchannels:\n  file:\n    directory: out\n    formats: [md, html]\n"
        << "reading:\n  llm:\n    base_url: " << server.base_url() << "\n    token_file: token\n    timeout: 1s\n"
        << "    models: {read: " << test::FakeLlm::reader << "}\n    prices:\n      " << test::FakeLlm::reader
        << ": {prompt: 1, reply: 4}\n  parts: [deep, short]\n"
        << more << "people:\n  files: [ada.yaml, lin.yaml]\n";
    for (const auto& [id, language] : {std::pair("ada", "en"), std::pair("lin", "zh")}) {
      std::ofstream(world.folder / (std::string(id) + ".yaml"))
          << "id: " << id << "\nname: " << id << "\nlanguage: " << language
          << "\ntime_zone: Europe/Berlin\ndigest: daily 07:30\nchannels: [{file: " << id
          << "}]\ntopics:\n  - name: vision\n    categories: [cs.CV]\n";
    }
    settings::Findings findings;
    settings = read_settings(world.folder / "paperboy.yaml", findings);
    ASSERT_TRUE(findings.empty()) << findings.to_string();
    client = net::make_curl_client(world.io->get_executor(), "paperboy-test");
    EngineOptions options;
    options.digest_wait = Duration{0};
    options.reading = settings.reading;
    options.prompts = settings.prompts;
    options.texts = settings.texts;
    engine.emplace(world.io->get_executor(), *world.database, world.clock, *client, *settings.templates,
                   settings.offers, world.metrics, options);
    world.tx(
        [&](store::Tx& tx) { store::provision_people(tx, settings.people, *parse_rfc3339("2026-06-01T12:00:00Z")); });
  }

  void announce(std::vector<paper::Paper> papers) {
    const Day on = *parse_day("2026-06-02");
    auto source = std::make_unique<test::ListSource>(world.clock);
    flow::Batch batch;
    for (const paper::Paper& paper : papers) {
      batch.announcements.push_back({paper.id, paper.version, "cs.CV", on, paper::AnnounceKind::new_paper});
    }
    const int count = static_cast<int>(papers.size());
    batch.papers = std::move(papers);
    batch.ledger = {{"list", "cs.CV", on, paper::LedgerState::complete, count, count, ""}};
    source->batches = {batch};
    engine->add_source(std::move(source));
    world.run(engine->settle_ingest());
    world.run(engine->settle_match());
  }

  // What lies in the reader's folder at half past seven.
  std::string digest_of(const std::string& id, const std::string& ending) {
    world.clock.set(*parse_rfc3339("2026-06-02T05:30:30Z"));
    world.run(engine->settle());
    for (const fs::directory_entry& file : fs::directory_iterator(world.folder / "out" / id)) {
      if (file.path().extension() == ending) return contents(file.path());
    }
    return {};
  }

  test::World world;
  test::FakeLlm server;
  Settings settings;
  std::unique_ptr<net::Client> client;
  std::optional<Engine> engine;
};

TEST_F(Reading, OfAReferenceDigestHasEveryElementInTwoLanguages) {
  PAPERBOY_NEED_SHARED_DATA(data);
  std::vector<paper::Paper> papers = papers_of_layout(data / "reference-digests" / "layout-cs.CV-10-papers.md");
  ASSERT_EQ(papers.size(), 10u);
  start();
  announce(papers);
  world.run(engine->settle_reading());
  const std::string english = digest_of("ada", ".md"), chinese = digest_of("lin", ".md");
  for (const paper::Paper& paper : papers) {
    EXPECT_THAT(english, HasSubstr(paper.id.str()));
    EXPECT_THAT(chinese, HasSubstr(paper.id.str()));
  }
  for (const char* element : {"## Executive summary",
                              "**Themes and trends**",
                              "**Highlights**",
                              "**Emerging directions**",
                              "**Worth reading in full**",
                              "## Contents",
                              "**Authors:**",
                              "**Categories:**",
                              "**Abstract.**",
                              "#### Analysis",
                              "**Core idea and steps**",
                              "**Motivation**",
                              "**Method**",
                              "**Comparison with earlier work**",
                              "**Experiments**",
                              "**Practical guide**",
                              "**Contribution**",
                              "**What is new**",
                              "**Possible impact**",
                              "**Related areas**",
                              "**Limitations**",
                              "[PDF]",
                              "[arXiv]",
                              "Generated by reader-1 on 2 Jun 2026"}) {
    EXPECT_THAT(english, HasSubstr(element));
  }
  for (const char* element :
       {"**主题与趋势**", "**重点论文**", "**新兴方向**", "**建议精读**", "#### 论文解读", "**核心思想与步骤**",
        "**摘要翻译**", "**研究动机**", "**方法设计**", "**方法对比**", "**实验表现**", "**实用指南**", "**主要贡献**",
        "**创新之处**", "**潜在影响**", "**相关领域**", "**可推断的局限性**", "核对过"}) {
    EXPECT_THAT(chinese, HasSubstr(element));
  }
  const auto readings = [](const std::string& markdown, std::string_view heading) {
    int count = 0;
    for (std::size_t at = markdown.find(heading); at != markdown.npos; at = markdown.find(heading, at + 1)) ++count;
    return count;
  };
  EXPECT_EQ(readings(english, "#### Analysis"), 10);
  EXPECT_EQ(readings(chinese, "#### 论文解读"), 10);
  EXPECT_THAT(digest_of("ada", ".html"), HasSubstr("<blockquote"));
  EXPECT_EQ(server.requests().size(), 2 * (10 + 1u));
}

paper::Paper splatting(int number) {
  paper::Paper paper;
  paper.id = *paper::PaperId::arxiv("2606.0000" + std::to_string(number));
  paper.version = 1;
  paper.title = "Gaussian splatting " + std::to_string(number);
  paper.abstract = "We present a method for gaussian splatting of rooms. It works on scans of kitchens.";
  paper.authors = {"Ada Lovelace"};
  paper.categories = {"cs.CV"};
  return paper;
}

TEST_F(Reading, IsOfTheWholePaper) {
  using Fault = test::Fault;
  const std::string page = R"(<!DOCTYPE html><html lang="en"><body><article class="ltx_document">
<h1 class="ltx_title ltx_title_document">Gaussian splatting 1</h1>
<section class="ltx_section" id="S1"><h2 class="ltx_title ltx_title_section"><span class="ltx_tag ltx_tag_section">1 </span>Results</h2>
<div class="ltx_para" id="S1.p1"><p class="ltx_p">The splats of a kitchen need 41 megabytes on the disk of our robot.
The splats of a bathroom need 17 megabytes on the same disk. Rooms with many windows need more of it, since the panes of each window
show what is behind them.</p></div>
</section></article></body></html>)";
  server.fail_next("/html/", Fault{Fault::Kind::instead, {200, page, "text/html; charset=utf-8"}}, 1);
  start("store:\n  path: store.db\nsources:\n  arxiv:\n    categories: [cs.CV]\n    oai: false\n    rss_url: " +
        server.url("/rss") + "\n    html_url: " + server.url("/html") + "\n    pdf_url: " + server.url("/pdf") + "\n");
  announce({splatting(1)});
  world.run(engine->settle_reading());
  const std::string english = digest_of("ada", ".md");
  EXPECT_THAT(english, HasSubstr("41 megabytes"));
  EXPECT_THAT(english, HasSubstr("Results"));
  EXPECT_TRUE(fs::exists(world.folder / "texts")) << "it is kept for the next time";
}

TEST_F(Reading, ByAServerInTroubleDelaysNothing) {
  using Fault = test::Fault;
  for (const Fault& fault : {Fault{Fault::Kind::silence}, Fault{Fault::Kind::drop_before},
                             Fault{Fault::Kind::drop_after}, Fault{Fault::Kind::instead, {500, "oops"}},
                             Fault{Fault::Kind::instead, {429, "{}", "application/json", {"Retry-After: 600"}}},
                             Fault{Fault::Kind::instead, {200, R"({"choices":[{"mess)"}},
                             Fault{Fault::Kind::trickle, {}, std::chrono::seconds(2)},
                             Fault{Fault::Kind::instead, {429, R"({"error":{"code":"insufficient_quota"}})"}}}) {
    server.fail_next("/v1/chat", fault, 1);
  }
  start();
  announce({splatting(1), splatting(2), splatting(3)});
  for (int i = 0; i < 8; ++i) {  // each fault once, pauses passed by
    world.run(engine->settle_reading());
    world.clock.advance(std::chrono::minutes(2));
  }
  const std::string english = digest_of("ada", ".md");
  EXPECT_THAT(english, HasSubstr("2606.00001"));
  EXPECT_THAT(english, HasSubstr("2606.00003"));
}

TEST_F(Reading, WithoutItsSectionNothingChanges) {
  start();
  settings.reading.reset();
  EngineOptions options;
  options.digest_wait = Duration{0};
  engine.emplace(world.io->get_executor(), *world.database, world.clock, *client, *settings.templates, settings.offers,
                 world.metrics, options);
  announce({splatting(1), splatting(2), splatting(3)});
  world.run(engine->settle_reading());
  const std::string english = digest_of("ada", ".md");
  EXPECT_THAT(english, HasSubstr("2606.00001"));
  EXPECT_THAT(english, testing::Not(HasSubstr("Generated by")));
  EXPECT_TRUE(server.requests().empty());
}

}  // namespace
}  // namespace paperboy::app
