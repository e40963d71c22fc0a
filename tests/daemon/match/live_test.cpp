// Profiles that come, change and go while papers are matched.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "daemon/match/live.hpp"
#include "tests/daemon/match/naive.hpp"

namespace paperboy::match {
namespace {

const std::vector<std::string> words = {"graph", "neural", "network", "quantum", "gravity", "lattice", "language",
                                        "model", "vision", "robot",   "speech",  "galaxy",  "proof",   "training"};

std::string random_query(std::mt19937& random) {
  const auto word = [&] { return words[random() % words.size()]; };
  switch (random() % 4) {
    case 0:
      return word();
    case 1:
      return word() + " OR \"" + word() + ' ' + word() + '"';
    case 2:
      return word() + " AND (" + word() + " OR ti:" + word() + ')';
    default:
      return word() + " NOT " + word().substr(0, 4) + '*';
  }
}

paper::Paper random_paper(std::mt19937& random) {
  paper::Paper paper;
  for (int i = 0; i < 4; ++i) paper.title += words[random() % words.size()] + ' ';
  for (int i = 0; i < 6; ++i) paper.abstract += words[random() % words.size()] + (random() % 3 == 0 ? "s " : " ");
  return paper;
}

std::vector<Live::Key> met(const Live& live, const paper::Paper& paper, Live::Scratch& scratch) {
  std::vector<Live::Key> keys;
  Live::match(*live.now(), paper, scratch, keys);
  std::sort(keys.begin(), keys.end());
  return keys;
}

TEST(Live, FindsWhatIsThereAfterEveryChange) {
  std::mt19937 random(1);
  std::map<Live::Key, Live::Stored> kept;
  std::vector<Live::Stored> first;
  for (Live::Key key = 0; key < 40; ++key) {
    first.push_back({key, random_query(random), random() % 2 == 0});
    kept[key] = first.back();
  }
  Live live(first, std::make_shared<Frequencies>());
  Live::Scratch scratch;
  std::size_t found = 0;
  for (int change = 0; change < 400; ++change) {
    const Live::Key key = random() % 60;
    if (random() % 3 == 0) {
      live.remove(key);
      kept.erase(key);
    } else {
      const Live::Stored stored{key, random_query(random), random() % 2 == 0};
      live.put(stored);
      kept[key] = stored;
    }
    if (random() % 50 == 0) {
      live.settle();
      EXPECT_EQ(live.small_parts(), 0u);
    }
    ASSERT_EQ(live.profiles(), kept.size());
    const paper::Paper paper = random_paper(random);
    const naive::Paper plain(paper);
    std::vector<Live::Key> expected;
    for (const auto& [each, stored] : kept) {
      if (naive::meets(*parse(stored.query, {stored.stems}), stored.stems, plain)) expected.push_back(each);
    }
    ASSERT_EQ(met(live, paper, scratch), expected) << "change " << change;
    found += expected.size();
  }
  EXPECT_GT(found, 1000u);
}

TEST(Live, AQueryThatDoesNotParseChangesNothing) {
  Live live({{1, "graph", false}}, std::make_shared<Frequencies>());
  EXPECT_THROW(live.put({1, "(", false}), QueryError);
  paper::Paper paper;
  paper.title = "A graph";
  Live::Scratch scratch;
  EXPECT_EQ(met(live, paper, scratch), std::vector<Live::Key>{1});
}

TEST(Live, WhoMatchesKeepsWhatTheyBeganWith) {
  Live live({{1, "graph", false}}, std::make_shared<Frequencies>());
  const auto before = live.now();
  live.remove(1);
  live.put({2, "graph", false});
  live.settle();
  paper::Paper paper;
  paper.title = "A graph";
  Live::Scratch scratch;
  std::vector<Live::Key> keys;
  Live::match(*before, paper, scratch, keys);
  EXPECT_EQ(keys, std::vector<Live::Key>{1});
  EXPECT_EQ(met(live, paper, scratch), std::vector<Live::Key>{2});
}

// Key 0 is always there, key 1 comes and goes; meanwhile others match and settle. For ThreadSanitizer, too.
TEST(Shared, LiveProfilesChangeWhileOthersMatch) {
  std::vector<Live::Stored> first;
  for (Live::Key key = 0; key < 20; ++key) first.push_back({key, "graph OR lattice", true});
  Live live(first, std::make_shared<Frequencies>());
  paper::Paper paper;
  paper.title = "A graph";
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      Live::Scratch scratch;
      while (!done) {
        const auto keys = met(live, paper, scratch);
        const bool each_once = std::adjacent_find(keys.begin(), keys.end()) == keys.end();
        if (keys.empty() || keys.front() != 0 || keys.size() < 19 || !each_once) ++wrong;
      }
    });
  }
  threads.emplace_back([&] {
    while (!done) live.settle();
  });
  for (int i = 0; i < 300; ++i) {
    live.remove(1);
    live.put({1, "graph", false});
    live.put({2, "ti:graph", true});
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  Live::Scratch scratch;
  EXPECT_EQ(met(live, paper, scratch).size(), 20u);
}

}  // namespace
}  // namespace paperboy::match
