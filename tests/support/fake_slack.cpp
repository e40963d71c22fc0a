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

std::size_t units(std::string_view text) {
  return text::count_utf16_units(text);
}

// --- Block Kit, as docs.slack.dev and @slack/types state it
// ----------------------------------------------------------------

class BlockRules {
 public:
  explicit BlockRules(std::vector<std::string>& messages) : messages_(messages) {}

  std::size_t characters() const { return characters_; }

  bool check(const json::value& value) {
    const json::array* blocks = value.if_array();
    if (blocks == nullptr) return wrong("must be an array", "/blocks");
    if (blocks->size() > 50) return wrong("no more than 50 items allowed", "/blocks");
    for (std::size_t i = 0; i < blocks->size(); ++i) {
      if (!block((*blocks)[i], "/blocks/" + std::to_string(i))) return false;
    }
    return true;
  }

 private:
  bool wrong(const std::string& what, const std::string& where) {
    messages_.push_back("[ERROR] " + what + " [json-pointer:" + where + "]");
    return false;
  }

  // Nothing but these keys, and the first `needed` of them.
  bool keys(const json::object& object, std::initializer_list<std::string_view> known, std::size_t needed,
            const std::string& where) {
    for (const auto& [key, value] : object) {
      if (std::find(known.begin(), known.end(), std::string_view(key)) == known.end()) {
        return wrong("additional property: " + std::string(key), where);
      }
    }
    for (std::size_t i = 0; i < needed; ++i) {
      if (!object.contains(*(known.begin() + i))) {
        return wrong("missing required field: " + std::string(*(known.begin() + i)), where);
      }
    }
    return true;
  }

  bool string(const json::object& object, std::string_view key, std::size_t least, std::size_t most,
              const std::string& where) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) return wrong("must be a string", where + "/" + std::string(key));
    const std::string_view text = value->as_string();
    if (text::sanitize(text) != text) return wrong("must be valid UTF-8", where + "/" + std::string(key));
    if (units(text) < least) return wrong("must be more than 0 characters", where + "/" + std::string(key));
    if (units(text) > most) {
      return wrong("must be less than " + std::to_string(most + 1) + " characters", where + "/" + std::string(key));
    }
    characters_ += units(text);
    return true;
  }

  bool plain_text(const json::value& value, std::size_t most, const std::string& where) {
    const json::object* text = value.if_object();
    if (text == nullptr || !keys(*text, {"type", "text", "emoji"}, 2, where)) return wrong("no text object", where);
    if (text->at("type") != "plain_text") return wrong("must be plain_text", where + "/type");
    if (text->contains("emoji") && !text->at("emoji").is_bool()) return wrong("must be a boolean", where + "/emoji");
    return string(*text, "text", 1, most, where);
  }

  bool whole_number(const json::object& object, std::string_view key, std::int64_t most, const std::string& where) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return true;
    const bool fits = value->is_int64() && value->as_int64() >= 0 && value->as_int64() <= most;
    return fits || wrong("must be a number from 0 to " + std::to_string(most), where + "/" + std::string(key));
  }

  bool block(const json::value& value, const std::string& where) {
    const json::object* block = value.if_object();
    if (block == nullptr || !block->contains("type")) return wrong("must be an object with a type", where);
    const std::string type = json::value_to<std::string>(block->at("type"));
    if (type == "divider") return keys(*block, {"type", "block_id"}, 1, where);
    if (type == "header") {
      return keys(*block, {"type", "text", "block_id"}, 2, where) &&
             plain_text(block->at("text"), 150, where + "/text");
    }
    if (!keys(*block, {"type", "elements", "block_id"}, 2, where)) return false;
    const json::array* elements = block->at("elements").if_array();
    if (elements == nullptr || elements->empty()) return wrong("must have elements", where + "/elements");
    const std::size_t most = type == "context" ? 10 : type == "actions" ? 25 : 100'000;
    if (elements->size() > most) return wrong("too many elements", where + "/elements");
    std::set<std::string> action_ids;
    for (std::size_t i = 0; i < elements->size(); ++i) {
      const std::string at = where + "/elements/" + std::to_string(i);
      const json::value& element = (*elements)[i];
      bool good = false;
      if (type == "context") {
        good = plain_text(element, 3000, at);
      } else if (type == "actions") {
        good = button(element, action_ids, at);
      } else if (type == "rich_text") {
        good = rich(element, at);
      } else {
        good = wrong("unsupported type: " + type, where + "/type");
      }
      if (!good) return false;
    }
    return true;
  }

  bool button(const json::value& value, std::set<std::string>& ids, const std::string& where) {
    const json::object* button = value.if_object();
    if (button == nullptr || !keys(*button, {"type", "text", "action_id", "value", "url", "style"}, 3, where))
      return false;
    if (button->at("type") != "button") return wrong("unsupported type", where + "/type");
    if (!plain_text(button->at("text"), 75, where + "/text")) return false;
    if (!string(*button, "action_id", 1, 255, where)) return false;
    if (!ids.insert(json::value_to<std::string>(button->at("action_id"))).second) {
      return wrong("action_id is not unique", where);
    }
    return !button->contains("value") || string(*button, "value", 1, 2000, where);
  }

  bool rich(const json::value& value, const std::string& where) {
    const json::object* element = value.if_object();
    if (element == nullptr || !element->contains("type")) return wrong("must be an object with a type", where);
    const std::string type = json::value_to<std::string>(element->at("type"));
    if (type == "rich_text_section" || type == "rich_text_quote" || type == "rich_text_preformatted") {
      const bool known = type == "rich_text_section" ? keys(*element, {"type", "elements"}, 2, where)
                                                     : keys(*element, {"type", "elements", "border"}, 2, where);
      return known && whole_number(*element, "border", 1, where) && leaves(*element, type, where);
    }
    if (type != "rich_text_list") return wrong("unsupported type: " + type, where);
    if (!keys(*element, {"type", "style", "elements", "indent", "offset", "border"}, 3, where)) return false;
    if (element->at("style") != "bullet" && element->at("style") != "ordered") return wrong("unknown style", where);
    if (!whole_number(*element, "indent", 8, where) || !whole_number(*element, "border", 1, where) ||
        !whole_number(*element, "offset", 1'000'000'000, where)) {
      return false;
    }
    const json::array* items = element->at("elements").if_array();
    if (items == nullptr || items->empty()) return wrong("must have elements", where);
    for (const json::value& item : *items) {
      const json::object* section = item.if_object();
      if (section == nullptr || !keys(*section, {"type", "elements"}, 2, where)) return false;
      if (section->at("type") != "rich_text_section") return wrong("must be a rich_text_section", where);
      if (!leaves(*section, "rich_text_section", where)) return false;
    }
    return true;
  }

  bool leaves(const json::object& section, const std::string& type, const std::string& where) {
    const json::array* leaves = section.at("elements").if_array();
    if (leaves == nullptr || leaves->empty()) return wrong("must have elements", where);
    for (const json::value& value : *leaves) {
      const json::object* leaf = value.if_object();
      if (leaf == nullptr) return wrong("must be an object", where);
      const bool link = leaf->contains("url");
      if (!(link ? keys(*leaf, {"type", "url", "text", "style"}, 2, where)
                 : keys(*leaf, {"type", "text", "style"}, 2, where))) {
        return false;
      }
      if (leaf->at("type") != (link ? "link" : "text")) return wrong("unsupported leaf", where);
      if (!string(*leaf, "text", 1, 100'000, where)) return false;
      if (link && !url(*leaf, where)) return false;
      if (!leaf->contains("style")) continue;
      const json::object* style = leaf->at("style").if_object();
      if (style == nullptr || style->empty()) return wrong("must be a style", where + "/style");
      if (!keys(*style, {"bold", "italic", "strike", "code"}, 0, where + "/style")) return false;
      if (type == "rich_text_preformatted") return wrong("no style in preformatted text", where);
    }
    return true;
  }

  bool url(const json::object& leaf, const std::string& where) {
    if (!string(leaf, "url", 1, 3000, where)) return false;
    const std::string_view url = leaf.at("url").as_string();
    const bool known = url.starts_with("https://") || url.starts_with("http://") || url.starts_with("mailto:");
    if (!known || url.find_first_of(" \n<>\"") != url.npos) return wrong("must be a valid url", where + "/url");
    return true;
  }

  std::vector<std::string>& messages_;
  std::size_t characters_ = 0;
};

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::string_view("0123456789abcdef").find(text[i]) == std::string_view::npos)
      return false;
  }
  return true;
}

// The text of a message: & < > come escaped; what stands in <> is a link, and anything else there would mention
// somebody.
bool inert(std::string_view text) {
  for (std::size_t at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
    const std::string_view inside = text.substr(at + 1);
    const bool link = inside.starts_with("http://") || inside.starts_with("https://") || inside.starts_with("mailto:");
    if (!link || inside.find('>') == inside.npos) return false;
  }
  return true;
}

std::string unescaped(std::string text) {
  text = text::replace_all(text, "&lt;", "<");
  text = text::replace_all(text, "&gt;", ">");
  return text::replace_all(text, "&amp;", "&");
}

std::string leaves_shown(const json::object& section) {
  std::string out;
  for (const json::value& leaf : section.at("elements").as_array()) out += leaf.at("text").as_string();
  return out;
}

// --- arguments
// ------------------------------------------------------------------------------------------------------------

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

std::string FakeSlack::check_message(const json::object& arguments, std::vector<std::string>& messages) {
  const std::string text = text_at(arguments, "text");
  if (text.empty() && !arguments.contains("blocks")) return "no_text";
  if (text::sanitize(text) != text) return "invalid_charset";
  if (!inert(text)) {
    messages.push_back("[ERROR] the text mentions somebody: " + text.substr(0, 200));
    return "invalid_arguments";
  }
  for (const char* flag : {"unfurl_links", "unfurl_media", "mrkdwn", "reply_broadcast", "link_names"}) {
    const json::value* value = arguments.if_contains(flag);
    if (value != nullptr && !value->is_bool() && *value != "true" && *value != "false") return "invalid_arguments";
  }
  if (const json::value* id = arguments.if_contains("client_msg_id")) {
    if (!id->is_string() || !is_uuid(id->as_string())) return "invalid_arguments";
  }
  if (const json::value* metadata = arguments.if_contains("metadata")) {
    const json::object* object = metadata->if_object();
    const bool good = object != nullptr && object->size() == 2 && object->contains("event_type") &&
                      object->at("event_type").is_string() && object->contains("event_payload") &&
                      object->at("event_payload").is_object();
    if (!good) return "invalid_metadata_format";
  }
  if (const json::value* blocks = arguments.if_contains("blocks")) {
    BlockRules block_rules(messages);
    if (!block_rules.check(*blocks)) return "invalid_blocks";
    if (block_rules.characters() > 11'000) return "msg_blocks_too_long";
  }
  return {};
}

std::string FakeSlack::shown(const json::object& message) {
  const json::value* blocks = message.if_contains("blocks");
  if (blocks == nullptr || blocks->as_array().empty()) return unescaped(text_at(message, "text"));
  std::string out;
  for (const json::value& value : blocks->as_array()) {
    const json::object& block = value.as_object();
    const std::string type = text_at(block, "type");
    if (type == "header") {
      out += text_at(block.at("text").as_object(), "text") + "\n";
    } else if (type == "context") {
      for (const json::value& element : block.at("elements").as_array())
        out += text_at(element.as_object(), "text") + "\n";
    } else if (type == "rich_text") {
      for (const json::value& element : block.at("elements").as_array()) {
        if (element.at("type") != "rich_text_list") {
          out += leaves_shown(element.as_object()) + "\n";
          continue;
        }
        for (const json::value& item : element.at("elements").as_array()) out += leaves_shown(item.as_object()) + "\n";
      }
    }
  }
  return out;
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
