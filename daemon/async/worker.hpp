#pragma once
// A thread of its own for blocking work (the database), with the way back to the coroutine that asked.
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "daemon/async/timing.hpp"

namespace paperboy::async {

// Runs what it is given one after the other, in order. The destructor finishes what was posted, then joins; destroy it
// before the io_context whose coroutines use it.
class Worker {
 public:
  explicit Worker(std::string thread_name);
  ~Worker();
  Worker(const Worker&) = delete;

  // Runs `work` on the worker's thread and resumes the caller on its own executor; what `work` throws is thrown there.
  // Not interrupted by cancellation: work that was posted is done, and the caller hears of it.
  Awaitable<> run(std::function<void()> work);
  // The same for callers without an executor (verbs of the CLI): blocks. Must not be called on the worker's thread.
  void run_blocking(std::function<void()> work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paperboy::async
