#include "daemon/net/websocket.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <charconv>
#include <deque>
#include <type_traits>

#include "daemon/async/turn.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

// A type of our own, so that Beast finds our way of ending a connection: its own waits for the peer to close, for ever
// if need be, before it tells why the connection ended.
class Socket : public tcp::socket {
 public:
  explicit Socket(tcp::socket socket) : tcp::socket(std::move(socket)) {}
};
using Tls = asio::ssl::stream<Socket>;

template <class Handler>
void hang_up(tcp::socket& socket, Handler&& handler) {
  error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  asio::post(beast::bind_front_handler(std::forward<Handler>(handler), error_code()));
}
template <class Handler>
void async_teardown(beast::role_type, Socket& socket, Handler&& handler) {
  hang_up(socket, std::forward<Handler>(handler));
}
template <class Handler>
void async_teardown(beast::role_type, Tls& stream, Handler&& handler) {
  hang_up(stream.next_layer(), std::forward<Handler>(handler));
}

constexpr std::size_t most_waiting = 16;  // messages read ahead of who asks for them

// Beast's operations are completed by callbacks here: cancelling one would leave the stream in the middle of a frame.
// Coroutines wait for `news_` only, and may be cancelled there as they please.
template <class Next>
class Connection : public std::enable_shared_from_this<Connection<Next>> {
 public:
  template <class... Arguments>
  Connection(WebSocketRequest request, std::string authority, Arguments&&... next)
      : request_(std::move(request)),
        label_(std::move(authority)),
        stream_(std::forward<Arguments>(next)...),
        news_(stream_.get_executor(), asio::steady_timer::time_point::max()),
        alarm_(stream_.get_executor()),
        last_alarm_(stream_.get_executor()) {}

  // Throws NetError, or operation_aborted.
  async::Awaitable<> open(WebSocketAddress address, std::string user_agent);
  async::Awaitable<std::string> read();
  async::Awaitable<> write(std::string text);
  async::Awaitable<> close(Duration limit);
  // Closes without a word.
  void drop() {
    end("closed");
    alarm_.cancel();
    last_alarm_.cancel();
    error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw NetError(label_ + ": " + why, opened_ ? Phase::after_request : Phase::before_request);
  }
  // There will be no further messages.
  void end(std::string why) {
    if (!failure_) failure_ = std::move(why);
    news_.cancel();
  }
  void set_alarm(asio::steady_timer& alarm, Duration limit, std::string why) {
    alarm.expires_after(limit);
    alarm.async_wait([self = this->weak_from_this(), why = std::move(why)](error_code ec) {
      const auto alive = self.lock();
      if (ec || !alive) return;
      alive->end(why);
      alive->drop();
    });
  }

  void upgrade(const WebSocketAddress& address, const std::string& user_agent);
  void upgraded(error_code ec);
  void read_ahead();
  void arrived(error_code ec);
  std::string reason_of(error_code ec) const;
  async::Awaitable<> send(std::string text);
  async::Awaitable<> say_goodbye(Duration limit);

  WebSocketRequest request_;
  std::string label_;  // in messages: no path and no query, they may hold tickets
  websocket::stream<Next> stream_;
  websocket::response_type answer_;
  beast::flat_buffer buffer_;
  std::deque<std::string> messages_;
  std::optional<std::string> failure_;  // why there will be no further messages
  asio::steady_timer news_;             // never expires: cancelled when something has changed
  asio::steady_timer alarm_;            // of the opening, then of a message that is written
  asio::steady_timer last_alarm_;       // of the closing
  async::Turns writers_;
  bool opened_ = false, reading_ = false;
};

template <class Next>
async::Awaitable<> Connection<Next>::open(WebSocketAddress address, std::string user_agent) {
  const auto self = this->shared_from_this();
  set_alarm(alarm_, request_.connect_timeout, "no answer to the upgrade within its time");
  if constexpr (std::is_same_v<Next, Tls>) {
    auto secured = [self, address, user_agent](error_code ec) {
      if (!ec) return self->upgrade(address, user_agent);
      const long verdict = SSL_get_verify_result(self->stream_.next_layer().native_handle());
      self->end("TLS: " + (verdict == X509_V_OK ? ec.message() : X509_verify_cert_error_string(verdict)));
    };
    expect_host(stream_.next_layer().native_handle(), address.host);
    stream_.next_layer().async_handshake(asio::ssl::stream_base::client, std::move(secured));
  } else {
    upgrade(address, user_agent);
  }
  error_code ec;
  while (!opened_ && !failure_) {
    co_await news_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
  alarm_.cancel();
  if (failure_) fail(*failure_);
  read_ahead();
}

template <class Next>
void Connection<Next>::upgrade(const WebSocketAddress& address, const std::string& user_agent) {
  const auto decorate = [headers = request_.headers, user_agent](websocket::request_type& request) {
    request.set(beast::http::field::user_agent, user_agent);
    for (const auto& [name, value] : headers) request.set(name, value);
  };
  stream_.set_option(websocket::stream_base::decorator(decorate));
  // After half of the idle time Beast sends a ping, after the whole it closes the socket.
  stream_.set_option(websocket::stream_base::timeout{websocket::stream_base::none(), 2 * request_.ping_after, true});
  stream_.read_message_max(request_.max_message);
  stream_.async_handshake(answer_, address.authority, address.target,
                          [self = this->shared_from_this()](error_code ec) { self->upgraded(ec); });
}

template <class Next>
void Connection<Next>::upgraded(error_code ec) {
  if (failure_) return;
  if (ec == websocket::error::upgrade_declined) {
    return end("HTTP " + std::to_string(answer_.result_int()) + " instead of an upgrade");
  }
  if (ec) return end("no WebSocket: " + ec.message());
  opened_ = true;
  news_.cancel();
}

template <class Next>
void Connection<Next>::read_ahead() {
  if (reading_ || failure_ || messages_.size() >= most_waiting) return;
  reading_ = true;
  stream_.async_read(buffer_, [self = this->shared_from_this()](error_code ec, std::size_t) { self->arrived(ec); });
}

template <class Next>
void Connection<Next>::arrived(error_code ec) {
  reading_ = false;
  if (ec) return end(reason_of(ec));
  if (!stream_.got_text()) {
    end("a binary message");
    return drop();
  }
  messages_.push_back(beast::buffers_to_string(buffer_.data()));
  buffer_.consume(buffer_.size());
  news_.cancel();
  read_ahead();
}

template <class Next>
std::string Connection<Next>::reason_of(error_code ec) const {
  if (ec == websocket::error::closed) {
    const auto& reason = stream_.reason();
    const std::string_view said(reason.reason.data(), reason.reason.size());
    const std::string words = text::ellipsize(text::collapse_space(text::sanitize(said)), 100);
    return "closed by the peer, code " + std::to_string(reason.code) + (words.empty() ? "" : ": " + words);
  }
  if (ec == beast::error::timeout) return "no sign of life from the peer";
  if (ec == websocket::error::message_too_big || ec == websocket::error::buffer_overflow) {
    return "a message larger than " + std::to_string(request_.max_message) + " bytes";
  }
  return "connection lost: " + ec.message();
}

template <class Next>
async::Awaitable<std::string> Connection<Next>::read() {
  const auto self = this->shared_from_this();
  error_code ec;
  while (messages_.empty() && !failure_) {
    co_await news_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
  if (messages_.empty()) fail(*failure_);
  std::string message = std::move(messages_.front());
  messages_.pop_front();
  read_ahead();
  co_return message;
}

template <class Next>
async::Awaitable<> Connection<Next>::write(std::string text) {
  const auto self = this->shared_from_this();
  async::Turn turn(writers_);
  co_await turn.come();
  co_await async::shielded(send(std::move(text)));
}

template <class Next>
async::Awaitable<> Connection<Next>::send(std::string text) {
  if (failure_) fail(*failure_);
  set_alarm(alarm_, request_.write_timeout, "the peer does not read");
  error_code ec;
  const auto buffer = asio::buffer(text);
  co_await stream_.async_write(buffer, asio::redirect_error(asio::use_awaitable, ec));
  alarm_.cancel();
  if (!ec) co_return;
  end(reason_of(ec));
  drop();
  if (ec == asio::error::operation_aborted && *failure_ == reason_of(ec)) throw boost::system::system_error(ec);
  fail(*failure_);
}

template <class Next>
async::Awaitable<> Connection<Next>::close(Duration limit) {
  const auto self = this->shared_from_this();
  if (!failure_) co_await async::shielded(say_goodbye(limit));
  drop();
}

template <class Next>
async::Awaitable<> Connection<Next>::say_goodbye(Duration limit) {
  set_alarm(last_alarm_, limit, "closed");
  error_code ignored;
  const websocket::close_reason reason(websocket::close_code::normal);
  co_await stream_.async_close(reason, asio::redirect_error(asio::use_awaitable, ignored));
}

// What callers hold: the connection itself lives as long as Beast works on it.
template <class Next>
class Handle final : public WebSocket {
 public:
  explicit Handle(std::shared_ptr<Connection<Next>> connection) : connection_(std::move(connection)) {}
  ~Handle() override { connection_->drop(); }
  async::Awaitable<std::string> read() override { return connection_->read(); }
  async::Awaitable<> write(std::string text) override { return connection_->write(std::move(text)); }
  async::Awaitable<> close(Duration limit) override { return connection_->close(limit); }

 private:
  std::shared_ptr<Connection<Next>> connection_;
};

template <class Next>
async::Awaitable<std::unique_ptr<WebSocket>> opened(std::shared_ptr<Connection<Next>> connection,
                                                    WebSocketAddress address, std::string user_agent) {
  std::unique_ptr<WebSocket> handle = std::make_unique<Handle<Next>>(connection);
  co_await connection->open(std::move(address), std::move(user_agent));
  co_return handle;
}

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_' || c == ':';
  });
}

}  // namespace

std::optional<WebSocketAddress> websocket_address(std::string_view url) {
  WebSocketAddress address;
  address.tls = url.starts_with("wss://");
  if (!address.tls && !url.starts_with("ws://")) return std::nullopt;
  url.remove_prefix(address.tls ? 6 : 5);
  const std::string_view authority = url.substr(0, std::min(url.find_first_of("/?#"), url.size()));
  std::string_view target = url.substr(authority.size());
  target = target.substr(0, target.find('#'));
  const bool visible = std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!visible) return std::nullopt;

  std::string_view host = authority, port;
  const bool bracketed = authority.starts_with('[');
  const std::size_t end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed) {
    if (end == authority.npos) return std::nullopt;
    host = authority.substr(1, end - 1);
    const std::string_view rest = authority.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
    if (!rest.empty()) port = rest.substr(1);
  } else if (end != authority.npos) {
    host = authority.substr(0, end);
    port = authority.substr(end + 1);
  }
  if (!is_host(host) || (!bracketed && host.find(':') != host.npos)) return std::nullopt;
  address.port = address.tls ? 443 : 80;
  if (!port.empty()) {
    const auto [last, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    const bool whole = error == std::errc{} && last == port.data() + port.size();
    if (!whole || address.port < 1 || address.port > 65535) return std::nullopt;
  }
  address.host = std::string(host);
  address.authority = std::string(authority);
  address.target = (target.starts_with('/') ? "" : "/") + std::string(target);
  return address;
}

async::Awaitable<std::unique_ptr<WebSocket>> open_websocket(Connect connect, std::shared_ptr<Trust> trust,
                                                            std::string user_agent, WebSocketRequest request) {
  const std::optional<WebSocketAddress> address = websocket_address(request.url);
  if (!address) throw NetError("not a ws or wss URL", Phase::before_request);
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      throw NetError(address->authority + ": a header with a line break", Phase::before_request);
    }
  }
  tcp::socket socket = co_await connect(address->host, address->port, request.connect_timeout);
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (!address->tls) {
    const auto plain =
        std::make_shared<Connection<Socket>>(std::move(request), address->authority, Socket(std::move(socket)));
    co_return co_await opened(plain, *address, std::move(user_agent));
  }
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer);
  trust->apply(context.native_handle(), "");
  const auto secured =
      std::make_shared<Connection<Tls>>(std::move(request), address->authority, Socket(std::move(socket)), context);
  co_return co_await opened(secured, *address, std::move(user_agent));
}

}  // namespace paperboy::net
