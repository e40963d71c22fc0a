#include "daemon/async/turn.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <list>

namespace paperboy::async {

namespace asio = boost::asio;

struct Turns::State {
  Turn* holder = nullptr;
  std::list<Turn*> queue{};
};

struct Turn::Wait {
  explicit Wait(const asio::any_io_executor& executor)
      : called(executor, std::chrono::steady_clock::time_point::max()) {}
  asio::steady_timer called;
};

Turns::Turns() : state_(std::make_shared<State>()) {}

Turn::Turn(const Turns& turns) : turns_(turns.state_) {
  if (turns_->holder == nullptr) {
    turns_->holder = this;
  } else {
    turns_->queue.push_back(this);
  }
}

Turn::~Turn() {
  if (turns_->holder != this) {
    turns_->queue.remove(this);
    return;
  }
  turns_->holder = nullptr;
  if (turns_->queue.empty()) return;
  turns_->holder = turns_->queue.front();
  turns_->queue.pop_front();
  if (turns_->holder->wait_) turns_->holder->wait_->called.cancel();
}

Awaitable<> Turn::come() {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  wait_ = std::make_unique<Wait>(executor);
  boost::system::error_code ec;
  while (turns_->holder != this && !ec) {
    co_await wait_->called.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
  if (turns_->holder != this) throw boost::system::system_error(ec);
}

}  // namespace paperboy::async
