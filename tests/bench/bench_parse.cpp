// Readers of arXiv's formats: bytes to papers, TeX conversion included. One thread.
//   PAPERBOY_SHARED_DATA=... bench_parse        real papers; without them one invented line, repeated
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "daemon/base/input_file.hpp"
#include "integrations/arxiv/atom_api.hpp"
#include "integrations/arxiv/jsonl.hpp"
#include "integrations/arxiv/oai.hpp"
#include "integrations/arxiv/rss.hpp"

namespace {

namespace fs = std::filesystem;
using namespace paperboy;
using namespace paperboy::integrations::arxiv;

fs::path data() {
  const char* named = std::getenv("PAPERBOY_SHARED_DATA");
  return named ? fs::path(named) : fs::path(PAPERBOY_SOURCE_DIR) / ".." / "shared" / "data";
}

std::string file_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string recorded_or(const char* recorded, const char* fixture) {
  const std::string text = file_text(data() / "responses" / recorded);
  return text.empty() ? file_text(fs::path(PAPERBOY_SOURCE_DIR) / "tests/integrations/arxiv/fixtures" / fixture) : text;
}

std::vector<std::string> lines() {
  std::vector<std::string> list;
  const fs::path corpus = data() / "corpus/papers-sample.jsonl.gz";
  if (fs::exists(corpus)) {
    InputFile file(corpus);
    for (std::string line; file.read_line(line);) list.push_back(line);
  } else {
    list.assign(2000, file_text(fs::path(PAPERBOY_SOURCE_DIR) / "tests/integrations/arxiv/fixtures/snapshot.jsonl"));
  }
  return list;
}

void json_lines(benchmark::State& state) {
  const std::vector<std::string> all = lines();
  std::int64_t bytes = 0, papers = 0;
  for (auto _ : state) {
    for (const std::string& line : all) {
      const JsonLine read = parse_json_line(line);
      papers += read.paper.has_value();
      bytes += static_cast<std::int64_t>(line.size());
    }
  }
  state.SetItemsProcessed(papers);
  state.SetBytesProcessed(bytes);
}
BENCHMARK(json_lines)->Unit(benchmark::kMillisecond);

// `papers_in(page)` reads a page and counts its papers.
template <class PapersIn>
void read_page(benchmark::State& state, const std::string& page, PapersIn papers_in) {
  std::int64_t papers = 0;
  for (auto _ : state) papers += static_cast<std::int64_t>(papers_in(page));
  state.SetItemsProcessed(papers);
  state.SetBytesProcessed(static_cast<std::int64_t>(page.size()) * static_cast<std::int64_t>(state.iterations()));
}

void oai_raw(benchmark::State& state) {
  read_page(state, recorded_or("arxiv-oaipmh/server/listrecords-arXivRaw-p2.xml", "oai-raw.xml"),
            [](const std::string& page) { return read_oai(page).page->records.size(); });
}
BENCHMARK(oai_raw)->Unit(benchmark::kMillisecond);

void rss(benchmark::State& state) {
  read_page(state, recorded_or("arxiv-rss/live/rss-quant-ph-2025-04-28.xml", "rss.xml"),
            [](const std::string& page) { return read_rss(page).value->items.size(); });
}
BENCHMARK(rss)->Unit(benchmark::kMillisecond);

void api(benchmark::State& state) {
  read_page(state, recorded_or("arxiv-api/2026-04/q_testing_s0_m100_cfe7536492ca.xml", "api.xml"),
            [](const std::string& page) { return read_api(page).value->papers.size(); });
}
BENCHMARK(api)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
