// The settings as a whole, and the files that are shipped: they must be right, and say everything the program reads.
#include "daemon/app/settings.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <set>

#include "daemon/flow/people.hpp"
#include "tests/daemon/settings/helpers.hpp"

namespace paperboy::app {
namespace {

using settings::Findings;
using settings::Folder;
using settings::Node;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::filesystem::path config = std::filesystem::path(PAPERBOY_SOURCE_DIR) / "config";

Settings read(const std::string& yaml, Findings& findings) {
  return read_settings(Node::parse(yaml, "paperboy.yaml", findings), findings);
}

TEST(Settings, EmptyOnesAreTheDefaults) {
  Findings findings;
  const Settings settings = read("", findings);
  EXPECT_TRUE(findings.empty()) << findings.to_string();
  EXPECT_EQ(settings.database, "/var/lib/paperboy/paperboy.db");
  EXPECT_EQ(settings.listen_address, "127.0.0.1");
  EXPECT_EQ(settings.listen_port, 8383);
  EXPECT_EQ(settings.digest_wait, std::chrono::minutes(45));
  EXPECT_TRUE(settings.templates);
  EXPECT_THAT(settings.offers, IsEmpty());
  EXPECT_THAT(settings.people, IsEmpty());
}

TEST(Settings, OfReadingAreReadAndCheckedTogether) {
  const std::string llm = "reading:\n  llm: {base_url: \"http://127.0.0.1:11434/v1\", models: {read: m}}\n";
  Findings none;
  const Settings plain = read(llm, none);
  EXPECT_TRUE(none.empty()) << none.to_string();
  ASSERT_TRUE(plain.reading && plain.prompts);
  EXPECT_EQ(plain.reading->parts.size(), 7u) << "the deep reading";
  EXPECT_EQ(plain.reading->relevance, 0);
  EXPECT_FALSE(read("", none).reading);

  Findings chosen;
  const Settings some = read(llm + "  parts: [limitations, method]\n  budget: {money_per_day: 0.5}\n", chosen);
  EXPECT_THAT(some.reading->parts, ElementsAre("method", "limitations")) << "in the order they are shown";
  EXPECT_EQ(some.reading->micros_per_day, 500'000);

  for (const auto& [yaml, finding] :
       {std::pair<std::string, const char*>{"reading: {featured: 3}\n", "a model is needed"},
        {llm + "  parts: [methods]\n", "did you mean 'method'?"},
        {llm + "  scores: {relevance: 0.4, significance: 0.3}\n", "at most 0.5"},
        {llm + "  budget: {money_per_day: -1}\n", ""},
        {llm + "  partz: [deep]\n", "did you mean 'parts'?"}}) {
    Findings findings;
    read(yaml, findings);
    ASSERT_EQ(findings.list().size(), 1u) << findings.to_string();
    EXPECT_THAT(findings.list()[0].text, HasSubstr(finding));
  }
}

TEST(Settings, OfCitationsAreAskedFor) {
  Findings none;
  EXPECT_FALSE(read("", none).citations);
  const Settings few = read("citations: {semantic_scholar: {}}\n", none);
  ASSERT_TRUE(few.citations);
  EXPECT_EQ(few.citations->refresh, std::chrono::days(7));
  ASSERT_EQ(few.offers.size(), 1u);
  EXPECT_TRUE(few.offers[0].citations);
  EXPECT_EQ(read("citations: {refresh: 30d, semantic_scholar: }\n", none).citations->refresh, std::chrono::days(30));
  EXPECT_TRUE(none.empty()) << none.to_string();
  for (const auto& [yaml, finding] :
       {std::pair<std::string, const char*>{"citations: {refresh: 7d}\n", "write citations: {semantic_scholar: {}}"},
        {"citations: {semantic_scholar: {}, refresh: 1m}\n", "1d"},
        {"citations: {semantic_scholer: {}, semantic_scholar: {}}\n", "did you mean 'semantic_scholar'?"}}) {
    Findings findings;
    read(yaml, findings);
    ASSERT_EQ(findings.list().size(), 1u) << yaml << findings.to_string();
    EXPECT_THAT(findings.list()[0].text, HasSubstr(finding));
  }
}

TEST(Settings, AreRead) {
  const Folder folder;
  folder.write("people/ada.yaml",
               "id: ada\nname: Ada\ndigest: instant\nchannels: [{file: ada}]\ntopics: [{name: t, query: x}]\n");
  folder.write(
      "lin.yaml",
      "id: lin\nname: Lin\nlanguage: en\ndigest: instant\nchannels: [{file: lin}]\ntopics: [{name: t, query: x}]\n");
  folder.write("conf.d/log.yaml", "log: {level: debug, format: json}\n");
  const auto file = folder.write("paperboy.yaml", R"(contact: ops@example.org
store: {path: data/p.db}
people: {directory: people, files: [lin.yaml]}
sources: {arxiv: {categories: [cs.CV]}}
channels: {file: {directory: out}}
digest: {language: zh, wait: 2h}
server: {listen: "[::1]:9000"}
)");
  Findings findings;
  const Settings settings = read_settings(file, findings);
  EXPECT_TRUE(findings.empty()) << findings.to_string();
  EXPECT_EQ(settings.contact, "ops@example.org");
  EXPECT_EQ(settings.database, folder.path() / "data/p.db");
  ASSERT_EQ(settings.people.size(), 2u);
  EXPECT_EQ(settings.people[0].language, "zh");
  EXPECT_EQ(settings.people[1].language, "en");
  EXPECT_THAT(settings.sources, ElementsAre("arxiv"));
  EXPECT_THAT(settings.channels, ElementsAre("file"));
  ASSERT_EQ(settings.offers.size(), 2u);
  EXPECT_TRUE(settings.offers[0].sources);
  EXPECT_TRUE(settings.offers[1].channel);
  EXPECT_EQ(settings.digest_wait, std::chrono::hours(2));
  EXPECT_EQ(settings.listen_address, "::1");
  EXPECT_EQ(settings.listen_port, 9000);
  EXPECT_EQ(settings.log_level, log::Level::debug);
  EXPECT_EQ(settings.log_format, log::Format::json);
}

struct Case {
  const char* name;
  const char* yaml;
  const char* place;
  const char* part;
};

class Mistakes : public testing::TestWithParam<Case> {};

TEST_P(Mistakes, AreToldAtTheirPlace) {
  Findings findings;
  read(GetParam().yaml, findings);
  EXPECT_THAT(settings::lines(findings), ElementsAre(AllOf(StartsWith(GetParam().place), HasSubstr(GetParam().part))));
}

INSTANTIATE_TEST_SUITE_P(
    Settings, Mistakes,
    testing::Values(Case{"UnknownTop", "stroe: {path: x}", "1:1: ", "did you mean 'store'?"},
                    Case{"UnknownSource", "sources: {arxvi: {}}", "1:11: ", "did you mean 'arxiv'?"},
                    Case{"UnknownChannel", "channels: {emial: {}}", "1:12: ", "did you mean 'email'?"},
                    Case{"ChannelAsSource", "sources: {file: {}}", "1:11: ", "known here: arxiv, feed"},
                    Case{"NoContact", "sources: {arxiv: {categories: [cs.CV]}}", "1:1: ", "'contact' is missing"},
                    Case{"Contact", "contact: me", "1:10: ", "'me' is no mail address"},
                    Case{"ListenPort", "server: {listen: '127.0.0.1:99999'}", "1:18: ", "no address to listen on"},
                    Case{"ListenNoPort", "server: {listen: 127.0.0.1}", "1:18: ", "no address to listen on"},
                    Case{"ListenBareIpv6", "server: {listen: '::1:80'}", "1:18: ", "no address to listen on"},
                    Case{"ListenTail", "server: {listen: '127.0.0.1:80x'}", "1:18: ", "no address to listen on"},
                    Case{"LogLevel", "log: {level: warning}", "1:14: ", "must be one of debug, info, warn, error"},
                    Case{"WaitTooLong", "digest: {wait: 2d}", "1:16: ", "must be between 0s and 12h"},
                    Case{"TemplatesFolder", "digest: {templates: /nowhere}", "1:21: ", "there is no folder '/nowhere'"},
                    Case{"PeopleFolder", "people: {directory: /nowhere}", "1:21: ", "there is no folder '/nowhere'"},
                    Case{"PeopleList", "people: [ada.yaml]", "1:9: ", "must be a map"},
                    Case{"SectionScalar", "sources: arxiv", "1:10: ", "must be a map"}),
    [](const auto& test) { return test.param.name; });

TEST(Settings, ListenCanBeOff) {
  Findings findings;
  EXPECT_EQ(read("server: {listen: \"off\"}", findings).listen_address, "");
  EXPECT_EQ(read("server: {listen: off}", findings).listen_address, "");
  EXPECT_EQ(read("server: {listen: localhost:0}", findings).listen_port, 0);
  EXPECT_TRUE(findings.empty()) << findings.to_string();
}

TEST(Settings, PeoplesChannelsMustBeSetUp) {
  const Folder folder;
  folder.write(
      "ada.yaml",
      "id: ada\nname: Ada\ndigest: instant\nchannels:\n  - email: a@example.org\n  - fiel: ada\n  - file: ../up\n"
      "topics: [{name: t, query: x}]\n");
  const auto file = folder.write("paperboy.yaml", "people: {files: [ada.yaml]}\nchannels: {file: }\n");
  Findings findings;
  read_settings(file, findings);
  EXPECT_THAT(settings::lines(findings),
              ElementsAre(AllOf(StartsWith("5:12: "), HasSubstr("the settings have no 'channels.email'")),
                          AllOf(StartsWith("6:11: "), HasSubstr("did you mean 'file'?")),
                          AllOf(StartsWith("7:11: "), HasSubstr("no folder name"))));
}

TEST(Settings, TemplatesAreChecked) {
  const Folder folder;
  folder.write("templates/en/digest.md", "# {{title}\n{{#topics}}\n");
  const auto file = folder.write("paperboy.yaml", "digest: {templates: templates}\n");
  Findings findings;
  read_settings(file, findings);
  ASSERT_EQ(findings.list().size(), 1u) << findings.to_string();
  EXPECT_EQ(findings.list()[0].line, 1);
  EXPECT_THAT(findings.list()[0].text, HasSubstr("digest.md"));
}

TEST(Settings, AMissingFileIsOneFinding) {
  Findings findings;
  read_settings("/nowhere/paperboy.yaml", findings);
  EXPECT_EQ(findings.to_string(), "/nowhere/paperboy.yaml: there is no such file\n");
}

// --- the shipped files

TEST(ShippedFiles, AreRight) {
  Findings findings;
  const Settings settings = read_settings(config / "paperboy.yaml", findings);
  EXPECT_TRUE(findings.empty()) << findings.to_string();
  EXPECT_EQ(settings.people.size(), 3u);
  EXPECT_THAT(settings.sources, ElementsAre("arxiv", "feed"));
  EXPECT_THAT(settings.channels, ElementsAre("email", "file"));
}

// Settings that are commented out begin with '#' and, in steps of two blanks, their own indentation; a sentence has one
// blank.
std::string uncommented(const std::filesystem::path& file) {
  static const std::regex setting("^( *)#((?:  )*)([a-z_]+:.*|- .*)$");
  std::ifstream in(file);
  std::string out;
  for (std::string line; std::getline(in, line);) out += std::regex_replace(line, setting, "$1$2$3") + "\n";
  return out;
}

std::vector<std::string> difference(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::vector<std::string> out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

std::set<std::string> as_set(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

TEST(ShippedFiles, SayEveryKeyTheProgramReadsAndNoOther) {
  Findings findings;
  const Node root = Node::parse(uncommented(config / "paperboy.yaml"), (config / "paperboy.yaml").string(), findings);
  ASSERT_TRUE(findings.empty()) << findings.to_string();
  const Settings settings = read_settings(root, findings);
  EXPECT_EQ(settings.offers.size(), integrations::plugins().size()) << "an integration has no section";
  EXPECT_THAT(difference(as_set(root.asked_keys()), as_set(root.written_keys())), IsEmpty())
      << "read, but not in config/paperboy.yaml";
  for (const settings::Finding& finding : findings.list()) {
    EXPECT_THAT(finding.text, testing::Not(HasSubstr("unknown key"))) << finding.line;
  }
}

TEST(ShippedFiles, StateTheDefaults) {
  Findings findings;
  const Settings stated = read_settings(
      Node::parse(uncommented(config / "paperboy.yaml"), (config / "paperboy.yaml").string(), findings), findings);
  const Settings defaults;
  EXPECT_EQ(stated.database, defaults.database);
  EXPECT_EQ(stated.language, defaults.language);
  EXPECT_EQ(stated.digest_wait, defaults.digest_wait);
  EXPECT_EQ(stated.listen_address, defaults.listen_address);
  EXPECT_EQ(stated.listen_port, defaults.listen_port);
  EXPECT_EQ(stated.log_level, defaults.log_level);
  EXPECT_EQ(stated.log_format, defaults.log_format);
}

TEST(ShippedFiles, OfPeopleSayEveryKey) {
  std::set<std::string> asked, written;
  Findings findings;
  for (const auto& file : settings::yaml_files(config / "people.d", findings)) {
    const Node root = Node::load(file, findings);
    flow::read_person(root, {});
    asked.merge(as_set(root.asked_keys()));
    written.merge(as_set(root.written_keys()));
  }
  EXPECT_TRUE(findings.empty()) << findings.to_string();
  EXPECT_THAT(difference(asked, written), IsEmpty()) << "read, but in no file of config/people.d";
}

TEST(ShippedFiles, ExplainEveryKeyOfAPersonInOnePlace) {
  Findings findings;
  const Node root = Node::load(config / "people.d" / "mira.yaml", findings);
  flow::read_person(root, {});
  EXPECT_THAT(difference(as_set(root.asked_keys()), as_set(root.written_keys())), IsEmpty());
}

}  // namespace
}  // namespace paperboy::app
