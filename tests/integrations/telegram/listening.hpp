#pragma once
// A listener under way on the test's loop, whose canceller is the test, as the daemon is at its stop.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <exception>
#include <functional>

#include "daemon/async/timing.hpp"

namespace paperboy::test {

// Runs the loop until `holds` says so; false: it did not in 20 s.
inline bool run_until(boost::asio::io_context& loop, const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  loop.restart();
  while (!holds()) {
    if (loop.run_one_until(deadline) == 0) return holds();
  }
  return true;
}

class Listening {
 public:
  Listening(boost::asio::io_context& loop, async::Awaitable<> body) : loop_(loop) {
    auto ended = [this](std::exception_ptr e) {
      ended_ = true;
      failure_ = e;
    };
    boost::asio::co_spawn(loop, hearing_total(std::move(body)),
                          boost::asio::bind_cancellation_slot(signal_.slot(), std::move(ended)));
  }
  // Total cancellation; false: it has not ended in 20 s.
  bool stop() {
    if (!ended_) signal_.emit(boost::asio::cancellation_type::total);
    return run_until(loop_, [this] { return ended_; });
  }
  bool ended() const { return ended_; }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  static async::Awaitable<> hearing_total(async::Awaitable<> body) {
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    co_await std::move(body);
  }

  boost::asio::io_context& loop_;
  boost::asio::cancellation_signal signal_;
  bool ended_ = false;
  std::exception_ptr failure_;
};

}  // namespace paperboy::test
