// The summary, and the counts of terms by which it knows what is new.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/daemon/digest/fixtures.hpp"

namespace paperboy::digest {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Section section_of(std::vector<std::pair<std::string, std::string>> papers) {
  Section section{.topic = "A", .entries = {}, .overflow = {}};
  int number = 0;
  for (auto& [title, abstract] : papers) {
    Entry entry;
    entry.paper = make_paper("2611.0000" + std::to_string(++number), title, abstract);
    entry.score = 1.0 - 0.1 * number;
    section.entries.push_back(std::move(entry));
  }
  return section;
}

TEST(Summary, ThemesAreTermsThatPapersShareInTheirUsualSpelling) {
  const Section section = section_of({{"World Models for Driving", "We train world models on video."},
                                      {"A World Model of Kitchens", "The world model sees LiDAR scans."},
                                      {"LiDAR Scans for Sensors", "We fuse LiDAR scans and world models."},
                                      {"Tides", "We measure the tides."},
                                      {"Cakes", "We bake many cakes."}});
  const Summary summary = summarize(std::span(&section, 1), TermCounts());
  ASSERT_GE(summary.themes.size(), 2u);
  EXPECT_EQ(summary.themes[0].term, "world models");
  EXPECT_THAT(summary.themes[0].paper_ids, ElementsAre("2611.00001", "2611.00002", "2611.00003"));
  EXPECT_EQ(summary.themes[1].term, "LiDAR scans");
  EXPECT_THAT(summary.emerging, IsEmpty()) << "without a background nothing is new";
}

TEST(PaperTerms, AreSortedAndSpelledAsRunningTextHasThem) {
  paper::Paper paper;
  paper.title = "World Models for Driving";
  paper.abstract = "We train world models on LiDAR scans.";
  const PaperTerms terms(paper);
  std::map<std::string, std::pair<std::string, bool>> seen;  // key: as written, in the title
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const PaperTerms::Term term = terms[i];
    EXPECT_EQ(term.hash, terms.hash(i));
    if (i > 0) EXPECT_LT(terms.hash(i - 1), terms.hash(i));
    seen[std::string(term.key)] = {std::string(term.written), term.in_title};
  }
  EXPECT_EQ(seen.size(), terms.size()) << "each once";
  EXPECT_EQ(seen.at("world model"), (std::pair<std::string, bool>("world models", true)));
  EXPECT_EQ(seen.at("lidar scan"), (std::pair<std::string, bool>("LiDAR scans", false)));
  EXPECT_EQ(seen.at("driving"), (std::pair<std::string, bool>("Driving", true)));
  EXPECT_EQ(PaperTerms(paper::Paper()).size(), 0u);
}

TEST(Summary, WhatWasAskedForIsNoTheme) {
  Section section =
      section_of({{"Gaussian splatting of cats by inverse rendering", "3D gaussian splatting with inverse rendering."},
                  {"Gaussian splatting of dogs", "3D gaussian splatting with inverse rendering."},
                  {"Gaussian splatting of cows", "3D gaussian splatting of other kinds."},
                  {"Gaussian splatting of pigs", "3D gaussian splatting of other kinds."}});
  for (Entry& entry : section.entries) entry.reasons = {{paper::ReasonKind::phrase, "gaussian splatting", "title"}};
  const Summary summary = summarize(std::span(&section, 1), TermCounts());
  std::vector<std::string> terms;
  for (const Theme& theme : summary.themes) terms.push_back(theme.term);
  EXPECT_THAT(terms, Contains("inverse rendering"));
  EXPECT_THAT(terms, Not(Contains(HasSubstr("splatting"))));
}

TEST(Summary, NeitherIsWhatAPrefixOrATopicsNameSays) {
  Section section = section_of({{"Segmenting cats in warm water", "Dark halos of cats, warm water."},
                                {"Segmented dogs in warm water", "Dark halos of dogs, warm water."},
                                {"Segmentation of dark halos", "Dark halos of all."}});
  section.topic = "Dark halos";
  for (Entry& entry : section.entries) entry.reasons = {{paper::ReasonKind::prefix, "segment*", "title"}};
  std::vector<std::string> terms;
  for (const Theme& theme : summarize(std::span(&section, 1), TermCounts()).themes) terms.push_back(theme.term);
  EXPECT_THAT(terms, ElementsAre("warm water"));
}

TEST(Summary, TwoPapersThatShareAWordAreNoTheme) {
  const Section section = section_of({{"Look: a robot's cheese", "It looks."}, {"Cheese for free", "We bake it."}});
  EXPECT_THAT(summarize(std::span(&section, 1), TermCounts()).themes, IsEmpty());
}

TEST(Summary, WorthReadingIsWhatSomebodyAccepted) {
  struct Case {
    const char* comments;
    const char* journal;
    bool worth;
  };
  const Case cases[] = {
      {"Accepted at 3DV 2027", "", true},
      {"EMNLP 2026 Findings, 19 pages", "", true},
      {"CVPR'27", "", true},
      {"12 pages, to appear in JHEP", "", true},
      {"Oral at a workshop", "", true},
      {"", "Phys. Rev. D 1 (2026) 2", true},
      {"38 pages, 6 figures, JHEP style", "", false},
      {"On the nature of temporal signatures", "", false},
      {"Submitted to CVPR 2027", "", false},
      {"Not accepted anywhere", "", false},
      {"14 pages, 2026 figures", "", false},
      {"", "", false},
  };
  for (const Case& c : cases) {
    Section section = section_of({{"a", "b"}});
    section.entries[0].paper.comments = c.comments;
    section.entries[0].paper.journal_ref = c.journal;
    EXPECT_EQ(summarize(std::span(&section, 1), TermCounts()).read_in_full.size(), c.worth ? 1u : 0u) << c.comments;
  }
}

TEST(Summary, EmergingTermsAreFarMoreFrequentThanBefore) {
  const Section section = section_of({{"Kitchen robots and axion clocks", "Kitchen robots."},
                                      {"Axion clocks and kitchen robots", "Axion clocks tick."},
                                      {"More on axion clocks with kitchen robots", "They tick."},
                                      {"Tides", "We measure the tides."}});
  TermCounts background;
  for (int i = 0; i < 300; ++i) {
    background.add(make_paper("2610.0" + std::to_string(1000 + i), "Kitchen robots", "Kitchen robots wash."));
  }
  EXPECT_EQ(background.papers(), 300u);
  EXPECT_EQ(background.count("kitchen robot"), 300u);
  EXPECT_EQ(background.count("Kitchen Robots"), 300u);
  EXPECT_EQ(background.count("axion clock"), 0u);
  const Summary summary = summarize(std::span(&section, 1), background);
  ASSERT_EQ(summary.emerging.size(), 1u);
  EXPECT_EQ(summary.emerging[0].term, "axion clocks");
  EXPECT_EQ(summary.emerging[0].paper_ids.size(), 3u);
}

TEST(Summary, HighlightsTheBestOfEachTopicAndWhatToRead) {
  Section a = section_of({{"a1", ""}, {"a2", ""}, {"a3", ""}});
  Section b = section_of({{"b1", ""}, {"b2", ""}});
  b.entries[0].paper.id = *paper::PaperId::arxiv("2612.00001");
  b.entries[1].paper.id = *paper::PaperId::arxiv("2612.00002");
  b.entries[0].score = 0.1;
  b.entries[1].score = 0.05;
  a.entries[1].code_url = "https://github.com/a/b";
  a.entries[2].paper.comments = "Accepted at X";  // of the worse half
  const Section sections[] = {a, b};
  const Summary summary = summarize(sections, TermCounts());
  EXPECT_THAT(summary.highlights, ElementsAre("2611.00001", "2611.00002", "2612.00001"));
  EXPECT_THAT(summary.read_in_full, Contains("2611.00002"));
  EXPECT_THAT(summary.read_in_full, Not(Contains("2611.00001"))) << "nothing but its score speaks for it";
}

TEST(Summary, OfNothingIsEmpty) {
  const Summary summary = summarize({}, TermCounts());
  EXPECT_TRUE(summary.themes.empty() && summary.highlights.empty() && summary.emerging.empty() &&
              summary.read_in_full.empty());
}

// As many different terms as a month of arXiv has, most of them seen once: what is counted often keeps its count, what
// was never there counts next to nothing.
TEST(TermCounts, AreNeverTooSmallAndRarelyTooLarge) {
  TermCounts counts;
  for (int i = 0; i < 4000; ++i) {
    std::string abstract = "axion clocks ";
    if (i % 40 == 0) abstract += "tidal streams, ";
    if (i % 400 == 0) abstract += "Tidal Streams; sterile quarks ";
    for (int k = 0; k < 50; ++k) abstract += ". w" + std::to_string(i) + "x" + std::to_string(k);
    counts.add(make_paper("2610.00001", "t", abstract));
  }
  EXPECT_EQ(counts.papers(), 4000u);
  EXPECT_EQ(counts.count("axion clock"), 4000u);
  EXPECT_EQ(counts.count("Axion clocks"), 4000u);
  EXPECT_GE(counts.count("tidal stream"), 100u) << "once a paper, however often it says so";
  EXPECT_LE(counts.count("tidal stream"), 102u);
  EXPECT_GE(counts.count("sterile quark"), 10u);
  EXPECT_LE(counts.count("sterile quark"), 12u);
  std::size_t seen = 0;
  std::size_t unseen = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::size_t there = counts.count("w" + std::to_string(i) + "x7");
    EXPECT_GE(there, 1u);
    seen += there - 1;
    unseen += counts.count("w" + std::to_string(i) + "y7");
  }
  EXPECT_LE(seen, 400u) << "a tenth of one on average";
  EXPECT_LE(unseen, 2000u);
}

TEST(TermCounts, OfManyPapersEndAtTheirLimit) {
  TermCounts counts;
  const paper::Paper paper = make_paper("2610.00001", "t", "axion clocks");
  for (int i = 0; i < 65'600; ++i) counts.add(paper);
  EXPECT_EQ(counts.papers(), 65'600u);
  EXPECT_EQ(counts.count("axion clock"), 65'535u);
  EXPECT_EQ(TermCounts().count("axion clock"), 0u);
}

}  // namespace
}  // namespace paperboy::digest
