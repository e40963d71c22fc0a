#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/net/http_fixture.hpp"

namespace paperboy::net {
namespace {

using std::chrono::steady_clock;
using test::answering;
using test::http_answer;
using test::HttpRequest;
using test::Peer;
using test::ScriptedServer;
using testing::HasSubstr;
using namespace std::chrono_literals;

// --- redirects

struct Redirect {
  int status;
  const char* method;
  const char* then;
};

class HttpRedirectTest : public HttpTest, public testing::WithParamInterface<Redirect> {};

TEST_P(HttpRedirectTest, ChangesTheMethodAsTheStatusSays) {
  std::vector<std::string> seen;
  ScriptedServer server(loop_, answering([&](const HttpRequest& request) {
                          seen.push_back(request.method + " " + request.target + " " + request.body);
                          if (request.target == "/to?x=1") return http_answer(200, {}, "there");
                          return http_answer(GetParam().status, {"Location: ../to?x=1"}, "moved");
                        }));
  Request request = get(server.url("/a/from"));
  request.method = GetParam().method;
  if (request.method == "POST") request.body = "data";
  request.max_redirects = 1;
  const Outcome outcome = fetch(std::move(request));
  ASSERT_TRUE(outcome.response) << outcome.message;
  EXPECT_EQ(outcome.response->status, 200);
  EXPECT_EQ(outcome.response->url, server.url("/to?x=1"));
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1], GetParam().then);
}

INSTANTIATE_TEST_SUITE_P(Http, HttpRedirectTest,
                         testing::Values(Redirect{301, "GET", "GET /to?x=1 "}, Redirect{302, "GET", "GET /to?x=1 "},
                                         Redirect{307, "GET", "GET /to?x=1 "}, Redirect{308, "GET", "GET /to?x=1 "},
                                         Redirect{301, "POST", "GET /to?x=1 "}, Redirect{302, "POST", "GET /to?x=1 "},
                                         Redirect{303, "POST", "GET /to?x=1 "},
                                         Redirect{307, "POST", "POST /to?x=1 data"},
                                         Redirect{308, "POST", "POST /to?x=1 data"}),
                         [](const auto& info) { return info.param.method + std::to_string(info.param.status); });

TEST_F(HttpTest, FollowsNoRedirectUnlessAskedTo) {
  ScriptedServer server(loop_,
                        answering([](const HttpRequest&) { return http_answer(302, {"Location: /else"}, "moved"); }));
  const Outcome outcome = fetch(get(server.url("/")));
  ASSERT_TRUE(outcome.response);
  EXPECT_EQ(outcome.response->status, 302);
  EXPECT_EQ(outcome.response->header("location"), "/else");
  EXPECT_EQ(outcome.response->body, "moved");
}

TEST_F(HttpTest, ARedirectThatLeadsNowhereIsAnAnswer) {
  int status = 304;
  ScriptedServer server(loop_, answering([&](const HttpRequest&) {
                          return status == 304 ? std::string("HTTP/1.1 304 Not Modified\r\nLocation: /x\r\n\r\n")
                                               : http_answer(302, {}, "no Location");
                        }));
  for (const int each : {304, 302}) {
    status = each;
    Request request = get(server.url("/"));
    request.max_redirects = 5;
    const Outcome outcome = fetch(std::move(request));
    ASSERT_TRUE(outcome.response) << outcome.message;
    EXPECT_EQ(outcome.response->status, each);
  }
}

TEST_F(HttpTest, ALoopOfRedirectsEnds) {
  int requests = 0;
  ScriptedServer server(loop_, answering([&](const HttpRequest&) {
                          ++requests;
                          return http_answer(302, {"Location: /loop"}, "");
                        }));
  Request request = get(server.url("/loop"));
  request.max_redirects = 5;
  EXPECT_THAT(failure(std::move(request), Phase::after_request), HasSubstr("more than 5 redirects"));
  EXPECT_EQ(requests, 6);
}

TEST_F(HttpTest, RedirectsShareOneTimeLimit) {
  ScriptedServer server(loop_, [](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    for (;;) {
      co_await peer->read_request();
      co_await async::sleep_for(40ms);
      co_await peer->send(http_answer(302, {"Location: /loop"}, ""));
    }
  });
  Request request = get(server.url("/loop"));
  request.max_redirects = 1000;
  request.timeout = 200ms;
  const auto begin = steady_clock::now();
  fetch(std::move(request));
  EXPECT_LT(steady_clock::now() - begin, 3s);
}

TEST_F(HttpTest, LeavesHttpForNothing) {
  for (const char* target :
       {"ftp://127.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1:25/_DATA", "javascript:alert(1)"}) {
    ScriptedServer server(loop_, answering([&](const HttpRequest&) {
                            return http_answer(302, {"Location: " + std::string(target)}, "");
                          }));
    Request request = get(server.url("/"));
    request.max_redirects = 5;
    const Outcome outcome = fetch(std::move(request));
    if (outcome.response) {
      EXPECT_EQ(outcome.response->status, 302) << target << ": not taken for a redirect is as good";
    } else {
      EXPECT_EQ(outcome.phase, Phase::after_request) << target;
    }
  }
}

TEST_F(HttpTest, TellsAnotherOriginNoSecrets) {
  HttpRequest seen;
  ScriptedServer other(loop_, answering([&](const HttpRequest& request) {
                         seen = request;
                         return http_answer(200, {}, "");
                       }));
  ScriptedServer server(loop_, answering([&](const HttpRequest& request) {
                          if (request.target == "/same") {
                            seen = request;
                            return http_answer(200, {}, "");
                          }
                          return http_answer(302, {"Location: " + (request.target == "/1" ? "/same" : other.url("/"))},
                                             "");
                        }));
  Request request = get(server.url("/1"));
  request.headers = {
      {"Authorization", "secret"}, {"Cookie", "secret"}, {"X-Api-Key", "secret"}, {"If-None-Match", "\"v\""}};
  request.max_redirects = 1;
  ASSERT_TRUE(fetch(request).response);
  EXPECT_EQ(seen.headers["authorization"], "secret") << "the same origin";
  request.url = server.url("/2");
  ASSERT_TRUE(fetch(request).response);
  EXPECT_EQ(seen.headers["if-none-match"], "\"v\"");
  for (const auto& [name, value] : seen.headers) EXPECT_NE(value, "secret") << name;
}

// --- addresses

TEST_F(HttpTest, ReachesNoPrivateAddressWhenThatIsForbidden) {
  ScriptedServer server(loop_, answering([](const HttpRequest&) { return http_answer(200, {}, "inner secret"); }));
  const std::string port = ":" + std::to_string(server.port());
  for (const char* host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0.0.0.0",
                           "[::ffff:127.0.0.1]", "[::1]", "[::]", "[64:ff9b::7f00:1]", "127.0.0.1."}) {
    Request request = get("http://" + std::string(host) + port + "/");
    request.allow_private_addresses = false;
    request.connect_timeout = 500ms;
    failure(std::move(request), Phase::before_request);
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpTest, GivesNoKeptConnectionToARequestThatMayNotGoThere) {
  int requests = 0;
  ScriptedServer server(loop_, answering([&](const HttpRequest&) {
                          ++requests;
                          return http_answer(200, {}, "x");
                        }));
  Request request = get(server.url("/"));
  ASSERT_TRUE(fetch(request).response);
  request.allow_private_addresses = false;
  EXPECT_THAT(failure(std::move(request), Phase::before_request), HasSubstr("not a public one"));
  EXPECT_EQ(requests, 1);
}

// 127.0.0.2 stands for the private network, 127.0.0.1 for the Internet.
bool all_but_127_0_0_2(std::span<const unsigned char> address) {
  return address.size() != 4 || address[3] != 2;
}

TEST_F(HttpTest, ChecksTheAddressOnEveryHop) {
  client_ = make_curl_client(loop_.get_executor(), "test", &all_but_127_0_0_2);
  ScriptedServer inner(loop_, answering([](const HttpRequest&) { return http_answer(200, {}, "inner secret"); }),
                       "127.0.0.2");
  ScriptedServer outer(
      loop_, answering([&](const HttpRequest&) { return http_answer(302, {"Location: " + inner.url("/")}, ""); }));
  Request request = get(outer.url("/"));
  request.max_redirects = 5;
  request.allow_private_addresses = false;
  failure(request, Phase::before_request);
  EXPECT_EQ(outer.connections(), 1);
  EXPECT_EQ(inner.connections(), 0);
  request.allow_private_addresses = true;
  EXPECT_TRUE(fetch(request).response);
}

}  // namespace
}  // namespace paperboy::net
