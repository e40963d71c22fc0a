// Every recorded answer of arXiv is read, or refused with a reason.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <map>

#include "daemon/base/text.hpp"
#include "integrations/arxiv/atom_api.hpp"
#include "integrations/arxiv/oai.hpp"
#include "integrations/arxiv/rss.hpp"
#include "tests/integrations/arxiv/bench.hpp"
#include "tests/integrations/arxiv/fixture.hpp"
#include "tests/support/shared_data.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
namespace fs = std::filesystem;

std::vector<fs::path> files(const fs::path& folder, const std::string& ending = ".xml") {
  std::vector<fs::path> list;
  for (const auto& each : fs::recursive_directory_iterator(folder)) {
    if (each.is_regular_file() && each.path().extension() == ending) list.push_back(each.path());
  }
  std::sort(list.begin(), list.end());
  return list;
}

// How often `what` stands in the bytes: a count that does not come from the reader.
int count_of(const std::string& bytes, const std::string& what) {
  int count = 0;
  for (std::size_t at = bytes.find(what); at != std::string::npos; at = bytes.find(what, at + 1)) ++count;
  return count;
}

TEST(Recorded, Feeds) {
  PAPERBOY_NEED_SHARED_DATA(data);
  int read_whole = 0, refused = 0, papers = 0;
  for (const fs::path& file : files(data / "responses/arxiv-rss")) {
    const std::string bytes = test::file_text(file);
    const Read<RssFeed> feed = read_rss(bytes);
    if (file.filename().string().starts_with("error-")) {
      EXPECT_FALSE(feed.value) << file;
      EXPECT_FALSE(feed.error.empty()) << file;
      ++refused;
      continue;
    }
    ASSERT_TRUE(feed.value) << file << ": " << feed.error;
    EXPECT_TRUE(feed.value->unreadable.empty()) << file << ": " << feed.value->unreadable.front();
    EXPECT_EQ(static_cast<int>(feed.value->items.size()), count_of(bytes, "<item>") + count_of(bytes, "<entry>"))
        << file;
    for (const RssItem& item : feed.value->items) {
      EXPECT_FALSE(item.paper.authors.empty()) << file << " " << item.key();
      EXPECT_FALSE(item.paper.categories.empty()) << file << " " << item.key();
      EXPECT_FALSE(item.paper.abstract.empty()) << file << " " << item.key();
      EXPECT_EQ(item.paper.abstract.find("Announce Type"), std::string::npos) << file << " " << item.key();
      EXPECT_GT(item.paper.version, 0) << file << " " << item.key();
    }
    papers += static_cast<int>(feed.value->items.size());
    ++read_whole;
  }
  EXPECT_EQ(read_whole, 25);
  EXPECT_EQ(refused, 11);
  EXPECT_GT(papers, 700);
  const Read<RssFeed> no_archive = read_rss(test::file_text(data / "responses/arxiv-rss/server/no-archive.txt"));
  EXPECT_FALSE(no_archive.value);
  EXPECT_THAT(no_archive.error, HasSubstr("not a feed"));
}

TEST(Recorded, ALiveFeedHoldsWhatItsDayHeld) {
  PAPERBOY_NEED_SHARED_DATA(data);
  const Read<RssFeed> feed = read_rss(test::file_text(data / "responses/arxiv-rss/live/rss-quant-ph-2025-04-28.xml"));
  ASSERT_TRUE(feed.value);
  std::map<paper::AnnounceKind, int> kinds;
  for (const RssItem& item : feed.value->items) ++kinds[item.kind];
  EXPECT_EQ(kinds[paper::AnnounceKind::new_paper], 40);
  EXPECT_EQ(kinds[paper::AnnounceKind::cross_list], 10);
  EXPECT_EQ(kinds[paper::AnnounceKind::replacement], 22);
  EXPECT_EQ(kinds[paper::AnnounceKind::replacement_cross], 9);
}

TEST(Recorded, OaiPmh) {
  PAPERBOY_NEED_SHARED_DATA(data);
  int pages = 0, errors = 0, refused = 0, records = 0, withdrawn = 0;
  for (const char* folder :
       {"responses/arxiv-oaipmh", "responses/oaipmh-generic", "responses/cds-oaipmh", "responses/pos"}) {
    for (const fs::path& file : files(data / folder)) {
      const std::string bytes = test::file_text(file);
      const OaiAnswer answer = read_oai(bytes);
      const std::string name = file.filename().string();
      if (answer.page) {
        ++pages;
        EXPECT_EQ(answer.page->listed, count_of(bytes, "<record>") + count_of(bytes, "<record ")) << file;
        EXPECT_EQ(answer.page->listed, static_cast<int>(answer.page->records.size() + answer.page->unreadable.size()))
            << file;
        records += static_cast<int>(answer.page->records.size());
        for (const OaiRecord& record : answer.page->records) withdrawn += record.paper.withdrawn;
        const bool ours = name.find("arXivRaw") != std::string::npos || name.find("-arXiv-") != std::string::npos;
        if (ours) EXPECT_TRUE(answer.page->unreadable.empty()) << file << ": " << answer.page->unreadable.front();
      } else if (!answer.error_code.empty()) {
        ++errors;
        EXPECT_TRUE(name.starts_with("error-") || name.find("set-cs-cs-CL") != std::string::npos ||
                    file.parent_path().filename() == "oaipmh-generic")
            << file;
      } else {
        ++refused;
        EXPECT_FALSE(answer.error.empty()) << file;
      }
    }
  }
  EXPECT_GT(pages, 50);
  EXPECT_GT(errors, 20);
  EXPECT_GT(refused, 5);
  EXPECT_GT(records, 1000);
  EXPECT_GT(withdrawn, 8);
}

TEST(Recorded, TheApi) {
  PAPERBOY_NEED_SHARED_DATA(data);
  int papers = 0;
  for (const fs::path& file : files(data / "responses/arxiv-api")) {
    const std::string bytes = test::file_text(file);
    const Read<ApiPage> page = read_api(bytes);
    if (file.filename().string().starts_with("id_abc")) {
      EXPECT_FALSE(page.value);
      EXPECT_EQ(page.error, "incorrect id format for abc");
      continue;
    }
    ASSERT_TRUE(page.value) << file << ": " << page.error;
    EXPECT_EQ(static_cast<int>(page.value->papers.size()), count_of(bytes, "<entry>")) << file;
    for (const paper::Paper& paper : page.value->papers) {
      EXPECT_FALSE(paper.categories.empty()) << file << " " << paper.id.str();
      EXPECT_FALSE(paper.authors.empty()) << file << " " << paper.id.str();
      EXPECT_TRUE(paper.published) << file << " " << paper.id.str();
    }
    papers += static_cast<int>(page.value->papers.size());
  }
  EXPECT_GT(papers, 200);
}

// Hands out the recorded list page by page, as the server that made it would.
class RecordedOai : public test::FakeArxiv {
 public:
  RecordedOai(const Clock& clock, const fs::path& folder) : FakeArxiv(clock), folder_(folder) {
    const boost::json::value manifest = boost::json::parse(test::file_text(folder / "MANIFEST.json"));
    for (const boost::json::value& each : manifest.as_array()) {
      if (!each.at("query").is_object()) continue;  // a repeated parameter
      const boost::json::object& query = each.at("query").as_object();
      const std::string file(each.at("file").as_string());
      if (file == "listrecords-arXivRaw-p1.xml") first_ = file;
      if (query.contains("resumptionToken") && query.size() == 2)
        tokens_[std::string(query.at("resumptionToken").as_string())] = file;
    }
  }
  async::Awaitable<net::Response> fetch(net::Request request) override {
    asked.push_back({request.url, request.headers, {}, {}});
    net::Response response;
    response.status = 200;
    const std::size_t token = request.url.find("resumptionToken=");
    if (token == std::string::npos) {
      response.body = test::file_text(folder_ / first_);
    } else {
      std::string encoded = request.url.substr(token + 16);
      const std::string decoded = text::replace_all(encoded, "%25", "%");
      if (!tokens_.contains(decoded)) throw net::NetError("unknown token " + decoded, net::Phase::after_request);
      response.body = test::file_text(folder_ / tokens_[decoded]);
    }
    co_return response;
  }

 private:
  fs::path folder_;
  std::string first_;
  std::map<std::string, std::string> tokens_;
};

TEST(Recorded, AWholeHarvestFromTheFirstPageToTheLast) {
  PAPERBOY_NEED_SHARED_DATA(data);
  ManualClock clock(test::at("2011-02-24T16:00:00Z"));
  RecordedOai arxiv(clock, data / "responses/arxiv-oaipmh/server");
  test::MemoryLanes lanes;
  Settings settings;
  settings.gap = Duration{0};
  settings.categories = {"astro-ph.CO", "astro-ph.EP", "astro-ph.GA", "astro-ph.HE",
                         "hep-th",      "gr-qc",       "math.CO",     "cs.CV"};
  const auto office = std::make_shared<Office>(settings, "", arxiv, lanes, clock);
  OaiSource source(office);
  std::set<std::string> papers;
  std::string cursor;
  int fetches = 0;
  for (bool more = true; more;) {
    flow::Batch batch;
    const auto body = [&]() -> async::Awaitable<> { batch = co_await source.fetch(cursor); };
    test::run(body());
    cursor = batch.cursor;
    more = batch.more;
    ASSERT_LT(++fetches, 10);
    for (const paper::Paper& paper : batch.papers)
      EXPECT_TRUE(papers.insert(paper.id.str()).second) << paper.id.str() << " came twice";
    for (const paper::Announcement& each : batch.announcements) EXPECT_LE(each.day, test::day("2011-02-24"));
  }
  EXPECT_EQ(fetches, 4);
  EXPECT_GT(papers.size(), 100u);
  EXPECT_FALSE(read_oai_cursor(cursor).harvest);
}

}  // namespace
}  // namespace paperboy::integrations::arxiv
