// paperboy ledger, against a store with mailings in every state.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "daemon/base/time.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/store/papers.hpp"
#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

using paper::LedgerState;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class LedgerVerb : public ::testing::Test {
 protected:
  LedgerVerb() : file_((folder_.path() / "p.db").string()), database_(store::open_sqlite(file_)) {
    Day day = calendar_.latest_mailing(SystemClock().now());
    for (Day& mailing : mailings_) {
      mailing = day;
      do day -= std::chrono::days(1);
      while (!calendar_.expects(day));
    }
  }
  // `ago`: mailings before the newest.
  void enter(std::size_t ago, std::string source, std::string listing, LedgerState state, int announced = 0,
             int here = 0, std::string note = "") {
    const paper::LedgerEntry entry{std::move(source), std::move(listing), mailings_.at(ago), state, announced, here,
                                   std::move(note)};
    database_.transact_blocking([&](store::Tx& tx) { store::put_ledger(tx, {&entry, 1}, SystemClock().now()); });
  }
  Result ledger(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"ledger", "--database", file_, "--days", "30"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  std::string line(std::size_t ago, const std::string& rest) { return format_day(mailings_.at(ago)) + "  " + rest; }

  settings::Folder folder_;
  std::string file_;
  store::Database database_;
  const paper::AnnouncementCalendar& calendar_ = paper::AnnouncementCalendar::arxiv();
  std::array<Day, 4> mailings_{};
};

TEST_F(LedgerVerb, SaysOfEachMailingWhetherAllOfItIsHere) {
  enter(2, "arxiv-rss", "cs.CV", LedgerState::failed, 0, 0, "the feed is stale");
  enter(2, "arxiv-oai", "cs.CV", LedgerState::complete, 120, 120);
  enter(1, "arxiv-rss", "cs.CV", LedgerState::partial, 2100, 2000, "cut off at 2,000");
  enter(0, "arxiv-rss", "cs.CV", LedgerState::waiting);
  const Result result = ledger();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr(line(2, "cs.CV      120/120  complete\n")),
                                HasSubstr(line(1, "cs.CV    2000/2100  partial: cut off at 2,000\n")),
                                HasSubstr(line(0, "cs.CV            -  waiting\n"))));
  EXPECT_THAT(result.out, HasSubstr("1 complete, 1 partial, 1 waiting. 100 papers are known to be missing.\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("stale"))) << "another source has it all";
}

TEST_F(LedgerVerb, NamesAMailingThatNobodyHasRead) {
  enter(3, "arxiv-rss", "cs.CV", LedgerState::complete, 3, 3);
  enter(3, "arxiv-rss", "cs.GR", LedgerState::quiet);
  enter(1, "arxiv-rss", "cs.CV", LedgerState::complete, 3, 3);
  enter(0, "arxiv-rss", "cs.CV", LedgerState::complete, 3, 3);
  enter(0, "arxiv-rss", "cs.GR", LedgerState::complete, 1, 1);
  enter(3, "feed:x", "Some journal", LedgerState::complete, 1, 1);  // it has no calendar
  const Result result = ledger();
  EXPECT_THAT(result.out, AllOf(ContainsRegex(line(2, "all +- +not read by any source\n")),
                                ContainsRegex(line(1, "cs.GR +- +not read by any source\n"))));
  EXPECT_THAT(result.out, HasSubstr("5 complete, 2 not read, 1 quiet.\n"));
}

TEST_F(LedgerVerb, ForPrograms) {
  enter(1, "arxiv-rss", "cs.CV", LedgerState::partial, 5, 3, "two records could not be read");
  enter(1, "arxiv-rss", "math.AG", LedgerState::complete, 7, 7);
  const Result result = ledger({"cs.*", "--json"});
  const auto all = boost::json::parse(result.out).as_array();
  ASSERT_EQ(all.size(), 2u) << result.out;  // the newest has not been read
  EXPECT_EQ(all[0].at("state").as_string(), "not read");
  EXPECT_EQ(all[1].at("listing").as_string(), "cs.CV");
  EXPECT_EQ(all[1].at("mailing").as_string(), format_day(mailings_[1]));
  EXPECT_EQ(all[1].at("here").as_int64(), 3);
  EXPECT_EQ(all[1].at("announced").as_int64(), 5);
  EXPECT_EQ(all[1].at("note").as_string(), "two records could not be read");
}

TEST_F(LedgerVerb, AnEmptyOneSaysSo) {
  EXPECT_EQ(ledger().out, "Nothing was read in this time.\n");
  EXPECT_EQ(ledger({"cs.CV"}).out, "Nothing was read in this time of cs.CV.\n");
}

}  // namespace
}  // namespace paperboy::cli
