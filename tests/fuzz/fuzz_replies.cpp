// What models write: whatever comes in, what is shown stands on the papers, and nothing else comes out.
#include <array>
#include <cstdint>

#include "daemon/base/text.hpp"
#include "daemon/reading/questions.hpp"
#include "daemon/reading/replies.hpp"
#include "integrations/llm/wire.hpp"
#include "tests/fuzz/must.hpp"

using namespace paperboy;

namespace {

paper::FullText text_of(const char* id, const std::string& abstract) {
  paper::Paper paper;
  paper.id = *paper::PaperId::arxiv(id);
  paper.version = 1;
  paper.title = "SparseWalk: Pruning Large Graphs by Random Walks";
  paper.abstract = abstract;
  return paper::full_text_of_abstract(paper);
}

struct Papers {
  paper::FullText first =
                      text_of("2611.00001",
                              "We present SparseWalk, which removes edges that random walks rarely visit. On Reddit "
                              "it reaches an accuracy of 94.7 %, whereas DropEdge reaches 93.1 %. It does not need "
                              "labels. The code is at https://github.com/example/walk."),
                  second = text_of("2611.00002", "我们提出一种剪枝方法。它在三个数据集上将训练时间减少了 48 %。");
  reading::Evidence of_first{first}, of_second{second};
  std::array<reading::Shown, 2> shown{reading::Shown{&first, &of_first}, reading::Shown{&second, &of_second}};
};

bool within(const paper::FullText& text, std::string_view quote) {
  return text::collapse_space(text.text).find(quote) != std::string::npos;
}

void check(const reading::Checked& checked, const Papers& papers) {
  must(checked.fault.empty() || checked.reading.empty());
  for (const paper::Passage& passage : checked.reading.passages) {
    for (const paper::Statement& statement : passage.statements) {
      must(!statement.text.empty() && text::sanitize(statement.text) == statement.text);
      must(!statement.quotes.empty());
      for (const paper::Quote& quote : statement.quotes) {
        must(within(papers.first, quote.text) || within(papers.second, quote.text));
      }
    }
  }
}

}  // namespace

// The first byte says what was asked and in which language.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Papers papers;
  static const std::vector<std::string> parts = [] {
    std::vector<std::string> all;
    for (const std::string_view part : reading::deep_parts()) all.emplace_back(part);
    for (const std::string_view part : reading::short_parts()) all.emplace_back(part);
    return all;
  }();
  if (size == 0) return 0;
  const std::string written(reinterpret_cast<const char*>(data) + 1, size - 1);
  const char* language = data[0] & 4 ? "zh" : "en";
  const std::string object = integrations::llm::extract_object(written);
  must(object.empty() || (object.front() == '{' && object.back() == '}'));
  for (const std::string& json : {written, object}) {
    switch (data[0] & 3) {
      case 0:
        check(reading::check_analysis(json, papers.shown[0], parts, language), papers);
        break;
      case 1:
        check(reading::check_overview(json, papers.shown, language), papers);
        break;
      default:
        for (const auto& [id, rating] : reading::check_scores(json, papers.shown, language).ratings) {
          must(id == "2611.00001" || id == "2611.00002");
          must(rating.relevance >= 1 && rating.relevance <= 5 && rating.significance >= 1 && rating.significance <= 5);
        }
    }
  }
  return 0;
}
