// The state machine of deliveries. Every UPDATE names the state (and the lease token) it may leave, so that a final
// state and somebody else's attempt cannot be touched.
#include "daemon/store/outbox.hpp"

namespace paperboy::store {
namespace {

// What read_claimed expects, of table `delivery`. A channel written `channel || ''` is not looked up in an index:
// SQLite would take delivery_count and read all that was ever sent, or all that is queued, instead of the few rows of a
// digest or of delivery_expiry.
#define CLAIMED_COLUMNS                                                                                             \
  "delivery.id, delivery.person, delivery.channel, delivery.destination, delivery.payload, delivery.provider_key, " \
  "COALESCE((SELECT g.period_key FROM digest g WHERE g.id = delivery.digest), ''), delivery.part, delivery.parts, " \
  "delivery.attempts, delivery.sends, delivery.lease_token, delivery.created_at, delivery.expires_at, "             \
  "delivery.intent_at, "                                                                                            \
  "COALESCE((SELECT f.provider_ref FROM delivery f WHERE f.digest = delivery.digest AND delivery.part > 1 "         \
  "AND f.channel || '' = delivery.channel AND f.destination = delivery.destination AND f.part = 1 "                 \
  "AND f.state = 'sent'), ''), "                                                                                    \
  "COALESCE((SELECT p.failures FROM pace p WHERE p.channel = delivery.channel "                                     \
  "AND p.destination = delivery.destination), 0), "                                                                 \
  "COALESCE((SELECT p.failures FROM pace p WHERE p.channel = delivery.channel AND p.destination = ''), 0), "        \
  "COALESCE(delivery.digest, ''), COALESCE((SELECT g.kind FROM digest g WHERE g.id = delivery.digest), ''), "       \
  "COALESCE((SELECT g.title FROM digest g WHERE g.id = delivery.digest), ''), delivery.doubts, "                    \
  "COALESCE((SELECT r.provider_ref FROM delivery r WHERE r.id = delivery.replaces AND r.state = 'sent'), ''), "     \
  "delivery.domain"

Claimed read_claimed(const Row& row) {
  Claimed claimed;
  claimed.id = row.text(0);
  claimed.person = row.text(1);
  claimed.channel = row.text(2);
  claimed.destination = row.text(3);
  claimed.payload = row.text(4);
  claimed.provider_key = row.text(5);
  claimed.period_key = row.text(6);
  claimed.part = static_cast<int>(row.integer(7));
  claimed.parts = static_cast<int>(row.integer(8));
  claimed.attempts = static_cast<int>(row.integer(9));
  claimed.sends = static_cast<int>(row.integer(10));
  claimed.lease_token = row.integer(11);
  claimed.created_at = row.time(12);
  claimed.expires_at = row.optional_time(13);
  claimed.intent_at = row.optional_time(14);
  claimed.first_ref = row.text(15);
  claimed.failures = static_cast<int>(row.integer(16));
  claimed.provider_failures = static_cast<int>(row.integer(17));
  claimed.digest = row.text(18);
  claimed.digest_kind = row.text(19);
  claimed.digest_title = row.text(20);
  claimed.doubts = static_cast<int>(row.integer(21));
  claimed.replaces = row.text(22);
  claimed.domain = row.text(23);
  return claimed;
}

// What keeps a queued row `d` from being claimed until somebody settles: its destination is in flight, an earlier part
// of its digest is not final, or the message it replaces is not.
#define BLOCKED                                                                                              \
  "(EXISTS (SELECT 1 FROM delivery f WHERE f.channel = d.channel AND f.destination = d.destination "         \
  "AND f.state IN ('sending', 'ambiguous')) "                                                                \
  "OR (d.part > 1 AND EXISTS (SELECT 1 FROM delivery e WHERE e.digest = d.digest AND e.channel = d.channel " \
  "AND e.destination = d.destination AND e.part < d.part AND e.finalized_at IS NULL)) "                      \
  "OR (d.replaces IS NOT NULL AND EXISTS (SELECT 1 FROM delivery r WHERE r.id = d.replaces "                 \
  "AND r.finalized_at IS NULL)))"

// A queued row `d` of channel $1 and priority $2 that nothing but time keeps from being claimed.
#define WAITS_FOR_TIME                                                                                           \
  "d.channel = $1 AND d.state = 'queued' AND d.priority = $2 AND d.lease_until IS NULL AND NOT " BLOCKED         \
  " AND NOT EXISTS (SELECT 1 FROM delivery l WHERE l.channel = d.channel AND l.destination = d.destination AND " \
  "l.lease_until IS NOT NULL)"

// The queue is read one priority after the other, each in the order of its index, so that a claim stops at the first
// row it may have and never sorts the queue.
std::optional<std::int64_t> next_priority(Tx& tx, std::string_view channel, std::optional<std::int64_t> after) {
  std::optional<std::int64_t> priority;
  const auto read = [&](const Row& row) {
    if (!row.is_null(0)) priority = row.integer(0);
  };
  if (!after) {
    tx.query("SELECT MIN(priority) FROM delivery WHERE channel = $1 AND state = 'queued'", read, channel);
  } else {
    tx.query("SELECT MIN(priority) FROM delivery WHERE channel = $1 AND state = 'queued' AND priority > $2", read,
             channel, *after);
  }
  return priority;
}

struct Candidate {
  std::string id;
  bool expired = false;
};

std::optional<Candidate> candidate(Tx& tx, std::string_view channel, std::int64_t priority, Time now, int of_domain) {
  std::optional<Candidate> found;
  tx.query(
      "SELECT d.id, d.expires_at FROM delivery d WHERE d.channel = $1 AND d.state = 'queued' AND d.priority = $2 "
      "AND d.next_at <= $3 AND (d.lease_until IS NULL OR d.lease_until <= $3) AND NOT " BLOCKED
      " AND NOT EXISTS (SELECT 1 FROM delivery l WHERE l.channel = d.channel AND l.destination = d.destination "
      "AND l.lease_until IS NOT NULL AND l.lease_until > $3) "
      "AND NOT EXISTS (SELECT 1 FROM pace p WHERE p.channel = d.channel AND p.destination IN (d.destination, d.domain) "
      "AND p.paused_until > $3) "
      "AND ($4 = 0 OR (SELECT COUNT(*) FROM delivery l WHERE l.channel = d.channel AND l.domain = d.domain "
      "AND l.lease_until IS NOT NULL AND l.lease_until > $3) < $4) ORDER BY d.next_at, d.id LIMIT 1",
      [&](const Row& row) {
        const std::optional<Time> expires = row.optional_time(1);
        found = Candidate{std::string(row.text(0)), expires && *expires <= now};
      },
      channel, priority, now, of_domain);
  return found;
}

// A row of the append-only log.
void log_attempt(Tx& tx, std::string_view delivery, std::optional<Time> started, const Settlement& settlement,
                 Time now) {
  tx.execute(
      "INSERT INTO attempt (delivery, n, started_at, ended_at, outcome, code, detail, provider_ref, next_at) "
      "VALUES ($1, (SELECT COALESCE(MAX(n), 0) + 1 FROM attempt WHERE delivery = $1), $2, $3, $4, $5, $6, $7, $8)",
      delivery, started, now, to_string(settlement.outcome), settlement.code, settlement.detail,
      settlement.provider_ref, settlement.next_at);
}

struct Ending {
  std::string_view state;
  std::optional<Time> finalized_at, next_at;
};

Ending ending_of(const Settlement& settlement, Time now) {
  if (settlement.outcome == OutcomeClass::sent) return {"sent", now, std::nullopt};
  if (settlement.outcome == OutcomeClass::ambiguous && settlement.ask_at)
    return {"ambiguous", std::nullopt, settlement.ask_at};
  if (settlement.outcome != OutcomeClass::refused && settlement.next_at)
    return {"queued", std::nullopt, settlement.next_at};
  return {"dead", now, std::nullopt};
}

// Nothing goes to the destination before `until`; `failed` counts into its failures in a row.
void pause(Tx& tx, std::string_view channel, std::string_view destination, Time until, bool failed) {
  tx.execute(
      "INSERT INTO pace (channel, destination, paused_until, arrival, failures) VALUES ($1, $2, $3, 0, $4) "
      "ON CONFLICT (channel, destination) DO UPDATE SET failures = pace.failures + excluded.failures, "
      "paused_until = CASE WHEN excluded.paused_until > pace.paused_until THEN excluded.paused_until "
      "ELSE pace.paused_until END",
      channel, destination, until, failed);
}

// Takes a token: the bucket's theoretical arrival time moves on by an interval.
void take_token(Tx& tx, std::string_view channel, std::string_view destination, const Rate& rate, Time now) {
  if (rate.interval <= Duration::zero()) return;
  Time arrival = now;
  tx.query(
      "SELECT arrival FROM pace WHERE channel = $1 AND destination = $2",
      [&](const Row& row) { arrival = std::max(arrival, row.time(0)); }, channel, destination);
  arrival += rate.interval;
  pause(tx, channel, destination, arrival - rate.interval * std::max(rate.burst - 1, 0), false);
  tx.execute("UPDATE pace SET arrival = $3 WHERE channel = $1 AND destination = $2", channel, destination, arrival);
}

std::optional<Time> provider_pause(Tx& tx, std::string_view channel) {
  std::optional<Time> until;
  tx.query(
      "SELECT paused_until FROM pace WHERE channel = $1 AND destination = ''",
      [&](const Row& row) { until = row.optional_time(0); }, channel);
  return until;
}

// What was on its way while its destination was stopped does not go out again.
void cancel_if_suppressed(Tx& tx, const Claimed& claimed, Time now) {
  tx.execute(
      "UPDATE delivery SET state = 'cancelled', finalized_at = $2 WHERE id = $1 AND state = 'queued' AND EXISTS "
      "(SELECT 1 FROM suppression s WHERE s.channel = delivery.channel AND s.destination = delivery.destination)",
      claimed.id, now);
}

std::string error_text(const Settlement& settlement) {
  if (settlement.outcome == OutcomeClass::sent) return {};
  if (settlement.code.empty() || settlement.detail.empty()) return settlement.code + settlement.detail;
  return settlement.code + ": " + settlement.detail;
}

}  // namespace

std::string_view to_string(OutcomeClass outcome) {
  switch (outcome) {
    case OutcomeClass::sent:
      return "sent";
    case OutcomeClass::not_sent:
      return "not_sent";
    case OutcomeClass::refused:
      return "refused";
    case OutcomeClass::throttled:
      return "throttled";
    case OutcomeClass::ambiguous:
      return "ambiguous";
  }
  return "ambiguous";
}

std::optional<Claimed> claim(Tx& tx, std::string_view channel, std::string_view owner, Time now, Duration lease,
                             const Limits& limits) {
  std::optional<Claimed> claimed;
  if (const std::optional<Time> until = provider_pause(tx, channel); until && *until > now) return claimed;
  std::optional<std::int64_t> priority = next_priority(tx, channel, std::nullopt);
  while (priority) {
    const std::optional<Candidate> next = candidate(tx, channel, *priority, now, limits.of_domain);
    if (!next) {
      priority = next_priority(tx, channel, priority);
      continue;
    }
    if (next->expired) {
      tx.execute(
          "UPDATE delivery SET state = 'expired', finalized_at = $2, lease_owner = NULL, lease_until = NULL "
          "WHERE id = $1 AND state = 'queued'",
          next->id, now);
      continue;
    }
    tx.query(
        "UPDATE delivery SET lease_owner = $2, lease_token = lease_token + 1, lease_until = $3 "
        "WHERE id = $1 AND state = 'queued' AND (lease_until IS NULL OR lease_until <= $4) RETURNING " CLAIMED_COLUMNS,
        [&](const Row& row) { claimed = read_claimed(row); }, next->id, owner, now + lease, now);
    break;
  }
  if (claimed) {
    take_token(tx, channel, "", limits.provider, now);
    if (limits.destination) take_token(tx, channel, claimed->domain, limits.destination(claimed->destination), now);
  }
  return claimed;
}

bool intend(Tx& tx, const Claimed& claimed, Time now) {
  return tx.execute(
             "UPDATE delivery SET state = 'sending', intent_at = $3, sends = sends + 1 "
             "WHERE id = $1 AND lease_token = $2 AND state = 'queued' AND lease_until > $3 "
             "AND NOT EXISTS (SELECT 1 FROM delivery f WHERE f.channel = delivery.channel "
             "AND f.destination = delivery.destination AND f.state IN ('sending', 'ambiguous'))",
             claimed.id, claimed.lease_token, now) == 1;
}

bool settle(Tx& tx, const Claimed& claimed, const Settlement& settlement, Time now) {
  const Ending ending = ending_of(settlement, now);
  const bool counts = settlement.counts && settlement.outcome != OutcomeClass::throttled;
  const bool doubt = settlement.outcome == OutcomeClass::ambiguous && ending.state == "queued";
  bool held = false;
  std::optional<Time> started;
  tx.query(
      "UPDATE delivery SET state = $3, finalized_at = $4, next_at = COALESCE($5, next_at), attempts = attempts + $6, "
      "doubts = doubts + $7, lease_owner = CASE WHEN $3 = 'ambiguous' THEN lease_owner END, lease_until = NULL, "
      "provider_ref = $8, last_outcome = $9, last_error = $10 "
      "WHERE id = $1 AND lease_token = $2 AND state = 'sending' RETURNING intent_at",
      [&](const Row& row) {
        held = true;
        started = row.optional_time(0);
      },
      claimed.id, claimed.lease_token, ending.state, ending.finalized_at, ending.next_at, counts, doubt,
      settlement.provider_ref, to_string(settlement.outcome), error_text(settlement));
  if (!held) return false;
  log_attempt(tx, claimed.id, started, settlement, now);
  cancel_if_suppressed(tx, claimed, now);
  const std::string_view paced = settlement.whole_provider ? std::string_view() : std::string_view(claimed.destination);
  if (settlement.pause_until) {
    pause(tx, claimed.channel, paced, *settlement.pause_until, settlement.outcome == OutcomeClass::not_sent);
  }
  if (settlement.outcome == OutcomeClass::sent || settlement.outcome == OutcomeClass::refused) {
    tx.execute(
        "UPDATE pace SET failures = 0 WHERE channel = $1 AND (destination = $2 OR destination = '') AND failures > 0",
        claimed.channel, claimed.destination);
  }
  return true;
}

std::vector<Claimed> recover(Tx& tx, std::string_view owner, Time now, std::string_view channel) {
  std::vector<std::pair<std::string, std::optional<Time>>> interrupted;
  tx.query(
      "UPDATE delivery SET state = 'ambiguous', lease_token = lease_token + 1, lease_owner = $1, attempts = attempts + "
      "1, "
      "last_outcome = 'ambiguous', last_error = 'the program ended while sending' "
      "WHERE state IN ('sending', 'ambiguous') AND state = 'sending' AND (lease_owner = $1 OR lease_until <= $2) AND "
      "($3 = '' OR channel = $3) "
      "RETURNING id, intent_at",
      [&](const Row& row) { interrupted.emplace_back(row.text(0), row.optional_time(1)); }, owner, now, channel);
  const Settlement lost{.outcome = OutcomeClass::ambiguous, .detail = "the program ended while sending"};
  for (const auto& [id, started] : interrupted) log_attempt(tx, id, started, lost, now);
  tx.execute(
      "UPDATE delivery SET lease_owner = NULL, lease_until = NULL WHERE state = 'queued' AND lease_until IS NOT NULL "
      "AND lease_owner = $1 AND ($2 = '' OR channel = $2)",
      owner, channel);
  std::vector<Claimed> doubtful;
  tx.query(
      "SELECT " CLAIMED_COLUMNS
      " FROM delivery WHERE state IN ('sending', 'ambiguous') AND state = 'ambiguous' AND (lease_owner = $1 OR "
      "lease_until <= $2) "
      "AND ($3 = '' OR channel = $3) ORDER BY channel, destination",
      [&](const Row& row) { doubtful.push_back(read_claimed(row)); }, owner, now, channel);
  return doubtful;
}

std::optional<Claimed> claim_doubt(Tx& tx, std::string_view channel, std::string_view owner, Time now, Duration lease) {
  std::optional<Claimed> claimed;
  tx.query(
      "UPDATE delivery SET lease_owner = $2, lease_token = lease_token + 1, lease_until = $3 WHERE id = "
      "(SELECT d.id FROM delivery d WHERE d.channel = $1 AND d.state = 'ambiguous' AND d.lease_until IS NULL "
      "AND d.next_at <= $4 ORDER BY d.next_at, d.id LIMIT 1) RETURNING " CLAIMED_COLUMNS,
      [&](const Row& row) { claimed = read_claimed(row); }, channel, owner, now + lease, now);
  return claimed;
}

bool resolve(Tx& tx, const Claimed& claimed, const Settlement& settlement, Time now) {
  const Ending ending = ending_of(settlement, now);
  const bool doubt = settlement.outcome != OutcomeClass::not_sent && ending.state == "queued";
  const std::int64_t resolved = tx.execute(
      "UPDATE delivery SET state = $3, finalized_at = $4, next_at = COALESCE($5, next_at), doubts = doubts + $6, "
      "lease_owner = CASE WHEN $3 = 'ambiguous' THEN lease_owner END, lease_until = NULL, provider_ref = $7, "
      "last_outcome = $8, last_error = $9 WHERE id = $1 AND lease_token = $2 AND state = 'ambiguous'",
      claimed.id, claimed.lease_token, ending.state, ending.finalized_at, ending.next_at, doubt,
      settlement.provider_ref, to_string(settlement.outcome), error_text(settlement));
  if (resolved == 0) return false;
  log_attempt(tx, claimed.id, std::nullopt, settlement, now);
  cancel_if_suppressed(tx, claimed, now);
  if (settlement.pause_until) pause(tx, claimed.channel, claimed.destination, *settlement.pause_until, false);
  return true;
}

std::vector<Claimed> expire(Tx& tx, std::string_view channel, Time now) {
  std::vector<Claimed> expired;
  tx.query(
      "UPDATE delivery SET state = 'expired', finalized_at = $1, lease_owner = NULL, lease_until = NULL "
      "WHERE state = 'queued' AND expires_at IS NOT NULL AND expires_at <= $1 AND channel || '' = $2 "
      "AND (lease_until IS NULL OR lease_until <= $1) RETURNING " CLAIMED_COLUMNS,
      [&](const Row& row) { expired.push_back(read_claimed(row)); }, now, channel);
  return expired;
}

int cancel_deliveries(Tx& tx, std::string_view person, Time now) {
  return static_cast<int>(
      tx.execute("UPDATE delivery SET state = 'cancelled', finalized_at = $2, lease_owner = NULL, lease_until = NULL "
                 "WHERE person = $1 AND state = 'queued'",
                 person, now));
}

std::optional<Time> next_due(Tx& tx, std::string_view channel) {
  std::optional<Time> due;
  const auto earliest = [&](const Row& row) {
    const std::optional<Time> at = row.optional_time(0);
    if (at && (!due || *at < *due)) due = at;
  };
  tx.query(
      "SELECT MIN(lease_until) FROM delivery WHERE channel = $1 AND lease_until IS NOT NULL "
      "AND state NOT IN ('sending', 'ambiguous')",
      earliest, channel);
  // What waits for a settlement is left out: that is not a matter of time.
  std::optional<std::int64_t> priority = next_priority(tx, channel, std::nullopt);
  for (; priority; priority = next_priority(tx, channel, priority)) {
    tx.query("SELECT d.next_at FROM delivery d WHERE " WAITS_FOR_TIME
             " AND NOT EXISTS (SELECT 1 FROM pace p WHERE p.channel = d.channel "
             "AND p.destination IN (d.destination, d.domain) AND p.paused_until > d.next_at) "
             "ORDER BY d.next_at, d.id LIMIT 1",
             earliest, channel, *priority);
    // The rows just passed over because their destination was throttled until later.
    tx.query(
        "SELECT MIN((SELECT MAX(p.paused_until) FROM pace p WHERE p.channel = d.channel "
        "AND p.destination IN (d.destination, d.domain) AND p.paused_until > d.next_at)) FROM delivery d "
        "WHERE " WAITS_FOR_TIME " AND d.next_at < $3",
        earliest, channel, *priority, due.value_or(Time::max()));
  }
  if (const std::optional<Time> until = provider_pause(tx, channel); due && until) due = std::max(*due, *until);
  tx.query("SELECT MIN(next_at) FROM delivery WHERE channel = $1 AND state = 'ambiguous' AND lease_until IS NULL",
           earliest, channel);
  return due;
}

void suppress(Tx& tx, std::string_view channel, std::string_view destination, std::string_view code,
              std::string_view detail, Time now) {
  tx.execute(
      "INSERT INTO suppression (channel, destination, code, detail, since) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (channel, destination) DO NOTHING",
      channel, destination, code, detail, now);
  tx.execute(
      "UPDATE delivery SET state = 'cancelled', finalized_at = $3, lease_owner = NULL, lease_until = NULL "
      "WHERE channel = $1 AND destination = $2 AND state = 'queued'",
      channel, destination, now);
}

bool suppressed(Tx& tx, std::string_view channel, std::string_view destination) {
  bool found = false;
  tx.query(
      "SELECT 1 FROM suppression WHERE channel = $1 AND destination = $2", [&](const Row&) { found = true; }, channel,
      destination);
  return found;
}

bool release(Tx& tx, std::string_view channel, std::string_view destination, std::string_view code) {
  return tx.execute("DELETE FROM suppression WHERE channel = $1 AND destination = $2 AND ($3 = '' OR code = $3)",
                    channel, destination, code) == 1;
}

std::vector<Suppression> suppressions(Tx& tx) {
  std::vector<Suppression> list;
  tx.query("SELECT channel, destination, code, detail, since FROM suppression ORDER BY channel, destination",
           [&](const Row& row) {
             list.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                             std::string(row.text(3)), row.time(4)});
           });
  return list;
}

}  // namespace paperboy::store
