#pragma once
// How Slack is heard: by Socket Mode, where we call and need no address, or by HTTP, where Slack calls. Internal to
// this integration.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/async/timing.hpp"
#include "daemon/base/clock.hpp"
#include "integrations/slack/events.hpp"
#include "integrations/slack/slack.hpp"
#include "integrations/slack/web_api.hpp"

namespace paperboy::integrations::slack {

// Commits events; throws what flow::Inbox::take does.
using Take = std::function<async::Awaitable<>(std::vector<flow::Event>)>;
using Refused = std::function<void(std::string_view reason)>;

// What went wrong last, said once until it is well again.
class Complaints {
 public:
  void say(const std::string& why);
  void well();

 private:
  std::string said_;
};

// Socket Mode (docs.slack.dev "Using Socket Mode"): two connections, so that Slack can have one replaced while the
// other hears. An envelope is acknowledged when its events are committed.
class SocketMode {
 public:
  // Everything outlives it.
  SocketMode(const Settings& settings, WebApi& api, net::Client& client, Self self, Take take, Refused refused);
  // Until cancelled. Throws Error if Slack refuses the app token.
  async::Awaitable<> run();

 private:
  struct Link {
    int failures = 0;  // to connect, in a row
    bool up = false, leaving = false;
    Duration at_least{};  // of the wait before the next connection
  };
  async::Awaitable<> keep(std::size_t number);
  async::Awaitable<> connect(std::size_t number);
  async::Awaitable<std::string> new_url(Link& link);
  async::Awaitable<> serve(std::size_t number, net::WebSocket& socket);
  async::Awaitable<> hear(std::size_t number, net::WebSocket& socket);
  async::Awaitable<> await_hello(net::WebSocket& socket);
  async::Awaitable<> handle(net::WebSocket& socket, Frame frame);
  void disconnect(Link& link, const std::string& reason);
  bool may_leave(std::size_t number) const;

  const Settings& settings_;
  WebApi& api_;
  net::Client& client_;
  Self self_;
  Take take_;
  Refused refused_;
  std::vector<Link> links_;
  Complaints complaints_;
  bool crowded_ = false;  // it was said that others listen with this token
};

// The Events API, slash commands and interactivity over HTTP (docs.slack.dev "Verifying requests from Slack").
class HttpMode : public std::enable_shared_from_this<HttpMode> {
 public:
  HttpMode(Secret signing_secret, Self self, const Clock& clock, Take take, Refused refused)
      : secret_(std::move(signing_secret)),
        self_(std::move(self)),
        clock_(clock),
        take_(std::move(take)),
        refused_(std::move(refused)) {}
  // Is in `hooks` as "slack" until cancelled, and ends when all that came is answered.
  async::Awaitable<> run(Hooks& hooks);
  async::Awaitable<net::ServerResponse> answer(net::ServerRequest request);

 private:
  async::Awaitable<net::ServerResponse> take(net::ServerRequest request);
  async::Awaitable<> drain(Hooks& hooks);
  // 0, or the status of a refusal, which was counted.
  int check(const net::ServerRequest& request, std::string& signature);
  int refuse(int status, std::string_view reason) const {
    refused_(reason);
    return status;
  }

  Secret secret_;
  Self self_;
  const Clock& clock_;
  Take take_;
  Refused refused_;
  std::map<std::string, Time> seen_;  // signatures, and when they are too old to be accepted again
  int busy_ = 0;
};

}  // namespace paperboy::integrations::slack
