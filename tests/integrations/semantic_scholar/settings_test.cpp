#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/section.hpp"

namespace paperboy::integrations::semantic_scholar {

extern const Plugin plugin;

namespace {

using settings::Findings;
using settings::Node;
using testing::IsEmpty;

TEST(SemanticScholarSettings, NeedNothing) {
  EXPECT_THAT(findings_of(plugin, "{}\n"), IsEmpty());
  EXPECT_THAT(findings_of(plugin, "api_url: http://127.0.0.1:8000/graph/v1/\n"), IsEmpty());
}

class BadSettings : public testing::TestWithParam<WrongSection> {};

TEST_P(BadSettings, AreFoundAndTheKeyIsNotRepeated) {
  expect_found(plugin, GetParam(), "s2k-secret");
}

INSTANTIATE_TEST_SUITE_P(SemanticScholar, BadSettings,
                         testing::Values(WrongSection{"PlainHttp", "api_url: http://s2.example.org/graph/v1\n",
                                                      "over http://"},
                                         WrongSection{"SecretInTheAddress", "api_url: https://s2k-secret@x.org/v1\n",
                                                      "no address of a host"},
                                         WrongSection{"KeyTwice", "key: s2k-secret\nkey_file: /dev/null\n", "key"},
                                         WrongSection{"KeyFileAbsent", "key_file: /nowhere/s2k-secret\n", "key_file"},
                                         WrongSection{"Unknown", "tokn: s2k-secret\n", "unknown key 'tokn'"}),
                         [](const testing::TestParamInfo<WrongSection>& each) { return each.param.name; });

TEST(SemanticScholarSettings, AreExplainedInItsYaml) {
  Findings findings;
  const auto file = std::filesystem::path(PAPERBOY_SOURCE_DIR) / "integrations/semantic_scholar/semantic_scholar.yaml";
  const Node root = Node::load(file, findings);
  const Node section = root.at("citations").at("semantic_scholar");
  plugin.read(section);
  root.at("citations").at("refresh");
  root.reject_unknown();
  EXPECT_TRUE(std::all_of(findings.list().begin(), findings.list().end(), [](const auto& finding) {
    return finding.text.find("read") != std::string::npos;  // others may read a file with a key
  })) << findings.to_string();
  std::vector<std::string> asked = section.asked_keys();
  std::erase(asked, "key_file");
  EXPECT_THAT(asked, testing::IsSubsetOf(section.written_keys()));
}

}  // namespace
}  // namespace paperboy::integrations::semantic_scholar
