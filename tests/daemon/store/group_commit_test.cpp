// What waits for the disk at the same time is committed together, and fails alone.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <latch>

#include "daemon/store/papers.hpp"
#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using ::testing::ElementsAre;

class GroupCommit : public ::testing::Test {
 protected:
  // Starts `work` on the loop up to where it waits for the database.
  void begin(std::function<void(Tx&)> work, std::string name) {
    boost::asio::co_spawn(loop_, wait_for(std::move(work), std::move(name)), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop_.poll();
  }
  async::Awaitable<> wait_for(std::function<void(Tx&)> work, std::string name) {
    std::string end = name + " committed";
    try {
      co_await database_.transact(std::move(work));
    } catch (const StoreError& error) {
      end = name + " failed: " + error.what();
    }
    ended_.push_back(std::move(end));
  }
  static void put(Tx& tx, const std::string& name) { put_cursor(tx, name, "here", start); }
  std::string seen_from_outside(const std::string& name) {
    return other_.transact_blocking([&](Tx& tx) { return cursor(tx, name); });
  }

  const TempFolder folder_;
  boost::asio::io_context loop_;
  Database database_{open_sqlite(folder_ / "p.db")};
  Database other_{open_sqlite(folder_ / "p.db")};
  std::vector<std::string> ended_;
};

TEST_F(GroupCommit, WhatWaitsIsCommittedTogetherAndFailsAlone) {
  std::latch busy(1), go_on(1);
  begin(
      [&](Tx&) {
        busy.count_down();
        go_on.wait();
      },
      "first");
  busy.wait();  // the database's thread is in the first work: what follows waits
  begin([](Tx& tx) { put(tx, "a"); }, "a");
  begin(
      [](Tx& tx) {
        put(tx, "b");
        throw StoreError("no");
      },
      "b");
  std::string a_inside, b_inside;
  begin(
      [&](Tx& tx) {
        a_inside = cursor(tx, "a");
        b_inside = cursor(tx, "b");
        put(tx, "c");
      },
      "c");
  go_on.count_down();
  loop_.restart();
  loop_.run();
  EXPECT_THAT(ended_, ElementsAre("first committed", "a committed", "b failed: no", "c committed"));
  EXPECT_EQ(a_inside, "here");
  EXPECT_EQ(b_inside, "");
  EXPECT_EQ(seen_from_outside("a"), "here");
  EXPECT_EQ(seen_from_outside("b"), "");
  EXPECT_EQ(seen_from_outside("c"), "here");
}

TEST_F(GroupCommit, NobodyHearsOfSuccessBeforeTheCommit) {
  std::latch busy(1), go_on(1);
  begin(
      [&](Tx&) {
        busy.count_down();
        go_on.wait();
      },
      "first");
  busy.wait();
  begin([](Tx& tx) { put(tx, "a"); }, "a");
  // Ends the transaction of all, as a full disk does.
  begin([](Tx& tx) { tx.execute("ROLLBACK"); }, "b");
  go_on.count_down();
  loop_.restart();
  loop_.run();
  ASSERT_EQ(ended_.size(), 3u);
  EXPECT_EQ(ended_[0], "first committed");
  EXPECT_THAT(ended_[1], ::testing::StartsWith("a failed: "));
  EXPECT_THAT(ended_[2], ::testing::StartsWith("b failed: "));
  EXPECT_EQ(seen_from_outside("a"), "");
}

}  // namespace
}  // namespace paperboy::store::test
