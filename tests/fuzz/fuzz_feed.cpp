// The reader of feeds: whatever comes in, papers or a reason come out.
#include <cstdint>

#include "daemon/base/text.hpp"
#include "integrations/feed/encoding.hpp"
#include "integrations/feed/html_text.hpp"
#include "integrations/feed/reader.hpp"
#include "tests/fuzz/must.hpp"

using namespace paperboy;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = integrations::feed::read_feed(bytes, "text/xml; charset=koi8-r", "https://feed.example/rss");
  must(read.feed.has_value() == read.error.empty());
  if (read.feed) {
    must(read.feed->listed >= static_cast<int>(read.feed->papers.size()));
    for (const paper::Paper& paper : read.feed->papers) {
      must(!paper.id.empty() && paper::PaperId::from_canonical(paper.id.str()) == paper.id);
      must(!paper.title.empty() && paper.title.find('\n') == std::string::npos);
      must(paper.url.empty() || paper.url.starts_with("http"));
      for (const std::string* text : {&paper.title, &paper.abstract, &paper.url, &paper.doi})
        must(text::sanitize(*text) == *text);
      for (const std::string& name : paper.authors) must(text::sanitize(name) == name);
    }
  }
  const std::string text = integrations::feed::html_to_text(bytes);
  must(text::sanitize(text) == text);
  return 0;
}
