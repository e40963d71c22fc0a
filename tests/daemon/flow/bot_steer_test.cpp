// What people want from now on: topics, papers they like or keep, schedules.
#include <gmock/gmock.h>

#include "daemon/store/choices.hpp"
#include "tests/daemon/flow/bot_world.hpp"

namespace paperboy::flow::spoken {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(BotTest, FollowingAddsATopicThatIsMatchedAndUndone) {
  EXPECT_THAT(answer("follow quarks as Quarks"), HasSubstr("Quarks"));
  EXPECT_THAT(topics(), ElementsAre("Gaussian splatting", "Kitchen robots", "Quarks"));
  EXPECT_THAT(answer("why 2512.00003"), HasSubstr("Quarks"));
  answer("undo");
  EXPECT_THAT(topics(), ElementsAre("Gaussian splatting", "Kitchen robots"));
  answer("follow author Paul Erdős");
  EXPECT_THAT(topics(), ElementsAre("Gaussian splatting", "Kitchen robots", "Paul Erdős"));
  EXPECT_THAT(answer("why 2512.00003"), HasSubstr("Erdős"));
}

TEST_F(BotTest, TopicsAreNamedByNumberNameOrBeginning) {
  answer("mute kitchen");
  EXPECT_THAT(topics(), ElementsAre("Gaussian splatting", "Kitchen robots (muted)"));
  answer("unmute 2");
  EXPECT_THAT(topics(), ElementsAre("Gaussian splatting", "Kitchen robots"));
  EXPECT_THAT(answer("unfollow gaussian spl"), HasSubstr("Gaussian splatting"));
  EXPECT_THAT(topics(), ElementsAre("Kitchen robots"));
  answer("follow author Kaiming He");
  EXPECT_THAT(answer("unfollow author kaiming he"), HasSubstr("Kaiming He"));
  EXPECT_THAT(topics(), ElementsAre("Kitchen robots"));
  EXPECT_THAT(answer("mute kitchem robots"), HasSubstr("Kitchen robots")) << "did you mean";
  EXPECT_THAT(topics(), ElementsAre("Kitchen robots"));
}

TEST_F(BotTest, OfTopicsOfOneNameTheRightOneIsMeantOrAskedFor) {
  answer("follow \"gaussian splatting\" in cs.CV");
  EXPECT_THAT(answer("mute 3"), HasSubstr("unmute gaussian"));
  answer("unmute gaussian splatting");
  EXPECT_THAT(topics(), ElementsAre("Gaussian splatting", "Kitchen robots", "gaussian splatting"));
  EXPECT_THAT(answer("unmute GAUSSIAN SPLATTING"), HasSubstr("Topics 1, 3"));
  answer("mute 1");
  EXPECT_THAT(answer("unmute GAUSSIAN SPLATTING"), HasSubstr("Gaussian splatting speaks again")) << "one is muted";
  EXPECT_THAT(answer("unmute 2"), HasSubstr("Kitchen robots is not muted"));
  EXPECT_THAT(answer("unfollow gaussian"), HasSubstr("Topics 1, 3"));
  answer("unfollow gaussian splatting");
  EXPECT_THAT(topics(), ElementsAre("Gaussian splatting", "Kitchen robots"));
}

TEST_F(BotTest, PapersThatNobodyKnowsAreNotNoted) {
  hear(said("save 2512.08888"));
  EXPECT_THAT(answers(), ElementsAre(HasSubstr("Looking up 2512.08888"), HasSubstr("I know no paper 2512.08888")));
  hear(said("like 2512.00001 2512.08888 2699.99999"));
  EXPECT_THAT(answers().back(), AllOf(HasSubstr("for kitchens"), HasSubstr("2512.08888, 2699.99999")));
  EXPECT_THAT(ada().topics[0].examples, ElementsAre("2512.00001"));
  EXPECT_THAT(ada().saved, IsEmpty());
  hear(said("save 2512.09999"));
  EXPECT_THAT(answers().back(), HasSubstr("Saved “A paper from far away”"));
  lookup.trouble = "arXiv asks for patience";
  hear(said("less 2512.07777"));
  EXPECT_THAT(answers().back(), AllOf(HasSubstr("could not be looked up"), HasSubstr("patience")));
  EXPECT_THAT(ada().disliked, IsEmpty());
  // A long list is not looked up one by one while somebody waits.
  EXPECT_THAT(answer("like 2501.00001 2501.00002 2501.00003 2501.00004 2501.00005 2501.00006"),
              HasSubstr("do not know 6 yet"));
}

TEST_F(BotTest, WhatTheSettingsSayIsNotForgotten) {
  answer("save 2512.00001");
  EXPECT_THAT(answer("forget me yes"), AllOf(HasSubstr("administrator wrote"), Not(HasSubstr("Everything"))));
  EXPECT_THAT(ada().saved, IsEmpty());
  EXPECT_THAT(topics(), SizeIs(2));
}

TEST_F(BotTest, LikesBecomeExamplesOfTheirTopic) {
  Event press = said("");
  press.kind = Event::Kind::pressed;
  press.action = "more/2512.00001";
  EXPECT_THAT(answer(press), HasSubstr("Gaussian splatting for kitchens"));
  EXPECT_THAT(ada().topics[0].examples, ElementsAre("2512.00001"));
  answer("less 2512.00003");
  EXPECT_THAT(ada().disliked, ElementsAre("2512.00003"));
  answer("save 2512.00002");
  EXPECT_THAT(answer("saved"), HasSubstr("More Gaussian splatting"));
  const std::string learned = answer("learned");
  EXPECT_THAT(learned, AllOf(HasSubstr("2512.00001"), HasSubstr("gluons")));
  EXPECT_THAT(learned, AllOf(HasSubstr("What I learned from it"), HasSubstr(", for: "), HasSubstr("; against:")));
  answer("reset");
  EXPECT_THAT(ada().disliked, IsEmpty());
  EXPECT_THAT(answer("learned"), Not(HasSubstr("What I learned from it")));
}

TEST_F(BotTest, AReactionBelowAnAnswerIsAWordAboutItsPaper) {
  flow::Outcome sent;
  sent.provider_ref = "ref-1";
  chat.script = {sent};
  answer("2512.00003");
  Event react = said("👎🏽");
  react.kind = Event::Kind::reacted;
  react.about = "ref-1";
  answer(react);
  EXPECT_THAT(ada().disliked, ElementsAre("2512.00003"));
  Event elsewhere = said("👎");
  elsewhere.kind = Event::Kind::reacted;
  elsewhere.about = "ref-2";
  hear(elsewhere);
  EXPECT_THAT(answers(), IsEmpty());
}

TEST_F(BotTest, ScheduleLanguageAndPauseAreKept) {
  answer("digest at 08:30 weekdays");
  EXPECT_EQ(ada().schedule.minute_of_day, 510);
  EXPECT_EQ(ada().schedule.time_zone, "Europe/Berlin");
  answer("pause for 3 days");
  EXPECT_EQ(ada().paused_until, day + std::chrono::days(4));
  answer("resume");
  EXPECT_EQ(ada().paused_until, std::nullopt);
  EXPECT_THAT(answer("language zh"), HasSubstr("中文")) << "the answer is in it already";
  EXPECT_EQ(ada().language, "zh");
  answer("language klingon");
  EXPECT_EQ(ada().language, "zh");
}

TEST_F(BotTest, ADigestCanBeHadNow) {
  for (bool worked = true; worked;) worked = world.run(match->step());
  const std::string digest = answer("digest now");
  EXPECT_THAT(digest, AllOf(HasSubstr("Gaussian splatting for kitchens"), HasSubstr("More Gaussian splatting")));
  EXPECT_EQ(chat.seen.back().destination, "D-U1");
  EXPECT_THAT(answer("digest now"), Not(HasSubstr("for kitchens"))) << "it was shown";
}

// Papers are matched as they arrive: what was there before a topic is matched once, when somebody follows it.
TEST_F(BotTest, WhatCameBeforeATopicIsInTheDigestAfterIt) {
  for (bool worked = true; worked;) worked = world.run(match->step());
  answer("digest now");
  EXPECT_THAT(answer("follow quarks as Quarks"),
              AllOf(HasSubstr("1 paper of the last 30 days"), HasSubstr("digest now")));
  const std::string digest = answer("digest now");
  EXPECT_THAT(digest, HasSubstr("gluons"));
  EXPECT_THAT(digest, AllOf(HasSubstr("Announced: 2 Jun 2026"), Not(HasSubstr("for kitchens")))) << "shown before";
  EXPECT_THAT(answer("digest now"), Not(HasSubstr("gluons")));
  const auto matches = [&] {
    return world.tx([](store::Tx& tx) {
      std::int64_t count = 0;
      tx.query("SELECT COUNT(*) FROM paper_match", [&](const store::Row& row) { count = row.integer(0); });
      return count;
    });
  };
  const std::int64_t before = matches();
  crash();
  for (bool worked = true; worked;) worked = world.run(match->step());
  world.run(match->catch_up());
  EXPECT_EQ(matches(), before) << "once";
  answer("unfollow Quarks");
  world.run(match->catch_up());
  answer("follow quarks as Quarks");
  EXPECT_THAT(answer("digest now"), Not(HasSubstr("gluons"))) << "it was shown";
}

TEST_F(BotTest, ATopicLooksBackSevenMailingsAndNoFurther) {
  const auto put = [&](const char* name, Day on) {
    world.tx([&](store::Tx& tx) {
      store::put_paper(tx, paper_of(name, std::string("Quarks of ") + format_day(on)), world.clock.now());
      const std::vector<paper::Announcement> listed{{id(name), 1, "cs.CV", on, {}}};
      return store::put_announcements(tx, "list", listed, world.clock.now());
    });
  };
  // On Wednesday, 3 June, seven mailings reach back to the 26th of May, or the 25th.
  put("2512.00010", day - std::chrono::days(6));
  put("2512.00011", day - std::chrono::days(9));
  for (bool worked = true; worked;) worked = world.run(match->step());
  answer("follow ti:quarks as Quarks");
  const std::string digest = answer("digest now");
  EXPECT_THAT(digest, AllOf(HasSubstr("Quarks, x < gluons"), HasSubstr("Quarks of 2026-05-27"),
                            Not(HasSubstr("Quarks of 2026-05-24"))));
}

TEST_F(BotTest, ATopicOfAReloadedFileCatchesUpInTheNextDigest) {
  for (bool worked = true; worked;) worked = world.run(match->step());
  paper::Person changed = ada();
  changed.topics.resize(3);
  changed.topics[2].name = "Quarks";
  changed.topics[2].query = "quarks";
  world.tx([&](store::Tx& tx) {
    const auto unshown = store::unshown_matches(tx, changed).size();
    EXPECT_EQ(unshown, 2u);
    return store::provision_people(tx, std::span(&changed, 1), world.clock.now());
  });
  world.run(match->step());
  EXPECT_EQ(world.tx([&](store::Tx& tx) { return store::unshown_matches(tx, changed).size(); }), 3u);
}

}  // namespace
}  // namespace paperboy::flow::spoken
