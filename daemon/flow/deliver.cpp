// Stage 4: the only place that decides when something is tried again and when it is given up.
#include <algorithm>

#include "daemon/base/log.hpp"
#include "daemon/flow/stages.hpp"

namespace paperboy::flow {
namespace {

constexpr Duration lease_margin = std::chrono::minutes(1);
constexpr Duration idle_wait = std::chrono::seconds(15);
constexpr Duration shortest_throttle = std::chrono::seconds(1);
constexpr Duration usual_throttle = std::chrono::minutes(5);

store::OutcomeClass stored_class(Outcome::Class kind) {
  switch (kind) {
    case Outcome::Class::sent:
      return store::OutcomeClass::sent;
    case Outcome::Class::not_sent:
      return store::OutcomeClass::not_sent;
    case Outcome::Class::refused:
      return store::OutcomeClass::refused;
    case Outcome::Class::throttled:
      return store::OutcomeClass::throttled;
    case Outcome::Class::ambiguous:
      return store::OutcomeClass::ambiguous;
  }
  return store::OutcomeClass::ambiguous;
}

}  // namespace

std::optional<Time> next_attempt(const ChannelTraits& traits, int attempts, Time created_at, Time now) {
  Duration wait;
  if (!traits.retry_after_not_sent.empty()) {
    const std::size_t at = std::min<std::size_t>(std::max(attempts, 1) - 1, traits.retry_after_not_sent.size() - 1);
    wait = traits.retry_after_not_sent[at];
  } else {
    const int doublings = std::clamp(attempts - 1, 0, 12);
    wait = std::min<Duration>(std::chrono::seconds(1) * (1 << doublings), std::chrono::hours(1));
  }
  const Time at = now + wait;
  if (at > created_at + traits.give_up_after) return std::nullopt;
  return at;
}

store::Settlement after_doubt(const ChannelTraits& traits, int sends, std::string detail, Time now) {
  using OnAmbiguous = ChannelTraits::OnAmbiguous;
  store::Settlement settlement;
  settlement.detail = std::move(detail);
  settlement.outcome = store::OutcomeClass::ambiguous;
  const bool again =
      traits.on_ambiguous == OnAmbiguous::resend_safe || (traits.on_ambiguous == OnAmbiguous::resend_once && sends < 2);
  if (again) settlement.next_at = now;
  return settlement;
}

async::Awaitable<> Deliver::recover() {
  const Time now = ground_.clock.now();
  const ChannelTraits traits = channel_.traits();
  const std::string channel = channel_.name();
  auto write = [this, now, traits, channel](store::Tx& tx) {
    int doubtful = 0;
    for (const store::Claimed& claimed : store::recover(tx, owner_, now, channel)) {
      store::resolve(tx, claimed.id, after_doubt(traits, claimed.sends, "the program ended while sending", now), now);
      ++doubtful;
    }
    return doubtful;
  };
  const int doubtful = co_await ground_.database.transact(write);
  if (doubtful > 0) {
    log::warn("deliveries were in doubt after a restart",
              {{"component", "deliver"}, {"channel", channel}, {"deliveries", doubtful}});
  }
}

async::Awaitable<bool> Deliver::step() {
  const ChannelTraits& traits = channel_.traits();
  const std::string channel = channel_.name();
  const Duration lease = traits.send_timeout + lease_margin;  // outlives the send: nobody else may take it meanwhile
  auto claim = [this, channel, lease](store::Tx& tx) {
    const Time now = ground_.clock.now();
    store::expire(tx, now);
    return store::claim(tx, channel, owner_, now, lease);
  };
  const std::optional<store::Claimed> claimed = co_await ground_.database.transact(claim);
  if (!claimed) co_return false;

  // From the intent on this delivery is finished, whatever is being cancelled around it.
  co_await async::shielded(send(*claimed));
  co_return true;
}

async::Awaitable<> Deliver::send(store::Claimed claimed) {
  auto intend = [this, claimed](store::Tx& tx) { return store::intend(tx, claimed, ground_.clock.now()); };
  const bool intended = co_await ground_.database.transact(intend);
  if (!intended) co_return;
  Outgoing message{claimed.id, claimed.destination, claimed.payload, claimed.provider_key, claimed.sends};
  Outcome outcome = co_await channel_.send(std::move(message));
  co_await settle(std::move(claimed), std::move(outcome));
}

async::Awaitable<> Deliver::settle(store::Claimed claimed, Outcome outcome) {
  const ChannelTraits& traits = channel_.traits();
  const Time now = ground_.clock.now();
  store::Settlement settlement;
  settlement.outcome = stored_class(outcome.kind);
  settlement.code = outcome.code;
  settlement.detail = outcome.detail;
  settlement.provider_ref = outcome.provider_ref;
  switch (outcome.kind) {
    case Outcome::Class::sent:
    case Outcome::Class::refused:
      break;
    case Outcome::Class::not_sent:
      settlement.next_at = next_attempt(traits, claimed.attempts + 1, claimed.created_at, now);
      break;
    case Outcome::Class::throttled:
      settlement.counts = false;
      settlement.next_at = now + std::max(outcome.retry_after.value_or(usual_throttle), shortest_throttle);
      break;
    case Outcome::Class::ambiguous:
      settlement.next_at = after_doubt(traits, claimed.sends + 1, outcome.detail, now).next_at;
      break;
  }
  auto write = [claimed, settlement, now](store::Tx& tx) { return store::settle(tx, claimed, settlement, now); };
  const bool held = co_await ground_.database.transact(write);
  const log::Level level = outcome.kind == Outcome::Class::sent ? log::Level::info : log::Level::warn;
  log::write(level, "delivery attempt ended",
             {{"component", "deliver"},
              {"channel", claimed.channel},
              {"delivery_id", claimed.id},
              {"user", claimed.person},
              {"part", claimed.part},
              {"outcome", std::string(store::to_string(settlement.outcome))},
              {"code", outcome.code},
              {"err", outcome.kind == Outcome::Class::sent ? std::string() : outcome.detail},
              {"again", settlement.next_at.has_value()},
              {"lease_held", held}});
}

async::Awaitable<> Deliver::run() {
  const std::string channel = channel_.name();
  for (;;) {
    const bool worked = co_await step();
    if (worked) continue;
    auto due = [channel](store::Tx& tx) { return store::next_due(tx, channel); };
    const std::optional<Time> next = co_await ground_.database.transact(due);
    Duration wait = idle_wait;
    // What is due already and was not claimed waits for its destination: no need to ask every instant.
    if (next) wait = std::clamp<Duration>(*next - ground_.clock.now(), std::chrono::seconds(1), idle_wait);
    co_await ground_.bells.ready.wait(wait);
  }
}

}  // namespace paperboy::flow
