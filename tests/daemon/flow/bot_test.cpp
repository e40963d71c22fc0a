// What people say, what comes of it, and that it comes of it once.
#include "daemon/flow/bot.hpp"

#include <gmock/gmock.h>

#include <regex>

#include "daemon/store/choices.hpp"
#include "daemon/store/citations.hpp"
#include "tests/support/stages.hpp"

namespace paperboy::flow {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

paper::PaperId id(const char* text) {
  return *paper::PaperId::from_canonical(text);
}

paper::Paper paper_of(const char* canonical, std::string title) {
  paper::Paper paper;
  paper.id = id(canonical);
  paper.version = 1;
  paper.title = std::move(title);
  paper.abstract = "We splat Gaussians faster. It works.";
  paper.authors = {"Ada Lovelace", "Paul Erdős"};
  paper.categories = {"cs.CV"};
  return paper;
}

// Knows one paper that the store does not have.
class OnePaper final : public Lookup {
 public:
  async::Awaitable<Found> find(std::vector<paper::PaperId> ids) override {
    ++asked;
    if (!trouble.empty()) throw Error(trouble);
    Found found;
    for (const paper::PaperId& wanted : ids) {
      if (wanted == known.id) {
        found.papers.push_back(known);
      } else {
        found.unknown.push_back(wanted);
      }
    }
    co_return found;
  }
  paper::Paper known = paper_of("2512.09999", "A paper from far away");
  std::string trouble;
  int asked = 0;
};

class BotTest : public testing::Test {
 protected:
  BotTest() : world(*parse_rfc3339("2026-06-03T09:00:00Z")), templates({PAPERBOY_SOURCE_DIR "/templates"}) {
    paper::Person ada;
    ada.id = "ada";
    ada.name = "Ada";
    ada.accounts = {{"chat", "U1"}};
    ada.addresses = {{"chat", "D1"}};
    ada.schedule.time_zone = "Europe/Berlin";
    ada.topics.resize(2);
    ada.topics[0].name = "Gaussian splatting";
    ada.topics[0].query = "\"gaussian splatting\"";
    ada.topics[1].name = "Kitchen robots";
    ada.topics[1].query = "kitchen AND robot*";
    world.tx([&](store::Tx& tx) {
      store::provision_people(tx, std::span(&ada, 1), world.clock.now());
      for (const paper::Paper& paper : {paper_of("2512.00001", "Gaussian splatting for kitchens"),
                                        paper_of("2512.00002", "More Gaussian splatting"),
                                        paper_of("2512.00003", "Quarks, x < gluons & \"more\"")}) {
        store::put_paper(tx, paper, world.clock.now());
      }
      const std::vector<paper::Announcement> listed{{id("2512.00001"), 1, "cs.CV", day, {}},
                                                    {id("2512.00002"), 1, "cs.CV", day, {}},
                                                    {id("2512.00003"), 1, "cs.CV", day, {}}};
      store::put_announcements(tx, "list", listed, world.clock.now());
      return 0;
    });
    start();
  }

  // Also after a crash: nothing is left but the store.
  void start() {
    settings.allow = {"chat:T1"};
    settings.admins = {"ada"};
    settings.contact = "ops@example.org";
    match = std::make_unique<Match>(world.ground(), nullptr);
    DigestSettings digest_settings;
    digests = std::make_unique<Digests>(world.ground(), templates, composer, digest_settings);
    bot = std::make_unique<Bot>(world.ground(), &lookup, *match, *digests, composer, templates, settings);
    for (bool more = true; more;) more = world.run(bot->step_library());
  }
  void crash() {
    bot.reset();
    digests.reset();
    match.reset();
    world.reopen();
    start();
  }

  static Event said(std::string text, std::string account = "U1") {
    static int number = 0;
    Event event;
    event.key = "event-" + std::to_string(++number);
    event.account = std::move(account);
    event.place = "D-" + event.account;
    event.direct = event.addressed = true;
    event.text = std::move(text);
    return event;
  }
  void hear(Event event) {
    std::vector<Event> events{std::move(event)};
    world.run(bot->inbox("chat").take(std::move(events), std::nullopt));
  }
  // Everything that is answered by now, as it would be read.
  std::vector<std::string> answers() {
    const std::size_t before = chat.seen.size();
    Deliver deliver(world.ground(), chat, dead_letters, "test");
    const auto send = [&] {
      for (bool worked = true; worked;) worked = world.run(deliver.step());
    };
    for (bool worked = true; worked;) worked = world.run(bot->step());
    send();
    for (bool worked = true; worked;) worked = world.run(bot->step_lookup());
    send();
    std::vector<std::string> texts;
    for (std::size_t i = before; i < chat.seen.size(); ++i) texts.push_back(chat.seen[i].payload);
    return texts;
  }
  std::string answer(Event event) {
    hear(std::move(event));
    const std::vector<std::string> all = answers();
    EXPECT_THAT(all, SizeIs(1));
    return all.empty() ? "" : all.back();
  }
  std::string answer(std::string text) { return answer(said(std::move(text))); }
  paper::Person ada() {
    return *world.tx([](store::Tx& tx) { return store::find_person(tx, "ada"); });
  }
  std::vector<std::string> topics() {
    std::vector<std::string> names;
    for (const paper::Topic& topic : ada().topics) names.push_back(topic.name + (topic.muted ? " (muted)" : ""));
    return names;
  }

  static constexpr Day day = std::chrono::sys_days{std::chrono::year{2026} / 6 / 2};
  test::World world;
  digest::Templates templates;
  test::RecordingChannel chat{"chat"};
  Composer composer{{{"chat", &chat}}, std::nullopt};
  DeadLetters dead_letters{composer, templates, {}};
  OnePaper lookup;
  BotSettings settings;
  std::unique_ptr<Match> match;
  std::unique_ptr<Digests> digests;
  std::unique_ptr<Bot> bot;
};

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
  EXPECT_THAT(answers(), ElementsAre(HasSubstr("Looking up 2512.08888"), HasSubstr("There is no paper 2512.08888")));
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

TEST_F(BotTest, SearchFindsTheBestFirst) {
  EXPECT_THAT(answer("search \"gaussian splatting\" since 30d"),
              AllOf(HasSubstr("Gaussian splatting for kitchens"), HasSubstr("More Gaussian splatting"),
                    Not(HasSubstr("gluons"))));
  EXPECT_THAT(answer("search gluons since 2026-06-03"), Not(HasSubstr("Quarks"))) << "announced the day before";
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
}  // namespace paperboy::flow
