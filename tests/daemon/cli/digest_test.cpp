// paperboy digest, of a digest that was not sent yet.
#include <gmock/gmock.h>

#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DigestVerb, APreviewLinksToThePagesOfTheSettings) {
  const settings::Folder folder;
  folder.write("ada.yaml",
               "id: ada\nname: Ada\ntime_zone: UTC\ndigest: daily 07:30\nchannels: [{file: ada}]\n"
               "topics: [{name: Robots, query: robot*}]\n");
  for (const bool pages : {false, true}) {
    const auto settings = folder.write(
        "paperboy.yaml", std::string("store: {path: p.db}\nserver: {listen: 'off'}\npeople: {files: [ada.yaml]}\n") +
                             (pages ? "web: {public_url: 'https://paperboy.example.org'}\n" : "") +
                             "channels: {file: {directory: out, formats: [md]}}\n");
    const auto shown = [&](const std::string& format) {
      return run({"digest", "--config", settings.string(), "--person", "ada", "--format", format});
    };
    const Result file = shown("file");
    EXPECT_EQ(file.status, 0) << file.err;
    EXPECT_EQ(file.out.find("https://paperboy.example.org/unsubscribe/") != std::string::npos, pages) << file.out;
    EXPECT_THAT(shown("markdown").out, Not(HasSubstr("action:")));
  }
}

}  // namespace
}  // namespace paperboy::cli
