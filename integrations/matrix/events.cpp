#include "integrations/matrix/events.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/base/text.hpp"
#include "integrations/matrix/names.hpp"

namespace paperboy::integrations::matrix {
namespace {

namespace json = boost::json;
using Kind = Happening::Kind;

constexpr std::size_t longest_id = 255;
constexpr std::size_t longest_reaction = 64;
constexpr std::int64_t latest_time = 253'402'300'799'999;  // of the year 9999

const json::object& empty_object() {
  static const json::object none;
  return none;
}
const json::object& object_at(const json::object& object, std::string_view key) {
  const json::value* at = object.if_contains(key);
  return at != nullptr && at->is_object() ? at->get_object() : empty_object();
}
const json::array& array_at(const json::object& object, std::string_view key) {
  static const json::array none;
  const json::value* at = object.if_contains(key);
  return at != nullptr && at->is_array() ? at->get_array() : none;
}
std::string string_at(const json::object& object, std::string_view key) {
  const json::value* at = object.if_contains(key);
  return at != nullptr && at->is_string() ? std::string(at->get_string()) : std::string();
}
std::optional<std::int64_t> integer_at(const json::object& object, std::string_view key) {
  const json::value* at = object.if_contains(key);
  if (at == nullptr || !at->is_int64()) return std::nullopt;
  return at->get_int64();
}
// An id of an event, a user or a room; empty if it is none.
std::string id_at(const json::object& object, std::string_view key, char sigil) {
  std::string id = string_at(object, key);
  const bool fits = id.size() > 1 && id.size() <= longest_id && id.front() == sigil;
  return fits ? id : std::string();
}
bool is_user(const std::string& id) {
  return id.starts_with('@') && fault_of_destination(id).empty();
}
bool is_room(const std::string& id) {
  return id.starts_with('!') && fault_of_destination(id).empty();
}

// "> " lines and the blank one after them: what clients before 2024 put before a reply.
std::string without_quotation(std::string_view body) {
  std::string_view rest = body;
  while (rest.starts_with('>')) {
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) return {};
    rest.remove_prefix(end + 1);
  }
  return std::string(text::trim(rest));
}

// An emoji as a character: without the variation selectors and skin tones that clients add.
std::string bare_emoji(const std::string& key) {
  const std::string clean = text::sanitize(key);
  std::string out;
  for (std::size_t at = 0; at < clean.size();) {
    const char32_t cp = text::next_code_point(clean, at);
    const bool dress = cp == 0xFE0E || cp == 0xFE0F || (cp >= 0x1F3FB && cp <= 0x1F3FF);
    if (!dress) text::append_code_point(out, cp);
  }
  return out.size() <= longest_reaction ? out : std::string();
}

bool is_text_file(std::string_view type, std::string_view name) {
  if (type.starts_with("text/") || type.find("bibtex") != type.npos) return true;
  const std::string lower = text::to_lower_ascii(name);
  return lower.ends_with(".bib") || lower.ends_with(".txt");
}

bool read_said(const json::object& content, const std::string& user, Happening& out) {
  const std::string type = string_at(content, "msgtype");
  if (type != "m.text" && type != "m.file") return false;
  const json::object& relation = object_at(content, "m.relates_to");
  const std::string kind = string_at(relation, "rel_type");
  if (kind == "m.replace") return false;
  out.begins = kind.empty();
  if (kind == "m.thread") out.root = id_at(relation, "event_id", '$');
  out.answers = id_at(object_at(relation, "m.in_reply_to"), "event_id", '$');
  const std::string body = text::sanitize(string_at(content, "body"));
  out.text = out.answers.empty() ? std::string(text::trim(body)) : without_quotation(body);
  if (out.answers.empty()) out.answers = out.root;
  const json::array& mentioned = array_at(object_at(content, "m.mentions"), "user_ids");
  out.mentions = std::any_of(mentioned.begin(), mentioned.end(),
                             [&](const json::value& who) { return who.is_string() && who.get_string() == user; });
  if (type == "m.text") return !out.text.empty();

  // A caption stands in the body, if the file's name stands elsewhere.
  const std::string given = text::sanitize(string_at(content, "filename"));
  out.name = text::ellipsize(text::collapse_space(given.empty() ? body : given), longest_id);
  if (given.empty() || given == body) out.text.clear();
  const json::object& info = object_at(content, "info");
  const std::int64_t size = integer_at(info, "size").value_or(0);
  out.file = string_at(content, "url");  // none: the file is encrypted
  return out.file.starts_with("mxc://") && is_text_file(string_at(info, "mimetype"), out.name) && size >= 0 &&
         static_cast<std::uint64_t>(size) <= flow::largest_attachment;
}

bool read_content(const json::object& event, const json::object& content, const std::string& user, Happening& out) {
  const std::string type = string_at(event, "type");
  if (type == "m.room.member") {
    out.kind = Kind::membership;
    out.member = id_at(event, "state_key", '@');
    out.membership = string_at(content, "membership");
    out.membership_before = string_at(object_at(object_at(event, "unsigned"), "prev_content"), "membership");
    return !out.member.empty();
  }
  if (type == "m.room.tombstone") {
    out.kind = Kind::replaced;
    out.replacement = id_at(content, "replacement_room", '!');
    return is_room(out.replacement) && event.contains("state_key");
  }
  if (out.sender == user) return false;
  if (type == "m.room.message") return read_said(content, user, out);
  if (type == "m.room.encrypted") {
    out.kind = Kind::encrypted;
    return true;
  }
  if (type != "m.reaction") return false;
  out.kind = Kind::reacted;
  const json::object& relation = object_at(content, "m.relates_to");
  out.answers = id_at(relation, "event_id", '$');
  out.text = bare_emoji(string_at(relation, "key"));
  return string_at(relation, "rel_type") == "m.annotation" && !out.answers.empty() && !out.text.empty();
}

std::optional<Happening> read_event(const json::value& value, const std::string& user) {
  if (!value.is_object()) return std::nullopt;
  const json::object& event = value.get_object();
  Happening out;
  out.id = id_at(event, "event_id", '$');
  out.sender = id_at(event, "sender", '@');
  out.at = from_epoch_ms(std::clamp<std::int64_t>(integer_at(event, "origin_server_ts").value_or(0), 0, latest_time));
  const bool redacted = object_at(event, "unsigned").contains("redacted_because");
  if (out.id.empty() || !is_user(out.sender) || redacted) return std::nullopt;
  if (!read_content(event, object_at(event, "content"), user, out)) return std::nullopt;
  return out;
}

std::vector<Happening> read_events(const json::array& events, const std::string& user) {
  std::vector<Happening> happened;
  for (const json::value& value : events) {
    if (std::optional<Happening> one = read_event(value, user)) happened.push_back(std::move(*one));
  }
  return happened;
}

std::optional<Invitation> read_invitation(const std::string& room, const json::object& news, const std::string& user) {
  Invitation out;
  out.room = room;
  for (const json::value& value : array_at(object_at(news, "invite_state"), "events")) {
    if (!value.is_object()) continue;
    const json::object& event = value.get_object();
    const std::string type = string_at(event, "type");
    if (type == "m.room.encryption") out.encrypted = true;
    const bool ours = type == "m.room.member" && string_at(event, "state_key") == user &&
                      string_at(object_at(event, "content"), "membership") == "invite";
    if (ours) out.by = id_at(event, "sender", '@');
  }
  if (!is_user(out.by)) return std::nullopt;
  return out;
}

// Paperboy's own leaving is no removal.
std::optional<Removal> read_removal(const std::string& room, const json::object& news, const std::string& user) {
  Removal out;
  out.room = room;
  for (const char* where : {"state", "timeline"}) {
    for (const Happening& one : read_events(array_at(object_at(news, where), "events"), user)) {
      if (one.kind != Kind::membership || one.member != user) continue;
      out.by = one.sender;
      out.id = one.id;
    }
  }
  if (out.by == user) return std::nullopt;
  return out;
}

std::optional<json::object> parse_object(const std::string& body) {
  boost::system::error_code error;
  json::value value = json::parse(body, error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

json::array read_types() {
  return {"m.room.message", "m.room.encrypted", "m.reaction", "m.room.member", "m.room.tombstone"};
}

// --- being spoken to

// Takes `name` off the beginning of `words` with what ends a form of address. `sure`: it is one without a colon, too.
bool take_off(std::string_view& words, std::string_view name, bool sure) {
  if (name.empty() || !text::starts_with_ci(words, name)) return false;
  std::string_view rest = words.substr(name.size());
  const auto ends = [](std::string_view text) { return text.empty() || text.find_first_of(" \n\t") == 0; };
  const bool marked = !rest.empty() && (rest.front() == ':' || rest.front() == ',') &&
                      (!name.starts_with('@') || ends(rest.substr(1)));  // "@paperboy:" may begin another's id
  if (!marked && !(sure && ends(rest))) return false;
  if (marked) rest.remove_prefix(1);
  words = text::trim(rest);
  return true;
}

// The text of a pill as some clients write it into the plain body: "[Paperboy](https://matrix.to/#/@paperboy:...)".
std::string_view pill(std::string_view words, const std::string& user) {
  if (!words.starts_with('[')) return {};
  const std::size_t middle = words.find("](https://matrix.to/#/"), end = words.find(')', middle);
  if (middle == words.npos || end == words.npos || words.substr(0, middle).find('\n') != words.npos) return {};
  const std::string_view link = words.substr(middle, end - middle);
  const bool ours =
      link.ends_with("/" + user) || text::iequals_ascii(link.substr(link.rfind('/') + 1), path_part(user));
  return ours ? words.substr(0, end + 1) : std::string_view();
}

bool take_off_address(std::string_view& words, const Self& self, bool mentioned) {
  if (take_off(words, "!paperboy", true) || take_off(words, "!paper", true)) return true;
  if (take_off(words, pill(words, self.user), true) || take_off(words, self.user, true)) return true;
  const std::string local = self.user.substr(1, self.user.find(':') - 1);
  for (const std::string& name : {self.shown, "@" + self.shown, local, "@" + local}) {
    if (name.size() > 1 && take_off(words, name, mentioned)) return true;
  }
  return false;
}

}  // namespace

std::string sync_filter() {
  const json::object nothing{{"types", json::array()}};
  return json::serialize(json::object{
      {"presence", nothing},
      {"account_data", nothing},
      {"room", json::object{{"ephemeral", nothing},
                            {"account_data", nothing},
                            {"state", json::object{{"types", json::array()}, {"lazy_load_members", true}}},
                            {"timeline", json::object{{"types", read_types()}, {"limit", most_events}}}}}});
}

std::string page_filter() {
  return json::serialize(json::object{{"types", read_types()}});
}

std::optional<Sync> read_sync(const std::string& body, const std::string& user) {
  const std::optional<json::object> answer = parse_object(body);
  if (!answer) return std::nullopt;
  Sync sync;
  sync.next = string_at(*answer, "next_batch");
  if (sync.next.empty()) return std::nullopt;
  const json::object& rooms = object_at(*answer, "rooms");
  const auto each = [&](const char* kind, const auto& use) {
    for (const auto& [id, news] : object_at(rooms, kind)) {
      const std::string room(id);
      if (is_room(room) && news.is_object()) use(room, news.get_object());
    }
  };
  each("join", [&](const std::string& room, const json::object& joined) {
    const json::object& timeline = object_at(joined, "timeline");
    News news;
    news.room = room;
    news.happened = read_events(array_at(timeline, "events"), user);
    const json::value* limited = timeline.if_contains("limited");
    news.limited = limited != nullptr && limited->is_bool() && limited->get_bool();
    news.before = string_at(timeline, "prev_batch");
    news.members = integer_at(object_at(joined, "summary"), "m.joined_member_count");
    sync.news.push_back(std::move(news));
  });
  each("invite", [&](const std::string& room, const json::object& news) {
    if (auto invitation = read_invitation(room, news, user)) sync.invitations.push_back(std::move(*invitation));
  });
  each("leave", [&](const std::string& room, const json::object& news) {
    if (auto removal = read_removal(room, news, user)) sync.removals.push_back(std::move(*removal));
  });
  return sync;
}

std::optional<Page> read_page(const std::string& body, const std::string& user) {
  const std::optional<json::object> answer = parse_object(body);
  if (!answer) return std::nullopt;
  const json::value* chunk = answer->if_contains("chunk");
  if (chunk == nullptr || !chunk->is_array()) return std::nullopt;
  Page page;
  page.events = chunk->get_array().size();
  page.happened = read_events(chunk->get_array(), user);
  page.end = string_at(*answer, "end");
  return page;
}

std::optional<std::size_t> beginning(const std::vector<Happening>& happened, const std::string& user) {
  const auto own = [&](const Happening& one, std::string_view membership) {
    return one.kind == Kind::membership && one.member == user && one.membership == membership;
  };
  std::optional<std::size_t> joined;
  for (std::size_t i = happened.size(); i-- > 0;) {
    const Happening& one = happened[i];
    // Another name or picture is told as a join after a join.
    if (!joined && own(one, "join") && one.membership_before != "join") joined = i + 1;
    if (joined && own(one, "invite")) return i + 1;
    if (joined && (own(one, "leave") || own(one, "ban"))) return joined;
  }
  return joined;
}

flow::Event event_of(const Happening& happening, const std::string& room, const Self& self) {
  flow::Event event;
  event.key = happening.id;
  event.account = happening.sender;
  event.workspace = server_of(happening.sender);
  event.place = room;
  event.direct = self.alone_with_one;
  event.at = happening.at;
  if (happening.kind == Kind::reacted) {
    event.kind = flow::Event::Kind::reacted;
    event.text = happening.text;
    event.about = happening.answers;
    event.reply_to = text_of({happening.answers, ""});
    return event;
  }
  std::string_view words = text::trim(happening.text);
  const bool by_name = take_off_address(words, self, happening.mentions);
  event.addressed = event.direct || by_name || happening.mentions;
  event.text = std::string(words);
  event.about = happening.answers;
  // In a group the answer begins a thread; between two it is simply the next message.
  event.thread = happening.root;
  if (event.thread.empty() && !event.direct && happening.begins) event.thread = happening.id;
  event.reply_to = text_of({happening.id, event.thread});
  return event;
}

std::string text_of(const Below& below) {
  json::object object{{"event", below.event}};
  if (!below.root.empty()) object["root"] = below.root;
  return json::serialize(object);
}

Below below_of(const std::string& reply_to) {
  return {text_at(reply_to, "event"), text_at(reply_to, "root")};
}

}  // namespace paperboy::integrations::matrix
