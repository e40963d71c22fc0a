// paperboy reading, against a store in which something was read.
#include <gmock/gmock.h>

#include "daemon/store/papers.hpp"
#include "daemon/store/readings.hpp"
#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ReadingVerb : public ::testing::Test {
 protected:
  ReadingVerb() : file_((folder_.path() / "p.db").string()), database_(store::open_sqlite(file_)) {
    const Time now = SystemClock().now();
    const Day today = std::chrono::floor<std::chrono::days>(now);
    paper::Reading reading;
    reading.passages = {{"core", {{"It is fast.", {{"2606.00001", "§ 2 Method", "We show that it is fast."}}}}}};
    reading.source = "html";
    reading.kept = 1;
    reading.dropped = 2;
    database_.transact_blocking([&](store::Tx& tx) {
      store::put_reading(tx, {"2606.00001", 1, "analysis", "en", "1-ab", "strong-1"}, reading, "number 2", now);
      store::put_reading_failure(tx, {"2606.00001", 1, "analysis", "zh", "1-ab", "strong-1"},
                                 {"the reply is cut off", 2, std::nullopt}, now);
      store::put_cost(tx, {today, "ada", "analysis", "strong-1", 1, 12'000, 800, 23'000, 0});
      store::put_cost(tx, {today, "ada", "analysis", "strong-1", 1, 12'000, 800, 23'000, 1});
    });
  }
  Result reading(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "reading");
    arguments.insert(arguments.end(), {"--database", file_});
    return run(arguments);
  }

  settings::Folder folder_;
  std::string file_;
  store::Database database_;
};

TEST_F(ReadingVerb, ShowsWhatWasWrittenAndWhatItStandsOn) {
  const Result shown = reading({"show", "2606.00001"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("It is fast."), HasSubstr("“We show that it is fast.” § 2 Method"),
                               HasSubstr("1 sentences kept, 2 dropped (number 2)"),
                               HasSubstr("failed: the reply is cut off; not asked again")));
  EXPECT_THAT(reading({"show", "2606.00009"}).out, HasSubstr("No model was asked"));
  EXPECT_EQ(reading({"show", "nonsense"}).status, 2);
}

TEST_F(ReadingVerb, SumsWhatItCost) {
  const Result sums = reading({"costs"});
  EXPECT_THAT(sums.out, AllOf(HasSubstr("ada  analysis  strong-1  2 questions  24,000 + 1,600 tokens  0.0460"),
                              HasSubstr("partly estimated"), HasSubstr("In all: 25,600 tokens, 0.0460")));
}

}  // namespace
}  // namespace paperboy::cli
