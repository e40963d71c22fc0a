#include "daemon/store/people.hpp"

#include <limits>
#include <set>

#include "daemon/store/choices.hpp"
#include "daemon/store/lists.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/schedule_words.hpp"

namespace paperboy::store {
namespace {

using paper::Person;
using paper::Topic;

struct StoredPerson {
  Person person;
  std::string origin;
  bool retired = false;
};

StoredPerson read_person(const Row& row) {
  StoredPerson stored;
  Person& person = stored.person;
  person.id = row.text(0);
  person.name = row.text(1);
  person.language = row.text(2);
  person.schedule.cadence = read_cadence(row.text(3));
  person.schedule.days = read_weekdays(row.text(4));
  person.schedule.minute_of_day = static_cast<int>(row.integer(5));
  person.schedule.time_zone = row.text(6);
  person.quiet_days = row.integer(7) != 0;
  stored.origin = row.text(8);
  stored.retired = !row.is_null(9);
  return stored;
}

#define PERSON_COLUMNS "id, name, language, cadence, weekdays, minute_of_day, time_zone, quiet_days, origin, retired_at"

// Of the people with ids in [first, last], who are sorted by it; what others in between have is left out.
void read_belongings(Tx& tx, std::span<Person> people, std::string_view first, std::string_view last) {
  std::size_t at = 0;
  const auto whose = [&](std::string_view id) -> Person* {
    while (at < people.size() && people[at].id < id) ++at;
    return at < people.size() && people[at].id == id ? &people[at] : nullptr;
  };
  tx.query(
      "SELECT person, name, query, excluded, categories, authors, examples, weight, threshold, most, stem, revisions, "
      "cross_lists "
      "FROM topic WHERE person >= $1 AND person <= $2 ORDER BY person, place",
      [&](const Row& row) {
        Person* const person = whose(row.text(0));
        if (person == nullptr) return;
        Topic topic;
        topic.name = row.text(1);
        topic.query = row.text(2);
        topic.exclude = row.text(3);
        topic.categories = decode_list(row.text(4));
        topic.authors = decode_list(row.text(5));
        topic.examples = decode_list(row.text(6));
        topic.weight = row.number(7);
        topic.threshold = row.number(8);
        topic.limit = static_cast<int>(row.integer(9));
        topic.stem = row.integer(10) != 0;
        topic.revisions = row.integer(11) != 0;
        topic.cross_lists = row.integer(12) != 0;
        person->topics.push_back(std::move(topic));
      },
      first, last);
  at = 0;
  tx.query(
      "SELECT person, channel, destination FROM address WHERE person >= $1 AND person <= $2 ORDER BY person, place",
      [&](const Row& row) {
        if (Person* const person = whose(row.text(0)))
          person->addresses.push_back({std::string(row.text(1)), std::string(row.text(2))});
      },
      first, last);
  at = 0;
  tx.query(
      "SELECT person, channel, name FROM account WHERE person >= $1 AND person <= $2 AND origin = 'settings' "
      "ORDER BY person, channel, name",
      [&](const Row& row) {
        if (Person* const person = whose(row.text(0)))
          person->accounts.push_back({std::string(row.text(1)), std::string(row.text(2))});
      },
      first, last);
}

std::optional<StoredPerson> load(Tx& tx, std::string_view id) {
  std::optional<StoredPerson> found;
  tx.query(
      "SELECT " PERSON_COLUMNS " FROM person WHERE id = $1", [&](const Row& row) { found = read_person(row); }, id);
  if (found) read_belongings(tx, std::span(&found->person, 1), id, id);
  return found;
}

void save(Tx& tx, const Person& person, Time now) {
  tx.execute(
      "INSERT INTO person (id, name, language, cadence, weekdays, minute_of_day, time_zone, quiet_days, origin, "
      "created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'settings', $9) ON CONFLICT (id) DO UPDATE SET "
      "name = excluded.name, language = excluded.language, cadence = excluded.cadence, weekdays = excluded.weekdays, "
      "minute_of_day = excluded.minute_of_day, time_zone = excluded.time_zone, quiet_days = excluded.quiet_days, "
      "origin = excluded.origin, retired_at = NULL",
      person.id, person.name, person.language, cadence_word(person.schedule.cadence),
      weekday_digits(person.schedule.days), person.schedule.minute_of_day, person.schedule.time_zone, person.quiet_days,
      now);
  tx.execute("DELETE FROM topic WHERE person = $1", person.id);
  int place = 0;
  for (const Topic& topic : person.topics) {
    tx.execute(
        "INSERT INTO topic (person, name, place, query, excluded, categories, authors, examples, weight, threshold, "
        "most, "
        "stem, revisions, cross_lists) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        person.id, topic.name, place++, topic.query, topic.exclude, encode_list(topic.categories),
        encode_list(topic.authors), encode_list(topic.examples), topic.weight, topic.threshold, topic.limit, topic.stem,
        topic.revisions, topic.cross_lists);
  }
  tx.execute("DELETE FROM address WHERE person = $1", person.id);
  place = 0;
  for (const paper::Address& address : person.addresses) {
    tx.execute("INSERT INTO address (person, place, channel, destination) VALUES ($1, $2, $3, $4)", person.id, place++,
               address.channel, address.destination);
  }
  tx.execute("DELETE FROM account WHERE person = $1 AND origin = 'settings'", person.id);
  for (const paper::Account& account : person.accounts) {
    tx.execute(
        "INSERT INTO account (channel, name, person, origin, since) VALUES ($1, $2, $3, 'settings', $4) "
        "ON CONFLICT (channel, name) DO UPDATE SET person = excluded.person, origin = excluded.origin",
        account.channel, account.name, person.id, now);
  }
}

}  // namespace

int provision_people(Tx& tx, std::span<const Person> people, Time now) {
  int changed = 0;
  std::set<std::string> listed;
  for (const Person& person : people) {
    if (!listed.insert(person.id).second) throw StoreError("person " + person.id + " is listed twice");
    const std::optional<StoredPerson> stored = load(tx, person.id);
    if (stored && stored->person == person && stored->origin == "settings" && !stored->retired) continue;
    save(tx, person, now);
    person_changed(tx, person.id);
    ++changed;
  }
  std::vector<std::string> gone;
  tx.query("SELECT id FROM person WHERE origin = 'settings' AND retired_at IS NULL ORDER BY id", [&](const Row& row) {
    if (!listed.contains(std::string(row.text(0)))) gone.emplace_back(row.text(0));
  });
  for (const std::string& id : gone) {
    tx.execute("UPDATE person SET retired_at = $2 WHERE id = $1", id, now);
    cancel_deliveries(tx, id, now);
    person_changed(tx, id);
    ++changed;
  }
  return changed;
}

std::vector<Person> active_people(Tx& tx, std::string_view after, int limit) {
  std::vector<Person> people;
  tx.query(
      "SELECT " PERSON_COLUMNS " FROM person WHERE retired_at IS NULL AND id > $1 ORDER BY id LIMIT $2",
      [&](const Row& row) { people.push_back(read_person(row).person); }, after, limit);
  if (people.empty()) return people;
  const std::string first = people.front().id, last = people.back().id;
  read_belongings(tx, people, first, last);
  std::size_t at = 0;
  each_choices_of(tx, first, last, [&](std::string_view id, std::span<const paper::Choice> choices) {
    while (at < people.size() && people[at].id < id) ++at;
    if (at < people.size() && people[at].id == id) people[at] = paper::with_choices(std::move(people[at]), choices);
  });
  return people;
}

std::vector<Person> active_people(Tx& tx) {
  return active_people(tx, "", std::numeric_limits<int>::max());
}

std::optional<Person> find_person(Tx& tx, std::string_view id) {
  std::optional<StoredPerson> stored = load(tx, id);
  if (!stored) return std::nullopt;
  return paper::with_choices(std::move(stored->person), choices_of(tx, id));
}

std::optional<Person> find_active_person(Tx& tx, std::string_view id) {
  std::optional<StoredPerson> stored = load(tx, id);
  if (!stored || stored->retired) return std::nullopt;
  return paper::with_choices(std::move(stored->person), choices_of(tx, id));
}

bool anyone_has_examples(Tx& tx) {
  bool has = false;
  const auto found = [&](const Row&) { has = true; };
  tx.query("SELECT 1 FROM choice WHERE kind = 'like' AND undone_at IS NULL LIMIT 1", found);
  if (!has) tx.query("SELECT 1 FROM topic WHERE examples <> '' LIMIT 1", found);
  return has;
}

std::int64_t newest_person_change(Tx& tx) {
  std::int64_t seq = 0;
  tx.query("SELECT value FROM counter WHERE name = 'person'", [&](const Row& row) { seq = row.integer(0); });
  return seq;
}

std::vector<std::string> people_changed_after(Tx& tx, std::int64_t seq, int limit) {
  std::vector<std::string> ids;
  tx.query(
      "SELECT person FROM person_change WHERE seq > $1 ORDER BY seq LIMIT $2",
      [&](const Row& row) { ids.emplace_back(row.text(0)); }, seq, limit);
  return ids;
}

std::int64_t change_of(Tx& tx, std::string_view person) {
  std::int64_t seq = 0;
  tx.query("SELECT seq FROM person_change WHERE person = $1", [&](const Row& row) { seq = row.integer(0); }, person);
  return seq;
}

void person_changed(Tx& tx, std::string_view id) {
  tx.execute("UPDATE counter SET value = value + 1 WHERE name = 'person'");
  tx.execute(
      "INSERT INTO person_change (person, seq) VALUES ($1, (SELECT value FROM counter WHERE name = 'person')) "
      "ON CONFLICT (person) DO UPDATE SET seq = excluded.seq",
      id);
}

bool knows_person(Tx& tx, std::string_view id) {
  bool knows = false;
  tx.query("SELECT 1 FROM person WHERE id = $1", [&](const Row&) { knows = true; }, id);
  return knows;
}

std::optional<Time> known_since(Tx& tx, std::string_view id) {
  std::optional<Time> since;
  tx.query("SELECT created_at FROM person WHERE id = $1", [&](const Row& row) { since = row.time(0); }, id);
  return since;
}

std::optional<std::string> language_at(Tx& tx, std::string_view channel, std::string_view destination) {
  std::optional<std::string> language;
  tx.query(
      "SELECT p.language FROM address a JOIN person p ON p.id = a.person "
      "WHERE a.channel = $1 AND a.destination = $2 ORDER BY p.id LIMIT 1",
      [&](const Row& row) { language = row.text(0); }, channel, destination);
  return language;
}

}  // namespace paperboy::store
