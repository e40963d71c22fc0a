#pragma once
// Waiting. Everything here runs on, and resumes on, the executor of the coroutine that calls it.
#include <boost/asio/awaitable.hpp>

#include "daemon/base/clock.hpp"
#include "daemon/base/error.hpp"

namespace paperboy::async {

template <class T = void>
using Awaitable = boost::asio::awaitable<T>;

class TimedOut : public Error {
 public:
  using Error::Error;
};

// Completes after `d` by the monotonic clock (a jump of the wall clock does not move it); d <= 0 still yields once. Cancelled by
// total or terminal cancellation: throws boost::system::system_error (operation_aborted).
Awaitable<> sleep_for(Duration d);

// Awaits `work`; if it has not ended after `limit` it is cancelled (terminal), awaited, and TimedOut(what) is thrown. A failure of
// `work` is thrown as it is, at once. (`a || b` would wait for the first *success*: boostorg/asio#900.)
Awaitable<> with_timeout(Duration limit, std::string what, Awaitable<> work);

// With false, the calling coroutine (and all that await in its chain) goes on when it is cancelled: what was begun is finished.
// Operations in flight are still ended by terminal cancellation. With true, a cancellation that came meanwhile is thrown by the
// next operation.
Awaitable<> throw_if_cancelled(bool on);

}  // namespace paperboy::async
