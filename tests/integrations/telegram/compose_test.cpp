#include "integrations/telegram/compose.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "daemon/base/error.hpp"
#include "daemon/base/hash.hpp"
#include "integrations/telegram/pages.hpp"
#include "tests/integrations/telegram/reading.hpp"

namespace paperboy::integrations::telegram {
namespace {

namespace json = boost::json;
using digest::Document;
using digest::Node;
using Kind = Node::Kind;
using test::expected_text;
using test::payload_of;
using test::text_of;
using test::visible;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

std::vector<flow::Part> composed(const Document& document, Form form = {}, std::string web_url = "") {
  flow::Composition composition;
  composition.title = "2 papers for you";
  composition.brief = document;
  composition.web_url = std::move(web_url);
  return compose(composition, form);
}

std::vector<flow::Part> composed(const std::string& markdown, Form form = {}) {
  return composed(digest::parse_markdown(markdown), form);
}

std::string html_of(const flow::Part& part) {
  return std::string(payload_of(part).at("text").as_string());
}

// Every part is one that the server takes, in both forms, within the limits that this program sets itself.
void expect_acceptable(const std::vector<flow::Part>& parts, bool rich = false) {
  for (const flow::Part& part : parts) {
    for (const bool as_rich : {false, true}) {
      if (as_rich && !rich) continue;
      const auto error = test::check_telegram_message(test::method_of(as_rich), test::parameters_of(part, as_rich));
      EXPECT_FALSE(error) << *error << "\n" << part.payload;
    }
    const test::TelegramText text = test::parse_telegram_html(html_of(part));
    EXPECT_LE(text::count_utf16_units(text.text), 4096u);
    EXPECT_LE(text.entities.size(), 100u);
    EXPECT_EQ(part.provider_key, sha256_hex(html_of(part)));
  }
}

struct Look {
  const char* name;
  std::string markdown, html;
};

class Looks : public testing::TestWithParam<Look> {};

TEST_P(Looks, AreWritten) {
  const auto parts = composed(GetParam().markdown);
  ASSERT_THAT(parts, SizeIs(1));
  expect_acceptable(parts);
  EXPECT_EQ(html_of(parts[0]), GetParam().html);
}

INSTANTIATE_TEST_SUITE_P(
    Telegram, Looks,
    testing::Values(
        Look{"Heading", "# 2 papers\n\nPicked.", "<b>2 papers</b>\nPicked."},
        Look{"LinkedHeading", "### 1. [A tree](https://a.example/1) {#p1}\n\n**Authors:** Ada\\\n*More*",
             "<b>1. </b><a href=\"https://a.example/1\"><b>A tree</b></a>\n<b>Authors:</b> Ada\n<i>More</i>"},
        Look{"BoldLinkInside", "[a **b** c](https://a.example/)", "<a href=\"https://a.example/\">a <b>b</b> c</a>"},
        Look{"Escapes", "a & b \\<br> \"q\" [x](https://a.example/?a=1&b=2)",
             "a &amp; b &lt;br&gt; &quot;q&quot; <a href=\"https://a.example/?a=1&amp;b=2\">x</a>"},
        Look{"Code", "`a<b` **`c`**", "<code>a&lt;b</code> <code>c</code>"},
        Look{"CodeInLinkIsALink", "[`c`](https://a.example/)", "<a href=\"https://a.example/\">c</a>"},
        Look{"CodeBlock", "```\nx < 1\ny\n```", "<pre>x &lt; 1\ny</pre>"},
        Look{"Quote", "> one\n>\n> **two**\n\nthree", "<blockquote>one\n\n<b>two</b></blockquote>\n\nthree"},
        Look{"NestedQuotesAreOne", "> one\n> > two", "<blockquote>one\n\ntwo</blockquote>"},
        Look{"TightList", "Text\n\n- a\n- b\n  - c\n- d", "Text\n\n• a\n• b\n  • c\n• d"},
        Look{"OrderedList", "3. a\n4. [b](https://b.example/)", "3. a\n4. <a href=\"https://b.example/\">b</a>"},
        Look{"AnchorsHaveNoMeaning", "[1. A tree](#p1)", "1. A tree"},
        Look{"MailAddressIsShown", "[ops@a.example](mailto:ops@a.example) or [write](mailto:ops@a.example?subject=x)",
             "ops@a.example or write (ops@a.example)"},
        Look{"ActionRowsVanish", "Text\n\n[arXiv](https://a.example/) · [More](action:more/1)\n\n[Save](action:save/1)",
             "Text\n<a href=\"https://a.example/\">arXiv</a>"},
        Look{"NobodyIsCalled", "See @channel, a@b.example and /stop, and/or x",
             "See @\u2060channel, a@b.example and /\u2060stop, and/or x"},
        Look{"RulesAreBlankLines", "a\n\n---\n\nb", "a\n\nb"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Compose, SaysHowItIsToBeRead) {
  const auto payload = payload_of(composed("Hello").at(0));
  EXPECT_EQ(json::serialize(payload),
            R"({"text":"Hello","parse_mode":"HTML","link_preview_options":{"is_disabled":true}})");
}

TEST(Compose, HostileTitlesArriveReadableAndInert) {
  const std::vector<std::string> titles{
      "<b>&\"*_~ </a><script>",    "$O(n^2)$ @channel <!here>",
      "مرحبا بالعالم: עברית",      "👩‍👩‍👧‍👦 family 🇩🇪🇫🇷 e\u0301",
      "&lt;b&gt; &amp;amp; &#60;", "/start@bot @everyone #tag"};
  for (const std::string& title : titles) {
    for (const std::string form : {"### 1. [%](https://a.example/) {#a}", "%", "**%**", "- *%*"}) {
      std::string markdown = form;
      markdown.replace(markdown.find('%'), 1, digest::escape_markdown(title));
      const auto parts = composed(markdown);
      expect_acceptable(parts);
      const test::TelegramText text = test::parse_telegram_html(html_of(parts.at(0)));
      EXPECT_THAT(text::replace_all(text.text, "\u2060", ""), HasSubstr(title));
      for (const test::TelegramEntity& entity : text.entities) {
        EXPECT_NE(entity.type, "mention") << markdown;
        EXPECT_NE(entity.type, "bot_command") << markdown;
      }
    }
  }
}

std::string papers(int count, int words) {
  std::string markdown = "# Many papers\n\n## Topic {#t}\n\n";
  for (int i = 1; i <= count; ++i) {
    const std::string n = std::to_string(i);
    markdown += "### " + n + ". [Title " + n + "](https://arxiv.org/abs/2611." + n + ") {#p" + n +
                "}\n\n**Authors:** Ada\\\n**Why:** score\n\n";
    for (int w = 0; w < words; ++w) markdown += "word ";
    markdown += "end" + n + ".\n\n[arXiv](https://arxiv.org/abs/" + n + ") · [PDF](https://arxiv.org/pdf/" + n +
                ")\n\n[More](action:more/" + n + ") · [Save](action:save/" + n + ")\n\n";
  }
  return markdown;
}

TEST(Compose, CutsBetweenPapersAndTagsTheParts) {
  const Document document = digest::parse_markdown(papers(30, 60));
  const auto parts = composed(document);
  ASSERT_GT(parts.size(), 2u);
  expect_acceptable(parts);
  EXPECT_EQ(visible(text_of(parts)), visible(expected_text(document)));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string text = test::telegram_text("sendMessage", payload_of(parts[i]));
    EXPECT_THAT(text, HasSubstr("Title "));
    if (i == 0) continue;
    const std::string tag = std::to_string(i + 1) + "/" + std::to_string(parts.size()) + "\n\n";
    ASSERT_TRUE(text.starts_with(tag)) << text.substr(0, 80);
    const std::string begin = text.substr(tag.size(), 12);
    EXPECT_THAT(begin, HasSubstr(". Title")) << "not at a paper's beginning";
  }
}

TEST(Compose, PartsAreNearlyFull) {  // few messages: by entities (7 a paper) or by length
  EXPECT_LE(composed(papers(28, 0)).size(), 3u);
  EXPECT_LE(composed(papers(10, 70)).size(), 2u);
}

TEST(Compose, ThousandsOfAuthorsAreCutBetweenNames) {
  std::string authors;
  for (int i = 0; i < 3303; ++i) authors += "Author Näme" + std::to_string(i) + ", ";
  const Document document =
      digest::parse_markdown("### 1. [Higgs](https://a.example/)\n\n**Authors:** " + authors + "end.");
  const auto parts = composed(document);
  EXPECT_GT(parts.size(), 10u);
  expect_acceptable(parts);
  EXPECT_EQ(visible(text_of(parts)), visible(expected_text(document)));
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string before = test::telegram_text("sendMessage", payload_of(parts[i - 1]));
    EXPECT_TRUE(before.ends_with(",") || before.ends_with("Author")) << before.substr(before.size() - 20);
  }
}

struct LongText {
  const char* name;
  std::string unit;
  std::string last_of_part;  // what a part but the last ends in; empty: anything
};

class LongTexts : public testing::TestWithParam<LongText> {};

TEST_P(LongTexts, AreCutWhereAReaderWould) {
  Document document;
  std::string text;
  for (int i = 0; i < 3000; ++i) text += GetParam().unit;
  Node& paragraph = document.root.children.emplace_back();
  paragraph.kind = Kind::paragraph;
  Node& strong = paragraph.children.emplace_back();
  strong.kind = Kind::strong;
  Node& leaf = strong.children.emplace_back();
  leaf.kind = Kind::text;
  leaf.text = text;
  const auto parts = composed(document);
  EXPECT_GT(parts.size(), 1u);
  expect_acceptable(parts);
  EXPECT_EQ(visible(text_of(parts)), visible(text));
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const std::string shown = test::telegram_text("sendMessage", payload_of(parts[i]));
    EXPECT_TRUE(shown.ends_with(GetParam().last_of_part)) << shown.substr(shown.size() - 30);
  }
}

INSTANTIATE_TEST_SUITE_P(Telegram, LongTexts,
                         testing::Values(LongText{"Sentences", "One sentence of words. ", "words."},
                                         LongText{"ChineseSentences", "我们提出了一种方法。", "。"},
                                         LongText{"Words", "word ", "word"}, LongText{"NoBlanks", "abcdefghij", ""},
                                         LongText{"Escapes", "<&>\"'", ""},
                                         LongText{"Families", "👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"},
                                         LongText{"Flags", "🇩🇪", "🇪"}, LongText{"Skins", "👍🏽", "👍🏽"},
                                         LongText{"Accents", "e\u0301\u0323", "e\u0301\u0323"},
                                         LongText{"MarksWithoutEnd", "\u0301\u0301\u0301x", ""}),
                         [](const auto& tested) { return tested.param.name; });

TEST(Compose, KeepsEntitiesAndTheirBytesBelowTheLimits) {
  std::string small, large;
  for (int i = 0; i < 250; ++i) small += "**a**" + std::to_string(i) + " ";
  for (int i = 0; i < 20; ++i)
    large += "[a" + std::to_string(i) + "](https://a.example/" + std::string(1500, 'x') + ") ";
  for (const std::string& markdown : {small, large}) {
    const Document document = digest::parse_markdown(markdown);
    const auto parts = composed(document);
    EXPECT_GT(parts.size(), 2u);
    expect_acceptable(parts);
    EXPECT_EQ(visible(text_of(parts)), visible(expected_text(document)));
  }
}

TEST(Compose, AnEndlessUrlLosesItsLinkButNotItsText) {
  const auto parts = composed("[here](https://a.example/" + std::string(20'000, 'x') + ")");
  ASSERT_THAT(parts, SizeIs(1));
  EXPECT_EQ(html_of(parts[0]), "here");
}

TEST(Compose, WithButtonsActionsBecomeAKeyboard) {
  const auto parts = composed(
      "### 3. [T](https://a.example/)\n\nText\n\n[arXiv](https://a.example/) · [More like this](action:more/2611.1) · "
      "[Too long](action:" +
          std::string(65, 'x') + ")\n\n[Save](action:save/2611.1)",
      {.buttons = true});
  ASSERT_THAT(parts, SizeIs(1));
  expect_acceptable(parts);
  EXPECT_EQ(json::serialize(payload_of(parts[0]).at("reply_markup")),
            R"({"inline_keyboard":[[{"text":"3. More like this","callback_data":"more/2611.1"}],)"
            R"([{"text":"3. Save","callback_data":"save/2611.1"}]]})");
  EXPECT_THAT(html_of(parts[0]), Not(HasSubstr("Save")));
  EXPECT_THAT(html_of(parts[0]), HasSubstr(">arXiv</a>"));
}

TEST(Compose, LongIdsFitAButton) {
  const std::string doi = "10.1101/2026.11.01.123456789012345678901234567890123456";
  const auto parts =
      composed("Text\n\n[More](action:more/doi:" + doi + ") · [Why](action:why/feed:" + std::string(32, 'a') +
                   ") · [Page](action:browser) · [Stop](action:stop)",
               {.buttons = true});
  EXPECT_EQ(json::serialize(payload_of(parts.at(0)).at("reply_markup")),
            R"({"inline_keyboard":[[{"text":"More","callback_data":"more/doi:)" + doi +
                R"("},{"text":"Why","callback_data":"why/feed:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]]})");
  expect_acceptable(parts);
}

TEST(Compose, TheFirstPartRepliesToTheQuestion) {
  flow::Composition composition;
  composition.title = "Title";
  composition.brief = digest::parse_markdown(papers(30, 60));
  composition.destination = "-1001234567890/42";
  composition.reply_to = "-1001234567890:7";
  const auto parts = compose(composition, {.rich = true});
  ASSERT_GT(parts.size(), 1u);
  expect_acceptable(parts, true);
  EXPECT_EQ(json::serialize(payload_of(parts[0]).at("reply_parameters")),
            R"({"message_id":7,"allow_sending_without_reply":true})");
  EXPECT_FALSE(payload_of(parts[1]).contains("reply_parameters"));
  for (const char* elsewhere : {"55:7", "7", "", "-1001234567890:", "x:7"}) {
    composition.reply_to = elsewhere;
    EXPECT_FALSE(payload_of(compose(composition, {}).at(0)).contains("reply_parameters")) << elsewhere;
  }
}

TEST(Compose, ButtonsStayWithTheirPaper) {
  const auto parts = composed(papers(60, 20), {.buttons = true});
  expect_acceptable(parts);
  for (const flow::Part& part : parts) {
    const std::string text = test::telegram_text("sendMessage", payload_of(part));
    const json::object markup = payload_of(part).at("reply_markup").as_object();
    for (const json::value& row : markup.at("inline_keyboard").as_array()) {
      const std::string label(row.as_array().at(0).as_object().at("text").as_string());
      EXPECT_THAT(text, HasSubstr(label.substr(0, label.find(' ')) + " Title"));
    }
  }
}

TEST(Compose, TheWebPageIsLinkedAtTheEnd) {
  const auto parts = composed(digest::parse_markdown("Hello"), {}, "https://digest.example/d/1?k=a&b");
  EXPECT_EQ(html_of(parts.at(0)), "Hello\n\n<a href=\"https://digest.example/d/1?k=a&amp;b\">Open in browser</a>");
}

TEST(Compose, WithoutTextTheTitleIsTheMessage) {
  EXPECT_EQ(html_of(composed("\u200b").at(0)), "<b>2 papers for you</b>");
  EXPECT_THROW(compose({}, {}), Error);
}

TEST(Compose, RichBlocksSayTheSame) {
  const Document document = digest::parse_markdown(papers(20, 60) + "> a **quote** of `code`\n\n```\nx<1\n```\n");
  const auto parts = composed(document, {.rich = true});
  expect_acceptable(parts, true);
  EXPECT_EQ(visible(text_of(parts, true)), visible(expected_text(document)));
  EXPECT_EQ(text_of(composed(document)), text_of(parts)) << "the plain form does not depend on it";
  const json::object rich = payload_of(composed("### 1. [T](https://a.example/)\n\n> q", {.rich = true}).at(0))
                                .at("rich_message")
                                .as_object();
  EXPECT_EQ(json::serialize(rich.at("blocks")),
            R"([{"type":"heading","text":["1. ",{"type":"url","text":"T","url":"https://a.example/"}],"size":3},)"
            R"({"type":"blockquote","blocks":[{"type":"paragraph","text":["q"]}]}])");
}

TEST(Compose, IsDeterministic) {
  const Document document = digest::parse_markdown(papers(20, 30));
  const auto first = composed(document, {.buttons = true, .rich = true});
  const auto second = composed(document, {.buttons = true, .rich = true});
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].payload, second[i].payload);
}

TEST(WithoutMarkup, LeavesWhatAReaderSees) {
  EXPECT_EQ(without_markup("a &lt;b&gt; <a href=\"https://x/?a&gt;b\">&amp;lt; &quot;c&#39;</a>"), "a <b> &lt; \"c'");
  EXPECT_EQ(without_markup("cut <b"), "cut ");
}

// --- random documents

class Author {
 public:
  explicit Author(unsigned seed) : random_(seed) {}

  Document document() {
    Document document;
    const int blocks = below(25);
    for (int i = 0; i < blocks; ++i) document.root.children.push_back(block(0));
    return document;
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  std::string words() {
    static const std::vector<std::string> pool{"word",
                                               " ",
                                               ". ",
                                               "<b>",
                                               "&amp;",
                                               "\"",
                                               "@all",
                                               "/stop",
                                               "é",
                                               "🇩🇪",
                                               "👍🏽",
                                               "数学。",
                                               "עבר",
                                               "\n",
                                               "$x^2$",
                                               "\u200b",
                                               "a\u0301",
                                               "\u2028",
                                               "\xff",
                                               "]]>",
                                               "</a>",
                                               "#tag",
                                               "https://x.example/a",
                                               "\t"};
    std::string out;
    const int count = below(30) == 0 ? below(2000) : 1 + below(30);
    for (int i = 0; i < count; ++i) out += pool[static_cast<std::size_t>(below(static_cast<int>(pool.size())))];
    return out;
  }

  Node inline_node(int depth) {
    Node node;
    switch (depth > 3 ? below(2) : below(7)) {
      case 0:
        node.kind = Kind::code;
        node.text = words();
        return node;
      case 2:
        node.kind = Kind::strong;
        break;
      case 3:
        node.kind = Kind::emphasis;
        break;
      case 4:
        node.kind = Kind::link;
        node.url =
            below(2) == 0 ? "#a" : "https://a.example/" + std::string(static_cast<std::size_t>(below(3000)), 'u');
        break;
      case 5:
        node.kind = below(2) == 0 ? Kind::soft_break : Kind::line_break;
        return node;
      default:
        node.kind = Kind::text;
        node.text = words();
        return node;
    }
    const int children = 1 + below(3);
    for (int i = 0; i < children; ++i) node.children.push_back(inline_node(depth + 1));
    return node;
  }

  Node block(int depth) {
    Node node;
    switch (depth > 3 ? 0 : below(6)) {
      case 1:
        node.kind = Kind::heading;
        node.level = 1 + below(6);
        break;
      case 2: {
        node.kind = Kind::list;
        node.tight = below(2) == 0;
        const int items = 1 + below(8);
        for (int i = 0; i < items; ++i) {
          Node& item = node.children.emplace_back();
          item.kind = Kind::item;
          const int blocks = below(3);
          for (int b = 0; b < blocks; ++b) item.children.push_back(block(depth + 1));
        }
        return node;
      }
      case 3: {
        node.kind = Kind::quote;
        const int blocks = 1 + below(3);
        for (int b = 0; b < blocks; ++b) node.children.push_back(block(depth + 1));
        return node;
      }
      case 4:
        node.kind = Kind::code_block;
        node.text = words();
        return node;
      default:
        node.kind = Kind::paragraph;
        break;
    }
    const int children = 1 + below(3);
    for (int i = 0; i < children; ++i) node.children.push_back(inline_node(0));
    return node;
  }

  std::mt19937 random_;
};

TEST(Compose, NothingIsLostOfAnyDocument) {
  std::size_t most = 0;
  for (unsigned seed = 0; seed < 25; ++seed) {
    SCOPED_TRACE(seed);
    const Document document = Author(seed).document();
    std::string expected = visible(expected_text(document));
    if (expected.empty()) expected = visible("2 papers for you");
    const auto parts = composed(document, {.rich = true});
    expect_acceptable(parts, true);
    for (const bool rich : {false, true}) {
      const std::string shown = visible(text_of(parts, rich));
      const auto [here, there] = std::mismatch(shown.begin(), shown.end(), expected.begin(), expected.end());
      const auto at = static_cast<std::size_t>(here - shown.begin());
      EXPECT_TRUE(shown == expected) << (rich ? "rich" : "plain") << " differs at " << at << ":\n"
                                     << shown.substr(at, 60) << "\ninstead of\n"
                                     << expected.substr(at, 60);
    }
    most = std::max(most, parts.size());
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GT(most, 5u);  // else nothing was cut
}

}  // namespace
}  // namespace paperboy::integrations::telegram
