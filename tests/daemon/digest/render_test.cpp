// The forms of a document: plain text, terminal, HTML, and what is left out when it is too long.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "tests/daemon/digest/fixtures.hpp"

namespace paperboy::digest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// --- plain text

TEST(ToText, LaysOutEveryBlock) {
  const Document document = parse_markdown(
      "# Title\n\nA *word* and **another** with `code`.\nSame line\\\nnew line\n\n## Part\n\n- one\n- two\n  1. "
      "deep\n\n- \n\n3. three\n4. four\n\n"
      "> quoted text\n\n```\ncode  line\n```\n\n---\n\nend\n");
  EXPECT_EQ(to_text(document, 30),
            "Title\n=====\n\nA word and another with code.\nSame line\nnew line\n\n\nPart\n----\n\n- one\n\n- two\n\n  "
            "1. deep\n\n-\n\n3. three\n4. four\n\n"
            "    quoted text\n\n    code  line\n\n------------------------------\n\nend\n");
}

TEST(ToText, ShowsUrlsWholeOnLinesOfTheirOwn) {
  const std::string url = "https://example.org/a/very/long/path/that/does/not/fit/into/the/width";
  EXPECT_EQ(to_text(parse_markdown("See [this](" + url + ") there."), 30), "See this there.\n" + url + "\n");
  EXPECT_EQ(to_text(parse_markdown("[a](https://a.org) and [b](https://b.org)."), 30),
            "a [1] and b [2].\n[1] https://a.org\n[2] https://b.org\n");
  EXPECT_EQ(to_text(parse_markdown("[PDF](https://a.org/p) \xc2\xb7 [Page](" + url + ")"), 30),
            "PDF: https://a.org/p\nPage:\n" + url + "\n");
  EXPECT_EQ(to_text(parse_markdown("At <" + url + ">, see."), 30), "At\n" + url + ",\nsee.\n");
  EXPECT_EQ(to_text(parse_markdown("1. [inside](#x)"), 30), "1. inside\n");
  EXPECT_EQ(to_text(parse_markdown("[me@x.org](mailto:me@x.org)"), 30), "me@x.org\n");
  EXPECT_EQ(to_text(parse_markdown("### 12. [A title that is wrapped somewhere](https://a.org) {#x}"), 30),
            "12. A title that is wrapped\n    somewhere\n    https://a.org\n");
}

TEST(ToText, KeepsToItsWidthInColumns) {
  const Document document = build(full_input(), shipped_templates()).document;
  for (const std::size_t width : {40u, 74u}) {
    const std::string text = to_text(document, width);
    for (const std::string_view line : text::split(text, '\n')) {
      if (line.find("://") == std::string_view::npos) EXPECT_LE(text::display_width(line), width) << line;
    }
  }
}

TEST(ToText, BreaksChineseBetweenCharacters) {
  std::string words;
  for (int i = 0; i < 12; ++i) words += "\xe8\xae\xba\xe6\x96\x87";  // 24 wide characters
  const std::string text = to_text(parse_markdown(words + "\xe3\x80\x82"), 20);
  for (const std::string_view line : text::split(text, '\n')) {
    EXPECT_LE(text::display_width(line), 20u);
    EXPECT_FALSE(line.starts_with("\xe3\x80\x82")) << "a full stop begins no line";
  }
  EXPECT_EQ(text::replace_all(text, "\n", ""), words + "\xe3\x80\x82");
  EXPECT_EQ(to_text(parse_markdown("\xe4\xbd\x9c\xe8\x80\x85\xef\xbc\x9a"
                                   "Ada\xe3\x80\x81"
                                   "Bob"),
                    20),
            "\xe4\xbd\x9c\xe8\x80\x85\xef\xbc\x9a"
            "Ada\xe3\x80\x81"
            "Bob\n");
}

// --- terminal

std::string without_escapes(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b') {
      out += text[i];
    } else if (text[i + 1] == ']') {
      i = text.find("\x1b\\", i) + 1;
    } else {
      i = text.find('m', i);
    }
  }
  return out;
}

TEST(ToTerminal, MarksLinksAndLeavesNothingOpen) {
  const Document document = parse_markdown("# T\n\n**bold** [a link](https://a.org/x) *slanted*\n\n> quoted\n");
  const std::string text = to_terminal(document, 60, true);
  EXPECT_THAT(text, HasSubstr("\x1b]8;;https://a.org/x\x1b\\"));
  EXPECT_THAT(text, HasSubstr("\x1b[0;1mbold"));
  for (const std::string_view line : text::split(text, '\n')) {
    const std::size_t last = line.rfind("\x1b[");
    if (last != std::string_view::npos) EXPECT_EQ(line.substr(last, 4), "\x1b[0m") << line;
  }
  EXPECT_EQ(without_escapes(text).substr(0, 2), "T\n");
  EXPECT_THAT(without_escapes(text), HasSubstr("bold a link slanted"));
}

TEST(ToTerminal, WithoutColourIsPlain) {
  const Document document = build(full_input(), shipped_templates()).document;
  EXPECT_EQ(to_terminal(document, 74, false), to_text(document, 74));
  EXPECT_EQ(to_terminal(document, 74, false).find('\x1b'), std::string::npos);
}

TEST(ToTerminal, LetsNoControlCharacterThrough) {
  const Document document = parse_markdown(
      "a\x1b]0;title\x07 [x](https://a.org/\x1b[31m) \x9b"
      "31m\n\n```\n\x1b[2J\n```\n");
  const std::string plain = to_terminal(document, 60, false);
  for (const char c : plain) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << plain;
  EXPECT_EQ(without_escapes(to_terminal(document, 60, true)).find('\x1b'), std::string::npos);
}

TEST(ToTerminal, KeepsToItsWidth) {
  DigestInput input = full_input();
  input.person.language = "zh";
  for (const std::size_t width : {40u, 100u}) {
    const std::string text = without_escapes(to_terminal(build(input, shipped_templates()).document, width, true));
    for (const std::string_view line : text::split(text, '\n')) {
      if (line.find("://") == std::string_view::npos) EXPECT_LE(text::display_width(line), width) << line;
    }
  }
}

// --- HTML

// Tags in order, each with the attributes it has; fails on what is not well formed.
std::vector<std::string> tags_of(const std::string& html) {
  std::vector<std::string> tags, open;
  for (std::size_t i = html.find('<'); i != std::string::npos; i = html.find('<', i + 1)) {
    const std::size_t end = html.find('>', i);
    if (end == std::string::npos) {
      ADD_FAILURE() << "a tag is not closed: " << html.substr(i, 40);
      break;
    }
    std::string tag = html.substr(i + 1, end - i - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag.starts_with('/')) {
      EXPECT_FALSE(open.empty());
      if (!open.empty()) {
        EXPECT_EQ("/" + open.back(), tag);
        open.pop_back();
      }
    } else if (name != "br" && name != "hr") {
      open.push_back(name);
    }
    tags.push_back(std::move(tag));
  }
  EXPECT_TRUE(open.empty());
  return tags;
}

TEST(ToHtmlBody, HasOnlyAllowedTagsAndAttributes) {
  const std::set<std::string> allowed{"h1",         "h2",  "h3",   "h4", "p",  "ul",     "ol", "li",
                                      "blockquote", "pre", "code", "hr", "br", "strong", "em", "a"};
  Document hostile = parse_markdown(
      "# <script>alert(1)</script> {#a1}\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1)) "
      "[y](https://x.org/\"onclick=\"a)\n\n"
      "&lt;b&gt; `<i>`\n\n```\n</code></pre><script>\n```\n\n###### six\n\n5. five\n");
  // a tree that no parser gave
  Node link;
  link.kind = Node::Kind::link;
  link.url = "javascript:alert(1)";
  link.children.push_back(link);
  link.children[0].kind = Node::Kind::text;
  link.children[0].text = "<>&\"'";
  hostile.root.children[0].children.push_back(link);
  hostile.root.children[0].anchor = "\"><script>";
  for (const bool inline_css : {false, true}) {
    const std::string html = to_html_body(hostile, {.inline_css = inline_css});
    for (const std::string& tag : tags_of(html)) {
      const std::string name =
          tag.substr(tag.starts_with('/') ? 1 : 0, tag.find_first_of(" >", 1) - (tag.starts_with('/') ? 1 : 0));
      EXPECT_TRUE(allowed.contains(name)) << tag;
      EXPECT_EQ(tag.find("javascript"), std::string::npos) << tag;
      EXPECT_EQ(tag.find(" on"), std::string::npos) << tag;
    }
    EXPECT_THAT(html, HasSubstr("&lt;&gt;&amp;&quot;&#39;"));
  }
}

TEST(ToHtmlBody, SaysWhatTheTreeSays) {
  EXPECT_EQ(
      to_html_body(parse_markdown("## T {#t1}\n\na *b* **c**\\\nd [e](https://x.org/?a=1&b=2)\n\n1. x\n2. y\n\n> q\n")),
      "<h2 id=\"t1\">T</h2>\n<p>a <em>b</em> <strong>c</strong><br>\nd <a href=\"https://x.org/?a=1&amp;b=2\" "
      "rel=\"noopener noreferrer\">e</a></p>\n"
      "<ol>\n<li>x</li>\n<li>y</li>\n</ol>\n<blockquote>\n<p>q</p>\n</blockquote>\n");
  EXPECT_EQ(to_html_body(parse_markdown("3. x\n\n4. y\n")),
            "<ol start=\"3\">\n<li><p>x</p>\n</li>\n<li><p>y</p>\n</li>\n</ol>\n");
}

TEST(ToHtml, FramesAreWholeDocuments) {
  const Templates templates = shipped_templates();
  const Built built = build(full_input(), templates);
  for (const bool mail : {false, true}) {
    const std::string html =
        to_html(mail ? templates.mail() : templates.page(), built.document, "A <title> & more", "pre\"header", mail);
    EXPECT_TRUE(html.starts_with("<!DOCTYPE html>"));
    EXPECT_THAT(
        html, AllOf(HasSubstr("<html lang=\"en\""), HasSubstr("<title>A &lt;title&gt; &amp; more</title>"),
                    HasSubstr("pre&quot;header"), HasSubstr("color-scheme"), HasSubstr("prefers-color-scheme: dark"),
                    HasSubstr("<h1"), Not(HasSubstr("{{")), Not(HasSubstr("http://schemas")), Not(HasSubstr("<script")),
                    Not(HasSubstr("<img")), Not(HasSubstr("action:"))));
    EXPECT_EQ(html.find("<h1", html.find("<h1") + 1), std::string::npos);
  }
  const std::string mail = to_html(templates.mail(), built.document, "t", "p", true);
  EXPECT_THAT(mail, AllOf(HasSubstr("width=\"600\""), HasSubstr("max-width:600px"), HasSubstr("mso-hide:all"),
                          HasSubstr("<a name=\"2611.00001\">")));
}

// --- actions

const char* const with_actions =
    "text [do it](action:do/1).\n\n[A](https://a.org) \xc2\xb7 [More](action:more/1) \xc2\xb7 "
    "[B](https://b.org)\n\n[More](action:more/1) | [Less](action:less/1)\n\n"
    "> [Save](action:save/1)\n";

TEST(Actions, VanishWhereNothingCanBeDone) {
  const Document document = without_actions(parse_markdown(with_actions));
  EXPECT_EQ(document, parse_markdown("text do it.\n\n[A](https://a.org) \xc2\xb7 [B](https://b.org)\n\n>\n"));
  EXPECT_EQ(to_html_body(parse_markdown(with_actions)).find("action"), std::string::npos);
  EXPECT_EQ(to_text(parse_markdown("[More](action:more/1)\n")), "");
}

TEST(Actions, BecomeTheChannelsOwn) {
  const Document document = resolve_actions(parse_markdown(with_actions), [](std::string_view action) {
    return action == "more/1"   ? std::string("https://me.example/?do=more%2F1")
           : action == "less/1" ? std::string("javascript:no")
                                : std::string();
  });
  EXPECT_EQ(document, parse_markdown("text do it.\n\n[A](https://a.org) \xc2\xb7 "
                                     "[More](https://me.example/?do=more%2F1) \xc2\xb7 [B](https://b.org)\n\n"
                                     "[More](https://me.example/?do=more%2F1)\n\n>\n"));
}

// --- length

DigestInput long_input(int papers) {
  DigestInput input = full_input();
  input.person.topics = {make_topic("A", 1.0, 1000), make_topic("B", 1.0, 1000)};
  std::vector<Candidate> candidates;
  for (int i = 0; i < papers; ++i) {
    std::string abstract;
    for (int k = 0; k < 12; ++k)
      abstract +=
          "We show that claim number " + std::to_string(k) + " of paper " + std::to_string(i) + " holds in general. ";
    candidates.push_back(
        make_candidate(make_paper("2611." + std::to_string(10000 + i), "Title number " + std::to_string(i), abstract),
                       {make_match(i % 2 == 0 ? "A" : "B", 1.0 - i * 0.001)}));
  }
  input.sections = select(input.person, std::move(candidates));
  input.summary = summarize(input.sections, TermCounts());
  return input;
}

TEST(Shorten, LeavesAShortMessageAlone) {
  const Document document = build(full_input(), shipped_templates()).document;
  EXPECT_EQ(shorten(document, 1'000'000, [](const Document& d) { return to_html_body(d).size(); }), document);
}

TEST(Shorten, AMailKeepsBelowWhatMailProgramsCutOff) {
  const Templates templates = shipped_templates();
  for (const int papers : {5, 60, 120}) {
    const Built built = build(long_input(papers), templates);
    const std::string html = to_html(templates.mail(), built.document, built.title, built.preheader, true);
    EXPECT_LE(html.size(), mail_html_limit) << papers;
    if (papers > 5) EXPECT_GT(html.size(), mail_html_limit * 3 / 4) << papers << ": no more than needed is left out";
    EXPECT_EQ(html.find("Shortened so that") != std::string::npos, papers > 5) << papers;
    for (int i = 0; i < papers; ++i)
      EXPECT_THAT(html, HasSubstr("Title number " + std::to_string(i)));  // every paper stays
    EXPECT_THAT(html, HasSubstr("interoperability"));                     // and so does the end
    EXPECT_THAT(to_text(built.document), Not(HasSubstr("Shortened")));
  }
}

// Ten papers, each with all twelve parts of an analysis, three sentences a part and a quote below each.
DigestInput read_input(const std::string& language) {
  constexpr auto parts =
      std::to_array<const char*>({"core", "abstract", "motivation", "method", "comparison", "experiments", "guide",
                                  "contribution", "innovation", "impact", "areas", "limitations"});
  DigestInput input = long_input(10);
  input.person.language = language;
  for (Section& section : input.sections) {
    for (Entry& entry : section.entries) {
      paper::Reading reading;
      reading.model = "strong-model-3";
      reading.source = "html";
      reading.made = *parse_day("2026-11-03");
      for (const char* part : parts) {
        paper::Passage passage{part, {}};
        for (int i = 0; i < 3; ++i) {
          const std::string said = language == "zh" ? "该方法在十二个数据集上优于所有基线，并将训练时间缩短了约四成。"
                                                    : "It beats every baseline on twelve data sets and shortens the "
                                                      "training by about forty per cent.";
          passage.statements.push_back(
              {said + std::to_string(i),
               {{entry.paper.id.str(), "§ 4.2 Main results",
                 "Across all twelve data sets our method outperforms the strongest baseline by a clear margin while it "
                 "reduces the time that is spent on training by roughly forty per cent on the same hardware."}}});
        }
        reading.passages.push_back(std::move(passage));
      }
      entry.reading = std::move(reading);
    }
  }
  return input;
}

TEST(Shorten, AMailOfTenPapersWithAllAnalysesIsShortenedAndSaysSo) {
  const Templates templates = shipped_templates();
  for (const std::string language : {"en", "zh"}) {
    const Built built = build(read_input(language), templates);
    const std::string whole = to_html_body(built.document);
    ASSERT_GT(whole.size(), mail_html_limit * 3 / 2) << "there is something to be left out";
    const Document sent = resolve_actions(built.document, [](std::string_view action) {
      return std::string(action == "browser" ? "https://p.example/1" : "");
    });
    const std::string html = to_html(templates.mail(), sent, built.title, built.preheader, true);
    EXPECT_LE(html.size(), mail_html_limit) << language;
    EXPECT_GT(html.size(), mail_html_limit / 2) << language << ": no more than needed is left out";
    const bool english = language == "en";
    EXPECT_THAT(html, HasSubstr(english ? "Shortened so that" : "本文已缩短"));
    EXPECT_THAT(html, HasSubstr(english ? ">Read all of it</a>" : ">查看全文</a>"));
    EXPECT_THAT(html, HasSubstr(english ? "It beats every baseline" : "该方法在十二个数据集上优于所有基线"))
        << "some analyses are there";
    for (int i = 0; i < 10; ++i) EXPECT_THAT(html, HasSubstr("Title number " + std::to_string(i)));
    // The archive's page is not shortened.
    const std::string page = to_html(templates.page(), sent, built.title, built.preheader, false);
    EXPECT_GT(page.size(), whole.size());
    EXPECT_THAT(page, Not(HasSubstr(english ? "Shortened so that" : "本文已缩短")));
  }
}

// What is left out must be within reach: the way to the whole message is not shortened away.
TEST(Shorten, KeepsTheWayToTheWholeMessage) {
  const Document whole = resolve_actions(
      build(full_input(), shipped_templates()).document,
      [](std::string_view action) { return std::string(action == "browser" ? "https://p.example/1" : ""); });
  const Document shortest = shorten(whole, 1, [](const Document& d) { return to_text(d).size(); });
  EXPECT_LT(to_text(shortest).size(), to_text(whole).size());
  EXPECT_THAT(to_text(shortest), HasSubstr("https://p.example/1"));
}

TEST(Shorten, TheLastOfEachSectionGiveWayFirst) {
  const Document document = build(long_input(10), shipped_templates()).document;
  const auto size = [](const Document& d) { return to_html_body(d).size(); };
  const std::size_t whole = size(document);
  const std::string text = to_text(shorten(document, whole - 1500, size), 300);
  EXPECT_THAT(text, HasSubstr("claim number 6 of paper 0 "));
  EXPECT_THAT(text, HasSubstr("claim number 6 of paper 1 "));
  EXPECT_THAT(text, Not(HasSubstr("claim number 6 of paper 9 ")));
  EXPECT_THAT(text, HasSubstr("claim number 0 of paper 9 "));
}

TEST(Shorten, TheShortestFormIsHeadings) {
  const Document document = build(long_input(10), shipped_templates()).document;
  const Document least = shorten(document, 1, [](const Document& d) { return to_html_body(d).size(); });
  const std::string text = to_text(least);
  EXPECT_THAT(text, AllOf(HasSubstr("Title number 9"), Not(HasSubstr("Why:")), HasSubstr("interoperability")));
}

}  // namespace
}  // namespace paperboy::digest
