#include "integrations/arxiv/jsonl.hpp"

#include <gmock/gmock.h>

#include "daemon/base/input_file.hpp"
#include "daemon/base/time.hpp"
#include "tests/integrations/arxiv/fixture.hpp"
#include "tests/support/shared_data.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(JsonLines, ReadsALineOfTheSnapshot) {
  const JsonLine line = parse_json_line(test::fixture("snapshot.jsonl"));
  ASSERT_TRUE(line.paper) << line.error;
  const paper::Paper& paper = *line.paper;
  EXPECT_EQ(paper.id.str(), "0704.0099");
  EXPECT_EQ(paper.version, 2);
  EXPECT_EQ(paper.title, "Erdős–Rényi graphs, revisited");
  EXPECT_EQ(paper.title_raw, "Erd\\H{o}s--R\\'enyi graphs, revisited");
  EXPECT_EQ(paper.abstract, "We revisit graphs with n ≤ 10 vertices.\nA second paragraph.");
  EXPECT_THAT(paper.authors, ElementsAre("Ada M. van Dijk", "José Pérez"));
  EXPECT_THAT(paper.categories, ElementsAre("math.CO", "math.NA"));
  EXPECT_EQ(paper.published, parse_day("2007-04-02"));
  EXPECT_EQ(paper.updated, parse_day("2007-07-24")) << "of the newest version; update_date is that of the record";
  EXPECT_EQ(paper.journal_ref, "J. Invented Math. 1 (2007)");
  EXPECT_EQ(paper.report_number, "INV-07-1");
  EXPECT_EQ(paper.doi, "10.1000/jim.2007.1");
  EXPECT_FALSE(paper.announced);
}

TEST(JsonLines, ReadsListsAndSpelledOutDays) {
  const JsonLine line = parse_json_line(
      R"({"id":"2603.17541","version":1,"title":"T","abstract":"A","authors":["Jos\\'e P\\'erez","Ada M. van Dijk"],)"
      R"("categories":["cs.CV","cs.NA"],"classes":["68T07, 68T45"],"primary_category":"cs.CV","published":"2026-03-18",)"
      R"("updated":null,"announced":"2026-03-19","comments":null,"journal_ref":"J","doi":null,"source":["x"]})");
  ASSERT_TRUE(line.paper) << line.error;
  EXPECT_THAT(line.paper->authors, ElementsAre("José Pérez", "Ada M. van Dijk"));
  EXPECT_THAT(line.paper->categories, ElementsAre("cs.CV", "math.NA"));
  EXPECT_THAT(line.paper->classes, ElementsAre("68T07", "68T45"));
  EXPECT_EQ(line.paper->announced, parse_day("2026-03-19"));
  EXPECT_EQ(line.paper->published, parse_day("2026-03-18"));
  EXPECT_FALSE(line.paper->updated);
  EXPECT_EQ(line.paper->journal_ref, "J");
  EXPECT_EQ(line.paper->version, 1);
}

TEST(JsonLines, TakesWhatIsThere) {
  const JsonLine line = parse_json_line(R"({"id":"hep-th/9901001","title":"Old","unknown":{"a":[1,2]}})");
  ASSERT_TRUE(line.paper) << line.error;
  EXPECT_EQ(line.paper->version, 0);
  EXPECT_TRUE(line.paper->authors.empty());
}

TEST(JsonLines, MendsIllFormedText) {
  const JsonLine line = parse_json_line("{\"id\":\"2603.17541\",\"title\":\"a\xFF\x62\\u0000c\"}");
  ASSERT_TRUE(line.paper) << line.error;
  EXPECT_EQ(line.paper->title,
            "a\xEF\xBF\xBD"
            "bc");
}

TEST(JsonLines, SaysWhyALineIsSkipped) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "not JSON"},
      {"not json", "not JSON"},
      {R"({"id":"2603.17541","title":"T")", "not JSON"},
      {R"({"id":"2603.17541","title":"T"} x)", "not JSON"},
      {"[1,2]", "not a JSON object"},
      {"null", "not a JSON object"},
      {R"({"title":"T"})", "no 'id'"},
      {R"({"id":7,"title":"T"})", "'id' is not a string"},
      {R"({"id":"2613.00001","title":"T"})", "'id' is no arXiv id: '2613.00001'"},
      {R"({"id":"2603.17541"})", "2603.17541: no 'title'"},
      {R"({"id":"2603.17541","title":"T","authors":[1]})", "'authors' holds something that is not a string"},
      {R"({"id":"2603.17541","title":"T","authors_parsed":[["a"],"b"]})", "'authors_parsed' holds something"},
      {R"({"id":"2603.17541","title":"T","categories":{"a":1}})", "'categories' is not a string"},
      {R"({"id":"2603.17541","title":"T","versions":[{"version":"v1","created":"soon"}]})", "'versions'"},
      {R"({"id":"2603.17541","title":"T","announced":"2026-02-30"})", "'announced' is not a day"},
      {R"({"id":"2603.17541","title":"T","version":"one"})", "'version' is not a version number"},
      {R"({"id":"2603.17541","title":"T","x":)" + std::string(100, '[') + std::string(100, ']') + "}", "not JSON"},
  };
  for (const auto& [line, why] : cases) {
    const JsonLine read = parse_json_line(line);
    EXPECT_FALSE(read.paper) << line;
    EXPECT_THAT(read.error, HasSubstr(why)) << line;
    EXPECT_EQ(read.error.find('\n'), std::string::npos) << line;
  }
}

TEST(JsonLines, ReadsTheCorpusOfRealPapers) {
  PAPERBOY_NEED_SHARED_DATA(data);
  InputFile file(data / "corpus/papers-sample.jsonl.gz");
  std::string line;
  int papers = 0, with_authors = 0, with_categories = 0, announced = 0;
  while (file.read_line(line)) {
    const JsonLine read = parse_json_line(line);
    ASSERT_TRUE(read.paper) << file.line_number() << ": " << read.error;
    ++papers;
    with_authors += !read.paper->authors.empty();
    with_categories += !read.paper->categories.empty();
    announced += read.paper->announced.has_value();
    EXPECT_EQ(read.paper->title.find('\n'), std::string::npos) << read.paper->id.str();
  }
  EXPECT_EQ(papers, 2600);
  EXPECT_GE(with_authors, 2590);
  EXPECT_EQ(with_categories, papers);
  EXPECT_GE(announced, 200);
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
