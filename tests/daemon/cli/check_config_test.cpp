#include <gmock/gmock.h>

#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string config = PAPERBOY_SOURCE_DIR "/config";

TEST(CheckConfig, FindsTheShippedFilesRight) {
  const Result result = run({"check-config", config + "/paperboy.yaml", config + "/people.d/mira.yaml"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, config + "/paperboy.yaml: right (3 people, 2 sources, 2 channels)\n" + config +
                            "/people.d/mira.yaml: right (mira, 3 topics)\n");
}

TEST(CheckConfig, ReadsTheFileOfTheOption) {
  EXPECT_EQ(run({"check-config", "--config", config + "/paperboy.yaml"}).status, 0);
  EXPECT_EQ(run({"--config", config + "/paperboy.yaml", "check-config"}).status, 0);
}

TEST(CheckConfig, GivesAVerdictForEachFile) {
  const settings::Folder folder;
  const std::string right = folder.write("right.yaml", "log: {level: warn}\n").string();
  const std::string wrong = folder.write("wrong.yaml", "log: {levle: warn}\nstore: 5\n").string();
  const std::string person = folder.write("p.yaml", "id: x\ntopics: []\n").string();
  const Result result = run({"check-config", right, wrong, person});
  EXPECT_EQ(result.status, 78);
  EXPECT_EQ(result.out, right + ": right (0 people, 0 sources, 0 channels)\n" + wrong + ": wrong (2 findings)\n" +
                            person + ": wrong (4 findings)\n");
  EXPECT_THAT(result.err, HasSubstr(wrong + ":1:7: unknown key 'levle' in 'log'; did you mean 'level'?\n"));
  EXPECT_THAT(result.err, HasSubstr(wrong + ":2:8: 'store' must be a map"));
  EXPECT_THAT(result.err, HasSubstr(person + ":1:1: 'name' is missing\n"));
}

TEST(CheckConfig, ReadsStandardInput) {
  const Result right = run({"check-config", "-"}, "log: {level: warn}\n");
  EXPECT_EQ(right.status, 0) << right.err;
  EXPECT_EQ(right.out, "<stdin>: right (0 people, 0 sources, 0 channels)\n");
  const Result wrong = run({"check-config", "-"}, "log: [\n");
  EXPECT_EQ(wrong.status, 78);
  EXPECT_THAT(wrong.err, HasSubstr("<stdin>:1:"));
  EXPECT_EQ(run({"check-config", "-"}, std::string("\0\xFF", 2)).status, 78);
}

TEST(CheckConfig, ChecksPeopleAndTemplatesToo) {
  const settings::Folder folder;
  folder.write("people.d/a.yaml",
               "id: a\nname: A\ndigest: instant\nchannels: [{file: a}]\ntopics: [{name: t, query: 'x AND'}]\n");
  folder.write("templates/en/quiet.md", "{{#open}}\n");
  const std::string file =
      folder
          .write("paperboy.yaml",
                 "people: {directory: people.d}\nchannels: {file: {}}\ndigest: {templates: templates}\n")
          .string();
  const Result result = run({"check-config", file});
  EXPECT_EQ(result.status, 78);
  EXPECT_THAT(result.err, HasSubstr("quiet.md"));
  EXPECT_THAT(result.err, HasSubstr("people.d/a.yaml:5:"));
}

TEST(CheckConfig, NotesCategoriesThatNobodyFetches) {
  const settings::Folder folder;
  folder.write("people.d/a.yaml",
               "id: a\nname: A\ndigest: instant\nchannels: [{file: a}]\ntopics:\n"
               "  - {name: fetched, categories: [cs.CV, cs.NA, 'astro-ph.*'], query: 'cat:cs.* x'}\n"
               "  - {name: partly, categories: [cs.CV, cs.GR], query: '(cat:hep-ph OR cat:cs.CV OR cat:hep-ph) x'}\n"
               "  - {name: excluded, query: 'x -cat:hep-ex', exclude: 'cat:hep-lat'}\n"
               "  - {name: anywhere, query: x}\n");
  const std::string sources = "contact: a@example.org\nsources: {arxiv: {categories: [cs.CV, math.NA, astro-ph.GA]}}\n";
  const std::string rest = "people: {directory: people.d}\nchannels: {file: {}}\n";
  const std::string file = folder.write("paperboy.yaml", sources + rest).string();
  const Result result = run({"check-config", file});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, file + ": right (1 person, 1 source, 1 channel)\n");
  EXPECT_EQ(result.err, file +
                            ": note: a, topic 'partly': no source fetches cs.GR, hep-ph; papers that stand only there "
                            "cannot come (sources.arxiv.categories)\n");

  const std::string none = folder.write("none.yaml", rest).string();
  const Result without = run({"check-config", none});
  EXPECT_EQ(without.status, 0);
  EXPECT_THAT(without.err, HasSubstr("'fetched': no source fetches cs.CV, math.NA, astro-ph.*, cs.*;"));

  const std::string wrong = folder.write("wrong.yaml", rest + "nonsense: 1\n").string();
  EXPECT_THAT(run({"check-config", wrong}).err, Not(HasSubstr("note:")));  // first things first
}

TEST(CheckConfig, KeepsSecrets) {
  const settings::Folder folder;
  constexpr const char* canary = "canary-5up3r-s3cret";
  const std::string section =
      std::string("channels:\n  email:\n    host: h.example.org\n    from: a@example.org\n    user: u\n");
  for (const std::string& line : {std::string("    password: "), std::string("    password_file: "),
                                  std::string("    pasword: "), std::string("    password: [")}) {
    const std::string file =
        folder.write("paperboy.yaml", section + line + canary + "\n", std::filesystem::perms{0644}).string();
    const Result result = run({"check-config", file});
    EXPECT_EQ(result.status, 78) << line;
    EXPECT_THAT(result.out + result.err, Not(HasSubstr(canary)));
  }
}

}  // namespace
}  // namespace paperboy::cli
