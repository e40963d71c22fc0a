#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/daemon/net/http_fixture.hpp"
#include "tests/support/certificates.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using test::Authority;
using test::Certificate;
using test::http_answer;
using test::HttpRequest;
using test::Peer;
using test::ScriptedServer;
using testing::HasSubstr;
using namespace std::chrono_literals;

// The certificates that a client made in its scope trusts.
class Trust {
 public:
  explicit Trust(const std::string& pem) : file_(pem) { ::setenv("SSL_CERT_FILE", file_.path().c_str(), 1); }
  ~Trust() { ::unsetenv("SSL_CERT_FILE"); }
  std::string path() const { return file_.path(); }

 private:
  test::TemporaryFile file_;
};

test::Script https(asio::ssl::context& tls, std::function<std::string(const HttpRequest&)> answer) {
  return [&tls, answer = std::move(answer)](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->start_tls(tls);
    for (;;) {
      const HttpRequest request = co_await peer->read_request();
      co_await peer->send(answer(request));
    }
  };
}

class HttpsTest : public HttpTest {
 protected:
  Request get_https(const ScriptedServer& server, const std::string& path = "/") {
    return get("https://127.0.0.1:" + std::to_string(server.port()) + path);
  }
  Authority authority_{"Test authority"};
  Trust trust_{authority_.pem()};
};

std::string ok(const HttpRequest&) {
  return http_answer(200, {}, "over TLS");
}

TEST_F(HttpsTest, AcceptsACertificateThatIsTrusted) {
  asio::ssl::context tls = test::server_tls(authority_.issue("127.0.0.1"));
  ScriptedServer server(loop_, https(tls, ok));
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = fetch(get_https(server));
    ASSERT_TRUE(outcome.response) << outcome.message;
    EXPECT_EQ(outcome.response->body, "over TLS");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpsTest, RefusesEveryOtherCertificateBeforeTheRequest) {
  const Authority stranger("Stranger");
  const std::vector<std::pair<const char*, Certificate>> bad = {
      {"unknown authority", stranger.issue("127.0.0.1")},
      {"another host", authority_.issue("127.0.0.2")},
      {"another name", authority_.issue("example.org")},
      {"expired", authority_.issue("127.0.0.1", -48, -24)},
      {"not yet valid", authority_.issue("127.0.0.1", 24, 48)}};
  for (const auto& [what, certificate] : bad) {
    bool asked = false;
    asio::ssl::context tls = test::server_tls(certificate);
    ScriptedServer server(loop_, https(tls, [&](const HttpRequest& request) {
                            asked = true;
                            return ok(request);
                          }));
    Request request = get_https(server);
    request.method = "POST";
    request.body = "secret";
    SCOPED_TRACE(what);
    EXPECT_THAT(failure(std::move(request), Phase::before_request), HasSubstr("127.0.0.1"));
    EXPECT_FALSE(asked) << what;
  }
}

TEST_F(HttpsTest, RefusesOldTls) {
  asio::ssl::context tls = test::server_tls(authority_.issue("127.0.0.1"));
  SSL_CTX_set_security_level(tls.native_handle(), 0);
  SSL_CTX_set_max_proto_version(tls.native_handle(), TLS1_1_VERSION);
  ScriptedServer server(loop_, https(tls, ok));
  failure(get_https(server), Phase::before_request);
}

TEST_F(HttpsTest, FailsBeforeTheRequestWhenTheHandshakeIsCutOrHangs) {
  ScriptedServer cutting(loop_, [](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->read_exactly(50);
    peer->close();
  });
  failure(get_https(cutting), Phase::before_request);
  ScriptedServer hanging(loop_, [](std::shared_ptr<Peer> peer) { return peer->wait_for_close(); });
  Request request = get_https(hanging);
  request.connect_timeout = 100ms;
  failure(std::move(request), Phase::before_request);
  ScriptedServer plain(loop_,
                       [](std::shared_ptr<Peer> peer) { return peer->send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  failure(get_https(plain), Phase::before_request);
}

TEST_F(HttpsTest, IsNotLedBackToHttp) {
  ScriptedServer plain(loop_, test::answering([](const HttpRequest&) { return http_answer(200, {}, "in clear"); }));
  asio::ssl::context tls = test::server_tls(authority_.issue("127.0.0.1"));
  ScriptedServer server(
      loop_, https(tls, [&](const HttpRequest&) { return http_answer(302, {"Location: " + plain.url("/")}, ""); }));
  Request request = get_https(server);
  request.max_redirects = 5;
  EXPECT_THAT(failure(std::move(request), Phase::after_request), HasSubstr("https to http"));
  EXPECT_EQ(plain.connections(), 0);
}

}  // namespace
}  // namespace paperboy::net
