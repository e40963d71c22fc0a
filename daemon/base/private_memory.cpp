#include "daemon/base/private_memory.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "daemon/base/error.hpp"

namespace paperboy {

void keep_memory_private() {
  // The kernel asks this wherever cores go; the limit, which a sandbox may deny us, shows it to people.
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) throw Error("this system does not let a process go without core files");
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace paperboy
