#include "daemon/net/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "daemon/base/text.hpp"
#include "tests/daemon/net/started.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using asio::cancellation_type;
using asio::ip::tcp;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

// A client that sends bytes as they are.
class Caller {
 public:
  Caller(asio::io_context& loop, unsigned short port) : loop_(loop), socket_(loop) {
    socket_.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port));
  }
  void send(const std::string& bytes) { asio::write(socket_, asio::buffer(bytes)); }
  // One answer: its headers, and as much body as they announce.
  std::string read_answer() {
    std::string answer;
    test::run(loop_, read_answer_into(answer));
    return answer;
  }
  // All that comes until the server closes.
  std::string read_all() {
    std::string all;
    test::run(loop_, read_all_into(all));
    return all;
  }
  tcp::socket& socket() { return socket_; }

  async::Awaitable<> read_all_into(std::string& all) {
    char bytes[4096];
    const auto buffer = asio::buffer(bytes);
    boost::system::error_code ec;
    while (!ec) {
      const std::size_t got = co_await socket_.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, ec));
      all.append(bytes, got);
    }
    all = std::exchange(unread_, "") + all;
    if (ec != asio::error::eof) all += "[" + ec.message() + "]";
  }

 private:
  async::Awaitable<> read_answer_into(std::string& answer) {
    auto buffer = asio::dynamic_buffer(unread_);
    const std::size_t head = co_await asio::async_read_until(socket_, buffer, "\r\n\r\n", asio::use_awaitable);
    std::size_t length = 0;
    const auto at = unread_.find("Content-Length: ");
    if (at < head) length = std::stoul(unread_.substr(at + 16));
    while (unread_.size() < head + length) {
      char bytes[4096];
      const auto some = asio::buffer(bytes);
      const std::size_t got = co_await socket_.async_read_some(some, asio::use_awaitable);
      unread_.append(bytes, got);
    }
    answer = unread_.substr(0, head + length);
    unread_.erase(0, head + length);
  }

  asio::io_context& loop_;
  tcp::socket socket_;
  std::string unread_;
};

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    limits_.header_time = limits_.body_time = limits_.idle_time = 5s;
    limits_.header_bytes = 2048;
    limits_.body_bytes = 1000;
  }

  void start() {
    server_ = std::make_unique<Server>(loop_.get_executor(), limits_);
    server_->route("GET", "/hello", [this](ServerRequest r) { return answer(std::move(r)); });
    server_->route("POST", "/echo", [this](ServerRequest r) { return answer(std::move(r)); });
    server_->route("GET", "/slow", [this](ServerRequest r) { return slow(std::move(r)); });
    server_->route("GET", "/broken", [](ServerRequest r) { return broken(std::move(r)); });
    server_->route("GET", "/split", [](ServerRequest r) { return split(std::move(r)); });
    server_->route("GET", "/empty", [](ServerRequest r) { return empty(std::move(r)); });
    port_ = server_->listen("127.0.0.1", 0);
    serving_ = std::make_unique<test::Started>(loop_, server_->serve());
  }
  std::string ask(const std::string& bytes) {
    Caller caller(loop_, port_);
    caller.send(bytes);
    return caller.read_all();
  }
  static std::string get(const std::string& target, const std::string& more = "Connection: close\r\n") {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
  }

  async::Awaitable<ServerResponse> answer(ServerRequest request) {
    seen_.push_back(request);
    ServerResponse response;
    response.body = "hello " + request.body;
    response.headers = {{"X-Test", "yes"}};
    co_return response;
  }
  async::Awaitable<ServerResponse> slow(ServerRequest) {
    ++slow_ones_;
    while (!go_on_) co_await async::sleep_for(5ms);
    ServerResponse response;
    response.body = "at last";
    co_return response;
  }
  static async::Awaitable<ServerResponse> broken(ServerRequest) {
    throw Error("the shelf fell down");
    co_return ServerResponse{};
  }
  static async::Awaitable<ServerResponse> split(ServerRequest) {
    ServerResponse response;
    response.headers = {{"X-Test", "a\r\nSet-Cookie: evil"}};
    co_return response;
  }
  static async::Awaitable<ServerResponse> empty(ServerRequest) {
    ServerResponse response;
    response.status = 204;
    co_return response;
  }

  asio::io_context loop_;
  ServerLimits limits_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<test::Started> serving_;
  unsigned short port_ = 0;
  std::vector<ServerRequest> seen_;
  int slow_ones_ = 0;
  bool go_on_ = false;
};

// --- what it answers

TEST_F(ServerTest, GivesARequestToItsHandler) {
  start();
  const std::string answer =
      ask("POST /echo?a=%20b&c HTTP/1.1\r\nHost: x\r\nX-Name:  value \r\nConnection: close\r\nContent-Length: "
          "4\r\n\r\nbody");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Test: yes\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\nhello body")) << answer;
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(seen_[0].method, "POST");
  EXPECT_EQ(seen_[0].target, "/echo?a=%20b&c");
  EXPECT_EQ(seen_[0].path, "/echo");
  EXPECT_EQ(seen_[0].query, "a=%20b&c");
  EXPECT_EQ(seen_[0].body, "body");
  EXPECT_EQ(seen_[0].peer, "127.0.0.1");
  EXPECT_THAT(seen_[0].headers, testing::Contains(testing::Pair("x-name", "value")));
}

struct Exchange {
  const char* name;
  const char* request;
  const char* status;
};

class ServerStatusTest : public ServerTest, public testing::WithParamInterface<Exchange> {};

TEST_P(ServerStatusTest, Is) {
  start();
  EXPECT_THAT(ask(GetParam().request), StartsWith("HTTP/1.1 " + std::string(GetParam().status)));
  EXPECT_THAT(ask(get("/hello")), StartsWith("HTTP/1.1 200")) << "the server goes on";
}

#define CLOSE "Host: x\r\nConnection: close\r\n\r\n"
INSTANTIATE_TEST_SUITE_P(
    Server, ServerStatusTest,
    testing::Values(Exchange{"known", "GET /hello HTTP/1.1\r\n" CLOSE, "200"},
                    Exchange{"decoded", "GET /%68ello HTTP/1.1\r\n" CLOSE, "200"},
                    Exchange{"absolute", "GET http://x/hello?q HTTP/1.1\r\n" CLOSE, "200"},
                    Exchange{"unknown", "GET /other HTTP/1.1\r\n" CLOSE, "404"},
                    Exchange{"longer", "GET /hello/ HTTP/1.1\r\n" CLOSE, "404"},
                    Exchange{"dots", "GET /hello/../../etc/passwd HTTP/1.1\r\n" CLOSE, "404"},
                    Exchange{"method", "DELETE /hello HTTP/1.1\r\n" CLOSE, "405"},
                    Exchange{"headOfPost", "HEAD /echo HTTP/1.1\r\n" CLOSE, "405"},
                    Exchange{"oddMethod", "BREW /hello HTTP/1.1\r\n" CLOSE, "405"},
                    Exchange{"badEscape", "GET /%zz HTTP/1.1\r\n" CLOSE, "400"},
                    Exchange{"shortEscape", "GET /hello%6 HTTP/1.1\r\n" CLOSE, "400"},
                    Exchange{"nul", "GET /hello%00 HTTP/1.1\r\n" CLOSE, "400"},
                    Exchange{"star", "OPTIONS * HTTP/1.1\r\n" CLOSE, "400"}, Exchange{"noHttp", "hello\r\n\r\n", "400"},
                    Exchange{"version", "GET /hello HTTP/3.7\r\n" CLOSE, "400"},
                    Exchange{"badHeader", "GET /hello HTTP/1.1\r\nbad header\r\n\r\n", "400"},
                    Exchange{"twoLengths",
                             "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                             "400"},
                    Exchange{"lengthAndChunks",
                             "POST /echo HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                             "400"},
                    Exchange{"badLength", "POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
                    Exchange{"badChunk", "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
                    Exchange{"largeBody", "POST /echo HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", "413"},
                    Exchange{"hugeBody", "POST /echo HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "413"},
                    Exchange{"throws", "GET /broken HTTP/1.1\r\n" CLOSE, "500"},
                    Exchange{"splits", "GET /split HTTP/1.1\r\n" CLOSE, "500"},
                    Exchange{"noContent", "GET /empty HTTP/1.1\r\n" CLOSE, "204"}),
    [](const auto& info) { return info.param.name; });

TEST_F(ServerTest, AFailureIsLoggedAndNotShown) {
  start();
  testing::internal::CaptureStderr();
  const std::string answer = ask(get("/broken?token=sEcReT"));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(answer, Not(HasSubstr("shelf")));
  EXPECT_THAT(log, HasSubstr("the shelf fell down"));
  EXPECT_THAT(log, HasSubstr("GET /broken"));
  EXPECT_THAT(log, Not(HasSubstr("sEcReT")));
}

TEST_F(ServerTest, NamesTheAllowedMethods) {
  start();
  EXPECT_THAT(ask("DELETE /hello HTTP/1.1\r\n" CLOSE), HasSubstr("Allow: GET, HEAD\r\n"));
  EXPECT_THAT(ask("DELETE /echo HTTP/1.1\r\n" CLOSE), HasSubstr("Allow: POST\r\n"));
}

TEST_F(ServerTest, HeadIsGetWithoutTheBody) {
  start();
  const std::string answer = ask("HEAD /hello HTTP/1.1\r\n" CLOSE);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(ServerTest, AnAnswerWithoutContentHasNoLength) {
  start();
  EXPECT_THAT(ask(get("/empty")), Not(HasSubstr("Content-Length")));
}

TEST_F(ServerTest, KeepsConnectionsAndAnswersInOrder) {
  start();
  Caller caller(loop_, port_);
  for (int i = 0; i < 3; ++i) {
    caller.send(get("/hello", ""));
    EXPECT_THAT(caller.read_answer(), StartsWith("HTTP/1.1 200"));
  }
  caller.send(get("/hello", "") + get("/other", "") + "HEAD /hello HTTP/1.1\r\n" CLOSE);  // pipelined
  EXPECT_THAT(caller.read_answer(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(caller.read_answer(), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(caller.read_all(), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, SpeaksHttp10) {
  start();
  const std::string answer = ask("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 200"));
  EXPECT_TRUE(answer.ends_with("hello ")) << "and closes";
}

// --- limits

TEST_F(ServerTest, LargeHeadersAreRefused) {
  start();
  EXPECT_THAT(ask(get("/hello", "X: " + std::string(3000, 'x') + "\r\n")), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(ask(get("/" + std::string(3000, 'x'))), StartsWith("HTTP/1.1 431"));
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "X: y\r\n";
  EXPECT_THAT(ask(get("/hello", many)), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(ask(get("/hello", "X: " + std::string(1500, 'x') + "\r\nConnection: close\r\n")),
              StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, ABodyThatGrowsOverTheLimitIsRefused) {
  start();
  std::string chunks;
  for (int i = 0; i < 30; ++i) chunks += "64\r\n" + std::string(100, 'x') + "\r\n";
  const std::string head = "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
  EXPECT_THAT(ask(head + chunks + "0\r\n\r\n"), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(ask(head + chunks.substr(0, 10 * 106) + "0\r\n\r\n"), StartsWith("HTTP/1.1 200"))
      << "1000 bytes are allowed";
}

TEST_F(ServerTest, ARefusalIsReadBeforeTheConnectionIsGone) {
  start();
  const std::string answer = ask("POST /echo HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n" + std::string(100000, 'x'));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(answer, Not(HasSubstr("reset"))) << "closing with the rest unread would reset the connection";
}

TEST_F(ServerTest, ASlowHeaderTimesOut) {
  limits_.header_time = 200ms;
  start();
  Caller silent(loop_, port_), half(loop_, port_);
  half.send("GET /hel");
  const auto begin = steady_clock::now();
  EXPECT_THAT(half.read_all(), StartsWith("HTTP/1.1 408"));
  EXPECT_EQ(silent.read_all(), "") << "who asked nothing gets no answer";
  EXPECT_LT(steady_clock::now() - begin, 3s);
}

async::Awaitable<> trickle(tcp::socket& socket, std::string bytes) {
  boost::system::error_code ec;
  for (std::size_t i = 0; i < bytes.size() && !ec; ++i) {
    const auto buffer = asio::buffer(&bytes[i], 1);
    co_await asio::async_write(socket, buffer, asio::redirect_error(asio::use_awaitable, ec));
    co_await async::sleep_for(20ms);
  }
}

TEST_F(ServerTest, ASlowLorisTimesOutHoweverBusyItSeems) {
  limits_.header_time = limits_.body_time = 300ms;
  start();
  Caller caller(loop_, port_);
  std::string all;
  const auto begin = steady_clock::now();
  test::Started sending(loop_, trickle(caller.socket(), get("/hello", "X: " + std::string(500, 'x') + "\r\n")));
  test::Started reading(loop_, caller.read_all_into(all));
  ASSERT_TRUE(test::run_until(loop_, [&] { return reading.ended(); }));
  EXPECT_THAT(all, StartsWith("HTTP/1.1 408"));
  EXPECT_LT(steady_clock::now() - begin, 5s);

  Caller body(loop_, port_);
  std::string answer;
  body.send("POST /echo HTTP/1.1\r\nContent-Length: 500\r\n\r\n");
  test::Started sending_body(loop_, trickle(body.socket(), std::string(500, 'x')));
  test::Started reading_answer(loop_, body.read_all_into(answer));
  ASSERT_TRUE(test::run_until(loop_, [&] { return reading_answer.ended(); }));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 408"));
  EXPECT_TRUE(seen_.empty());
}

TEST_F(ServerTest, AnIdleConnectionIsClosed) {
  limits_.idle_time = 200ms;
  start();
  Caller caller(loop_, port_);
  caller.send(get("/hello", ""));
  caller.read_answer();
  const auto begin = steady_clock::now();
  EXPECT_EQ(caller.read_all(), "");
  EXPECT_GE(steady_clock::now() - begin, 150ms);
}

TEST_F(ServerTest, AReaderThatDoesNotReadTimesOut) {
  limits_.body_time = 300ms;
  start();
  server_->route("GET", "/large", [](ServerRequest) -> async::Awaitable<ServerResponse> {
    ServerResponse response;
    response.body = std::string(64u << 20, 'x');
    co_return response;
  });
  Caller deaf(loop_, port_);
  deaf.send(get("/large"));
  const auto begin = steady_clock::now();
  test::run(loop_, async::sleep_for(600ms));
  const std::string all = deaf.read_all();
  EXPECT_LT(all.size(), 64u << 20);
  EXPECT_LT(steady_clock::now() - begin, 10s);
}

TEST_F(ServerTest, TooManyConnectionsAreTurnedAway) {
  limits_.connections = 3;
  start();
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < 3; ++i) {
    callers.push_back(std::make_unique<Caller>(loop_, port_));
    callers.back()->send(get("/hello", ""));
    EXPECT_THAT(callers.back()->read_answer(), StartsWith("HTTP/1.1 200"));
  }
  EXPECT_THAT(ask(get("/hello")), StartsWith("HTTP/1.1 503"));
  callers.pop_back();
  ASSERT_TRUE(test::run_until(loop_, [&] { return ask(get("/hello")).starts_with("HTTP/1.1 200"); }))
      << "there is room again";
}

TEST_F(ServerTest, OneAddressMayNotTakeAllConnections) {
  limits_.connections_per_address = 2;
  start();
  Caller first(loop_, port_), second(loop_, port_);
  for (Caller* caller : {&first, &second}) {
    caller->send(get("/hello", ""));
    EXPECT_THAT(caller->read_answer(), StartsWith("HTTP/1.1 200"));
  }
  EXPECT_THAT(ask(get("/hello")), StartsWith("HTTP/1.1 503"));
  tcp::socket other(loop_);
  other.open(tcp::v4());
  other.bind(tcp::endpoint(asio::ip::make_address("127.0.0.9"), 0));
  other.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_));
  asio::write(other, asio::buffer(get("/hello")));
  ASSERT_TRUE(test::run_until(loop_, [&] { return seen_.size() == 3; })) << "another address is served";
}

TEST_F(ServerTest, SilentConnectionsDoNotDelayOthers) {
  start();
  std::vector<std::unique_ptr<Caller>> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(std::make_unique<Caller>(loop_, port_));
    silent.back()->send("GET / HT");
  }
  const auto begin = steady_clock::now();
  EXPECT_THAT(ask(get("/hello")), StartsWith("HTTP/1.1 200"));
  EXPECT_LT(steady_clock::now() - begin, 4s);
}

// --- beginning and end

TEST_F(ServerTest, ATakenAddressIsNamed) {
  start();
  Server second(loop_.get_executor(), limits_);
  try {
    second.listen("127.0.0.1", port_);
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("127.0.0.1:" + std::to_string(port_)));
  }
  EXPECT_THROW(second.listen("localhost", 0), Error);
  EXPECT_THROW(second.listen("192.0.2.1", 0), Error);
  EXPECT_GT(second.listen("127.0.0.1", 0), 0);
}

TEST_F(ServerTest, StopsPolitely) {
  limits_.idle_time = 10min;
  start();
  Caller idle(loop_, port_), busy(loop_, port_);
  idle.send(get("/hello", ""));
  idle.read_answer();
  busy.send(get("/slow", ""));
  ASSERT_TRUE(test::run_until(loop_, [&] { return slow_ones_ == 1; }));
  serving_->cancel(cancellation_type::total);
  EXPECT_EQ(idle.read_all(), "") << "nothing was asked: closed at once";
  EXPECT_THROW(Caller(loop_, port_), boost::system::system_error) << "accepts nothing more";
  EXPECT_FALSE(serving_->ended());
  go_on_ = true;
  const std::string answer = busy.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_TRUE(answer.ends_with("at last"));
  ASSERT_TRUE(test::run_until(loop_, [&] { return serving_->ended(); }));
}

TEST_F(ServerTest, StopsAtOnceWhenItMust) {
  start();
  Caller busy(loop_, port_), half(loop_, port_);
  busy.send(get("/slow"));
  half.send("GET /hel");
  ASSERT_TRUE(test::run_until(loop_, [&] { return slow_ones_ == 1; }));
  serving_->cancel(cancellation_type::total);
  loop_.poll();
  EXPECT_FALSE(serving_->ended());
  serving_->cancel(cancellation_type::terminal);
  ASSERT_TRUE(test::run_until(loop_, [&] { return serving_->ended(); }));
  EXPECT_THAT(busy.read_all(), Not(HasSubstr("at last")));
}

TEST_F(ServerTest, StopsAtOnceWhenNobodyIsThere) {
  start();
  loop_.poll();
  serving_->cancel(cancellation_type::total);
  ASSERT_TRUE(test::run_until(loop_, [&] { return serving_->ended(); }));
}

}  // namespace
}  // namespace paperboy::net
