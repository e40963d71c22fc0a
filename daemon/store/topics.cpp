#include "daemon/store/topics.hpp"

namespace paperboy::store {

std::map<std::pair<std::string, std::string>, std::string> matched_topics(Tx& tx) {
  std::map<std::pair<std::string, std::string>, std::string> topics;
  tx.query("SELECT person, topic, definition FROM topic_matched",
           [&](const Row& row) { topics[{std::string(row.text(0)), std::string(row.text(1))}] = row.text(2); });
  return topics;
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

}  // namespace paperboy::store
