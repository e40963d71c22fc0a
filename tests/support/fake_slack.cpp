#include "tests/support/fake_slack.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <limits>
#include <optional>

#include "daemon/base/text.hpp"

namespace paperboy::test {
namespace {

namespace json = boost::json;

// --- arguments

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool truth_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return false;
  return value->is_bool() ? value->as_bool() : *value == "true" || *value == "1";
}

struct MethodRules {
  std::vector<std::string_view> arguments;
  bool json;               // does it read a JSON body?
  bool app_level = false;  // does it want the app-level token?
};

const std::map<std::string, MethodRules, std::less<>>& rules() {
  static const std::map<std::string, MethodRules, std::less<>> table{
      {"auth.test", {{}, true}},
      {"chat.postMessage",
       {{"channel", "text", "blocks", "mrkdwn", "thread_ts", "unfurl_links", "unfurl_media", "metadata",
         "client_msg_id", "parse", "link_names", "reply_broadcast"},
        true}},
      {"conversations.open", {{"users", "channel", "return_im", "prevent_creation"}, true}},
      {"conversations.history",
       {{"channel", "cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest"}, true}},
      {"conversations.replies",
       {{"channel", "ts", "cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest"}, true}},
      {"users.lookupByEmail", {{"email"}, false}},
      {"apps.connections.open", {{}, true, true}},
      {"chat.update",
       {{"channel", "ts", "text", "blocks", "metadata", "parse", "link_names", "reply_broadcast"}, true}},
  };
  return table;
}

// "1712345678.000200" as microseconds, "1712345678" too; nothing if it is none.
std::optional<std::int64_t> microseconds(const std::string& ts) {
  const std::string seconds = ts.substr(0, ts.find('.'));
  std::string decimals = ts.size() > seconds.size() ? ts.substr(seconds.size() + 1) : "";
  const auto digits = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (seconds.empty() || seconds.size() > 11 || decimals.size() > 6 || !digits(seconds) || !digits(decimals)) return {};
  decimals.resize(6, '0');
  return std::stoll(seconds) * 1'000'000 + std::stoll(decimals);
}

Answer say(const json::object& body) {
  return {.status = 200, .body = json::serialize(body)};
}

}  // namespace

FakeSlack::FakeSlack(boost::asio::io_context& loop, unsigned short port)
    : Provider(loop, port),
      scopes{"chat:write",       "im:write",       "users:read", "users:read.email",
             "channels:history", "groups:history", "im:history"},
      clock([] { return SystemClock().now(); }),
      executor_(loop.get_executor()) {
  conversations_[std::string(papers)] = {.name = "papers", .member = true, .archived = false, .messages = {}};
  conversations_[std::string(random)] = {.name = "random", .member = false, .archived = false, .messages = {}};
  conversations_[std::string(old)] = {.name = "old", .member = true, .archived = true, .messages = {}};
  conversations_[std::string(secret)] = {.name = "", .member = true, .archived = false, .messages = {}};
}

Answer FakeSlack::refuse(std::string error, std::vector<std::string> messages) const {
  json::object body{{"ok", false}, {"error", std::move(error)}};
  if (!messages.empty()) body["response_metadata"] = {{"messages", json::value_from(messages)}};
  return say(body);
}

Answer FakeSlack::need(const std::string& scope) const {
  std::string provided;
  for (const std::string& one : scopes) provided += (provided.empty() ? "" : ",") + one;
  return say({{"ok", false}, {"error", "missing_scope"}, {"needed", scope}, {"provided", provided}});
}

Answer FakeSlack::answer(const HttpRequest& request) {
  static const std::map<std::string, Method, std::less<>> methods{
      {"auth.test", &FakeSlack::auth_test},           {"chat.postMessage", &FakeSlack::post_message},
      {"conversations.open", &FakeSlack::open},       {"conversations.history", &FakeSlack::history},
      {"conversations.replies", &FakeSlack::replies}, {"users.lookupByEmail", &FakeSlack::lookup_by_email},
      {"chat.update", &FakeSlack::update_message},    {"apps.connections.open", &FakeSlack::connections_open},
  };
  if (request.target.starts_with("/commands/")) return respond(request);
  const std::string prefix = "/api/";
  if (!request.target.starts_with(prefix)) return {.status = 404, .body = "<html>", .content_type = "text/html"};
  const std::string name = request.target.substr(prefix.size());
  const auto method = methods.find(name);
  if (method == methods.end()) return refuse("unknown_method");
  const MethodRules& rule = rules().at(name);
  const auto header = [&](const char* key) {
    const auto at = request.headers.find(key);
    return at == request.headers.end() ? std::string() : at->second;
  };
  const std::string authorization = header("authorization");
  if (authorization.empty()) return refuse("not_authed");
  const bool of_app = authorization == "Bearer " + std::string(app_token);
  if (!of_app && authorization != "Bearer " + std::string(token)) return refuse("invalid_auth");
  if (of_app != rule.app_level) return refuse("not_allowed_token_type");
  if (request.method != "POST") return refuse("invalid_post_type");

  json::object arguments;
  const std::string type = header("content-type");
  if (type.starts_with("application/json")) {
    if (!text::iequals_ascii(type, "application/json; charset=utf-8")) return refuse("invalid_charset");
    boost::system::error_code error;
    json::value body = json::parse(request.body, error);
    if (error || !body.is_object()) return refuse("invalid_json");
    if (rule.json) arguments = std::move(body.as_object());  // else Slack does not look at it
  } else if (type.starts_with("application/x-www-form-urlencoded")) {
    for (auto& [key, value] : parse_form(request.body)) {
      const bool nested = key == "blocks" || key == "metadata";
      boost::system::error_code error;
      json::value parsed = nested ? json::parse(value, error) : json::value(value);
      if (error) return refuse(key == "blocks" ? "invalid_blocks_format" : "invalid_metadata_format");
      arguments[key] = std::move(parsed);
    }
  } else if (!request.body.empty()) {
    return refuse("invalid_post_type");
  }
  for (const auto& [key, value] : arguments) {
    if (std::find(rule.arguments.begin(), rule.arguments.end(), std::string_view(key)) == rule.arguments.end()) {
      return refuse("invalid_arguments", {"[ERROR] unknown argument: " + std::string(key)});
    }
  }
  return (this->*method->second)(arguments);
}

Answer FakeSlack::auth_test(const json::object&) {
  return say({{"ok", true},
              {"url", "https://example.slack.com/"},
              {"team", "Example"},
              {"user", "paperboy"},
              {"team_id", team},
              {"user_id", bot_user},
              {"bot_id", bot}});
}

FakeSlack::Conversation* FakeSlack::conversation(const std::string& id, bool by_name) {
  if (const auto at = conversations_.find(id); at != conversations_.end()) return &at->second;
  if (!by_name || id.empty()) return nullptr;
  const std::string name = id.starts_with('#') ? id.substr(1) : id;
  for (auto& [key, one] : conversations_) {
    if (!one.name.empty() && one.name == name) return &one;
  }
  return nullptr;
}

std::string FakeSlack::id_of(const Conversation& conversation) const {
  for (const auto& [id, one] : conversations_) {
    if (&one == &conversation) return id;
  }
  return {};
}

std::string FakeSlack::next_ts() {
  last_ts_ = std::max(last_ts_ + 100, to_epoch_ms(clock()) * 1000);
  std::string decimals = std::to_string(last_ts_ % 1'000'000);
  decimals.insert(0, 6 - decimals.size(), '0');
  return std::to_string(last_ts_ / 1'000'000) + "." + decimals;
}

Answer FakeSlack::post_message(const json::object& arguments) {
  if (!scopes.contains("chat:write")) return need("chat:write");
  std::vector<std::string> messages;
  std::string error = check_message(arguments, messages);
  if (error.empty() && refuse_blocks && arguments.contains("blocks")) error = "invalid_blocks";
  if (!error.empty()) return refuse(error, messages);
  Conversation* place = conversation(text_at(arguments, "channel"), true);
  if (place == nullptr) return refuse("channel_not_found");
  if (place->archived) return refuse("is_archived");
  if (!place->member) return refuse("not_in_channel");
  const std::string thread = text_at(arguments, "thread_ts");
  if (!thread.empty()) {
    const auto parent = std::find_if(place->messages.begin(), place->messages.end(),
                                     [&](const json::object& one) { return one.at("ts").as_string() == thread; });
    if (parent == place->messages.end() || parent->contains("thread_ts")) return refuse("cannot_reply_to_message");
  }
  const Time now = clock();
  if (pace > Duration{} && now < place->last_post + pace) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(place->last_post + pace - now);
    return {.status = 429,
            .body = R"({"ok":false,"error":"ratelimited"})",
            .headers = {"Retry-After: " + std::to_string(wait.count())}};
  }
  place->last_post = now;

  json::object message{{"type", "message"}, {"user", bot_user}, {"bot_id", bot}, {"ts", next_ts()}};
  for (const char* key : {"text", "blocks", "metadata", "thread_ts"}) {
    if (arguments.contains(key)) message[key] = arguments.at(key);
  }
  place->messages.push_back(message);
  const std::string channel = id_of(*place);
  std::string key = text_at(arguments, "client_msg_id");
  if (arguments.contains("metadata"))
    key = text_at(arguments.at("metadata").at("event_payload").as_object(), "delivery_id");
  applied_.push_back({{"destination", channel}, {"text", shown(message)}, {"key", key}, {"raw", arguments}});
  return say({{"ok", true}, {"channel", channel}, {"ts", message.at("ts")}, {"message", message}});
}

Answer FakeSlack::open(const json::object& arguments) {
  if (!scopes.contains("im:write")) return need("im:write");
  const std::string user = text_at(arguments, "users");
  if (user.empty()) return refuse("invalid_arguments");
  if (user == bob) return refuse("user_disabled");
  if (user != ada) return refuse("user_not_found");
  const bool known = direct_.contains(user);
  if (!known) {
    direct_[user] = "D0ADA00001";
    conversations_.try_emplace(direct_[user]);
  }
  json::object body{{"ok", true}, {"channel", {{"id", direct_[user]}}}};
  if (known) body["already_open"] = true;
  return say(body);
}

Answer FakeSlack::lookup_by_email(const json::object& arguments) {
  if (!scopes.contains("users:read.email")) return need("users:read.email");
  const std::string mail = text_at(arguments, "email");
  if (mail.empty()) return refuse("invalid_arguments", {"[ERROR] missing required field: email"});
  if (mail != ada_mail && mail != bob_mail) return refuse("users_not_found");
  const std::string_view id = mail == ada_mail ? ada : bob;
  return say({{"ok", true}, {"user", {{"id", id}, {"team_id", "T0EXAMPLE1"}, {"deleted", mail == bob_mail}}}});
}

Answer FakeSlack::history(const json::object& arguments) {
  return read_messages(arguments, false);
}

Answer FakeSlack::replies(const json::object& arguments) {
  return read_messages(arguments, true);
}

Answer FakeSlack::read_messages(const json::object& arguments, bool thread) {
  const std::string id = text_at(arguments, "channel");
  const std::string scope = id.starts_with('D')   ? "im:history"
                            : id.starts_with('G') ? "groups:history"
                                                  : "channels:history";
  if (!scopes.contains(scope)) return need(scope);
  const Conversation* place = conversation(id, false);
  if (place == nullptr) return refuse("channel_not_found");
  if (!place->member) return refuse("not_in_channel");
  const std::string parent = text_at(arguments, "ts");
  if (thread && std::none_of(place->messages.begin(), place->messages.end(),
                             [&](const json::object& one) { return one.at("ts").as_string() == parent; })) {
    return refuse("thread_not_found");
  }
  const bool inclusive = truth_at(arguments, "inclusive");
  std::int64_t oldest = 0, latest = std::numeric_limits<std::int64_t>::max();
  for (const char* key : {"oldest", "latest"}) {
    const std::string given = text_at(arguments, key);
    if (given.empty()) continue;
    const std::optional<std::int64_t> at = microseconds(given);
    if (!at) return refuse(std::string("invalid_ts_") + key);
    (key == std::string_view("oldest") ? oldest : latest) = *at;
  }
  const json::value* wanted = arguments.if_contains("limit");
  std::size_t limit = 100;
  if (wanted != nullptr) {
    const std::string written = wanted->is_string() ? std::string(wanted->as_string()) : json::serialize(*wanted);
    if (written.empty() || written.size() > 3 || written.find_first_not_of("0123456789") != written.npos) {
      return refuse("invalid_limit");
    }
    limit = std::stoul(written);
    if (limit < 1 || limit > 999) return refuse("invalid_limit");
  }
  std::vector<json::object> found;
  for (const json::object& message : place->messages) {
    const std::string ts(message.at("ts").as_string());
    const bool is_reply = message.contains("thread_ts");
    const bool belongs =
        thread ? ts == parent || (is_reply && message.at("thread_ts").as_string() == parent) : !is_reply;
    if (!belongs) continue;
    const std::int64_t at = *microseconds(ts);
    const bool within = (inclusive ? at >= oldest && at <= latest : at > oldest && at < latest);
    if (!within && !(thread && ts == parent)) continue;  // the parent always comes along
    json::object& shown = found.emplace_back(message);
    if (!truth_at(arguments, "include_all_metadata")) shown.erase("metadata");
  }
  if (!thread) std::reverse(found.begin(), found.end());  // newest first
  const std::string cursor = text_at(arguments, "cursor");
  const std::size_t begin = cursor.empty() ? 0 : std::stoul(cursor);
  const std::size_t end = std::min(found.size(), begin + limit);
  json::array page;
  for (std::size_t i = begin; i < end; ++i) page.push_back(found[i]);
  const bool more = end < found.size();
  json::object body{{"ok", true}, {"messages", std::move(page)}, {"has_more", more}};
  if (more) body["response_metadata"] = {{"next_cursor", std::to_string(end)}};
  return say(body);
}

Answer FakeSlack::update_message(const json::object& arguments) {
  if (!scopes.contains("chat:write")) return need("chat:write");
  std::vector<std::string> messages;
  std::string error = check_message(arguments, messages);
  if (error.empty() && refuse_blocks && arguments.contains("blocks") && !arguments.at("blocks").as_array().empty()) {
    error = "invalid_blocks";
  }
  if (!error.empty()) return refuse(error, messages);
  Conversation* place = conversation(text_at(arguments, "channel"), false);
  if (place == nullptr) return refuse("channel_not_found");
  const std::string ts = text_at(arguments, "ts");
  const auto message = std::find_if(place->messages.begin(), place->messages.end(),
                                    [&](const json::object& one) { return one.at("ts").as_string() == ts; });
  if (message == place->messages.end()) return refuse("message_not_found");
  if (text_at(*message, "bot_id") != bot) return refuse("cant_update_message");
  const auto rich = [](const json::object& one) {
    const json::value* blocks = one.if_contains("blocks");
    return blocks != nullptr && std::any_of(blocks->as_array().begin(), blocks->as_array().end(),
                                            [](const json::value& block) { return block.at("type") == "rich_text"; });
  };
  if (rich(*message) && arguments.contains("blocks") && !rich(arguments)) return refuse("block_mismatch");
  for (const char* key : {"text", "blocks", "metadata"}) {
    if (arguments.contains(key)) (*message)[key] = arguments.at(key);
  }
  const std::string channel = id_of(*place);
  std::string key;
  if (arguments.contains("metadata"))
    key = text_at(arguments.at("metadata").at("event_payload").as_object(), "delivery_id");
  applied_.push_back(
      {{"destination", channel}, {"text", shown(*message)}, {"key", key}, {"edited", ts}, {"raw", arguments}});
  return say(
      {{"ok", true}, {"channel", channel}, {"ts", ts}, {"text", text_at(*message, "text")}, {"message", *message}});
}

}  // namespace paperboy::test
