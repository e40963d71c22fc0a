#pragma once
// A polite lane: all requests to one operator pass it one at a time, with a gap between them that survives restarts.
#include <memory>
#include <optional>
#include <string>

#include "daemon/async/timing.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/net/client.hpp"

namespace paperboy::net {

// What must be remembered across a restart.
struct LaneState {
  Time last_request{};  // the last request ended then, or at the latest then
  Time not_before{};    // a penalty (Retry-After, back-off, block) lasts until then
  int failures = 0;     // throttled answers in a row
};

// Where the state is kept; App gives one that writes to the store. Both may suspend.
class LaneMemory {
 public:
  virtual ~LaneMemory() = default;
  virtual async::Awaitable<LaneState> load(std::string lane) = 0;
  virtual async::Awaitable<> save(std::string lane, LaneState state) = 0;
};

// One thread: the io thread. Callers queue in order of arrival. Waiting goes by the monotonic clock; `clock` is for
// what is kept.
class Lane {
 public:
  // `gap`: least time from the end of one request to the start of the next (0 for replays).
  Lane(std::string name, Duration gap, Client& client, LaneMemory& memory, const Clock& clock);
  ~Lane();

  // Waits for the lane to be free and for gap and penalty to pass, then fetches. The state is saved before the request
  // goes out (a crash cannot shorten the gap: it counts from the request's time-out) and after it. Throws what
  // Client::fetch and LaneMemory throw. Cancellation: total ends the waiting, terminal also a request under way.
  async::Awaitable<Response> fetch(Request request);

  // The caller saw that the answer was a refusal: no request passes before now + `wait` (at most a day), and failures
  // counts up. Without a wait: 3 s doubled with each failure up to 10 min, and up to a quarter more. A good answer
  // clears failures: call succeeded().
  async::Awaitable<> penalize(std::optional<Duration> wait);
  async::Awaitable<> succeeded();

  // When the next request may go out, for status; now, if that is at once or the state was not loaded yet (by the first
  // fetch).
  Time free_at() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace paperboy::net
