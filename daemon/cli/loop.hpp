#pragma once
// Coroutines for verbs that end by themselves.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

#include "daemon/async/timing.hpp"

namespace paperboy::cli {

// Runs `work` on `io` until it has ended, and throws what it threw. Blocks.
inline void run_until_done(boost::asio::io_context& io, async::Awaitable<> work) {
  std::exception_ptr failure;
  auto finished = [&failure, &io](std::exception_ptr thrown) {
    failure = thrown;
    io.stop();
  };
  boost::asio::co_spawn(io, std::move(work), finished);
  io.restart();
  io.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace paperboy::cli
