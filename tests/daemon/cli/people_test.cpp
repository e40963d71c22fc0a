#include <gmock/gmock.h>

#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

TEST(People, AreListedWithWhatTheyGetAndWhen) {
  const Result result = run({"people", "--config", PAPERBOY_SOURCE_DIR "/config/paperboy.yaml"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(ContainsRegex("mira  Mira Sommer\n  next    20..-..-.. 07:30 CES?T \\(Mon-Fri, Europe/Berlin\\)\n"
                                  "  to      email mira.sommer@example.org, file mira\n"),
                    ContainsRegex("kenji  Kenji Watanabe\n  next    as soon as the next announcement is complete\n"),
                    ContainsRegex("  next    20..-..-.. 21:15 P[SD]T \\(Mon, Wed, Fri, America/Los_Angeles\\)\n"),
                    HasSubstr("    Gaussian splatting\n"), HasSubstr("2308.04079")));
}

TEST(People, NobodyIsSaidSo) {
  const settings::Folder folder;
  const Result result = run({"people", "--config", folder.write("p.yaml", "").string()});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Nobody is configured"));
}

}  // namespace
}  // namespace paperboy::cli
