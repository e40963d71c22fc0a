#pragma once
// One homeserver's Client-Server API, as an account of it.
#include <string>
#include <string_view>

#include "daemon/base/secret.hpp"
#include "integrations/matrix/names.hpp"
#include "integrations/matrix/outcome.hpp"
#include "integrations/plugin.hpp"

namespace paperboy::integrations::matrix {

// Signed in.
struct Session {
  std::string base;  // "https://matrix.example.org", without a slash at its end
  Secret token;
  std::string device;
  // Since when everything was sent from this device: what it sent before may be unknown to the server's list of
  // transactions, which is kept per device.
  Time since{};
};

constexpr Duration request_timeout = std::chrono::seconds(30);
constexpr std::size_t largest_answer = 8u << 20;

// No answer is an answer, too (Reply::status 0); throws only when cancelled.
async::Awaitable<Reply> fetch(const Toolbox& tools, net::Request request);
// One request: `path` is what follows /_matrix/client. A token never comes back in Reply::error.
async::Awaitable<Reply> ask(const Toolbox& tools, std::string method, std::string base, std::string path,
                            std::string body, Secret token, Duration timeout, std::size_t most_bytes = largest_answer);
async::Awaitable<Reply> ask(const Toolbox& tools, std::string method, Session session, std::string path,
                            std::string body = "");

}  // namespace paperboy::integrations::matrix
