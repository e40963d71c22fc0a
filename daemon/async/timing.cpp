#include "daemon/async/timing.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

namespace paperboy::async {
namespace {

namespace asio = boost::asio;

// Beyond it the monotonic clock, which counts nanoseconds, would overflow.
constexpr Duration a_century = std::chrono::hours{24 * 36500};

// The clock of one with_timeout and the wire by which `work` hears of it and of the caller's own cancellation. Not a
// parallel_group: that forwards one cancellation only, so a total one that `work` let pass would disarm the clock.
struct Limit {
  Limit(const asio::any_io_executor& executor, asio::cancellation_slot caller) : timer(executor), outside(caller) {}

  asio::steady_timer timer;
  asio::cancellation_signal cancel;
  asio::cancellation_slot outside;
  bool passed = false;
};

void arm(const std::shared_ptr<Limit>& limit, Duration after) {
  limit->timer.expires_after(std::clamp(after, Duration{0}, a_century));
  limit->timer.async_wait([limit](const boost::system::error_code& ec) {
    if (ec) return;
    limit->passed = true;
    limit->cancel.emit(asio::cancellation_type::terminal);
  });
  if (limit->outside.is_connected()) {
    limit->outside.assign([limit](asio::cancellation_type_t type) { limit->cancel.emit(type); });
  }
}

void disarm(Limit& limit) {
  limit.timer.cancel();
  if (limit.outside.is_connected()) limit.outside.clear();
}

// A spawned coroutine hears terminal cancellation only; whether a total one gets here is the caller's choice.
Awaitable<> hearing_total(Awaitable<> work) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await std::move(work);
}

}  // namespace

Awaitable<> sleep_for(Duration d) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, std::clamp(d, Duration{0}, a_century));
  co_await timer.async_wait(asio::use_awaitable);
}

Awaitable<> with_timeout(Duration limit, std::string what, Awaitable<> work) {
  const auto executor = co_await asio::this_coro::executor;
  auto caller = co_await asio::this_coro::cancellation_state;
  const auto race = std::make_shared<Limit>(executor, caller.slot());
  auto hears = asio::bind_cancellation_slot(race->cancel.slot(), asio::use_awaitable);
  arm(race, limit);
  std::exception_ptr failure;
  try {
    co_await asio::co_spawn(executor, hearing_total(std::move(work)), std::move(hears));
  } catch (...) {
    failure = std::current_exception();
  }
  disarm(*race);
  if (failure && race->passed) throw TimedOut(what);
  if (failure) std::rethrow_exception(failure);
}

Awaitable<> shielded(Awaitable<> work) {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::co_spawn(executor, std::move(work), asio::use_awaitable);
}

Awaitable<std::function<bool()>> cancellation() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return [state] { return state.cancelled() != asio::cancellation_type::none; };
}

}  // namespace paperboy::async
