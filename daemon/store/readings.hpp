#pragma once
// What language models wrote, and what that cost. Both are written in one transaction, so nothing that is stored is
// paid for twice.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/reading.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {

// Everything a reply depends on.
struct ReadingKey {
  std::string subject;  // a paper's canonical id, or "digest:" and a hash
  int version = 0;
  std::string task, language;
  std::string prompt;  // its version, and what else went into it
  std::string model;
  friend auto operator<=>(const ReadingKey&, const ReadingKey&) = default;
};

// A question that was asked and did not bring anything.
struct ReadingFailure {
  std::string detail;
  int attempts = 0;
  std::optional<Time> next_at;  // none: it is not asked again
};

struct ReadingCost {
  Day day{};
  std::string person, task, model;
  int calls = 0;
  std::int64_t prompt_tokens = 0, reply_tokens = 0, micros = 0;
  int estimated = 0;  // of `calls`
};

// What is stored under a key: exactly one of the first three, or none.
struct ReadingState {
  std::optional<paper::Reading> reading;
  std::optional<paper::Rating> rating;
  std::optional<ReadingFailure> failure;
  bool known() const { return reading || rating || failure; }
};
ReadingState find_reading(Tx& tx, const ReadingKey& key);
// Upserts; `cost` is added to what the day, person, task and model have. `detail`: for the administrator.
void put_reading(Tx& tx, const ReadingKey& key, const paper::Reading& reading, std::string_view detail, Time now);
void put_rating(Tx& tx, const ReadingKey& key, const paper::Rating& rating, Time now);
void put_reading_failure(Tx& tx, const ReadingKey& key, const ReadingFailure& failure, Time now);
void put_cost(Tx& tx, const ReadingCost& cost);

// For `paperboy reading`: everything about a subject, newest first; forgetting it, so that it is asked again.
struct ReadingInfo {
  ReadingKey key;
  ReadingState state;
  std::string detail;
  Time made_at{};
};
std::vector<ReadingInfo> readings_of(Tx& tx, std::string_view subject);
int forget_readings(Tx& tx, std::string_view subject);

struct Spent {
  std::int64_t tokens = 0, micros = 0;
};
// On a UTC day, by everybody or by one person.
Spent spent_on(Tx& tx, Day day);
Spent spent_by(Tx& tx, Day day, std::string_view person);
std::vector<ReadingCost> costs_between(Tx& tx, Day from, Day until);  // [from, until), newest day first

}  // namespace paperboy::store
