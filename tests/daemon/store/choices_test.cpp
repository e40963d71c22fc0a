#include "daemon/store/choices.hpp"

#include <gmock/gmock.h>

#include "daemon/store/people.hpp"
#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using paper::Choice;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Choice::Kind;

constexpr auto minute = std::chrono::minutes(1);

class Choices : public StoreTest {
 protected:
  Choices() {
    paper::Person ada = person_of("ada");
    ada.accounts = {{"slack", "U1"}};
    tx([&](Tx& t) { return provision_people(t, std::vector{ada}, start); });
  }
  void chose(const std::string& person, Choice choice) {
    tx([&](Tx& t) { return add_choice(t, person, choice); });
  }
  std::vector<std::string> said(const std::string& person) {
    std::vector<std::string> lines;
    for (const Choice& choice : tx([&](Tx& t) { return choices_of(t, person); }))
      lines.push_back(std::to_string(choice.number) + " " + choice.subject);
    return lines;
  }
  static Choice like(std::string paper) {
    Choice choice;
    choice.kind = Kind::like;
    choice.at = start;
    choice.subject = std::move(paper);
    return choice;
  }
  std::optional<std::string> whose(const char* channel, const char* account) {
    return tx([&](Tx& t) { return person_of_account(t, channel, account); });
  }
  std::string joined(const char* account) {
    return tx([&](Tx& t) { return join(t, "telegram", account, "Bob", "zh", start); });
  }
};

TEST_F(Choices, ComeBackAsTheyWereMade) {
  Choice full;
  full.kind = Kind::follow;
  full.at = start + minute;
  full.subject = "splats, \"3D\"";
  full.topic = "t";
  full.query = "ti:\"gaussian splatting\"";
  full.categories = {"cs.CV", "cs.GR"};
  full.until = Day(std::chrono::days(20'000));
  full.schedule = paper::Schedule{.cadence = paper::Cadence::weekly,
                                  .days = {false, true, false, false, false, false, false},
                                  .minute_of_day = 510,
                                  .time_zone = "Europe/Berlin"};
  chose("ada", full);
  full.number = 1;
  EXPECT_THAT(tx([](Tx& t) { return choices_of(t, "ada"); }), ElementsAre(full));
  full.schedule->time_zone.clear();
  chose("ada", full);
  full.number = 2;
  EXPECT_EQ(tx([](Tx& t) { return choices_of(t, "ada"); }).at(1), full);
}

// Whatever changes somebody can be found by those who keep what people follow.
TEST_F(Choices, EveryChangeOfAPersonIsNoted) {
  std::int64_t seen = tx([](Tx& t) { return newest_person_change(t); });
  const auto changed = [&] {
    const auto ids = tx([&](Tx& t) { return people_changed_after(t, seen, 100); });
    seen = tx([](Tx& t) { return newest_person_change(t); });
    return ids;
  };
  EXPECT_THAT(changed(), IsEmpty());
  chose("ada", like("2512.00001"));
  EXPECT_THAT(changed(), ElementsAre("ada"));
  tx([](Tx& t) { return undo_choice(t, "ada", start); });
  EXPECT_THAT(changed(), ElementsAre("ada"));
  chose("ada", like("2512.00001"));
  changed();
  tx([](Tx& t) { return take_back(t, "ada", 2, start); });
  EXPECT_THAT(changed(), ElementsAre("ada"));
  tx([](Tx& t) { return reset_choices(t, "ada", start); });
  EXPECT_THAT(changed(), ElementsAre("ada"));
  const std::string bob = joined("77");
  EXPECT_THAT(changed(), ElementsAre(bob));
  chose(bob, like("2512.00001"));
  changed();
  tx([](Tx& t) { return link_account(t, "telegram", "77", "ada", start); });
  EXPECT_THAT(changed(), ElementsAre(bob, "ada")) << "what Bob chose is Ada's";
  const auto provide = [&](std::vector<paper::Person> people) {
    tx([&](Tx& t) { return provision_people(t, people, start); });
  };
  provide({person_of("ada"), person_of("eve")});
  EXPECT_THAT(changed(), ElementsAre("ada", "eve"));
  provide({person_of("ada"), person_of("eve")});
  EXPECT_THAT(changed(), IsEmpty());
  provide({person_of("ada")});
  EXPECT_THAT(changed(), ElementsAre("eve")) << "retired";
  EXPECT_EQ(tx([](Tx& t) { return find_active_person(t, "eve"); }), std::nullopt);
  tx([](Tx& t) { return forget_person(t, "ada"); });
  EXPECT_THAT(changed(), ElementsAre("ada"));
}

TEST_F(Choices, StandOnTopOfThePersonUntilUndone) {
  chose("ada", like("2512.00001"));
  chose("ada", like("2512.00002"));
  const auto liked = [&] { return tx([](Tx& t) { return find_person(t, "ada"); })->topics.back().examples; };
  EXPECT_THAT(liked(), ElementsAre("2512.00001", "2512.00002"));
  EXPECT_EQ(tx([](Tx& t) { return active_people(t); }).at(0).topics.back().name, paper::liked_topic);

  EXPECT_EQ(tx([](Tx& t) { return undo_choice(t, "ada", start); })->subject, "2512.00002");
  EXPECT_THAT(liked(), ElementsAre("2512.00001"));
  chose("ada", like("2512.00003"));
  EXPECT_THAT(said("ada"), ElementsAre("1 2512.00001", "3 2512.00003"));
  EXPECT_EQ(tx([](Tx& t) { return reset_choices(t, "ada", start); }), 2);
  EXPECT_THAT(said("ada"), IsEmpty());
  EXPECT_EQ(tx([](Tx& t) { return undo_choice(t, "ada", start); }), std::nullopt);
}

TEST_F(Choices, ProvisioningLeavesThemAlone) {
  chose("ada", like("2512.00001"));
  paper::Person ada = person_of("ada");
  ada.accounts = {{"slack", "U1"}};
  EXPECT_EQ(tx([&](Tx& t) { return provision_people(t, std::vector{ada}, start); }), 0) << "nothing has changed";
  ada.name = "Augusta";
  EXPECT_EQ(tx([&](Tx& t) { return provision_people(t, std::vector{ada}, start); }), 1);
  EXPECT_THAT(said("ada"), ElementsAre("1 2512.00001"));
}

TEST_F(Choices, AccountsNamePeople) {
  EXPECT_EQ(whose("slack", "U1"), "ada");
  EXPECT_EQ(whose("slack", "U2"), std::nullopt);
  EXPECT_EQ(whose("telegram", "U1"), std::nullopt);
  const std::string bob = joined("@Bob:example.org");
  EXPECT_EQ(bob, "telegram-bob-example-org");
  EXPECT_EQ(whose("telegram", "@Bob:example.org"), bob);
  const paper::Person person = *tx([&](Tx& t) { return find_person(t, bob); });
  EXPECT_EQ(person.name, "Bob");
  EXPECT_EQ(person.language, "zh");
  EXPECT_THAT(person.addresses, ElementsAre(paper::Address{"telegram", "@Bob:example.org"}));
  EXPECT_NE(joined("bob.example.org"), bob) << "two accounts that spell alike are two people";
}

TEST_F(Choices, ACodeIsGoodOnceAndForItsTime) {
  const auto put = [&] {
    tx([](Tx& t) {
      put_link_code(t, "h1", "ada", start + 10 * minute);
      return 0;
    });
  };
  const auto redeem = [&](const char* hash, Time now, const char* account = "55") {
    return tx([&](Tx& t) { return redeem_link_code(t, hash, "telegram", account, 5, now); });
  };
  put();
  EXPECT_EQ(redeem("h2", start), std::nullopt);
  EXPECT_EQ(redeem("h1", start), "ada");
  EXPECT_EQ(redeem("h1", start), std::nullopt) << "used up";
  put();
  EXPECT_EQ(redeem("h1", start + 10 * minute), std::nullopt) << "too old";
  put();
  tx([](Tx& t) {
    put_link_code(t, "h3", "ada", start + 10 * minute);
    return 0;
  });
  EXPECT_EQ(redeem("h1", start), std::nullopt) << "a newer one makes the older void";
  EXPECT_EQ(redeem("h3", start), std::nullopt) << "that was the sixth attempt within the hour";
  EXPECT_EQ(redeem("h3", start, "66"), "ada") << "others are not concerned";
}

TEST_F(Choices, LinkingMergesWhoHadJoined) {
  const std::string bob = joined("55");
  chose("ada", like("2512.00001"));
  chose(bob, like("2512.00002"));
  EXPECT_TRUE(tx([](Tx& t) { return link_account(t, "telegram", "55", "ada", start); }));
  EXPECT_EQ(whose("telegram", "55"), "ada");
  EXPECT_EQ(tx([&](Tx& t) { return find_person(t, bob); }), std::nullopt);
  EXPECT_THAT(said("ada"), ElementsAre("1 2512.00001", "2 2512.00002"));

  tx([](Tx& t) { return provision_people(t, std::vector{person_of("eve")}, start); });
  EXPECT_EQ(whose("slack", "U1"), std::nullopt) << "ada is retired";
}

TEST_F(Choices, AnAccountOfTheSettingsIsNotTakenOver) {
  const std::string bob = joined("55");
  EXPECT_FALSE(tx([&](Tx& t) { return link_account(t, "slack", "U1", bob, start); }));
  EXPECT_EQ(whose("slack", "U1"), "ada");
}

TEST_F(Choices, WhoIsForgottenLeavesNothing) {
  const std::string bob = joined("55");
  chose(bob, like("2512.00002"));
  chose("ada", like("2512.00001"));
  tx([](Tx& t) {
    put_link_code(t, "h1", "ada", start + minute);
    return 0;
  });
  EXPECT_TRUE(tx([&](Tx& t) { return forget_person(t, bob); }));
  EXPECT_EQ(tx([&](Tx& t) { return find_person(t, bob); }), std::nullopt);
  EXPECT_EQ(whose("telegram", "55"), std::nullopt);

  EXPECT_FALSE(tx([](Tx& t) { return forget_person(t, "ada"); })) << "the settings provide for her";
  EXPECT_THAT(said("ada"), IsEmpty());
  EXPECT_EQ(whose("slack", "U1"), "ada");
}

}  // namespace
}  // namespace paperboy::store::test
