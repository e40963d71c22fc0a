// What people say, what comes of it, and that it comes of it once.
#include <gmock/gmock.h>

#include <regex>

#include "daemon/store/choices.hpp"
#include "daemon/store/citations.hpp"
#include "tests/daemon/flow/bot_world.hpp"

namespace paperboy::flow::spoken {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(BotTest, APaperIsAnsweredFromTheStore) {
  const std::string text = answer("what is arXiv:2512.00001v1?");
  EXPECT_THAT(text, AllOf(HasSubstr("Gaussian splatting for kitchens"), HasSubstr("Ada Lovelace"), HasSubstr("cs.CV")));
  EXPECT_THAT(text, HasSubstr("More Gaussian splatting")) << "papers like it are named";
  EXPECT_THAT(answer("2512.00003"), HasSubstr("x < gluons & \"more\""));
  EXPECT_EQ(lookup.asked, 0);
}

TEST_F(BotTest, AskingAboutAPaperAsksForItsCitations) {
  const std::vector<paper::PaperId> paper{id("2512.00003")};
  const Time now = world.clock.now();
  const auto wanted = [&] {
    return world.tx([now](store::Tx& tx) {
      store::want_citations(tx, now);
      return store::citations_to_ask(tx, now, now, 10);
    });
  };
  settings.citations = true;
  crash();
  EXPECT_THAT(wanted(), IsEmpty());
  EXPECT_THAT(answer(said("2512.00003")), Not(HasSubstr("Cited"))) << "it does not wait for them";
  EXPECT_EQ(wanted(), paper);
  world.tx([&](store::Tx& tx) { store::put_citations(tx, paper, {{paper[0], 12}}, now); });
  EXPECT_THAT(answer(said("2512.00003")), HasSubstr("Cited: 12 times (Semantic Scholar,"));
  settings.citations = false;
  crash();
  EXPECT_THAT(answer(said("2512.00003")), Not(HasSubstr("Cited")));
}

TEST_F(BotTest, WhySaysWhichTopicsItMeets) {
  EXPECT_THAT(answer("why 2512.00001"), AllOf(HasSubstr("Gaussian splatting"), HasSubstr("phrase")));
  EXPECT_THAT(answer("why 2512.00003"), Not(HasSubstr("phrase")));
}

TEST_F(BotTest, AnUnknownPaperIsLookedUpAndTakesThePlaceOfTheWordsThatItIs) {
  hear(said("2512.09999"));
  const std::vector<std::string> texts = answers();
  ASSERT_THAT(texts, SizeIs(2));
  EXPECT_THAT(texts[0], HasSubstr("2512.09999"));
  EXPECT_THAT(texts[1], HasSubstr("A paper from far away"));
  EXPECT_EQ(chat.seen[1].replaces, "") << "this channel gave the first no name";
  EXPECT_THAT(answer("2512.09999"), HasSubstr("A paper from far away")) << "now it is stored";
  EXPECT_EQ(lookup.asked, 1);
}

TEST_F(BotTest, WhatNobodyKnowsIsSaid) {
  hear(said("2512.00001 and 2512.08888"));
  const std::vector<std::string> texts = answers();
  ASSERT_THAT(texts, SizeIs(3));
  EXPECT_THAT(texts[0], HasSubstr("2512.08888"));
  EXPECT_THAT(texts[1], HasSubstr("Gaussian splatting for kitchens"));
  EXPECT_THAT(texts[2], HasSubstr("2512.08888"));
  lookup.trouble = "arXiv asks for patience";
  hear(said("2512.07777"));
  EXPECT_THAT(answers().back(), HasSubstr("2512.07777"));
}

TEST_F(BotTest, ACrashWhileLookingUpLosesAndDoublesNothing) {
  hear(said("2512.09999"));
  ASSERT_TRUE(world.run(bot->step()));
  crash();
  const std::vector<std::string> texts = answers();
  ASSERT_THAT(texts, SizeIs(2));
  EXPECT_THAT(texts[1], HasSubstr("A paper from far away"));
  EXPECT_THAT(answers(), IsEmpty());
}

TEST_F(BotTest, AnEventIsAnsweredOnceHoweverOftenItComes) {
  const Event event = said("follow \"scene graphs\" in cs.CV");
  hear(event);
  hear(event);
  EXPECT_THAT(answers(), SizeIs(1));
  crash();
  hear(event);
  EXPECT_THAT(answers(), IsEmpty());
  EXPECT_THAT(topics(), SizeIs(3));
}

TEST_F(BotTest, SearchFindsTheBestFirst) {
  EXPECT_THAT(answer("search \"gaussian splatting\" since 30d"),
              AllOf(HasSubstr("Gaussian splatting for kitchens"), HasSubstr("More Gaussian splatting"),
                    Not(HasSubstr("gluons"))));
  EXPECT_THAT(answer("search gluons since 2026-06-03"), Not(HasSubstr("Quarks"))) << "announced the day before";
}

TEST_F(BotTest, BelowAnAnswerAVerbAloneMeansItsPaper) {
  EXPECT_THAT(answer("why"), AllOf(HasSubstr("Of which paper"), HasSubstr("why 2512.07197")));
  answer("2512.00001");
  EXPECT_THAT(answer("why is it for me?"), AllOf(HasSubstr("for kitchens"), HasSubstr("phrase")));
  EXPECT_THAT(answer("save"), HasSubstr("Saved “Gaussian splatting for kitchens”"));
  answer("help");
  EXPECT_THAT(answer("cite this paper"), HasSubstr("eprint"));
  EXPECT_THAT(answer("similar"), HasSubstr("More Gaussian splatting"));
  EXPECT_THAT(answer("less"), HasSubstr("less like “Gaussian splatting for kitchens”"));
  hear(said("2512.00001 2512.00002"));
  EXPECT_THAT(answers(), SizeIs(2));
  EXPECT_THAT(answer("abstract"), AllOf(HasSubstr("Which one?"), HasSubstr("2512.00001"), HasSubstr("2512.00002")));
  answer("2512.00003");
  world.clock.advance(std::chrono::hours(2));
  EXPECT_THAT(answer("why"), HasSubstr("Of which paper")) << "that was long ago";
}

TEST_F(BotTest, InAGroupAThreadOrAReplyKnowsItsPaper) {
  Event called = said("2512.00001");
  called.direct = false;
  called.place = "C1";
  called.thread = "t1";
  answer(called);
  const auto again = [&](const char* text, const char* thread, const char* about = "") {
    Event event = called;
    event.key = std::string(text) + thread + about;
    event.text = text;
    event.thread = thread;
    event.about = about;
    return event;
  };
  EXPECT_THAT(answer(again("why", "t1")), HasSubstr("for kitchens"));
  EXPECT_THAT(answer(again("why", "t2")), HasSubstr("Of which paper"));
  EXPECT_THAT(answer(again("why", "")), HasSubstr("Of which paper")) << "outside of threads others spoke in between";
  answer(again("2512.00003", "t1"));
  EXPECT_THAT(answer(again("save", "t1")), HasSubstr("Which one?"));

  flow::Outcome sent;
  sent.provider_ref = "ref-9";
  chat.script = {sent};
  answer(again("2512.00002", ""));
  EXPECT_THAT(answer(again("save", "", "ref-9")), HasSubstr("Saved “More Gaussian splatting”"));
  EXPECT_THAT(answer(again("save it", "t1", "ref-9")), HasSubstr("Saved “More Gaussian splatting”"))
      << "what is answered is nearer than the thread";
  Event overheard = again("less", "t1", "ref-9");
  overheard.addressed = false;
  hear(overheard);
  EXPECT_THAT(answers(), IsEmpty()) << "said to others";
}

TEST_F(BotTest, ATopicIsTried) {
  const std::string tried = answer("test gaussian splatting since 30d");
  EXPECT_THAT(tried, AllOf(HasSubstr("2 papers of 3 for gaussian splatting"), HasSubstr("for kitchens"),
                           HasSubstr("Topics of yours meet 2 of them already")));
  EXPECT_THAT(topics(), SizeIs(2)) << "nothing is followed";
  EXPECT_THAT(answer("test \"splatting gaussian\""), AllOf(HasSubstr("No paper of 3"), HasSubstr("in any order")));
  EXPECT_THAT(answer("test (gaussian"), HasSubstr("column 1"));
}

TEST_F(BotTest, ImportedPapersAreFoundByTheirSubmission) {
  paper::Paper imported = paper_of("2512.00020", "An imported quokka");
  imported.published = day - std::chrono::days(3);
  world.tx([&](store::Tx& tx) { return store::put_paper(tx, imported, world.clock.now()); });
  EXPECT_THAT(answer("search quokka since 30d"), HasSubstr("An imported quokka"));
  EXPECT_THAT(answer("search quokka since yesterday"), Not(HasSubstr("An imported")));
}

TEST_F(BotTest, VersionsSayWhatChanged) {
  paper::Paper second = paper_of("2512.00001", "Gaussian splatting for kitchens");
  second.version = 2;
  second.authors.push_back("J. Doe");
  second.abstract = "Faster still.";
  world.tx([&](store::Tx& tx) { return store::put_paper(tx, second, world.clock.now()); });
  EXPECT_THAT(answer("2512.00001"), HasSubstr("v2: abstract and authors (+ J. Doe) changed"));
}

TEST_F(BotTest, StrangersAreNotAnsweredInGroupsAndToldInPrivate) {
  EXPECT_THAT(answer(said("2512.00001", "U9")), AllOf(HasSubstr("ops@example.org"), Not(HasSubstr("splatting"))));
  Event in_group = said("2512.00001", "U9");
  in_group.direct = false;
  hear(in_group);
  EXPECT_THAT(answers(), IsEmpty());
  Event colleague = said("2512.00001", "U9");
  colleague.workspace = "T1";
  EXPECT_THAT(answer(colleague), HasSubstr("Gaussian splatting for kitchens"));
}

TEST_F(BotTest, WhoIsAllowedJoinsByFollowing) {
  Event event = said("follow quarks", "U9");
  event.workspace = "T1";
  event.account_name = "Grace";
  answer(event);
  const auto grace = world.tx([](store::Tx& tx) { return store::find_person(tx, "chat-u9"); });
  ASSERT_TRUE(grace);
  EXPECT_EQ(grace->name, "Grace");
  EXPECT_THAT(grace->topics, SizeIs(1));
  EXPECT_THAT(grace->addresses, ElementsAre(paper::Address{"chat", "U9"}));

  answer(said("forget me", "U9"));
  EXPECT_TRUE(world.tx([](store::Tx& tx) { return store::find_person(tx, "chat-u9"); })) << "it asked back";
  answer(said("forget me yes", "U9"));
  EXPECT_FALSE(world.tx([](store::Tx& tx) { return store::find_person(tx, "chat-u9"); }));
}

TEST_F(BotTest, ACodeLinksAnAccountOnce) {
  const std::string text = answer("link");
  std::smatch code;
  ASSERT_TRUE(std::regex_search(text, code, std::regex("[A-Z0-9]{4}-[A-Z0-9]{4}"))) << text;
  answer(said("link " + code.str(), "U2"));
  EXPECT_EQ(world.tx([](store::Tx& tx) { return store::person_of_account(tx, "chat", "U2"); }), "ada");
  answer(said("link " + code.str(), "U3"));
  EXPECT_EQ(world.tx([](store::Tx& tx) { return store::person_of_account(tx, "chat", "U3"); }), std::nullopt);
}

TEST_F(BotTest, AdministratorsOnly) {
  EXPECT_THAT(answer("status"), AllOf(HasSubstr("3 papers"), HasSubstr("1 people")));
  EXPECT_THAT(answer("people"), HasSubstr("ada"));
  EXPECT_THAT(answer("dead letters"), HasSubstr("none"));
  Event colleague = said("status", "U9");
  colleague.workspace = "T1";
  EXPECT_THAT(answer(colleague), Not(HasSubstr("3 papers")));
}

TEST_F(BotTest, InAGroupItSpeaksWhenSpokenToAndInItsThreads) {
  Event overheard = said("look at 2512.00001");
  overheard.direct = overheard.addressed = false;
  overheard.place = "C1";
  overheard.thread = "t1";
  hear(overheard);
  EXPECT_THAT(answers(), IsEmpty());

  Event called = overheard;
  called.key = "called";
  called.addressed = true;
  called.text = "help";
  hear(called);
  EXPECT_THAT(answers(), SizeIs(1));

  Event named = overheard;
  named.key = "named";
  EXPECT_THAT(answer(named), HasSubstr("Gaussian splatting for kitchens"));
  Event chatter = overheard;
  chatter.key = "chatter";
  chatter.text = "follow quarks";
  hear(chatter);
  EXPECT_THAT(answers(), IsEmpty());
}

TEST_F(BotTest, WhoSaysTooMuchIsAskedToSlowDownOnce) {
  for (int i = 0; i < 20; ++i) hear(said("help"));
  const std::vector<std::string> texts = answers();
  EXPECT_THAT(texts, SizeIs(16)) << "fifteen, and the word to slow down";
  world.clock.advance(std::chrono::minutes(2));
  EXPECT_THAT(answer("help"), HasSubstr("follow"));
}

TEST_F(BotTest, WhoLeavesGetsNothingUntilTheySpeakAgain) {
  Event gone = said("");
  gone.kind = Event::Kind::gone;
  hear(gone);
  EXPECT_THAT(answers(), IsEmpty());
  const auto stopped = [&] { return world.tx([](store::Tx& tx) { return store::suppressed(tx, "chat", "D-U1"); }); };
  EXPECT_TRUE(stopped());
  answer("help");
  EXPECT_FALSE(stopped());
}

TEST_F(BotTest, AWrongQueryIsShownWhereItIsWrong) {
  EXPECT_THAT(answer("follow \"gaussian splatting OR"), AllOf(HasSubstr("quote"), Not(HasSubstr("Following"))));
  EXPECT_THAT(topics(), SizeIs(2));
  EXPECT_THAT(answer("folow"), HasSubstr("follow"));
}

}  // namespace
}  // namespace paperboy::flow::spoken
