// Counts of citations: which are wanted, and that what was told stays.
#include "daemon/store/citations.hpp"

#include <gmock/gmock.h>

#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Citations : public StoreTest {
 protected:
  void matched(Tx& t, const char* canonical, Time found_at) {
    const StoredMatch match{{"ada", "splatting", 0.5, {}}, id(canonical), 1, paper::AnnounceKind::new_paper, day(3)};
    put_matches(t, std::span(&match, 1), 0, found_at);
  }
  static std::vector<std::string> to_ask(Tx& t, Time wanted_since, Time asked_until, int limit = 100) {
    std::vector<std::string> ids;
    for (const paper::PaperId& each : citations_to_ask(t, wanted_since, asked_until, limit)) ids.push_back(each.str());
    return ids;
  }
};

TEST_F(Citations, OfMatchedPapersAreWanted) {
  tx([&](Tx& t) {
    const std::vector<paper::Person> people{person_of("ada")};
    provision_people(t, people, start - 24h);
    for (const char* canonical : {"2512.00001", "2512.00002", "2512.00003", "doi:10.1101/1", "2512.00004"}) {
      put_paper(t, paper_of(canonical), start);
    }
    paper::Paper post = paper_of("2512.00009");
    post.id = paper::PaperId::feed_item("https://x.org/feed", "1");
    put_paper(t, post, start);
    matched(t, "2512.00001", start - 48h);
    matched(t, "2512.00002", start);
    matched(t, "doi:10.1101/1", start + 1h);
    matched(t, post.id.str().c_str(), start + 1h);
    EXPECT_THAT(to_ask(t, start - 72h, start), IsEmpty()) << "nobody looked for wishes yet";
    want_citations(t, start - 24h);
    EXPECT_THAT(to_ask(t, start - 72h, start), ElementsAre("doi:10.1101/1", "2512.00002"));
    EXPECT_THAT(to_ask(t, start - 72h, start, 1), ElementsAre("doi:10.1101/1"));
    want_citations(t, start - 72h);
    EXPECT_THAT(to_ask(t, start - 72h, start), ElementsAre("doi:10.1101/1", "2512.00002", "2512.00001"));
    EXPECT_THAT(to_ask(t, start - 24h, start), ElementsAre("doi:10.1101/1", "2512.00002")) << "the last is an old wish";

    // What was never asked comes first; what was, when it has become old.
    const std::vector<paper::PaperId> asked{id("doi:10.1101/1"), id("2512.00002")};
    put_citations(t, asked, {{id("2512.00002"), 7}}, start + 2h);
    EXPECT_THAT(to_ask(t, start - 72h, start), ElementsAre("2512.00001"));
    EXPECT_THAT(to_ask(t, start - 72h, start + 2h), ElementsAre("2512.00001", "doi:10.1101/1", "2512.00002"));

    // An older wish does not take the place of a newer one.
    want_citations(t, start - 72h);
    EXPECT_THAT(to_ask(t, start, start + 2h), ElementsAre("doi:10.1101/1", "2512.00002"));
  });
}

TEST_F(Citations, StayWithTheirDateWhenTheyAreToldNoMore) {
  tx([&](Tx& t) {
    const std::vector<paper::Person> people{person_of("ada")};
    provision_people(t, people, start - 24h);
    put_paper(t, paper_of("2512.00001"), start);
    matched(t, "2512.00001", start);
    want_citations(t, start);
    const std::vector<paper::PaperId> one{id("2512.00001")};
    EXPECT_EQ(find_citations(t, one[0]), std::nullopt);
    put_citations(t, one, {}, start);
    EXPECT_EQ(find_citations(t, one[0]), std::nullopt) << "unknown there is not 0";
    put_citations(t, one, {{one[0], 0}}, start);
    EXPECT_EQ(find_citations(t, one[0]), (paper::Citations{0, day(3)}));
    put_citations(t, one, {{one[0], 12}}, start + 24h);
    put_citations(t, one, {}, start + 48h);
    EXPECT_EQ(find_citations(t, one[0]), (paper::Citations{12, day(4)}));
    EXPECT_THAT(to_ask(t, start, start + 47h), IsEmpty()) << "it was asked";
  });
}

}  // namespace
}  // namespace paperboy::store::test
