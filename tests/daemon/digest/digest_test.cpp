// Selection, key findings, the summary and the message itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "daemon/base/text.hpp"
#include "daemon/digest/dates.hpp"
#include "daemon/digest/links.hpp"
#include "daemon/digest/render.hpp"
#include "daemon/digest/sentences.hpp"
#include "tests/daemon/digest/fixtures.hpp"

namespace paperboy::digest {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> ids(const std::vector<Entry>& entries) {
  std::vector<std::string> list;
  for (const Entry& entry : entries) list.push_back(entry.paper.id.str());
  return list;
}

// --- select
// ---------------------------------------------------------------------------------------------------------------

TEST(Select, PutsAPaperOnceUnderItsBestTopic) {
  const paper::Person person = make_person({make_topic("A"), make_topic("B", 2.0), make_topic("C")});
  const std::vector<Section> sections =
      select(person, {make_candidate(make_paper("2611.00001", "x", ""),
                                     {make_match("A", 0.6), make_match("B", 0.4), make_match("C", 0.7)}),
                      make_candidate(make_paper("2611.00002", "y", ""), {make_match("C", 0.5), make_match("A", 0.5)})});
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_EQ(sections[0].topic, "A");  // the first of equals, and the order of the topics
  EXPECT_THAT(ids(sections[0].entries), ElementsAre("2611.00002"));
  EXPECT_EQ(sections[1].topic, "B");
  EXPECT_THAT(ids(sections[1].entries), ElementsAre("2611.00001"));
  EXPECT_DOUBLE_EQ(sections[1].entries[0].score, 0.4);
  EXPECT_THAT(sections[1].entries[0].also_topics, ElementsAre("A", "C"));
}

TEST(Select, CollapsesAnnouncementsOfOnePaper) {
  paper::Paper old = make_paper("2611.00001", "first title", "");
  paper::Paper newer = make_paper("2611.00001", "second title", "");
  newer.version = 2;
  const std::vector<Section> sections =
      select(make_person({make_topic("A"), make_topic("B")}),
             {make_candidate(old, {make_match("A", 0.3)}, paper::AnnounceKind::replacement),
              make_candidate(newer, {make_match("A", 0.5), make_match("B", 0.1)}, paper::AnnounceKind::cross_list)});
  ASSERT_EQ(sections.size(), 1u);
  ASSERT_EQ(sections[0].entries.size(), 1u);
  EXPECT_EQ(sections[0].entries[0].kind, paper::AnnounceKind::cross_list);
  EXPECT_EQ(sections[0].entries[0].paper.title, "second title");
  EXPECT_DOUBLE_EQ(sections[0].entries[0].score, 0.5);
  EXPECT_THAT(sections[0].entries[0].also_topics, ElementsAre("B"));
}

TEST(Select, OrdersByScoreAndNamesWhatIsBeyondTheLimit) {
  std::vector<Candidate> candidates;
  for (int i = 1; i <= 5; ++i) {
    candidates.push_back(
        make_candidate(make_paper("2611.0000" + std::to_string(i), "t", ""), {make_match("A", i == 2 ? 0.9 : 0.5)}));
  }
  candidates[4].kind = paper::AnnounceKind::cross_list;
  const std::vector<Section> sections = select(make_person({make_topic("A", 1.0, 3)}), candidates);
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_THAT(ids(sections[0].entries), ElementsAre("2611.00002", "2611.00004", "2611.00003"));
  EXPECT_THAT(ids(sections[0].overflow), ElementsAre("2611.00001", "2611.00005"));
}

TEST(Select, ForgetsTopicsThatAreGone) {
  EXPECT_THAT(select(make_person({make_topic("A")}),
                     {make_candidate(make_paper("2611.00001", "t", ""), {make_match("old", 1)})}),
              IsEmpty());
  EXPECT_THAT(select(make_person({}), {make_candidate(make_paper("2611.00001", "t", ""), {make_match("old", 1)})}),
              IsEmpty());
}

TEST(Select, FindsTheCodeThatAuthorsState) {
  struct Case {
    const char *comments, *abstract, *url;
  };
  const Case cases[] = {
      {"", "Code: https://github.com/a/b.", "https://github.com/a/b"},
      {"", "Our code (github.com/a/b_c) is out.", "https://github.com/a/b_c"},
      {"Code at http://gitlab.com/a/b/", "See https://github.com/x/y", "http://gitlab.com/a/b/"},
      {"", "See [https://www.github.com/a/b].", "https://www.github.com/a/b"},
      {"", "Weights: https://huggingface.co/a/b, data elsewhere", "https://huggingface.co/a/b"},
      {"", "https://notgithub.com/a/b and https://example.org/github.com", ""},
      {"12 pages", "We use GitHub.", ""},
  };
  for (const Case& c : cases) {
    paper::Paper paper = make_paper("2611.00001", "t", c.abstract);
    paper.comments = c.comments;
    EXPECT_EQ(stated_code_url(paper), c.url) << c.comments << c.abstract;
  }
}

// --- sentences and findings
// ---------------------------------------------------------------------------------------------------

TEST(Sentences, EndWhereTheyEnd) {
  struct Case {
    const char* text;
    std::vector<std::string> sentences;
  };
  const Case cases[] = {
      {"", {}},
      {"One", {"One"}},
      {"One. Two! Three? Four.", {"One.", "Two!", "Three?", "Four."}},
      {"See Smith et al. (2020) and Jones et al. We do.", {"See Smith et al. (2020) and Jones et al.", "We do."}},
      {"Things, e.g. Apples, i.e. Fruit, cf. Fig. 3 and Eq. (4). Next.",
       {"Things, e.g. Apples, i.e. Fruit, cf. Fig. 3 and Eq. (4).", "Next."}},
      {"It takes 18 ms. In 24 rooms it takes 2 sec. Ms. Smith agrees.",
       {"It takes 18 ms.", "In 24 rooms it takes 2 sec.", "Ms. Smith agrees."}},
      {"It is 3.14 or 2. Then 5.", {"It is 3.14 or 2.", "Then 5."}},
      {"By J. Smith and A. B. Jones. We show.", {"By J. Smith and A. B. Jones.", "We show."}},
      {"We treat a question Q. CQAds answers it.", {"We treat a question Q.", "CQAds answers it."}},
      {"A thing (a dog. A cat.) is here. Yes.", {"A thing (a dog. A cat.) is here.", "Yes."}},
      {"Signal-to-noise is 76.9. Overall, fine.", {"Signal-to-noise is 76.9.", "Overall, fine."}},
      {"First paragraph\nSecond one.", {"First paragraph", "Second one."}},
      {"Unbalanced ( here. And on.", {"Unbalanced ( here. And on."}},
      {"Use model v1.5 on x.org pages. Done.", {"Use model v1.5 on x.org pages.", "Done."}},
      {"\xe6\x88\x91\xe4\xbb\xac\xe6\x8f\x90\xe5\x87\xba\xe3\x80\x82\xe7\xbb\x93\xe6\x9e\x9c\xe3\x80\x82",
       {"\xe6\x88\x91\xe4\xbb\xac\xe6\x8f\x90\xe5\x87\xba\xe3\x80\x82", "\xe7\xbb\x93\xe6\x9e\x9c\xe3\x80\x82"}},
      // commented out in TeX
      {"We act. %compared to others. We end.", {"We act.", "We end."}},
      {"We act. % We show. We end.", {"We act.", "We show.", "We end."}},
      {"We reach 95 % of it. We gain 5% more.", {"We reach 95 % of it.", "We gain 5% more."}},
  };
  for (const Case& c : cases) EXPECT_EQ(split_sentences(c.text), c.sentences) << c.text;
}

TEST(KeyFindings, PreferWhatWasFound) {
  const paper::Paper paper = make_paper(
      "2611.00001", "t",
      "In recent years, deep models have attracted much attention. However, integrating the new temporal dynamics "
      "remains challenging. "
      "To address this, we propose Foo, a novel network for video. Foo uses an encoder and a decoder. "
      "Extensive experiments show that Foo outperforms eight baselines by 3.2%. We hope that future work builds on it. "
      "Code is available at https://github.com/a/b.");
  EXPECT_THAT(key_findings(paper),
              ElementsAre("To address this, we propose Foo, a novel network for video.",
                          "Extensive experiments show that Foo outperforms eight baselines by 3.2%."));
}

TEST(KeyFindings, WorkForOtherFields) {
  EXPECT_THAT(
      key_findings(make_paper(
          "2611.00001", "t",
          "Let $G$ be a finite group. The conjecture of Foo is open. We prove that every such group is soluble. "
          "As a consequence, its spectrum is discrete. A question of Bar remains open.")),
      Contains("We prove that every such group is soluble."));
  EXPECT_THAT(key_findings(make_paper(
                  "2611.00001", "t",
                  "Galaxies are important. We observed 96 of them. We find a shallow slope of 0.17 +/- 0.03. "
                  "The instrument was built in 1999.")),
              Contains("We find a shallow slope of 0.17 +/- 0.03."));
}

TEST(KeyFindings, AreResultsThatSayNoWe) {
  struct Case {
    const char* abstract;
    const char* finding;
    const char* not_a_finding;
  };
  const Case cases[] = {
      {"A search is presented for charged quarks. The data were taken in 2025. No excess over the expected 3.1 events "
       "is "
       "observed. Masses up to 900 GeV are excluded at 95% confidence level.",
       "Masses up to 900 GeV are excluded at 95% confidence level.", "The data were taken in 2025."},
      {"Distant clocks still measure time. We combine 400 of them with a chart and obtain T = 69.8 ± 1.9 s. The result "
       "does not depend on the chart. With 2,000 clocks the method would tell early from late.",
       "We combine 400 of them with a chart and obtain T = 69.8 ± 1.9 s.",
       "With 2,000 clocks the method would tell early from late."},
      {"A robot looks around. Planners are slow. It scores views in 18 ms. In 24 rooms the planner reaches the same "
       "map "
       "with 41% fewer views. Mirrors are hard.",
       "In 24 rooms the planner reaches the same map with 41% fewer views.", "Mirrors are hard."},
  };
  for (const Case& c : cases) {
    const std::vector<std::string> findings = key_findings(make_paper("2611.00001", "t", c.abstract));
    EXPECT_THAT(findings, Contains(c.finding));
    EXPECT_THAT(findings, Not(Contains(c.not_a_finding)));
  }
}

TEST(KeyFindings, AreCappedAndInOrder) {
  std::string abstract;
  for (int i = 0; i < 20; ++i) abstract += "We show that claim number " + std::to_string(i) + " holds for every case. ";
  const std::vector<std::string> findings = key_findings(make_paper("2611.00001", "t", abstract));
  EXPECT_EQ(findings.size(), 4u);
  std::size_t last = 0;
  for (const std::string& finding : findings) {
    EXPECT_GE(abstract.find(finding), last);
    last = abstract.find(finding);
  }
  EXPECT_EQ(key_findings(make_paper("2611.00001", "t", abstract), 2).size(), 2u);
  EXPECT_THAT(key_findings(make_paper("2611.00001", "t", abstract), 0), IsEmpty());
}

TEST(KeyFindings, OfASurveyAreNotItsFutureWork) {
  const std::vector<std::string> findings = key_findings(
      make_paper("2611.00001", "t",
                 "Robots have become popular. This survey reviews 200 papers on grasping and sorts them by sensor. "
                 "Open problems are listed. We discuss promising directions for future research and novel avenues."));
  EXPECT_THAT(findings, ElementsAre(HasSubstr("This survey reviews 200 papers")));
}

TEST(KeyFindings, OfNextToNothingAreNone) {
  for (const char* abstract : {"", ".", "NA", "Withdrawn", "We describe one.", "\n\n", "%"}) {
    EXPECT_THAT(key_findings(make_paper("2611.00001", "t", abstract)), IsEmpty()) << abstract;
  }
  paper::Paper withdrawn = make_paper("2611.00001", "t", "We show that a is b. We prove that b is c. It was wrong.");
  withdrawn.withdrawn = true;
  EXPECT_THAT(key_findings(withdrawn), IsEmpty());
}

TEST(KeyFindings, OfHugeAndBrokenTextComeBack) {
  std::string huge;
  while (huge.size() < 300'000) huge += "we show ((( that [[ e.g. 3.5 ";
  key_findings(make_paper("2611.00001", "t", huge));
  key_findings(make_paper("2611.00001", "t", text::sanitize("\xff\xfe We show. \xc3( We prove that. ")));
}

// --- summary
// --------------------------------------------------------------------------------------------------------------------

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

// --- dates
// ------------------------------------------------------------------------------------------------------------------------

TEST(Dates, AreInThePersonsLanguage) {
  const Day day = *parse_day("2026-11-03");
  EXPECT_EQ(long_date(day, "en"), "Tuesday, 3 November 2026");
  EXPECT_EQ(short_date(day, "en-GB"), "Tue 3 Nov 2026");
  EXPECT_EQ(plain_date(day, "en"), "3 Nov 2026");
  EXPECT_EQ(long_date(day, "zh"),
            "2026\xe5\xb9\xb4"
            "11\xe6\x9c\x88"
            "3\xe6\x97\xa5 \xe6\x98\x9f\xe6\x9c\x9f\xe4\xba\x8c");
  EXPECT_EQ(short_date(day, "de"), "2026-11-03");
}

// --- the message
// --------------------------------------------------------------------------------------------------------------------

TEST(Build, HoldsEverythingThatIsKnownOfAPaper) {
  const Built built = build(full_input(), shipped_templates());
  EXPECT_EQ(built.title, "5 papers for you \xc2\xb7 Tue 3 Nov 2026");
  EXPECT_THAT(built.preheader, HasSubstr("1,032 announcements of Mon 2 Nov 2026, Tue 3 Nov 2026"));
  const std::string text = to_text(built.document, 200);
  for (const char* expected : {"1. SplatNet: a * tree [of] splats",
                               "https://arxiv.org/abs/2611.00001",
                               "Ada M. van Dijk, Jos\xc3\xa9 P\xc3\xa9rez, Author Number0",
                               "\xe2\x80\xa6 Author Number19 (22 authors)",
                               "Published: 2 Nov 2026",
                               "Updated: 3 Nov 2026",
                               "cs.CV (Computer Vision and Pattern Recognition), cs.RO (Robotics)",
                               "Accepted at ICCV",
                               "J. Test 1 (2026) 2",
                               "10.1000/a(b)_c",
                               "TR-7",
                               "score 0.90",
                               "phrase \xe2\x80\x9cradiance field*\xe2\x80\x9d in abstract",
                               "word \xe2\x80\x9csplats\xe2\x80\x9d in title",
                               "words \xe2\x80\x9csplat*\xe2\x80\x9d in title",
                               "author Ada van Dijk",
                               "category cs.CV",
                               "like 2308.04079",
                               "(0.41)",
                               "also meets Robots",
                               "We propose SplatNet",
                               "Cross-listed",
                               "Revised (version 3)",
                               "Withdrawn",
                               "1 more in \xe2\x80\x9cSplatting\xe2\x80\x9d",
                               "Dynamic scenes from a plane",
                               "No papers this time for Axions",
                               "https://arxiv.org/pdf/2611.00001",
                               "https://arxiv.org/html/2611.00001",
                               "Code: https://github.com/ada/splatnet",
                               "DOI: https://doi.org/10.1000/a%28b%29_c",
                               "Citations: https://www.semanticscholar.org/arxiv/2611.00001",
                               "Walking $\\alpha_2$ & running",
                               "Thank you to arXiv for use of its open access interoperability.",
                               "papers@lab.example",
                               "Executive summary",
                               "Highlights",
                               "Contents"}) {
    EXPECT_THAT(text, HasSubstr(expected));
  }
  const std::string markdown = to_markdown(built.document);
  for (const char* action : {"action:more/2611.00001", "action:less/2611.00001", "action:save/2611.00001",
                             "action:save/hep-th/9901001", "action:stop"}) {
    EXPECT_THAT(markdown, HasSubstr(action));
  }
}

TEST(Build, TagsOfFeedsAreNotShown) {
  struct Case {
    const char *given, *shown;
  };
  const Case cases[] = {
      {"Segment Anything <em>Twice</em>", "Segment Anything Twice"},
      {"<b><I>E. coli</I></b> in H<sub>2</sub>O", "E. coli in H2O"},
      {"<jats:italic>Drosophila</jats:italic>", "Drosophila"},
      {"if a<b and c>d", "if a<b and c>d"},
      {"tokens <think> and </think>", "tokens <think> and </think>"},
      {"<i>left open", "<i>left open"},
      {"</i>backwards<i>", "</i>backwards<i>"},
      {"<script>alert(1)</script>", "<script>alert(1)</script>"},
      {"", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(without_tags(c.given), c.shown);
  DigestInput input = full_input();
  input.sections =
      select(input.person,
             {make_candidate(make_paper("2611.00001", cases[0].given, cases[1].given), {make_match("Robots", 0.5)})});
  EXPECT_EQ(input.sections[0].entries[0].paper.title, cases[0].shown);
  EXPECT_EQ(input.sections[0].entries[0].paper.abstract, cases[1].shown);
}

// The address of the message on the web is known to the channel alone.
TEST(Build, LeadsToTheBrowserWhereTheChannelKnowsThePage) {
  for (const char* language : {"en", "zh"}) {
    DigestInput input = full_input();
    input.person.language = language;
    const Document document = build(input, shipped_templates()).document;
    const auto page = [](std::string_view action) {
      return std::string(action == "browser" ? "https://p.example/1" : "");
    };
    EXPECT_THAT(to_text(resolve_actions(document, page)), HasSubstr("https://p.example/1"));
    EXPECT_THAT(to_text(document), AllOf(Not(HasSubstr("in the browser")), Not(HasSubstr("浏览器"))));
  }
}

TEST(Build, ContentsLeadToEveryPaper) {
  for (const char* language : {"en", "zh"}) {
    DigestInput input = full_input();
    input.person.language = language;
    const Built built = build(input, shipped_templates());
    EXPECT_EQ(built.document.language, language);
    std::set<std::string> anchors;
    std::vector<std::string> targets;
    int first_level = 0;
    each_node(built.document.root, [&](const Node& node) {
      if (!node.anchor.empty()) EXPECT_TRUE(anchors.insert(node.anchor).second) << node.anchor << " twice";
      if (node.kind == Node::Kind::link && node.url.starts_with('#')) targets.push_back(node.url.substr(1));
      if (node.kind == Node::Kind::heading && node.level == 1) ++first_level;
    });
    EXPECT_EQ(first_level, 1);
    for (const std::string& target : targets) EXPECT_TRUE(anchors.contains(target)) << target;
    for (const char* id : {"2611.00001", "2611.00002", "hep-th/9901001", "2611.00005"}) {
      EXPECT_TRUE(anchors.contains(id)) << id;
      EXPECT_THAT(targets, Contains(id));
    }
    EXPECT_EQ(parse_markdown(to_markdown(built.document), language), built.document);
    EXPECT_EQ(parse_markdown(to_markdown(built.document, false), language), built.document);
  }
}

TEST(Build, TheMessagesAreNeverConfused) {
  const Templates templates = shipped_templates();
  std::set<std::string> titles;
  for (const char* language : {"en", "zh"}) {
    for (const MessageKind kind :
         {MessageKind::digest, MessageKind::quiet, MessageKind::late, MessageKind::partial, MessageKind::failure}) {
      DigestInput input = full_input();
      input.person.language = language;
      input.kind = kind;
      const bool with_papers = kind == MessageKind::digest || kind == MessageKind::partial;
      if (!with_papers) {
        input.sections.clear();
        input.summary = {};
      }
      const Built built = build(input, templates);
      EXPECT_TRUE(titles.insert(built.title).second) << built.title;
      EXPECT_FALSE(built.preheader.empty());
      const std::string text = to_text(built.document);
      EXPECT_THAT(text, HasSubstr("interoperability"));
      EXPECT_EQ(text.find("SplatNet") != std::string::npos, with_papers);
      const bool tells_gaps = kind == MessageKind::partial || kind == MessageKind::failure;
      EXPECT_EQ(text.find("412/430") != std::string::npos, tells_gaps) << built.title;
      EXPECT_EQ(text.find("HTTP 503") != std::string::npos, tells_gaps) << built.title;
    }
  }
  EXPECT_EQ(titles.size(), 10u);
}

TEST(Build, AnEmptyDayHasNoSummary) {
  DigestInput input = full_input();
  input.kind = MessageKind::quiet;
  input.sections.clear();
  const std::string text = to_text(build(input, shipped_templates()).document);
  EXPECT_THAT(text, HasSubstr("All 1,032 announcements"));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("Executive")), Not(HasSubstr("Themes")), Not(HasSubstr("Contents"))));
}

TEST(Build, AnUnknownLanguageIsEnglish) {
  DigestInput input = full_input();
  input.person.language = "xx";
  const Built built = build(input, shipped_templates());
  EXPECT_EQ(built.document.language, "en");
  EXPECT_EQ(built.title, "5 papers for you \xc2\xb7 Tue 3 Nov 2026");
}

TEST(Build, OnePaperIsOnePaper) {
  DigestInput input = full_input();
  input.sections = select(
      input.person, {make_candidate(make_paper("2611.00001", "t", "We describe one."), {make_match("Robots", 0.5)})});
  input.summary = summarize(input.sections, TermCounts());
  const Built built = build(input, shipped_templates());
  EXPECT_EQ(built.title, "1 paper for you \xc2\xb7 Tue 3 Nov 2026");
  EXPECT_THAT(to_text(built.document), Not(HasSubstr("Executive summary")));
}

// Whatever a paper says, the message keeps its shape: as many headings, lists and links as with plain words.
TEST(Build, HostileWordsDoNotChangeTheShape) {
  const auto shape = [](const std::string& words) {
    paper::Paper paper = make_paper("2611.00001", words, text::collapse_space(words));  // a line is a paragraph there
    paper.authors = {words, words};
    paper.comments = paper.journal_ref = paper.report_number = words;
    DigestInput input = full_input();
    input.person.name = words;
    input.person.topics = {make_topic(words)};
    input.coverage.missing = {words};
    input.sections = {{.topic = words, .entries = {}, .overflow = {}}};
    Entry entry;
    entry.paper = paper;
    entry.reasons = {{paper::ReasonKind::phrase, words, "title"}};
    entry.also_topics = {words};
    entry.findings = {words};
    input.sections[0].entries = {entry};
    input.sections[0].overflow = {entry};
    input.summary = {.themes = {{words, {"2611.00001"}}},
                     .highlights = {"2611.00001"},
                     .emerging = {{words, {"2611.00001"}}},
                     .read_in_full = {}};
    input.kind = MessageKind::partial;
    const Built built = build(input, shipped_templates());
    EXPECT_EQ(parse_markdown(to_markdown(built.document)), built.document) << words;
    std::string kinds;
    each_node(built.document.root, [&](const Node& node) {
      const bool text = node.kind == Node::Kind::text;
      if (!text) kinds += std::to_string(static_cast<int>(node.kind)) + node.url + node.anchor + " ";
    });
    return kinds;
  };
  const std::string plain = shape("words");
  for (const char* words : {"a*b*c",
                            "**",
                            "_x_",
                            "`code`",
                            "[a](#summary)",
                            "](#summary)",
                            "![x](y)",
                            "<b>bold</b>",
                            "<!-- -->",
                            "# heading",
                            "- item",
                            "1. item",
                            "> quote",
                            "***",
                            "===",
                            "a\n\nb",
                            "a\r\n# b",
                            "&amp;",
                            "\\",
                            "x\\",
                            "{#anchor}",
                            "x {#a1}",
                            "{{title}}",
                            "{{{raw}}}",
                            "{{>_paper}}",
                            "$\\ell_2$",
                            "| a | b |",
                            "!",
                            "    code",
                            "~~~",
                            "```",
                            "<script>alert(1)</script>",
                            "a <#summary",
                            "\xe4\xb8\xad\xe6\x96\x87*",
                            "\xf0\x9f\x98\x80"}) {
    EXPECT_EQ(shape(words), plain) << words;
  }
}

TEST(Build, ThreeThousandAuthorsAreTwelveWords) {
  paper::Paper paper = make_paper("2611.00001", "t", "We describe one.");
  paper.authors.clear();
  for (int i = 0; i < 3000; ++i) paper.authors.push_back("A. Author" + std::to_string(i));
  DigestInput input = full_input();
  input.sections = select(input.person, {make_candidate(paper, {make_match("Robots", 0.5)})});
  const std::string text = to_text(build(input, shipped_templates()).document);
  EXPECT_THAT(text, HasSubstr("(3,000 authors)"));
  EXPECT_LT(text.size(), 2000u);
}

TEST(Build, APaperWithoutArxivIdAndWithoutUrlStands) {
  paper::Paper feed =
      make_paper(paper::PaperId::feed_item("https://f.example/rss", "guid-1").str(), "From a feed", "Short. Text.");
  feed.url = "https://f.example/1?a=(b)";
  feed.categories.clear();
  paper::Paper bare = make_paper(paper::PaperId::feed_item("https://f.example/rss", "guid-2").str(), "", "");
  bare.authors.clear();
  bare.categories.clear();
  bare.published.reset();
  DigestInput input = full_input();
  input.sections = select(input.person, {make_candidate(feed, {make_match("Robots", 0.5)}),
                                         make_candidate(bare, {make_match("Robots", 0.4)})});
  input.summary = {};
  const std::string text = to_text(build(input, shipped_templates()).document);
  EXPECT_THAT(text, HasSubstr("https://f.example/1?a=%28b%29"));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("arxiv.org")), Not(HasSubstr("Categories")), Not(HasSubstr("()")),
                          Not(HasSubstr("[]"))));
}

}  // namespace
}  // namespace paperboy::digest
