#pragma once
// Does the kernel have Landlock? Without it nothing is run in a sandbox, and there is nothing to be tested.
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace paperboy::test {

inline bool has_landlock() {
  return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

}  // namespace paperboy::test
