#include "integrations/slack/compose.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <random>
#include <set>

#include "daemon/base/error.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "tests/support/fake_slack.hpp"

namespace paperboy::integrations::slack {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

flow::Composition composition_of(std::string_view markdown) {
  flow::Composition composition;
  composition.person_id = "ada";
  composition.destination = "#papers";
  composition.language = "en";
  composition.title = "2 papers for you";
  composition.delivery_seed = hash_of({"ada", "#papers", "daily:2026-11-03"});
  composition.brief = digest::parse_markdown(markdown);
  return composition;
}

std::vector<json::object> bodies_of(const std::vector<flow::Part>& parts) {
  std::vector<json::object> bodies;
  for (const flow::Part& part : parts) bodies.push_back(test::parse_json(part.payload).as_object());
  return bodies;
}

std::vector<json::object> composed(std::string_view markdown, bool buttons = false) {
  return bodies_of(compose(composition_of(markdown), buttons));
}

std::vector<std::string> types_of(const json::object& body) {
  std::vector<std::string> types;
  for (const json::value& block : body.at("blocks").as_array()) types.emplace_back(block.at("type").as_string());
  return types;
}

std::string without_space(std::string text) {
  text = text::collapse_space(text);
  std::erase(text, ' ');
  return text;
}

// What readers of all parts see, without the tags.
std::string all_shown(const std::vector<json::object>& bodies) {
  std::string out;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    std::string shown = test::FakeSlack::shown(bodies[i]);
    const std::string tag = std::to_string(i + 1) + "/" + std::to_string(bodies.size()) + "\n";
    if (i > 0) {
      EXPECT_THAT(shown, StartsWith(tag));
      shown.erase(0, tag.size());
    }
    out += shown + "\n";
  }
  return out;
}

std::string complaint_about(const json::object& body) {
  std::vector<std::string> messages;
  const std::string error = test::FakeSlack::check_message(body, messages);
  return error.empty() ? "" : error + ": " + text::join(messages, "; ");
}

std::string words(std::size_t count, const std::string& word = "word") {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : " ") + word + std::to_string(i);
  return out;
}

constexpr std::string_view two_papers =
    "# 2 papers for you · 3 Nov\n\nPicked from 431 announcements.\n\n## Contents {#contents}\n\n"
    "**[Splatting](#t1)** (2)\n\n1. [A tree of splats](#p1)\n2. [Sparse views](#p2)\n\n## Splatting {#t1}\n\n"
    "### 1. [A tree of splats](https://arxiv.org/abs/2611.00001) {#p1}\n\n**Authors:** Ada, Bob\\\n**New** · "
    "arXiv:2611.00001\n\n"
    "**Why:** score 0.91; phrase “splats” in title\n\n- We show it.\n- It holds.\n\n"
    "[arXiv](https://arxiv.org/abs/2611.00001) · [PDF](https://arxiv.org/pdf/2611.00001)\n\n"
    "[More like this](action:more/2611.00001) · [Save](action:save/2611.00001)\n\n"
    "### 2. [Sparse views](https://arxiv.org/abs/2611.00002) {#p2}\n\n**Why:** score 0.55\n\n---\n\nThank you to "
    "arXiv.\n";

TEST(SlackCompose, TheOverviewComesFirstAndThePapersInFurtherMessages) {
  const std::vector<json::object> bodies = composed(two_papers);
  ASSERT_EQ(bodies.size(), 2u);
  EXPECT_THAT(types_of(bodies[0]), ElementsAre("header", "rich_text", "header", "rich_text"));
  EXPECT_EQ(
      test::FakeSlack::shown(bodies[0]),
      "2 papers for you · 3 Nov\nPicked from 431 announcements.\nContents\nSplatting (2)\nA tree of splats\nSparse "
      "views\n");
  EXPECT_THAT(types_of(bodies[1]), ElementsAre("context", "header", "rich_text", "rich_text", "divider", "rich_text"));
  EXPECT_EQ(test::FakeSlack::shown(bodies[1]),
            "2/2\nSplatting\n1. A tree of splats\nAuthors: Ada, Bob\nNew · arXiv:2611.00001\nWhy: score 0.91; phrase "
            "“splats” in title\nWe show it.\nIt holds.\narXiv · PDF\n2. Sparse views\nWhy: score 0.55\nThank you to "
            "arXiv.\n");
}

TEST(SlackCompose, APaperIsOneBlockThatLooksLikeOne) {
  const json::object body = composed(two_papers).at(1);
  EXPECT_EQ(
      json::serialize(body.at("blocks").at(2)),
      R"({"type":"rich_text","elements":[{"type":"rich_text_section","elements":[)"
      R"({"type":"text","text":"1. ","style":{"bold":true}},)"
      R"({"type":"link","url":"https://arxiv.org/abs/2611.00001","text":"A tree of splats","style":{"bold":true}},)"
      R"({"type":"text","text":"\n"},)"
      R"({"type":"text","text":"Authors:","style":{"bold":true}},{"type":"text","text":" Ada, Bob\n"},)"
      R"({"type":"text","text":"New","style":{"bold":true}},{"type":"text","text":" · arXiv:2611.00001"},)"
      R"({"type":"text","text":"\n"},)"
      R"({"type":"text","text":"Why:","style":{"bold":true}},)"
      R"({"type":"text","text":" score 0.91; phrase “splats” in title"}]},)"
      R"({"type":"rich_text_list","style":"bullet","elements":[)"
      R"({"type":"rich_text_section","elements":[{"type":"text","text":"We show it."}]},)"
      R"({"type":"rich_text_section","elements":[{"type":"text","text":"It holds."}]}]},)"
      R"({"type":"rich_text_section","elements":[)"
      R"({"type":"link","url":"https://arxiv.org/abs/2611.00001","text":"arXiv"},{"type":"text","text":" · "},)"
      R"({"type":"link","url":"https://arxiv.org/pdf/2611.00001","text":"PDF"}]}]})");
}

TEST(SlackCompose, AMessageCarriesItsIdTwiceAndUnfurlsNothing) {
  const std::vector<flow::Part> parts = compose(composition_of(two_papers), false);
  ASSERT_EQ(parts.size(), 2u);
  std::set<std::string> keys;
  for (const flow::Part& part : parts) {
    const json::object body = test::parse_json(part.payload).as_object();
    EXPECT_EQ(body.at("client_msg_id").as_string(), part.provider_key);
    EXPECT_EQ(body.at("metadata").at("event_payload").at("delivery_id").as_string(), part.provider_key);
    EXPECT_EQ(body.at("unfurl_links"), false);
    EXPECT_EQ(body.at("unfurl_media"), false);
    EXPECT_FALSE(body.contains("channel") || body.contains("thread_ts") || body.contains("token"));
    EXPECT_THAT(part.provider_key,
                ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    keys.insert(part.provider_key);
  }
  EXPECT_EQ(keys.size(), 2u);
  flow::Composition other = composition_of(two_papers);
  other.delivery_seed += "x";
  for (const flow::Part& part : compose(other, false)) EXPECT_TRUE(keys.insert(part.provider_key).second);
}

TEST(SlackCompose, TheSameCompositionGivesTheSameBytes) {
  const std::vector<flow::Part> once = compose(composition_of(two_papers), true);
  const std::vector<flow::Part> again = compose(composition_of(two_papers), true);
  ASSERT_EQ(once.size(), again.size());
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_EQ(once[i].payload, again[i].payload);
}

TEST(SlackCompose, ActionsAreButtonsOnlyWhereSomethingAnswersThem) {
  const json::object body = composed(two_papers, true).at(1);
  EXPECT_THAT(types_of(body),
              ElementsAre("context", "header", "rich_text", "actions", "rich_text", "divider", "rich_text"));
  EXPECT_EQ(json::serialize(body.at("blocks").at(3)),
            R"({"type":"actions","elements":[)"
            R"({"type":"button","text":{"type":"plain_text","text":"More like this","emoji":false},)"
            R"("action_id":"action_0","value":"more/2611.00001"},)"
            R"({"type":"button","text":{"type":"plain_text","text":"Save","emoji":false},)"
            R"("action_id":"action_1","value":"save/2611.00001"}]})");
  EXPECT_EQ(complaint_about(body), "");
  const std::string plain = json::serialize(composed(two_papers, false).at(1));
  EXPECT_THAT(plain, Not(HasSubstr("action")));
  EXPECT_THAT(plain, Not(HasSubstr("More like this")));

  std::string many = "### P\n\n";
  for (int i = 0; i < 60; ++i) many += "[b" + std::to_string(i) + "](action:save/" + std::to_string(i) + ") · ";
  many.resize(many.size() - std::string_view(" · ").size());
  const json::object rows = composed(many, true).at(0);
  EXPECT_THAT(types_of(rows), ElementsAre("rich_text", "actions", "actions", "actions"));
  EXPECT_EQ(complaint_about(rows), "");
}

TEST(SlackCompose, NoTitleIsMarkup) {
  const std::string titles[] = {"<b>&\"*_~`</b>",
                                "$O(n^2)$ @channel <!here> <!channel|x>",
                                "*A*-algebras _and_ ~more~",
                                ":smile: :+1: #general",
                                "<@U0ADA00001> <#C0PAPERS01>",
                                "مرحبا بالعالم \u202Eabc\u202C",
                                "&amp; &lt;!here&gt;",
                                "\U0001F468\u200D\U0001F469\u200D\U0001F467 \U0001F44D\U0001F3FD"};
  for (const std::string& title : titles) {
    SCOPED_TRACE(title);
    const std::string escaped = digest::escape_markdown(title);
    const json::object body = composed("# " + escaped + "\n\n" + escaped + "\n\n- " + escaped + "\n").at(0);
    EXPECT_EQ(complaint_about(body), "");
    const std::string shown = text::sanitize(title);  // without what would turn the rest of a line
    EXPECT_EQ(test::FakeSlack::shown(body), shown + "\n" + shown + "\n" + shown + "\n");
    EXPECT_THAT(json::serialize(body), Not(HasSubstr("mrkdwn\",")));
    const std::string plain = without_blocks(json::serialize(body));
    const json::object fallback = test::parse_json(plain).as_object();
    EXPECT_EQ(complaint_about(fallback), "") << plain;
    EXPECT_EQ(test::FakeSlack::shown(fallback), shown + "\n" + shown + "\n• " + shown);
  }
}

TEST(SlackCompose, NotificationsAreShortAndEscaped) {
  const json::object body = composed("# A \\<b> & c\n\n" + words(400, "a&b") + "\n").at(0);
  const std::string text(body.at("text").as_string());
  EXPECT_THAT(text.substr(0, 60), StartsWith("A &lt;b&gt; &amp; c\na&amp;b0 a&amp;b1 a&amp;b2"));
  EXPECT_LE(text::count_utf16_units(text), max_notification);
  EXPECT_EQ(complaint_about(body), "");
  EXPECT_EQ(body.at("mrkdwn"), false);
  EXPECT_THAT(std::string(composed(two_papers).at(1).at("text").as_string()), StartsWith("2/2\nSplatting\n1. A tree"));
}

TEST(SlackCompose, PapersStayWholeUntilTheyAreLongerThanAMessage) {
  std::string markdown = "# Digest\n\n## Topic\n\n";
  for (int i = 1; i <= 12; ++i) {
    markdown += "### Paper " + std::to_string(i) + "\n\n" + words(100) + "\n\n" + words(100) + "\n\nEnd " +
                std::to_string(i) + "\n\n";
  }
  const std::vector<json::object> bodies = composed(markdown);
  ASSERT_GE(bodies.size(), 4u);
  for (const json::object& body : bodies) {
    EXPECT_EQ(complaint_about(body), "");
    const std::string shown = test::FakeSlack::shown(body);
    for (int i = 1; i <= 12; ++i) {
      const std::string number = std::to_string(i) + "\n";
      EXPECT_EQ(shown.find("Paper " + number) == std::string::npos, shown.find("End " + number) == std::string::npos)
          << "paper " << i << " is torn apart in\n"
          << shown;
    }
  }
  EXPECT_THAT(test::FakeSlack::shown(bodies[0]), Not(HasSubstr("Topic"))) << "a heading stays with what it is over";
  EXPECT_THAT(test::FakeSlack::shown(bodies[1]),
              StartsWith("2/" + std::to_string(bodies.size()) + "\nTopic\nPaper 1\n"));
}

TEST(SlackCompose, FiftyBlocksAreTheMost) {
  std::string markdown = "# Digest\n\n";
  for (int i = 0; i < 130; ++i) markdown += "A\n\n---\n\n";
  const std::vector<json::object> bodies = composed(markdown);
  EXPECT_EQ(bodies.size(), 6u);  // 261 blocks, 48 and a tag in each
  for (const json::object& body : bodies) EXPECT_LE(body.at("blocks").as_array().size(), max_blocks);
}

TEST(SlackCompose, ALongParagraphIsCutAtASentence) {
  std::string markdown;
  for (int i = 0; i < 900; ++i) markdown += "This is sentence " + std::to_string(i) + ". ";
  const std::vector<json::object> bodies = composed(markdown);
  ASSERT_GE(bodies.size(), 3u);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    EXPECT_EQ(complaint_about(bodies[i]), "");
    const std::string shown = test::FakeSlack::shown(bodies[i]);
    EXPECT_TRUE(shown.ends_with(". \n") || shown.ends_with(".\n")) << shown.substr(shown.size() - 40);
    EXPECT_GT(shown.size(), i + 1 < bodies.size() ? 7000u : 10u) << "room is wasted";
  }
}

TEST(SlackCompose, ACharacterIsNeverCutApart) {
  const std::string family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";  // 8 units, one character
  const std::string accents = "e\u0301\u0302\u0303";                        // 4 units, one character
  for (const std::string& character : {family, accents, std::string("深"), std::string("\U0001F680")}) {
    for (const char* before : {"", "x", "xy", "xyz"}) {
      std::string markdown = before;
      for (std::size_t i = 30'000 / text::count_utf16_units(character); i > 0; --i) markdown += character;
      const std::vector<json::object> bodies = composed(markdown);
      ASSERT_GE(bodies.size(), 4u);
      for (std::size_t i = 0; i < bodies.size(); ++i) {
        std::string shown = text::replace_all(test::FakeSlack::shown(bodies[i]), character, "");
        shown = text::replace_all(shown, std::to_string(i + 1) + "/" + std::to_string(bodies.size()), "");
        EXPECT_EQ(without_space(shown), i == 0 ? before : "");
      }
    }
  }
}

TEST(SlackCompose, ThousandsOfAuthorsArriveAll) {
  std::string authors;
  for (int i = 0; i < 3303; ++i) authors += (i == 0 ? "" : ", ") + std::string("A. Author-") + std::to_string(i);
  const std::vector<json::object> bodies = composed("### Paper\n\n**Authors:** " + authors + "\\\n**New**\n");
  EXPECT_EQ(without_space(all_shown(bodies)), without_space("Paper Authors: " + authors + " New"));
  for (const json::object& body : bodies) EXPECT_EQ(complaint_about(body), "");
}

TEST(SlackCompose, NumbersOfAListGoOnInTheNextMessage) {
  std::string markdown = "## Contents\n\n";
  for (int i = 1; i <= 90; ++i) markdown += std::to_string(i) + ". " + words(30) + "\n";
  const std::vector<json::object> bodies = composed(markdown);
  ASSERT_GE(bodies.size(), 2u);
  std::int64_t items = 0;
  for (const json::object& body : bodies) {
    for (const json::value& block : body.at("blocks").as_array()) {
      if (block.at("type") != "rich_text") continue;
      for (const json::value& list : block.at("elements").as_array()) {
        EXPECT_EQ(list.at("type"), "rich_text_list");
        EXPECT_EQ(list.as_object().contains("offset") ? list.at("offset").as_int64() : 0, items);
        items += static_cast<std::int64_t>(list.at("elements").as_array().size());
      }
    }
  }
  EXPECT_EQ(items, 90);
}

TEST(SlackCompose, ListsQuotesAndCodeKeepTheirForm) {
  const json::object body = composed("- a\n  - b\n\n    1. c\n\n> quoted\n>\n> - item\n\n```\nx < y\n```\n").at(0);
  EXPECT_EQ(complaint_about(body), "");
  std::string forms;
  for (const json::value& block : body.at("blocks").as_array()) {
    for (const json::value& element : block.at("elements").as_array()) {
      json::object form = element.as_object();
      form.erase("elements");
      forms += json::serialize(form) + "\n";
    }
  }
  EXPECT_EQ(forms, R"({"type":"rich_text_list","style":"bullet"})"
                   "\n"
                   R"({"type":"rich_text_list","style":"bullet","indent":1})"
                   "\n"
                   R"({"type":"rich_text_list","style":"ordered","indent":2})"
                   "\n"
                   R"({"type":"rich_text_quote"})"
                   "\n"
                   R"({"type":"rich_text_list","style":"bullet","border":1})"
                   "\n"
                   R"({"type":"rich_text_preformatted"})"
                   "\n");
}

TEST(SlackCompose, ThePageIsLinkedBelowTheOverview) {
  flow::Composition composition = composition_of(two_papers);
  composition.web_url = "https://papers.example.org/d/1?a=1&b=2|3";
  const std::vector<json::object> bodies = bodies_of(compose(composition, false));
  const std::string last = json::serialize(bodies.at(0).at("blocks").as_array().back());
  EXPECT_THAT(last, HasSubstr(R"("text":"Open in browser")"));
  EXPECT_THAT(last, HasSubstr("https://papers.example.org/d/1?a=1&b=2"));
  EXPECT_EQ(complaint_about(bodies[0]), "");
  EXPECT_THAT(json::serialize(bodies.at(1)), Not(HasSubstr("Open in browser")));
  composition.language = "zh";
  EXPECT_THAT(compose(composition, false).at(0).payload, HasSubstr("在浏览器中打开"));
  composition.web_url = "javascript:alert(1)";
  EXPECT_THAT(compose(composition, false).at(0).payload, Not(HasSubstr("javascript")));
}

TEST(SlackCompose, AnEmptyDigestStillSaysItsTitle) {
  const std::vector<json::object> bodies = composed("");
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_EQ(test::FakeSlack::shown(bodies[0]), "2 papers for you\n");
  EXPECT_EQ(complaint_about(bodies[0]), "");
}

TEST(SlackCompose, WithoutBlocksNothingButTheBlocksIsGone) {
  const flow::Part part = compose(composition_of(two_papers), false).at(1);
  const json::object plain = test::parse_json(without_blocks(part.payload)).as_object();
  EXPECT_EQ(complaint_about(plain), "");
  EXPECT_FALSE(plain.contains("blocks"));
  EXPECT_EQ(plain.at("client_msg_id").as_string(), part.provider_key);
  EXPECT_EQ(plain.at("text").as_string(),
            "2/2\nSplatting\n1. A tree of splats <https://arxiv.org/abs/2611.00001>\nAuthors: Ada, Bob\nNew · "
            "arXiv:2611.00001\nWhy: score 0.91; phrase “splats” in title\n• We show it.\n• It holds.\narXiv "
            "<https://arxiv.org/abs/2611.00001> · PDF <https://arxiv.org/pdf/2611.00001>\n2. Sparse views "
            "<https://arxiv.org/abs/2611.00002>\nWhy: score 0.55\nThank you to arXiv.");
  EXPECT_THROW(without_blocks("no JSON"), Error);
  EXPECT_THROW(without_blocks("[]"), Error);
  EXPECT_THROW(without_blocks("{}"), Error);
}

// Markdown out of pieces that end, nest and break each other.
std::string random_markdown(std::mt19937& random) {
  static const std::string pieces[] = {"# ",
                                       "## ",
                                       "### ",
                                       "#### ",
                                       "\n\n",
                                       "\n",
                                       "- ",
                                       "1. ",
                                       "7. ",
                                       "   ",
                                       "> ",
                                       "---\n\n",
                                       "***\n",
                                       "```\n",
                                       "`",
                                       "**",
                                       "_",
                                       "[a link](https://example.org/x?y=1&z=2) ",
                                       "[b](action:more/1) ",
                                       "[c](action:save/2) · [d](https://e.org)\n\n",
                                       "[e](#anchor) ",
                                       "[](https://empty.example) ",
                                       "<b>&\"*_~ ",
                                       "<!here> @channel ",
                                       "word ",
                                       "A sentence. ",
                                       "é",
                                       "深度学习。",
                                       "\U0001F468\u200D\U0001F469\u200D\U0001F467",
                                       "e\u0301",
                                       "\\\n",
                                       "{#id}",
                                       "<br>",
                                       "\xff\xfe",
                                       "مرحبا ",
                                       "|",
                                       "~~~\n"};
  std::uniform_int_distribution<std::size_t> piece(0, std::size(pieces) - 1), count(0, 200), often(0, 30);
  std::string out;
  for (std::size_t i = count(random); i > 0; --i) {
    const std::string& one = pieces[piece(random)];
    out += one;
    if (often(random) == 0) {
      const std::size_t times = count(random) * 10;
      for (std::size_t k = 0; k < times; ++k) out += one;
    }
  }
  return out;
}

TEST(SlackCompose, NothingIsLostAndNothingIsRefusedWhateverComes) {
  std::size_t parts = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    flow::Composition composition = composition_of(random_markdown(random));
    const std::string expected = without_space(digest::plain_text(digest::without_actions(composition.brief).root));
    const std::vector<json::object> bodies = bodies_of(compose(composition, false));
    parts += bodies.size();
    for (const json::object& body : bodies) {
      ASSERT_EQ(complaint_about(body), "");
      ASSERT_EQ(complaint_about(test::parse_json(without_blocks(json::serialize(body))).as_object()), "");
    }
    if (!expected.empty()) {
      ASSERT_EQ(without_space(all_shown(bodies)), expected);
    }
    for (const json::object& body : bodies_of(compose(composition, true))) ASSERT_EQ(complaint_about(body), "");
  }
  EXPECT_GT(parts, 90u) << "too few documents were long enough to be split";
}

TEST(SlackCompose, AnAnswerSaysWhereItGoes) {
  flow::Composition composition;
  composition.title = "Answer";
  composition.brief = digest::parse_markdown("Words.");
  const auto payload = [&](const std::string& reply_to) {
    composition.reply_to = reply_to;
    return boost::json::parse(compose(composition, true).at(0).payload).as_object();
  };
  EXPECT_FALSE(payload("").contains("thread_ts"));
  EXPECT_FALSE(payload("").contains(reply_field));
  EXPECT_EQ(payload("thread:1.2").at("thread_ts"), "1.2");
  EXPECT_FALSE(payload("thread:1.2").contains(reply_field));
  EXPECT_EQ(payload("response:https://hooks.slack.com/x user:U1").at(reply_field),
            "response:https://hooks.slack.com/x user:U1");
}

}  // namespace
}  // namespace paperboy::integrations::slack
