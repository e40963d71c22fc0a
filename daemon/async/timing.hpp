#pragma once
// Waiting. Everything here runs on, and resumes on, the executor of the coroutine that calls it.
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "daemon/base/clock.hpp"
#include "daemon/base/error.hpp"

namespace paperboy::async {

template <class T = void>
using Awaitable = boost::asio::awaitable<T>;

class TimedOut : public Error {
 public:
  using Error::Error;
};

// Completes after `d` by the monotonic clock (a jump of the wall clock does not move it); d <= 0 still yields once.
// Cancelled by total or terminal cancellation: throws boost::system::system_error (operation_aborted).
Awaitable<> sleep_for(Duration d);

// Awaits `work`; if it has not ended after `limit` it is cancelled (terminal), awaited, and TimedOut(what) is thrown,
// unless it ended well all the same. A failure of `work` is thrown as it is, at once. (`a || b` would wait for the
// first *success*: boostorg/asio#900.) Cancelling the caller cancels `work` in the same way, total first, terminal
// later.
Awaitable<> with_timeout(Duration limit, std::string what, Awaitable<> work);

// Awaits `work` and lets total cancellation pass it by; terminal still ends it. For what must not be left half done
// when the daemon stops (claim, send, settle): the caller's next wait after it is the one that throws.
Awaitable<> shielded(Awaitable<> work);

// Says, whenever it is called, whether the coroutine that awaited this has been cancelled: for work that is shielded
// from it, but begins nothing new then. On the caller's executor, and not after the caller's end.
Awaitable<std::function<bool()>> cancellation();

}  // namespace paperboy::async
