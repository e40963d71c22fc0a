#include "daemon/net/smtp.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/host_name.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <vector>

#include "daemon/base/hash.hpp"
#include "daemon/base/time.hpp"
#include "daemon/net/shield.hpp"
#include "daemon/net/smtp_text.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Step = MailReply::Step;

constexpr Duration idle_limit = std::chrono::seconds(15);
constexpr Duration quit_limit = std::chrono::seconds(5);
constexpr std::size_t reply_bytes_limit = 64u << 10;
constexpr std::size_t chunk_bytes = 64u << 10;

MailReply to_mail_reply(const SmtpReply& reply, Step step) {
  MailReply result;
  result.code = reply.code;
  result.enhanced = reply.lines.empty() ? "" : std::string(enhanced_code(reply.code, reply.lines.front()));
  result.text = reply_text(reply);
  result.step = step;
  return result;
}

// One connection to one server. Every operation has a time limit, at which the socket is closed.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, MailServer server, std::shared_ptr<Trust> trust)
      : server_(std::move(server)),
        trust_(std::move(trust)),
        socket_(std::move(socket)),
        timer_(socket_.get_executor()) {}

  const MailServer& server() const { return server_; }
  const SmtpExtensions& offered() const { return offered_; }
  bool closed() const { return closed_; }
  bool timed_out() const { return timed_out_; }
  // Kept from an earlier mail, and the server has not shown yet that it is still there.
  bool unproven() const { return unproven_; }
  void set_proven() { unproven_ = false; }
  bool needs_reset() const { return needs_reset_; }
  void set_needs_reset(bool needs) { needs_reset_ = needs; }

  // The greeting, TLS, EHLO and AUTH. A refusal is a value, else the connection is ready for MAIL.
  async::Awaitable<std::optional<MailReply>> open(MailTimeouts timeouts);

  // `name` stands for the command in messages: an AUTH line is never shown.
  async::Awaitable<SmtpReply> command(std::string line, std::string name, Duration limit) {
    line += "\r\n";
    co_await write(line, name, limit, Phase::before_request);
    co_return co_await read_reply(std::move(name), limit, Phase::before_request);
  }
  async::Awaitable<> write(std::string_view bytes, std::string name, Duration limit, Phase phase);
  async::Awaitable<SmtpReply> read_reply(std::string name, Duration limit, Phase phase);

  // Between mails: closed with QUIT after a while.
  void park() {
    unproven_ = idle_ = true;
    set_limit(idle_limit);
  }
  // Back from the bench; false if the server closed or spoke in the meantime.
  bool unpark();
  void quit();
  [[noreturn]] void fail(const std::string& what, Phase phase) {
    close();
    throw NetError(server_.host + ":" + std::to_string(server_.port) + ": " + what, phase);
  }

 private:
  async::Awaitable<> start_tls(Duration limit);
  async::Awaitable<std::optional<MailReply>> authenticate(Duration limit);
  async::Awaitable<SmtpReply> sign_in_by_password(Duration limit);
  async::Awaitable<SmtpReply> sign_in_by_token(Duration limit);
  [[noreturn]] void lost(error_code ec, const std::string& name, Phase phase);
  void set_limit(Duration limit);
  void expire();
  void close();
  std::string ehlo_name() const;

  MailServer server_;
  std::shared_ptr<Trust> trust_;
  tcp::socket socket_;
  std::optional<asio::ssl::context> tls_context_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  asio::steady_timer timer_;
  Duration limit_{};
  std::string input_;  // received, not yet used
  SmtpExtensions offered_;
  bool closed_ = false, timed_out_ = false, idle_ = false, unproven_ = false, needs_reset_ = false;
};

void Connection::set_limit(Duration limit) {
  limit_ = limit;
  timer_.expires_after(limit);
  timer_.async_wait([weak = weak_from_this()](error_code ec) {
    const auto self = weak.lock();
    // A handler that was already on its way when the limit was set anew comes without an error.
    if (ec || !self || self->timer_.expiry() > std::chrono::steady_clock::now()) return;
    self->expire();
  });
}

void Connection::expire() {
  if (closed_) return close();
  if (idle_) return quit();
  timed_out_ = true;
  close();
}

void Connection::close() {
  closed_ = true;
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void Connection::quit() {
  if (closed_) return;
  closed_ = true;
  idle_ = false;
  set_limit(quit_limit);
  static constexpr std::string_view line = "QUIT\r\n";
  const auto done = [self = shared_from_this()](error_code, std::size_t) { self->close(); };
  if (tls_) {
    asio::async_write(*tls_, asio::buffer(line), done);
  } else {
    asio::async_write(socket_, asio::buffer(line), done);
  }
}

bool Connection::unpark() {
  idle_ = false;
  if (closed_ || !input_.empty()) return false;
  char byte = 0;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
  close();
  return false;
}

void Connection::lost(error_code ec, const std::string& name, Phase phase) {
  if (timed_out_) fail("no answer to " + name + " within " + format_duration(limit_), phase);
  close();
  if (ec == asio::error::operation_aborted) throw boost::system::system_error(ec);
  fail("connection lost at " + name + ": " + ec.message(), phase);
}

async::Awaitable<> Connection::write(std::string_view bytes, std::string name, Duration limit, Phase phase) {
  set_limit(limit);
  error_code ec;
  const auto buffer = asio::buffer(bytes);
  if (tls_) {
    co_await asio::async_write(*tls_, buffer, asio::redirect_error(asio::use_awaitable, ec));
  } else {
    co_await asio::async_write(socket_, buffer, asio::redirect_error(asio::use_awaitable, ec));
  }
  if (ec) lost(ec, name, phase);
}

async::Awaitable<SmtpReply> Connection::read_reply(std::string name, Duration limit, Phase phase) {
  set_limit(limit);
  SmtpReplyParser parser;
  std::size_t used = 0;
  char bytes[4096];
  const auto buffer = asio::buffer(bytes);
  for (;;) {
    for (std::size_t end; (end = input_.find('\n')) != std::string::npos;) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      const auto state = parser.add(line);
      if (state == SmtpReplyParser::State::malformed) fail("the answer to " + name + " is not SMTP", phase);
      if (state == SmtpReplyParser::State::complete) co_return parser.reply();
    }
    if (used > reply_bytes_limit) fail("the answer to " + name + " has no end", phase);
    error_code ec;
    std::size_t got = 0;
    if (tls_) {
      got = co_await tls_->async_read_some(buffer, asio::redirect_error(asio::use_awaitable, ec));
    } else {
      got = co_await socket_.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, ec));
    }
    if (ec) lost(ec, name, phase);
    used += got;
    input_.append(bytes, got);
  }
}

async::Awaitable<> Connection::start_tls(Duration limit) {
  // What arrived before the handshake is not protected by it (RFC 3207 section 4.2, CVE-2011-0411).
  if (!input_.empty()) fail("the server sent more than its answer to STARTTLS", Phase::before_request);
  tls_context_.emplace(asio::ssl::context::tls_client);
  error_code ec;
  SSL_CTX_set_min_proto_version(tls_context_->native_handle(), TLS1_2_VERSION);
  tls_context_->set_verify_mode(asio::ssl::verify_peer);
  trust_->apply(tls_context_->native_handle(), server_.ca_file);
  tls_.emplace(socket_, *tls_context_);
  SSL* ssl = tls_->native_handle();
  expect_host(ssl, server_.host);
  set_limit(limit);
  co_await tls_->async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, ec));
  if (!ec) co_return;
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) fail(std::string("TLS: ") + X509_verify_cert_error_string(verdict), Phase::before_request);
  lost(ec, "the TLS handshake", Phase::before_request);
}

std::string Connection::ehlo_name() const {
  if (!server_.ehlo_name.empty()) return server_.ehlo_name;
  error_code ec;
  const std::string name = asio::ip::host_name(ec);
  // Without a usable name, an address literal (RFC 5321 section 4.1.3).
  if (!ec && name.find('.') != std::string::npos && is_envelope_address(name, false)) return name;
  const auto address = socket_.local_endpoint(ec).address();
  return std::string(address.is_v6() ? "[IPv6:" : "[") + address.to_string() + "]";
}

async::Awaitable<std::optional<MailReply>> Connection::open(MailTimeouts timeouts) {
  if (server_.security == MailSecurity::implicit_tls) co_await start_tls(timeouts.connect);
  SmtpReply reply = co_await read_reply("the connection", timeouts.reply, Phase::before_request);
  if (reply.code / 100 != 2) co_return to_mail_reply(reply, Step::greeting);

  const std::string name = ehlo_name();
  const std::string ehlo = "EHLO " + name;
  reply = co_await command(ehlo, "EHLO", timeouts.reply);
  const bool is_unknown = reply.code == 500 || reply.code == 502;
  if (is_unknown && server_.security == MailSecurity::none && server_.user.empty()) {  // TLS and AUTH are extensions
    std::string helo = "HELO " + name;
    reply = co_await command(std::move(helo), "HELO", timeouts.reply);
    if (reply.code / 100 == 2) co_return std::nullopt;
  }
  if (reply.code / 100 != 2) co_return to_mail_reply(reply, Step::greeting);
  offered_ = parse_ehlo(reply);

  if (server_.security == MailSecurity::starttls) {
    if (!offered_.starttls)
      fail("the server offers no STARTTLS, and nothing is sent to it in clear", Phase::before_request);
    reply = co_await command("STARTTLS", "STARTTLS", timeouts.reply);
    if (reply.code != 220) co_return to_mail_reply(reply, Step::tls);
    co_await start_tls(timeouts.connect);
    reply = co_await command(ehlo, "EHLO", timeouts.reply);
    if (reply.code / 100 != 2) co_return to_mail_reply(reply, Step::tls);
    offered_ = parse_ehlo(reply);
  }
  if (server_.user.empty()) co_return std::nullopt;
  co_return co_await authenticate(timeouts.reply);
}

async::Awaitable<std::optional<MailReply>> Connection::authenticate(Duration limit) {
  SmtpReply reply;
  if (server_.token.empty()) {
    reply = co_await sign_in_by_password(limit);
  } else {
    reply = co_await sign_in_by_token(limit);
  }
  if (reply.code == 235) co_return std::nullopt;
  co_return to_mail_reply(reply, Step::auth);
}

async::Awaitable<SmtpReply> Connection::sign_in_by_password(Duration limit) {
  const std::string& password = server_.password.reveal();
  if (offered_.auth_plain) {
    std::string line = "AUTH PLAIN " + base64(std::string(1, '\0') + server_.user + std::string(1, '\0') + password);
    co_return co_await command(std::move(line), "AUTH", limit);
  }
  if (!offered_.auth_login) fail("the server offers neither AUTH PLAIN nor AUTH LOGIN", Phase::before_request);
  SmtpReply reply = co_await command("AUTH LOGIN", "AUTH", limit);
  if (reply.code == 334) {
    std::string line = base64(server_.user);
    reply = co_await command(std::move(line), "AUTH", limit);
  }
  if (reply.code == 334) {
    std::string line = base64(password);
    reply = co_await command(std::move(line), "AUTH", limit);
  }
  co_return reply;
}

async::Awaitable<SmtpReply> Connection::sign_in_by_token(Duration limit) {
  if (!offered_.auth_oauthbearer && !offered_.auth_xoauth2) {
    fail("the server offers neither AUTH OAUTHBEARER nor AUTH XOAUTH2", Phase::before_request);
  }
  const std::string& token = server_.token.reveal();
  std::string line = offered_.auth_oauthbearer
                         ? "AUTH OAUTHBEARER " + base64(oauthbearer(server_.user, server_.host, server_.port, token))
                         : "AUTH XOAUTH2 " + base64(xoauth2(server_.user, token));
  SmtpReply reply = co_await command(std::move(line), "AUTH", limit);
  if (reply.code != 334) co_return reply;
  // Why the token was refused, in JSON; the refusal itself comes after an answer to that.
  std::string acknowledged = offered_.auth_oauthbearer ? base64("\x01") : "";
  co_return co_await command(std::move(acknowledged), "AUTH", limit);
}

// The transaction on an open connection.
async::Awaitable<MailReply> transact(std::shared_ptr<Connection> connection, Mail mail, std::string stuffed,
                                     MailTimeouts timeouts) {
  Connection& c = *connection;
  SmtpReply reply;
  if (c.needs_reset()) {
    reply = co_await c.command("RSET", "RSET", timeouts.reply);
    if (reply.code / 100 != 2) c.fail("the server refuses RSET", Phase::before_request);
    c.set_needs_reset(false);
  }
  std::string line = "MAIL FROM:<" + mail.from + ">";
  if (c.offered().size) line += " SIZE=" + std::to_string(mail.bytes.size());
  const bool eight_bit = std::any_of(mail.bytes.begin(), mail.bytes.end(), [](char b) { return (b & 0x80) != 0; });
  if (c.offered().eight_bit_mime && eight_bit) line += " BODY=8BITMIME";
  reply = co_await c.command(std::move(line), "MAIL FROM", timeouts.reply);
  if (reply.code == 421 && c.unproven()) c.fail("the server closes the kept connection", Phase::before_request);
  c.set_proven();
  c.set_needs_reset(true);
  if (reply.code / 100 != 2) co_return to_mail_reply(reply, Step::sender);

  line = "RCPT TO:<" + mail.to + ">";
  reply = co_await c.command(std::move(line), "RCPT TO", timeouts.reply);
  if (reply.code / 100 != 2) co_return to_mail_reply(reply, Step::recipient);

  reply = co_await c.command("DATA", "DATA", timeouts.reply);
  if (reply.code / 100 == 2)
    c.fail("the server answers DATA with " + std::to_string(reply.code), Phase::before_request);
  if (reply.code != 354) co_return to_mail_reply(reply, Step::data);

  for (std::string_view rest = stuffed; !rest.empty();) {
    const std::string_view chunk = rest.substr(0, chunk_bytes);
    co_await c.write(chunk, "the message", timeouts.reply, Phase::before_request);
    rest.remove_prefix(chunk.size());
  }
  // From the first byte of this line on the server may have taken the message, whatever we hear.
  co_await c.write(".\r\n", "the final dot", timeouts.final_reply, Phase::after_request);
  reply = co_await c.read_reply("the final dot", timeouts.final_reply, Phase::after_request);
  if (reply.code / 100 == 3) {
    c.fail("the server answers the final dot with " + std::to_string(reply.code), Phase::after_request);
  }
  c.set_needs_reset(reply.code / 100 != 2);
  co_return to_mail_reply(reply, Step::final_dot);
}

}  // namespace

struct SmtpClient::State : std::enable_shared_from_this<SmtpClient::State> {
  State(Connect c, std::shared_ptr<Trust> t) : connect(std::move(c)), trust(std::move(t)) {}

  async::Awaitable<MailReply> send(MailServer server, Mail mail, MailTimeouts timeouts);
  async::Awaitable<std::optional<MailReply>> send_on_kept(const MailServer& server, const Mail& mail,
                                                          const std::string& stuffed, MailTimeouts timeouts);
  std::shared_ptr<Connection> take(const MailServer& server);
  void finish(std::shared_ptr<Connection> connection, const MailReply& reply);

  Connect connect;
  std::shared_ptr<Trust> trust;
  std::vector<std::shared_ptr<Connection>> kept;
};

std::shared_ptr<Connection> SmtpClient::State::take(const MailServer& server) {
  for (;;) {
    const auto found = std::find_if(kept.rbegin(), kept.rend(),
                                    [&](const auto& connection) { return connection->server() == server; });
    if (found == kept.rend()) return nullptr;
    const std::shared_ptr<Connection> connection = *found;
    kept.erase(std::next(found).base());
    if (connection->unpark()) return connection;
  }
}

void SmtpClient::State::finish(std::shared_ptr<Connection> connection, const MailReply& reply) {
  std::erase_if(kept, [](const auto& other) { return other->closed(); });
  if (reply.code == 421) {
    connection->quit();
  } else {
    connection->park();
    kept.push_back(std::move(connection));
  }
}

// Nothing if there is no kept connection, or none that still works.
async::Awaitable<std::optional<MailReply>> SmtpClient::State::send_on_kept(const MailServer& server, const Mail& mail,
                                                                           const std::string& stuffed,
                                                                           MailTimeouts timeouts) {
  const auto connection = take(server);
  if (!connection) co_return std::nullopt;
  try {
    MailReply reply = co_await transact(connection, mail, stuffed, timeouts);
    finish(connection, reply);
    co_return reply;
  } catch (const NetError&) {
    // The server may close a kept connection at any time; before it answered MAIL nothing was asked of it.
    if (!connection->unproven() || connection->timed_out()) throw;
  }
  co_return std::nullopt;
}

async::Awaitable<MailReply> SmtpClient::State::send(MailServer server, Mail mail, MailTimeouts timeouts) {
  const auto self = shared_from_this();
  if (!is_envelope_address(mail.from, true)) throw Error("not an envelope sender: its characters or its length");
  if (!is_envelope_address(mail.to, false)) throw Error("not an envelope recipient: its characters or its length");
  if (!server.ehlo_name.empty() && !is_envelope_address(server.ehlo_name, false)) {
    throw Error("not a name for EHLO: " + server.ehlo_name);
  }
  auto stuffed = dot_stuffed(mail.bytes);
  if (!stuffed) throw Error("the message has a line that is not ended by CRLF");
  const bool in_clear = server.security == MailSecurity::none && !server.user.empty();
  if (in_clear && !server.allow_plain_auth) {
    throw Error(server.host + ": the password is not sent over an unencrypted connection");
  }

  auto reply = co_await send_on_kept(server, mail, *stuffed, timeouts);
  if (reply) co_return *reply;

  tcp::socket socket = co_await connect(server.host, server.port, timeouts.connect);
  error_code ec;
  if (in_clear && !socket.remote_endpoint(ec).address().is_loopback()) {
    throw Error(server.host + ": the password is sent unencrypted to a loopback address only");
  }
  socket.set_option(tcp::no_delay(true), ec);
  const auto connection = std::make_shared<Connection>(std::move(socket), server, trust);
  reply = co_await connection->open(timeouts);
  if (reply) {
    connection->quit();
    co_return *reply;
  }
  MailReply result = co_await transact(connection, std::move(mail), std::move(*stuffed), timeouts);
  finish(connection, result);
  co_return result;
}

SmtpClient::SmtpClient(Connect connect, std::shared_ptr<Trust> trust)
    : state_(std::make_shared<State>(std::move(connect), std::move(trust))) {}

SmtpClient::~SmtpClient() = default;

async::Awaitable<MailReply> SmtpClient::send(MailServer server, Mail mail, MailTimeouts timeouts) {
  return shielded(state_->send(std::move(server), std::move(mail), timeouts));
}

}  // namespace paperboy::net
