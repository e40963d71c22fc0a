// From a place in a file to a value, or a finding that says how to mend it.
#include <gmock/gmock.h>

#include <array>

#include "tests/daemon/settings/helpers.hpp"

namespace paperboy::settings {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kib = std::size_t{1} << 10;

TEST(Values, AreRead) {
  Findings findings;
  const Node root = Node::parse(R"(
text: some words
quoted: "with: colon"
number: 12
negative: -3
decimal: 0.25
yes: true
no: false
wait: 1h30m
sizes: {bare: 512, kb: 80kB, mib: 10MiB, gap: 3 GiB}
list: [a, 'b', 3]
one: alone
places:
  home: x
  work: y
date: 2026-11-03
version: 1.10
norway: no
)",
                                "x.yaml", findings);
  EXPECT_EQ(root.at("text").text(), "some words");
  EXPECT_EQ(root.at("quoted").required_text(), "with: colon");
  EXPECT_EQ(root.at("number").integer(0, 1, 100), 12);
  EXPECT_EQ(root.at("negative").integer(0, -5, 5), -3);
  EXPECT_EQ(root.at("decimal").number(0, 0, 1), 0.25);
  EXPECT_EQ(root.at("number").number(0, 0, 100), 12);
  EXPECT_TRUE(root.at("yes").truth(false));
  EXPECT_FALSE(root.at("no").truth(true));
  EXPECT_EQ(root.at("wait").duration(0s, 0s, 24h), 90min);
  const Node sizes = root.at("sizes");
  EXPECT_EQ(sizes.at("bare").size(0, 0, 1 << 30), 512u);
  EXPECT_EQ(sizes.at("kb").size(0, 0, 1 << 30), 80'000u);
  EXPECT_EQ(sizes.at("mib").size(0, 0, 1 << 30), 10 * kib * kib);
  EXPECT_EQ(sizes.at("gap").size(0, 0, std::size_t{4} << 30), 3 * kib * kib * kib);
  EXPECT_THAT(root.at("list").texts(), ElementsAre("a", "b", "3"));
  EXPECT_THAT(root.at("one").texts(), ElementsAre("alone"));
  EXPECT_EQ(root.at("list").items()[2].integer(0, 0, 9), 3);
  EXPECT_EQ(root.at("places").entries().size(), 2u);
  EXPECT_EQ(root.at("places").entries()[1].first, "work");
  // Text stays as it was typed: YAML's guesses are not asked.
  EXPECT_EQ(root.at("date").text(), "2026-11-03");
  EXPECT_EQ(root.at("version").text(), "1.10");
  EXPECT_EQ(root.at("norway").text(), "no");
  root.reject_unknown();
  EXPECT_THAT(lines(findings), IsEmpty());
}

TEST(Values, AbsentOnesAreTheirDefaults) {
  Findings findings;
  const Node root = Node::parse("a: 1\n", "x.yaml", findings);
  const Node none = root.at("deep").at("deeper");
  static const std::array<std::string, 2> words{"red", "blue"};
  EXPECT_FALSE(none.present());
  EXPECT_EQ(none.path(), "deep.deeper");
  EXPECT_EQ(none.text("x"), "x");
  EXPECT_EQ(none.integer(7, 0, 1), 7);  // a default may lie outside
  EXPECT_EQ(none.number(0.5, 0, 1), 0.5);
  EXPECT_TRUE(none.truth(true));
  EXPECT_EQ(none.duration(5s, 0s, 9s), 5s);
  EXPECT_EQ(none.size(5, 0, 9), 5u);
  EXPECT_EQ(none.choice(words, 1), 1u);
  EXPECT_EQ(none.file_path("/x/y"), "/x/y");
  EXPECT_THAT(none.texts(), IsEmpty());
  EXPECT_THAT(none.items(), IsEmpty());
  EXPECT_THAT(none.entries(), IsEmpty());
  EXPECT_FALSE(none.secret("token", "t").has_value());
  EXPECT_THAT(lines(findings), IsEmpty());
  none.required_text();
  EXPECT_THAT(lines(findings), ElementsAre("1:1: 'deep.deeper' is missing"));
}

struct WrongValue {
  const char* name;
  const char* yaml;
  void (*read)(const Node&);
  const char* finding;
};

void as_integer(const Node& n) {
  EXPECT_EQ(n.integer(5, 1, 100), 5);
}
void as_number(const Node& n) {
  EXPECT_EQ(n.number(0.5, 0.25, 1), 0.5);
}
void as_truth(const Node& n) {
  EXPECT_TRUE(n.truth(true));
}
void as_duration(const Node& n) {
  EXPECT_EQ(n.duration(5min, 1s, 1h), 5min);
}
void as_size(const Node& n) {
  EXPECT_EQ(n.size(5, kib, kib * kib), 5u);
}
void as_text(const Node& n) {
  EXPECT_EQ(n.text("d"), "d");
}
void as_path(const Node& n) {
  EXPECT_EQ(n.file_path("d"), "d");
}
void as_list(const Node& n) {
  EXPECT_THAT(n.items(), IsEmpty());
}
void as_map(const Node& n) {
  EXPECT_THAT(n.entries(), IsEmpty());
}
void as_child(const Node& n) {
  EXPECT_EQ(n.at("b").required_text(), "");
}
void as_required(const Node& n) {
  n.required_text();
}
void as_texts(const Node& n) {
  n.texts();
}
void as_choice(const Node& n) {
  static const std::array<std::string, 3> words{"starttls", "tls", "none"};
  EXPECT_EQ(n.choice(words, 1), 1u);
}

class Wrong : public testing::TestWithParam<WrongValue> {};

TEST_P(Wrong, LeavesTheDefaultAndSaysWhy) {
  Findings findings;
  const Node root = Node::parse(GetParam().yaml, "x.yaml", findings);
  GetParam().read(root.at("a"));
  root.reject_unknown();
  EXPECT_THAT(lines(findings), ElementsAre(GetParam().finding));
}

INSTANTIATE_TEST_SUITE_P(
    Values, Wrong,
    testing::Values(
        WrongValue{"IntegerText", "a: many", as_integer, "1:4: 'a' must be a whole number, not 'many'"},
        WrongValue{"IntegerDecimal", "a: 1.5", as_integer, "1:4: 'a' must be a whole number, not '1.5'"},
        WrongValue{"IntegerHex", "a: 0x10", as_integer, "1:4: 'a' must be a whole number, not '0x10'"},
        WrongValue{"IntegerTail", "a: 10 ", as_choice, "1:4: 'a' must be one of starttls, tls, none, not '10'"},
        WrongValue{"IntegerLow", "a: 0", as_integer, "1:4: 'a' must be between 1 and 100, not '0'"},
        WrongValue{"IntegerHigh", "a: 101", as_integer, "1:4: 'a' must be between 1 and 100, not '101'"},
        WrongValue{"IntegerHuge", "a: 99999999999999999999", as_integer,
                   "1:4: 'a' must be between 1 and 100, not '99999999999999999999'"},
        WrongValue{"IntegerHugeNegative", "a: -99999999999999999999", as_integer,
                   "1:4: 'a' must be between 1 and 100, not '-99999999999999999999'"},
        WrongValue{"IntegerEmpty", "a:", as_integer,
                   "1:1: 'a' has no value; write a whole number or leave the line out"},
        WrongValue{"IntegerList", "a: [1]", as_integer, "1:4: 'a' must be a whole number, not a list"},
        WrongValue{"NumberNan", "a: nan", as_number, "1:4: 'a' must be a number, not 'nan'"},
        WrongValue{"NumberInf", "a: inf", as_number, "1:4: 'a' must be a number, not 'inf'"},
        WrongValue{"NumberRange", "a: 0.2", as_number, "1:4: 'a' must be between 0.25 and 1, not '0.2'"},
        WrongValue{"NumberComma", "a: 0,5", as_number, "1:4: 'a' must be a number, not '0,5'"},
        WrongValue{"TruthYes", "a: yes", as_truth, "1:4: 'a' must be true or false, not 'yes'"},
        WrongValue{"TruthOne", "a: 1", as_truth, "1:4: 'a' must be true or false, not '1'"},
        WrongValue{"TruthCase", "a: True", as_truth, "1:4: 'a' must be true or false, not 'True'"},
        WrongValue{"DurationBare", "a: 30", as_duration,
                   "1:4: 'a' must be a duration such as 30s, 5m or 1h30m, not '30' (the unit is missing)"},
        WrongValue{"DurationWords", "a: 5 minutes", as_duration,
                   "1:4: 'a' must be a duration such as 30s, 5m or 1h30m, not '5 minutes'"},
        WrongValue{"DurationNegative", "a: -5m", as_duration,
                   "1:4: 'a' must be a duration such as 30s, 5m or 1h30m, not '-5m'"},
        WrongValue{"DurationRange", "a: 2h", as_duration, "1:4: 'a' must be between 1s and 1h, not '2h'"},
        WrongValue{"SizeWords", "a: big", as_size, "1:4: 'a' must be a size such as 512, 80kB or 10MiB, not 'big'"},
        WrongValue{"SizeNegative", "a: -1kB", as_size,
                   "1:4: 'a' must be a size such as 512, 80kB or 10MiB, not '-1kB'"},
        WrongValue{"SizeRange", "a: 2MiB", as_size, "1:4: 'a' must be between 1KiB and 1MiB, not '2MiB'"},
        WrongValue{"SizeOverflow", "a: 18446744073709551615GiB", as_size,
                   "1:4: 'a' must be between 1KiB and 1MiB, not '18446744073709551615GiB'"},
        WrongValue{"TextMap", "a: {b: c}", as_text, "1:4: 'a' must be text, not a map"},
        WrongValue{"TextEmpty", "a:\n", as_text, "1:1: 'a' has no value; write text or leave the line out"},
        WrongValue{"PathEmpty", "a: ''", as_path, "1:4: 'a' is empty"},
        WrongValue{"ListScalar", "a: x", as_list,
                   "1:4: 'a' must be a list ('- ' before each item), not a single value"},
        WrongValue{"ListMap", "a: {b: 1}", as_list, "1:4: 'a' must be a list ('- ' before each item), not a map"},
        WrongValue{"MapScalar", "a: x", as_map, "1:4: 'a' must be a map ('key: value' lines), not a single value"},
        WrongValue{"MapList", "a: [x]", as_map, "1:4: 'a' must be a map ('key: value' lines), not a list"},
        WrongValue{"ChildOfAScalar", "a: x", as_child,
                   "1:4: 'a' must be a map ('key: value' lines), not a single value"},
        WrongValue{"RequiredBlank", "a: '  '", as_required, "1:4: 'a' is empty"},
        WrongValue{"TextsOfLists", "a: [x, [y]]", as_texts, "1:8: 'a[1]' must be text, not a list"},
        WrongValue{"ChoiceNear", "a: startls", as_choice,
                   "1:4: 'a' must be one of starttls, tls, none, not 'startls'; did you mean 'starttls'?"},
        WrongValue{"ChoiceFar", "a: ssl3-please", as_choice,
                   "1:4: 'a' must be one of starttls, tls, none, not 'ssl3-please'"}),
    [](const auto& test) { return test.param.name; });

TEST(Unknown, KeysAreFoundAtEveryDepthWithTheNearest) {
  Findings findings;
  const Node root = Node::parse(R"(store: {pth: x}
sorces: {}
channels:
  email: {host: h, prot: 25}
  file: {}
people:
- name: a
  nmae: b
anything:
  goes: {inside: 1}
)",
                                "x.yaml", findings);
  root.at("store").at("path").text();
  root.at("sources");
  root.at("channels").at("email").at("host").text();
  root.at("channels").at("email").at("port").integer(0, 0, 99);
  root.at("channels").at("file");
  for (const Node& item : root.at("people").items()) item.at("name").text();
  for (const auto& [key, child] : root.at("anything").entries()) child.at("something").text();
  root.reject_unknown();
  EXPECT_THAT(lines(findings), ElementsAre("1:9: unknown key 'pth' in 'store'; did you mean 'path'?",
                                           "2:1: unknown key 'sorces'; did you mean 'sources'?",
                                           "4:20: unknown key 'prot' in 'channels.email'; did you mean 'port'?",
                                           "8:3: unknown key 'nmae' in 'people[0]'; did you mean 'name'?",
                                           "10:10: unknown key 'inside' in 'anything.goes'; known here: something"));
}

TEST(Unknown, ValuesAreNotRepeated) {
  Findings findings;
  const Node root = Node::parse("pasword: canary-1\nport: {x: canary-2}\n", "x.yaml", findings);
  root.at("password");
  root.at("port").integer(1, 1, 2);
  root.reject_unknown();
  EXPECT_EQ(findings.list().size(), 2u);
  EXPECT_THAT(findings.to_string(), testing::Not(HasSubstr("canary")));
}

TEST(Keys, AskedAndWrittenCanBeCompared) {
  Findings findings;
  const Node root =
      Node::parse("a: {b: 1, c: 2}\nl: [{x: 1}, {y: 2}]\nfree: {one: {k: 1}, two: {k: 2}}\n", "x.yaml", findings);
  root.at("a").at("b");
  root.at("a").at("missing").at("below");
  for (const Node& item : root.at("l").items()) item.at("x");
  for (const auto& [key, child] : root.at("free").entries()) child.at("k");
  root.at("a").secret("token", "t");
  EXPECT_THAT(root.asked_keys(), ElementsAre("a", "a.b", "a.missing", "a.missing.below", "a.token", "a.token_file",
                                             "free", "free.*.k", "l", "l[].x"));
  EXPECT_THAT(root.written_keys(), ElementsAre("a", "a.b", "a.c", "free", "free.*", "free.*.k", "l", "l[].x", "l[].y"));
}

TEST(Paths, AreMeantFromTheFilesFolder) {
  Findings findings;
  const Node root = Node::parse("a: people.d\nb: /etc/x\nc: ../up\n", "/etc/paperboy/paperboy.yaml", findings);
  EXPECT_EQ(root.at("a").file_path({}), "/etc/paperboy/people.d");
  EXPECT_EQ(root.at("b").file_path({}), "/etc/x");
  EXPECT_EQ(root.at("c").file_path({}), "/etc/paperboy/../up");
  EXPECT_EQ(Node::parse("a: x\n", "p.yaml", findings).at("a").file_path({}), "x");
}

// The character `column` of the value is found in the file, whatever way the value is written. '^' marks where.
struct Inside {
  const char* name;
  const char* yaml;
  const char* value;
  std::size_t column;
  int line, file_column;
};

class InsideAScalar : public testing::TestWithParam<Inside> {};

TEST_P(InsideAScalar, FindsTheCharacter) {
  Findings findings;
  const Node root = Node::parse(GetParam().yaml, "x.yaml", findings);
  ASSERT_EQ(root.at("q").text(), GetParam().value);
  root.at("q").complain_at(GetParam().column, "here");
  ASSERT_EQ(findings.list().size(), 1u);
  EXPECT_EQ(findings.list()[0].line, GetParam().line);
  EXPECT_EQ(findings.list()[0].column, GetParam().file_column);
}

INSTANTIATE_TEST_SUITE_P(
    Complaints, InsideAScalar,
    testing::Values(Inside{"PlainFirst", "q: abc def\n", "abc def", 1, 1, 4},
                    Inside{"PlainMiddle", "q: abc def\n", "abc def", 5, 1, 8},
                    Inside{"PlainEnd", "q: abc def\n", "abc def", 8, 1, 11},
                    Inside{"PlainFarBeyondTheEnd", "q: abc\n", "abc", 99, 1, 7},
                    Inside{"Umlauts", "q: äöü def\n", "äöü def", 5, 1, 8},
                    Inside{"SingleQuotes", "q: 'abc def'\n", "abc def", 5, 1, 9},
                    Inside{"SingleQuotesDoubled", "q: 'it''s x'\n", "it's x", 6, 1, 11},
                    Inside{"DoubleQuotes", "q: \"a \\\"b c\\\" d\"\n", "a \"b c\" d", 9, 1, 15},
                    Inside{"DoubleQuotesEscapes", "q: \"\\x41\\u00e4\\U000000e4z\"\n", "Aääz", 4, 1, 25},
                    Inside{"PlainFolded", "q: abc\n  def ghi\n", "abc def ghi", 9, 2, 7},
                    Inside{"PlainFoldedTwice", "q: abc\n\n  def\n", "abc\ndef", 5, 3, 3},
                    Inside{"QuotedFolded", "q: \"abc   \n   def\"\n", "abc def", 6, 2, 5},
                    Inside{"QuotedEscapedLineEnd", "q: \"abc\\\n   def\"\n", "abcdef", 5, 2, 5},
                    Inside{"FoldedBlock", "q: >-\n  abc def\n  ghi\n", "abc def ghi", 9, 3, 3},
                    Inside{"FoldedBlockFirst", "q: >\n  abc\n", "abc\n", 2, 2, 4},
                    Inside{"FoldedBlockParagraph", "q: >-\n  abc\n\n  def\n", "abc\ndef", 5, 4, 3},
                    Inside{"LiteralBlock", "x:\n  y: 1\nq: |\n    abc\n    def\n", "abc\ndef\n", 6, 5, 6},
                    Inside{"LiteralBlockIndented", "q: |-\n  abc\n    def\n", "abc\n  def", 7, 3, 5},
                    Inside{"LiteralBlockEmptyLines", "q: |-\n  abc\n\n\n  def\n", "abc\n\n\ndef", 7, 5, 3},
                    Inside{"Anchored", "q: &a abc def\n", "abc def", 5, 1, 11}),
    [](const auto& test) { return test.param.name; });

TEST(Complaints, StandAtTheirNode) {
  Findings findings;
  const Node root = Node::parse("a:\n  b: [x, y]\n", "x.yaml", findings);
  root.at("a").at("b").items()[1].complain("no y here");
  root.at("a").complain_at(9, "a map has no characters");
  EXPECT_THAT(lines(findings), ElementsAre("2:3: a map has no characters", "2:10: no y here"));
  EXPECT_EQ(root.at("a").at("b").items()[1].path(), "a.b[1]");
  EXPECT_EQ(root.at("a").at("b").line(), 2);
  EXPECT_EQ(root.at("a").at("b").column(), 6);
  EXPECT_TRUE(root.at("a").at("b").is_list());
  EXPECT_TRUE(root.at("a").is_map());
}

}  // namespace
}  // namespace paperboy::settings
