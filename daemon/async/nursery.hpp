#pragma once
// Coroutines with a parent: none is detached, the first failure is kept, stopping happens in two steps.
#include <boost/asio/any_io_executor.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "daemon/async/timing.hpp"

namespace paperboy::async {

// One thread only: the one that runs `executor`. Outlives its children: destroy it after the io_context stopped.
class Nursery {
 public:
  explicit Nursery(boost::asio::any_io_executor executor);
  ~Nursery();

  // Starts `child` (total cancellation enabled: its waits end at stop(), a send in flight does not). When a child fails
  // with anything but a cancellation, the failure is kept and `on_failure` is called once with its name.
  void start(std::string name, Awaitable<> child);
  void on_failure(std::function<void(const std::string& name, std::exception_ptr)> handler);

  // The first step of stop() alone: emits total cancellation to every child, and no other begins.
  void wind_down();
  // First step: emits total cancellation to every child, unless wind_down() has. Completes when all have ended; those
  // that have not after `grace` get terminal cancellation, and are awaited. May be called again with another grace
  // while it runs.
  Awaitable<> stop(Duration grace);

  std::size_t running() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace paperboy::async
