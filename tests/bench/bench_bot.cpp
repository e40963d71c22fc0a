// How long an answer takes: from the moment a channel hands over what it heard to the moment the answer is given to the
// channel to be sent, and (ack) until it may be acknowledged to the provider. 160,000 papers are stored and in the
// library; 200 people ask about papers, 100 questions a second in all, each waiting for nobody. In the second case the
// digests of 200 people are built meanwhile. A store in a file with synchronous=FULL, the stages as the daemon starts
// them, a channel that takes every message at once. Each figure stands beside its goal; `load` is the machine's.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "daemon/base/log.hpp"
#include "daemon/flow/bot.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int people = 200;
constexpr int questions_a_second = 100;

// Words as often as in language: the n-th most frequent one n times less often than the first (Zipf).
std::string words(std::mt19937& random, std::size_t count) {
  constexpr double vocabulary = 40'000;
  std::uniform_real_distribution<double> uniform(0, std::log(vocabulary));
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += (i == 0 ? "w" : " w") + std::to_string(static_cast<int>(std::exp(uniform(random))));
  return text;
}

paper::PaperId id_of(int n) {
  char id[16];
  std::snprintf(id, sizeof id, "%02d%02d.%05d", 20 + n / 960'000, 1 + n / 80'000 % 12, 1 + n % 80'000);
  return paper::PaperId::from_canonical(id).value();
}

class Echo final : public flow::Channel {
 public:
  Echo() { traits_.concurrency = 16; }
  const std::string& name() const override { return name_; }
  const flow::ChannelTraits& traits() const override { return traits_; }
  std::optional<std::string> check_destination(const std::string&) const override { return std::nullopt; }
  std::vector<flow::Part> compose(const flow::Composition& composition) const override {
    return {{digest::to_text(composition.brief), composition.reply_to}};
  }
  async::Awaitable<flow::Outcome> send(flow::Outgoing message) override {
    if (!message.provider_key.empty()) sent_[message.provider_key] = Steady::now();
    co_return flow::Outcome{};
  }
  std::map<std::string, Steady::time_point> sent_;

 private:
  std::string name_ = "chat";
  flow::ChannelTraits traits_;
};

double percentile(std::vector<double>& values, double quantile) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(quantile * static_cast<double>(values.size())))];
}

double milliseconds(Steady::duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

int scaled(int whole) {
  const char* percent = std::getenv("PAPERBOY_BENCH_PERCENT");
  return percent == nullptr ? whole : std::max(1, whole * std::atoi(percent) / 100);
}

// The daemon as far as answers need it, on a loop of its own.
class Station {
 public:
  explicit Station(int papers) : papers_(papers), work_(loop_.get_executor()), nursery_(loop_.get_executor()) {
    std::string name = (std::filesystem::temp_directory_path() / "paperboy-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    database_.emplace(store::open_sqlite(folder_ / "bench.db"));
    fill();
    const flow::Ground ground{*database_, clock_, bells_, metrics_, worker_};
    match_.emplace(ground, nullptr);
    digests_.emplace(ground, templates_, composer_, flow::DigestSettings{});
    deliver_.emplace(ground, channel_, dead_letters_, "bench");
    flow::BotSettings settings;
    settings.unhurried = false;
    bot_.emplace(ground, nullptr, *match_, *digests_, composer_, templates_, settings);
    thread_ = std::thread([this] { loop_.run(); });
    run(start());
  }
  ~Station() {
    run(nursery_.stop(100ms));
    work_.reset();
    loop_.stop();
    thread_.join();
    bot_.reset();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  void run(async::Awaitable<> work) { boost::asio::co_spawn(loop_, std::move(work), boost::asio::use_future).get(); }

  // So many questions at their pace; fills what they waited for.
  void ask(int questions, std::vector<double>& acks, std::vector<double>& answers) {
    std::map<std::string, Steady::time_point> asked;
    std::mt19937 random(7);
    const Steady::time_point begin = Steady::now();
    std::vector<std::future<double>> acknowledged;
    for (int n = 0; n < questions; ++n) {
      std::this_thread::sleep_until(begin + n * (1000ms / questions_a_second));
      flow::Event event;
      event.key = "question-" + std::to_string(asked_++);
      event.reply_to = event.key;
      event.account = "U" + std::to_string(n % people);
      event.place = "D" + std::to_string(n % people);
      event.direct = event.addressed = true;
      event.text = "what about " + id_of(static_cast<int>(random() % static_cast<unsigned>(papers_))).str() + "?";
      asked[event.key] = Steady::now();
      acknowledged.push_back(boost::asio::co_spawn(loop_, take(std::move(event)), boost::asio::use_future));
    }
    for (std::future<double>& each : acknowledged) acks.push_back(each.get());
    const Steady::time_point limit = Steady::now() + 60s;
    std::map<std::string, Steady::time_point> sent;
    while (sent.size() < asked.size() && Steady::now() < limit) {
      std::this_thread::sleep_for(5ms);
      run(copy(sent));
    }
    for (const auto& [key, at] : asked) {
      if (sent.contains(key)) answers.push_back(milliseconds(sent[key] - at));
    }
  }

  // Builds the digests of everybody, until told to stop.
  void build_digests() { nursery_.start("digests", digest_run()); }
  void stop_digests() { digesting_ = false; }
  int digests_built() const { return built_; }

 private:
  void fill() {
    std::mt19937 random(3);
    const Time now = clock_.now();
    const Day today = std::chrono::floor<std::chrono::days>(now);
    std::vector<paper::Person> all(people);
    for (int n = 0; n < people; ++n) {
      paper::Person& person = all[static_cast<std::size_t>(n)];
      person.id = "reader-" + std::to_string(n);
      person.name = person.id;
      person.accounts = {{"chat", "U" + std::to_string(n)}};
      person.addresses = {{"chat", "D" + std::to_string(n)}};
      for (int t = 0; t < 5; ++t) {
        paper::Topic& topic = person.topics.emplace_back();
        topic.name = "topic " + std::to_string(t);
        topic.query = words(random, 1) + " OR \"" + words(random, 2) + "\"";
      }
    }
    database_->transact_blocking([&](store::Tx& tx) { return store::provision_people(tx, all, now); });
    for (int first = 0; first < papers_; first += 2000) {
      database_->transact_blocking([&](store::Tx& tx) {
        for (int n = first; n < std::min(first + 2000, papers_); ++n) {
          paper::Paper paper;
          paper.id = id_of(n);
          paper.version = 1;
          paper.title = words(random, 9);
          paper.abstract = words(random, 180);
          paper.authors = {"Ada Lovelace", "Paul Erdos"};
          paper.categories = {"cs.CV"};
          paper.announced = today - std::chrono::days((papers_ - n) / 1000);
          store::put_paper(tx, paper, now);
        }
      });
    }
  }
  async::Awaitable<> start() {
    for (bool more = true; more;) more = co_await bot_->step_library();
    co_await match_->profiles();
    bot_->start(nursery_);
    for (int lane = 0; lane < channel_.traits().concurrency; ++lane) nursery_.start("deliver", deliver_->run());
  }
  async::Awaitable<double> take(flow::Event event) {
    const Steady::time_point begin = Steady::now();
    std::vector<flow::Event> events{std::move(event)};
    co_await bot_->inbox("chat").take(std::move(events), std::nullopt);
    co_return milliseconds(Steady::now() - begin);
  }
  async::Awaitable<> copy(std::map<std::string, Steady::time_point>& sent) {
    sent = channel_.sent_;
    co_return;
  }
  // Each of them as the stage does: what 30 days spoke of, candidates, the document, its parts.
  async::Awaitable<> digest_run() {
    for (int n = 0; digesting_; n = (n + 1) % people) {
      auto read = [n](store::Tx& tx) { return store::find_person(tx, "reader-" + std::to_string(n)); };
      const std::optional<paper::Person> person = co_await database_->transact(read);
      const Day date = std::chrono::floor<std::chrono::days>(clock_.now()) - std::chrono::days(n == 0 ? 1 : 0);
      co_await digests_->preview(*person, date);
      ++built_;
    }
  }

  int papers_;
  std::atomic<bool> digesting_ = true;
  std::atomic<int> built_ = 0;
  int asked_ = 0;
  SystemClock clock_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  async::Nursery nursery_;
  Metrics metrics_;
  flow::Bells bells_{loop_.get_executor()};
  async::Worker worker_{"worker"};
  Echo channel_;
  flow::Composer composer_{{{"chat", &channel_}}, std::nullopt};
  digest::Templates templates_{{std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"}};
  flow::DeadLetters dead_letters_{composer_, templates_, {}};
  std::filesystem::path folder_;
  std::optional<store::Database> database_;
  std::optional<flow::Match> match_;
  std::optional<flow::Digests> digests_;
  std::optional<flow::Deliver> deliver_;
  std::optional<flow::Bot> bot_;
  std::thread thread_;
};

void reply(benchmark::State& state) {
  const int papers = scaled(160'000), questions = scaled(2000);
  Station station(papers);
  std::vector<double> acks, answers;
  if (state.range(0) != 0) station.build_digests();
  for (auto _ : state) station.ask(questions, acks, answers);
  station.stop_digests();
  if (answers.size() != static_cast<std::size_t>(questions))
    return state.SkipWithError("not all questions were answered");
  state.counters["p50_ms"] = percentile(answers, 0.5);
  state.counters["p99_ms"] = percentile(answers, 0.99);
  state.counters["goal_p99_ms"] = 50;
  state.counters["ack_p99_ms"] = percentile(acks, 0.99);
  state.counters["goal_ack_p99_ms"] = 200;
  state.counters["digests"] = station.digests_built();
  double load = 0;
  if (::getloadavg(&load, 1) == 1) state.counters["load"] = load;
}
BENCHMARK(reply)->ArgName("digests")->Arg(0)->Arg(1)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace paperboy

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  // The lines that the daemon writes are written, but not shown.
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0 || ::dup2(nowhere, STDERR_FILENO) < 0) return 1;
  paperboy::log::configure(paperboy::log::Level::info, paperboy::log::Format::logfmt);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
