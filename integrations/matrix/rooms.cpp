#include "integrations/matrix/rooms.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/base/log.hpp"

namespace paperboy::integrations::matrix {
namespace {

namespace json = boost::json;

constexpr char channel[] = "matrix";
constexpr Duration alias_lifetime = std::chrono::hours(1);
constexpr Duration join_timeout = std::chrono::seconds(90);  // over federation it takes a while
constexpr std::size_t most_rooms_searched = 200;
// Kept instead of a room while it is being made, and the mark that such a room carries in its m.room.create.
constexpr char being_made[] = "being made";
constexpr char direct_key[] = "org.paperboy.direct";

Asked asked(Step step, const std::string& destination, const std::string& user) {
  Asked out;
  out.step = step;
  out.destination = destination;
  out.user = user;
  return out;
}

Failed refused(std::string code, std::string detail) {
  flow::Outcome outcome;
  outcome.kind = flow::Outcome::Class::refused;
  outcome.code = std::move(code);
  outcome.detail = std::move(detail);
  outcome.unreachable = true;
  return Failed(std::move(outcome));
}

Failed encrypted(const std::string& destination) {
  return refused("encrypted", destination +
                                  " is encrypted, and Paperboy cannot write encrypted messages; make a room without "
                                  "encryption (it cannot be switched off again) and name that one, or choose another "
                                  "channel");
}

std::string state_path(const std::string& room, const std::string& type, const std::string& key) {
  return "/v3/rooms/" + path_part(room) + "/state/" + path_part(type) + "/" + path_part(key);
}

// The rooms a user has in m.direct, newest last.
std::vector<std::string> rooms_of(const json::object& direct, const std::string& user) {
  std::vector<std::string> rooms;
  const json::value* list = direct.if_contains(user);
  if (list == nullptr || !list->is_array()) return rooms;
  for (const json::value& room : list->get_array()) {
    if (room.is_string()) rooms.emplace_back(room.get_string());
  }
  return rooms;
}

json::object object_of(const Reply& reply) {
  return reply.ok() ? json::parse(reply.body).as_object() : json::object();
}

}  // namespace

async::Awaitable<std::string> Rooms::open(Session session, std::string destination) {
  std::string room = destination;
  if (destination.starts_with('#')) room = co_await look_up(session, destination);
  if (destination.starts_with('@')) room = co_await direct(session, destination);
  Reply reply = co_await encryption(session, room);
  if (reply.errcode == "M_FORBIDDEN") {
    co_await join(session, destination, room);
    reply = co_await encryption(session, room);
  }
  if (reply.ok()) throw encrypted(destination);
  if (reply.errcode != "M_NOT_FOUND") throw Failed(reply, asked(Step::look, destination, user_));
  co_return room;
}

async::Awaitable<Reply> Rooms::encryption(Session session, std::string room) {
  std::string path = state_path(room, "m.room.encryption", "");
  return ask(tools_, "GET", std::move(session), std::move(path));
}

async::Awaitable<> Rooms::join(Session session, std::string destination, std::string room) {
  const std::string target = destination.starts_with('#') ? destination : room;
  const Reply reply =
      co_await ask(tools_, "POST", session.base, "/v3/join/" + path_part(target), "", session.token, join_timeout);
  if (!reply.ok()) throw Failed(reply, asked(Step::join, destination, user_));
}

async::Awaitable<std::string> Rooms::look_up(Session session, std::string alias) {
  const auto known = aliases_.find(alias);
  if (known != aliases_.end() && tools_.clock.now() < known->second.until) co_return known->second.room;
  const Reply reply = co_await ask(tools_, "GET", session, "/v3/directory/room/" + path_part(alias));
  Alias found;
  found.room = reply.ok() ? text_at(reply.body, "room_id") : "";
  if (found.room.empty()) throw Failed(reply, asked(Step::find_room, alias, user_));
  found.until = tools_.clock.now() + alias_lifetime;
  aliases_[alias] = found;
  co_return found.room;
}

// --- direct rooms

async::Awaitable<std::string> Rooms::direct(Session session, std::string user) {
  const std::string key = "direct " + user;
  const std::string kept = co_await tools_.channel_memory.recall(channel, key);
  if (!kept.empty() && kept != being_made) {
    const bool member = co_await is_member(session, kept, user);
    if (!member) {
      throw refused("left",
                    user + " has left the direct room with Paperboy; if they want its messages again, they invite " +
                        user_ + " to a room, and that room is named instead");
    }
    co_return kept;
  }
  std::string room;
  if (kept == being_made) room = co_await interrupted_direct(session, user);
  if (room.empty()) room = co_await earlier_direct(session, user);
  if (room.empty()) room = co_await make_direct(session, user);
  co_await tools_.channel_memory.keep(channel, key, room);
  co_await note_direct(std::move(session), std::move(user), room);
  co_return room;
}

// One that the account already has, from before this store: the newest in m.direct where both still are.
async::Awaitable<std::string> Rooms::earlier_direct(Session session, std::string user) {
  const std::string path = "/v3/user/" + path_part(user_) + "/account_data/m.direct";
  const Reply reply = co_await ask(tools_, "GET", session, path);
  if (!reply.ok() && reply.errcode != "M_NOT_FOUND") throw Failed(reply, asked(Step::find_room, user, user_));
  std::vector<std::string> rooms = rooms_of(object_of(reply), user);
  std::reverse(rooms.begin(), rooms.end());
  for (const std::string& room : rooms) {
    const bool here = co_await is_member(session, room, user_);
    if (!here) continue;
    const bool there = co_await is_member(session, room, user);
    if (!there) continue;
    const Reply encrypted_room = co_await encryption(session, room);
    if (encrypted_room.errcode == "M_NOT_FOUND") co_return room;
  }
  co_return std::string();
}

// One whose making was begun and whose id never came back.
async::Awaitable<std::string> Rooms::interrupted_direct(Session session, std::string user) {
  const Reply reply = co_await ask(tools_, "GET", session, "/v3/joined_rooms");
  if (!reply.ok()) throw Failed(reply, asked(Step::find_room, user, user_));
  const json::object body = object_of(reply);
  const json::value* list = body.if_contains("joined_rooms");
  std::size_t searched = 0;
  if (list == nullptr || !list->is_array()) co_return std::string();
  for (const json::value& entry : list->get_array()) {
    if (!entry.is_string() || ++searched > most_rooms_searched) break;
    const std::string room(entry.get_string());
    const Reply created = co_await ask(tools_, "GET", session, state_path(room, "m.room.create", ""));
    if (!created.ok() || text_at(created.body, direct_key) != user) continue;
    const bool invited = co_await is_member(session, room, user);
    if (invited) co_return room;
  }
  co_return std::string();
}

async::Awaitable<std::string> Rooms::make_direct(Session session, std::string user) {
  const std::string key = "direct " + user;
  co_await tools_.channel_memory.keep(channel, key, being_made);
  const json::object body{{"preset", "private_chat"},
                          {"is_direct", true},
                          {"invite", json::array{user}},
                          {"creation_content", json::object{{direct_key, user}}}};
  const Reply reply = co_await ask(tools_, "POST", session, "/v3/createRoom", json::serialize(body));
  const std::string room = reply.ok() ? text_at(reply.body, "room_id") : "";
  if (room.empty()) throw Failed(reply, asked(Step::make_room, user, user_));
  log::info("a direct room was made", {{"component", "matrix"}, {"user", user}, {"room", room}});
  co_return room;
}

// For the account's clients: m.direct says which rooms are whose. The message does not depend on it.
async::Awaitable<> Rooms::note_direct(Session session, std::string user, std::string room) {
  const std::string path = "/v3/user/" + path_part(user_) + "/account_data/m.direct";
  const Reply reply = co_await ask(tools_, "GET", session, path);
  if (!reply.ok() && reply.errcode != "M_NOT_FOUND") co_return;
  json::object direct = object_of(reply);
  const std::vector<std::string> rooms = rooms_of(direct, user);
  if (std::find(rooms.begin(), rooms.end(), room) != rooms.end()) co_return;
  json::value& list = direct[user];
  if (!list.is_array()) list.emplace_array();
  list.get_array().emplace_back(room);
  const Reply written = co_await ask(tools_, "PUT", session, path, json::serialize(direct));
  if (!written.ok()) log::warn("m.direct could not be written", {{"component", "matrix"}, {"err", written.error}});
}

// Has `user` joined the room or been invited to it?
async::Awaitable<bool> Rooms::is_member(Session session, std::string room, std::string user) {
  const Reply reply = co_await ask(tools_, "GET", session, state_path(room, "m.room.member", user));
  if (reply.errcode == "M_FORBIDDEN" || reply.errcode == "M_NOT_FOUND") co_return false;
  if (!reply.ok()) throw Failed(reply, asked(Step::look, user, user_));
  const std::string membership = text_at(reply.body, "membership");
  co_return membership == "join" || membership == "invite";
}

}  // namespace paperboy::integrations::matrix
