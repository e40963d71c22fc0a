#include "tests/bench/percolate/peers.hpp"

#include <ctime>

namespace paperboy::match::percolate {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::vector<std::unique_ptr<Peer>> make_peers() {
  return {};
}

}  // namespace paperboy::match::percolate
