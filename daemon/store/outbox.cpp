// Digests and how they enter the outbox; figures for people. How deliveries leave it: delivery.cpp.
#include "daemon/store/outbox.hpp"

#include <algorithm>

namespace paperboy::store {
namespace {

DigestRow read_digest(const Row& row) {
  return {.id = std::string(row.text(0)),
          .person = std::string(row.text(1)),
          .period_key = std::string(row.text(2)),
          .kind = std::string(row.text(3)),
          .title = std::string(row.text(4)),
          .preheader = std::string(row.text(5)),
          .markdown = PackedText::from_bytes(row.text(6)),
          .built_at = row.time(7)};
}

}  // namespace

bool put_digest(Tx& tx, const DigestRow& digest, std::span<const ShownMark> shown,
                std::span<const NewDelivery> deliveries) {
  const std::int64_t inserted = tx.execute(
      "INSERT INTO digest (id, person, period_key, kind, title, preheader, packed_markdown, built_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
      "ON CONFLICT (person, period_key) DO NOTHING",
      digest.id, digest.person, digest.period_key, digest.kind, digest.title, digest.preheader, digest.markdown,
      digest.built_at);
  if (inserted == 0) return false;
  for (const ShownMark& mark : shown) {
    tx.execute(
        "INSERT INTO shown (person, paper, version, topic, digest) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (person, paper, version) DO NOTHING",
        digest.person, mark.paper.str(), mark.version, mark.topic, digest.id);
  }
  // A message about one paper is known as such: what is said below it is about that paper.
  const bool one = !shown.empty() && std::all_of(shown.begin(), shown.end(), [&](const ShownMark& mark) {
    return mark.paper == shown.front().paper;
  });
  const std::string about = one ? shown.front().paper.str() : std::string();
  for (const NewDelivery& delivery : deliveries) {
    tx.execute(
        "INSERT INTO delivery (id, dedup_key, digest, person, channel, destination, part, parts, priority, "
        "provider_key, "
        "domain, state, attempts, sends, doubts, next_at, expires_at, lease_token, provider_ref, last_outcome, "
        "last_error, "
        "created_at, payload, about) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $15, 'queued', 0, 0, 0, $11, "
        "$12, 0, '', '', '', $13, $14, $16) ON CONFLICT (dedup_key) DO NOTHING",
        delivery.id, delivery.dedup_key, digest.id, digest.person, delivery.channel, delivery.destination,
        delivery.part, delivery.parts, delivery.priority, delivery.provider_key, delivery.not_before,
        delivery.expires_at, digest.built_at, delivery.payload,
        delivery.domain.empty() ? delivery.destination : delivery.domain, about);
  }
  return true;
}

std::optional<DigestRow> find_digest(Tx& tx, std::string_view person, std::string_view period_key) {
  std::optional<DigestRow> found;
  tx.query(
      "SELECT id, person, period_key, kind, title, preheader, packed_markdown, built_at FROM digest "
      "WHERE person = $1 AND period_key = $2",
      [&](const Row& row) { found = read_digest(row); }, person, period_key);
  return found;
}

bool has_digest(Tx& tx, std::string_view person, std::string_view period_key) {
  bool has = false;
  tx.query(
      "SELECT 1 FROM digest WHERE person = $1 AND period_key = $2", [&](const Row&) { has = true; }, person,
      period_key);
  return has;
}

std::optional<DigestRow> digest_by_id(Tx& tx, std::string_view id) {
  std::optional<DigestRow> found;
  tx.query(
      "SELECT id, person, period_key, kind, title, preheader, packed_markdown, built_at FROM digest WHERE id = $1",
      [&](const Row& row) { found = read_digest(row); }, id);
  return found;
}

std::optional<DigestRow> newest_digest(Tx& tx, std::string_view person) {
  std::optional<DigestRow> found;
  tx.query(
      "SELECT id, person, period_key, kind, title, preheader, packed_markdown, built_at FROM digest WHERE person = $1 "
      "ORDER BY built_at DESC, id DESC LIMIT 1",
      [&](const Row& row) { found = read_digest(row); }, person);
  return found;
}

std::vector<OutboxCount> outbox_counts(Tx& tx) {
  std::vector<OutboxCount> counts;
  tx.query(
      "SELECT channel, state, COUNT(*), MIN(created_at) FROM delivery GROUP BY channel, state ORDER BY channel, state",
      [&](const Row& row) {
        counts.push_back({std::string(row.text(0)), std::string(row.text(1)), row.integer(2), row.optional_time(3)});
      });
  return counts;
}

}  // namespace paperboy::store
