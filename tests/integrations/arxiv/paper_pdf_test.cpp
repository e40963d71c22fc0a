#include "integrations/arxiv/paper_pdf.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/integrations/arxiv/small_pdf.hpp"
#include "tests/support/pdftotext.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using testing::HasSubstr;
using testing::Not;

const paper::PaperId id = *paper::PaperId::arxiv("2611.00001");

TEST(PdfText, BecomesSectionsAndParagraphs) {
  const Read<paper::FullText> read = read_pdf_text(
      "arXiv:2611.00001v1 [cs.LG] 3 Nov 2026\n\nPruning Large Graphs\nAda Example\n\nAbstract\nWe study prun-\ning of "
      "graphs. It is well-\nknown.\n\n1\n\nIntroduction\n\nGraph net-\nworks are slow. A Gaussian process is not.\n\n"
      "A Gaussian process\nbegins this paragraph, which is long enough for the page to count as a paper at "
      "all.\n\n12\n\n\f"
      "2.1 Setup\n\nWe use two cards, and what is said of them fills the rest of the page with words that say "
      "nothing.\n\n"
      "References\n\n[1] T. Kipf. Graphs. 2017.\n\nA Proofs\n\nThe proof is short.\n",
      id, 1);
  ASSERT_TRUE(read.value) << read.error;
  const paper::FullText& text = *read.value;
  std::string shown;
  for (std::uint32_t i = 0; i < text.sections.size(); ++i) {
    shown += "[" + paper::section_reference(text, i) + "] " + std::string(text.of(text.sections[i]));
  }
  EXPECT_EQ(shown,
            "[Text] Pruning Large Graphs Ada Example\n"
            "[Abstract] We study pruning of graphs. It is wellknown.\n"
            "[§ 1 Introduction] Graph networks are slow. A Gaussian process is not.\n"
            "A Gaussian process begins this paragraph, which is long enough for the page to count as a paper at all.\n"
            "[§ 2.1 Setup] We use two cards, and what is said of them fills the rest of the page with words that say "
            "nothing.\n"
            "[§ A Proofs] The proof is short.\n");
  EXPECT_EQ(text.source, paper::FullText::Source::pdf);
  EXPECT_THAT(read_pdf_text("two words", id, 1).error, HasSubstr("next to no text"));
  EXPECT_THAT(read_pdf_text("", id, 1).error, HasSubstr("next to no text"));
}

class Pdf : public testing::Test {
 protected:
  void SetUp() override { PAPERBOY_NEED_PDFTOTEXT(); }
};

TEST_F(Pdf, IsReadInTheSandbox) {
  std::vector<std::string> lines;
  for (int i = 0; i < 30; ++i) lines.push_back("Line " + std::to_string(i) + " of a page that was written by hand.");
  const Read<paper::FullText> read = read_paper_pdf(test::small_pdf(lines), id, 1);
  ASSERT_TRUE(read.value) << read.error;
  EXPECT_THAT(read.value->text, HasSubstr("Line 0 of a page that was written by hand. Line 1 of a page"));
  EXPECT_THAT(read.value->text, HasSubstr("Line 29 of"));
}

TEST_F(Pdf, BrokenOnesDoNoHarm) {
  const std::string good = test::small_pdf({"One line."});
  EXPECT_THAT(read_paper_pdf("", id, 1).error, HasSubstr("no PDF"));
  EXPECT_THAT(read_paper_pdf("<html>", id, 1).error, HasSubstr("no PDF"));
  for (const std::string& bad :
       {std::string("%PDF-1.7\n"), good.substr(0, good.size() / 2), "%PDF-1.4\n" + std::string(100'000, '\xff'),
        good.substr(0, 60) + std::string(4096, '<') + good.substr(60),
        // A page tree that is its own child, and an object that refers to itself.
        std::string(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 9999999/Kids[2 0 R 2 0 "
            "R]>>endobj\n3 0 obj 3 0 R endobj\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF")}) {
    const Read<paper::FullText> read = read_paper_pdf(bad, id, 1);
    EXPECT_FALSE(read.value) << bad.substr(0, 80);
    EXPECT_FALSE(read.error.empty());
  }
}

// A stream of two kilobytes that says that it is two gigabytes long, and a page as wide as the sky.
TEST_F(Pdf, HugeOnesEndAtTheLimits) {
  std::string pdf = test::small_pdf({"x"});
  const std::size_t length = pdf.find("/Length ");
  ASSERT_NE(length, std::string::npos);
  pdf.replace(length, 9, "/Length 2000000000 ");
  EXPECT_FALSE(read_paper_pdf(pdf, id, 1).value);
  std::vector<std::string> lines(3000, std::string(80, 'w'));
  const Read<paper::FullText> read = read_paper_pdf(test::small_pdf(lines), id, 1);
  ASSERT_TRUE(read.value) << read.error;
  EXPECT_LT(read.value->text.size(), 5u << 20);
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
