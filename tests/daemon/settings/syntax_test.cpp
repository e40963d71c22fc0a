// What is no settings file, and how that is said.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "daemon/base/error.hpp"
#include "tests/daemon/settings/helpers.hpp"

namespace paperboy::settings {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct Case {
  const char* name;
  std::string yaml;
  const char* place;    // "line:column: "
  const char* message;  // a part of it
};

std::string nested(const std::string& open, const std::string& close, int depth) {
  std::string out = "a: ";
  for (int i = 0; i < depth; ++i) out += open;
  out += "1";
  for (int i = 0; i < depth; ++i) out += close;
  return out;
}

class Refused : public testing::TestWithParam<Case> {};

TEST_P(Refused, SaysWhereAndWhy) {
  Findings findings;
  const Node root = Node::parse(GetParam().yaml, "x.yaml", findings);
  ASSERT_FALSE(findings.empty());
  EXPECT_THAT(lines(findings).front(), AllOf(StartsWith(GetParam().place), HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(Syntax, Refused,
                         testing::Values(Case{"TabInsteadOfBlanks", "a:\n\tb: 1\n", "2:1: ", "tab"},
                                         Case{"TabAfterBlanks", "a:\n  b: 1\n  \tc: 2\n", "3:3: ", "tab"},
                                         Case{"TabBeforeList", "a:\n\t- b\n", "2:1: ", "tab"},
                                         Case{"SecondColon", "a: foo: bar\n", "1:7: ", "quotes"},
                                         Case{"DeeperThanAValue", "a: 1\n  b: 2\n", "2:1: ", "indented"},
                                         Case{"NoBlankAfterColon", "a:1\nb: 1\n", "2:1: ", "lacks a ': '"},
                                         Case{"Dedented", "a:\n  b: 1\n c: 2\n", "3:2: ", "indentation"},
                                         Case{"DedentedBelowFirst", " a: 1\nb: 2\n", "2:1: ", "belong"},
                                         Case{"ListInAMap", "a:\n  b: 1\n  - c\n", "3:3: ", "fit"},
                                         Case{"ListOnTheLine", "a: - x\n", "1:4: ", "line of its own"},
                                         Case{"OpenBracket", "a: 1\nb: [1, 2\n", "2:8: ", "not closed"},
                                         Case{"OpenBrace", "a: {x: 1\n", "1:8: ", "not closed"},
                                         Case{"WrongBracket", "a: {x: 1]\n", "1:9: ", "counterpart"},
                                         Case{"OpenQuote", "a: 1\nb: \"x\nc: 2\n", "2:4: ", "never closed"},
                                         Case{"OpenQuoteAtTheEnd", "a: 1\nb: 'x", "2:4: ", "never closed"},
                                         Case{"OpenQuoteAroundAKey", "a: 1\n'b: 2\n", "2:1: ", "never closed"},
                                         Case{"OpenQuoteEndsInADoubledOne", "a: 'x''\n", "1:4: ", "never closed"},
                                         Case{"OpenQuoteEndsInAnEscapedOne", "a: \"x\\\"\n", "1:4: ", "never closed"},
                                         Case{"QuoteInQuotes", "b: 'it's'\n", "1:8: ", "quotes inside quotes"},
                                         Case{"TextAfterQuotes", "b: \"x\" y\n", "1:8: ", "value ends before it"},
                                         Case{"UnknownEscape", "a: \"\\q\"\n", "1:7: ", "escape"},
                                         Case{"AtSign", "a: @x\n", "1:4: ", "cannot begin with '@'"},
                                         Case{"Backtick", "a: `x`\n", "1:4: ", "cannot begin with '`'"},
                                         Case{"UnknownAlias", "a: *b\n", "1:4: ", "anchor"},
                                         Case{"KeyWithoutColon", "a: |\n  foo\nbar\n", "3:1: ", "'bar' has no ':'"},
                                         Case{"TwoDocuments", "a: 1\n---\nb: 2\n", "2:1: ", "second document"},
                                         Case{"DocumentAfterDots", "a: 1\n...\nb: 2\n", "3:1: ", "belong"},
                                         Case{"Duplicate", "a: 1\nb: 2\na: 3\n",
                                              "3:1: ", "'a' stands here twice; the first is in line 1"},
                                         Case{"DuplicateDeep", "x:\n  y: 1\n  'y': 2\n", "3:3: ", "twice"},
                                         Case{"MergeKey", "x: &x {a: 1}\ny:\n  <<: *x\n", "3:3: ", "merge keys"},
                                         Case{"ListAsKey", "? [a, b]\n: 1\n", "1:3: ", "a key must be a word"},
                                         Case{"NullAsKey", "~: 1\n", "1:1: ", "a key must be a word"},
                                         Case{"Tag", "a: !!python/object:os.system x\n", "1:4: ", "tags"},
                                         Case{"OnlyText", "settings\n", "1:1: ", "key: value"},
                                         Case{"OnlyAList", "- a\n- b\n", "1:1: ", "key: value"},
                                         Case{"SelfAlias", "a: &x [1, *x]\n", "1:11: ", "never end"},
                                         Case{"DeepFlow", nested("[", "]", 3000), "1:", "nested"},
                                         Case{"DeepMaps", nested("{a: ", "}", 3000), "1:", "nested"},
                                         Case{"Nul", std::string("a: 1\nb: \0\n", 10), "2:4: ", "control character"},
                                         Case{"Png", "\x89PNG\r\n\x1a\n", "2:1: ", "control character"},
                                         Case{"Latin1", "name: Andr\xE9\n", "1:11: ", "UTF-8"},
                                         Case{"Utf16",
                                              std::string("\xFF\xFE"
                                                          "a\0:\0 \0001\0",
                                                          10),
                                              "1:1: ", "UTF-16"},
                                         Case{"LoneCarriageReturns", "a: 1\rb: 2\r", "1:5: ", "control character"}),
                         [](const auto& test) { return test.param.name; });

TEST(Syntax, ARefusedFileHasNothingMissing) {
  Findings findings;
  const Node root = Node::parse("a: [\n", "x.yaml", findings);
  EXPECT_TRUE(root.broken());
  EXPECT_EQ(root.at("name").required_text(), "");
  EXPECT_EQ(root.at("deep").at("port").integer(5, 1, 9), 5);
  root.reject_unknown();
  EXPECT_EQ(findings.list().size(), 1u) << findings.to_string();
}

TEST(Syntax, ReadsWhatEditorsWrite) {
  const std::vector<std::string> texts = {
      "a: 1\nb: x\n",  //
      "\xEF\xBB\xBF"
      "a: 1\nb: x\n",                      // byte order mark
      "a: 1\r\nb: x\r\n",                  // CRLF
      "a: 1\nb: x",                        // no last line end
      "%YAML 1.2\n---\na: 1\nb: x\n...\n"  //
      "# the end\n",
      "# only a comment before\n\na:   1   # and after\nb: 'x'\n",
      "{a: 1, b: x}",
      "? a\n: 1\n? b\n: x\n",
      "a:\t1\nb: x\n",  // a tab between, where YAML allows it
  };
  for (const std::string& text : texts) {
    Findings findings;
    const Node root = Node::parse(text, "x.yaml", findings);
    EXPECT_EQ(root.at("a").integer(0, 0, 9), 1) << text;
    EXPECT_EQ(root.at("b").text(), "x") << text;
    root.reject_unknown();
    EXPECT_THAT(lines(findings), IsEmpty()) << text;
  }
}

TEST(Syntax, AnEmptyFileIsAnEmptyMap) {
  for (const char* text : {"", "\n\n", "# nothing yet\n", "---\n", "~\n"}) {
    Findings findings;
    const Node root = Node::parse(text, "x.yaml", findings);
    EXPECT_FALSE(root.at("a").present());
    EXPECT_TRUE(root.entries().empty());
    root.reject_unknown();
    EXPECT_THAT(lines(findings), IsEmpty()) << text;
  }
}

TEST(Syntax, ColumnsCountCharacters) {
  Findings findings;
  const Node root = Node::parse("näme: {größe: x, gröse: 1}\n", "x.yaml", findings);
  root.at("näme").at("größe").integer(0, 0, 9);
  root.reject_unknown();
  EXPECT_THAT(lines(findings), ElementsAre(StartsWith("1:15: 'näme.größe' must be a whole number"),
                                           "1:18: unknown key 'gröse' in 'näme'; did you mean 'größe'?"));
}

TEST(Syntax, AliasesAreCopies) {
  Findings findings;
  const Node root = Node::parse("a: &x {n: 1, bad: oops}\nb: *x\n", "x.yaml", findings);
  EXPECT_EQ(root.at("b").at("n").integer(0, 0, 9), 1);
  EXPECT_EQ(root.at("b").at("n").path(), "b.n");
  EXPECT_EQ(root.at("a").at("n").integer(0, 0, 9), 1);
  root.at("a").at("bad").integer(0, 0, 9);
  root.at("b").at("bad").integer(0, 0, 9);
  root.reject_unknown();
  EXPECT_EQ(findings.list().size(), 2u) << findings.to_string();  // named by both paths, at the one place
  EXPECT_EQ(findings.list()[0].line, 1);
}

TEST(Syntax, ABillionLaughsEndSoon) {
  std::string bomb = "a0: &a0 [l, l, l, l, l, l, l, l, l, l]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string n = std::to_string(i), before = "*a" + std::to_string(i - 1);
    bomb += "a" + n + ": &a" + n + " [" + before;
    for (int k = 1; k < 10; ++k) bomb += ", " + before;
    bomb += "]\n";
  }
  const auto start = std::chrono::steady_clock::now();
  Findings findings;
  Node::parse(bomb, "bomb.yaml", findings);
  EXPECT_THAT(findings.to_string(), HasSubstr("more than 100,000 values"));
  EXPECT_EQ(findings.list().size(), 1u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Syntax, AliasesCannotNestDeeperThanValues) {
  std::string yaml = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i) {
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  Findings findings;
  Node::parse(yaml, "deep.yaml", findings);
  EXPECT_THAT(findings.to_string(), HasSubstr("nested deeper than 64"));
}

TEST(Syntax, ManyKeysAreReadInLinearTime) {
  std::string yaml;
  for (int i = 0; i < 40'000; ++i) yaml += "k" + std::to_string(i) + ": 1\n";
  const auto start = std::chrono::steady_clock::now();
  Findings findings;
  Node::parse(yaml, "many.yaml", findings);
  EXPECT_TRUE(findings.empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

// Bytes taken out, put in and changed at random: never a crash, and every finding stands inside the file.
TEST(Syntax, DamagedFilesAreReadOrRefused) {
  const std::string whole =
      "contact: you@example.org\nlog: {level: info, format: \"json\"}\nlist:\n  - &x [a, 'b''c', \"d\\te\"]\n  - *x\n"
      "query: >-\n  one two\n  three\n\n  four\nother: |\n  text\n   more\nlast: ~\n";
  const std::string bytes = "\n\n :-'\"[]{}&*!|>#%@`,?\t\r\\~a0\xC3\xFF";
  std::mt19937 random(20261123);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  int refused = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text = whole;
    for (std::size_t i = 1 + below(6); i > 0; --i) {
      const std::size_t at = below(text.size());
      switch (below(3)) {
        case 0:
          text.erase(at, 1 + below(3));
          break;
        case 1:
          text.insert(at, 1, bytes[below(bytes.size())]);
          break;
        default:
          text[at] = bytes[below(bytes.size())];
      }
    }
    Findings findings;
    const Node root = Node::parse(text, "x.yaml", findings);
    refused += root.broken() ? 1 : 0;
    for (const Node& item : root.at("list").items()) item.texts();
    root.at("query").complain_at(12, "here");
    root.at("other").complain_at(7, "here");
    root.at("log").at("format").text();
    root.reject_unknown();
    const int lines_of_text = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    for (const Finding& finding : findings.list()) {
      ASSERT_GE(finding.line, 1) << text;
      ASSERT_LE(finding.line, lines_of_text + 1) << text;
      ASSERT_GE(finding.column, 1) << text;
    }
  }
  EXPECT_GT(refused, 400);
  EXPECT_LT(refused, 3600);
}

TEST(Files, SayWhatIsWrongWithThem) {
  const Folder folder;
  Findings findings;
  Node::load(folder.path() / "absent.yaml", findings);
  Node::load(folder.path(), findings);
  Node::load("/dev/null", findings);
  Node::load(folder.write("large.yaml", std::string((4u << 20) + 1, '#')), findings);
  EXPECT_EQ(findings.to_string(),
            folder.path().string() + "/absent.yaml: there is no such file\n" +                                      //
                folder.path().string() + ": is a directory, not a file\n" + "/dev/null: is not a regular file\n" +  //
                folder.path().string() + "/large.yaml: is larger than 4 MiB: not a settings file\n");
  try {
    findings.throw_if_any();
    FAIL() << "four findings and nothing thrown";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.what(), findings.to_string());
  }
}

// Root, whom no permission stops, meets these too.
TEST(Files, UnreadableOnesAreAFinding) {
  const Folder folder;
  std::filesystem::create_symlink("loop.yaml", folder.path() / "loop.yaml");
  folder.write("file", "a: 1\n");
  Findings findings;
  Node::load(folder.path() / "loop.yaml", findings);
  Node::load(folder.path() / "file" / "x.yaml", findings);
  Node::load(folder.path() / std::string(300, 'x'), findings);
  EXPECT_EQ(findings.to_string(),
            folder.path().string() + "/loop.yaml: cannot be read: Too many levels of symbolic links\n" +  //
                folder.path().string() + "/file/x.yaml: cannot be read: Not a directory\n" +              //
                folder.path().string() + "/" + std::string(300, 'x') + ": cannot be read: File name too long\n");
}

TEST(FindingsList, IsInTheOrderOfFilesAndLines) {
  Findings findings;
  EXPECT_NO_THROW(findings.throw_if_any());
  findings.add({"b.yaml", 3, 1, "three"});
  findings.add({"a.yaml", 9, 1, "nine"});
  findings.add({"b.yaml", 1, 7, "one seven"});
  findings.add({"b.yaml", 1, 2, "one two"});
  findings.add({"b.yaml", 3, 1, "three again"});
  findings.add({"b.yaml", 3, 1, "three"});
  findings.add({"a.yaml", 0, 0, "whole"});
  EXPECT_EQ(findings.to_string(),
            "b.yaml:1:2: one two\nb.yaml:1:7: one seven\nb.yaml:3:1: three\nb.yaml:3:1: three again\n"
            "a.yaml: whole\na.yaml:9:1: nine\n");
}

}  // namespace
}  // namespace paperboy::settings
