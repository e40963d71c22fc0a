#pragma once
// Papers, announcements, matches, and the completeness ledger.
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/paper/ledger.hpp"
#include "daemon/paper/match.hpp"
#include "daemon/paper/paper.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {

enum class Change {
  added,      // not known before
  revised,    // a higher version than known, or withdrawn now
  completed,  // same version; fields that were empty are filled (another source knew more)
  unchanged
};

// Inserts or merges by identity: the id, or a DOI already stored for another id. A source never erases what another knew; a higher
// version replaces title, abstract, authors and dates; the older of two `announced` and `published` days stays. A paper that
// changed is matched again (papers_to_match). `seq` counts arrivals.
Change put_paper(Tx& tx, const paper::Paper& paper, Time now);
// Idempotent per (category, day, paper, kind). Returns how many were new.
int put_announcements(Tx& tx, std::string_view source, std::span<const paper::Announcement> announcements, Time now);

std::optional<paper::Paper> find_paper(Tx& tx, const paper::PaperId& id);
std::vector<paper::Paper> find_papers(Tx& tx, std::span<const paper::PaperId> ids);  // in the order asked, unknown ones left out
std::int64_t count_papers(Tx& tx);
// Every paper announced in [from, until), in the order of arrival: statistics and trends.
void each_paper_announced(Tx& tx, Day from, Day until, const std::function<void(const paper::Paper&)>& each);
// The newest `limit` papers by arrival (statistics when little is stored).
void each_recent_paper(Tx& tx, int limit, const std::function<void(const paper::Paper&)>& each);

// --- match --------------------------------------------------------------------------------------------------------------

// Why a paper is in the queue of the match stage.
struct Arrival {
  paper::Paper paper;
  paper::AnnounceKind kind = paper::AnnounceKind::new_paper;  // the strongest of its announcements since it was last matched
  Day day{};                                                  // mailing day of that announcement
  std::int64_t seq = 0;
};
// Arrivals after `after_seq` that were announced (a paper without an announcement is known, not news), oldest first.
std::vector<Arrival> arrivals(Tx& tx, std::int64_t after_seq, int limit);
std::int64_t match_cursor(Tx& tx);
// Writes the matches of a batch and moves the cursor; matches already there for (person, topic, paper, kind, version) stay.
struct StoredMatch {
  paper::Match match;
  paper::PaperId paper;
  int version = 0;
  paper::AnnounceKind kind = paper::AnnounceKind::new_paper;
  Day day{};
};
void put_matches(Tx& tx, std::span<const StoredMatch> matches, std::int64_t cursor, Time now);

// Matches of a person that no digest of theirs has shown: a paper already shown counts as shown unless the match is a replacement
// in a topic that asks for revisions. Newest mailing first.
std::vector<StoredMatch> unshown_matches(Tx& tx, std::string_view person);

// --- ledger: is everything there that was announced? ------------------------------------------------------------------------

// Upsert; `complete` is never taken back by `waiting`.
void put_ledger(Tx& tx, std::span<const paper::LedgerEntry> entries, Time now);
std::vector<paper::LedgerEntry> ledger_of(Tx& tx, Day day);
std::vector<paper::LedgerEntry> ledger_between(Tx& tx, Day from, Day until);

// --- cursors and lanes --------------------------------------------------------------------------------------------------------

// Opaque positions of sources; empty if none yet.
std::string cursor(Tx& tx, std::string_view name);
void put_cursor(Tx& tx, std::string_view name, std::string_view value, Time now);

}  // namespace paperboy::store
