#include <gmock/gmock.h>

#include "daemon/store/choices.hpp"
#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using paper::Person;
using ::testing::ElementsAre;

class People : public StoreTest {
 protected:
  int provisioned(std::vector<Person> people, Time now = start) {
    return tx([&](Tx& t) { return provision_people(t, people, now); });
  }
  std::vector<Person> active() {
    return tx([](Tx& t) { return active_people(t); });
  }
};

Person full_person() {
  Person p = person_of("ada");
  p.name = "Ada \"Countess\" Lovelace, 😀";
  p.language = "zh";
  p.schedule.cadence = paper::Cadence::weekly;
  p.schedule.days = {false, false, false, false, false, false, true};
  p.schedule.minute_of_day = 1439;
  p.schedule.time_zone = "Asia/Shanghai";
  p.addresses = {{"email", "ada@example.org"}, {"file", "/srv/digests"}, {"email", "ada@example.org"}};
  p.quiet_days = false;
  paper::Topic t;
  t.name = "zeta first";
  t.query = "ti:\"gaussian splatting\" OR au:\"Kaiming He\"";
  t.exclude = "survey";
  t.categories = {"cs.CV", "cs.*"};
  t.authors = {"Kaiming He", "P. Erdős"};
  t.examples = {"2308.04079"};
  t.weight = 0.1;
  t.threshold = 1.0 / 3.0;
  t.limit = 7;
  t.stem = true;
  t.revisions = true;
  t.cross_lists = false;
  paper::Topic second;
  second.name = "a second";
  p.topics = {t, second};
  return p;
}

TEST_F(People, ComeBackAsTheyWere) {
  EXPECT_EQ(provisioned({full_person()}), 1);
  EXPECT_THAT(active(), ElementsAre(full_person()));
  EXPECT_EQ(tx([](Tx& t) { return find_person(t, "ada"); }), full_person());
  EXPECT_EQ(tx([](Tx& t) { return find_person(t, "bob"); }), std::nullopt);
}

TEST_F(People, ComeInPages) {
  std::vector<Person> people;
  for (const char* id : {"a", "ada", "b", "c", "d"}) {
    people.push_back(full_person());
    people.back().id = people.back().name = id;
  }
  people[3].topics.clear();
  provisioned(people);
  tx([](Tx& t) {
    paper::Choice choice;
    choice.kind = paper::Choice::Kind::follow;
    choice.subject = "added";
    choice.query = "graph";
    return add_choice(t, "b", choice) + add_choice(t, "d", choice);
  });
  std::erase_if(people, [](const Person& each) { return each.id == "ada"; });
  provisioned(people);  // retires one in between
  std::vector<Person> paged;
  for (std::string after; paged.size() < 4; after = paged.back().id) {
    const std::vector<Person> page = tx([&](Tx& t) { return active_people(t, after, 3); });
    ASSERT_FALSE(page.empty());
    paged.insert(paged.end(), page.begin(), page.end());
  }
  EXPECT_EQ(paged, active());
  EXPECT_EQ(paged[1].topics.size(), 3u);
  for (const Person& each : paged) EXPECT_EQ(tx([&](Tx& t) { return find_person(t, each.id); }), each);
  EXPECT_TRUE(tx([](Tx& t) { return active_people(t, "d", 3); }).empty());
  EXPECT_TRUE(tx([](Tx& t) { return anyone_has_examples(t); }));
}

TEST_F(People, EveryCadenceComesBack) {
  for (const auto cadence :
       {paper::Cadence::daily, paper::Cadence::weekly, paper::Cadence::on_announcement, paper::Cadence::instant}) {
    Person p = person_of("ada");
    p.schedule.cadence = cadence;
    provisioned({p});
    EXPECT_EQ(active().at(0).schedule.cadence, cadence);
  }
}

TEST_F(People, AgainChangesNothing) {
  provisioned({full_person(), person_of("bob")});
  EXPECT_EQ(provisioned({person_of("bob"), full_person()}), 0);
}

TEST_F(People, AreSortedById) {
  provisioned({person_of("carol"), person_of("ada"), person_of("bob")});
  std::vector<std::string> ids;
  for (const Person& p : active()) ids.push_back(p.id);
  EXPECT_THAT(ids, ElementsAre("ada", "bob", "carol"));
}

TEST_F(People, AnyChangeIsTaken) {
  const std::vector<std::function<void(Person&)>> changes = {
      [](Person& p) { p.name = "other"; },
      [](Person& p) { p.schedule.minute_of_day = 1; },
      [](Person& p) { p.addresses.clear(); },
      [](Person& p) { p.topics[0].weight = 2; },
      [](Person& p) { std::swap(p.topics[0], p.topics[1]); },
      [](Person& p) { p.topics.pop_back(); },
  };
  for (std::size_t n = 0; n < changes.size(); ++n) {
    provisioned({full_person()});
    Person changed = full_person();
    changes[n](changed);
    EXPECT_EQ(provisioned({changed}), 1) << n;
    EXPECT_THAT(active(), ElementsAre(changed)) << n;
  }
}

TEST_F(People, NoLongerListedAreRetiredAndKept) {
  provisioned({person_of("ada"), person_of("bob")});
  EXPECT_EQ(provisioned({person_of("bob")}), 1);
  EXPECT_THAT(active(), ElementsAre(person_of("bob")));
  EXPECT_EQ(tx([](Tx& t) { return find_person(t, "ada"); }), person_of("ada"));
  EXPECT_EQ(provisioned({person_of("bob")}), 0);
  EXPECT_EQ(provisioned({person_of("ada"), person_of("bob")}), 1);  // back again
  EXPECT_EQ(active().size(), 2u);
}

TEST_F(People, WhoJoinedOtherwiseAreLeftAlone) {
  provisioned({person_of("ada"), person_of("bob")});
  tx([](Tx& t) { t.execute("UPDATE person SET origin = 'joined' WHERE id = 'ada'"); });
  EXPECT_EQ(provisioned({person_of("bob")}), 0);
  EXPECT_EQ(active().size(), 2u);
  EXPECT_EQ(provisioned({person_of("ada"), person_of("bob")}), 1);  // the settings take over
  EXPECT_EQ(provisioned({person_of("bob")}), 1);
  EXPECT_EQ(active().size(), 1u);
}

TEST_F(People, AreKnownSinceTheyWereFirstStored) {
  EXPECT_EQ(tx([](Tx& t) { return known_since(t, "ada"); }), std::nullopt);
  provisioned({person_of("ada")});
  provisioned({full_person()}, start + 1h);  // changed
  provisioned({}, start + 2h);
  provisioned({full_person()}, start + 3h);  // and back again
  EXPECT_EQ(tx([](Tx& t) { return known_since(t, "ada"); }), start);
}

TEST_F(People, ListedTwiceAreRefusedAndNothingIsWritten) {
  EXPECT_THROW(provisioned({person_of("ada"), person_of("bob"), person_of("ada")}), StoreError);
  EXPECT_TRUE(active().empty());
}

TEST_F(People, RetiringCancelsWhatIsQueued) {
  provisioned({person_of("ada"), person_of("bob")});
  std::optional<Claimed> claimed;
  tx([&](Tx& t) {
    for (const char* who : {"ada", "bob"}) {
      const std::string name = who;
      const DigestRow digest{.id = "d-" + name, .person = name, .period_key = "p", .kind = "digest", .built_at = start};
      NewDelivery delivery{.id = "x-" + name, .dedup_key = "k-" + name, .channel = "email", .destination = name};
      delivery.not_before = start;
      put_digest(t, digest, {}, {&delivery, 1});
    }
    claimed = claim(t, "email", "me", start, 1min);
  });
  ASSERT_EQ(claimed->person, "ada");
  provisioned({person_of("bob")});
  EXPECT_EQ(number("SELECT COUNT(*) FROM delivery WHERE state = 'cancelled' AND person = 'ada'"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM delivery WHERE state = 'queued' AND person = 'bob'"), 1);
  EXPECT_FALSE(tx([&](Tx& t) { return intend(t, *claimed, start); }));  // the claim is void
  EXPECT_EQ(number("SELECT COUNT(*) FROM digest WHERE person = 'ada'"), 1);
}

}  // namespace
}  // namespace paperboy::store::test
