#include <boost/json/serialize.hpp>
#include <chrono>

#include "daemon/async/together.hpp"
#include "daemon/base/backoff.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "integrations/slack/listen.hpp"

namespace paperboy::integrations::slack {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t connections = 2;
constexpr Duration close_limit = 5s;
constexpr Duration glance = 200ms;    // how often a link that should go looks whether it may
constexpr Duration short_life = 30s;  // a link that lived less is no reason to come back at once

constexpr std::size_t max_frame = 1u << 20;

// Nothing but another token helps; any other Error is worth another try.
class TokenRefused : public Error {
 public:
  using Error::Error;
};

// Sets a flag for as long as it lives.
class Raised {
 public:
  explicit Raised(bool& flag) : flag_(flag) { flag_ = true; }
  ~Raised() { flag_ = false; }
  Raised(const Raised&) = delete;

 private:
  bool& flag_;
};

async::Awaitable<> read_into(net::WebSocket& socket, std::string& text) {
  text = co_await socket.read();
}

}  // namespace

void Complaints::say(const std::string& why) {
  if (why == said_) return;
  said_ = why;
  log::warn("Slack cannot be heard; this is tried again", {{"component", "slack"}, {"err", why}});
}

void Complaints::well() {
  if (!said_.empty()) log::info("Slack is heard again", {{"component", "slack"}});
  said_.clear();
}

SocketMode::SocketMode(const Settings& settings, WebApi& api, net::Client& client, Self self, Take take,
                       Refused refused)
    : settings_(settings),
      api_(api),
      client_(client),
      self_(std::move(self)),
      take_(std::move(take)),
      refused_(std::move(refused)),
      links_(connections) {}

async::Awaitable<> SocketMode::run() {
  std::vector<async::Awaitable<>> works;
  for (std::size_t i = 0; i < links_.size(); ++i) works.push_back(keep(i));
  co_await async::together(std::move(works));
}

async::Awaitable<> SocketMode::keep(std::size_t number) {
  Link& link = links_[number];
  for (;;) {
    const auto begin = std::chrono::steady_clock::now();
    link.leaving = false;
    link.at_least = Duration{};
    std::string why;
    try {
      co_await connect(number);
    } catch (const TokenRefused&) {
      throw;
    } catch (const Error& error) {
      why = error.what();
    }
    const bool lived = std::chrono::steady_clock::now() - begin > short_life;
    if (lived) link.failures = 0;
    if (!why.empty() && !link.leaving) complaints_.say(why);
    const bool at_once = link.leaving && lived && link.at_least == Duration{};
    if (at_once) continue;
    const Duration pause = backoff(settings_.first_wait, settings_.longest_wait, ++link.failures);
    const Duration wait = std::max(pause, link.at_least);
    co_await async::sleep_for(wait);
  }
}

async::Awaitable<> SocketMode::connect(std::size_t number) {
  net::WebSocketRequest request;
  request.url = co_await new_url(links_[number]);
  request.ping_after = settings_.ping_after;
  request.max_message = max_frame;
  const std::unique_ptr<net::WebSocket> socket = co_await client_.open_websocket(std::move(request));
  co_await async::finally(serve(number, *socket), socket->close(close_limit));
}

async::Awaitable<std::string> SocketMode::new_url(Link& link) {
  const Answer answer = co_await api_.call(settings_.app_token, "apps.connections.open", form_type, "", Step::prepare,
                                           settings_.look_timeout);
  if (answer.lost) throw Error(answer.lost->detail);
  const std::string url = text_at(answer.body(), "url");
  const bool expected = url.starts_with("wss://") || settings_.api_url.starts_with("http://");
  if (answer.reply.ok && !url.empty() && expected) co_return url;
  for (const char* refusal :
       {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "user_removed_from_team",
        "team_disabled", "not_allowed_token_type", "missing_scope", "no_permission"}) {
    if (answer.reply.error != refusal) continue;
    throw TokenRefused(
        "Slack refuses the app token (" + answer.reply.error +
        "): make one with the scope connections:write under Basic Information, App-Level Tokens, put it into "
        "channels.slack.app_token, and reload");
  }
  if (answer.reply.ok) throw Error("apps.connections.open gave no address of a WebSocket");
  const flow::Outcome outcome = outcome_of(answer.reply, Step::prepare);
  link.at_least = outcome.retry_after.value_or(Duration{});
  throw Error("Slack answers apps.connections.open with " + outcome.code);
}

async::Awaitable<> SocketMode::serve(std::size_t number, net::WebSocket& socket) {
  co_await async::with_timeout(settings_.hello_timeout, "Slack opens the connection and says no hello",
                               await_hello(socket));
  complaints_.well();
  const Raised up(links_[number].up);
  co_await hear(number, socket);
}

async::Awaitable<> SocketMode::await_hello(net::WebSocket& socket) {
  const std::string text = co_await socket.read();
  const Frame frame = read_frame(text, self_);
  if (frame.kind == Frame::Kind::disconnect) throw Error("Slack wants no connection: " + frame.reason);
  if (frame.kind != Frame::Kind::hello) throw Error("Slack's first words are no hello");
  const bool crowded = frame.connections > static_cast<std::int64_t>(connections);
  if (crowded && !crowded_) {
    log::warn(
        "Slack counts more connections of this app than are open here: dead ones, or another program with this app "
        "token, which hears a part of what is said",
        {{"component", "slack"}, {"connections", frame.connections}});
  }
  crowded_ = crowded;
}

bool SocketMode::may_leave(std::size_t number) const {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    // Of two that should go the first goes first, and the other when it is back.
    if (i != number && links_[i].up && (!links_[i].leaving || number < i)) return true;
  }
  return false;
}

async::Awaitable<> SocketMode::hear(std::size_t number, net::WebSocket& socket) {
  Link& link = links_[number];
  while (!link.leaving || !may_leave(number)) {
    std::string text;
    if (!link.leaving) {
      text = co_await socket.read();
    } else {
      try {
        co_await async::with_timeout(glance, "nothing new", read_into(socket, text));
      } catch (const async::TimedOut&) {
        continue;
      }
    }
    Frame frame = read_frame(text, self_);
    if (frame.kind == Frame::Kind::junk) refused_("malformed");
    if (frame.kind == Frame::Kind::disconnect) disconnect(link, frame.reason);
    if (frame.kind == Frame::Kind::envelope) co_await async::shielded(handle(socket, std::move(frame)));
  }
}

void SocketMode::disconnect(Link& link, const std::string& reason) {
  if (reason == "link_disabled") {
    link.at_least = settings_.disabled_wait;
    throw Error("Socket Mode is switched off for the app: switch it on under Settings, Socket Mode");
  }
  if (reason == "too_many_websockets") {
    link.at_least = settings_.crowded_wait;
    throw Error("the app has more WebSockets open than Slack allows");
  }
  link.leaving = true;  // warning, refresh_requested, and whatever else there will be
}

async::Awaitable<> SocketMode::handle(net::WebSocket& socket, Frame frame) {
  bool taken = frame.events.empty();
  if (!taken) {
    try {
      co_await take_(std::move(frame.events));
      taken = true;
    } catch (const Error& error) {  // not acknowledged: events come again
      complaints_.say(error.what());
    }
  }
  if (!taken) co_return;
  std::string words = acknowledgement(frame.envelope_id);
  co_await socket.write(std::move(words));
}

}  // namespace paperboy::integrations::slack
