// The readers of arXiv's formats: whatever comes in, a value or a reason comes out, and what comes out keeps its
// promises.
#include <cstdint>

#include "daemon/base/text.hpp"
#include "integrations/arxiv/atom_api.hpp"
#include "integrations/arxiv/cursor.hpp"
#include "integrations/arxiv/jsonl.hpp"
#include "integrations/arxiv/oai.hpp"
#include "integrations/arxiv/rss.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace paperboy;
using namespace paperboy::integrations::arxiv;

void check(const paper::Paper& paper) {
  must(!paper.id.empty() && paper.id.is_arxiv());
  must(!paper.title.empty() && paper.title.find('\n') == std::string::npos);
  for (const std::string* text :
       {&paper.title, &paper.abstract, &paper.authors_raw, &paper.comments, &paper.journal_ref, &paper.doi}) {
    must(text::sanitize(*text) == *text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Read<RssFeed> rss = read_rss(bytes);
  must(rss.value.has_value() == rss.error.empty());
  if (rss.value) {
    must(rss.value->listed == static_cast<int>(rss.value->items.size() + rss.value->unreadable.size()));
    for (const RssItem& item : rss.value->items) check(item.paper);
  }
  const OaiAnswer oai = read_oai(bytes);
  must(oai.page.has_value() == oai.error.empty());
  if (oai.page) {
    must(oai.page->listed == static_cast<int>(oai.page->records.size() + oai.page->unreadable.size()));
    for (const OaiRecord& record : oai.page->records) check(record.paper);
  }
  const Read<ApiPage> api = read_api(bytes);
  must(api.value.has_value() == api.error.empty());
  if (api.value) {
    for (const paper::Paper& paper : api.value->papers) check(paper);
  }
  const JsonLine line = parse_json_line(bytes);
  must(line.paper.has_value() == line.error.empty());
  if (line.paper) check(*line.paper);

  // A cursor, whatever it was read from, is written so that it reads back the same.
  const FeedCursor feeds = read_feed_cursor(bytes);
  must(read_feed_cursor(write_feed_cursor(feeds)) == feeds);
  const OaiCursor harvest = read_oai_cursor(bytes);
  must(read_oai_cursor(write_oai_cursor(harvest)) == harvest);
  return 0;
}
