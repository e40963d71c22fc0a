#pragma once
// The outside world of the stages: a source that is a list, a channel that remembers, and the ground they stand on.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/base/hash.hpp"
#include "daemon/base/time.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::test {

// Hands out its batches one a fetch, by the cursor: a source that is asked again with an old cursor answers again.
class ListSource final : public flow::Source {
 public:
  explicit ListSource(const Clock& clock) : clock_(clock) {}
  const std::string& name() const override { return name_; }
  async::Awaitable<flow::Batch> fetch(std::string cursor) override {
    if (!trouble.empty()) throw Error(trouble);
    const std::size_t at = cursor.empty() ? 0 : std::stoul(cursor);
    flow::Batch batch;
    if (at < batches.size()) batch = batches[at];
    batch.cursor = std::to_string(std::min(at + 1, batches.size()));
    batch.more = at + 1 < batches.size();
    batch.next_at = clock_.now() + std::chrono::hours(1);
    co_return batch;
  }
  std::vector<flow::Batch> batches;
  std::string trouble;  // a fetch fails with this

 private:
  std::string name_ = "list";
  const Clock& clock_;
};

// Takes every message, or answers what `script` says next.
class RecordingChannel final : public flow::Channel {
 public:
  explicit RecordingChannel(std::string name = "recording") : name_(std::move(name)) {}
  const std::string& name() const override { return name_; }
  const flow::ChannelTraits& traits() const override { return traits_; }
  std::optional<std::string> check_destination(const std::string&) const override { return std::nullopt; }
  std::vector<flow::Part> compose(const flow::Composition& composition) const override {
    const std::string text = digest::to_text(composition.document);
    {
      const std::lock_guard lock(composing_);
      web_urls.push_back(composition.web_url);
    }
    std::vector<flow::Part> made;
    for (int i = 1; i <= parts; ++i) made.push_back({text, composition.delivery_seed + "-" + std::to_string(i)});
    return made;
  }
  async::Awaitable<flow::Outcome> send(flow::Outgoing message) override {
    flow::Outcome outcome;
    if (!script.empty()) {
      outcome = script.front();
      script.pop_front();
    }
    if (outcome.kind == flow::Outcome::Class::sent || outcome.kind == flow::Outcome::Class::ambiguous) {
      applied.push_back(message.provider_key);
    }
    seen.push_back(std::move(message));
    co_return outcome;
  }

  async::Awaitable<flow::Outcome> reconcile(flow::Outgoing message) override {
    asked.push_back(std::move(message));
    flow::Outcome outcome = answers.front();
    answers.pop_front();
    co_return outcome;
  }

  flow::ChannelTraits traits_{.shows_brief = false};
  std::deque<flow::Outcome> answers;  // to questions about a doubt
  std::vector<flow::Outgoing> asked;
  mutable std::vector<std::string> web_urls;  // as they were given to compose()
  int parts = 1;
  std::deque<flow::Outcome> script;
  std::vector<flow::Outgoing> seen;  // every call
  std::vector<std::string> applied;  // provider keys that reached the reader

 private:
  std::string name_;
  mutable std::mutex composing_;  // digests are composed by several threads
};

// A store in a file of its own, a clock that stands still, and everything the stages share. run() drives one coroutine
// to its end.
class World {
 public:
  explicit World(Time start) : clock(start) {
    folder = std::filesystem::temp_directory_path() / ("paperboy-test-" + random_hex(8));
    std::filesystem::create_directories(folder);
    open();
  }
  ~World() {
    close();
    std::filesystem::remove_all(folder);
  }
  World(const World&) = delete;

  // As after a crash: nothing is left but the file.
  void reopen() {
    close();
    open();
  }

  template <class T>
  T run(async::Awaitable<T> work) {
    std::optional<T> result;
    std::exception_ptr failure;
    boost::asio::co_spawn(*io, std::move(work), [&](std::exception_ptr thrown, T value) {
      failure = thrown;
      result = std::move(value);
      io->stop();
    });
    io->restart();
    io->run();
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
  }
  void run(async::Awaitable<> work) {
    std::exception_ptr failure;
    boost::asio::co_spawn(*io, std::move(work), [&](std::exception_ptr thrown) {
      failure = thrown;
      io->stop();
    });
    io->restart();
    io->run();
    if (failure) std::rethrow_exception(failure);
  }
  template <class F>
  auto tx(F work) {
    return database->transact_blocking(std::move(work));
  }
  flow::Ground ground() { return {*database, clock, *bells, metrics, *worker}; }

  ManualClock clock;
  Metrics metrics;
  std::filesystem::path folder;
  std::unique_ptr<boost::asio::io_context> io;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<flow::Bells> bells;
  std::unique_ptr<async::Worker> worker;

 private:
  void open() {
    io = std::make_unique<boost::asio::io_context>(1);
    database = std::make_unique<store::Database>(store::open_sqlite(folder / "store.db"));
    bells = std::make_unique<flow::Bells>(io->get_executor());
    worker = std::make_unique<async::Worker>("worker");
  }
  void close() {
    worker.reset();
    bells.reset();
    database.reset();
    io.reset();
  }
};

}  // namespace paperboy::test
