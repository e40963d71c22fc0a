#include "daemon/async/worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "daemon/async/nursery.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::async {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class WorkerTest : public testing::Test {
 protected:
  asio::io_context loop;
  Worker worker{"a-rather-long-thread-name"};
};

// A door the worker waits at until the test opens it.
class Door {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

Awaitable<> compare_threads(Worker& worker, std::thread::id& inside, std::thread::id& after, std::string& name) {
  std::function<void()> work = [&] {
    inside = std::this_thread::get_id();
    char buffer[16] = {};
    pthread_getname_np(pthread_self(), buffer, sizeof buffer);
    name = buffer;
  };
  co_await worker.run(std::move(work));
  after = std::this_thread::get_id();
}

TEST_F(WorkerTest, WorksThereResumesHere) {
  std::thread::id inside, after;
  std::string name;
  test::run(loop, compare_threads(worker, inside, after, name));
  EXPECT_NE(inside, std::this_thread::get_id());
  EXPECT_NE(inside, std::thread::id());
  EXPECT_EQ(after, std::this_thread::get_id());
  EXPECT_EQ(name, "a-rather-long-t");
}

TEST_F(WorkerTest, WhatItThrowsIsThrownHere) {
  std::function<void()> work = [] { throw std::runtime_error("disk full"); };
  try {
    test::run(loop, worker.run(work));
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "disk full");
  }
  try {
    worker.run_blocking(work);
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "disk full");
  }
  bool alive = false;
  worker.run_blocking([&] { alive = true; });
  EXPECT_TRUE(alive);
}

Awaitable<> add(Worker& worker, std::vector<int>& done, int n) {
  std::function<void()> work = [&done, n] { done.push_back(n); };
  co_await worker.run(std::move(work));
}

TEST_F(WorkerTest, OneAfterTheOtherInOrder) {
  std::vector<int> done, want;
  Nursery nursery(loop.get_executor());
  for (int i = 0; i < 500; ++i) {
    want.push_back(i);
    nursery.start("add", add(worker, done, i));
  }
  loop.run();  // ends only when all have heard: a job under way keeps the loop running
  EXPECT_EQ(nursery.running(), 0u);
  EXPECT_EQ(done, want);
}

TEST_F(WorkerTest, TheLoopIsNotBlocked) {
  Door door;
  Nursery nursery(loop.get_executor());
  nursery.start("slow", worker.run([&] { door.pass(); }));
  bool ticked = false;
  asio::co_spawn(loop, sleep_for(1ms), [&](std::exception_ptr) {
    ticked = true;
    door.open();
  });
  loop.run();
  EXPECT_TRUE(ticked);
  EXPECT_EQ(nursery.running(), 0u);
}

Awaitable<> write_then_wait(Worker& worker, std::function<void()> work, std::vector<std::string>& log) {
  co_await worker.run(std::move(work));
  log.push_back("heard");
  co_await sleep_for(1h);
  log.push_back("slept");
}

TEST_F(WorkerTest, CancellationDoesNotInterruptWhatWasPosted) {
  Door door;
  std::vector<std::string> log;
  bool written = false;
  Nursery nursery(loop.get_executor());
  std::function<void()> work = [&] {
    door.pass();
    written = true;
  };
  nursery.start("write", write_then_wait(worker, std::move(work), log));
  loop.poll();
  asio::co_spawn(loop, nursery.stop(0ms), [](std::exception_ptr) {});
  loop.run_for(20ms);
  EXPECT_EQ(nursery.running(), 1u);
  EXPECT_THAT(log, testing::IsEmpty());
  door.open();
  loop.run();
  EXPECT_TRUE(written);
  EXPECT_THAT(log, testing::ElementsAre("heard"));
}

TEST_F(WorkerTest, BlockingOnItsOwnThreadIsRefused) {
  bool refused = false;
  worker.run_blocking([&] {
    try {
      worker.run_blocking([] {});
    } catch (const std::logic_error&) {
      refused = true;
    }
  });
  EXPECT_TRUE(refused);
}

TEST(Worker, TheDestructorFinishesWhatWasPosted) {
  asio::io_context loop;
  std::vector<int> done;
  Nursery nursery(loop.get_executor());
  {
    Worker worker("brief");
    for (int i = 0; i < 50; ++i) nursery.start("add", add(worker, done, i));
    loop.poll();
  }
  EXPECT_EQ(done.size(), 50u);
  loop.run();
  EXPECT_EQ(nursery.running(), 0u);
}

TEST(Worker, CapturesDieBeforeTheCallerGoesOn) {
  asio::io_context loop;
  Worker worker("captures");
  for (int i = 0; i < 200; ++i) {
    auto held = std::make_shared<int>(i);
    const std::weak_ptr<int> watch = held;
    std::function<void()> work = [held] {};
    held.reset();
    test::run(loop, worker.run(std::move(work)));
    ASSERT_TRUE(watch.expired());
  }
}

TEST(Worker, ManyThreadsMayPost) {
  std::array<asio::io_context, 4> loops;
  Worker worker("shared");
  int sum = 0;  // only the worker touches it
  std::vector<std::thread> threads;
  for (auto& loop : loops) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        test::run(loop, worker.run([&] { ++sum; }));
        worker.run_blocking([&] { ++sum; });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  worker.run_blocking([&] { EXPECT_EQ(sum, 800); });
}

}  // namespace
}  // namespace paperboy::async
