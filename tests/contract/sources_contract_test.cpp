// What daemon/flow/source.hpp promises, asked of every source of every integration in the registry.
#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>

#include "daemon/base/time.hpp"
#include "daemon/digest/templates.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/papers.hpp"
#include "integrations/plugin.hpp"
#include "tests/integrations/arxiv/fake_arxiv.hpp"
#include "tests/support/channel_memory.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::integrations {
namespace {

namespace asio = boost::asio;
using testing::IsEmpty;

// A network that does as the test says.
class Network : public net::Client {
 public:
  std::function<net::Response(const net::Request&)> answer;
  bool hang = false;
  int asked = 0;

  async::Awaitable<net::Response> fetch(net::Request request) override {
    ++asked;
    if (hang) {
      const auto executor = co_await asio::this_coro::executor;
      asio::steady_timer never(executor, asio::steady_timer::time_point::max());
      co_await never.async_wait(asio::use_awaitable);
    }
    net::Response response = answer(request);
    response.url = request.url;
    if (response.body.size() > request.max_body) throw net::NetError("too large", net::Phase::after_request);
    co_return response;
  }
  async::Awaitable<net::MailReply> send_mail(net::MailServer, net::Mail, net::MailTimeouts) override {
    throw net::NetError("no mail here", net::Phase::before_request);
    co_return net::MailReply{};
  }
};

net::Response plain(int status, std::string body = "") {
  net::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

// For each integration that brings papers: settings, and a provider that has some.
struct World {
  std::string settings;  // the section, as YAML below `section:`
  std::function<net::Response(const net::Request&, const Clock&)> provider;
};

const std::map<std::string, World>& worlds() {
  static const std::map<std::string, World> all = {
      {"arxiv",
       {"{categories: [cs.CV, hep-th], gap: 0s, rss_url: 'http://a.example/rss', oai_url: 'http://a.example/oai', "
        "api_url: 'http://a.example/api/query'}",
        [](const net::Request& request, const Clock& clock) {
          test::FakeArxiv arxiv(clock);
          arxiv.page_size = 2;
          for (const char* id : {"2611.00001", "2611.00002", "2611.00003"})
            arxiv.papers.push_back({id, "cs.CV", "2026-11-03"});
          arxiv.feeds["cs.CV"] = test::rss_feed("cs.CV", {{"2611.00001v1", "new"}, {"2510.00004v2", "replace"}});
          arxiv.feeds["hep-th"] = test::rss_feed("hep-th", {{"2611.00005v1", "new", "hep-th"}});
          return arxiv.answer(request.url, request.headers);
        }}},
      {"feed",
       {"[{name: Journal, url: 'http://j.example/feed'}]",
        [](const net::Request&, const Clock&) {
          return plain(200,
                       "<rss version='2.0'><channel><title>J</title><item><title>One</title><guid>1</guid>"
                       "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item><item><title>Two</title>"
                       "<link>https://doi.org/10.1000/2</link><pubDate>Mon, 02 Nov 2026 11:00:00 GMT</pubDate></item>"
                       "</channel></rss>");
        }}},
  };
  return all;
}

class SourcesContract : public testing::TestWithParam<const Plugin*> {
 protected:
  SourcesContract() {
    network.answer = [this](const net::Request& request) { return world().provider(request, clock); };
    reopen();
  }
  const World& world() const { return worlds().at(std::string(GetParam()->name)); }
  // As after a restart of the program: what is in memory is gone.
  void reopen() {
    const settings::Node root = settings::Node::parse("section: " + world().settings, "contract.yaml", findings);
    offer = GetParam()->read(root.at("section"));
    const Toolbox tools{network, lanes, memory, clock, templates, "ops@example.org"};
    sources = offer.sources(tools);
  }
  flow::Batch fetch(flow::Source& source, std::string cursor) {
    flow::Batch batch;
    const auto body = [&]() -> async::Awaitable<> { batch = co_await source.fetch(cursor); };
    test::run(body());
    return batch;
  }
  // Fetches and commits until the source has had enough for now.
  int settle(flow::Source& source) {
    int rows = 0;
    for (int i = 0; i < 50; ++i) {
      const flow::Batch batch = fetch(source, cursor_of(source));
      rows += commit(source, batch);
      if (!batch.more) return rows;
    }
    ADD_FAILURE() << source.name() << " never has enough";
    return rows;
  }
  std::string cursor_of(const flow::Source& source) {
    return database.transact_blocking([&](store::Tx& tx) { return store::cursor(tx, source.name()); });
  }
  // The rows that were new: papers, and announcements.
  int commit(const flow::Source& source, const flow::Batch& batch) {
    return database.transact_blocking([&](store::Tx& tx) {
      int rows = 0;
      for (const paper::Paper& paper : batch.papers)
        rows += store::put_paper(tx, paper, clock.now()) == store::Change::added;
      rows += store::put_announcements(tx, source.name(), batch.announcements, clock.now());
      store::put_ledger(tx, batch.ledger, clock.now());
      store::put_cursor(tx, source.name(), batch.cursor, clock.now());
      return rows;
    });
  }
  std::int64_t papers() {
    return database.transact_blocking([](store::Tx& tx) { return store::count_papers(tx); });
  }

  ManualClock clock{*parse_rfc3339("2026-11-03T13:00:00Z")};
  Network network;
  test::MemoryLanes lanes;
  test::MapMemory memory;
  digest::Templates templates{{std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"}};
  settings::Findings findings;
  Offer offer;
  std::vector<std::unique_ptr<flow::Source>> sources;
  store::Database database{store::open_sqlite(":memory:")};
};

std::vector<const Plugin*> source_plugins() {
  std::vector<const Plugin*> found;
  for (const Plugin* plugin : plugins()) {
    if (plugin->kind == Plugin::Kind::source) found.push_back(plugin);
  }
  return found;
}

INSTANTIATE_TEST_SUITE_P(Registry, SourcesContract, testing::ValuesIn(source_plugins()),
                         [](const auto& each) { return std::string(each.param->name); });

TEST(SourcesContractCoverage, EverySourceIntegrationHasAWorldHere) {
  for (const Plugin* plugin : source_plugins())
    EXPECT_TRUE(worlds().contains(std::string(plugin->name))) << plugin->name;
}

TEST_P(SourcesContract, HasNamesThatAreItsOwn) {
  EXPECT_TRUE(findings.empty()) << findings.to_string();
  ASSERT_FALSE(sources.empty());
  std::set<std::string> names;
  for (const auto& source : sources) {
    EXPECT_FALSE(source->name().empty());
    EXPECT_TRUE(names.insert(source->name()).second) << source->name();
  }
}

TEST_P(SourcesContract, BringsPapersAndThenHasEnough) {
  for (const auto& source : sources) {
    EXPECT_GT(settle(*source), 0) << source->name();
    const flow::Batch next = fetch(*source, cursor_of(*source));
    EXPECT_FALSE(next.more) << source->name();
    EXPECT_GT(next.next_at, clock.now()) << source->name();
  }
}

TEST_P(SourcesContract, WhatItBringsIsWellFormed) {
  for (const auto& source : sources) {
    std::string cursor;
    for (bool more = true; more;) {
      const flow::Batch batch = fetch(*source, cursor);
      std::set<paper::PaperId> ids;
      for (const paper::Paper& paper : batch.papers) {
        ids.insert(paper.id);
        EXPECT_FALSE(paper.title.empty()) << source->name();
        EXPECT_EQ(paper::PaperId::from_canonical(paper.id.str()), paper.id) << source->name();
      }
      for (const paper::Announcement& each : batch.announcements) {
        EXPECT_TRUE(ids.contains(each.id)) << source->name() << " announces " << each.id.str() << " without the paper";
        EXPECT_FALSE(each.category.empty());
        EXPECT_NE(each.day, Day{});
      }
      for (const paper::LedgerEntry& entry : batch.ledger) {
        EXPECT_EQ(entry.source, source->name());
        EXPECT_FALSE(entry.category.empty());
        EXPECT_LE(entry.ingested, entry.expected) << source->name();
      }
      EXPECT_NE(batch.cursor, cursor) << source->name() << ": the cursor moves with what was brought";
      cursor = batch.cursor;
      more = batch.more;
    }
  }
}

TEST_P(SourcesContract, RepeatingAFetchAddsNoRow) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    for (bool more = true; more;) {
      const std::string cursor = cursor_of(*sources[i]);
      const flow::Batch first = fetch(*sources[i], cursor);
      commit(*sources[i], first);
      reopen();  // the program was killed before it knew of its commit
      const flow::Batch again = fetch(*sources[i], cursor);
      EXPECT_EQ(commit(*sources[i], again), 0) << sources[i]->name();
      EXPECT_EQ(again.cursor, first.cursor) << sources[i]->name();
      more = first.more;
    }
  }
}

TEST_P(SourcesContract, TheSameProviderLaterAddsNoRow) {
  for (const auto& source : sources) settle(*source);
  const std::int64_t known = papers();
  for (int hour = 1; hour <= 30; ++hour) {
    clock.advance(std::chrono::hours(1));
    for (const auto& source : sources) EXPECT_EQ(settle(*source), 0) << source->name() << " after " << hour << " h";
  }
  EXPECT_EQ(papers(), known);
}

// Whatever is answered instead of papers: a failure, or a batch that says so in the ledger; and a day later everything
// comes.
TEST_P(SourcesContract, SurvivesEveryBadAnswerAndLosesNothing) {
  const Time start = clock.now();
  clock.set(start + std::chrono::hours(26));
  for (const auto& source : sources) settle(*source);
  const std::int64_t all = papers();
  ASSERT_GT(all, 0);

  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  const std::vector<std::pair<const char*, net::Response>> bad = {
      {"nothing", plain(200)},
      {"another document", plain(200, "<?xml version='1.0'?><x/>")},
      {"text", plain(200, "Rate exceeded.")},
      {"a web page", plain(200, "<!DOCTYPE html><html><body>busy</body></html>")},
      {"a truncated document", plain(200, "<?xml version='1.0'?><rss><channel><item><title>cut")},
      {"junk", plain(200, std::string("\x00\xFF\xFE\x01<<<<&&&&", 12))},
      {"an entity bomb", plain(200, "<!DOCTYPE a [<!ENTITY b 'c'>]><rss/>")},
      {"deep nesting", plain(200, deep)},
      {"400", plain(400, "no")},
      {"403", plain(403)},
      {"404", plain(404)},
      {"410", plain(410)},
      {"429", plain(429)},
      {"500", plain(500)},
      {"503", plain(503)},
  };
  for (const auto& [what, response] : bad) {
    store::Database after(store::open_sqlite(":memory:"));
    std::map<std::string, std::string> cursors;
    clock.set(start);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      lanes.lanes.clear();
      reopen();
      network.answer = [&](const net::Request&) { return response; };
      bool told = false;
      try {
        const flow::Batch batch = fetch(*sources[i], "");
        cursors[sources[i]->name()] = batch.cursor;
        EXPECT_THAT(batch.papers, IsEmpty()) << sources[i]->name() << ", " << what;
        told = !batch.ledger.empty();
        for (const paper::LedgerEntry& entry : batch.ledger) {
          EXPECT_NE(entry.state, paper::LedgerState::complete) << sources[i]->name() << ", " << what;
        }
        EXPECT_TRUE(batch.more || batch.next_at > clock.now()) << sources[i]->name() << ", " << what << ": would spin";
      } catch (const Error& error) {
        told = std::string(error.what()).size() > 10;
      }
      EXPECT_TRUE(told) << sources[i]->name() << ", " << what << ": in silence";
    }

    network.answer = [this](const net::Request& request) { return world().provider(request, clock); };
    clock.set(start + std::chrono::hours(26));
    lanes.lanes.clear();
    reopen();
    for (const auto& source : sources) {
      for (bool more = true; more;) {
        const flow::Batch batch = fetch(*source, cursors[source->name()]);
        cursors[source->name()] = batch.cursor;
        more = batch.more;
        after.transact_blocking([&](store::Tx& tx) {
          for (const paper::Paper& paper : batch.papers) store::put_paper(tx, paper, clock.now());
        });
      }
    }
    EXPECT_EQ(after.transact_blocking([](store::Tx& tx) { return store::count_papers(tx); }), all) << "after " << what;
  }
}

TEST_P(SourcesContract, ACursorThatIsNoneIsTheBeginning) {
  for (const auto& source : sources) {
    for (const char* cursor : {"nonsense", "{}", "[]", "{\"v\":1}", "null"}) {
      flow::Batch batch = fetch(*source, cursor);
      EXPECT_TRUE(batch.more || !batch.papers.empty() || batch.next_at > clock.now())
          << source->name() << " " << cursor;
    }
  }
}

TEST_P(SourcesContract, ACancelledFetchEndsAtOnce) {
  network.hang = true;
  const std::size_t count = sources.size();
  for (std::size_t i = 0; i < count; ++i) {
    reopen();
    asio::io_context loop;
    asio::cancellation_signal cancel;
    std::exception_ptr failure;
    bool ended = false;
    flow::Source& source = *sources[i];
    const auto body = [&]() -> async::Awaitable<> {
      const flow::Batch batch = co_await source.fetch("");
      ADD_FAILURE() << "a fetch that hangs brought something: " << batch.papers.size();
    };
    asio::co_spawn(loop, body(), asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown) {
                     ended = true;
                     failure = thrown;
                   }));
    asio::steady_timer soon(loop, std::chrono::milliseconds(20));
    soon.async_wait([&](boost::system::error_code) { cancel.emit(asio::cancellation_type::terminal); });
    const auto began = std::chrono::steady_clock::now();
    loop.run_for(std::chrono::seconds(10));
    EXPECT_TRUE(ended) << source.name();
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5)) << source.name();
    ASSERT_TRUE(failure) << source.name();
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
      EXPECT_EQ(error.code(), asio::error::operation_aborted) << source.name();
    } catch (const std::exception& error) {
      ADD_FAILURE() << source.name() << ": not a cancellation: " << error.what();
    }
  }
}

}  // namespace
}  // namespace paperboy::integrations
