#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>

#include "daemon/base/text.hpp"
#include "tests/daemon/net/http_fixture.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using asio::cancellation_type;
using std::chrono::steady_clock;
using test::answering;
using test::http_answer;
using test::HttpRequest;
using test::Peer;
using test::ScriptedServer;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::string gzip(const std::string& plain) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// --- requests and answers

TEST_F(HttpTest, GivesStatusHeadersAndBody) {
  ScriptedServer server(loop_, answering([](const HttpRequest&) {
                          return http_answer(404, {"ETag:  \"v1\" ", "X-Twice: a", "x-twice: b"}, "no such page");
                        }));
  const Outcome outcome = fetch(get(server.url("/a?b=c")));
  ASSERT_TRUE(outcome.response) << outcome.message;
  EXPECT_EQ(outcome.response->status, 404);
  EXPECT_EQ(outcome.response->body, "no such page");
  EXPECT_EQ(outcome.response->header("etag"), "\"v1\"");
  EXPECT_EQ(outcome.response->header("x-twice"), "a");
  EXPECT_EQ(outcome.response->header("absent"), std::nullopt);
  EXPECT_EQ(outcome.response->url, server.url("/a?b=c"));
}

TEST_F(HttpTest, SendsWhatItWasGivenAndLittleElse) {
  std::vector<HttpRequest> seen;
  ScriptedServer server(loop_, answering([&](const HttpRequest& request) {
                          seen.push_back(request);
                          return http_answer(200, {}, "");
                        }));
  Request request = post(server.url("/path/%20x?q=1"), std::string("a\0b", 3));
  request.headers = {{"Authorization", "Bearer t"}, {"X-Empty", ""}};
  ASSERT_TRUE(fetch(request).response);
  request.headers = {{"Content-Type", "application/json"}, {"User-Agent", "other"}};
  ASSERT_TRUE(fetch(request).response);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].method, "POST");
  EXPECT_EQ(seen[0].target, "/path/%20x?q=1");
  EXPECT_EQ(seen[0].body, std::string("a\0b", 3));
  auto& headers = seen[0].headers;
  EXPECT_EQ(headers["authorization"], "Bearer t");
  EXPECT_EQ(headers["user-agent"], "Paperboy/test (+https://example.org)");
  EXPECT_THAT(headers["accept-encoding"], HasSubstr("gzip"));
  EXPECT_TRUE(headers.contains("x-empty"));
  EXPECT_EQ(headers["x-empty"], "");
  EXPECT_FALSE(headers.contains("content-type"));
  EXPECT_FALSE(headers.contains("expect"));
  EXPECT_EQ(seen[1].headers["content-type"], "application/json");
  EXPECT_EQ(seen[1].headers["user-agent"], "other");
}

TEST_F(HttpTest, KnowsTheMethods) {
  std::vector<std::string> seen;
  ScriptedServer server(loop_, answering([&](const HttpRequest& request) {
                          seen.push_back(request.method + " " + request.body);
                          return request.method == "HEAD" ? std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
                                                          : http_answer(200, {}, "body");
                        }));
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
    Request request = get(server.url("/"));
    request.method = method;
    if (std::string(method) == "PUT" || std::string(method) == "PATCH") request.body = "x";
    const Outcome outcome = fetch(std::move(request));
    ASSERT_TRUE(outcome.response) << method << ": " << outcome.message;
    EXPECT_EQ(outcome.response->body, std::string(method) == "HEAD" ? "" : "body") << method;
  }
  EXPECT_THAT(seen, testing::ElementsAre("GET ", "HEAD ", "POST ", "PUT x", "PATCH x", "DELETE "));
}

TEST_F(HttpTest, PassesOverInterimAnswers) {
  ScriptedServer server(loop_, answering([](const HttpRequest&) {
                          return "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" +
                                 http_answer(200, {"X-Late: 1"}, "x");
                        }));
  const Outcome outcome = fetch(get(server.url("/")));
  ASSERT_TRUE(outcome.response);
  EXPECT_EQ(outcome.response->status, 200);
  EXPECT_FALSE(outcome.response->header("x-early"));
  EXPECT_TRUE(outcome.response->header("x-late"));
}

TEST_F(HttpTest, KeepsConnections) {
  ScriptedServer server(loop_, answering([](const HttpRequest&) { return http_answer(200, {}, "x"); }));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(fetch(get(server.url("/"))).response);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpTest, IgnoresProxiesOfTheEnvironment) {
  ScriptedServer server(loop_, answering([](const HttpRequest&) { return http_answer(200, {}, "direct"); }));
  const std::string nowhere = "http://127.0.0.1:" + std::to_string(test::closed_port());
  for (const char* name : {"http_proxy", "ALL_PROXY"}) ::setenv(name, nowhere.c_str(), 1);
  const Outcome outcome = fetch(get(server.url("/")));
  for (const char* name : {"http_proxy", "ALL_PROXY"}) ::unsetenv(name);
  ASSERT_TRUE(outcome.response) << outcome.message;
  EXPECT_EQ(outcome.response->body, "direct");
}

TEST_F(HttpTest, RefusesHeadersThatWouldBecomeTwo) {
  ScriptedServer server(loop_, answering([](const HttpRequest&) { return http_answer(200, {}, ""); }));
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"X", "a\r\nHost: evil"}, {"X", "a\nb"}, {"X", std::string("a\0b", 3)},
      {"X\r\nY", "a"},          {"X: y", "a"}, {"", "a"}};
  for (const auto& header : bad) {
    Request request = get(server.url("/"));
    request.headers = {header};
    failure(std::move(request), Phase::before_request);
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpTest, ServesManyAtOnceAndNoneWaitsForASlowOne) {
  ScriptedServer silent(loop_, [](std::shared_ptr<Peer> peer) { return peer->wait_for_close(); });
  ScriptedServer server(loop_, answering([](const HttpRequest& r) { return http_answer(200, {}, r.target); }));
  Request slow = get(silent.url("/"));
  slow.timeout = 30s;
  std::vector<Outcome> outcomes(51);
  test::Started hanging(loop_, fetch_into(outcomes[50], *client_, slow));
  std::vector<test::Started> started;
  for (int i = 0; i < 50; ++i) {
    started.emplace_back(loop_, fetch_into(outcomes[i], *client_, get(server.url("/" + std::to_string(i)))));
  }
  ASSERT_TRUE(test::run_until(
      loop_, [&] { return std::all_of(started.begin(), started.end(), [](const auto& one) { return one.ended(); }); }));
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(outcomes[i].response) << outcomes[i].message;
    EXPECT_EQ(outcomes[i].response->body, "/" + std::to_string(i));
  }
  EXPECT_FALSE(hanging.ended());
}

// --- failures and how far they got

TEST_F(HttpTest, FailsBeforeTheRequestWhenNothingListens) {
  const auto message =
      failure(get("http://127.0.0.1:" + std::to_string(test::closed_port()) + "/"), Phase::before_request);
  EXPECT_THAT(message, HasSubstr("127.0.0.1"));
}

TEST_F(HttpTest, FailsBeforeTheRequestWhenConnectingTakesTooLong) {
  test::SilentPort silent(loop_);
  Request request = post("http://127.0.0.1:" + std::to_string(silent.port()) + "/", "x");
  request.connect_timeout = 100ms;
  const auto begin = steady_clock::now();
  failure(std::move(request), Phase::before_request);
  EXPECT_LT(steady_clock::now() - begin, 3s);
}

TEST_F(HttpTest, FailsBeforeTheRequestOnWhatIsNoHttpUrl) {
  for (const char* url :
       {"", "nonsense", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://a b/", "gopher://127.0.0.1:70/"}) {
    failure(get(url), Phase::before_request);
  }
}

TEST_F(HttpTest, TimesOutAfterTheRequestOnASilentServer) {
  ScriptedServer server(loop_, [](std::shared_ptr<Peer> peer) { return peer->wait_for_close(); });
  Request request = get(server.url("/"));
  request.timeout = 400ms;
  const auto begin = steady_clock::now();
  const auto message = failure(std::move(request), Phase::after_request);
  EXPECT_LT(steady_clock::now() - begin, 3s);
  EXPECT_THAT(message, HasSubstr("timed out"));
}

TEST_F(HttpTest, TheWholeTimeIsLimitedHoweverBusyTheServerSeems) {
  ScriptedServer server(loop_, [](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->read_request();
    co_await peer->trickle(http_answer(200, {}, std::string(1000, 'x')), 1, 20ms);
  });
  Request request = get(server.url("/"));
  request.timeout = 400ms;
  const auto begin = steady_clock::now();
  failure(std::move(request), Phase::after_request);
  EXPECT_LT(steady_clock::now() - begin, 3s);
}

TEST_F(HttpTest, ASlowServerWithinTheLimitIsHeardOut) {
  ScriptedServer server(loop_, [](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->read_request();
    co_await peer->trickle(http_answer(200, {}, "slow but good"), 7, 1ms);
  });
  const Outcome outcome = fetch(get(server.url("/")));
  ASSERT_TRUE(outcome.response) << outcome.message;
  EXPECT_EQ(outcome.response->body, "slow but good");
}

struct Cut {
  const char* name;
  const char* bytes;
  bool reset;
};

class HttpCutTest : public HttpTest, public testing::WithParamInterface<Cut> {};

TEST_P(HttpCutTest, FailsAfterTheRequest) {
  ScriptedServer server(loop_, [](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->read_request();
    co_await peer->send(GetParam().bytes);
    if (GetParam().reset) {
      peer->reset();
    } else {
      peer->close();
    }
  });
  failure(get(server.url("/")), Phase::after_request);
  failure(post(server.url("/"), "x"), Phase::after_request);
}

INSTANTIATE_TEST_SUITE_P(
    Http, HttpCutTest,
    testing::Values(Cut{"nothing", "", false}, Cut{"nothing_reset", "", true}, Cut{"status", "HTTP/1.1 2", false},
                    Cut{"headers_reset", "HTTP/1.1 200 OK\r\nContent-Le", true},
                    Cut{"body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", false},
                    Cut{"body_reset", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", true},
                    Cut{"chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n123", false},
                    Cut{"chunked_end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n", false},
                    Cut{"bad_chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", false},
                    Cut{"gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n12345", false},
                    Cut{"not_http", "220 mx.test ESMTP\r\n", false}),
    [](const auto& info) { return info.param.name; });

// A kept connection that dies under a request: a GET may be repeated, a POST may have had its effect.
struct DyingServer {
  explicit DyingServer(asio::io_context& loop)
      : server(loop, [this](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
          for (int n = 1;; ++n) {
            const HttpRequest request = co_await peer->read_request();
            requests.push_back(request.method);
            if (n == 2) break;
            co_await peer->send(http_answer(200, {}, "x"));
          }
          peer->close();
        }) {}
  std::vector<std::string> requests;
  ScriptedServer server;
};

TEST_F(HttpTest, NeverSendsAPostTwice) {
  DyingServer dying(loop_);
  ASSERT_TRUE(fetch(get(dying.server.url("/"))).response);
  failure(post(dying.server.url("/"), "once"), Phase::after_request);
  EXPECT_THAT(dying.requests, testing::ElementsAre("GET", "POST"));
}

TEST_F(HttpTest, RepeatsAGetOnAFreshConnection) {
  DyingServer dying(loop_);
  ASSERT_TRUE(fetch(get(dying.server.url("/"))).response);
  ASSERT_TRUE(fetch(get(dying.server.url("/"))).response);
  EXPECT_THAT(dying.requests, testing::ElementsAre("GET", "GET", "GET"));
  EXPECT_EQ(dying.server.connections(), 2);
}

TEST_F(HttpTest, MessagesHoldNoSecret) {
  const std::string secrets =
      "user:sEcReT@127.0.0.1:" + std::to_string(test::closed_port()) + "/bot123:sEcReT/x?token=sEcReT#sEcReT";
  ScriptedServer server(loop_, [](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->read_request();
    co_await peer->send("HTTP/1.1 302 Found\r\nLocation: ftp://u:sEcReT@h/sEcReT\r\nContent-Length: 0\r\n\r\n");
  });
  std::vector<Request> requests = {get("http://" + secrets), get("sEcReT://" + secrets),
                                   get("http://127.0.0.1:sEcReT/"), get(server.url("/sEcReT")),
                                   get("http://sEcReT@@[/")};
  requests[3].max_redirects = 3;
  requests.push_back(requests[0]);
  requests.back().headers = {{"X", "sEcReT\n"}};
  for (Request& request : requests) {
    request.headers.emplace_back("Authorization", "sEcReT");
    const Outcome outcome = fetch(request);
    ASSERT_TRUE(outcome.phase);
    EXPECT_THAT(outcome.message, testing::Not(HasSubstr("sEcReT")));
  }
}

// --- limits

TEST_F(HttpTest, UndoesCompression) {
  const std::string plain(100000, 'p');
  ScriptedServer server(
      loop_, answering([&](const HttpRequest&) { return http_answer(200, {"Content-Encoding: gzip"}, gzip(plain)); }));
  const Outcome outcome = fetch(get(server.url("/")));
  ASSERT_TRUE(outcome.response) << outcome.message;
  EXPECT_EQ(outcome.response->body, plain);
}

TEST_F(HttpTest, ABodyMayBeAsLargeAsAllowedAndNotOneByteMore) {
  ScriptedServer server(loop_, answering([](const HttpRequest& r) {
                          return http_answer(200, {}, std::string(std::stoul(r.target.substr(1)), 'x'));
                        }));
  for (const std::size_t size : {0, 9999, 10000}) {
    Request request = get(server.url("/" + std::to_string(size)));
    request.max_body = 10000;
    EXPECT_TRUE(fetch(std::move(request)).response) << size;
  }
  Request request = get(server.url("/10001"));
  request.max_body = 10000;
  EXPECT_THAT(failure(std::move(request), Phase::after_request), HasSubstr("larger than 10000 bytes"));
}

TEST_F(HttpTest, AGzipBombEndsAtTheLimit) {
  const std::string bomb = gzip(std::string(64u << 20, '\0'));
  ASSERT_LT(bomb.size(), 100000u);
  ScriptedServer server(
      loop_, answering([&](const HttpRequest&) { return http_answer(200, {"Content-Encoding: gzip"}, bomb); }));
  Request request = get(server.url("/"));
  request.max_body = 1u << 20;
  EXPECT_THAT(failure(std::move(request), Phase::after_request), HasSubstr("larger than"));
}

TEST_F(HttpTest, AnEndlessBodyEndsAtTheLimit) {
  ScriptedServer server(loop_, [](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->read_request();
    co_await peer->send("HTTP/1.1 200 OK\r\n\r\n");
    for (;;) co_await peer->send(std::string(65536, 'x'));
  });
  Request request = get(server.url("/"));
  request.max_body = 1u << 20;
  EXPECT_THAT(failure(std::move(request), Phase::after_request), HasSubstr("larger than"));
}

TEST_F(HttpTest, EndlessHeadersEndAtTheLimit) {
  ScriptedServer server(loop_, [](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->read_request();
    co_await peer->send("HTTP/1.1 200 OK\r\n");
    for (;;) co_await peer->send("X-Filler: " + std::string(1000, 'x') + "\r\n");
  });
  EXPECT_THAT(failure(get(server.url("/")), Phase::after_request), HasSubstr("headers are larger"));
}

// --- cancellation

TEST_F(HttpTest, TerminalCancellationClosesTheConnectionAtOnce) {
  bool arrived = false, closed = false;
  ScriptedServer server(loop_, [&](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->read_request();
    arrived = true;
    try {
      co_await peer->wait_for_close();
    } catch (const boost::system::system_error&) {
      closed = true;
    }
  });
  Outcome outcome;
  Request request = get(server.url("/"));
  request.timeout = 1min;
  test::Started exchange(loop_, fetch_into(outcome, *client_, std::move(request)));
  ASSERT_TRUE(test::run_until(loop_, [&] { return arrived; }));
  exchange.cancel(cancellation_type::total);
  loop_.poll();
  EXPECT_FALSE(exchange.ended()) << "total cancellation lets an exchange end";
  exchange.cancel(cancellation_type::terminal);
  ASSERT_TRUE(test::run_until(loop_, [&] { return exchange.ended() && closed; }));
  EXPECT_TRUE(exchange.was_cancelled());
}

TEST_F(HttpTest, TotalCancellationLetsTheAnswerThrough) {
  bool arrived = false;
  ScriptedServer server(loop_, [&](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->read_request();
    arrived = true;
    co_await async::sleep_for(50ms);
    co_await peer->send(http_answer(200, {}, "in time"));
  });
  Outcome outcome;
  test::Started exchange(loop_, fetch_into(outcome, *client_, get(server.url("/"))));
  ASSERT_TRUE(test::run_until(loop_, [&] { return arrived; }));
  exchange.cancel(cancellation_type::total);
  ASSERT_TRUE(test::run_until(loop_, [&] { return exchange.ended(); }));
  ASSERT_TRUE(outcome.response);
  EXPECT_EQ(outcome.response->body, "in time");
}

TEST(HttpTeardown, AClientAndItsLoopMayEndUnderARequest) {
  Outcome outcome;
  bool arrived = false;
  {
    asio::io_context loop;
    auto client = make_curl_client(loop.get_executor(), "test");
    ScriptedServer server(loop, [&](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
      co_await peer->read_request();
      arrived = true;
      co_await peer->wait_for_close();
    });
    test::Started exchange(loop, fetch_into(outcome, *client, get(server.url("/"))));
    ASSERT_TRUE(test::run_until(loop, [&] { return arrived; }));
  }
  EXPECT_FALSE(outcome.response || outcome.phase);
}

TEST(Http2, IsLeftAloneWhereLibcurlCrashesOnIt) {
  EXPECT_FALSE(crashes_on_http2(0x075700));  // 7.87.0
  EXPECT_TRUE(crashes_on_http2(0x075800));   // 7.88.0
  EXPECT_TRUE(crashes_on_http2(0x075801));   // 7.88.1
  EXPECT_TRUE(crashes_on_http2(0x080001));   // 8.0.1
  EXPECT_TRUE(crashes_on_http2(0x080102));   // 8.1.2
  EXPECT_FALSE(crashes_on_http2(0x080200));  // 8.2.0
  EXPECT_FALSE(crashes_on_http2(0x080e01));  // 8.14.1
}

}  // namespace
}  // namespace paperboy::net
