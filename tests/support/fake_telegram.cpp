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

bool is_true(const json::object& parameters, const char* key) {
  const json::value* value = parameters.if_contains(key);
  return value != nullptr && (value->is_bool() ? value->as_bool() : value->is_string() && value->as_string() == "true");
}

std::int64_t number_of(const json::object& parameters, const char* key, std::int64_t otherwise) {
  const json::value* value = parameters.if_contains(key);
  return value == nullptr ? otherwise : id_of(*value).value();
}

std::string text_of(const json::object& parameters, const char* key) {
  const json::value* value = parameters.if_contains(key);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

// "default/", "all_group_chats/zh"
std::string scope_of(const json::object& parameters) {
  const json::value* scope = parameters.if_contains("scope");
  return (scope == nullptr ? std::string("default") : text_of(scope->as_object(), "type")) + "/" +
         text_of(parameters, "language_code");
}

std::vector<std::string> kinds_of(const json::value& kinds) {
  std::vector<std::string> out;
  for (const json::value& kind : kinds.as_array()) out.emplace_back(kind.as_string());
  return out;
}

json::object person(std::int64_t id) {
  const json::object chat = chat_of(id);
  json::object out{{"id", id}, {"is_bot", false}, {"first_name", chat.empty() ? "Somebody" : chat.at("first_name")}};
  if (chat.contains("username")) out["username"] = chat.at("username");
  return out;
}

json::object bot_itself() {
  return {
      {"id", FakeTelegram::bot}, {"is_bot", true}, {"first_name", "Paperboy"}, {"username", FakeTelegram::bot_name}};
}

json::array entities_of(const TelegramText& parsed) {
  json::array entities;
  for (const TelegramEntity& entity : parsed.entities) {
    json::object fields{{"type", entity.type}, {"offset", entity.offset}, {"length", entity.length}};
    if (entity.type == "text_link") fields["url"] = entity.url;
    if (entities.size() < 100) entities.push_back(std::move(fields));
  }
  return entities;
}

// What a message shows.
void put_content(json::object& message, const std::string& method, const json::object& parameters) {
  for (const char* key : {"text", "entities", "rich_message", "reply_markup"}) message.erase(key);
  if (method == "sendrichmessage" || parameters.contains("rich_message")) {
    message["rich_message"] = parameters.at("rich_message");
  } else {
    const TelegramText parsed = read_telegram_text(parameters);
    message["text"] = parsed.text;
    json::array entities = entities_of(parsed);
    if (!entities.empty()) message["entities"] = std::move(entities);
  }
  if (const json::value* markup = parameters.if_contains("reply_markup")) message["reply_markup"] = *markup;
}

// What is kept in applied() of a message.
void put_entry(json::object& entry, const std::string& method, const json::object& parameters) {
  const bool rich = method == "sendrichmessage";
  entry["text"] = telegram_text(method, parameters);
  entry["key"] = sha256_hex(rich ? json::serialize(parameters.at("rich_message")) : text_of(parameters, "text"));
  if (!rich) {
    const TelegramText parsed = read_telegram_text(parameters);
    entry["entities"] = entities_of(parsed);
    entry["dropped_entities"] = parsed.entities.size() - entry.at("entities").as_array().size();
  }
  entry["raw"] = parameters;
}

}  // namespace

FakeTelegram::FakeTelegram(boost::asio::io_context& loop, unsigned short port)
    : Provider(loop, port), executor_(loop.get_executor()) {}

Answer FakeTelegram::answer(const HttpRequest& request) {
  if (terminated_.erase(&request) > 0) {
    return failure(409,
                   "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running");
  }
  const std::string files = std::string("/file/bot") + token + "/";
  if (request.method == "GET" && request.target.starts_with(files)) {
    const auto file = files_.find(request.target.substr(files.size()));
    if (file == files_.end()) return failure(404, "Not Found");
    return {200, file->second, "application/octet-stream"};
  }
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
    return success({{"id", bot},
                    {"is_bot", true},
                    {"first_name", "Paperboy"},
                    {"username", bot_name},
                    {"can_join_groups", true},
                    {"can_read_all_group_messages", false},
                    {"supports_inline_queries", false}});
  }
  if (method == "sendmessage" || (method == "sendrichmessage" && rich_)) return send(method, parameters);
  if (method == "editmessagetext") return edit(parameters);
  if (method == "getupdates") return get_updates(parameters);
  if (method == "setwebhook") return set_webhook(parameters);
  if (method == "deletewebhook") {
    webhook_.clear();
    if (is_true(parameters, "drop_pending_updates")) queue_.clear();
    return success(true);
  }
  if (method == "getwebhookinfo") return webhook_info();
  if (method == "answercallbackquery") return answer_callback(parameters);
  if (method == "setmycommands") return set_commands(parameters);
  if (method == "getmycommands") return success(commands_[scope_of(parameters)]);
  if (method == "getfile") return get_file(parameters);
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

  json::object result{{"from", bot_itself()}, {"chat", chat}};
  if (const json::value* reply = parameters.if_contains("reply_parameters")) {
    const std::pair<std::int64_t, std::int64_t> earlier{*id, reply->as_object().at("message_id").as_int64()};
    const bool known = messages_.contains(earlier) || others_.contains(earlier);
    if (!known && !is_true(reply->as_object(), "allow_sending_without_reply")) {
      return bad("message to be replied not found");
    }
    if (known) result["reply_to_message"] = json::object{{"message_id", earlier.second}, {"chat", chat}};
  }
  const std::int64_t message_id = next_message_++;
  result["message_id"] = message_id;
  result["date"] = 1'795'000'000 + message_id;
  put_content(result, method, parameters);
  json::object entry{{"destination", destination}, {"message_id", message_id}};
  put_entry(entry, method, parameters);
  messages_[{*id, message_id}] = {result, applied_.size()};
  applied_.push_back(std::move(entry));
  return success(std::move(result));
}

Answer FakeTelegram::edit(const json::object& parameters) {
  static const std::set<std::string, std::less<>> known{"chat_id",      "message_id",  "text",
                                                        "parse_mode",   "entities",    "link_preview_options",
                                                        "reply_markup", "rich_message"};
  for (const auto& [key, value] : parameters) {
    if (!known.contains(std::string_view(key))) {
      return bad("this parameter is unknown to the test server: " + std::string(key));
    }
  }
  const json::value* given = parameters.if_contains("chat_id");
  const std::optional<std::int64_t> chat = given == nullptr ? std::nullopt : id_of(*given);
  if (!chat) return bad("chat not found");
  if (auto refused = refusal(*chat)) return *refused;
  const std::pair<std::int64_t, std::int64_t> which{*chat, number_of(parameters, "message_id", 0)};
  if (others_.contains(which)) return bad("message can't be edited");
  const auto at = messages_.find(which);
  if (at == messages_.end()) return bad("message to edit not found");
  const bool rich = rich_ && parameters.contains("rich_message");
  if (rich && parameters.contains("text")) return bad("text and rich_message must not be used together");
  json::object content = parameters;
  for (const char* key : {"chat_id", "message_id"}) content.erase(key);
  if (!rich) content.erase("rich_message");
  const std::string method = rich ? "sendrichmessage" : "sendmessage";
  if (auto error = check_telegram_message(method, content)) {
    return bad(*error == "message is too long" ? "MESSAGE_TOO_LONG" : *error);
  }
  json::object changed = at->second.shown;
  put_content(changed, method, content);
  if (changed == at->second.shown) {
    return bad(
        "message is not modified: specified new message content and reply markup are exactly the same as a current "
        "content and reply markup of the message");
  }
  changed["edit_date"] = 1'795'100'000;
  at->second.shown = changed;
  json::object& entry = applied_.at(at->second.entry).as_object();
  put_entry(entry, method, content);
  entry["edits"] = (entry.contains("edits") ? entry.at("edits").as_int64() : 0) + 1;
  return success(std::move(changed));
}

// --- what happens

std::int64_t FakeTelegram::happen(json::object update) {
  if (const json::value* query = update.if_contains("callback_query")) {
    callbacks_.insert(text_of(query->as_object(), "id"));
  }
  const std::int64_t id = queue_.push(std::move(update));
  if (waiting_) waiting_->bell.ring();
  return id;
}

std::int64_t FakeTelegram::say(std::int64_t chat, std::int64_t author, const std::string& text, json::object more) {
  const std::int64_t number = next_message_++;
  others_.insert({chat, number});
  json::object message{
      {"message_id", number}, {"from", person(author)}, {"chat", chat_of(chat)}, {"date", 1'795'000'000 + number}};
  if (!text.empty()) put_content(message, "sendmessage", {{"text", text}});
  for (auto& [key, value] : more) message[key] = std::move(value);
  return happen({{"message", std::move(message)}});
}

std::int64_t FakeTelegram::press(std::int64_t chat, std::int64_t author, std::int64_t message,
                                 const std::string& data) {
  const auto at = messages_.find({chat, message});
  json::object shown{{"message_id", message}, {"chat", chat_of(chat)}, {"date", 0}};  // not accessible any more
  if (at != messages_.end()) shown = at->second.shown;
  json::object query{{"id", std::to_string(next_callback_++)},
                     {"from", person(author)},
                     {"message", std::move(shown)},
                     {"chat_instance", "-99"},
                     {"data", data}};
  return happen({{"callback_query", std::move(query)}});
}

std::string FakeTelegram::put_file(const std::string& path, std::string content) {
  files_[path] = std::move(content);
  return "file-" + path;
}

Answer FakeTelegram::get_file(const json::object& parameters) const {
  const std::string id = text_of(parameters, "file_id");
  const auto file = id.starts_with("file-") ? files_.find(id.substr(5)) : files_.end();
  if (file == files_.end()) return bad("wrong file_id or the file is temporarily unavailable");
  if (file->second.size() > (20u << 20)) return bad("file is too big");
  return success(
      {{"file_id", id}, {"file_unique_id", "u" + id}, {"file_size", file->second.size()}, {"file_path", file->first}});
}

// --- how it is told

async::Awaitable<> FakeTelegram::before_answer(const HttpRequest& request) {
  const std::string path = text::to_lower_ascii(request.target.substr(0, request.target.find('?')));
  if (!path.ends_with("/getupdates") || !webhook_.empty() || request.target.find(token) == std::string::npos) co_return;
  std::int64_t seconds = 0, offset = 0;
  try {
    const json::object parameters = parameters_of(request);
    seconds = std::clamp<std::int64_t>(number_of(parameters, "timeout", 0), 0, 50);
    offset = number_of(parameters, "offset", 0);
    if (const json::value* kinds = parameters.if_contains("allowed_updates")) queue_.allow(kinds_of(*kinds));
  } catch (const std::exception&) {  // answered as the error that it is
    co_return;
  }
  queue_.confirm(offset);
  if (queue_.size() > 0) co_return;
  const auto poll = std::make_shared<LongPoll>(LongPoll{&request, async::Bell(executor_)});
  if (waiting_) {
    terminated_.insert(waiting_->request);
    waiting_->bell.ring();
  }
  waiting_ = poll;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (queue_.size() == 0 && waiting_ == poll && webhook_.empty()) {
    const auto left = std::chrono::ceil<Duration>(until - std::chrono::steady_clock::now());
    if (left <= Duration::zero()) break;
    co_await poll->bell.wait(left);
  }
  if (waiting_ == poll) waiting_.reset();
}

Answer FakeTelegram::get_updates(const json::object& parameters) {
  if (!webhook_.empty()) {
    return failure(409,
                   "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                   "webhook first");
  }
  polls_.push_back(parameters);
  if (const json::value* kinds = parameters.if_contains("allowed_updates")) queue_.allow(kinds_of(*kinds));
  queue_.confirm(number_of(parameters, "offset", 0));
  const std::int64_t limit = number_of(parameters, "limit", 100);
  return success(queue_.first(static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, 100))));
}

Answer FakeTelegram::set_webhook(const json::object& parameters) {
  const std::string url = text_of(parameters, "url"), secret = text_of(parameters, "secret_token");
  if (url.empty()) {
    webhook_.clear();
    return success(true);
  }
  if (!url.starts_with("https://") && !(local_ && url.starts_with("http://"))) {
    return bad("bad webhook: An HTTPS URL must be provided for webhook");
  }
  const bool unfit = secret.size() > 256 || secret.find_first_not_of(
                                                "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                "abcdefghijklmnopqrstuvwxyz_-") != secret.npos;
  if (unfit) return bad("secret token contains unallowed characters");
  const std::int64_t connections = number_of(parameters, "max_connections", 40);
  if (connections < 1 || connections > 100) return bad("max_connections must be 1 to 100");
  if (const json::value* kinds = parameters.if_contains("allowed_updates")) queue_.allow(kinds_of(*kinds));
  if (is_true(parameters, "drop_pending_updates")) queue_.clear();
  webhook_ = parameters;
  webhook_error_.clear();
  if (waiting_) waiting_->bell.ring();
  return success(true);
}

Answer FakeTelegram::webhook_info() const {
  json::object info{
      {"url", text_of(webhook_, "url")}, {"has_custom_certificate", false}, {"pending_update_count", queue_.size()}};
  if (!webhook_error_.empty()) {
    info["last_error_date"] = 1'795'000'000;
    info["last_error_message"] = webhook_error_;
  }
  return success(std::move(info));
}

async::Awaitable<> FakeTelegram::post_updates(net::Client& client, std::vector<int>& statuses) {
  while (!webhook_.empty() && queue_.size() > 0) {
    net::Request request;
    request.method = "POST";
    request.url = text_of(webhook_, "url");
    request.headers = {{"Content-Type", "application/json"},
                       {"X-Telegram-Bot-Api-Secret-Token", text_of(webhook_, "secret_token")}};
    const json::array updates = queue_.first(1);
    request.body = json::serialize(updates.at(0));
    const net::Response response = co_await client.fetch(std::move(request));
    statuses.push_back(response.status);
    if (response.status / 100 != 2) {
      webhook_error_ = "Wrong response from the webhook: " + std::to_string(response.status);
      co_return;
    }
    queue_.drop_first();
    boost::system::error_code none;
    const json::value body = json::parse(response.body, none);
    if (none || !body.is_object() || !body.as_object().contains("method")) continue;
    json::object parameters = body.as_object();
    const std::string method = text::to_lower_ascii(text_of(parameters, "method"));
    parameters.erase("method");
    if (!method.starts_with("get") && !method.ends_with("webhook")) call(method, parameters);
  }
}

Answer FakeTelegram::answer_callback(const json::object& parameters) {
  const std::string id = text_of(parameters, "callback_query_id");
  if (text::count_code_points(text_of(parameters, "text")) > 200) return bad("MESSAGE_TOO_LONG");
  if (callbacks_.erase(id) == 0) {
    return bad("query is too old and response timeout expired or query ID is invalid");
  }
  answered_.push_back(id);
  return success(true);
}

Answer FakeTelegram::set_commands(const json::object& parameters) {
  static const std::set<std::string, std::less<>> scopes{"default", "all_private_chats", "all_group_chats",
                                                         "all_chat_administrators"};
  const std::string scope = scope_of(parameters), language = text_of(parameters, "language_code");
  if (!scopes.contains(scope.substr(0, scope.find('/')))) return bad("can't parse BotCommandScope: Unsupported type");
  if (!language.empty() && language.size() != 2) return bad("invalid language code specified");
  const json::array& commands = parameters.at("commands").as_array();
  if (commands.size() > 100) return bad("BOT_COMMANDS_TOO_MUCH");
  for (const json::value& command : commands) {
    const std::string name = text_of(command.as_object(), "command");
    const std::size_t help = text::count_code_points(text_of(command.as_object(), "description"));
    const bool fits = !name.empty() && name.size() <= 32 &&
                      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    if (!fits) return bad("BOT_COMMAND_INVALID");
    if (help < 1 || help > 256) return bad("BOT_COMMAND_DESCRIPTION_INVALID");
  }
  commands_[scope] = commands;
  return success(true);
}

Answer FakeTelegram::control(const HttpRequest& request) {
  if (request.target == "/_fake/polled") return {200, is_polled() ? "true" : "false"};
  if (request.method != "POST" || request.target != "/_fake/update") return Provider::control(request);
  const std::int64_t id = happen(parse_json(request.body).as_object());
  return {200, json::serialize(json::object{{"update_id", id}})};
}

}  // namespace paperboy::test
