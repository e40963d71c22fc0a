#include "integrations/arxiv/paper_html.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return bytes.str();
}

Read<paper::FullText> read(std::string_view html) {
  return read_paper_html(html, *paper::PaperId::arxiv("2611.00001"), 1);
}

// Every offset where it should be.
void check(const paper::FullText& text) {
  EXPECT_EQ(text::sanitize(text.text), text.text);
  EXPECT_EQ(text::to_nfc(text.text), text.text);
  std::size_t end = 0;
  for (const paper::Section& section : text.sections) {
    EXPECT_EQ(section.begin, end);
    EXPECT_LE(section.begin, section.end);
    EXPECT_FALSE(section.title.empty());
    end = section.end;
  }
  EXPECT_EQ(end, text.text.size());
  end = 0;
  for (const paper::Sentence& sentence : text.sentences) {
    EXPECT_LE(end, sentence.begin);
    EXPECT_LT(sentence.begin, sentence.end);
    ASSERT_LT(sentence.section, text.sections.size());
    EXPECT_GE(sentence.begin, text.sections[sentence.section].begin);
    EXPECT_LE(sentence.end, text.sections[sentence.section].end);
    EXPECT_EQ(paper::section_at(text, sentence.begin), sentence.section);
    EXPECT_EQ(text::trim(text.of(sentence)), text.of(sentence));
    end = sentence.end;
  }
}

// The title, the sections, and under them the sentences, with where they begin.
std::string shown(const paper::FullText& text) {
  std::string out = text.title + "\n";
  std::size_t next = 0;
  for (std::uint32_t i = 0; i < text.sections.size(); ++i) {
    out += std::string(static_cast<std::size_t>(text.sections[i].level), '#') + " " +
           paper::section_reference(text, i) + "\n";
    for (; next < text.sentences.size() && text.sentences[next].section == i; ++next) {
      out += std::to_string(text.sentences[next].begin) + " " + std::string(text.of(text.sentences[next])) + "\n";
    }
  }
  return out;
}

class Documents : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Documents,
                         testing::Values("plain", "nested", "math", "tables", "footnotes", "appendix", "theorem",
                                         "lists", "errors", "malformed", "chinese", "parts"));

// fixtures/html/NAME.html reads as NAME.txt says. With PAPERBOY_WRITE_FIXTURES=1 the .txt are written: look at them.
TEST_P(Documents, AreReadAsWritten) {
  const std::string name = std::string("fixtures/html/") + GetParam();
  const Read<paper::FullText> read_once = read(file(name + ".html"));
  ASSERT_TRUE(read_once.value) << read_once.error;
  check(*read_once.value);
  if (std::getenv("PAPERBOY_WRITE_FIXTURES") != nullptr) std::ofstream(name + ".txt") << shown(*read_once.value);
  EXPECT_EQ(shown(*read_once.value), file(name + ".txt"));
  EXPECT_EQ(read(file(name + ".html")).value->text, read_once.value->text);
}

std::string in_document(const std::string& body) {
  return "<html><body><nav>menu</nav><article class=\"ltx_document\">" + body + "</article></body></html>";
}
std::string paragraph(const std::string& text) {
  return "<p class=\"ltx_p\">" + text + "</p>";
}
const std::string filler = paragraph(std::string(300, 'x'));

TEST(PaperHtml, WhatHoldsNoPaperIsAnError) {
  EXPECT_THAT(read("").error, HasSubstr("holds no paper"));
  EXPECT_THAT(read("<html><body><h1>No HTML for this paper</h1></body></html>").error, HasSubstr("holds no paper"));
  EXPECT_THAT(read(in_document(paragraph("Conversion failed."))).error, HasSubstr("next to no text"));
  EXPECT_THAT(read(std::string(max_html + 1, ' ')).error, HasSubstr("larger than"));
  EXPECT_THAT(read("%PDF-1.7").error, HasSubstr("holds no paper"));
}

TEST(PaperHtml, AHugePaperIsCutBetweenParagraphs) {
  std::string body;
  for (int i = 0; i < 9000; ++i)
    body += paragraph("Paragraph " + std::to_string(i) + " " + std::string(500, 'y') + ".");
  const Read<paper::FullText> huge = read(in_document(body));
  ASSERT_TRUE(huge.value);
  check(*huge.value);
  EXPECT_GT(huge.value->text.size(), max_html_text);
  EXPECT_LT(huge.value->text.size(), max_html_text + 1000);
  EXPECT_TRUE(huge.value->text.ends_with("y.\n"));
}

TEST(PaperHtml, WhatWouldCostTooMuchIsRefused) {
  std::string deep, formatting;
  for (int i = 0; i < 100'000; ++i) deep += "<div>";
  for (int i = 0; i < 1000; ++i) formatting += "<em a" + std::to_string(i) + ">";
  for (int i = 0; i < 10'000; ++i) formatting += "<p>x";
  EXPECT_THAT(read(in_document(deep + filler)).error, HasSubstr("nested too deep"));
  EXPECT_THAT(read(in_document(formatting + filler)).error, HasSubstr("nested too deep"));
  // What hides its ends from those who count them.
  std::string hidden;
  for (int i = 0; i < 1000; ++i)
    hidden += "<em a" + std::to_string(i) + "><textarea></em></textarea><!--</em>--><svg></em></svg>";
  EXPECT_THAT(read(in_document(hidden + filler)).error, HasSubstr("nested too deep"));
}

TEST(PaperHtml, PartsOfPagesDoNoHarm) {
  const std::string whole = file("fixtures/html/tables.html");
  for (std::size_t length = 0; length < whole.size(); length += 61) {
    const Read<paper::FullText> part = read(std::string_view(whole).substr(0, length));
    if (part.value) check(*part.value);
  }
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
