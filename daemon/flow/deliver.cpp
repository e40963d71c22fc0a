// Stage 4: the only place that decides when something is tried again and when it is given up.
#include <algorithm>

#include "daemon/base/crash_point.hpp"
#include "daemon/base/log.hpp"
#include "daemon/flow/stages.hpp"

namespace paperboy::flow {
namespace {

constexpr Duration lease_margin = std::chrono::minutes(1);
constexpr Duration idle_wait = std::chrono::seconds(15);
constexpr Duration blocked_wait = std::chrono::seconds(1);
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

store::Rate stored_rate(const Rate& rate) {
  return {rate.interval, rate.burst};
}

bool is_death(const store::Settlement& settlement) {
  if (settlement.outcome == store::OutcomeClass::sent || settlement.ask_at) return false;
  return settlement.outcome == store::OutcomeClass::refused || !settlement.next_at;
}

DeadLetters::Death death_of(const store::Claimed& claimed, const store::Settlement& settlement, bool unreachable) {
  DeadLetters::Death death;
  death.cause =
      settlement.code + (settlement.code.empty() || settlement.detail.empty() ? "" : ": ") + settlement.detail;
  death.doubtful = settlement.outcome == store::OutcomeClass::ambiguous || claimed.doubts > 0;
  death.stopped = unreachable;
  return death;
}

// Alertmanager's names of reasons, and three of our own.
const char* reason_of(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Class::throttled:
      return "rateLimited";
    case Outcome::Class::ambiguous:
      return "ambiguous";
    case Outcome::Class::refused:
      return "clientError";
    default:
      return outcome.whole_provider ? "authError" : "other";
  }
}

Duration backoff(const ChannelTraits& traits, int attempts) {
  if (!traits.retry_after_not_sent.empty()) {
    const std::size_t at = std::min<std::size_t>(std::max(attempts, 1) - 1, traits.retry_after_not_sent.size() - 1);
    return traits.retry_after_not_sent[at];
  }
  const int doublings = std::clamp(attempts - 1, 0, 12);
  return std::min<Duration>(std::chrono::seconds(1) * (1 << doublings), std::chrono::hours(1));
}

}  // namespace

std::optional<Time> next_attempt(const ChannelTraits& traits, int attempts, Time created_at, Time now) {
  const Time at = now + backoff(traits, attempts);
  if (at > created_at + traits.give_up_after) return std::nullopt;
  return at;
}

store::Settlement after_doubt(const ChannelTraits& traits, int doubts, std::string detail, Time now) {
  using OnAmbiguous = ChannelTraits::OnAmbiguous;
  store::Settlement settlement;
  settlement.detail = std::move(detail);
  settlement.outcome = store::OutcomeClass::ambiguous;
  const bool again = traits.on_ambiguous == OnAmbiguous::resend_safe ||
                     (traits.on_ambiguous == OnAmbiguous::resend_bounded && doubts < traits.most_doubts);
  // The first time at once: a message that was cut off is due. A peer that never answers is not asked all the time.
  if (again) settlement.next_at = doubts == 0 ? now : now + backoff(traits, doubts);
  if (again && doubts > 0) settlement.pause_until = settlement.next_at;
  return settlement;
}

store::Settlement settlement_of(const ChannelTraits& traits, const store::Claimed& claimed, const Outcome& outcome,
                                bool asked, Time now) {
  store::Settlement settlement;
  settlement.outcome = stored_class(outcome.kind);
  settlement.code = outcome.code;
  settlement.detail = outcome.detail;
  settlement.provider_ref = outcome.provider_ref;
  settlement.whole_provider = outcome.whole_provider;
  switch (outcome.kind) {
    case Outcome::Class::sent:
    case Outcome::Class::refused:
      break;
    case Outcome::Class::not_sent: {
      if (asked) {
        settlement.next_at = now;
        break;
      }
      // The breaker: whatever waits for the destination waits with this one, however fresh it is.
      const int failures = 1 + (outcome.whole_provider ? claimed.provider_failures : claimed.failures);
      const int attempts = std::max(failures, claimed.attempts + 1);
      settlement.counts = !outcome.whole_provider;
      settlement.next_at = next_attempt(traits, attempts, claimed.created_at, now);
      settlement.pause_until = now + backoff(traits, attempts);
      break;
    }
    case Outcome::Class::throttled: {
      const Time at = now + std::max(outcome.retry_after.value_or(usual_throttle), shortest_throttle);
      settlement.counts = false;
      if (asked) {
        settlement.outcome = store::OutcomeClass::ambiguous;
        settlement.ask_at = at;
      } else {
        settlement.next_at = at;
        settlement.pause_until = at;
      }
      break;
    }
    case Outcome::Class::ambiguous:
      if (traits.reconciles && !asked) {
        settlement.ask_at = now;
      } else {
        const store::Settlement after = after_doubt(traits, claimed.doubts, outcome.detail, now);
        settlement.next_at = after.next_at;
        settlement.pause_until = after.pause_until;
      }
      break;
  }
  return settlement;
}

// Whose turn it is to look for work; ends with its object, or earlier.
class Deliver::Lead {
 public:
  explicit Lead(Deliver& stage) : stage_(&stage) { stage.led_ = true; }
  ~Lead() { give_up(); }
  Lead(const Lead&) = delete;
  void give_up() {
    if (stage_ == nullptr) return;
    stage_->led_ = false;
    stage_->lead_free_.ring();
    stage_ = nullptr;
  }

 private:
  Deliver* stage_;
};

Deliver::Deliver(Ground ground, Channel& channel, const DeadLetters& dead_letters, std::string owner)
    : ground_(ground),
      channel_(channel),
      dead_letters_(dead_letters),
      owner_(std::move(owner)),
      ready_(ground.bells.executor),
      lead_free_(ground.bells.executor) {
  limits_.provider = stored_rate(channel_.traits().rate);
  limits_.destination = [this](const std::string& destination) { return stored_rate(channel_.rate(destination)); };
  limits_.of_domain = channel_.traits().concurrency_of_domain;
  ground_.bells.ready.push_back(&ready_);
}

Deliver::~Deliver() {
  std::erase(ground_.bells.ready, &ready_);
}

async::Awaitable<> Deliver::recover() {
  const Time now = ground_.clock.now();
  const ChannelTraits traits = channel_.traits();
  const std::string channel = channel_.name();
  auto write = [this, now, traits, channel](store::Tx& tx) {
    int doubtful = 0, again = 0;
    for (const store::Claimed& claimed : store::recover(tx, owner_, now, channel)) {
      store::Settlement settlement = after_doubt(traits, claimed.doubts, "the program ended while sending", now);
      if (traits.reconciles) settlement.ask_at = now;
      if (store::resolve(tx, claimed, settlement, now) && is_death(settlement))
        dead_letters_.report(tx, claimed, death_of(claimed, settlement, false), now);
      ++doubtful;
      again += !settlement.ask_at && settlement.next_at;
    }
    return std::pair(doubtful, again);
  };
  const auto [doubtful, again] = co_await ground_.database.transact(write);
  if (doubtful > 0) {
    ground_.metrics.add(metric::duplicates_suspected, {{"channel", channel}}, again);
    log::warn("deliveries were in doubt after a restart",
              {{"component", "deliver"}, {"channel", channel}, {"deliveries", doubtful}});
  }
}

// Claim and intent in one transaction: nothing is sent before it is committed, and a crash after it is a doubt.
Deliver::Taken Deliver::take(store::Tx& tx) {
  const std::string& channel = channel_.name();
  const Duration lease = channel_.traits().send_timeout + lease_margin;  // outlives the send: nobody may take it
  Taken taken;
  const Time now = ground_.clock.now();
  if (std::optional<store::Claimed> doubt = store::claim_doubt(tx, channel, owner_, now, lease)) {
    taken.work = Work{std::move(*doubt), true};
    return taken;
  }
  for (const store::Claimed& expired : store::expire(tx, channel, now)) {
    dead_letters_.report(tx, expired, {"it could not be delivered in time", expired.doubts > 0}, now);
    ++taken.expired;
  }
  std::optional<store::Claimed> claimed = store::claim(tx, channel, owner_, now, lease, limits_);
  if (claimed && store::intend(tx, *claimed, now)) {
    claimed->intent_at = now;
    taken.work = Work{std::move(*claimed), false};
  }
  return taken;
}

// What was taken is committed now.
std::optional<Deliver::Work> Deliver::begin(Taken taken) {
  if (taken.expired > 0) {
    ground_.metrics.add(metric::notifications_failed, {{"channel", channel_.name()}, {"reason", "expired"}},
                        taken.expired);
    ground_.bells.ring_ready();  // somebody is told on another channel
  }
  if (taken.work) crash_point("deliver-intended");
  return std::move(taken.work);
}

async::Awaitable<std::optional<Deliver::Work>> Deliver::take() {
  auto claim = [this](store::Tx& tx) { return take(tx); };
  Taken taken = co_await ground_.database.transact(claim);
  co_return begin(std::move(taken));
}

// Sends and settles; unless it is `stopping` by then, the next is taken in the transaction that settles this one: one
// sync of the disk for each message.
async::Awaitable<std::optional<Deliver::Work>> Deliver::carry_out(Work work, const std::function<bool()>& stopping) {
  const store::Claimed& claimed = work.claimed;
  Outgoing message;
  message.delivery_id = claimed.id;
  message.destination = claimed.destination;
  message.payload = claimed.payload;
  message.provider_key = claimed.provider_key;
  message.earlier_sends = claimed.doubts + (work.doubt ? 1 : 0);
  message.part = claimed.part;
  message.parts = claimed.parts;
  message.first_ref = claimed.first_ref;
  message.replaces = claimed.replaces;
  message.created_at = claimed.created_at;
  message.intended_at = claimed.intent_at.value_or(claimed.created_at);
  async::Awaitable<Outcome> exchange =
      work.doubt ? channel_.reconcile(std::move(message)) : channel_.send(std::move(message));
  const Outcome outcome = co_await std::move(exchange);
  crash_point("deliver-answered");

  const Time now = ground_.clock.now();
  const store::Settlement settlement = settlement_of(channel_.traits(), claimed, outcome, work.doubt, now);
  struct Written {
    bool held = false;
    Taken next;
  };
  auto write = [this, claimed, settlement, doubt = work.doubt, unreachable = outcome.unreachable, now,
                take_next = !stopping()](store::Tx& tx) {
    Written written;
    written.held = doubt ? store::resolve(tx, claimed, settlement, now) : store::settle(tx, claimed, settlement, now);
    if (written.held && unreachable)
      store::suppress(tx, claimed.channel, claimed.destination, settlement.code, settlement.detail, now);
    if (written.held && is_death(settlement))
      dead_letters_.report(tx, claimed, death_of(claimed, settlement, unreachable), now);
    if (take_next) written.next = take(tx);
    return written;
  };
  Written written = co_await ground_.database.transact(write);
  crash_point("deliver-settled");
  count(claimed, outcome, settlement, work.doubt, now);
  const log::Level level = outcome.kind == Outcome::Class::sent ? log::Level::info : log::Level::warn;
  log::write(level, work.doubt ? "doubt about a delivery ended" : "delivery attempt ended",
             {{"component", "deliver"},
              {"channel", claimed.channel},
              {"delivery_id", claimed.id},
              {"user", claimed.person},
              {"part", claimed.part},
              {"outcome", std::string(store::to_string(settlement.outcome))},
              {"code", outcome.code},
              {"err", outcome.kind == Outcome::Class::sent ? std::string() : outcome.detail},
              {"again", settlement.next_at.has_value() || settlement.ask_at.has_value()},
              {"lease_held", written.held}});
  ready_.ring();                                         // the destination is free: what waited for it may be taken
  if (is_death(settlement)) ground_.bells.ring_ready();  // of a death somebody is told on another channel
  co_return begin(std::move(written.next));
}

void Deliver::count(const store::Claimed& claimed, const Outcome& outcome, const store::Settlement& settlement,
                    bool doubt, Time now) {
  Metrics& metrics = ground_.metrics;
  const Metrics::Labels channel{{"channel", claimed.channel}};
  if (settlement.outcome == store::OutcomeClass::ambiguous && settlement.next_at)
    metrics.add(metric::duplicates_suspected, channel);
  if (outcome.retry_after)
    metrics.add(metric::rate_limited, channel, std::chrono::duration<double>(*outcome.retry_after).count());
  if (doubt) return;
  metrics.add(metric::notifications, channel);
  if (outcome.kind != Outcome::Class::sent)
    metrics.add(metric::notifications_failed, {{"channel", claimed.channel}, {"reason", reason_of(outcome)}});
  const std::chrono::duration<double> took = now - claimed.intent_at.value_or(now);
  metrics.observe(metric::notification_latency, channel, std::max(took.count(), 0.0));
}

async::Awaitable<bool> Deliver::step() {
  std::optional<Work> work = co_await take();
  if (!work) co_return false;
  const std::function<bool()> after_one = [] { return true; };
  co_await carry_out(std::move(*work), after_one);
  co_return true;
}

async::Awaitable<> Deliver::work_off(Lead& lead, bool& worked, const std::function<bool()>& stopping) {
  std::optional<Work> work = co_await take();
  if (!work) co_return;
  lead.give_up();
  worked = true;
  while (work) {
    work = co_await carry_out(std::move(*work), stopping);
  }
}

async::Awaitable<> Deliver::run() {
  const std::string channel = channel_.name();
  const std::function<bool()> stopping = co_await async::cancellation();
  for (;;) {
    while (led_) co_await lead_free_.wait(idle_wait);
    Lead lead(*this);
    bool worked = false;
    // What was taken is finished, whatever is being cancelled around it.
    co_await async::shielded(work_off(lead, worked, stopping));
    if (worked) continue;
    auto due = [channel](store::Tx& tx) { return store::next_due(tx, channel); };
    const std::optional<Time> next = co_await ground_.database.transact(due);
    Duration wait = idle_wait;
    // What is due already and was not taken waits for its destination: no need to ask every instant.
    if (next && *next > ground_.clock.now()) wait = std::min<Duration>(*next - ground_.clock.now(), idle_wait);
    if (next && *next <= ground_.clock.now()) wait = blocked_wait;
    co_await ready_.wait(wait);
  }
}

}  // namespace paperboy::flow
