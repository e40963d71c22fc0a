// The completeness ledger; cursors.
#include "daemon/store/papers.hpp"

namespace paperboy::store {
namespace {

paper::LedgerEntry read_entry(const Row& row) {
  const std::optional<paper::LedgerState> state = paper::ledger_state(row.text(3));
  if (!state) throw StoreError("the database holds an unknown state of a listing: " + std::string(row.text(3)));
  return {.source = std::string(row.text(1)),
          .category = std::string(row.text(2)),
          .day = row.day(0),
          .state = *state,
          .expected = static_cast<int>(row.integer(4)),
          .ingested = static_cast<int>(row.integer(5)),
          .note = std::string(row.text(6))};
}

}  // namespace

void put_ledger(Tx& tx, std::span<const paper::LedgerEntry> entries, Time now) {
  for (const paper::LedgerEntry& entry : entries) {
    tx.execute(
        "INSERT INTO ledger (day, source, category, state, expected, ingested, note, changed_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (day, source, category) DO UPDATE SET "
        "state = excluded.state, expected = excluded.expected, ingested = excluded.ingested, note = excluded.note, "
        "changed_at = excluded.changed_at "
        "WHERE ledger.state NOT IN ('complete', 'partial') OR excluded.state NOT IN ('waiting', 'failed')",
        entry.day, entry.source, entry.category, paper::to_string(entry.state), entry.expected, entry.ingested,
        entry.note, now);
  }
}

std::vector<paper::LedgerEntry> ledger_of(Tx& tx, Day day) {
  return ledger_between(tx, day, day + std::chrono::days(1));
}

std::vector<paper::LedgerEntry> ledger_between(Tx& tx, Day from, Day until) {
  std::vector<paper::LedgerEntry> entries;
  tx.query(
      "SELECT day, source, category, state, expected, ingested, note FROM ledger WHERE day >= $1 AND day < $2 "
      "ORDER BY day, source, category",
      [&](const Row& row) { entries.push_back(read_entry(row)); }, from, until);
  return entries;
}

std::string cursor(Tx& tx, std::string_view name) {
  std::string value;
  tx.query("SELECT value FROM cursor WHERE name = $1", [&](const Row& row) { value = row.text(0); }, name);
  return value;
}

void put_cursor(Tx& tx, std::string_view name, std::string_view value, Time now) {
  tx.execute(
      "INSERT INTO cursor (name, value, changed_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET "
      "value = excluded.value, changed_at = excluded.changed_at",
      name, value, now);
}

}  // namespace paperboy::store
