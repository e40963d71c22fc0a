#pragma once
// SMTP (RFC 5321) on Asio: STARTTLS (RFC 3207), AUTH PLAIN and LOGIN (RFC 4954), OAUTHBEARER (RFC
// 7628) and XOAUTH2, SIZE, 8BITMIME; HELO where nothing else is understood.
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "daemon/net/client.hpp"
#include "daemon/net/trust.hpp"

namespace paperboy::net {

// Resolves `host` and connects. Throws NetError(before_request); terminal cancellation is heard at once, also while
// resolving.
using Connect =
    std::function<async::Awaitable<boost::asio::ip::tcp::socket>(std::string host, int port, Duration timeout)>;

// Sends mail and keeps connections for the next one. One thread: that of the sockets.
class SmtpClient {
 public:
  SmtpClient(Connect connect, std::shared_ptr<Trust> trust);
  ~SmtpClient();
  // As Client::send_mail, which see.
  async::Awaitable<MailReply> send(MailServer server, Mail mail, MailTimeouts timeouts);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace paperboy::net
