// People who come, change and go while papers are matched.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <tuple>

#include "daemon/base/error.hpp"
#include "daemon/match/profiles.hpp"
#include "daemon/match/taste.hpp"

namespace paperboy::match {
namespace {

const std::vector<std::string> words = {"graph", "neural", "network", "quantum", "gravity", "lattice", "language",
                                        "model", "vision", "robot",   "speech",  "galaxy",  "proof",   "training"};
const std::vector<std::string> categories = {"cs.CV", "cs.RO", "hep-ph", "math.NT"};
const std::vector<std::string> authors = {"Ada Lovelace", "Emmy Noether", "Kaiming He"};

class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}
  unsigned below(unsigned n) { return random_() % n; }
  bool one_in(unsigned n) { return below(n) == 0; }
  const std::string& of(const std::vector<std::string>& list) {
    return list[below(static_cast<unsigned>(list.size()))];
  }

  std::string query() {
    const auto word = [&] { return of(words); };
    switch (below(5)) {
      case 0:
        return word();
      case 1:
        return word() + " OR \"" + word() + ' ' + word() + '"';
      case 2:
        return word() + " AND (" + word() + " OR ti:" + word() + ')';
      case 3:
        return word() + " OR cat:" + of(categories) + " OR au:\"" + of(authors) + '"';
      default:
        return word() + " NOT " + word().substr(0, 4) + '*';
    }
  }
  paper::Paper paper(unsigned number) {
    paper::Paper paper;
    char id[16];
    std::snprintf(id, sizeof id, "2606.%05u", number + 1);
    paper.id = paper::PaperId::from_canonical(id).value();
    for (int i = 0; i < 4; ++i) paper.title += of(words) + ' ';
    for (int i = 0; i < 9; ++i) paper.abstract += of(words) + (one_in(3) ? "s " : " ");
    paper.authors = {of(authors), of(authors)};
    paper.categories = {of(categories)};
    return paper;
  }
  paper::Topic topic(const std::string& name, const std::vector<paper::Paper>& known) {
    paper::Topic topic;
    topic.name = name;
    if (!one_in(4)) topic.query = query();
    if (one_in(5)) topic.exclude = of(words);
    if (one_in(3)) topic.categories = {of(categories)};
    if (one_in(5)) topic.authors = {of(authors)};
    if (one_in(3)) topic.examples = {some(known), some(known), "2606.99999"};
    topic.stem = one_in(2);
    topic.threshold = one_in(4) ? 0.3 : 0;
    topic.muted = one_in(6);
    return topic;
  }
  paper::Person person(const std::string& id, const std::vector<paper::Paper>& known) {
    paper::Person person;
    person.id = id;
    const unsigned topics = 1 + below(3);
    for (unsigned i = 0; i < topics; ++i) person.topics.push_back(topic("topic " + std::to_string(i), known));
    if (one_in(4)) person.disliked = {some(known)};
    return person;
  }

 private:
  const std::string& some(const std::vector<paper::Paper>& known) {
    ids_.push_back(std::make_unique<std::string>(known[below(static_cast<unsigned>(known.size()))].id.str()));
    return *ids_.back();
  }
  std::mt19937 random_;
  std::vector<std::unique_ptr<std::string>> ids_;
};

using Line = std::tuple<std::string, std::string, double, std::vector<std::tuple<int, std::string, std::string>>>;
Line line(const paper::Match& match) {
  std::vector<std::tuple<int, std::string, std::string>> reasons;
  for (const paper::Reason& each : match.reasons)
    reasons.emplace_back(static_cast<int>(each.kind), each.text, each.field);
  return {match.person, match.topic, match.score, reasons};
}
// Of each person in their order: who changed stands last, who did not as before.
using Lines = std::map<std::string, std::vector<Line>>;
Lines lines(const std::vector<paper::Match>& matches) {
  Lines out;
  for (const paper::Match& match : matches) out[match.person].push_back(line(match));
  return out;
}

TEST(ChangedProfiles, AreThoseMadeAtOnceAfterAnyChanges) {
  std::size_t found = 0;
  for (unsigned seed = 1; seed <= 2; ++seed) {
    Random random(seed);
    std::vector<paper::Paper> known;
    for (unsigned i = 0; i < 60; ++i) known.push_back(random.paper(i));
    Statistics statistics;
    for (const paper::Paper& each : known) statistics.add(each);
    Shelf shelf(statistics);
    for (const paper::Paper& each : known) shelf.add(each);

    std::map<std::string, paper::Person> people;
    const auto all = [&] {
      std::vector<paper::Person> list;
      for (const auto& [id, person] : people) list.push_back(person);
      return list;
    };
    const auto any_id = [&] { return "p" + std::to_string(10 + random.below(18)); };
    for (int i = 0; i < 14; ++i) {
      const std::string id = any_id();
      people[id] = random.person(id, known);
    }
    Profiles changed(all(), known, shelf);
    for (int change = 0; change < 30; ++change) {
      std::map<std::string, paper::Person> step;
      for (unsigned i = 1 + random.below(random.one_in(4) ? 8 : 2); i > 0; --i) {
        const std::string id = any_id();
        step[id] = random.person(id, known);
        if (random.one_in(4)) step[id].topics.clear();
      }
      std::vector<paper::Person> those;
      for (auto& [id, person] : step) {
        those.push_back(person);
        people.erase(id);
        if (!person.topics.empty()) people[id] = person;
      }
      changed = changed.with(those, known, shelf);

      const std::vector<paper::Person> list = all();
      const Profiles at_once(list, known, shelf);
      ASSERT_EQ(changed.topics(), at_once.topics());
      std::vector<paper::Paper> papers;
      for (unsigned i = 0; i < 3; ++i) papers.push_back(random.paper(1000 + i));
      for (const paper::Paper& paper : papers) {
        const std::vector<paper::Match> expected = at_once.match(paper);
        ASSERT_EQ(lines(changed.match(paper)), lines(expected)) << "seed " << seed << ", change " << change;
        found += expected.size();
      }
      if (change % 10 == 9) changed = at_once;
    }
  }
  EXPECT_GT(found, 500u);
}

TEST(ChangedProfiles, AreFewPartsHoweverOftenOnePersonChanges) {
  const std::vector<paper::Paper> known = {Random(1).paper(1)};
  const Shelf shelf{Statistics()};
  Random random(2);
  Profiles profiles(std::vector{random.person("ada", known)}, known, shelf);
  for (int i = 0; i < 20; ++i) profiles = profiles.with(std::vector{random.person("ada", known)}, known, shelf);
  EXPECT_EQ(profiles.small_parts(), 1u);
  for (int i = 0; i < 20; ++i)
    profiles = profiles.with(std::vector{random.person("p" + std::to_string(i), known)}, known, shelf);
  EXPECT_LE(profiles.small_parts(), 6u);
}

TEST(ChangedProfiles, AQueryThatDoesNotParseChangesNothing) {
  paper::Person ada;
  ada.id = "ada";
  ada.topics.push_back({.name = "graphs", .query = "graph"});
  const Shelf shelf{Statistics()};
  const Profiles profiles(std::vector{ada}, {}, shelf);
  ada.topics[0].query = "(";
  EXPECT_THROW(profiles.with(std::vector{ada}, {}, shelf), Error);
  paper::Paper paper;
  paper.title = "A graph";
  EXPECT_EQ(profiles.match(paper).size(), 1u);
}

// In portions of any size, what one paper after the other finds; of each person all at once.
TEST(Meetings, FindWhatPapersFindAlone) {
  Random random(5);
  std::vector<paper::Paper> known, papers;
  for (unsigned i = 0; i < 40; ++i) known.push_back(random.paper(i));
  for (unsigned i = 0; i < 12; ++i) papers.push_back(random.paper(100 + i));
  Statistics statistics;
  for (const paper::Paper& each : known) statistics.add(each);
  Shelf shelf(statistics);
  for (const paper::Paper& each : known) shelf.add(each);
  std::vector<paper::Person> people, later;
  for (int i = 0; i < 30; ++i) people.push_back(random.person("p" + std::to_string(10 + i), known));
  for (int i = 20; i < 36; ++i) later.push_back(random.person("p" + std::to_string(10 + i), known));

  Profiles::Builder builder(shelf);
  builder.add(std::span(people).first(7), known);
  builder.add(std::span(people).subspan(7), known);
  const Profiles profiles = builder.finish().with(later, known, shelf);
  std::vector<std::pair<std::size_t, Line>> alone;
  std::vector<const paper::Paper*> pointers;
  for (std::size_t i = 0; i < papers.size(); ++i) {
    pointers.push_back(&papers[i]);
    for (const paper::Match& match : profiles.match(papers[i])) alone.emplace_back(i, line(match));
  }
  std::sort(alone.begin(), alone.end());
  ASSERT_GT(alone.size(), 100u);
  for (const std::size_t about : {1u, 7u, 100000u}) {
    std::vector<std::pair<std::size_t, Line>> together;
    std::vector<std::string> seen;
    Profiles::Meeting meeting(profiles, pointers);
    for (auto met = meeting.next(about); !met.empty(); met = meeting.next(about)) {
      const std::string first = met.front().match.person;
      EXPECT_EQ(std::count(seen.begin(), seen.end(), first), 0) << "a person stands in two portions";
      for (const auto& each : met) {
        together.emplace_back(each.paper, line(each.match));
        seen.push_back(each.match.person);
      }
    }
    std::sort(together.begin(), together.end());
    EXPECT_EQ(together, alone) << "portions of " << about;
  }
}

// One person is always there, another comes and goes; meanwhile others match. For ThreadSanitizer, too.
TEST(Shared, ProfilesChangeWhileOthersMatch) {
  std::vector<paper::Person> people(20);
  for (std::size_t i = 0; i < people.size(); ++i) {
    people[i].id = "p" + std::to_string(10 + i);
    people[i].topics.push_back({.name = "graphs", .query = "graph OR lattice", .stem = true});
  }
  const Shelf shelf{Statistics()};
  auto current = std::make_shared<const Profiles>(people, std::span<const paper::Paper>(), shelf);
  std::mutex mutex;  // of the pointer
  const auto now = [&] {
    const std::lock_guard lock(mutex);
    return current;
  };
  paper::Paper paper;
  paper.title = "A graph";
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        const auto matches = now()->match(paper);
        if (matches.size() < 19 || matches.front().person != "p10") ++wrong;
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    paper::Person one = people[5];
    if (i % 2 == 0) one.topics.clear();
    auto next = std::make_shared<const Profiles>(now()->with(std::span(&one, 1), {}, shelf));
    const std::lock_guard lock(mutex);
    current = std::move(next);
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(now()->match(paper).size(), 20u);
}

}  // namespace
}  // namespace paperboy::match
