#include "integrations/telegram/listen.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "daemon/async/expendable.hpp"
#include "daemon/async/together.hpp"
#include "daemon/async/turn.hpp"
#include "daemon/base/backoff.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::integrations::telegram {
namespace {

namespace json = boost::json;
using Class = flow::Outcome::Class;

constexpr std::string_view hook_name = "telegram";
constexpr std::string_view secret_header = "x-telegram-bot-api-secret-token";
constexpr int tolerated_conflicts = 5;  // after a crash the poll before may live on until its end
constexpr auto short_timeout = std::chrono::seconds(10);
constexpr std::size_t most_commands = 100, longest_command = 32, longest_help = 256;
// What comes in parallel is taken one by one all the same.
constexpr int most_connections = 4;

// The result of an answer that was good.
json::value result_of(const std::string& body) {
  boost::system::error_code trouble;
  json::value value = json::parse(body, trouble);
  const json::object* answer = trouble ? nullptr : value.if_object();
  const json::value* result = answer == nullptr ? nullptr : answer->if_contains("result");
  return result == nullptr ? json::value() : *result;
}

std::string text_in(const json::value& object, std::string_view name) {
  const json::object* fields = object.if_object();
  const json::value* value = fields == nullptr ? nullptr : fields->if_contains(name);
  return value == nullptr || !value->is_string() ? std::string() : std::string(value->get_string());
}

std::int64_t number_in(const json::value& object, std::string_view name) {
  const json::object* fields = object.if_object();
  const json::value* value = fields == nullptr ? nullptr : fields->if_contains(name);
  return value == nullptr || !value->is_int64() ? 0 : value->get_int64();
}

json::array commands_of(const std::vector<flow::Verb>& verbs) {
  json::array commands;
  for (const flow::Verb& verb : verbs) {
    const bool allowed = !verb.verb.empty() && verb.verb.size() <= longest_command &&
                         verb.verb.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    if (!allowed || verb.help.empty() || commands.size() == most_commands) continue;
    commands.push_back({{"command", verb.verb}, {"description", text::ellipsize(verb.help, longest_help)}});
  }
  return commands;
}

// Stands in a URL behind the token.
bool is_file_path(const std::string& path) {
  return !path.empty() && path[0] != '/' && path.find("..") == std::string::npos &&
         path.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-./") ==
             std::string::npos;
}

std::optional<std::int64_t> update_in(const std::string& position) {
  std::int64_t id = 0;
  const char* end = position.data() + position.size();
  const auto [rest, error] = std::from_chars(position.data(), end, id);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return id;
}

}  // namespace

// Where Telegram's posts come in. Outlives the listening: a request may be under way when that ends.
struct Listener::Desk {
  Listener& listener;
  flow::Inbox& inbox;
  std::string secret;
  bool open = true;           // closed: neither of the two may be touched
  async::Turns turns = {};    // one at a time: what is of one chat stays in order
  std::string nonsense = {};  // hash of the last body that was no update
};

// --- asking

async::Awaitable<Verdict> Listener::ask(std::string method, std::string parameters, std::string& body) {
  Verdict verdict;
  try {
    net::Response response = co_await api_.call(std::move(method), std::move(parameters), short_timeout);
    verdict = verdict_of(response, clock_.now());
    body = std::move(response.body);
  } catch (const net::NetError& error) {
    verdict.outcome = outcome_of(error);
  }
  verdict.outcome.detail = api_.without_token(std::move(verdict.outcome.detail));
  co_return verdict;
}

// Until it is answered well.
async::Awaitable<std::string> Listener::insist(std::string method, std::string parameters) {
  for (;;) {
    std::string body;
    Verdict verdict = co_await ask(method, parameters, body);
    if (verdict.outcome.kind == Class::sent) {
      recovered();
      co_return body;
    }
    co_await wait_after(std::move(verdict));
  }
}

async::Awaitable<> Listener::wait_after(Verdict verdict) {
  const flow::Outcome& outcome = verdict.outcome;
  if (verdict.for_operator) throw Error("Telegram refuses the bot: " + outcome.detail);
  ++failures_;
  const bool conflict = outcome.code == "409";
  if (conflict && ++conflicts_ == tolerated_conflicts) {
    log::error("another program polls Telegram with this bot's token, or sets a webhook; let only one do so",
               {{"component", "telegram"}, {"channel", channel_}, {"err", outcome.detail}});
  } else if (!conflict && failures_ == 1) {
    log::warn("Telegram tells nothing at the moment; it is asked again, at growing intervals",
              {{"component", "telegram"}, {"channel", channel_}, {"err", outcome.detail}});
  }
  const Duration pause = backoff(pace_.first_wait, pace_.longest_wait, failures_);
  const Duration wait = std::max(pause, outcome.retry_after.value_or(Duration::zero()));
  co_await async::sleep_for(wait);
}

void Listener::recovered() {
  if (failures_ > 0 && conflicts_ == 0) {
    log::info("Telegram answers again", {{"component", "telegram"}, {"channel", channel_}, {"attempt", failures_}});
  }
  failures_ = 0;
  if (conflicts_ > 0) --conflicts_;
}

// --- at the beginning

async::Awaitable<> Listener::introduce(flow::Inbox& inbox) {
  while (self_.id == 0) {
    std::string body;
    Verdict verdict = co_await ask("getMe", "{}", body);
    if (verdict.outcome.kind == Class::sent) {
      const json::value me = result_of(body);
      self_.username = text::sanitize(text_in(me, "username"));
      self_.id = number_in(me, "id");
      verdict.outcome.detail = "getMe names nobody";
    }
    if (self_.id == 0) co_await wait_after(std::move(verdict));
  }
  recovered();
  self_.verbs.clear();
  for (const flow::Verb& verb : inbox.verbs("en")) self_.verbs.push_back(verb.verb);
  co_await offer_verbs(inbox);
}

// For completion only: not worth a second try.
async::Awaitable<> Listener::offer_verbs(flow::Inbox& inbox) {
  static constexpr std::array<std::string_view, 2> scopes{"default", "all_group_chats"}, languages{"en", "zh"};
  for (const std::string_view scope : scopes) {
    for (const std::string_view language : languages) {
      json::array commands = commands_of(inbox.verbs(language));
      if (commands.empty()) continue;
      json::object parameters{{"commands", std::move(commands)}, {"scope", json::object{{"type", scope}}}};
      if (language != "en") parameters["language_code"] = language;  // without one: for all other languages
      std::string body;
      const Verdict verdict = co_await ask("setMyCommands", json::serialize(parameters), body);
      if (verdict.outcome.kind == Class::sent) continue;
      log::warn("the bot's commands could not be made known to Telegram; they work all the same",
                {{"component", "telegram"}, {"channel", channel_}, {"err", verdict.outcome.detail}});
      co_return;
    }
  }
}

// --- what comes in

async::Awaitable<> Listener::take(flow::Inbox& inbox, Updates updates, std::optional<std::string> position) {
  for (std::size_t i = 0; i < updates.malformed; ++i) inbox.refused("malformed");
  for (const auto& [from, to] : updates.moves) co_await moves_.remember(from, to);
  std::vector<flow::Event> events;
  for (Heard& heard : updates.heard) {
    if (!heard.file_id.empty() && heard.event.addressed) {
      const bool admitted = co_await inbox.admits(heard.event.account, heard.event.workspace, heard.event.place);
      if (admitted) co_await fetch_file(heard);
    }
    events.push_back(std::move(heard.event));
  }
  co_await inbox.take(std::move(events), std::move(position));
}

async::Awaitable<> Listener::fetch_file(Heard& heard) {
  std::string trouble = "it is larger than what is read, or its path is unusable";
  try {
    std::string body;
    const json::object wanted{{"file_id", heard.file_id}};
    const Verdict verdict = co_await ask("getFile", json::serialize(wanted), body);
    const json::value file = result_of(body);
    const std::string path = text_in(file, "file_path");
    const bool small = number_in(file, "file_size") <= static_cast<std::int64_t>(flow::largest_attachment);
    if (verdict.outcome.kind != Class::sent) {
      trouble = verdict.outcome.detail;
    } else if (small && is_file_path(path)) {
      net::Response response = co_await api_.download(path, flow::largest_attachment);
      trouble = "HTTP " + std::to_string(response.status);
      if (response.status == 200) {
        heard.event.files.push_back({heard.file_name, std::move(response.body)});
        co_return;
      }
    }
  } catch (const net::NetError& error) {
    trouble = error.what();
  }
  log::warn("a file that came with a message could not be read; the message goes without it",
            {{"component", "telegram"}, {"channel", channel_}, {"err", api_.without_token(std::move(trouble))}});
}

// --- long polling

async::Awaitable<> Listener::poll(flow::Inbox& inbox) {
  polled_ = false;
  return async::finally(async::expendable(poll_on(inbox)), confirm(inbox));
}

async::Awaitable<> Listener::poll_on(flow::Inbox& inbox) {
  co_await introduce(inbox);
  co_await insist("deleteWebhook", "{}");
  std::string position;
  bool known = false;  // the position is what the inbox holds
  for (;;) {
    Verdict verdict;
    try {
      if (!known) position = co_await inbox.position();
      known = true;
      verdict = co_await poll_once(inbox, position);
    } catch (const net::NetError& error) {
      verdict.outcome = outcome_of(error);
    } catch (const Error& error) {  // of the store
      known = false;
      verdict.outcome.kind = Class::ambiguous;
      verdict.outcome.detail = error.what();
    }
    if (verdict.outcome.kind == Class::sent) {
      recovered();
      continue;
    }
    const bool webhook = verdict.outcome.code == "409" && verdict.outcome.detail.find("webhook") != std::string::npos;
    co_await wait_after(std::move(verdict));
    if (webhook) co_await insist("deleteWebhook", "{}");
  }
}

// sent: something, or that there is nothing. What there was is committed.
async::Awaitable<Verdict> Listener::poll_once(flow::Inbox& inbox, std::string& position) {
  json::object parameters{{"timeout", std::chrono::duration_cast<std::chrono::seconds>(pace_.poll).count()},
                          {"allowed_updates", json::parse(wanted_updates)}};
  // Ids usually grow, but after a week of silence they begin anew anywhere: they are only ever given back.
  if (const auto last = update_in(position)) parameters["offset"] = *last + 1;
  net::Response response = co_await api_.call("getUpdates", json::serialize(parameters), pace_.poll + pace_.spare);
  std::optional<Updates> updates;
  if (response.status == 200) updates = read_updates(response.body, self_);
  Verdict verdict;
  if (!updates) {
    verdict = verdict_of(response, clock_.now());
    if (verdict.outcome.kind == Class::sent) verdict.outcome.kind = Class::ambiguous;
    verdict.outcome.detail = api_.without_token(std::move(verdict.outcome.detail));
    co_return verdict;
  }
  polled_ = true;
  const std::vector<std::string> callbacks = updates->callbacks;
  std::optional<std::string> next;
  if (updates->last) next = std::to_string(*updates->last);
  if (!next && updates->malformed > 0) {  // nothing that could be confirmed: it would come again at once
    verdict.outcome.kind = Class::ambiguous;
    verdict.outcome.detail = "getUpdates gives what is no update";
  }
  if (next || updates->malformed > 0) co_await take(inbox, std::move(*updates), next);
  if (next) position = *next;
  for (const std::string& id : callbacks) {
    const json::object press{{"callback_query_id", id}};
    std::string ignored;  // too late is no harm
    co_await ask("answerCallbackQuery", json::serialize(press), ignored);
  }
  co_return verdict;
}

// Else the last batch would come again after a restart; harmless, but for nothing.
async::Awaitable<> Listener::confirm(flow::Inbox& inbox) {
  if (!polled_) co_return;
  try {
    const std::string position = co_await inbox.position();
    const auto last = update_in(position);
    if (!last) co_return;
    const json::object parameters{{"offset", *last + 1}, {"limit", 1}, {"timeout", 0}};
    co_await api_.call("getUpdates", json::serialize(parameters), pace_.confirm);
  } catch (const Error&) {
  }
}

// --- webhook

async::Awaitable<> Listener::serve(flow::Inbox& inbox, Hooks& hooks, std::string url) {
  const auto desk = std::make_shared<Desk>(Desk{*this, inbox, api_.derived("telegram webhook")});
  hooks[std::string(hook_name)] = [desk](net::ServerRequest request) { return attend(desk, std::move(request)); };
  return async::finally(async::expendable(serve_on(inbox, std::move(url))), close(desk, hooks));
}

async::Awaitable<> Listener::serve_on(flow::Inbox& inbox, std::string url) {
  co_await introduce(inbox);
  const json::object parameters{{"url", url},
                                {"secret_token", api_.derived("telegram webhook")},
                                {"max_connections", most_connections},
                                {"allowed_updates", json::parse(wanted_updates)}};
  std::int64_t told = 0;  // the newest error that was
  for (;;) {
    co_await insist("setWebhook", json::serialize(parameters));
    for (bool ours = true; ours;) {
      co_await async::sleep_for(pace_.look);
      const std::string body = co_await insist("getWebhookInfo", "{}");
      const json::value info = result_of(body);
      ours = text_in(info, "url") == url;
      const std::int64_t when = number_in(info, "last_error_date");
      if (when <= told) continue;
      told = when;
      log::warn("Telegram could not post to the webhook; what it has to tell waits there for a day",
                {{"component", "telegram"},
                 {"channel", channel_},
                 {"err", text::sanitize(api_.without_token(text_in(info, "last_error_message")))},
                 {"waiting", number_in(info, "pending_update_count")}});
    }
  }
}

async::Awaitable<net::ServerResponse> Listener::attend(std::shared_ptr<Desk> desk, net::ServerRequest request) {
  net::ServerResponse response{503, "text/plain; charset=utf-8", "Not now.\n", {}};
  if (!desk->open) co_return response;
  std::string_view given;
  for (const auto& [name, value] : request.headers) {
    if (name == secret_header) given = value;
  }
  if (!equal_secrets(given, desk->secret)) {
    desk->inbox.refused("secret");
    response.status = 401;
    response.body = "Who are you?\n";
    co_return response;
  }
  async::Turn turn(desk->turns);
  co_await turn.come();
  if (!desk->open) co_return response;
  std::optional<Updates> updates = read_update(request.body, desk->listener.self_);
  if (!updates) {
    desk->inbox.refused("malformed");
    const std::string hash = sha256_hex(request.body);
    response.status = hash == desk->nonsense ? 200 : 400;
    response.body = "This is no update.\n";
    desk->nonsense = hash;
    co_return response;
  }
  const std::vector<std::string> callbacks = updates->callbacks;
  co_await desk->listener.take(desk->inbox, std::move(*updates), std::nullopt);
  response.status = 200;
  response.body = "{}";
  response.content_type = "application/json";
  if (!callbacks.empty()) {  // a call of ours may be the answer
    const json::object call{{"method", "answerCallbackQuery"}, {"callback_query_id", callbacks.front()}};
    response.body = json::serialize(call);
  }
  co_return response;
}

async::Awaitable<> Listener::close(std::shared_ptr<Desk> desk, Hooks& hooks) {
  hooks.erase(std::string(hook_name));
  desk->open = false;
  async::Turn turn(desk->turns);  // who has begun ends first
  co_await turn.come();
}

}  // namespace paperboy::integrations::telegram
