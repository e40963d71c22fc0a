// The nights of the feeds. 00:00 US Eastern is 05:00 UTC in these days of November 2026; the 3rd is a Tuesday.
#include <gmock/gmock.h>

#include "tests/integrations/arxiv/bench.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using paper::LedgerState;
using test::at;
using test::Bench;
using test::day;
using test::rss_feed;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string monday = rss_feed("cs.CV", {{"2611.00001v1", "new"}, {"2611.00002v1", "cross", "cs.LG cs.CV"}});
const std::string tuesday = rss_feed("cs.CV", {{"2611.00101v1", "new"},
                                               {"2611.00102v1", "cross", "cs.LG cs.CV"},
                                               {"2510.00007v2", "replace"},
                                               {"2509.00008v3", "replace-cross", "cs.LG cs.CV"}});

// Monday's mailing was taken in full; it is Tuesday.
class FeedsAfterMonday : public testing::Test {
 protected:
  FeedsAfterMonday() {
    bench.arxiv.feeds["cs.CV"] = monday;
    bench.settle_at("2026-11-02T13:00:00Z", *bench.rss);
    bench.arxiv.asked.clear();
  }
  Bench bench{"2026-11-02T13:00:00Z"};
};

TEST_F(FeedsAfterMonday, TheNextLookIsHalfPastMidnight) {
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-02").state, LedgerState::complete);
  const flow::Batch idle = bench.settle_at("2026-11-03T05:29:59Z", *bench.rss);
  EXPECT_EQ(idle.next_at, at("2026-11-03T05:30:00Z"));
  EXPECT_THAT(bench.arxiv.asked, IsEmpty());
}

TEST_F(FeedsAfterMonday, NewContentIsAnnouncedOnceAndEndsTheNight) {
  bench.arxiv.feeds["cs.CV"] = tuesday;
  const flow::Batch batch = bench.settle_at("2026-11-03T05:30:00Z", *bench.rss);
  EXPECT_THAT(batch.papers, SizeIs(4));
  EXPECT_THAT(
      bench.announced(),
      testing::IsSupersetOf({"cs.CV 2026-11-03 new 2611.00101", "cs.CV 2026-11-03 cross 2611.00102",
                             "cs.CV 2026-11-03 replace 2510.00007", "cs.CV 2026-11-03 replace-cross 2509.00008"}));
  EXPECT_EQ(bench.papers["2611.00101"].announced, day("2026-11-03"));
  EXPECT_FALSE(bench.papers["2510.00007"].announced) << "a replacement was announced before";
  const paper::LedgerEntry& entry = bench.ledger("arxiv-rss", "cs.CV", "2026-11-03");
  EXPECT_EQ(entry.state, LedgerState::complete);
  EXPECT_EQ(entry.expected, 4);
  EXPECT_EQ(entry.ingested, 4);
  EXPECT_EQ(batch.next_at, at("2026-11-04T05:30:00Z"));

  const std::size_t asked = bench.arxiv.asked.size();
  EXPECT_THAT(bench.settle_at("2026-11-03T20:00:00Z", *bench.rss).papers, IsEmpty());
  EXPECT_EQ(bench.arxiv.asked.size(), asked) << "a settled feed is left alone";
}

TEST_F(FeedsAfterMonday, AStaleFeedIsLookedAtUntilItChanges) {
  EXPECT_EQ(bench.settle_at("2026-11-03T05:30:00Z", *bench.rss).next_at, at("2026-11-03T07:00:00Z"));
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").state, LedgerState::waiting);
  EXPECT_NE(bench.arxiv.asked.back().header("If-None-Match"), "");
  EXPECT_EQ(bench.settle_at("2026-11-03T07:00:00Z", *bench.rss).next_at, at("2026-11-03T09:00:00Z"));
  bench.arxiv.feeds["cs.CV"] = tuesday;
  EXPECT_THAT(bench.settle_at("2026-11-03T09:00:00Z", *bench.rss).papers, SizeIs(4));
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").state, LedgerState::complete);
}

TEST_F(FeedsAfterMonday, DatesInTheFeedDecideNothing) {
  // Everything but the entries says Tuesday, as a stale feed of August 2026 did.
  std::string stale = monday;
  stale.replace(stale.find("Tue, 03 Nov 2026 05:00:11"), 25, "Tue, 03 Nov 2026 05:31:17");
  bench.arxiv.feeds["cs.CV"] = stale;
  const flow::Batch batch = bench.settle_at("2026-11-03T05:31:20Z", *bench.rss);
  EXPECT_THAT(batch.announcements, IsEmpty());
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").state, LedgerState::waiting);
}

TEST_F(FeedsAfterMonday, AFeedThatStaysStaleFailsAtNoonAndIsStillTakenLater) {
  for (const char* time : {"2026-11-03T05:30:00Z", "2026-11-03T12:00:00Z", "2026-11-03T17:00:00Z"})
    bench.settle_at(time, *bench.rss);
  const paper::LedgerEntry& entry = bench.ledger("arxiv-rss", "cs.CV", "2026-11-03");
  EXPECT_EQ(entry.state, LedgerState::failed);
  EXPECT_THAT(entry.note, HasSubstr("still showed the mailing of 2026-11-02"));
  bench.arxiv.feeds["cs.CV"] = tuesday;
  EXPECT_THAT(bench.settle_at("2026-11-03T20:00:00Z", *bench.rss).papers, SizeIs(4));
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").state, LedgerState::complete);
}

TEST_F(FeedsAfterMonday, AnEmptyFeedIsQuietOnlyAtNoon) {
  bench.arxiv.feeds["cs.CV"] = rss_feed("cs.CV", {});
  bench.settle_at("2026-11-03T12:00:00Z", *bench.rss);
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").state, LedgerState::waiting);
  bench.settle_at("2026-11-03T17:00:00Z", *bench.rss);
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").state, LedgerState::quiet);
}

TEST_F(FeedsAfterMonday, ContentThatAnEdgeServerServesOnceMoreIsNotNews) {
  bench.arxiv.feeds["cs.CV"] = tuesday;
  bench.settle_at("2026-11-03T05:30:00Z", *bench.rss);
  bench.arxiv.feeds["cs.CV"] = monday;
  EXPECT_THAT(bench.settle_at("2026-11-04T05:30:00Z", *bench.rss).announcements, IsEmpty());
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-04").state, LedgerState::waiting);
}

TEST_F(FeedsAfterMonday, AHandfulOfNewEntriesDoesNotEndTheNight) {
  std::vector<test::FeedLine> lines;
  for (int i = 1; i <= 9; ++i) lines.push_back({"2611.0020" + std::to_string(i) + "v1", "new"});
  bench.arxiv.feeds["cs.CV"] = rss_feed("cs.CV", lines);
  bench.settle_at("2026-11-03T05:30:00Z", *bench.rss);
  lines.push_back({"2611.00300v1", "new"});
  bench.arxiv.feeds["cs.CV"] = rss_feed("cs.CV", lines);
  const flow::Batch batch = bench.settle_at("2026-11-04T05:30:00Z", *bench.rss);
  EXPECT_THAT(batch.announcements, SizeIs(1)) << "what is new is taken at once";
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-04").state, LedgerState::waiting);
  EXPECT_EQ(batch.next_at, at("2026-11-04T07:00:00Z"));
}

TEST_F(FeedsAfterMonday, RepeatingAFetchBringsTheSame) {
  bench.arxiv.feeds["cs.CV"] = tuesday;
  bench.clock.set(at("2026-11-03T05:30:00Z"));
  const std::string before = bench.cursors["arxiv-rss"];
  const flow::Batch first = bench.fetch(*bench.rss);
  bench.cursors["arxiv-rss"] = before;  // the commit was lost
  bench.restart();
  const flow::Batch second = bench.fetch(*bench.rss);
  EXPECT_EQ(first.cursor, second.cursor);
  EXPECT_EQ(first.ledger, second.ledger);
  EXPECT_EQ(first.papers.size(), second.papers.size());
}

TEST_F(FeedsAfterMonday, DaysWithoutTheProgramAreAccountedFor) {
  bench.arxiv.feeds["cs.CV"] = tuesday;
  bench.settle_at("2026-11-05T05:30:00Z", *bench.rss);  // Thursday; Tuesday and Wednesday were missed
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").state, LedgerState::failed);
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-04").state, LedgerState::failed);
  EXPECT_FALSE(bench.has_ledger("arxiv-rss", "cs.CV", "2026-11-01")) << "a Sunday has no mailing";
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-05").state, LedgerState::waiting)
      << "at night the content may still be that of the mailing missed before";
  bench.settle_at("2026-11-05T12:00:00Z", *bench.rss);
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-05").state, LedgerState::complete);
}

TEST_F(FeedsAfterMonday, AWeekendIsLeftAlone) {
  bench.arxiv.feeds["cs.CV"] = tuesday;
  bench.settle_at("2026-11-06T15:00:00Z", *bench.rss);  // Friday
  bench.arxiv.asked.clear();
  const flow::Batch idle = bench.settle_at("2026-11-07T15:00:00Z", *bench.rss);
  EXPECT_THAT(bench.arxiv.asked, IsEmpty());
  EXPECT_EQ(idle.next_at, at("2026-11-09T05:30:00Z"));
}

TEST_F(FeedsAfterMonday, AHolidayIsQuiet) {
  bench.arxiv.feeds["cs.CV"] = tuesday;
  bench.settle_at("2026-11-26T17:00:00Z", *bench.rss);
  // Nothing is announced on the evening of 26 November 2026, so Friday has no mailing; it is looked at all the same.
  bench.settle_at("2026-11-27T12:00:00Z", *bench.rss);
  EXPECT_FALSE(bench.has_ledger("arxiv-rss", "cs.CV", "2026-11-27"));
  bench.settle_at("2026-11-27T17:00:00Z", *bench.rss);
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-27").state, LedgerState::quiet);
  bench.arxiv.feeds["cs.CV"] = monday;
}

TEST_F(FeedsAfterMonday, AWrongNameFailsWithArxivsReason) {
  bench.arxiv.feeds.erase("cs.CV");
  const flow::Batch batch = bench.settle_at("2026-11-03T05:30:00Z", *bench.rss);
  const paper::LedgerEntry& entry = bench.ledger("arxiv-rss", "cs.CV", "2026-11-03");
  EXPECT_EQ(entry.state, LedgerState::failed);
  EXPECT_THAT(entry.note, AllOf(HasSubstr("HTTP 400"), HasSubstr("Feed error for query")));
  EXPECT_FALSE(batch.more);
}

TEST_F(FeedsAfterMonday, AFullFeedIsHeldForCut) {
  std::vector<test::FeedLine> lines;
  for (int i = 0; i < rss_limit; ++i) {
    const std::string number = std::to_string(10000 + i);
    lines.push_back({"2611." + number + "v1", "cross", "cs.LG cs.CV"});
  }
  bench.arxiv.feeds["cs.CV"] = rss_feed("cs.CV", lines);
  bench.settle_at("2026-11-03T05:30:00Z", *bench.rss);
  const paper::LedgerEntry& entry = bench.ledger("arxiv-rss", "cs.CV", "2026-11-03");
  EXPECT_EQ(entry.state, LedgerState::partial);
  EXPECT_THAT(entry.note, HasSubstr("new papers may be missing"));
}

TEST_F(FeedsAfterMonday, EntriesThatCannotBeReadMakeItPartial) {
  std::string feed = tuesday;
  feed.insert(feed.find("    <item>"), "    <item><title>?</title><guid>x</guid></item>\n");
  bench.arxiv.feeds["cs.CV"] = feed;
  bench.settle_at("2026-11-03T05:30:00Z", *bench.rss);
  const paper::LedgerEntry& entry = bench.ledger("arxiv-rss", "cs.CV", "2026-11-03");
  EXPECT_EQ(entry.state, LedgerState::partial);
  EXPECT_EQ(entry.expected, 5);
  EXPECT_EQ(entry.ingested, 4);
}

TEST_F(FeedsAfterMonday, ABrokenFeedIsAskedForAgainSoon) {
  bench.arxiv.fail_once("/rss/", 200, tuesday.substr(0, tuesday.size() / 2));
  const flow::Batch batch = bench.settle_at("2026-11-03T05:30:00Z", *bench.rss);
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").state, LedgerState::waiting);
  EXPECT_THAT(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").note, HasSubstr("not well-formed"));
  EXPECT_EQ(batch.next_at, at("2026-11-03T05:35:00Z"));
  bench.arxiv.feeds["cs.CV"] = tuesday;
  EXPECT_THAT(bench.settle_at("2026-11-03T05:35:00Z", *bench.rss).papers, SizeIs(4));
}

// Whatever way arXiv chooses to say "slower": the fetch fails, nothing is lost, nothing is asked during the pause, and
// after it the night goes on.
TEST_F(FeedsAfterMonday, RefusalsAreObeyed) {
  struct Refusal {
    int status;
    std::string body;
    net::Headers headers;
    const char* open_again;
  };
  const std::vector<Refusal> refusals = {
      {429, "", {{"retry-after", "3600"}}, "2026-11-03T06:30:00Z"},
      {503, "", {{"retry-after", "Tue, 03 Nov 2026 08:30:00 GMT"}}, "2026-11-03T08:30:00Z"},
      {200, "Rate exceeded.", {{"retry-after", "3600"}}, "2026-11-03T06:30:00Z"},
      {406, "", {{"retry-after", "7200"}}, "2026-11-03T07:30:00Z"},
      {200, "<!DOCTYPE html><html>busy</html>", {{"retry-after", "3600"}}, "2026-11-03T06:30:00Z"},
      {403, "Access denied", {}, "2026-11-03T11:30:00Z"},
  };
  bench.arxiv.feeds["cs.CV"] = tuesday;
  const std::string cursor = bench.cursors["arxiv-rss"];
  for (const Refusal& refusal : refusals) {
    const std::string what = std::to_string(refusal.status) + " " + refusal.body;
    bench.cursors["arxiv-rss"] = cursor;
    bench.lanes.lanes.clear();
    bench.restart();
    bench.arxiv.asked.clear();
    bench.clock.set(at("2026-11-03T05:30:00Z"));
    bench.arxiv.fail_once("/rss/", refusal.status, refusal.body, refusal.headers);
    EXPECT_NE(bench.trouble(*bench.rss), "") << what;
    EXPECT_THAT(bench.trouble(*bench.rss), HasSubstr("asked for a pause")) << what;
    EXPECT_THAT(bench.arxiv.asked, SizeIs(1)) << what << ": the pause is kept";
    EXPECT_EQ(bench.cursors["arxiv-rss"], cursor) << what;

    // After a restart the pause still holds: it was stored.
    EXPECT_EQ(bench.lanes.lanes["arxiv"].not_before, at(refusal.open_again)) << what;
    bench.restart();
    EXPECT_THAT(bench.trouble(*bench.rss), HasSubstr("asked for a pause")) << what;
    bench.clock.set(at(refusal.open_again));
    bench.restart();
    EXPECT_THAT(bench.settle(*bench.rss).papers, SizeIs(4)) << what;
  }
}

TEST_F(FeedsAfterMonday, ALostConnectionFailsTheFetch) {
  bench.arxiv.feeds["cs.CV"] = tuesday;
  bench.arxiv.lose_once("/rss/");
  bench.clock.set(at("2026-11-03T05:30:00Z"));
  EXPECT_THAT(bench.trouble(*bench.rss), HasSubstr("the feed of cs.CV: connection reset by the test"));
  EXPECT_GT(bench.lanes.lanes["arxiv"].not_before, bench.clock.now());
}

TEST(RssSource, EveryRequestSaysWhoAsks) {
  Bench bench("2026-11-03T13:00:00Z");
  bench.arxiv.feeds["cs.CV"] = tuesday;
  bench.settle(*bench.rss);
  ASSERT_THAT(bench.arxiv.asked, SizeIs(1));
  EXPECT_EQ(bench.arxiv.asked[0].url, "https://rss.arxiv.org/rss/cs.CV");
  EXPECT_THAT(bench.arxiv.asked[0].header("User-Agent"),
              testing::MatchesRegex("paperboy/[0-9.]+ \\(\\+ops@example.org\\)"));
  EXPECT_THAT(bench.arxiv.asked[0].header("Accept"), HasSubstr("xml"));
}

TEST(RssSource, AsksOneCategoryAfterTheOther) {
  Bench bench("2026-11-03T13:00:00Z", {"cs.CV", "hep-th", "math.NA"});
  bench.arxiv.feeds["cs.CV"] = tuesday;
  bench.arxiv.feeds["hep-th"] = rss_feed("hep-th", {{"2611.00500v1", "new", "hep-th"}});
  bench.arxiv.feeds["math.NA"] = rss_feed("math.NA", {{"2611.00101v1", "cross", "cs.CV cs.NA"}});
  const flow::Batch first = bench.fetch(*bench.rss);
  EXPECT_TRUE(first.more);
  bench.settle(*bench.rss);
  EXPECT_THAT(bench.arxiv.urls(), ElementsAre("https://rss.arxiv.org/rss/cs.CV", "https://rss.arxiv.org/rss/hep-th",
                                              "https://rss.arxiv.org/rss/math.NA"));
  EXPECT_THAT(bench.announced(),
              testing::IsSupersetOf({"cs.CV 2026-11-03 new 2611.00101", "math.NA 2026-11-03 cross 2611.00101"}))
      << "one paper in two listings is one paper";
}

TEST(RssSource, TroubleOfOneCategoryIsItsOwn) {
  Bench bench("2026-11-03T13:00:00Z", {"cs.CV", "hep-th"});
  bench.arxiv.feeds["hep-th"] = rss_feed("hep-th", {{"2611.00500v1", "new", "hep-th"}});
  bench.settle(*bench.rss);
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").state, LedgerState::failed);
  EXPECT_EQ(bench.ledger("arxiv-rss", "hep-th", "2026-11-03").state, LedgerState::complete);
}

TEST(RssSource, TheFirstLookInDaytimeIsTrusted) {
  Bench bench("2026-11-03T19:00:00Z");
  bench.arxiv.feeds["cs.CV"] = tuesday;
  EXPECT_EQ(bench.settle(*bench.rss).next_at, at("2026-11-04T05:30:00Z"));
  EXPECT_EQ(bench.ledger("arxiv-rss", "cs.CV", "2026-11-03").state, LedgerState::complete);
  EXPECT_FALSE(bench.has_ledger("arxiv-rss", "cs.CV", "2026-11-02"))
      << "nothing was promised for days before the first";
}

TEST(RssSource, SummerTimeMovesTheNight) {
  Bench bench("2026-07-07T03:00:00Z");  // Monday 23:00 US Eastern: the last look of Monday has passed
  bench.arxiv.feeds["cs.CV"] = tuesday;
  bench.settle(*bench.rss);
  EXPECT_EQ(bench.settle_at("2026-07-07T04:29:00Z", *bench.rss).next_at, at("2026-07-07T04:30:00Z"));
}

TEST(RssSource, ANewCategoryInTheSettingsStartsAtOnce) {
  Bench bench("2026-11-03T13:00:00Z");
  bench.arxiv.feeds["cs.CV"] = tuesday;
  bench.arxiv.feeds["hep-th"] = rss_feed("hep-th", {{"2611.00500v1", "new", "hep-th"}});
  bench.settle(*bench.rss);
  bench.settings.categories.push_back("hep-th");
  bench.restart();
  EXPECT_THAT(bench.settle(*bench.rss).papers, SizeIs(1));
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
