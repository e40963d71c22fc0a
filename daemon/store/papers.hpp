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
#include "daemon/paper/person.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {

enum class Change {
  added,      // not known before
  revised,    // a higher version than known, or withdrawn now
  completed,  // same version (or the first source that names one); something that was not known is filled in
  unchanged
};

// Inserts, or merges into the stored paper of the same identity: the same id; an id already known as its alias; or the
// same DOI, unless both are arXiv ids (two arXiv ids are two papers, announced separately, even where they state one
// DOI). A paper keeps the id it was stored under first; later ids become its aliases, which every function here
// understands. What the sources say is merged so that none erases what another knew:
//   - a higher version replaces title, abstract, authors, update day and the smaller fields, as far as it has them, and
//   says
//     whether the paper is withdrawn; so does the first source that names a version at all;
//   - otherwise only empty fields are filled, and withdrawn is believed unless it is said of an older version;
//   - categories and classes are united (the primary of the higher version leads), versions too;
//   - the earlier `announced` and `published` stay.
// What a higher version changed is kept (Paper::revisions, paper/revision.hpp), if the version before it was stored.
// A paper that was announced goes through the match stage again when it is revised (as a replacement, unless it still
// waits), or when title, abstract, authors or categories have changed. Throws StoreError for a paper without an id.
Change put_paper(Tx& tx, const paper::Paper& paper, Time now);
// Idempotent per (category, day, paper, kind). Returns how many were new. A paper may be put before or after its
// announcement. `announced` of the paper becomes the earliest day on which it was listed as new or cross-listed.
int put_announcements(Tx& tx, std::string_view source, std::span<const paper::Announcement> announcements, Time now);

// A DOI finds the paper that states it, too: of several the one known first.
std::optional<paper::Paper> find_paper(Tx& tx, const paper::PaperId& id);
// In the order asked, unknown ones left out. Asked by an alias, the paper comes with the id it is stored under.
std::vector<paper::Paper> find_papers(Tx& tx, std::span<const paper::PaperId> ids);
std::int64_t count_papers(Tx& tx);
// Every paper announced in [from, until), by day and within it in the order they became known, without their versions:
// statistics and trends. Streams: one paper is held at a time. Others wait meanwhile: ask for a day at a time.
void each_paper_announced(Tx& tx, Day from, Day until, const std::function<void(const paper::Paper&)>& each);
// Every paper of [from, until): announced then or, where no listing named it (it was imported, or looked up), submitted
// then. In no order of days; else as above.
void each_paper_dated(Tx& tx, Day from, Day until, const std::function<void(const paper::Paper&)>& each);
// The `limit` papers that became known last, newest first, without their versions (statistics when little is stored).
void each_recent_paper(Tx& tx, int limit, const std::function<void(const paper::Paper&)>& each);

// In the order in which papers became known, without their versions: the number of the newest (0: none); at most
// `limit` that became known after `seq`, oldest first, or before it, newest first, with the number of the last one
// (`seq` if there is none).
std::int64_t newest_seq(Tx& tx);
std::int64_t each_paper_after(Tx& tx, std::int64_t seq, int limit,
                              const std::function<void(const paper::Paper&)>& each);
std::int64_t each_paper_before(Tx& tx, std::int64_t seq, int limit,
                               const std::function<void(const paper::Paper&)>& each);
// Papers with this title, whatever its case (of ASCII letters), newest first, at most `limit`.
std::vector<paper::Paper> papers_titled(Tx& tx, std::string_view title, int limit);

// --- match

// Why a paper is in the queue of the match stage. A paper stands there once: what is announced of it on one mailing
// day, or while it waits, is one arrival of the strongest kind (new > cross > replace > replace-cross). It comes again,
// with a new seq, when another mailing lists it; but not for a replacement of a version that has been here.
struct Arrival {
  paper::Paper paper;  // as stored now; its version is at least the announced one
  paper::AnnounceKind kind =
      paper::AnnounceKind::new_paper;  // the strongest of its announcements since it was last matched
  Day day{};                           // mailing day of that announcement
  std::int64_t seq = 0;  // grows in the order of commits: nothing is ever added behind a seq that was read
};
// Arrivals after `after_seq`, oldest first: papers that were announced and are stored (one without an announcement is
// known, not news; one that was announced before it is known arrives when it is put).
std::vector<Arrival> arrivals(Tx& tx, std::int64_t after_seq, int limit);
std::int64_t match_cursor(Tx& tx);
// Writes the matches of a batch and moves the cursor, never back; matches already there for (person, topic, paper,
// kind, version) stay. The people and papers must be stored.
struct StoredMatch {
  paper::Match match;
  paper::PaperId paper;
  int version = 0;
  paper::AnnounceKind kind = paper::AnnounceKind::new_paper;
  Day day{};
};
void put_matches(Tx& tx, std::span<const StoredMatch> matches, std::int64_t cursor, Time now);

// Matches of a person that no digest of theirs has shown, in the topics they have now and that are not muted; newest
// mailing first, then by score. One per topic and paper: of the strongest kind, else as its highest version.
// Replacements count only in topics that ask for revisions. A paper that was shown counts as shown in all topics and
// versions, unless the topic asks for revisions and the match is of a higher version than was shown (of a version no
// source has named, a replacement is not told from what it replaces).
std::vector<StoredMatch> unshown_matches(Tx& tx, const paper::Person& person);
bool has_unshown_matches(Tx& tx, const paper::Person& person);
// When the first of them was found.
std::optional<Time> unshown_since(Tx& tx, const paper::Person& person);

// --- ledger: is everything there that was announced?

// Upsert. What is known to be out (complete, partial) is not taken back by `waiting` or `failed`.
void put_ledger(Tx& tx, std::span<const paper::LedgerEntry> entries, Time now);
std::vector<paper::LedgerEntry> ledger_of(Tx& tx, Day day);
std::vector<paper::LedgerEntry> ledger_between(Tx& tx, Day from, Day until);  // [from, until), by day, source, category

// --- cursors and lanes

// Opaque positions of sources, clocks of lanes; empty if none yet. Names that begin with "stage/" are this room's.
std::string cursor(Tx& tx, std::string_view name);
void put_cursor(Tx& tx, std::string_view name, std::string_view value, Time now);

}  // namespace paperboy::store
