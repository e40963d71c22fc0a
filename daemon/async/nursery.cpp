#include "daemon/async/nursery.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <vector>

namespace paperboy::async {

namespace asio = boost::asio;

namespace {

struct Child {
  std::string name;
  asio::cancellation_signal cancel;
};

bool is_cancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& e) {
    return e.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

}  // namespace

struct Nursery::State {
  explicit State(asio::any_io_executor e)
      : executor(std::move(e)), empty(executor, asio::steady_timer::time_point::max()) {}

  // What one child runs. A child that begins after stop() would not hear that it should end, so it does not begin.
  static Awaitable<> life(std::shared_ptr<State> state, Awaitable<> child) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    if (state->stopping) co_return;
    co_await std::move(child);
  }

  void ended(const std::shared_ptr<Child>& child, const std::exception_ptr& failure) {
    std::erase(children, child);
    if (children.empty()) empty.cancel();
    if (failure == nullptr || first_failure != nullptr || is_cancellation(failure)) return;
    first_failure = failure;
    failed_child = child->name;
    report();
  }

  void report() {
    if (first_failure != nullptr && handler) std::exchange(handler, nullptr)(failed_child, first_failure);
  }

  void cancel_all(asio::cancellation_type type) {
    const auto now = children;  // a child that ends at once takes itself off the list
    for (const auto& child : now) child->cancel.emit(type);
  }

  void wind_down() {
    if (!std::exchange(stopping, true)) cancel_all(asio::cancellation_type::total);
  }

  static Awaitable<> stop(std::shared_ptr<State> state, Duration grace) {
    state->wind_down();
    asio::steady_timer patience(state->executor, std::clamp<Duration>(grace, Duration{0}, std::chrono::hours{24}));
    lose_patience(state, patience);
    while (!state->children.empty()) {
      boost::system::error_code ignored;  // `empty` never expires: it is cancelled when the last child has ended
      co_await state->empty.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }

  static void lose_patience(const std::shared_ptr<State>& state, asio::steady_timer& patience) {
    patience.async_wait([state](const boost::system::error_code& ec) {
      if (!ec) state->cancel_all(asio::cancellation_type::terminal);
    });
  }

  asio::any_io_executor executor;
  asio::steady_timer empty;
  std::vector<std::shared_ptr<Child>> children;
  std::function<void(const std::string&, std::exception_ptr)> handler;
  std::exception_ptr first_failure;
  std::string failed_child;
  bool stopping = false;
};

Nursery::Nursery(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

Nursery::~Nursery() {
  state_->handler = nullptr;
}

void Nursery::start(std::string name, Awaitable<> child) {
  const auto entry = std::make_shared<Child>();
  entry->name = std::move(name);
  state_->children.push_back(entry);
  auto ended = [state = state_, entry](std::exception_ptr failure) { state->ended(entry, failure); };
  asio::co_spawn(state_->executor, State::life(state_, std::move(child)),
                 asio::bind_cancellation_slot(entry->cancel.slot(), std::move(ended)));
}

void Nursery::on_failure(std::function<void(const std::string& name, std::exception_ptr)> handler) {
  state_->handler = std::move(handler);
  state_->report();
}

void Nursery::wind_down() {
  state_->wind_down();
}

Awaitable<> Nursery::stop(Duration grace) {
  return State::stop(state_, grace);
}

std::size_t Nursery::running() const {
  return state_->children.size();
}

}  // namespace paperboy::async
