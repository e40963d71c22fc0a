#pragma once
// How often papers are cited: which counts are wanted, and those that were told.
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "daemon/paper/citations.hpp"
#include "daemon/paper/id.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {

// Notes as wanted what was matched for anybody, and what the bot was asked about, at `since` or later. Papers that have
// neither an arXiv id nor a DOI are never wanted: nobody could say which they are.
void want_citations(Tx& tx, Time since);
// At most `limit` papers that were wanted at `wanted_since` or later and not asked about after `asked_until`: first
// those that never were, the newest wish first.
std::vector<paper::PaperId> citations_to_ask(Tx& tx, Time wanted_since, Time asked_until, int limit);
// Notes that these papers (wanted ones) were asked about, and the counts that were told; none may be negative.
void put_citations(Tx& tx, std::span<const paper::PaperId> asked, const std::map<paper::PaperId, std::int64_t>& counts,
                   Time now);
// By the id the paper is stored under. Nothing if its count was never told.
std::optional<paper::Citations> find_citations(Tx& tx, const paper::PaperId& paper);

}  // namespace paperboy::store
