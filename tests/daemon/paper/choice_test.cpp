#include "daemon/paper/choice.hpp"

#include <gmock/gmock.h>

#include "daemon/base/time.hpp"

namespace paperboy::paper {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Choice::Kind;

constexpr Day today = Day(std::chrono::days(20'000));
constexpr Day tomorrow = today + std::chrono::days(1);

Person ada() {
  Person person;
  person.id = "ada";
  person.topics.resize(2);
  person.topics[0].name = "Robots";
  person.topics[0].query = "robot";
  person.topics[1].name = "Cats";
  person.topics[1].examples = {"2501.00001"};
  person.addresses = {{"email", "ada@example.org"}};
  return person;
}

Choice choice(Kind kind, std::string subject = "", std::optional<Day> until = {}) {
  Choice made;
  made.kind = kind;
  made.subject = std::move(subject);
  made.until = until;
  return made;
}

Person after(std::vector<Choice> choices, Day day = today) {
  return as_of(with_choices(ada(), choices), day);
}

std::vector<std::string> names(const Person& person) {
  std::vector<std::string> names;
  for (const Topic& topic : person.topics) names.push_back(topic.name);
  return names;
}

TEST(Choice, NothingSaidChangesNothing) {
  EXPECT_EQ(after({}), ada());
}

TEST(Choice, FollowAddsATopicOrReplacesTheOneOfThatName) {
  Choice follow = choice(Kind::follow, "splats");
  follow.query = "\"gaussian splatting\"";
  follow.categories = {"cs.CV"};
  Person person = after({follow});
  EXPECT_THAT(names(person), ElementsAre("Robots", "Cats", "splats"));
  EXPECT_EQ(person.topics[2].query, "\"gaussian splatting\"");
  EXPECT_THAT(person.topics[2].categories, ElementsAre("cs.CV"));

  follow.subject = "Cats";
  person = after({follow});
  EXPECT_THAT(names(person), ElementsAre("Robots", "Cats"));
  EXPECT_THAT(person.topics[1].examples, IsEmpty());
}

TEST(Choice, AnAuthorIsFollowedUnderTheirName) {
  const Person person = after({choice(Kind::follow_author, "Kaiming He"), choice(Kind::follow_author, "Kaiming He")});
  EXPECT_THAT(names(person), ElementsAre("Robots", "Cats", "Kaiming He"));
  EXPECT_THAT(person.topics[2].authors, ElementsAre("Kaiming He"));
}

TEST(Choice, UnfollowTakesATopicOfTheSettingsAway) {
  EXPECT_THAT(names(after({choice(Kind::unfollow, "Robots"), choice(Kind::unfollow, "no such")})), ElementsAre("Cats"));
}

TEST(Choice, MuteEndsByItselfOrByAWord) {
  const std::vector<Choice> muted{choice(Kind::mute, "Cats", tomorrow)};
  EXPECT_TRUE(after(muted).topics[1].muted);
  EXPECT_EQ(after(muted).topics[1].muted_until, tomorrow);
  EXPECT_FALSE(after(muted, tomorrow).topics[1].muted);
  EXPECT_TRUE(after({choice(Kind::mute, "Cats")}, tomorrow).topics[1].muted);
  EXPECT_FALSE(after({choice(Kind::mute, "Cats"), choice(Kind::unmute, "Cats")}).topics[1].muted);
}

TEST(Choice, ALikedPaperIsAnExampleOfItsTopicElseOfOneOfItsOwn) {
  Choice like = choice(Kind::like, "2512.00001");
  like.topic = "Cats";
  EXPECT_THAT(after({like}).topics[1].examples, ElementsAre("2501.00001", "2512.00001"));
  like.topic.clear();
  const Person person = after({like, choice(Kind::like, "2512.00002")});
  EXPECT_THAT(names(person), ElementsAre("Robots", "Cats", liked_topic));
  EXPECT_THAT(person.topics[2].examples, ElementsAre("2512.00001", "2512.00002"));
}

TEST(Choice, TheLastWordAboutAPaperCounts) {
  const Person less = after({choice(Kind::like, "2501.00001"), choice(Kind::dislike, "2501.00001")});
  EXPECT_THAT(less.disliked, ElementsAre("2501.00001"));
  EXPECT_THAT(less.topics[1].examples, IsEmpty());
  const Person more = after({choice(Kind::dislike, "2512.00001"), choice(Kind::like, "2512.00001")});
  EXPECT_THAT(more.disliked, IsEmpty());
}

TEST(Choice, AScheduleKeepsTheTimeZoneItDoesNotName) {
  Choice set = choice(Kind::schedule);
  set.schedule = Schedule{.minute_of_day = 510, .time_zone = ""};
  EXPECT_EQ(after({set}).schedule.minute_of_day, 510);
  EXPECT_EQ(after({set}).schedule.time_zone, "UTC");
  set.schedule->time_zone = "Europe/Berlin";
  EXPECT_EQ(after({set}).schedule.time_zone, "Europe/Berlin");
}

TEST(Choice, APauseHasAnEnd) {
  EXPECT_EQ(after({choice(Kind::pause, "", tomorrow)}).paused_until, tomorrow);
  EXPECT_EQ(after({choice(Kind::pause, "", tomorrow)}, tomorrow).paused_until, std::nullopt);
  EXPECT_EQ(after({choice(Kind::pause)}).paused_until, Day::max());
  EXPECT_EQ(after({choice(Kind::pause), choice(Kind::resume)}).paused_until, std::nullopt);
}

TEST(Choice, AddressesComeAndGo) {
  const Person person = after({choice(Kind::address, "add telegram:55"),
                               choice(Kind::address, "drop email:ada@example.org"), choice(Kind::address, "nonsense")});
  EXPECT_THAT(person.addresses, ElementsAre(Address{"telegram", "55"}));
}

TEST(Choice, EveryKindHasAWord) {
  for (int kind = 0; kind <= static_cast<int>(Kind::address); ++kind) {
    EXPECT_EQ(choice_kind(to_string(static_cast<Kind>(kind))), static_cast<Kind>(kind));
  }
  EXPECT_EQ(choice_kind("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace paperboy::paper
