#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "integrations/telegram/destination.hpp"
#include "tests/support/section.hpp"

namespace paperboy::integrations::telegram {

extern const Plugin plugin;

namespace {

using settings::Findings;
using settings::Node;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string good_token = "token: '12345:AAabc-_9'\n";

TEST(TelegramSettings, ATokenIsAllThatIsNeeded) {
  EXPECT_THAT(findings_of(plugin, good_token), IsEmpty());
}

class BadSettings : public testing::TestWithParam<WrongSection> {};

TEST_P(BadSettings, AreFoundAndTheTokenIsNotRepeated) {
  expect_found(plugin, GetParam(), "AAsecret");
}

INSTANTIATE_TEST_SUITE_P(
    Telegram, BadSettings,
    testing::Values(
        WrongSection{"NoToken", "rich: false\n", "@BotFather"},
        WrongSection{"TokenWithoutNumber", "token: AAsecret\n", "does not look like"},
        WrongSection{"TokenWithPath", "token: '1:AAsecret/../x'\n", "does not look like"},
        WrongSection{"TokenWithUrl", "token: 'https://api.telegram.org/bot1:AAsecret'\n", "does not look like"},
        WrongSection{"TokenFileMissing", "token_file: /nowhere/token\n", "token"},
        WrongSection{"Unknown", good_token + "chat: 5\n", "chat"},
        WrongSection{"Doubt", good_token + "on_ambiguous: resned\n", "resend"},
        WrongSection{"WebhookThatDoesNotListen", good_token + "webhook: true\n", "listen: true"},
        WrongSection{"Listen", good_token + "listen: sometimes\n", ""},
        WrongSection{"Truth", good_token + "buttons: maybe\n", ""},
        WrongSection{"UrlWithoutScheme", good_token + "api_url: api.telegram.org\n", "https://api.telegram.org"},
        WrongSection{"UrlWithQuery", good_token + "api_url: 'https://a.example/?x'\n", "https://api.telegram.org"},
        WrongSection{"UrlWithPassword", good_token + "api_url: 'https://u:AAsecret@a.example'\n",
                     "https://api.telegram.org"},
        WrongSection{"UrlInClear", good_token + "api_url: http://api.telegram.org\n", "could read the token"},
        WrongSection{"UrlInClearNearby", good_token + "api_url: http://bot-api:8081\n", "127.0.0.1"}),
    [](const auto& tested) { return tested.param.name; });

TEST(TelegramSettings, ServersOnThisMachineSpeakPlainHttp) {
  for (const char* url :
       {"http://127.0.0.1:8081", "http://localhost:8081/", "http://[::1]:8081", "https://proxy.example.org/telegram"}) {
    EXPECT_THAT(findings_of(plugin, good_token + "api_url: '" + url + "'\n"), IsEmpty()) << url;
  }
}

TEST(TelegramSettings, TheExampleIsRight) {
  const auto example = std::filesystem::path(PAPERBOY_SOURCE_DIR) / "integrations/telegram/telegram.yaml";
  Findings findings;
  const Node root = Node::load(example, findings);
  const Node section = root.at("channels").at("telegram");
  plugin.read(section);
  root.reject_unknown();
  // As delivered the file may be read by everyone; the token in it is an example.
  for (const settings::Finding& finding : findings.list()) EXPECT_THAT(finding.text, HasSubstr("read")) << finding.text;
  EXPECT_THAT(section.asked_keys(), testing::IsSupersetOf(section.written_keys()));
}

struct Place {
  std::string text;
  std::int64_t id;
  std::string name;
  std::int64_t topic;
};

TEST(Destination, Forms) {
  const std::vector<Place> places{{"55", 55, "", 0},
                                  {"-4321", -4321, "", 0},
                                  {"-1001234567890/42", -1001234567890, "", 42},
                                  {"4503599627370495", 4503599627370495, "", 0},
                                  {"@channelname", 0, "@channelname", 0},
                                  {"@Group_1/7", 0, "@Group_1", 7}};
  for (const Place& place : places) {
    std::string trouble;
    const auto destination = parse_destination(place.text, trouble);
    ASSERT_TRUE(destination) << trouble;
    EXPECT_EQ(destination->id, place.id);
    EXPECT_EQ(destination->name, place.name);
    EXPECT_EQ(destination->topic, place.topic);
  }
}

TEST(Destination, WhatIsNoChatSaysWhatToWrite) {
  for (const char* text : {"",
                           "0",
                           "-",
                           "+55",
                           "055",
                           "5 5",
                           "55x",
                           "4503599627370496",
                           "99999999999999999999",
                           "ann",
                           "@",
                           "@ab",
                           "@1abc",
                           "@_abc",
                           "@a-b-c",
                           "@abcdefghijklmnopqrstuvwxyz0123456789",
                           "https://t.me/x",
                           "+49 151 1",
                           "@Ünicode",
                           "55\n"}) {
    std::string trouble;
    EXPECT_FALSE(parse_destination(text, trouble)) << text;
    EXPECT_THAT(trouble, HasSubstr("-1001234567890")) << text;
  }
  for (const char* text : {"-100/", "-100/x", "-100/0", "-100/-4", "-100/1", "-100/42/3", "-100/2147483648"}) {
    std::string trouble;
    EXPECT_FALSE(parse_destination(text, trouble)) << text;
    EXPECT_THAT(trouble, HasSubstr("topic")) << text;
  }
}

}  // namespace
}  // namespace paperboy::integrations::telegram
