#pragma once
// The port through which papers come in. An integration implements it; the ingest stage is its only caller.
#include <string>
#include <vector>

#include "daemon/async/timing.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/paper/ledger.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::flow {

// What one fetch brought. Papers, announcements, ledger entries and the cursor are committed together.
struct Batch {
  std::vector<paper::Paper> papers;
  std::vector<paper::Announcement> announcements;
  std::vector<paper::LedgerEntry> ledger;
  std::string cursor;  // opaque; what the next fetch is given
  bool more = false;   // fetch again at once
  Time next_at{};      // when to fetch again otherwise
};

class Source {
 public:
  virtual ~Source() = default;
  // Unique: "arxiv-rss", "feed:https://...". Names the cursor in the store.
  virtual const std::string& name() const = 0;
  // Fetches what is new since `cursor` (empty: from the beginning as the settings define it). Trouble that concerns a
  // part (one category) is a ledger entry and a cursor that comes back to it; what makes the whole fetch fail is
  // thrown, and the stage tries again with back-off. Repeating a fetch with the same cursor loses nothing and adds
  // nothing twice. Io thread.
  virtual async::Awaitable<Batch> fetch(std::string cursor) = 0;
};

// Single papers by id: examples of a topic, questions of the bot.
struct Found {
  std::vector<paper::Paper> papers;
  std::vector<paper::PaperId> unknown;  // asked for and not known to the provider
};

class Lookup {
 public:
  virtual ~Lookup() = default;
  // Ids of other kinds than this provider's come back as unknown. Throws Error when the provider cannot be asked now.
  // Io thread.
  virtual async::Awaitable<Found> find(std::vector<paper::PaperId> ids) = 0;
};

}  // namespace paperboy::flow
