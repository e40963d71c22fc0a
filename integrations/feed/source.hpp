#pragma once
// The source `feed:URL`: one feed, asked at its own pace.
#include <optional>
#include <string>
#include <vector>

#include "daemon/flow/source.hpp"
#include "daemon/net/client.hpp"
#include "integrations/feed/reader.hpp"

namespace paperboy::integrations::feed {

struct FeedSettings {
  std::string name;  // the listing its papers stand in
  std::string url;
  Duration every = std::chrono::hours(1);
  bool private_addresses = false;  // may it lie in a private network?
};

// What survives a restart. Reading never throws; text that is none of ours is the beginning.
struct FeedCursor {
  std::string etag, modified;
  std::vector<std::string> seen;  // marks of items, newest first
  Time next_at{};                 // not to be asked before
  Time failing_since{};           // zero: it is not
  int failures = 0;
  Day day{};             // of the count below
  int announced = 0;     // new items on that day
  bool started = false;  // it has been read once
  friend bool operator==(const FeedCursor&, const FeedCursor&) = default;
};
FeedCursor read_cursor(std::string_view text);
std::string write_cursor(const FeedCursor& cursor);

// When a feed that was read at `now` is asked again: after `every` or its ttl, whichever is longer, outside the hours
// and days its publisher skips. Pure.
Time next_visit(const Feed& feed, Duration every, Time now);

class FeedSource final : public flow::Source {
 public:
  FeedSource(FeedSettings settings, const std::string& contact, net::Client& client, const Clock& clock);

  const std::string& name() const override { return name_; }
  // Never throws but for cancellation: a feed that fails is a ledger entry with since when and why, and a longer pause
  // (doubling up to 24 h); it is never given up.
  async::Awaitable<flow::Batch> fetch(std::string cursor) override;

 private:
  void take(FeedCursor& state, Feed feed, Time now, flow::Batch& batch) const;
  void failed(FeedCursor& state, const std::string& why, std::optional<Duration> wait, Time now,
              flow::Batch& batch) const;
  paper::LedgerEntry entry(Time now, paper::LedgerState state, std::string note) const;

  FeedSettings settings_;
  std::string name_, user_agent_;
  net::Client& client_;
  const Clock& clock_;
};

}  // namespace paperboy::integrations::feed
