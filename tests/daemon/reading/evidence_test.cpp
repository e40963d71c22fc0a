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

}  // namespace
}  // namespace paperboy::reading
