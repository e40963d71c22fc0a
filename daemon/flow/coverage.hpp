#pragma once
// Is everything here that a person waits for? Reads the ledger for one person. Pure.
#include <span>
#include <string>
#include <vector>

#include "daemon/digest/digest.hpp"
#include "daemon/paper/ledger.hpp"
#include "daemon/paper/person.hpp"

namespace paperboy::flow {

struct CoverageReport {
  digest::Coverage coverage;
  bool complete = true;    // nothing of the person's listings is outstanding
  bool announced = false;  // at least one of the person's listings has brought its mailing
};

// `listings`: what the sources promise; `entries`: the ledger of the days asked; `mailings`: the days, oldest first. A
// listing that was promised and has no entry for an expected day is late. Several sources may speak of one listing: the
// best informed counts.
CoverageReport coverage_of(const paper::Person& person, std::span<const std::string> listings,
                           std::span<const paper::LedgerEntry> entries, std::span<const Day> mailings,
                           std::span<const Day> expected);

// One entry for each listing and day, by day, then listing: of the source that tells most. All of it beats a part, a
// part beats trouble. Of sources as a whole (category "*") there are none.
std::vector<paper::LedgerEntry> best_informed(std::span<const paper::LedgerEntry> entries);

// Does the person depend on the listing? Topics without categories depend on all.
bool follows(const paper::Person& person, std::string_view listing);

}  // namespace paperboy::flow
