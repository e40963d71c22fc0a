#pragma once
// Runs the built program.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/daemon/settings/helpers.hpp"

namespace paperboy::cli {

struct Result {
  int status = -1;  // 128 + N if signal N ended it
  std::string out, err;
};

// A run under way; its streams go to files, so that nothing can block.
class Program {
 public:
  Program(const std::vector<std::string>& arguments, const std::string& input = "") {
    const auto in = folder_.write("in", input);
    const std::string out = (folder_.path() / "out").string(), err = (folder_.path() / "err").string();
    std::vector<char*> argv{const_cast<char*>(PAPERBOY_PROGRAM)};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(::open(in.c_str(), O_RDONLY), STDIN_FILENO);
      ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
      ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
      ::execv(PAPERBOY_PROGRAM, argv.data());
      ::_exit(127);
    }
  }
  ~Program() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Program(const Program&) = delete;

  void signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
  }
  bool running() {
    if (pid_ <= 0) return false;
    if (::waitpid(pid_, &wait_status_, WNOHANG) == pid_) pid_ = 0;
    return pid_ > 0;
  }
  Result wait() {
    if (pid_ > 0) ::waitpid(pid_, &wait_status_, 0);
    pid_ = 0;
    Result result;
    result.status = WIFEXITED(wait_status_) ? WEXITSTATUS(wait_status_) : 128 + WTERMSIG(wait_status_);
    result.out = read("out");
    result.err = read("err");
    return result;
  }

 private:
  std::string read(const char* name) const {
    std::ostringstream text;
    text << std::ifstream(folder_.path() / name).rdbuf();
    return std::move(text).str();
  }

  settings::Folder folder_;
  pid_t pid_ = 0;
  int wait_status_ = 0;
};

inline Result run(const std::vector<std::string>& arguments, const std::string& input = "") {
  return Program(arguments, input).wait();
}

}  // namespace paperboy::cli
