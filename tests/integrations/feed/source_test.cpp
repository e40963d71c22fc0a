#include "integrations/feed/source.hpp"

#include <gmock/gmock.h>

#include <deque>

#include "daemon/base/time.hpp"
#include "integrations/plugin.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::integrations::feed {
namespace {

using namespace std::chrono_literals;
using paper::LedgerState;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Time at(const char* text) {
  return *parse_rfc3339(text);
}

// Answers in the order given; what was asked is kept.
class Publisher : public net::Client {
 public:
  std::deque<net::Response> answers;
  std::vector<net::Request> asked;

  void answer(int status, std::string body = "", net::Headers headers = {}) {
    net::Response response;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    answers.push_back(std::move(response));
  }
  async::Awaitable<net::Response> fetch(net::Request request) override {
    asked.push_back(request);
    if (answers.empty()) throw net::NetError("feed.example: connection refused", net::Phase::before_request);
    net::Response response = std::move(answers.front());
    answers.pop_front();
    response.url = request.url;
    co_return response;
  }
  async::Awaitable<net::MailReply> send_mail(net::MailServer, net::Mail, net::MailTimeouts) override {
    co_return net::MailReply{};
  }
};

std::string item(const std::string& guid, const std::string& date = "") {
  return "<item><title>Item " + guid + "</title><guid>" + guid + "</guid>" +
         (date.empty() ? "" : "<pubDate>" + date + "</pubDate>") + "</item>";
}
std::string rss(const std::string& items) {
  return "<rss version='2.0'><channel><title>F</title>" + items + "</channel></rss>";
}

class Feeds : public testing::Test {
 protected:
  flow::Batch fetch() {
    FeedSource source(settings, "ops@example.org", publisher, clock);
    flow::Batch batch;
    const auto body = [&]() -> async::Awaitable<> { batch = co_await source.fetch(cursor); };
    test::run(body());
    cursor = batch.cursor;
    return batch;
  }
  flow::Batch fetch_at(const char* time) {
    clock.set(at(time));
    return fetch();
  }
  ManualClock clock{at("2026-11-03T12:00:00Z")};
  Publisher publisher;
  FeedSettings settings{"Journal", "https://feed.example/rss"};
  std::string cursor;
};

TEST_F(Feeds, TheFirstReadingFloodsNobody) {
  publisher.answer(200, rss(item("new", "Mon, 02 Nov 2026 10:00:00 GMT") +
                            item("old", "Mon, 05 Oct 2026 10:00:00 GMT") + item("undated")));
  const flow::Batch batch = fetch();
  EXPECT_THAT(batch.papers, SizeIs(3));
  ASSERT_THAT(batch.announcements, SizeIs(1));
  EXPECT_EQ(batch.announcements[0].category, "Journal");
  EXPECT_EQ(format_day(batch.announcements[0].day), "2026-11-03");
  ASSERT_THAT(batch.ledger, SizeIs(1));
  EXPECT_EQ(batch.ledger[0].state, LedgerState::complete);
  EXPECT_EQ(batch.ledger[0].ingested, 1);
  EXPECT_EQ(batch.next_at, at("2026-11-03T13:00:00Z"));
}

TEST_F(Feeds, LaterEveryUnseenItemIsNewsOnce) {
  publisher.answer(200, rss(item("a")));
  fetch();
  publisher.answer(200, rss(item("b") + item("c", "Mon, 05 Oct 2026 10:00:00 GMT") + item("a")));
  const flow::Batch second = fetch_at("2026-11-03T13:00:00Z");
  EXPECT_THAT(second.papers, SizeIs(2)) << "dated long ago or not at all: new to the feed is new";
  EXPECT_THAT(second.announcements, SizeIs(2));
  publisher.answer(200, rss(item("b") + item("c") + item("a")));
  const flow::Batch third = fetch_at("2026-11-03T14:00:00Z");
  EXPECT_THAT(third.papers, IsEmpty());
  EXPECT_THAT(third.ledger, IsEmpty());
  publisher.answer(200, rss(item("d") + item("a")));
  const flow::Batch fourth = fetch_at("2026-11-03T15:00:00Z");
  EXPECT_THAT(fourth.announcements, SizeIs(1));
  EXPECT_EQ(fourth.ledger.at(0).ingested, 3) << "of the day";
}

TEST_F(Feeds, AnItemThatComesBackIsNotNews) {
  publisher.answer(200, rss(item("a") + item("b")));
  fetch();
  publisher.answer(200, rss(item("b")));
  fetch_at("2026-11-03T13:00:00Z");
  publisher.answer(200, rss(item("a") + item("b")));
  EXPECT_THAT(fetch_at("2026-11-03T14:00:00Z").papers, IsEmpty());
}

TEST_F(Feeds, AskOnlyWhatChanged) {
  publisher.answer(200, rss(item("a")), {{"etag", "\"1\""}, {"last-modified", "Tue, 03 Nov 2026 11:00:00 GMT"}});
  fetch();
  publisher.answer(304);
  const flow::Batch batch = fetch_at("2026-11-03T13:00:00Z");
  EXPECT_THAT(publisher.asked[1].headers,
              testing::IsSupersetOf(
                  net::Headers{{"If-None-Match", "\"1\""}, {"If-Modified-Since", "Tue, 03 Nov 2026 11:00:00 GMT"}}));
  EXPECT_THAT(batch.papers, IsEmpty());
  EXPECT_EQ(batch.next_at, at("2026-11-03T14:00:00Z"));
}

TEST_F(Feeds, SayWhoAsksAndStayOutOfPrivateNetworks) {
  publisher.answer(200, rss(""));
  fetch();
  const net::Request& request = publisher.asked.at(0);
  EXPECT_THAT(request.headers, testing::Contains(testing::Pair(
                                   "User-Agent", testing::MatchesRegex("paperboy/[0-9.]+ \\(\\+ops@example.org\\)"))));
  EXPECT_FALSE(request.allow_private_addresses);
  EXPECT_EQ(request.max_body, 10u << 20);
}

TEST_F(Feeds, ARestartDoesNotAskEarlier) {
  publisher.answer(200, rss(item("a")));
  fetch();
  const flow::Batch batch = fetch_at("2026-11-03T12:59:59Z");
  EXPECT_THAT(publisher.asked, SizeIs(1));
  EXPECT_EQ(batch.next_at, at("2026-11-03T13:00:00Z"));
}

TEST_F(Feeds, FailuresAreToldAndPausesGrowToADay) {
  publisher.answer(200, rss(item("a")));
  fetch();
  std::vector<Duration> pauses;
  clock.set(at("2026-11-03T13:00:00Z"));
  for (int i = 0; i < 8; ++i) {
    publisher.answer(500);
    const flow::Batch batch = fetch();
    ASSERT_THAT(batch.ledger, SizeIs(1));
    EXPECT_EQ(batch.ledger[0].state, LedgerState::failed);
    EXPECT_EQ(batch.ledger[0].category, "Journal");
    EXPECT_THAT(batch.ledger[0].note, AllOf(HasSubstr("HTTP 500"), HasSubstr("failing since 2026-11-03T13:00:00")));
    pauses.push_back(batch.next_at - clock.now());
    clock.set(batch.next_at);
  }
  EXPECT_THAT(pauses, testing::ElementsAre(1h, 2h, 4h, 8h, 16h, 24h, 24h, 24h));
  publisher.answer(200, rss(item("a") + item("b")));
  const flow::Batch well = fetch();
  EXPECT_THAT(well.announcements, SizeIs(1)) << "what came meanwhile is not lost";
  EXPECT_EQ(well.ledger.back().state, LedgerState::complete);
  EXPECT_EQ(well.next_at - clock.now(), 1h);
}

TEST_F(Feeds, AFailureThatPassedDoesNotHideWhatTheDayBrought) {
  publisher.answer(200, rss(item("a", "Mon, 02 Nov 2026 10:00:00 GMT")));
  fetch();
  publisher.answer(500);
  fetch_at("2026-11-03T13:00:00Z");
  publisher.answer(304);
  const flow::Batch well = fetch_at("2026-11-03T14:00:00Z");
  ASSERT_THAT(well.ledger, SizeIs(1));
  EXPECT_EQ(well.ledger[0].state, LedgerState::complete);
  EXPECT_EQ(well.ledger[0].ingested, 1);
}

TEST_F(Feeds, EveryKindOfTroubleHasItsReason) {
  struct Case {
    int status;
    std::string body, why;
  };
  const std::vector<Case> cases = {
      {404, "", "HTTP 404"},
      {410, "", "gone for good"},
      {403, "", "access denied"},
      {200, "<!DOCTYPE html><html/>", "a web page"},
      {200, "<rss><channel><item>", "not well-formed"},
      {200, "<?xml version='1.0'?><!DOCTYPE x><rss/>", "DOCTYPE"},
      {200, "", "empty"},
  };
  for (const Case& each : cases) {
    cursor.clear();
    publisher.answer(each.status, each.body);
    const flow::Batch batch = fetch();
    ASSERT_THAT(batch.ledger, SizeIs(1)) << each.why;
    EXPECT_EQ(batch.ledger[0].state, LedgerState::failed) << each.why;
    EXPECT_THAT(batch.ledger[0].note, HasSubstr(each.why));
    EXPECT_EQ(batch.next_at - clock.now(), each.status == 410 ? 24h : 1h) << each.why;
  }
  cursor.clear();
  EXPECT_THAT(fetch().ledger.at(0).note, HasSubstr("connection refused"));
}

TEST_F(Feeds, TheStatedWaitIsKept) {
  publisher.answer(429, "", {{"retry-after", "10800"}});
  EXPECT_EQ(fetch().next_at, at("2026-11-03T15:00:00Z"));
  cursor.clear();
  publisher.answer(503, "", {{"retry-after", "Wed, 04 Nov 2026 12:00:00 GMT"}});
  EXPECT_EQ(fetch().next_at, at("2026-11-04T12:00:00Z"));
  cursor.clear();
  publisher.answer(503, "", {{"retry-after", "0"}});
  EXPECT_EQ(fetch().next_at, at("2026-11-03T13:00:00Z")) << "never sooner than it is asked anyway";
}

TEST_F(Feeds, ItemsThatCannotBeReadMakeItPartial) {
  publisher.answer(200, rss(item("a", "Mon, 02 Nov 2026 10:00:00 GMT") + "<item/>"));
  const flow::Batch batch = fetch();
  ASSERT_THAT(batch.ledger, SizeIs(1));
  EXPECT_EQ(batch.ledger[0].state, LedgerState::partial);
  EXPECT_EQ(batch.ledger[0].expected, 2);
  EXPECT_EQ(batch.ledger[0].ingested, 1);
}

TEST_F(Feeds, RepeatingAFetchBringsTheSame) {
  const std::string body = rss(item("a", "Mon, 02 Nov 2026 10:00:00 GMT"));
  publisher.answer(200, body);
  const flow::Batch first = fetch();
  cursor.clear();
  publisher.answer(200, body);
  const flow::Batch second = fetch();
  EXPECT_EQ(first.cursor, second.cursor);
  EXPECT_EQ(first.ledger, second.ledger);
  EXPECT_EQ(first.papers.at(0).id, second.papers.at(0).id);
}

TEST(FeedCursors, ComeBackAsTheyWere) {
  const FeedCursor cursor{
      "\"1\"", "Tue", {"aa", "bb"}, at("2026-11-03T13:00:00Z"), at("2026-11-01T13:00:00Z"), 3, *parse_day("2026-11-03"),
      7,       true};
  EXPECT_EQ(read_cursor(write_cursor(cursor)), cursor);
  for (const char* text : {"", "x", "[]", "{}", R"({"v":2,"etag":"a"})", R"({"v":1,"etag":3,"seen":[]})"})
    EXPECT_EQ(read_cursor(text), FeedCursor{}) << text;
}

TEST(FeedPace, FollowsThePublisher) {
  const Time now = at("2026-11-03T12:10:00Z");  // a Tuesday
  Feed feed;
  EXPECT_EQ(next_visit(feed, 1h, now), now + 1h);
  feed.ttl = 3h;
  EXPECT_EQ(next_visit(feed, 1h, now), now + 3h);
  feed.ttl = 100h;
  EXPECT_EQ(next_visit(feed, 1h, now), now + 24h) << "a day at most";
  feed.ttl.reset();
  feed.skip_hours = {13, 14};
  EXPECT_EQ(next_visit(feed, 1h, now), at("2026-11-03T15:00:00Z"));
  feed.skip_days = {2, 3};  // Tuesday, Wednesday
  EXPECT_EQ(next_visit(feed, 1h, now), at("2026-11-05T00:00:00Z"));
  for (unsigned day = 0; day < 7; ++day) feed.skip_days.insert(day);
  EXPECT_LE(next_visit(feed, 1h, now), now + 8 * 24h) << "who skips every day is asked all the same";
}

settings::Findings findings_of(const std::string& yaml) {
  settings::Findings findings;
  find_plugin("feed")->read(settings::Node::parse("feed: " + yaml, "test.yaml", findings).at("feed"));
  return findings;
}

TEST(FeedSettings, SayWhatIsWrong) {
  EXPECT_TRUE(
      findings_of("[{name: A, url: 'https://a.example/f'}, {name: B, url: 'https://b.example/f', every: 2h}]").empty());
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[{url: 'https://a.example/f'}]", "name"},
      {"[{name: A}]", "url"},
      {"[{name: A, url: 'feed://a.example'}]", "not an http or https address"},
      {"[{name: A, url: 'http://reader:pass@a.example/f'}]", "could read the password"},
      {"[{name: A, url: 'https://a.example/f', every: 1m}]", "every"},
      {"[{name: A, url: 'https://a.example/f'}, {name: B, url: 'https://a.example/f'}]", "listed twice"},
      {"[{name: A, url: 'https://a.example/f'}, {name: A, url: 'https://b.example/f'}]", "two feeds are called 'A'"},
      {"[{name: cs.CV, url: 'https://a.example/f'}]", "a category of arXiv"},
      {"{name: A, url: 'https://a.example/f'}", ""},
  };
  for (const auto& [yaml, finding] : cases) {
    const settings::Findings findings = findings_of(yaml);
    EXPECT_FALSE(findings.empty()) << yaml;
    EXPECT_THAT(findings.to_string(), HasSubstr(finding)) << yaml;
  }
}

TEST(FeedSettings, TheExampleIsComplete) {
  settings::Findings findings;
  const settings::Node root =
      settings::Node::load(std::filesystem::path(PAPERBOY_SOURCE_DIR) / "integrations/feed/feed.yaml", findings);
  const settings::Node section = root.at("sources").at("feed");
  find_plugin("feed")->read(section);
  root.reject_unknown();
  EXPECT_TRUE(findings.empty()) << findings.to_string();
  EXPECT_EQ(section.asked_keys(), section.written_keys());
}

}  // namespace
}  // namespace paperboy::integrations::feed
