#pragma once
// SMTP (RFC 5321) on Asio: STARTTLS (RFC 3207), AUTH PLAIN and LOGIN (RFC 4954), SIZE, 8BITMIME.
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "daemon/net/client.hpp"

namespace paperboy::net {

// Resolves `host` and connects. Throws NetError(before_request); terminal cancellation is heard at once, also while
// resolving.
using Connect =
    std::function<async::Awaitable<boost::asio::ip::tcp::socket>(std::string host, int port, Duration timeout)>;

// Sends mail and keeps connections for the next one. One thread: that of the sockets.
class SmtpClient {
 public:
  explicit SmtpClient(Connect connect);
  ~SmtpClient();
  // As Client::send_mail, which see.
  async::Awaitable<MailReply> send(MailServer server, Mail mail, MailTimeouts timeouts);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace paperboy::net
