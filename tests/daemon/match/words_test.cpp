#include "daemon/match/words.hpp"

#include <gtest/gtest.h>

#include <random>

#include "daemon/base/text.hpp"
#include "daemon/match/stem.hpp"

namespace paperboy::match {
namespace {

// Words with a blank between them, or a + where a hyphen ties them.
std::string show(std::string_view text) {
  const Words words(text);
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    out += words[i];
    if (i + 1 < words.size()) out += words.tied(i) ? '+' : ' ';
  }
  return out;
}

struct Case {
  const char* text;
  const char* words;
};

TEST(Words, AreRunsOfLettersAndDigits) {
  const Case cases[] = {
      {"", ""},
      {" \t\n.,;!?", ""},
      {"Attention is all you need", "attention is all you need"},
      {"3D, 4d; H2O", "3d 4d h2o"},
      {"H₂O x²", "h2o x2"},
      {"GPT-3.5", "gpt+3 5"},
      {"l_2 norm, \\alpha^{2}", "l 2 norm alpha 2"},
      {"encoder/decoder", "encoder decoder"},
      {"Erdős–Rényi", "erdos+renyi"},
      {"Straße Łódź Ørsted", "strasse lodz orsted"},
      {"ﬁne ｆｕｌｌ", "fine full"},
      {"привет, Мир", "привет мир"},
      {"a…b", "a b"},
      {"\xff"
       "a\xff",
       "a"},
  };
  for (const Case& c : cases) EXPECT_EQ(show(text::sanitize(c.text)), c.words) << c.text;
}

TEST(Words, AreTiedByOneHyphen) {
  const Case cases[] = {
      {"self-supervised", "self+supervised"},
      {"self‐supervised self‑supervised self–supervised", "self+supervised self+supervised self+supervised"},
      {"self - supervised self- supervised self -supervised self--supervised",
       "self supervised self supervised self supervised self supervised"},
      {"state-of-the-art", "state+of+the+art"},
      {"self-\nsupervised", "self supervised"},
      {"COVID-19 3-D 2-2-b", "covid+19 3+d 2 2+b"},
      {"pages 10-20, 10–20", "pages 10 20 10 20"},
      {"-start end-", "start end"},
      {"C++-based", "c+++based"},
  };
  for (const Case& c : cases) EXPECT_EQ(show(c.text), c.words) << c.text;
  EXPECT_EQ(Words("state-of-the-art").joined(0), "stateof");
  EXPECT_EQ(Words("state-of-the-art").joined(2), "theart");
}

TEST(Words, LeaveApostrophesOut) {
  const Case cases[] = {
      {"don't don’t O'Brien l’Hôpital", "dont dont obrien lhopital"},
      {"Bell's Bell’s Bellʼs inequality", "bell bell bell inequality"},
      {"James' 'quoted' 'tis", "james quoted tis"},
      {"LLMs' it's, it'S", "llms it it"},
      {"x'sy", "xsy"},
      {"``quoted''", "quoted"},
      {"5'-UTR f'(x)", "5 utr f x"},
  };
  for (const Case& c : cases) EXPECT_EQ(show(c.text), c.words) << c.text;
}

TEST(Words, SpellGreekLetters) {
  const Case cases[] = {
      {"α", "alpha"},
      {"Α-decay", "alpha+decay"},
      {"ΛCDM", "lambdacdm"},
      {"β-carotene", "beta+carotene"},
      {"µm", "mum"},
      {"σς", "sigmasigma"},
      {"ϕ ϵ ϑ", "phi epsilon theta"},
      {"ω Ω", "omega omega"},
      {"\xF0\x9D\x9B\xBC", "alpha"},
      {"ά", "alpha"},
  };
  for (const Case& c : cases) EXPECT_EQ(show(c.text), c.words) << c.text;
}

TEST(Words, KeepProgrammingLanguages) {
  const Case cases[] = {
      {"C++ and C#", "c++ and c#"}, {"(C++), C#.", "c++ c#"}, {"C++11 C#9", "c 11 c 9"},
      {"a + b, a++b", "a b a b"},   {"+++ ##", ""},           {"C+++", "c"},
  };
  for (const Case& c : cases) EXPECT_EQ(show(c.text), c.words) << c.text;
}

TEST(Words, OfChineseAndJapaneseAreCharacters) {
  const Case cases[] = {
      {"深度学习", "深 度 学 习"},
      {"用GPT模型", "用 gpt 模 型"},
      {"量子,计算。", "量 子 计 算"},
      {"カタ", "カ タ"},
  };
  for (const Case& c : cases) EXPECT_EQ(show(c.text), c.words) << c.text;
}

TEST(Words, IgnoreInvisibleCharacters) {
  EXPECT_EQ(show("super\u00ADvised re\u200Dad no\uFEFFde"), "supervised read node");
}

TEST(Words, TakeHugeText) {
  EXPECT_EQ(Words(std::string(1 << 20, 'a')).size(), 1u);
  std::string hyphens;
  for (int i = 0; i < 100'000; ++i) hyphens += "a-";
  const Words words(hyphens);
  ASSERT_EQ(words.size(), 100'000u);
  EXPECT_TRUE(words.tied(99'998));
}

TEST(Stem, IsSnowballs) {
  const Case cases[] = {
      {"running", "run"},
      {"runs", "run"},
      {"networks", "network"},
      {"learning", "learn"},
      {"generative", "generat"},
      {"h2o", "h2o"},
      {"深", "深"},
      {"", ""},
  };
  for (int round = 0; round < 2; ++round) {  // the second from memory
    for (const Case& c : cases) EXPECT_EQ(stem(c.text), c.words) << c.text;
  }
  const std::string huge(1000, 's');
  EXPECT_EQ(stem(huge), huge);
}

// A Han character has the whole text read by the rules for any script; without it the fast way is taken.
TEST(Words, AreTheSameByBothWays) {
  const std::vector<std::string> pieces = {"a",
                                           "Z",
                                           "s",
                                           "7",
                                           "42",
                                           "word",
                                           "'",
                                           "'s",
                                           "’",
                                           "-",
                                           "–",
                                           "+",
                                           "++",
                                           "#",
                                           " ",
                                           ",",
                                           ".",
                                           "\n",
                                           "é",
                                           "Ü",
                                           "ß",
                                           "α",
                                           "Λ",
                                           "²",
                                           "½",
                                           "…",
                                           "™",
                                           "—",
                                           "\u00AD",
                                           "\u200D",
                                           "\u0301",
                                           "ʼ",
                                           "≥",
                                           "a-long-word-of-more-than-sixteen",
                                           "pneumonoultramicroscopicsilicovolcanoconiosis",
                                           "\r",
                                           "\x0B"};
  std::mt19937 random(20261123);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (unsigned k = random() % 40; k > 0; --k) text += pieces[random() % pieces.size()];
    ASSERT_EQ(show(text) + (Words(text).empty() ? "" : " ") + "漢", show(text + " 漢")) << text;
    const Words words(text);
    for (std::size_t k = 0; k + 1 < words.size(); ++k) {
      ASSERT_EQ(words.joined(k), std::string(words[k]) + std::string(words[k + 1]));
    }
  }
}

}  // namespace
}  // namespace paperboy::match
