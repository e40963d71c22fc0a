// paperboy digest, of a digest that was not sent yet.
#include <gmock/gmock.h>

#include <filesystem>

#include "daemon/base/clock.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/outbox.hpp"
#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

using testing::AllOf;
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

TEST(DigestVerb, WhatWasSentAtOnceIsShownAsItWasSent) {
  const settings::Folder folder;
  folder.write("ada.yaml",
               "id: ada\nname: Ada\ntime_zone: UTC\ndigest: instant\nchannels: [{file: ada}]\ntopics: [{name: Robots, "
               "query: robot*}]\n");
  const std::string settings =
      folder
          .write("paperboy.yaml",
                 "store: {path: p.db}\nserver: {listen: 'off'}\ncontact: ops@example.org\npeople: {files: [ada.yaml]}\n"
                 "channels: {file: {directory: out, formats: [md]}}\n")
          .string();
  const auto shown = [&] { return run({"digest", "--config", settings, "--person", "ada"}).out; };
  EXPECT_THAT(shown(), AllOf(HasSubstr("Nothing new"), HasSubstr("ops@example.org"))) << "nothing was sent yet";
  store::Database database(store::open_sqlite(std::filesystem::path(settings).parent_path() / "p.db"));
  const Time now = SystemClock().now();
  const auto put = [&](const char* id, const char* key, const char* kind, const char* title) {
    store::DigestRow row{.id = id, .person = "ada", .period_key = key, .kind = kind, .title = title};
    row.markdown = PackedText("# " + row.title + "\n");
    row.built_at = now;
    database.transact_blocking([&](store::Tx& tx) { return store::put_digest(tx, row, {}, {}); });
  };
  put("d1", "instant:1", "digest", "Robots of today");
  put("d2", "undelivered:1", "undelivered", "It did not arrive");
  EXPECT_THAT(shown(), AllOf(HasSubstr("Robots of today"), Not(HasSubstr("arrive"))));
}

}  // namespace
}  // namespace paperboy::cli
