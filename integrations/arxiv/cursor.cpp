#include "integrations/arxiv/cursor.hpp"

#include <boost/json.hpp>

#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"

namespace paperboy::integrations::arxiv {
namespace {

namespace json = boost::json;

constexpr int format_version = 1;

// --- writing: what is empty is left out

void put(json::object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}
void put(json::object& object, std::string_view name, Day day) {
  if (day != Day{}) object[name] = format_day(day);
}
void put(json::object& object, std::string_view name, Time time) {
  if (time != Time{}) object[name] = to_epoch_ms(time);
}
void put(json::object& object, std::string_view name, int number) {
  if (number != 0) object[name] = number;
}
// Lists of ids and keys go as one string: half the size of a JSON array.
void put(json::object& object, std::string_view name, const std::set<std::string>& words, char separator) {
  std::string joined;
  for (const std::string& word : words) {
    if (!joined.empty()) joined += separator;
    joined += word;
  }
  put(object, name, joined);
}

// --- reading: what is absent or wrong stays at its default

std::string get_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}
Day get_day(const json::object& object, std::string_view name) {
  return parse_day(get_text(object, name)).value_or(Day{});
}
std::int64_t get_number(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_int64() ? value->get_int64() : 0;
}
Time get_time(const json::object& object, std::string_view name) {
  return from_epoch_ms(get_number(object, name));
}
std::set<std::string> get_words(const json::object& object, std::string_view name, char separator) {
  std::set<std::string> words;
  const std::string joined = get_text(object, name);
  for (const std::string_view word : text::split(joined, separator)) {
    if (!word.empty()) words.emplace(word);
  }
  return words;
}
const json::object& get_object(const json::object& object, std::string_view name) {
  static const json::object none;
  const json::value* value = object.if_contains(name);
  return value && value->is_object() ? value->get_object() : none;
}

json::object parse_cursor(std::string_view text) {
  if (text.empty()) return {};
  boost::system::error_code wrong;
  json::value value = json::parse(text, wrong);
  if (!wrong && value.is_object() && get_number(value.get_object(), "v") == format_version)
    return std::move(value.get_object());
  log::warn("a cursor of arXiv could not be read: starting over", {{"component", "arxiv"}});
  return {};
}

std::string write_cursor(json::object object) {
  object["v"] = format_version;
  return json::serialize(object);
}

}  // namespace

FeedCursor read_feed_cursor(std::string_view text) {
  FeedCursor cursor;
  const json::object root = parse_cursor(text);
  for (const auto& [category, value] : get_object(root, "categories")) {
    if (!value.is_object()) continue;
    const json::object& object = value.get_object();
    FeedState& state = cursor[std::string(category)];
    state.etag = get_text(object, "etag");
    state.modified = get_text(object, "modified");
    state.seen = get_words(object, "seen", ',');
    state.before = get_words(object, "before", ',');
    state.taken = get_day(object, "taken");
    state.settled = get_day(object, "settled");
    state.accounted = get_day(object, "accounted");
    state.asked = get_time(object, "asked");
    state.empty = get_number(object, "empty") == 1;
  }
  return cursor;
}

std::string write_feed_cursor(const FeedCursor& cursor) {
  json::object categories;
  for (const auto& [category, state] : cursor) {
    json::object object;
    put(object, "etag", state.etag);
    put(object, "modified", state.modified);
    put(object, "seen", state.seen, ',');
    put(object, "before", state.before, ',');
    put(object, "taken", state.taken);
    put(object, "settled", state.settled);
    put(object, "accounted", state.accounted);
    put(object, "asked", state.asked);
    put(object, "empty", state.empty ? 1 : 0);
    categories[category] = std::move(object);
  }
  json::object root;
  root["categories"] = std::move(categories);
  return write_cursor(std::move(root));
}

OaiCursor read_oai_cursor(std::string_view text) {
  OaiCursor cursor;
  const json::object root = parse_cursor(text);
  cursor.since = get_day(root, "since");
  cursor.done = get_day(root, "done");
  cursor.done_at = get_time(root, "done_at");
  cursor.reached = get_day(root, "reached");
  cursor.settled = get_day(root, "settled");
  if (root.contains("harvest")) {
    const json::object& object = get_object(root, "harvest");
    Harvest& harvest = cursor.harvest.emplace();
    harvest.from = get_day(object, "from");
    harvest.token = get_text(object, "token");
    harvest.started = get_time(object, "started");
    harvest.last = get_day(object, "last");
    harvest.restarts = static_cast<int>(get_number(object, "restarts"));
    harvest.unreadable = static_cast<int>(get_number(object, "unreadable"));
    for (const auto& [day, count] : get_object(object, "found")) {
      if (const auto parsed = parse_day(day); parsed && count.is_int64())
        harvest.found[*parsed] = static_cast<int>(count.get_int64());
    }
  }
  for (const auto& [day, categories] : get_object(root, "fresh")) {
    const auto parsed = parse_day(day);
    if (!parsed || !categories.is_object()) continue;
    auto& by_category = cursor.fresh[*parsed];
    for (const auto& [category, ids] : categories.get_object()) {
      by_category[std::string(category)] = get_words(categories.get_object(), category, ' ');
    }
  }
  for (const auto& [month, bits] : get_object(root, "seen")) {
    if (bits.is_string()) cursor.seen.from_hex(month, bits.get_string());
  }
  for (const auto& [id, value] : get_object(root, "revised")) {
    if (!value.is_object()) continue;
    const json::object& object = value.get_object();
    cursor.revised[std::string(id)] = {static_cast<int>(get_number(object, "v")), get_day(object, "d")};
  }
  return cursor;
}

std::string write_oai_cursor(const OaiCursor& cursor) {
  json::object root;
  put(root, "since", cursor.since);
  put(root, "done", cursor.done);
  put(root, "done_at", cursor.done_at);
  put(root, "reached", cursor.reached);
  put(root, "settled", cursor.settled);
  if (cursor.harvest) {
    json::object object;
    put(object, "from", cursor.harvest->from);
    put(object, "token", cursor.harvest->token);
    put(object, "started", cursor.harvest->started);
    put(object, "last", cursor.harvest->last);
    put(object, "restarts", cursor.harvest->restarts);
    put(object, "unreadable", cursor.harvest->unreadable);
    json::object found;
    for (const auto& [day, count] : cursor.harvest->found) put(found, format_day(day), count);
    object["found"] = std::move(found);
    root["harvest"] = std::move(object);
  }
  json::object fresh;
  for (const auto& [day, categories] : cursor.fresh) {
    json::object object;
    for (const auto& [category, ids] : categories) put(object, category, ids, ' ');
    fresh[format_day(day)] = std::move(object);
  }
  root["fresh"] = std::move(fresh);
  json::object seen;
  for (const auto& [month, bits] : cursor.seen.to_hex()) seen[month] = bits;
  root["seen"] = std::move(seen);
  json::object revised;
  for (const auto& [id, revision] : cursor.revised) {
    json::object object;
    put(object, "v", revision.version);
    put(object, "d", revision.datestamp);
    revised[id] = std::move(object);
  }
  root["revised"] = std::move(revised);
  return write_cursor(std::move(root));
}

// --- the bits

namespace {

constexpr std::size_t max_sequence = 99999;

struct Place {
  std::string_view month;
  std::size_t sequence = 0;
};

// "2611.00123" -> month 2611, 123. Nothing for old-style ids.
std::optional<Place> place_of(std::string_view id) {
  if (id.size() < 9 || id.size() > 10 || id[4] != '.') return std::nullopt;
  Place place{id.substr(0, 4), 0};
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4) continue;
    if (id[i] < '0' || id[i] > '9') return std::nullopt;
    if (i > 4) place.sequence = place.sequence * 10 + static_cast<std::size_t>(id[i] - '0');
  }
  return place;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

void SeenIds::add(std::string_view id) {
  const auto place = place_of(id);
  if (!place) return;
  std::string& bits = months_.try_emplace(std::string(place->month)).first->second;
  const std::size_t byte = place->sequence / 8;
  if (bits.size() <= byte) bits.resize(byte + 1, '\0');
  bits[byte] = static_cast<char>(static_cast<unsigned char>(bits[byte]) | (1u << (place->sequence % 8)));
}

bool SeenIds::contains(std::string_view id) const {
  const auto place = place_of(id);
  if (!place) return false;
  const auto at = months_.find(place->month);
  if (at == months_.end() || at->second.size() <= place->sequence / 8) return false;
  return (static_cast<unsigned char>(at->second[place->sequence / 8]) >> (place->sequence % 8)) & 1u;
}

void SeenIds::forget_before(Day day) {
  const std::string text = format_day(day);  // 2026-11-03 -> 2611
  const std::string month = text.substr(2, 2) + text.substr(5, 2);
  // Ids of this century alone: months sort as text.
  while (!months_.empty() && months_.begin()->first < month) months_.erase(months_.begin());
}

std::map<std::string, std::string> SeenIds::to_hex() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::map<std::string, std::string> hex;
  for (const auto& [month, bits] : months_) {
    std::string& text = hex[month];
    text.reserve(bits.size() * 2);
    for (const char c : bits) {
      const auto byte = static_cast<unsigned char>(c);
      text += digits[byte >> 4];
      text += digits[byte & 15u];
    }
  }
  return hex;
}

void SeenIds::from_hex(std::string_view month, std::string_view hex) {
  std::string bits;
  for (std::size_t i = 0; i + 1 < hex.size() && bits.size() <= max_sequence / 8; i += 2) {
    const int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return;
    bits += static_cast<char>(high * 16 + low);
  }
  if (month.size() == 4 && !bits.empty()) months_[std::string(month)] = std::move(bits);
}

}  // namespace paperboy::integrations::arxiv
