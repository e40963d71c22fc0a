#include "tests/support/scripted_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "daemon/base/text.hpp"

namespace paperboy::test {

namespace asio = boost::asio;
using asio::ip::tcp;

// --- Peer

async::Awaitable<> Peer::start_tls(asio::ssl::context& context) {
  tls_.emplace(socket_, context);
  co_await tls_->async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
}

async::Awaitable<std::size_t> Peer::fill() {
  char bytes[16384];
  const auto buffer = asio::buffer(bytes);
  std::size_t got = 0;
  if (tls_) {
    got = co_await tls_->async_read_some(buffer, asio::use_awaitable);
  } else {
    got = co_await socket_.async_read_some(buffer, asio::use_awaitable);
  }
  input_.append(bytes, got);
  co_return got;
}

async::Awaitable<std::string> Peer::read_line() {
  std::size_t end = 0;
  while ((end = input_.find("\r\n")) == std::string::npos) co_await fill();
  std::string line = input_.substr(0, end);
  input_.erase(0, end + 2);
  co_return line;
}

async::Awaitable<std::string> Peer::read_exactly(std::size_t bytes) {
  while (input_.size() < bytes) co_await fill();
  std::string out = input_.substr(0, bytes);
  input_.erase(0, bytes);
  co_return out;
}

async::Awaitable<HttpRequest> Peer::read_request() {
  HttpRequest request;
  std::string line = co_await read_line();
  request.method = line.substr(0, line.find(' '));
  request.target = line.substr(line.find(' ') + 1, line.rfind(' ') - line.find(' ') - 1);
  for (;;) {
    line = co_await read_line();
    if (line.empty()) break;
    const auto colon = line.find(':');
    request.headers[text::to_lower_ascii(line.substr(0, colon))] = std::string(text::trim(line.substr(colon + 1)));
  }
  if (request.headers.contains("content-length")) {
    request.body = co_await read_exactly(std::stoul(request.headers.at("content-length")));
  }
  co_return request;
}

async::Awaitable<> Peer::send(std::string bytes) {
  const auto buffer = asio::buffer(bytes);
  if (tls_) {
    co_await asio::async_write(*tls_, buffer, asio::use_awaitable);
  } else {
    co_await asio::async_write(socket_, buffer, asio::use_awaitable);
  }
}

async::Awaitable<> Peer::trickle(std::string bytes, std::size_t at_once, Duration pause) {
  for (std::size_t at = 0; at < bytes.size(); at += at_once) {
    co_await send(bytes.substr(at, at_once));
    co_await async::sleep_for(pause);
  }
}

async::Awaitable<> Peer::wait_for_close() {
  for (;;) co_await fill();
}

void Peer::close() {
  socket_.close();
}

void Peer::reset() {
  socket_.set_option(asio::socket_base::linger(true, 0));
  socket_.close();
}

// --- ScriptedServer

struct ScriptedServer::State {
  State(asio::io_context& loop, const tcp::endpoint& endpoint, Script s)
      : executor(loop.get_executor()), acceptor(loop, endpoint), script(std::move(s)) {}

  static async::Awaitable<> accept(std::shared_ptr<State> state) {
    for (;;) {
      auto peer = std::make_shared<Peer>(co_await state->acceptor.async_accept(asio::use_awaitable));
      ++state->connections;
      asio::co_spawn(state->executor, play(state, std::move(peer)), [](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);  // out of the loop's run(), into the test
      });
    }
  }

  static async::Awaitable<> play(std::shared_ptr<State> state, std::shared_ptr<Peer> peer) {
    try {
      co_await state->script(peer);
    } catch (const boost::system::system_error&) {
    }
  }

  asio::any_io_executor executor;
  tcp::acceptor acceptor;
  Script script;
  int connections = 0;
};

ScriptedServer::ScriptedServer(asio::io_context& loop, Script script, const std::string& address, unsigned short port)
    : state_(std::make_shared<State>(loop, tcp::endpoint(asio::ip::make_address(address), port), std::move(script))),
      address_(address),
      port_(state_->acceptor.local_endpoint().port()) {
  asio::co_spawn(loop, State::accept(state_), [](std::exception_ptr) {});
}

ScriptedServer::~ScriptedServer() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
}

int ScriptedServer::connections() const {
  return state_->connections;
}

std::string http_answer(int status, std::vector<std::string> headers, const std::string& body) {
  std::string out = "HTTP/1.1 " + std::to_string(status) + " Whatever\r\n";
  for (const std::string& header : headers) out += header + "\r\n";
  return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Script answering(std::function<std::string(const HttpRequest&)> answer) {
  return [answer = std::move(answer)](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    for (;;) {
      const HttpRequest request = co_await peer->read_request();
      co_await peer->send(answer(request));
    }
  };
}

unsigned short closed_port() {
  asio::io_context loop;
  tcp::acceptor acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  return acceptor.local_endpoint().port();
}

SilentPort::SilentPort(asio::io_context& loop) : acceptor_(loop) {
  acceptor_.open(tcp::v4());
  acceptor_.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  acceptor_.listen(0);
  // Linux drops further connection requests once the queue of one is full.
  for (int i = 0; i < 4; ++i) {
    tcp::socket socket(loop);
    socket.open(tcp::v4());
    socket.non_blocking(true);
    const tcp::endpoint endpoint = acceptor_.local_endpoint();
    ::connect(socket.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));  // Asio's would wait
    filling_.push_back(std::move(socket));
  }
}

}  // namespace paperboy::test
