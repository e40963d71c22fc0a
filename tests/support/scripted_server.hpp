#pragma once
// A TCP server on the test's own loop that does to each connection what the test says, byte by byte: answer, trickle,
// cut, reset, fall silent. For HTTP, and for whatever else has lines.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/async/timing.hpp"

namespace paperboy::test {

struct HttpRequest {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  // names in lower case
};

// One accepted connection. What it awaits throws boost::system::system_error when the other side is gone, which ends
// the script.
class Peer {
 public:
  explicit Peer(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  async::Awaitable<> start_tls(boost::asio::ssl::context& context);
  async::Awaitable<std::string> read_line();  // without its CRLF
  async::Awaitable<std::string> read_exactly(std::size_t bytes);
  async::Awaitable<HttpRequest> read_request();
  async::Awaitable<> send(std::string bytes);
  async::Awaitable<> trickle(std::string bytes, std::size_t at_once, Duration pause);
  // Says nothing and reads nothing until the other side closes.
  async::Awaitable<> wait_for_close();
  void close();
  void reset();  // RST instead of FIN
  bool has_unread() const { return !input_.empty(); }

 private:
  async::Awaitable<std::size_t> fill();

  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  std::string input_;
};

using Script = std::function<async::Awaitable<>(std::shared_ptr<Peer>)>;

class ScriptedServer {
 public:
  ScriptedServer(boost::asio::io_context& loop, Script script, const std::string& address = "127.0.0.1",
                 unsigned short port = 0);
  ~ScriptedServer();

  unsigned short port() const { return port_; }
  std::string url(const std::string& path) const { return "http://" + address_ + ":" + std::to_string(port_) + path; }
  int connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::string address_;
  unsigned short port_ = 0;
};

// The bytes of an HTTP answer with a Content-Length.
std::string http_answer(int status, std::vector<std::string> headers, const std::string& body);
// A script: every request on every connection gets what `answer` makes of it.
Script answering(std::function<std::string(const HttpRequest&)> answer);

// A port on which nothing listens, and one whose connections are never accepted nor refused, for as long as the object
// lives.
unsigned short closed_port();
class SilentPort {
 public:
  explicit SilentPort(boost::asio::io_context& loop);
  unsigned short port() const { return acceptor_.local_endpoint().port(); }

 private:
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<boost::asio::ip::tcp::socket> filling_;
};

}  // namespace paperboy::test
