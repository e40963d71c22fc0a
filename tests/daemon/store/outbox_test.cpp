// Every rule of the deliveries' state machine.
#include <gmock/gmock.h>

#include <map>

#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Duration lease = 60s;

class Outbox : public StoreTest {
 protected:
  void SetUp() override { provision({person_of("ada"), person_of("bob")}); }

  struct Wish {
    std::string id;
    std::string destination = "ada@example.org";
    int priority = 10;
    Time not_before = start;
    std::optional<Time> expires_at = std::nullopt;
    std::string channel = "email";
    int part = 1, parts = 1;
    std::string digest = {};  // empty: one of its own
  };
  void enqueue(std::vector<Wish> wishes) {
    std::map<std::string, std::vector<NewDelivery>> by_digest;
    for (const Wish& w : wishes) {
      NewDelivery d{.id = w.id, .dedup_key = "key " + w.id, .channel = w.channel, .destination = w.destination};
      d.part = w.part;
      d.parts = w.parts;
      d.priority = w.priority;
      d.payload = "payload of " + w.id;
      d.provider_key = "<" + w.id + "@paperboy>";
      d.not_before = w.not_before;
      d.expires_at = w.expires_at;
      by_digest[w.digest.empty() ? "digest of " + w.id : w.digest].push_back(d);
    }
    for (const auto& [key, deliveries] : by_digest) {
      const DigestRow digest{.id = key, .person = "ada", .period_key = key, .kind = "digest", .built_at = start};
      ASSERT_TRUE(tx([&](Tx& t) { return put_digest(t, digest, {}, deliveries); }));
    }
  }
  std::optional<Claimed> take(Time now = start, std::string owner = "me", std::string channel = "email") {
    return tx([&](Tx& t) { return claim(t, channel, owner, now, lease); });
  }
  std::string taken(Time now = start, std::string owner = "me", std::string channel = "email") {
    const std::optional<Claimed> c = take(now, std::move(owner), std::move(channel));
    return c ? c->id : "nothing";
  }
  bool intended(const Claimed& c, Time now = start) {
    return tx([&](Tx& t) { return intend(t, c, now); });
  }
  bool settled(const Claimed& c, const Settlement& s, Time now = start) {
    return tx([&](Tx& t) { return settle(t, c, s, now); });
  }
  Claimed sending(Time now = start, std::string owner = "me") {
    const std::optional<Claimed> c = take(now, std::move(owner));
    if (!c || !intended(*c, now)) throw std::runtime_error("nothing could be sent");
    return *c;
  }
  std::vector<Claimed> recovered(std::string owner, Time now = start, std::string channel = {}) {
    return tx([&](Tx& t) { return recover(t, owner, now, channel); });
  }
  bool resolved(std::string_view which, const Settlement& s, Time now = start) {
    return tx([&](Tx& t) {
      Claimed held;
      held.id = which;
      t.query(
          "SELECT lease_token FROM delivery WHERE id = $1", [&](const Row& row) { held.lease_token = row.integer(0); },
          which);
      return resolve(t, held, s, now);
    });
  }
  std::optional<Time> due(std::string channel = "email") {
    return tx([&](Tx& t) { return next_due(t, channel); });
  }
  std::string state(std::string_view which) {
    return tx([&](Tx& t) {
      std::string result;
      t.query(
          "SELECT state, finalized_at FROM delivery WHERE id = $1",
          [&](const Row& row) {
            result = row.text(0);
            if (!row.is_null(1)) result += " finally";
          },
          which);
      return result;
    });
  }
  std::int64_t column(const char* sql, std::string_view which) {
    return tx([&](Tx& t) {
      std::int64_t result = -1;
      t.query(sql, [&](const Row& row) { result = row.integer(0); }, which);
      return result;
    });
  }
  std::int64_t attempts(std::string_view which) { return column("SELECT attempts FROM delivery WHERE id = $1", which); }
  std::int64_t doubts(std::string_view which) { return column("SELECT doubts FROM delivery WHERE id = $1", which); }
  std::vector<std::string> log(std::string_view which) {
    return tx([&](Tx& t) {
      std::vector<std::string> lines;
      t.query(
          "SELECT n, outcome, code, started_at FROM attempt WHERE delivery = $1 ORDER BY n",
          [&](const Row& row) {
            lines.push_back(std::to_string(row.integer(0)) + " " + std::string(row.text(1)) + " " +
                            std::string(row.text(2)) + (row.is_null(3) ? " not started" : ""));
          },
          which);
      return lines;
    });
  }
};

Settlement outcome(OutcomeClass what, std::optional<Time> next_at = std::nullopt) {
  Settlement s;
  s.outcome = what;
  s.code = "250";
  s.next_at = next_at;
  if (what == OutcomeClass::throttled) s.pause_until = next_at;
  return s;
}

// --- claim

TEST_F(Outbox, AClaimTellsAll) {
  enqueue({{.id = "x", .expires_at = start + 5 * 24h, .part = 2, .parts = 3, .digest = "daily:2026-11-03"}});
  const std::optional<Claimed> c = take();
  ASSERT_TRUE(c);
  EXPECT_EQ(c->id, "x");
  EXPECT_EQ(c->person, "ada");
  EXPECT_EQ(c->channel, "email");
  EXPECT_EQ(c->destination, "ada@example.org");
  EXPECT_EQ(c->payload, "payload of x");
  EXPECT_EQ(c->provider_key, "<x@paperboy>");
  EXPECT_EQ(c->period_key, "daily:2026-11-03");
  EXPECT_EQ(c->part, 2);
  EXPECT_EQ(c->parts, 3);
  EXPECT_EQ(c->attempts, 0);
  EXPECT_EQ(c->sends, 0);
  EXPECT_EQ(c->created_at, start);
  EXPECT_EQ(c->expires_at, start + 5 * 24h);
}

TEST_F(Outbox, OrderIsPriorityThenTimeThenId) {
  enqueue({{.id = "c", .destination = "1", .not_before = start - 1h},
           {.id = "b", .destination = "2", .not_before = start - 2h},
           {.id = "d", .destination = "3", .not_before = start - 1h},
           {.id = "reply", .destination = "4", .priority = 0},
           {.id = "later", .destination = "5", .priority = 0, .not_before = start + 1ms},
           {.id = "other", .destination = "6", .priority = 0, .channel = "slack"}});
  EXPECT_EQ(taken(), "reply");
  EXPECT_EQ(taken(), "b");
  EXPECT_EQ(taken(), "c");
  EXPECT_EQ(taken(), "d");
  EXPECT_EQ(taken(), "nothing");
  EXPECT_EQ(taken(start + 1ms), "later");
  EXPECT_EQ(taken(start, "me", "slack"), "other");
}

TEST_F(Outbox, PartsGoInOrder) {
  enqueue({{.id = "b", .part = 1, .parts = 3, .digest = "d"},
           {.id = "a", .part = 2, .parts = 3, .digest = "d"},
           {.id = "c", .part = 3, .parts = 3, .digest = "d"},
           {.id = "z", .destination = "#group", .part = 1, .parts = 1, .digest = "d"}});
  const Claimed first = sending();
  EXPECT_EQ(first.id, "b");
  const Claimed elsewhere = sending();
  EXPECT_EQ(elsewhere.id, "z");  // the same digest elsewhere goes its own way
  settled(elsewhere, outcome(OutcomeClass::sent));
  settled(first, outcome(OutcomeClass::not_sent, start + 1h));
  EXPECT_EQ(taken(), "nothing");
  const Claimed again = sending(start + 1h);
  EXPECT_EQ(again.id, "b");
  settled(again, outcome(OutcomeClass::refused));
  const Claimed second = sending(start + 1h);
  EXPECT_EQ(second.id, "a");  // the part before is final
  settled(second, outcome(OutcomeClass::sent));
  EXPECT_EQ(taken(start + 1h), "c");
}

TEST_F(Outbox, OneInFlightPerDestination) {
  enqueue({{.id = "a"}, {.id = "b"}, {.id = "c", .destination = "elsewhere"}, {.id = "d", .channel = "slack"}});
  const Claimed a = *take();
  EXPECT_EQ(a.id, "a");
  EXPECT_EQ(taken(start, "other"), "c");           // claimed: b waits
  EXPECT_EQ(taken(start, "other", "slack"), "d");  // the same name in another channel is another destination
  EXPECT_EQ(taken(), "nothing");
  ASSERT_TRUE(intended(a));
  EXPECT_EQ(taken(), "nothing");  // sending: b waits
  EXPECT_EQ(recovered("me").size(), 1u);
  EXPECT_EQ(state("a"), "ambiguous");
  EXPECT_EQ(taken(start + 1h), "c");  // ambiguous: b waits, though c's lease ended
  EXPECT_EQ(taken(start + 1h), "nothing");
  ASSERT_TRUE(resolved("a", outcome(OutcomeClass::sent)));
  EXPECT_EQ(taken(start + 1h), "b");
}

TEST_F(Outbox, TheSchemaItselfForbidsTwoInFlight) {
  enqueue({{.id = "a"}, {.id = "b"}});
  sending();
  EXPECT_THROW(tx([](Tx& t) {
                 t.execute("UPDATE delivery SET state = 'sending', lease_owner = 'x', intent_at = 1 WHERE id = 'b'");
               }),
               StoreError);
}

TEST_F(Outbox, TheSchemaItselfTiesFinalStatesToTheirTime) {
  enqueue({{.id = "a"}});
  for (const char* final : {"sent", "dead", "cancelled", "expired"}) {
    EXPECT_THROW(tx([&](Tx& t) { t.execute("UPDATE delivery SET state = $1", final); }), StoreError) << final;
  }
  EXPECT_THROW(tx([](Tx& t) { t.execute("UPDATE delivery SET finalized_at = 1"); }), StoreError);
  EXPECT_THROW(tx([](Tx& t) { t.execute("UPDATE delivery SET state = 'lost'"); }), StoreError);
}

// --- leases

TEST_F(Outbox, ALeaseThatEndsIsLostWithoutHarm) {
  enqueue({{.id = "a"}});
  const Claimed first = *take();
  EXPECT_EQ(taken(start + lease - 1ms, "other"), "nothing");
  const std::optional<Claimed> second = take(start + lease, "other");
  ASSERT_TRUE(second);
  EXPECT_GT(second->lease_token, first.lease_token);
  EXPECT_FALSE(intended(first, start + lease));
  EXPECT_TRUE(intended(*second, start + lease));
  EXPECT_FALSE(settled(first, outcome(OutcomeClass::sent), start + lease));
  EXPECT_EQ(state("a"), "sending");
  EXPECT_TRUE(settled(*second, outcome(OutcomeClass::sent), start + lease));
}

TEST_F(Outbox, NothingIsSentOnALeaseThatHasEnded) {
  enqueue({{.id = "a"}});
  const Claimed c = *take();
  EXPECT_FALSE(intended(c, start + lease));
  EXPECT_EQ(state("a"), "queued");
  EXPECT_TRUE(intended(c, start + lease - 1ms));
  EXPECT_FALSE(intended(c, start + lease - 1ms));  // once
}

TEST_F(Outbox, ALateSettlementStandsIfNobodyTookOver) {
  enqueue({{.id = "a"}});
  const Claimed c = sending();
  EXPECT_TRUE(settled(c, outcome(OutcomeClass::sent), start + 24h));
  EXPECT_EQ(state("a"), "sent finally");
}

TEST_F(Outbox, ALostLeaseCannotSettle) {
  enqueue({{.id = "a"}});
  const Claimed c = sending();
  EXPECT_EQ(recovered("other", start + lease).size(), 1u);
  for (const OutcomeClass what : {OutcomeClass::sent, OutcomeClass::refused, OutcomeClass::not_sent}) {
    EXPECT_FALSE(settled(c, outcome(what, start), start + lease));
  }
  EXPECT_EQ(state("a"), "ambiguous");
  EXPECT_THAT(log("a"), ElementsAre("1 ambiguous "));
  resolved("a", outcome(OutcomeClass::ambiguous, start + lease), start + lease);
  const Claimed again = sending(start + lease, "other");
  EXPECT_FALSE(settled(c, outcome(OutcomeClass::refused), start + lease));
  EXPECT_TRUE(settled(again, outcome(OutcomeClass::sent), start + lease));
}

// --- settle

struct SettleCase {
  const char* what;
  OutcomeClass outcome;
  bool again, counts;
  const char* state;
  int attempts, doubts;
};

TEST_F(Outbox, HowAttemptsEnd) {
  const std::vector<SettleCase> cases = {
      {"sent", OutcomeClass::sent, false, true, "sent finally", 1, 0},
      {"sent, whatever next_at says", OutcomeClass::sent, true, true, "sent finally", 1, 0},
      {"refused", OutcomeClass::refused, false, true, "dead finally", 1, 0},
      {"refused, whatever next_at says", OutcomeClass::refused, true, true, "dead finally", 1, 0},
      {"not sent", OutcomeClass::not_sent, true, true, "queued", 1, 0},
      {"not sent, not counted", OutcomeClass::not_sent, true, false, "queued", 0, 0},
      {"not sent, given up", OutcomeClass::not_sent, false, true, "dead finally", 1, 0},
      {"throttled", OutcomeClass::throttled, true, false, "queued", 0, 0},
      {"throttled never counts", OutcomeClass::throttled, true, true, "queued", 0, 0},
      {"throttled, given up", OutcomeClass::throttled, false, true, "dead finally", 0, 0},
      {"ambiguous, resent", OutcomeClass::ambiguous, true, true, "queued", 1, 1},
      {"ambiguous, given up", OutcomeClass::ambiguous, false, true, "dead finally", 1, 0},
  };
  int n = 0;
  for (const SettleCase& c : cases) {
    SCOPED_TRACE(c.what);
    const std::string which = "x" + std::to_string(n++);
    enqueue({{.id = which, .destination = which}});
    const Claimed claimed = sending();
    ASSERT_EQ(claimed.id, which);
    Settlement s = outcome(c.outcome, c.again ? std::optional(start + 1h) : std::nullopt);
    s.counts = c.counts;
    s.provider_ref = "ref";
    EXPECT_TRUE(settled(claimed, s));
    EXPECT_FALSE(settled(claimed, s));  // once
    EXPECT_EQ(state(which), c.state);
    EXPECT_EQ(attempts(which), c.attempts);
    EXPECT_EQ(doubts(which), c.doubts);
    EXPECT_THAT(log(which), ElementsAre("1 " + std::string(to_string(c.outcome)) + " 250"));
    if (std::string(c.state) == "queued") {
      EXPECT_EQ(taken(start + 1h - 1ms), "nothing");
      const std::optional<Claimed> next = take(start + 1h);
      ASSERT_TRUE(next);
      EXPECT_EQ(next->id, which);
      EXPECT_EQ(next->sends, 1);
      EXPECT_EQ(next->attempts, c.attempts);
      EXPECT_EQ(next->payload, claimed.payload);
      EXPECT_EQ(next->provider_key, claimed.provider_key);
      ASSERT_TRUE(intended(*next, start + 1h));
      ASSERT_TRUE(settled(*next, outcome(OutcomeClass::sent), start + 1h));
      EXPECT_EQ(log(which).size(), 2u);
    }
    EXPECT_EQ(taken(start + 24h), "nothing");
  }
}

TEST_F(Outbox, WhatWasNotIntendedCannotBeSettled) {
  enqueue({{.id = "a"}});
  const Claimed c = *take();
  EXPECT_FALSE(settled(c, outcome(OutcomeClass::sent)));
  EXPECT_EQ(state("a"), "queued");
  EXPECT_THAT(log("a"), IsEmpty());
}

TEST_F(Outbox, ThrottledHoldsTheWholeDestination) {
  enqueue({{.id = "a"}, {.id = "b"}, {.id = "c", .destination = "elsewhere"}});
  const Claimed a = sending();
  ASSERT_EQ(a.id, "a");
  settled(a, outcome(OutcomeClass::throttled, start + 30min));
  enqueue({{.id = "reply", .priority = 0}});
  EXPECT_EQ(taken(start + 1min), "c");
  EXPECT_EQ(taken(start + 30min - 1ms), "c");  // its lease ended
  EXPECT_EQ(due(), start + 30min);
  EXPECT_EQ(taken(start + 30min), "reply");
}

TEST_F(Outbox, FinalStatesNeverChange) {
  enqueue({{.id = "sent", .destination = "1"},
           {.id = "dead", .destination = "2"},
           {.id = "expired", .destination = "3", .expires_at = start + 1s},
           {.id = "cancelled", .destination = "4"}});
  std::vector<Claimed> claims;
  for (int n = 0; n < 2; ++n) {
    const auto c = take();
    if (c->id == "cancelled") {
      intended(*c);
    }
    claims.push_back(*c);
  }
  // By id: cancelled, dead.
  ASSERT_EQ(claims[0].id, "cancelled");
  ASSERT_EQ(claims[1].id, "dead");
  settled(claims[0], outcome(OutcomeClass::not_sent, start));
  ASSERT_TRUE(intended(claims[1]));
  settled(claims[1], outcome(OutcomeClass::refused));
  tx([](Tx& t) { expire(t, "email", start + 1s); });
  const Claimed again = *take(start + 1s);
  ASSERT_EQ(again.id, "cancelled");
  tx([](Tx& t) { EXPECT_EQ(cancel_deliveries(t, "ada", start + 1s), 2); });
  EXPECT_EQ(state("cancelled"), "cancelled finally");
  EXPECT_EQ(state("sent"), "cancelled finally");
  EXPECT_EQ(state("dead"), "dead finally");
  EXPECT_EQ(state("expired"), "expired finally");

  const Time later = start + 48h;
  EXPECT_FALSE(intended(again, start + 2s));
  EXPECT_FALSE(settled(claims[1], outcome(OutcomeClass::sent), later));
  EXPECT_THAT(recovered("me", later), IsEmpty());
  EXPECT_FALSE(resolved("dead", outcome(OutcomeClass::sent), later));
  EXPECT_EQ(tx([&](Tx& t) { return cancel_deliveries(t, "ada", later); }), 0);
  EXPECT_THAT(tx([&](Tx& t) { return expire(t, "email", later); }), IsEmpty());
  EXPECT_EQ(taken(later), "nothing");
  EXPECT_EQ(state("cancelled"), "cancelled finally");
  EXPECT_EQ(state("dead"), "dead finally");
  EXPECT_EQ(state("expired"), "expired finally");
}

// --- recover and resolve

TEST_F(Outbox, ARestartTakesItsOwnBackAtOnce) {
  enqueue({{.id = "claimed", .destination = "1"},
           {.id = "sending", .destination = "2"},
           {.id = "theirs", .destination = "3"}});
  EXPECT_EQ(taken(), "claimed");
  EXPECT_EQ(sending().id, "sending");
  EXPECT_EQ(sending(start, "other").id, "theirs");
  const std::vector<Claimed> doubtful = recovered("me", start + 1s);
  ASSERT_EQ(doubtful.size(), 1u);
  EXPECT_EQ(doubtful[0].id, "sending");
  EXPECT_EQ(doubtful[0].sends, 1);
  EXPECT_EQ(doubtful[0].attempts, 1);
  EXPECT_EQ(doubtful[0].payload, "payload of sending");
  EXPECT_EQ(state("theirs"), "sending");
  EXPECT_EQ(taken(start + 1s), "claimed");
}

TEST_F(Outbox, SomebodyElsesIsTakenWhenItsLeaseEnded) {
  enqueue({{.id = "a"}});
  sending(start, "other");
  EXPECT_THAT(recovered("me", start + lease - 1ms), IsEmpty());
  EXPECT_EQ(recovered("me", start + lease).size(), 1u);
}

TEST_F(Outbox, WhatIsInDoubtIsToldUntilItIsResolved) {
  enqueue({{.id = "a"}});
  sending();
  EXPECT_EQ(recovered("me").size(), 1u);
  EXPECT_EQ(recovered("me").size(), 1u);  // the program ended again before it resolved
  EXPECT_EQ(attempts("a"), 1);
  EXPECT_THAT(log("a"), ElementsAre("1 ambiguous "));
  resolved("a", outcome(OutcomeClass::sent));
  EXPECT_THAT(recovered("me"), IsEmpty());
}

TEST_F(Outbox, RecoveryOfOneChannelLeavesTheOthers) {
  enqueue({{.id = "a"}, {.id = "b", .channel = "slack"}, {.id = "c", .destination = "2", .channel = "slack"}});
  sending();
  const Claimed b = *take(start, "me", "slack");
  ASSERT_TRUE(intended(b));
  const Claimed c = *take(start, "me", "slack");
  EXPECT_EQ(recovered("me", start, "email").size(), 1u);
  EXPECT_EQ(state("b"), "sending");
  EXPECT_TRUE(intended(c));
  EXPECT_TRUE(settled(b, outcome(OutcomeClass::sent)));
  EXPECT_EQ(recovered("me").size(), 2u);  // of all channels: a again, and c
}

struct ResolveCase {
  const char* what;
  OutcomeClass outcome;
  bool again;
  const char* state;
  int doubts;
};

TEST_F(Outbox, HowDoubtsEnd) {
  const std::vector<ResolveCase> cases = {
      {"found at the provider", OutcomeClass::sent, false, "sent finally", 0},
      {"resent at a risk", OutcomeClass::ambiguous, true, "queued", 1},
      {"known not to have arrived", OutcomeClass::not_sent, true, "queued", 0},
      {"given up", OutcomeClass::ambiguous, false, "dead finally", 0},
      {"refused after all", OutcomeClass::refused, true, "dead finally", 0},
  };
  int n = 0;
  for (const ResolveCase& c : cases) {
    SCOPED_TRACE(c.what);
    const std::string which = "x" + std::to_string(n++);
    enqueue({{.id = which, .destination = which}});
    ASSERT_EQ(sending().id, which);
    EXPECT_FALSE(resolved(which, outcome(c.outcome)));  // not in doubt
    recovered("me");
    Settlement s = outcome(c.outcome, c.again ? std::optional(start + 1h) : std::nullopt);
    EXPECT_TRUE(resolved(which, s));
    EXPECT_FALSE(resolved(which, s));
    EXPECT_EQ(state(which), c.state);
    EXPECT_EQ(doubts(which), c.doubts);
    EXPECT_EQ(attempts(which), 1);
    EXPECT_THAT(log(which), ElementsAre("1 ambiguous ", "2 " + std::string(to_string(c.outcome)) + " 250 not started"));
    if (std::string(c.state) == "queued") {
      const Claimed next = sending(start + 1h);
      EXPECT_EQ(next.id, which);
      EXPECT_EQ(next.sends, 1);
      settled(next, outcome(OutcomeClass::sent), start + 1h);
    }
  }
  EXPECT_FALSE(resolved("no such delivery", outcome(OutcomeClass::sent)));
}

// --- expiry, what is due, figures

TEST_F(Outbox, WhatIsPastItsTimeExpires) {
  enqueue({{.id = "a", .destination = "1", .expires_at = start + 1h},
           {.id = "b", .destination = "2", .expires_at = start + 2h},
           {.id = "c", .destination = "3"}});
  const auto expired = [&](Time now) { return tx([&](Tx& t) { return expire(t, "email", now).size(); }); };
  EXPECT_EQ(expired(start + 1h - 1ms), 0u);
  const Claimed a = *take(start + 1h - 1ms);
  ASSERT_EQ(a.id, "a");
  EXPECT_EQ(expired(start + 1h), 0u);  // claimed: it may be on its way
  ASSERT_TRUE(intended(a, start + 1h));
  EXPECT_EQ(expired(start + 1h), 0u);
  settled(a, outcome(OutcomeClass::not_sent, start + 1h), start + 1h);
  EXPECT_EQ(expired(start + 1h), 1u);
  EXPECT_EQ(state("a"), "expired finally");
  EXPECT_EQ(taken(start + 2h), "c");  // a claim passes b over and closes it
  EXPECT_EQ(state("b"), "expired finally");
}

TEST_F(Outbox, WhenSomethingIsDue) {
  EXPECT_EQ(due(), std::nullopt);
  enqueue({{.id = "a", .not_before = start + 3h},
           {.id = "b", .destination = "2", .priority = 0, .not_before = start + 5h}});
  EXPECT_EQ(due(), start + 3h);
  EXPECT_EQ(due("slack"), std::nullopt);
  const Claimed a = *take(start + 3h);
  EXPECT_EQ(due(), start + 3h + lease);  // if the claim is lost
  ASSERT_TRUE(intended(a, start + 3h));
  EXPECT_EQ(due(), start + 5h);
  enqueue({{.id = "behind"}});
  EXPECT_EQ(due(), start + 5h);  // waits for a, not for time
  settled(a, outcome(OutcomeClass::not_sent, start + 4h), start + 3h);
  EXPECT_EQ(due(), start);  // not before it was due
  settled(sending(start + 3h), outcome(OutcomeClass::sent), start + 3h);
  EXPECT_EQ(due(), start + 4h);
}

TEST_F(Outbox, PartsBehindAnOpenOneAreNotDue) {
  enqueue({{.id = "1", .not_before = start + 1h, .part = 1, .parts = 2, .digest = "d"},
           {.id = "2", .part = 2, .parts = 2, .digest = "d"}});
  EXPECT_EQ(due(), start + 1h);
}

TEST_F(Outbox, CountsForPeople) {
  enqueue({{.id = "a", .destination = "1"},
           {.id = "b", .destination = "2"},
           {.id = "c", .destination = "3", .channel = "slack"}});
  settled(sending(), outcome(OutcomeClass::sent));
  std::vector<std::string> lines;
  for (const OutboxCount& c : tx([](Tx& t) { return outbox_counts(t); })) {
    lines.push_back(c.channel + " " + c.state + " " + std::to_string(c.messages));
    EXPECT_EQ(c.oldest, start);
  }
  EXPECT_THAT(lines, ElementsAre("email queued 1", "email sent 1", "slack queued 1"));
}

}  // namespace
}  // namespace paperboy::store::test
