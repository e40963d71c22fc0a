// Sentences, and those of them that are a paper's key findings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/text.hpp"
#include "daemon/digest/sentences.hpp"
#include "tests/daemon/digest/fixtures.hpp"

namespace paperboy::digest {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Sentences, EndWhereTheyEnd) {
  struct Case {
    const char* text;
    std::vector<std::string> sentences;
  };
  const Case cases[] = {
      {"", {}},
      {"One", {"One"}},
      {"One. Two! Three? Four.", {"One.", "Two!", "Three?", "Four."}},
      {"See Smith et al. (2020) and Jones et al. We do.", {"See Smith et al. (2020) and Jones et al.", "We do."}},
      {"Things, e.g. Apples, i.e. Fruit, cf. Fig. 3 and Eq. (4). Next.",
       {"Things, e.g. Apples, i.e. Fruit, cf. Fig. 3 and Eq. (4).", "Next."}},
      {"It takes 18 ms. In 24 rooms it takes 2 sec. Ms. Smith agrees.",
       {"It takes 18 ms.", "In 24 rooms it takes 2 sec.", "Ms. Smith agrees."}},
      {"It is 3.14 or 2. Then 5.", {"It is 3.14 or 2.", "Then 5."}},
      {"By J. Smith and A. B. Jones. We show.", {"By J. Smith and A. B. Jones.", "We show."}},
      {"We treat a question Q. CQAds answers it.", {"We treat a question Q.", "CQAds answers it."}},
      {"A thing (a dog. A cat.) is here. Yes.", {"A thing (a dog. A cat.) is here.", "Yes."}},
      {"Signal-to-noise is 76.9. Overall, fine.", {"Signal-to-noise is 76.9.", "Overall, fine."}},
      {"First paragraph\nSecond one.", {"First paragraph", "Second one."}},
      {"Unbalanced ( here. And on.", {"Unbalanced ( here. And on."}},
      {"Use model v1.5 on x.org pages. Done.", {"Use model v1.5 on x.org pages.", "Done."}},
      {"\xe6\x88\x91\xe4\xbb\xac\xe6\x8f\x90\xe5\x87\xba\xe3\x80\x82\xe7\xbb\x93\xe6\x9e\x9c\xe3\x80\x82",
       {"\xe6\x88\x91\xe4\xbb\xac\xe6\x8f\x90\xe5\x87\xba\xe3\x80\x82", "\xe7\xbb\x93\xe6\x9e\x9c\xe3\x80\x82"}},
      // commented out in TeX
      {"We act. %compared to others. We end.", {"We act.", "We end."}},
      {"We act. % We show. We end.", {"We act.", "We show.", "We end."}},
      {"We reach 95 % of it. We gain 5% more.", {"We reach 95 % of it.", "We gain 5% more."}},
  };
  for (const Case& c : cases) EXPECT_EQ(split_sentences(c.text), c.sentences) << c.text;
}

TEST(KeyFindings, PreferWhatWasFound) {
  const paper::Paper paper = make_paper(
      "2611.00001", "t",
      "In recent years, deep models have attracted much attention. However, integrating the new temporal dynamics "
      "remains challenging. "
      "To address this, we propose Foo, a novel network for video. Foo uses an encoder and a decoder. "
      "Extensive experiments show that Foo outperforms eight baselines by 3.2%. We hope that future work builds on it. "
      "Code is available at https://github.com/a/b.");
  EXPECT_THAT(key_findings(paper),
              ElementsAre("To address this, we propose Foo, a novel network for video.",
                          "Extensive experiments show that Foo outperforms eight baselines by 3.2%."));
}

TEST(KeyFindings, WorkForOtherFields) {
  EXPECT_THAT(
      key_findings(make_paper(
          "2611.00001", "t",
          "Let $G$ be a finite group. The conjecture of Foo is open. We prove that every such group is soluble. "
          "As a consequence, its spectrum is discrete. A question of Bar remains open.")),
      Contains("We prove that every such group is soluble."));
  EXPECT_THAT(key_findings(make_paper(
                  "2611.00001", "t",
                  "Galaxies are important. We observed 96 of them. We find a shallow slope of 0.17 +/- 0.03. "
                  "The instrument was built in 1999.")),
              Contains("We find a shallow slope of 0.17 +/- 0.03."));
}

TEST(KeyFindings, AreResultsThatSayNoWe) {
  struct Case {
    const char* abstract;
    const char* finding;
    const char* not_a_finding;
  };
  const Case cases[] = {
      {"A search is presented for charged quarks. The data were taken in 2025. No excess over the expected 3.1 events "
       "is "
       "observed. Masses up to 900 GeV are excluded at 95% confidence level.",
       "Masses up to 900 GeV are excluded at 95% confidence level.", "The data were taken in 2025."},
      {"Distant clocks still measure time. We combine 400 of them with a chart and obtain T = 69.8 ± 1.9 s. The result "
       "does not depend on the chart. With 2,000 clocks the method would tell early from late.",
       "We combine 400 of them with a chart and obtain T = 69.8 ± 1.9 s.",
       "With 2,000 clocks the method would tell early from late."},
      {"A robot looks around. Planners are slow. It scores views in 18 ms. In 24 rooms the planner reaches the same "
       "map "
       "with 41% fewer views. Mirrors are hard.",
       "In 24 rooms the planner reaches the same map with 41% fewer views.", "Mirrors are hard."},
  };
  for (const Case& c : cases) {
    const std::vector<std::string> findings = key_findings(make_paper("2611.00001", "t", c.abstract));
    EXPECT_THAT(findings, Contains(c.finding));
    EXPECT_THAT(findings, Not(Contains(c.not_a_finding)));
  }
}

TEST(KeyFindings, AreCappedAndInOrder) {
  std::string abstract;
  for (int i = 0; i < 20; ++i) abstract += "We show that claim number " + std::to_string(i) + " holds for every case. ";
  const std::vector<std::string> findings = key_findings(make_paper("2611.00001", "t", abstract));
  EXPECT_EQ(findings.size(), 4u);
  std::size_t last = 0;
  for (const std::string& finding : findings) {
    EXPECT_GE(abstract.find(finding), last);
    last = abstract.find(finding);
  }
  EXPECT_EQ(key_findings(make_paper("2611.00001", "t", abstract), 2).size(), 2u);
  EXPECT_THAT(key_findings(make_paper("2611.00001", "t", abstract), 0), IsEmpty());
}

TEST(KeyFindings, OfASurveyAreNotItsFutureWork) {
  const std::vector<std::string> findings = key_findings(
      make_paper("2611.00001", "t",
                 "Robots have become popular. This survey reviews 200 papers on grasping and sorts them by sensor. "
                 "Open problems are listed. We discuss promising directions for future research and novel avenues."));
  EXPECT_THAT(findings, ElementsAre(HasSubstr("This survey reviews 200 papers")));
}

TEST(KeyFindings, OfNextToNothingAreNone) {
  for (const char* abstract : {"", ".", "NA", "Withdrawn", "We describe one.", "\n\n", "%"}) {
    EXPECT_THAT(key_findings(make_paper("2611.00001", "t", abstract)), IsEmpty()) << abstract;
  }
  paper::Paper withdrawn = make_paper("2611.00001", "t", "We show that a is b. We prove that b is c. It was wrong.");
  withdrawn.withdrawn = true;
  EXPECT_THAT(key_findings(withdrawn), IsEmpty());
}

TEST(KeyFindings, OfHugeAndBrokenTextComeBack) {
  std::string huge;
  while (huge.size() < 300'000) huge += "we show ((( that [[ e.g. 3.5 ";
  key_findings(make_paper("2611.00001", "t", huge));
  key_findings(make_paper("2611.00001", "t", text::sanitize("\xff\xfe We show. \xc3( We prove that. ")));
}

}  // namespace
}  // namespace paperboy::digest
