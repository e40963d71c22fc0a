// What the store bears, on a file with synchronous=FULL: papers imported in bulk, new and known; digests; deliveries,
// whose every step is a commit of its own. Times are wall clock (the disk's flushes count), CPU is of the whole
// process.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "daemon/store/outbox.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::store {
namespace {

using namespace std::chrono_literals;
const Time now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 3} + 6h;

class TempStore {
 public:
  TempStore() {
    std::string name = (std::filesystem::temp_directory_path() / "paperboy-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    database_.emplace(open_sqlite(folder_ / "bench.db"));
  }
  ~TempStore() {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }
  Database& operator*() { return *database_; }
  Database* operator->() { return &*database_; }

 private:
  std::filesystem::path folder_;
  std::optional<Database> database_;
};

std::string words(std::mt19937& random, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) {
    for (auto letters = 2 + random() % 9; letters > 0; --letters) text += static_cast<char>('a' + random() % 26);
    text += ' ';
  }
  text.pop_back();
  return text;
}

// The shape of arXiv's average: title 84 bytes, abstract 1,350, six authors, two categories; a DOI on every tenth.
std::vector<paper::Paper> make_papers(int first, int count) {
  std::vector<paper::Paper> papers;
  std::mt19937 random(static_cast<unsigned>(first));
  for (int n = first; n < first + count; ++n) {
    char id[16];
    std::snprintf(id, sizeof id, "%02d%02d.%05d", 15 + n / 1'000'000, 1 + n / 80'000 % 12, 1 + n % 80'000);
    paper::Paper p;
    p.id = paper::PaperId::from_canonical(id).value();
    p.version = 1;
    p.title = words(random, 84);
    p.abstract = words(random, 1350);
    for (int author = 0; author < 6; ++author) p.authors.push_back(words(random, 14));
    p.categories = {"cs.CV", "cs.LG"};
    p.comments = words(random, 20);
    if (n % 10 == 0) p.doi = "10.1234/" + std::to_string(n);
    p.published = p.announced = std::chrono::floor<std::chrono::days>(now) - std::chrono::days(n / 1000);
    papers.push_back(std::move(p));
  }
  return papers;
}

std::size_t count_changes(Database& database, const std::vector<paper::Paper>& papers, Change wanted) {
  return database.transact_blocking([&](Tx& tx) {
    std::size_t changes = 0;
    for (const paper::Paper& paper : papers) changes += put_paper(tx, paper, now) == wanted;
    return changes;
  });
}

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  long total = 0, resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / 1e6;
}

void report_papers(benchmark::State& state, std::int64_t batches) {
  state.SetItemsProcessed(batches * state.range(0));
  state.counters["resident_MB"] = resident_mb();
}

// Each iteration is one transaction of `range` papers, into a database that grows.
void put_new_papers(benchmark::State& state) {
  TempStore store;
  const int batch = static_cast<int>(state.range(0));
  int next = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::vector<paper::Paper> papers = make_papers(next, batch);
    next += batch;
    state.ResumeTiming();
    if (count_changes(*store, papers, Change::added) != papers.size()) state.SkipWithError("not all were new");
  }
  report_papers(state, state.iterations());
}
BENCHMARK(put_new_papers)->Arg(1)->Arg(1500)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

void put_known_papers(benchmark::State& state) {
  TempStore store;
  const int batch = static_cast<int>(state.range(0));
  constexpr int stored = 60'000;
  for (int at = 0; at < stored; at += 1500) count_changes(*store, make_papers(at, 1500), Change::added);
  int next = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::vector<paper::Paper> papers = make_papers(next, batch);
    next = (next + batch) % (stored - batch);
    state.ResumeTiming();
    if (count_changes(*store, papers, Change::unchanged) != papers.size()) state.SkipWithError("something changed");
  }
  if (store->transact_blocking([](Tx& tx) { return count_papers(tx); }) != stored)
    state.SkipWithError("rows were added");
  report_papers(state, state.iterations());
}
BENCHMARK(put_known_papers)->Arg(1500)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

struct Digest {
  DigestRow row;
  std::vector<ShownMark> shown;
  std::vector<NewDelivery> deliveries;
};

// Twenty papers, one message of 4 KB.
Digest make_digest(int n, const std::vector<paper::Paper>& papers, const std::string& body) {
  const std::string name = std::to_string(n);
  const std::string person = "p" + std::to_string(n % 100);
  Digest digest;
  digest.row = {.id = "digest-0123456789-" + name,
                .person = person,
                .period_key = "daily:" + name,
                .kind = "digest",
                .title = "Papers of the day",
                .markdown = PackedText(body),
                .built_at = now};
  for (std::size_t at = 0; at < 20; ++at) {
    digest.shown.push_back({papers[(static_cast<std::size_t>(n) * 7 + at) % papers.size()].id, 1, "topic"});
  }
  NewDelivery delivery{.id = "delivery-0123456789-" + name,
                       .dedup_key = std::string(56, 'k') + name,
                       .channel = "email",
                       .destination = person + "/" + name + "@example.org"};
  delivery.payload = body;
  delivery.provider_key = "<" + name + "@paperboy.example.org>";
  delivery.not_before = now;
  delivery.expires_at = now + 5 * 24h;
  digest.deliveries = {delivery};
  return digest;
}

void provision(Database& database) {
  std::vector<paper::Person> people(100);
  for (int n = 0; n < 100; ++n) people[static_cast<std::size_t>(n)].id = "p" + std::to_string(n);
  database.transact_blocking([&](Tx& tx) { return provision_people(tx, people, now); });
}

void put_digests(Database& database, int first, int count, const std::vector<paper::Paper>& papers,
                 const std::string& body) {
  std::vector<Digest> digests;
  for (int n = first; n < first + count; ++n) digests.push_back(make_digest(n, papers, body));
  database.transact_blocking([&](Tx& tx) {
    for (const Digest& d : digests) put_digest(tx, d.row, d.shown, d.deliveries);
  });
}

// `range` digests a transaction: the daemon writes one, a night of many people is measured too.
void put_digest(benchmark::State& state) {
  TempStore store;
  provision(*store);
  std::mt19937 random(1);
  const std::vector<paper::Paper> papers = make_papers(0, 2000);
  const std::string body = words(random, 4096);
  const int count = static_cast<int>(state.range(0));
  int next = 0;
  for (auto _ : state) {
    put_digests(*store, next, count, papers, body);
    next += count;
  }
  state.SetItemsProcessed(next);
}
BENCHMARK(put_digest)->Arg(1)->Arg(500)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

// One delivery as the daemon does it, claim, intent and settlement each committed by themselves, with `range` in the
// queue.
void claim_and_settle(benchmark::State& state) {
  TempStore store;
  provision(*store);
  std::mt19937 random(1);
  const std::vector<paper::Paper> papers = make_papers(0, 2000);
  const std::string body = words(random, 4096);
  const int backlog = static_cast<int>(state.range(0));
  int queued = 0;
  for (; queued < backlog; queued += 500) put_digests(*store, queued, 500, papers, body);
  int sent = 0;
  for (auto _ : state) {
    if (sent++ % 500 == 499) {
      state.PauseTiming();
      put_digests(*store, queued, 500, papers, body);
      queued += 500;
      state.ResumeTiming();
    }
    const std::optional<Claimed> claimed =
        store->transact_blocking([](Tx& tx) { return claim(tx, "email", "bench", now, 60s); });
    const bool intended = claimed && store->transact_blocking([&](Tx& tx) { return intend(tx, *claimed, now); });
    Settlement settlement;
    settlement.code = "250";
    if (!intended || !store->transact_blocking([&](Tx& tx) { return settle(tx, *claimed, settlement, now); })) {
      state.SkipWithError("a delivery was not sent");
    }
  }
  state.SetItemsProcessed(sent);
}
BENCHMARK(claim_and_settle)
    ->Arg(500)
    ->Arg(100'000)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace paperboy::store

BENCHMARK_MAIN();
