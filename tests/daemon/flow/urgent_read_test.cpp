// Reading for digests that go out when there is something: how long they wait for a model.
#include <gmock/gmock.h>

#include "tests/daemon/flow/reading_world.hpp"

namespace paperboy::flow {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kind = Reply::Kind;

// The clock begins at half past four, when the papers are found.
class UrgentReadings : public ReadingsTest, public testing::WithParamInterface<paper::Cadence> {
 protected:
  UrgentReadings() {
    paper::Person eager = person("ada", "en");
    eager.schedule.cadence = GetParam();
    people({eager});
    digest.wait = Duration{0};
  }
  void later(Duration by) { world.clock.advance(by); }
  // Is a digest built now?
  bool built() { return world.run(Digests(world.ground(), templates, composer, digest, &on, &readings).step()); }
  std::string digest_text() {
    std::string text;
    world.tx([&](store::Tx& tx) {
      tx.query("SELECT packed_markdown FROM digest",
               [&](const store::Row& row) { text = PackedText::from_bytes(row.text(0)).text(); });
    });
    return text;
  }

  DigestSettings digest;
  Shelf on = shelf();
  Readings readings{world.ground(), reader, on, nullptr};
};
INSTANTIATE_TEST_SUITE_P(Cadences, UrgentReadings,
                         testing::Values(paper::Cadence::instant, paper::Cadence::on_announcement),
                         [](const auto& each) {
                           return each.param == paper::Cadence::instant ? "Instant" : "Announced";
                         });

TEST_P(UrgentReadings, AreWaitedForAndNoLonger) {
  papers(3);
  EXPECT_FALSE(built()) << "nothing is read yet";
  for (int asked = 1; asked <= 4; ++asked) {
    EXPECT_FALSE(built());
    later(std::chrono::seconds(30));
    ASSERT_TRUE(world.run(readings.step()));
  }
  EXPECT_TRUE(built()) << "all is read, the ten minutes are not over";
  EXPECT_THAT(digest_text(), HasSubstr("Executive summary"));
  EXPECT_EQ(reader.asked, 4);
}

TEST_P(UrgentReadings, LeaveAtTheLimitWithWhatThereIs) {
  papers(3);
  ASSERT_TRUE(world.run(readings.step()));
  ASSERT_TRUE(world.run(readings.step()));
  later(std::chrono::minutes(10) - std::chrono::milliseconds(1));
  EXPECT_FALSE(built());
  later(std::chrono::milliseconds(1));
  EXPECT_TRUE(built());
  EXPECT_THAT(digest_text(), HasSubstr("#### Analysis"));
  EXPECT_FALSE(world.run(readings.step())) << "what is out is not paid for";
}

TEST_P(UrgentReadings, LeaveAtOnceWhereNothingWillBeRead) {
  papers(3);
  for (const Kind kind : {Kind::exhausted, Kind::misconfigured}) {
    reader.write = [kind](const Question&) { return failed(kind); };
    world.run(readings.step());
  }
  EXPECT_TRUE(built()) << readings.paused(world.clock.now());
}

TEST_P(UrgentReadings, LeaveAtOnceWhereTheBudgetIsSpent) {
  settings.tokens_per_person = 1;
  on = shelf();
  papers(3);
  EXPECT_FALSE(built());
  while (world.run(readings.step())) {
  }
  EXPECT_EQ(reader.asked, 0);
  EXPECT_TRUE(built());
}

TEST_P(UrgentReadings, OfNoUseAreNotWaitedFor) {
  reader.write = [](const Question&) { return answered("{}"); };
  papers(2);
  while (world.run(readings.step())) {
  }
  EXPECT_TRUE(built());
}

TEST_P(UrgentReadings, ComeBeforeThoseOfTomorrow) {
  paper::Person eager = person("ada", "en");
  eager.schedule.cadence = GetParam();
  eager.topics.front().query = "\"method number 4\"";
  people({eager, person("lin", "zh")});
  papers(3);
  ASSERT_TRUE(world.run(readings.step()));  // of lin's, which are due in an hour
  Batch batch;
  batch.papers = {splatting(4)};
  batch.announcements = {{splatting(4).id, 1, "cs.CV", day("2026-06-02"), paper::AnnounceKind::new_paper}};
  source.batches.push_back(batch);
  world.run(Ingest(world.ground(), source).step());
  world.run(Match(world.ground(), nullptr).step());
  std::vector<std::string> languages;
  reader.write = [&](const Question& question) {
    languages.push_back(question.user.find("Chinese") != question.user.npos ||
                                question.system.find("Chinese") != question.system.npos
                            ? "zh"
                            : "en");
    return answered(ScriptedReader::honest(question));
  };
  later(std::chrono::minutes(1));
  while (world.run(readings.step())) {
  }
  ASSERT_FALSE(languages.empty());
  EXPECT_EQ(languages.front(), "en");
  EXPECT_EQ(std::count(languages.begin(), languages.end(), "en"), 1);
}

TEST_F(ReadingsTest, WithoutAWaitKeepNoInstantDigest) {
  paper::Person eager = person("ada", "en");
  eager.schedule.cadence = paper::Cadence::instant;
  people({eager});
  settings.wait = Duration{0};
  papers(3);
  const Shelf on = shelf();
  Readings readings(world.ground(), reader, on, nullptr);
  EXPECT_FALSE(world.run(readings.step())) << "it would come too late";
  EXPECT_TRUE(world.run(Digests(world.ground(), templates, composer, {}, &on, &readings).step()));
}

}  // namespace
}  // namespace paperboy::flow
