#include "tests/support/fast_sink.hpp"

#include <pthread.h>
#include <time.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>

namespace paperboy::test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + before.size());
  return text.substr(0, text.find(after));
}

}  // namespace

// One connection's script. What it awaits throws when the other side is gone.
struct FastSink::Talk {
  static async::Awaitable<> serve(FastSink& sink, tcp::socket socket) {
    try {
      if (sink.protocol_ == Protocol::smtp) {
        co_await smtp(sink, socket);
      } else {
        co_await https(sink, socket);
      }
    } catch (const boost::system::system_error&) {
    }
  }

  static async::Awaitable<> never(tcp::socket& socket) {
    asio::steady_timer timer(socket.get_executor(), asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
  }

  static async::Awaitable<> smtp(FastSink& sink, tcp::socket& socket) {
    std::string input, to;
    auto buffer = asio::dynamic_buffer(input);
    std::string_view answer = "220 sink.test ESMTP\r\n";
    std::optional<std::chrono::steady_clock::time_point> first;
    for (;;) {
      co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
      const std::size_t line = co_await asio::async_read_until(socket, buffer, "\r\n", asio::use_awaitable);
      if (!first) first = std::chrono::steady_clock::now();
      const std::string command = input.substr(0, line - 2);
      input.erase(0, line);
      answer = "250 2.0.0 ok\r\n";
      if (command.starts_with("EHLO")) answer = "250-sink.test\r\n250-SIZE 10000000\r\n250-8BITMIME\r\n250 HELP\r\n";
      if (command.starts_with("RCPT")) {
        to = between(command, "<", ">");
        if (to.find(sink.silent_) != std::string::npos) co_await never(socket);
      }
      if (command == "QUIT") co_return;
      if (command != "DATA") continue;
      answer = "354 go ahead\r\n";
      co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
      const std::size_t mail = co_await asio::async_read_until(socket, buffer, "\r\n.\r\n", asio::use_awaitable);
      input.erase(0, mail);
      answer = "250 2.0.0 taken\r\n";
      sink.arrived(std::move(to), *first);
      first.reset();
    }
  }

  static async::Awaitable<> https(FastSink& sink, tcp::socket& socket) {
    asio::ssl::stream<tcp::socket&> tls(socket, sink.tls_);
    co_await tls.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    static constexpr std::string_view body = R"({"ok":true,"channel":"C1","ts":"1712345678.000200"})";
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + std::string(body);
    std::string input;
    auto buffer = asio::dynamic_buffer(input);
    for (;;) {
      const std::size_t head = co_await asio::async_read_until(tls, buffer, "\r\n\r\n", asio::use_awaitable);
      const auto first = std::chrono::steady_clock::now();
      const std::string_view length = between(std::string_view(input).substr(0, head), "Content-Length: ", "\r\n");
      std::size_t bytes = 0;
      std::from_chars(length.data(), length.data() + length.size(), bytes);
      const std::size_t missing = head + bytes > input.size() ? head + bytes - input.size() : 0;
      const auto all = asio::transfer_exactly(missing);
      if (missing > 0) co_await asio::async_read(tls, buffer, all, asio::use_awaitable);
      std::string to(between(std::string_view(input).substr(head), R"("channel":")", "\""));
      input.erase(0, head + bytes);
      if (to.find(sink.silent_) != std::string::npos) co_await never(socket);
      sink.arrived(std::move(to), first);
      co_await asio::async_write(tls, asio::buffer(answer), asio::use_awaitable);
    }
  }
};

FastSink::FastSink(Protocol protocol, const Certificate& certificate, std::string silent)
    : protocol_(protocol),
      silent_(std::move(silent)),
      tls_(server_tls(certificate)),
      acceptor_(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
  asio::co_spawn(loop_, accept(), asio::detached);
  thread_ = std::thread([this] { loop_.run(); });
  pthread_setname_np(thread_.native_handle(), "sink");
}

FastSink::~FastSink() {
  loop_.stop();
  thread_.join();
}

async::Awaitable<> FastSink::accept() {
  for (;;) {
    tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(loop_, Talk::serve(*this, std::move(socket)), asio::detached);
  }
}

void FastSink::arrived(std::string destination, std::chrono::steady_clock::time_point first_byte) {
  const std::lock_guard lock(mutex_);
  arrivals_.push_back({std::move(destination), first_byte});
  ++answered_;
}

std::vector<FastSink::Arrival> FastSink::take_arrivals() {
  const std::lock_guard lock(mutex_);
  return std::exchange(arrivals_, {});
}

double FastSink::cpu_seconds() {
  clockid_t clock{};
  timespec spent{};
  if (pthread_getcpuclockid(thread_.native_handle(), &clock) != 0 || clock_gettime(clock, &spent) != 0) return 0;
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

}  // namespace paperboy::test
