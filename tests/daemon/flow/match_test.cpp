// The match stage: what is on the shelf when examples are learned from, and people who change between papers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "daemon/async/nursery.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/paper/choice.hpp"
#include "daemon/store/choices.hpp"
#include "tests/support/stages.hpp"

namespace paperboy::flow {
namespace {

const Day mailing = *parse_day("2026-06-02");
const Time morning = *parse_rfc3339("2026-06-02T05:40:00Z");

paper::PaperId id_of(int number) {
  char id[16];
  std::snprintf(id, sizeof id, "26%02d.%05d", 1 + number / 50'000, 1 + number % 50'000);
  return paper::PaperId::from_canonical(id).value();
}

// Papers of two kinds with words of their own, and words all have.
paper::Paper paper_of(int number, std::mt19937& random, bool rare) {
  const std::string kind = rare ? "splat" : "field";
  const auto word = [&](const std::string& of) { return " " + of + std::to_string(random() % (rare ? 12 : 40)); };
  paper::Paper paper;
  paper.id = id_of(number);
  paper.version = 1;
  paper.title = "On" + word(kind) + word("thing");
  for (int i = 0; i < 6; ++i) paper.abstract += word(kind) + word("thing");
  paper.categories = {"cs.CV"};
  return paper;
}

paper::Person follower(const std::string& id, std::vector<std::string> examples) {
  paper::Person person;
  person.id = person.name = id;
  paper::Topic topic;
  topic.name = "like these";
  topic.examples = std::move(examples);
  person.topics = {topic};
  return person;
}

class MatchStage : public testing::Test {
 protected:
  MatchStage() : world(morning) {}

  void put(const paper::Paper& paper, Day day) {
    world.tx([&](store::Tx& tx) {
      store::put_paper(tx, paper, Time(day));
      const paper::Announcement announced{paper.id, 1, "cs.CV", day, paper::AnnounceKind::new_paper};
      store::put_announcements(tx, "test", std::span(&announced, 1), Time(day));
    });
  }
  // So many papers a day, the oldest day first; they have been through the stage.
  void past(int days, int a_day) {
    world.tx([&](store::Tx& tx) {
      for (int back = days; back > 0; --back) {
        const Day day = mailing - std::chrono::days(back);
        for (int i = 0; i < a_day; ++i) {
          paper::Paper paper = paper_of(static_cast<int>(papers.size()), random, random() % 50 == 0);
          paper.announced = day;
          store::put_paper(tx, paper, Time(day));
          papers.push_back(std::move(paper));
        }
      }
    });
  }
  void people(const std::vector<paper::Person>& list) {
    world.tx([&](store::Tx& tx) { store::provision_people(tx, list, morning); });
  }
  std::vector<store::StoredMatch> matches_of(const paper::Person& person) {
    return world.tx([&](store::Tx& tx) { return store::unshown_matches(tx, person); });
  }
  // What profiles with this shelf say of the papers that came in.
  std::map<std::string, paper::Match> expected(const paper::Person& person, const match::Shelf& shelf,
                                               const std::vector<paper::Paper>& news) {
    const match::Profiles profiles(std::span(&person, 1), papers, shelf);
    std::map<std::string, paper::Match> found;
    for (const paper::Paper& paper : news) {
      for (paper::Match& match : profiles.match(paper)) found.emplace(paper.id.str(), std::move(match));
    }
    return found;
  }
  void expect_shelf(const paper::Person& person, const match::Shelf& shelf, const std::vector<paper::Paper>& news) {
    const auto wanted = expected(person, shelf, news);
    const auto found = matches_of(person);
    ASSERT_EQ(found.size(), wanted.size());
    for (const store::StoredMatch& each : found) {
      ASSERT_TRUE(wanted.contains(each.paper.str()));
      EXPECT_EQ(each.match.score, wanted.at(each.paper.str()).score) << each.paper.str();
      EXPECT_EQ(each.match.reasons, wanted.at(each.paper.str()).reasons) << each.paper.str();
    }
  }
  std::vector<paper::Paper> news(int count) {
    std::vector<paper::Paper> list;
    for (int i = 0; i < count; ++i) {
      list.push_back(paper_of(100'000 + i, random, i % 5 == 0));
      put(list.back(), mailing);
    }
    return list;
  }
  // A topic that follows the first papers of the rarer kind.
  paper::Person fan(const std::string& id) {
    std::vector<std::string> examples;
    for (const paper::Paper& paper : papers) {
      if (examples.size() < 3 && paper.title.find("splat") != std::string::npos) examples.push_back(paper.id.str());
    }
    return follower(id, examples);
  }

  test::World world;
  std::mt19937 random{1};
  std::vector<paper::Paper> papers;  // that are stored, in the order they became known
};

TEST_F(MatchStage, the_shelf_holds_the_month_before_the_mailing) {
  past(35, 70);  // 2,100 of the 30 days, and older ones
  const paper::Person ada = fan("ada");
  people({ada});
  const std::vector<paper::Paper> come = news(60);
  EXPECT_TRUE(world.run(Match(world.ground(), nullptr).step()));

  match::Statistics statistics;
  std::map<Day, std::vector<const paper::Paper*>> by_day;
  for (const paper::Paper& paper : papers) {
    if (*paper.announced < mailing - std::chrono::days(30)) continue;
    statistics.add(paper);
    by_day[*paper.announced].push_back(&paper);
  }
  ASSERT_EQ(statistics.papers(), 2100u);
  match::Shelf shelf(statistics);
  for (auto day = by_day.rbegin(); day != by_day.rend(); ++day) {
    for (const paper::Paper* paper : day->second) shelf.add(*paper);
  }
  expect_shelf(ada, shelf, come);
  // It makes a difference.
  const match::Shelf empty(statistics);
  const auto with = expected(ada, shelf, come), without = expected(ada, empty, come);
  EXPECT_FALSE(with.empty());
  EXPECT_TRUE(with.size() != without.size() || with.begin()->second.score != without.begin()->second.score);
}

TEST_F(MatchStage, with_few_papers_in_the_month_the_newest_ones_stand_on_the_shelf) {
  past(40, 8);
  const paper::Person ada = fan("ada");
  people({ada});
  const std::vector<paper::Paper> come = news(60);
  EXPECT_TRUE(world.run(Match(world.ground(), nullptr).step()));

  std::vector<paper::Paper> newest = papers;
  newest.insert(newest.end(), come.begin(), come.end());
  match::Statistics statistics;
  for (auto paper = newest.rbegin(); paper != newest.rend(); ++paper) statistics.add(*paper);
  match::Shelf shelf(statistics);
  for (auto paper = newest.rbegin(); paper != newest.rend(); ++paper) shelf.add(*paper);
  const auto wanted = expected(ada, shelf, come);
  EXPECT_FALSE(wanted.empty());
  expect_shelf(ada, shelf, come);
}

TEST_F(MatchStage, the_shelf_is_filled_when_somebody_likes_a_first_paper) {
  past(40, 8);
  paper::Person ada = follower("ada", {});
  ada.topics[0].query = "splat1 OR splat2";
  people({ada});
  Match match(world.ground(), nullptr);
  world.run(match.profiles());
  const std::string liked = fan("x").topics[0].examples.at(0);
  world.tx([&](store::Tx& tx) {
    paper::Choice like{.kind = paper::Choice::Kind::like, .at = morning, .subject = liked};
    store::add_choice(tx, "ada", like);
  });
  const std::shared_ptr<const match::Profiles> changed = world.run(match.profiles());
  Match another(world.ground(), nullptr);
  const std::shared_ptr<const match::Profiles> at_once = world.run(another.profiles());
  const paper::Paper one =
      *world.tx([&](store::Tx& tx) { return store::find_paper(tx, paper::PaperId::from_canonical(liked).value()); });
  ASSERT_EQ(changed->match(one).size(), at_once->match(one).size());
  ASSERT_FALSE(changed->match(one).empty());
  for (std::size_t i = 0; i < changed->match(one).size(); ++i)
    EXPECT_EQ(changed->match(one)[i].score, at_once->match(one)[i].score);
}

// Whatever is chosen, undone, provisioned or forgotten: who has been matching for long finds what one who begins now
// finds.
TEST_F(MatchStage, profiles_follow_the_store) {
  past(40, 8);
  std::vector<paper::Person> list;
  for (int i = 0; i < 60; ++i) {
    list.push_back(follower("p" + std::to_string(10 + i), {}));
    list.back().topics[0].query = "splat" + std::to_string(i % 40) + " OR thing" + std::to_string(random() % 40);
  }
  people(list);
  Match match(world.ground(), nullptr);
  const std::shared_ptr<const match::Profiles> first = world.run(match.profiles());
  const auto found_by = [&](const match::Profiles& profiles) {
    std::map<std::string, std::vector<std::pair<std::string, double>>> found;
    std::mt19937 same(7);
    for (int i = 0; i < 5; ++i) {
      for (const paper::Match& each : profiles.match(paper_of(200'000 + i, same, i % 2 == 0)))
        found[each.person].emplace_back(each.topic, each.score);
    }
    return found;
  };
  for (int step = 0; step < 25; ++step) {
    world.tx([&](store::Tx& tx) {
      for (unsigned i = 0; i < 1 + random() % 4; ++i) {
        const std::string who = list[random() % list.size()].id;
        switch (random() % 6) {
          case 0:
            store::undo_choice(tx, who, morning);
            break;
          case 1:
            store::reset_choices(tx, who, morning);
            break;
          case 2:
            store::add_choice(tx, who, {.kind = paper::Choice::Kind::mute, .at = morning, .subject = "like these"});
            break;
          case 3:
            store::join(tx, "chat", "U" + std::to_string(step * 10 + static_cast<int>(i)), "x", "en", morning);
            break;
          default:
            store::add_choice(tx, who,
                              {.kind = paper::Choice::Kind::follow,
                               .at = morning,
                               .subject = "new " + std::to_string(random() % 3),
                               .query = "thing" + std::to_string(random() % 40)});
        }
      }
      if (step % 10 == 9) {
        list[random() % list.size()].topics[0].query = "thing7";
        store::provision_people(tx, std::span(list).first(60 - static_cast<std::size_t>(step)), morning);
      }
      if (step % 10 == 4) store::forget_person(tx, list[random() % list.size()].id);
    });
    const std::shared_ptr<const match::Profiles> now = world.run(match.profiles());
    Match another(world.ground(), nullptr);
    const std::shared_ptr<const match::Profiles> at_once = world.run(another.profiles());
    ASSERT_EQ(now->topics(), at_once->topics()) << "step " << step;
    ASSERT_EQ(found_by(*now), found_by(*at_once)) << "step " << step;
  }
  EXPECT_EQ(first->topics(), 60u) << "who began to match before has what there was";
}

TEST_F(MatchStage, many_changes_are_made_one_in_the_background) {
  std::vector<paper::Person> list;
  for (int i = 0; i < 60; ++i) {
    list.push_back(follower("p" + std::to_string(10 + i), {}));
    list.back().topics[0].query = "thing1";
  }
  people(list);
  Match match(world.ground(), nullptr);
  async::Nursery nursery(world.io->get_executor());
  world.run(match.profiles());
  for (const paper::Person& person : list) {
    world.tx([&](store::Tx& tx) {
      store::add_choice(tx, person.id,
                        {.kind = paper::Choice::Kind::follow, .at = morning, .subject = "x", .query = "thing2"});
    });
    world.run(match.profiles());
  }
  EXPECT_GT(world.run(match.profiles())->small_parts(), 8u);
  nursery.start("profiles", match.tend());
  std::shared_ptr<const match::Profiles> now;
  for (int i = 0; i < 100'000 && (!now || now->small_parts() > 0); ++i) now = world.run(match.profiles());
  EXPECT_EQ(now->small_parts(), 0u);
  EXPECT_EQ(now->topics(), 120u);
  world.run(nursery.stop(std::chrono::seconds(10)));
}

}  // namespace
}  // namespace paperboy::flow
