// paperboy import: papers from JSON Lines into the store.
//
// Two stages side by side: one thread reads and parses, the other stores a batch in one transaction. What was committed
// stays, whenever and however the program ends; importing again adds only what is missing.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <deque>
#include <exception>
#include <iostream>
#include <memory>
#include <mutex>
#include <thread>

#include "daemon/base/input_file.hpp"
#include "daemon/base/text.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/store/papers.hpp"
#include "integrations/arxiv/jsonl.hpp"

namespace paperboy::cli {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t batch_papers = 2000;
constexpr std::size_t waiting_batches = 2;  // bounds memory: a batch is some 10 MB
constexpr std::size_t shown_reasons = 5;

struct Options {
  std::vector<std::string> files;
  std::string database;
};

struct Batch {
  std::vector<paper::Paper> papers;
  std::uint64_t bytes = 0;  // of all files, read so far
};

// What is wrong with the lines that were left out.
struct Skipped {
  std::uint64_t lines = 0;
  std::vector<std::string> reasons;  // of the first ones
};

// The way from the parsing thread to the storing one.
class Pipe {
 public:
  // False once nobody wants more.
  bool push(Batch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return batches_.size() < waiting_batches || closed_; });
    if (closed_) return false;
    batches_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  // Nothing when all was taken.
  std::optional<Batch> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !batches_.empty() || ended_; });
    if (batches_.empty()) return std::nullopt;
    Batch batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }
  void end() { set(ended_); }     // by the pusher
  void close() { set(closed_); }  // by the popper

 private:
  void set(bool& flag) {
    const std::lock_guard lock(mutex_);
    flag = true;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> batches_;
  bool ended_ = false, closed_ = false;
};

// Reads all files into the pipe on a thread of its own; joined on destruction.
class Parser {
 public:
  Parser(std::vector<std::string> files, Pipe& pipe)
      : files_(std::move(files)), pipe_(pipe), thread_([this] { run(); }) {}
  ~Parser() {
    pipe_.close();
    thread_.join();
  }
  Parser(const Parser&) = delete;

  // Once the pipe has given everything: what was left out, and the failure that ended the reading, thrown.
  const Skipped& skipped() const { return skipped_; }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void run() {
    try {
      Batch batch;
      for (const std::string& file : files_) {
        if (!read(file, batch)) break;
      }
      if (!batch.papers.empty()) pipe_.push(std::move(batch));
    } catch (...) {
      failure_ = std::current_exception();
    }
    pipe_.end();
  }

  bool read(const std::string& name, Batch& batch) {
    InputFile file(name);
    std::string line;
    const auto flush = [&] {
      batch.bytes = finished_bytes_ + file.bytes_read();
      return pipe_.push(std::exchange(batch, Batch{}));
    };
    try {
      while (file.read_line(line)) {
        if (text::trim(line).empty()) continue;
        integrations::arxiv::JsonLine parsed = integrations::arxiv::parse_json_line(line);
        if (!parsed.paper) {
          ++skipped_.lines;
          if (skipped_.reasons.size() < shown_reasons) {
            skipped_.reasons.push_back(name + ":" + std::to_string(file.line_number()) + ": " + parsed.error);
          }
          continue;
        }
        batch.papers.push_back(std::move(*parsed.paper));
        if (batch.papers.size() == batch_papers && !flush()) return false;
      }
    } catch (...) {
      flush();  // what was read before the damage is good
      throw;
    }
    finished_bytes_ += file.bytes_total();
    return true;
  }

  std::vector<std::string> files_;
  Pipe& pipe_;
  Skipped skipped_;
  std::exception_ptr failure_;
  std::uint64_t finished_bytes_ = 0;
  std::thread thread_;  // last: starts when the rest is there
};

// A bar on a terminal, a line every ten seconds elsewhere. On stderr.
class Progress {
 public:
  explicit Progress(std::uint64_t total_bytes)
      : total_bytes_(total_bytes),
        terminal_(::isatty(STDERR_FILENO) == 1),
        start_(std::chrono::steady_clock::now()),
        last_(start_) {}

  void show(std::uint64_t bytes, std::uint64_t papers) {
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10'000);
    if (now - last_ < pause) return;
    last_ = now;
    const double share =
        total_bytes_ == 0 ? 0 : std::min(1.0, static_cast<double>(bytes) / static_cast<double>(total_bytes_));
    std::string line = std::to_string(static_cast<int>(share * 100)) + " %, " +
                       text::group_digits(static_cast<std::int64_t>(papers)) + " papers, " + rate(papers) + "/s";
    if (share > 0) line += ", " + clock_time(seconds() * (1 - share) / share) + " to go";
    if (terminal_) {
      const auto filled = static_cast<std::size_t>(share * 24);
      std::cerr << "\r[" << std::string(filled, '#') << std::string(24 - filled, '.') << "] " << line << "\x1b[K"
                << std::flush;
    } else {
      std::cerr << line << std::endl;
    }
  }
  void clear() const {
    if (terminal_) std::cerr << "\r\x1b[K" << std::flush;
  }

  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  std::string rate(std::uint64_t papers) const {
    return text::group_digits(static_cast<std::int64_t>(static_cast<double>(papers) / std::max(seconds(), 0.001)));
  }

 private:
  static std::string clock_time(double seconds) {
    const auto whole = static_cast<long>(seconds);
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), "%ld:%02ld", whole / 60, whole % 60);
    return out.data();
  }

  std::uint64_t total_bytes_;
  bool terminal_;
  SteadyTime start_, last_;
};

// SIGINT and SIGTERM set a flag while this lives: the batch under way is finished. A second one ends the program at
// once.
std::atomic<bool> interrupted{false};

class Interrupts {
 public:
  Interrupts() {
    struct sigaction action{};
    action.sa_handler = [](int) { interrupted.store(true); };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
  }
  ~Interrupts() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
  }
};

struct Tally {
  std::array<std::uint64_t, 4> changes{};  // by store::Change
  std::uint64_t papers() const { return changes[0] + changes[1] + changes[2] + changes[3]; }
};

Tally store_batch(store::Database& database, const Batch& batch, Time now) {
  return database.transact_blocking([&](store::Tx& tx) {
    Tally tally;
    for (const paper::Paper& paper : batch.papers)
      ++tally.changes[static_cast<std::size_t>(store::put_paper(tx, paper, now))];
    return tally;
  });
}

std::string count(std::uint64_t n) {
  return text::group_digits(static_cast<std::int64_t>(n));
}

void summarize(const Tally& tally, const Skipped& skipped, const Progress& progress) {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.1f", progress.seconds());
  std::cout << count(tally.papers()) << " papers in " << seconds.data() << " s (" << progress.rate(tally.papers())
            << "/s): " << count(tally.changes[0]) << " added, " << count(tally.changes[1]) << " revised, "
            << count(tally.changes[2]) << " completed, " << count(tally.changes[3]) << " unchanged; "
            << count(skipped.lines) << " lines skipped\n";
  for (const std::string& reason : skipped.reasons) std::cout << "  " << reason << "\n";
  if (skipped.lines > skipped.reasons.size())
    std::cout << "  and " << count(skipped.lines - skipped.reasons.size()) << " more\n";
}

int import_papers(const Options& options, const Context& context) {
  std::uint64_t total_bytes = 0;
  for (const std::string& file : options.files)
    total_bytes += InputFile(file).bytes_total();  // also: can each be opened?
  const std::filesystem::path file = store_file(options.database, context);
  store::Database database(store::open_sqlite(file));

  const Interrupts interrupts;
  const SystemClock clock;
  Progress progress(total_bytes);
  Tally tally;
  Pipe pipe;
  Parser parser(options.files, pipe);
  while (!interrupted) {
    const auto batch = pipe.pop();
    if (!batch) break;
    const Tally stored = store_batch(database, *batch, clock.now());
    for (std::size_t i = 0; i < stored.changes.size(); ++i) tally.changes[i] += stored.changes[i];
    progress.show(batch->bytes, tally.papers());
  }
  progress.clear();
  if (interrupted) {
    throw Error("interrupted after " + count(tally.papers()) +
                " papers, which are in the store; import again to go on");
  }
  summarize(tally, parser.skipped(), progress);
  parser.rethrow();
  if (tally.papers() == 0 && parser.skipped().lines > 0) throw Error("none of the lines is a paper");
  return 0;
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("FILE", options->files, "JSON Lines, plain, gzip or Zstandard")->required();
  command.add_option("--database", options->database, "the store to fill (default: the one of the settings)")
      ->type_name("FILE");
  command.footer(
      "Fills the store with papers that were announced before: one JSON object a line, as in arXiv's metadata "
      "snapshot.\n"
      "They serve as background (how common is a word?), as examples of topics and for 'paperboy query'; nobody is "
      "sent\n"
      "them. Safe to interrupt and to repeat.\n\n"
      "Example:\n"
      "  paperboy import arxiv-metadata-oai-snapshot.json.zst");
  return [options](const Context& context) { return import_papers(*options, context); };
}

}  // namespace

extern const Verb import_verb;
const Verb import_verb{"import", Group::data, "fill the store with papers from JSON Lines", &setup};

}  // namespace paperboy::cli
