// Several programs on one outbox.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <set>
#include <thread>

#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

constexpr Duration lease = 60s;
const Settlement delivered{.outcome = OutcomeClass::sent, .code = "250"};

TEST(OutboxShared, TwoProgramsNeverClaimTheSame) {
  const TempFolder folder;
  Database first(open_sqlite(folder / "p.db")), second(open_sqlite(folder / "p.db"));
  constexpr int count = 400;
  first.transact_blocking([](Tx& t) {
    const std::vector<paper::Person> people = {person_of("ada")};
    provision_people(t, people, start);
    std::vector<NewDelivery> deliveries;
    for (int n = 0; n < count; ++n) {
      const std::string name = std::to_string(n);
      // Four to each destination: neither may have two of them at a time either.
      deliveries.push_back({.id = name, .dedup_key = name, .channel = "email", .destination = std::to_string(n / 4)});
    }
    put_digest(t, {.id = "d", .person = "ada", .period_key = "p", .kind = "digest"}, {}, deliveries);
  });
  std::vector<std::string> seen[2];
  std::atomic<bool> clash = false;
  std::atomic<int> in_flight[count / 4] = {};
  std::latch both_hold_one(2);  // or one program might be through before the other has begun
  const auto work = [&](Database& database, std::string owner, std::vector<std::string>& mine) {
    for (;;) {
      const auto claimed = database.transact_blocking([&](Tx& t) { return claim(t, "email", owner, start, lease); });
      if (!claimed) {
        const auto due = database.transact_blocking([&](Tx& t) { return next_due(t, "email"); });
        if (!due && database.transact_blocking([](Tx& t) { return outbox_counts(t); }).front().state == "sent") return;
        std::this_thread::yield();
        continue;
      }
      std::atomic<int>& flying = in_flight[std::stoi(claimed->destination)];
      if (flying.fetch_add(1) != 0) clash = true;
      if (mine.empty()) both_hold_one.arrive_and_wait();
      if (!database.transact_blocking([&](Tx& t) { return intend(t, *claimed, start); })) clash = true;
      mine.push_back(claimed->id);
      flying.fetch_sub(1);
      if (!database.transact_blocking([&](Tx& t) { return settle(t, *claimed, delivered, start); })) clash = true;
    }
  };
  std::thread a([&] { work(first, "a", seen[0]); });
  std::thread b([&] { work(second, "b", seen[1]); });
  a.join();
  b.join();
  EXPECT_FALSE(clash);
  std::set<std::string> all(seen[0].begin(), seen[0].end());
  all.insert(seen[1].begin(), seen[1].end());
  EXPECT_EQ(all.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(seen[0].size() + seen[1].size(), static_cast<std::size_t>(count));
}

TEST(OutboxShared, AThousandIdenticalEnqueuesAreOneRow) {
  const TempFolder folder;
  {
    Database database(open_sqlite(folder / "p.db"));
  }
  constexpr int programs = 8, each = 125;
  std::atomic<int> written = 0, failures = 0;
  std::vector<std::thread> threads;
  for (int program = 0; program < programs; ++program) {
    threads.emplace_back([&, program] {
      try {
        Database database(open_sqlite(folder / "p.db"));
        const std::vector<paper::Person> people = {person_of("ada")};
        database.transact_blocking([&](Tx& t) { provision_people(t, people, start); });
        for (int n = 0; n < each; ++n) {
          const std::string unique = std::to_string(program) + "/" + std::to_string(n);
          const NewDelivery delivery{.id = unique, .dedup_key = "the same", .channel = "email", .destination = "ada"};
          const DigestRow digest{.id = unique, .person = "ada", .period_key = "the same", .kind = "digest"};
          written += database.transact_blocking([&](Tx& t) { return put_digest(t, digest, {}, {&delivery, 1}); });
        }
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
        ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(written, 1);
  EXPECT_EQ(failures, 0);
  Database database(open_sqlite(folder / "p.db"));
  database.transact_blocking([](Tx& t) {
    t.query("SELECT (SELECT COUNT(*) FROM digest), (SELECT COUNT(*) FROM delivery)", [](const Row& row) {
      EXPECT_EQ(row.integer(0), 1);
      EXPECT_EQ(row.integer(1), 1);
    });
  });
}

}  // namespace
}  // namespace paperboy::store::test
