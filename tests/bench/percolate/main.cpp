// One paper against many stored queries: daemon/match's index, side by side with search engines and with a plain scan.
//   bench_percolate [--profiles N,N...] [--set T|N] [--seed S] [--papers N] [--rounds N] [--corpus N]
//                   [--peers-up-to N] [--no-peers] [--naive] [--updates] [--count]
// All find the same pairs, or the program fails; only then are ratios printed. Times are CPU time of one thread,
// medians of rounds in which all take turns. Needs ../shared/data. --updates also
// starts from a store and changes single profiles; --naive has a plain reading of texts find the pairs as well; --count
// only matches, for callgrind (../instructions.py).
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>

#include "daemon/base/text.hpp"
#include "daemon/match/compiled.hpp"
#include "daemon/match/index.hpp"
#include "daemon/match/profiles.hpp"
#include "daemon/match/taste.hpp"
#include "daemon/paper/names.hpp"
#include "tests/bench/percolate/peers.hpp"
#include "tests/daemon/match/naive.hpp"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_TOGGLE_COLLECT
#endif

namespace paperboy::match::percolate {
namespace {

struct Options {
  std::vector<std::size_t> profiles{10'000, 100'000};
  bool narrow = false;
  unsigned seed = 1;
  std::size_t papers = 1500, rounds = 5, corpus = 40'000, peers_up_to = 100'000;
  bool peers = true, naive = false, updates = false, count = false;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// All profiles in daemon/match's form.
struct Compiled {
  Compiled(const std::vector<Profile>& profiles, const Frequencies& frequencies) {
    expressions.resize(profiles.size());
    for (std::size_t i = 0; i < profiles.size(); ++i) {
      compile(*parse(query_of(profiles[i]), {.stem = true}), true, atoms, expressions[i]);
    }
    compile_seconds = cpu_seconds();
    atoms.finish(frequencies, true);
    index.emplace(expressions, atoms);
  }
  Atoms atoms;
  std::vector<Expression> expressions;
  std::optional<Index> index;
  double compile_seconds = 0;
};

// Every profile looked at for every paper: the atoms are found as the index finds them, then each profile's clauses are
// tested until one fails.
class Scan {
 public:
  Scan(const std::vector<Profile>& profiles, Atoms& atoms) {
    for (const Profile& profile : profiles) {
      // (clauses AND categories OR author) AND NOT excluded, as clauses: the author stands in each of them.
      const std::size_t head = code_.size();
      code_.push_back(0);
      const auto atom_of_query = [&](const std::string& query) {
        Expression out;
        compile(*parse(query, {.stem = true}), true, atoms, out);
        return out;
      };
      const auto clause = [&](const std::vector<std::string>& queries, bool author, bool negated) {
        const std::size_t at = code_.size();
        code_.push_back(0);
        for (const std::string& query : queries) code_.push_back(atom_of_query(query).back() | (negated ? flag : 0));
        if (author && !profile.author.empty()) code_.push_back(atoms.author(profile.author));
        code_[at] = static_cast<std::uint32_t>(code_.size() - at - 1);
        ++code_[head];
      };
      const auto leaf_query = [](const Leaf& leaf) {
        Profile one;
        one.clauses = {{leaf}};
        return query_of(one);
      };
      for (const auto& leaves : profile.clauses) {
        std::vector<std::string> queries;
        for (const Leaf& leaf : leaves) queries.push_back(leaf_query(leaf));
        clause(queries, true, false);
      }
      if (!profile.categories.empty()) {
        std::string any;
        for (const std::string& each : profile.categories) any += (any.empty() ? "cat:" : " OR cat:") + each;
        clause({any}, true, false);
      }
      if (!profile.excluded.empty()) clause({leaf_query(profile.excluded.front())}, false, true);
    }
  }
  void match(const Reading& reading, std::vector<std::uint32_t>& met) const {
    std::uint32_t profile = 0;
    for (std::size_t at = 0; at < code_.size(); ++profile) {
      bool all = true;
      for (std::uint32_t clauses = code_[at++]; clauses > 0; --clauses) {
        const std::uint32_t size = code_[at++];
        bool any = !all;
        for (std::uint32_t i = 0; i < size && !any; ++i) {
          const std::uint32_t literal = code_[at + i];
          any = reading.has(literal & ~flag) != ((literal & flag) != 0);
        }
        all = all && any;
        at += size;
      }
      if (all) met.push_back(profile);
    }
  }

 private:
  static constexpr std::uint32_t flag = 1u << 31;
  std::vector<std::uint32_t> code_;  // of each profile: clauses; of each clause: size, literals
};

// Profiles met by one paper in 250 at most, of those that a paper meets at all, as the index finds on other papers.
std::vector<Profile> narrow(const Corpus& corpus, std::vector<Profile> profiles) {
  const Compiled compiled(profiles, corpus.frequencies);
  std::vector<std::uint32_t> times(profiles.size()), met;
  Reading reading;
  Index::Scratch scratch;
  const std::size_t sample = std::min<std::size_t>(1500, corpus.makers.size());
  for (std::size_t i = 0; i < sample; ++i) {
    const paper::Paper& paper = corpus.makers[i];
    const Words title(paper.title), abstract(paper.abstract);
    reading.read(paper, title, abstract, compiled.atoms);
    met.clear();
    compiled.index->match(reading, scratch, met);
    for (const std::uint32_t profile : met) ++times[profile];
  }
  std::vector<Profile> kept;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    if (times[i] * 250 <= sample) kept.push_back(std::move(profiles[i]));
  }
  return kept;
}

class Bench {
 public:
  Bench(const Corpus& corpus, const Options& options) : corpus_(corpus), options_(options) {
    papers_ = std::min(options.papers, corpus.news.size());
  }

  // CPU microseconds a paper.
  double run(std::size_t count) {
    std::vector<Profile> profiles = make_profiles(corpus_, options_.narrow ? 2 * count : count, options_.seed);
    if (options_.narrow) {
      profiles = narrow(corpus_, std::move(profiles));
      profiles.resize(std::min(count, profiles.size()));
    }
    const double begin = cpu_seconds();
    Compiled compiled(profiles, corpus_.frequencies);
    const double built = cpu_seconds();
    const Scan scan(profiles, compiled.atoms);

    Found found;
    const double first = ours(compiled, found);  // fills memories, and is not measured
    if (options_.count) {
      Found again;
      CALLGRIND_START_INSTRUMENTATION;
      ours(compiled, again);
      CALLGRIND_STOP_INSTRUMENTATION;
      same(found, again, "the index");
      std::printf("%zu profiles, %zu papers, %llu pairs\n", profiles.size(), papers_,
                  static_cast<unsigned long long>(found.pairs));
      return first;
    }
    if (options_.naive) {
      Found plainly;
      read_plainly(profiles, plainly);
      same(found, plainly, "a plain reading");
      std::printf("\n%zu pairs held by a plain reading, too\n", static_cast<std::size_t>(found.pairs));
    }
    std::vector<std::unique_ptr<Peer>> peers;
    if (options_.peers && profiles.size() <= options_.peers_up_to) peers = make_peers();
    if (!peers.empty()) {
      const Batch given = documents(profiles);
      for (const auto& peer : peers) peer->prepare(profiles, given);
    }
    std::vector<double> our_times, scan_times;
    std::vector<std::vector<double>> peer_times(peers.size());
    for (std::size_t round = 0; round < options_.rounds; ++round) {
      Found again;
      our_times.push_back(ours(compiled, again));
      same(found, again, "the index");
      Found scanned;
      scan_times.push_back(linear(compiled, scan, scanned));
      same(found, scanned, "linear scan");
      for (std::size_t i = 0; i < peers.size(); ++i) {
        Found theirs;
        peer_times[i].push_back(peers[i]->run(theirs));
        same(found, theirs, peers[i]->name());
      }
    }
    const double per_paper = 1e6 / static_cast<double>(papers_);
    const double us = median(our_times) * per_paper;
    const double n = static_cast<double>(profiles.size());
    std::printf("\n%zu profiles of set %s, seed %u; %zu papers; %.2f matches a paper (%.3f %%); load %s\n",
                profiles.size(), options_.narrow ? "N" : "T", options_.seed, papers_,
                static_cast<double>(found.pairs) / static_cast<double>(papers_),
                100.0 * static_cast<double>(found.pairs) / static_cast<double>(papers_) / n, load().c_str());
    std::printf("  index         %10.1f us a paper  %.3f ns a pair\n", us, us * 1000 / n);
    const auto line = [&](const std::string& name, const std::vector<double>& times) {
      std::vector<double> ratios;
      for (std::size_t i = 0; i < times.size(); ++i) ratios.push_back(times[i] / our_times[i]);
      std::printf("  %-13s %10.1f us a paper  %.0fx [%.0f..%.0f], equal sets\n", name.c_str(),
                  median(times) * per_paper, median(ratios), *std::min_element(ratios.begin(), ratios.end()),
                  *std::max_element(ratios.begin(), ratios.end()));
    };
    line("linear scan", scan_times);
    for (std::size_t i = 0; i < peers.size(); ++i) line(peers[i]->name(), peer_times[i]);
    bound(compiled, static_cast<double>(found.pairs) / static_cast<double>(papers_), us);
    std::printf("  built in %.2f s CPU: parsed and numbered %.2f, indexed %.2f\n", built - begin,
                compiled.compile_seconds - begin, built - compiled.compile_seconds);
    const double hot = static_cast<double>(compiled.index->hot_bytes() + compiled.atoms.hot_bytes());
    std::printf("  memory: %.1f B a profile hot (index %.1f, words and phrases %.1f)\n", hot / n,
                static_cast<double>(compiled.index->hot_bytes()) / n,
                static_cast<double>(compiled.atoms.hot_bytes()) / n);
    if (options_.updates) updates(profiles);
    return us;
  }

 private:
  static double wall() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }

  // A start from a store, then single changes.
  void updates(const std::vector<Profile>& profiles) const {
    const std::filesystem::path file = std::filesystem::temp_directory_path() / "bench_percolate.sqlite";
    std::filesystem::remove(file);
    store(profiles, file);
    Statistics statistics;
    for (const paper::Paper& paper : corpus_.makers) statistics.add(paper);
    const Shelf shelf(statistics);
    const double begin = cpu_seconds(), begin_wall = wall();
    Profiles::Builder builder(shelf);
    std::vector<paper::Person> page;
    std::size_t read = 0;
    sqlite3* db = nullptr;
    sqlite3_stmt* select = nullptr;
    sqlite3_open(file.c_str(), &db);
    sqlite3_prepare_v2(db, "SELECT id, query FROM profiles", -1, &select, nullptr);
    for (bool more = true; more;) {
      more = sqlite3_step(select) == SQLITE_ROW;
      if (more) {
        page.push_back(person(static_cast<std::size_t>(sqlite3_column_int64(select, 0)),
                              reinterpret_cast<const char*>(sqlite3_column_text(select, 1))));
        ++read;
      }
      if (page.size() == 1000 || !more) {
        builder.add(page, {});
        page.clear();
      }
    }
    sqlite3_finalize(select);
    sqlite3_close(db);
    if (read != profiles.size()) throw std::runtime_error("the store gave other profiles");
    Profiles current = builder.finish();
    std::printf("  cold start from SQLite: %.2f s CPU, %.2f s\n", cpu_seconds() - begin, wall() - begin_wall);
    std::filesystem::remove(file);

    std::vector<double> puts, removes;
    for (std::size_t i = 0; i < 64; ++i) {
      const paper::Person comes = person(profiles.size() + i, query_of(profiles[i]));
      paper::Person goes = person(i, "");
      goes.topics.clear();
      const double before = cpu_seconds();
      Profiles next = current.with(std::span(&comes, 1), {}, shelf);
      const double put = cpu_seconds();
      current = next.with(std::span(&goes, 1), {}, shelf);
      puts.push_back(put - before);
      removes.push_back(cpu_seconds() - put);
    }
    std::printf("  one person added: %.1f us (at most %.1f), removed: %.1f us (at most %.1f); %zu small parts\n",
                median(puts) * 1e6, *std::max_element(puts.begin(), puts.end()) * 1e6, median(removes) * 1e6,
                *std::max_element(removes.begin(), removes.end()) * 1e6, current.small_parts());
  }
  static paper::Person person(std::size_t number, std::string query) {
    char id[16];
    std::snprintf(id, sizeof id, "p%09zu", number);
    paper::Person person;
    person.id = id;
    person.topics.push_back({.name = "profile", .query = std::move(query), .stem = true});
    return person;
  }
  static void store(const std::vector<Profile>& profiles, const std::filesystem::path& file) {
    sqlite3* db = nullptr;
    sqlite3_stmt* insert = nullptr;
    sqlite3_open(file.c_str(), &db);
    sqlite3_exec(db, "PRAGMA synchronous = OFF; CREATE TABLE profiles(id INTEGER PRIMARY KEY, query TEXT); BEGIN",
                 nullptr, nullptr, nullptr);
    sqlite3_prepare_v2(db, "INSERT INTO profiles VALUES (?, ?)", -1, &insert, nullptr);
    for (std::size_t i = 0; i < profiles.size(); ++i) {
      const std::string query = query_of(profiles[i]);
      sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(i));
      sqlite3_bind_text(insert, 2, query.data(), static_cast<int>(query.size()), SQLITE_STATIC);
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
    sqlite3_close(db);
  }

  static void same(const Found& expected, const Found& found, const std::string& who) {
    if (expected == found) return;
    throw std::runtime_error(who + " found " + std::to_string(found.pairs) + " pairs, the index " +
                             std::to_string(expected.pairs) + ", or others");
  }
  static std::string load() {
    double one = 0;
    char text[16];
    if (getloadavg(&one, 1) != 1) return "?";
    std::snprintf(text, sizeof text, "%.1f", one);
    return text;
  }

  double ours(const Compiled& compiled, Found& found) {
    return batch(compiled, found, [&] { compiled.index->match(reading_, scratch_, met_); });
  }
  double linear(const Compiled& compiled, const Scan& scan, Found& found) {
    return batch(compiled, found, [&] { scan.match(reading_, met_); });
  }
  // The CPU time of all papers: one by one they are read and held against all profiles.
  template <class Match>
  double batch(const Compiled& compiled, Found& found, const Match& match) {
    met_.clear();
    ends_.clear();
    const double begin = cpu_seconds();
    CALLGRIND_TOGGLE_COLLECT;
    for (std::size_t i = 0; i < papers_; ++i) {
      const paper::Paper& paper = corpus_.news[i];
      const Words title(paper.title), abstract(paper.abstract);
      reading_.read(paper, title, abstract, compiled.atoms);
      match();
      ends_.push_back(met_.size());
    }
    CALLGRIND_TOGGLE_COLLECT;
    const double seconds = cpu_seconds() - begin;
    std::size_t at = 0;
    for (std::size_t i = 0; i < papers_; ++i) {
      for (; at < ends_[i]; ++at) found.add(met_[at], i);
    }
    return seconds;
  }

  // By syntax trees and texts alone.
  void read_plainly(const std::vector<Profile>& profiles, Found& found) const {
    std::vector<NodePtr> trees;
    for (const Profile& profile : profiles) trees.push_back(parse(query_of(profile), {.stem = true}));
    for (std::size_t i = 0; i < papers_; ++i) {
      const naive::Paper paper(corpus_.news[i]);
      for (std::size_t k = 0; k < trees.size(); ++k) {
        if (naive::meets(*trees[k], true, paper)) found.add(k, i);
      }
    }
  }

  Batch documents(const std::vector<Profile>& profiles) const {
    std::map<std::string, std::vector<std::uint32_t>> wanted;
    for (std::uint32_t i = 0; i < profiles.size(); ++i) {
      if (!profiles[i].author.empty()) wanted[paper::surname_key(profiles[i].author)].push_back(i);
    }
    Batch batch;
    for (std::size_t i = 0; i < papers_; ++i) {
      const paper::Paper& paper = corpus_.news[i];
      batch.documents.push_back(document_of(paper));
      std::vector<std::uint32_t> by;
      for (const std::string& author : paper.authors) {
        for (const std::uint32_t profile : wanted[paper::surname_key(author)]) {
          if (paper::same_author(profiles[profile].author, author)) by.push_back(profile);
        }
      }
      std::sort(by.begin(), by.end());
      by.erase(std::unique(by.begin(), by.end()), by.end());
      batch.by_author_of.push_back(std::move(by));
    }
    return batch;
  }

  // The least that the machine would need: to cut the text into words and hash them, to look each up, to fetch two
  // lines for each atom there is, to stream the candidates' bytes and to write the matches. The rates were measured on
  // a Zen 5 server core (34.7 GB/s read, 30 GB/s written, 1.9 ns an independent load within 4 MB and 10.3 ns beyond).
  void bound(const Compiled& compiled, double matches, double us) {
    double tokens = 0, atoms = 0, candidates = 0, bytes = 0, lists = 0;
    for (std::size_t i = 0; i < papers_; ++i) {
      const paper::Paper& paper = corpus_.news[i];
      const Words title(paper.title), abstract(paper.abstract);
      reading_.read(paper, title, abstract, compiled.atoms);
      const Index::Cost cost = compiled.index->cost(reading_);
      tokens += static_cast<double>(title.size() + abstract.size());
      atoms += static_cast<double>(reading_.present().size());
      lists += static_cast<double>(cost.lists);
      candidates += static_cast<double>(cost.candidates);
      bytes += static_cast<double>(cost.bytes);
    }
    for (double* each : {&tokens, &atoms, &candidates, &bytes, &lists}) *each /= static_cast<double>(papers_);
    const double hot = static_cast<double>(compiled.index->hot_bytes());
    const double line = hot < 4e6 ? 1.9 : hot < 16e6 ? 1.9 + (hot - 4e6) / 12e6 * 5.5 : hot < 128e6 ? 7.4 : 10.3;
    const double cut = 2.1, look = tokens * 1.9e-3, fetch = lists * 2 * line / 1000, stream = bytes / 34.7e3,
                 write = 4 * matches / 30e3;
    const double sum = cut + look + fetch + stream + write;
    std::printf(
        "  bound %.1f us = cut and hash %.1f + look up %.0f words %.2f + fetch %.0f lists %.2f + stream %.0f B "
        "%.2f + write %.2f; distance %.1fx\n",
        sum, cut, tokens, look, lists, fetch, bytes, stream, write, us / sum);
    std::printf("  %.0f atoms in a paper, %.2f candidates a match\n", atoms, candidates / matches);
  }

  const Corpus& corpus_;
  const Options& options_;
  std::size_t papers_ = 0;
  Reading reading_;
  Index::Scratch scratch_;
  std::vector<std::uint32_t> met_;  // of all papers, one behind the other
  std::vector<std::size_t> ends_;   // in met_, by paper
};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= argc) throw std::runtime_error(name + " needs a value");
      return argv[++i];
    };
    if (name == "--profiles") {
      options.profiles.clear();
      const std::string list = value();
      for (const std::string_view each : text::split(list, ','))
        options.profiles.push_back(std::stoul(std::string(each)));
    } else if (name == "--set") {
      options.narrow = value() == "N";
    } else if (name == "--seed") {
      options.seed = static_cast<unsigned>(std::stoul(value()));
    } else if (name == "--papers") {
      options.papers = std::stoul(value());
    } else if (name == "--rounds") {
      options.rounds = std::stoul(value());
    } else if (name == "--corpus") {
      options.corpus = std::stoul(value());
    } else if (name == "--peers-up-to") {
      options.peers_up_to = std::stoul(value());
    } else if (name == "--no-peers") {
      options.peers = false;
    } else if (name == "--updates") {
      options.updates = true;
    } else if (name == "--naive") {
      options.naive = true;
    } else if (name == "--count") {
      options.count = true;
    } else {
      throw std::runtime_error("unknown option " + name);
    }
  }
  return options;
}

int run(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  const char* named = std::getenv("PAPERBOY_SHARED_DATA");
  const std::filesystem::path data = named != nullptr
                                         ? std::filesystem::path(named)
                                         : std::filesystem::path(PAPERBOY_SOURCE_DIR) / ".." / "shared" / "data";
  if (!std::filesystem::exists(data / "corpus")) {
    std::puts("skipped: needs ../shared/data (or PAPERBOY_SHARED_DATA), which is not here");
    return std::getenv("CI") != nullptr ? 1 : 77;
  }
  const Corpus corpus(data / "corpus", options.corpus);
  std::printf("%zu papers make profiles, %zu are counted, %zu are matched\n", corpus.makers.size(),
              corpus.frequencies.papers, std::min(options.papers, corpus.news.size()));
  Bench bench(corpus, options);
  std::vector<double> times;
  for (const std::size_t count : options.profiles) {
    times.push_back(bench.run(count));
    if (times.size() > 1 && !options.count) {
      std::printf("  growth %.2fx for %.0fx the profiles\n", times.back() / times[times.size() - 2],
                  static_cast<double>(count) / static_cast<double>(options.profiles[times.size() - 2]));
    }
  }
  return 0;
}

}  // namespace
}  // namespace paperboy::match::percolate

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    return paperboy::match::percolate::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_percolate: %s\n", error.what());
    return 1;
  }
}
