#include "daemon/async/expendable.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

namespace paperboy::async {

namespace asio = boost::asio;

Awaitable<> expendable(Awaitable<> work) {
  const auto executor = co_await asio::this_coro::executor;
  auto caller = co_await asio::this_coro::cancellation_state;
  const auto cancel = std::make_shared<asio::cancellation_signal>();
  auto hears = asio::bind_cancellation_slot(cancel->slot(), asio::use_awaitable);
  asio::cancellation_slot outside = caller.slot();
  if (outside.is_connected()) {
    outside.assign([cancel](asio::cancellation_type_t) { cancel->emit(asio::cancellation_type::terminal); });
  }
  std::exception_ptr failure;
  try {
    co_await asio::co_spawn(executor, std::move(work), std::move(hears));
  } catch (...) {
    failure = std::current_exception();
  }
  if (outside.is_connected()) outside.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace paperboy::async
