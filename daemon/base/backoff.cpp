#include "daemon/base/backoff.hpp"

#include <algorithm>
#include <random>

namespace paperboy {

Duration backoff(Duration first, Duration longest, int failures) {
  Duration wait = first;
  for (int i = 1; i < failures && wait < longest; ++i) wait *= 2;
  wait = std::min(wait, longest);
  static thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<Duration::rep> jitter(0, wait.count() / 4);
  return wait + Duration(jitter(random));
}

}  // namespace paperboy
