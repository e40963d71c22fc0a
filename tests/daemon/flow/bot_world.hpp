#pragma once
// Ada, what she follows and three papers, and the bot she talks with in a chat.
#include <gmock/gmock.h>

#include "daemon/flow/bot.hpp"
#include "tests/support/stages.hpp"

namespace paperboy::flow::spoken {

using ::testing::SizeIs;

inline paper::PaperId id(const char* text) {
  return *paper::PaperId::from_canonical(text);
}

inline paper::Paper paper_of(const char* canonical, std::string title) {
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

}  // namespace paperboy::flow::spoken
