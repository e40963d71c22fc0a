#include "tests/support/fake_telegram.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::test {
namespace {

namespace json = boost::json;

Answer success(json::value result) {
  return {200, json::serialize(json::object{{"ok", true}, {"result", std::move(result)}})};
}

Answer failure(int code, const std::string& description, json::object parameters = {}) {
  json::object body{{"ok", false}, {"error_code", code}, {"description", description}};
  Answer answer;
  answer.status = code;
  if (parameters.contains("retry_after")) {
    answer.headers.push_back("Retry-After: " + json::serialize(parameters.at("retry_after")));
  }
  if (!parameters.empty()) body["parameters"] = std::move(parameters);
  answer.body = json::serialize(body);
  return answer;
}

Answer bad(const std::string& description) {
  return failure(400, "Bad Request: " + description);
}

std::optional<Answer> refusal(std::int64_t chat) {
  switch (chat) {
    case FakeTelegram::blocker:
      return failure(403, "Forbidden: bot was blocked by the user");
    case FakeTelegram::stranger:
      return failure(403, "Forbidden: bot can't initiate conversation with a user");
    case FakeTelegram::deleted:
      return failure(403, "Forbidden: user is deactivated");
    case FakeTelegram::left_group:
      return failure(403, "Forbidden: bot is not a member of the supergroup chat");
    case FakeTelegram::kicked_channel:
      return failure(403, "Forbidden: bot was kicked from the channel chat");
    case FakeTelegram::mute_channel:
      return bad("need administrator rights in the channel chat");
    case FakeTelegram::read_only_group:
      return bad("not enough rights to send text messages to the chat");
    default:
      return std::nullopt;
  }
}

json::object chat_of(std::int64_t id) {
  switch (id) {
    case FakeTelegram::ann:
      return {{"id", id}, {"type", "private"}, {"first_name", "Ann"}, {"username", "ann_reads"}};
    case FakeTelegram::ben:
      return {{"id", id}, {"type", "private"}, {"first_name", "Ben"}};
    case FakeTelegram::lab_now:
      return {{"id", id}, {"type", "supergroup"}, {"title", "Lab"}};
    case FakeTelegram::forum:
      return {{"id", id}, {"type", "supergroup"}, {"title", "Forum"}, {"is_forum", true}};
    case FakeTelegram::channel:
      return {{"id", id}, {"type", "channel"}, {"title", "News"}, {"username", "paperboy_news"}};
    default:
      return {};
  }
}

// A number, or a number in a string as forms have it; of a name its chat.
std::optional<std::int64_t> id_of(const json::value& value) {
  if (value.is_int64()) return value.as_int64();
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = value.as_string();
  if (text::iequals_ascii(text, FakeTelegram::channel_name)) return FakeTelegram::channel;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

// The fields of a form or a query; what stands there in JSON is read as JSON.
void add_fields(json::object& parameters, std::string_view form) {
  for (const auto& [key, value] : parse_form(form)) {
    if (value.starts_with('{') || value.starts_with('[')) {
      parameters[key] = parse_json(value);
    } else {
      parameters[key] = value;
    }
  }
}

json::object parameters_of(const HttpRequest& request) {
  json::object parameters;
  const std::size_t query = request.target.find('?');
  if (query != std::string::npos) add_fields(parameters, std::string_view(request.target).substr(query + 1));
  const auto type = request.headers.find("content-type");
  if (type == request.headers.end() || request.body.empty()) return parameters;
  if (type->second.starts_with("application/json")) {
    json::value body = parse_json(request.body);
    for (auto& [key, value] : body.as_object()) parameters[key] = std::move(value);
  } else if (type->second.starts_with("application/x-www-form-urlencoded")) {
    add_fields(parameters, request.body);
  }
  return parameters;
}

}  // namespace

Answer FakeTelegram::answer(const HttpRequest& request) {
  // /bot<token>/<method>
  const std::string path = request.target.substr(0, request.target.find('?'));
  const std::size_t slash = path.find('/', 1);
  if (!path.starts_with("/bot") || slash == std::string::npos) return failure(404, "Not Found");
  const std::string given = path.substr(4, slash - 4);
  if (given.find(':') == std::string::npos) return failure(404, "Not Found");
  if (given != token) return failure(401, "Unauthorized");
  if (request.method != "GET" && request.method != "POST") return failure(404, "Not Found");
  try {
    return call(text::to_lower_ascii(path.substr(slash + 1)), parameters_of(request));
  } catch (const std::exception&) {  // not JSON, or a field of the wrong type
    return bad("can't parse the parameters as JSON object");
  }
}

Answer FakeTelegram::call(const std::string& method, const json::object& parameters) {
  if (method == "getme") {
    return success({{"id", 1234567890},
                    {"is_bot", true},
                    {"first_name", "Paperboy"},
                    {"username", "paperboy_test_bot"},
                    {"can_join_groups", true},
                    {"can_read_all_group_messages", false},
                    {"supports_inline_queries", false}});
  }
  if (method == "sendmessage" || (method == "sendrichmessage" && rich_)) return send(method, parameters);
  return failure(404, "Not Found: method not found");
}

std::optional<Answer> FakeTelegram::over_limit(std::int64_t chat) {
  if (limit_ == 0) return std::nullopt;
  const auto now = std::chrono::steady_clock::now();
  auto& sent = sent_[chat];
  while (!sent.empty() && sent.front() + window_ <= now) sent.pop_front();
  if (static_cast<int>(sent.size()) < limit_) {
    sent.push_back(now);
    return std::nullopt;
  }
  const auto left = std::chrono::ceil<std::chrono::seconds>(sent.front() + window_ - now).count();
  return failure(429, "Too Many Requests: retry after " + std::to_string(left), {{"retry_after", left}});
}

Answer FakeTelegram::send(const std::string& method, const json::object& parameters) {
  const json::value* given = parameters.if_contains("chat_id");
  if (given == nullptr) return bad("chat_id is empty");
  const std::optional<std::int64_t> id = id_of(*given);
  if (!id) return bad("chat not found");
  if (auto refused = refusal(*id)) return *refused;
  if (*id == lab) {
    return failure(400, "Bad Request: group chat was upgraded to a supergroup chat", {{"migrate_to_chat_id", lab_now}});
  }
  const json::object chat = chat_of(*id);
  if (chat.empty()) return bad("chat not found");
  std::string destination = given->is_string() ? std::string(given->as_string()) : std::to_string(*id);
  if (const json::value* thread = parameters.if_contains("message_thread_id")) {
    const std::optional<std::int64_t> topic = id_of(*thread);
    if (*id == forum && topic == 43) return bad("TOPIC_CLOSED");
    if (*id != forum || topic != 42) return bad("message thread not found");
    destination += "/42";
  }
  if (auto error = check_telegram_message(method, parameters)) return bad(*error);
  if (auto throttled = over_limit(*id)) return *throttled;

  const bool rich = method == "sendrichmessage";
  const std::int64_t message_id = next_message_++;
  json::object entry{
      {"destination", destination}, {"text", telegram_text(method, parameters)}, {"message_id", message_id}};
  json::object result{{"message_id", message_id}, {"date", 1'795'000'000 + message_id}, {"chat", chat}};
  if (rich) {
    entry["key"] = sha256_hex(json::serialize(parameters.at("rich_message")));
    result["rich_message"] = parameters.at("rich_message");
  } else {
    const std::string text(parameters.at("text").as_string());
    entry["key"] = sha256_hex(text);
    const TelegramText parsed = read_telegram_text(parameters);
    json::array entities;
    for (const TelegramEntity& entity : parsed.entities) {
      json::object fields{{"type", entity.type}, {"offset", entity.offset}, {"length", entity.length}};
      if (entity.type == "text_link") fields["url"] = entity.url;
      if (entities.size() < 100) entities.push_back(std::move(fields));
    }
    entry["dropped_entities"] = parsed.entities.size() - entities.size();
    entry["entities"] = entities;
    result["text"] = parsed.text;
    if (!entities.empty()) result["entities"] = std::move(entities);
  }
  entry["raw"] = parameters;
  applied_.push_back(std::move(entry));
  return success(std::move(result));
}

}  // namespace paperboy::test
