// What may go out when: token buckets, the breaker, limits of a domain, doubts that are asked about, suppression.
#include <gmock/gmock.h>

#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using ::testing::ElementsAre;

constexpr Duration lease = 60s;

class Pace : public StoreTest {
 protected:
  void SetUp() override { provision({person_of("ada")}); }

  void enqueue(const std::string& id, const std::string& destination, const std::string& domain = {}, int parts = 1) {
    std::vector<NewDelivery> deliveries;
    for (int part = 1; part <= parts; ++part) {
      const std::string name = parts == 1 ? id : id + std::to_string(part);
      NewDelivery d{.id = name, .dedup_key = name, .channel = "chat", .destination = destination, .domain = domain};
      d.part = part;
      d.parts = parts;
      d.not_before = start;
      deliveries.push_back(d);
    }
    const DigestRow digest{.id = "digest " + id, .person = "ada", .period_key = id, .kind = "digest"};
    ASSERT_TRUE(tx([&](Tx& t) { return put_digest(t, digest, {}, deliveries); }));
  }
  // Claimed and sent at once: what goes out at `now`, in order.
  std::vector<std::string> out(Time now, const Limits& limits) {
    std::vector<std::string> ids;
    while (const auto claimed = tx([&](Tx& t) { return claim(t, "chat", "me", now, lease, limits); })) {
      ids.push_back(claimed->id);
      end(*claimed, {.outcome = OutcomeClass::sent}, now);
    }
    return ids;
  }
  std::optional<Claimed> sending(Time now = start, const Limits& limits = {}) {
    auto claimed = tx([&](Tx& t) { return claim(t, "chat", "me", now, lease, limits); });
    if (claimed && !tx([&](Tx& t) { return intend(t, *claimed, now); })) throw std::runtime_error("no intent");
    return claimed;
  }
  void end(const Claimed& claimed, const Settlement& settlement, Time now) {
    tx([&](Tx& t) { intend(t, claimed, now); });
    ASSERT_TRUE(tx([&](Tx& t) { return settle(t, claimed, settlement, now); }));
  }
  std::optional<Time> due() {
    return tx([](Tx& t) { return next_due(t, "chat"); });
  }
  std::string state(const std::string& id) {
    std::string result;
    tx([&](Tx& t) {
      t.query("SELECT state FROM delivery WHERE id = $1", [&](const Row& row) { result = row.text(0); }, id);
    });
    return result;
  }
};

Limits each(Duration interval, int burst) {
  Limits limits;
  limits.destination = [=](const std::string&) { return Rate{interval, burst}; };
  return limits;
}

// The topics of a chat have a destination each; its provider counts them together.
TEST_F(Pace, TheDestinationsOfADomainShareItsBucket) {
  const Limits limits = each(3s, 1);
  enqueue("a", "-100/1", "-100");
  enqueue("b", "-100/2", "-100");
  enqueue("c", "-100", "-100");
  enqueue("d", "-200/1", "-200");
  EXPECT_THAT(out(start, limits), ElementsAre("a", "d"));
  EXPECT_EQ(due(), start + 3s);
  EXPECT_THAT(out(start + 2s, limits), ElementsAre());
  EXPECT_THAT(out(start + 3s, limits), ElementsAre("b"));
  EXPECT_EQ(due(), start + 6s);
  EXPECT_THAT(out(start + 6s, limits), ElementsAre("c"));
}

// What one destination was told holds for it alone, as long as its domain has more to give.
TEST_F(Pace, AThrottledDestinationHoldsUpNoOtherOfItsDomain) {
  enqueue("a", "ann@example.org", "example.org");
  enqueue("b", "ben@example.org", "example.org");
  const auto throttled = sending();
  ASSERT_TRUE(throttled);
  end(*throttled, {.outcome = OutcomeClass::throttled, .next_at = start + 60s, .pause_until = start + 60s}, start);
  EXPECT_THAT(out(start, {}), ElementsAre("b"));
  EXPECT_EQ(due(), start + 60s);
}

TEST_F(Pace, ADestinationHasABucketOfItsOwn) {
  for (int n = 0; n < 5; ++n) enqueue("a" + std::to_string(n), "a");
  enqueue("b0", "b");
  const Limits limits = each(3s, 2);
  EXPECT_THAT(out(start, limits), ElementsAre("a0", "a1", "b0"));
  EXPECT_EQ(due(), start + 3s);
  EXPECT_THAT(out(start + 2999ms, limits), ElementsAre());
  EXPECT_THAT(out(start + 3s, limits), ElementsAre("a2"));
  // It fills up again, to its size and no further.
  EXPECT_THAT(out(start + 1h, limits), ElementsAre("a3", "a4"));
}

TEST_F(Pace, TheProviderHasOneForAll) {
  for (int n = 0; n < 4; ++n) enqueue(std::to_string(n), std::to_string(n));
  Limits limits;
  limits.provider = {1s, 3};
  EXPECT_THAT(out(start, limits), ElementsAre("0", "1", "2"));
  EXPECT_EQ(due(), start + 1s);
  EXPECT_THAT(out(start + 1s, limits), ElementsAre("3"));
  EXPECT_EQ(due(), std::nullopt);
}

TEST_F(Pace, ADomainHasSoManyUnderWay) {
  for (int n = 0; n < 3; ++n) enqueue("x" + std::to_string(n), std::to_string(n) + "@x.example", "x.example");
  enqueue("y", "0@y.example", "y.example");
  Limits limits;
  limits.of_domain = 2;
  const auto first = sending(start, limits), second = sending(start, limits), third = sending(start, limits);
  EXPECT_EQ(first->id, "x0");
  EXPECT_EQ(second->id, "x1");
  EXPECT_EQ(third->id, "y");
  EXPECT_FALSE(sending(start, limits));
  ASSERT_TRUE(tx([&](Tx& t) { return settle(t, *first, {.outcome = OutcomeClass::sent}, start); }));
  EXPECT_EQ(sending(start, limits)->id, "x2");
}

TEST_F(Pace, AFailingDestinationHoldsBackAllOfItsMessagesAndNoOther) {
  enqueue("a0", "a");
  enqueue("a1", "a");
  enqueue("b0", "b");
  const auto a0 = sending();
  EXPECT_EQ(a0->failures, 0);
  Settlement failed{.outcome = OutcomeClass::not_sent};
  failed.next_at = failed.pause_until = start + 10s;
  ASSERT_TRUE(tx([&](Tx& t) { return settle(t, *a0, failed, start); }));
  EXPECT_EQ(sending()->id, "b0");
  EXPECT_FALSE(sending(start + 9s));
  const auto probe = sending(start + 10s);  // half open: one message, whichever is first
  EXPECT_EQ(probe->failures, 1);
  EXPECT_FALSE(sending(start + 10s));
  ASSERT_TRUE(tx([&](Tx& t) { return settle(t, *probe, {.outcome = OutcomeClass::sent}, start + 10s); }));
  EXPECT_EQ(sending(start + 10s)->failures, 0);
}

TEST_F(Pace, ACauseThatHoldsForAllStopsTheWholeChannel) {
  enqueue("a", "a");
  enqueue("b", "b");
  const auto a = sending();
  Settlement failed{.outcome = OutcomeClass::not_sent, .whole_provider = true};
  failed.next_at = failed.pause_until = start + 1h;
  ASSERT_TRUE(tx([&](Tx& t) { return settle(t, *a, failed, start); }));
  EXPECT_FALSE(sending(start + 59min));
  EXPECT_EQ(due(), start + 1h);
  EXPECT_EQ(sending(start + 1h)->provider_failures, 1);
}

TEST_F(Pace, ALaterPartKnowsWhereTheFirstOneWent) {
  enqueue("d", "a", {}, 3);
  const auto first = sending();
  EXPECT_EQ(first->first_ref, "");
  Settlement sent{.outcome = OutcomeClass::sent, .provider_ref = "C1:17.42"};
  ASSERT_TRUE(tx([&](Tx& t) { return settle(t, *first, sent, start); }));
  const auto second = sending();
  EXPECT_EQ(second->first_ref, "C1:17.42");
  ASSERT_TRUE(tx([&](Tx& t) { return settle(t, *second, {.outcome = OutcomeClass::refused}, start); }));
  EXPECT_EQ(sending()->first_ref, "C1:17.42");
}

TEST_F(Pace, ADoubtIsAskedAboutWhileItsDestinationWaits) {
  enqueue("a0", "a");
  enqueue("a1", "a");
  const auto a0 = sending();
  Settlement doubt{.outcome = OutcomeClass::ambiguous};
  doubt.ask_at = start + 3s;
  ASSERT_TRUE(tx([&](Tx& t) { return settle(t, *a0, doubt, start); }));
  EXPECT_EQ(state("a0"), "ambiguous");
  EXPECT_EQ(due(), start + 3s);
  const auto ask = [&](Time now) { return tx([&](Tx& t) { return claim_doubt(t, "chat", "me", now, lease); }); };
  EXPECT_FALSE(ask(start + 2s));
  const auto asked = ask(start + 3s);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->sends, 1);
  EXPECT_EQ(asked->intent_at, start);
  EXPECT_FALSE(ask(start + 4s));  // leased
  EXPECT_FALSE(sending(start + 4s));
  EXPECT_FALSE(tx([&](Tx& t) { return resolve(t, *a0, doubt, start + 4s); })) << "an old lease";

  // The provider wants to be asked later; the program ends while asking; the next one asks again.
  doubt.ask_at = start + 20s;
  ASSERT_TRUE(tx([&](Tx& t) { return resolve(t, *asked, doubt, start + 5s); }));
  ASSERT_TRUE(ask(start + 20s));
  const auto left = tx([&](Tx& t) { return recover(t, "me", start + 21s, "chat"); });
  ASSERT_EQ(left.size(), 1u);
  doubt.ask_at = start + 21s;
  ASSERT_TRUE(tx([&](Tx& t) { return resolve(t, left[0], doubt, start + 21s); }));
  const auto last = ask(start + 21s);
  ASSERT_TRUE(last);
  Settlement found{.outcome = OutcomeClass::sent, .provider_ref = "17.42"};
  ASSERT_TRUE(tx([&](Tx& t) { return resolve(t, *last, found, start + 22s); }));
  EXPECT_EQ(state("a0"), "sent");
  EXPECT_EQ(sending(start + 22s)->id, "a1");
}

TEST_F(Pace, WhatIsSuppressedGetsNothingMore) {
  enqueue("a0", "a");
  enqueue("a1", "a");
  enqueue("b0", "b");
  EXPECT_FALSE(tx([](Tx& t) { return suppressed(t, "chat", "a"); }));
  tx([](Tx& t) { suppress(t, "chat", "a", "403", "blocked", start); });
  EXPECT_TRUE(tx([](Tx& t) { return suppressed(t, "chat", "a"); }));
  EXPECT_FALSE(tx([](Tx& t) { return suppressed(t, "mail", "a"); }));
  EXPECT_EQ(state("a0"), "cancelled");
  EXPECT_EQ(state("a1"), "cancelled");
  EXPECT_EQ(state("b0"), "queued");
}

}  // namespace
}  // namespace paperboy::store::test
