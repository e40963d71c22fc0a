#include "daemon/store/topics.hpp"

namespace paperboy::store {

namespace {

constexpr std::string_view cursor_name = "stage/topics";

}  // namespace

std::map<std::string, std::string> matched_topics(Tx& tx, std::string_view person) {
  std::map<std::string, std::string> topics;
  tx.query(
      "SELECT topic, definition FROM topic_matched WHERE person = $1",
      [&](const Row& row) { topics[std::string(row.text(0))] = row.text(1); }, person);
  return topics;
}

std::int64_t topics_cursor(Tx& tx) {
  const std::string value = cursor(tx, cursor_name);
  return value.empty() ? 0 : std::stoll(value);
}

void put_topics_cursor(Tx& tx, std::int64_t seq, Time now) {
  put_cursor(tx, cursor_name, std::to_string(seq), now);
}

void put_matched_topic(Tx& tx, std::string_view person, std::string_view topic, std::string_view definition) {
  tx.execute(
      "INSERT INTO topic_matched (person, topic, definition) SELECT id, $2, $3 FROM person WHERE id = $1 "
      "ON CONFLICT (person, topic) DO UPDATE SET definition = excluded.definition",
      person, topic, definition);
}

void drop_matched_topic(Tx& tx, std::string_view person, std::string_view topic) {
  tx.execute("DELETE FROM topic_matched WHERE person = $1 AND topic = $2", person, topic);
}

bool has_arrived_since(Tx& tx, Day day) {
  bool has = false;
  tx.query("SELECT 1 FROM arrival WHERE day >= $1 LIMIT 1", [&](const Row&) { has = true; }, day);
  return has;
}

}  // namespace paperboy::store
