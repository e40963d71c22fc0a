#include "daemon/paper/id.hpp"

#include <gtest/gtest.h>

#include <random>

namespace paperboy::paper {
namespace {

struct Accepted {
  std::string_view text, id;
};

class ArxivId : public testing::TestWithParam<Accepted> {};
TEST_P(ArxivId, IsCanonical) {
  const auto id = PaperId::arxiv(GetParam().text);
  ASSERT_TRUE(id) << GetParam().text;
  EXPECT_EQ(id->str(), GetParam().id);
  EXPECT_TRUE(id->is_arxiv());
  EXPECT_EQ(PaperId::from_canonical(id->str()), id);
}
INSTANTIATE_TEST_SUITE_P(Both, ArxivId,
                         testing::Values(Accepted{"2512.07197", "2512.07197"}, Accepted{"0704.0001", "0704.0001"},
                                         Accepted{"1412.9999", "1412.9999"}, Accepted{"1501.00001", "1501.00001"},
                                         Accepted{"hep-th/9901001", "hep-th/9901001"},
                                         Accepted{"math/0703999", "math/0703999"},
                                         Accepted{"physics/9107001", "physics/9107001"},
                                         Accepted{"math.CA/0611800", "math/0611800"},
                                         Accepted{"cond-mat.mtrl-sci/0001001", "cond-mat/0001001"},
                                         Accepted{"cs.AI/9912123", "cs/9912123"}));

class NoArxivId : public testing::TestWithParam<std::string_view> {};
TEST_P(NoArxivId, IsRefused) {
  EXPECT_FALSE(PaperId::arxiv(GetParam())) << GetParam();
}
INSTANTIATE_TEST_SUITE_P(All, NoArxivId,
                         testing::Values("", "2512.07197v2", "arXiv:2512.07197", " 2512.07197", "2512.07197 ",
                                         "2513.07197", "2500.07197", "0703.0001", "0704.0000", "0704.00001",
                                         "1412.00001", "1501.0001", "1501.00000", "2512.7197", "2512.071970",
                                         "2512-07197", "251.207197", "2512.0719x", "hep-th/9901000", "hep-th/9106001",
                                         "hep-th/0704001", "hep-th/9913001", "hep-th/9900001", "hep-th/990100",
                                         "hep-th/99010010", "/9901001", "hep_th/9901001", "Hep-th/9901001",
                                         "math./0611800", "math.C/0611800", "math.C1/0611800", "math.CA.X/0611800",
                                         "hep-th//9901001", "hep-th/9901001v1", "hep-th/99010a1"));

TEST(PaperIdDoi, EverySpellingIsOnePaper) {
  for (const std::string_view text :
       {"10.1101/2026.11.01.1ab", "doi:10.1101/2026.11.01.1AB", "DOI: 10.1101/2026.11.01.1ab",
        "https://doi.org/10.1101/2026.11.01.1AB", "http://dx.doi.org/10.1101/2026.11.01.1ab",
        "doi.org/10.1101/2026.11.01.1ab", "https://www.doi.org/10.1101/2026.11.01.1ab", " 10.1101/2026.11.01.1ab\n",
        "https://DOI.org/10.1101%2F2026.11.01.1ab", "doi:https://doi.org/10.1101/2026.11.01.1ab",
        "https://doi.org/10.1101/2026.11.01.1ab?utm_source=x"}) {
    const auto id = PaperId::doi(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(id->str(), "doi:10.1101/2026.11.01.1ab") << text;
    EXPECT_FALSE(id->is_arxiv());
  }
}

TEST(PaperIdDoi, ArxivsOwnDoisAreArxivIds) {
  EXPECT_EQ(PaperId::doi("10.48550/arXiv.2512.07197")->str(), "2512.07197");
  EXPECT_EQ(PaperId::doi("https://doi.org/10.48550/ARXIV.2512.07197")->str(), "2512.07197");
  EXPECT_EQ(PaperId::doi("10.48550/arXiv.hep-th/9901001")->str(), "hep-th/9901001");
  EXPECT_FALSE(PaperId::doi("10.48550/arXiv.nonsense"));
}

TEST(PaperIdDoi, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "10.1101", "10.1101/", "10./x", "10.11/x", "10.1101./x", "11.1101/x", "10.1101/a b", "10.abcd/x",
        "https://example.org/10.1101/x", "doi:", "10.1101/\xff", "10.1101/a\x01"}) {
    EXPECT_FALSE(PaperId::doi(text)) << text;
  }
}

TEST(PaperIdFeed, DependsOnFeedAndItem) {
  const auto id = PaperId::feed_item("https://a.example/feed", "item 1");
  EXPECT_EQ(id, PaperId::feed_item("https://a.example/feed", "item 1"));
  EXPECT_NE(id, PaperId::feed_item("https://a.example/feed", "item 2"));
  EXPECT_NE(id, PaperId::feed_item("https://b.example/feed", "item 1"));
  EXPECT_NE(PaperId::feed_item("ab", "c"), PaperId::feed_item("a", "bc"));
  EXPECT_EQ(PaperId::from_canonical(id.str()), id);
  EXPECT_TRUE(abs_url(id).empty());
}

TEST(PaperIdCanonical, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "math.CA/0611800", "2512.07197v1", "doi:10.1101/ABC", "doi: 10.1101/abc", "doi:10.48550/arxiv.2512.07197",
        "feed:12", "feed:5F1C9A5F1C9A5F1C9A5F1C9A5F1C9A5F", "10.1101/abc"}) {
    EXPECT_FALSE(PaperId::from_canonical(text)) << text;
  }
  EXPECT_TRUE(PaperId::from_canonical("doi:10.1101/abc"));
}

struct Reference {
  std::string_view text, id;
  int version;
};

class References : public testing::TestWithParam<Reference> {};
TEST_P(References, AreRead) {
  const auto found = parse_reference(GetParam().text);
  ASSERT_TRUE(found) << GetParam().text;
  EXPECT_EQ(found->id.str(), GetParam().id);
  EXPECT_EQ(found->version, GetParam().version);
}
INSTANTIATE_TEST_SUITE_P(
    All, References,
    testing::Values(
        Reference{"2512.07197", "2512.07197", 0}, Reference{"2512.07197v2", "2512.07197", 2},
        Reference{"2512.07197V12", "2512.07197", 12}, Reference{"  arXiv:2512.07197v2 ", "2512.07197", 2},
        Reference{"ARXIV: 2512.07197", "2512.07197", 0}, Reference{"arxiv:math.CA/0611800v3", "math/0611800", 3},
        Reference{"arXiv:2512.07197v1 [cs.CV] 3 Dec 2025", "2512.07197", 1},
        Reference{"oai:arXiv.org:hep-th/9901001", "hep-th/9901001", 0},
        Reference{"OAI:ARXIV.ORG:2512.07197v2", "2512.07197", 2}, Reference{"HEP-TH/9901001v1", "hep-th/9901001", 1},
        Reference{"https://arxiv.org/abs/2512.07197", "2512.07197", 0},
        Reference{"http://arxiv.org/abs/2512.07197v2", "2512.07197", 2},
        Reference{"https://www.arxiv.org/pdf/2512.07197v2.pdf", "2512.07197", 2},
        Reference{"https://export.arxiv.org/abs/hep-th/9901001v2", "hep-th/9901001", 2},
        Reference{"https://arxiv.org/html/2512.07197v1", "2512.07197", 1},
        Reference{"https://arxiv.org/html/2512.07197v1#S3.SS1", "2512.07197", 1},
        Reference{"https://arxiv.org/format/2512.07197/", "2512.07197", 0},
        Reference{"https://arxiv.org/abs/2512.07197?context=cs.LG", "2512.07197", 0},
        Reference{"arxiv.org/abs/2512.07197", "2512.07197", 0},
        Reference{"HTTPS://ArXiv.ORG/PDF/2512.07197.PDF", "2512.07197", 0},
        Reference{"https://arxiv.org/abs/hep-th%2F9901001", "hep-th/9901001", 0},
        Reference{"10.48550/arXiv.2512.07197", "2512.07197", 0},
        Reference{"https://doi.org/10.48550/arXiv.2512.07197v2", "2512.07197", 2},
        Reference{"doi:10.1103/PhysRevD.105.106028", "doi:10.1103/physrevd.105.106028", 0},
        Reference{"https://doi.org/10.1016/0370-2693(94)91037-5", "doi:10.1016/0370-2693(94)91037-5", 0},
        Reference{"10.1016/0370-2693(94)", "doi:10.1016/0370-2693(94)", 0},
        Reference{"(10.1016/0370-2693(94))", "doi:10.1016/0370-2693(94)", 0}, Reference{"2512.07197.", "2512.07197", 0},
        Reference{"(2512.07197v2),", "2512.07197", 2}, Reference{"<https://arxiv.org/abs/2512.07197>", "2512.07197", 0},
        Reference{"“arXiv:2512.07197”!", "2512.07197", 0}, Reference{"[arXiv:2512.07197]", "2512.07197", 0}));

TEST(References, RefusesOtherText) {
  for (const std::string_view text :
       {"", " ", "hello", "2512.07197 and 2512.07198", "https://example.org/abs/2512.07197",
        "https://notarxiv.org/abs/2512.07197", "https://arxiv.org/list/cs.CV/new", "https://arxiv.org/abs/",
        "arXiv:", "2512.07197v0", "2512.07197v01", "2512.07197v99999", "v2", "3.14159", "https://arxiv.org",
        "more 2512.07197", "10.48550/arXiv.x"}) {
    EXPECT_FALSE(parse_reference(text)) << text;
  }
  EXPECT_FALSE(parse_reference(std::string(1'000'000, ')')));
}

TEST(Links, OfEveryKind) {
  const auto recent = *PaperId::arxiv("2512.07197"), old = *PaperId::arxiv("hep-th/9901001"),
             before = *PaperId::arxiv("2311.00001"), first = *PaperId::arxiv("2312.00001"),
             doi = *PaperId::doi("10.1000/a<b>c#1");
  EXPECT_EQ(abs_url(recent), "https://arxiv.org/abs/2512.07197");
  EXPECT_EQ(abs_url(recent, 2), "https://arxiv.org/abs/2512.07197v2");
  EXPECT_EQ(pdf_url(old, 1), "https://arxiv.org/pdf/hep-th/9901001v1");
  EXPECT_EQ(html_url(recent, 3), "https://arxiv.org/html/2512.07197v3");
  EXPECT_EQ(html_url(first), "https://arxiv.org/html/2312.00001");
  EXPECT_EQ(html_url(before), "");
  EXPECT_EQ(html_url(old), "");
  EXPECT_EQ(abs_url(doi), "https://doi.org/10.1000/a%3Cb%3Ec%231");
  EXPECT_EQ(pdf_url(doi), "");
  EXPECT_EQ(html_url(doi), "");
  EXPECT_EQ(parse_reference(abs_url(old, 2)), (VersionedId{old, 2}));
}

// Whatever comes in: no crash, and whatever is accepted reads back as itself.
TEST(References, RandomBytes) {
  std::mt19937 random(20261103);
  const std::string alphabet = "0123456789./:vVarxiXdoi-()[]<>%hep-th \xc3\xa9\xff\n";
  for (int round = 0; round < 60'000; ++round) {
    std::string text;
    const auto length = random() % 24;
    for (std::size_t i = 0; i < length; ++i) {
      text += random() % 16 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
    }
    if (random() % 2 == 0) text.insert(random() % (text.size() + 1), "2512.07197");
    const auto found = parse_reference(text);
    if (!found) continue;
    EXPECT_EQ(PaperId::from_canonical(found->id.str()), found->id) << text;
    EXPECT_GE(found->version, 0);
  }
}

}  // namespace
}  // namespace paperboy::paper
