// Tokens and passwords: three places they may stand, and none they may leak to.
#include <gmock/gmock.h>

#include <cstdlib>
#include <iostream>

#include "tests/daemon/settings/helpers.hpp"

namespace paperboy::settings {
namespace {

using std::filesystem::perms;
using testing::HasSubstr;
using testing::Not;

constexpr const char* canary = "canary-5up3r-s3cret";

// $CREDENTIALS_DIRECTORY for the length of a test.
class Credentials {
 public:
  explicit Credentials(const std::filesystem::path& folder) { ::setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1); }
  ~Credentials() { ::unsetenv("CREDENTIALS_DIRECTORY"); }
};

struct Read {
  std::optional<Secret> secret;
  std::string findings;
};

Read read(const std::filesystem::path& file) {
  Findings findings;
  const Node root = Node::load(file, findings);
  Read out{root.at("email").secret("password", "smtp-password"), ""};
  root.reject_unknown();
  out.findings = findings.to_string();
  EXPECT_THAT(out.findings, Not(HasSubstr(canary)));
  return out;
}

TEST(Secrets, StandInTheFile) {
  const Folder folder;
  const Read read_back = read(folder.write("x.yaml", std::string("email: {password: ") + canary + "}\n"));
  EXPECT_EQ(read_back.findings, "");
  EXPECT_EQ(read_back.secret, Secret(canary));
}

TEST(Secrets, ThatLookLikeNumbersStayText) {
  const Folder folder;
  EXPECT_EQ(read(folder.write("x.yaml", "email: {password: 0012}\n")).secret, Secret("0012"));
}

TEST(Secrets, StandInAFileBesideIt) {
  const Folder folder;
  for (const char* end : {"", "\n", "\r\n", "\n\n"}) {
    folder.write("secrets/smtp", std::string(canary) + end, perms{0600});
    // The settings themselves may be read by everybody then.
    const Read read_back = read(folder.write("x.yaml", "email: {password_file: secrets/smtp}\n", perms{0644}));
    EXPECT_EQ(read_back.findings, "");
    EXPECT_EQ(read_back.secret, Secret(canary));
  }
  folder.write("secrets/smtp", " two words \n", perms{0600});
  EXPECT_EQ(read(folder.path() / "x.yaml").secret, Secret(" two words ")) << "only line ends are trimmed";
}

TEST(Secrets, ComeAsSystemdCredentials) {
  const Folder folder;
  folder.write("credentials/smtp-password", std::string(canary) + "\n", perms{0444});
  const Credentials credentials(folder.path() / "credentials");
  const Read read_back = read(folder.write("x.yaml", "email: {}\n"));
  EXPECT_EQ(read_back.findings, "");
  EXPECT_EQ(read_back.secret, Secret(canary));
}

TEST(Secrets, AreAbsentWhereNoneIsGiven) {
  const Folder folder;
  folder.write("credentials/other", canary);
  const Credentials credentials(folder.path() / "credentials");
  const Read read_back = read(folder.write("x.yaml", "email: {}\n"));
  EXPECT_EQ(read_back.findings, "");
  EXPECT_FALSE(read_back.secret.has_value());
}

TEST(Secrets, GivenTwiceAreAFinding) {
  const Folder folder;
  folder.write("s", canary, perms{0600});
  const std::string both = std::string("email:\n  password: ") + canary + "\n  password_file: s\n";
  EXPECT_THAT(read(folder.write("x.yaml", both)).findings, HasSubstr("x.yaml:3:18: 'email.password' is given twice"));

  folder.write("credentials/smtp-password", canary);
  const Credentials credentials(folder.path() / "credentials");
  EXPECT_THAT(read(folder.write("y.yaml", "email: {password_file: s}\n")).findings, HasSubstr("given twice"));
  EXPECT_THAT(read(folder.write("z.yaml", std::string("email: {password: ") + canary + "}\n")).findings,
              HasSubstr("given twice"));
}

TEST(Secrets, ThatEverybodyMayReadAreAFinding) {
  const Folder folder;
  folder.write("s", canary, perms{0604});
  const Read file = read(folder.write("x.yaml", "email: {password_file: s}\n"));
  EXPECT_THAT(file.findings,
              HasSubstr("x.yaml:1:24: 'email.password_file' names a file that everybody may read; chmod o-r"));
  EXPECT_FALSE(file.secret.has_value());

  const Read inlined = read(folder.write("y.yaml", std::string("email: {password: ") + canary + "}\n", perms{0644}));
  EXPECT_THAT(inlined.findings,
              HasSubstr("y.yaml:1:19: 'email.password' is a secret and everybody may read this file"));
  EXPECT_FALSE(inlined.secret.has_value());
}

struct Mistake {
  const char* name;
  const char* yaml;  // with CANARY where the secret was put
  const char* finding;
};

class MistakesWithSecrets : public testing::TestWithParam<Mistake> {};

// Whatever is done wrong with a secret, no finding repeats it.
TEST_P(MistakesWithSecrets, AreToldWithoutIt) {
  const Folder folder;
  folder.write("empty", "", perms{0600});
  folder.write("blank", "\n\n", perms{0600});
  folder.write("large", std::string(70'000, 'x'), perms{0600});
  std::string yaml = GetParam().yaml;
  if (const auto at = yaml.find("CANARY"); at != std::string::npos) yaml.replace(at, 6, canary);
  const Read read_back = read(folder.write("x.yaml", yaml));
  EXPECT_THAT(read_back.findings, HasSubstr(GetParam().finding));
  EXPECT_FALSE(read_back.secret.has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Secrets, MistakesWithSecrets,
    testing::Values(Mistake{"SecretAsFileName", "email: {password_file: CANARY}", "not there or cannot be reached"},
                    Mistake{"List", "email: {password: [CANARY]}", "must be text, not a list"},
                    Mistake{"Map", "email: {password: {value: CANARY}}", "must be text, not a map"},
                    Mistake{"FileMap", "email: {password_file: {path: CANARY}}", "must be a path, not a map"},
                    Mistake{"MisspelledKey", "email: {pasword: CANARY}", "did you mean 'password'?"},
                    Mistake{"WrongPlace", "password: CANARY", "unknown key 'password'"},
                    Mistake{"SyntaxError", "email: {password: CANARY: x", "not closed"},
                    Mistake{"NothingWritten", "email:\n  password:\n", "has no value"},
                    Mistake{"EmptyText", "email: {password: ''}", "is empty"},
                    Mistake{"FileIsAFolder", "email: {password_file: .}", "regular file"},
                    Mistake{"FileIsEmpty", "email: {password_file: empty}", "empty file"},
                    Mistake{"FileIsBlank", "email: {password_file: blank}", "without a secret"},
                    Mistake{"FileIsLarge", "email: {password_file: large}", "too large"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace paperboy::settings
