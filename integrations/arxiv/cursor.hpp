#pragma once
// The cursors of the two sources: what must survive a restart, as JSON text. Reading never throws: text that is none of
// ours (or of another version) reads as the beginning. Pure.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.hpp"

namespace paperboy::integrations::arxiv {

// --- feeds

// What is known of one category's feed. Days are those of mailings; the epoch's first day stands for "never".
struct FeedState {
  std::string etag, modified;    // for the conditional GET
  std::set<std::string> seen;    // keys of the newest content taken (RssItem::key)
  std::set<std::string> before;  // and of the content before it: an edge server may serve that once more
  Day taken{};                   // the mailing whose content `seen` is
  Day settled{};                 // the newest mailing that needs no further look
  Day accounted{};               // the newest mailing the ledger was told of
  Time asked{};                  // the last answer
  bool empty = false;            // the feed's last content had no entry
  friend bool operator==(const FeedState&, const FeedState&) = default;
};

using FeedCursor = std::map<std::string, FeedState>;  // by category

FeedCursor read_feed_cursor(std::string_view text);
std::string write_feed_cursor(const FeedCursor& cursor);

// --- OAI-PMH

// Which new-style ids were in a harvest: a bit each, by the month in the id. A month is about 4 kB.
class SeenIds {
 public:
  void add(std::string_view id);  // old-style ids are ignored: none is new any more
  bool contains(std::string_view id) const;
  // Forgets months before the one of `day`.
  void forget_before(Day day);

  std::map<std::string, std::string> to_hex() const;  // by month, "2611"
  void from_hex(std::string_view month, std::string_view hex);
  friend bool operator==(const SeenIds&, const SeenIds&) = default;

 private:
  std::map<std::string, std::string, std::less<>> months_;  // bits, packed
};

// A harvest under way.
struct Harvest {
  Day from{};
  std::string token;  // of the next page; empty: the first
  Time started{};
  Day last{};  // newest datestamp seen: a restart after a lost token begins there
  int restarts = 0;
  int unreadable = 0;
  std::map<Day, int> found;  // new papers per mailing that this harvest was the first to see
  friend bool operator==(const Harvest&, const Harvest&) = default;
};

struct OaiCursor {
  Day since{};     // watching began: what was submitted since and is unseen is new
  Day done{};      // every record with an earlier datestamp is here; the first harvest sets it
  Time done_at{};  // the last complete harvest began then

  std::optional<Harvest> harvest;

  // New papers of the newest mailings, by category.
  std::map<Day, std::map<std::string, std::set<std::string>>> fresh;
  Day reached{};  // the newest mailing whose day a complete harvest had records of
  Day settled{};  // the newest mailing that two such harvests agree on
  SeenIds seen;
  struct Revision {
    int version = 0;
    Day datestamp{};
    friend bool operator==(const Revision&, const Revision&) = default;
  };
  std::map<std::string, Revision> revised;  // announced revisions of the days that the next harvest reads again, by id

  friend bool operator==(const OaiCursor&, const OaiCursor&) = default;
};

OaiCursor read_oai_cursor(std::string_view text);
std::string write_oai_cursor(const OaiCursor& cursor);

}  // namespace paperboy::integrations::arxiv
