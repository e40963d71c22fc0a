// What the fake homeserver says has happened: /sync, and /messages for what was before.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <chrono>

#include "tests/support/matrix_call.hpp"

namespace paperboy::test {

namespace json = boost::json;
using matrix::error;
using matrix::now_ms;
using matrix::okay;

namespace {

Answer unrecognized() {
  return error(404, "M_UNRECOGNIZED", "Unrecognized request");
}

}  // namespace

std::string FakeMatrix::token_of(std::int64_t position) const {
  return "s" + std::to_string(position) + "_" + std::to_string(era_);
}
std::optional<std::int64_t> FakeMatrix::position_of(const std::string& given) const {
  const std::string end = "_" + std::to_string(era_);
  if (!given.starts_with('s') || !given.ends_with(end)) return std::nullopt;
  const std::string number = given.substr(1, given.size() - 1 - end.size());
  if (number.empty() || number.find_first_not_of("0123456789") != number.npos) return std::nullopt;
  return std::stoll(number);
}

bool FakeMatrix::has_news(std::int64_t since) const {
  return std::any_of(rooms_.begin(), rooms_.end(), [&](const auto& entry) {
    const std::string own = membership(entry.first, user);
    const Room& its = entry.second;
    return its.own_change > since || (own == "join" && !its.events.empty() && its.events.back().position > since);
  });
}

// A sync with nothing to say waits for as long as it is asked to.
async::Awaitable<> FakeMatrix::before_answer(const HttpRequest& request) {
  const std::size_t question = request.target.find('?');
  if (request.target.find("/v3/sync?") == std::string::npos) co_return;
  std::optional<std::int64_t> since;
  Duration timeout{};
  for (const auto& [key, value] : parse_form(std::string_view(request.target).substr(question + 1))) {
    if (key == "since") since = position_of(value);
    if (key == "timeout" && value.find_first_not_of("0123456789") == value.npos && value.size() < 9)
      timeout = Duration{std::stoll("0" + value)};
  }
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (since && !has_news(*since)) {
    const auto left = std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
    if (left <= Duration{}) co_return;
    co_await news_.wait(left);
  }
}

json::object FakeMatrix::shown(const Event& event, const std::string& room_id) const {
  json::object out{{"type", event.type},
                   {"event_id", event.id},
                   {"sender", event.sender},
                   {"origin_server_ts", event.at},
                   {"content", event.content}};
  if (!room_id.empty()) out["room_id"] = room_id;
  json::object more{{"age", now_ms() - event.at}};
  if (!event.membership_before.empty()) more["prev_content"] = json::object{{"membership", event.membership_before}};
  out["unsigned"] = std::move(more);
  if (event.state_key) out["state_key"] = *event.state_key;
  return out;
}

Answer FakeMatrix::sync(const Call& call) const {
  const auto asked = [&](const char* key) { return call.query.contains(key) ? call.query.at(key) : std::string(); };
  const std::string timeout = asked("timeout");
  if (timeout.find_first_not_of("0123456789") != timeout.npos) {
    return error(400, "M_INVALID_PARAM", "Query parameter timeout must be an integer");
  }
  json::object timeline;
  if (const std::string filter = asked("filter"); filter.starts_with('{')) {
    boost::system::error_code failure;
    const json::value wanted = json::parse(filter, failure);
    if (failure) return error(400, "M_NOT_JSON", "Invalid filter JSON");
    const json::value* of_rooms = wanted.get_object().if_contains("room");
    const json::value* its = of_rooms == nullptr ? nullptr : of_rooms->as_object().if_contains("timeline");
    if (its != nullptr) timeline = its->as_object();
  }
  const json::value* wanted_types = timeline.if_contains("types");
  const auto wants = [&](const std::string& type) {
    if (wanted_types == nullptr) return true;
    const json::array& types = wanted_types->as_array();
    return std::find(types.begin(), types.end(), json::value(type)) != types.end();
  };
  const std::size_t limit =
      timeline.contains("limit") ? static_cast<std::size_t>(timeline.at("limit").to_number<int>()) : 10;
  std::int64_t since = -1;
  if (call.query.contains("since")) {
    const std::optional<std::int64_t> position = position_of(asked("since"));
    if (!position) return error(400, "M_UNKNOWN", "Invalid stream token");
    since = *position;
  }

  json::object joined, invited, left;
  for (const auto& [id, its] : rooms_) {
    const std::string own = membership(id, user);
    const bool changed = its.own_change > since;
    if (own == "invite" && changed) {
      json::array state{
          json::object{{"type", "m.room.create"}, {"state_key", ""}, {"sender", its.inviter}, {"content", its.create}}};
      if (its.encrypted) {
        state.push_back(json::object{{"type", "m.room.encryption"},
                                     {"state_key", ""},
                                     {"sender", its.inviter},
                                     {"content", json::object{{"algorithm", "m.megolm.v1.aes-sha2"}}}});
      }
      state.push_back(json::object{{"type", "m.room.member"},
                                   {"state_key", user},
                                   {"sender", its.inviter},
                                   {"content", json::object{{"membership", "invite"}}}});
      invited[id] = json::object{{"invite_state", json::object{{"events", std::move(state)}}}};
      continue;
    }
    const bool gone = own == "leave" || own == "ban";
    if (own != "join" && !(gone && changed && since >= 0)) continue;
    // One who has just come sees what was before, too.
    const std::int64_t from = changed && own == "join" ? -1 : since;
    json::array events;
    std::int64_t before = stream_;
    bool limited = false, members = from < 0;
    for (auto event = its.events.rbegin(); event != its.events.rend() && event->position > from; ++event) {
      if (gone && event->position > its.own_change) continue;
      if (!wants(event->type)) continue;
      if (events.size() == limit) {
        limited = true;
        break;
      }
      members = members || event->type == "m.room.member";
      events.insert(events.begin(), shown(*event, ""));
      before = event->position - 1;
    }
    if (events.empty() && since >= 0 && !changed) continue;
    json::object news{
        {"timeline",
         json::object{{"events", std::move(events)}, {"limited", limited}, {"prev_batch", token_of(before)}}},
        {"state", json::object{{"events", json::array()}}},
        {"account_data", json::object{{"events", json::array()}}}};
    if (gone) {
      left[id] = std::move(news);
      continue;
    }
    news["ephemeral"] = json::object{{"events", json::array()}};
    json::object summary;
    if (members) {
      const auto count = [&](const char* what) {
        return std::count_if(its.members.begin(), its.members.end(),
                             [&](const auto& one) { return one.second == what; });
      };
      summary["m.joined_member_count"] = count("join");
      summary["m.invited_member_count"] = count("invite");
    }
    news["summary"] = std::move(summary);
    news["unread_notifications"] = json::object{{"notification_count", 0}, {"highlight_count", 0}};
    joined[id] = std::move(news);
  }
  json::object rooms;
  if (!joined.empty()) rooms["join"] = std::move(joined);
  if (!invited.empty()) rooms["invite"] = std::move(invited);
  if (!left.empty()) rooms["leave"] = std::move(left);
  json::object out{{"next_batch", token_of(stream_)}};
  if (!rooms.empty()) out["rooms"] = std::move(rooms);
  return okay(out);
}

Answer FakeMatrix::messages(const std::string& room_id, const Call& call) {
  const auto asked = [&](const char* key, const std::string& otherwise) {
    return call.query.contains(key) ? call.query.at(key) : otherwise;
  };
  json::object filter;
  boost::system::error_code failure;
  const json::value wanted = json::parse(asked("filter", "{}"), failure);
  if (failure || !wanted.is_object()) {
    return error(400, "M_NOT_JSON", "Query parameter filter must be a valid JSON object");
  }
  filter = wanted.get_object();
  const auto allows = [&](const char* key, const std::string& value) {
    const json::value* list = filter.if_contains(key);
    return list == nullptr ||
           std::find(list->as_array().begin(), list->as_array().end(), json::value(value)) != list->as_array().end();
  };
  std::int64_t from = stream_, to = 0;
  if (call.query.contains("from")) {
    const std::optional<std::int64_t> position = position_of(call.query.at("from"));
    if (!position) return error(400, "M_UNKNOWN", "'from' parameter is invalid");
    from = *position;
  }
  if (call.query.contains("to")) {
    const std::optional<std::int64_t> position = position_of(call.query.at("to"));
    if (!position) return error(400, "M_UNKNOWN", "'to' parameter is invalid");
    to = *position;
  }
  if (asked("dir", "f") != "b") return unrecognized();
  const std::size_t limit = std::stoul(asked("limit", "10"));
  const std::vector<Event>& events = rooms_.at(room_id).events;
  json::array chunk;
  std::int64_t end = 0;
  bool more = false;
  for (auto event = events.rbegin(); event != events.rend() && event->position > to; ++event) {
    if (event->position > from || !allows("types", event->type) || !allows("senders", event->sender)) continue;
    more = chunk.size() == limit;
    if (more) break;
    chunk.push_back(shown(*event, room_id));
    end = event->position - 1;
  }
  json::object page{{"chunk", std::move(chunk)}, {"start", token_of(from)}};
  if (more) page["end"] = token_of(end);
  return okay(page);
}

Answer FakeMatrix::control(const HttpRequest& request) {
  if (request.method != "POST" || request.target != "/_fake/say") return Provider::control(request);
  const json::object wish = parse_json(request.body).as_object();
  const auto text = [&wish](const char* name) { return std::string(wish.at(name).as_string()); };
  const std::string id = say(text("room"), text("sender"), text("body"));
  return {200, json::serialize(json::object{{"event_id", id}})};
}

}  // namespace paperboy::test
