#include "daemon/async/turn.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "daemon/async/bell.hpp"
#include "tests/daemon/net/started.hpp"

namespace paperboy::async {
namespace {

using ::testing::ElementsAre;

class TurnTest : public ::testing::Test {
 protected:
  // Takes its turn, says so, and keeps it until `leave` rings.
  Awaitable<> visit(std::string name) {
    Turn turn(turns_);
    co_await turn.come();
    said_.push_back(name);
    co_await leave_.wait(std::chrono::hours(1));
  }
  void next(std::size_t said) {
    leave_.ring();
    ASSERT_TRUE(test::run_until(loop_, [&] { return said_.size() == said; }));
  }

  boost::asio::io_context loop_;
  Turns turns_;
  Bell leave_{loop_.get_executor()};
  std::vector<std::string> said_;
};

TEST_F(TurnTest, OneAtATimeInOrderOfArrival) {
  test::Started a(loop_, visit("a")), b(loop_, visit("b")), c(loop_, visit("c"));
  loop_.poll();
  EXPECT_THAT(said_, ElementsAre("a"));
  next(2);
  next(3);
  EXPECT_THAT(said_, ElementsAre("a", "b", "c"));
  leave_.ring();
  ASSERT_TRUE(test::run_until(loop_, [&] { return c.ended(); }));
}

TEST_F(TurnTest, WhoGivesUpWaitingIsPassedOver) {
  test::Started a(loop_, visit("a")), b(loop_, visit("b")), c(loop_, visit("c"));
  loop_.poll();
  b.cancel(boost::asio::cancellation_type::total);
  ASSERT_TRUE(test::run_until(loop_, [&] { return b.ended(); }));
  EXPECT_TRUE(b.was_cancelled());
  next(2);
  EXPECT_THAT(said_, ElementsAre("a", "c"));
  leave_.ring();
  ASSERT_TRUE(test::run_until(loop_, [&] { return c.ended(); }));
}

}  // namespace
}  // namespace paperboy::async
