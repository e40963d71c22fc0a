#include "daemon/async/together.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/net/started.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::async {
namespace {

using namespace std::chrono_literals;
using boost::asio::cancellation_type;
using test::Started;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

using Notes = std::vector<std::string>;

Awaitable<> waits(Notes& notes, std::string name, Duration time) {
  try {
    co_await sleep_for(time);
    notes.push_back(name + " done");
  } catch (const boost::system::system_error&) {
    notes.push_back(name + " cancelled");
    throw;
  }
}

Awaitable<> fails(std::string what) {
  co_await sleep_for(0ms);
  throw Error(what);
}

std::vector<Awaitable<>> list(Awaitable<> a, Awaitable<> b) {
  std::vector<Awaitable<>> works;
  works.push_back(std::move(a));
  works.push_back(std::move(b));
  return works;
}

TEST(Together, EndsWhenAllHave) {
  Notes notes;
  test::run(together(list(waits(notes, "long", 20ms), waits(notes, "short", 0ms))));
  EXPECT_THAT(notes, ElementsAre("short done", "long done"));
  test::run(together({}));
}

TEST(Together, AFailureEndsTheOthersAndIsThrown) {
  Notes notes;
  try {
    test::run(together(list(waits(notes, "long", 1h), fails("no"))));
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "no");
  }
  EXPECT_THAT(notes, ElementsAre("long cancelled"));
}

TEST(Together, CancellationReachesAll) {
  for (const auto type : {cancellation_type::total, cancellation_type::terminal}) {
    boost::asio::io_context loop;
    Notes notes;
    Started started(loop, together(list(waits(notes, "a", 1h), waits(notes, "b", 1h))));
    loop.poll();
    EXPECT_FALSE(started.ended());
    started.cancel(type);
    EXPECT_TRUE(test::run_until(loop, [&] { return started.ended(); }));
    EXPECT_TRUE(started.was_cancelled());
    EXPECT_THAT(notes, UnorderedElementsAre("a cancelled", "b cancelled"));
  }
}

TEST(Together, OneThatLetsTotalPassHearsTerminalLater) {
  boost::asio::io_context loop;
  Notes notes;
  Started started(loop, together(list(shielded(waits(notes, "a", 1h)), waits(notes, "b", 1h))));
  loop.poll();
  started.cancel(cancellation_type::total);
  loop.poll();
  EXPECT_FALSE(started.ended());
  EXPECT_THAT(notes, ElementsAre("b cancelled"));
  started.cancel(cancellation_type::terminal);
  EXPECT_TRUE(test::run_until(loop, [&] { return started.ended(); }));
  EXPECT_THAT(notes, ElementsAre("b cancelled", "a cancelled"));
}

TEST(Together, AfterTerminalCancellationNobodyIsToldToBePoliteAgain) {
  boost::asio::io_context loop;
  Notes notes;
  auto first = finally(waits(notes, "a", 1h), waits(notes, "last of a", 1h));
  auto second = finally(waits(notes, "b", 1h), waits(notes, "last of b", 1h));
  Started started(loop, together(list(std::move(first), std::move(second))));
  loop.poll();
  started.cancel(cancellation_type::terminal);
  EXPECT_TRUE(test::run_until(loop, [&] { return started.ended(); }));
  EXPECT_THAT(notes, UnorderedElementsAre("a cancelled", "b cancelled"));
}

TEST(Finally, TheLastComesAfterSuccessAndFailure) {
  Notes notes;
  test::run(finally(waits(notes, "work", 0ms), waits(notes, "last", 0ms)));
  EXPECT_THROW(test::run(finally(fails("no"), waits(notes, "after failure", 0ms))), Error);
  EXPECT_THROW(test::run(finally(waits(notes, "second", 0ms), fails("late"))), Error);
  EXPECT_THAT(notes, ElementsAre("work done", "last done", "after failure done", "second done"));
}

TEST(Finally, TotalCancellationEndsTheWorkAndNotTheLast) {
  boost::asio::io_context loop;
  Notes notes;
  Started started(loop, finally(waits(notes, "work", 1h), waits(notes, "last", 10ms)));
  loop.poll();
  started.cancel(cancellation_type::total);
  EXPECT_TRUE(test::run_until(loop, [&] { return started.ended(); }));
  EXPECT_TRUE(started.was_cancelled());
  EXPECT_THAT(notes, ElementsAre("work cancelled", "last done"));
}

TEST(Finally, TerminalCancellationLeavesTheLastOut) {
  boost::asio::io_context loop;
  Notes notes;
  Started started(loop, finally(waits(notes, "work", 1h), waits(notes, "last", 1h)));
  loop.poll();
  started.cancel(cancellation_type::terminal);
  EXPECT_TRUE(test::run_until(loop, [&] { return started.ended(); }));
  EXPECT_TRUE(started.was_cancelled());
  EXPECT_THAT(notes, ElementsAre("work cancelled"));
}

TEST(Finally, TerminalCancellationEndsTheLastToo) {
  boost::asio::io_context loop;
  Notes notes;
  Started started(loop, finally(waits(notes, "work", 1h), waits(notes, "last", 1h)));
  loop.poll();
  started.cancel(cancellation_type::total);
  loop.poll();
  started.cancel(cancellation_type::total);
  loop.poll();
  EXPECT_FALSE(started.ended());
  started.cancel(cancellation_type::terminal);
  EXPECT_TRUE(test::run_until(loop, [&] { return started.ended(); }));
  EXPECT_THAT(notes, ElementsAre("work cancelled", "last cancelled"));
}

}  // namespace
}  // namespace paperboy::async
