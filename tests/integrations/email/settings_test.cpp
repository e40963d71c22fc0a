// The section channels.email: what is right, and what is said of what is not.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/section.hpp"

namespace paperboy::integrations::email {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* canary = "canary-5up3r-s3cret";

TEST(EmailSettings, AreRightWithTheLeast) {
  EXPECT_THAT(findings_of(*find_plugin("email"), "host: smtp.example.org\nfrom: digest@example.org\n"), IsEmpty());
}

TEST(EmailSettings, TheShippedExampleIsRightAndNamesEveryKey) {
  std::ifstream file(PAPERBOY_SOURCE_DIR "/integrations/email/email.yaml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  settings::Findings findings;
  const settings::Node root = settings::Node::parse(text, "email.yaml", findings);
  const settings::Node section = root.at("channels").at("email");
  find_plugin("email")->read(section);
  root.reject_unknown();
  EXPECT_EQ(findings.to_string(), "");
  std::vector<std::string> asked = section.asked_keys();
  // Another way to sign in than the example's; the text around it tells of them.
  for (const std::string other : {"password_file", "token_file", "token_command"}) {
    EXPECT_EQ(std::erase(asked, other), 1u);
    EXPECT_THAT(text, HasSubstr(other + ":"));
  }
  EXPECT_EQ(asked, section.written_keys());
}

TEST(EmailSettings, WhatIsWrongIsSaidWhereItStands) {
  struct Case {
    std::string yaml;
    std::vector<std::string> findings;
  };
  const std::string least = "host: h.example.org\nfrom: digest@example.org\n";  // line 3 comes next
  const std::vector<Case> cases = {
      {"{}\n", {"1:1: 'host' is missing", "1:1: 'from' is missing"}},
      {"host: h.example.org\nfrom: nobody\n", {"2:7: 'nobody' is no mail address; write name@example.org"}},
      {least + "security: ssl\n", {"3:11: 'security' must be one of starttls, tls, none, not 'ssl'"}},
      {least + "security: tsl\n",
       {"3:11: 'security' must be one of starttls, tls, none, not 'tsl'; did you mean 'tls'?"}},
      {least + "port: 0\n", {"3:7: 'port' must be between 1 and 65535, not '0'"}},
      {least + "port: 65536\n", {"3:7: 'port' must be between 1 and 65535, not '65536'"}},
      {least + "max_per_minute: 0\n", {"3:17: 'max_per_minute' must be between 1 and 6000, not '0'"}},
      {least + "per_domain: 9\n", {"3:13: 'per_domain' must be between 1 and 8, not '9'"}},
      {least + "allow_plain_auth: yes\n", {"3:19: 'allow_plain_auth' must be true or false, not 'yes'"}},
      {least + "user: ada\n",
       {"3:7: a user needs password or password_file, or (OAuth 2) token_file or token_command"}},
      {least + "user: ada\ntoken_file: /run/token\n", {}},
      {least + "user: ada\ntoken_command: [/usr/bin/oama, access, ada]\ntoken_expires_in: 10m\n", {}},
      {least + "user: ada\ntoken_command: /usr/bin/oama access ada\n",
       {"4:16: write the program and each of its arguments as a list: [/usr/bin/oama, access, you@example.org]"}},
      {least + "user: ada\ntoken_command: []\n",
       {"4:16: write the program and each of its arguments as a list: [/usr/bin/oama, access, you@example.org]"}},
      {least + "user: ada\ntoken_command: [x]\ntoken_expires_in: 9s\n",
       {"5:19: 'token_expires_in' must be between 10s and 1d, not '9s'"}},
      {least + "user: ada\ntoken_file: /run/token\npassword: " + canary + "\n",
       {"3:7: a user has one of password, token_file and token_command, not several"}},
      {least + "user: ada\ntoken_file: /run/token\ntoken_command: [x]\n",
       {"3:7: a user has one of password, token_file and token_command, not several"}},
      {least + "token_command: [x]\n", {"3:16: a token needs a user: the name of the mailbox at the relay"}},
      {least + "security: none\nuser: ada\npassword: " + canary + "\n",
       {"3:11: a password is not sent over an unencrypted connection; use starttls or tls (for a relay on this "
        "machine: allow_plain_auth: true)"}},
      {least + "security: none\nuser: ada\npassword: " + canary + "\nallow_plain_auth: true\n", {}},
      {least + "user: ada\npassword: " + canary + "\n", {}},
      {least + "reply_to: Ada <ada@example.org>\n",
       {"3:11: 'Ada <ada@example.org>' is no mail address; write name@example.org"}},
      {least + "bounce_address: b@\n", {"3:17: 'b@' is no mail address; write name@example.org"}},
      {least + "unsubscribe_mailto: 'mailto:ada@example.org'\n",
       {"3:21: 'mailto:ada@example.org' is no mail address; write name@example.org"}},
      {least + "list_id: 'two words'\n", {"3:10: 'two words' is no List-Id; write digest.example.org"}},
      {least + "from_name: \"A\\nBcc: x@example.org\"\n", {"3:12: a name is one line"}},
      {least + "pasword: " + canary + "\n", {"3:1: unknown key 'pasword'; did you mean 'password'?"}},
  };
  for (const Case& c : cases) {
    const std::vector<std::string> found = findings_of(*find_plugin("email"), c.yaml);
    EXPECT_EQ(found, c.findings) << c.yaml;
    for (const std::string& line : found) EXPECT_THAT(line, Not(HasSubstr(canary)));
  }
}

TEST(EmailSettings, APasswordInAFileIsReadAndNeverShown) {
  const settings::Folder folder;
  const std::string kept = folder.write("kept", std::string(canary) + "\n").string();
  const std::string open = folder.write("open", std::string(canary) + "\n", std::filesystem::perms{0644}).string();
  const std::string least = "host: h.example.org\nfrom: digest@example.org\nuser: ada\n";
  EXPECT_THAT(findings_of(*find_plugin("email"), least + "password_file: " + kept + "\n"), IsEmpty());
  for (const std::string& line :
       {"password_file: " + open, "password_file: " + std::string(canary), std::string("password: [") + canary + "]",
        "password: " + std::string(canary) + "\npassword_file: " + kept}) {
    const std::vector<std::string> found = findings_of(*find_plugin("email"), least + line + "\n");
    EXPECT_THAT(found, Not(IsEmpty())) << line;
    for (const std::string& finding : found) EXPECT_THAT(finding, Not(HasSubstr(canary)));
  }
}

}  // namespace
}  // namespace paperboy::integrations::email
