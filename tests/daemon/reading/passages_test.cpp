#include "daemon/reading/passages.hpp"

#include <gtest/gtest.h>

#include "daemon/base/text.hpp"

namespace paperboy::reading {
namespace {

constexpr std::string_view text =
    "We classify ﬁne‐grained images of Erdős graphs.\nThe so-called “weak” edges fall by 1.5 % or 10² nodes. "
    "Our sys-\ntem needs 12.5 hours. It does not scale to 1-2 billion edges in practice, as we show below.";

struct Case {
  const char *quote, *found;  // "": not there
  bool exact;
};
class Quotations : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(All, Quotations,
                         testing::Values(Case{"classify fine-grained images", "classify ﬁne‐grained images", true},
                                         Case{"IMAGES  of\nErdos graphs", "images of Erdős graphs", true},
                                         Case{"so-called \"weak\" edges", "so-called “weak” edges", true},
                                         Case{"Our system needs 12.5 hours", "Our sys-\ntem needs 12.5 hours", true},
                                         Case{"sys-tem needs", "sys-\ntem needs", true},
                                         // Whole words and whole numbers only.
                                         Case{"ystem needs 12.5", "", false}, Case{"5 hours. It does", "", false},
                                         Case{"system needs 12", "", false}, Case{"or 102 nodes", "", false},
                                         Case{"scale to 12 billion edges", "", false},
                                         // A word more or less; never a number or a negation.
                                         Case{"It does not really scale to 1-2 billion edges in practice",
                                              "It does not scale to 1-2 billion edges in practice", false},
                                         Case{"It does scale to 1-2 billion edges in practice", "", false},
                                         Case{"It does not scale to 1-3 billion edges in practice", "", false},
                                         Case{"It cannot be said that it scales well with hardware", "", false},
                                         Case{"", "", false}));

TEST_P(Quotations, AreFoundWhereTheyStand) {
  const Passages passages(text);
  const auto found = passages.find(GetParam().quote);
  ASSERT_EQ(found.has_value(), GetParam().found[0] != '\0') << GetParam().quote;
  if (!found) return;
  EXPECT_EQ(text.substr(found->begin, found->end - found->begin), GetParam().found);
  EXPECT_EQ(found->exact, GetParam().exact);
}

TEST(Quotations, SaySomethingOrNot) {
  EXPECT_TRUE(Passages::says_something("ResNet-50 | 76.1 | 4.1"));
  EXPECT_TRUE(Passages::says_something("低资源语言翻译"));
  EXPECT_FALSE(Passages::says_something("it is the one"));
  EXPECT_FALSE(Passages::says_something("graphs"));
  EXPECT_FALSE(Passages::says_something("方法"));
  EXPECT_FALSE(Passages::says_something(""));
}

// Nothing that is asked for may take long: a text of one word, a quotation of it.
TEST(Quotations, RepetitionIsHarmless) {
  std::string same;
  for (int i = 0; i < 100'000; ++i) same += "word ";
  const Passages passages(same);
  std::string quote;
  for (int i = 0; i < 150; ++i) quote += "word ";
  EXPECT_TRUE(passages.find(quote));
  EXPECT_FALSE(passages.find(quote +
                             "x y z none of it is there at all and so it goes on for more than a third of it, word"
                             " after another, until nobody can say that this is what was written there: never ever,"
                             " in no text, was anything like that found by anybody who looked for it or did not"));
}

}  // namespace
}  // namespace paperboy::reading
