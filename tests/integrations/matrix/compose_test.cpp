#include "integrations/matrix/compose.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "tests/support/fake_matrix.hpp"

namespace paperboy::integrations::matrix {
namespace {

using test::FakeMatrix;
using testing::HasSubstr;
using testing::Not;

flow::Composition composition_of(const std::string& markdown) {
  flow::Composition composition;
  composition.title = "Two papers";
  composition.delivery_seed = std::string(64, 'a');
  composition.brief = digest::parse_markdown(markdown);
  return composition;
}

boost::json::object content_of(const flow::Part& part) {
  return test::parse_json(part.payload).as_object();
}
std::string html_of(const flow::Part& part) {
  return std::string(content_of(part).at("formatted_body").as_string());
}
std::string body_of(const flow::Part& part) {
  return std::string(content_of(part).at("body").as_string());
}

std::string without_space(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t cp = text::next_code_point(text, at);
    if (cp > ' ') out += text.substr(begin, at - begin);
  }
  return out;
}

// What readers see of all parts, the tags taken off. A fault of a part is a failure here.
std::string read(const std::vector<flow::Part>& parts) {
  std::string all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string text;
    const auto fault = FakeMatrix::fault_of(parts[i].payload, &text);
    EXPECT_FALSE(fault.has_value()) << *fault << "\n" << parts[i].payload.substr(0, 2000);
    text = without_space(text);
    const std::string tag = std::to_string(i + 1) + "/" + std::to_string(parts.size());
    if (i > 0) {
      EXPECT_TRUE(text.starts_with(tag)) << text.substr(0, 40);
      text.erase(0, tag.size());
    }
    all += text;
  }
  return all;
}

void expect_nothing_lost(const flow::Composition& composition, const Form& form) {
  const auto parts = compose(composition, form);
  ASSERT_FALSE(parts.empty());
  digest::Document shown = digest::without_actions(composition.brief);
  std::string wanted;
  const bool titled = !shown.root.children.empty() && shown.root.children.front().kind == digest::Node::Kind::heading;
  if (!titled) wanted = composition.title;
  wanted += digest::plain_text(shown.root);
  EXPECT_EQ(read(parts), without_space(wanted));
  for (const flow::Part& part : parts) EXPECT_LE(part.payload.size(), form.most_bytes + 1'000);
}

TEST(Compose, ActionsBecomeCommandsToType) {
  flow::Composition composition = composition_of(
      "# Title\n\n[arXiv](https://arxiv.org/abs/2512.07197)\n\n[More](action:more/2512.07197) · "
      "[Less](action:less/2512.07197) · [Save](action:save/2512.07197)\n\n- [Topics](action:topics) · "
      "[Why](action:why/2512.07197)\n\n[Stop](action:stop)\n");
  Form form;
  EXPECT_THAT(body_of(compose(composition, form).front()), Not(HasSubstr("more")));
  form.commands = true;
  std::string html = html_of(compose(composition, form).front());
  EXPECT_THAT(html, HasSubstr("<code>!paper more 2512.07197</code> · <code>less</code> · <code>save</code>"));
  EXPECT_THAT(html, HasSubstr("<code>!paper topics</code> · <code>!paper why 2512.07197</code>"));
  EXPECT_THAT(html, Not(HasSubstr("stop")));
  EXPECT_THAT(body_of(compose(composition, form).front()), HasSubstr("!paper more 2512.07197"));
  composition.destination = "@ada:example.org";
  html = html_of(compose(composition, form).front());
  EXPECT_THAT(html, HasSubstr("<code>more 2512.07197</code>")) << "where nobody else reads nobody need be called";
}

TEST(Compose, AnAnswerIsANotice) {
  flow::Composition composition = composition_of("# Title\n\ntext");
  EXPECT_EQ(content_of(compose(composition, {}).front()).at("msgtype"), "m.text");
  composition.reply_to = R"({"event":"$question"})";
  EXPECT_EQ(content_of(compose(composition, {}).front()).at("msgtype"), "m.notice");
  composition.reply_to = "nonsense";
  const auto content = content_of(compose(composition, {}).front());
  EXPECT_EQ(content.at("msgtype"), "m.notice");
  EXPECT_FALSE(content.contains("m.relates_to"));
}

TEST(Compose, SaysEachFormOfMarkdownInMatrixHtml) {
  const struct {
    const char *markdown, *html;
  } cases[] = {
      {"# T\n\n## Section {#s}", "<p><strong>T</strong></p><p><strong>Section</strong></p>"},
      {"# T\n\na *b* **c** `d<e`", "<p>a <em>b</em> <strong>c</strong> <code>d&lt;e</code></p>"},
      {"# T\n\n[x](https://a.example/?a=1&b=2)", "<p><a href=\"https://a.example/?a=1&amp;b=2\">x</a></p>"},
      {"# T\n\n[x](#s) and [y](mailto:a@b.example)", "<p>x and <a href=\"mailto:a@b.example\">y</a></p>"},
      {"# T\n\n- a\n- b", "<ul><li>a</li><li>b</li></ul>"},
      {"# T\n\n3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"},
      {"# T\n\n1. a\n\n2. b", "<ol><li><p>a</p></li><li><p>b</p></li></ol>"},
      {"# T\n\n> q", "<blockquote><p>q</p></blockquote>"},
      {"# T\n\n    a < b", "<pre><code>a &lt; b"},
      {"# T\n\na\\\nb", "<p>a<br>b</p>"},
      {"# T\n\n---\n\nend", "<hr><p>end</p>"},
      {"# T\n\n[PDF](https://a.example/p) · [More](action:more/1)", "<p><a href=\"https://a.example/p\">PDF</a></p>"},
  };
  for (const auto& [markdown, html] : cases) {
    const auto parts = compose(composition_of(markdown), {});
    ASSERT_EQ(parts.size(), 1u) << markdown;
    EXPECT_THAT(html_of(parts[0]), HasSubstr(html)) << markdown;
    read(parts);
  }
}

TEST(Compose, ActionsAndAnchorsLeaveNoTrace) {
  const auto parts = compose(composition_of("# T\n\n[More](action:more/1) · [Less](action:less/1)\n\n[1](#p)"), {});
  EXPECT_THAT(parts[0].payload, Not(HasSubstr("action:")));
  EXPECT_THAT(parts[0].payload, Not(HasSubstr("More")));
  EXPECT_EQ(read(parts), "T1");
}

TEST(Compose, HostileTitlesAreReadableAndInert) {
  for (const std::string title :
       {"<b>&\"*_~", "$O(n^2)$ @channel <!here> @room @paperboy:fake.test", "</p><script>alert(1)</script>",
        "עברית \u202Eabc", "\U0001F468\u200D\U0001F469\u200D\U0001F467 \U0001F1E9\U0001F1EA e\u0301",
        "[x](javascript:alert(1))", "a & b &amp; c", "\" onmouseover=\"x"}) {
    const flow::Composition composition = composition_of("# T\n\n### 1. " + digest::escape_markdown(title));
    const auto parts = compose(composition, {});
    EXPECT_EQ(read(parts),
              without_space("T1. " + digest::plain_text(digest::parse_markdown(digest::escape_markdown(title)).root)));
    EXPECT_EQ(content_of(parts[0]).at("m.mentions"), boost::json::value(boost::json::object())) << "nobody is notified";
  }
}

TEST(Compose, TheContentHasWhatTheServerAndTheChannelNeed) {
  flow::Composition composition = composition_of("# Two papers\n\ntext");
  const auto text = compose(composition, {});
  EXPECT_EQ(content_of(text[0]).at("msgtype"), "m.text");
  EXPECT_EQ(content_of(text[0]).at("org.paperboy.delivery"), text[0].provider_key.c_str());
  EXPECT_EQ(text[0].provider_key, std::string(32, 'a') + "-1");
  EXPECT_THAT(body_of(text[0]), HasSubstr("Two papers\n====="));
  Form form;
  form.notice = true;
  EXPECT_EQ(content_of(compose(composition, form)[0]).at("msgtype"), "m.notice");
  EXPECT_EQ(compose(composition, form)[0].payload, compose(composition, form)[0].payload);
}

TEST(Compose, TitleAndArchiveStandWhereTheTextHasThemNot) {
  flow::Composition composition = composition_of("just text");
  composition.web_url = "https://papers.example/d/1?a=1&b=\"2\"";
  const auto parts = compose(composition, {});
  EXPECT_TRUE(html_of(parts[0]).starts_with("<p><strong>Two papers</strong></p><p>just text</p>"));
  EXPECT_THAT(html_of(parts[0]), HasSubstr("Open in browser</a>"));
  EXPECT_EQ(read(parts), "TwopapersjusttextOpeninbrowser");
  composition.language = "zh-TW";
  EXPECT_THAT(html_of(compose(composition, {})[0]), HasSubstr("在浏览器中打开"));
  composition.web_url = "javascript:alert(1)";
  EXPECT_THAT(compose(composition, {})[0].payload, Not(HasSubstr("javascript")));
}

TEST(Compose, WhatShowsNothingIsLeftOut) {
  for (const char* markdown : {"##", "##\n\n>\n\n## &nbsp;"}) {
    const auto parts = compose(composition_of(markdown), {});
    EXPECT_EQ(html_of(parts[0]), "<p><strong>Two papers</strong></p>") << markdown;
    EXPECT_EQ(read(parts), "Twopapers");
  }
}

TEST(Compose, WithoutABriefTheWholeIsTaken) {
  flow::Composition composition = composition_of("");
  EXPECT_EQ(read(compose(composition, {})), "Twopapers");
  composition.title = "";
  EXPECT_EQ(read(compose(composition, {})), "Paperboy");
  composition.document = digest::parse_markdown("# Whole\n\nall of it");
  EXPECT_EQ(read(compose(composition, {})), "Wholeallofit");
}

TEST(Compose, LongDigestsAreSplitBetweenPapers) {
  std::string markdown = "# 60 papers\n\n## Topic\n\n";
  for (int i = 1; i <= 60; ++i) {
    markdown += "### " + std::to_string(i) + ". Title of it\n\n" + std::string(40, 'x') +
                " and words go on. Authors: some\n\n- " + std::string(600, 'f') + "\n\n[PDF](https://a.example/" +
                std::to_string(i) + ")\n\n";
  }
  const flow::Composition composition = composition_of(markdown);
  expect_nothing_lost(composition, {});
  const auto parts = compose(composition, {});
  ASSERT_GT(parts.size(), 1u);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    EXPECT_EQ(parts[i].provider_key, std::string(32, 'a') + "-" + std::to_string(i + 1));
    if (i == 0) continue;
    const std::string tag = std::to_string(i + 1) + "/" + std::to_string(parts.size());
    EXPECT_TRUE(html_of(parts[i]).starts_with("<p>" + tag + "</p><p><strong>"))
        << "a part begins with a paper's heading";
    EXPECT_TRUE(body_of(parts[i]).starts_with(tag + "\n"));
    EXPECT_FALSE(html_of(parts[i - 1]).ends_with("</strong></p>")) << "a heading ends its part";
  }
}

TEST(Compose, WhatIsLongerThanAnEventIsCutWhereItHurtsLeast) {
  std::string authors, sentences, emoji;
  for (int i = 0; i < 3303; ++i) authors += "Author Number" + std::to_string(i) + ", ";
  for (int i = 0; i < 1200; ++i) sentences += "This is sentence " + std::to_string(i) + " of many. ";
  for (int i = 0; i < 2500; ++i) emoji += "\U0001F468\u200D\U0001F469\u200D\U0001F467";
  for (const std::string& text :
       {authors, sentences, emoji, std::string(100'000, 'x'), "`" + std::string(90'000, '<') + "`",
        "> > - " + sentences, "*" + std::string(70'000, 'e') + "*",
        "[" + std::string(70'000, 'l') + "](https://a.example)", "    " + std::string(80'000, '&'),
        "[short](https://a.example/" + std::string(70'000, 'u') + ")"}) {
    expect_nothing_lost(composition_of("# T\n\n" + text), {});
  }
  for (const flow::Part& part : compose(composition_of("# T\n\n" + sentences), {})) {
    const std::string html = html_of(part);
    if (html.find("sentence 1199 ") == html.npos)
      EXPECT_TRUE(html.ends_with(". </p>")) << html.substr(html.size() - 60);
  }
  for (const flow::Part& part : compose(composition_of("# T\n\n" + emoji), {})) {
    EXPECT_THAT(html_of(part), Not(HasSubstr("<p>\u200D")));
    EXPECT_THAT(html_of(part), Not(HasSubstr("\u200D</p>")));
  }
}

TEST(Compose, OrderedListsGoOnCountingInTheNextPart) {
  std::string list;
  for (int i = 1; i <= 200; ++i) list += std::to_string(i) + ". item " + std::string(300, 'i') + "\n";
  const auto parts = compose(composition_of("# T\n\n" + list), {});
  ASSERT_GT(parts.size(), 1u);
  std::size_t items = 0;
  for (const flow::Part& part : parts) {
    const std::string html = html_of(part);
    if (items > 0) EXPECT_THAT(html, HasSubstr("<ol start=\"" + std::to_string(items + 1) + "\">"));
    for (std::size_t at = 0; (at = html.find("<li>", at)) != html.npos; ++at) ++items;
  }
  EXPECT_EQ(items, 200u);
}

TEST(Compose, DeepNestingHoldsTheSpecificationsHundredLevels) {
  std::string quotes;
  for (int i = 0; i < 500; ++i) quotes += "> ";
  expect_nothing_lost(composition_of("# T\n\n" + quotes + "deep"), {});
}

// Random documents, small limits: whatever is composed is valid, small enough, and says it all.
TEST(Compose, LosesNothingOfAnyDocument) {
  std::mt19937 random(20261123);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const std::vector<std::string> pieces{"word ",
                                        "sentence. ",
                                        "*em* ",
                                        "**strong** ",
                                        "`code<>` ",
                                        "[link](https://a.example/x) ",
                                        "[a](#b) ",
                                        "&amp; ",
                                        "\U0001F600 ",
                                        "日本語。",
                                        "\\\n",
                                        "\n",
                                        "\n\n",
                                        "\n\n# Title\n\n",
                                        "\n\n### Sub\n\n",
                                        "\n\n- item\n- item\n\n",
                                        "\n\n> quote\n\n",
                                        "\n\n1. one\n2. two\n   - nested\n\n",
                                        "\n\n---\n\n",
                                        "\n\n    code\n\n",
                                        "<b>html</b> ",
                                        "\" ' < > & ",
                                        "[do](action:x) "};
  for (int round = 0; round < 60; ++round) {
    std::string markdown;
    for (int n = below(120); n > 0; --n) {
      if (below(12) == 0) {
        for (int words = below(80); words > 0; --words) markdown += "longer text ";
      } else {
        markdown += pieces[static_cast<std::size_t>(below(static_cast<int>(pieces.size())))];
      }
    }
    Form form;
    form.most_bytes = static_cast<std::size_t>(2'500 + below(6'000));
    SCOPED_TRACE(markdown);
    expect_nothing_lost(composition_of(markdown), form);
    if (HasFailure()) return;
  }
}

TEST(Compose, AThreadHangsBelowTheFirstPart) {
  const auto parts = compose(composition_of("# T\n\ntext"), {});
  const std::string threaded = in_thread(parts[0].payload, "$root");
  EXPECT_EQ(FakeMatrix::fault_of(threaded), std::nullopt);
  const boost::json::object content = test::parse_json(threaded).as_object();
  EXPECT_EQ(content.at("m.relates_to").at("event_id"), "$root");
  EXPECT_EQ(content.at("m.relates_to").at("is_falling_back"), boost::json::value(true));
  EXPECT_EQ(content.at("body"), content_of(parts[0]).at("body"));
}

}  // namespace
}  // namespace paperboy::integrations::matrix
