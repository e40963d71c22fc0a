#include "daemon/store/readings.hpp"

#include <boost/json.hpp>

namespace paperboy::store {
namespace {

namespace json = boost::json;

#define READING_KEY "subject = $1 AND version = $2 AND task = $3 AND language = $4 AND prompt = $5 AND model = $6"

json::array to_json(const paper::Statement& statement) {
  json::array quotes;
  for (const paper::Quote& quote : statement.quotes) quotes.push_back({quote.paper, quote.place, quote.text});
  return {statement.text, std::move(quotes)};
}

std::string encode(const paper::Reading& reading) {
  json::array passages;
  for (const paper::Passage& passage : reading.passages) {
    json::array statements;
    for (const paper::Statement& statement : passage.statements) statements.push_back(to_json(statement));
    passages.push_back({passage.part, std::move(statements)});
  }
  return json::serialize(json::object{{"passages", std::move(passages)},
                                      {"source", reading.source},
                                      {"made", reading.made.time_since_epoch().count()},
                                      {"kept", reading.kept},
                                      {"dropped", reading.dropped}});
}

std::string encode(const paper::Rating& rating) {
  return json::serialize(
      json::object{{"relevance", rating.relevance},
                   {"significance", rating.significance},
                   {"reason", rating.reason ? json::value(to_json(*rating.reason)) : json::value(nullptr)}});
}

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

paper::Statement statement_of(const json::value& value) {
  const json::array& array = value.as_array();
  paper::Statement statement{text_of(array.at(0)), {}};
  for (const json::value& item : array.at(1).as_array()) {
    const json::array& quote = item.as_array();
    statement.quotes.push_back({text_of(quote.at(0)), text_of(quote.at(1)), text_of(quote.at(2))});
  }
  return statement;
}

void decode(std::string_view content, std::string_view model, ReadingState& state) try {
  const json::object object = json::parse(json::string_view(content.data(), content.size())).as_object();
  if (object.contains("relevance")) {
    paper::Rating rating;
    rating.relevance = object.at("relevance").to_number<int>();
    rating.significance = object.at("significance").to_number<int>();
    if (!object.at("reason").is_null()) rating.reason = statement_of(object.at("reason"));
    state.rating = std::move(rating);
    return;
  }
  paper::Reading reading;
  for (const json::value& item : object.at("passages").as_array()) {
    const json::array& pair = item.as_array();
    paper::Passage passage{text_of(pair.at(0)), {}};
    for (const json::value& statement : pair.at(1).as_array()) passage.statements.push_back(statement_of(statement));
    reading.passages.push_back(std::move(passage));
  }
  reading.model = std::string(model);
  reading.source = text_of(object.at("source"));
  reading.made = Day{std::chrono::days{object.at("made").to_number<int>()}};
  reading.kept = object.at("kept").to_number<int>();
  reading.dropped = object.at("dropped").to_number<int>();
  state.reading = std::move(reading);
} catch (const std::exception&) {
  state = {};  // as if it were not there: no digest depends on it, and it is read again
}

// Of the columns state, content, detail, attempts, next_at, model from `at` on.
ReadingState state_of(const Row& row, int at) {
  ReadingState state;
  if (row.text(at) == "failed") {
    state.failure = {std::string(row.text(at + 2)), static_cast<int>(row.integer(at + 3)), row.optional_time(at + 4)};
  } else {
    decode(row.text(at + 1), row.text(at + 5), state);
  }
  return state;
}

void put(Tx& tx, const ReadingKey& key, std::string_view state, std::string_view content, std::string_view detail,
         int attempts, std::optional<Time> next_at, Time now) {
  tx.execute(
      "INSERT INTO reading (subject, version, task, language, prompt, model, state, content, detail, attempts, "
      "made_at, "
      "next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
      "ON CONFLICT (subject, version, task, language, prompt, model) DO UPDATE SET state = excluded.state, "
      "content = excluded.content, detail = excluded.detail, attempts = excluded.attempts, "
      "made_at = excluded.made_at, next_at = excluded.next_at",
      key.subject, key.version, key.task, key.language, key.prompt, key.model, state, content, detail, attempts, now,
      next_at);
}

Spent spent(const Row& row) {
  return {row.integer(0), row.integer(1)};
}

}  // namespace

ReadingState find_reading(Tx& tx, const ReadingKey& key) {
  ReadingState state;
  tx.query(
      "SELECT state, content, detail, attempts, next_at, model FROM reading WHERE " READING_KEY,
      [&](const Row& row) { state = state_of(row, 0); }, key.subject, key.version, key.task, key.language, key.prompt,
      key.model);
  return state;
}

void put_reading(Tx& tx, const ReadingKey& key, const paper::Reading& reading, std::string_view detail, Time now) {
  put(tx, key, "done", encode(reading), detail, 0, std::nullopt, now);
}

void put_rating(Tx& tx, const ReadingKey& key, const paper::Rating& rating, Time now) {
  put(tx, key, "done", encode(rating), "", 0, std::nullopt, now);
}

void put_reading_failure(Tx& tx, const ReadingKey& key, const ReadingFailure& failure, Time now) {
  put(tx, key, "failed", "", failure.detail, failure.attempts, failure.next_at, now);
}

void put_cost(Tx& tx, const ReadingCost& cost) {
  tx.execute(
      "INSERT INTO reading_cost (day, person, task, model, calls, prompt_tokens, reply_tokens, micros, estimated) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (day, person, task, model) DO UPDATE SET "
      "calls = reading_cost.calls + excluded.calls, "
      "prompt_tokens = reading_cost.prompt_tokens + excluded.prompt_tokens, "
      "reply_tokens = reading_cost.reply_tokens + excluded.reply_tokens, "
      "micros = reading_cost.micros + excluded.micros, estimated = reading_cost.estimated + excluded.estimated",
      cost.day, cost.person, cost.task, cost.model, cost.calls, cost.prompt_tokens, cost.reply_tokens, cost.micros,
      cost.estimated);
}

std::vector<ReadingInfo> readings_of(Tx& tx, std::string_view subject) {
  std::vector<ReadingInfo> list;
  tx.query(
      "SELECT version, task, language, prompt, model, detail, made_at, state, content, detail, attempts, next_at, "
      "model "
      "FROM reading WHERE subject = $1 ORDER BY made_at DESC, task, language",
      [&](const Row& row) {
        ReadingInfo info;
        info.key = {std::string(subject),     static_cast<int>(row.integer(0)), std::string(row.text(1)),
                    std::string(row.text(2)), std::string(row.text(3)),         std::string(row.text(4))};
        info.detail = std::string(row.text(5));
        info.made_at = row.time(6);
        info.state = state_of(row, 7);
        list.push_back(std::move(info));
      },
      subject);
  return list;
}

int forget_readings(Tx& tx, std::string_view subject) {
  return static_cast<int>(tx.execute("DELETE FROM reading WHERE subject = $1", subject));
}

Spent spent_on(Tx& tx, Day day) {
  Spent sum;
  tx.query(
      "SELECT COALESCE(SUM(prompt_tokens + reply_tokens), 0), COALESCE(SUM(micros), 0) FROM reading_cost WHERE day = "
      "$1",
      [&](const Row& row) { sum = spent(row); }, day);
  return sum;
}

Spent spent_by(Tx& tx, Day day, std::string_view person) {
  Spent sum;
  tx.query(
      "SELECT COALESCE(SUM(prompt_tokens + reply_tokens), 0), COALESCE(SUM(micros), 0) FROM reading_cost "
      "WHERE day = $1 AND person = $2",
      [&](const Row& row) { sum = spent(row); }, day, person);
  return sum;
}

std::vector<ReadingCost> costs_between(Tx& tx, Day from, Day until) {
  std::vector<ReadingCost> list;
  tx.query(
      "SELECT day, person, task, model, calls, prompt_tokens, reply_tokens, micros, estimated FROM reading_cost "
      "WHERE day >= $1 AND day < $2 ORDER BY day DESC, person, task, model",
      [&](const Row& row) {
        list.push_back({row.day(0), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)),
                        static_cast<int>(row.integer(4)), row.integer(5), row.integer(6), row.integer(7),
                        static_cast<int>(row.integer(8))});
      },
      from, until);
  return list;
}

}  // namespace paperboy::store
