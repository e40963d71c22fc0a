#include "daemon/net/websocket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "daemon/async/together.hpp"
#include "daemon/net/curl.hpp"
#include "tests/daemon/net/started.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/websocket_peer.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::cancellation_type;
using test::Frame;
using test::frame_bytes;
using test::Peer;
using test::ScriptedServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Connected = std::function<async::Awaitable<>(std::shared_ptr<Peer>)>;

// What came of it at the client.
struct Heard {
  std::vector<std::string> messages;
  std::string failure;
  std::optional<Phase> phase;
};

class WebSocketTest : public ::testing::Test {
 protected:
  // A server that upgrades every connection and then does as `script` says.
  void serve(Connected script, asio::ssl::context* tls = nullptr) {
    script_ = std::move(script);
    server_.emplace(loop_, [this, tls](std::shared_ptr<Peer> peer) { return upgrade(std::move(peer), tls); });
    request_.url =
        (tls == nullptr ? "ws" : "wss") + std::string("://127.0.0.1:") + std::to_string(server_->port()) + "/link/?t=1";
  }
  // The same, where what is sent after the upgrade does not depend on what comes.
  void say(std::string bytes) {
    serve([bytes](std::shared_ptr<Peer> peer) { return say_and_wait(std::move(peer), bytes); });
  }

  Heard read(std::size_t messages) {
    Heard heard;
    test::run(loop_, read_into(*client_, request_, messages, heard, 200ms));  // few servers here say goodbye
    return heard;
  }
  std::string failure(Phase phase = Phase::after_request) {
    const Heard heard = read(1);
    EXPECT_THAT(heard.messages, IsEmpty());
    EXPECT_EQ(heard.phase, phase) << heard.failure;
    return heard.failure;
  }

  static async::Awaitable<> read_into(Client& client, WebSocketRequest request, std::size_t count, Heard& heard,
                                      Duration patience = 5s) {
    try {
      const std::unique_ptr<WebSocket> socket = co_await client.open_websocket(std::move(request));
      co_await async::finally(read_all(*socket, count, heard), socket->close(patience));
    } catch (const NetError& e) {
      heard.failure = e.what();
      heard.phase = e.phase();
    }
  }
  static async::Awaitable<> read_all(WebSocket& socket, std::size_t count, Heard& heard) {
    while (heard.messages.size() < count) heard.messages.push_back(co_await socket.read());
  }
  async::Awaitable<> upgrade(std::shared_ptr<Peer> peer, asio::ssl::context* tls) {
    if (tls != nullptr) co_await peer->start_tls(*tls);
    const test::HttpRequest request = co_await peer->read_request();
    if (!test::wants_websocket(request)) throw std::runtime_error("no upgrade is asked for");
    requests_.push_back(request);
    co_await peer->send(test::websocket_answer(request));
    co_await script_(peer);
  }
  static async::Awaitable<> say_and_wait(std::shared_ptr<Peer> peer, std::string bytes) {
    co_await peer->send(bytes);
    co_await peer->wait_for_close();
  }

  asio::io_context loop_;
  std::unique_ptr<Client> client_ = make_curl_client(loop_.get_executor(), "test/1");
  std::optional<ScriptedServer> server_;
  Connected script_;
  WebSocketRequest request_;
  std::vector<test::HttpRequest> requests_;
  std::vector<Frame> frames_;  // as the server read them

  // Echoes texts, answers the closing handshake.
  async::Awaitable<> echo(std::shared_ptr<Peer> peer) {
    for (;;) {
      const Frame frame = co_await test::read_frame(peer);
      frames_.push_back(frame);
      co_await peer->send(frame_bytes(frame));
      if (frame.opcode == Frame::close) co_return;
    }
  }
  void serve_echo(asio::ssl::context* tls = nullptr) {
    serve([this](std::shared_ptr<Peer> peer) { return echo(std::move(peer)); }, tls);
  }
};

async::Awaitable<> talk(WebSocket& socket, std::vector<std::string> words, std::vector<std::string>& answers) {
  for (std::string& word : words) {
    co_await socket.write(std::move(word));
    answers.push_back(co_await socket.read());
  }
}

async::Awaitable<> talk_and_close(Client& client, WebSocketRequest request, std::vector<std::string> words,
                                  std::vector<std::string>& answers) {
  const std::unique_ptr<WebSocket> socket = co_await client.open_websocket(std::move(request));
  co_await async::finally(talk(*socket, std::move(words), answers), socket->close(5s));
}

TEST(WebSocketAddress, OfUrls) {
  struct Case {
    const char* url;
    bool tls;
    const char* host;
    int port;
    const char* authority;
    const char* target;
  };
  const Case good[] = {
      {"wss://wss-primary.slack.com/link/?ticket=1&app_id=2", true, "wss-primary.slack.com", 443,
       "wss-primary.slack.com", "/link/?ticket=1&app_id=2"},
      {"ws://127.0.0.1:8080", false, "127.0.0.1", 8080, "127.0.0.1:8080", "/"},
      {"ws://[::1]:99/a#b", false, "::1", 99, "[::1]:99", "/a"},
      {"wss://host?x", true, "host", 443, "host", "/?x"},
  };
  for (const Case& one : good) {
    const auto address = websocket_address(one.url);
    ASSERT_TRUE(address) << one.url;
    EXPECT_EQ(address->tls, one.tls);
    EXPECT_EQ(address->host, one.host);
    EXPECT_EQ(address->port, one.port);
    EXPECT_EQ(address->authority, one.authority);
    EXPECT_EQ(address->target, one.target);
  }
  for (const char* bad : {"", "https://host/", "wss:/host", "wss://", "wss://user@host/", "ws://host:0/",
                          "ws://host:x/", "ws://host:70000/", "ws://ho st/", "ws://host/a b", "ws://host/\r\nX: y",
                          "ws://[::1", "ws://a:b:c/", "ws://[::1]x/", "ws://host/\x80"}) {
    EXPECT_FALSE(websocket_address(bad)) << bad;
  }
}

TEST_F(WebSocketTest, SaysHearsAndCloses) {
  serve_echo();
  request_.headers = {{"X-Word", "a word"}};
  std::vector<std::string> answers;
  const std::string large(100'000, 'x');
  test::run(loop_, talk_and_close(*client_, request_, {"one", "", "zwei \xc3\xa4", large}, answers));
  EXPECT_THAT(answers, ElementsAre("one", "", "zwei \xc3\xa4", large));
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0].target, "/link/?t=1");
  EXPECT_EQ(requests_[0].headers.at("user-agent"), "test/1");
  EXPECT_EQ(requests_[0].headers.at("x-word"), "a word");
  EXPECT_FALSE(requests_[0].headers.contains("sec-websocket-extensions"));
  EXPECT_EQ(frames_.back().opcode, Frame::close);
  EXPECT_EQ(frames_.back().payload, test::close_payload(1000));
}

TEST_F(WebSocketTest, TornMessagesAreOne) {
  say(frame_bytes({Frame::text, "a\xe2", false}) + frame_bytes({Frame::ping, "still there?"}) +
      frame_bytes({Frame::more, "\x82", false}) + frame_bytes({Frame::more, "\xac", true}) +
      frame_bytes({Frame::text, "b"}));
  const Heard heard = read(2);
  EXPECT_EQ(heard.failure, "");
  EXPECT_THAT(heard.messages, ElementsAre("a\xe2\x82\xac", "b"));
}

TEST_F(WebSocketTest, MessagesWaitForTheirReader) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += frame_bytes({Frame::text, std::to_string(i)});
  say(bytes);
  const Heard heard = read(100);
  ASSERT_EQ(heard.messages.size(), 100u);
  EXPECT_EQ(heard.messages.back(), "99");
}

TEST_F(WebSocketTest, WhatCameBeforeTheEndIsRead) {
  say(frame_bytes({Frame::text, "last words"}) + frame_bytes({Frame::close, test::close_payload(1001, "bye\x01 now")}));
  const Heard heard = read(2);
  EXPECT_THAT(heard.messages, ElementsAre("last words"));
  EXPECT_THAT(heard.failure, HasSubstr("closed by the peer, code 1001: bye now"));
  EXPECT_EQ(heard.phase, Phase::after_request);
}

TEST_F(WebSocketTest, BrokenMessagesEndTheConnection) {
  request_.max_message = 1000;
  const std::pair<std::string, const char*> cases[] = {
      {frame_bytes({Frame::text, std::string(1001, 'x')}), "larger than 1000 bytes"},
      {frame_bytes({Frame::text, std::string(600, 'x'), false}) + frame_bytes({Frame::more, std::string(600, 'x')}),
       "larger than 1000 bytes"},
      {frame_bytes({Frame::text, "\xff\xfe"}), "connection lost"},
      {frame_bytes({Frame::binary, "abc"}), "binary"},
      {frame_bytes({Frame::more, "nothing before"}), "connection lost"},
      {frame_bytes({3, "reserved"}), "connection lost"},
      {std::string("\x81\x83mask123", 9), "connection lost"},
      {std::string("\xf1\x01x", 3), "connection lost"},
      {std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10), "larger than 1000 bytes"},
      {frame_bytes({Frame::ping, std::string(126, 'x')}), "connection lost"},
  };
  for (const auto& [bytes, why] : cases) {
    say(bytes);
    const std::string message = failure();
    EXPECT_THAT(message, HasSubstr(why));
    EXPECT_THAT(message, Not(HasSubstr("link")));
  }
}

TEST_F(WebSocketTest, AnAbruptEndIsToldAsSuch) {
  serve([](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    peer->reset();
    co_return;
  });
  EXPECT_THAT(failure(), HasSubstr("connection lost"));
  serve([](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->send(std::string("\x81\x05hel", 5));
    peer->close();
  });
  EXPECT_THAT(failure(), HasSubstr("connection lost"));
}

TEST_F(WebSocketTest, PingsAreAnsweredThoughNobodyReads) {
  bool answered = false;
  serve([&answered](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->send(frame_bytes({Frame::ping, "x1"}));
    const Frame frame = co_await test::read_frame(peer);
    answered = frame.opcode == Frame::pong && frame.payload == "x1";
    co_await peer->wait_for_close();
  });
  std::unique_ptr<WebSocket> socket;
  const auto open = [](Client& client, WebSocketRequest request,
                       std::unique_ptr<WebSocket>& into) -> async::Awaitable<> {
    into = co_await client.open_websocket(std::move(request));
  };
  test::run(loop_, open(*client_, request_, socket));
  EXPECT_TRUE(test::run_until(loop_, [&] { return answered; }));
}

TEST_F(WebSocketTest, AHalfOpenPeerIsNoticed) {
  request_.ping_after = 100ms;
  int pings = 0;
  serve([&pings](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    for (;;) {
      const Frame frame = co_await test::read_frame(peer);
      pings += frame.opcode == Frame::ping ? 1 : 0;
    }
  });
  EXPECT_THAT(failure(), HasSubstr("no sign of life"));
  EXPECT_EQ(pings, 1);
}

TEST_F(WebSocketTest, APeerThatAnswersPingsLives) {
  request_.ping_after = 50ms;
  int pings = 0;
  serve([&pings](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    while (pings < 5) {
      Frame frame = co_await test::read_frame(peer);
      ++pings;
      frame.opcode = Frame::pong;
      co_await peer->send(frame_bytes(frame));
    }
    co_await peer->send(frame_bytes({Frame::text, "still here"}));
    co_await peer->wait_for_close();
  });
  EXPECT_THAT(read(1).messages, ElementsAre("still here"));
}

TEST_F(WebSocketTest, APeerThatDoesNotReadIsGivenUp) {
  request_.write_timeout = 200ms;
  serve([](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    for (;;) {  // talks, so that it is no silent one, and never reads
      co_await peer->send(frame_bytes({Frame::pong, ""}));
      co_await async::sleep_for(50ms);
    }
  });
  std::vector<std::string> answers;
  try {
    test::run(loop_, talk_and_close(*client_, request_, {std::string(64u << 20, 'x')}, answers));
    ADD_FAILURE();
  } catch (const NetError& e) {
    EXPECT_THAT(e.what(), HasSubstr("does not read"));
    EXPECT_EQ(e.phase(), Phase::after_request);
  }
}

TEST_F(WebSocketTest, ARefusedUpgradeIsNamed) {
  server_.emplace(loop_, test::answering([](const test::HttpRequest&) { return test::http_answer(403, {}, "no"); }));
  request_.url = "ws://127.0.0.1:" + std::to_string(server_->port()) + "/secret-ticket";
  const std::string message = failure(Phase::before_request);
  EXPECT_THAT(message, HasSubstr("HTTP 403"));
  EXPECT_THAT(message, Not(HasSubstr("secret-ticket")));
  // An answer to another key.
  server_.emplace(loop_, test::answering([](const test::HttpRequest& request) {
                    test::HttpRequest other = request;
                    other.headers["sec-websocket-key"] = "AAAAAAAAAAAAAAAAAAAAAA==";
                    return test::websocket_answer(other);
                  }));
  request_.url = "ws://127.0.0.1:" + std::to_string(server_->port()) + "/";
  EXPECT_NE(failure(Phase::before_request), "");
}

TEST_F(WebSocketTest, NobodyThere) {
  request_.connect_timeout = 200ms;
  request_.url = "ws://127.0.0.1:" + std::to_string(test::closed_port()) + "/";
  EXPECT_NE(failure(Phase::before_request), "");
  const test::SilentPort silent(loop_);
  request_.url = "ws://127.0.0.1:" + std::to_string(silent.port()) + "/";
  EXPECT_NE(failure(Phase::before_request), "");
  server_.emplace(loop_, [](std::shared_ptr<Peer> peer) { return peer->wait_for_close(); });
  request_.url = "ws://127.0.0.1:" + std::to_string(server_->port()) + "/";
  EXPECT_THAT(failure(Phase::before_request), HasSubstr("within its time"));
  request_.url = "http://127.0.0.1/";
  EXPECT_THAT(failure(Phase::before_request), HasSubstr("not a ws or wss URL"));
}

TEST_F(WebSocketTest, AClosingPeerThatDoesNotAnswerIsLeft) {
  say(frame_bytes({Frame::text, "one"}));  // reads, but never closes by itself
  Heard heard;
  const auto body = [](Client& client, WebSocketRequest request, Heard& into) -> async::Awaitable<> {
    const std::unique_ptr<WebSocket> socket = co_await client.open_websocket(std::move(request));
    co_await async::finally(read_all(*socket, 1, into), socket->close(100ms));
  };
  const auto begin = std::chrono::steady_clock::now();
  test::run(loop_, body(*client_, request_, heard));
  EXPECT_THAT(heard.messages, ElementsAre("one"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(WebSocketTest, CancelledWhileReadingItStillClosesPolitely) {
  serve_echo();
  Heard heard;
  test::Started started(loop_, read_into(*client_, request_, 1, heard));
  ASSERT_TRUE(test::run_until(loop_, [&] { return !requests_.empty(); }));
  loop_.poll();
  started.cancel(cancellation_type::total);
  ASSERT_TRUE(test::run_until(loop_, [&] { return started.ended(); }));
  EXPECT_TRUE(started.was_cancelled());
  ASSERT_EQ(frames_.size(), 1u);
  EXPECT_EQ(frames_[0].opcode, Frame::close);
}

TEST_F(WebSocketTest, CancelledWhileOpeningItEndsAtOnce) {
  int connections = 0;
  for (const auto type : {cancellation_type::total, cancellation_type::terminal}) {
    server_.emplace(loop_, [&connections](std::shared_ptr<Peer> peer) {
      ++connections;
      return peer->wait_for_close();
    });
    request_.url = "ws://127.0.0.1:" + std::to_string(server_->port()) + "/";
    Heard heard;
    const int before = connections;
    test::Started started(loop_, read_into(*client_, request_, 1, heard));
    ASSERT_TRUE(test::run_until(loop_, [&] { return connections > before; }));
    started.cancel(type);
    ASSERT_TRUE(test::run_until(loop_, [&] { return started.ended(); }));
    EXPECT_TRUE(started.was_cancelled());
  }
}

TEST_F(WebSocketTest, AReadThatTimesOutLeavesTheConnectionWhole) {
  serve_echo();
  std::vector<std::string> answers;
  const auto body = [](Client& client, WebSocketRequest request, std::vector<std::string>& into) -> async::Awaitable<> {
    const std::unique_ptr<WebSocket> socket = co_await client.open_websocket(std::move(request));
    Heard nothing;
    bool timed_out = false;
    try {
      co_await async::with_timeout(20ms, "silence", read_all(*socket, 1, nothing));
    } catch (const async::TimedOut&) {
      timed_out = true;
    }
    EXPECT_TRUE(timed_out);
    std::vector<std::string> words{"after all"};
    co_await async::finally(talk(*socket, std::move(words), into), socket->close(5s));
  };
  test::run(loop_, body(*client_, request_, answers));
  EXPECT_THAT(answers, ElementsAre("after all"));
}

class WebSocketTlsTest : public WebSocketTest {
 protected:
  WebSocketTlsTest() { ::setenv("SSL_CERT_FILE", file_.path().c_str(), 1); }
  ~WebSocketTlsTest() override { ::unsetenv("SSL_CERT_FILE"); }
  test::Authority authority_{"Test authority"}, stranger_{"Stranger"};
  test::TemporaryFile file_{authority_.pem()};
};

TEST_F(WebSocketTlsTest, ARightCertificateIsBelieved) {
  asio::ssl::context tls = test::server_tls(authority_.issue("127.0.0.1"));
  serve_echo(&tls);
  std::vector<std::string> answers;
  test::run(loop_, talk_and_close(*client_, request_, {"in secret"}, answers));
  EXPECT_THAT(answers, ElementsAre("in secret"));
  EXPECT_EQ(frames_.back().opcode, Frame::close);
}

TEST_F(WebSocketTlsTest, AWrongOneIsNot) {
  const std::pair<test::Certificate, const char*> cases[] = {
      {stranger_.issue("127.0.0.1"), "TLS: "},
      {authority_.issue("127.0.0.2"), "TLS: IP address mismatch"},
      {authority_.issue("127.0.0.1", -48, -24), "TLS: certificate has expired"},
  };
  for (const auto& [certificate, why] : cases) {
    asio::ssl::context tls = test::server_tls(certificate);
    serve_echo(&tls);
    EXPECT_THAT(failure(Phase::before_request), HasSubstr(why));
    EXPECT_THAT(requests_, IsEmpty());
  }
}

TEST_F(WebSocketTlsTest, TheHostNameIsAskedForAndChecked) {
  asio::ssl::context tls = test::server_tls(authority_.issue("localhost"));
  serve_echo(&tls);
  std::vector<std::string> answers;
  WebSocketRequest request = request_;
  request.url = "wss://localhost:" + std::to_string(server_->port()) + "/";
  test::run(loop_, talk_and_close(*client_, request, {"x"}, answers));
  EXPECT_THAT(answers, ElementsAre("x"));
  EXPECT_THAT(failure(Phase::before_request), HasSubstr("TLS: "));  // by its address
}

}  // namespace
}  // namespace paperboy::net
