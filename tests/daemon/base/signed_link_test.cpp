#include "daemon/base/signed_link.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace paperboy {
namespace {

const SignedLinks links{Secret(std::string(32, 'k'))};

TEST(SignedLinks, GiveBackWhatWasSigned) {
  for (const std::string& subject : {std::string("018f"), std::string(), std::string("a.b/c?d=\xff\x00", 10)}) {
    const std::string token = links.sign("archive", subject);
    EXPECT_EQ(links.verify("archive", token), subject);
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."), token.npos);
  }
}

TEST(SignedLinks, HoldForTheirPurposeAndKeyOnly) {
  const std::string token = links.sign("archive", "018f");
  EXPECT_FALSE(links.verify("unsubscribe", token));
  EXPECT_FALSE(SignedLinks(Secret(std::string(32, 'l'))).verify("archive", token));
  EXPECT_NE(links.sign("a", "bc"), links.sign("ab", "c"));
}

TEST(SignedLinks, EveryChangedCharacterBreaksThem) {
  const std::string token = links.sign("archive", "018f9a");
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(links.verify("archive", changed)) << changed;
    EXPECT_FALSE(links.verify("archive", token.substr(0, i)));
  }
  EXPECT_FALSE(links.verify("archive", token + "A"));
  for (const char* junk : {"", ".", "..", "a", "====.", "\xff.\xff", "%00.%00"})
    EXPECT_FALSE(links.verify("archive", junk)) << junk;
  EXPECT_FALSE(links.verify("archive", std::string(100'000, 'A') + "."));
}

TEST(SignedLinks, EndWhenTheySay) {
  const Time end = from_epoch_ms(1'800'000'000'000);
  const std::string token = links.sign("home", "ada\nmore/1", end);
  const auto before = links.verify("home", token, end - std::chrono::milliseconds(1));
  ASSERT_TRUE(before);
  EXPECT_EQ(before->subject, "ada\nmore/1");
  EXPECT_EQ(before->until, end);
  EXPECT_FALSE(before->expired);
  const auto after = links.verify("home", token, end);
  ASSERT_TRUE(after) << "what has ended is told from what was never signed";
  EXPECT_TRUE(after->expired);
  EXPECT_EQ(after->subject, "ada\nmore/1");
  EXPECT_FALSE(links.verify("act", token, before->until));
  EXPECT_NE(links.sign("home", "ada", end), links.sign("home", "ada", end + std::chrono::seconds(1)));
}

TEST(SignedLinks, WithoutAnEndAreNoneThatEnd) {
  for (const char* subject : {"ada", "", "\n", "ada\n9", "99999999999999999999\nada", "1 \nada", "-\nada"})
    EXPECT_FALSE(links.verify("home", links.sign("home", subject), Time{})) << subject;
}

TEST(SignedLinks, AShortKeyIsRefused) {
  EXPECT_THROW(SignedLinks{Secret("short")}, std::invalid_argument);
}

}  // namespace
}  // namespace paperboy
