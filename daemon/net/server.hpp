#pragma once
// Inbound HTTP/1.1 (RFC 9112, on Boost.Beast): health and metrics, pages, and what providers post. TLS is a proxy's
// business.
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/async/timing.hpp"
#include "daemon/net/client.hpp"

namespace paperboy::net {

struct ServerRequest {
  std::string method, target;  // target as sent
  std::string path;            // decoded, without query
  std::string query;           // raw
  Headers headers;             // names in lower case
  std::string body;
  std::string peer;  // address
};

struct ServerResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  Headers headers;
};

struct ServerLimits {
  Duration header_time = std::chrono::seconds(5);
  Duration body_time = std::chrono::seconds(15);
  Duration idle_time = std::chrono::seconds(60);
  std::size_t header_bytes = 16u << 10;
  std::size_t body_bytes = 1u << 20;
  std::size_t connections = 256;
  std::size_t connections_per_address = 32;
};

using Handler = std::function<async::Awaitable<ServerResponse>(ServerRequest)>;

// On the io thread. A handler that throws answers 500 and is logged without the request's body.
class Server {
 public:
  Server(boost::asio::any_io_executor executor, ServerLimits limits);
  ~Server();
  // Exact path, or "/folder/*" for what has one more segment; GET also answers HEAD. Other methods on a known path:
  // 405; unknown path: 404.
  void route(std::string method, std::string path, Handler handler);
  // Binds now (throws Error naming the address); port 0 picks one. Returns the port.
  unsigned short listen(const std::string& address, unsigned short port);
  // Serves until cancelled: total stops accepting and lets requests in flight finish.
  async::Awaitable<> serve();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace paperboy::net
