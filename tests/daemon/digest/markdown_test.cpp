// Reading and writing Markdown: what is read is what was meant, and what is written is read back as the same tree.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "daemon/base/text.hpp"
#include "daemon/digest/document.hpp"
#include "daemon/digest/render.hpp"

namespace paperboy::digest {
namespace {

using Kind = Node::Kind;

std::string dump(const Node& node) {
  static const char* const names[] = {"document", "heading", "p", "list", "item", "quote", "pre",  "rule",
                                      "text",     "em",      "b", "code", "a",    "soft",  "break"};
  std::string out = names[static_cast<int>(node.kind)];
  if (node.kind == Kind::heading) out += std::to_string(node.level);
  if (node.kind == Kind::list)
    out += (node.ordered ? std::to_string(node.level) : std::string("-")) + (node.tight ? "" : "+");
  if (!node.anchor.empty()) out += "#" + node.anchor;
  if (!node.url.empty()) out += "<" + node.url + ">";
  if (!node.text.empty()) out += "\"" + node.text + "\"";
  if (node.children.empty()) return out;
  out += "(";
  for (const Node& child : node.children) out += (&child == &node.children.front() ? "" : " ") + dump(child);
  return out + ")";
}

std::string read(std::string_view markdown) {
  const std::string whole = dump(parse_markdown(markdown).root);
  return whole == "document" ? "" : whole.substr(9, whole.size() - 10);
}

TEST(ParseMarkdown, GivesTheTreeThatWasMeant) {
  struct Case {
    const char *markdown, *tree;
  };
  const Case cases[] = {
      {"", ""},
      {"# One\n\ntwo *three* **four** `five`",
       "heading1(text\"One\") p(text\"two \" em(text\"three\") text\" \" b(text\"four\") text\" \" code\"five\")"},
      {"a\nb\\\nc", "p(text\"a\" soft text\"b\" break text\"c\")"},
      {"- a\n- b", "list-(item(p(text\"a\")) item(p(text\"b\")))"},
      {"- a\n\n- b", "list-+(item(p(text\"a\")) item(p(text\"b\")))"},
      {"3. a\n4. b", "list3(item(p(text\"a\")) item(p(text\"b\")))"},
      {"> quoted\n\n---", "quote(p(text\"quoted\")) rule"},
      {"```\ncode <b>\n\n  x\n```", "pre\"code <b>\n\n  x\""},
      // anchors, in both spellings; an escaped brace is text
      {"## Title {#a1.b/c}", "heading2#a1.b/c(text\"Title\")"},
      {"## [T](https://x.org) {#2512.07197}", "heading2#2512.07197(a<https://x.org>(text\"T\"))"},
      {"<a id='x1'></a>\n## Title", "heading2#x1(text\"Title\")"},
      {"<a id=\"x1\"></a>\n\n## Title", "heading2#x1(text\"Title\")"},
      {"## Title \\{#a}", "heading2(text\"Title {#a}\")"},
      {"## Title{#a}", "heading2(text\"Title{#a}\")"},
      {"## Title {#bad anchor}", "heading2(text\"Title {#bad anchor}\")"},
      {"<a id='x1'></a>\n\ntext\n\n## Title", "p(text\"text\") heading2(text\"Title\")"},
      {"```\n## not {#a}\n```", "pre\"## not {#a}\""},
      // raw HTML
      {"a <b>bold</b> <script>alert(1)</script> <!-- x -->z", "p(text\"a bold alert(1) z\")"},
      {"<div>\nfoo <i>bar</i> &amp; baz\n</div>", "p(text\"foo bar & baz\")"},
      {"<script>\nalert(1)\n</script>", ""},
      {"<style>p{}</style>", ""},
      {"one<br>two", "p(text\"one\" break text\"two\")"},
      // links
      {"[a](http://x.org/a_b?c=d&e=f)", "p(a<http://x.org/a_b?c=d&e=f>(text\"a\"))"},
      {"[a](javascript:alert(1)) [b](JavaScript:x) [c](data:text/html,x) [d](/rel) [e](file:///etc)",
       "p(text\"a b c d e\")"},
      {"[a](HTTPS://x.org) [b](mailto:a@b.org) [c](action:more/1) [d](#here)",
       "p(a<https://x.org>(text\"a\") text\" \" a<mailto:a@b.org>(text\"b\") text\" \" a<action:more/1>(text\"c\") "
       "text\" \" a<#here>(text\"d\"))"},
      {"![alt *text*](https://x.org/i.png) ![b](x.png)",
       "p(a<https://x.org/i.png>(text\"alt \" em(text\"text\")) text\" b\")"},
      {"<https://x.org/?a=b>", "p(a<https://x.org/?a=b>(text\"https://x.org/?a=b\"))"},
      {"[](https://x.org)", "p(a<https://x.org>(text\"https://x.org\"))"},
      {"[a](<https://x.org/a b\"c>)", "p(a<https://x.org/a%20b%22c>(text\"a\"))"},
      {"[a](https://x.org/\xe8\xae\xba)", "p(a<https://x.org/%E8%AE%BA>(text\"a\"))"},
      {"[a](https://x.org/&#10;Set-Cookie)", "p(a<https://x.org/%0ASet-Cookie>(text\"a\"))"},
      {"x\xff\x00y", "p(text\"x\xef\xbf\xbd\")"},  // (the literal ends at NUL)
  };
  for (const Case& c : cases) EXPECT_EQ(read(c.markdown), c.tree) << c.markdown;
}

TEST(ParseMarkdown, CapsNestingAndKeepsTheText) {
  for (const std::string& opener : {std::string("> "), std::string("- "), std::string("1. ")}) {
    std::string deep;
    for (int i = 0; i < 5000; ++i) deep += opener;
    const Document document = parse_markdown(deep + "end");
    EXPECT_EQ(plain_text(document.root), "end");
    EXPECT_NE(to_html_body(document).find("end"), std::string::npos);
  }
  std::string emphasis;
  for (int i = 0; i < 3000; ++i) emphasis += i % 2 == 0 ? "*a " : "**a ";
  EXPECT_FALSE(plain_text(parse_markdown(emphasis).root).empty());
}

TEST(ParseMarkdown, HostileTextTakesBoundedTime) {
  const auto started = std::chrono::steady_clock::now();
  for (const char* piece : {"[", "![", "*a_", "`", "<", "&", "[a](", "a**b", "\\", "> - ", "<!--", "{#"}) {
    std::string text;
    while (text.size() < 60'000) text += piece;
    const Document document = parse_markdown(text);
    to_markdown(document);
    to_html_body(document);
    to_text(document);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(60));
}

// --- escape_markdown

const char* const hostile_texts[] = {"plain",
                                     "a*b*c",
                                     "**x**",
                                     "_a_ __b__ snake_case_name",
                                     "`code`",
                                     "[a](http://x)",
                                     "![a](b)",
                                     "<b>bold</b>",
                                     "<script>",
                                     "<!-- -->",
                                     "&amp; &copy; & &#35; AT&T",
                                     "# heading",
                                     "## x ##",
                                     "x #",
                                     "- item",
                                     "+ item",
                                     "* item",
                                     "1. item",
                                     "1) item",
                                     "123456789. x",
                                     "> quote",
                                     "===",
                                     "---",
                                     "***",
                                     "~~~",
                                     "~~gone~~",
                                     "```",
                                     "    code",
                                     " lead",
                                     "trail  ",
                                     "a\nb",
                                     "a\r\nb",
                                     "\ttab",
                                     "back\\slash\\",
                                     "C:\\dir",
                                     "wow!",
                                     "a|b|c",
                                     "$\\ell_2$ \\mathbb{F}_{p^m}[u]",
                                     "{#anchor}",
                                     "Title {#x}",
                                     "]](((",
                                     "\"quoted\" 'single'",
                                     "https://x.org/a_b_c",
                                     "www.x.org",
                                     "<https://x.org>",
                                     "a\\",
                                     "!",
                                     "!\\[",
                                     "[^1]",
                                     "[ ] task",
                                     "[x]: http://y",
                                     "Erd\xc5\x91s \xe2\x80\x94 L\xc2\xb2",
                                     "\xe4\xb8\xad\xe6\x96\x87*\xe5\xad\x97*",
                                     "\xf0\x9f\x98\x80_x_",
                                     " ",
                                     "=",
                                     "a <http",
                                     "http://a)b"};

std::string flat(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return out;
}

TEST(EscapeMarkdown, ShowsAnyTextAsItIs) {
  for (const std::string text : hostile_texts) {
    const Document paragraph = parse_markdown(escape_markdown(text));
    ASSERT_EQ(paragraph.root.children.size(), 1u) << text;
    EXPECT_EQ(dump(paragraph.root.children[0]), "p(text\"" + flat(text) + "\")") << escape_markdown(text);
    // wherever a template may put it
    const std::string escaped = escape_markdown(text);
    EXPECT_EQ(read("- " + escaped), "list-(item(p(text\"" + flat(text) + "\")))");
    EXPECT_EQ(read("## " + escaped), "heading2(text\"" + flat(text) + "\")");
    EXPECT_EQ(read("## " + escaped + " {#a1}"), "heading2#a1(text\"" + flat(text) + "\")") << escaped;
    EXPECT_EQ(read("[" + escaped + "](https://x.org)"), "p(a<https://x.org>(text\"" + flat(text) + "\"))");
    EXPECT_EQ(read("x\n" + escaped + "\ny"), "p(text\"x\" soft text\"" + flat(text) + "\" soft text\"y\")");
    EXPECT_EQ(read("> " + escaped), "quote(p(text\"" + flat(text) + "\"))");
    EXPECT_EQ(read("a " + escaped + "[b](https://x.org)"),
              "p(text\"a " + flat(text) + "\" a<https://x.org>(text\"b\"))");
  }
}

TEST(EscapeMarkdown, LeavesOrdinaryProseReadable) {
  EXPECT_EQ(escape_markdown("State-of-the-art results (e.g. 91.3%), at 3x the speed; see Fig. 2."),
            "State-of-the-art results (e.g. 91.3%), at 3x the speed; see Fig. 2.");
}

TEST(EscapeMarkdown, RandomTexts) {
  std::mt19937 random(7);
  const std::string alphabet = "ab1 .)#*_`[]()<>!&;\\-+=~|{}\"'$:/\n\t^%@";
  for (int i = 0; i < 5000; ++i) {
    std::string text = "x";
    const std::size_t length = random() % 12;
    for (std::size_t k = 0; k < length; ++k) text += alphabet[random() % alphabet.size()];
    if (i % 2 == 0) text.erase(0, 1);
    if (text.empty()) continue;
    const Document document = parse_markdown("## " + escape_markdown(text) + " {#a}\n\n" + escape_markdown(text));
    ASSERT_EQ(dump(document.root), "document(heading2#a(text\"" + flat(text) + "\") p(text\"" + flat(text) + "\"))")
        << escape_markdown(text);
  }
}

// --- round trip

void expect_round_trip(const std::string& markdown) {
  const Document document = parse_markdown(markdown);
  for (const bool html_anchors : {true, false}) {
    const std::string written = to_markdown(document, html_anchors);
    const Document again = parse_markdown(written);
    ASSERT_EQ(dump(again.root), dump(document.root)) << "--- source\n" << markdown << "\n--- written\n" << written;
    ASSERT_EQ(again, document);
    ASSERT_EQ(to_markdown(again, html_anchors), written);
  }
}

TEST(ToMarkdown, IsReadBackAsTheSameTree) {
  const char* const texts[] = {
      "# T {#t}\n\nfoo *bar* **baz**\n\n- a\n- b\n  - c\n\n1. x\n2. y\n\n> q\n>\n> r\n\n```\nx\n```\n\n---\n",
      "- a\n\n  b\n- c",
      "- a\n+ b\n- c",
      "1. a\n1) b",
      "- # h\n- > q\n- ```\n  x\n  ```\n- ***\n-\n- z",
      "-\n- a",
      "1.\n2. b",
      "a<b>*\"b\"*</b>c",
      "x*y*z **\"q\"**.",
      "*a **b** c*",
      "**a *b* c**",
      "***a***",
      "**_a_**",
      "*a*<b>*b*</b>",
      "*[*a*](https://x)*",
      "`` a`b `` ` c ` ```` `x` ````",
      "a  \nb\\\nc",
      "Foo\nbar\n===\n",
      "a&#32;\nb",
      "*&#32;a*b",
      "x *\xe2\x80\x9cq\xe2\x80\x9d*y",
      "**\xe4\xbd\x9c\xe8\x80\x85**\xef\xbc\x9a\xe5\xbc\xa0\xe4\xb8\x89",
      "<a id='q'></a>\n# q",
      "- a\n  <a id='q'></a>\n  # q",
      "> a\n\n<!-- -->\n\n> b",
      "- a\n  <!-- -->\n  b",
      "- a\n  <!-- -->\n  2. b",
      "#",
      "# #",
      "# a \\#",
      ">",
      "> > a\n> b",
      "- - a\n  - b\n\n  c",
      "[a](https://x.org/(b))",
      "<https://x.org/a(b)>",
      "<https://x.org/?a=1&copy=2>",
      "<mailto:a@b.org>",
      "1234. x",
      "    indented\n\n\n    code",
      "```\n\n```",
      "```\n````\n```",
      "* a\n\n\n* b\n\n      code",
      "**a<b>** b**",
      "\\# a\n\\- b\n1\\. c",
      "<b>\n\ntext",
      "a\n<b>\n\nc",
      "*<b></b>* x",
      "*a\n# b*",
      "*x\n<i>\ny*"};
  for (const char* text : texts) expect_round_trip(text);
  for (const char* text : hostile_texts) expect_round_trip(text);
}

TEST(ToMarkdown, RandomMarkdown) {
  std::mt19937 random(11);
  const std::vector<std::string> pieces = {"a",
                                           "b c",
                                           "*",
                                           "**",
                                           "_",
                                           "`",
                                           "``",
                                           "[",
                                           "](https://x.org/)",
                                           "](#a)",
                                           "<b>",
                                           "</b>",
                                           "<!-- -->",
                                           "\\",
                                           "&#32;",
                                           "&nbsp;",
                                           "\"",
                                           "!",
                                           "<br>",
                                           "\n",
                                           "\n\n",
                                           "\n- ",
                                           "\n  - ",
                                           "\n1. ",
                                           "\n3) ",
                                           "\n+ ",
                                           "\n> ",
                                           "\n# ",
                                           "\n## x {#y}\n",
                                           "\n```\n",
                                           "\n    ",
                                           "\n---\n",
                                           "\n***\n",
                                           "\n===\n",
                                           "  ",
                                           "  \n",
                                           "<https://x.org>",
                                           "\n<a id='k'></a>\n",
                                           "\xe4\xb8\xad",
                                           "\xef\xbc\x9a",
                                           "\xc3\xa9",
                                           "1.",
                                           "#",
                                           "-",
                                           "\t",
                                           "***",
                                           "\n  ",
                                           "\n   "};
  for (int i = 0; i < 8000; ++i) {
    std::string markdown;
    const std::size_t length = 1 + random() % 14;
    for (std::size_t k = 0; k < length; ++k) markdown += pieces[random() % pieces.size()];
    expect_round_trip(markdown);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace paperboy::digest
