#pragma once
// A peer that takes messages as fast as it can, on a thread and a loop of its own: an SMTP server, or an HTTPS one that
// answers as Slack does. For benchmarks; it checks nothing.
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "daemon/async/timing.hpp"
#include "tests/support/certificates.hpp"

namespace paperboy::test {

class FastSink {
 public:
  enum class Protocol { smtp, https };
  struct Arrival {
    std::string destination;
    std::chrono::steady_clock::time_point first_byte;  // when its first line was there
  };

  // Never answers a message whose destination contains `silent`. The certificate is for 127.0.0.1.
  FastSink(Protocol protocol, const Certificate& certificate, std::string silent = "silent");
  ~FastSink();

  unsigned short port() const { return acceptor_.local_endpoint().port(); }
  // Messages that were answered. Any thread; so are these:
  std::int64_t answered() const { return answered_; }
  std::vector<Arrival> take_arrivals();
  // Of the sink's thread.
  double cpu_seconds();

 private:
  struct Talk;
  async::Awaitable<> accept();
  void arrived(std::string destination, std::chrono::steady_clock::time_point first_byte);

  Protocol protocol_;
  std::string silent_;
  boost::asio::io_context loop_{1};
  boost::asio::ssl::context tls_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::atomic<std::int64_t> answered_{0};
  std::mutex mutex_;  // of arrivals_
  std::vector<Arrival> arrivals_;
  std::thread thread_;
};

}  // namespace paperboy::test
