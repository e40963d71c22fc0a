#pragma once
// Waits between tries that fail one after the other: exponential backoff with jitter.
#include "daemon/base/clock.hpp"

namespace paperboy {

// `first` after the first failure, twice as long after each further one, at most `longest`; and by chance up to a
// quarter more, so that those who failed together do not come again together. `failures`: in a row, at least 1. Any
// thread.
Duration backoff(Duration first, Duration longest, int failures);

}  // namespace paperboy
