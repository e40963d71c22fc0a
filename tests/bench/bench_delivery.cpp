// What the deliver stage bears, on the path that a message takes in the daemon: a store in a file with
// synchronous=FULL, claim and intent committed, sent through net::Client over a socket to a peer on a thread of its
// own, the settlement committed; as many loops as the case says. There are no rate limits. Each figure stands
// beside its goal; `cpu_us` is of one message and without the peer's thread, `load` the machine's at the end.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>

#include "daemon/async/nursery.hpp"
#include "daemon/base/log.hpp"
#include "daemon/digest/templates.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/net/client.hpp"
#include "daemon/store/people.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/fast_sink.hpp"

namespace paperboy {
namespace {

using namespace std::chrono_literals;
using SteadyTime = std::chrono::steady_clock::time_point;
using Protocol = test::FastSink::Protocol;

// As many as the channels have.
constexpr int mail_lanes = 8, chat_lanes = 16;
constexpr int email = 0, https = 1;  // range(0) of every case

const test::Authority& authority() {
  static const test::Authority made("Paperboy bench");
  return made;
}

// What the email and the chat channels do with a message, without their rate limits: one mail, or one POST.
class Direct final : public flow::Channel {
 public:
  Direct(Protocol protocol, unsigned short port, net::Client& client, int lanes)
      : protocol_(protocol), client_(client) {
    server_.host = "127.0.0.1";
    server_.port = port;
    server_.security = net::MailSecurity::none;
    url_ = "https://127.0.0.1:" + std::to_string(port) + "/api/chat.postMessage";
    traits_.concurrency = lanes;
  }
  const std::string& name() const override { return name_; }
  const flow::ChannelTraits& traits() const override { return traits_; }
  std::optional<std::string> check_destination(const std::string&) const override { return std::nullopt; }
  std::vector<flow::Part> compose(const flow::Composition&) const override { return {}; }
  async::Awaitable<flow::Outcome> send(flow::Outgoing message) override {
    flow::Outcome outcome;
    try {
      if (protocol_ == Protocol::smtp) {
        net::Mail mail{"paperboy@example.org", std::move(message.destination), std::move(message.payload)};
        net::MailTimeouts timeouts;
        const net::MailReply reply = co_await client_.send_mail(server_, std::move(mail), timeouts);
        outcome.code = std::to_string(reply.code);
      } else {
        net::Request request;
        request.method = "POST";
        request.url = url_;
        request.timeout = 10min;
        request.headers = {{"Content-Type", "application/json"}};
        request.body = R"({"channel":")" + message.destination + R"(","text":")" + message.payload + R"("})";
        const net::Response response = co_await client_.fetch(std::move(request));
        outcome.code = std::to_string(response.status);
      }
      if (!outcome.code.starts_with('2')) outcome.kind = flow::Outcome::Class::refused;
    } catch (const net::NetError& error) {
      outcome.kind = flow::Outcome::Class::ambiguous;
      outcome.detail = error.what();
    }
    co_return outcome;
  }

 private:
  std::string name_ = "direct", url_;
  Protocol protocol_;
  net::Client& client_;
  net::MailServer server_;
  flow::ChannelTraits traits_;
};

// A deliver stage as the daemon starts it, its store and the peer it sends to. The loop runs on a thread of its own.
class Station {
 public:
  Station(Protocol protocol, int lanes)
      : protocol_(protocol),
        sink_(protocol, authority().issue("127.0.0.1")),
        work_(loop_.get_executor()),
        client_(net::make_curl_client(loop_.get_executor(), "Paperboy-bench")),
        channel_(protocol, sink_.port(), *client_, lanes),
        nursery_(loop_.get_executor()) {
    std::string name = (std::filesystem::temp_directory_path() / "paperboy-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    database_.emplace(store::open_sqlite(folder_ / "bench.db"));
    std::vector<paper::Person> people(1);
    people[0].id = person_;
    const Time now = clock_.now();
    database_->transact_blocking([&](store::Tx& tx) { return store::provision_people(tx, people, now); });
    const flow::Ground ground{*database_, clock_, bells_, metrics_, worker_};
    stage_.emplace(ground, channel_, dead_letters_, "bench");
    thread_ = std::thread([this] { loop_.run(); });
    boost::asio::co_spawn(loop_, start(), boost::asio::use_future).get();
  }
  ~Station() {
    boost::asio::co_spawn(loop_, nursery_.stop(100ms), boost::asio::use_future).get();
    work_.reset();
    loop_.stop();
    thread_.join();
    stage_.reset();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  // One digest with one message for each destination, in one transaction; and the bell. Returns when that was.
  SteadyTime put(const std::vector<std::string>& destinations) {
    const Time now = clock_.now();
    database_->transact_blocking([&](store::Tx& tx) {
      for (const std::string& destination : destinations) {
        const std::string number = std::to_string(put_++);
        store::DigestRow row{.id = "digest-" + number,
                             .person = person_,
                             .period_key = "daily:" + number,
                             .kind = "digest",
                             .title = "Papers of the day",
                             .markdown = PackedText("# Papers\n"),
                             .built_at = now};
        store::NewDelivery delivery{.id = "delivery-" + std::string(10 - number.size(), '0') + number,
                                    .dedup_key = number,
                                    .channel = channel_.name(),
                                    .destination = destination};
        delivery.payload = protocol_ == Protocol::smtp ? mail() : std::string(4096, 'x');
        delivery.provider_key = "<" + number + "@paperboy.example.org>";
        delivery.not_before = now;
        delivery.expires_at = now + 5 * 24h;
        const store::NewDelivery deliveries[] = {delivery};
        store::put_digest(tx, row, {}, deliveries);
      }
    });
    const SteadyTime rung = std::chrono::steady_clock::now();
    bells_.ring_ready();
    return rung;
  }

  // Messages that are settled as sent, durably.
  std::int64_t settled() {
    return database_->transact_blocking([](store::Tx& tx) {
      std::int64_t sent = 0;
      for (const store::OutboxCount& count : store::outbox_counts(tx))
        sent += count.state == "sent" ? count.messages : 0;
      return sent;
    });
  }
  // False if `messages` have not been answered and settled within a minute and a half.
  bool wait_for(std::int64_t messages) {
    const SteadyTime limit = std::chrono::steady_clock::now() + 90s;
    while (sink_.answered() < messages || settled() < messages) {
      if (std::chrono::steady_clock::now() > limit) return false;
      std::this_thread::sleep_for(sink_.answered() < messages ? 1ms : 0ms);
    }
    return true;
  }

  test::FastSink& sink() { return sink_; }
  // Of the whole process without the sink.
  double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime) - sink_.cpu_seconds();
  }

 private:
  static std::string mail() {
    std::string text = "Subject: Papers of the day\r\n\r\n";
    while (text.size() < 4096) text += std::string(70, 'x') + "\r\n";
    return text;
  }
  async::Awaitable<> start() {
    co_await stage_->recover();
    for (int lane = 0; lane < channel_.traits().concurrency; ++lane) nursery_.start("deliver", stage_->run());
  }

  const std::string person_ = "ada";
  SystemClock clock_;
  Protocol protocol_;
  test::FastSink sink_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<net::Client> client_;
  Direct channel_;
  async::Nursery nursery_;
  Metrics metrics_;
  flow::Bells bells_{loop_.get_executor()};
  async::Worker worker_{"worker"};
  flow::Composer composer_{{}, std::nullopt};
  digest::Templates templates_{{std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"}};
  flow::DeadLetters dead_letters_{composer_, templates_, {}};
  std::filesystem::path folder_;
  std::optional<store::Database> database_;
  std::optional<flow::Deliver> stage_;
  int put_ = 0;
  std::thread thread_;
};

// The share of a case's messages, in percent, that is enough to see it run (PAPERBOY_BENCH_PERCENT).
int scaled(int whole) {
  const char* percent = std::getenv("PAPERBOY_BENCH_PERCENT");
  return percent == nullptr ? whole : std::max(1, whole * std::atoi(percent) / 100);
}

std::vector<std::string> destinations(std::int64_t protocol, int first, int count) {
  std::vector<std::string> made;
  for (int n = first; n < first + count; ++n) {
    made.push_back(protocol == email ? "reader" + std::to_string(n) + "@example.org" : "C" + std::to_string(n));
  }
  return made;
}

Protocol protocol_of(const benchmark::State& state) {
  return state.range(0) == email ? Protocol::smtp : Protocol::https;
}

// Milliseconds; `quantile` of what is sorted here.
double percentile(std::vector<double>& values, double quantile) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, static_cast<std::size_t>(quantile * static_cast<double>(values.size())))];
}

double milliseconds(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  long total = 0, resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / 1e6;
}

void report_load(benchmark::State& state) {
  double load = 0;
  if (::getloadavg(&load, 1) == 1) state.counters["load"] = load;
}

// Messages for 5,000 destinations that wait at once; how long it took to put them there is not counted.
void throughput(benchmark::State& state) {
  const int messages = scaled(5000);
  Station station(protocol_of(state), static_cast<int>(state.range(1)));
  station.put(destinations(state.range(0), 0, 100));  // connections are made
  if (!station.wait_for(100)) return state.SkipWithError("the first messages did not arrive");
  std::int64_t sent = 100;
  double cpu = 0;
  for (auto _ : state) {
    const std::vector<std::string> readers = destinations(state.range(0), static_cast<int>(sent), messages);
    const SteadyTime begin = station.put(readers);
    const double before = station.cpu_seconds();
    sent += messages;
    if (!station.wait_for(sent)) return state.SkipWithError("not all messages arrived");
    cpu += station.cpu_seconds() - before;
    state.SetIterationTime(milliseconds(std::chrono::steady_clock::now() - begin) / 1e3);
  }
  const double all = static_cast<double>(sent - 100);
  state.counters["messages_per_s"] = benchmark::Counter(all, benchmark::Counter::kIsRate);
  state.counters["goal_per_s"] = 1000;
  state.counters["cpu_us"] = cpu / all * 1e6;
  report_load(state);
}
BENCHMARK(throughput)
    ->ArgNames({"https", "lanes"})
    ->ArgsProduct({{email, https}, {4, mail_lanes, chat_lanes}})
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

// From before the digest's transaction to the peer's first byte, the stage idle.
void first_byte(benchmark::State& state) {
  const int samples = scaled(400);
  Station station(protocol_of(state), chat_lanes);
  std::vector<double> latencies;
  for (auto _ : state) {
    for (int n = 0; n < samples; ++n) {
      const SteadyTime begin = std::chrono::steady_clock::now();
      station.put(destinations(state.range(0), n, 1));
      if (!station.wait_for(n + 1)) return state.SkipWithError("a message did not arrive");
      for (const test::FastSink::Arrival& arrival : station.sink().take_arrivals())
        latencies.push_back(milliseconds(arrival.first_byte - begin));
      std::this_thread::sleep_for(2ms);  // until the stage waits for its bell
    }
  }
  state.counters["p50_ms"] = percentile(latencies, 0.5);
  state.counters["p99_ms"] = percentile(latencies, 0.99);
  state.counters["goal_p99_ms"] = 100;
  report_load(state);
}
BENCHMARK(first_byte)
    ->ArgName("https")
    ->Arg(email)
    ->Arg(https)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// 100,000 messages of 4 KB wait while the stage sends: what the process holds more than with an empty queue.
void backlog(benchmark::State& state) {
  const int messages = scaled(100'000), first = scaled(5000);
  Station station(protocol_of(state), chat_lanes);
  station.put(destinations(state.range(0), 0, first));
  if (!station.wait_for(first)) return state.SkipWithError("the first messages did not arrive");
  station.sink().take_arrivals();
  const double empty = resident_mb();
  double most = 0, rate = 0;
  for (auto _ : state) {
    for (int put = 0; put < messages; put += 500) {
      station.put(destinations(state.range(0), first + put, 500));
      most = std::max(most, resident_mb());
    }
    const std::int64_t before = station.sink().answered();
    const SteadyTime begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < 5s) {
      std::this_thread::sleep_for(50ms);
      most = std::max(most, resident_mb());
      station.sink().take_arrivals();
    }
    rate = static_cast<double>(station.sink().answered() - before) /
           milliseconds(std::chrono::steady_clock::now() - begin) * 1e3;
  }
  state.counters["empty_MB"] = empty;
  state.counters["more_MB"] = most - empty;
  state.counters["goal_more_MB"] = 50;
  state.counters["queued_still"] = static_cast<double>(messages + first - station.settled());
  state.counters["messages_per_s"] = rate;
  report_load(state);
}
BENCHMARK(backlog)->ArgName("https")->Arg(email)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

double median(std::vector<double> values) {
  return percentile(values, 0.5);
}

// By how many percent the median of `with` is above that of `without`.
double more_percent(const std::vector<double>& without, const std::vector<double>& with) {
  return (median(with) / median(without) - 1) * 100;
}

// Where more_percent() lies with a confidence of 90 %: bootstrap over the rounds.
std::pair<double, double> interval(const std::vector<double>& without, const std::vector<double>& with) {
  std::minstd_rand random(1);
  std::uniform_int_distribution<std::size_t> round(0, without.size() - 1);
  std::vector<double> found;
  for (int draw = 0; draw < 1000; ++draw) {
    std::vector<double> drawn_without, drawn_with;
    for (std::size_t n = 0; n < without.size(); ++n) {
      const std::size_t at = round(random);
      drawn_without.push_back(without[at]);
      drawn_with.push_back(with[at]);
    }
    found.push_back(more_percent(drawn_without, drawn_with));
  }
  return {percentile(found, 0.05), percentile(found, 0.95)};
}

// A message for each of 199 destinations, again and again, at two stations in turn; at one of them a 200th destination
// took a message and never answers. What the others notice: the medians over the rounds of each round's p99. The
// verdict stands where `from_percent` and `to_percent` lie on one side of the goal; a loaded machine needs more rounds.
void head_of_line(benchmark::State& state) {
  constexpr int others = 199;
  const int rounds = std::max(3, scaled(200));
  const int lanes = static_cast<int>(state.range(1));
  Station free(protocol_of(state), lanes), held(protocol_of(state), lanes);
  const std::vector<std::string> readers = destinations(state.range(0), 0, others);
  held.put(std::vector<std::string>(3, state.range(0) == email ? "silent@example.org" : "Csilent"));
  std::vector<double> p99[2];
  for (auto _ : state) {
    for (int round = 0; round < rounds; ++round) {
      for (int turn = 0; turn < 2; ++turn) {
        const bool with = (round + turn) % 2 == 1;
        Station& station = with ? held : free;
        station.sink().take_arrivals();
        const SteadyTime begin = station.put(readers);
        if (!station.wait_for((round + 1) * others)) return state.SkipWithError("the others were held up");
        if (round == 0) continue;  // connections are made
        std::vector<double> latencies;
        for (const test::FastSink::Arrival& arrival : station.sink().take_arrivals())
          latencies.push_back(milliseconds(arrival.first_byte - begin));
        p99[with].push_back(percentile(latencies, 0.99));
      }
    }
  }
  const auto [from, to] = interval(p99[false], p99[true]);
  state.counters["p99_ms"] = median(p99[false]);
  state.counters["p99_held_ms"] = median(p99[true]);
  state.counters["more_percent"] = more_percent(p99[false], p99[true]);
  state.counters["from_percent"] = from;
  state.counters["to_percent"] = to;
  state.counters["goal_percent"] = 10;
  report_load(state);
}
BENCHMARK(head_of_line)
    ->ArgNames({"https", "lanes"})
    ->Args({email, mail_lanes})
    ->ArgsProduct({{email, https}, {chat_lanes}})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace paperboy

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  const paperboy::test::TemporaryFile certificates(paperboy::authority().pem());
  ::setenv("SSL_CERT_FILE", certificates.path().c_str(), 1);
  // The line that the daemon writes about each delivery is written, but not shown.
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0 || ::dup2(nowhere, STDERR_FILENO) < 0) return 1;
  paperboy::log::configure(paperboy::log::Level::info, paperboy::log::Format::logfmt);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
