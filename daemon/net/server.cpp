#include "daemon/net/server.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <list>
#include <map>
#include <optional>

#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr Duration farewell_time = std::chrono::seconds(2);
constexpr std::size_t farewell_bytes = 1u << 20;

ServerResponse plain(int status, std::string body) {
  ServerResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

// Percent-decoded; nothing on a bad escape or a control character.
std::optional<std::string> decode_path(std::string_view path) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      const int high = i + 2 < path.size() ? digit(path[i + 1]) : -1;
      const int low = i + 2 < path.size() ? digit(path[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') return std::nullopt;
    out += c;
  }
  return out;
}

// Nothing if the target is not one that a path can be read from.
std::optional<ServerRequest> to_request(const http::request<http::string_body>& message, std::string peer) {
  ServerRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  request.peer = std::move(peer);
  std::string_view target = request.target;
  if (const auto scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/')) {
    const auto slash = target.find('/', scheme + 3);  // absolute form, RFC 9112 section 3.2.2
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  if (!target.starts_with('/')) return std::nullopt;
  const auto question = target.find('?');
  auto path = decode_path(target.substr(0, question));
  if (!path) return std::nullopt;
  request.path = std::move(*path);
  if (question != std::string_view::npos) request.query = std::string(target.substr(question + 1));
  for (const auto& field : message) {
    request.headers.emplace_back(text::to_lower_ascii(std::string_view(field.name_string())),
                                 std::string(field.value()));
  }
  request.body = message.body();
  return request;
}

bool is_field_text(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

// IPv6 hosts own a /64 at least.
std::string address_group(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6(bytes).to_string();
}

// One connection; every wait on it has a limit, at which the wait is cancelled.
struct Session {
  Session(tcp::socket s, std::string p) : socket(std::move(s)), timer(socket.get_executor()), peer(std::move(p)) {}

  static void set_limit(const std::shared_ptr<Session>& session, Duration limit) {
    session->timed_out = false;
    session->timer.expires_after(limit);
    session->timer.async_wait([weak = std::weak_ptr<Session>(session)](error_code ec) {
      const auto self = weak.lock();
      if (ec || !self || self->timer.expiry() > std::chrono::steady_clock::now()) return;
      self->timed_out = true;
      self->socket.cancel(ec);
    });
  }
  void close() {
    error_code ignored;
    timer.cancel();
    socket.close(ignored);
  }

  tcp::socket socket;
  asio::steady_timer timer;
  std::string peer;
  boost::beast::flat_buffer buffer;
  asio::cancellation_signal cancel;
  bool idle = false;  // between requests: nothing is lost if it closes
  bool timed_out = false;
};

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(asio::any_io_executor e, ServerLimits l)
      : executor(std::move(e)),
        limits(l),
        acceptor(executor),
        drained(executor, asio::steady_timer::time_point::max()) {}

  async::Awaitable<> serve();
  void admit(tcp::socket socket);
  void ended(const std::shared_ptr<Session>& session, const std::string& group, const std::exception_ptr& failure);

  async::Awaitable<> run(std::shared_ptr<Session> session);
  async::Awaitable<int> read(std::shared_ptr<Session> session,
                             std::optional<http::request<http::string_body>>& message);
  async::Awaitable<ServerResponse> answer(std::string method, std::optional<ServerRequest> request);
  async::Awaitable<bool> write(std::shared_ptr<Session> session, ServerResponse response, unsigned version, bool keep,
                               bool head);
  async::Awaitable<> say_farewell(std::shared_ptr<Session> session);

  asio::any_io_executor executor;
  ServerLimits limits;
  tcp::acceptor acceptor;
  std::map<std::string, std::map<std::string, Handler>> routes;  // path, method
  std::list<std::shared_ptr<Session>> sessions;
  std::map<std::string, std::size_t> per_address;
  asio::steady_timer drained;
  bool stopping = false;
};

async::Awaitable<> Server::State::serve() {
  const auto self = shared_from_this();
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  error_code ec;
  while (cancellation.cancelled() == asio::cancellation_type::none) {
    tcp::socket socket(executor);
    co_await acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, ec));
    if (!ec) {
      admit(std::move(socket));
    } else if (ec != asio::error::operation_aborted) {
      log::warn("cannot accept a connection", {{"component", "server"}, {"err", ec.message()}});
      asio::steady_timer pause(executor, std::chrono::milliseconds(100));  // no file descriptors: do not spin
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }
  }
  acceptor.close(ec);
  stopping = true;
  for (const auto& session : sessions) {
    if (session->idle) session->close();
  }
  while (!sessions.empty()) {
    if ((cancellation.cancelled() & asio::cancellation_type::terminal) != asio::cancellation_type::none) {
      const auto now = sessions;
      for (const auto& session : now) session->cancel.emit(asio::cancellation_type::terminal);
    }
    co_await drained.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
}

void Server::State::admit(tcp::socket socket) {
  error_code ec;
  const auto address = socket.remote_endpoint(ec).address();
  if (ec) return;
  const std::string group = address_group(address);
  if (sessions.size() >= limits.connections || per_address[group] >= limits.connections_per_address) {
    static constexpr std::string_view busy =
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n";
    char unread[4096];  // closing with input unread would reset the connection before the answer is read
    socket.non_blocking(true, ec);
    socket.read_some(asio::buffer(unread), ec);
    socket.write_some(asio::buffer(busy), ec);
    socket.shutdown(tcp::socket::shutdown_send, ec);
    return;
  }
  ++per_address[group];
  const auto session = std::make_shared<Session>(std::move(socket), address.to_string());
  sessions.push_back(session);
  auto done = [self = shared_from_this(), session, group](std::exception_ptr failure) {
    self->ended(session, group, failure);
  };
  asio::co_spawn(executor, run(session), asio::bind_cancellation_slot(session->cancel.slot(), std::move(done)));
}

void Server::State::ended(const std::shared_ptr<Session>& session, const std::string& group,
                          const std::exception_ptr& failure) {
  session->close();
  sessions.remove(session);
  if (--per_address[group] == 0) per_address.erase(group);
  if (sessions.empty()) drained.cancel();
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& e) {
    if (e.code() != asio::error::operation_aborted) {
      log::warn("a connection failed", {{"component", "server"}, {"err", e.what()}});
    }
  } catch (const std::exception& e) {
    log::warn("a connection failed", {{"component", "server"}, {"err", e.what()}});
  }
}

async::Awaitable<> Server::State::run(std::shared_ptr<Session> session) {
  const auto self = shared_from_this();
  bool keep = true;
  error_code ec;
  for (bool first = true; keep && !stopping; first = false) {
    if (session->buffer.size() == 0) {
      Session::set_limit(session, first ? limits.header_time : limits.idle_time);
      session->idle = true;
      co_await session->socket.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, ec));
      session->idle = false;
      if (ec) co_return;
    }
    std::optional<http::request<http::string_body>> message;
    const int fault = co_await read(session, message);
    if (fault < 0) co_return;
    if (fault > 0) {
      ServerResponse response = plain(fault, "");
      const bool written = co_await write(session, std::move(response), 11, false, false);
      if (written) co_await say_farewell(session);
      co_return;
    }
    keep = message->keep_alive() && !stopping;
    const unsigned version = message->version();
    const bool head = message->method() == http::verb::head;
    auto request = to_request(*message, session->peer);
    std::string method(message->method_string());
    session->timer.cancel();  // the handler has its own limits
    ServerResponse response = co_await answer(std::move(method), std::move(request));
    keep = keep && !stopping;
    const bool written = co_await write(session, std::move(response), version, keep, head);
    if (!written) co_return;
  }
  session->socket.shutdown(tcp::socket::shutdown_send, ec);
}

// 0 and the message; or the status to answer before closing; or -1: close.
async::Awaitable<int> Server::State::read(std::shared_ptr<Session> session,
                                          std::optional<http::request<http::string_body>>& message) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  parser.body_limit(limits.body_bytes);
  error_code ec;
  Session::set_limit(session, limits.header_time);
  co_await http::async_read_header(session->socket, session->buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, ec));
  if (!ec && !parser.is_done()) {
    Session::set_limit(session, limits.body_time);
    co_await http::async_read(session->socket, session->buffer, parser, asio::redirect_error(asio::use_awaitable, ec));
  }
  if (!ec) {
    message = parser.release();
    co_return 0;
  }
  if (session->timed_out) co_return 408;
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) co_return 431;
  if (ec == http::error::body_limit) co_return 413;
  if (ec == http::error::end_of_stream || ec == http::error::partial_message) co_return -1;
  const bool malformed = ec.category() == http::make_error_code(http::error::bad_version).category();
  co_return malformed ? 400 : -1;
}

async::Awaitable<ServerResponse> Server::State::answer(std::string method, std::optional<ServerRequest> request) {
  if (!request) co_return plain(400, "");
  auto path = routes.find(request->path);
  if (path == routes.end()) path = routes.find(request->path.substr(0, request->path.rfind('/') + 1) + "*");
  if (path == routes.end()) co_return plain(404, "not found\n");
  auto handler = path->second.find(method);
  if (handler == path->second.end() && method == "HEAD") handler = path->second.find("GET");
  if (handler == path->second.end()) {
    ServerResponse response = plain(405, "method not allowed\n");
    std::string allow;
    for (const auto& [allowed, unused] : path->second) {
      allow += (allow.empty() ? "" : ", ") + allowed + (allowed == "GET" ? ", HEAD" : "");
    }
    response.headers.emplace_back("Allow", allow);
    co_return response;
  }
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  const std::string place = method + " " + path->first;
  try {
    ServerResponse response = co_await handler->second(std::move(*request));
    for (const auto& [name, value] : response.headers) {
      if (name.empty() || !is_field_text(name) || !is_field_text(value)) throw Error("a header with a line break");
    }
    co_return response;
  } catch (const std::exception& e) {
    if (cancellation.cancelled() != asio::cancellation_type::none) throw;
    log::error("a request failed", {{"component", "server"}, {"request", place}, {"err", e.what()}});
  }
  co_return plain(500, "internal error\n");
}

async::Awaitable<bool> Server::State::write(std::shared_ptr<Session> session, ServerResponse response, unsigned version,
                                            bool keep, bool head) {
  http::response<http::string_body> message(static_cast<http::status>(response.status), version);
  for (const auto& [name, value] : response.headers) message.insert(name, value);
  const bool has_body = response.status >= 200 && response.status != 204 && response.status != 304;
  if (has_body) {
    message.set(http::field::content_type, response.content_type);
    message.content_length(response.body.size());
  }
  message.keep_alive(keep);
  if (has_body && !head) message.body() = std::move(response.body);
  Session::set_limit(session, limits.body_time);
  error_code ec;
  co_await http::async_write(session->socket, message, asio::redirect_error(asio::use_awaitable, ec));
  co_return !ec;
}

// After an answer to a request that was not read to its end: to close at once would reset the connection, and the peer
// might not read the answer.
async::Awaitable<> Server::State::say_farewell(std::shared_ptr<Session> session) {
  error_code ec;
  session->socket.shutdown(tcp::socket::shutdown_send, ec);
  Session::set_limit(session, farewell_time);
  char unread[4096];
  const auto buffer = asio::buffer(unread);
  for (std::size_t total = 0; !ec && !stopping && total < farewell_bytes;) {
    total += co_await session->socket.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, ec));
  }
}

Server::Server(asio::any_io_executor executor, ServerLimits limits)
    : state_(std::make_shared<State>(std::move(executor), limits)) {}

Server::~Server() = default;

void Server::route(std::string method, std::string path, Handler handler) {
  state_->routes[std::move(path)][std::move(method)] = std::move(handler);
}

unsigned short Server::listen(const std::string& address, unsigned short port) {
  error_code ec;
  const std::string where = address + ":" + std::to_string(port);
  const auto host = asio::ip::make_address(address, ec);
  if (ec) throw Error("cannot listen on " + where + ": not an IP address");
  tcp::acceptor& acceptor = state_->acceptor;
  const tcp::endpoint endpoint(host, port);
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) {
    error_code ignored;
    acceptor.close(ignored);
    throw Error("cannot listen on " + where + ": " + ec.message());
  }
  return acceptor.local_endpoint().port();
}

async::Awaitable<> Server::serve() {
  return state_->serve();
}

}  // namespace paperboy::net
