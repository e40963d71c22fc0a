#include "daemon/base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <limits>
#include <thread>
#include <vector>

#include "daemon/base/text.hpp"

namespace paperboy::log {
namespace {

using namespace std::string_literals;

constexpr std::int64_t moment = 1'793'685'600'000;  // 2026-11-03T06:00:00.000Z

TEST(FormatLine, Logfmt) {
  EXPECT_EQ(format_line(Format::logfmt, moment, Level::info, "digest ready", {{"user", "ada"}, {"papers", 12}}),
            R"(ts=2026-11-03T06:00:00.000Z level=info msg="digest ready" user=ada papers=12)");
  EXPECT_EQ(
      format_line(Format::logfmt, moment, Level::error, "say \"no\"",
                  {{"err", "two words"}, {"empty", ""}, {"eq", "a=b"}, {"late", true}, {"share", 0.5}}),
      R"(ts=2026-11-03T06:00:00.000Z level=error msg="say \"no\"" err="two words" empty="" eq="a=b" late=true share=0.5)");
}

TEST(FormatLine, Json) {
  EXPECT_EQ(
      format_line(Format::json, moment, Level::warn, "a\tb\"c\\",
                  {{"user", "ada"}, {"n", std::uint64_t{18446744073709551615u}}, {"x", false}}),
      R"({"ts":"2026-11-03T06:00:00.000Z","level":"warn","msg":"a\tb\"c\\","user":"ada","n":18446744073709551615,"x":false})");
}

TEST(FormatLine, NoJsonNumberForWhatIsNone) {
  const std::string line =
      format_line(Format::json, moment, Level::info, "m", {{"x", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_THAT(line, testing::HasSubstr(R"("x":"nan")"));
}

// What comes from outside can neither begin a line of its own nor end the quotes nor leave UTF-8.
TEST(FormatLine, HostileValuesStayInside) {
  const std::string hostile = "x\nlevel=error msg=\"forged\" \x1b[31m\xff\0y"s;
  for (const Format format : {Format::logfmt, Format::json}) {
    const std::string line = format_line(format, moment, Level::info, hostile, {{"err", hostile}});
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
    EXPECT_EQ(line, text::sanitize(line));
    EXPECT_THAT(line, testing::HasSubstr(R"(x\nlevel=error msg=\"forged\" [31m)"));
  }
}

// Everything written to stderr while `body` runs.
template <class Body>
std::string captured(Body body) {
  testing::internal::CaptureStderr();
  body();
  return testing::internal::GetCapturedStderr();
}

TEST(Write, DropsWhatIsBelowTheLevel) {
  const std::string out = captured([] {
    configure(Level::warn, Format::logfmt);
    info("quiet");
    warn("loud");
  });
  configure(Level::info, Format::logfmt);
  EXPECT_EQ(out.find("quiet"), std::string::npos);
  EXPECT_THAT(out, testing::MatchesRegex("ts=.* level=warn msg=\"loud\"\n"));
}

TEST(Write, LinesOfThreadsStayWhole) {
  const std::string filler(400, 'x');
  const std::string out = captured([&] {
    configure(Level::info, Format::logfmt);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) info(filler);
      });
    }
    for (auto& thread : threads) thread.join();
  });
  std::size_t lines = 0;
  for (const auto line : text::split(out, '\n')) {
    if (line.empty()) continue;
    ++lines;
    ASSERT_THAT(std::string(line), testing::MatchesRegex("ts=.* level=info msg=\"x+\""));
  }
  EXPECT_EQ(lines, 800u);
}

TEST(Write, PriorityPrefixOnlyForTheJournal) {
  const std::string out = captured([] {
    struct stat st{};
    ASSERT_EQ(fstat(STDERR_FILENO, &st), 0);
    const std::string mine = std::to_string(st.st_dev) + ":" + std::to_string(st.st_ino);
    setenv("JOURNAL_STREAM", mine.c_str(), 1);
    configure(Level::debug, Format::logfmt);
    debug("d");
    info("i");
    warn("w");
    error("e");
    setenv("JOURNAL_STREAM", "1:2", 1);
    configure(Level::info, Format::logfmt);
    info("elsewhere");
    unsetenv("JOURNAL_STREAM");
    configure(Level::info, Format::logfmt);
  });
  EXPECT_THAT(out, testing::MatchesRegex("<7>ts=.*\n<6>ts=.*\n<4>ts=.*\n<3>ts=.*\nts=.*elsewhere\"\n"));
}

}  // namespace
}  // namespace paperboy::log
