#include "daemon/base/private_memory.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace paperboy {
namespace {

// In a child, since it cannot be taken back.
TEST(PrivateMemory, LeavesNoCore) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max;  // whoever ran the tests may have wanted none
    ::setrlimit(RLIMIT_CORE, &limit);
    ::prctl(PR_SET_DUMPABLE, 1);
    keep_memory_private();
    ::getrlimit(RLIMIT_CORE, &limit);
    if (::prctl(PR_GET_DUMPABLE) != 0) ::_exit(2);
    if (limit.rlim_cur != 0 || limit.rlim_max != 0) ::_exit(3);
    ::signal(SIGABRT, SIG_DFL);
    ::raise(SIGABRT);
    ::_exit(4);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
  EXPECT_FALSE(WCOREDUMP(status));
}

}  // namespace
}  // namespace paperboy
