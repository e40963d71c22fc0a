// Judgement of answers, cursors, the two witnesses, settings.
#include <gmock/gmock.h>

#include "daemon/base/time.hpp"
#include "integrations/arxiv/answer.hpp"
#include "integrations/arxiv/cursor.hpp"
#include "integrations/arxiv/settings.hpp"
#include "integrations/arxiv/witness.hpp"
#include "integrations/plugin.hpp"
#include "tests/integrations/arxiv/fixture.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const Time now = *parse_rfc3339("2026-11-03T05:30:00Z");

net::Response response(int status, std::string body = "", net::Headers headers = {}) {
  net::Response made;
  made.status = status;
  made.body = std::move(body);
  made.headers = std::move(headers);
  return made;
}

struct Judged {
  const char* what;
  net::Response response;
  Meaning meaning;
  std::optional<Duration> wait;
};

TEST(Answers, MeanWhatTheyMean) {
  const std::vector<Judged> cases = {
      {"XML", response(200, "\xEF\xBB\xBF<?xml version='1.0'?><rss/>"), Meaning::ok, {}},
      {"not modified", response(304), Meaning::not_modified, {}},
      {"429 with seconds", response(429, "", {{"retry-after", "120"}}), Meaning::throttled, 120s},
      {"429 with a date", response(429, "", {{"retry-after", "Tue, 03 Nov 2026 05:31:00 GMT"}}), Meaning::throttled,
       60s},
      {"429 alone", response(429), Meaning::throttled, {}},
      {"503 with nonsense", response(503, "", {{"retry-after", "soon"}}), Meaning::throttled, {}},
      {"406 of the edge", response(406), Meaning::throttled, {}},
      {"500", response(500), Meaning::throttled, {}},
      {"rate exceeded with 200", response(200, "Rate exceeded.\n"), Meaning::throttled, {}},
      {"nothing with 200", response(200, ""), Meaning::throttled, {}},
      {"a web page with 200", response(200, "<!DOCTYPE html><html></html>"), Meaning::throttled, {}},
      {"a web page without doctype", response(200, "\n<html>"), Meaning::throttled, {}},
      {"blocked", response(403, "Access denied"), Meaning::blocked, 6h},
      {"a bad request", response(400, "<feed/>"), Meaning::permanent, {}},
      {"not there", response(404), Meaning::permanent, {}},
      {"a redirect nobody followed", response(301), Meaning::broken, {}},
      {"no answer", response(0), Meaning::broken, {}},
  };
  for (const Judged& each : cases) {
    const Answer answer = judge(each.response, now);
    EXPECT_EQ(answer.meaning, each.meaning) << each.what;
    EXPECT_EQ(answer.wait, each.wait) << each.what;
    const bool well = answer.meaning == Meaning::ok || answer.meaning == Meaning::not_modified;
    EXPECT_EQ(answer.reason.empty(), well) << each.what;
  }
  EXPECT_THAT(judge(response(200, "Rate exceeded."), now).reason, HasSubstr("Rate exceeded."));
}

TEST(Cursors, OfFeedsComeBackAsTheyWere) {
  FeedCursor cursor;
  cursor["cs.CV"] = {"\"etag\"",
                     "Tue, 03 Nov 2026 05:00:00 GMT",
                     {"2611.00123v1 new", "math/0611800v4 replace"},
                     {"2610.1v1 new"},
                     *parse_day("2026-11-03"),
                     *parse_day("2026-11-02"),
                     *parse_day("2026-11-03"),
                     now,
                     true};
  cursor["hep-th"] = {};
  EXPECT_EQ(read_feed_cursor(write_feed_cursor(cursor)), cursor);
}

TEST(Cursors, OfHarvestsComeBackAsTheyWere) {
  OaiCursor cursor;
  cursor.since = *parse_day("2026-10-27");
  cursor.done = *parse_day("2026-11-03");
  cursor.done_at = now;
  cursor.reached = *parse_day("2026-11-03");
  cursor.settled = *parse_day("2026-11-02");
  cursor.harvest =
      Harvest{*parse_day("2026-11-01"),       "verb%3DListRecords%26skip%3D0", now, *parse_day("2026-11-02"), 2, 1,
              {{*parse_day("2026-11-03"), 7}}};
  cursor.fresh[*parse_day("2026-11-03")]["cs.CV"] = {"2611.00001", "2611.00002"};
  cursor.seen.add("2611.00001");
  cursor.seen.add("2610.99999");
  cursor.revised["2610.00007"] = {3, *parse_day("2026-11-03")};
  EXPECT_EQ(read_oai_cursor(write_oai_cursor(cursor)), cursor);
}

TEST(Cursors, ThatAreNoneReadAsTheBeginning) {
  for (
      const char* text :
      {"", "nonsense", "[]", "{}", R"({"v":99,"since":"2026-01-01"})",
       R"({"v":1,"since":7,"harvest":[],"fresh":{"x":1,"2026-11-03":[]},"seen":{"26":"00","2611":"zz"},"categories":{"cs.CV":3}})"}) {
    EXPECT_EQ(read_oai_cursor(text).since, Day{}) << text;
    EXPECT_FALSE(read_oai_cursor(text).seen.contains("2611.00001")) << text;
    EXPECT_EQ(read_feed_cursor(text)["cs.CV"], FeedState{}) << text;
  }
}

TEST(SeenIds, KeepABitForEachNewStyleId) {
  SeenIds seen;
  EXPECT_FALSE(seen.contains("2611.00001"));
  seen.add("2611.00001");
  seen.add("2611.99999");
  seen.add("0704.0001");
  seen.add("hep-th/9901001");
  EXPECT_TRUE(seen.contains("2611.00001"));
  EXPECT_TRUE(seen.contains("2611.99999"));
  EXPECT_TRUE(seen.contains("0704.0001"));
  EXPECT_FALSE(seen.contains("2611.00002"));
  EXPECT_FALSE(seen.contains("2612.00001"));
  EXPECT_FALSE(seen.contains("hep-th/9901001"));
  seen.forget_before(*parse_day("2026-11-30"));
  EXPECT_TRUE(seen.contains("2611.00001"));
  EXPECT_FALSE(seen.contains("0704.0001"));
}

TEST(TwoWitnesses, AreComparedOnceBothHaveSpoken) {
  const Day day = *parse_day("2026-11-03");
  Witnesses witnesses;
  witnesses.feed_saw("cs.CV", day, {"a", "b", "x"}, {"a", "b"});
  EXPECT_EQ(witnesses.compare("cs.CV", day).note(), "");
  witnesses.harvest_saw("cs.CV", day, {"a", "c"}, [](const std::string& id) { return id == "a" || id == "c"; });
  const auto difference = witnesses.compare("cs.CV", day);
  EXPECT_THAT(difference.only_harvest, ElementsAre("c"));
  EXPECT_THAT(difference.only_feed, ElementsAre("b"));
  EXPECT_EQ(difference.note(), "1 only in OAI-PMH (c); 1 only in the feed (b)");
  EXPECT_EQ(witnesses.compare("cs.CL", day).note(), "");
}

Settings settings_of(const std::string& yaml, settings::Findings& findings) {
  return read_settings(settings::Node::parse(yaml, "test.yaml", findings));
}

TEST(ArxivSettings, ExpandGroupsAndMendSpelling) {
  settings::Findings findings;
  const Settings read = settings_of("categories: [CS.cv, cs.NA, hep-th, 'q-fin.*', cs.CV]", findings);
  EXPECT_TRUE(findings.empty()) << findings.to_string();
  EXPECT_THAT(std::vector(read.categories.begin(), read.categories.begin() + 3),
              ElementsAre("cs.CV", "math.NA", "hep-th"));
  EXPECT_THAT(read.categories, testing::Contains("q-fin.MF"));
  EXPECT_EQ(std::count(read.categories.begin(), read.categories.end(), "cs.CV"), 1);
}

TEST(ArxivSettings, SayWhatIsWrongAndHowToMendIt) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"rss: true", "name at least one category"},
      {"categories: [cs.VC]", "'cs.VC' is no arXiv category or archive"},
      {"{categories: [cs.CV], rss: false, oai: false}", "both off"},
      {"{categories: [cs.CV], gap: 1s}", "at least 3s"},
      {"{categories: [cs.CV], oai_url: ftp://x}", "not an http or https URL"},
      {"{categories: [cs.CV], look_back_days: 400}", "look_back_days"},
  };
  for (const auto& [yaml, finding] : cases) {
    settings::Findings findings;
    settings_of(yaml, findings);
    ASSERT_FALSE(findings.empty()) << yaml;
    EXPECT_THAT(findings.to_string(), HasSubstr(finding)) << yaml;
  }
}

TEST(ArxivSettings, ReplaysMayHurry) {
  settings::Findings findings;
  const Settings read = settings_of(
      "{categories: [cs.CV], gap: 0s, rss_url: 'http://127.0.0.1:1/rss/', oai_url: 'http://127.0.0.1:1/oai', api_url: "
      "'http://127.0.0.1:1/api/query'}",
      findings);
  EXPECT_TRUE(findings.empty()) << findings.to_string();
  EXPECT_EQ(read.gap, Duration{0});
  EXPECT_EQ(read.rss_url, "http://127.0.0.1:1/rss");
}

TEST(ArxivSettings, TheAnnotatedDefaultsAreTheDefaults) {
  settings::Findings findings;
  const auto file = std::filesystem::path(PAPERBOY_SOURCE_DIR) / "integrations/arxiv/arxiv.yaml";
  const settings::Node root = settings::Node::load(file, findings);
  const settings::Node section = root.at("sources").at("arxiv");
  const Settings written = read_settings(section);
  root.reject_unknown();
  EXPECT_TRUE(findings.empty()) << findings.to_string();
  EXPECT_EQ(section.asked_keys(), section.written_keys()) << "every setting is documented";
  const Settings defaults;
  EXPECT_EQ(written.rss, defaults.rss);
  EXPECT_EQ(written.oai, defaults.oai);
  EXPECT_EQ(written.rss_url, defaults.rss_url);
  EXPECT_EQ(written.oai_url, defaults.oai_url);
  EXPECT_EQ(written.api_url, defaults.api_url);
  EXPECT_EQ(written.gap, defaults.gap);
  EXPECT_EQ(written.look_back_days, defaults.look_back_days);
}

TEST(ArxivPlugin, OffersWhatTheSettingsAskFor) {
  settings::Findings findings;
  const settings::Node node = settings::Node::parse("{categories: [cs.CV, hep-th], oai: false}", "test.yaml", findings);
  const Offer offer = find_plugin("arxiv")->read(node);
  EXPECT_TRUE(findings.empty());
  EXPECT_THAT(offer.listings, ElementsAre("cs.CV", "hep-th"));
  EXPECT_TRUE(offer.sources);
  EXPECT_TRUE(offer.lookup);
  EXPECT_FALSE(offer.channel);
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
