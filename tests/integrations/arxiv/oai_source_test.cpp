// Whole harvests. 20:00 US Eastern, when a mailing is public, is 01:00 UTC of its day in November 2026; the 3rd is a
// Tuesday.
#include <gmock/gmock.h>

#include "tests/integrations/arxiv/bench.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using paper::LedgerState;
using test::at;
using test::Bench;
using test::day;
using test::FakePaper;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::SizeIs;

FakePaper fresh(const char* id, const char* categories = "cs.CV", const char* datestamp = "2026-11-03",
                const char* submitted = "Mon, 02 Nov 2026 11:00:00 GMT") {
  return {id, categories, datestamp, {submitted}};
}

// The program has run for a day; Monday's mailing is settled.
class HarvestsAfterMonday : public testing::Test {
 protected:
  HarvestsAfterMonday() {
    bench.arxiv.papers = {fresh("2611.00001", "cs.CV", "2026-11-02", "Fri, 30 Oct 2026 11:00:00 GMT"),
                          fresh("2611.00002", "math.ST", "2026-11-02", "Fri, 30 Oct 2026 11:00:00 GMT")};
    for (const char* time : {"2026-11-02T03:45:00Z", "2026-11-02T04:30:00Z"}) bench.settle_at(time, *bench.oai);
    bench.arxiv.asked.clear();
  }
  void announce_tuesday() {
    bench.arxiv.papers.push_back(fresh("2611.00101"));
    bench.arxiv.papers.push_back(fresh("2611.00102", "cs.LG cs.CV"));
    bench.arxiv.papers.push_back(fresh("2611.00103", "hep-th"));
  }
  Bench bench{"2026-11-02T03:45:00Z", {"cs.CV", "cs.LG"}};
};

TEST_F(HarvestsAfterMonday, IsSettledAndWaitsForTheNextEvening) {
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.CV", "2026-11-02").state, LedgerState::complete);
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.LG", "2026-11-02").state, LedgerState::quiet);
  const flow::Batch idle = bench.settle_at("2026-11-03T03:44:59Z", *bench.oai);
  EXPECT_EQ(idle.next_at, at("2026-11-03T03:45:00Z")) << "22:45 US Eastern";
  EXPECT_THAT(bench.arxiv.asked, IsEmpty());
}

TEST_F(HarvestsAfterMonday, NewPapersAreAnnouncedTheSameEvening) {
  announce_tuesday();
  const flow::Batch batch = bench.settle_at("2026-11-03T03:45:00Z", *bench.oai);
  EXPECT_THAT(bench.announced(), IsSupersetOf({"cs.CV 2026-11-03 new 2611.00101", "cs.LG 2026-11-03 new 2611.00102",
                                               "cs.CV 2026-11-03 cross 2611.00102"}));
  EXPECT_THAT(bench.papers, Not(testing::Contains(testing::Key("2611.00103")))) << "nobody asked for hep-th";
  EXPECT_EQ(bench.papers["2611.00101"].announced, day("2026-11-03"));
  EXPECT_EQ(bench.papers["2611.00101"].published, day("2026-11-02"));
  EXPECT_EQ(batch.next_at, at("2026-11-03T04:30:00Z"));
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.CV", "2026-11-03").state, LedgerState::waiting)
      << "one harvest proves nothing";
}

TEST_F(HarvestsAfterMonday, ASecondHarvestThatAgreesSettlesTheMailing) {
  announce_tuesday();
  bench.settle_at("2026-11-03T03:45:00Z", *bench.oai);
  const flow::Batch batch = bench.settle_at("2026-11-03T04:30:00Z", *bench.oai);
  const paper::LedgerEntry& entry = bench.ledger("arxiv-oai", "cs.CV", "2026-11-03");
  EXPECT_EQ(entry.state, LedgerState::complete);
  EXPECT_EQ(entry.expected, 2);
  EXPECT_EQ(entry.ingested, 2);
  EXPECT_THAT(batch.announcements, IsEmpty()) << "what was announced is not announced again";
  EXPECT_EQ(batch.next_at, at("2026-11-04T03:45:00Z"));
}

TEST_F(HarvestsAfterMonday, ASecondHarvestThatFindsMoreIsFollowedByAThird) {
  bench.arxiv.papers.push_back(fresh("2611.00101"));
  bench.settle_at("2026-11-03T03:45:00Z", *bench.oai);
  announce_tuesday();  // the rest of the evening's data
  const flow::Batch second = bench.settle_at("2026-11-03T04:30:00Z", *bench.oai);
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.CV", "2026-11-03").state, LedgerState::waiting);
  EXPECT_EQ(second.next_at, at("2026-11-03T06:00:00Z"));
  bench.settle_at("2026-11-03T06:00:00Z", *bench.oai);
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.CV", "2026-11-03").ingested, 2);
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.CV", "2026-11-03").state, LedgerState::complete);
}

TEST_F(HarvestsAfterMonday, NothingUntilNoonIsAFailure) {
  // The set is cs:cs, one archive: a mailing of it without new papers is rare, but no proof. With two groups it cannot
  // be.
  bench.settle_at("2026-11-03T03:45:00Z", *bench.oai);
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.CV", "2026-11-03").state, LedgerState::waiting);
  bench.settle_at("2026-11-03T17:00:00Z", *bench.oai);
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.CV", "2026-11-03").state, LedgerState::quiet);

  Bench wide("2026-11-03T17:00:00Z", {"cs.CV", "hep-th"});
  wide.arxiv.papers = {fresh("2611.00001", "cs.CV", "2026-11-02")};
  wide.settle(*wide.oai);
  EXPECT_EQ(wide.ledger("arxiv-oai", "cs.CV", "2026-11-03").state, LedgerState::failed);
}

TEST_F(HarvestsAfterMonday, NeighbouringHarvestsAskFromDifferentDays) {
  // A cached "no records" must not be asked for again.
  bench.arxiv.papers.clear();
  for (const char* time : {"2026-11-03T03:45:00Z", "2026-11-03T04:30:00Z", "2026-11-03T06:00:00Z"})
    bench.settle_at(time, *bench.oai);
  const std::vector<std::string> urls = bench.arxiv.urls();
  EXPECT_THAT(urls, SizeIs(3));
  EXPECT_THAT(std::set<std::string>(urls.begin(), urls.end()), SizeIs(3));
  for (const std::string& url : urls)
    EXPECT_THAT(
        url, testing::StartsWith("https://oaipmh.arxiv.org/oai?verb=ListRecords&metadataPrefix=arXivRaw&from=2026-1"));
}

TEST_F(HarvestsAfterMonday, ListsInPagesComeWhole) {
  announce_tuesday();
  bench.arxiv.page_size = 2;
  bench.clock.set(at("2026-11-03T03:45:00Z"));
  const flow::Batch first = bench.fetch(*bench.oai);
  EXPECT_TRUE(first.more);
  bench.settle(*bench.oai);
  EXPECT_THAT(bench.announced(),
              IsSupersetOf({"cs.CV 2026-11-03 new 2611.00101", "cs.CV 2026-11-03 cross 2611.00102"}));
  EXPECT_GE(bench.arxiv.count("resumptionToken=verb%253DListRecords%2526"), 1u)
      << "the token is percent-encoded once more";
}

TEST_F(HarvestsAfterMonday, ACrashBetweenPagesLosesAndRepeatsNothing) {
  announce_tuesday();
  bench.arxiv.page_size = 1;
  bench.clock.set(at("2026-11-03T03:45:00Z"));
  bench.fetch(*bench.oai);
  const auto announced = bench.announced();
  const std::string committed = bench.cursors["arxiv-oai"];
  bench.fetch(*bench.oai);
  bench.cursors["arxiv-oai"] = committed;  // the second page's commit was lost
  bench.restart();
  bench.settle(*bench.oai);
  EXPECT_THAT(bench.announced(), IsSupersetOf({"cs.CV 2026-11-03 new 2611.00101", "cs.LG 2026-11-03 new 2611.00102",
                                               "cs.CV 2026-11-03 cross 2611.00102"}));
  EXPECT_THAT(bench.announced(), IsSupersetOf(announced));
}

TEST_F(HarvestsAfterMonday, ARefusedTokenRestartsFromTheLastDatestamp) {
  announce_tuesday();
  bench.arxiv.page_size = 2;
  bench.clock.set(at("2026-11-03T03:45:00Z"));
  EXPECT_TRUE(bench.fetch(*bench.oai).more);
  bench.arxiv.expire_tokens();
  const flow::Batch refused = bench.fetch(*bench.oai);
  EXPECT_TRUE(refused.more);
  EXPECT_THAT(refused.papers, IsEmpty());
  bench.settle(*bench.oai);
  EXPECT_THAT(bench.arxiv.asked[2].url, HasSubstr("from=2026-11-0"));
  EXPECT_THAT(bench.arxiv.asked[2].url, Not(HasSubstr("resumptionToken")));
  EXPECT_THAT(bench.announced(),
              IsSupersetOf({"cs.CV 2026-11-03 new 2611.00101", "cs.CV 2026-11-03 cross 2611.00102"}));
}

TEST_F(HarvestsAfterMonday, TokensThatAreAlwaysRefusedEndTheHarvest) {
  announce_tuesday();
  bench.arxiv.page_size = 1;
  bench.clock.set(at("2026-11-03T03:45:00Z"));
  std::string trouble;
  for (int i = 0; i < 30 && trouble.empty(); ++i) {
    bench.arxiv.expire_tokens();
    trouble = bench.trouble(*bench.oai);
  }
  EXPECT_THAT(trouble, HasSubstr("refused again and again"));
}

TEST_F(HarvestsAfterMonday, AMetadataFixIsNoNews) {
  announce_tuesday();
  for (const char* time : {"2026-11-03T03:45:00Z", "2026-11-03T04:30:00Z"}) bench.settle_at(time, *bench.oai);
  bench.arxiv.papers[0].datestamp = "2026-11-04";  // Monday's paper got a journal reference
  bench.arxiv.papers.push_back(fresh("2611.00201", "cs.CV", "2026-11-04", "Tue, 03 Nov 2026 11:00:00 GMT"));
  bench.settle_at("2026-11-04T03:45:00Z", *bench.oai);
  EXPECT_THAT(bench.announced(), testing::Contains("cs.CV 2026-11-04 new 2611.00201"));
  for (const std::string& line : bench.announced()) EXPECT_THAT(line, Not(HasSubstr("2026-11-04 new 2611.00001")));
}

TEST_F(HarvestsAfterMonday, APaperHeldByModeratorsIsNewWhenItComes) {
  // Submitted three weeks ago under an early number, public today.
  bench.arxiv.papers.push_back(fresh("2610.04711", "cs.CV", "2026-11-25", "Tue, 03 Nov 2026 11:00:00 GMT"));
  bench.arxiv.papers.push_back(fresh("2611.19000", "cs.CV", "2026-11-25", "Tue, 24 Nov 2026 11:00:00 GMT"));
  bench.settle_at("2026-11-25T03:45:00Z", *bench.oai);
  EXPECT_THAT(bench.announced(), IsSupersetOf({"cs.CV 2026-11-25 new 2610.04711", "cs.CV 2026-11-25 new 2611.19000"}));
}

TEST_F(HarvestsAfterMonday, OldPapersOfABulkUpdateAreTakenInSilently) {
  bench.arxiv.papers.push_back({"0901.00123", "cs.CV", "2026-11-03", {"Mon, 05 Jan 2009 11:00:00 GMT"}});
  bench.arxiv.papers.back().id = "0901.0123";
  bench.arxiv.papers.push_back(
      {"cs/0309001", "cs.CV", "2026-11-03", {"Mon, 01 Sep 2003 11:00:00 GMT", "Mon, 08 Sep 2003 11:00:00 GMT"}});
  const flow::Batch batch = bench.settle_at("2026-11-03T03:45:00Z", *bench.oai);
  EXPECT_THAT(bench.papers, testing::Contains(testing::Key("0901.0123")));
  EXPECT_THAT(bench.papers, testing::Contains(testing::Key("cs/0309001")));
  EXPECT_THAT(batch.announcements, IsEmpty());
}

TEST_F(HarvestsAfterMonday, ARevisionIsAReplacementOnce) {
  bench.arxiv.papers[0].versions.push_back("Mon, 02 Nov 2026 15:00:00 GMT");
  bench.arxiv.papers[0].datestamp = "2026-11-03";
  bench.arxiv.papers[0].categories = "cs.CV cs.LG";
  bench.settle_at("2026-11-03T03:45:00Z", *bench.oai);
  EXPECT_THAT(bench.announced(),
              IsSupersetOf({"cs.CV 2026-11-03 replace 2611.00001", "cs.LG 2026-11-03 replace-cross 2611.00001"}));
  EXPECT_EQ(bench.papers["2611.00001"].version, 2);
  EXPECT_THAT(bench.settle_at("2026-11-03T04:30:00Z", *bench.oai).announcements, IsEmpty());
}

TEST_F(HarvestsAfterMonday, AWithdrawalComesAsARevision) {
  bench.arxiv.papers[0].versions.push_back("Mon, 02 Nov 2026 15:00:00 GMT");
  bench.arxiv.papers[0].datestamp = "2026-11-03";
  bench.arxiv.papers[0].source_type = "I";
  bench.settle_at("2026-11-03T03:45:00Z", *bench.oai);
  EXPECT_TRUE(bench.papers["2611.00001"].withdrawn);
}

TEST_F(HarvestsAfterMonday, DaysOffAreCaughtUpDayByDay) {
  bench.arxiv.papers.push_back(fresh("2611.00101", "cs.CV", "2026-11-03"));
  bench.arxiv.papers.push_back(fresh("2611.00201", "cs.CV", "2026-11-04", "Tue, 03 Nov 2026 11:00:00 GMT"));
  bench.arxiv.papers.push_back(fresh("2611.00301", "cs.CV", "2026-11-05", "Wed, 04 Nov 2026 11:00:00 GMT"));
  bench.settle_at("2026-11-05T16:00:00Z", *bench.oai);
  EXPECT_THAT(bench.announced(), IsSupersetOf({"cs.CV 2026-11-03 new 2611.00101", "cs.CV 2026-11-04 new 2611.00201",
                                               "cs.CV 2026-11-05 new 2611.00301"}));
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.CV", "2026-11-03").state, LedgerState::complete);
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.CV", "2026-11-04").state, LedgerState::complete);
  EXPECT_EQ(bench.ledger("arxiv-oai", "cs.CV", "2026-11-05").state, LedgerState::waiting);
}

TEST_F(HarvestsAfterMonday, ARecordThatCannotBeReadMakesItPartial) {
  announce_tuesday();
  FakePaper broken = fresh("2611.00109");
  broken.title = "";
  bench.arxiv.papers.push_back(broken);
  for (const char* time : {"2026-11-03T03:45:00Z", "2026-11-03T04:30:00Z"}) bench.settle_at(time, *bench.oai);
  const paper::LedgerEntry& entry = bench.ledger("arxiv-oai", "cs.CV", "2026-11-03");
  EXPECT_EQ(entry.state, LedgerState::partial);
  EXPECT_EQ(entry.expected, 3);
  EXPECT_EQ(entry.ingested, 2);
}

TEST_F(HarvestsAfterMonday, RecordsInAnotherFormatAreCountedNotRead) {
  bench.arxiv.fail_once("/oai", 200,
                        "<OAI-PMH><ListRecords><record><header><identifier>oai:arXiv.org:2611.00101</identifier>"
                        "<datestamp>2026-11-03</datestamp></header><metadata><arXiv><title>T</title><categories>cs.CV"
                        "</categories></arXiv></metadata></record></ListRecords></OAI-PMH>");
  EXPECT_THAT(bench.settle_at("2026-11-03T03:45:00Z", *bench.oai).papers, IsEmpty());
  bench.settle_at("2026-11-03T04:30:00Z", *bench.oai);
  EXPECT_NE(bench.ledger("arxiv-oai", "cs.CV", "2026-11-03").state, LedgerState::complete);
}

TEST_F(HarvestsAfterMonday, FaultsInTheMiddleOfAListLoseNothing) {
  announce_tuesday();
  bench.arxiv.page_size = 1;
  const std::vector<std::function<void()>> faults = {
      [&] { bench.arxiv.fail_once("resumptionToken", 503, "", {{"retry-after", "0"}}); },
      [&] { bench.arxiv.fail_once("resumptionToken", 429, "", {{"retry-after", "Tue, 03 Nov 2026 03:45:00 GMT"}}); },
      [&] { bench.arxiv.fail_once("resumptionToken", 200, "Rate exceeded.", {{"retry-after", "0"}}); },
      [&] { bench.arxiv.fail_once("resumptionToken", 200, "", {{"retry-after", "0"}}); },
      [&] { bench.arxiv.fail_once("resumptionToken", 200, "<html>busy</html>", {{"retry-after", "0"}}); },
      [&] { bench.arxiv.fail_once("resumptionToken", 200, "<?xml version='1.0'?><OAI-PMH><ListRecords><record>"); },
      [&] { bench.arxiv.fail_once("resumptionToken", 200, "<OAI-PMH><error code='badArgument'>no</error></OAI-PMH>"); },
      [&] { bench.arxiv.fail_once("resumptionToken", 404, "no"); },
  };
  bench.clock.set(at("2026-11-03T03:45:00Z"));
  int troubles = 0, fetches = 0;
  std::size_t next_fault = 0;
  for (; fetches < 60; ++fetches) {
    if (next_fault < faults.size()) faults[next_fault++]();
    const std::string committed = bench.cursors["arxiv-oai"];
    const std::string trouble = bench.trouble(*bench.oai);
    if (!trouble.empty()) {
      ++troubles;
      EXPECT_THAT(trouble, HasSubstr("OAI-PMH")) << trouble;
      EXPECT_EQ(bench.cursors["arxiv-oai"], committed) << "the cursor stays at the page";
    } else if (!read_oai_cursor(bench.cursors["arxiv-oai"]).harvest) {
      break;
    }
  }
  EXPECT_EQ(troubles, static_cast<int>(faults.size()));
  EXPECT_THAT(bench.announced(), IsSupersetOf({"cs.CV 2026-11-03 new 2611.00101", "cs.LG 2026-11-03 new 2611.00102",
                                               "cs.CV 2026-11-03 cross 2611.00102"}));
}

TEST_F(HarvestsAfterMonday, AListThatDoesNotAdvanceIsGivenUp) {
  announce_tuesday();
  bench.arxiv.page_size = 1;
  bench.clock.set(at("2026-11-03T03:45:00Z"));
  bench.fetch(*bench.oai);
  const std::string token = read_oai_cursor(bench.cursors["arxiv-oai"]).harvest->token;
  bench.arxiv.fail_once(
      "resumptionToken", 200,
      "<OAI-PMH><ListRecords><resumptionToken>" + token + "</resumptionToken></ListRecords></OAI-PMH>");
  EXPECT_THAT(bench.trouble(*bench.oai), HasSubstr("does not advance"));
}

TEST_F(HarvestsAfterMonday, AnAnswerTooLargeIsRefused) {
  bench.clock.set(at("2026-11-03T03:45:00Z"));
  bench.arxiv.fail_once("/oai", 200, "<OAI-PMH>" + std::string(49u << 20, ' ') + "</OAI-PMH>");
  EXPECT_THAT(bench.trouble(*bench.oai), HasSubstr("too large"));
}

TEST(OaiSource, TheFirstHarvestGoesBackAsFarAsTheSettingsSay) {
  Bench bench("2026-11-03T15:00:00Z");
  bench.arxiv.papers = {fresh("2610.29001", "cs.CV", "2026-10-29", "Wed, 28 Oct 2026 11:00:00 GMT"),
                        fresh("2610.20001", "cs.CV", "2026-10-20", "Mon, 19 Oct 2026 11:00:00 GMT"),
                        fresh("2611.00101")};
  bench.settle(*bench.oai);
  EXPECT_THAT(bench.arxiv.asked.front().url, HasSubstr("from=2026-10-27"));
  EXPECT_THAT(bench.arxiv.asked.front().url, HasSubstr("set=cs%3Acs%3ACV"));
  EXPECT_THAT(bench.announced(), ElementsAre("cs.CV 2026-10-29 new 2610.29001", "cs.CV 2026-11-03 new 2611.00101"));
}

TEST(TwoSources, ReconcileOnTheSameEvening) {
  Bench bench("2026-11-02T13:00:00Z");
  bench.arxiv.papers = {fresh("2611.00001", "cs.CV", "2026-11-02", "Fri, 30 Oct 2026 11:00:00 GMT")};
  bench.arxiv.feeds["cs.CV"] = test::rss_feed("cs.CV", {{"2611.00001v1", "new"}});
  bench.settle(*bench.oai);
  bench.settle(*bench.rss);

  // Tuesday: OAI-PMH has 101 and 102, the feed 102 and 103; 103 comes to OAI-PMH later.
  bench.arxiv.papers.push_back(fresh("2611.00101"));
  bench.arxiv.papers.push_back(fresh("2611.00102"));
  bench.settle_at("2026-11-03T03:45:00Z", *bench.oai);
  bench.settle_at("2026-11-03T04:30:00Z", *bench.oai);
  bench.arxiv.feeds["cs.CV"] = test::rss_feed("cs.CV", {{"2611.00102v1", "new"}, {"2611.00103v1", "new"}});
  bench.restart();  // what the witnesses know survives in the cursors
  bench.settle_at("2026-11-03T05:29:00Z", *bench.oai);
  bench.settle_at("2026-11-03T05:30:00Z", *bench.rss);

  const paper::LedgerEntry& feed = bench.ledger("arxiv-rss", "cs.CV", "2026-11-03");
  EXPECT_EQ(feed.state, LedgerState::complete);
  EXPECT_EQ(feed.expected, 3) << "the union of what both saw";
  EXPECT_EQ(feed.ingested, 3);
  EXPECT_THAT(feed.note, HasSubstr("1 only in OAI-PMH (2611.00101)"));
  EXPECT_THAT(feed.note, HasSubstr("1 only in the feed (2611.00103)"));
  EXPECT_THAT(bench.announced(), IsSupersetOf({"cs.CV 2026-11-03 new 2611.00101", "cs.CV 2026-11-03 new 2611.00102",
                                               "cs.CV 2026-11-03 new 2611.00103"}));
}

TEST(TwoSources, ShareOneLane) {
  Bench bench("2026-11-03T13:00:00Z");
  bench.arxiv.feeds["cs.CV"] = test::rss_feed("cs.CV", {{"2611.00001v1", "new"}});
  bench.arxiv.fail_once("/oai", 403);
  EXPECT_NE(bench.trouble(*bench.oai), "");
  EXPECT_THAT(bench.trouble(*bench.rss), HasSubstr("asked for a pause"));
  EXPECT_THAT(bench.arxiv.asked, SizeIs(1));
}

// The only test that waits for real: the promise made to arXiv.
TEST(TwoSources, ThreeSecondsPassBetweenTwoRequests) {
  Bench bench("2026-11-03T13:00:00Z");
  bench.settings.gap = Settings{}.gap;
  bench.restart();
  bench.arxiv.feeds["cs.CV"] = test::rss_feed("cs.CV", {{"2611.00001v1", "new"}});
  bench.arxiv.papers = {fresh("2611.00001")};
  bench.fetch(*bench.oai);
  bench.fetch(*bench.rss);
  ASSERT_THAT(bench.arxiv.asked, SizeIs(2));
  EXPECT_GE(bench.arxiv.asked[1].began - bench.arxiv.asked[0].ended, std::chrono::seconds(3));
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
