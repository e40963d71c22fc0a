#include "daemon/paper/paper.hpp"

#include <gtest/gtest.h>

#include "daemon/paper/ledger.hpp"

namespace paperboy::paper {
namespace {

TEST(AnnounceKindWords, ReadBack) {
  for (const auto kind : {AnnounceKind::new_paper, AnnounceKind::cross_list, AnnounceKind::replacement,
                          AnnounceKind::replacement_cross}) {
    EXPECT_EQ(announce_kind(to_string(kind)), kind);
  }
  EXPECT_EQ(announce_kind("replace-cross"), AnnounceKind::replacement_cross);
  EXPECT_FALSE(announce_kind("New"));
  EXPECT_FALSE(announce_kind(""));
}

TEST(LedgerWords, ReadBack) {
  for (const auto state :
       {LedgerState::waiting, LedgerState::complete, LedgerState::partial, LedgerState::failed, LedgerState::quiet}) {
    EXPECT_EQ(ledger_state(to_string(state)), state);
  }
  EXPECT_EQ(to_string(LedgerState::partial), "partial");
  EXPECT_FALSE(ledger_state("late"));
}

TEST(Paper, PrimaryCategoryIsTheFirst) {
  Paper paper;
  EXPECT_EQ(paper.primary_category(), "");
  paper.categories = {"cs.CV", "cs.LG"};
  EXPECT_EQ(paper.primary_category(), "cs.CV");
}

struct Remark {
  std::string_view text;
  bool withdrawn;
};
class Withdrawal : public testing::TestWithParam<Remark> {};
TEST_P(Withdrawal, IsSaid) {
  Paper paper;
  paper.comments = GetParam().text;
  EXPECT_EQ(says_withdrawn(paper), GetParam().withdrawn) << GetParam().text;
  Paper in_abstract;
  in_abstract.abstract = GetParam().text;
  EXPECT_EQ(says_withdrawn(in_abstract), GetParam().withdrawn) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    All, Withdrawal,
    testing::Values(Remark{"This paper has been withdrawn by the author due to a crucial error", true},
                    Remark{"Withdrawn", true}, Remark{"This paper is painfully withdrawn.", true},
                    Remark{"Paper withdrawn. Due to an error in Lemma 3", true},
                    Remark{"Withdrawn paper because of math/0308054", true},
                    Remark{"correction of lemma 1; withdrawn because of article 1007.0152", true},
                    Remark{"We have withdrawn our paper due to a mistake", true}, Remark{"withdrawn by authors.", true},
                    Remark{"Withdrwan by author", true}, Remark{"9 pages. This paper is withdrawn", true},
                    Remark{"The paper was retracted.", true},
                    Remark{"This submission has been\nwithdrawn by arXiv administrators", true},
                    Remark{"This paper has been temporarily withdrawn for corrections.", true},
                    Remark{"This paper and abstract have been withdrawn.", true},
                    Remark{"The authors have decided to withdraw this submission.", true},
                    Remark{"We kindly request the withdrawal of our submission", true},
                    Remark{"12 pages (withdrawn)", true}, Remark{"Retracted due to an error in the construction", true},
                    Remark{"", false}, Remark{"four types: Cooperative, Dependent, Withdrawn, and Adversarial", false},
                    Remark{"Submission withdrawn from the International Journal", false},
                    Remark{"Substantial revision of the withdrawn earlier version", false},
                    Remark{"14 pages, 3 figures", false},
                    Remark{"Guaranteed minimum withdrawal benefits under stochastic rates", false},
                    Remark{"was withdrawn by its author from physical theorizing in the early 1920s", false},
                    Remark{"Hedge funds that have been withdrawn from the market", false},
                    Remark{"Retracted papers continue to be cited for years", false},
                    Remark{"It was later withdrawn because of funding issues", false},
                    Remark{"Continuous retractions and absolute retracts", false},
                    Remark{"Energy withdrawn from the system by noise", false}));

TEST(Withdrawal, InATitle) {
  Paper paper;
  paper.title = "The Road Coloring for Mapping on k States(withdrawn)";
  EXPECT_TRUE(says_withdrawn(paper));
  paper.title = "Families of continuous retractions and function spaces";
  EXPECT_FALSE(says_withdrawn(paper));
}

}  // namespace
}  // namespace paperboy::paper
