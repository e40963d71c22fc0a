#include "daemon/async/bell.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <vector>

namespace paperboy::async {

namespace asio = boost::asio;

struct Bell::State {
  explicit State(asio::any_io_executor e) : executor(std::move(e)) {}

  // One wait under way; lives in the coroutine that waits.
  struct Waiter {
    explicit Waiter(std::shared_ptr<State> s) : state(std::move(s)), timer(state->executor) {
      state->waiters.push_back(this);
    }
    ~Waiter() { std::erase(state->waiters, this); }
    Waiter(const Waiter&) = delete;

    std::shared_ptr<State> state;
    asio::steady_timer timer;
    bool woken = false;
  };

  void wake() {
    if (waiters.empty() || !rung.exchange(false)) return;
    for (Waiter* waiter : waiters) {
      waiter->woken = true;
      waiter->timer.cancel();
    }
  }

  static Awaitable<> wait(std::shared_ptr<State> state, Duration at_most) {
    if (state->rung.exchange(false)) co_return;
    Waiter waiter(state);
    boost::system::error_code ec;
    waiter.timer.expires_after(std::clamp<Duration>(at_most, Duration{0}, std::chrono::hours{24 * 36500}));
    co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if (ec && !waiter.woken) throw boost::system::system_error(ec);
  }

  asio::any_io_executor executor;
  std::atomic<bool> rung{false};
  std::vector<Waiter*> waiters;  // the executor's thread only
};

Bell::Bell(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

void Bell::ring() {
  if (state_->rung.exchange(true)) return;
  asio::post(state_->executor, [state = state_] { state->wake(); });
}

Awaitable<> Bell::wait(Duration at_most) {
  return State::wait(state_, at_most);
}

}  // namespace paperboy::async
