#include "daemon/store/inbox.hpp"

#include <algorithm>

namespace paperboy::store {
namespace {

constexpr auto kept = std::chrono::days(7);  // providers redeliver for a day at most

std::string_view word(Waiting state) {
  return state == Waiting::open ? "open" : "looking";
}

}  // namespace

bool put_event(Tx& tx, const InboxRow& row) {
  std::int64_t seq = 0;
  tx.query("UPDATE counter SET value = value + 1 WHERE name = 'event' RETURNING value",
           [&](const Row& counter) { seq = counter.integer(0); });
  return tx.execute(
             "INSERT INTO inbox (channel, event_key, seq, place, payload, state, received_at) "
             "VALUES ($1, $2, $3, $4, $5, 'open', $6) ON CONFLICT (channel, event_key) DO NOTHING",
             row.channel, row.event_key, seq, row.place, row.payload, row.received_at) == 1;
}

std::vector<InboxRow> waiting_events(Tx& tx, Waiting state, int limit) {
  std::vector<InboxRow> rows;
  tx.query(
      "SELECT channel, event_key, place, payload, received_at FROM inbox WHERE state = $1 AND state <> 'done' "
      "ORDER BY seq LIMIT $2",
      [&](const Row& row) {
        rows.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
                        std::string(row.text(3)), row.time(4)});
      },
      word(state), limit);
  return rows;
}

bool is_waiting(Tx& tx, std::string_view channel, std::string_view event_key, Waiting state) {
  bool waits = false;
  tx.query(
      "SELECT 1 FROM inbox WHERE channel = $1 AND event_key = $2 AND state = $3", [&](const Row&) { waits = true; },
      channel, event_key, word(state));
  return waits;
}

bool look_up_event(Tx& tx, std::string_view channel, std::string_view event_key) {
  return tx.execute("UPDATE inbox SET state = 'looking' WHERE channel = $1 AND event_key = $2 AND state = 'open'",
                    channel, event_key) == 1;
}

bool close_event(Tx& tx, std::string_view channel, std::string_view event_key, Time now) {
  return tx.execute(
             "UPDATE inbox SET state = 'done', done_at = $3, payload = '' "
             "WHERE channel = $1 AND event_key = $2 AND state <> 'done'",
             channel, event_key, now) == 1;
}

int purge_events(Tx& tx, Time now) {
  return static_cast<int>(tx.execute("DELETE FROM inbox WHERE done_at IS NOT NULL AND done_at < $1", now - kept));
}

void join_conversation(Tx& tx, std::string_view channel, std::string_view place, std::string_view thread, Time now) {
  tx.execute(
      "INSERT INTO conversation (channel, place, thread, since) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (channel, place, thread) DO NOTHING",
      channel, place, thread, now);
}

bool in_conversation(Tx& tx, std::string_view channel, std::string_view place, std::string_view thread) {
  bool found = false;
  tx.query(
      "SELECT 1 FROM conversation WHERE channel = $1 AND place = $2 AND thread = $3", [&](const Row&) { found = true; },
      channel, place, thread);
  return found;
}

bool put_reply(Tx& tx, const ReplyRow& reply) {
  const NewDelivery& delivery = reply.delivery;
  return tx.execute(
             "INSERT INTO delivery (id, dedup_key, digest, person, channel, destination, part, parts, priority, "
             "provider_key, domain, state, attempts, sends, doubts, next_at, expires_at, lease_token, provider_ref, "
             "last_outcome, last_error, created_at, payload, replaces, about, thread) "
             "VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', 0, 0, 0, $11, $12, 0, '', '', '', $13, "
             "$14, $15, $16, $17) ON CONFLICT (dedup_key) DO NOTHING",
             delivery.id, delivery.dedup_key, reply.person, delivery.channel, delivery.destination, delivery.part,
             delivery.parts, delivery.priority, delivery.provider_key,
             delivery.domain.empty() ? delivery.destination : delivery.domain, delivery.not_before, delivery.expires_at,
             reply.created_at, delivery.payload, reply.replaces.empty() ? std::optional<std::string>() : reply.replaces,
             reply.about, reply.thread) == 1;
}

std::string paper_of_reply(Tx& tx, std::string_view channel, std::string_view provider_ref) {
  std::string paper;
  if (provider_ref.empty()) return paper;
  tx.query(
      "SELECT about FROM delivery WHERE channel = $1 AND provider_ref = $2 AND about <> '' ORDER BY id DESC LIMIT 1",
      [&](const Row& row) { paper = row.text(0); }, channel, provider_ref);
  return paper;
}

std::vector<std::string> papers_talked_about(Tx& tx, std::string_view channel, std::string_view place,
                                             std::string_view thread, Time since) {
  std::vector<std::string> papers;
  std::optional<Time> newest;
  const auto add = [&](const Row& row) {
    const Time at = row.time(1);
    if (!newest) newest = at;
    if (thread.empty() && (at < since || at < *newest)) return;
    if (std::find(papers.begin(), papers.end(), row.text(0)) == papers.end()) papers.emplace_back(row.text(0));
  };
  // An answer has as many rows as it had papers, all of one moment.
  tx.query(
      "SELECT about, created_at FROM delivery WHERE channel = $1 AND destination = $2 AND thread = $3 AND about <> '' "
      "AND digest IS NULL ORDER BY created_at DESC, id LIMIT 20",
      add, channel, place, thread);
  return papers;
}

std::string delivery_of_key(Tx& tx, std::string_view dedup_key) {
  std::string id;
  tx.query("SELECT id FROM delivery WHERE dedup_key = $1", [&](const Row& row) { id = row.text(0); }, dedup_key);
  return id;
}

}  // namespace paperboy::store
