#include "integrations/matrix/account.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/net/url.hpp"

namespace paperboy::integrations::matrix {
namespace {

namespace json = boost::json;

constexpr char channel[] = "matrix";
constexpr char memory_key[] = "session";
constexpr std::size_t device_bytes = 5;

flow::Outcome account_outcome(std::string code, std::string detail) {
  flow::Outcome outcome;
  outcome.kind = flow::Outcome::Class::not_sent;
  outcome.code = std::move(code);
  outcome.detail = std::move(detail);
  outcome.whole_provider = true;
  return outcome;
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

// What is remembered of the account. Of a configured token no more than its hash.
struct Account::Kept {
  std::string user, device, token, token_hash;
  Time since{};
};

async::Awaitable<Account::Kept> Account::recall() {
  const std::string text = co_await tools_.channel_memory.recall(channel, memory_key);
  Kept kept;
  kept.user = text_at(text, "user");
  if (kept.user != settings_.user) co_return Kept();
  kept.device = text_at(text, "device");
  kept.token = text_at(text, "token");
  kept.token_hash = text_at(text, "token_hash");
  const json::value value = json::parse(text);
  if (const json::value* since = value.as_object().if_contains("since"); since != nullptr && since->is_int64()) {
    kept.since = from_epoch_ms(since->get_int64());
  }
  co_return kept;
}

async::Awaitable<> Account::keep(Kept kept) {
  const json::object object{{"user", settings_.user},
                            {"device", kept.device},
                            {"token", kept.token},
                            {"token_hash", kept.token_hash},
                            {"since", to_epoch_ms(kept.since)}};
  co_await tools_.channel_memory.keep(channel, memory_key, json::serialize(object));
}

async::Awaitable<std::string> Account::discover() {
  if (!settings_.homeserver.empty()) co_return without_slash(settings_.homeserver);
  const std::string server = settings_.user.substr(settings_.user.find(':') + 1);
  net::Request request;
  request.url = "https://" + server + "/.well-known/matrix/client";
  request.timeout = request_timeout;
  request.max_redirects = 5;  // the specification asks to follow them; no token goes with it
  const Reply reply = co_await fetch(tools_, std::move(request));
  Asked asked;
  asked.step = Step::discover;
  if (reply.status == 0 || reply.status == 429 || reply.status >= 500) throw Failed(reply, asked);
  std::string base;
  if (reply.ok()) {
    const json::value value = json::parse(reply.body);
    const json::value* homeserver = value.get_object().if_contains("m.homeserver");
    if (homeserver != nullptr) base = without_slash(text_at(json::serialize(*homeserver), "base_url"));
  }
  // Who answers there must not lead the password or the token onto the open wire.
  if (!net::fault_of_secret_url(base, "").empty()) {
    throw Failed(account_outcome(std::to_string(reply.status),
                                 "https://" + server +
                                     "/.well-known/matrix/client names no homeserver at an https:// address; set "
                                     "channels.matrix.homeserver to it"));
  }
  co_return base;
}

async::Awaitable<Session> Account::session() {
  if (session_) co_return *session_;
  std::string base = co_await discover();
  Session session;
  if (settings_.password.empty()) {
    session = co_await with_token(std::move(base));
  } else {
    session = co_await with_password(std::move(base));
  }
  session_ = session;
  co_return session;
}

async::Awaitable<Session> Account::with_token(std::string base) {
  Asked asked;
  asked.step = Step::sign_in;
  asked.user = settings_.user;
  const Reply reply = co_await ask(tools_, "GET", base, "/v3/account/whoami", "", settings_.token, request_timeout);
  if (!reply.ok()) throw Failed(reply, asked);
  const std::string owner = text_at(reply.body, "user_id");
  if (owner != settings_.user) {
    throw Failed(account_outcome("whoami", "the access token belongs to '" + text::ellipsize(owner, 255) +
                                               "', but channels.matrix.user is " + settings_.user));
  }
  Session session;
  session.base = std::move(base);
  session.token = settings_.token;
  session.device = text_at(reply.body, "device_id");
  Kept kept = co_await recall();
  const std::string token_hash = hash_of({"matrix token", settings_.token.reveal()});
  const bool same = kept.device == session.device && kept.token_hash == token_hash;
  if (!same) {
    kept.device = session.device;
    kept.token.clear();
    kept.token_hash = token_hash;
    kept.since = tools_.clock.now();
    co_await keep(kept);
  }
  // A token without a device (some administrators' tools make such): transactions are known to nobody.
  session.since = session.device.empty() ? Time::max() : kept.since;
  co_return session;
}

async::Awaitable<Session> Account::with_password(std::string base) {
  Kept kept = co_await recall();
  Session session;
  session.base = std::move(base);
  if (kept.device.empty() || !kept.token_hash.empty()) {
    kept = Kept();
    kept.device = "PAPERBOY" + random_hex(device_bytes);
    kept.since = tools_.clock.now();
    co_await keep(kept);
  }
  if (kept.token.empty()) {
    const json::object body{{"type", "m.login.password"},
                            {"identifier", json::object{{"type", "m.id.user"}, {"user", settings_.user}}},
                            {"password", settings_.password.reveal()},
                            {"device_id", kept.device},
                            {"initial_device_display_name", "Paperboy"}};
    Asked asked;
    asked.step = Step::sign_in;
    asked.user = settings_.user;
    const Reply reply =
        co_await ask(tools_, "POST", session.base, "/v3/login", json::serialize(body), Secret(), request_timeout);
    if (!reply.ok()) throw Failed(reply, asked);
    kept.token = text_at(reply.body, "access_token");
    const std::string owner = text_at(reply.body, "user_id"), device = text_at(reply.body, "device_id");
    if (kept.token.empty() || owner != settings_.user) {
      throw Failed(account_outcome(
          "login", "the homeserver signed in '" + text::ellipsize(owner, 255) + "' instead of " + settings_.user));
    }
    if (device != kept.device) {  // not what was asked for, but what counts
      kept.device = device;
      kept.since = tools_.clock.now();
    }
    co_await keep(kept);
    log::info("signed in", {{"component", "matrix"}, {"user", settings_.user}, {"device", kept.device}});
  }
  session.token = Secret(kept.token);
  session.device = kept.device;
  session.since = kept.since;
  co_return session;
}

async::Awaitable<> Account::signed_out(Session session, bool soft) {
  if (!session_ || session_->token != session.token) co_return;  // somebody has seen to it
  session_.reset();
  if (settings_.password.empty()) co_return;
  Kept kept = co_await recall();
  kept.token.clear();
  if (!soft) kept.since = tools_.clock.now();
  co_await keep(std::move(kept));
}

}  // namespace paperboy::integrations::matrix
