#include "daemon/store/choices.hpp"

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "daemon/store/lists.hpp"
#include "daemon/store/people.hpp"
#include "daemon/store/schedule_words.hpp"

namespace paperboy::store {
namespace {

using paper::Choice;

#define CHOICE_COLUMNS "number, made_at, kind, subject, topic, query, categories, schedule, until_day"
constexpr int choice_columns = 9;

std::optional<Choice> read_choice(const Row& row) {
  const std::optional<Choice::Kind> kind = paper::choice_kind(row.text(2));
  if (!kind) return std::nullopt;  // of a newer version of this program
  Choice choice;
  choice.kind = *kind;
  choice.number = row.integer(0);
  choice.at = row.time(1);
  choice.subject = row.text(3);
  choice.topic = row.text(4);
  choice.query = row.text(5);
  choice.categories = decode_list(row.text(6));
  if (!row.text(7).empty()) choice.schedule = decode_schedule(row.text(7));
  choice.until = row.optional_day(8);
  return choice;
}

bool provisioned(Tx& tx, std::string_view person) {
  bool is = false;
  tx.query("SELECT 1 FROM person WHERE id = $1 AND origin = 'settings'", [&](const Row&) { is = true; }, person);
  return is;
}

// "slack-u024be7lh": letters, digits and - of both, lower case, at most 64; another one where it is taken.
std::string new_person_id(Tx& tx, std::string_view channel, std::string_view account) {
  std::string id(channel);
  id += '-';
  for (const char c : text::to_lower_ascii(account)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      id += c;
    } else if (!id.ends_with('-')) {
      id += '-';
    }
  }
  if (id.size() > 56) id.resize(56);
  while (id.ends_with('-')) id.pop_back();
  return find_person(tx, id) ? id + "-" + random_hex(3) : id;
}

}  // namespace

std::vector<Choice> choices_of(Tx& tx, std::string_view person) {
  std::vector<Choice> choices;
  tx.query(
      "SELECT " CHOICE_COLUMNS " FROM choice WHERE person = $1 AND undone_at IS NULL ORDER BY number",
      [&](const Row& row) {
        if (std::optional<Choice> choice = read_choice(row)) choices.push_back(std::move(*choice));
      },
      person);
  return choices;
}

void each_choices_of(Tx& tx, std::string_view first, std::string_view last,
                     const std::function<void(std::string_view, std::span<const Choice>)>& each) {
  std::string person;
  std::vector<Choice> choices;
  const auto give = [&] {
    if (!choices.empty()) each(person, choices);
    choices.clear();
  };
  tx.query(
      "SELECT " CHOICE_COLUMNS
      ", person FROM choice WHERE person >= $1 AND person <= $2 AND undone_at IS NULL "
      "ORDER BY person, number",
      [&](const Row& row) {
        if (row.text(choice_columns) != person) {
          give();
          person = row.text(choice_columns);
        }
        if (std::optional<Choice> choice = read_choice(row)) choices.push_back(std::move(*choice));
      },
      first, last);
  give();
}

std::int64_t add_choice(Tx& tx, std::string_view person, const Choice& choice) {
  person_changed(tx, person);
  std::int64_t number = 0;
  tx.query(
      "INSERT INTO choice (person, number, made_at, kind, subject, topic, query, categories, schedule, until_day) "
      "VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM choice WHERE person = $1), $2, $3, $4, $5, $6, $7, $8, "
      "$9) "
      "RETURNING number",
      [&](const Row& row) { number = row.integer(0); }, person, choice.at, paper::to_string(choice.kind),
      choice.subject, choice.topic, choice.query, encode_list(choice.categories),
      choice.schedule ? encode_schedule(*choice.schedule) : std::string(), choice.until);
  return number;
}

std::optional<Choice> undo_choice(Tx& tx, std::string_view person, Time now) {
  person_changed(tx, person);
  std::optional<Choice> undone;
  tx.query(
      "UPDATE choice SET undone_at = $2 WHERE person = $1 AND number = (SELECT MAX(number) FROM choice "
      "WHERE person = $1 AND undone_at IS NULL) RETURNING " CHOICE_COLUMNS,
      [&](const Row& row) { undone = read_choice(row); }, person, now);
  return undone;
}

bool take_back(Tx& tx, std::string_view person, std::int64_t number, Time now) {
  person_changed(tx, person);
  return tx.execute("UPDATE choice SET undone_at = $3 WHERE person = $1 AND number = $2 AND undone_at IS NULL", person,
                    number, now) > 0;
}

int reset_choices(Tx& tx, std::string_view person, Time now) {
  person_changed(tx, person);
  return static_cast<int>(
      tx.execute("UPDATE choice SET undone_at = $2 WHERE person = $1 AND undone_at IS NULL", person, now));
}

std::optional<std::string> person_of_account(Tx& tx, std::string_view channel, std::string_view name) {
  std::optional<std::string> person;
  tx.query(
      "SELECT p.id FROM account a JOIN person p ON p.id = a.person "
      "WHERE a.channel = $1 AND a.name = $2 AND p.retired_at IS NULL",
      [&](const Row& row) { person = row.text(0); }, channel, name);
  return person;
}

std::string join(Tx& tx, std::string_view channel, std::string_view account, std::string_view called,
                 std::string_view language, Time now) {
  const std::string id = new_person_id(tx, channel, account);
  const paper::Schedule schedule;
  tx.execute(
      "INSERT INTO person (id, name, language, cadence, weekdays, minute_of_day, time_zone, quiet_days, origin, "
      "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 'joined', $8)",
      id, called.empty() ? account : called, language, cadence_word(schedule.cadence), weekday_digits(schedule.days),
      schedule.minute_of_day, schedule.time_zone, now);
  person_changed(tx, id);
  tx.execute("INSERT INTO address (person, place, channel, destination) VALUES ($1, 0, $2, $3)", id, channel, account);
  tx.execute("INSERT INTO account (channel, name, person, origin, since) VALUES ($1, $2, $3, 'linked', $4)", channel,
             account, id, now);
  return id;
}

void put_link_code(Tx& tx, std::string_view hash, std::string_view person, Time expires_at) {
  tx.execute("DELETE FROM link_code WHERE person = $1", person);
  tx.execute("INSERT INTO link_code (hash, person, expires_at) VALUES ($1, $2, $3)", hash, person, expires_at);
}

std::optional<std::string> redeem_link_code(Tx& tx, std::string_view hash, std::string_view channel,
                                            std::string_view account, int most, Time now) {
  tx.execute("DELETE FROM link_code WHERE expires_at <= $1", now);
  tx.execute("DELETE FROM link_attempt WHERE made_at <= $1", now - std::chrono::hours(1));
  tx.execute("INSERT INTO link_attempt (channel, account, made_at) VALUES ($1, $2, $3)", channel, account, now);
  std::int64_t attempts = 0;
  tx.query(
      "SELECT COUNT(*) FROM link_attempt WHERE channel = $1 AND account = $2",
      [&](const Row& row) { attempts = row.integer(0); }, channel, account);
  if (attempts > most) return std::nullopt;
  std::optional<std::string> person;
  std::string right;
  tx.query("SELECT hash, person FROM link_code", [&](const Row& row) {
    if (!equal_secrets(row.text(0), hash)) return;
    right = row.text(0);
    person = row.text(1);
  });
  if (person) tx.execute("DELETE FROM link_code WHERE hash = $1", right);
  return person;
}

bool link_account(Tx& tx, std::string_view channel, std::string_view account, std::string_view person, Time now) {
  std::string before;
  bool fixed = false;
  tx.query(
      "SELECT person, origin FROM account WHERE channel = $1 AND name = $2",
      [&](const Row& row) {
        before = row.text(0);
        fixed = row.text(1) == "settings";
      },
      channel, account);
  if (before == person) return true;
  if (fixed) return false;
  std::vector<Choice> choices;
  const bool merged = !before.empty() && !provisioned(tx, before);
  if (merged) {
    choices = choices_of(tx, before);
    forget_person(tx, before);
  }
  tx.execute(
      "INSERT INTO account (channel, name, person, origin, since) VALUES ($1, $2, $3, 'linked', $4) "
      "ON CONFLICT (channel, name) DO UPDATE SET person = excluded.person, since = excluded.since",
      channel, account, person, now);
  for (const Choice& choice : choices) add_choice(tx, person, choice);
  return true;
}

bool forget_person(Tx& tx, std::string_view person) {
  person_changed(tx, person);
  const bool stays = provisioned(tx, person);
  // What was paid for stays in the day's sum, without a name.
  tx.execute(
      "INSERT INTO reading_cost (day, person, task, model, calls, prompt_tokens, reply_tokens, micros, estimated) "
      "SELECT day, '', task, model, calls, prompt_tokens, reply_tokens, micros, estimated FROM reading_cost "
      "WHERE person = $1 ON CONFLICT (day, person, task, model) DO UPDATE SET "
      "calls = reading_cost.calls + excluded.calls, "
      "prompt_tokens = reading_cost.prompt_tokens + excluded.prompt_tokens, "
      "reply_tokens = reading_cost.reply_tokens + excluded.reply_tokens, "
      "micros = reading_cost.micros + excluded.micros, estimated = reading_cost.estimated + excluded.estimated",
      person);
  tx.execute("DELETE FROM reading_cost WHERE person = $1", person);
  tx.execute("DELETE FROM attempt WHERE delivery IN (SELECT id FROM delivery WHERE person = $1)", person);
  for (const char* sql :
       {"DELETE FROM delivery WHERE person = $1", "DELETE FROM shown WHERE person = $1",
        "DELETE FROM digest WHERE person = $1", "DELETE FROM paper_match WHERE person = $1",
        "DELETE FROM choice WHERE person = $1", "DELETE FROM topic_matched WHERE person = $1",
        "DELETE FROM link_code WHERE person = $1", "DELETE FROM account WHERE person = $1 AND origin = 'linked'"}) {
    tx.execute(sql, person);
  }
  if (stays) {
    // The topics that the settings give them are no new ones.
    tx.execute(
        "INSERT INTO topic_matched (person, topic, definition) SELECT person, name, '' FROM topic WHERE person = $1",
        person);
    return false;
  }
  for (const char* sql : {"DELETE FROM topic WHERE person = $1", "DELETE FROM address WHERE person = $1",
                          "DELETE FROM account WHERE person = $1", "DELETE FROM person WHERE id = $1"}) {
    tx.execute(sql, person);
  }
  tx.execute("DELETE FROM cursor WHERE name = $1", "covered:" + std::string(person));
  return true;
}

}  // namespace paperboy::store
