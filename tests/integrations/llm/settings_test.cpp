#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/section.hpp"

namespace paperboy::integrations::llm {

extern const Plugin plugin;

namespace {

using settings::Findings;
using settings::Node;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string good = "base_url: http://127.0.0.1:11434/v1\nmodels: {read: m1}\n";

TEST(LlmSettings, AServerOfOnesOwnNeedsAnAddressAndAModel) {
  EXPECT_THAT(findings_of(plugin, good), IsEmpty());
}

class BadSettings : public testing::TestWithParam<WrongSection> {};

TEST_P(BadSettings, AreFoundAndTheTokenIsNotRepeated) {
  expect_found(plugin, GetParam(), "sk-secret");
}

INSTANTIATE_TEST_SUITE_P(
    Llm, BadSettings,
    testing::Values(
        WrongSection{"NoAddress", "models: {read: m1}\n", "base_url"},
        WrongSection{"NoModel", "base_url: https://api.openai.com/v1\n", "read"},
        WrongSection{"PlainHttp", "base_url: http://models.example.org/v1\ntoken: sk-secret\nmodels: {read: m1}\n",
                     "over http://"},
        WrongSection{"SecretInTheAddress", "base_url: https://sk-secret@x.org/v1\nmodels: {read: m1}\n",
                     "no address of a host"},
        WrongSection{"PriceOfNoModel", good + "prices: {m2: {prompt: 1, reply: 2}}\n", "'m2' is none of the models"},
        WrongSection{"NegativePrice", good + "prices: {m1: {prompt: -1, reply: 2}}\n", ""},
        WrongSection{"SmallContext", good + "context: 100\n", ""},
        WrongSection{"Unknown", good + "temperatur: 0\n", ""}),
    [](const testing::TestParamInfo<WrongSection>& each) { return each.param.name; });

TEST(LlmSettings, AreExplainedInItsYaml) {
  Findings findings;
  const Node root = Node::load(std::filesystem::path(PAPERBOY_SOURCE_DIR) / "integrations/llm/llm.yaml", findings);
  const Node section = root.at("reading").at("llm");
  plugin.read(section);
  root.reject_unknown();
  EXPECT_TRUE(std::all_of(findings.list().begin(), findings.list().end(), [](const auto& finding) {
    return finding.text.find("read") != std::string::npos;
  })) << findings.to_string();
  std::vector<std::string> asked = section.asked_keys();
  std::erase(asked, "token_file");
  EXPECT_THAT(asked, testing::IsSubsetOf(section.written_keys()));
}

}  // namespace
}  // namespace paperboy::integrations::llm
