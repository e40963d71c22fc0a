// One action of a message: asked, done once, taken back.
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"
#include "tests/daemon/web/web_fixture.hpp"

namespace paperboy::web {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Kind = paper::Choice::Kind;

std::vector<paper::Person> two_readers() {
  paper::Person ada;
  ada.id = "ada";
  ada.name = "Ada";
  paper::Topic topic;
  for (const char* name : {"Near", "Nearest"}) {
    topic.name = name;
    topic.query = "a";
    ada.topics.push_back(topic);
  }
  paper::Person lin;
  lin.id = "lin";
  lin.language = "zh";
  return {ada, lin};
}

class ActTest : public WebTest {
 protected:
  ActTest() : WebTest(two_readers()) {
    world.tx([&](store::Tx& tx) {
      paper::Paper paper;
      paper.id = *paper::PaperId::arxiv("2512.07197");
      paper.title = "Things & <Others>";
      store::put_paper(tx, paper, world.clock.now());
      std::vector<store::StoredMatch> matches;
      for (const auto& [topic, score] : {std::pair("Near", 0.4), std::pair("Gone", 0.9), std::pair("Nearest", 0.6)}) {
        store::StoredMatch match;
        match.match.person = "ada";
        match.match.topic = topic;
        match.match.score = score;
        match.paper = paper.id;
        matches.push_back(match);
      }
      store::put_matches(tx, matches, 0, world.clock.now());
    });
  }
  std::vector<paper::Choice> choices(const std::string& id = "ada") {
    return world.tx([&](store::Tx& tx) { return store::choices_of(tx, id); });
  }
  std::string link(const std::string& action, const std::string& id = "ada") {
    return pages.action(id, action, world.clock.now());
  }
};

TEST_F(ActTest, AGetAsksAndChangesNothing) {
  const net::Response got = ask("GET", link("more/2512.07197"));
  EXPECT_EQ(got.status, 200);
  EXPECT_THAT(got.body, AllOf(HasSubstr("More papers like this?"), HasSubstr("Things &amp; &lt;Others&gt;"),
                              HasSubstr("<form method=\"post\">"), HasSubstr("value=\"do\"")));
  EXPECT_THAT(ask("GET", link("less/2512.07197", "lin")).body, HasSubstr("少推送类似的论文？"));
  EXPECT_THAT(choices(), IsEmpty());
  EXPECT_EQ(told, 0);
}

TEST_F(ActTest, APostActsOnceAndIsTakenBackOnce) {
  const std::string more = link("more/2512.07197");
  for (int press = 0; press < 2; ++press) EXPECT_EQ(ask("POST", more, "action=do").status, 303);
  ASSERT_EQ(choices().size(), 1u);
  EXPECT_EQ(choices()[0].kind, Kind::like);
  EXPECT_EQ(choices()[0].subject, "2512.07197");
  EXPECT_EQ(choices()[0].topic, "Nearest") << "the best that the person still follows";
  EXPECT_EQ(told, 1);
  EXPECT_THAT(choices("lin"), IsEmpty());
  EXPECT_THAT(ask("GET", more).body, AllOf(HasSubstr("More papers like this will come"), HasSubstr("value=\"undo\"")));
  for (int press = 0; press < 2; ++press) EXPECT_EQ(ask("POST", more, "action=undo").status, 303);
  EXPECT_THAT(choices(), IsEmpty());
  EXPECT_EQ(told, 2);
}

TEST_F(ActTest, UndoTakesBackThisChoiceAndNoOther) {
  ask("POST", link("save/2512.07197"), "action=do");
  ask("POST", link("more/2512.07198"), "action=do");
  ask("POST", link("save/2512.07197"), "action=undo");
  ASSERT_EQ(choices().size(), 1u);
  EXPECT_EQ(choices()[0].subject, "2512.07198");
  EXPECT_EQ(choices()[0].topic, "") << "of no topic of theirs";
}

TEST_F(ActTest, TheNewestWordAboutAPaperCounts) {
  ask("POST", link("more/2512.07197"), "action=do");
  ask("POST", link("less/2512.07197"), "action=do");
  EXPECT_THAT(ask("GET", link("more/2512.07197")).body, HasSubstr("value=\"do\""));
  EXPECT_THAT(ask("GET", link("less/2512.07197")).body, HasSubstr("value=\"undo\""));
  const auto ada = world.tx([](store::Tx& tx) { return store::find_person(tx, "ada"); });
  EXPECT_THAT(ada->disliked, ElementsAre("2512.07197"));
}

TEST_F(ActTest, OnlyActionsOfPapersArePages) {
  for (const char* action : {"", "more", "more/", "more/none", "forget/yes", "pause", "follow/x", "digest/now", "undo",
                             "cite/2512.07197", "more/2512.07197/2512.07198", "\n", "more/\xff"}) {
    EXPECT_EQ(ask("GET", link(action)).status, 404) << action;
    EXPECT_EQ(ask("POST", link(action), "action=do").status, 404) << action;
  }
  EXPECT_EQ(ask("GET", link("more/2512.07197", "eve")).status, 404);
  std::string forged = link("more/2512.07197");
  forged[forged.size() - 2] = forged[forged.size() - 2] == 'A' ? 'B' : 'A';
  EXPECT_EQ(ask("POST", forged, "action=do").status, 404);
  EXPECT_THAT(choices(), IsEmpty());
}

TEST_F(ActTest, AFormThatAsksForNothingDoesNothing) {
  for (const char* body : {"action=explode", "x=1", "action=do&action=undo", "List-Unsubscribe=One-Click"})
    EXPECT_EQ(ask("POST", link("more/2512.07197"), body).status, 303) << body;
  EXPECT_THAT(choices(), IsEmpty());
}

TEST_F(ActTest, ALinkEnds) {
  const std::string more = link("more/2512.07197");
  world.clock.advance(flow::Pages::lifetime);
  EXPECT_EQ(ask("GET", more).status, 410);
  EXPECT_EQ(ask("POST", more, "action=do").status, 410);
  EXPECT_THAT(choices(), IsEmpty());
}

}  // namespace
}  // namespace paperboy::web
