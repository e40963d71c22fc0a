#pragma once
// async::shielded for work with a result.
#include <optional>
#include <utility>

#include "daemon/async/timing.hpp"

namespace paperboy::net {

template <class T>
async::Awaitable<> keep_result(std::optional<T>& result, async::Awaitable<T> work) {
  result = co_await std::move(work);
}

// An exchange that total cancellation (the polite half of a stop) leaves alone; terminal cancellation reaches it at
// once.
template <class T>
async::Awaitable<T> shielded(async::Awaitable<T> work) {
  std::optional<T> result;
  co_await async::shielded(keep_result(result, std::move(work)));
  co_return std::move(*result);
}

}  // namespace paperboy::net
