// A topic tried on papers.
#include "daemon/match/trial.hpp"

#include <gmock/gmock.h>

#include "daemon/match/query.hpp"

namespace paperboy::match {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Suggested = TrialReport::Suggestion::Kind;
using Width = TrialReport::Width;

const Day monday = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};

paper::Paper make(const std::string& title, const std::string& abstract, const std::string& category = "cs.CV") {
  static int number = 0;
  paper::Paper paper;
  char id[16];
  std::snprintf(id, sizeof id, "2606.%05d", ++number);
  paper.id = *paper::PaperId::from_canonical(id);
  paper.title = title;
  paper.abstract = abstract;
  paper.authors = {"Ada Lovelace"};
  paper.categories = {category};
  return paper;
}

paper::Topic asking(const std::string& query, std::vector<std::string> categories = {}) {
  paper::Topic topic;
  topic.name = "T";
  topic.query = query;
  topic.categories = std::move(categories);
  return topic;
}

TrialReport tried(const paper::Topic& topic, const std::vector<paper::Paper>& papers, int days = 1,
                  const std::vector<paper::Topic>& others = {}) {
  Trial trial(topic, others, Statistics());
  for (std::size_t i = 0; i < papers.size(); ++i)
    trial.add(monday + std::chrono::days(static_cast<int>(i) % days), papers[i]);
  return trial.report();
}

std::vector<std::string> term_counts(const TrialReport& report) {
  std::vector<std::string> out;
  for (const TrialReport::Term& term : report.terms) {
    out.push_back(term.written + " " + std::to_string(term.with) + " " + std::to_string(term.only) + " " +
                  std::to_string(term.anywhere));
  }
  return out;
}

std::vector<std::string> missed(const TrialReport& report) {
  std::vector<std::string> out;
  for (const TrialReport::Near& near : report.near) out.push_back((near.excluded ? "has " : "lacks ") + near.clause);
  std::sort(out.begin(), out.end());
  return out;
}

const TrialReport::Suggestion* find(const TrialReport& report, Suggested kind) {
  for (const TrialReport::Suggestion& each : report.suggestions) {
    if (each.kind == kind) return &each;
  }
  return nullptr;
}

TEST(Trial, CountsByDayAndKeepsTheBestWithTheirReasons) {
  std::vector<paper::Paper> papers;
  for (int i = 0; i < 6; ++i) papers.push_back(make(i < 3 ? "On splats" : "Other things", "Nothing."));
  papers.push_back(make("Things", "And splats."));
  Trial trial(asking("splats"), {}, Statistics());
  for (std::size_t i = 0; i < papers.size(); ++i)  // 3 on Monday, one on Wednesday
    trial.add(monday + std::chrono::days(i < 3 ? 0 : static_cast<int>(i) == 6 ? 2 : 1), papers[i]);
  const TrialReport report = trial.report();
  EXPECT_EQ(report.papers, 7u);
  EXPECT_EQ(report.days, 3u);
  EXPECT_EQ(report.met.met, 4u);
  EXPECT_EQ(report.met.median, 1u);
  EXPECT_EQ(report.met.most, 3u);
  EXPECT_EQ(report.met.fullest, monday);
  EXPECT_EQ(report.width, Width::right);
  ASSERT_THAT(report.best, SizeIs(4));
  EXPECT_GT(report.best.front().score, report.best.back().score) << "in the title it counts for more";
  EXPECT_EQ(report.best.back().day, monday + std::chrono::days(2));
  ASSERT_THAT(report.best.back().reasons, SizeIs(1));
  EXPECT_EQ(report.best.back().reasons.front().text, "splats");
}

TEST(Trial, SaysWhichTermsCarryIt) {
  const std::vector<paper::Paper> papers{make("nerf", "a"), make("nerf", "b"), make("splats and nerf", "c"),
                                         make("splats", "d"), make("survey of nerf", "e")};
  EXPECT_THAT(term_counts(tried(asking("(nerf OR splats OR voxels) NOT survey"), papers)),
              ElementsAre("nerf 3 2 4", "splats 2 1 2", "voxels 0 0 0"));
  EXPECT_THAT(term_counts(tried(asking("splats nerf"), papers)), ElementsAre("splats 1 1 2", "nerf 1 1 4"))
      << "without either of them nothing is met";
}

TEST(Trial, NamesWhatItJustMisses) {
  const std::vector<paper::Paper> papers{make("splats render", "fast"),   make("splats", "fast"),
                                         make("render", "fast"),          make("splats render", "a survey, fast"),
                                         make("neither", "of the words"), make("splats render", "fast", "cs.LG")};
  const TrialReport report = tried(asking("splats render fast NOT survey", {"cs.CV"}), papers);
  EXPECT_EQ(report.met.met, 1u);
  EXPECT_EQ(report.near_count, 4u);
  EXPECT_THAT(missed(report), ElementsAre("has survey", "lacks cs.CV", "lacks render", "lacks splats"));
}

TEST(Trial, OneTermOrAlternativesHaveNothingToMissBy) {
  const std::vector<paper::Paper> papers{make("splats", "a"), make("b", "c")};
  EXPECT_THAT(tried(asking("splats"), papers).near, IsEmpty());
  EXPECT_THAT(tried(asking("splats OR nerf"), papers).near, IsEmpty());
  EXPECT_THAT(missed(tried(asking("(splats OR nerf) fast"), papers)), ElementsAre("lacks fast"));
}

TEST(Trial, ANarrowTopicIsShownWiderOnesThatMeetSomething) {
  const std::vector<paper::Paper> papers{make("Splatting of gaussians", "by a Gaussian splatting"),
                                         make("Splatting a gaussian", "Quick."), make("Quick splats", "x", "cs.GR")};
  const TrialReport phrase = tried(asking("\"gaussian splatting quick\""), papers);
  EXPECT_EQ(phrase.width, Width::narrow);
  const TrialReport::Suggestion* any_order = find(phrase, Suggested::any_order);
  ASSERT_NE(any_order, nullptr);
  EXPECT_EQ(any_order->met.met, 1u);
  EXPECT_NO_THROW(parse(any_order->query));
  EXPECT_EQ(find(phrase, Suggested::beginnings), nullptr) << "that would meet nothing either";

  const TrialReport title = tried(asking("ti:quick gaussian"), papers);
  ASSERT_NE(find(title, Suggested::any_field), nullptr);
  EXPECT_EQ(find(title, Suggested::any_field)->query, "quick gaussian");
  ASSERT_NE(find(title, Suggested::without), nullptr);

  const TrialReport words = tried(asking("splat"), papers);
  ASSERT_NE(find(words, Suggested::beginnings), nullptr);
  EXPECT_EQ(find(words, Suggested::beginnings)->query, "splat*");
  EXPECT_EQ(find(words, Suggested::beginnings)->met.met, 3u);

  const TrialReport elsewhere = tried(asking("splats", {"cs.CV"}), papers);
  ASSERT_NE(find(elsewhere, Suggested::everywhere), nullptr);
  EXPECT_THAT(find(elsewhere, Suggested::everywhere)->categories, IsEmpty());
}

TEST(Trial, ABroadTopicIsShownNarrowerOnes) {
  std::vector<paper::Paper> papers;
  for (int i = 0; i < 60; ++i)
    papers.push_back(make("A model", i % 2 == 0 ? "large language model" : "language, a model"));
  for (int i = 0; i < 8; ++i) papers.push_back(make("Language model zoo", "x", "cs.CL"));
  const TrialReport report = tried(asking("language model"), papers, 2);
  EXPECT_EQ(report.width, Width::broad);
  EXPECT_EQ(report.met.median, 34u);
  ASSERT_NE(find(report, Suggested::in_titles), nullptr);
  EXPECT_EQ(find(report, Suggested::in_titles)->query, "ti:language ti:model");
  EXPECT_EQ(find(report, Suggested::in_titles)->met.met, 8u);
  EXPECT_EQ(find(report, Suggested::side_by_side), nullptr) << "38 of 68 is not half";
  EXPECT_THAT(tried(asking("language model"), {papers.begin(), papers.begin() + 10}).suggestions, IsEmpty());
}

TEST(Trial, TellsWhatOtherTopicsMeetAlready) {
  const std::vector<paper::Paper> papers{make("splats", "a"), make("splats and nerf", "b"), make("nerf", "c")};
  EXPECT_EQ(tried(asking("splats"), papers, 1, {asking("nerf")}).known, 1u);
  paper::Topic liked;
  liked.name = "Liked papers";
  liked.categories = {"cs.CV"};
  liked.examples = {"2308.04079"};
  EXPECT_EQ(tried(asking("splats"), papers, 1, {liked}).known, 0u) << "its examples are not here";
}

TEST(Trial, SaysWhereAQueryIsWrong) {
  try {
    Trial trial(asking("a AND (b OR ) c"), {}, Statistics());
    FAIL();
  } catch (const QueryError& error) {
    EXPECT_EQ(error.column(), 10u);
  }
  paper::Topic topic = asking("a");
  topic.exclude = "(b";
  EXPECT_THROW(Trial(topic, {}, Statistics()), QueryError);
}

// Whatever the query: every suggested one can be read, and no paper is both met and just missed.
TEST(Trial, HoldsForOddQueries) {
  const std::vector<paper::Paper> papers{make("a b c d", "e"), make("b c", "d e f"), make("x-y z", "\"q\" (r)")};
  for (const char* query : {"=a b*", "(a OR b) (c OR d) NOT (e OR f)", "a OR (b NOT (c OR NOT d))", "ti:(a OR b) abs:e",
                            "au:lovelace cat:cs.CV", "au:\"Ada Lovelace\" NOT ti:\"a b\"", "x-y", "\"x-y z*\"", "a a a",
                            "量子 计算", "NOT a b", "GPT-3.5 =\"running time\"", "cat:cs.* \"a b c\""}) {
    const TrialReport report = tried(asking(query), papers);
    EXPECT_LE(report.near_count + report.met.met, papers.size()) << query;
    for (const TrialReport::Suggestion& each : report.suggestions) EXPECT_NO_THROW(parse(each.query)) << query;
  }
}

}  // namespace
}  // namespace paperboy::match
