// Answers as messages: every kind, in every language, whatever papers and people say.
#include "daemon/bot/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <set>

#include "daemon/base/text.hpp"
#include "daemon/bot/command.hpp"
#include "daemon/digest/render.hpp"
#include "daemon/digest/values.hpp"
#include "tests/daemon/bot/answers.hpp"

namespace paperboy::bot {
namespace {

using digest::Node;
using testing::HasSubstr;
using testing::Not;

const std::filesystem::path shipped = std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates";

const digest::Templates& templates() {
  static const digest::Templates loaded({shipped});
  return loaded;
}

digest::Built in(const std::string& language, const Answer& answer, const std::string& call = "@paperboy") {
  return build(answer, {language, call, "Europe/Berlin"}, templates());
}

std::string text_of(const Answer& answer, const std::string& language = "en", const std::string& call = "@paperboy") {
  return digest::to_terminal(in(language, answer, call).document, 10'000, false);
}

void each_node(const Node& node, const std::function<void(const Node&)>& visit) {
  visit(node);
  for (const Node& child : node.children) each_node(child, visit);
}

Answer answer_called(const std::string& name) {
  for (auto& [known, answer] : test::every_answer()) {
    if (known == name) return answer;
  }
  ADD_FAILURE() << "no answer is called " << name;
  return Said{};
}

// --- every answer

TEST(Answers, ReadWellWhateverTheyAre) {
  for (const auto& [name, answer] : test::every_answer()) {
    for (const char* language : {"en", "zh", "zh-TW", "de"}) {
      const digest::Built built = in(language, answer);
      EXPECT_FALSE(built.title.empty()) << name;
      EXPECT_EQ(built.title.find('\n'), std::string::npos) << name;
      EXPECT_FALSE(built.document.root.children.empty()) << name;
      EXPECT_EQ(built.document, built.brief) << name;
      const std::string text = digest::to_terminal(built.document, 100, false);
      for (const char* wrong : {"{{", "}}", "](", "&#32;", "\xee\x80\x80", ". .", " ,"})
        if (name != "hostile" && name != "citation")
          EXPECT_THAT(text, Not(HasSubstr(wrong))) << name << " in " << language;
      if (name.find("bare") == std::string::npos && name != "hostile")
        EXPECT_THAT(text, Not(HasSubstr("**"))) << name << " in " << language;
      // Nothing is left open: what was written again is read as the same.
      EXPECT_EQ(digest::parse_markdown(digest::to_markdown(built.document), built.document.language), built.document)
          << name;
    }
  }
}

// What an answer tells people to type is understood, and the buttons it shows are known.
TEST(Answers, TeachWhatIsUnderstood) {
  const Day today = *parse_day("2026-11-24");
  std::size_t commands = 0, buttons = 0;
  for (const auto& [name, answer] : test::every_answer()) {
    if (name.find("bare") != std::string::npos || name == "hostile") continue;
    const std::string verb_alone = "said " + std::to_string(static_cast<int>(Said::What::unclear_verb));
    if (name == verb_alone) continue;  // "did you mean follow?": a verb alone
    for (const char* language : {"en", "zh"}) {
      each_node(in(language, answer, "@paperboy").document.root, [&](const Node& node) {
        if (node.kind == Node::Kind::code && node.text.starts_with("@paperboy ")) {
          ++commands;
          const Command command = parse(node.text.substr(10), today);
          EXPECT_TRUE(command.kind != Command::Kind::unclear || command.of_some_paper)
              << name << ": " << node.text << ": " << command.problem;
        }
        if (node.kind == Node::Kind::link && node.url.starts_with("action:")) {
          ++buttons;
          EXPECT_TRUE(parse_action(std::string_view(node.url).substr(7))) << name << ": " << node.url;
        }
      });
    }
  }
  EXPECT_GT(commands, 200U);
  EXPECT_GT(buttons, 100U);
}

TEST(Answers, CallTheBotAsTheChannelDoes) {
  const Answer answer = Said{.what = Said::What::no_topics};
  EXPECT_THAT(text_of(answer, "en", "/paperboy"), HasSubstr("/paperboy follow \"gaussian"));
  EXPECT_THAT(text_of(answer, "en", "@paper_bot"), HasSubstr("@paper_bot follow"));
  EXPECT_THAT(text_of(answer, "en", ""), HasSubstr(": follow \"gaussian"));
}

// Every section of answer.md is there, in each language, and no name is one that nothing fills.
TEST(Answers, EverySectionIsWritten) {
  for (const char* language : {"en", "zh"}) {
    std::ifstream file(shipped / language / "answer.md");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    std::set<std::string> texts;
    for (int i = 0; i <= static_cast<int>(Said::What::ingest_started); ++i) {
      const Said said{.what = static_cast<Said::What>(i)};
      const std::string shown = digest::plain_text(in(language, said).document.root);
      EXPECT_FALSE(shown.empty()) << i;
      texts.insert(shown);
    }
    EXPECT_EQ(texts.size(), static_cast<std::size_t>(Said::What::ingest_started) + 1) << "each says its own";
  }
}

void paths_of(const std::vector<digest::Name>& names, const std::string& prefix, std::string& template_text,
              std::vector<std::string>& paths) {
  for (const digest::Name& name : names) {
    const std::string own(name.name);
    template_text += "{{#" + own + "}}";
    if (name.item.empty()) {
      template_text += prefix + own + "=yes;";
      paths.push_back(prefix + own);
    } else {
      paths_of(name.item, prefix + own + ".", template_text, paths);
    }
    template_text += "{{/" + own + "}}\n";
  }
}

TEST(Answers, EveryNameIsFilledAndExplained) {
  const auto folder = std::filesystem::temp_directory_path() / ("paperboy-answers-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "en");
  std::string text;
  std::vector<std::string> paths;
  paths_of(digest::answer_vocabulary(), "", text, paths);
  for (const char* name : {"answer", "answer_paper", "answer_papers", "answer_topics", "answer_learned", "answer_help",
                           "answer_text", "answer_trial"})
    std::ofstream(folder / "en" / (std::string(name) + ".md")) << text;
  {
    const digest::Templates all({folder, shipped});
    std::string filled;
    for (const auto& [name, answer] : test::every_answer())
      filled += digest::plain_text(build(answer, {"en", "@paperboy", "UTC"}, all).document.root);
    std::ifstream file(shipped / "README.md");
    const std::string readme(std::istreambuf_iterator<char>(file), {});
    for (const std::string& path : paths) {
      const std::string name = path.substr(path.rfind('.') + 1);
      EXPECT_THAT(readme, HasSubstr("`" + name + "`")) << path;
      // Of papers that others are compared with less is shown, but they are papers like any other.
      const bool of_digests = name == "cross_list" || name == "revision" || name == "mailing" ||
                              path.find("also_topics.") != std::string::npos;
      // What a model read is shown in digests and on their pages.
      static const std::set<std::string> read{"relevance",     "significance", "rating_reason", "has_reading",
                                              "reading_model", "reading_date", "read_whole"};
      const bool of_readings = read.contains(name) || path.find("passages.") != std::string::npos;
      const bool listed = path.starts_with("papers.similar.") || path.starts_with("best.") || path.starts_with("near.");
      if (listed || of_digests || of_readings) continue;
      EXPECT_NE(filled.find(path + "=yes;"), std::string::npos) << path;
    }
  }
  std::filesystem::remove_all(folder);
}

// --- papers

TEST(PaperAnswers, SayAllThatIsKnown) {
  const std::string text = text_of(answer_called("paper"));
  for (const char* part :
       {"SplatNet: a * tree [of] splats", "Ada M. van Dijk, José Pérez",
        "cs.CV (Computer Vision and Pattern Recognition)", "Accepted at ICCV", "J. Test 1 (2026) 2", "10.1000/a(b)_c",
        "TR-7", "v1 2 Nov 2026 (85kb), v2 20 Nov 2026 (90kb)",
        "“Splats”: score 0.91; phrase “gaussian splatting” in title; author Ada van Dijk", "word “nerf” in abstract",
        "category cs.CV", "like 2003.08934 (0.12)", "Experiments show that it outperforms six baselines",
        "likeness 0.62", "https://arxiv.org/pdf/2611.00001", "https://github.com/ada/splatnet",
        "https://www.semanticscholar.org/arxiv/2611.00001"})
    EXPECT_THAT(text, HasSubstr(part));
  std::string actions;
  each_node(in("en", answer_called("paper")).document.root, [&](const Node& node) {
    if (node.url.starts_with("action:")) actions += digest::plain_text(node) + "=" + node.url.substr(7) + " ";
  });
  EXPECT_EQ(actions,
            "More like this=more/2611.00001 Less=less/2611.00001 Save=save/2611.00001 Abstract=abstract/2611.00001 "
            "Cite=cite/2611.00001 ");
}

TEST(PaperAnswers, SayHowOftenAPaperIsCited) {
  PaperAnswer answer = test::full_answer();
  EXPECT_THAT(text_of(answer), HasSubstr("arXiv:2611.00001 · Cited: 1 time (Semantic Scholar, 20 Nov 2026)"));
  answer.citations->count = 4321;
  EXPECT_THAT(text_of(answer), HasSubstr("Cited: 4,321 times (Semantic Scholar, 20 Nov 2026)"));
  EXPECT_THAT(text_of(answer, "zh"), HasSubstr("被引：4,321 次（Semantic Scholar，2026年11月20日）"));
  for (const std::int64_t count : {0, -1}) {
    answer.citations->count = count;
    EXPECT_THAT(text_of(answer), Not(HasSubstr("Cited"))) << count;
  }
  answer.citations.reset();
  EXPECT_THAT(text_of(answer), Not(HasSubstr("Cited")));
}

TEST(PaperAnswers, OlderVersionsAreSaidToBeOld) {
  const std::string text = text_of(answer_called("an older version, no match"));
  EXPECT_THAT(text, HasSubstr("You asked for version 1"));
  EXPECT_THAT(text, HasSubstr("https://arxiv.org/abs/2611.00001v1"));
  EXPECT_THAT(text, HasSubstr("It meets none of your topics"));
  EXPECT_THAT(text_of(answer_called("paper")), Not(HasSubstr("You asked for version")));
}

TEST(PaperAnswers, VersionsSayWhatChanged) {
  const std::string all = text_of(answer_called("changed in everything"));
  EXPECT_THAT(all, HasSubstr("v2, 20 Nov 2026: title (“SplatNet” → “SplatNet: a * tree [of] splats”), abstract, "
                             "authors (+ José Pérez, − Karl Roe), categories (+ cs.GR), comments (“Accepted at ICCV”), "
                             "journal (J. Test 1 (2026) 2) and DOI changed"));
  EXPECT_THAT(all, Not(HasSubstr("not seen")));
  const std::string part = text_of(answer_called("seen in part"));
  EXPECT_THAT(part, HasSubstr("v2: authors (order) changed"));
  EXPECT_THAT(part, HasSubstr("v6, 20 Nov 2026: title, abstract and authors as before since v4"));
  EXPECT_THAT(part, HasSubstr("what changed in v3, v4 was not seen"));
  EXPECT_THAT(text_of(answer_called("never seen")), HasSubstr("Version: 2; what changed in v2 was not seen"));
  EXPECT_THAT(text_of(answer_called("changed in everything"), "zh"),
              HasSubstr("作者（新增 José Pérez，移除 Karl Roe）"));
}

TEST(TrialAnswers, SayWhatItWouldBring) {
  const std::string broad = text_of(answer_called("trial, broad"));
  for (const char* part :
       {"630 papers of 21,000 for (nerf OR splat*) in cs.CV since 25 Oct 2026", "On a usual day 31, 44 at most",
        "a digest shows 20 of a topic", "Topics of yours meet 12 of them already", "SplatNet",
        "nerf: in 600 of them, alone in 590; 640 papers have it", "both: in 630 of them, and needed for all",
        "Just missed (3)", "left out by survey alone", "not in cs.CV", "lacks nerf OR splat* alone",
        "In titles alone: 210 papers, 10 on a usual day: @paperboy follow ti:nerf in cs.CV"})
    EXPECT_THAT(broad, HasSubstr(part));
  const std::string narrow = text_of(answer_called("trial, narrow"));
  EXPECT_THAT(narrow, HasSubstr("No paper of 1 for \"kitchen splats\""));
  EXPECT_THAT(narrow, HasSubstr("The words in any order: 210 papers"));
  EXPECT_THAT(text_of(answer_called("trial, nothing there")), HasSubstr("since 1y"));
}

TEST(PaperAnswers, WhyIsShort) {
  const std::string text = text_of(answer_called("why"));
  EXPECT_THAT(text, HasSubstr("score 0.91"));
  for (const char* part : {"Authors", "Key findings", "Similar", "Categories"}) EXPECT_THAT(text, Not(HasSubstr(part)));
}

TEST(PaperAnswers, AbstractsAreWholeAndWithdrawnIsSaid) {
  const std::string abstract = text_of(answer_called("abstract"));
  EXPECT_THAT(abstract, HasSubstr("We hope to inspire future work."));
  EXPECT_THAT(abstract, Not(HasSubstr("Key findings")));
  const std::string gone = text_of(answer_called("withdrawn"));
  EXPECT_THAT(gone, HasSubstr("Withdrawn by its authors or by arXiv."));
  EXPECT_THAT(gone, HasSubstr("v2 20 Nov 2026 withdrawn"));
}

TEST(PaperAnswers, ThousandsOfAuthorsAreCounted) {
  const std::string text = text_of(answer_called("3,303 authors, no topics"));
  EXPECT_THAT(text, HasSubstr("Author Number7, … Author Number3300 (3,303 authors)"));
  EXPECT_LT(text.size(), 1200U);
}

TEST(PaperAnswers, PapersOfFeedsHaveNoIdToType) {
  const std::string text = text_of(answer_called("feed"));
  EXPECT_THAT(text, Not(HasSubstr("feed:")));
  EXPECT_THAT(text, HasSubstr("https://blog.example.org/post_%281%29"));
}

// No title or abstract becomes a heading, a link, a button or code.
TEST(PaperAnswers, WhatPapersSayIsText) {
  for (const char* language : {"en", "zh"}) {
    const digest::Built built = in(language, answer_called("hostile"));
    int headings = 0;
    each_node(built.document.root, [&](const Node& node) {
      if (node.kind == Node::Kind::heading) ++headings;
      EXPECT_NE(node.kind, Node::Kind::code_block);
      EXPECT_NE(node.url, "action:undo");
      EXPECT_NE(node.url, "action:forget/yes");
      EXPECT_EQ(node.url.find("javascript"), std::string::npos);
      if (node.kind == Node::Kind::code) EXPECT_TRUE(node.text.starts_with("@paperboy ")) << node.text;
    });
    EXPECT_EQ(headings, 1);
    EXPECT_THAT(built.title, HasSubstr("# *[x](javascript:alert(1)) {{name}} `code`"));
  }
}

TEST(Answers, RandomWordsBreakNothing) {
  std::mt19937 random(11);
  const std::string pieces[] = {"`",     "``", "\\",           "*",           "_",         "[", "](", ")",
                                "<",     ">",  "{{",           "}}",          "\n",        " ", "#",  "&#32;",
                                "&amp;", "a",  "中",           "\xff",        "\x01",      "|", "~",  "!",
                                "1.",    "-",  "\xee\x80\x80", "action:undo", "http://x.y"};
  const auto words = [&] {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += pieces[random() % std::size(pieces)];
    return text;
  };
  for (int i = 0; i < 300; ++i) {
    Said said;
    said.what = static_cast<Said::What>(random() % (static_cast<unsigned>(Said::What::ingest_started) + 1));
    said.subject = words();
    said.detail = words();
    said.contact = words();
    said.count = static_cast<std::int64_t>(random() % 3) - 1;
    EXPECT_FALSE(in("en", said, words()).title.empty());
    const TextAnswer answer{words(), words()};
    std::string block;
    each_node(in("en", answer).document.root, [&](const Node& node) {
      if (node.kind == Node::Kind::code_block) block = node.text;
    });
    const std::string clean = text::sanitize(answer.text);
    EXPECT_EQ(block, clean.ends_with('\n') ? clean : clean + "\n");
    paper::Person person = test::full_person();
    person.topics[0].name = words();
    person.topics[0].query = words();
    in("zh", TopicsAnswer{person, std::nullopt});
  }
}

// --- in words

TEST(InWords, Schedules) {
  using paper::Cadence;
  paper::Schedule schedule;
  schedule.minute_of_day = 8 * 60 + 5;
  schedule.time_zone = "Europe/Berlin";
  EXPECT_EQ(in_words(schedule, "en"), "weekdays at 08:05 (Europe/Berlin)");
  EXPECT_EQ(in_words(schedule, "zh-TW"), "工作日 08:05（Europe/Berlin）");
  schedule.days.fill(true);
  EXPECT_EQ(in_words(schedule, "en"), "every day at 08:05 (Europe/Berlin)");
  schedule.days = {true, false, true, false, true, false, false};
  schedule.time_zone.clear();
  EXPECT_EQ(in_words(schedule, "fr"), "every Monday, Wednesday and Friday at 08:05");
  EXPECT_EQ(in_words(schedule, "zh"), "每周一、周三、周五 08:05");
  schedule.cadence = Cadence::instant;
  EXPECT_EQ(in_words(schedule, "en"), "as soon as a paper meets a topic");
  schedule.cadence = Cadence::on_announcement;
  EXPECT_EQ(in_words(schedule, "en"), "as soon as the announcement is complete");
}

TEST(InWords, Choices) {
  std::string english, chinese;
  for (const paper::Choice& choice : test::every_choice()) {
    english += in_words(choice, "en") + "\n";
    chinese += in_words(choice, "zh") + "\n";
  }
  EXPECT_EQ(english,
            "follow “gaussian splatting OR nerf” in cs.CV, cs.GR as “Splats”\n"
            "follow author Kaiming He\n"
            "unfollow “Robots”\n"
            "mute “Splats” until 30 Nov 2026\n"
            "unmute “Splats”\n"
            "more like 2308.04079 for “Splats”\n"
            "less like 2611.00003\n"
            "save 2003.08934\n"
            "digest weekdays at 08:30 (Europe/Berlin)\n"
            "pause until 24 Dec 2026\n"
            "resume\n"
            "language zh\n"
            "deliver to email:ada@lab.example\n");
  EXPECT_THAT(chinese, HasSubstr("关注“gaussian splatting OR nerf”，分类 cs.CV, cs.GR，名为“Splats”"));
  EXPECT_THAT(chinese, HasSubstr("静音“Splats”，直到 2026年11月30日"));
}

}  // namespace
}  // namespace paperboy::bot
