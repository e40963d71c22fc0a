#include "daemon/match/query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <tuple>

#include "tests/daemon/match/trees.hpp"

namespace paperboy::match {
namespace {

using test::describe;

struct Case {
  const char* query;
  const char* tree;
};

void expect_trees(std::span<const Case> cases, ParseOptions options = {}) {
  for (const Case& c : cases) {
    try {
      EXPECT_EQ(describe(*parse(c.query, options)), c.tree) << c.query;
    } catch (const QueryError& error) {
      ADD_FAILURE() << c.query << ": " << error.what();
    }
  }
}

TEST(Query, OperatorsBindNotAndOr) {
  const Case cases[] = {
      {"nerf", "[nerf]"},
      {"a b", "(and [a] [b])"},
      {"a AND b", "(and [a] [b])"},
      {"a OR b", "(or [a] [b])"},
      {"a|b", "(or [a] [b])"},
      {"a b OR c", "(or (and [a] [b]) [c])"},
      {"a OR b c", "(or [a] (and [b] [c]))"},
      {"a NOT b", "(and [a] (not [b]))"},
      {"a -b", "(and [a] (not [b]))"},
      {"a ANDNOT b", "(and [a] (not [b]))"},
      {"a AND NOT b OR c", "(or (and [a] (not [b])) [c])"},
      {"a NOT (b OR c)", "(and [a] (not (or [b] [c])))"},
      {"a -(b c)", "(and [a] (not (and [b] [c])))"},
      {"a NOT NOT b", "(and [a] [b])"},
      {"NOT NOT a", "[a]"},
      {"--a", "[a]"},
      {"a NOT -NOT b", "(and [a] (not [b]))"},
      {"(a)", "[a]"},
      {"((a b) c) OR (d OR (e))", "(or (and [a] [b] [c]) [d] [e])"},
      {"a (b c) d", "(and [a] [b] [c] [d])"},
      {"(a OR b)c", "(and (or [a] [b]) [c])"},
      {"\ta\n b ", "(and [a] [b])"},
      {"a and b or not c", "(and [a] [and] [b] [or] [not] [c])"},
      {"\"AND\" OR \"NOT\"", "(or [and] [not])"},
      {"ANDROID NOTE", "(and [android] [note])"},
      {"-a b", "(and (not [a]) [b])"},
      {"NOT (NOT a OR b)", "(not (or (not [a]) [b]))"},
  };
  expect_trees(cases);
}

TEST(Query, TermsAreWordsPhrasesAndPrefixes) {
  const Case cases[] = {
      {"Gaussian", "[gaussian]"},
      {"\"Gaussian  Splatting\"", "[gaussian splatting]"},
      {"“gaussian splatting”", "[gaussian splatting]"},
      {"\"gaussian splatting”", "[gaussian splatting]"},
      {"（a｜b）", "(or [a] [b])"},
      {"transform*", "[transform*]"},
      {"\"vision transform*\"", "[vision transform*]"},
      {"ERD*", "[erd*]"},
      {"Erdő*", "[erdo*]"},
      {"self-supervised", "[self+selfsupervised supervised]"},
      {"\"self supervised\"", "[self supervised]"},
      {"self/supervised", "[self supervised]"},
      {"pre-train*", "[pre+pretrain train*]"},
      {"state-of-the-art", "[state+stateof of+ofthe the+theart art]"},
      {"ΛCDM", "[lambdacdm]"},
      {"C++", "[c++]"},
      {"3D", "[3d]"},
      {"don't", "[dont]"},
      {"深度学习", "[深 度 学 习]"},
      {"=running", "=[running]"},
      {"=\"running time\"", "=[running time]"},
      {"\"a\"\"b\"", "(and [a] [b])"},
      {"a\"b\"c", "(and [a] [b] [c])"},
      {"GPT-4", "[gpt+gpt4 4]"},
      {"\"title: a subtitle\"", "[title a subtitle]"},
      {"\"(a OR b)\"", "[a or b]"},
  };
  expect_trees(cases);
}

TEST(Query, FieldsHoldForATermOrAGroup) {
  const Case cases[] = {
      {"ti:a", "ti[a]"},
      {"title:a abstract:b", "(and ti[a] abs[b])"},
      {"TI:a", "ti[a]"},
      {"ti: a", "ti[a]"},
      {"ti：a", "ti[a]"},
      {"ti:\"a b\"", "ti[a b]"},
      {"ti:=\"a b\"", "ti=[a b]"},
      {"ti:(a OR b) c", "(and (or ti[a] ti[b]) [c])"},
      {"abs:(a NOT (b|c))", "(and abs[a] (not (or abs[b] abs[c])))"},
      {"-ti:a b", "(and (not ti[a]) [b])"},
      {"au:He", "au[He]"},
      {"au:\"Kaiming He\"", "au[Kaiming He]"},
      {"author:(\"K. He\" OR O'Brien)", "(or au[K. He] au[O'Brien])"},
      {"cat:cs.CV", "cat[cs.CV]"},
      {"cat:cs.*", "cat[cs.*]"},
      {"cat:(cs OR \"hep-th\") a", "(and (or cat[cs] cat[hep-th]) [a])"},
  };
  expect_trees(cases);
}

TEST(Query, StemsOnRequest) {
  const Case cases[] = {
      {"running networks", "(and [run] [network])"},
      {"=running networks", "(and =[running] [network])"},
      {"=\"running\"", "=[running]"},
      {"\"running networks\"", "[run network]"},
      {"runnin*", "[runnin*]"},
      {"\"networks runnin*\"", "[network runnin*]"},
      {"pre-training", "[pre+pretrain train]"},
      {"pre-trainin*", "[pre+pretrainin trainin*]"},
      {"au:Jennings", "au[Jennings]"},
  };
  expect_trees(cases, {.stem = true});
}

TEST(Query, KeepsWhatWasWritten) {
  const NodePtr tree = parse("ti:\"Gaussian   Splatting\" OR =\"Running\" OR au:\"K. He\" OR Transf*");
  ASSERT_EQ(tree->children.size(), 4u);
  EXPECT_EQ(tree->children[0]->written, "Gaussian Splatting");
  EXPECT_EQ(tree->children[1]->written, "Running");
  EXPECT_EQ(tree->children[2]->written, "K. He");
  EXPECT_EQ(tree->children[3]->written, "Transf*");
  EXPECT_EQ(tree->children[0]->column, 4u);
  EXPECT_EQ(tree->children[1]->column, 30u);
}

struct Wrong {
  const char* query;
  std::size_t column;
  const char* says;
};

TEST(QueryErrors, NameThePlaceAndTheMend) {
  const Wrong cases[] = {
      {"", 1, "the query is empty: write what to find"},
      {"  \n", 1, "the query is empty"},
      {"nerf \"gaussian splatting", 6,
       "unclosed quote opened at column 6: add a \" where the phrase ends, for example after 'gaussian splatting'"},
      {"\"", 1, "unclosed quote opened at column 1"},
      {"é \"x", 3, "unclosed quote opened at column 3"},
      {"a \"\" b", 3, "empty quotes at column 3"},
      {"a \" \"", 3, "empty quotes at column 3"},
      {"tit:nerf", 1, "unknown field 'tit:' at column 1: fields are ti, abs, au, cat"},
      {"a 10:30", 3, "unknown field '10:' at column 3"},
      {"https://arxiv.org", 1, "text with a colon goes in quotes"},
      {"a :b", 3, "the : at column 3 follows no field"},
      {"\"ti\":b", 5, "the : at column 5 follows no field"},
      {"a ti:", 3, "the field ti: at column 3 names nothing"},
      {"ti:) a", 1, "the field ti: at column 1 names nothing"},
      {"ti:(a abs:b)", 7, "the field abs: at column 7 stands in the group of another field"},
      {"ti:abs:b", 1, "the field ti: at column 1 names nothing"},
      {"NOT", 1, "the NOT at column 1 has nothing on its right: write a term after it"},
      {"a NOT", 3, "the NOT at column 3 has nothing on its right"},
      {"a NOT )", 3, "the NOT at column 3 has nothing on its right"},
      {"NOT a", 1, "the exclusion at column 1 stands alone"},
      {"-a -b", 1, "the exclusion at column 1 stands alone"},
      {"a OR NOT b", 6, "the exclusion at column 6 stands alone"},
      {"a OR (NOT b NOT c)", 7, "the exclusion at column 7 stands alone"},
      {"NOT (a NOT b)", 1, "the exclusion at column 1 stands alone"},
      {"a -", 3, "the - at column 3 excludes nothing"},
      {"a - b", 3, "the - at column 3 excludes nothing"},
      {"(a -)", 4, "the - at column 4 excludes nothing"},
      {"()", 1, "empty parentheses at column 1"},
      {"a OR ( )", 6, "empty parentheses at column 6"},
      {"(a OR b", 1, "the parenthesis opened at column 1 is not closed: add a )"},
      {"a ((b)", 3, "the parenthesis opened at column 3 is not closed"},
      {"a (", 3, "the parenthesis opened at column 3 is not closed"},
      {"a) b", 2, "the ) at column 2 closes nothing"},
      {")", 1, "a term is missing at column 1"},
      {"a AND", 3, "the AND at column 3 has nothing on its right"},
      {"a OR", 3, "the OR at column 3 has nothing on its right"},
      {"a |", 3, "the | at column 3 has nothing on its right"},
      {"a AND OR b", 3, "the AND at column 3 has nothing on its right"},
      {"a OR OR b", 3, "the OR at column 3 has nothing on its right"},
      {"(a OR) b", 4, "the OR at column 4 has nothing on its right"},
      {"AND a", 1, "the AND at column 1 has nothing on its left"},
      {"(OR a)", 2, "the OR at column 2 has nothing on its left"},
      {"tran*former", 1, "the * in 'tran*former' at column 1 stands inside"},
      {"*former", 1, "stands inside: it may only end a word"},
      {"a **", 3, "stands inside"},
      {"*", 1, "'*' at column 1 holds no letter or digit"},
      {"\"deep *\"", 1, "the * in 'deep *' at column 1 follows no letter"},
      {"C++*", 1, "follows no letter"},
      {"a & b", 3, "'&' at column 3 holds no letter or digit"},
      {"a \"...\"", 3, "'...' at column 3 holds no letter or digit"},
      {"= a", 1, "the = at column 1 marks nothing"},
      {"a =", 3, "the = at column 3 marks nothing"},
      {"=ti:a", 1, "unknown field 'ti:'"},
      {"au:Kai*", 4, "the name 'Kai*' at column 4 holds a *"},
      {"au:=He", 4, "the = at column 4 has no meaning for authors and categories"},
      {"au:...", 4, "holds no letter or digit"},
      {"cat:cs.CX", 5, "unknown category 'cs.CX' at column 5: did you mean cs."},
      {"cat:\"gaussian splatting\"", 5, "unknown category 'gaussian splatting' at column 5: write one of arXiv's"},
  };
  for (const Wrong& c : cases) {
    try {
      const NodePtr tree = parse(c.query);
      ADD_FAILURE() << c.query << " was read as " << describe(*tree);
    } catch (const QueryError& error) {
      EXPECT_EQ(error.column(), c.column) << c.query << ": " << error.what();
      EXPECT_THAT(error.what(), testing::HasSubstr(c.says)) << c.query;
    }
  }
}

std::string repeat(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

TEST(QueryErrors, KeepToTheLimits) {
  EXPECT_NO_THROW(parse(repeat("a ", 512)));
  EXPECT_NO_THROW(parse(repeat("(", 64) + 'a' + repeat(")", 64)));
  EXPECT_NO_THROW(parse("a " + repeat("-", 4000) + 'b'));
  EXPECT_NO_THROW(parse(std::string(4096, 'a')));
  const std::tuple<std::string, std::size_t, const char*> wrong[] = {
      {std::string(4097, 'a'), 1, "the query is 4,097 bytes long and may have 4,096"},
      {std::string(1 << 20, '('), 1, "bytes long"},
      {repeat("a ", 513), 1025, "more than 512 terms at column 1025"},
      {repeat("(", 65) + 'a' + repeat(")", 65), 65, "parentheses nest deeper than 64 at column 65"},
      {repeat("(", 4096), 65, "parentheses nest deeper than 64"},
      {repeat("a NOT (", 65) + 'a' + repeat(")", 65), 455, "parentheses nest deeper than 64"},
  };
  for (const auto& [query, column, says] : wrong) {
    try {
      parse(query);
      ADD_FAILURE() << query.substr(0, 40);
    } catch (const QueryError& error) {
      EXPECT_EQ(error.column(), column);
      EXPECT_THAT(error.what(), testing::HasSubstr(says));
    }
  }
}

TEST(QueryErrors, TakeAnyBytes) {
  EXPECT_EQ(describe(*parse("a\xff\xfe b")), "(and [a] [b])");
  EXPECT_EQ(describe(*parse(std::string_view("a\0b", 3))), "[ab]");
  EXPECT_THROW(parse("\xff"), QueryError);
  EXPECT_THROW(parse("\xe2\x80"), QueryError);
}

TEST(QueryToString, IsCanonical) {
  const Case cases[] = {
      {"a b", "a AND b"},
      {"a|b c", "a OR b AND c"},
      {"(a|b) c", "(a OR b) AND c"},
      {"a -b", "a AND NOT b"},
      {"a -(b|c)", "a AND NOT (b OR c)"},
      {"title:(a b)", "ti:a AND ti:b"},
      {"\"self-supervised\"", "self-supervised"},
      {"\"AND\" a", "\"AND\" AND a"},
      {"\"-a\"", "\"-a\""},
      {"\"=a\"", "\"=a\""},
      {"=Running", "=\"Running\""},
      {"“a  b”", "\"a b\""},
      {"\"a：b\"", "\"a：b\""},
      {"ti:transf*", "ti:transf*"},
      {"author:\"K. He\"", "au:\"K. He\""},
      {"NOT (NOT a OR b)", "NOT (NOT a OR b)"},
  };
  for (const Case& c : cases) EXPECT_EQ(to_string(*parse(c.query)), c.tree) << c.query;
}

TEST(QueryToString, ReadBackIsTheSameTree) {
  test::QueryMaker make(
      20261103, {"nerf",  "Gaussian", "self-supervised", "running",    "C++",        "α",        "ΛCDM",
                 "don't", "3D",       "深度学习",        "GPT-4",      "x=y",        "a/b",      "Erdős",
                 "and",   "\"AND\"",  "\"NOT\"",         "\"-minus\"", "\"=equal\"", "\"a: b\"", "state-of-the-art"},
      {"gaussian splatting", "Self-Supervised learning", "a  b", "title: sub", "(x OR y)", "a|b", "pre-training of"},
      {"Kaiming He", "He, K.", "O'Brien", "van Dijk"}, {"cs.CV", "cs.*", "hep-th", "cs"});
  int read = 0, refused = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::string query = make();
    for (const bool stem : {false, true}) {
      NodePtr tree;
      try {
        tree = parse(query, {stem});
      } catch (const QueryError& error) {
        ASSERT_THAT(error.what(), testing::HasSubstr("stands alone")) << query;
        ++refused;
        continue;
      }
      ++read;
      const std::string canonical = to_string(*tree);
      const NodePtr again = parse(canonical, {stem});
      ASSERT_TRUE(test::same(*tree, *again)) << query << "\n"
                                             << canonical << "\n"
                                             << describe(*tree) << "\n"
                                             << describe(*again);
      ASSERT_EQ(to_string(*again), canonical);
    }
  }
  EXPECT_GT(read, 3'000);
  EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace paperboy::match
