#pragma once
// Is a message due for a person, and which of the four? Pure: the rules of waiting, lateness and quiet days in one
// place.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/digest/digest.hpp"
#include "daemon/flow/coverage.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/paper/ledger.hpp"
#include "daemon/paper/person.hpp"

namespace paperboy::flow {

struct DigestSettings {
  Duration wait = std::chrono::minutes(45);  // how long a due digest waits for an announcement that is not complete
  std::vector<std::string> listings;         // arXiv listings the sources promise (Offer::listings)
  std::string contact;                       // of whoever runs the daemon, for readers; may be empty
  bool citations = false;                    // how often papers are cited is shown, where it is known
};

// The period in which a person's digest falls at a moment.
struct Period {
  std::string key;       // "daily:2026-06-02", "announcement:2026-06-02"; empty for instant
  Day date{};            // the date the digest bears
  Time due_at{};         // when it fell due
  Day newest_mailing{};  // the newest mailing that could be in
};
// Nothing if the person's schedule has had no moment yet. `newest_listed`: the newest mailing the ledger has for the
// person; the calendar is a promise, and a mailing it does not know counts like any other.
std::optional<Period> current_period(const paper::Person& person, std::optional<Day> newest_listed, Time now);

// The newest day on which one of the person's listings brought something.
std::optional<Day> newest_listed(const paper::Person& person, std::span<const paper::LedgerEntry> ledger);

// What is known of a person when the question is asked. The late and the failure notice of a period bear its key with a
// prefix.
struct Situation {
  bool digest_built = false, late_told = false, failure_told = false;  // of the current period
  std::optional<Day> covered;              // newest mailing a digest of the person has reported on
  std::vector<paper::LedgerEntry> ledger;  // of the days after `covered`
  bool has_papers = false;                 // matches no digest has shown
  Time started_at{};                       // of the daemon: after a start the sources get `wait` to catch up
  Time known_since{};                      // of the person: what fell due before is not owed
};

struct Decision {
  std::string period_key;
  Day date{};
  digest::MessageKind kind = digest::MessageKind::digest;
  bool silent = false;  // closes the period without a message: nothing was announced and nothing is new
  digest::Coverage coverage;
  std::optional<Day> covers;  // the newest mailing this settles
};
// Nothing: not due, or to be waited for. For an instant person the caller names the period.
std::optional<Decision> decide(const paper::Person& person, const Period& period, const Situation& situation,
                               const DigestSettings& settings, Time now);

std::string late_key(const Period& period);
std::string failure_key(const Period& period);

}  // namespace paperboy::flow
