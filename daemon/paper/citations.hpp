#pragma once
// How often a paper is cited, as somebody counts.
#include <cstdint>

#include "daemon/base/clock.hpp"

namespace paperboy::paper {

struct Citations {
  std::int64_t count = 0;
  Day counted{};  // UTC day on which the count was told
  friend bool operator==(const Citations&, const Citations&) = default;
};

}  // namespace paperboy::paper
