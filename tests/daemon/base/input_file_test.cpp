#include "daemon/base/input_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <fstream>
#include <vector>

#include "daemon/base/error.hpp"

namespace paperboy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

std::string gzip(const std::string& plain) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, plain.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  z.avail_in = static_cast<uInt>(plain.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string zstd(const std::string& plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
  return out;
}

class InputFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = testing::TempDir() + "paperboy-input-XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file(const std::string& bytes) {
    const auto path = folder_ / "input";
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path;
  }
  std::vector<std::string> lines_of(const std::string& bytes) {
    InputFile in(file(bytes));
    std::vector<std::string> lines;
    for (std::string line; in.read_line(line);) {
      lines.push_back(line);
      EXPECT_EQ(in.line_number(), lines.size());
    }
    EXPECT_EQ(in.bytes_read(), bytes.size());
    EXPECT_EQ(in.bytes_total(), bytes.size());
    return lines;
  }
  std::string failure_of(const std::string& bytes) {
    try {
      lines_of(bytes);
    } catch (const Error& e) {
      return e.what();
    }
    return "no failure";
  }

  std::filesystem::path folder_;
};

TEST_F(InputFileTest, PlainLines) {
  EXPECT_THAT(lines_of(""), ElementsAre());
  EXPECT_THAT(lines_of("a"), ElementsAre("a"));
  EXPECT_THAT(lines_of("a\nb\n"), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("a\r\n\r\n\nb\rc"), ElementsAre("a", "", "", "b\rc"));
  EXPECT_THAT(lines_of("\n"), ElementsAre(""));
  EXPECT_THAT(lines_of("nul\0inside\n"s), ElementsAre("nul\0inside"s));
}

TEST_F(InputFileTest, TheFirstBytesDecide) {
  EXPECT_THAT(lines_of(gzip("a\nb\n")), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of(zstd("a\nb\n")), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of(gzip("")), ElementsAre());
  EXPECT_THAT(lines_of(zstd("")), ElementsAre());
}

TEST_F(InputFileTest, SeveralMembersAreOneText) {
  EXPECT_THAT(lines_of(gzip("a\nb") + gzip("") + gzip("c\nd")), ElementsAre("a", "bc", "d"));
  EXPECT_THAT(lines_of(zstd("a\nb") + zstd("") + zstd("c\nd")), ElementsAre("a", "bc", "d"));
  const std::string skippable("\x50\x2a\x4d\x18\x03\0\0\0xyz", 11);
  EXPECT_THAT(lines_of(skippable + zstd("a\n") + skippable + zstd("b")), ElementsAre("a", "b"));
}

TEST_F(InputFileTest, LongTextsAcrossManyBuffers) {
  std::string text;
  std::vector<std::string> want;
  for (std::size_t i = 0; text.size() < 3'000'000; i = i * 3 / 2 + 1) {
    if (i > 700'000) i = 0;
    want.push_back(std::string(i, static_cast<char>('a' + i % 26)));
    text += want.back() + "\n";
  }
  EXPECT_EQ(lines_of(text), want);
  EXPECT_EQ(lines_of(gzip(text)), want);
  EXPECT_EQ(lines_of(zstd(text)), want);
}

TEST_F(InputFileTest, EveryTruncationIsNoticed) {
  const std::string text = "the first line\nthe second line\n";
  for (const std::string& whole : {gzip(text), zstd(text)}) {
    for (std::size_t keep = 4; keep < whole.size(); ++keep) {
      EXPECT_THAT(failure_of(whole.substr(0, keep)), HasSubstr("ends early")) << keep;
    }
    EXPECT_THAT(failure_of(whole + whole.substr(0, whole.size() - 1)), HasSubstr("ends early"));
  }
}

TEST_F(InputFileTest, DamageIsNoticedAndNamesTheFile) {
  std::string damaged = gzip(std::string(1000, 'x') + "\n");
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // in the CRC
  EXPECT_THAT(failure_of(damaged), testing::AllOf(HasSubstr("damaged"), HasSubstr((folder_ / "input").string())));
  EXPECT_THAT(failure_of(gzip("a\n") + "trailing"), HasSubstr("damaged"));
  EXPECT_THAT(failure_of(zstd("a\n") + "trailing"), HasSubstr("damaged"));
}

TEST_F(InputFileTest, MissingFileAndFolder) {
  try {
    InputFile in(folder_ / "nothing-here");
    FAIL() << "opened";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), testing::AllOf(HasSubstr("nothing-here"), HasSubstr("No such file")));
  }
  EXPECT_THROW(InputFile{folder_}, Error);
}

TEST_F(InputFileTest, ALineWithoutEndIsRefusedBeforeItFillsMemory) {
  std::string bomb = "first\n" + std::string(InputFile::max_line, 'x');
  EXPECT_THAT(lines_of(bomb), ElementsAre("first", std::string(InputFile::max_line, 'x')));
  EXPECT_THAT(failure_of(zstd(bomb + "x")), HasSubstr("line 2 is longer than 32 MiB"));
}

TEST_F(InputFileTest, Moves) {
  InputFile first(file("a\nb\n"));
  std::string line;
  ASSERT_TRUE(first.read_line(line));
  InputFile second(std::move(first));
  ASSERT_TRUE(second.read_line(line));
  EXPECT_EQ(line, "b");
}

}  // namespace
}  // namespace paperboy
