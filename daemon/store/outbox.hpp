#pragma once
// Digests and their deliveries: the outbox. States, leases and fencing as written in daemon/README.md, "Once".
//
//   queued -> sending -> sent             the provider has it
//             sending -> dead             surely refused, or nothing is worth another try
//             sending -> queued(next_at)  surely not sent; throttled; or in doubt and worth a second copy (`doubts`)
//             sending -> ambiguous        the program ended, or its lease did, while sending (recover)
//             sending -> ambiguous        in doubt, and the provider can be asked (claim_doubt, resolve)
//   ambiguous -> sent | queued | dead     resolve
//   queued -> cancelled | expired
//
// Final: sent, dead, cancelled, expired (finalized_at set, nothing else changes). At most one delivery per (channel,
// destination) is sending or ambiguous. A lease on a queued row is a claim, lost without harm in a crash. Every attempt
// leaves a row in the append-only table `attempt`.
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/base/packed_text.hpp"
#include "daemon/paper/paper.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {

// A digest as it was built; its Markdown (digest::Built::markdown) is kept, packed: archive, `paperboy digest`.
struct DigestRow {
  std::string id;  // uuid v7
  std::string person;
  std::string period_key;  // unique per person: a tick, a restart or a repeated hour cannot build twice
  std::string kind;        // "digest", "quiet", "late", "partial", "failure", "silent"
  std::string title;
  std::string preheader;  // the line shown before a message is opened
  PackedText markdown;
  Time built_at{};
};

struct NewDelivery {
  std::string id;         // uuid v7
  std::string dedup_key;  // H(person, channel, destination, digest period, part): UNIQUE
  std::string channel, destination;
  std::string domain;  // destinations of one domain share what Limits says of it; empty: the destination's own
  int part = 1, parts = 1;
  int priority = 10;         // lower goes first; replies 0, digests 10
  std::string payload;       // frozen bytes
  std::string provider_key;  // Message-ID, txnId, ...: fixed here
  Time not_before{};
  std::optional<Time> expires_at;
};

struct ShownMark {
  paper::PaperId paper;
  int version = 0;
  std::string topic;
};

// Digest, shown marks and deliveries in the caller's transaction. False (and nothing written) if the person has a
// digest of that period already. A delivery whose dedup_key is there already is not added again. The person must be
// stored.
bool put_digest(Tx& tx, const DigestRow& digest, std::span<const ShownMark> shown,
                std::span<const NewDelivery> deliveries);
bool has_digest(Tx& tx, std::string_view person, std::string_view period_key);
std::optional<DigestRow> find_digest(Tx& tx, std::string_view person, std::string_view period_key);
std::optional<DigestRow> digest_by_id(Tx& tx, std::string_view id);
std::optional<DigestRow> newest_digest(Tx& tx, std::string_view person);

// --- the delivery stage

struct Claimed {
  std::string id, person, channel, destination, domain, payload, provider_key, period_key;
  std::string digest, digest_kind, digest_title;  // empty: a reply
  int part = 1, parts = 1;
  int attempts = 0;  // attempts that counted
  int sends = 0;     // intents so far: > 0 means that bytes may have gone out before
  int doubts = 0;    // times it was sent again although it may have arrived
  std::int64_t lease_token = 0;
  Time created_at{};
  std::optional<Time> expires_at, intent_at;
  std::string first_ref;      // of a later part: provider_ref of part 1, if that was sent
  std::string replaces;       // provider_ref of the message whose place this one takes, if that was sent
  int failures = 0;           // of the destination in a row, before this attempt
  int provider_failures = 0;  // of the whole channel
};

// A token bucket: `burst` at once, then one each `interval`; zero: no limit (GCRA, ITU-T I.371, with its state in the
// database).
struct Rate {
  Duration interval{};
  int burst = 1;
};
struct Limits {
  Rate provider;  // of the whole channel
  // Of a domain, by one of its destinations, which share the bucket; empty: none.
  std::function<Rate(const std::string&)> destination{};
  int of_domain = 0;  // messages under way to one domain; 0: any number
};

// The next runnable delivery of `channel`, leased to `owner` until now + lease with a new fencing token: by priority,
// then next_at, then id. Nothing if none is due. Parts of a digest go in order: a part waits until those before it are
// final. A destination with a delivery claimed, sending or ambiguous, or that was throttled until later, is passed
// over, so is one whose token bucket is empty or whose domain has `limits.of_domain` under way; what has expired
// becomes so. Takes a token of each bucket.
std::optional<Claimed> claim(Tx& tx, std::string_view channel, std::string_view owner, Time now, Duration lease,
                             const Limits& limits = {});
// Durable intent, before the first byte. False if the lease has ended or the delivery was cancelled (then do not send).
bool intend(Tx& tx, const Claimed& claimed, Time now);

enum class OutcomeClass { sent, not_sent, refused, throttled, ambiguous };
std::string_view to_string(OutcomeClass outcome);

struct Settlement {
  OutcomeClass outcome = OutcomeClass::sent;
  std::string code;             // "250", "550 5.1.1", "curl 28"
  std::string detail;           // for people; no secrets
  std::string provider_ref;     // what the provider calls the message
  std::optional<Time> next_at;  // when to try again; nothing with not_sent, throttled or ambiguous: dead
  bool counts = true;           // throttled never uses up an attempt
  std::optional<Time> ask_at;   // ambiguous: stays so, and is due for claim_doubt then
  // Throttled, not sent: nothing goes to the destination (or anywhere, whole_provider) before.
  std::optional<Time> pause_until;
  bool whole_provider = false;
};
// Ends the attempt. False, and nothing written, if somebody else has ended it (recover after the lease ended).
// Ambiguous with next_at: goes out again and counts as a suspected duplicate.
bool settle(Tx& tx, const Claimed& claimed, const Settlement& settlement, Time now);

// After a crash: rows in `sending` whose lease ended, or is held by `owner` (the same instance before its restart),
// become ambiguous (they may have been sent); leases on queued rows of `owner` are dropped. Returns all ambiguous ones
// that are nobody else's, to be resolved. With a channel, only that channel's. Not while `owner` is sending there.
std::vector<Claimed> recover(Tx& tx, std::string_view owner, Time now, std::string_view channel = {});
// An ambiguous delivery about which the provider is to be asked now, leased like those of claim().
std::optional<Claimed> claim_doubt(Tx& tx, std::string_view channel, std::string_view owner, Time now, Duration lease);
// Ends the doubt about an ambiguous delivery: sent (provider_ref); queued again at next_at (a suspected duplicate,
// unless it is known now that it was not sent); or dead; or asks again at ask_at. False, and nothing written, if it is
// not ambiguous or the lease was lost.
bool resolve(Tx& tx, const Claimed& claimed, const Settlement& settlement, Time now);
// queued rows of `channel` past expires_at become expired, unless they are claimed. Returns them.
std::vector<Claimed> expire(Tx& tx, std::string_view channel, Time now);
// What is queued for a person becomes cancelled; a claim on it is void. Returns how many.
int cancel_deliveries(Tx& tx, std::string_view person, Time now);
// When the next delivery of `channel` is due to be claimed (or asked about), as far as that is a matter of time;
// nothing if there is none, or all that is there waits for another to be settled. May lie in the past.
std::optional<Time> next_due(Tx& tx, std::string_view channel);

// Nothing more is composed for a destination that refuses everything or whose reader wants no more; what is queued for
// it is cancelled. The first cause stands.
void suppress(Tx& tx, std::string_view channel, std::string_view destination, std::string_view code,
              std::string_view detail, Time now);
bool suppressed(Tx& tx, std::string_view channel, std::string_view destination);
// Ends a suppression, with a `code` only one that has it. False if there was none.
bool release(Tx& tx, std::string_view channel, std::string_view destination, std::string_view code = {});
struct Suppression {
  std::string channel, destination, code, detail;
  Time since{};
};
std::vector<Suppression> suppressions(Tx& tx);

// --- for people

struct OutboxCount {
  std::string channel, state;
  std::int64_t messages = 0;
  std::optional<Time> oldest;
};
std::vector<OutboxCount> outbox_counts(Tx& tx);  // by channel and state; `oldest` by creation

}  // namespace paperboy::store
