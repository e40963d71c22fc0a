// Bodies of forms, as browsers and others write them.
#include "daemon/web/form.hpp"

#include <gtest/gtest.h>

namespace paperboy::web {
namespace {

TEST(Forms, AreReadAsBrowsersWriteThem) {
  const auto form =
      parse_form("action=follow&query=%22gaussian+splatting%22%0D%0A&name=%E5%9B%BE&day=mon&day=tue&empty=");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->text("action"), "follow");
  EXPECT_EQ(form->text("query"), "\"gaussian splatting\"");
  EXPECT_EQ(form->text("name"), "图");
  EXPECT_EQ(form->texts("day"), (std::vector<std::string>{"mon", "tue"}));
  EXPECT_EQ(form->text("day"), "") << "which of the two?";
  EXPECT_TRUE(form->has("empty"));
  EXPECT_FALSE(form->has("nothing"));
}

TEST(Forms, EmptyOnesHaveNoFields) {
  for (const char* body : {"", "&", "&&", "=", "=x&=y"}) {
    const auto form = parse_form(body);
    ASSERT_TRUE(form) << body;
    EXPECT_FALSE(form->has("")) << body;
  }
}

TEST(Forms, WhatNoBrowserWritesIsRefused) {
  for (const std::string& body :
       {std::string("a=%"), std::string("a=%4"), std::string("a=%zz"), std::string("a=b c"), std::string("a=\xff"),
        std::string("a=\0b", 4), std::string("a=b\r\n"), std::string("{\"a\": 1}"), std::string("%=1")}) {
    EXPECT_FALSE(parse_form(body)) << body;
  }
  EXPECT_FALSE(parse_form(std::string(longest_form + 1, 'a')));
  std::string many = "a=1";
  for (std::size_t i = 1; i < most_fields; ++i) many += "&a=1";
  EXPECT_TRUE(parse_form(many));
  EXPECT_FALSE(parse_form(many + "&a=1"));
}

TEST(Forms, ValuesAreTextWhateverWasSent) {
  const auto form = parse_form("a=%FF%FE&b=x%00y&c=%1B%5B2J&d=%C2%85&e=%20%20x%20");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->text("a"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(form->text("b"), "xy");
  EXPECT_EQ(form->text("c"), "[2J");
  EXPECT_EQ(form->text("d"), "");
  EXPECT_EQ(form->text("e"), "x");
}

}  // namespace
}  // namespace paperboy::web
