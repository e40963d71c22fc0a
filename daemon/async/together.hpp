#pragma once
// Several coroutines as one. Runs on, and resumes on, the executor of the coroutine that calls it.
#include <vector>

#include "daemon/async/timing.hpp"

namespace paperboy::async {

// Runs `works` side by side until all have ended. When one fails, the others hear total cancellation, are awaited, and
// the failure is thrown. Cancelling the caller cancels all of them in the same way, total first, terminal later.
Awaitable<> together(std::vector<Awaitable<>> works);

// Awaits `work` and then, whatever became of it, `last`, which total cancellation does not reach: for what must be said
// at the end (the closing of a connection). Terminal cancellation ends it, or keeps it from beginning. Then throws what
// `work` threw. What `last` throws is thrown only if `work` ended well.
Awaitable<> finally(Awaitable<> work, Awaitable<> last);

}  // namespace paperboy::async
