#pragma once
// A client and the outcome of its requests, on the test's own loop.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "daemon/net/curl.hpp"
#include "tests/daemon/net/started.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/scripted_server.hpp"

namespace paperboy::net {

inline Request get(const std::string& url) {
  Request request;
  request.url = url;
  request.timeout = std::chrono::seconds(5);
  return request;
}

inline Request post(const std::string& url, const std::string& body) {
  Request request = get(url);
  request.method = "POST";
  request.body = body;
  return request;
}

// A response, or the failure's phase and message.
struct Outcome {
  std::optional<Response> response;
  std::optional<Phase> phase;
  std::string message;
};

inline async::Awaitable<> fetch_into(Outcome& outcome, Client& client, Request request) {
  try {
    outcome.response = co_await client.fetch(std::move(request));
  } catch (const NetError& e) {
    outcome.phase = e.phase();
    outcome.message = e.what();
  }
}

class HttpTest : public testing::Test {
 protected:
  Outcome fetch(Request request) {
    Outcome outcome;
    test::run(loop_, fetch_into(outcome, *client_, std::move(request)));
    return outcome;
  }
  // Expects a NetError of that phase and returns its message.
  std::string failure(Request request, Phase phase) {
    const Outcome outcome = fetch(std::move(request));
    if (!outcome.phase) {
      ADD_FAILURE() << "status " << outcome.response->status << " instead of a NetError";
      return {};
    }
    EXPECT_EQ(*outcome.phase, phase) << outcome.message;
    return outcome.message;
  }

  boost::asio::io_context loop_;
  std::unique_ptr<Client> client_ = make_curl_client(loop_.get_executor(), "Paperboy/test (+https://example.org)");
};

}  // namespace paperboy::net
