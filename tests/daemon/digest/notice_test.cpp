// The short form, and the notice that a message will not arrive.
#include <gmock/gmock.h>

#include "daemon/digest/digest.hpp"
#include "tests/daemon/digest/fixtures.hpp"

namespace paperboy::digest {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Templates& shipped() {
  static const Templates templates({std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"});
  return templates;
}

TEST(Brief, HasThePapersWithoutTheirAbstracts) {
  for (const char* language : {"en", "zh"}) {
    DigestInput input = full_input();
    input.person.language = language;
    const Built built = build(input, shipped());
    const std::string full = plain_text(built.document.root), brief = plain_text(built.brief.root);
    for (const Section& section : input.sections) {
      for (const Entry& entry : section.entries) {
        EXPECT_THAT(brief, HasSubstr(entry.paper.title)) << language;
        for (const std::string& finding : entry.findings) EXPECT_THAT(brief, HasSubstr(finding));
        if (entry.paper.abstract.empty()) continue;
        const std::string last = entry.paper.abstract.substr(entry.paper.abstract.size() * 3 / 4);
        EXPECT_THAT(full, HasSubstr(last)) << language;
        EXPECT_LT(brief.size(), full.size());
      }
    }
  }
}

TEST(Undelivered, SaysWhatWhereWhyAndWhatNow) {
  Undelivered notice;
  notice.message = "5 papers for you <b>*";
  notice.channel = "slack";
  notice.destination = "#papers";
  notice.cause = "channel_not_found";
  const Built plain = build(notice, shipped());
  EXPECT_EQ(plain.title, "Not delivered: 5 papers for you <b>*");
  const std::string text = plain_text(plain.document.root);
  EXPECT_THAT(text, HasSubstr("could not be delivered in slack at #papers"));
  EXPECT_THAT(text, HasSubstr("channel_not_found"));
  EXPECT_THAT(text, Not(HasSubstr("release")));
  EXPECT_THAT(text, Not(HasSubstr("Read it here")));

  notice.reader = "Ada";
  notice.doubtful = notice.stopped = true;
  notice.archive_url = "https://example.org/digest/x";
  const std::string more = plain_text(build(notice, shipped()).document.root);
  for (const char* part : {"for Ada", "may not have arrived", "paperboy outbox release", "Read it here"})
    EXPECT_THAT(more, HasSubstr(part));
  notice.language = "zh";
  EXPECT_THAT(plain_text(build(notice, shipped()).document.root), HasSubstr("可能没有送达"));
}

}  // namespace
}  // namespace paperboy::digest
