#include "daemon/base/packed_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/error.hpp"
#include "daemon/base/hash.hpp"

namespace paperboy {
namespace {

std::string failure_of(std::string_view bytes) {
  try {
    PackedText::from_bytes(bytes).text();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(PackedText, GivesTheTextBack) {
  for (const std::string& text : {std::string(), std::string("a"), std::string("Erdős 😀\n"),
                                  std::string("nul \0 inside", 12), std::string(3'000'000, 'x'), random_hex(100'000)}) {
    const PackedText packed(text);
    EXPECT_EQ(packed.text(), text);
    EXPECT_EQ(PackedText::from_bytes(packed.bytes()).text(), text);
    EXPECT_EQ(packed.empty(), text.empty());
  }
}

TEST(PackedText, TakesLessRoom) {
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += "### " + std::to_string(i) + ". [A paper](https://arxiv.org/abs/2606.00001)\n\n";
  EXPECT_LT(PackedText(text).bytes().size() * 4, text.size());
}

TEST(PackedText, WhatWasKeptBeforeIsTheTextItself) {
  EXPECT_EQ(PackedText::from_bytes("# Five papers\n").text(), "# Five papers\n");
  EXPECT_EQ(PackedText::from_bytes("(not a frame").text(), "(not a frame") << "a frame begins with ( too";
}

TEST(PackedText, OfADamagedFrameNothingIsShown) {
  const PackedText packed(random_hex(5000));
  const std::string& whole = packed.bytes();
  for (std::size_t size = 4; size < whole.size(); size += 97) {
    EXPECT_THAT(failure_of(whole.substr(0, size)), testing::HasSubstr("restore it from a backup")) << size;
  }
  for (std::size_t at = 4; at < whole.size(); at += 97) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    EXPECT_NE(failure_of(damaged), "") << at;
  }
  // A frame that says it holds 2^60 bytes (RFC 8878, 3.1.1.1: single segment, eight bytes of size) takes no memory.
  const std::string huge("\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x00\x00\x10\x01\x00\x00", 16);
  EXPECT_THAT(failure_of(huge), testing::HasSubstr("1152921504606846976 bytes"));
}

}  // namespace
}  // namespace paperboy
