// The pure readers over small documents in arXiv's wire formats.
#include <gmock/gmock.h>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "integrations/arxiv/atom_api.hpp"
#include "integrations/arxiv/oai.hpp"
#include "integrations/arxiv/rss.hpp"
#include "tests/integrations/arxiv/fixture.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using paper::AnnounceKind;
using test::fixture;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(RssReader, ReadsEveryFieldOfAnItem) {
  const Read<RssFeed> read = read_rss(fixture("rss.xml"));
  ASSERT_TRUE(read.value) << read.error;
  ASSERT_EQ(read.value->items.size(), 4u);
  const RssItem& item = read.value->items[0];
  EXPECT_EQ(item.kind, AnnounceKind::new_paper);
  EXPECT_EQ(item.key(), "2611.00123v1 new");
  EXPECT_EQ(item.paper.id.str(), "2611.00123");
  EXPECT_EQ(item.paper.version, 1);
  EXPECT_EQ(item.paper.title, "On L² bounds of Erdős type");
  EXPECT_EQ(item.paper.title_raw, "On $L^2$ bounds of Erd\\H{o}s type");
  EXPECT_THAT(item.paper.abstract, testing::StartsWith("We show that"));
  EXPECT_THAT(item.paper.abstract, HasSubstr("earlier work."));
  EXPECT_THAT(item.paper.abstract_raw, testing::StartsWith("We show that $x < y$ implies $\\alpha^2"));
  EXPECT_THAT(item.paper.authors, ElementsAre("Ada M. van Dijk", "José Pérez"));
  EXPECT_THAT(item.paper.categories, ElementsAre("math.OC", "math.NA")) << "cs.NA is an alias of math.NA";
  EXPECT_EQ(item.paper.license, "http://creativecommons.org/licenses/by/4.0/");
  EXPECT_FALSE(item.paper.announced) << "the feed's dates cannot be trusted";
}

TEST(RssReader, KnowsTheFourKindsAndOldIds) {
  const Read<RssFeed> read = read_rss(fixture("rss.xml"));
  ASSERT_TRUE(read.value);
  std::vector<std::string> keys;
  for (const RssItem& item : read.value->items) keys.push_back(item.key());
  EXPECT_THAT(keys, ElementsAre("2611.00123v1 new", "2611.00200v1 cross", "math/0611800v4 replace",
                                "2509.11111v3 replace-cross"));
  const paper::Paper& replaced = read.value->items[2].paper;
  EXPECT_EQ(replaced.journal_ref, "J. Invented Math. 12 (2007) 1-20");
  EXPECT_EQ(replaced.doi, "10.1000/jim.2007.12");
  EXPECT_TRUE(read.value->items[3].paper.withdrawn);
}

TEST(RssReader, CountsWhatItCannotRead) {
  const Read<RssFeed> read = read_rss(fixture("rss.xml"));
  ASSERT_TRUE(read.value);
  EXPECT_EQ(read.value->listed, 6);
  EXPECT_THAT(read.value->unreadable,
              ElementsAre(HasSubstr("no arXiv id"), HasSubstr("2611.00300: announce type 'absonly' is unknown")));
}

TEST(RssReader, AtomSaysTheSame) {
  const Read<RssFeed> rss = read_rss(fixture("rss.xml")), atom = read_rss(fixture("atom.xml"));
  ASSERT_TRUE(rss.value && atom.value) << atom.error;
  ASSERT_EQ(atom.value->items.size(), 1u);
  const paper::Paper &a = rss.value->items[0].paper, &b = atom.value->items[0].paper;
  EXPECT_EQ(atom.value->items[0].key(), rss.value->items[0].key());
  EXPECT_EQ(a.title, b.title);
  EXPECT_EQ(a.abstract, b.abstract);
  EXPECT_EQ(a.authors, b.authors);
  EXPECT_EQ(a.categories, b.categories);
  EXPECT_EQ(a.license, b.license);
}

TEST(RssReader, AnErrorFeedIsAnErrorWithItsReason) {
  const Read<RssFeed> read = read_rss(fixture("rss-error.xml"));
  EXPECT_FALSE(read.value);
  EXPECT_THAT(read.error, testing::StartsWith("Bad subject class 'QQ'"));
}

TEST(RssReader, AnEmptyFeedIsAFeed) {
  const Read<RssFeed> read = read_rss("<rss version='2.0'><channel><title>x</title></channel></rss>");
  ASSERT_TRUE(read.value);
  EXPECT_EQ(read.value->listed, 0);
}

struct Refused {
  const char* what;
  std::string bytes;
  const char* reason;
};

const std::vector<Refused>& refused() {
  static const std::vector<Refused> cases = {
      {"nothing", "", "empty"},
      {"blanks", " \n\t", "empty"},
      {"text", "Rate exceeded.", "not well-formed"},
      {"truncated", fixture("rss.xml").substr(0, 3000), "not well-formed"},
      {"another document", "<?xml version='1.0'?><catalog><book/></catalog>", "root element is <catalog>"},
      {"a doctype", "<?xml version='1.0'?><!-- x --><!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel/></rss>", "DOCTYPE"},
      {"a mark and a doctype", "\xEF\xBB\xBF<!doctype html><html/>", "DOCTYPE"},
      {"bytes of no encoding", std::string("\x00\xFF\xFE\x80<", 5), "not well-formed"},
  };
  return cases;
}

TEST(Readers, RefuseWithAReasonWhatTheyCannotRead) {
  for (const Refused& each : refused()) {
    const Read<RssFeed> rss = read_rss(each.bytes);
    EXPECT_FALSE(rss.value) << each.what;
    EXPECT_THAT(rss.error, HasSubstr(each.reason)) << each.what;
    const Read<ApiPage> api = read_api(each.bytes);
    EXPECT_FALSE(api.value) << each.what;
    EXPECT_THAT(api.error, HasSubstr(each.reason)) << each.what;
    const OaiAnswer oai = read_oai(each.bytes);
    EXPECT_FALSE(oai.page) << each.what;
    EXPECT_TRUE(oai.error_code.empty()) << each.what;
    EXPECT_THAT(oai.error, HasSubstr(each.reason)) << each.what;
  }
}

TEST(Readers, MendIllFormedText) {
  const std::string feed =
      "<rss><channel><item><title>a\xFF\x62&#1;c</title><guid>oai:arXiv.org:2611.00001v1</guid>"
      "<announce_type>new</announce_type></item></channel></rss>";
  const Read<RssFeed> read = read_rss(feed);
  ASSERT_TRUE(read.value) << read.error;
  ASSERT_EQ(read.value->items.size(), 1u);
  EXPECT_EQ(read.value->items[0].paper.title,
            "a\xEF\xBF\xBD"
            "bc");
}

TEST(OaiReader, ReadsRawRecordsWithTheirHistory) {
  const OaiAnswer answer = read_oai(fixture("oai-raw.xml"));
  ASSERT_TRUE(answer.page) << answer.error;
  const OaiPage& page = *answer.page;
  EXPECT_EQ(page.listed, 3);
  ASSERT_EQ(page.records.size(), 2u);
  EXPECT_THAT(page.unreadable, ElementsAre(HasSubstr("2611.00777")));
  EXPECT_EQ(page.resumption_token, "verb%3DListRecords%26metadataPrefix%3DarXivRaw%26from%3D2026-11-04%26skip%3D42");
  EXPECT_EQ(page.response_date, parse_rfc3339("2026-11-04T04:00:00Z"));

  const OaiRecord& record = page.records[0];
  EXPECT_EQ(record.datestamp, parse_day("2026-11-04"));
  EXPECT_THAT(record.sets, ElementsAre("math:math:OC", "math:math:NA", "cs:cs:NA"));
  const paper::Paper& paper = record.paper;
  EXPECT_EQ(paper.version, 2);
  EXPECT_EQ(paper.published, parse_day("2026-11-01"));
  EXPECT_EQ(paper.updated, parse_day("2026-11-03"));
  ASSERT_EQ(paper.versions.size(), 2u);
  EXPECT_EQ(paper.versions[0].submitted, *parse_rfc3339("2026-11-01T17:00:00Z"));
  EXPECT_EQ(paper.versions[0].size, "85kb");
  EXPECT_THAT(paper.categories, ElementsAre("math.OC", "math.NA"));
  EXPECT_THAT(paper.classes, ElementsAre("65K10", "90C30")) << "acm-class repeats the MSC class and is not read";
  EXPECT_EQ(paper.comments, "12 pages, 3 figures");
  EXPECT_EQ(paper.report_number, "INV-26-1");
  EXPECT_EQ(paper.doi, "10.1000/jim.2026.1");
  EXPECT_EQ(paper.authors_raw, "Ada M. van Dijk, Jos\\'e P\\'erez");
  EXPECT_FALSE(paper.withdrawn);
}

TEST(OaiReader, ALastVersionWithoutSourceIsAWithdrawal) {
  const OaiAnswer answer = read_oai(fixture("oai-raw.xml"));
  ASSERT_TRUE(answer.page);
  EXPECT_EQ(answer.page->records[1].paper.id.str(), "hep-th/9901001");
  EXPECT_TRUE(answer.page->records[1].paper.withdrawn);
}

TEST(OaiReader, ReadsTheFormatOfStructuredAuthors) {
  const OaiAnswer answer = read_oai(fixture("oai-arxiv.xml"));
  ASSERT_TRUE(answer.page) << answer.error;
  ASSERT_EQ(answer.page->records.size(), 1u);
  const paper::Paper& paper = answer.page->records[0].paper;
  EXPECT_THAT(paper.authors, ElementsAre("Ada M. van Dijk Jr", "IceTray Collaboration"));
  EXPECT_EQ(paper.title, "Evaluation of Things in Liquid Xenon");
  EXPECT_EQ(paper.abstract, "First line goes on.\nSecond paragraph.");
  EXPECT_EQ(paper.published, parse_day("2017-06-16")) << "the id is of June 2017: <created> is the first version's";
  EXPECT_EQ(paper.updated, parse_day("2017-12-12"));
  EXPECT_THAT(answer.page->resumption_token, IsEmpty());
}

TEST(OaiReader, TodaysServerGivesTheNewestVersionAsCreated) {
  std::string xml = fixture("oai-arxiv.xml");
  xml = text::replace_all(xml, "<created>2017-06-16</created>", "<created>2017-12-12</created>");
  const OaiAnswer answer = read_oai(xml);
  ASSERT_TRUE(answer.page);
  EXPECT_FALSE(answer.page->records[0].paper.published) << "not the first version's day";
}

TEST(OaiReader, ErrorsAreValuesWithTheirCode) {
  const OaiAnswer answer = read_oai("<OAI-PMH><request/><error code='noRecordsMatch'>Nothing.</error></OAI-PMH>");
  EXPECT_FALSE(answer.page);
  EXPECT_EQ(answer.error_code, "noRecordsMatch");
  EXPECT_EQ(answer.error, "Nothing.");
}

TEST(OaiReader, OtherFormatsAndVerbsAreRefusedByName) {
  const std::string dublin =
      "<OAI-PMH><GetRecord><record><header><identifier>oai:arXiv.org:0809.4173</identifier>"
      "<datestamp>2011-02-04</datestamp></header><metadata><oai_dc:dc xmlns:oai_dc='x'/></metadata>"
      "</record></GetRecord></OAI-PMH>";
  const OaiAnswer answer = read_oai(dublin);
  ASSERT_TRUE(answer.page);
  EXPECT_THAT(answer.page->records, IsEmpty());
  EXPECT_THAT(answer.page->unreadable,
              ElementsAre(HasSubstr("<oai_dc:dc>, which is not read here: ask for metadataPrefix=arXivRaw")));
  EXPECT_THAT(read_oai("<OAI-PMH><request/><Identify/></OAI-PMH>").error, HasSubstr("without records (Identify)"));
  EXPECT_THAT(read_oai("<record><header/></record>").error, HasSubstr("root element is <record>"));
}

TEST(OaiSets, NameCategoriesAndWhatTheyShare) {
  EXPECT_EQ(oai_set("cs.CV"), "cs:cs:CV");
  EXPECT_EQ(oai_set("hep-th"), "physics:hep-th");
  EXPECT_EQ(oai_set("cond-mat.soft"), "physics:cond-mat:soft");
  EXPECT_EQ(oai_set("physics.flu-dyn"), "physics:physics:flu-dyn");
  EXPECT_EQ(common_set({"cs.CV"}), "cs:cs:CV");
  EXPECT_EQ(common_set({"cs.CV", "cs.CL"}), "cs:cs");
  EXPECT_EQ(common_set({"hep-th", "hep-ph", "quant-ph"}), "physics");
  EXPECT_EQ(common_set({"cs.CV", "hep-th"}), "");
  EXPECT_EQ(common_set({}), "");
}

TEST(ApiReader, ReadsEntries) {
  const Read<ApiPage> read = read_api(fixture("api.xml"));
  ASSERT_TRUE(read.value) << read.error;
  EXPECT_EQ(read.value->total, 2);
  ASSERT_EQ(read.value->papers.size(), 2u);
  const paper::Paper& paper = read.value->papers[0];
  EXPECT_EQ(paper.id.str(), "2611.00123");
  EXPECT_EQ(paper.version, 2);
  EXPECT_EQ(paper.title, "On α² bounds of Erdős type");
  EXPECT_EQ(paper.abstract, "We show it.");
  EXPECT_THAT(paper.authors, ElementsAre("Ada M. van Dijk", "José Pérez"));
  EXPECT_THAT(paper.categories, ElementsAre("math.OC", "math.NA")) << "the primary first, aliases folded";
  EXPECT_THAT(paper.classes, testing::UnorderedElementsAre("65K10", "90C30", "G.1.6"));
  EXPECT_EQ(paper.published, parse_day("2026-11-01"));
  EXPECT_EQ(paper.updated, parse_day("2026-11-09"));
  EXPECT_EQ(paper.doi, "10.1000/jim.2026.1");
  EXPECT_EQ(read.value->papers[1].id.str(), "astro-ph/0601001");
}

TEST(ApiReader, AnErrorEntryIsNoPaper) {
  const Read<ApiPage> read = read_api(fixture("api-error.xml"));
  EXPECT_FALSE(read.value);
  EXPECT_EQ(read.error, "incorrect id format for xyz");
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
