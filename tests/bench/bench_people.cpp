// A mailing for many people: what the daemon's own stages take from papers that have arrived to digests in the store.
//   bench_people [--people N] [--papers N] [--seed S] [--digests N]
// A store in a file (synchronous=FULL) with 12,000 papers of the month before; N people with a topic each, made of real
// papers (percolate/workload.hpp), of those that meet 5 to 20 of the papers a mailing of 1,500 has; papers that no
// profile was made of arrive. Then Match and Digests do what is due, on the threads they have in the daemon. Printed
// for each stage: time, CPU time of the whole program, the most memory it had, rows. Nobody has an address: what
// messages and deliveries cost is in bench_digest and bench_delivery. With --digests N only some N people are
// due a digest, as on a disk that cannot hold all. Needs ../shared/data.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/time.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/match/compiled.hpp"
#include "daemon/match/index.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"
#include "tests/bench/percolate/workload.hpp"

namespace paperboy {
namespace {

namespace fs = std::filesystem;
using match::percolate::Corpus;
using match::percolate::Profile;

struct Options {
  std::size_t people = 10'000, papers = 1500, digests = SIZE_MAX;
  unsigned seed = 1;
};

const Day mailing = *parse_day("2026-06-02");
const Time morning = *parse_rfc3339("2026-06-02T08:00:00Z");
constexpr std::size_t month = 12'000;
constexpr std::size_t at_a_time = 50'000;

paper::PaperId numbered(const char* when, std::size_t number) {
  char id[16];
  std::snprintf(id, sizeof id, "%s.%05zu", when, number + 1);
  return paper::PaperId::from_canonical(id).value();
}

// Queries that 5 to 20 of 1,500 papers meet: papers that were announced before say so.
class Queries {
 public:
  Queries(const Corpus& corpus, unsigned seed) : corpus_(corpus), seed_(seed) {}

  std::vector<std::string> next(std::size_t count) {
    std::vector<std::string> kept;
    while (kept.size() < count) {
      if (ready_.empty()) make();
      kept.push_back(std::move(ready_.back()));
      ready_.pop_back();
    }
    return kept;
  }

 private:
  void make() {
    std::vector<std::string> queries;
    match::Atoms atoms;
    std::vector<match::Expression> expressions;
    for (const Profile& profile : make_profiles(corpus_, at_a_time, seed_++)) {
      queries.push_back(query_of(profile));
      compile(*match::parse(queries.back(), {.stem = true}), true, atoms, expressions.emplace_back());
    }
    atoms.finish(corpus_.frequencies, true);
    const match::Index index(expressions, atoms);
    std::vector<std::size_t> times(queries.size());
    std::vector<std::uint32_t> met;
    match::Reading reading;
    match::Index::Scratch scratch;
    const std::size_t sample = std::min<std::size_t>(1500, corpus_.makers.size());
    for (std::size_t i = 0; i < sample; ++i) {
      const paper::Paper& paper = corpus_.makers[i];
      const match::Words title(paper.title), abstract(paper.abstract);
      reading.read(paper, title, abstract, atoms);
      met.clear();
      index.match(reading, scratch, met);
      for (const std::uint32_t profile : met) ++times[profile];
    }
    for (std::size_t i = 0; i < queries.size(); ++i) {
      if (times[i] * 1500 >= 5 * sample && times[i] * 1500 <= 20 * sample) ready_.push_back(std::move(queries[i]));
    }
  }

  const Corpus& corpus_;
  unsigned seed_;
  std::vector<std::string> ready_;
};

paper::Person person(std::size_t number, std::string query) {
  char id[16];
  std::snprintf(id, sizeof id, "p%07zu", number);
  paper::Person person;
  person.id = id;
  person.name = id;
  person.schedule.time_zone = "UTC";
  paper::Topic topic;
  topic.name = "What I follow";
  topic.query = std::move(query);
  topic.stem = true;
  person.topics = {std::move(topic)};
  return person;
}

// A loop of its own, and what stages need.
class Stages {
 public:
  explicit Stages(const fs::path& file) : clock_(morning), database_(store::open_sqlite(file)) {}

  flow::Ground ground() { return {database_, clock_, bells_, metrics_, worker_}; }
  store::Database& database() { return database_; }

  template <class Stage>
  void until_done(Stage& stage) {
    while (once(stage.step())) {
    }
  }

 private:
  bool once(async::Awaitable<bool> step) {
    bool worked = false;
    std::exception_ptr failure;
    boost::asio::co_spawn(loop_, std::move(step), [&](std::exception_ptr thrown, bool did) {
      failure = thrown;
      worked = did;
      loop_.stop();
    });
    const auto guard = boost::asio::make_work_guard(loop_);
    loop_.restart();  // here: the guard before this one stopped the loop again when it went
    loop_.run();
    if (failure) std::rethrow_exception(failure);
    return worked;
  }

  boost::asio::io_context loop_;
  ManualClock clock_;
  Metrics metrics_;
  async::Worker worker_{"worker"};
  store::Database database_;
  flow::Bells bells_{loop_.get_executor()};
};

void put_people(Stages& stages, const Corpus& corpus, const Options& options) {
  Queries queries(corpus, options.seed);
  std::vector<paper::Person> people;
  for (std::string& query : queries.next(options.people)) people.push_back(person(people.size(), std::move(query)));
  // Who is new since half past seven is owed nothing today.
  const std::size_t owed = std::min(options.digests, people.size());
  stages.database().transact_blocking([&](store::Tx& tx) {
    store::provision_people(tx, std::span(people).first(owed), Time(mailing - std::chrono::days(40)));
    store::provision_people(tx, people, morning - std::chrono::minutes(15));
  });
  flow::Match match(stages.ground(), nullptr);
  stages.until_done(match);  // no topic is new any more: there is nothing it could catch up with
}

// The store as it is when the mailing has come in.
void fill(const fs::path& file, const fs::path& data, const Options& options) {
  const Corpus corpus(data, 40'000);
  Stages stages(file);
  put_people(stages, corpus, options);
  const auto put = [](store::Tx& tx, paper::Paper paper, paper::PaperId id, Day day) {
    const Time at = Time(day);
    paper.id = id;
    paper.version = 1;
    paper.published = paper.announced = day;
    store::put_paper(tx, paper, at);
    const paper::Announcement announced{id, 1, paper.primary_category(), day, paper::AnnounceKind::new_paper};
    store::put_announcements(tx, "bench", std::span(&announced, 1), at);
  };
  std::size_t number = 0;
  for (int back = 30; back > 0; --back) {
    stages.database().transact_blocking([&](store::Tx& tx) {
      const Day day = mailing - std::chrono::days(back);
      for (std::size_t i = 0; i < month / 30; ++i, ++number)
        put(tx, corpus.makers.at(number), numbered("2605", number), day);
      store::put_matches(tx, {}, store::arrivals(tx, 0, 100'000).back().seq, Time(day));
    });
  }
  stages.database().transact_blocking([&](store::Tx& tx) {
    std::set<std::string> listings;
    const std::size_t papers = std::min(options.papers, corpus.news.size());
    for (std::size_t i = 0; i < papers; ++i) {
      put(tx, corpus.news[i], numbered("2606", i), mailing);
      listings.insert(corpus.news[i].primary_category());
    }
    std::vector<paper::LedgerEntry> ledger;
    for (int back = 0; back < 14; ++back) {
      const Day day = mailing - std::chrono::days(back);
      for (const std::string& listing : listings)
        ledger.push_back({"bench", listing, day, paper::LedgerState::complete, 10, 10, ""});
    }
    store::put_ledger(tx, ledger, Time(mailing));
  });
}

std::int64_t status_mb(const char* field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::atoll(line.c_str() + std::strlen(field) + 1) / 1024;
  }
  return 0;
}

struct Used {
  double wall = 0, cpu = 0;
  static Used now() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return {std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(),
            seconds(usage.ru_utime) + seconds(usage.ru_stime)};
  }
};

class Run {
 public:
  Run(const fs::path& file, const Options& options) : options_(options), file_(file), stages_(file) {}

  void operator()() {
    flow::Match match(stages_.ground(), nullptr);
    measure("match", options_.people, match);
    const double matches = mean([](store::Tx& tx, const paper::Person& p) {
      return static_cast<double>(store::unshown_matches(tx, p).size());
    });
    flow::Digests digests(stages_.ground(), templates_, composer_, flow::DigestSettings{});
    measure("digest", std::min(options_.people, options_.digests), digests);
    const double digests_built =
        mean([](store::Tx& tx, const paper::Person& p) { return store::newest_digest(tx, p.id) ? 1.0 : 0.0; });
    std::printf("  %.1f papers a person, digests for %.1f %% (of a hundred people looked at)\n", matches,
                100 * digests_built);
    std::printf("  both %.1f s, CPU %.1f s, at most %lld MB; the store has %.1f MB\n", wall_, cpu_,
                static_cast<long long>(status_mb("VmHWM:")), static_cast<double>(fs::file_size(file_)) / 1e6);
  }

 private:
  template <class Stage>
  void measure(const char* name, std::size_t people, Stage& stage) {
    const Used before = Used::now();
    stages_.until_done(stage);
    const Used after = Used::now();
    wall_ += after.wall - before.wall;
    cpu_ += after.cpu - before.cpu;
    std::printf("  %-7s %8.1f s, CPU %8.1f s, %8.1f us a person; memory at most %lld MB\n", name,
                after.wall - before.wall, after.cpu - before.cpu,
                1e6 * (after.wall - before.wall) / static_cast<double>(people),
                static_cast<long long>(status_mb("VmHWM:")));
    std::fflush(stdout);
  }
  // The mean of a hundred people.
  template <class Of>
  double mean(const Of& of) {
    return stages_.database().transact_blocking([&](store::Tx& tx) {
      double sum = 0;
      const std::size_t step = std::max<std::size_t>(1, options_.people / 100);
      std::size_t looked = 0;
      for (std::size_t i = 0; i < options_.people; i += step, ++looked)
        sum += of(tx, store::find_person(tx, person(i, "").id).value());
      return sum / static_cast<double>(looked);
    });
  }

  Options options_;
  fs::path file_;
  Stages stages_;
  digest::Templates templates_{{fs::path(PAPERBOY_SOURCE_DIR) / "templates"}};
  flow::Composer composer_{{}, std::nullopt};
  double wall_ = 0, cpu_ = 0;
};

int run(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const auto number = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--people")
      options.people = number;
    else if (name == "--papers")
      options.papers = number;
    else if (name == "--digests")
      options.digests = number;
    else if (name == "--seed")
      options.seed = static_cast<unsigned>(number);
    else
      throw std::runtime_error("no such option: " + name);
  }
  const fs::path data = fs::path(PAPERBOY_SOURCE_DIR) / "../shared/data/corpus";
  if (!fs::exists(data)) {
    std::fprintf(stderr, "bench_people: no ../shared/data\n");
    return 77;
  }
  log::configure(log::Level::warn, log::Format::logfmt);
  const fs::path folder = fs::temp_directory_path() / ("paperboy-people-" + random_hex(8));
  fs::create_directories(folder);
  // In a process of its own: what making people takes is no part of the memory measured.
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 0;
    try {
      fill(folder / "bench.db", data, options);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "bench_people: %s\n", error.what());
      code = 1;
    }
    std::_Exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  int code = 1;
  if (status == 0) {
    std::printf("%zu people, %zu papers, seed %u\n", options.people, options.papers, options.seed);
    std::fflush(stdout);
    Run(folder / "bench.db", options)();
    code = 0;
  }
  fs::remove_all(folder);
  return code;
}

}  // namespace
}  // namespace paperboy

int main(int argc, char** argv) {
  try {
    return paperboy::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_people: %s\n", error.what());
    return 1;
  }
}
