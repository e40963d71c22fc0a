#pragma once
// Time as the program sees it: UTC instants with millisecond precision, and the one door to the current time.
#include <chrono>
#include <cstdint>

namespace paperboy {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<std::chrono::milliseconds>;  // UTC
using Day = std::chrono::sys_days;                              // a calendar day without a time zone

// Where "now" comes from. Pure rooms never hold a Clock: they are handed a Time.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;  // any thread
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }
};

// A clock that stands still until told otherwise: `paperboy replay` and tests. Not thread-safe: set it where it is
// read.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time now() const override { return now_; }
  void set(Time t) { now_ = t; }
  void advance(Duration d) { now_ += d; }

 private:
  Time now_;
};

inline std::int64_t to_epoch_ms(Time t) {
  return t.time_since_epoch().count();
}
inline Time from_epoch_ms(std::int64_t ms) {
  return Time{Duration{ms}};
}

}  // namespace paperboy
