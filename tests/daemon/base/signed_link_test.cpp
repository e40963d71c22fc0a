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

TEST(SignedLinks, AShortKeyIsRefused) {
  EXPECT_THROW(SignedLinks{Secret("short")}, std::invalid_argument);
}

}  // namespace
}  // namespace paperboy
