#pragma once
// The completeness ledger's entries: is everything here that was announced?
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/clock.hpp"

namespace paperboy::paper {

enum class LedgerState {
  waiting,   // due, not out yet
  complete,  // everything the listing states is here
  partial,   // some of it is missing
  failed,    // the listing cannot be read
  quiet      // nothing was announced (no mailing, or an empty one)
};
std::string_view to_string(LedgerState state);
std::optional<LedgerState> ledger_state(std::string_view word);

// What a source knows of one listing on one mailing day.
struct LedgerEntry {
  std::string source, category;
  Day day{};
  LedgerState state = LedgerState::waiting;
  int expected = 0;  // entries the listing states or a witness counted; 0 unknown
  int ingested = 0;
  std::string note;  // what is missing or went wrong, for people
  friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};

}  // namespace paperboy::paper
