#pragma once
// The OAuth 2 access token with which Paperboy signs in at the relay. Such tokens live for an hour or so: somebody else
// writes the newest into a file, or a program is asked for it.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/async/worker.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/secret.hpp"

namespace paperboy::integrations::email {

struct TokenSettings {
  std::filesystem::path file;        // one of these two
  std::vector<std::string> command;  // a program and its arguments
  Duration command_keeps = std::chrono::minutes(30);
  Duration command_limit = std::chrono::seconds(10);  // less than a stop may take
};

// There is no token. what() says why, and holds no part of the token, the file's name or the command.
class TokenError : public Error {
 public:
  using Error::Error;
};

// Any number of coroutines of one loop may ask at a time; a program runs once for all of them.
class TokenSource {
 public:
  explicit TokenSource(TokenSettings settings) : settings_(std::move(settings)) {}

  // The token of now: what the file holds, or what the program gave last, unless that is older than command_keeps or
  // equal to `refused`. Throws TokenError.
  async::Awaitable<Secret> get(Secret refused);

 private:
  Secret read_file() const;
  Secret ask(const Secret& refused);

  TokenSettings settings_;
  // What the program gave; touched by the worker's thread alone.
  Secret given_;
  std::chrono::steady_clock::time_point given_until_{};
  async::Worker worker_{"mail-token"};  // last: its thread uses all of the above
};

}  // namespace paperboy::integrations::email
