#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <thread>

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

// --- the cost of a new connection ----------------------------------------------------------------

std::chrono::microseconds thread_cpu() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto of = [](const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

// A server on a thread of its own, so that its work is not counted.
class Elsewhere {
 public:
  explicit Elsewhere(const Certificate& certificate)
      : tls_(test::server_tls(certificate)),
        server_(loop_, https(tls_, [](const HttpRequest&) { return http_answer(200, {"Connection: close"}, "x"); })),
        thread_([this] { loop_.run(); }) {}
  ~Elsewhere() {
    loop_.stop();
    thread_.join();
  }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(server_.port()) + "/"; }

 private:
  asio::io_context loop_;
  asio::ssl::context tls_;
  ScriptedServer server_;
  std::thread thread_;
};

// As libcurl does by itself: with the CApath of its build.
void fetch_by_plain_libcurl(const std::string& url, const std::string& ca_file, int times) {
  CURLM* multi = curl_multi_init();
  for (int i = 0; i < times; ++i) {
    CURL* easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, +[](char*, std::size_t, std::size_t size, void*) { return size; });
    curl_multi_add_handle(multi, easy);
    for (int running = 1; running > 0;) {
      curl_multi_perform(multi, &running);
      if (running > 0) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    EXPECT_EQ(status, 200);
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
  }
  curl_multi_cleanup(multi);
}

TEST(HttpsCost, ANewConnectionDoesNotParseTheCertificateBundleAgain) {
  if (curl_version_info(CURLVERSION_NOW)->capath == nullptr)
    GTEST_SKIP() << "this libcurl has no default CApath to be slow with";
  Authority authority("Test authority");
  std::string bundle;
  for (int i = 0; i < 140; ++i) bundle += Authority("Bundled authority " + std::to_string(i)).pem();
  const Trust trust(bundle + authority.pem());
  Elsewhere server(authority.issue("127.0.0.1"));
  asio::io_context loop;
  const auto client = make_curl_client(loop.get_executor(), "test");

  constexpr int times = 10;
  const auto fetch_by_client = [&](int n) {
    for (int i = 0; i < n; ++i) {
      Outcome outcome;
      test::run(loop, fetch_into(outcome, *client, get(server.url())));
      ASSERT_TRUE(outcome.response) << outcome.message;
    }
  };
  fetch_by_client(1);  // parses the bundle once
  auto begin = thread_cpu();
  fetch_by_client(times);
  const auto ours = thread_cpu() - begin;
  begin = thread_cpu();
  fetch_by_plain_libcurl(server.url(), trust.path(), times);
  const auto plain = thread_cpu() - begin;
  RecordProperty("ours_us", static_cast<int>(ours.count() / times));
  RecordProperty("plain_us", static_cast<int>(plain.count() / times));
  std::printf("a new TLS connection: %ld us CPU, plain libcurl: %ld us\n", static_cast<long>(ours.count() / times),
              static_cast<long>(plain.count() / times));
  EXPECT_LT(ours * 4, plain);
}

}  // namespace
}  // namespace paperboy::net
