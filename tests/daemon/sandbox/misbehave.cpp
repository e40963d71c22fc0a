// Tries what a hostile file would have a program do, and prints what came of it.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

int say(const char* what, long result) {
  std::printf("%s: %s\n", what, result >= 0 ? "done" : std::strerror(errno));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const char* path = argc > 2 ? argv[2] : "";
  if (what == "echo") {
    char buffer[4096];
    for (ssize_t count; (count = read(0, buffer, sizeof buffer)) > 0;) {
      if (write(1, buffer, static_cast<std::size_t>(count)) != count) return 3;
    }
    return 0;
  }
  if (what == "tcp") return say("tcp", socket(AF_INET, SOCK_STREAM, 0));
  if (what == "unix") return say("unix", socket(AF_UNIX, SOCK_STREAM, 0));
  if (what == "create") return say("create", open(path, O_WRONLY | O_CREAT, 0600));
  if (what == "overwrite") return say("overwrite", open(path, O_RDWR));
  if (what == "truncate") return say("truncate", truncate(path, 0));
  if (what == "unlink") return say("unlink", unlink(path));
  if (what == "rename") return say("rename", std::rename(path, (std::string(path) + "2").c_str()));
  if (what == "read") return say("read", open(path, O_RDONLY));
  if (what == "fork") return say("fork", fork());
  if (what == "kill") return say("kill", kill(getppid(), SIGTERM));
  if (what == "exec") {
    execl("/bin/sh", "sh", "-c", "echo ran", nullptr);
    return say("exec", -1);
  }
  if (what == "limits") {
    const rlimit more{1u << 30, 1u << 30};
    return say("limits", setrlimit(RLIMIT_NOFILE, &more));
  }
  if (what == "files") {
    long opened = 0;
    while (open("/usr", O_RDONLY) >= 0) ++opened;
    std::printf("%ld\n", opened);
    return 0;
  }
  if (what == "descriptors") {
    for (int fd = 3; fd < 64; ++fd) {
      if (fcntl(fd, F_GETFD) >= 0) std::printf("%d is open\n", fd);
    }
    return 0;
  }
  if (what == "environment") {
    for (char** each = environ; *each != nullptr; ++each) std::puts(*each);
    return 0;
  }
  if (what == "spin") {
    for (volatile unsigned long i = 0;; i = i + 1) {
    }
  }
  if (what == "sleep") {
    while (true) sleep(1000);
  }
  if (what == "memory") {
    for (std::size_t got = 0;; got += 1u << 20) {
      char* block = static_cast<char*>(std::malloc(1u << 20));
      if (block == nullptr) return say("memory", -1);
      std::memset(block, 1, 1u << 20);
    }
  }
  if (what == "flood") {
    const std::string line(1 << 16, 'x');
    while (write(1, line.data(), line.size()) > 0) {
    }
    return 0;
  }
  if (what == "close") {  // says no more, and stays
    close(1);
    while (true) sleep(1000);
  }
  if (what == "crash") std::abort();
  return argc > 2 ? std::atoi(path) : 2;
}
