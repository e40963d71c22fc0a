#include <algorithm>

#include "daemon/async/together.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "integrations/slack/listen.hpp"

namespace paperboy::integrations::slack {
namespace {

using namespace std::chrono_literals;

constexpr Duration most_apart = 300s;  // Slack's clock and ours, and the age of a request
constexpr std::size_t max_body = 1u << 20;
constexpr std::string_view hook_name = "slack";

std::string header(const net::ServerRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

net::ServerResponse plain(int status, std::string body = "") {
  net::ServerResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

async::Awaitable<> wait_for_ever() {
  for (;;) co_await async::sleep_for(24h);
}

}  // namespace

async::Awaitable<> HttpMode::run(Hooks& hooks) {
  const auto self = shared_from_this();
  hooks[std::string(hook_name)] = [self](net::ServerRequest request) { return self->answer(std::move(request)); };
  co_await async::finally(wait_for_ever(), drain(hooks));
}

async::Awaitable<> HttpMode::drain(Hooks& hooks) {
  hooks.erase(std::string(hook_name));
  while (busy_ > 0) co_await async::sleep_for(10ms);
}

int HttpMode::check(const net::ServerRequest& request, std::string& signature) {
  if (request.body.size() > max_body) return refuse(413, "oversized");
  const std::string written = header(request, "x-slack-request-timestamp");
  signature = header(request, "x-slack-signature");
  const bool number = !written.empty() && written.size() <= 11 &&
                      std::all_of(written.begin(), written.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number || signature.empty()) return refuse(401, "unsigned");
  const std::string expected = "v0=" + hmac_sha256_hex(secret_.reveal(), "v0:" + written + ":" + request.body);
  if (!equal_secrets(signature, expected)) return refuse(401, "forged");
  const Time now = clock_.now(), at{std::chrono::seconds(std::stoll(written))};
  if (at < now - most_apart || at > now + most_apart) return refuse(401, "stale");
  std::erase_if(seen_, [&](const auto& entry) { return entry.second < now; });
  if (seen_.contains(signature)) return refuse(401, "replayed");
  seen_[signature] = at + most_apart;
  return 0;
}

async::Awaitable<net::ServerResponse> HttpMode::answer(net::ServerRequest request) {
  const auto self = shared_from_this();
  struct Busy {
    explicit Busy(int& n) : count(n) { ++count; }
    ~Busy() { --count; }
    int& count;
  } busy(busy_);
  net::ServerResponse response = co_await take(std::move(request));
  co_return response;
}

async::Awaitable<net::ServerResponse> HttpMode::take(net::ServerRequest request) {
  std::string signature;
  const int refusal = check(request, signature);
  if (refusal != 0) co_return plain(refusal);
  Posted posted = read_post(header(request, "content-type"), request.body, self_);
  if (posted.kind == Posted::Kind::junk) co_return plain(refuse(400, "malformed"));
  if (posted.kind == Posted::Kind::challenge) co_return plain(200, std::move(posted.challenge));
  try {
    if (!posted.events.empty()) co_await take_(std::move(posted.events));
    co_return plain(200);
  } catch (const Error& error) {
    log::warn("what Slack said could not be kept; it is said again", {{"component", "slack"}, {"err", error.what()}});
  }
  seen_.erase(signature);
  co_return plain(503);
}

}  // namespace paperboy::integrations::slack
