#pragma once
// A world with papers of one kind, a scripted model, and what it reads for whom.
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "daemon/flow/read.hpp"
#include "daemon/store/readings.hpp"
#include "tests/support/fake_llm.hpp"
#include "tests/support/stages.hpp"

namespace paperboy::flow {

namespace json = boost::json;
inline Day day(const char* text) {
  return *parse_day(text);
}
inline Time at(const char* text) {
  return *parse_rfc3339(text);
}

// Says what `write` says; an honest model unless told otherwise.
class ScriptedReader final : public Reader {
 public:
  async::Awaitable<Reply> ask(Question question) override {
    ++asked;
    if (before) before();
    Reply reply;
    reply.prompt_tokens = 1000;
    reply.reply_tokens = 100;
    if (hangs) {
      co_await async::sleep_for(std::chrono::hours(24));
    } else if (write) {
      reply = write(question);
    } else {
      reply.kind = Reply::Kind::answered;
      reply.json = honest(question);
    }
    co_return reply;
  }
  static std::string honest(const Question& question) {
    const boost::json::array messages{boost::json::object{{"role", "system"}, {"content", question.system}},
                                      boost::json::object{{"role", "user"}, {"content", question.user}}};
    return test::FakeLlm::honest({{"messages", messages}});
  }
  const std::string& model(Effort effort) const override { return effort == Effort::read ? read_model : score_model; }
  std::int64_t price(Effort, std::int64_t prompt, std::int64_t reply) const override { return prompt + 10 * reply; }
  int context_tokens() const override { return 16'000; }
  int concurrency() const override { return 1; }

  std::string read_model = "strong-1", score_model = "cheap-1";
  std::function<Reply(const Question&)> write;
  std::function<void()> before;
  bool hangs = false;
  int asked = 0;
};

inline paper::Paper splatting(int number) {
  paper::Paper paper;
  paper.id = *paper::PaperId::arxiv("2606.0000" + std::to_string(number));
  paper.version = 1;
  paper.title = "Gaussian splatting number " + std::to_string(number);
  paper.abstract = "We present method number " + std::to_string(number) +
                   " for gaussian splatting of indoor scenes. It renders large rooms at interactive rates. We show "
                   "that it works on scans of real kitchens.";
  // Else they would be nearly the same to a digest (digest::nearly_the_same).
  paper.abstract += " Its scans are";
  for (int i = 0; i < 150; ++i) paper.abstract += " s" + std::to_string(number) + "x" + std::to_string(i);
  paper.abstract += ".";
  paper.authors = {"Ada Lovelace"};
  paper.categories = {"cs.CV"};
  return paper;
}

inline paper::Person person(const std::string& id, const std::string& language) {
  paper::Person made;
  made.id = id;
  made.name = id;
  made.language = language;
  made.schedule.time_zone = "Europe/Berlin";  // 07:30, in summer 05:30 UTC
  made.addresses = {{"recording", id + "@example.org"}};
  paper::Topic topic;
  topic.name = "splatting";
  topic.query = "\"gaussian splatting\"";
  made.topics = {topic};
  return made;
}

class ReadingsTest : public testing::Test {
 protected:
  ReadingsTest() : world(at("2026-06-02T04:30:00Z")), source(world.clock), templates({folder}) {
    settings.parts = {"abstract", "motivation", "method", "core", "limitations"};
    people({person("ada", "en")});
  }

  void people(const std::vector<paper::Person>& list) {
    world.tx([&](store::Tx& tx) { store::provision_people(tx, list, at("2026-06-01T12:00:00Z")); });
  }
  void papers(int count) {
    Batch batch;
    for (int i = 1; i <= count; ++i) {
      batch.papers.push_back(splatting(i));
      batch.announcements.push_back({splatting(i).id, 1, "cs.CV", day("2026-06-02"), paper::AnnounceKind::new_paper});
    }
    batch.ledger = {{"list", "cs.CV", day("2026-06-02"), paper::LedgerState::complete, count, count, ""}};
    source.batches = {batch};
    world.run(Ingest(world.ground(), source).step());
    world.run(Match(world.ground(), nullptr).step());
  }
  Shelf shelf() const { return {settings, prompts, {reader.read_model, reader.score_model}}; }
  // Everything there is to read now.
  void read() {
    const Shelf on = shelf();
    Readings readings(world.ground(), reader, on, nullptr);
    for (int i = 0; i < 100; ++i) {
      if (!world.run(readings.step())) return;
    }
    FAIL() << "it never ends";
  }
  // What each person gets when it is due: by id, in Markdown.
  std::map<std::string, std::string> digests() {
    world.clock.set(at("2026-06-02T05:30:30Z"));
    const Shelf on = shelf();
    DigestSettings wait;
    wait.wait = Duration{0};
    EXPECT_TRUE(world.run(Digests(world.ground(), templates, composer, wait, &on).step()));
    std::map<std::string, std::string> made;
    world.tx([&](store::Tx& tx) {
      for (const paper::Person& each : store::active_people(tx)) {
        const auto row = store::find_digest(tx, each.id, "daily:2026-06-02");
        if (row) made[each.id] = digest::to_markdown(digest::read_message(row->markdown.text(), each.language), false);
      }
    });
    return made;
  }
  store::Spent spent() {
    return world.tx([](store::Tx& tx) { return store::spent_on(tx, day("2026-06-02")); });
  }

  const std::filesystem::path folder = std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates";
  test::World world;
  test::ListSource source;
  digest::Templates templates;
  std::shared_ptr<const reading::Prompts> prompts =
      std::make_shared<const reading::Prompts>(std::vector<std::filesystem::path>{folder});
  ReadingSettings settings;
  ScriptedReader reader;
  test::RecordingChannel channel;
  Composer composer{{{"recording", &channel}}, std::nullopt};
};

inline Reply answered(std::string json) {
  Reply reply;
  reply.kind = Reply::Kind::answered;
  reply.json = std::move(json);
  reply.prompt_tokens = 1000;
  reply.reply_tokens = 100;
  return reply;
}

inline Reply failed(Reply::Kind kind) {
  Reply reply;
  reply.kind = kind;
  reply.detail = "scripted";
  return reply;
}

}  // namespace paperboy::flow
