#include "integrations/slack/events.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "integrations/slack/wire.hpp"

namespace paperboy::integrations::slack {
namespace {

namespace json = boost::json;
using flow::Event;
using Kind = flow::Event::Kind;

constexpr std::size_t longest_key = 255;
constexpr std::size_t longest_id = 64;
constexpr std::size_t longest_url = 2000;
constexpr std::size_t deepest = 64;  // of JSON

// Emoji that say something about a paper, by Slack's names.
struct Emoji {
  std::string_view name, character;
};
constexpr std::array emojis{
    Emoji{"+1", "👍"},
    Emoji{"thumbsup", "👍"},
    Emoji{"-1", "👎"},
    Emoji{"thumbsdown", "👎"},
    Emoji{"heart", "❤️"},
    Emoji{"heart_eyes", "😍"},
    Emoji{"star", "⭐"},
    Emoji{"star2", "🌟"},
    Emoji{"bookmark", "🔖"},
    Emoji{"floppy_disk", "💾"},
    Emoji{"pushpin", "📌"},
    Emoji{"eyes", "👀"},
    Emoji{"fire", "🔥"},
    Emoji{"tada", "🎉"},
    Emoji{"clap", "👏"},
    Emoji{"rocket", "🚀"},
    Emoji{"100", "💯"},
    Emoji{"raised_hands", "🙌"},
    Emoji{"ok_hand", "👌"},
    Emoji{"thinking_face", "🤔"},
    Emoji{"white_check_mark", "✅"},
    Emoji{"heavy_check_mark", "✔️"},
    Emoji{"x", "❌"},
    Emoji{"no_entry_sign", "🚫"},
    Emoji{"question", "❓"},
    Emoji{"books", "📚"},
};

std::optional<json::object> parse_object(std::string_view text) {
  json::parse_options options;
  options.max_depth = deepest;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

// An id as Slack makes them: capitals and digits; else empty.
std::string id_at(const json::object& object, std::string_view key) {
  std::string id = text_at(object, key);
  const bool good = id.size() <= longest_id && std::all_of(id.begin(), id.end(), [](char c) {
                      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                    });
  return good ? id : std::string();
}

// "1712345678.000200", else empty.
std::string ts_at(const json::object& object, std::string_view key) {
  std::string ts = text_at(object, key);
  const std::size_t dot = ts.find('.');
  const auto digits = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  const bool good = dot != std::string::npos && dot <= 11 && ts.size() <= 32 && digits(ts.substr(0, dot)) &&
                    digits(ts.substr(dot + 1));
  return good ? ts : std::string();
}

Time time_of(const std::string& ts) {
  const std::size_t dot = ts.find('.');
  if (dot == std::string::npos) return {};
  std::string decimals = ts.substr(dot + 1, 3);
  decimals.resize(3, '0');
  return from_epoch_ms(std::stoll(ts.substr(0, dot)) * 1000 + std::stoll(decimals));
}

bool truth_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

std::string name_at(const json::object& object, std::string_view key) {
  return text::ellipsize(text::collapse_space(text::sanitize(text_at(object, key))), 80);
}

std::string key_of(std::string_view kind, std::string_view id) {
  std::string key = std::string(kind) + ":" + std::string(id);
  return key.size() <= longest_key ? key : std::string(kind) + ":" + hash_of({id});
}

bool is_direct(std::string_view channel) {
  return channel.starts_with('D');
}

std::string checked_response_url(const json::object& object, const Self& self) {
  std::string url = text_at(object, "response_url");
  const bool expected = std::any_of(self.response_origins.begin(), self.response_origins.end(),
                                    [&](const std::string& origin) { return url.starts_with(origin); });
  const bool plain = url.size() <= longest_url &&
                     std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
  return expected && plain ? url : std::string();
}

// --- Events API

std::optional<Event> message(const json::object& envelope, const json::object& body, bool mention, const Self& self) {
  const std::string subtype = text_at(body, "subtype");
  const bool by_a_person = subtype.empty() || subtype == "file_share" || subtype == "thread_broadcast";
  if (!by_a_person || !text_at(body, "bot_id").empty() || object_at(body, "bot_profile") != nullptr) return {};
  Event event;
  event.kind = Kind::said;
  event.account = id_at(body, "user");
  event.place = id_at(body, "channel");
  const std::string ts = ts_at(body, "ts"), thread = ts_at(body, "thread_ts");
  if (event.account.empty() || event.account == self.user || event.place.empty() || ts.empty()) return {};
  // One message may come twice, as itself and as a mention, with two event_ids.
  event.key = key_of("message", event.place + ":" + ts);
  for (const char* key : {"user_team", "source_team", "team"}) {  // in shared channels, people of other workspaces
    if (event.workspace.empty()) event.workspace = id_at(body, key);
  }
  if (event.workspace.empty()) event.workspace = id_at(envelope, "team_id");
  const std::string text = text_at(body, "text");
  event.direct = is_direct(event.place);
  event.addressed = event.direct || mention || (!self.user.empty() && text.find("<@" + self.user + ">") != text.npos);
  event.text = plain_words(text, self.user);
  event.thread = thread.empty() && !event.direct ? ts : thread;
  if (!thread.empty()) event.about = event.place + ":" + thread;
  event.reply_to = to_string(ReplyTo{.thread_ts = event.thread, .response_url = {}, .user = {}});
  event.at = time_of(ts);
  return event;
}

std::optional<Event> reaction(const json::object& envelope, const json::object& body, const Self& self) {
  const json::object* item = object_at(body, "item");
  if (item == nullptr || text_at(*item, "type") != "message") return {};
  const std::string author = text_at(body, "item_user");
  if (!author.empty() && author != self.user) return {};
  std::string name = text_at(body, "reaction");
  name = name.substr(0, name.find("::"));  // a skin tone
  const auto emoji = std::find_if(emojis.begin(), emojis.end(), [&](const Emoji& one) { return one.name == name; });
  Event event;
  event.kind = Kind::reacted;
  event.account = id_at(body, "user");
  event.place = id_at(*item, "channel");
  const std::string ts = ts_at(*item, "ts");
  if (emoji == emojis.end() || event.account.empty() || event.account == self.user || event.place.empty() || ts.empty())
    return {};
  event.text = std::string(emoji->character);
  event.about = event.place + ":" + ts;
  const std::string when = ts_at(body, "event_ts");
  event.key = key_of("reaction", event.about + ":" + event.account + ":" + name + ":" + when);
  event.workspace = id_at(envelope, "team_id");
  event.direct = event.addressed = is_direct(event.place);
  // A reaction in a channel is answered to the person, if at all: nobody there has asked for anything.
  if (!event.direct) event.reply_to = to_string(ReplyTo{.thread_ts = {}, .response_url = {}, .user = event.account});
  event.at = time_of(when);
  return event;
}

std::optional<Event> gone(const json::object& envelope, const json::object& body) {
  Event event;
  event.kind = Kind::gone;
  event.place = id_at(body, "channel");
  if (event.place.empty()) return {};
  event.key = key_of("gone", event.place + ":" + text_at(envelope, "event_id"));
  event.workspace = id_at(envelope, "team_id");
  event.at = time_of(ts_at(body, "event_ts"));
  return event;
}

std::vector<Event> callback(const json::object& envelope, const Self& self) {
  const json::object* body = object_at(envelope, "event");
  if (text_at(envelope, "type") != "event_callback" || body == nullptr) return {};
  const std::string type = text_at(*body, "type");
  std::optional<Event> event;
  if (type == "message" || type == "app_mention") {
    event = message(envelope, *body, type == "app_mention", self);
  } else if (type == "reaction_added") {
    event = reaction(envelope, *body, self);
  } else if (type == "channel_left" || type == "group_left" || type == "channel_archive" || type == "group_archive") {
    event = gone(envelope, *body);
  }
  std::vector<Event> events;
  if (event) events.push_back(std::move(*event));
  return events;
}

// --- commands and buttons

std::vector<Event> command(const json::object& body, const Self& self) {
  Event event;
  event.kind = Kind::said;
  event.account = id_at(body, "user_id");
  event.account_name = name_at(body, "user_name");
  event.workspace = id_at(body, "team_id");
  event.place = id_at(body, "channel_id");
  const std::string trigger = text_at(body, "trigger_id");
  if (event.account.empty() || event.place.empty() || trigger.empty() || text_at(body, "command").empty()) return {};
  event.key = key_of("command", trigger);
  // In a direct message between two people, too, a command and its answer are seen by the asker alone; what comes
  // later goes to their own direct messages.
  event.direct = is_direct(event.place);
  if (event.direct) event.place = event.account;
  event.addressed = true;
  event.text = plain_words(text_at(body, "text"), self.user);
  event.reply_to =
      to_string(ReplyTo{.thread_ts = {}, .response_url = checked_response_url(body, self), .user = event.account});
  std::vector<Event> events;
  events.push_back(std::move(event));
  return events;
}

std::vector<Event> presses(const json::object& body, const Self& self) {
  const json::object* user = object_at(body, "user");
  const json::object* container = object_at(body, "container");
  const json::value* actions = body.if_contains("actions");
  if (text_at(body, "type") != "block_actions" || user == nullptr || container == nullptr || actions == nullptr ||
      !actions->is_array() || text_at(*container, "type") != "message") {
    return {};
  }
  const json::object* team = object_at(body, "team");
  Event event;
  event.kind = Kind::pressed;
  event.account = id_at(*user, "id");
  event.account_name = name_at(*user, "name");
  event.workspace = id_at(*user, "team_id");
  if (event.workspace.empty() && team != nullptr) event.workspace = id_at(*team, "id");
  event.place = id_at(*container, "channel_id");
  const std::string ts = ts_at(*container, "message_ts"), thread = ts_at(*container, "thread_ts");
  if (event.account.empty() || event.place.empty() || ts.empty()) return {};
  event.about = event.place + ":" + ts;
  event.direct = is_direct(event.place);
  event.addressed = true;
  if (truth_at(*container, "is_ephemeral")) {
    if (event.direct) event.place = event.account;
    event.reply_to =
        to_string(ReplyTo{.thread_ts = {}, .response_url = checked_response_url(body, self), .user = event.account});
  } else {
    event.thread = thread.empty() && !event.direct ? ts : thread;
    event.reply_to = to_string(ReplyTo{.thread_ts = event.thread, .response_url = {}, .user = {}});
  }
  const std::string trigger = text_at(body, "trigger_id");
  std::vector<Event> events;
  for (const json::value& value : actions->as_array()) {
    const json::object* action = value.if_object();
    if (action == nullptr || text_at(*action, "type") != "button" || text_at(*action, "value").empty()) continue;
    const std::string when = ts_at(*action, "action_ts");
    Event pressed = event;
    pressed.action = text::sanitize(text_at(*action, "value"));
    pressed.key = key_of("press", hash_of({trigger, when, event.account, event.about, pressed.action}));
    pressed.at = time_of(when);
    if (!trigger.empty() || !when.empty()) events.push_back(std::move(pressed));
  }
  return events;
}

}  // namespace

std::string plain_words(std::string_view text, const std::string& own_user) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('<');
    out += text.substr(0, open);
    if (open == text.npos) break;
    const std::size_t close = text.find('>', open);
    if (close == text.npos) {  // no markup after all
      out += text.substr(open);
      break;
    }
    const std::string_view inside = text.substr(open + 1, close - open - 1);
    const std::size_t bar = inside.find('|');
    const std::string_view target = inside.substr(0, bar);
    const std::string_view label = bar == inside.npos ? std::string_view() : inside.substr(bar + 1);
    if (target.starts_with('@')) {
      if (target.substr(1) != own_user) out += "@" + std::string(label.empty() ? target.substr(1) : label);
    } else if (target.starts_with('#')) {
      out += "#" + std::string(label.empty() ? target.substr(1) : label);
    } else if (target.starts_with('!')) {
      const std::string_view word = target.substr(1, target.find('^') - 1);
      out += label.empty() ? "@" + std::string(word) : std::string(label);
    } else if (target.starts_with("mailto:")) {
      out += target.substr(7);
    } else {
      out += target;
    }
    text.remove_prefix(close + 1);
  }
  out = text::replace_all(out, "&lt;", "<");
  out = text::replace_all(out, "&gt;", ">");
  out = text::replace_all(out, "&amp;", "&");
  out = text::sanitize(out);
  return std::string(text::trim(out));
}

Frame read_frame(std::string_view text, const Self& self) {
  Frame frame;
  const std::optional<json::object> object = parse_object(text);
  if (!object) return frame;
  const std::string type = text_at(*object, "type");
  frame.envelope_id = text_at(*object, "envelope_id");
  if (type == "hello") {
    frame.kind = Frame::Kind::hello;
    const json::value* connections = object->if_contains("num_connections");
    if (connections != nullptr && connections->is_int64()) frame.connections = connections->as_int64();
  } else if (type == "disconnect") {
    frame.kind = Frame::Kind::disconnect;
    frame.reason = text::ellipsize(text::collapse_space(text::sanitize(text_at(*object, "reason"))), 40);
  } else if (!frame.envelope_id.empty()) {
    frame.kind = Frame::Kind::envelope;
    const json::object* payload = object_at(*object, "payload");
    if (payload == nullptr) return frame;
    if (type == "events_api") frame.events = callback(*payload, self);
    if (type == "slash_commands") frame.events = command(*payload, self);
    if (type == "interactive") frame.events = presses(*payload, self);
  }
  return frame;
}

std::string acknowledgement(const std::string& envelope_id) {
  return json::serialize(json::object{{"envelope_id", envelope_id}});
}

Posted read_post(std::string_view content_type, std::string_view body, const Self& self) {
  Posted posted;
  const std::string type = text::to_lower_ascii(text::trim(content_type.substr(0, content_type.find(';'))));
  std::optional<json::object> object;
  if (type == "application/json") {
    object = parse_object(body);
    if (!object) return posted;
    posted.kind = Posted::Kind::events;
    if (text_at(*object, "type") == "url_verification") {
      posted.kind = Posted::Kind::challenge;
      posted.challenge = text::sanitize(text_at(*object, "challenge"));
    } else {
      posted.events = callback(*object, self);
    }
  } else if (type == "application/x-www-form-urlencoded") {
    json::object fields;
    for (const auto& [name, value] : read_form(body)) {
      fields[text::sanitize(name)] = text::sanitize(value);
    }
    if (fields.contains("payload")) {
      object = parse_object(text_at(fields, "payload"));
      if (!object) return posted;
      posted.events = presses(*object, self);
    } else if (fields.contains("command")) {
      posted.events = command(fields, self);
    } else if (!fields.contains("ssl_check")) {
      return posted;
    }
    posted.kind = Posted::Kind::events;
  }
  return posted;
}

std::string to_string(const ReplyTo& reply_to) {
  std::string out;
  if (!reply_to.thread_ts.empty()) out += " thread:" + reply_to.thread_ts;
  if (!reply_to.response_url.empty()) out += " response:" + reply_to.response_url;
  if (!reply_to.user.empty()) out += " user:" + reply_to.user;
  return out.empty() ? out : out.substr(1);
}

ReplyTo read_reply_to(std::string_view text) {
  ReplyTo reply_to;
  for (const std::string_view word : text::split(text, ' ')) {
    const std::size_t colon = std::min(word.find(':'), word.size());
    const std::string_view key = word.substr(0, colon);
    const std::string value(word.substr(std::min(colon + 1, word.size())));
    if (key == "thread") reply_to.thread_ts = value;
    if (key == "response") reply_to.response_url = value;
    if (key == "user") reply_to.user = value;
  }
  return reply_to;
}

}  // namespace paperboy::integrations::slack
