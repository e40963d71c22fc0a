#include "daemon/paper/full_text.hpp"

#include <gtest/gtest.h>

#include "daemon/paper/sentences.hpp"

namespace paperboy::paper {
namespace {

TEST(Sentences, AreSpansWithoutTheBlanksAroundThem) {
  const std::string_view text = " Fig. 3 shows it.  It holds, e.g. for n = 3.5.\nNext one";
  const std::vector<Span> spans = sentences_in(text);
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(text.substr(spans[0].begin, spans[0].end - spans[0].begin), "Fig. 3 shows it.");
  EXPECT_EQ(text.substr(spans[1].begin, spans[1].end - spans[1].begin), "It holds, e.g. for n = 3.5.");
  EXPECT_EQ(text.substr(spans[2].begin, spans[2].end - spans[2].begin), "Next one");
}

TEST(FullText, IsPutTogetherInOrder) {
  FullTextBuilder builder(*PaperId::arxiv("2611.00001"), 2, FullText::Source::html);
  builder.title("On  graphs");
  builder.section("1", "Introduction", 1);
  builder.paragraph("First  one.\nSecond one.");
  builder.section("1.1", "Empty", 2);
  builder.section("2", "Results", 1);
  builder.line("a. B | c");
  builder.paragraph("  ");
  const FullText text = builder.finish();
  EXPECT_EQ(text.title, "On graphs");
  EXPECT_EQ(text.text, "First one. Second one.\na. B | c\n");
  ASSERT_EQ(text.sections.size(), 3u);
  EXPECT_EQ(text.of(text.sections[0]), "First one. Second one.\n");
  EXPECT_EQ(text.of(text.sections[1]), "");
  ASSERT_EQ(text.sentences.size(), 3u);
  EXPECT_EQ(text.of(text.sentences[1]), "Second one.");
  EXPECT_EQ(text.of(text.sentences[2]), "a. B | c");
  EXPECT_EQ(text.sentences[2].section, 2u);
  EXPECT_EQ(section_reference(text, 1), "§ 1.1 Empty");
  EXPECT_EQ(section_reference(text, 9), "");
  EXPECT_EQ(section_at(text, 0), 0u);
  EXPECT_EQ(section_at(text, text.sections[2].begin), 2u);
  EXPECT_EQ(section_at(text, text.text.size()), 2u);
}

TEST(FullText, OfAnAbstractHasItsTitleToo) {
  Paper paper;
  paper.id = *PaperId::arxiv("2611.00001");
  paper.version = 3;
  paper.title = "A title";
  paper.abstract = "One. Two.\nThree.";
  const FullText text = full_text_of_abstract(paper);
  EXPECT_EQ(text.text, "A title\nOne. Two.\nThree.\n");
  EXPECT_EQ(text.sentences.size(), 4u);
  EXPECT_EQ(text.version, 3);
  EXPECT_EQ(section_reference(text, 0), "Abstract");
  EXPECT_TRUE(full_text_of_abstract(Paper()).sentences.empty());
}

}  // namespace
}  // namespace paperboy::paper
