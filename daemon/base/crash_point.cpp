#include "daemon/base/crash_point.hpp"

#ifdef PAPERBOY_CRASH_POINTS
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace paperboy {
namespace {

struct Wish {
  std::string label;
  std::atomic<int> times{1};
  Wish() {
    const char* written = std::getenv("PAPERBOY_CRASH_AT");
    if (written == nullptr) return;
    label = written;
    const std::size_t colon = label.rfind(':');
    if (colon == std::string::npos) return;
    times = std::atoi(label.c_str() + colon + 1);
    label.resize(colon);
  }
};

}  // namespace

void crash_point(std::string_view label) {
  static Wish wish;
  if (wish.label == label && --wish.times == 0) std::raise(SIGKILL);
}

}  // namespace paperboy
#endif
