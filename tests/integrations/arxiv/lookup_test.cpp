#include "integrations/arxiv/lookup.hpp"

#include <gmock/gmock.h>

#include "tests/integrations/arxiv/bench.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using paper::PaperId;
using test::Bench;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Lookups : public testing::Test {
 protected:
  flow::Found find(std::vector<PaperId> ids) {
    ApiLookup lookup(bench.office);
    flow::Found found;
    const auto body = [&]() -> async::Awaitable<> { found = co_await lookup.find(std::move(ids)); };
    test::run(body());
    return found;
  }
  std::string trouble(std::vector<PaperId> ids) {
    try {
      find(std::move(ids));
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }
  static PaperId id(const char* text) { return *PaperId::arxiv(text); }
  Bench bench{"2026-11-03T13:00:00Z"};
};

TEST_F(Lookups, TellKnownFromUnknownIds) {
  bench.arxiv.papers = {{"2611.00001", "cs.CV", ""}, {"hep-th/9901001", "hep-th", ""}};
  const flow::Found found =
      find({id("2611.00001"), id("2611.99999"), id("hep-th/9901001"), *PaperId::doi("10.1000/x"), id("2611.00001")});
  ASSERT_THAT(found.papers, SizeIs(2));
  EXPECT_EQ(found.papers[1].id.str(), "hep-th/9901001");
  EXPECT_THAT(found.unknown, ElementsAre(id("2611.99999"), *PaperId::doi("10.1000/x")));
  EXPECT_THAT(bench.arxiv.urls(),
              ElementsAre(HasSubstr("/api/query?id_list=2611.00001,2611.99999,hep-th/9901001&start=0&max_results=3")));
}

TEST_F(Lookups, AskInHundreds) {
  std::vector<PaperId> ids;
  for (int i = 0; i < 250; ++i) {
    const std::string number = "2611.0" + std::to_string(1000 + i);
    bench.arxiv.papers.push_back({number, "cs.CV", ""});
    ids.push_back(id(number.c_str()));
  }
  const flow::Found found = find(ids);
  EXPECT_THAT(found.papers, SizeIs(250));
  EXPECT_THAT(found.unknown, IsEmpty());
  EXPECT_THAT(bench.arxiv.asked, SizeIs(3));
  EXPECT_THAT(bench.arxiv.asked.back().url, HasSubstr("max_results=50"));
}

TEST_F(Lookups, AskNothingForNothing) {
  EXPECT_THAT(find({}).papers, IsEmpty());
  EXPECT_THAT(find({*PaperId::doi("10.1000/x")}).unknown, SizeIs(1));
  EXPECT_THAT(bench.arxiv.asked, IsEmpty());
}

const std::string empty_page = "<feed xmlns:opensearch='x'><opensearch:totalResults>1</opensearch:totalResults></feed>";

TEST_F(Lookups, AnEmptyPageWithATotalIsAskedForAgain) {
  bench.arxiv.papers = {{"2611.00001", "cs.CV", ""}};
  bench.arxiv.fail_once("/api", 200, empty_page);
  bench.arxiv.fail_once("/api", 200, empty_page);
  EXPECT_THAT(find({id("2611.00001")}).papers, SizeIs(1));
  EXPECT_THAT(bench.arxiv.asked, SizeIs(3));
}

TEST_F(Lookups, AnEmptyPageIsNeverTakenForNoPapers) {
  for (int i = 0; i < 3; ++i) bench.arxiv.fail_once("/api", 200, empty_page);
  EXPECT_THAT(trouble({id("2611.00001")}), HasSubstr("counts more papers than it hands out"));
}

TEST_F(Lookups, AShortPageIsContinued) {
  bench.arxiv.papers = {{"2611.00001", "cs.CV", ""}, {"2611.00002", "cs.CV", ""}};
  std::string cut =
      bench.arxiv.answer("https://x/api/query?id_list=2611.00001,2611.00002&start=0&max_results=1", {}).body;
  bench.arxiv.fail_once("/api", 200, cut);
  EXPECT_THAT(find({id("2611.00001"), id("2611.00002")}).papers, SizeIs(2));
  EXPECT_THAT(bench.arxiv.asked.back().url, HasSubstr("&start=1&"));
}

TEST_F(Lookups, TroubleIsAnErrorWithItsReason) {
  bench.arxiv.fail_once("/api", 200, "Rate exceeded.", {{"retry-after", "3600"}});
  EXPECT_THAT(trouble({id("2611.00001")}), HasSubstr("Rate exceeded."));
  EXPECT_THAT(trouble({id("2611.00001")}), HasSubstr("papers can be looked up again at 2026-11-03T14:00:"));
  EXPECT_THAT(bench.arxiv.asked, SizeIs(1)) << "nobody waits an hour for an answer";
}

TEST_F(Lookups, ARefusedIdIsNamed) {
  bench.arxiv.fail_once(
      "/api", 400,
      R"(<feed><entry><id>https://arxiv.org/api/errors#x</id><title>Error</title><summary>incorrect id format for x</summary></entry></feed>)");
  EXPECT_THAT(trouble({id("2611.00001")}), HasSubstr("HTTP 400: incorrect id format for x"));
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
