#include "daemon/sandbox/sandbox.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/landlock.hpp"

namespace paperboy::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

Limits small() {
  Limits limits;
  limits.wall = std::chrono::minutes(4);  // a busy machine gives little of the one second below
  limits.cpu_seconds = 1;
  limits.memory = 256u << 20;
  limits.output = 1u << 20;
  return limits;
}

Result misbehave(std::vector<std::string> how, std::string_view input = {}, const Limits& limits = small()) {
  return run(PAPERBOY_MISBEHAVE, how, input, limits);
}

class Sandbox : public testing::Test {
 protected:
  Sandbox() : folder(std::filesystem::temp_directory_path() / ("paperboy-sandbox-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder);
    secret = folder / "secret";
    std::ofstream(secret) << "a secret";
  }
  void SetUp() override {
    if (!test::has_landlock()) GTEST_SKIP() << "this kernel has no Landlock: the sandbox refuses to run";
  }
  ~Sandbox() override { std::filesystem::remove_all(folder); }
  std::filesystem::path folder, secret;
};

TEST_F(Sandbox, BytesGoInAndComeOut) {
  const std::string megabytes(900'000, 'p');
  const Result result = misbehave({"echo"}, megabytes);
  EXPECT_EQ(result.end, End::finished);
  EXPECT_EQ(result.output, megabytes);
  EXPECT_EQ(misbehave({"echo"}).output, "");
}

TEST_F(Sandbox, NothingIsReachedFromInside) {
  for (const char* attempt : {"tcp", "unix", "fork", "kill", "exec", "limits"}) {
    const Result result = misbehave({attempt});
    EXPECT_THAT(result.output, testing::AnyOf(HasSubstr("not permitted"), HasSubstr("denied"))) << attempt;
  }
}

TEST_F(Sandbox, NothingIsWritten) {
  for (const char* attempt : {"overwrite", "truncate", "unlink", "rename"}) {
    EXPECT_THAT(misbehave({attempt, secret}).output, testing::AnyOf(HasSubstr("not permitted"), HasSubstr("denied")))
        << attempt;
  }
  const std::filesystem::path fresh = folder / "new";
  EXPECT_THAT(misbehave({"create", fresh}).output, HasSubstr("not permitted"));
  EXPECT_FALSE(std::filesystem::exists(fresh));
  std::string kept;
  std::getline(std::ifstream(secret), kept);
  EXPECT_EQ(kept, "a secret");
}

TEST_F(Sandbox, OnlyTheSystemsLibrariesAreRead) {
  EXPECT_THAT(misbehave({"read", secret}).output, HasSubstr("denied"));
  EXPECT_THAT(misbehave({"read", "/etc/passwd"}).output, HasSubstr("denied"));
  EXPECT_THAT(misbehave({"read", "/proc/self/environ"}).output, HasSubstr("denied"));
  EXPECT_THAT(misbehave({"read", "/usr/bin"}).output, HasSubstr("done"));
}

TEST_F(Sandbox, NothingIsInherited) {
  const int forgotten = open(secret.c_str(), O_RDONLY);  // without O_CLOEXEC
  setenv("PAPERBOY_TEST_TOKEN", "a secret", 1);
  EXPECT_EQ(misbehave({"descriptors"}).output, "");
  EXPECT_THAT(misbehave({"environment"}).output, Not(HasSubstr("TOKEN")));
  unsetenv("PAPERBOY_TEST_TOKEN");
  close(forgotten);
}

TEST_F(Sandbox, EveryLimitHolds) {
  const Result spin = misbehave({"spin"});
  EXPECT_EQ(spin.end, End::killed) << describe(spin);

  EXPECT_THAT(misbehave({"memory"}).output, HasSubstr("Cannot allocate memory"));
  EXPECT_LE(std::atoi(misbehave({"files"}).output.c_str()), small().open_files);

  const Result flood = misbehave({"flood"});
  EXPECT_EQ(flood.end, End::too_long);
  EXPECT_EQ(flood.output.size(), small().output);

  Limits hasty = small();
  hasty.wall = std::chrono::milliseconds(300);
  EXPECT_EQ(misbehave({"sleep"}, {}, hasty).end, End::late);
  EXPECT_EQ(misbehave({"close"}, {}, hasty).end, End::late);
  EXPECT_EQ(misbehave({"sleep"}, std::string(1u << 20, 'x'), hasty).end, End::late) << "it does not even listen";
}

TEST_F(Sandbox, EndsAreToldApart) {
  const Result status = misbehave({"exit", "7"});
  EXPECT_EQ(status.end, End::failed);
  EXPECT_EQ(status.status, 7);
  EXPECT_EQ(misbehave({"crash"}).end, End::killed);
  // A program that does not listen does not end the one that speaks.
  EXPECT_EQ(misbehave({"exit", "7"}, std::string(4u << 20, 'x')).status, 7);
}

TEST_F(Sandbox, WhatCannotBeRunIsUnavailable) {
  EXPECT_THROW(run("/usr/bin/paperboy-no-such-program", {}, "", small()), Unavailable);
  EXPECT_THROW(run(folder / "secret", {}, "", small()), Unavailable) << "it is no program";
}

}  // namespace
}  // namespace paperboy::sandbox
