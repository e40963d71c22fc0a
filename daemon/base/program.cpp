#include "daemon/base/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "daemon/base/error.hpp"
#include "daemon/base/time.hpp"

namespace paperboy {
namespace {

using Deadline = std::chrono::steady_clock::time_point;
constexpr std::size_t most_output = 64u << 10;
constexpr auto exit_poll = std::chrono::milliseconds(2);

class Descriptor {
 public:
  ~Descriptor() { close(); }
  void close() {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  int fd = -1;
};

// A child in a process group of its own, ended with this object.
class Child {
 public:
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  void start(const std::vector<std::string>& argv, int output);
  // False if it is still running; then `status` is as it was.
  bool ended(int& status) {
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
    pid_ = 0;
    return true;
  }

 private:
  pid_t pid_ = 0;
};

void Child::start(const std::vector<std::string>& argv, int output) {
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigmask(&how, &none);
  posix_spawnattr_setsigdefault(&how, &all);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  const int failure = ::posix_spawnp(&pid_, words.front(), &files, &how, words.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&how);
  if (failure == 0) return;
  pid_ = 0;
  throw Error(std::string("cannot be started: ") + std::strerror(failure));
}

int milliseconds_to(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

}  // namespace

std::string output_of(const std::vector<std::string>& argv, Duration limit) {
  if (argv.empty() || argv.front().empty()) throw Error("cannot be started: no program is named");
  const Deadline deadline = std::chrono::steady_clock::now() + limit;
  const auto check_time = [&] {
    if (std::chrono::steady_clock::now() >= deadline) throw Error("has not ended after " + format_duration(limit));
  };
  Descriptor reading, writing;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(std::string("cannot be started: ") + std::strerror(errno));
  reading.fd = ends[0];
  writing.fd = ends[1];
  Child child;
  child.start(argv, writing.fd);
  writing.close();

  std::string output;
  for (;;) {
    pollfd wanted{reading.fd, POLLIN, 0};
    if (::poll(&wanted, 1, milliseconds_to(deadline)) <= 0) {
      check_time();
      continue;
    }
    char bytes[4096];
    const ssize_t got = ::read(reading.fd, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    output.append(bytes, static_cast<std::size_t>(got));
    if (output.size() > most_output) throw Error("has written more than " + std::to_string(most_output) + " bytes");
    check_time();
  }
  int status = 0;
  while (!child.ended(status)) {
    check_time();
    std::this_thread::sleep_for(exit_poll);
  }
  if (WIFSIGNALED(status)) throw Error("was ended by signal " + std::to_string(WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) throw Error("ended with status " + std::to_string(WEXITSTATUS(status)));
  return output;
}

}  // namespace paperboy
