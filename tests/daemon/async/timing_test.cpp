#include "daemon/async/timing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "daemon/async/expendable.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::async {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::cancellation_type;
using Steady = std::chrono::steady_clock;

// A coroutine under way whose canceller is the test; it hears total cancellation, as a nursery's children do.
class Started {
 public:
  Started(asio::io_context& loop, Awaitable<> body) {
    auto ended = [this](std::exception_ptr e) {
      ended_ = true;
      failure_ = e;
    };
    asio::co_spawn(loop, hearing_total(std::move(body)),
                   asio::bind_cancellation_slot(signal_.slot(), std::move(ended)));
  }
  void cancel(cancellation_type type) { signal_.emit(type); }
  bool ended() const { return ended_; }
  bool was_cancelled() const {
    try {
      if (failure_) std::rethrow_exception(failure_);
    } catch (const boost::system::system_error& e) {
      return e.code() == asio::error::operation_aborted;
    } catch (...) {
    }
    return false;
  }

 private:
  static Awaitable<> hearing_total(Awaitable<> body) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await std::move(body);
  }

  asio::cancellation_signal signal_;
  bool ended_ = false;
  std::exception_ptr failure_;
};

// Runs what is ready, without waiting for any timer.
void settle(asio::io_context& loop) {
  loop.restart();
  while (loop.poll() > 0) {
  }
}

Awaitable<> fail_with(std::string text) {
  co_await sleep_for(0ms);
  throw std::runtime_error(text);
}

// As a send in flight: an operation that does not react to total cancellation, and then one more step.
Awaitable<> send_then_note(asio::steady_timer& answer, std::vector<std::string>& log) {
  boost::system::error_code ec;
  co_await answer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  log.push_back("answered");
  co_await sleep_for(0ms);
  log.push_back("settled");
}

TEST(SleepFor, WaitsAtLeastThatLong) {
  const auto begin = Steady::now();
  test::run(sleep_for(20ms));
  EXPECT_GE(Steady::now() - begin, 20ms);
}

TEST(SleepFor, NoTimeStillLetsOthersRun) {
  asio::io_context loop;
  bool other = false;
  asio::post(loop, [&] { other = true; });
  test::run(loop, sleep_for(-5ms));
  EXPECT_TRUE(other);
}

TEST(SleepFor, TheLongestDurationDoesNotOverflow) {
  asio::io_context loop;
  Started sleeper(loop, sleep_for(Duration::max()));
  settle(loop);
  EXPECT_FALSE(sleeper.ended());
  sleeper.cancel(cancellation_type::terminal);
  settle(loop);
}

TEST(SleepFor, BothCancellationsEndIt) {
  for (const auto type : {cancellation_type::total, cancellation_type::terminal}) {
    asio::io_context loop;
    Started sleeper(loop, sleep_for(1h));
    settle(loop);
    ASSERT_FALSE(sleeper.ended());
    sleeper.cancel(type);
    settle(loop);
    EXPECT_TRUE(sleeper.ended());
    EXPECT_TRUE(sleeper.was_cancelled());
  }
}

TEST(WithTimeout, InTime) {
  const auto begin = Steady::now();
  test::run(with_timeout(1h, "never", sleep_for(1ms)));
  EXPECT_LT(Steady::now() - begin, 10s);
}

TEST(WithTimeout, AFailureIsThrownAsItIsAndAtOnce) {
  const auto begin = Steady::now();
  try {
    test::run(with_timeout(1h, "never", fail_with("its own words")));
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "its own words");
  }
  EXPECT_LT(Steady::now() - begin, 10s);
}

TEST(WithTimeout, TooSlow) {
  try {
    test::run(with_timeout(10ms, "arXiv did not answer", sleep_for(1h)));
    FAIL() << "nothing was thrown";
  } catch (const TimedOut& e) {
    EXPECT_STREQ(e.what(), "arXiv did not answer");
  }
}

Awaitable<> cleans_up(bool& cleaned) {
  boost::system::error_code ec;
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  co_await sleep_for(5ms);
  cleaned = true;
  throw std::runtime_error("interrupted");
}

TEST(WithTimeout, TheLateOneIsAwaitedToItsEnd) {
  bool cleaned = false;
  EXPECT_THROW(test::run(with_timeout(5ms, "late", cleans_up(cleaned))), TimedOut);
  EXPECT_TRUE(cleaned);
}

Awaitable<> ends_well_though_cancelled() {
  boost::system::error_code ec;
  asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
}

TEST(WithTimeout, WhatEndedWellIsNotLate) {
  EXPECT_NO_THROW(test::run(with_timeout(5ms, "late", ends_well_though_cancelled())));
}

TEST(WithTimeout, CancellingTheCallerEndsTheWork) {
  for (const auto type : {cancellation_type::total, cancellation_type::terminal}) {
    asio::io_context loop;
    Started caller(loop, with_timeout(1h, "late", sleep_for(2h)));
    settle(loop);
    ASSERT_FALSE(caller.ended());
    caller.cancel(type);
    settle(loop);
    EXPECT_TRUE(caller.ended());
    EXPECT_TRUE(caller.was_cancelled());
  }
}

// A total cancellation that the work lets pass must disarm neither the limit nor a later terminal one.
TEST(WithTimeout, TheLimitHoldsAfterATotalCancellationTheWorkLetPass) {
  asio::io_context loop;
  Started caller(loop, with_timeout(30ms, "late", shielded(sleep_for(1h))));
  settle(loop);
  caller.cancel(cancellation_type::total);
  settle(loop);
  EXPECT_FALSE(caller.ended());
  loop.restart();
  loop.run_for(20s);
  EXPECT_TRUE(caller.ended());
  EXPECT_FALSE(caller.was_cancelled());
}

TEST(WithTimeout, TerminalAfterTotalIsHeard) {
  asio::io_context loop;
  Started caller(loop, with_timeout(1h, "late", shielded(sleep_for(2h))));
  settle(loop);
  caller.cancel(cancellation_type::total);
  settle(loop);
  ASSERT_FALSE(caller.ended());
  caller.cancel(cancellation_type::terminal);
  settle(loop);
  EXPECT_TRUE(caller.was_cancelled());
}

TEST(WithTimeout, Nests) {
  EXPECT_THROW(test::run(with_timeout(1h, "outer", with_timeout(5ms, "inner", sleep_for(2h)))), TimedOut);
  try {
    test::run(with_timeout(5ms, "outer", with_timeout(1h, "inner", sleep_for(2h))));
    FAIL() << "nothing was thrown";
  } catch (const TimedOut& e) {
    EXPECT_STREQ(e.what(), "outer");
  }
}

Awaitable<> many_in_a_row() {
  for (int i = 0; i < 100; ++i) co_await with_timeout(1h, "late", sleep_for(0ms));
}

TEST(WithTimeout, LeavesNothingBehindForTheNext) {
  asio::io_context loop;
  Started caller(loop, many_in_a_row());
  loop.run_for(20s);
  EXPECT_TRUE(caller.ended());
  EXPECT_FALSE(caller.was_cancelled());
  caller.cancel(cancellation_type::total);  // nobody is there to hear it
}

Awaitable<> shield_then_wait(asio::steady_timer& answer, std::vector<std::string>& log) {
  co_await shielded(send_then_note(answer, log));
  log.push_back("back");
  co_await sleep_for(1h);
  log.push_back("slept");
}

TEST(Shielded, TotalPassesByAndTheNextWaitEnds) {
  asio::io_context loop;
  asio::steady_timer answer(loop, 1h);
  std::vector<std::string> log;
  Started caller(loop, shield_then_wait(answer, log));
  settle(loop);
  caller.cancel(cancellation_type::total);
  settle(loop);
  EXPECT_THAT(log, testing::IsEmpty());
  answer.cancel();
  settle(loop);
  EXPECT_THAT(log, testing::ElementsAre("answered", "settled", "back"));
  EXPECT_TRUE(caller.was_cancelled());
}

TEST(Shielded, TerminalEndsIt) {
  asio::io_context loop;
  Started caller(loop, shielded(sleep_for(1h)));
  settle(loop);
  caller.cancel(cancellation_type::terminal);
  settle(loop);
  EXPECT_TRUE(caller.was_cancelled());
}

Awaitable<> note_what_is_asked(asio::steady_timer& answer, const std::function<bool()>& cancelled,
                               std::vector<std::string>& log) {
  for (int asked = 0; asked < 2; ++asked) {
    log.push_back(cancelled() ? "stop" : "go on");
    boost::system::error_code ec;
    co_await answer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
}

Awaitable<> shield_what_asks(asio::steady_timer& answer, std::vector<std::string>& log) {
  const std::function<bool()> cancelled = co_await cancellation();
  co_await shielded(note_what_is_asked(answer, cancelled, log));
}

TEST(Cancellation, ShieldedWorkCanAskForIt) {
  asio::io_context loop;
  asio::steady_timer answer(loop, 1h);
  std::vector<std::string> log;
  Started caller(loop, shield_what_asks(answer, log));
  settle(loop);
  caller.cancel(cancellation_type::total);
  answer.cancel();
  settle(loop);
  EXPECT_THAT(log, testing::ElementsAre("go on", "stop"));
  answer.cancel();
  settle(loop);
  EXPECT_TRUE(caller.ended());
}

TEST(Expendable, EveryCancellationEndsWhatLetsTotalPass) {
  for (const auto type : {cancellation_type::total, cancellation_type::terminal}) {
    asio::io_context loop;
    Started caller(loop, expendable(shielded(sleep_for(1h))));
    settle(loop);
    ASSERT_FALSE(caller.ended());
    caller.cancel(type);
    settle(loop);
    EXPECT_TRUE(caller.was_cancelled());
  }
}

TEST(Expendable, ThrowsWhatTheWorkThrows) {
  EXPECT_THROW(test::run(expendable(fail_with("its own words"))), std::runtime_error);
}

Awaitable<> many_expendable() {
  for (int i = 0; i < 100; ++i) co_await expendable(sleep_for(0ms));
}

TEST(Expendable, LeavesNothingBehindForTheNext) {
  asio::io_context loop;
  Started caller(loop, many_expendable());
  loop.run_for(20s);
  EXPECT_TRUE(caller.ended());
  EXPECT_FALSE(caller.was_cancelled());
  caller.cancel(cancellation_type::total);  // nobody is there to hear it
}

TEST(Timing, ALoopThatDiesMidWaitLeaksNothing) {  // the sanitizer is the judge
  asio::io_context loop;
  Started caller(loop, with_timeout(1h, "late", shielded(sleep_for(2h))));
  settle(loop);
  EXPECT_FALSE(caller.ended());
}

}  // namespace
}  // namespace paperboy::async
