#pragma once
// Talking to other hosts: HTTP, SMTP and WebSocket. The interface that integrations see; make_curl_client gives the
// real one.
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/async/timing.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/secret.hpp"

namespace paperboy::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

// How far a failed exchange got: decides whether it may be repeated (delivery failure classes).
enum class Phase {
  before_request,  // resolve, connect, TLS, greeting, AUTH, envelope: the peer has surely not accepted anything
  after_request    // the request (or the final dot of a mail) may have been received: the outcome is unknown
};

// The exchange failed below the protocol. what() names the host and the cause, never a header, a body or a credential.
class NetError : public Error {
 public:
  NetError(std::string message, Phase phase) : Error(std::move(message)), phase_(phase) {}
  Phase phase() const { return phase_; }

 private:
  Phase phase_;
};

struct Request {
  std::string method = "GET";
  std::string url;  // http or https
  Headers headers;
  std::string body;
  Duration timeout = std::chrono::seconds(60);  // the whole exchange
  Duration connect_timeout = std::chrono::seconds(15);
  std::size_t max_body = 64u << 20;     // after decompression; more is a NetError
  bool allow_private_addresses = true;  // false: the address guard refuses all but public addresses, on every hop
  int max_redirects = 0;                // followed by hand, https never to http, each hop checked anew
};

struct Response {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;
  std::string url;  // after redirects
  // The value of the first header `lower_case_name`; nothing if absent.
  std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

// Retry-After in both forms (RFC 9110 section 10.2.3), as the wait from `now`; at least 0. Nothing if absent or
// malformed.
std::optional<Duration> retry_after(const Response& response, Time now);

enum class MailSecurity { none, starttls, implicit_tls };

struct MailServer {
  std::string host;
  int port = 587;
  MailSecurity security = MailSecurity::starttls;
  std::string ehlo_name;  // empty: the machine's name
  std::string user;       // empty: no AUTH
  Secret password;
  Secret token;                   // OAuth 2 access token; with one, AUTH is OAUTHBEARER or XOAUTH2, without a password
  std::string ca_file;            // empty: the system's certificates
  bool allow_plain_auth = false;  // AUTH on an unencrypted connection, loopback hosts only
  friend bool operator==(const MailServer&, const MailServer&) = default;
};

struct Mail {
  std::string from;   // envelope sender, bare: printable ASCII without blank, < and >; empty: the null sender
  std::string to;     // one recipient, the same, not empty
  std::string bytes;  // the whole message, every line ended by CRLF (no bare CR or LF), not dot-stuffed
};

// What the SMTP server said last. A reply of any class is a value; losing the connection is a NetError.
struct MailReply {
  int code = 0;          // 250 after the final dot: accepted
  std::string enhanced;  // RFC 3463, "5.1.1"; or empty
  std::string text;      // the reply's text, one line
  enum class Step { greeting, tls, auth, sender, recipient, data, final_dot } step = Step::greeting;
};

struct MailTimeouts {
  Duration connect = std::chrono::seconds(30);  // TCP, and the TLS handshake once more
  Duration reply = std::chrono::minutes(5);     // each reply up to DATA, each 64 KiB of data (RFC 5321 section 4.5.3.2)
  Duration final_reply = std::chrono::minutes(10);  // after the final dot
};

struct WebSocketRequest {
  std::string url;  // ws or wss
  Headers headers;
  Duration connect_timeout = std::chrono::seconds(15);  // TCP; TLS and the upgrade together once more
  Duration write_timeout = std::chrono::seconds(15);    // one message
  Duration ping_after = std::chrono::seconds(10);       // of silence; after as much again the peer is taken for dead
  std::size_t max_message = 1u << 20;                   // of one that is read; more ends the connection
};

// A connection (RFC 6455). Messages are text. Pings of the peer are answered, and its silence noticed, whoever reads or
// does not. One coroutine reads; any may write. The destructor closes the connection at once.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // The next message. Throws NetError(after_request) when there will be none: closed by the peer (with its code), lost,
  // silent, a message that is binary, no UTF-8 or too large. Cancelled by total or terminal cancellation, which leaves
  // the connection as it is.
  virtual async::Awaitable<std::string> read() = 0;
  // Throws NetError(after_request). Total cancellation does not end a message that has begun; terminal ends the
  // connection.
  virtual async::Awaitable<> write(std::string text) = 0;
  // The closing handshake, code 1000; after `limit` the connection is closed without it. Never throws but for terminal
  // cancellation.
  virtual async::Awaitable<> close(Duration limit) = 0;
};

// All members: on the io thread. Terminal cancellation closes the connection and throws operation_aborted; total
// cancellation does not end an exchange that has begun.
class Client {
 public:
  virtual ~Client() = default;
  // Any status is a value. Throws NetError. A request that is not GET or HEAD is sent at most once.
  virtual async::Awaitable<Response> fetch(Request request) = 0;
  // One message in one transaction; connections are kept for a while and reused per server. Throws NetError; Error if
  // the addresses or the message must not be sent as they are (see Mail), or if server.ca_file cannot be read.
  virtual async::Awaitable<MailReply> send_mail(MailServer server, Mail mail, MailTimeouts timeouts) = 0;
  // Connects and upgrades. Throws NetError(before_request), with the status if the server refuses; by default there are
  // no WebSockets. Total cancellation, too, ends it at once.
  virtual async::Awaitable<std::unique_ptr<WebSocket>> open_websocket(WebSocketRequest request);
};

// HTTP: libcurl's multi interface on the Asio loop of `executor`; HTTP/1.1 only with libcurl 7.88.0-8.1.2, which crash
// on HTTP/2. SMTP: on Asio, because libcurl's blocks its thread for the final reply (curl#8555) and ends a cancelled
// message with a final dot, so that half a mail is delivered. Certificates: the system's, or the file that
// $SSL_CERT_FILE names, parsed once and again when the file has changed. `user_agent` goes out with every HTTP request
// that sets none. Sets SIGPIPE to ignored.
std::unique_ptr<Client> make_curl_client(boost::asio::any_io_executor executor, std::string user_agent);

// Answers GETs from recorded files instead of the network: https://rss.arxiv.org/rss/cs.CV is
// DIR/rss.arxiv.org/rss/cs.CV (or the same with .xml, .json); the query string, if any, is appended as "@a=1&b=2" with
// '/' as '_'. Absent, or outside DIR: 404; another method: 405. For replay and demo. The folder may be changed between
// requests (a replay moves from day to day). send_mail throws NetError.
class FolderClient : public Client {
 public:
  explicit FolderClient(std::string folder) : folder_(std::move(folder)) {}
  void set_folder(std::string folder) { folder_ = std::move(folder); }
  async::Awaitable<Response> fetch(Request request) override;
  async::Awaitable<MailReply> send_mail(MailServer server, Mail mail, MailTimeouts timeouts) override;

 private:
  std::string folder_;
};

}  // namespace paperboy::net
