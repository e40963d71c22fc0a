// The deliver stage as the daemon runs it: several loops on one channel.
#include <gmock/gmock.h>

#include <atomic>
#include <map>

#include "daemon/async/nursery.hpp"
#include "tests/support/stages.hpp"

namespace paperboy::flow {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

// SQLite, and how often it was asked to commit.
class CountedDriver final : public store::Driver {
 public:
  CountedDriver(std::unique_ptr<store::Driver> driver, std::atomic<int>& commits)
      : driver_(std::move(driver)), commits_(commits) {}
  void transact(const std::function<void(store::Tx&)>& work) override {
    ++commits_;
    driver_->transact(work);
  }
  void read(const std::function<void(store::Tx&)>& work) override { driver_->read(work); }
  void run_script(store::Tx& tx, std::string_view script) override { driver_->run_script(tx, script); }
  std::optional<std::uintmax_t> free_space() const override { return driver_->free_space(); }

 private:
  std::unique_ptr<store::Driver> driver_;
  std::atomic<int>& commits_;
};

// Keeps a message for a moment, or until `doors` are opened, and sees what is under way beside it.
class SlowChannel final : public Channel {
 public:
  explicit SlowChannel(const boost::asio::any_io_executor& executor) : doors(executor) {}
  const std::string& name() const override { return name_; }
  const ChannelTraits& traits() const override { return traits_; }
  std::optional<std::string> check_destination(const std::string&) const override { return std::nullopt; }
  std::vector<Part> compose(const Composition&) const override { return {}; }
  async::Awaitable<Outcome> send(Outgoing message) override {
    most_at_destination = std::max(most_at_destination, ++under_way[message.destination]);
    most = std::max(most, ++all);
    if (closed) {
      begun->ring();
      co_await doors.wait(1h);
    } else {
      co_await async::sleep_for(1ms);
    }
    --all;
    --under_way[message.destination];
    arrived[message.destination].push_back(message.part);
    if (++sent == expected) begun->ring();
    co_return Outcome{};
  }

  ChannelTraits traits_;
  async::Bell doors;
  async::Bell* begun = nullptr;
  bool closed = false;
  int sent = 0, expected = 0, all = 0, most = 0, most_at_destination = 0;
  std::map<std::string, int> under_way;
  std::map<std::string, std::vector<int>> arrived;

 private:
  std::string name_ = "slow";
};

class Loops : public testing::Test {
 protected:
  Loops()
      : world(*parse_rfc3339("2026-06-02T05:40:00Z")),
        channel(world.io->get_executor()),
        progress(world.io->get_executor()) {
    world.database.reset();
    world.database = std::make_unique<store::Database>(
        std::make_unique<CountedDriver>(store::open_sqlite(world.folder / "store.db"), commits));
    channel.begun = &progress;
    channel.traits_.concurrency = 1;
    std::vector<paper::Person> people(1);
    people[0].id = "ada";
    world.tx([&](store::Tx& tx) { store::provision_people(tx, people, world.clock.now()); });
    stage.emplace(world.ground(), channel, dead_letters, "test");
  }

  void put(const std::string& destination, int parts) {
    store::DigestRow row{.id = destination, .person = "ada", .period_key = destination, .kind = "digest"};
    row.built_at = world.clock.now();
    std::vector<store::NewDelivery> deliveries;
    for (int part = 1; part <= parts; ++part) {
      const std::string id = destination + "-" + std::to_string(part);
      store::NewDelivery made{.id = id, .dedup_key = id, .channel = "slow", .destination = destination};
      made.part = part;
      made.parts = parts;
      made.not_before = row.built_at;
      deliveries.push_back(std::move(made));
    }
    world.tx([&](store::Tx& tx) { store::put_digest(tx, row, {}, deliveries); });
    channel.expected += parts;
  }
  std::int64_t count(std::string_view state) {
    return world.tx([&](store::Tx& tx) {
      std::int64_t n = 0;
      for (const store::OutboxCount& row : store::outbox_counts(tx)) n += row.state == state ? row.messages : 0;
      return n;
    });
  }
  async::Awaitable<> until_all_are_sent() {
    async::Nursery nursery(world.io->get_executor());
    for (int loop = 0; loop < channel.traits_.concurrency; ++loop) nursery.start("deliver", stage->run());
    while (channel.sent < channel.expected) co_await progress.wait(1s);
    co_await nursery.stop(10s);
  }
  async::Awaitable<> stop_while_one_is_under_way() {
    async::Nursery nursery(world.io->get_executor());
    nursery.start("deliver", stage->run());
    co_await progress.wait(10s);
    channel.doors.ring();
    co_await nursery.stop(10s);
  }

  test::World world;
  std::atomic<int> commits{0};
  SlowChannel channel;
  async::Bell progress;
  Composer composer{{}, std::nullopt};
  digest::Templates templates{{PAPERBOY_SOURCE_DIR "/templates"}};
  DeadLetters dead_letters{composer, templates, {}};
  std::optional<Deliver> stage;
};

TEST_F(Loops, a_message_costs_one_commit_while_there_are_more) {
  constexpr int messages = 30;
  for (int n = 0; n < messages; ++n) put("chat" + std::to_string(n), 1);
  commits = 0;
  world.run(until_all_are_sent());
  EXPECT_LE(commits, messages + 1) << "the first is taken alone";
  EXPECT_EQ(count("sent"), messages);
}

TEST_F(Loops, many_loops_keep_the_order_of_parts_and_one_at_a_destination) {
  channel.traits_.concurrency = 8;
  constexpr int chats = 12, parts = 4;
  for (int n = 0; n < chats; ++n) put("chat" + std::to_string(n), parts);
  world.run(until_all_are_sent());
  EXPECT_EQ(channel.most_at_destination, 1);
  EXPECT_GT(channel.most, 1) << "the loops work side by side";
  EXPECT_LE(channel.most, 8);
  ASSERT_EQ(channel.arrived.size(), chats);
  for (const auto& [chat, order] : channel.arrived) EXPECT_THAT(order, ElementsAre(1, 2, 3, 4)) << chat;
  EXPECT_EQ(count("sent"), chats * parts);
}

TEST_F(Loops, a_stop_settles_what_is_under_way_and_begins_nothing) {
  channel.closed = true;
  for (const char* chat : {"one", "two", "three"}) put(chat, 1);
  world.run(stop_while_one_is_under_way());
  EXPECT_EQ(channel.sent, 1);
  EXPECT_EQ(count("sent"), 1);
  EXPECT_EQ(count("queued"), 2);
}

}  // namespace
}  // namespace paperboy::flow
