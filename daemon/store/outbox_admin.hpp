#pragma once
// The outbox as an administrator sees and steers it (`paperboy outbox`).
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"

namespace paperboy::store {

struct DeliveryInfo {
  std::string id, person, channel, destination, domain, state, title, provider_key, provider_ref, last_error;
  int part = 1, parts = 1;
  int attempts = 0, sends = 0, doubts = 0;
  Time created_at{}, next_at{};
  std::optional<Time> finalized_at, expires_at;
  bool held = false;  // queued, and goes out only when a person says so
};

struct DeliveryFilter {
  std::vector<std::string> states;  // empty: those that are not sent
  std::string channel, person;      // empty: any
  int limit = 50;
};
// Newest first.
std::vector<DeliveryInfo> list_deliveries(Tx& tx, const DeliveryFilter& filter);

// The deliveries whose id begins so; ids are long, and people type little.
std::vector<DeliveryInfo> deliveries_like(Tx& tx, std::string_view id_prefix);
std::string payload_of(Tx& tx, std::string_view id);

struct AttemptInfo {
  int n = 0;
  std::optional<Time> started_at;
  Time ended_at{};
  std::string outcome, code, detail, provider_ref;
  std::optional<Time> next_at;
};
std::vector<AttemptInfo> attempts_of(Tx& tx, std::string_view id);

// Puts a dead, expired or cancelled delivery back into the queue, or brings a queued (held) one forward: due now, its
// attempts forgotten, never to expire; lifts the pauses of its destination. A person's word, so the one way out of a
// final state. False if it is sent or on its way, or if its destination is suppressed.
bool retry_delivery(Tx& tx, std::string_view id, Time now);
// A queued delivery stays until somebody retries or drops it. False if it is not queued, or claimed.
bool hold_delivery(Tx& tx, std::string_view id, Time now);
// A delivery that is not final becomes cancelled. False if it is final or on its way.
bool drop_delivery(Tx& tx, std::string_view id, Time now);

// What is not final, by channel and domain and age: messages created at most `bounds[0]` ago, at most bounds[1], ...,
// and the older rest (Postfix's qshape).
struct Shape {
  std::string channel, domain;
  std::vector<std::int64_t> messages;  // bounds + 1
};
std::vector<Shape> outbox_shape(Tx& tx, std::span<const Duration> bounds, Time now);

// The stored bytes of a digest's parts in a channel, in order.
std::vector<std::string> payloads_of_digest(Tx& tx, std::string_view digest_id, std::string_view channel);

}  // namespace paperboy::store
