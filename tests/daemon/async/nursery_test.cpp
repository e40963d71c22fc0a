#include "daemon/async/nursery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/support/coroutine.hpp"

namespace paperboy::async {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class NurseryTest : public testing::Test {
 protected:
  void settle() {
    loop.restart();
    while (loop.poll() > 0) {
    }
  }

  asio::io_context loop;
  Nursery nursery{loop.get_executor()};
  std::vector<std::string> log;
};

Awaitable<> note_end(Awaitable<> work, std::string name, std::vector<std::string>& log) {
  std::string how = " done";
  std::exception_ptr failure;
  try {
    co_await std::move(work);
  } catch (...) {
    failure = std::current_exception();
    how = " cancelled";
  }
  log.push_back(name + how);
  if (failure) std::rethrow_exception(failure);
}

Awaitable<> fail_with(std::string text) {
  co_await sleep_for(0ms);
  throw std::runtime_error(text);
}

TEST_F(NurseryTest, CountsChildrenUntilTheyEnd) {
  nursery.start("short", sleep_for(0ms));
  nursery.start("long", sleep_for(1h));
  EXPECT_EQ(nursery.running(), 2u);
  loop.run_for(20ms);
  EXPECT_EQ(nursery.running(), 1u);
  test::run(loop, nursery.stop(1h));
  EXPECT_EQ(nursery.running(), 0u);
}

TEST_F(NurseryTest, StopWithoutChildren) {
  test::run(loop, nursery.stop(1h));
}

TEST_F(NurseryTest, TheFirstStepEndsWaitsAndLetsWorkInFlightFinish) {
  nursery.start("poll", note_end(sleep_for(1h), "poll", log));
  nursery.start("send", note_end(shielded(sleep_for(30ms)), "send", log));
  settle();
  test::run(loop, nursery.stop(1h));
  EXPECT_THAT(log, ElementsAre("poll cancelled", "send done"));
}

TEST_F(NurseryTest, TheSecondStepEndsTheStubborn) {
  nursery.start("stubborn", note_end(shielded(sleep_for(1h)), "stubborn", log));
  settle();
  test::run(loop, nursery.stop(5ms));
  EXPECT_THAT(log, ElementsAre("stubborn cancelled"));
}

TEST_F(NurseryTest, ASecondStopMayBeLessPatient) {
  nursery.start("stubborn", note_end(shielded(sleep_for(1h)), "stubborn", log));
  settle();
  bool first_returned = false;
  asio::co_spawn(loop, nursery.stop(1h), [&](std::exception_ptr) { first_returned = true; });
  settle();
  EXPECT_FALSE(first_returned);
  test::run(loop, nursery.stop(0ms));
  settle();
  EXPECT_TRUE(first_returned);
}

TEST_F(NurseryTest, WindingDownWaitsForNobody) {
  nursery.start("poll", note_end(sleep_for(1h), "poll", log));
  nursery.start("send", note_end(shielded(sleep_for(1h)), "send", log));
  settle();
  nursery.wind_down();
  nursery.start("late", note_end(sleep_for(0ms), "late", log));
  settle();
  EXPECT_THAT(log, ElementsAre("poll cancelled"));
  EXPECT_EQ(nursery.running(), 1u);
  test::run(loop, nursery.stop(0ms));
  EXPECT_THAT(log, ElementsAre("poll cancelled", "send cancelled"));
}

TEST_F(NurseryTest, WhatStartsTooLateDoesNotBegin) {
  test::run(loop, nursery.stop(1h));
  nursery.start("late", note_end(sleep_for(0ms), "late", log));
  settle();
  EXPECT_THAT(log, IsEmpty());
  EXPECT_EQ(nursery.running(), 0u);
}

TEST_F(NurseryTest, StoppedBeforeTheLoopRan) {
  nursery.start("poll", note_end(sleep_for(1h), "poll", log));
  test::run(loop, nursery.stop(1h));
  EXPECT_EQ(nursery.running(), 0u);
}

TEST_F(NurseryTest, TheFirstFailureIsToldOnceWithItsName) {
  std::vector<std::string> told;
  auto tell = [&](const std::string& name, std::exception_ptr failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      told.push_back(name + ": " + e.what());
    }
  };
  nursery.on_failure(tell);
  nursery.start("fine", sleep_for(0ms));
  nursery.start("match", fail_with("the index is broken"));
  nursery.start("digest", fail_with("no template"));
  loop.run_for(20ms);
  EXPECT_THAT(told, ElementsAre("match: the index is broken"));
  EXPECT_EQ(nursery.running(), 0u);
}

TEST_F(NurseryTest, AFailureBeforeAnybodyAskedIsKept) {
  nursery.start("match", fail_with("early"));
  loop.run_for(20ms);
  std::vector<std::string> told;
  nursery.on_failure([&](const std::string& name, std::exception_ptr) { told.push_back(name); });
  EXPECT_THAT(told, ElementsAre("match"));
}

TEST_F(NurseryTest, ACancellationIsNoFailure) {
  bool told = false;
  nursery.on_failure([&](const std::string&, std::exception_ptr) { told = true; });
  nursery.start("poll", sleep_for(1h));
  settle();
  test::run(loop, nursery.stop(1h));
  EXPECT_FALSE(told);
}

// A stage that fails ends the daemon: the handler stops the very nursery that told it.
TEST_F(NurseryTest, TheHandlerMayStopTheNursery) {
  bool stopped = false;
  nursery.on_failure([&](const std::string&, std::exception_ptr) {
    asio::co_spawn(loop, nursery.stop(1h), [&](std::exception_ptr) { stopped = true; });
  });
  nursery.start("poll", sleep_for(1h));
  nursery.start("match", fail_with("broken"));
  loop.run_for(10s);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(nursery.running(), 0u);
}

TEST(Nursery, MayDieBeforeItsChildren) {  // the sanitizer is the judge
  asio::io_context loop;
  bool told = false;
  {
    Nursery nursery(loop.get_executor());
    nursery.on_failure([&](const std::string&, std::exception_ptr) { told = true; });
    nursery.start("late", fail_with("nobody listens"));
    nursery.start("long", sleep_for(1h));
  }
  loop.run_for(20ms);
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace paperboy::async
