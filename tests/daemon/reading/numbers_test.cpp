#include "daemon/reading/numbers.hpp"

#include <gtest/gtest.h>

namespace paperboy::reading {
namespace {

struct Case {
  const char* text;
  std::vector<double> values;
};
class Numbers : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(
    All, Numbers,
    testing::Values(Case{"no number, one thing", {}}, Case{"91.2 % of 1,200 words", {91.2, 1200}},
                    Case{"12,5 kg und 1.234.567 Wörter", {12.5, 1234567}}, Case{"1,234.5 and 3", {1234.5, 3}},
                    Case{"7B parameters, 80k steps, 1.5M images", {7e9, 80e3, 1.5e6}},
                    Case{"4 × 10^45, $2 \\times 10^{-3}$, 1e-12, 10⁶", {4e45, 2e-3, 1e-12, 1e6}},
                    Case{"3 million and two hundred", {3e6, 200}}, Case{"twenty-five of forty two", {25, 42}},
                    Case{"GPT-4o, A100, C4, 3D, v2 and x_1", {}}, Case{"0.84-0.90", {0.84, 0.90}},
                    Case{"80 万个参数,3.5亿", {80e4, 3.5e8}}, Case{"十二种语言、三百个词和两块显卡", {12, 300, 2}},
                    Case{"三维空间里的一种方法,十分有效", {3}}, Case{"twice as fast", {2}}, Case{"1,2,3", {1.2, 3}},
                    Case{"12 January 2026", {12, 1, 2026}}, Case{"99999999999999999999999999999", {1e29}},
                    Case{"nDCG@10 of 49.8", {49.8}}, Case{"two person-years, 两人年", {2, 2}}, Case{"1.", {1}},
                    Case{"½ of \xE2\x80\x89", {}}));

TEST_P(Numbers, AreRead) {
  std::vector<double> values;
  for (const Number& number : numbers_in(GetParam().text)) values.push_back(number.value);
  ASSERT_EQ(values.size(), GetParam().values.size()) << GetParam().text << testing::PrintToString(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(values[i], GetParam().values[i], 1e-9 * GetParam().values[i]) << GetParam().text;
  }
}

struct Two {
  const char *a, *b;
  bool same;
};
class TwoNumbers : public testing::TestWithParam<Two> {};
INSTANTIATE_TEST_SUITE_P(
    All, TwoNumbers,
    testing::Values(Two{"1,200", "1200", true}, Two{"1.200", "1,200", true}, Two{"0.5 hours", "30 minutes", true},
                    Two{"5 hours", "5 days", false}, Two{"half", "50 %", true}, Two{"91.2", "91.2%", true},
                    Two{"3 %", "3 points", false}, Two{"80 万", "0.8 million", true}, Two{"80 万", "80", false},
                    Two{"91.2", "91.3", false}, Two{"5 ms", "5 毫秒", true}, Two{"12", "12.0", true},
                    Two{"a minute and a half", "90 s", true}, Two{"2.5 hours", "two and a half hours", true},
                    Two{"20 mK", "0.02 K", true}, Two{"a quarter of an hour", "15 minutes", true},
                    Two{"250 mg", "0.25 kg", false}));

TEST_P(TwoNumbers, AreTheSameOrNot) {
  const auto a = numbers_in(GetParam().a), b = numbers_in(GetParam().b);
  ASSERT_EQ(a.size(), 1u) << GetParam().a;
  ASSERT_EQ(b.size(), 1u) << GetParam().b;
  EXPECT_EQ(same_number(a[0], b[0]), GetParam().same) << GetParam().a << " " << GetParam().b;
}

// What is said, what the quote has, and whether the one may be said of the other.
class SaidNumbers : public testing::TestWithParam<Two> {};
INSTANTIATE_TEST_SUITE_P(All, SaidNumbers,
                         testing::Values(Two{"almost twice", "1.8 times", true}, Two{"twice", "1.8 times", false},
                                         Two{"about 95 %", "94.7 %", true}, Two{"about 90 %", "94.7 %", false},
                                         Two{"below 1 ms", "940 µs", true}, Two{"above 1 ms", "940 µs", false},
                                         Two{"below 1 s", "940 µs", false}, Two{"below 1 ms", "1.2 ms", false},
                                         Two{"over 90 %", "91 %", true}, Two{"约 95%", "94.7 %", true}));

TEST_P(SaidNumbers, MayBeRoundWhereTheySaySo) {
  const auto a = numbers_in(GetParam().a), b = numbers_in(GetParam().b);
  ASSERT_EQ(a.size(), 1u) << GetParam().a;
  ASSERT_EQ(b.size(), 1u) << GetParam().b;
  EXPECT_EQ(says_number(a[0], b[0]), GetParam().same) << GetParam().a << " " << GetParam().b;
}

TEST(NumbersOfBothSides, ExcludeEachOtherByTheirBounds) {
  const auto bound = [](const char* text) { return numbers_in(text).at(0); };
  EXPECT_TRUE(contrary_bounds(bound("at most 5 %"), bound("at least 5 %")));
  EXPECT_TRUE(contrary_bounds(bound("no fewer than 5"), bound("under 5")));
  EXPECT_TRUE(contrary_bounds(bound("不超过 5%"), bound("more than 5 %")));
  EXPECT_FALSE(contrary_bounds(bound("no more than 5 %"), bound("at most 5 %")));
  EXPECT_FALSE(contrary_bounds(bound("5 %"), bound("at least 5 %")));
}

TEST(NumbersOfBothSides, DifferByPercentagePoints) {
  const auto all = numbers_in("66 percentage points, 83 %, 17 %, 66 %");
  ASSERT_EQ(all.size(), 4u);
  EXPECT_TRUE(is_difference(all[0], all[1], all[2]));
  EXPECT_FALSE(is_difference(all[3], all[1], all[2])) << "66 % more is another thing";
  EXPECT_FALSE(is_difference(all[0], all[1], all[3]));
}

}  // namespace
}  // namespace paperboy::reading
