#pragma once
// Digests and their deliveries: the outbox. States, leases and fencing as written in daemon/README.md, "Once".
//
//   queued -> sending -> sent                  the provider has it
//             sending -> queued(next_at)       surely not sent, or throttled
//             sending -> ambiguous -> sent | queued | dead
//             sending -> dead                  surely refused
//   queued -> cancelled | expired
// Final: sent, dead, cancelled, expired (finalized_at set, nothing else changes). At most one delivery per (channel, destination) is
// sending or ambiguous. A lease on a queued row is a claim, lost without harm in a crash.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/paper/paper.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {

// A digest as it was built; its Markdown is kept: archive, other channels, `paperboy digest`.
struct DigestRow {
  std::string id;          // uuid v7
  std::string person;
  std::string period_key;  // unique per person: a tick, a restart or a repeated hour cannot build twice
  std::string kind;        // "digest", "quiet", "late", "partial", "failure"
  std::string title;
  std::string markdown;
  Time built_at{};
};

struct NewDelivery {
  std::string id;         // uuid v7
  std::string dedup_key;  // H(person, channel, destination, digest period, part): UNIQUE
  std::string channel, destination;
  int part = 1, parts = 1;
  int priority = 10;      // lower goes first; replies 0, digests 10
  std::string payload;    // frozen bytes
  std::string provider_key;  // Message-ID, txnId, ...: fixed here
  Time not_before{};
  std::optional<Time> expires_at;
};

struct ShownMark {
  paper::PaperId paper;
  int version = 0;
  std::string topic;
};

// Digest, shown marks and deliveries in the caller's transaction. False (and nothing written) if the person has a digest of that
// period already.
bool put_digest(Tx& tx, const DigestRow& digest, std::span<const ShownMark> shown, std::span<const NewDelivery> deliveries);
std::optional<DigestRow> find_digest(Tx& tx, std::string_view person, std::string_view period_key);
std::optional<DigestRow> newest_digest(Tx& tx, std::string_view person);
// Built at of the newest digest whose period key begins with `prefix`.
std::optional<Time> newest_digest_time(Tx& tx, std::string_view person, std::string_view prefix);

// --- the delivery stage -------------------------------------------------------------------------------------------------------

struct Claimed {
  std::string id, person, channel, destination, payload, provider_key, period_key;
  int part = 1, parts = 1;
  int attempts = 0;         // attempts that counted
  int sends = 0;            // intents so far: > 0 means that bytes may have gone out before
  std::int64_t lease_token = 0;
  Time created_at{};
  std::optional<Time> expires_at;
};

// The next runnable delivery of `channel`, leased to `owner` until now + lease with a new fencing token. Nothing if none is due.
// Parts of a digest go in order: a part waits until the one before it is final.
std::optional<Claimed> claim(Tx& tx, std::string_view channel, std::string_view owner, Time now, Duration lease);
// Durable intent, before the first byte. False if the lease was lost (then do not send).
bool intend(Tx& tx, const Claimed& claimed, Time now);

enum class OutcomeClass { sent, not_sent, refused, throttled, ambiguous };
std::string_view to_string(OutcomeClass outcome);

struct Settlement {
  OutcomeClass outcome = OutcomeClass::sent;
  std::string code;          // "250", "550 5.1.1", "curl 28"
  std::string detail;        // for people; no secrets
  std::string provider_ref;  // what the provider calls the message
  std::optional<Time> next_at;  // when to try again; nothing with not_sent, throttled or ambiguous: dead
  bool counts = true;           // throttled does not use up an attempt
};
// Ends the attempt. False if the lease was lost (somebody else's attempt stands).
bool settle(Tx& tx, const Claimed& claimed, const Settlement& settlement, Time now);
bool extend_lease(Tx& tx, const Claimed& claimed, Time now, Duration lease);

// After a crash: rows in `sending` whose lease ended, or is held by `owner` (the same instance before its restart), become ambiguous
// (they may have been sent); leases on queued rows of `owner` are dropped. Returns the ambiguous ones to be reconciled.
std::vector<Claimed> recover(Tx& tx, std::string_view owner, Time now);
// Ends the doubt about an ambiguous delivery: sent (provider_ref), queued again at next_at (counts as suspected duplicate), or dead.
bool resolve(Tx& tx, std::string_view id, const Settlement& settlement, Time now);
// queued rows past expires_at become expired. Returns how many.
int expire(Tx& tx, Time now);
// When the next queued delivery of `channel` is due; nothing if there is none.
std::optional<Time> next_due(Tx& tx, std::string_view channel);

// --- for people -----------------------------------------------------------------------------------------------------------------

struct OutboxCount {
  std::string channel, state;
  std::int64_t messages = 0;
  std::optional<Time> oldest;
};
std::vector<OutboxCount> outbox_counts(Tx& tx);

}  // namespace paperboy::store
