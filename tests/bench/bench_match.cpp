// What matching costs: one paper against 1,000 and 10,000 topics, reading a paper, parsing a query; and, for the
// figures in daemon/match/README.md, how well examples find papers of their kind. The topics are made of real papers'
// words; needs
// ../shared/data. Times are of one thread.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "daemon/match/profiles.hpp"
#include "daemon/match/query.hpp"
#include "daemon/match/words.hpp"
#include "tests/daemon/match/corpus.hpp"

namespace paperboy::match {
namespace {

std::filesystem::path shared_data() {
  if (const char* named = std::getenv("PAPERBOY_SHARED_DATA")) return named;
  return std::filesystem::path(PAPERBOY_SOURCE_DIR) / ".." / "shared" / "data";
}

// Papers of January 2026: 500 are matched, the others make topics and statistics.
struct Corpus {
  std::vector<paper::Paper> papers, news;
  Statistics statistics;

  // Nothing, and the benchmark skipped, where the data is not.
  static const Corpus* get(benchmark::State& state) {
    static const auto file = shared_data() / "corpus" / "papers-2026.jsonl.zst";
    if (!std::filesystem::exists(file)) {
      state.SkipWithError("needs ../shared/data (or PAPERBOY_SHARED_DATA), which is not here");
      return nullptr;
    }
    static const Corpus corpus(file);
    return &corpus;
  }

 private:
  explicit Corpus(const std::filesystem::path& file) {
    for (paper::Paper& paper : test::read_papers(file, 10'500)) papers.push_back(test::cleaned(std::move(paper)));
    std::shuffle(papers.begin(), papers.end(), std::mt19937(20261103));
    news.assign(papers.end() - 500, papers.end());
    papers.resize(papers.size() - 500);
    for (const paper::Paper& paper : papers) statistics.add(paper);
  }
};

// Topics as people write them, each about one paper of the corpus: OR lists, (OR) AND (OR), AND; a third of the terms
// phrases, some prefixes, fields, exclusions and authors; two fifths with categories; every tenth has five examples as
// well.
class TopicMaker {
 public:
  explicit TopicMaker(const Corpus& corpus) : corpus_(corpus) {}

  paper::Topic operator()() {
    const paper::Paper& about = pick();
    words_ = rare_words(about);
    paper::Topic topic;
    topic.name = "topic";
    switch (random_() % 10) {
      case 0:
      case 1:
        topic.query = term() + " AND " + term();
        break;
      case 2:
      case 3:
      case 4:
        topic.query = '(' + any_of(2) + ") AND (" + any_of(3) + ')';
        break;
      default:
        topic.query = any_of(4);
    }
    if (random_() % 7 == 0) topic.exclude = term();
    if (random_() % 5 < 2) topic.categories = {about.categories.front(), "cs.LG"};
    if (random_() % 16 == 0 && !about.authors.empty()) topic.authors = {about.authors.front()};
    if (random_() % 10 == 0) {
      for (int i = 0; i < 5; ++i) topic.examples.push_back(pick().id.str());
    }
    topic.stem = random_() % 4 == 0;
    return topic;
  }

 private:
  const paper::Paper& pick() { return corpus_.papers[random_() % corpus_.papers.size()]; }
  // The dozen rarest words of the paper that other papers have too.
  std::vector<std::string> rare_words(const paper::Paper& paper) const {
    const Words words(paper.title + ' ' + paper.abstract);
    std::map<double, std::string> by_frequency;
    const double unknown = corpus_.statistics.inverse_document_frequency("");
    for (std::size_t i = 0; i < words.size(); ++i) {
      const double idf = corpus_.statistics.inverse_document_frequency(words[i]);
      if (words[i].size() > 3 && idf < unknown - 2) {
        by_frequency[-idf] = words[i];
        if (i + 1 < words.size() && i % 3 == 0) by_frequency[-idf] += ' ' + std::string(words[i + 1]);
      }
    }
    std::vector<std::string> rare;
    for (const auto& [idf, word] : by_frequency) {
      if (rare.size() < 12) rare.push_back(word);
    }
    if (rare.empty()) rare.push_back("learning");
    return rare;
  }
  std::string term() {
    const std::string& word = words_[random_() % words_.size()];
    const std::string field = random_() % 7 == 0 ? "ti:" : "";
    if (random_() % 25 == 0 && word.back() >= '0') return field + '"' + word + "*\"";
    return field + '"' + word + '"';
  }
  std::string any_of(int count) {
    std::string out = term();
    for (int i = 1; i < count; ++i) out += " OR " + term();
    return out;
  }

  const Corpus& corpus_;
  std::mt19937 random_{20261103};
  std::vector<std::string> words_;
};

std::vector<paper::Person> people(std::size_t topics, const Corpus& corpus) {
  TopicMaker make(corpus);
  std::vector<paper::Person> result((topics + 4) / 5);
  for (std::size_t i = 0; i < topics; ++i) {
    result[i / 5].id = "person" + std::to_string(i / 5);
    result[i / 5].topics.push_back(make());
  }
  return result;
}

void one_paper(benchmark::State& state) {
  const Corpus* corpus = Corpus::get(state);
  if (corpus == nullptr) return;
  const Profiles profiles(people(static_cast<std::size_t>(state.range(0)), *corpus), corpus->papers,
                          corpus->statistics);
  std::size_t at = 0, matches = 0;
  for (auto _ : state) matches += profiles.match(corpus->news[at++ % corpus->news.size()]).size();
  state.counters["matches"] = benchmark::Counter(static_cast<double>(matches), benchmark::Counter::kAvgIterations);
}
BENCHMARK(one_paper)->Arg(1)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);

void build_profiles(benchmark::State& state) {
  const Corpus* corpus = Corpus::get(state);
  if (corpus == nullptr) return;
  const auto persons = people(static_cast<std::size_t>(state.range(0)), *corpus);
  for (auto _ : state) benchmark::DoNotOptimize(Profiles(persons, corpus->papers, corpus->statistics).topics());
}
BENCHMARK(build_profiles)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void add_to_statistics(benchmark::State& state) {
  const Corpus* corpus = Corpus::get(state);
  if (corpus == nullptr) return;
  Statistics statistics;
  std::size_t at = 0;
  for (auto _ : state) statistics.add(corpus->papers[at++ % corpus->papers.size()]);
}
BENCHMARK(add_to_statistics)->Unit(benchmark::kMicrosecond);

void parse_query(benchmark::State& state) {
  const std::string query =
      "(\"gaussian splat*\" OR nerf OR ti:\"radiance fields\") AND self-supervised NOT (survey OR cat:eess.*) OR "
      "au:\"K. "
      "He\"";
  for (auto _ : state) benchmark::DoNotOptimize(parse(query, {.stem = state.range(0) != 0}));
}
BENCHMARK(parse_query)->ArgName("stem")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

void parse_longest(benchmark::State& state) {
  std::string query;
  while (query.size() < max_query_bytes - 16) query += "(alpha OR beta) ";
  for (auto _ : state) benchmark::DoNotOptimize(parse(query));
}
BENCHMARK(parse_longest)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace paperboy::match

BENCHMARK_MAIN();
