#pragma once
// Calls of Slack's Web API. Internal to this integration.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/base/secret.hpp"
#include "daemon/net/client.hpp"
#include "integrations/slack/outcome.hpp"
#include "integrations/slack/wire.hpp"

namespace paperboy::integrations::slack {

// What an exchange came to: an answer, or the outcome of having none.
struct Answer {
  Reply reply;
  std::optional<flow::Outcome> lost;
  std::shared_ptr<const boost::json::object> object;
  const boost::json::object& body() const;  // empty if it is no object
};

class WebApi {
 public:
  // `client` and `clock` outlive it.
  WebApi(std::string url, net::Client& client, const Clock& clock)
      : url_(std::move(url)), client_(client), clock_(clock) {}
  // POST of `body` to `method`. Throws nothing but cancellation.
  async::Awaitable<Answer> call(const Secret& token, std::string method, std::string_view type, std::string body,
                                Step step, Duration timeout);
  // POST to a response_url: no token; the answer is "ok" or, with another status, why not.
  async::Awaitable<Answer> respond(std::string url, std::string body, Duration timeout);

 private:
  async::Awaitable<Answer> post(net::Request request, Step step);
  std::string url_;
  net::Client& client_;
  const Clock& clock_;
};

}  // namespace paperboy::integrations::slack
