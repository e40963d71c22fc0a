#include "daemon/store/instance.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "daemon/store/database.hpp"

namespace paperboy::store {
namespace {

// " (process 123)", as it wrote itself into the file; empty if it has not yet.
std::string holder(int file) {
  char digits[20];
  const ssize_t size = ::pread(file, digits, sizeof digits, 0);
  const std::string process(digits, size > 0 ? static_cast<std::size_t>(size) : 0);
  if (process.empty() || process.find_first_not_of("0123456789") != std::string::npos) return {};
  return " (process " + process + ")";
}

}  // namespace

Instance::Instance(const std::filesystem::path& database) {
  std::error_code ignored;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(database, ignored);  // one file, one lock
  const std::string name = (ignored ? database : whole).string() + ".lock";
  file_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file_ < 0) {
    throw StoreError(name + ": " + std::strerror(errno) +
                     ": the folder of the store must be there and belong to "
                     "the user that runs Paperboy");
  }
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const int cause = errno;
    const std::string other = cause == EWOULDBLOCK ? holder(file_) : std::string();
    ::close(file_);
    if (cause != EWOULDBLOCK) throw StoreError(name + ": cannot be locked: " + std::strerror(cause));
    throw StoreError(database.string() + ": another Paperboy" + other +
                     " delivers from this store; stop it first, or give this one a store of its own");
  }
  const std::string process = std::to_string(::getpid());
  // For the message above only: what cannot be written does no harm.
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, process.data(), process.size(), 0) < 0) return;
}

Instance::~Instance() {
  ::close(file_);
}

}  // namespace paperboy::store
