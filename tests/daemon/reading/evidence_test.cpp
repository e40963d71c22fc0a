#include "daemon/reading/evidence.hpp"

#include <gtest/gtest.h>

namespace paperboy::reading {
namespace {

paper::FullText text_of(std::string_view first, std::string_view second = {}) {
  paper::FullTextBuilder builder(*paper::PaperId::arxiv("2611.00001"), 1, paper::FullText::Source::html);
  builder.section("1", "Introduction", 1);
  builder.paragraph(first);
  builder.section("2", "Experiments", 1);
  builder.paragraph(second);
  return builder.finish();
}

TEST(Evidence, FindsAQuoteWhateverItsWhiteSpaceAndPunctuation) {
  const paper::FullText text =
      text_of("We propose a pruning method for large graphs.", "It removes “weak” edges first.");
  const Judgement judgement = Evidence(text).judge({"It prunes.", {"it removes\n\"weak\"  edges first"}});
  ASSERT_TRUE(judgement.supported) << judgement.reason;
  ASSERT_EQ(judgement.quotes.size(), 1u);
  const Found& found = judgement.quotes[0];
  EXPECT_EQ(text.slice(found.begin, found.end), "It removes “weak” edges first");
  EXPECT_EQ(found.section, 1u);
  EXPECT_TRUE(found.exact);
}

TEST(Evidence, AnInventedQuoteSupportsNothing) {
  const paper::FullText text = text_of("We propose a pruning method for large graphs.");
  EXPECT_EQ(Evidence(text).judge({"It won a prize.", {"the method won the best paper award"}}).fault, Fault::not_found);
  EXPECT_EQ(Evidence(text).judge({"It prunes.", {}}).fault, Fault::no_quote);
  EXPECT_EQ(Evidence(text).judge({"It prunes.", {"a"}}).fault, Fault::no_quote);
}

TEST(Evidence, ANumberMustBeInAQuote) {
  const paper::FullText text = text_of("The method needs 4.5 hours on two cards.");
  EXPECT_TRUE(Evidence(text).judge({"It needs 4.5 hours.", {"The method needs 4.5 hours on two cards."}}).supported);
  EXPECT_EQ(Evidence(text).judge({"It needs 4 hours.", {"The method needs 4.5 hours on two cards."}}).fault,
            Fault::number);
}

struct Exchange {
  const char* name;
  const char* sentence;
  const char* quote;
  Fault fault;
};
class Rules : public testing::TestWithParam<Exchange> {};
INSTANTIATE_TEST_SUITE_P(
    All, Rules,
    testing::Values(
        Exchange{"OneUnitForTwo", "The control group scored 71.4 points.",
                 "The tutor group scored 71.4 points and the control group 66.9.", Fault::attribution},
        Exchange{"OneUnitForTwoKept", "The tutor group scored 71.4 points.",
                 "The tutor group scored 71.4 points and the control group 66.9.", Fault::none},
        Exchange{"AcrossLanguages", "灵敏度为 76%。", "The sensitivity was 82 % and the specificity 76 %.",
                 Fault::attribution},
        Exchange{"AcrossLanguagesKept", "灵敏度为 82%。", "The sensitivity was 82 % and the specificity 76 %.",
                 Fault::none},
        Exchange{"Place", "In clay it rose to 0.38.", "It rose from 0.31 to 0.38 in sand but remained at 0.35 in clay.",
                 Fault::attribution},
        Exchange{"RespectivePair", "X is no better than Y (49.8% against 47.2%).",
                 "Y answers 47.2% and X 49.8%, which is no better.", Fault::none},
        Exchange{"Mixed", "The lower bound holds for all graphs.",
                 "The upper bound holds for all graphs; the lower bound requires that there are no loops.",
                 Fault::attribution},
        Exchange{"Cause", "Roots died because less carbon came in.", "Because roots died, less carbon came in.",
                 Fault::order},
        Exchange{"CauseKept", "Less carbon came in, since roots died.", "Because roots died, less carbon came in.",
                 Fault::none},
        Exchange{"Verb", "The outflow drives the supernovae.", "Supernovae drive the outflow, which removes dust.",
                 Fault::order},
        Exchange{"VerbPassive", "The outflow is caused by supernovae.", "Supernovae caused the outflow in this galaxy.",
                 Fault::none},
        Exchange{"VerbChinese", "最佳磁场决定了柱间距。", "模拟表明,柱间距决定了最佳磁场。", Fault::order},
        Exchange{"RatherThan", "The gain comes from the loss rather than from the head.",
                 "The gain comes from the head rather than from the loss.", Fault::order},
        Exchange{"UnknownAdjective", "Shallow antennas are quieter than deep ones.",
                 "Deep antennas are quieter than shallow ones.", Fault::direction},
        Exchange{"OtherEnd", "At 4 K the absorption is lower than at 300 K.",
                 "The absorption at 300 K is higher than at 4 K.", Fault::none},
        Exchange{"MoreChinese", "点缺陷在低场下比纳米柱更有效。", "纳米柱在低场下比点缺陷更有效。", Fault::direction},
        Exchange{"MultipleChinese", "工作日的误差是节假日的两倍。", "节假日的误差是工作日的两倍。", Fault::direction},
        Exchange{"Prefix", "Models underestimate the losses.", "Models overestimate the losses in most years.",
                 Fault::direction},
        Exchange{"PrefixDenies", "Trace equivalence is decidable.", "Trace equivalence, in contrast, is undecidable.",
                 Fault::negation},
        Exchange{"PrefixDenied", "Trace equivalence is not decidable.",
                 "Trace equivalence, in contrast, is undecidable.", Fault::none},
        Exchange{"Complement", "The clock was unavailable for 6 % of the time.",
                 "The clock was available 94 % of the time.", Fault::none},
        Exchange{"Rest", "About 10 % of the failures are contradictions.",
                 "90% of the failures are missing facts, and the remaining ones are contradictions.", Fault::none},
        Exchange{"NoComplement", "10% of the failures are missing facts.",
                 "90% of the failures are missing facts, and the remaining ones are contradictions.", Fault::number},
        Exchange{"Most", "Most simulations reproduce the ratio.", "Only two of nine simulations reproduce the ratio.",
                 Fault::scope},
        Exchange{"MostByShare", "Most simulations reproduce the ratio.",
                 "Seven of nine simulations reproduce the ratio.", Fault::none},
        Exchange{"NearlyAll", "All errors happen at junctions.", "Nearly all errors happen at junctions.",
                 Fault::scope},
        Exchange{"Exception", "Every statement has been checked.", "Every statement has been checked except Lemma 14.",
                 Fault::scope},
        Exchange{"CompoundUnit", "The proof took two person-months.", "The proof took two person-years of work.",
                 Fault::number},
        Exchange{"Counted", "The mass is 3 kg.", "The mass is 3 solar masses in this model.", Fault::number},
        Exchange{"FirstWord", "Lactobacillus became more abundant in stool.",
                 "Bifidobacterium became more abundant in stool.", Fault::name}),
    [](const auto& param) { return param.param.name; });

TEST_P(Rules, FindWhatWasExchanged) {
  const Judgement judgement = Evidence(text_of(GetParam().quote)).judge({GetParam().sentence, {GetParam().quote}});
  EXPECT_EQ(to_string(judgement.fault), to_string(GetParam().fault)) << judgement.reason;
  EXPECT_EQ(judgement.supported, GetParam().fault == Fault::none);
}

TEST(Evidence, ThePapersOwnNameNeedsNoQuote) {
  const paper::FullText text = text_of("We present SparseWalk, a method for graphs.", "It removes weak edges first.");
  const Evidence evidence(text);
  EXPECT_TRUE(evidence.judge({"SparseWalk removes weak edges first.", {"It removes weak edges first."}}).supported);
  EXPECT_EQ(evidence.judge({"DropEdge removes weak edges first.", {"It removes weak edges first."}}).fault,
            Fault::name);
}

TEST(Evidence, ASentenceThatSaysTooMuchIsNotLookedAt) {
  std::string numbers, clauses;
  for (std::size_t i = 0; i <= Evidence::max_numbers; ++i) numbers += std::to_string(100 + i) + " and ";
  for (std::size_t i = 0; i <= Evidence::max_clauses; ++i) clauses += "so it is, ";
  const paper::FullText text = text_of(numbers + "that is all of it.", clauses + "that is all of it.");
  const Evidence evidence(text);
  EXPECT_EQ(evidence.judge({numbers, {numbers}}).fault, Fault::no_quote);
  EXPECT_EQ(evidence.judge({clauses, {clauses}}).fault, Fault::no_quote);
}

}  // namespace
}  // namespace paperboy::reading
