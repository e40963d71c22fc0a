#include "daemon/store/instance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "daemon/store/database.hpp"

namespace paperboy::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class InstanceTest : public testing::Test {
 protected:
  InstanceTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "paperboy-instance-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~InstanceTest() override { std::filesystem::remove_all(folder); }

  std::string refusal(const std::filesystem::path& database) const {
    try {
      const Instance instance(database);
    } catch (const StoreError& error) {
      return error.what();
    }
    return "";
  }

  std::filesystem::path folder;
};

TEST_F(InstanceTest, ThereIsOneOnAStore) {
  std::optional<Instance> first(std::in_place, folder / "a.db");
  EXPECT_THAT(refusal(folder / "a.db"),
              AllOf(HasSubstr("a.db"), HasSubstr("another Paperboy (process " + std::to_string(::getpid()) + ")")));
  EXPECT_EQ(refusal(folder / "b.db"), "");
  first.reset();
  EXPECT_EQ(refusal(folder / "a.db"), "");
}

TEST_F(InstanceTest, AnotherNameOfTheStoreIsTheSameStore) {
  std::filesystem::create_directory_symlink(folder, folder / "link");
  {
    const Database made(open_sqlite(folder / "a.db"));
  }
  std::filesystem::create_symlink(folder / "a.db", folder / "other.db");
  const Instance first(folder / "a.db");
  EXPECT_NE(refusal(folder / "link" / "a.db"), "");
  EXPECT_NE(refusal(folder / "link" / ".." / folder.filename() / "a.db"), "");
  EXPECT_NE(refusal(folder / "other.db"), "");
}

// What reads or administrates opens the database all the same.
TEST_F(InstanceTest, DoesNotKeepOthersFromReading) {
  const Instance first(folder / "a.db");
  Database one(open_sqlite(folder / "a.db"));
  Database two(open_sqlite(folder / "a.db"));
  int rows = 0;
  two.transact_blocking([&](Tx& tx) { tx.query("SELECT 1", [&](const Row&) { ++rows; }); });
  EXPECT_EQ(rows, 1);
}

TEST_F(InstanceTest, EndsWithItsProcessHoweverThatEnds) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Instance held(folder / "a.db");
    [[maybe_unused]] const ssize_t told = ::write(ready[1], "x", 1);
    for (;;) ::pause();
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  EXPECT_THAT(refusal(folder / "a.db"), HasSubstr("process " + std::to_string(child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(refusal(folder / "a.db"), "");
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(InstanceTest, ALockThatCannotBeMadeIsToldAndOthersCannotReadIt) {
  EXPECT_THAT(refusal(folder / "nowhere" / "a.db"), AllOf(HasSubstr("nowhere"), HasSubstr("folder of the store")));
  const Instance first(folder / "a.db");
  struct stat kept{};
  ASSERT_EQ(::stat((folder / "a.db.lock").c_str(), &kept), 0);
  EXPECT_EQ(kept.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace paperboy::store
