#include "integrations/feed/reader.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "daemon/base/time.hpp"
#include "integrations/feed/encoding.hpp"
#include "integrations/feed/html_text.hpp"
#include "tests/support/shared_data.hpp"

namespace paperboy::integrations::feed {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
namespace fs = std::filesystem;

std::string file_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Reading read_fixture(const std::string& name) {
  return read_feed(file_text(fs::path(PAPERBOY_SOURCE_DIR) / "tests/integrations/feed/fixtures" / name), "text/xml",
                   "https://group.example.org/feed.xml");
}

TEST(FeedReader, ReadsThePreprintServersRdf) {
  const Reading read = read_fixture("journal.rdf");
  ASSERT_TRUE(read.feed) << read.error;
  EXPECT_EQ(read.feed->title, "Preprints: Genomics");
  ASSERT_THAT(read.feed->papers, SizeIs(1));
  const paper::Paper& paper = read.feed->papers[0];
  EXPECT_EQ(paper.id.str(), "doi:10.1101/2026.11.01.000001");
  EXPECT_EQ(paper.doi, "10.1101/2026.11.01.000001");
  EXPECT_EQ(paper.url, "http://preprints.example.org/content/2026.11.01.000001v1?rss=1");
  EXPECT_EQ(paper.title, "A Saccharomyces genome in 10⁵ pieces & more");
  EXPECT_EQ(paper.abstract, "We sequenced CO₂-tolerant strains (p < 0.05).");
  EXPECT_THAT(paper.authors, ElementsAre("N. LAPLACE", "A. Simon", "P.-L. Plaum", "R. J. O'Connor"));
  EXPECT_EQ(paper.published, parse_day("2026-11-01"));
}

TEST(FeedReader, ReadsRssWithAllItsHabits) {
  const Reading read = read_fixture("blog.xml");
  ASSERT_TRUE(read.feed) << read.error;
  EXPECT_EQ(read.feed->listed, 5);
  ASSERT_THAT(read.feed->papers, SizeIs(3)) << "one item has nothing, one is there twice";
  EXPECT_THAT(read.feed->unreadable, ElementsAre(HasSubstr("without title and text")));

  const paper::Paper& ours = read.feed->papers[0];
  EXPECT_EQ(ours.id.str(), "2611.00123");
  EXPECT_EQ(ours.version, 2);
  EXPECT_EQ(ours.title, "Our paper on α-stability < 1");
  EXPECT_EQ(ours.abstract, "First paragraph.\nSecond one.");
  EXPECT_THAT(ours.authors, ElementsAre("Jane Doe"));
  EXPECT_EQ(ours.published, parse_day("2026-11-02"));
  EXPECT_EQ(ours.url, "") << "arXiv's own page is the landing page";

  EXPECT_EQ(read.feed->papers[1].url, "https://group.example.org/posts/18");
  EXPECT_EQ(read.feed->papers[1].abstract, "Everyone wants good compression.");
  EXPECT_THAT(read.feed->papers[1].id.str(), testing::StartsWith("feed:"));
  EXPECT_FALSE(read.feed->papers[1].published);
  EXPECT_THAT(read.feed->papers[2].title, testing::StartsWith("No title, no link"));

  EXPECT_EQ(read.feed->ttl, std::chrono::minutes(120));
  EXPECT_THAT(read.feed->skip_hours, ElementsAre(0, 1));
  EXPECT_THAT(read.feed->skip_days, ElementsAre(0u));
}

TEST(FeedReader, ReadsAtom) {
  const Reading read = read_fixture("journal-atom.xml");
  ASSERT_TRUE(read.feed) << read.error;
  ASSERT_THAT(read.feed->papers, SizeIs(2));
  const paper::Paper& paper = read.feed->papers[0];
  EXPECT_EQ(paper.id.str(), "doi:10.1000/joe.2026.7");
  EXPECT_EQ(paper.title, "Bounds for n₂");
  EXPECT_EQ(paper.abstract, "1 < 2, literally <b>.") << "type=text is taken at its word";
  EXPECT_EQ(paper.url, "https://journal.example.org/latest/articles/7%20a");
  EXPECT_THAT(paper.authors, ElementsAre("José Pérez", "Ada M. van Dijk"));
  EXPECT_EQ(paper.published, parse_day("2026-11-02"));
  EXPECT_EQ(paper.updated, parse_day("2026-11-03"));
  EXPECT_EQ(read.feed->papers[1].abstract, "One.\nTwo.");
}

TEST(FeedReader, AnItemKeepsItsIdentity) {
  const auto id_of = [](const std::string& item, const std::string& feed = "https://a.example/feed") {
    const Reading read = read_feed("<rss><channel><item>" + item + "</item></channel></rss>", "", feed);
    return read.feed && read.feed->papers.size() == 1 ? read.feed->papers[0].id.str() : std::string();
  };
  EXPECT_EQ(id_of("<title>A</title><guid>g</guid><link>https://a.example/1</link>"),
            id_of("<title>B</title><guid>g</guid><link>https://a.example/2</link>"));
  EXPECT_NE(id_of("<title>A</title><guid>g</guid>"), id_of("<title>A</title><guid>g</guid>", "https://b.example/feed"));
  EXPECT_EQ(id_of("<title>A</title><link>https://a.example/1</link>"),
            id_of("<title>B</title><link>https://a.example/1</link>"));
  EXPECT_NE(id_of("<title>A</title>"), id_of("<title>B</title>"));
  EXPECT_EQ(id_of("<title>A</title><guid>https://doi.org/10.1000/X</guid>"), "doi:10.1000/x");
  EXPECT_EQ(id_of("<title>A</title><link>https://doi.org/10.48550/arXiv.2611.00123</link>"), "2611.00123");
  EXPECT_EQ(id_of("<title>A</title><link>javascript:alert(1)</link>"), id_of("<title>A</title>"))
      << "no address but http";
}

TEST(FeedReader, RefusesWithAReason) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "empty"},
      {"<!DOCTYPE html><html><body>x</body></html>", "a web page"},
      {"<html><body>x</body></html>", "a web page"},
      {R"({"version":"https://jsonfeed.org/version/1.1","items":[]})", "JSON feed"},
      {"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'aaa'><!ENTITY b '&a;&a;'>]><rss><channel/></rss>", "DOCTYPE"},
      {"<?xml version='1.0'?><!-- a --><?x y?>\n<!doctype rss><rss><channel/></rss>", "DOCTYPE"},
      {"<rss><channel><item><title>cut", "not well-formed"},
      {"<catalog/>", "root element is <catalog>"},
      {"<rss version='2.0'/>", "without <channel>"},
      {"plain text", "not well-formed"},
  };
  for (const auto& [bytes, why] : cases) {
    const Reading read = read_feed(bytes, "", "https://a.example/feed");
    EXPECT_FALSE(read.feed) << bytes;
    EXPECT_THAT(read.error, HasSubstr(why)) << bytes;
  }
}

TEST(FeedReader, AnEntityBombIsRefusedUnread) {
  std::string bomb = "<?xml version='1.0'?>\n<!DOCTYPE lolz [<!ENTITY lol0 'lol'>";
  for (int i = 1; i < 30; ++i) {
    bomb += "<!ENTITY lol" + std::to_string(i) + " '";
    for (int k = 0; k < 10; ++k) bomb += "&lol" + std::to_string(i - 1) + ";";
    bomb += "'>";
  }
  bomb += "]><rss><channel><title>&lol29;</title></channel></rss>";
  EXPECT_THAT(read_feed(bomb, "", "https://a.example/feed").error, HasSubstr("DOCTYPE"));
}

TEST(Encodings, AreFoundOut) {
  struct Case {
    const char* what;
    std::string bytes, content_type, expected;
  };
  const std::vector<Case> cases = {
      {"UTF-8", "Caf\xC3\xA9", "", "Café"},
      {"a mark",
       "\xEF\xBB\xBF"
       "Caf\xC3\xA9",
       "", "Café"},
      {"a declaration", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>Caf\xE9", "",
       "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>Café"},
      {"a declaration that lies", "<?xml version='1.0' encoding='ISO-8859-1'?>Caf\xC3\xA9",
       "text/xml; charset=iso-8859-1", "<?xml version='1.0' encoding='ISO-8859-1'?>Café"},
      {"a header", "\xD0\xD2\xC9\xD7\xC5\xD4", "text/xml; charset=\"KOI8-R\"", "привет" + std::string()},
      {"windows-1251", "<?xml encoding=\"windows-1251\"?>\xCF\xF0\xE8\xE2\xE5\xF2", "",
       "<?xml encoding=\"windows-1251\"?>Привет"},
      {"windows-1252 unsaid", "Euro \x80", "", "Euro €"},
      {"an unknown name", "<?xml encoding='invalid'?>Caf\xE9", "", "<?xml encoding='invalid'?>Café"},
      {"UTF-16 with a mark",
       std::string("\xFF\xFE"
                   "C\0\xE9\0",
                   6),
       "", "Cé"},
      {"big-endian", std::string("\xFE\xFF\0C\0\xE9", 6), "", "Cé"},
      {"UTF-8 with a flaw", "<?xml encoding=\"utf-8\"?>Caf\xC3\xA9 \xFF", "",
       "<?xml encoding=\"utf-8\"?>Café \xEF\xBF\xBD"},
      {"nothing", "", "", ""},
  };
  for (const Case& each : cases) EXPECT_EQ(to_utf8(each.bytes, each.content_type), each.expected) << each.what;
}

TEST(HtmlText, ReadsWell) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"plain", "plain"},
      {"a &amp; b &#8211; c&nbsp;d", "a & b – c d"},
      {"<p>One<br/>two</p>\n<p>three\nfour</p>", "One\ntwo\nthree four"},
      {"10<sup>5</sup> and CO<sub>2</sub>", "10⁵ and CO₂"},
      {"1<sup>st</sup>", "1ˢᵗ"},
      {"x<sup>∂</sup>", "x∂"},
      {"<ul><li>a</li><li>b</li></ul>", "a\nb"},
      {"a<script>alert(1)</script>b<style>x{}</style>c<!-- d -->", "abc"},
      {"2 < 3 and 4 > 1", "2 < 3 and 4 > 1"},
      {"<b>unclosed <i>tags", "unclosed tags"},
      {"&#0;&#1;x", "\xEF\xBF\xBDx"},
      {"", ""},
  };
  for (const auto& [html, text] : cases) EXPECT_EQ(html_to_text(html), text) << html;
}

TEST(HtmlText, IsBoundedWhateverItIsGiven) {
  std::string nested, multiplied;
  for (int i = 0; i < 200000; ++i) nested += "<b>";
  for (int i = 0; i < 20000; ++i) multiplied += "<b id=" + std::to_string(i) + ">";
  for (int i = 0; i < 20000; ++i) multiplied += "<p>x";
  EXPECT_EQ(html_to_text(nested), "");
  EXPECT_LT(html_to_text(multiplied).size(), 2000u);
  EXPECT_EQ(html_to_text(std::string(1 << 20, 'a')).size(), 64u << 10);
}

TEST(HtmlText, IsToldFromPlainText) {
  for (const char* html : {"a <b>b</b>", "x<br/>", "<a href='x'>y</a>", "AT&amp;T", "&#8211;", "H<sub>2</sub>O"})
    EXPECT_TRUE(looks_like_html(html)) << html;
  for (const char* plain : {"a < b", "p<0.05", "if a<b then", "AT&T", "x & y; z", "<unknown>", "$a<i$", ""})
    EXPECT_FALSE(looks_like_html(plain)) << plain;
}

TEST(Names, AreSplitAsTheyAreWritten) {
  EXPECT_THAT(split_names("Jane Doe"), ElementsAre("Jane Doe"));
  EXPECT_THAT(split_names("Scott Hansel, Rob Caron and Jane Doe"),
              ElementsAre("Scott Hansel", "Rob Caron", "Jane Doe"));
  EXPECT_THAT(split_names("A, B, and C D"), ElementsAre("A", "B", "C D"));
  EXPECT_THAT(split_names("Doe, Jane; Roe, Richard"), ElementsAre("Jane Doe", "Richard Roe"));
  EXPECT_THAT(split_names("Laplace, N., O'Connor, R. J."), ElementsAre("N. Laplace", "R. J. O'Connor"));
  EXPECT_THAT(split_names("jane@example.org (Jane Doe)"), ElementsAre("Jane Doe"));
  EXPECT_THAT(split_names("jane@example.org"), IsEmpty());
  EXPECT_THAT(split_names("Rael Dorn (mailto:rael@example.org)"), ElementsAre("Rael Dorn"));
  EXPECT_THAT(split_names(""), IsEmpty());
}

// Every recorded feed is read, or refused with a reason.
TEST(Recorded, Feeds) {
  PAPERBOY_NEED_SHARED_DATA(data);
  int read_whole = 0, refused = 0, papers = 0;
  for (const auto& each : fs::recursive_directory_iterator(data / "responses/feeds")) {
    if (!each.is_regular_file()) continue;
    const Reading read = read_feed(file_text(each.path()), "", "https://feed.example/feed");
    if (!read.feed) {
      ++refused;
      EXPECT_FALSE(read.error.empty()) << each.path();
      continue;
    }
    ++read_whole;
    int items = 0;  // a count that does not come from the reader
    const std::string bytes = file_text(each.path());
    for (const char* tag : {"<item>", "<item ", "<entry>", "<entry "}) {
      for (std::size_t at = bytes.find(tag); at != std::string::npos; at = bytes.find(tag, at + 1)) ++items;
    }
    EXPECT_EQ(read.feed->listed, items) << each.path();
    papers += static_cast<int>(read.feed->papers.size());
    for (const paper::Paper& paper : read.feed->papers) {
      EXPECT_FALSE(paper.title.empty()) << each.path();
      EXPECT_FALSE(paper.id.empty()) << each.path();
      EXPECT_EQ(paper.title.find('\n'), std::string::npos) << each.path();
    }
  }
  EXPECT_EQ(read_whole + refused, 87);
  EXPECT_GE(read_whole, 70);
  EXPECT_GE(papers, 350);
}

TEST(Recorded, EncodingsOfFeeds) {
  PAPERBOY_NEED_SHARED_DATA(data);
  const auto title = [&](const std::string& name) {
    const Reading read =
        read_feed(file_text(data / "responses/feeds/miniflux" / name), "", "https://feed.example/feed");
    return read.feed ? read.feed->title : read.error;
  };
  EXPECT_EQ(title("encoding_iso-8859-1.xml"), "Café");
  EXPECT_EQ(title("encoding_windows-1252.xml"), "Euro €");
  EXPECT_EQ(title("encoding_windows-1252-incorrect-prolog.xml"), "Euro €");
  EXPECT_EQ(title("encoding_koi8r.xml"), "Пример RSS ленты");
  EXPECT_EQ(title("encoding_utf8-incorrect-prolog.xml"), "테스트 피드");
  EXPECT_EQ(title("encoding_invalid-prolog.xml"), "테스트 피드");
}

TEST(Recorded, APreprintServersFeed) {
  PAPERBOY_NEED_SHARED_DATA(data);
  const Reading read =
      read_feed(file_text(data / "responses/feeds/feed-rs/rss_1.0_biorxiv.xml"), "", "https://feed.example/feed");
  ASSERT_TRUE(read.feed) << read.error;
  ASSERT_THAT(read.feed->papers, SizeIs(1));
  EXPECT_EQ(read.feed->papers[0].id.str(), "doi:10.1101/2023.12.16.571984");
  EXPECT_THAT(read.feed->papers[0].authors, AllOf(SizeIs(10), testing::Contains("J.-F. Dallery")));
  EXPECT_THAT(read.feed->papers[0].abstract, testing::StartsWith("Colletotrichum destructivum (Cd) is"));
}

}  // namespace
}  // namespace paperboy::integrations::feed
