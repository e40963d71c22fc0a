#include "daemon/net/lane.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/net/started.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using asio::cancellation_type;
using std::chrono::steady_clock;
using testing::ElementsAre;
using namespace std::chrono_literals;

// Remembers; may fail, and notes what was going on when it was called.
class Memory : public LaneMemory {
 public:
  explicit Memory(std::vector<std::string>& events) : events_(events) {}
  async::Awaitable<LaneState> load(std::string) override {
    ++loads;
    co_return state;
  }
  async::Awaitable<> save(std::string lane, LaneState s) override {
    if (fails) throw Error("disk full");
    co_await async::sleep_for(0ms);  // a save takes a turn of the loop
    EXPECT_EQ(lane, "arxiv");
    state = s;
    events_.push_back("save");
  }
  LaneState state;
  int loads = 0;
  bool fails = false;

 private:
  std::vector<std::string>& events_;
};

// Takes `takes` for each request and notes when it began and ended.
class SlowClient : public Client {
 public:
  explicit SlowClient(std::vector<std::string>& events) : events_(events) {}
  async::Awaitable<Response> fetch(Request request) override {
    begins.push_back(steady_clock::now());
    EXPECT_EQ(++running, 1) << "two requests at once";
    events_.push_back("fetch " + request.url);
    std::exception_ptr failure;
    try {
      co_await async::sleep_for(takes);
      if (fails) throw NetError("lost", Phase::after_request);
    } catch (...) {
      failure = std::current_exception();
    }
    --running;
    ends.push_back(steady_clock::now());
    if (failure) std::rethrow_exception(failure);
    Response response;
    response.status = 200;
    response.url = request.url;
    co_return response;
  }
  async::Awaitable<MailReply> send_mail(MailServer, Mail, MailTimeouts) override {
    throw NetError("not here", Phase::before_request);
    co_return MailReply{};
  }
  std::vector<steady_clock::time_point> begins, ends;
  Duration takes = 0ms;
  bool fails = false;
  int running = 0;

 private:
  std::vector<std::string>& events_;
};

class LaneTest : public testing::Test {
 protected:
  void make(Duration gap) { lane_ = std::make_unique<Lane>("arxiv", gap, client_, memory_, clock_); }
  async::Awaitable<> fetch(std::string url) {
    Request request;
    request.url = url;
    request.timeout = 60s;
    const Response response = co_await lane_->fetch(std::move(request));
    EXPECT_EQ(response.url, url);
    done_.push_back(url);
  }
  void run(const std::string& url) { test::run(loop_, fetch(url)); }
  void penalize(std::optional<Duration> wait) { test::run(loop_, lane_->penalize(wait)); }

  asio::io_context loop_;
  std::vector<std::string> events_, done_;
  Memory memory_{events_};
  SlowClient client_{events_};
  ManualClock clock_{Time(std::chrono::days(20000))};
  std::unique_ptr<Lane> lane_;
};

TEST_F(LaneTest, OneAtATimeInOrderOfArrival) {
  make(0ms);
  client_.takes = 2ms;
  std::vector<test::Started> started;
  for (const char* url : {"a", "b", "c", "d"}) started.emplace_back(loop_, fetch(url));
  ASSERT_TRUE(test::run_until(loop_, [&] { return done_.size() == 4; }));
  EXPECT_THAT(done_, ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(memory_.loads, 1);
}

TEST_F(LaneTest, TheGapCountsFromTheEndOfARequest) {
  make(50ms);
  client_.takes = 30ms;
  std::vector<test::Started> started;
  for (const char* url : {"a", "b", "c"}) started.emplace_back(loop_, fetch(url));
  ASSERT_TRUE(test::run_until(loop_, [&] { return done_.size() == 3; }));
  for (int i = 1; i < 3; ++i) EXPECT_GE(client_.begins[i] - client_.ends[i - 1], 50ms);
}

TEST_F(LaneTest, TheGapCountsAfterAFailureToo) {
  make(50ms);
  client_.fails = true;
  EXPECT_THROW(run("a"), NetError);
  client_.fails = false;
  run("b");
  EXPECT_GE(client_.begins[1] - client_.ends[0], 50ms);
}

TEST_F(LaneTest, TheStateIsSavedBeforeTheRequestAndAfterIt) {
  make(1ms);
  run("a");
  EXPECT_THAT(events_, ElementsAre("save", "fetch a", "save"));
  EXPECT_EQ(memory_.state.last_request, clock_.now());
}

TEST_F(LaneTest, NoRequestGoesOutThatCouldNotBeRemembered) {
  make(1ms);
  memory_.fails = true;
  EXPECT_THROW(run("a"), Error);
  EXPECT_TRUE(client_.begins.empty());
  memory_.fails = false;
  run("b");
}

TEST_F(LaneTest, TheGapSurvivesARestart) {
  make(200ms);
  run("a");
  const auto begin = steady_clock::now();
  clock_.advance(50ms);  // the restart took so long
  make(200ms);
  run("b");
  EXPECT_GE(steady_clock::now() - begin, 150ms);
}

TEST_F(LaneTest, ACrashUnderARequestDoesNotShortenTheGap) {
  make(50ms);
  client_.takes = 10min;
  {
    test::Started crashed(loop_, fetch("a"));
    ASSERT_TRUE(test::run_until(loop_, [&] { return client_.begins.size() == 1; }));
    // What a process would find that starts now: the request may go on until its time-out.
    EXPECT_EQ(memory_.state.last_request, clock_.now() + 60s);
    crashed.cancel(cancellation_type::terminal);
    ASSERT_TRUE(test::run_until(loop_, [&] { return crashed.ended(); }));
  }
  client_.takes = 0ms;
  clock_.advance(59s + 900ms);
  const auto begin = steady_clock::now();
  make(50ms);
  memory_.state.last_request = clock_.now() + 100ms;
  run("b");
  EXPECT_GE(steady_clock::now() - begin, 150ms);
}

TEST_F(LaneTest, APenaltyHoldsAndSurvivesARestart) {
  make(0ms);
  run("a");
  auto begin = steady_clock::now();
  penalize(100ms);
  EXPECT_EQ(memory_.state.failures, 1);
  EXPECT_EQ(memory_.state.not_before, clock_.now() + 100ms);
  EXPECT_GE(lane_->free_at(), clock_.now() + 50ms);
  run("b");
  EXPECT_GE(steady_clock::now() - begin, 100ms);
  begin = steady_clock::now();
  penalize(100ms);
  EXPECT_EQ(memory_.state.failures, 2);
  make(0ms);
  run("c");
  EXPECT_GE(steady_clock::now() - begin, 100ms);
}

TEST_F(LaneTest, APenaltyReachesThoseWhoWaitAlready) {
  make(50ms);
  run("a");
  test::Started waiting(loop_, fetch("b"));
  loop_.restart();
  loop_.poll();
  const auto begin = steady_clock::now();
  penalize(150ms);
  ASSERT_TRUE(test::run_until(loop_, [&] { return waiting.ended(); }));
  EXPECT_GE(steady_clock::now() - begin, 150ms);
}

TEST_F(LaneTest, PenaltiesWithoutAWaitDoubleUpToTenMinutes) {
  make(0ms);
  for (const Duration least : {3s, 6s, 12s, 24s, 48s, 96s, 192s, 384s, 600s, 600s}) {
    memory_.state.not_before = {};
    penalize(std::nullopt);
    const Duration wait = memory_.state.not_before - clock_.now();
    EXPECT_GE(wait, least);
    EXPECT_LE(wait, least + least / 4);
    clock_.advance(20min);
  }
  EXPECT_EQ(memory_.state.failures, 10);
}

TEST_F(LaneTest, APenaltyIsADayAtMost) {
  make(0ms);
  penalize(std::chrono::hours(24 * 365 * 30));
  EXPECT_EQ(memory_.state.not_before, clock_.now() + 24h);
}

TEST_F(LaneTest, AGoodAnswerForgetsTheFailures) {
  make(0ms);
  penalize(0ms);
  penalize(0ms);
  EXPECT_EQ(memory_.state.failures, 2);
  test::run(loop_, lane_->succeeded());
  EXPECT_EQ(memory_.state.failures, 0);
  const std::size_t saves = events_.size();
  test::run(loop_, lane_->succeeded());
  EXPECT_EQ(events_.size(), saves) << "nothing new to save";
}

TEST_F(LaneTest, AWallClockThatWasWrongHoldsNothingUpForLong) {
  memory_.state.last_request = clock_.now() + std::chrono::days(3650);
  make(20ms);
  const auto state = lane_->free_at();
  EXPECT_EQ(state, clock_.now());
  test::Started fetching(loop_, fetch("a"));
  loop_.restart();
  loop_.poll();
  EXPECT_LE(lane_->free_at(), clock_.now() + 11min);
  fetching.cancel(cancellation_type::terminal);
  ASSERT_TRUE(test::run_until(loop_, [&] { return fetching.ended(); }));

  memory_.state = {};
  memory_.state.not_before = clock_.now() + std::chrono::days(3650);
  make(20ms);
  test::Started again(loop_, fetch("a"));
  loop_.restart();
  loop_.poll();
  EXPECT_LE(lane_->free_at(), clock_.now() + 25h);
}

TEST_F(LaneTest, AReplayHasNoGapWhateverItsClockSays) {
  memory_.state.last_request = clock_.now() + std::chrono::days(300);  // a replay of last year
  make(0ms);
  const auto begin = steady_clock::now();
  for (int i = 0; i < 20; ++i) run("a");
  EXPECT_LT(steady_clock::now() - begin, 5s);
}

TEST_F(LaneTest, TotalCancellationEndsTheWaitingAndThePlaceInTheQueue) {
  make(1h);
  run("a");
  test::Started waiting(loop_, fetch("b")), queued(loop_, fetch("c"));
  loop_.restart();
  loop_.poll();
  queued.cancel(cancellation_type::total);
  waiting.cancel(cancellation_type::total);
  ASSERT_TRUE(test::run_until(loop_, [&] { return waiting.ended() && queued.ended(); }));
  EXPECT_TRUE(waiting.was_cancelled() && queued.was_cancelled());
  make(0ms);
  run("d");
  EXPECT_THAT(done_, ElementsAre("a", "d"));
}

TEST_F(LaneTest, OneWhoLeavesTheQueueLeavesItToTheOthers) {
  make(1ms);
  client_.takes = 20ms;
  test::Started first(loop_, fetch("a")), second(loop_, fetch("b")), third(loop_, fetch("c"));
  ASSERT_TRUE(test::run_until(loop_, [&] { return client_.begins.size() == 1; }));
  second.cancel(cancellation_type::terminal);
  ASSERT_TRUE(test::run_until(loop_, [&] { return third.ended(); }));
  EXPECT_TRUE(second.was_cancelled());
  EXPECT_THAT(done_, ElementsAre("a", "c"));
}

TEST_F(LaneTest, TotalCancellationLetsARequestUnderWayEndAndBeRemembered) {
  make(1ms);
  client_.takes = 30ms;
  test::Started fetching(loop_, fetch("a"));
  ASSERT_TRUE(test::run_until(loop_, [&] { return client_.begins.size() == 1; }));
  fetching.cancel(cancellation_type::total);
  ASSERT_TRUE(test::run_until(loop_, [&] { return fetching.ended(); }));
  EXPECT_THAT(done_, ElementsAre("a"));
  EXPECT_THAT(events_, ElementsAre("save", "fetch a", "save"));
}

}  // namespace
}  // namespace paperboy::net
