#include "integrations/telegram/events.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <tuple>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::telegram {
namespace {

namespace json = boost::json;
using flow::Event;

constexpr std::int64_t largest_id = (std::int64_t{1} << 52) - 1;
constexpr std::size_t deepest_json = 256;              // rich messages nest 16 blocks, each of several levels
constexpr std::size_t longest_callback = 64;           // bytes of callback_data
constexpr std::size_t longest_name = 120;              // of a person or a file, in code points
constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999

const json::value* member(const json::object& object, std::string_view name) {
  return object.if_contains(name);
}

const json::object* object_at(const json::object& object, std::string_view name) {
  const json::value* value = member(object, name);
  return value == nullptr ? nullptr : value->if_object();
}

std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* value = member(object, name);
  return value == nullptr || !value->is_string() ? std::string_view() : std::string_view(value->get_string());
}

std::optional<std::int64_t> number_at(const json::object& object, std::string_view name, std::int64_t least,
                                      std::int64_t most) {
  const json::value* value = member(object, name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  const std::int64_t number = value->get_int64();
  if (number < least || number > most) return std::nullopt;
  return number;
}

bool true_at(const json::object& object, std::string_view name) {
  const json::value* value = member(object, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::string label(std::string_view text) {
  return text::ellipsize(text::collapse_space(text::sanitize(text)), longest_name);
}

// The byte at which UTF-16 unit `offset` of `text` begins.
std::size_t byte_of(std::string_view text, std::int64_t offset) {
  std::size_t at = 0;
  for (std::int64_t units = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte & 0xC0) == 0x80) continue;  // within a character
    if (units >= offset) break;
    units += byte >= 0xF0 ? 2 : 1;
  }
  return at;
}

// --- what was said

struct Words {
  std::string text;
  bool names_us = false;
  std::string command;  // without '/' and '@name', lower case; empty: none
  bool for_us = false;  // the command has our name
  bool for_other = false;
};

struct Edit {
  std::size_t begin, end;
  std::string instead;
};

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

// A name that is cut out takes the blank with it that parted it from the rest, and at the beginning a comma or colon.
Edit cut(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin == 0 && end < text.size() && (text[end] == ',' || text[end] == ':')) ++end;
  if (end < text.size() && is_blank(text[end]) && (begin == 0 || is_blank(text[begin - 1]))) ++end;
  return {begin, end, {}};
}

void read_command(Words& words, std::vector<Edit>& edits, std::string_view part, std::size_t begin, const Self& self) {
  const std::size_t sign = std::min(part.find('@'), part.size());
  words.command =
      text::to_lower_ascii(part.substr(std::min<std::size_t>(1, sign), sign - std::min<std::size_t>(1, sign)));
  if (sign == part.size()) return;
  words.for_us = text::iequals_ascii(part.substr(sign + 1), self.username);
  words.for_other = !words.for_us;
  edits.push_back({begin + sign, begin + part.size(), {}});
}

void read_entity(Words& words, std::vector<Edit>& edits, std::string_view text, const json::object& entity,
                 const Self& self) {
  const auto offset = number_at(entity, "offset", 0, 1'000'000);
  const auto length = number_at(entity, "length", 1, 1'000'000);
  if (!offset || !length) return;
  const std::size_t begin = byte_of(text, *offset), end = byte_of(text, *offset + *length);
  const std::string_view part = text.substr(begin, end - begin);
  const std::string_view type = text_at(entity, "type");
  if (type == "bot_command" && *offset == 0 && part.starts_with('/')) {
    read_command(words, edits, part, begin, self);
  } else if (type == "mention" && !self.username.empty() && part.starts_with('@') &&
             text::iequals_ascii(part.substr(1), self.username)) {
    words.names_us = true;
    edits.push_back(cut(text, begin, end));
  } else if (type == "text_mention") {
    const json::object* user = object_at(entity, "user");
    if (user == nullptr || number_at(*user, "id", 1, largest_id) != self.id) return;
    words.names_us = true;
    edits.push_back(cut(text, begin, end));
  } else if (type == "text_link") {
    const std::string_view url = text_at(entity, "url");
    const bool web = url.starts_with("http://") || url.starts_with("https://");
    if (web && url != part) edits.push_back({end, end, " " + std::string(url)});
  }
}

Words read_words(const json::object& message, const Self& self) {
  const bool caption = !message.contains("text");
  const std::string_view text = text_at(message, caption ? "caption" : "text");
  const json::value* entities = member(message, caption ? "caption_entities" : "entities");
  Words words;
  std::vector<Edit> edits;
  if (entities != nullptr && entities->is_array()) {
    for (const json::value& entity : entities->get_array()) {
      if (entity.is_object()) read_entity(words, edits, text, entity.get_object(), self);
    }
  }
  const auto earlier = [](const Edit& a, const Edit& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); };
  std::sort(edits.begin(), edits.end(), earlier);
  std::string said;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    if (edit.begin < at) continue;  // within one that was cut out
    said += std::string(text.substr(at, edit.begin - at)) + edit.instead;
    at = edit.end;
  }
  said += text.substr(at);
  words.text = std::string(text::trim(text::sanitize(said)));
  return words;
}

bool is_verb(const std::string& command, const Self& self) {
  return self.verbs.empty() || command == "start" || command == "help" ||
         std::find(self.verbs.begin(), self.verbs.end(), command) != self.verbs.end();
}

// "/start CODE", which a link t.me/BOT?start=CODE makes.
std::string deep_link(const std::string& text) {
  const std::string_view rest = text::trim(std::string_view(text).substr(std::min(text.find(' '), text.size())));
  const bool code = !rest.empty() && rest.size() <= 64 &&
                    rest.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-") ==
                        std::string_view::npos;
  return code ? "link " + std::string(rest) : text;
}

// --- who and where

struct Chat {
  std::int64_t id = 0;
  bool is_private = false;
};

std::optional<Chat> chat_of(const json::object& object) {
  const json::object* chat = object_at(object, "chat");
  if (chat == nullptr) return std::nullopt;
  const auto id = number_at(*chat, "id", -largest_id, largest_id);
  if (!id || *id == 0) return std::nullopt;
  return Chat{*id, text_at(*chat, "type") == "private"};
}

// The destination to which answers go.
std::string place_of(const Chat& chat, const json::object& message) {
  const std::string place = std::to_string(chat.id);
  const auto topic = number_at(message, "message_thread_id", 2, 2'147'483'647);  // 1, the General one, is the group
  return topic && true_at(message, "is_topic_message") ? place + "/" + std::to_string(*topic) : place;
}

// A person; nothing of bots.
bool read_account(Event& event, const json::object& object) {
  const json::object* from = object_at(object, "from");
  if (from == nullptr || true_at(*from, "is_bot")) return false;
  const auto id = number_at(*from, "id", 1, largest_id);
  if (!id) return false;
  event.account = std::to_string(*id);
  event.account_name =
      label(std::string(text_at(*from, "first_name")) + " " + std::string(text_at(*from, "last_name")));
  return true;
}

// The message of ours that it answers.
std::optional<MessageRef> answered(const json::object& message, const Chat& chat, const Self& self) {
  const json::object* earlier = object_at(message, "reply_to_message");
  if (earlier == nullptr || earlier->contains("forum_topic_created")) return {};  // every message of a topic has it
  const json::object* from = object_at(*earlier, "from");
  if (from == nullptr || number_at(*from, "id", 1, largest_id) != self.id) return {};
  return MessageRef{chat.id, number_at(*earlier, "message_id", 1, largest_id).value_or(0)};
}

// --- files

void read_document(Heard& heard, const json::object& message) {
  static constexpr std::array<std::string_view, 8> endings{".bib", ".bbl", ".txt", ".csv",
                                                           ".tsv", ".md",  ".tex", ".ris"};
  const json::object* document = object_at(message, "document");
  if (document == nullptr) return;
  const std::string name = label(text_at(*document, "file_name"));
  const std::string lower = text::to_lower_ascii(name);
  const std::string_view type = text_at(*document, "mime_type");
  const bool text = type.starts_with("text/") || type == "application/x-bibtex" ||
                    std::any_of(endings.begin(), endings.end(), [&](auto ending) { return lower.ends_with(ending); });
  const bool small = !document->contains("file_size") ||
                     number_at(*document, "file_size", 0, static_cast<std::int64_t>(flow::largest_attachment));
  const std::string_view id = text_at(*document, "file_id");
  if (!text || !small || id.empty() || text::sanitize(id) != id) return;
  heard.file_id = std::string(id);
  heard.file_name = name;
}

// --- updates

void read_message(Updates& updates, Event event, const json::object& message, const Self& self) {
  const std::optional<Chat> chat = chat_of(message);
  if (!chat) return;
  if (const auto moved = number_at(message, "migrate_to_chat_id", -largest_id, -1)) {
    updates.moves.emplace_back(chat->id, *moved);
    return;
  }
  // In the name of a chat: who speaks is not told.
  if (message.contains("sender_chat") || !read_account(event, message)) return;
  const auto number = number_at(message, "message_id", 1, largest_id);
  const Words words = read_words(message, self);
  if (words.for_other) return;
  Heard heard;
  read_document(heard, message);
  if (words.text.empty() && !words.names_us && heard.file_id.empty()) return;
  event.kind = Event::Kind::said;
  event.place = place_of(*chat, message);
  event.direct = chat->is_private;
  const std::optional<MessageRef> earlier = answered(message, *chat, self);
  const bool command = !words.command.empty() && (words.for_us || is_verb(words.command, self));
  event.addressed = event.direct || words.names_us || command || earlier.has_value();
  if (earlier && earlier->message > 0) event.about = to_string(*earlier);
  event.text = event.direct && words.command == "start" ? deep_link(words.text) : words.text;
  if (number) event.reply_to = to_string(MessageRef{chat->id, *number});
  if (const auto date = number_at(message, "date", 0, last_second)) event.at = Time(std::chrono::seconds(*date));
  heard.event = std::move(event);
  updates.heard.push_back(std::move(heard));
}

void read_press(Updates& updates, Event event, const json::object& query) {
  const std::string_view id = text_at(query, "id");
  if (!id.empty() && text::sanitize(id) == id) updates.callbacks.emplace_back(id);
  const json::object* message = object_at(query, "message");
  if (message == nullptr || !read_account(event, query)) return;
  const std::optional<Chat> chat = chat_of(*message);
  const auto number = number_at(*message, "message_id", 1, largest_id);
  const std::string_view data = text_at(query, "data");
  if (!chat || !number || data.empty() || data.size() > longest_callback || text::sanitize(data) != data) return;
  event.kind = Event::Kind::pressed;
  event.place = place_of(*chat, *message);
  event.direct = chat->is_private;
  event.addressed = true;
  event.action = std::string(data);
  event.about = event.reply_to = to_string(MessageRef{chat->id, *number});
  Heard heard;
  heard.event = std::move(event);
  updates.heard.push_back(std::move(heard));
}

void read_membership(Updates& updates, Event event, const json::object& change) {
  const std::optional<Chat> chat = chat_of(change);
  const json::object* member = object_at(change, "new_chat_member");
  if (!chat || member == nullptr) return;
  const std::string_view status = text_at(*member, "status");
  const bool out = status == "kicked" || status == "left" || (status == "restricted" && !true_at(*member, "is_member"));
  if (!out) return;
  read_account(event, change);
  event.kind = Event::Kind::gone;
  event.place = std::to_string(chat->id);
  event.direct = chat->is_private;
  if (const auto date = number_at(change, "date", 0, last_second)) event.at = Time(std::chrono::seconds(*date));
  Heard heard;
  heard.event = std::move(event);
  updates.heard.push_back(std::move(heard));
}

bool read_into(Updates& updates, const json::value& value, const Self& self) {
  const json::object* update = value.if_object();
  const auto id = update == nullptr ? std::nullopt : number_at(*update, "update_id", 0, largest_id);
  if (!id) return false;
  updates.last = id;
  Event event;
  event.key = "u:" + std::to_string(*id);
  if (const json::object* message = object_at(*update, "message")) {
    read_message(updates, std::move(event), *message, self);
  } else if (const json::object* query = object_at(*update, "callback_query")) {
    read_press(updates, std::move(event), *query);
  } else if (const json::object* change = object_at(*update, "my_chat_member")) {
    read_membership(updates, std::move(event), *change);
  }
  return true;
}

json::value parsed(std::string_view text, boost::system::error_code& trouble) {
  json::parse_options options;
  options.max_depth = deepest_json;
  options.allow_invalid_utf8 = true;  // made good where it is used
  return json::parse(text, trouble, {}, options);
}

}  // namespace

std::optional<Updates> read_updates(std::string_view answer, const Self& self) {
  boost::system::error_code trouble;
  const json::value value = parsed(answer, trouble);
  if (trouble || !value.is_object() || !true_at(value.get_object(), "ok")) return std::nullopt;
  const json::value* result = member(value.get_object(), "result");
  if (result == nullptr || !result->is_array()) return std::nullopt;
  Updates updates;
  for (const json::value& update : result->get_array()) {
    if (!read_into(updates, update, self)) ++updates.malformed;
  }
  return updates;
}

std::optional<Updates> read_update(std::string_view body, const Self& self) {
  boost::system::error_code trouble;
  const json::value value = parsed(body, trouble);
  Updates updates;
  if (trouble || !read_into(updates, value, self)) return std::nullopt;
  return updates;
}

std::string to_string(const MessageRef& ref) {
  return std::to_string(ref.chat) + ":" + std::to_string(ref.message);
}

std::optional<MessageRef> parse_ref(std::string_view text) {
  MessageRef ref;
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const char* end = text.data() + text.size();
  const auto chat = std::from_chars(text.data(), text.data() + colon, ref.chat);
  const auto message = std::from_chars(text.data() + colon + 1, end, ref.message);
  const bool whole =
      chat.ec == std::errc{} && chat.ptr == text.data() + colon && message.ec == std::errc{} && message.ptr == end;
  if (!whole || ref.chat == 0 || ref.message < 1) return std::nullopt;
  return ref;
}

}  // namespace paperboy::integrations::telegram
