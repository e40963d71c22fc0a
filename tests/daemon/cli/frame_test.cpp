// The frame of the command line: help, versions, exit statuses.
#include <gmock/gmock.h>

#include <set>

#include "daemon/base/version.hpp"
#include "daemon/cli/verb.hpp"
#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Verbs, AreNamedOnceAndSummedUpInALine) {
  std::set<std::string> names;
  for (const Verb* verb : verbs()) {
    EXPECT_TRUE(names.insert(verb->name).second) << verb->name;
    const std::string summary = verb->summary;
    EXPECT_FALSE(summary.empty()) << verb->name;
    EXPECT_LE(summary.size(), 72u) << verb->name;
    EXPECT_FALSE(summary.ends_with(".")) << verb->name;
    EXPECT_EQ(summary.find('\n'), std::string::npos) << verb->name;
  }
}

TEST(Help, NamesEveryVerb) {
  for (const char* flag : {"--help", "-h"}) {
    const Result result = run({flag});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    for (const Verb* verb : verbs()) EXPECT_THAT(result.out, HasSubstr(std::string("\n  ") + verb->name + " "));
    for (const char* part :
         {"Usage: paperboy VERB", "--config FILE", "/etc/paperboy/paperboy.yaml", "Examples:", "First steps:"}) {
      EXPECT_THAT(result.out, HasSubstr(part));
    }
    for (std::istringstream lines(result.out); lines;) {
      std::string line;
      std::getline(lines, line);
      EXPECT_LE(line.size(), 100u) << line;
    }
  }
}

TEST(Help, OfEveryVerbIsThere) {
  for (const Verb* verb : verbs()) {
    const Result result = run({verb->name, "--help"});
    EXPECT_EQ(result.status, 0) << verb->name;
    EXPECT_EQ(result.err, "") << verb->name;
    EXPECT_THAT(result.out, AllOf(HasSubstr(verb->summary), HasSubstr(std::string("Usage: paperboy ") + verb->name)));
  }
}

TEST(Help, IsShownWhenNothingIsAsked) {
  const Result result = run({});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("Usage: paperboy VERB"));
}

TEST(Version, IsThatOfTheBuild) {
  const Result result = run({"--version"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "paperboy " + std::string(version) + "\n");
}

struct Case {
  std::vector<std::string> arguments;
  int status;
  const char* message;
};

TEST(Status, TellsWhatWentWrong) {
  const settings::Folder folder;
  const std::string wrong = folder.write("wrong.yaml", "stroe: {}\n").string(),
                    absent = (folder.path() / "absent").string();
  const Case cases[] = {
      {{"chek-config"}, 2, "paperboy: there is no verb 'chek-config'; did you mean 'check-config'?"},
      {{"frobnicate"}, 2, "paperboy: there is no verb 'frobnicate' ('paperboy --help' lists them)"},
      {{"--config", "x.yaml"}, 2, "paperboy: a verb is missing"},
      {{"people", "--bogus"}, 2, "'paperboy people --help' explains"},
      {{"people", "surplus"}, 2, "surplus"},
      {{"query"}, 2, "QUERY"},
      {{"query", "("}, 2, "^"},
      {{"import"}, 2, "FILE"},
      {{"people", "--config"}, 2, "--config"},
      {{"people", "--config", absent}, 78, "absent: there is no such file\n"},
      {{"--config", wrong, "people"}, 78, "wrong.yaml:1:1: unknown key 'stroe'; did you mean 'store'?\n"},
      {{"--config=" + wrong, "people"}, 78, "unknown key"},
      {{"run", "--config", wrong}, 78, "unknown key"},
      {{"import", absent, "--database", ":memory:"}, 1, "paperboy: "},
  };
  for (const Case& each : cases) {
    const Result result = run(each.arguments);
    EXPECT_EQ(result.status, each.status) << testing::PrintToString(each.arguments) << result.err;
    EXPECT_THAT(result.err, HasSubstr(each.message)) << testing::PrintToString(each.arguments);
    EXPECT_EQ(result.out, "") << testing::PrintToString(each.arguments);
  }
}

}  // namespace
}  // namespace paperboy::cli
