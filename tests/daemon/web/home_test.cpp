// The preferences: every form, who may use it, and what is wrong in it.
#include "daemon/base/text.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"
#include "daemon/web/form.hpp"
#include "tests/daemon/web/web_fixture.hpp"

namespace paperboy::web {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

paper::Person person(std::string id, std::string name, std::string language) {
  paper::Person made;
  made.id = std::move(id);
  made.name = std::move(name);
  made.language = std::move(language);
  made.schedule.time_zone = "Europe/Berlin";
  made.addresses = {{"email", made.id + "@example.org"}, {"slack", "#" + made.id}};
  paper::Topic topic;
  topic.name = "Splatting <b>";
  topic.query = "\"gaussian splatting\"";
  topic.categories = {"cs.CV"};
  made.topics = {topic};
  return made;
}

class HomeTest : public WebTest {
 protected:
  HomeTest() : WebTest({person("ada", "Ada", "en"), person("lin", "Lin", "zh")}) {}

  paper::Person who(const std::string& id = "ada") {
    return world.tx([&](store::Tx& tx) { return store::find_person(tx, id); }).value_or(paper::Person{});
  }
  std::vector<paper::Choice> choices(const std::string& id = "ada") {
    return world.tx([&](store::Tx& tx) { return store::choices_of(tx, id); });
  }
  net::Response post(const std::string& body) { return ask("POST", home, body); }
  // Posts, and follows the redirect.
  std::string after(const std::string& body) {
    const net::Response got = post(body);
    EXPECT_EQ(got.status, 303) << body << "\n" << got.body;
    const std::string location(got.header("location").value_or(""));
    EXPECT_TRUE(location.starts_with("?said=") && location.ends_with("#said")) << location;
    return ask("GET", home + location.substr(0, location.find('#'))).body;
  }

  const std::string home = pages.home("ada", world.clock.now());
};

TEST_F(HomeTest, ShowsWhatIsKeptOfItsReaderAndOfNobodyElse) {
  const net::Response got = ask("GET", home);
  EXPECT_EQ(got.status, 200);
  EXPECT_THAT(got.body,
              AllOf(HasSubstr("<html lang=\"en\">"), HasSubstr("<title>Preferences</title>"), HasSubstr("Ada (ada)"),
                    HasSubstr("Splatting &lt;b&gt;"), HasSubstr("&quot;gaussian splatting&quot;"),
                    HasSubstr("email: ada@example.org"), HasSubstr("Europe/Berlin")));
  EXPECT_THAT(got.body, AllOf(HasSubstr("20 December 2026"), HasSubstr("<a class=\"skip\" href=\"#content\">"),
                              HasSubstr("/archive/"), Not(HasSubstr("lin@example.org")), Not(HasSubstr("<script"))));
  EXPECT_EQ(got.header("referrer-policy"), "no-referrer");
  EXPECT_EQ(got.header("cache-control"), "private, no-store");
  EXPECT_THAT(std::string(got.header("content-security-policy").value_or("")), HasSubstr("frame-ancestors 'none'"));
  EXPECT_FALSE(got.header("set-cookie"));
  EXPECT_THAT(ask("GET", pages.home("lin", world.clock.now())).body,
              AllOf(HasSubstr("<html lang=\"zh\">"), HasSubstr("偏好设置"), Not(HasSubstr("Ada"))));
}

TEST_F(HomeTest, WhatWasNotSignedForItIsNotFound) {
  std::string forged = home;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  const flow::Pages foreign("https://p.example", SignedLinks(Secret(std::string(32, 'x'))));
  const auto moved = [](const std::string& url, const std::string& folder) {
    return "https://p.example/" + folder + url.substr(url.rfind('/'));
  };
  const std::string act = pages.action("ada", "more/2512.07197", world.clock.now());
  for (const std::string& url :
       {forged, foreign.home("ada", world.clock.now()), pages.home("eve", world.clock.now()),
        pages.home("", world.clock.now()), moved(act, "home"), moved(act, "export"), moved(pages.archive("d1"), "home"),
        moved(home, "act"), moved(pages.unsubscribe("email", "ada@example.org"), "home"), moved(forged, "archive"),
        moved(forged, "export"), std::string("https://p.example/home/ada")}) {
    EXPECT_EQ(ask("GET", url).status, 404) << url;
    if (url.find("/home/") != url.npos) {
      EXPECT_EQ(ask("POST", url, "action=pause").status, 404) << url;
    }
  }
  EXPECT_THAT(choices(), IsEmpty());
  EXPECT_EQ(ask("POST", moved(home, "export"), "action=pause").status, 405);
}

TEST_F(HomeTest, ALinkEndsAndSaysSo) {
  world.clock.advance(flow::Pages::lifetime - std::chrono::seconds(1));
  EXPECT_EQ(ask("GET", home).status, 200);
  world.clock.advance(std::chrono::seconds(1));
  const std::string token = home.substr(home.rfind('/'));
  for (const char* folder : {"home", "archive", "export"}) {
    const net::Response got = ask("GET", std::string("https://p.example/") + folder + token);
    EXPECT_EQ(got.status, 410) << folder;
    EXPECT_THAT(got.body, AllOf(HasSubstr("This link has ended"), HasSubstr("newer digest"), Not(HasSubstr("Ada"))));
  }
  EXPECT_EQ(post("action=pause").status, 410);
  EXPECT_THAT(choices(), IsEmpty());
  EXPECT_THAT(ask("GET", pages.home("lin", world.clock.now() - flow::Pages::lifetime)).body, HasSubstr("此链接已过期"));
}

TEST_F(HomeTest, LinksOfPagesDoNotOutliveTheOneThatWasGiven) {
  world.clock.advance(std::chrono::days(60));
  const std::string page = ask("GET", home).body;
  EXPECT_THAT(page, HasSubstr(home)) << "the same address, with its end";
}

TEST_F(HomeTest, WhoIsRetiredHasNoPages) {
  const paper::Person lin = person("lin", "Lin", "zh");
  world.tx([&](store::Tx& tx) { store::provision_people(tx, {&lin, 1}, world.clock.now()); });
  EXPECT_EQ(ask("GET", home).status, 404);
  EXPECT_EQ(post("action=pause").status, 404);
}

TEST_F(HomeTest, ATopicIsFollowedMutedAndLeft) {
  EXPECT_THAT(after("action=follow&query=nerf*+OR+%22radiance+field%22&categories=CS.gr%2C+hep-th&name=Fields"),
              AllOf(HasSubstr("You follow a new topic."), HasSubstr("<h3>Fields</h3>")));
  ASSERT_EQ(who().topics.size(), 2u);
  EXPECT_EQ(who().topics[1].query, "nerf* OR \"radiance field\"");
  EXPECT_THAT(who().topics[1].categories, ElementsAre("cs.GR", "hep-th"));
  EXPECT_EQ(told, 1) << "the match stage hears of it";
  EXPECT_EQ(choices().front().kind, paper::Choice::Kind::follow) << "as if it were said to the bot";

  after("action=follow&categories=math.AG");
  EXPECT_EQ(who().topics.back().name, "math.AG");
  after("action=follow&query=%22dark+matter%22");
  EXPECT_EQ(who().topics.back().name, "dark matter");

  EXPECT_THAT(after("action=mute&topic=Fields&for=7"), HasSubstr("Muted until Monday, 28 September 2026."));
  EXPECT_EQ(who().topics[1].muted_until, parse_day("2026-09-28"));
  EXPECT_THAT(after("action=unmute&topic=Fields"), HasSubstr("The topic speaks again."));
  EXPECT_FALSE(who().topics[1].muted);
  after("action=mute&topic=Splatting+%3Cb%3E&for=");
  EXPECT_TRUE(who().topics[0].muted);
  EXPECT_THAT(after("action=unfollow&topic=Fields"), Not(HasSubstr("<h3>Fields</h3>")));
  EXPECT_EQ(who("lin"), person("lin", "Lin", "zh")) << "nobody else's";
}

TEST_F(HomeTest, ATopicThatCannotBeIsShownAgainWithWhatIsWrong) {
  const struct {
    const char* body;
    const char* field;
    const char* says;
  } cases[] = {
      {"action=follow", "query", "Write a query, or name a category."},
      {"action=follow&query=%28nerf+OR+", "query", "At character "},
      {"action=follow&query=NOT+a", "query", "At character "},
      {"action=follow&query=a&categories=cs.CX", "categories", "arXiv has no category &#39;cs.CX&#39;"},
      {"action=follow&query=a&name=splatting+%3CB%3E", "name", "You have a topic of this name"},
  };
  for (const auto& [body, field, says] : cases) {
    const net::Response got = post(body);
    EXPECT_EQ(got.status, 422) << body;
    EXPECT_THAT(got.body, AllOf(HasSubstr("role=\"alert\""), HasSubstr("<a href=\"#" + std::string(field) + "\">"),
                                HasSubstr("id=\"" + std::string(field) + "-error\">"), HasSubstr(says)))
        << body;
    EXPECT_EQ(text::replace_all(got.body, "aria-invalid=\"true\"", "").size() + 2 * 19, got.body.size())
        << body << ": one field, besides the style sheet";
  }
  EXPECT_THAT(
      post("action=follow&query=%22%3E%3Cscript%3E&name=kept").body,
      AllOf(HasSubstr("value=\"&quot;&gt;&lt;script&gt;\""), HasSubstr("value=\"kept\""), Not(HasSubstr("<script>"))));
  EXPECT_THAT(post("action=follow&query=" + std::string(1001, 'a')).body, HasSubstr("1000 characters at most"));
  EXPECT_THAT(post("action=follow&query=a&name=" + std::string(101, 'n')).body, HasSubstr("100 characters at most"));
  EXPECT_THAT(choices(), IsEmpty());
  EXPECT_EQ(told, 0);
}

TEST_F(HomeTest, TheScheduleIsSaved) {
  EXPECT_THAT(after("action=schedule&when=days&day=mon&day=thu&at=8%3A15&zone=asia%2Fshanghai"),
              AllOf(HasSubstr("The schedule is saved."), HasSubstr("value=\"08:15\""), HasSubstr("Asia/Shanghai")));
  paper::Schedule schedule = who().schedule;
  EXPECT_EQ(schedule.cadence, paper::Cadence::daily);
  EXPECT_EQ(schedule.days, (std::array<bool, 7>{true, false, false, true, false, false, false}));
  EXPECT_EQ(schedule.minute_of_day, 8 * 60 + 15);
  EXPECT_EQ(schedule.time_zone, "Asia/Shanghai");
  after("action=schedule&when=days&day=sun&at=23%3A59&zone=UTC");
  EXPECT_EQ(who().schedule.cadence, paper::Cadence::weekly);
  after("action=schedule&when=announcement&at=nonsense&zone=UTC");
  EXPECT_EQ(who().schedule.cadence, paper::Cadence::on_announcement);
  after("action=schedule&when=instant&zone=UTC");
  EXPECT_EQ(who().schedule.cadence, paper::Cadence::instant);
  EXPECT_EQ(choices().size(), 4u);
  EXPECT_THAT(after("action=schedule&when=instant&zone=UTC"), HasSubstr("It is so already."));
  EXPECT_EQ(choices().size(), 4u) << "twice the same is once";
}

TEST_F(HomeTest, AScheduleThatCannotBeIsNotSaved) {
  const struct {
    const char* body;
    const char* says;
  } cases[] = {{"when=days&at=07%3A30&zone=UTC", "Choose at least one day."},
               {"when=days&day=mon&at=25%3A00&zone=UTC", "no time of day"},
               {"when=days&day=mon&at=&zone=UTC", "no time of day"},
               {"when=days&day=mon&at=07%3A30&zone=Europe%2FBerlni", "do you mean Europe/Berlin?"},
               {"when=days&day=mon&at=07%3A30&zone=", "no such time zone"},
               {"when=days&day=mon&at=07%3A30&zone=..%2F..%2Fetc%2Fpasswd", "no such time zone"},
               {"when=days&day=someday&at=07%3A30&zone=UTC", "cannot be chosen"},
               {"when=never&zone=UTC", "cannot be chosen"}};
  for (const auto& [body, says] : cases) {
    const net::Response got = post("action=schedule&" + std::string(body));
    EXPECT_EQ(got.status, 422) << body;
    EXPECT_THAT(got.body, HasSubstr(says)) << body;
  }
  EXPECT_EQ(post("action=schedule&when=days&day=mon&at=07%3A30&zone=" + std::string(60'000, 'x')).status, 422);
  EXPECT_THAT(choices(), IsEmpty());
}

TEST_F(HomeTest, DigestsPauseAndComeAgain) {
  EXPECT_THAT(after("action=pause&for=14"), HasSubstr("they come again on Monday, 5 October 2026"));
  EXPECT_EQ(who().paused_until, parse_day("2026-10-05"));
  EXPECT_THAT(after("action=resume"), HasSubstr("Digests come again."));
  EXPECT_FALSE(who().paused_until);
  EXPECT_THAT(after("action=pause"), HasSubstr("paused until you resume them"));
  EXPECT_EQ(post("action=pause&for=8").status, 422);
}

TEST_F(HomeTest, ThePageSpeaksTheLanguageThatWasChosen) {
  EXPECT_THAT(after("action=language&language=zh"), AllOf(HasSubstr("<html lang=\"zh\">"), HasSubstr("语言已保存。")));
  EXPECT_EQ(post("action=language&language=tlh").status, 422);
  EXPECT_EQ(who().language, "zh");
}

TEST_F(HomeTest, AnAddressIsDroppedAndComesBackAndNoOtherIsAdded) {
  EXPECT_THAT(after("action=drop&place=email%3Aada%40example.org"), HasSubstr("Nothing more is sent there."));
  EXPECT_THAT(who().addresses, ElementsAre(paper::Address{"slack", "#ada"}));
  for (const char* body :
       {"action=add&place=email%3Amallory%40example.org", "action=add&place=email%3Alin%40example.org",
        "action=drop&place=email%3Alin%40example.org", "action=add&place=slack%3A%23ada",
        "action=release&place=slack%3A%23ada", "action=release&place=email%3Alin%40example.org"}) {
    EXPECT_EQ(post(body).status, 422) << body;
  }
  EXPECT_THAT(after("action=add&place=email%3Aada%40example.org"), HasSubstr("Digests go there again."));
  EXPECT_EQ(who().addresses.size(), 2u);
}

TEST_F(HomeTest, WhatItsReaderStoppedGoesOutAgainButNotABounce) {
  const auto close = [&](const char* code) {
    world.tx([&](store::Tx& tx) {
      store::release(tx, "email", "ada@example.org");
      store::suppress(tx, "email", "ada@example.org", code, "no <such> user", world.clock.now());
    });
  };
  const auto closed = [&] {
    return world.tx([](store::Tx& tx) { return store::suppressed(tx, "email", "ada@example.org"); });
  };
  close("unsubscribed");
  EXPECT_THAT(ask("GET", home).body, HasSubstr("You stopped what goes here."));
  after("action=release&place=email%3Aada%40example.org");
  EXPECT_FALSE(closed());
  close("550 5.1.1");
  EXPECT_THAT(ask("GET", home).body, HasSubstr("no &lt;such&gt; user"));
  EXPECT_EQ(post("action=release&place=email%3Aada%40example.org").status, 422);
  EXPECT_TRUE(closed());
}

TEST_F(HomeTest, WhatWasLearnedIsUndoneOnceAndResetAfterAQuestion) {
  after("action=follow&query=one");
  after("action=follow&query=two");
  EXPECT_THAT(ask("GET", home).body, HasSubstr("name=\"number\" value=\"2\""));
  after("action=undo&number=2");
  EXPECT_THAT(after("action=undo&number=2"), HasSubstr("It is so already.")) << "a second press undoes nothing more";
  ASSERT_EQ(choices().size(), 1u);
  EXPECT_EQ(choices()[0].subject, "one");
  for (const char* number : {"", "0", "99", "-1", "1x", "99999999999999999999"}) {
    after("action=undo&number=" + std::string(number));
    EXPECT_EQ(choices().size(), 1u) << number;
  }
  EXPECT_THAT(ask("GET", home + "?confirm=reset").body,
              AllOf(HasSubstr("<h1>Take back everything you said?</h1>"), HasSubstr("value=\"reset\"")));
  EXPECT_EQ(choices().size(), 1u) << "a GET changes nothing";
  after("action=reset");
  EXPECT_THAT(choices(), IsEmpty());
}

TEST_F(HomeTest, WhatFollowsFromJudgedPapersIsShownUntilItIsTakenBack) {
  EXPECT_THAT(ask("GET", home).body, Not(HasSubstr("?show=learned"))) << "nothing was judged";
  EXPECT_THAT(ask("GET", home + "?show=learned").body, HasSubstr("Nothing yet: it begins with a paper"));
  world.tx([&](store::Tx& tx) {
    const auto put = [&](const char* id, const char* title, const char* author) {
      paper::Paper paper;
      paper.id = *paper::PaperId::arxiv(id);
      paper.title = title;
      paper.authors = {author};
      store::put_paper(tx, paper, world.clock.now());
    };
    put("2512.00001", "Splatting kitchens", "<i>Ann</i> Author");
    put("2512.00002", "Gluons everywhere", "Bea Author");
    put("2512.00003", "Turbulent oceans", "Cy Author");
    const auto judge = [&](paper::Choice::Kind kind, const char* id) {
      paper::Choice choice;
      choice.kind = kind;
      choice.subject = id;
      store::add_choice(tx, "ada", choice);
    };
    judge(paper::Choice::Kind::like, "2512.00001");
    judge(paper::Choice::Kind::dislike, "2512.00002");
  });
  EXPECT_THAT(ask("GET", home).body, HasSubstr("<a href=\"?show=learned\">"));
  const std::string page = ask("GET", home + "?show=learned").body;
  EXPECT_THAT(page, AllOf(HasSubstr("<h2>Liked papers</h2>"), HasSubstr("<strong>For:</strong> "),
                          HasSubstr("splatting kitchens"), HasSubstr("&lt;i&gt;Ann&lt;/i&gt; Author")));
  EXPECT_THAT(page, AllOf(HasSubstr("<strong>Against:</strong> "), HasSubstr("gluons"), Not(HasSubstr("turbulent")),
                          HasSubstr("The newest of what you said: "), HasSubstr(" – Gluons everywhere"),
                          HasSubstr("name=\"number\" value=\"2\""), HasSubstr("?confirm=reset")));
  world.run(match.profiles());  // what was learned for this page alone until now is there for all
  after("action=undo&number=2");
  EXPECT_THAT(ask("GET", home + "?show=learned").body, AllOf(HasSubstr("splatting"), Not(HasSubstr("gluons"))));
  after("action=reset");
  EXPECT_THAT(ask("GET", home + "?show=learned").body, AllOf(HasSubstr("Nothing yet"), Not(HasSubstr("splatting"))));
}

TEST_F(HomeTest, SavedPapersAreListedAndRemoved) {
  world.tx([&](store::Tx& tx) {
    paper::Paper paper;
    paper.id = *paper::PaperId::arxiv("2512.07197");
    paper.title = "On <Saving>";
    store::put_paper(tx, paper, world.clock.now());
    paper::Choice save;
    save.kind = paper::Choice::Kind::save;
    for (const char* id : {"2512.07197", "2512.07198"}) {
      save.subject = id;
      store::add_choice(tx, "ada", save);
    }
  });
  EXPECT_THAT(ask("GET", home).body,
              AllOf(HasSubstr("On &lt;Saving&gt;"), HasSubstr("https://arxiv.org/abs/2512.07197")));
  EXPECT_THAT(after("action=unsave&paper=2512.07197"), HasSubstr("The paper is no longer saved."));
  EXPECT_THAT(who().saved, ElementsAre("2512.07198"));
}

TEST_F(HomeTest, DataIsTakenAlongAndDeletedAfterAQuestion) {
  after("action=follow&query=one");
  const net::Response got = ask("GET", "https://p.example/export" + home.substr(home.rfind('/')));
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.header("content-type"), "application/yaml; charset=utf-8");
  EXPECT_EQ(got.header("content-disposition"), "attachment; filename=\"paperboy-ada.yaml\"");
  EXPECT_THAT(got.body,
              AllOf(HasSubstr("id: \"ada\""), HasSubstr("query: \"one\""), Not(HasSubstr("lin@example.org"))));

  EXPECT_THAT(ask("GET", home + "?confirm=forget").body, HasSubstr("value=\"forget\""));
  EXPECT_EQ(choices().size(), 1u);
  const net::Response gone = post("action=forget");
  EXPECT_EQ(gone.status, 200);
  EXPECT_THAT(gone.body, HasSubstr("It is deleted"));
  EXPECT_THAT(choices(), IsEmpty());
  EXPECT_EQ(told, 2);
}

TEST_F(HomeTest, WhoJoinedAndIsForgottenHasNoPagesAnyMore) {
  const std::string id =
      world.tx([&](store::Tx& tx) { return store::join(tx, "slack", "U1", "Bo", "en", world.clock.now()); });
  const std::string own = pages.home(id, world.clock.now());
  EXPECT_EQ(ask("GET", own).status, 200);
  EXPECT_EQ(ask("POST", own, "action=forget").status, 200);
  EXPECT_EQ(ask("GET", own).status, 404);
}

TEST_F(HomeTest, FormsOfOtherSitesAndWhatIsNoFormAreRefused) {
  const std::string body = "action=pause";
  const struct {
    net::Headers headers;
    int status;
  } cases[] = {{{{"Origin", "https://evil.example"}}, 403},
               {{{"Origin", "https://p.example.evil.example"}}, 403},
               {{{"Origin", "http://p.example"}}, 403},
               {{{"Sec-Fetch-Site", "cross-site"}}, 403},
               {{{"Sec-Fetch-Site", "same-site"}}, 403},
               {{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "null"}}, 403},
               {{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://evil.example"}}, 403}};
  for (const auto& [headers, status] : cases) {
    EXPECT_EQ(ask("POST", home, body, headers).status, status) << headers[0].second;
    EXPECT_EQ(ask("POST", pages.action("ada", "save/2512.07197", world.clock.now()), "action=do", headers).status, 403);
  }
  const std::string token = home.substr(home.rfind('/'));
  for (const auto& [type, sent, status] :
       {std::tuple("text/plain", body, 415),
        {"application/json", std::string("{}"), 415},
        {"multipart/form-data; boundary=x", body, 415},
        {"application/x-www-form-urlencoded", std::string("a=%zz"), 400},
        {"application/x-www-form-urlencoded", std::string(longest_form + 1, 'a'), 413}}) {
    net::Request request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string(port) + "/home" + token;
    request.headers = {{"Content-Type", type}};
    request.body = sent;
    EXPECT_EQ(world.run(client->fetch(request)).status, status) << type;
  }
  EXPECT_EQ(post("").status, 415);
  for (const char* nothing : {"action=", "action=explode", "other=1", "action=pause&action=resume"})
    EXPECT_EQ(post(nothing).status, 422) << nothing;
  EXPECT_THAT(choices(), IsEmpty());

  EXPECT_EQ(ask("POST", home, body, {{"Origin", "https://p.example"}, {"Sec-Fetch-Site", "same-origin"}}).status, 303);
  EXPECT_EQ(ask("POST", home, "action=resume", {{"Origin", "null"}, {"Sec-Fetch-Site", "same-origin"}}).status, 303)
      << "so says a browser on a page without referrers";
}

TEST_F(HomeTest, WhatIsSaidInTheAddressIsOneOfOurWords) {
  for (const char* said : {"<b>x</b>", "%3Cb%3Ex", "nothing", "muted&said=paused", "%zz"}) {
    const std::string page = ask("GET", home + "?said=" + said).body;
    EXPECT_THAT(page, AllOf(Not(HasSubstr("<b>x")), Not(HasSubstr("id=\"said\"")))) << said;
  }
  EXPECT_THAT(ask("GET", home + "?said=muted").body, HasSubstr("The topic is muted."));
}

TEST_F(HomeTest, EveryNameAnIdAndALabelOfItsOwn) {
  after("action=follow&query=one");
  after("action=pause");
  const std::string page = ask("GET", home).body;
  std::set<std::string> ids;
  for (std::size_t at = page.find(" id=\""); at != page.npos; at = page.find(" id=\"", at + 1)) {
    const std::string id = page.substr(at + 5, page.find('"', at + 5) - at - 5);
    EXPECT_TRUE(ids.insert(id).second) << id << " stands twice";
  }
  for (std::size_t at = page.find("<label for=\""); at != page.npos; at = page.find("<label for=\"", at + 1)) {
    const std::string id = page.substr(at + 12, page.find('"', at + 12) - at - 12);
    EXPECT_TRUE(ids.contains(id)) << id;
  }
}

}  // namespace
}  // namespace paperboy::web
