#pragma once
// Paperboy's account on its homeserver: where the server is, and being signed in.
#include <optional>
#include <string>

#include "integrations/matrix/homeserver.hpp"

namespace paperboy::integrations::matrix {

struct AccountSettings {
  std::string user;        // @paperboy:example.org
  std::string homeserver;  // its base URL; empty: found through the user's server (".well-known URI")
  Secret token, password;  // one of them
};

// With a token: it is checked once (whoami) and tells the device. With a password: signs in under a device id chosen
// once, and keeps id and token, because servers allow few logins (Synapse: one in 5 minutes) and know sent transactions
// by the device. Kept in the channel's memory under "session". One loop; not entered twice at a time.
class Account {
 public:
  Account(AccountSettings settings, const Toolbox& tools) : settings_(std::move(settings)), tools_(tools) {}
  const std::string& user() const { return settings_.user; }

  // Throws Failed.
  async::Awaitable<Session> session();
  // The server does not know the session's token any more. The next session() is another one, or throws Failed. A
  // device whose logout was not soft is a new one to the server, though it has the same id.
  async::Awaitable<> signed_out(Session session, bool soft);

 private:
  struct Kept;
  async::Awaitable<Kept> recall();
  async::Awaitable<> keep(Kept kept);
  async::Awaitable<std::string> discover();
  async::Awaitable<Session> with_token(std::string base);
  async::Awaitable<Session> with_password(std::string base);

  AccountSettings settings_;
  const Toolbox& tools_;
  std::optional<Session> session_;
};

}  // namespace paperboy::integrations::matrix
