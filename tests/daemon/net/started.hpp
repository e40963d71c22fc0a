#pragma once
// A coroutine under way whose canceller is the test; it hears total cancellation, as a nursery's children do.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <functional>

#include "daemon/async/timing.hpp"

namespace paperboy::test {

class Started {
 public:
  Started(boost::asio::io_context& loop, async::Awaitable<> body) : state_(std::make_shared<State>()) {
    auto ended = [state = state_](std::exception_ptr e) {
      state->ended = true;
      state->failure = e;
    };
    boost::asio::co_spawn(loop, hearing_total(std::move(body)),
                          boost::asio::bind_cancellation_slot(state_->signal.slot(), std::move(ended)));
  }
  void cancel(boost::asio::cancellation_type type) { state_->signal.emit(type); }
  bool ended() const { return state_->ended; }
  bool was_cancelled() const {
    try {
      if (state_->failure) std::rethrow_exception(state_->failure);
    } catch (const boost::system::system_error& e) {
      return e.code() == boost::asio::error::operation_aborted;
    } catch (...) {
    }
    return false;
  }

 private:
  struct State {
    boost::asio::cancellation_signal signal;
    bool ended = false;
    std::exception_ptr failure;
  };
  static async::Awaitable<> hearing_total(async::Awaitable<> body) {
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    co_await std::move(body);
  }
  std::shared_ptr<State> state_;
};

// Runs the loop until `condition` holds; false if it does not within 10 s.
inline bool run_until(boost::asio::io_context& loop, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  loop.restart();
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    loop.run_one_until(std::min(deadline, std::chrono::steady_clock::now() + std::chrono::milliseconds(20)));
    if (loop.stopped()) loop.restart();
  }
  return true;
}

}  // namespace paperboy::test
