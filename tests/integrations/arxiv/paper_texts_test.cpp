#include "integrations/arxiv/paper_texts.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/integrations/arxiv/bench.hpp"
#include "tests/integrations/arxiv/small_pdf.hpp"
#include "tests/support/pdftotext.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using paper::FullText;
using test::Bench;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string page(const std::string& text) {
  std::string filler;
  for (int i = 0; i < 10; ++i) filler += "This sentence fills the page with words. ";
  return "<html><body><article class=\"ltx_document\"><h1 class=\"ltx_title ltx_title_document\">T</h1><p "
         "class=\"ltx_p\">" +
         text + " " + filler + "</p></article></body></html>";
}

std::string pdf(const std::string& text) {
  return test::small_pdf({text, "This line fills the page with words, and so do the others that follow it.",
                          "This line fills the page with words, and so do the others that follow it.",
                          "This line fills the page with words, and so do the others that follow it."});
}

class Texts : public testing::Test {
 protected:
  Texts() : folder(std::filesystem::temp_directory_path() / ("paperboy-texts-" + std::to_string(getpid()))) {
    paper.id = *paper::PaperId::arxiv("2611.00001");
    paper.version = 2;
    paper.title = "A title";
    paper.abstract = "An abstract.";
    bench.settings.html_url = "https://arxiv.invalid/html";  // arXiv itself would be asked every 15 s
    bench.settings.pdf_url = "https://arxiv.invalid/pdf";
    restart();
  }
  ~Texts() override { std::filesystem::remove_all(folder); }
  // The program begins anew; the folder stays.
  void restart() {
    texts.reset();
    bench.restart();
    texts = std::make_unique<PaperTexts>(bench.office, folder, 1u << 20);
  }
  flow::TextAnswer ask(const paper::Paper& of) {
    flow::TextAnswer answer;
    const auto body = [&]() -> async::Awaitable<> { answer = co_await texts->text_of(of); };
    test::run(body());
    return answer;
  }
  flow::TextAnswer ask() { return ask(paper); }
  // What arXiv says when it is next asked for such an address.
  void answer(const std::string& where, int status, std::string body = "", net::Headers headers = {}) {
    bench.arxiv.fail_once(where, status, std::move(body), std::move(headers));
  }

  Bench bench{"2026-11-03T13:00:00Z"};
  std::filesystem::path folder;
  std::unique_ptr<PaperTexts> texts;
  paper::Paper paper;
};

TEST_F(Texts, ComeFromHtmlAndAreKept) {
  answer("/html/", 200, page("The method is fast."));
  const flow::TextAnswer first = ask();
  EXPECT_EQ(first.text.source, FullText::Source::html);
  EXPECT_THAT(first.text.text, HasSubstr("The method is fast."));
  EXPECT_EQ(first.text.version, 2);
  EXPECT_FALSE(first.again_at);
  EXPECT_THAT(bench.arxiv.urls(), ElementsAre("https://arxiv.invalid/html/2611.00001v2"));

  restart();
  const flow::TextAnswer second = ask();
  EXPECT_EQ(second.text.text, first.text.text);
  EXPECT_EQ(second.text.sections, first.text.sections);
  EXPECT_EQ(second.text.sentences, first.text.sentences);
  EXPECT_THAT(bench.arxiv.asked, SizeIs(1)) << "it was kept";

  paper.version = 3;
  answer("/html/", 200, page("The method is faster."));
  EXPECT_THAT(ask().text.text, HasSubstr("faster")) << "a new version is a new text";
}

TEST_F(Texts, ComeFromThePdfWhereThereIsNoHtml) {
  PAPERBOY_NEED_PDFTOTEXT();
  answer("/html/", 404, page("No HTML for this one"));
  answer("/pdf/", 200, pdf("The method is slow."));
  const flow::TextAnswer got = ask();
  EXPECT_EQ(got.text.source, FullText::Source::pdf);
  EXPECT_EQ(got.text.title, "A title");
  EXPECT_THAT(got.text.text, HasSubstr("The method is slow."));
  EXPECT_THAT(bench.arxiv.urls(),
              ElementsAre("https://arxiv.invalid/html/2611.00001v2", "https://arxiv.invalid/pdf/2611.00001v2"));
  // Before December 2023 there is no HTML to ask for.
  paper.id = *paper::PaperId::arxiv("hep-th/9901001");
  answer("/pdf/", 200, pdf("An old one."));
  EXPECT_THAT(ask().text.text, HasSubstr("An old one."));
  EXPECT_EQ(bench.arxiv.asked.back().url, "https://arxiv.invalid/pdf/hep-th/9901001v2");
}

TEST_F(Texts, AreTheAbstractWhereThereIsNeither) {
  for (int i = 0; i < 2; ++i) {
    answer("/html/", 404);
    answer("/pdf/", 404);
    const flow::TextAnswer got = ask();
    EXPECT_EQ(got.text.source, FullText::Source::abstract);
    EXPECT_EQ(got.text.text, "A title\nAn abstract.\n");
    EXPECT_FALSE(got.again_at) << "there is nothing to wait for";
  }
  EXPECT_THAT(bench.arxiv.asked, SizeIs(2)) << "it is not asked for again";
}

TEST_F(Texts, APageThatHoldsNoPaperIsNoText) {
  answer("/html/", 200, "<html><body>Are you a robot?</body></html>");
  answer("/pdf/", 200, "<html><body>Are you a robot?</body></html>");
  EXPECT_EQ(ask().text.source, FullText::Source::abstract);
  EXPECT_FALSE(std::filesystem::exists(folder)) << "nothing is kept";
}

TEST_F(Texts, AHugePageIsNoText) {
  answer("/html/", 200, page(std::string(25u << 20, 'x')));
  answer("/pdf/", 404);
  EXPECT_EQ(ask().text.source, FullText::Source::abstract);
}

TEST_F(Texts, ComeLaterWhenArxivAsksForAPause) {
  answer("/html/", 429, "", {{"retry-after", "3600"}});
  const flow::TextAnswer got = ask();
  EXPECT_EQ(got.text.source, FullText::Source::abstract);
  ASSERT_TRUE(got.again_at);
  EXPECT_GE(*got.again_at, test::at("2026-11-03T14:00:00Z"));
  EXPECT_TRUE(ask().again_at);
  EXPECT_THAT(bench.arxiv.asked, SizeIs(1)) << "nothing is asked during the pause, and nobody waits for its end";
  bench.clock.set(*got.again_at);
  restart();  // the lane waits by a clock that a test cannot set
  answer("/html/", 200, page("At last."));
  EXPECT_THAT(ask().text.text, HasSubstr("At last."));
}

TEST_F(Texts, AreGivenUpAfterThreeFailures) {
  for (int i = 0; i < 3; ++i) {
    answer("/html/", 503, "", {{"retry-after", "0"}});
    const flow::TextAnswer got = ask();
    EXPECT_EQ(got.again_at.has_value(), i < 2) << i;
    bench.clock.set(bench.clock.now() + std::chrono::hours(2));
  }
  EXPECT_FALSE(ask().again_at);
  EXPECT_THAT(bench.arxiv.asked, SizeIs(3));
}

TEST_F(Texts, AreNotAskedForWherePapersHaveNone) {
  paper.id = *paper::PaperId::doi("10.1101/2026.11.01.1");
  EXPECT_EQ(ask().text.source, FullText::Source::abstract);
  paper.id = *paper::PaperId::arxiv("2611.00001");
  paper.withdrawn = true;
  EXPECT_EQ(ask().text.source, FullText::Source::abstract);
  EXPECT_THAT(bench.arxiv.asked, IsEmpty());
}

paper::FullText text_of(const char* id, std::size_t size) {
  paper::FullTextBuilder builder(*paper::PaperId::arxiv(id), 1, FullText::Source::html);
  builder.section("1", "One \"quoted\"", 2);
  builder.paragraph("Ünïcode. " + std::string(size, 'x'));
  return builder.finish();
}

TEST_F(Texts, TheLeastRecentlyUsedGoFirst) {
  TextCache cache(folder, 3500);
  for (const char* id : {"2611.00001", "2611.00002", "hep-th/9901003"}) cache.keep(text_of(id, 800));
  // One that was used today, the others long ago.
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::filesystem::last_write_time(entry.path(),
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(48));
  }
  EXPECT_TRUE(cache.find(*paper::PaperId::arxiv("2611.00001"), 1));
  cache.keep(text_of("2611.00004", 1600));
  EXPECT_TRUE(cache.find(*paper::PaperId::arxiv("2611.00001"), 1));
  EXPECT_FALSE(cache.find(*paper::PaperId::arxiv("2611.00002"), 1));
  EXPECT_TRUE(cache.find(*paper::PaperId::arxiv("2611.00004"), 1));
  cache.keep(text_of("2611.00005", 10'000));
  EXPECT_FALSE(cache.find(*paper::PaperId::arxiv("2611.00005"), 1)) << "larger than the whole room";
  const auto mode = std::filesystem::status(folder).permissions();
  EXPECT_EQ(mode & std::filesystem::perms::all, std::filesystem::perms::owner_all);
}

TEST_F(Texts, WhatIsNotOursIsNotReadBack) {
  const paper::FullText text = text_of("2611.00001", 10);
  const std::optional<paper::FullText> back = read_text(write_text(text));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->text, text.text);
  EXPECT_EQ(back->sections, text.sections);
  EXPECT_EQ(back->sentences, text.sentences);
  const std::string whole = write_text(text);
  for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_FALSE(read_text(whole.substr(0, length)));
  for (const char* bad : {"", "[]", "{}", "null", R"({"format":0})"}) EXPECT_FALSE(read_text(bad)) << bad;
  EXPECT_FALSE(read_text(R"({"format":1,"id":"2611.00001","version":1,"source":"html","title":"","text":"abc",)"
                         R"("sections":[["","t",1,0,3]],"sentences":[[0,4,0]]})"))
      << "beyond the end";
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
