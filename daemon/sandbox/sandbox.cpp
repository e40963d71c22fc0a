#include "daemon/sandbox/sandbox.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

namespace paperboy::sandbox {
namespace {

[[noreturn]] void fail(const std::string& what, int error) {
  throw Unavailable(what + ": " + std::strerror(error));
}

class File {
 public:
  explicit File(int fd = -1) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct Pipe {
  File read, write;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe", errno);
    read = File(ends[0]);
    write = File(ends[1]);
  }
};

// --- seccomp

constexpr std::array allowed{"read",
                             "write",
                             "readv",
                             "writev",
                             "pread64",
                             "lseek",
                             "close",
                             "fstat",
                             "newfstatat",
                             "stat",
                             "lstat",
                             "statx",
                             "access",
                             "faccessat",
                             "faccessat2",
                             "readlink",
                             "readlinkat",
                             "getdents64",
                             "getcwd",
                             "fcntl",
                             "dup",
                             "mmap",
                             "munmap",
                             "mprotect",
                             "mremap",
                             "madvise",
                             "brk",
                             "execve",
                             "exit",
                             "exit_group",
                             "rt_sigaction",
                             "rt_sigprocmask",
                             "rt_sigreturn",
                             "sigaltstack",
                             "arch_prctl",
                             "set_tid_address",
                             "set_robust_list",
                             "rseq",
                             "futex",
                             "getrandom",
                             "clock_gettime",
                             "clock_getres",
                             "gettimeofday",
                             "time",
                             "uname",
                             "sysinfo",
                             "getpid",
                             "gettid",
                             "getuid",
                             "geteuid",
                             "getgid",
                             "getegid",
                             "sched_getaffinity",
                             "sched_yield",
                             "getrlimit",
                             "getrusage",
                             "restart_syscall",
                             "clock_nanosleep",
                             "nanosleep",
                             "poll",
                             "ppoll",
                             "fadvise64"};

constexpr std::uint64_t writes = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;

// The filter as the kernel takes it. Everything that is not allowed fails with EPERM, so that a program that asks for
// more than it needs (a terminal's size, a thread) goes on without.
std::vector<sock_filter> make_filter() {
  const auto release = [](void* context) { seccomp_release(context); };
  const std::unique_ptr<void, decltype(release)> context(seccomp_init(SCMP_ACT_ERRNO(EPERM)), release);
  if (!context) throw Unavailable("seccomp: no memory");
  const auto check = [](int result) {
    if (result != 0) fail("seccomp", -result);
  };
  for (const char* name : allowed) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number >= 0) check(seccomp_rule_add(context.get(), SCMP_ACT_ALLOW, number, 0));  // < 0: not on this machine
  }
  const auto allow_if = [&](const char* name, const scmp_arg_cmp& condition) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number >= 0) check(seccomp_rule_add_array(context.get(), SCMP_ACT_ALLOW, number, 1, &condition));
  };
  allow_if("open", {1, SCMP_CMP_MASKED_EQ, writes, 0});
  allow_if("openat", {2, SCMP_CMP_MASKED_EQ, writes, 0});
  allow_if("prlimit64", {2, SCMP_CMP_EQ, 0, 0});  // limits may be read, not set

  Pipe pipe;
  fcntl(pipe.write.get(), F_SETPIPE_SZ, 1 << 20);
  check(seccomp_export_bpf(context.get(), pipe.write.get()));
  pipe.write.close();
  std::vector<sock_filter> filter;
  sock_filter instruction{};
  while (read(pipe.read.get(), &instruction, sizeof instruction) == static_cast<ssize_t>(sizeof instruction)) {
    filter.push_back(instruction);
  }
  if (filter.empty()) throw Unavailable("seccomp: an empty filter");
  return filter;
}

// --- Landlock. Its system calls have no wrappers in glibc, and older headers lack newer rights.

struct Ruleset {
  std::uint64_t handled_access_fs, handled_access_net;
};
constexpr std::uint64_t may_execute = 1u << 0, may_read = 1u << 2, may_list = 1u << 3;

constexpr std::array readable{
    "/usr", "/lib", "/lib64", "/lib32", "/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives"};

void allow(const File& ruleset, const std::string& path, std::uint64_t rights) {
  const File file(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!file) return;  // not on this machine
  landlock_path_beneath_attr beneath{};
  beneath.allowed_access = rights;
  beneath.parent_fd = file.get();
  if (syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0) {
    if (errno != EINVAL) fail("Landlock, " + path, errno);
    beneath.allowed_access = rights & ~may_list;  // a file
    if (syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0) {
      fail("Landlock, " + path, errno);
    }
  }
}

File make_ruleset(const std::string& program) {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) fail("Landlock (Linux 5.13 with it among the security modules)", errno);
  // Every right this kernel knows is taken away; then reading is given back, where it is needed.
  const int rights = abi == 1 ? 13 : abi == 2 ? 14 : abi <= 4 ? 15 : 16;
  Ruleset attributes{(std::uint64_t{1} << rights) - 1, abi >= 4 ? 3u : 0u};
  const std::size_t size = abi >= 4 ? sizeof attributes : sizeof attributes.handled_access_fs;
  File ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!ruleset) fail("Landlock", errno);
  for (const char* path : readable) allow(ruleset, path, may_read | may_list);
  for (const char* path : {"/lib", "/lib64", "/lib32"})
    allow(ruleset, path, may_read | may_list | may_execute);  // ld.so
  allow(ruleset, program, may_read | may_execute);
  return ruleset;
}

// --- the child, between fork and exec: system calls alone, nothing that could wait for another thread's lock.

struct Plan {
  const char* program;
  char* const* arguments;
  char* const* environment;
  int input, output, errors, report, ruleset;
  sock_fprog filter;
  rlimit cpu, memory, files;
};

struct Report {
  int step, error;
};
constexpr std::array steps{"its standard streams", "rlimits", "no_new_privs", "Landlock", "seccomp", "the program"};

[[noreturn]] void become(const Plan& plan) {
  const auto give_up = [&](int step) {
    const Report report{step, errno};
    [[maybe_unused]] const ssize_t written = write(plan.report, &report, sizeof report);
    _exit(127);
  };
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  struct sigaction usual{};
  usual.sa_handler = SIG_DFL;
  sigaction(SIGPIPE, &usual, nullptr);
  if (dup2(plan.input, 0) < 0 || dup2(plan.output, 1) < 0 || dup2(plan.errors, 2) < 0) give_up(0);
  // What somebody forgot to mark is closed, too; 4: CLOSE_RANGE_CLOEXEC.
  if (syscall(SYS_close_range, 3u, ~0u, 4u) != 0) give_up(0);
  const rlimit nothing{0, 0};
  if (setrlimit(RLIMIT_CORE, &nothing) != 0 || setrlimit(RLIMIT_FSIZE, &nothing) != 0 ||
      setrlimit(RLIMIT_CPU, &plan.cpu) != 0 || setrlimit(RLIMIT_NOFILE, &plan.files) != 0 ||
      setrlimit(RLIMIT_AS, &plan.memory) != 0) {
    give_up(1);
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up(2);
  if (syscall(SYS_landlock_restrict_self, plan.ruleset, 0) != 0) give_up(3);
  if (prctl(PR_SET_SECCOMP, 2 /* SECCOMP_MODE_FILTER */, &plan.filter) != 0) give_up(4);
  execve(plan.program, plan.arguments, plan.environment);
  give_up(5);
  _exit(127);
}

// --- the parent

using Steady = std::chrono::steady_clock;

int milliseconds_until(Steady::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

// Feeds and listens until the output ends, is too long, or time is up.
void converse(File input, const File& output, std::string_view bytes, const Limits& limits, Steady::time_point deadline,
              Result& result) {
  fcntl(input.get(), F_SETFL, O_NONBLOCK);
  std::array<char, 65536> buffer;
  while (true) {
    if (bytes.empty()) input.close();
    pollfd polled[2] = {{output.get(), POLLIN, 0}, {input.get(), POLLOUT, 0}};
    const int ready = poll(polled, input ? 2 : 1, milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      result.end = End::late;
      return;
    }
    if (input && polled[1].revents != 0) {
      const ssize_t written = write(input.get(), bytes.data(), bytes.size());
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
      if (written < 0 && errno != EAGAIN && errno != EINTR) bytes = {};  // it does not want to hear more
    }
    if (polled[0].revents == 0) continue;
    const ssize_t count = read(output.get(), buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return;
    const std::size_t room = limits.output - result.output.size();
    result.output.append(buffer.data(), std::min(room, static_cast<std::size_t>(count)));
    if (static_cast<std::size_t>(count) > room) {
      result.end = End::too_long;
      return;
    }
  }
}

// A write to a program that has gone raises SIGPIPE in this thread; it is held back and taken away.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec now{};
    sigtimedwait(&pipe_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{}, before_{};
};

}  // namespace

std::string describe(const Result& result) {
  switch (result.end) {
    case End::finished:
      return "finished";
    case End::failed:
      return "failed with exit status " + std::to_string(result.status);
    case End::killed:
      return "killed by signal " + std::to_string(result.status);
    case End::late:
      return "not ready in time";
    case End::too_long:
      break;
  }
  return "too long an answer";
}

Result run(const std::string& program, const std::vector<std::string>& arguments, std::string_view input,
           const Limits& limits) {
  const std::vector<sock_filter> filter = make_filter();
  const File ruleset = make_ruleset(program);
  const File null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!null) fail("/dev/null", errno);
  Pipe in, out, report;

  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::string language = "LANG=C.UTF-8", path = "PATH=/usr/bin:/bin";
  std::array<char*, 3> environment{language.data(), path.data(), nullptr};

  const auto limit = [](auto value) { return rlimit{static_cast<rlim_t>(value), static_cast<rlim_t>(value)}; };
  const Plan plan{program.c_str(),
                  pointers.data(),
                  environment.data(),
                  in.read.get(),
                  out.write.get(),
                  null.get(),
                  report.write.get(),
                  ruleset.get(),
                  {static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())},
                  limit(limits.cpu_seconds),
                  limit(limits.memory),
                  limit(limits.open_files)};
  const auto deadline = Steady::now() + std::chrono::duration_cast<Steady::duration>(limits.wall);
  const pid_t child = fork();
  if (child < 0) fail("fork", errno);
  if (child == 0) become(plan);

  const NoBrokenPipe no_broken_pipe;
  in.read.close();
  out.write.close();
  report.write.close();
  int status = 0;
  const auto wait = [&] {
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  };
  Report trouble{};
  ssize_t told = 0;
  while ((told = read(report.read.get(), &trouble, sizeof trouble)) < 0 && errno == EINTR) {
  }
  if (told == static_cast<ssize_t>(sizeof trouble)) {
    wait();
    fail(std::string("setting up ") + steps.at(static_cast<std::size_t>(trouble.step)) + " for " + program,
         trouble.error);
  }

  Result result;
  result.end = End::finished;
  converse(std::move(in.write), out.read, input, limits, deadline, result);
  if (result.end == End::finished) {  // its output has ended; so will it
    const File process(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
    pollfd polled{process.get(), POLLIN, 0};
    int ready = -1;
    while (process && (ready = poll(&polled, 1, milliseconds_until(deadline))) < 0 && errno == EINTR) {
    }
    if (ready <= 0) result.end = End::late;
  }
  if (result.end != End::finished) kill(child, SIGKILL);
  wait();
  if (result.end == End::finished && WIFSIGNALED(status)) {
    result.end = End::killed;
    result.status = WTERMSIG(status);
  } else if (result.end == End::finished && WEXITSTATUS(status) != 0) {
    result.end = End::failed;
    result.status = WEXITSTATUS(status);
  }
  return result;
}

}  // namespace paperboy::sandbox
