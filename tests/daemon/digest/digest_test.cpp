// Selection, dates and the message itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "daemon/base/input_file.hpp"
#include "daemon/base/text.hpp"
#include "daemon/digest/dates.hpp"
#include "daemon/digest/links.hpp"
#include "daemon/digest/render.hpp"
#include "tests/daemon/digest/fixtures.hpp"
#include "tests/support/shared_data.hpp"

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

TEST(Select, ShowsTwoOfPapersThatAreNearlyTheSame) {
  const std::string same =
      "We prove well-posedness of viscous compressible flows on periodic domains with rough initial data, using "
      "weighted energy estimates and paraproduct calculus";
  const std::string other = "Kitchen robots grasp wet glasses after watching videos of dish washers in forty homes";
  const std::string third = "Lattice calculations of charmed baryon masses at physical pion mass with domain walls";
  std::vector<Candidate> candidates;
  for (int i = 1; i <= 5; ++i) {
    candidates.push_back(
        make_candidate(make_paper("2611.0000" + std::to_string(i), "Viscous flows, part " + std::to_string(i), same),
                       {make_match("A", 0.9 - 0.1 * i)}));
  }
  candidates.push_back(make_candidate(make_paper("2611.00006", "Robots", other), {make_match("A", 0.35)}));
  candidates.push_back(make_candidate(make_paper("2611.00007", "Lattice", third), {make_match("A", 0.3)}));
  const std::vector<Section> sections = select(make_person({make_topic("A", 1.0, 4)}), candidates);
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_THAT(ids(sections[0].entries), ElementsAre("2611.00001", "2611.00002", "2611.00006", "2611.00007"));
  EXPECT_THAT(ids(sections[0].overflow), ElementsAre("2611.00003", "2611.00004", "2611.00005"));
  EXPECT_THAT(sections[0].overflow[0].like, testing::AnyOf("2611.00001", "2611.00002"));
  EXPECT_THAT(sections[0].entries[1].like, IsEmpty());
}

TEST(Select, PapersThatSayNothingAreNotAlike) {
  std::vector<Candidate> candidates;
  for (int i = 1; i <= 4; ++i)
    candidates.push_back(
        make_candidate(make_paper("2611.0000" + std::to_string(i), "Erratum", ""), {make_match("A", 0.5)}));
  EXPECT_EQ(select(make_person({make_topic("A")}), candidates)[0].entries.size(), 4u);
}

// What one day announced, for one reader: no third paper of a kind stands in full, and none is lost.
TEST(Select, NoThreeOfAKindOnARealDay) {
  PAPERBOY_NEED_SHARED_DATA(data);
  std::vector<Candidate> candidates;
  InputFile input(data / "corpus" / "papers-sample.jsonl.gz");
  for (std::string line; input.read_line(line);) {
    const boost::json::value json = boost::json::parse(line);
    const auto* announced = json.at("announced").if_string();
    if (announced == nullptr || *announced != "2026-06-30") continue;
    const auto text = [&](const char* key) { return text::sanitize(std::string(json.at(key).as_string())); };
    paper::Paper paper = make_paper("2611.00001", text("title"), text("abstract"));
    paper.id = *paper::PaperId::arxiv(text("id"));
    candidates.push_back(make_candidate(std::move(paper), {make_match("A", 0.5)}));
  }
  ASSERT_GE(candidates.size(), 100u);
  const std::vector<Section> sections = select(make_person({make_topic("A", 1.0, 100'000)}), candidates);
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_EQ(sections[0].entries.size() + sections[0].overflow.size(), candidates.size());
  EXPECT_LE(sections[0].overflow.size(), candidates.size() / 20) << "papers of a day are seldom nearly the same";
  std::vector<Likeness> taken;
  for (const Entry& entry : sections[0].entries) {
    Likeness own(entry.paper);
    EXPECT_LE(std::count_if(taken.begin(), taken.end(),
                            [&](const Likeness& each) { return own.with(each) >= nearly_the_same; }),
              1)
        << entry.paper.title;
    taken.push_back(std::move(own));
  }
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
      {"", "The data are at https://zenodo.org/records/1.", ""},
      {"", "We release code. The catalogue: zenodo.org/records/1", ""},
      {"Code and data: https://zenodo.org/records/2", "", "https://zenodo.org/records/2"},
      {"", "Data: https://zenodo.org/records/1. Software: https://zenodo.org/records/2",
       "https://zenodo.org/records/2"},
      {"", "https://huggingface.co/datasets/a/b and https://huggingface.co/a/c", "https://huggingface.co/a/c"},
      {"", "At github.com/ or https://github.com/a/b", "https://github.com/a/b"},
  };
  for (const Case& c : cases) {
    paper::Paper paper = make_paper("2611.00001", "t", c.abstract);
    paper.comments = c.comments;
    EXPECT_EQ(stated_code_url(paper), c.url) << c.comments << c.abstract;
  }
}

// --- dates

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
                               "Cited: 1 time (Semantic Scholar, 2 Nov 2026)",
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

TEST(Build, SaysHowOftenAPaperIsCited) {
  DigestInput input = full_input();
  std::optional<paper::Citations>& citations = input.sections[0].entries[0].citations;
  struct Case {
    std::optional<paper::Citations> citations;
    const char *language, *shown;  // null: nothing
  };
  const Day day = *parse_day("2026-10-28");
  for (const Case& c :
       {Case{paper::Citations{12'345, day}, "en", "Cited: 12,345 times (Semantic Scholar, 28 Oct 2026)"},
        Case{paper::Citations{1, day}, "en", "Cited: 1 time (Semantic Scholar, 28 Oct 2026)"},
        Case{paper::Citations{12'345, day}, "zh", "被引：12,345 次（Semantic Scholar，2026年10月28日）"},
        Case{paper::Citations{0, day}, "en", nullptr}, Case{std::nullopt, "en", nullptr}}) {
    citations = c.citations;
    input.person.language = c.language;
    const Built built = build(input, shipped_templates());
    for (const Document* form : {&built.document, &built.brief}) {  // of mails and of chats
      const std::string text = to_text(*form, 400);
      if (c.shown != nullptr) EXPECT_THAT(text, HasSubstr(c.shown));
      if (c.shown == nullptr) EXPECT_THAT(text, testing::Not(HasSubstr("Cited:")));
    }
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

TEST(Build, ThanksArxivForWhatCameFromIt) {
  const std::string thanks = "Thank you to arXiv";
  DigestInput input = full_input();
  input.coverage = {};
  EXPECT_THAT(to_text(build(input, shipped_templates()).document), HasSubstr(thanks));
  for (const char* language : {"en", "zh"}) {
    input.person.language = language;
    paper::Paper fed = make_paper("2611.00001", "From a journal", "We describe one.");
    fed.id = paper::PaperId::feed_item("https://journal.example/feed", "1");
    input.sections = select(input.person, {make_candidate(fed, {make_match("Robots", 0.5)})});
    input.summary = {};
    input.kind = MessageKind::digest;
    EXPECT_THAT(to_text(build(input, shipped_templates()).document), Not(HasSubstr(thanks)));
    input.sections.clear();
    input.kind = MessageKind::quiet;
    EXPECT_THAT(to_text(build(input, shipped_templates()).document), Not(HasSubstr(thanks)));
  }
  input.person.language = "en";
  input.coverage.mailings = {*parse_day("2026-11-03")};
  EXPECT_THAT(to_text(build(input, shipped_templates()).document), HasSubstr(thanks));
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

TEST(Build, WhatIsKeptIsTheMessage) {
  for (const char* language : {"en", "zh"}) {
    DigestInput input = full_input();
    input.person.language = language;
    const Built whole = build(input, shipped_templates());
    EXPECT_EQ(read_message(whole.markdown, language), whole.document);
    const Built kept = build(input, shipped_templates(), {.document = false, .brief = false});
    EXPECT_EQ(kept.markdown, whole.markdown);
    EXPECT_EQ(kept.title, whole.title);
    EXPECT_EQ(kept.preheader, whole.preheader);
    EXPECT_EQ(kept.document, Document());
    EXPECT_EQ(kept.brief, Document());
  }
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
