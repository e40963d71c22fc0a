#include "tests/support/matrix_call.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>

namespace paperboy::test {
namespace {

namespace json = boost::json;
using matrix::error;
using matrix::now_ms;
using matrix::okay;
using matrix::text_of;

constexpr std::size_t largest_event = 65'536;
constexpr std::size_t added_by_server = 900;  // ids, hashes, signatures, what went before

Answer not_in(const std::string& room_id, bool previews) {
  return error(403, "M_FORBIDDEN",
               "User " + std::string(FakeMatrix::user) + " not in room " + room_id +
                   (previews ? ", and room previews are disabled" : ""));
}
Answer unrecognized() {
  return error(404, "M_UNRECOGNIZED", "Unrecognized request");
}

std::string decoded(std::string_view part) {
  std::string out;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '%' && i + 2 < part.size()) {
      out += static_cast<char>(std::stoi(std::string(part.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += part[i];
    }
  }
  return out;
}

}  // namespace

FakeMatrix::FakeMatrix(boost::asio::io_context& loop, unsigned short port)
    : Provider(loop, port), news_(loop.get_executor()) {
  for (const char* id : {room, encrypted_room, quiet_room, hashed_room}) rooms_[id].members[user] = "join";
  rooms_[invited_room].members[user] = "invite";
  rooms_[invited_room].inviter = reader;
  rooms_[closed_room].members[reader] = "join";
  rooms_[encrypted_room].encrypted = true;
  rooms_[quiet_room].level_to_write = 50;
  for (auto& [id, made] : rooms_) {
    made.members[reader] = "join";
    made.create = {{"creator", reader}, {"room_version", "10"}};
  }
  aliases_[alias] = room;
  tokens_[token] = device;
}

void FakeMatrix::limit_messages(Duration interval, int burst) {
  interval_ = interval;
  burst_ = burst;
  tokens_left_ = burst;
  tokens_at_ = now_ms();
}

void FakeMatrix::sign_out(bool soft) {
  softly_dead_.clear();
  if (soft) {
    for (const auto& [dead, its_device] : tokens_) softly_dead_.insert(dead);
  } else {
    transactions_.clear();  // they go with their device
  }
  tokens_.clear();
}

void FakeMatrix::leave(const std::string& room_id, const std::string& who) {
  set_member(room_id, who, "leave", who == user ? reader : who);
}
void FakeMatrix::encrypt(const std::string& room_id) {
  rooms_.at(room_id).encrypted = true;
}
void FakeMatrix::write_as_other(const std::string& room_id, const std::string& body) {
  say(room_id, reader, body);
}
std::string FakeMatrix::happen(const std::string& room_id, const std::string& who, const std::string& type,
                               json::object content, std::optional<std::int64_t> at) {
  Event event;
  event.sender = who;
  event.type = type;
  event.content = std::move(content);
  event.at = at.value_or(now_ms());
  return append(room_id, std::move(event));
}
std::string FakeMatrix::say(const std::string& room_id, const std::string& who, const std::string& body,
                            json::object more) {
  json::object content{{"msgtype", "m.text"}, {"body", body}};
  for (const auto& [key, value] : more) content[key] = value;
  return happen(room_id, who, "m.room.message", std::move(content));
}
void FakeMatrix::join_as_other(const std::string& room_id, const std::string& who) {
  set_member(room_id, who, "join", who);
}
std::string FakeMatrix::invite(const std::string& who, bool encrypted) {
  const std::string id = new_id('!');
  Room& made = rooms_[id];
  made.create = {{"creator", who}, {"room_version", "10"}};
  made.encrypted = encrypted;
  set_member(id, who, "join", who);
  set_member(id, user, "invite", who);
  return id;
}
std::string FakeMatrix::replace(const std::string& room_id) {
  const std::string id = new_id('!');
  rooms_[id].create = {{"creator", reader}, {"room_version", "12"}};
  rooms_[id].open = true;
  set_member(id, reader, "join", reader);
  Event event;
  event.sender = reader;
  event.type = "m.room.tombstone";
  event.at = now_ms();
  event.content = {{"body", "This room has been replaced"}, {"replacement_room", id}};
  event.state_key = "";
  append(room_id, std::move(event));
  return id;
}

std::string FakeMatrix::append(const std::string& room_id, Event event) {
  event.id = new_id('$');
  event.position = ++stream_;
  rooms_.at(room_id).events.push_back(std::move(event));
  news_.ring();
  return rooms_.at(room_id).events.back().id;
}
void FakeMatrix::set_member(const std::string& room_id, const std::string& who, const std::string& membership,
                            const std::string& by) {
  Event event;
  event.sender = by;
  event.type = "m.room.member";
  event.at = now_ms();
  event.content = {{"membership", membership}};
  event.state_key = who;
  event.membership_before = this->membership(room_id, who);
  Room& its = rooms_.at(room_id);
  its.members[who] = membership;
  append(room_id, std::move(event));
  if (who != user) return;
  its.own_change = stream_;
  if (membership == "invite") its.inviter = by;
}
std::set<std::string> FakeMatrix::rooms() const {
  std::set<std::string> ids;
  for (const auto& [id, its] : rooms_) ids.insert(id);
  return ids;
}
std::string FakeMatrix::membership(const std::string& room_id, const std::string& who) const {
  const auto at = rooms_.find(room_id);
  if (at == rooms_.end() || !at->second.members.contains(who)) return {};
  return at->second.members.at(who);
}

std::string FakeMatrix::new_id(char sigil) {
  return std::string(1, sigil) + "made" + std::to_string(++made_) + (sigil == '!' ? ":" + std::string(server) : "");
}

std::optional<Duration> FakeMatrix::wait_of_limit() {
  if (burst_ == 0) return std::nullopt;
  const std::int64_t now = now_ms();
  const auto gained = static_cast<double>(now - tokens_at_) / static_cast<double>(interval_.count());
  tokens_left_ = std::min<double>(burst_, tokens_left_ + gained);
  tokens_at_ = now;
  if (tokens_left_ >= 1) {
    tokens_left_ -= 1;
    return std::nullopt;
  }
  return Duration{static_cast<Duration::rep>((1 - tokens_left_) * static_cast<double>(interval_.count())) + 1};
}

Answer FakeMatrix::leave_room(const std::string& room_id) {
  if (!rooms_.contains(room_id)) return error(404, "M_UNKNOWN", "Not a known room");
  const std::string own = membership(room_id, user);
  if (own != "join" && own != "invite") return error(403, "M_FORBIDDEN", std::string(user) + " not in room " + room_id);
  set_member(room_id, user, "leave", user);
  return okay({});
}

// What Synapse looks at in a relation, and of an edit what clients do: an edit they will not show is no edit.
std::optional<Answer> FakeMatrix::refuses_relation(const std::string& type, const json::object& content,
                                                   const Room& its) const {
  const json::value* at = content.if_contains("m.relates_to");
  if (at == nullptr) return std::nullopt;
  const json::object& relation = at->get_object();
  const std::string kind = text_of(relation, "rel_type");
  if (kind.empty()) return std::nullopt;
  const std::string target = text_of(relation, "event_id");
  const auto found =
      std::find_if(its.events.begin(), its.events.end(), [&](const Event& event) { return event.id == target; });
  if (found == its.events.end()) return error(400, "M_UNKNOWN", "Can't send relation to unknown event");
  const json::value* theirs = found->content.if_contains("m.relates_to");
  const bool related = theirs != nullptr && !text_of(theirs->get_object(), "rel_type").empty();
  if (kind == "m.thread" && related)
    return error(400, "M_UNKNOWN", "Cannot start threads from an event with a relation");
  if (kind == "m.annotation") {
    const std::string key = text_of(relation, "key");
    if (key.empty()) return error(400, "M_UNKNOWN", "Missing aggregation key");
    for (const Event& event : its.events) {
      const json::value* other = event.content.if_contains("m.relates_to");
      if (event.sender == user && event.type == type && other != nullptr && other->get_object() == relation)
        return error(400, "M_DUPLICATE_ANNOTATION", "Can't send same reaction twice");
    }
  }
  if (kind == "m.replace") {
    const json::value* fresh = content.if_contains("m.new_content");
    if (fresh == nullptr || !fresh->is_object()) return error(400, "M_UNKNOWN", "an edit without m.new_content");
    if (fresh->get_object().contains("m.relates_to")) return error(400, "M_UNKNOWN", "an edit that moves the message");
    if (const auto fault = fault_of(json::serialize(*fresh))) return error(400, "M_UNKNOWN", *fault);
    if (found->sender != user || found->type != type)
      return error(400, "M_UNKNOWN", "an edit of somebody else's message");
    if (related && text_of(theirs->get_object(), "rel_type") == "m.replace") {
      return error(400, "M_UNKNOWN", "an edit of an edit");
    }
    if (!text_of(content, "body").starts_with("* ")) return error(400, "M_UNKNOWN", "an edit that looks like none");
  }
  return std::nullopt;
}

Answer FakeMatrix::answer(const HttpRequest& request) {
  Call call;
  call.method = request.method;
  call.raw = request.body;
  const std::string_view target = request.target;
  const std::size_t question = target.find('?');
  if (question != target.npos) {
    for (const auto& [key, value] : parse_form(target.substr(question + 1))) call.query[key] = value;
  }
  std::string_view path = target.substr(0, question);
  if (path == "/.well-known/matrix/client") {
    return okay({{"m.homeserver", json::object{{"base_url", url("/")}}}});
  }
  constexpr std::string_view prefix = "/_matrix/client/";
  if (!path.starts_with(prefix)) return unrecognized();
  path.remove_prefix(prefix.size());
  for (;;) {
    const std::size_t slash = path.find('/');
    call.path.push_back(decoded(path.substr(0, slash)));
    if (slash == path.npos) break;
    path.remove_prefix(slash + 1);
  }
  boost::system::error_code failure;
  const json::value body = json::parse(request.body, failure);
  call.is_json = !failure;
  call.is_object = call.is_json && body.is_object();
  if (call.is_object) call.body = body.get_object();

  if (call.at(0) == "versions") {
    return okay({{"versions", json::array{"v1.4", "v1.11", "v1.12"}}, {"unstable_features", json::object()}});
  }
  const bool media = call.method == "GET" && call.at(0) == "v1" && call.at(1) == "media" && call.at(2) == "download";
  if (call.at(0) != "v3" && !media) return unrecognized();
  if (call.at(1) == "login" && call.path.size() == 2) return login(call);
  if (call.at(1) == "directory" && call.at(2) == "room" && call.method == "GET") {
    if (!call.at(3).starts_with('#')) return error(400, "M_INVALID_PARAM", "Room alias invalid");
    const auto found = aliases_.find(call.at(3));
    if (found == aliases_.end()) return error(404, "M_NOT_FOUND", "Room alias " + call.at(3) + " not found");
    return okay({{"room_id", found->second}, {"servers", json::array{server}}});
  }

  const auto authorization = request.headers.find("authorization");
  if (authorization == request.headers.end() || !authorization->second.starts_with("Bearer ")) {
    return error(401, "M_MISSING_TOKEN", "Missing access token");
  }
  call.bearer = authorization->second.substr(7);
  const auto session = tokens_.find(call.bearer);
  if (session == tokens_.end()) {
    return {401, json::serialize(json::object{{"errcode", "M_UNKNOWN_TOKEN"},
                                              {"error", "Invalid access token passed."},
                                              {"soft_logout", softly_dead_.contains(call.bearer)}})};
  }
  call.device = session->second;
  if (media) {
    const auto file = files_.find(call.at(4));
    if (call.at(3) != server || file == files_.end())
      return error(404, "M_NOT_FOUND", "Not found '" + std::string(target) + "'");
    return {200, file->second, "text/plain"};
  }

  const std::string& method = call.method;
  const std::string what = call.at(1);
  if (method == "GET" && what == "account" && call.at(2) == "whoami") {
    return okay({{"user_id", user}, {"is_guest", false}, {"device_id", call.device}});
  }
  if (method == "GET" && what == "joined_rooms") {
    json::array joined;
    for (const auto& [id, its] : rooms_) {
      if (membership(id, user) == "join") joined.emplace_back(id);
    }
    return okay({{"joined_rooms", std::move(joined)}});
  }
  if (method == "POST" && what == "createRoom") return create_room(call);
  if (method == "POST" && what == "join" && call.path.size() == 3) return join(call.at(2));
  if (method == "GET" && what == "sync") return sync(call);
  if (method == "GET" && what == "pushrules") return okay({{"global", json::object()}});
  if (what == "user" && call.at(3) == "filter" && method == "POST") return okay({{"filter_id", "0"}});
  if (what == "user" && call.at(3) == "account_data") return account_data(call.at(2), call.at(4), call);
  if (what != "rooms") return unrecognized();

  const std::string id = call.at(2);
  if (method == "PUT" && call.at(3) == "send" && call.path.size() == 6) return send(id, call.at(4), call.at(5), call);
  if (method == "POST" && call.at(3) == "leave") return leave_room(id);
  if (method == "POST" && call.at(3) == "forget") {
    const std::string now = membership(id, user);
    if (now == "join" || now == "invite")
      return error(400, "M_UNKNOWN", "User " + std::string(user) + " in room " + id);
    return okay({});
  }
  const bool reading = method == "GET" && (call.at(3) == "messages" || call.at(3) == "state" ||
                                           call.at(3) == "joined_members" || call.at(3) == "event");
  if (!reading) return unrecognized();
  const std::string own = membership(id, user);
  if (own != "join" && own != "leave") return not_in(id, true);
  if (call.at(3) == "messages") return messages(id, call);
  if (call.at(3) == "joined_members") {
    if (own != "join") return not_in(id, false);
    json::object joined;
    for (const auto& [who, membership] : rooms_.at(id).members) {
      if (membership != "join") continue;
      std::string name = who.substr(1, who.find(':') - 1);
      name.front() = static_cast<char>(name.front() - 'a' + 'A');
      joined[who] = json::object{{"avatar_url", nullptr}, {"display_name", name}};
    }
    return okay({{"joined", std::move(joined)}});
  }
  if (call.at(3) == "event") {
    for (const Event& event : rooms_.at(id).events) {
      if (event.id == call.at(4)) return okay(shown(event, id));
    }
    return error(404, "M_NOT_FOUND", "Event not found.");
  }
  return state(rooms_.at(id), id, call.at(4), call.at(5));
}

Answer FakeMatrix::login(const Call& call) {
  if (call.method == "GET") return okay({{"flows", json::array{json::object{{"type", "m.login.password"}}}}});
  if (!call.is_object) return error(400, "M_NOT_JSON", "Content not JSON.");
  if (text_of(call.body, "type") != "m.login.password")
    return error(400, "M_INVALID_PARAM", "Invalid login submission");
  const json::value* identifier = call.body.if_contains("identifier");
  if (identifier == nullptr || !identifier->is_object() || !call.body.contains("password")) {
    return error(400, "M_INVALID_PARAM", "Bad parameter: password");
  }
  const std::string name = text_of(identifier->get_object(), "user");
  if ((name != user && name != "paperboy") || text_of(call.body, "password") != password) {
    return error(403, "M_FORBIDDEN", "Invalid username or password");
  }
  const std::string wished = text_of(call.body, "device_id");
  const std::string its_device = wished.empty() ? "DEVICE" + std::to_string(++made_) : wished;
  const std::string fresh = "syt_" + std::to_string(++made_);
  tokens_[fresh] = its_device;
  devices_.push_back(its_device);
  return okay({{"user_id", user}, {"access_token", fresh}, {"device_id", its_device}, {"home_server", server}});
}

Answer FakeMatrix::create_room(const Call& call) {
  if (!call.is_object) return error(400, "M_NOT_JSON", "Content not JSON.");
  const std::string preset = text_of(call.body, "preset");
  if (!preset.empty() && preset != "private_chat" && preset != "trusted_private_chat" && preset != "public_chat") {
    return error(400, "M_BAD_JSON", "'" + preset + "' is not a valid preset");
  }
  Room made;
  std::vector<std::string> invited;
  made.encrypted = encrypt_new_rooms_;
  if (call.body.contains("creation_content")) made.create = call.body.at("creation_content").as_object();
  made.create["creator"] = user;
  made.create["room_version"] = "10";
  if (const json::value* invite = call.body.if_contains("invite")) {
    for (const json::value& entry : invite->as_array()) {
      const std::string whom(entry.as_string());
      if (!whom.starts_with('@') || whom.find(':') == whom.npos) {
        return error(400, "M_UNKNOWN", "Invalid user_id: " + whom);
      }
      if (!whom.ends_with(":" + std::string(server))) {
        return error(403, "M_FORBIDDEN", "Federation denied with " + whom.substr(whom.find(':') + 1) + ".");
      }
      if (whom == unwilling) return error(403, "M_INVITE_BLOCKED", "User blocks invites");
      invited.push_back(whom);
    }
  }
  const std::string id = new_id('!');
  rooms_[id] = std::move(made);
  set_member(id, user, "join", user);
  for (const std::string& whom : invited) set_member(id, whom, "invite", user);
  return okay({{"room_id", id}});
}

Answer FakeMatrix::join(const std::string& id_or_alias) {
  std::string id = id_or_alias;
  if (id.starts_with('#')) {
    if (!aliases_.contains(id)) return error(404, "M_NOT_FOUND", "Room alias " + id + " not found");
    id = aliases_.at(id);
  } else if (!id.starts_with('!')) {
    return error(400, "M_UNKNOWN", id + " was not legal room ID or room alias");
  }
  const auto found = rooms_.find(id);
  if (found == rooms_.end()) {
    return error(404, "M_UNKNOWN",
                 "Can't join remote room because no servers that are in the room have been provided.");
  }
  const std::string own = membership(id, user);
  if (own != "join" && own != "invite" && !found->second.open)
    return error(403, "M_FORBIDDEN", "You are not invited to this room.");
  if (own != "join") set_member(id, user, "join", user);
  return okay({{"room_id", id}});
}

Answer FakeMatrix::state(const Room& its, const std::string&, const std::string& type, const std::string& key) {
  if (type == "m.room.encryption" && its.encrypted) return okay({{"algorithm", "m.megolm.v1.aes-sha2"}});
  if (type == "m.room.create") return okay(its.create);
  if (type == "m.room.member" && its.members.contains(key)) return okay({{"membership", its.members.at(key)}});
  return error(404, "M_NOT_FOUND", "Event not found.");
}

Answer FakeMatrix::send(const std::string& room_id, const std::string& type, const std::string& transaction,
                        const Call& call) {
  const std::string key = call.device + " " + room_id + " " + type + " " + transaction;
  if (const auto known = transactions_.find(key); known != transactions_.end()) {
    return okay({{"event_id", known->second}});
  }
  if (!call.is_json) return error(400, "M_NOT_JSON", "Content not JSON.");
  if (!call.is_object) return error(400, "M_BAD_JSON", "Content must be a JSON object.");
  if (const std::optional<Duration> wait = wait_of_limit()) {
    Answer slow{
        429, json::serialize(json::object{
                 {"errcode", "M_LIMIT_EXCEEDED"}, {"error", "Too Many Requests"}, {"retry_after_ms", wait->count()}})};
    slow.headers.push_back("Retry-After: " + std::to_string(wait->count() / 1000 + 1));
    return slow;
  }
  if (membership(room_id, user) != "join") return not_in(room_id, false);
  Room& its = rooms_.at(room_id);
  std::string text;
  const std::optional<std::string> wrong = type == "m.room.message" ? fault_of(call.raw, &text) : std::nullopt;
  if (wrong) return error(400, "M_UNKNOWN", *wrong);
  if (json::serialize(call.body).size() + added_by_server > largest_event) {
    return error(413, "M_TOO_LARGE", "event too large");
  }
  if (const std::optional<Answer> fault = refuses_relation(type, call.body, its)) return *fault;
  if (its.level_to_write > 0) {
    return error(403, "M_FORBIDDEN",
                 "You don't have permission to post that to the room. user_level (0) < send_level (" +
                     std::to_string(its.level_to_write) + ")");
  }
  const std::string id = happen(room_id, user, type, call.body);
  transactions_[key] = id;
  applied_.push_back(
      json::object{{"destination", room_id}, {"text", text}, {"key", transaction}, {"raw", call.raw}, {"id", id}});
  return okay({{"event_id", id}});
}

Answer FakeMatrix::account_data(const std::string& who, const std::string& type, const Call& call) {
  if (who != user) return error(403, "M_FORBIDDEN", "Cannot get account data for other users.");
  if (type != "m.direct") return unrecognized();
  if (call.method == "GET") {
    if (!has_direct_) return error(404, "M_NOT_FOUND", "Account data not found");
    return okay(direct_);
  }
  if (!call.is_object) return error(400, "M_NOT_JSON", "Content not JSON.");
  direct_ = call.body;
  has_direct_ = true;
  return okay({});
}

}  // namespace paperboy::test
