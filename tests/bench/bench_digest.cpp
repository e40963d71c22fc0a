// What a digest costs: per paper, per digest of 40 papers, and per form. Release builds only.
#include <benchmark/benchmark.h>

#include <random>

#include "daemon/base/time.hpp"
#include "daemon/digest/digest.hpp"
#include "daemon/digest/render.hpp"

namespace {

using namespace paperboy;
using namespace paperboy::digest;

// Abstracts of ordinary length (about 1,300 characters) from ordinary sentences, with words that vary from paper to
// paper.
paper::Paper make_paper(int number) {
  static const char* const frames[] = {
      "In recent years, # has attracted much attention in the study of #.",
      "However, existing methods for # remain slow and depend on # (see e.g. Fig. 3).",
      "To address this, we propose #, a novel # that learns # from 12.5% of the data.",
      "It combines # with # and a decoder for #.",
      "Extensive experiments show that # outperforms # by 3.2% on # and #.",
      "We prove that # converges if and only if # is bounded by #.",
      "A detailed analysis of # reveals that # is governed by #.",
      "We hope that # inspires future work on #; code is available at https://github.com/ada/tree.",
  };
  static const char* const nouns[] = {"gaussian splatting",    "world models",         "inverse rendering",
                                      "axion clocks",          "tidal streams",        "sparse attention",
                                      "graph neural networks", "dark matter halos",    "robot grasping",
                                      "surface codes",         "lattice gauge theory", "speech tokens"};
  std::mt19937 random(static_cast<unsigned>(number));
  const auto noun = [&] {
    const std::string word(nouns[random() % std::size(nouns)]);
    return random() % 3 == 0 ? word + " " + std::string(1, static_cast<char>('a' + random() % 26)) + "-type" : word;
  };
  paper::Paper paper;
  paper.id = *paper::PaperId::arxiv("2611." + std::to_string(10000 + number));
  paper.version = 1;
  paper.title = "On " + noun() + " and " + noun();
  for (const char* frame : frames) {
    for (const char* c = frame; *c != '\0'; ++c) paper.abstract += *c == '#' ? noun() : std::string(1, *c);
    paper.abstract += ' ';
  }
  paper.authors = {"Ada M. van Dijk", "Jos\xc3\xa9 P\xc3\xa9rez", "Li Wei", "Noor Haddad"};
  paper.categories = {"cs.CV", "cs.RO"};
  paper.published = parse_day("2026-11-02");
  return paper;
}

DigestInput make_input(int papers) {
  DigestInput input;
  input.person.name = "Ada";
  paper::Topic topic;
  topic.name = "Splatting";
  topic.limit = papers;
  input.person.topics = {topic};
  input.date = *parse_day("2026-11-03");
  input.now = Time(input.date);
  std::vector<Candidate> candidates;
  for (int i = 0; i < papers; ++i) {
    paper::Match match{.person = "ada", .topic = "Splatting", .score = 0.5 + i * 0.001, .reasons = {}};
    match.reasons.push_back({paper::ReasonKind::phrase, "splatting", "title"});
    candidates.push_back(
        {.paper = make_paper(i), .kind = paper::AnnounceKind::new_paper, .day = input.date, .matches = {match}});
  }
  input.sections = select(input.person, std::move(candidates));
  return input;
}

const Templates& templates() {
  static const Templates shipped({std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"});
  return shipped;
}

const Built& built() {
  static const Built message = build(make_input(40), templates());
  return message;
}

void key_findings_of_a_paper(benchmark::State& state) {
  const paper::Paper paper = make_paper(1);
  for (auto _ : state) benchmark::DoNotOptimize(key_findings(paper));
}
BENCHMARK(key_findings_of_a_paper)->Unit(benchmark::kMicrosecond);

// With as many different terms as a real month: of 12,000 papers announced in March 2026 (287,000 terms, 882,000 in
// all) the sketch is exact for 94 % of the terms, 0.06 too large on average and 5 at most; terms that are in no paper
// count 0.2 on average, 8 at most.
void count_terms_of_a_month(benchmark::State& state) {
  std::vector<paper::Paper> papers;
  for (int i = 0; i < 12'000; ++i) {
    papers.push_back(make_paper(i % 500));
    for (int k = 0; k < 20; ++k) papers.back().abstract += " and of w" + std::to_string(i * 20 + k);
  }
  for (auto _ : state) {
    TermCounts counts;
    for (const paper::Paper& paper : papers) counts.add(paper);
    benchmark::DoNotOptimize(counts.count("tidal stream"));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * papers.size()));
}
BENCHMARK(count_terms_of_a_month)->Unit(benchmark::kMillisecond);

void summary_of_a_digest(benchmark::State& state) {
  const DigestInput input = make_input(static_cast<int>(state.range(0)));
  TermCounts background;
  for (int i = 1000; i < 1500; ++i) background.add(make_paper(i));
  for (auto _ : state) benchmark::DoNotOptimize(summarize(input.sections, background));
}
BENCHMARK(summary_of_a_digest)->Arg(40)->Arg(200)->Unit(benchmark::kMillisecond);

void build_a_digest(benchmark::State& state) {
  const DigestInput input = make_input(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(build(input, templates()));
}
BENCHMARK(build_a_digest)->Arg(10)->Arg(40)->Arg(200)->Unit(benchmark::kMillisecond);

void write_markdown(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(to_markdown(built().document));
}
BENCHMARK(write_markdown)->Unit(benchmark::kMillisecond);

void write_text(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(to_text(built().document));
}
BENCHMARK(write_text)->Unit(benchmark::kMillisecond);

void write_page(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(to_html(templates().page(), built().document, built().title, built().preheader, false));
}
BENCHMARK(write_page)->Unit(benchmark::kMillisecond);

// 40 papers are too long for a mail: the shortening is part of it.
void write_mail(benchmark::State& state) {
  MailHeaders headers;
  headers.from_address = headers.to_address = "ada@example.org";
  headers.subject = built().title;
  headers.message_id = "x@example.org";
  for (auto _ : state) {
    const std::string html = to_html(templates().mail(), built().document, built().title, built().preheader, true);
    benchmark::DoNotOptimize(to_mail(headers, to_text(built().document), html));
  }
}
BENCHMARK(write_mail)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
