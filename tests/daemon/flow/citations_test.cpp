// How often papers are cited: who is asked about what and when, and that digests say it and wait for nothing.
#include "daemon/flow/citations.hpp"

#include <gmock/gmock.h>

#include "daemon/store/citations.hpp"
#include "tests/daemon/flow/reading_world.hpp"

namespace paperboy::flow {
namespace {

using Kind = CitationReply::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

paper::PaperId id(int number) {
  return splatting(number).id;
}

// Knows what `known` says, or answers what `script` says next.
class ScriptedIndex final : public CitationIndex {
 public:
  async::Awaitable<CitationReply> counts_of(std::vector<paper::PaperId> papers) override {
    asked.push_back(papers);
    CitationReply reply;
    if (!script.empty()) {
      reply = script.front();
      script.pop_front();
      co_return reply;
    }
    for (const paper::PaperId& paper : papers) {
      if (paper == unspeakable) co_return CitationReply{Kind::refused, {}, "scripted", 5s};
    }
    reply.kind = Kind::answered;
    for (const paper::PaperId& paper : papers) {
      if (known.contains(paper)) reply.counts[paper] = known[paper];
    }
    co_return reply;
  }
  std::size_t most_at_once() const override { return most; }

  std::map<paper::PaperId, std::int64_t> known;
  std::deque<CitationReply> script;
  std::vector<std::vector<paper::PaperId>> asked;
  paper::PaperId unspeakable;
  std::size_t most = 500;
};

class CitationsTest : public ReadingsTest {
 protected:
  CitationsTest() { start(); }
  void start() { stage.emplace(world.ground(), index, CitationSettings{}); }
  // Asks all there is to ask now; says how many requests that took.
  std::size_t ask() {
    const std::size_t before = index.asked.size();
    while (world.run(stage->step())) {
      if (index.asked.size() > before + 50) throw std::logic_error("it never ends");
    }
    return index.asked.size() - before;
  }
  std::optional<paper::Citations> kept(int number) {
    return world.tx([&](store::Tx& tx) { return store::find_citations(tx, id(number)); });
  }
  std::map<std::string, std::string> digests_with(bool citations) {
    world.clock.set(at("2026-06-02T05:30:30Z"));
    DigestSettings how;
    how.wait = Duration{0};
    how.citations = citations;
    EXPECT_TRUE(world.run(Digests(world.ground(), templates, composer, how).step()));
    std::map<std::string, std::string> made;
    world.tx([&](store::Tx& tx) {
      for (const char* person : {"ada", "lin"})
        made[person] = digest::to_markdown(
            digest::read_message(store::find_digest(tx, person, "daily:2026-06-02")->markdown.text(), "en"), false);
    });
    return made;
  }

  ScriptedIndex index;
  std::optional<Citations> stage;
};

TEST_F(CitationsTest, StandInDigests) {
  people({person("ada", "en"), person("lin", "zh")});
  papers(4);
  index.known = {{id(1), 12}, {id(2), 1}, {id(3), 0}};
  EXPECT_EQ(ask(), 1u);
  EXPECT_THAT(index.asked[0], SizeIs(4)) << "both people's papers, each once";
  const auto made = digests_with(true);
  EXPECT_THAT(made.at("ada"), HasSubstr("arXiv:2606.00001 · **Cited:** 12 times (Semantic Scholar, 2 Jun 2026)\n"));
  EXPECT_THAT(made.at("ada"), HasSubstr("arXiv:2606.00002 · **Cited:** 1 time (Semantic Scholar, 2 Jun 2026)\n"));
  EXPECT_THAT(made.at("ada"), HasSubstr("arXiv:2606.00003\n")) << "that nobody cites it yet is no news";
  EXPECT_THAT(made.at("ada"), HasSubstr("arXiv:2606.00004\n"));
  EXPECT_THAT(made.at("lin"), HasSubstr("arXiv:2606.00001 · **被引**：12 次（Semantic Scholar，2026年6月2日）\n"));
}

TEST_F(CitationsTest, AreNotShownUnlessTheSettingsSaySo) {
  people({person("ada", "en"), person("lin", "zh")});
  papers(1);
  index.known = {{id(1), 12}};
  ask();
  for (const auto& [person, digest] : digests_with(false)) EXPECT_THAT(digest, Not(HasSubstr("Semantic Scholar,")));
}

TEST_F(CitationsTest, NoDigestWaitsForThem) {
  people({person("ada", "en"), person("lin", "zh")});
  papers(1);
  index.script = {{Kind::later, {}, "scripted", 1h}};
  EXPECT_EQ(ask(), 1u);
  EXPECT_THAT(digests_with(true).at("ada"), HasSubstr("arXiv:2606.00001\n"));
}

TEST_F(CitationsTest, AreAskedAgainAfterAWeekWhileSomebodyMeetsThem) {
  papers(2);
  index.known = {{id(1), 12}};
  EXPECT_EQ(ask(), 1u);
  world.reopen();
  start();
  EXPECT_EQ(ask(), 0u) << "the store remembers";
  world.clock.advance(7 * 24h - 1min);
  EXPECT_EQ(ask(), 0u);
  world.clock.advance(1min);
  index.known = {{id(2), 3}};  // and the other is known no more
  EXPECT_EQ(ask(), 1u);
  EXPECT_THAT(index.asked.back(), SizeIs(2));
  EXPECT_EQ(kept(1), (paper::Citations{12, day("2026-06-02")}));
  EXPECT_EQ(kept(2), (paper::Citations{3, day("2026-06-09")}));
  world.clock.advance(8 * 24h);
  EXPECT_EQ(ask(), 0u) << "nobody has met them for two weeks";
}

TEST_F(CitationsTest, AreAskedInAsManyRequestsAsItTakes) {
  papers(9);
  index.most = 4;
  start();
  EXPECT_EQ(ask(), 3u);
  EXPECT_THAT(index.asked, ElementsAre(SizeIs(4), SizeIs(4), SizeIs(1)));
}

TEST_F(CitationsTest, TroubleKeepsWhatIsKnownAndIsWaitedOut) {
  papers(1);
  index.known = {{id(1), 12}};
  ask();
  const paper::Citations before{12, day("2026-06-02")};
  struct Case {
    CitationReply reply;
    Duration pause;
  };
  for (const Case& c : {Case{{Kind::later, {}, "HTTP 429", 90s}, 90s}, Case{{Kind::later, {}, "lost", 0s}, 1s},
                        Case{{Kind::misconfigured, {}, "HTTP 403", 3s}, 1h}}) {
    world.clock.set(at("2026-06-09T12:00:00Z"));
    start();
    index.script = {c.reply};
    EXPECT_EQ(ask(), 1u);
    world.clock.advance(c.pause - 1ms);
    EXPECT_EQ(ask(), 0u) << c.reply.detail;
    EXPECT_EQ(kept(1), before);
    index.script = {c.reply};
    world.clock.advance(1ms);
    EXPECT_EQ(ask(), 1u) << c.reply.detail;
  }
  EXPECT_EQ(kept(1), before);
  EXPECT_THAT(world.metrics.text(), HasSubstr("paperboy_citation_requests_total{result=\"later\"} 4"));
  EXPECT_THAT(world.metrics.text(), HasSubstr("paperboy_citation_papers_total{result=\"known\"} 1"));
}

TEST_F(CitationsTest, OnePaperThatCannotBeAskedForCostsOnlyItself) {
  papers(9);
  for (int i = 1; i <= 9; ++i) index.known[id(i)] = i;
  index.unspeakable = id(5);
  for (int i = 0; i < 20; ++i) {
    ask();
    world.clock.advance(1min);
  }
  for (int i = 1; i <= 9; ++i) EXPECT_EQ(kept(i).has_value(), i != 5) << i;
  const std::size_t requests = index.asked.size();
  EXPECT_LE(requests, 12u);
  EXPECT_EQ(ask(), 0u) << "it was asked for, alone, and is left out until it is its time again";
}

}  // namespace
}  // namespace paperboy::flow
