#pragma once
// The opposite of shielded().
#include "daemon/async/timing.hpp"

namespace paperboy::async {

// Awaits `work`, to which every cancellation is terminal: for what nothing is lost with (a long poll), so that it does
// not hold up the daemon when it stops.
Awaitable<> expendable(Awaitable<> work);

}  // namespace paperboy::async
