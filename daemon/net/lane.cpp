#include "daemon/net/lane.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "daemon/async/turn.hpp"
#include "daemon/base/backoff.hpp"
#include "daemon/net/shield.hpp"

namespace paperboy::net {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Duration longest_penalty = std::chrono::days(1);
constexpr Duration first_backoff = std::chrono::seconds(3);
constexpr Duration longest_backoff = std::chrono::minutes(10);
constexpr Duration longest_request = std::chrono::minutes(10);

}  // namespace

struct Lane::State {
  std::string name;
  Duration gap;
  Client& client;
  LaneMemory& memory;
  const Clock& clock;

  LaneState remembered{};
  bool loaded = false;
  Steady::time_point free{};  // when gap and penalty have passed
  async::Turns turns{};

  async::Awaitable<> load();
  async::Awaitable<Response> exchange(Request request);
  void hold_back(Duration wait) { free = std::max(free, Steady::now() + wait); }
};

async::Awaitable<> Lane::State::load() {
  remembered = co_await memory.load(name);
  loaded = true;
  // The kept times are the wall clock's, which may have been set since: no kept time holds the lane up for longer than
  // it can mean.
  const Time now = clock.now();
  if (gap > Duration::zero()) hold_back(std::min(remembered.last_request - now, longest_request) + gap);
  hold_back(std::min(remembered.not_before - now, longest_penalty));
}

async::Awaitable<Response> Lane::State::exchange(Request request) {
  remembered.last_request = clock.now() + request.timeout;
  co_await memory.save(name, remembered);
  Response response;
  std::exception_ptr failure;
  try {
    response = co_await client.fetch(std::move(request));
  } catch (...) {
    failure = std::current_exception();
  }
  hold_back(gap);
  remembered.last_request = clock.now();
  co_await memory.save(name, remembered);
  if (failure) std::rethrow_exception(failure);
  co_return response;
}

Lane::Lane(std::string name, Duration gap, Client& client, LaneMemory& memory, const Clock& clock)
    : state_(new State{std::move(name), gap, client, memory, clock}) {}

Lane::~Lane() = default;

async::Awaitable<Response> Lane::fetch(Request request) {
  const auto kept = state_;  // a loop that ends with callers still waiting destroys their turns, perhaps after the lane
  State& state = *kept;
  async::Turn turn(state.turns);
  co_await turn.come();
  if (!state.loaded) co_await state.load();
  while (Steady::now() < state.free) {
    const auto rest = std::chrono::ceil<Duration>(state.free - Steady::now());
    co_await async::sleep_for(rest);
  }
  co_return co_await shielded(state.exchange(std::move(request)));
}

async::Awaitable<> Lane::penalize(std::optional<Duration> wait) {
  State& state = *state_;
  ++state.remembered.failures;
  const Duration penalty =
      std::min(wait ? *wait : backoff(first_backoff, longest_backoff, state.remembered.failures), longest_penalty);
  state.hold_back(penalty);
  state.remembered.not_before = std::max(state.remembered.not_before, state.clock.now() + penalty);
  co_await state.memory.save(state.name, state.remembered);
}

async::Awaitable<> Lane::succeeded() {
  State& state = *state_;
  if (state.remembered.failures == 0) co_return;
  state.remembered.failures = 0;
  co_await state.memory.save(state.name, state.remembered);
}

Time Lane::free_at() const {
  const auto wait = std::chrono::ceil<Duration>(state_->free - Steady::now());
  return state_->clock.now() + std::max(wait, Duration::zero());
}

}  // namespace paperboy::net
