#pragma once
// Runs a program that reads what strangers wrote: bytes in, bytes out, and nothing else.
//
// What the program cannot do: reach a network or another process, start one, open anything for writing, read files but
// the system's libraries and data (/usr, /lib and the like; not /etc, /home or the store). Three layers, each set up by
// an unprivileged process and inherited over exec: seccomp (seccomp(2); a list of what is allowed), Landlock
// (landlock(7), Linux 5.13; which files) and rlimits. No namespaces: Debian's and systemd's hardening refuse them.
// If any layer cannot be set up, nothing is run.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/base/error.hpp"

namespace paperboy::sandbox {

struct Limits {
  Duration wall = std::chrono::seconds(60);
  int cpu_seconds = 30;
  std::size_t memory = 1u << 30;  // bytes of address space
  std::size_t output = 16u << 20;
  int open_files = 32;
};

enum class End {
  finished,  // exit status 0
  failed,    // another exit status
  killed,    // by a signal: its own fault, or the limit of CPU time
  late,      // the time on the wall was over
  too_long   // more output than allowed; what fits is there
};

struct Result {
  End end = End::failed;
  int status = 0;      // the exit status, or the signal
  std::string output;  // what it wrote until its end
};
std::string describe(const Result& result);  // "killed by signal 9", one line

// The sandbox or the program could not be set up; what() says which part of it.
class Unavailable : public Error {
 public:
  using Error::Error;
};

// Runs `program` (an absolute path) with `input` as its standard input, and an environment of LANG and PATH alone.
// Blocks until it has ended: for a worker thread. The program dies with the calling thread. Throws Unavailable.
Result run(const std::string& program, const std::vector<std::string>& arguments, std::string_view input,
           const Limits& limits);

}  // namespace paperboy::sandbox
