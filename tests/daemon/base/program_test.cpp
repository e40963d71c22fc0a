#include "daemon/base/program.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "daemon/base/error.hpp"

namespace paperboy {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string failure_of(const std::vector<std::string>& argv, Duration limit = 20s) {
  try {
    output_of(argv, limit);
  } catch (const Error& e) {
    return e.what();
  }
  return "none";
}

TEST(Program, GivesWhatItWrites) {
  EXPECT_EQ(output_of({"printf", "%s|", "a b", "$HOME", "*"}, 20s), "a b|$HOME|*|");  // no shell reads the words
  EXPECT_EQ(output_of({"/bin/true"}, 20s), "");
  EXPECT_EQ(output_of({"/bin/sh", "-c", "cat; echo end"}, 20s), "end\n");  // nothing to read
  EXPECT_EQ(output_of({"/bin/sh", "-c", "head -c 65536 /dev/zero"}, 20s), std::string(65536, '\0'));
  EXPECT_EQ(output_of({"/bin/sh", "-c", "exec >&-; sleep 0.05"}, 20s), "");  // goes on without output
}

TEST(Program, InheritsNoDescriptorsAndNoIgnoredSignals) {
  const int open = ::dup(STDOUT_FILENO);  // without O_CLOEXEC
  ASSERT_GT(open, 2);
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(output_of({"/bin/sh", "-c", "[ -e /proc/self/fd/" + std::to_string(open) + " ] || echo closed"}, 20s),
            "closed\n");
  EXPECT_EQ(failure_of({"/bin/sh", "-c", "kill -PIPE $$; echo ignored"}), "was ended by signal 13");
  ::signal(SIGPIPE, before);
  ::close(open);
}

TEST(Program, AFailureIsToldWithoutArgumentsAndOutput) {
  const std::string secret = "canary-5up3r-s3cret";
  EXPECT_EQ(failure_of({}), "cannot be started: no program is named");
  EXPECT_EQ(failure_of({""}), "cannot be started: no program is named");
  EXPECT_THAT(failure_of({"/nonexistent/" + secret}),
              AllOf(HasSubstr("cannot be started: No such"), Not(HasSubstr(secret))));
  EXPECT_THAT(failure_of({"/etc/passwd", secret}), AllOf(HasSubstr("cannot be started: Perm"), Not(HasSubstr(secret))));
  EXPECT_EQ(failure_of({"/bin/sh", "-c", "echo " + secret + "; exit 3"}), "ended with status 3");
  EXPECT_EQ(failure_of({"/bin/sh", "-c", "echo " + secret + "; kill -9 $$"}), "was ended by signal 9");
  EXPECT_EQ(failure_of({"/bin/sh", "-c", "yes " + secret}), "has written more than 65536 bytes");
}

TEST(Program, OneThatDoesNotEndIsKilledWithItsChildren) {
  const std::string pid_file = testing::TempDir() + "program_test." + std::to_string(::getpid());
  for (const char* script : {"sleep 600 & echo $! > FILE; wait", "sleep 600 & echo $! > FILE; exec >&-; wait",
                             "while :; do echo; sleep 0.01 & echo $! > FILE; wait; done"}) {
    std::string text = script;
    text.replace(text.find("FILE"), 4, pid_file);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(failure_of({"/bin/sh", "-c", text}, 300ms), "has not ended after 300ms") << script;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s) << script;
    // The grandchild is gone, or a zombie that its new parent has not yet waited for.
    EXPECT_EQ(
        output_of({"/bin/sh", "-c",
                   "read pid < " + pid_file +
                       "; for i in $(seq 500); do grep -qs 'State:.[^ZX]' /proc/$pid/status || exit 0; sleep 0.02; "
                       "done; echo alive"},
                  20s),
        "")
        << script;
  }
  ::unlink(pid_file.c_str());
}

}  // namespace
}  // namespace paperboy
