#include "daemon/store/outbox_admin.hpp"

#include <algorithm>
#include <map>

namespace paperboy::store {
namespace {

// A held delivery waits for this moment.
const Time never = from_epoch_ms(253'402'300'799'000);  // 9999-12-31

#define INFO_COLUMNS                                                                                        \
  "SELECT d.id, d.person, d.channel, d.destination, d.domain, d.state, "                                    \
  "COALESCE((SELECT g.title FROM digest g WHERE g.id = d.digest), ''), d.provider_key, d.provider_ref, "    \
  "d.last_error, d.part, d.parts, d.attempts, d.sends, d.doubts, d.created_at, d.next_at, d.finalized_at, " \
  "d.expires_at FROM delivery d "

DeliveryInfo read_info(const Row& row) {
  DeliveryInfo info;
  info.id = row.text(0);
  info.person = row.text(1);
  info.channel = row.text(2);
  info.destination = row.text(3);
  info.domain = row.text(4);
  info.state = row.text(5);
  info.title = row.text(6);
  info.provider_key = row.text(7);
  info.provider_ref = row.text(8);
  info.last_error = row.text(9);
  info.part = static_cast<int>(row.integer(10));
  info.parts = static_cast<int>(row.integer(11));
  info.attempts = static_cast<int>(row.integer(12));
  info.sends = static_cast<int>(row.integer(13));
  info.doubts = static_cast<int>(row.integer(14));
  info.created_at = row.time(15);
  info.next_at = row.time(16);
  info.finalized_at = row.optional_time(17);
  info.expires_at = row.optional_time(18);
  info.held = info.state == "queued" && info.next_at == never;
  return info;
}

}  // namespace

std::vector<DeliveryInfo> list_deliveries(Tx& tx, const DeliveryFilter& filter) {
  std::vector<DeliveryInfo> list;
  const auto wanted = [&](const std::string& state) {
    if (filter.states.empty()) return state != "sent";
    return std::find(filter.states.begin(), filter.states.end(), state) != filter.states.end();
  };
  for (const char* state : {"queued", "sending", "ambiguous", "sent", "dead", "cancelled", "expired"}) {
    if (!wanted(state)) continue;
    tx.query(
        INFO_COLUMNS
        "WHERE d.state = $1 AND ($2 = '' OR d.channel = $2) AND ($3 = '' OR d.person = $3) "
        "ORDER BY d.created_at DESC, d.id DESC LIMIT $4",
        [&](const Row& row) { list.push_back(read_info(row)); }, state, filter.channel, filter.person, filter.limit);
  }
  std::sort(list.begin(), list.end(), [](const DeliveryInfo& a, const DeliveryInfo& b) {
    return a.created_at != b.created_at ? a.created_at > b.created_at : a.id > b.id;
  });
  if (list.size() > static_cast<std::size_t>(filter.limit)) list.resize(static_cast<std::size_t>(filter.limit));
  return list;
}

std::vector<DeliveryInfo> deliveries_like(Tx& tx, std::string_view id_prefix) {
  std::vector<DeliveryInfo> list;
  tx.query(
      INFO_COLUMNS "WHERE substr(d.id, 1, length($1)) = $1 ORDER BY d.id LIMIT 20",
      [&](const Row& row) { list.push_back(read_info(row)); }, id_prefix);
  return list;
}

std::string payload_of(Tx& tx, std::string_view id) {
  std::string payload;
  tx.query("SELECT payload FROM delivery WHERE id = $1", [&](const Row& row) { payload = row.text(0); }, id);
  return payload;
}

std::vector<AttemptInfo> attempts_of(Tx& tx, std::string_view id) {
  std::vector<AttemptInfo> list;
  tx.query(
      "SELECT n, started_at, ended_at, outcome, code, detail, provider_ref, next_at FROM attempt WHERE delivery = $1 "
      "ORDER BY n",
      [&](const Row& row) {
        list.push_back({static_cast<int>(row.integer(0)), row.optional_time(1), row.time(2), std::string(row.text(3)),
                        std::string(row.text(4)), std::string(row.text(5)), std::string(row.text(6)),
                        row.optional_time(7)});
      },
      id);
  return list;
}

bool retry_delivery(Tx& tx, std::string_view id, Time now) {
  const bool again =
      tx.execute(
          "UPDATE delivery SET state = 'queued', finalized_at = NULL, next_at = $2, expires_at = NULL, attempts = 0, "
          "lease_owner = NULL, lease_until = NULL, lease_token = lease_token + 1 WHERE id = $1 "
          "AND (state IN ('dead', 'expired', 'cancelled') OR (state = 'queued' AND lease_until IS NULL)) "
          "AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.channel = delivery.channel "
          "AND s.destination = delivery.destination)",
          id, now) == 1;
  if (again) {
    tx.execute(
        "UPDATE pace SET paused_until = $2, failures = 0 WHERE channel = (SELECT channel FROM delivery WHERE id = $1) "
        "AND (destination = '' OR destination = (SELECT destination FROM delivery WHERE id = $1)) "
        "AND paused_until > $2",
        id, now);
  }
  return again;
}

bool hold_delivery(Tx& tx, std::string_view id, Time now) {
  return tx.execute(
             "UPDATE delivery SET next_at = $2, expires_at = NULL WHERE id = $1 AND state = 'queued' "
             "AND (lease_until IS NULL OR lease_until <= $3)",
             id, never, now) == 1;
}

bool drop_delivery(Tx& tx, std::string_view id, Time now) {
  return tx.execute(
             "UPDATE delivery SET state = 'cancelled', finalized_at = $2, lease_owner = NULL, lease_until = NULL "
             "WHERE id = $1 AND (state = 'queued' OR (state = 'ambiguous' AND lease_until IS NULL))",
             id, now) == 1;
}

std::vector<Shape> outbox_shape(Tx& tx, std::span<const Duration> bounds, Time now) {
  std::map<std::pair<std::string, std::string>, Shape> shapes;
  tx.query("SELECT channel, domain, created_at FROM delivery WHERE state IN ('queued', 'sending', 'ambiguous')",
           [&](const Row& row) {
             const std::string channel(row.text(0)), domain(row.text(1));
             Shape& shape = shapes[{channel, domain}];
             shape.channel = channel;
             shape.domain = domain;
             shape.messages.resize(bounds.size() + 1);
             const auto bound = std::lower_bound(bounds.begin(), bounds.end(), now - row.time(2));
             ++shape.messages[static_cast<std::size_t>(bound - bounds.begin())];
           });
  std::vector<Shape> list;
  for (auto& [key, shape] : shapes) list.push_back(std::move(shape));
  return list;
}

std::vector<std::string> payloads_of_digest(Tx& tx, std::string_view digest_id, std::string_view channel) {
  std::vector<std::string> payloads;
  tx.query(
      "SELECT payload FROM delivery WHERE digest = $1 AND channel = $2 ORDER BY destination, part",
      [&](const Row& row) { payloads.emplace_back(row.text(0)); }, digest_id, channel);
  return payloads;
}

}  // namespace paperboy::store
