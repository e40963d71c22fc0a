#pragma once
// Runs a coroutine to its end in a test, on a loop of its own or on the test's.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <stdexcept>

#include "daemon/async/timing.hpp"

namespace paperboy::test {

// Returns when `body` has ended and throws what it threw; throws std::runtime_error when it is still not done after 20
// s (a deadlock has no other end), or when the loop has nothing left to do and `body` waits for ever.
inline void run(boost::asio::io_context& loop, async::Awaitable<> body) {
  bool ended = false;
  std::exception_ptr failure;
  boost::asio::co_spawn(loop, std::move(body), [&](std::exception_ptr e) {
    ended = true;
    failure = e;
  });
  loop.restart();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!ended && loop.run_one_until(deadline) > 0) {
  }
  if (failure) std::rethrow_exception(failure);
  if (!ended) throw std::runtime_error("the coroutine did not end");
}

inline void run(async::Awaitable<> body) {
  boost::asio::io_context loop;
  run(loop, std::move(body));
}

}  // namespace paperboy::test
