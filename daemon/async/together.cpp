#include "daemon/async/together.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <utility>

namespace paperboy::async {
namespace {

namespace asio = boost::asio;

struct Group {
  Group(const asio::any_io_executor& executor, std::size_t size)
      : signals(size), running(size), done(executor, asio::steady_timer::time_point::max()) {}

  void cancel(asio::cancellation_type_t type) {
    cancelled = true;
    for (asio::cancellation_signal& signal : signals) signal.emit(type);
  }
  void ended(const std::exception_ptr& e) {
    if (--running == 0) done.cancel();
    if (!e || failure) return;
    failure = e;
    if (!cancelled) cancel(asio::cancellation_type::total);  // after a terminal one it would take that back
  }

  std::vector<asio::cancellation_signal> signals;
  std::size_t running;
  asio::steady_timer done;  // never expires: cancelled when the last has ended
  std::exception_ptr failure;
  bool cancelled = false;
};

// One that has not begun when the others are cancelled would not hear of it, so it does not begin.
Awaitable<> life(std::shared_ptr<Group> group, Awaitable<> work) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  if (group->cancelled) throw boost::system::system_error(asio::error::operation_aborted);
  co_await std::move(work);
}

}  // namespace

Awaitable<> together(std::vector<Awaitable<>> works) {
  const auto executor = co_await asio::this_coro::executor;
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  const auto group = std::make_shared<Group>(executor, works.size());
  for (std::size_t i = 0; i < works.size(); ++i) {
    auto ended = [group](std::exception_ptr e) { group->ended(e); };
    asio::co_spawn(executor, life(group, std::move(works[i])),
                   asio::bind_cancellation_slot(group->signals[i].slot(), std::move(ended)));
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  auto told = asio::cancellation_type::none;
  while (group->running > 0) {
    boost::system::error_code ignored;
    co_await group->done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    const auto heard = cancellation.cancelled();
    if (heard != told) group->cancel(heard & ~told);
    told = heard;
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (group->failure) std::rethrow_exception(group->failure);
}

Awaitable<> finally(Awaitable<> work, Awaitable<> last) {
  const auto executor = co_await asio::this_coro::executor;
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  std::exception_ptr failure, late;
  try {
    co_await std::move(work);
  } catch (...) {
    failure = std::current_exception();
  }
  const bool at_once = (cancellation.cancelled() & asio::cancellation_type::terminal) != asio::cancellation_type::none;
  if (at_once && failure) std::rethrow_exception(failure);
  co_await asio::this_coro::throw_if_cancelled(false);
  try {
    co_await asio::co_spawn(executor, std::move(last), asio::use_awaitable);
  } catch (...) {
    late = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (failure) std::rethrow_exception(failure);
  if (late) std::rethrow_exception(late);
}

}  // namespace paperboy::async
