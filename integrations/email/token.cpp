#include "integrations/email/token.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "daemon/base/program.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::integrations::email {
namespace {

constexpr std::uintmax_t most_bytes = 64u << 10;

// RFC 6750 section 2.1 says which characters; servers' own tokens are held to being printable only.
Secret checked(const std::string& text, const std::string& whose) {
  const std::string_view token = text::trim(text);
  const bool printable = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (token.empty()) throw TokenError(whose + " no token");
  if (!printable) throw TokenError(whose + " something that is no token: more than one word, or not ASCII");
  return Secret(std::string(token));
}

}  // namespace

Secret TokenSource::read_file() const {
  struct stat status{};
  if (::stat(settings_.file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw TokenError("token_file names a file that is not there or cannot be reached");
  }
  if ((status.st_mode & S_IROTH) != 0) {
    throw TokenError("token_file names a file that everybody may read; chmod o-r it");
  }
  if (static_cast<std::uintmax_t>(status.st_size) > most_bytes) {
    throw TokenError("token_file names a file that is too large for a token");
  }
  std::ifstream in(settings_.file, std::ios::binary);
  if (!in) throw TokenError("token_file names a file that cannot be read");
  return checked(std::string(std::istreambuf_iterator<char>(in), {}), "token_file holds");
}

Secret TokenSource::ask(const Secret& refused) {
  const bool is_old = std::chrono::steady_clock::now() >= given_until_;
  if (!given_.empty() && !is_old && given_ != refused) return given_;
  given_ = Secret();
  std::string output;
  try {
    output = output_of(settings_.command, settings_.command_limit);
  } catch (const Error& e) {
    throw TokenError(std::string("the program that token_command names ") + e.what());
  }
  given_ = checked(output, "the program that token_command names wrote");
  given_until_ = std::chrono::steady_clock::now() + settings_.command_keeps;
  return given_;
}

async::Awaitable<Secret> TokenSource::get(Secret refused) {
  Secret token;
  std::function<void()> work = [&] { token = settings_.command.empty() ? read_file() : ask(refused); };
  co_await worker_.run(std::move(work));
  co_return token;
}

}  // namespace paperboy::integrations::email
