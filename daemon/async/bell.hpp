#pragma once
// "There may be work": latency, never truth. A missed ring costs one poll interval.
#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "daemon/async/timing.hpp"

namespace paperboy::async {

// Rings are not counted: any number before a wait wake it once. ring() may be called on any thread, wait() on the
// executor's. A ring wakes all that wait; one that finds nobody waiting is kept for the next wait, so give each loop a
// bell of its own. Destroy it before the executor's io_context.
class Bell {
 public:
  explicit Bell(boost::asio::any_io_executor executor);
  void ring();
  // Completes at the next ring, or at once if one came since the last wait, or after `at_most`. Cancellable like
  // sleep_for.
  Awaitable<> wait(Duration at_most);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace paperboy::async
