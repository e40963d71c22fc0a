// Random lives of an outbox, crashes included, beside a model of it: a map and the rules in plain words.
#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>

#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

struct ModelRow {
  std::string id, digest, destination, state = "queued", owner;
  int part = 1, priority = 10;
  Time next_at{}, lease_until{};
  std::optional<Time> expires_at, finalized_at;
  bool leased = false;
  std::int64_t token = 0, attempts = 0, sends = 0, doubts = 0, log = 0;

  bool in_flight() const { return state == "sending" || state == "ambiguous"; }
  bool held(Time now) const { return state == "queued" && leased && lease_until > now; }
  void finish(std::string how, Time now) {
    state = std::move(how);
    finalized_at = now;
    leased = false;
  }
};

class Model {
 public:
  std::map<std::string, ModelRow> rows;
  std::map<std::string, Time> pauses;  // by destination; "": the whole provider
  std::map<std::string, int> failures;

  bool claimable(const ModelRow& row, Time now) const {
    if (row.state != "queued" || row.next_at > now || row.held(now)) return false;
    if (const auto pause = pauses.find(row.destination); pause != pauses.end() && pause->second > now) return false;
    for (const auto& [id, other] : rows) {
      if (other.destination != row.destination) continue;
      if (other.in_flight() || other.held(now)) return false;
      if (other.digest == row.digest && other.part < row.part && !other.finalized_at) return false;
    }
    return true;
  }

  // The row a claim must return; rows that have expired become so on the way.
  ModelRow* next(Time now) {
    if (const auto pause = pauses.find(""); pause != pauses.end() && pause->second > now) return nullptr;
    for (;;) {
      ModelRow* best = nullptr;
      for (auto& [id, row] : rows) {
        if (!claimable(row, now)) continue;
        const auto rank = [](const ModelRow& r) { return std::tie(r.priority, r.next_at, r.id); };
        if (best == nullptr || rank(row) < rank(*best)) best = &row;
      }
      if (best == nullptr || !best->expires_at || *best->expires_at > now) return best;
      best->finish("expired", now);
    }
  }

  // When something can be claimed, as far as that is a matter of time.
  std::optional<Time> due() const {
    std::optional<Time> earliest;
    const auto consider = [&](Time at) { earliest = std::min(earliest.value_or(at), at); };
    for (const auto& [id, row] : rows) {
      if (row.state != "queued") continue;
      if (row.leased) consider(row.lease_until);
      bool waits = row.leased;
      for (const auto& [other_id, other] : rows) {
        if (other.destination != row.destination) continue;
        waits |= other.in_flight() || (other.state == "queued" && other.leased);
        waits |= other.digest == row.digest && other.part < row.part && !other.finalized_at;
      }
      if (waits) continue;
      const auto pause = pauses.find(row.destination);
      consider(pause == pauses.end() ? row.next_at : std::max(row.next_at, pause->second));
    }
    if (const auto pause = pauses.find(""); earliest && pause != pauses.end())
      earliest = std::max(*earliest, pause->second);
    for (const auto& [id, row] : rows) {
      if (row.state == "ambiguous" && !row.leased) consider(row.next_at);
    }
    return earliest;
  }

  void end(ModelRow& row, const Settlement& s, Time now) {
    ++row.log;
    row.leased = false;
    if (s.outcome == OutcomeClass::sent) {
      row.finish("sent", now);
    } else if (s.outcome == OutcomeClass::ambiguous && s.ask_at) {
      row.state = "ambiguous";
      row.next_at = *s.ask_at;
    } else if (s.outcome == OutcomeClass::refused || !s.next_at) {
      row.finish("dead", now);
    } else {
      row.state = "queued";
      row.next_at = *s.next_at;
    }
  }
};

struct LogLine {
  std::string delivery, text;
  friend bool operator==(const LogLine&, const LogLine&) = default;
};

class Life {
 public:
  explicit Life(unsigned seed) : random_(seed) {
    const std::vector<paper::Person> people = {person_of("ada")};
    database_.transact_blocking([&](Tx& t) { provision_people(t, people, now_); });
  }

  void live(int steps) {
    for (int n = 0; n < steps && !::testing::Test::HasFatalFailure(); ++n) {
      step();
      check();
      now_ += Duration(pick(0, 30'000));
    }
  }

  std::map<std::string, int> ended;  // final states reached

 private:
  int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }
  template <class F>
  auto tx(F work) {
    return database_.transact_blocking(std::move(work));
  }

  void step() {
    switch (pick(0, 12)) {
      case 0:
        return enqueue();
      case 1:
      case 2:
      case 3:
        return claim_one();
      case 4:
      case 5:
        return intend_one();
      case 6:
      case 7:
      case 8:
        return settle_one();
      case 9:
        return resolve_one();
      case 10:
        return pick(0, 3) == 0 ? crash() : ask_one();
      case 11:
        return pick(0, 4) == 0 ? expire_all() : repeat_a_stale_one();
      default:
        return pick(0, 60) == 0 ? cancel_all() : jump();
    }
  }

  void enqueue() {
    if (model_.rows.size() > 60) return;
    const std::string digest = "d" + std::to_string(++digests_);
    std::vector<NewDelivery> deliveries;
    const std::string destination = std::to_string(pick(1, 4));
    const int parts = pick(1, 3), priority = pick(0, 3) == 0 ? 0 : 10;
    for (int part = 1; part <= parts; ++part) {
      ModelRow row;
      row.id = "x" + std::to_string(random_());
      row.digest = digest;
      row.destination = destination;
      row.part = part;
      row.priority = priority;
      row.next_at = now_ + Duration(pick(-20'000, 40'000));
      if (pick(0, 2) == 0) row.expires_at = now_ + Duration(pick(0, 400'000));
      NewDelivery d{.id = row.id, .dedup_key = row.id, .channel = "email", .destination = destination};
      d.part = part;
      d.parts = parts;
      d.priority = priority;
      d.not_before = row.next_at;
      d.expires_at = row.expires_at;
      deliveries.push_back(d);
      model_.rows[row.id] = row;
    }
    ASSERT_TRUE(tx([&](Tx& t) {
      return put_digest(t, {.id = digest, .person = "ada", .period_key = digest, .kind = "digest", .built_at = now_},
                        {}, deliveries);
    }));
  }

  void claim_one() {
    const std::string owner = pick(0, 1) == 0 ? "a" : "b";
    ModelRow* expected = model_.next(now_);
    const auto claimed = tx([&](Tx& t) { return claim(t, "email", owner, now_, 60s); });
    ASSERT_EQ(claimed ? claimed->id : "nothing", expected ? expected->id : "nothing");
    if (!claimed) return;
    expected->leased = true;
    expected->owner = owner;
    expected->lease_until = now_ + 60s;
    ++expected->token;
    ASSERT_EQ(claimed->lease_token, expected->token);
    ASSERT_EQ(claimed->sends, expected->sends);
    ASSERT_EQ(claimed->attempts, expected->attempts);
    ASSERT_EQ(claimed->failures, model_.failures[expected->destination]);
    ASSERT_EQ(claimed->provider_failures, model_.failures[""]);
    claims_.push_back(*claimed);
  }

  Claimed* some_claim() {
    return claims_.empty() ? nullptr : &claims_[static_cast<std::size_t>(pick(0, int(claims_.size()) - 1))];
  }

  void intend_one() {
    const Claimed* claimed = some_claim();
    if (claimed == nullptr) return;
    ModelRow& row = model_.rows[claimed->id];
    bool expected = row.state == "queued" && row.leased && row.token == claimed->lease_token && row.lease_until > now_;
    for (const auto& [id, other] : model_.rows) {
      if (other.destination == row.destination && other.in_flight()) expected = false;
    }
    ASSERT_EQ(tx([&](Tx& t) { return intend(t, *claimed, now_); }), expected);
    if (!expected) return;
    row.state = "sending";
    ++row.sends;
  }

  Settlement some_settlement() {
    Settlement s;
    s.outcome = static_cast<OutcomeClass>(pick(0, 4));
    if (pick(0, 4) != 0) s.next_at = now_ + Duration(pick(0, 60'000));
    s.counts = pick(0, 3) != 0;
    if (s.outcome == OutcomeClass::ambiguous && pick(0, 1) == 0) s.ask_at = now_ + Duration(pick(0, 20'000));
    if (s.outcome == OutcomeClass::throttled || s.outcome == OutcomeClass::not_sent) {
      if (pick(0, 2) != 0) s.pause_until = now_ + Duration(pick(0, 60'000));
      s.whole_provider = pick(0, 9) == 0;
    }
    return s;
  }

  void settle_one() {
    const Claimed* claimed = some_claim();
    if (claimed == nullptr) return;
    ModelRow& row = model_.rows[claimed->id];
    const Settlement s = some_settlement();
    const bool expected = row.state == "sending" && row.token == claimed->lease_token;
    ASSERT_EQ(tx([&](Tx& t) { return settle(t, *claimed, s, now_); }), expected);
    if (!expected) return;
    row.attempts += s.counts && s.outcome != OutcomeClass::throttled;
    row.doubts += s.outcome == OutcomeClass::ambiguous && s.next_at && !s.ask_at;
    if (s.pause_until) {
      const std::string paced = s.whole_provider ? "" : row.destination;
      model_.pauses[paced] = std::max(model_.pauses[paced], *s.pause_until);
      model_.failures[paced] += s.outcome == OutcomeClass::not_sent;
    }
    if (s.outcome == OutcomeClass::sent || s.outcome == OutcomeClass::refused)
      model_.failures[row.destination] = model_.failures[""] = 0;
    model_.end(row, s, now_);
  }

  void resolve_one() {
    if (model_.rows.empty()) return;
    auto at = model_.rows.begin();
    std::advance(at, pick(0, static_cast<int>(model_.rows.size()) - 1));
    for (auto& [id, row] : model_.rows) {
      if (row.state == "ambiguous" && pick(0, 2) != 0) at = model_.rows.find(id);
    }
    ModelRow& row = at->second;
    const Settlement s = some_settlement();
    Claimed held;
    held.id = row.id;
    held.lease_token = row.token - (pick(0, 4) == 0 ? 1 : 0);
    const bool expected = row.state == "ambiguous" && held.lease_token == row.token;
    ASSERT_EQ(tx([&](Tx& t) { return resolve(t, held, s, now_); }), expected);
    if (!expected) return;
    model_.end(row, s, now_);
    row.doubts += row.state == "queued" && s.outcome != OutcomeClass::not_sent;
  }

  // One of the two programs ends wherever it is, forgets what it held, and starts again.
  void crash() {
    const std::string owner = pick(0, 1) == 0 ? "a" : "b";
    std::set<std::string> expected;
    for (auto& [id, row] : model_.rows) {
      if (row.state == "sending" && (row.owner == owner || row.lease_until <= now_)) {
        row.state = "ambiguous";
        row.owner = owner;
        ++row.token;
        ++row.attempts;
        ++row.log;
      } else if (row.state == "queued" && row.leased && row.owner == owner) {
        row.leased = false;
      }
      if (row.state == "ambiguous" && (row.owner == owner || (row.leased && row.lease_until <= now_)))
        expected.insert(id);
    }
    std::set<std::string> told;
    for (const Claimed& c : tx([&](Tx& t) { return recover(t, owner, now_); })) told.insert(c.id);
    ASSERT_EQ(told, expected);
    // Stale claims are kept half of the time: a program that is only slow still believes in them.
    if (pick(0, 1) == 0) claims_.clear();
  }

  void ask_one() {
    ModelRow* expected = nullptr;
    for (auto& [id, row] : model_.rows) {
      if (row.state != "ambiguous" || row.leased || row.next_at > now_) continue;
      if (expected == nullptr || std::tie(row.next_at, row.id) < std::tie(expected->next_at, expected->id))
        expected = &row;
    }
    const auto claimed = tx([&](Tx& t) { return claim_doubt(t, "email", "a", now_, 60s); });
    ASSERT_EQ(claimed ? claimed->id : "nothing", expected ? expected->id : "nothing");
    if (!claimed) return;
    expected->leased = true;
    expected->owner = "a";
    expected->lease_until = now_ + 60s;
    ASSERT_EQ(claimed->lease_token, ++expected->token);
  }

  void expire_all() {
    int expected = 0;
    for (auto& [id, row] : model_.rows) {
      if (row.state != "queued" || !row.expires_at || *row.expires_at > now_ || row.held(now_)) continue;
      row.finish("expired", now_);
      ++expected;
    }
    ASSERT_EQ(tx([&](Tx& t) { return static_cast<int>(expire(t, "email", now_).size()); }), expected);
  }

  void cancel_all() {
    int expected = 0;
    for (auto& [id, row] : model_.rows) {
      if (row.state != "queued") continue;
      row.finish("cancelled", now_);
      ++expected;
    }
    ASSERT_EQ(tx([&](Tx& t) { return cancel_deliveries(t, "ada", now_); }), expected);
  }

  void repeat_a_stale_one() {
    settle_one();
    intend_one();
  }

  void jump() { now_ += Duration(pick(-60'000, 120'000)); }  // the wall clock may also be set back

  void check() {
    std::map<std::string, int> flying;
    std::size_t rows = 0;
    tx([&](Tx& t) {
      t.query(
          "SELECT id, state, destination, next_at, lease_token, attempts, sends, doubts, finalized_at, lease_until, "
          "lease_owner, "
          "(SELECT COUNT(*) FROM attempt a WHERE a.delivery = delivery.id) FROM delivery",
          [&](const Row& row) {
            ++rows;
            const ModelRow& expected = model_.rows.at(std::string(row.text(0)));
            ASSERT_EQ(row.text(1), expected.state) << expected.id;
            ASSERT_EQ(row.time(3), expected.next_at) << expected.id;
            ASSERT_EQ(row.integer(4), expected.token) << expected.id;
            ASSERT_EQ(row.integer(5), expected.attempts) << expected.id;
            ASSERT_EQ(row.integer(6), expected.sends) << expected.id;
            ASSERT_EQ(row.integer(7), expected.doubts) << expected.id;
            ASSERT_EQ(row.optional_time(8), expected.finalized_at) << expected.id;
            if (expected.leased) {
              ASSERT_EQ(row.time(9), expected.lease_until) << expected.id;
              ASSERT_EQ(row.text(10), expected.owner) << expected.id;
            } else {
              ASSERT_TRUE(row.is_null(9)) << expected.id;
            }
            ASSERT_EQ(row.integer(11), expected.log) << expected.id;
            // Said again without the model: the promises themselves.
            if (row.text(1) == "sending" || row.text(1) == "ambiguous") ++flying[std::string(row.text(2))];
            const auto was = final_.find(expected.id);
            if (was != final_.end()) {
              ASSERT_EQ(row.text(1), was->second) << "a final state changed";
            } else if (!row.is_null(8)) {
              final_[expected.id] = row.text(1);
              ++ended[std::string(row.text(1))];
            }
          });
    });
    ASSERT_EQ(rows, model_.rows.size());
    ASSERT_EQ(tx([](Tx& t) { return next_due(t, "email"); }), model_.due());
    for (const auto& [destination, count] : flying) ASSERT_LE(count, 1) << "two in flight for " << destination;

    std::vector<LogLine> log;
    tx([&](Tx& t) {
      t.query(
          "SELECT delivery, n || ' ' || COALESCE(started_at, '-') || ' ' || ended_at || ' ' || outcome FROM attempt "
          "ORDER BY rowid",
          [&](const Row& row) { log.push_back({std::string(row.text(0)), std::string(row.text(1))}); });
    });
    ASSERT_GE(log.size(), log_.size());
    ASSERT_TRUE(std::equal(log_.begin(), log_.end(), log.begin())) << "the log was rewritten";
    log_ = std::move(log);
  }

  std::mt19937 random_;
  Time now_ = start;
  Database database_{open_sqlite(":memory:")};
  Model model_;
  std::vector<Claimed> claims_;  // all that anybody ever believed to hold
  std::map<std::string, std::string> final_;
  std::vector<LogLine> log_;
  int digests_ = 0;
};

TEST(OutboxModel, RandomLivesKeepThePromises) {
  std::map<std::string, int> ended;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life(seed);
    life.live(500);
    if (HasFatalFailure()) return;
    for (const auto& [state, count] : life.ended) ended[state] += count;
  }
  // The walks went everywhere.
  for (const char* state : {"sent", "dead", "expired", "cancelled"}) EXPECT_GT(ended[state], 5) << state;
}

}  // namespace
}  // namespace paperboy::store::test
