#include "daemon/base/hash.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace paperboy {
namespace {

TEST(Sha256, KnownAnswers) {  // FIPS 180-4 examples
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(HashOf, TellsWhereAPartEnds) {
  const std::set<std::string> hashes = {hash_of({"ab", "c"}), hash_of({"a", "bc"}), hash_of({"abc"}),
                                        hash_of({"abc", ""}), hash_of({"", "abc"}), hash_of({})};
  EXPECT_EQ(hashes.size(), 6u);
  EXPECT_EQ(hash_of({"ab", "c"}), hash_of({"ab", "c"}));
  // The stored keys depend on it: eight bytes of length, most significant first, then the part.
  using namespace std::string_literals;
  EXPECT_EQ(hash_of({"ab", "c"}), sha256_hex("\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\1c"s));
}

TEST(Hmac, Rfc4231TestCases) {
  EXPECT_EQ(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Random, HexOfTheLengthAskedFor) {
  EXPECT_THAT(random_hex(16), testing::MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(random_hex(16).size(), 32u);
  EXPECT_EQ(random_hex(0), "");
  EXPECT_NE(random_hex(16), random_hex(16));
}

TEST(UuidV7, ShapeAndOrder) {
  const std::int64_t ms = 0x017F22E279B0;  // RFC 9562, appendix A.6
  const std::string id = uuid_v7(ms);
  EXPECT_THAT(id, testing::MatchesRegex("017f22e2-79b0-7[0-9a-f]+-[89ab][0-9a-f]+-[0-9a-f]+"));
  EXPECT_EQ(id.size(), 36u);
  EXPECT_LT(uuid_v7(ms), uuid_v7(ms + 1));
  EXPECT_NE(uuid_v7(ms), uuid_v7(ms));
}

TEST(Base64, Rfc4648Vectors) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : cases) EXPECT_EQ(base64(plain), coded);
  EXPECT_EQ(base64(std::string("\0\xff\xfe", 3)), "AP/+");
  EXPECT_EQ(base64(std::string(3000, 'x')).find('\n'), std::string::npos);
}

}  // namespace
}  // namespace paperboy
