#include "daemon/async/bell.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "daemon/async/nursery.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::async {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class BellTest : public testing::Test {
 protected:
  void settle() {
    loop.restart();
    while (loop.poll() > 0) {
    }
  }

  asio::io_context loop;
  Bell bell{loop.get_executor()};
  int wakes = 0;
};

Awaitable<> count_wakes(Bell& bell, int& wakes) {
  for (;;) {
    co_await bell.wait(1h);
    ++wakes;
  }
}

TEST_F(BellTest, ARingWakesTheWaiter) {
  Nursery nursery(loop.get_executor());
  nursery.start("waiter", count_wakes(bell, wakes));
  settle();
  EXPECT_EQ(wakes, 0);
  bell.ring();
  settle();
  EXPECT_EQ(wakes, 1);
  bell.ring();
  settle();
  EXPECT_EQ(wakes, 2);
  test::run(loop, nursery.stop(1h));
}

TEST_F(BellTest, RingsAreNotCounted) {
  for (int i = 0; i < 5; ++i) bell.ring();
  Nursery nursery(loop.get_executor());
  nursery.start("waiter", count_wakes(bell, wakes));
  settle();
  EXPECT_EQ(wakes, 1);  // and the news that was still on its way did not wake the second wait
  for (int i = 0; i < 5; ++i) bell.ring();
  settle();
  EXPECT_EQ(wakes, 2);
  test::run(loop, nursery.stop(1h));
}

TEST_F(BellTest, ARingBeforeTheWaitIsKept) {
  bell.ring();
  settle();
  test::run(loop, bell.wait(1h));
}

TEST_F(BellTest, TimeIsUpAtTheLatest) {
  test::run(loop, bell.wait(1ms));
  test::run(loop, bell.wait(0ms));
}

TEST_F(BellTest, AllWhoWaitWake) {
  int others = 0;
  Nursery nursery(loop.get_executor());
  nursery.start("one", count_wakes(bell, wakes));
  nursery.start("two", count_wakes(bell, others));
  settle();
  bell.ring();
  settle();
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(others, 1);
  test::run(loop, nursery.stop(1h));
}

TEST_F(BellTest, CancellationEndsTheWait) {
  Nursery nursery(loop.get_executor());
  nursery.start("waiter", count_wakes(bell, wakes));
  settle();
  test::run(loop, nursery.stop(1h));  // would not end otherwise
  EXPECT_EQ(wakes, 0);
}

Awaitable<> wait_until(Bell& bell, const std::atomic<int>& seen, int wanted) {
  while (seen.load() < wanted) co_await bell.wait(1h);
}

// Table first, bell second: whoever rings after writing is always heard.
TEST_F(BellTest, RingsFromAnotherThreadAreNeverLost) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> written = 0;
    std::thread writer([&] {
      for (int i = 0; i < 50; ++i) {
        ++written;
        bell.ring();
      }
    });
    test::run(loop, wait_until(bell, written, 50));
    writer.join();
    settle();
  }
}

}  // namespace
}  // namespace paperboy::async
