#include "daemon/flow/event_text.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "daemon/base/text.hpp"

namespace paperboy::flow {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<Event::Kind, std::string_view>, 4> kinds{{{Event::Kind::said, "said"},
                                                                         {Event::Kind::pressed, "pressed"},
                                                                         {Event::Kind::reacted, "reacted"},
                                                                         {Event::Kind::gone, "gone"}}};
constexpr std::array<std::pair<std::string Event::*, const char*>, 10> texts{{{&Event::key, "key"},
                                                                              {&Event::account, "account"},
                                                                              {&Event::account_name, "account_name"},
                                                                              {&Event::workspace, "workspace"},
                                                                              {&Event::place, "place"},
                                                                              {&Event::thread, "thread"},
                                                                              {&Event::text, "text"},
                                                                              {&Event::action, "action"},
                                                                              {&Event::about, "about"},
                                                                              {&Event::reply_to, "reply_to"}}};

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* at = object.if_contains(key);
  return at != nullptr && at->is_string() ? std::string(at->get_string()) : std::string();
}

bool truth_at(const json::object& object, std::string_view key) {
  const json::value* at = object.if_contains(key);
  return at != nullptr && at->is_bool() && at->get_bool();
}

}  // namespace

std::string encode(const Event& event) {
  json::object object;
  for (const auto& [kind, word] : kinds) {
    if (kind == event.kind) object["kind"] = word;
  }
  for (const auto& [member, name] : texts) {
    if (!(event.*member).empty()) object[name] = text::sanitize(event.*member);
  }
  if (event.direct) object["direct"] = true;
  if (event.addressed) object["addressed"] = true;
  object["at"] = to_epoch_ms(event.at);
  if (!event.files.empty()) {
    json::array files;
    for (const Attachment& file : event.files) {
      files.push_back(json::object{{"name", text::sanitize(file.name)},
                                   {"content", text::sanitize(file.content.substr(0, largest_attachment))}});
    }
    object["files"] = std::move(files);
  }
  return json::serialize(object);
}

std::optional<Event> decode_event(std::string_view text) {
  boost::system::error_code error;
  const json::value parsed = json::parse(text, error);
  if (error || !parsed.is_object()) return std::nullopt;
  const json::object& object = parsed.get_object();
  Event event;
  const std::string word = text_at(object, "kind");
  bool known = false;
  for (const auto& [kind, name] : kinds) {
    if (name != word) continue;
    event.kind = kind;
    known = true;
  }
  if (!known) return std::nullopt;
  for (const auto& [member, name] : texts) event.*member = text_at(object, name);
  event.direct = truth_at(object, "direct");
  event.addressed = truth_at(object, "addressed");
  if (const json::value* at = object.if_contains("at"); at != nullptr && at->is_int64())
    event.at = from_epoch_ms(at->get_int64());
  if (const json::value* files = object.if_contains("files"); files != nullptr && files->is_array()) {
    for (const json::value& file : files->get_array()) {
      if (file.is_object())
        event.files.push_back({text_at(file.get_object(), "name"), text_at(file.get_object(), "content")});
    }
  }
  return event;
}

}  // namespace paperboy::flow
