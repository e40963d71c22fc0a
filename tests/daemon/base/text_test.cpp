#include "daemon/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace paperboy::text {
namespace {

using testing::ElementsAre;
using namespace std::string_literals;

std::string utf8(char32_t cp) {
  std::string out;
  append_code_point(out, cp);
  return out;
}

TEST(Sanitize, MaximalSubpartsBecomeOneReplacement) {
  const std::pair<std::string, std::string> cases[] = {
      {"plain", "plain"},
      {"Erd\xC5\x91s 数 😀", "Erd\xC5\x91s 数 😀"},
      {"a\x80z", "a\uFFFDz"},                                // a continuation byte alone
      {"a\xC0\xAFz", "a\uFFFD\uFFFDz"},                      // over-long
      {"a\xE0\x80\xAFz", "a\uFFFD\uFFFD\uFFFDz"},            // over-long
      {"a\xED\xA0\x80z", "a\uFFFD\uFFFD\uFFFDz"},            // a surrogate
      {"a\xF4\x91\x92\x93z", "a\uFFFD\uFFFD\uFFFD\uFFFDz"},  // beyond U+10FFFF
      {"a\xF0\x80\x80\x41z", "a\uFFFD\uFFFD\uFFFD\x41z"},
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "\uFFFD\uFFFD\uFFFD\uFFFD\x41"},  // Unicode 15, table 3-11
      {"cut \xF0\x9F\x98", "cut \uFFFD"},
      {"\xFF", "\uFFFD"},
  };
  for (const auto& [in, want] : cases) EXPECT_EQ(sanitize(in), want) << testing::PrintToString(in);
}

TEST(Sanitize, ControlsGoLineSeparatorsBecomeLineFeeds) {
  EXPECT_EQ(sanitize("a\0b\x1b[31mc\r\nd\te\x7f"s), "ab[31mc\nd\te");
  EXPECT_EQ(sanitize("a\u0085b\u009Fc\u00A0d"), "abc\u00A0d");
  EXPECT_EQ(sanitize("a\u2028b\u2029c"), "a\nb\nc");
  EXPECT_EQ(sanitize("a\u202Eb\u202C \u2066c\u2069 \u05E9\u200Fd"), "ab c \u05E9\u200Fd");
}

TEST(Sanitize, AnyBytesBecomeStableText) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> byte(0, 255), length(0, 64);
  for (int round = 0; round < 5000; ++round) {
    std::string bytes(static_cast<std::size_t>(length(random)), '\0');
    for (char& c : bytes) c = static_cast<char>(byte(random));
    const std::string clean = sanitize(bytes);
    ASSERT_EQ(sanitize(clean), clean);
    // Nothing may read past the end or throw, clean or not.
    fold(bytes), to_nfc(bytes), collapse_space(bytes), ellipsize(bytes, 5), wrap(bytes, 9), display_width(bytes);
    ASSERT_EQ(sanitize(fold(clean)), fold(clean));
    ASSERT_LE(count_code_points(ellipsize(clean, 5)), 5u);
  }
}

TEST(CodePoints, WalkAndCount) {
  const std::string text = "aé数😀";
  std::size_t at = 0;
  EXPECT_EQ(next_code_point(text, at), U'a');
  EXPECT_EQ(next_code_point(text, at), U'é');
  EXPECT_EQ(next_code_point(text, at), U'数');
  EXPECT_EQ(next_code_point(text, at), U'😀');
  EXPECT_EQ(at, text.size());
  EXPECT_EQ(next_code_point(text, at), 0u);
  EXPECT_EQ(at, text.size());
  EXPECT_EQ(count_code_points(text), 4u);
  EXPECT_EQ(count_utf16_units(text), 5u);
  EXPECT_EQ(count_code_points(""), 0u);
  EXPECT_EQ(utf8(0xD800), "\uFFFD");
  EXPECT_EQ(utf8(0x110000), "\uFFFD");
}

TEST(CodePoints, EveryOneComesBack) {
  for (char32_t cp = 1; cp <= 0x10FFFF; ++cp) {
    if (cp >= 0xD800 && cp <= 0xDFFF) continue;
    const std::string encoded = utf8(cp);
    std::size_t at = 0;
    ASSERT_EQ(next_code_point(encoded, at), cp);
    ASSERT_EQ(at, encoded.size());
  }
}

TEST(DisplayWidth, ColumnsOfATerminal) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("数学"), 4u);
  EXPECT_EQ(display_width("Erdo\u030Bs"), 5u);  // the mark takes no column
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("ａ"), 2u);
}

TEST(Fold, CaseAndAccents) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"Gaussian SPLATTING", "gaussian splatting"},
      {"Erdős", "erdos"},
      {"Erdo\u030Bs", "erdos"},
      {"Straße", "strasse"},
      {"STRAẞE", "strasse"},
      {"Ørsted", "orsted"},
      {"Łukasz", "lukasz"},
      {"Đorđe", "dorde"},
      {"Æsir Œuvre Þór", "aesir oeuvre thor"},
      {"İstanbul ısı", "istanbul isi"},
      {"ﬁne", "fine"},
      {"ℌ²", "h2"},
      {"ΣΑΣ", "σασ"},
      {"Чебышёв", "чебышев"},
      {"数学", "数学"},
      {"한국", "\u1112\u1161\u11AB\u1100\u116E\u11A8"},
      {"x\xFFy", "x\uFFFDy"},
  };
  for (const auto& [in, want] : cases) EXPECT_EQ(fold(in), want) << in;
}

TEST(Fold, TwiceIsOnce) {
  for (char32_t cp = 1; cp <= 0x10FFFF; ++cp) {
    if (cp >= 0xD800 && cp <= 0xDFFF) continue;
    const std::string once = fold(utf8(cp));
    ASSERT_EQ(fold(once), once) << std::hex << static_cast<std::uint32_t>(cp);
  }
}

TEST(Nfc, Composes) {
  EXPECT_EQ(to_nfc("Erdo\u030Bs"), "Erd\u0151s");
  EXPECT_EQ(to_nfc("plain"), "plain");
  EXPECT_EQ(to_nfc("\u1112\u1161\u11AB"), "한");
  EXPECT_EQ(to_nfc("ﬁ"), "ﬁ");  // compatibility forms stay
  EXPECT_EQ(to_nfc("x\xFFy"), "x\uFFFDy");
}

TEST(Shape, TrimAndCollapse) {
  EXPECT_EQ(trim(" \t\r\n a b \v\f"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(collapse_space("  a \n\t b\u00A0\u3000c  "), "a b c");
  EXPECT_EQ(collapse_space("\n"), "");
}

TEST(Shape, SplitAndJoin) {
  EXPECT_THAT(split("a,,b", ','), ElementsAre("a", "", "b"));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(split(",", ','), ElementsAre("", ""));
  const std::vector<std::string> parts = {"a", "", "b"};
  EXPECT_EQ(join(parts, ", "), "a, , b");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Shape, AsciiCase) {
  EXPECT_EQ(to_lower_ascii("ABC[É]"), "abc[É]");
  EXPECT_TRUE(iequals_ascii("Retry-After", "retry-after"));
  EXPECT_FALSE(iequals_ascii("a", "ab"));
  EXPECT_FALSE(iequals_ascii("[", "{"));
  EXPECT_TRUE(starts_with_ci("ARXIV:2512", "arXiv:"));
  EXPECT_FALSE(starts_with_ci("ar", "arXiv"));
}

TEST(Shape, ReplaceAll) {
  EXPECT_EQ(replace_all("aXbXX", "X", "--"), "a--b----");
  EXPECT_EQ(replace_all("aaa", "aa", "a"), "aa");
  EXPECT_EQ(replace_all("abc", "", "x"), "abc");
}

TEST(Ellipsize, CutsAtAWordThatIsNear) {
  EXPECT_EQ(ellipsize("short", 5), "short");
  EXPECT_EQ(ellipsize("shorter", 5), "shor…");
  EXPECT_EQ(ellipsize("one two three four", 12), "one two…");
  EXPECT_EQ(ellipsize("one two three", 8), "one two…");
  EXPECT_EQ(ellipsize("a " + std::string(100, 'x'), 50), "a " + std::string(47, 'x') + "…");  // the blank is far away
  EXPECT_EQ(ellipsize("数学数学数学", 4), "数学数…");
  EXPECT_EQ(ellipsize("abce\u0301f", 5), "abc…");  // a letter keeps its marks or goes
  EXPECT_EQ(ellipsize("anything", 1), "…");
  EXPECT_EQ(ellipsize("anything", 0), "");
  EXPECT_EQ(ellipsize("", 0), "");
}

TEST(Wrap, BreaksAtBlanks) {
  EXPECT_EQ(wrap("one two three four", 9), "one two\nthree\nfour");
  EXPECT_EQ(wrap("one two three", 9, "  "), "  one two\n  three");
  EXPECT_EQ(wrap("see https://example.org/a/long/path now", 10), "see\nhttps://example.org/a/long/path\nnow");
  EXPECT_EQ(wrap("first\n\nsecond  line", 40, "> "), "> first\n\n> second line");
  EXPECT_EQ(wrap("数学 数学", 8), "数学\n数学");
  EXPECT_EQ(wrap("", 8, "  "), "");
  EXPECT_EQ(wrap("a b", 0), "a\nb");
}

TEST(EscapeHtml, TheFive) {
  EXPECT_EQ(escape_html("<a href=\"x\">'&'</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST(Nearest, DidYouMean) {
  const std::vector<std::string> words = {"schedule", "channels", "topics", "time_zone", "id"};
  EXPECT_EQ(nearest("shedule", words), "schedule");
  EXPECT_EQ(nearest("tpoics", words), "topics");
  EXPECT_EQ(nearest("timezone", words), "time_zone");
  EXPECT_EQ(nearest("Topics", words), "topics");
  EXPECT_EQ(nearest("di", words), "id");
  EXPECT_EQ(nearest("telegram", words), std::nullopt);
  EXPECT_EQ(nearest("x", words), std::nullopt);
  EXPECT_EQ(nearest("", words), std::nullopt);
  EXPECT_EQ(nearest(std::string(1 << 20, 't'), words), std::nullopt);
  EXPECT_EQ(nearest("topics", {}), std::nullopt);
}

TEST(GroupDigits, Thousands) {
  EXPECT_EQ(group_digits(0), "0");
  EXPECT_EQ(group_digits(999), "999");
  EXPECT_EQ(group_digits(12345), "12,345");
  EXPECT_EQ(group_digits(-123456), "-123,456");
  EXPECT_EQ(group_digits(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

}  // namespace
}  // namespace paperboy::text
