// The SQLite driver and the migrations.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <thread>

#include "daemon/store/migrations.hpp"
#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string failure_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const StoreError& error) {
    return error.what();
  }
  return "";
}

std::string text_of(Driver& driver, std::string_view sql) {
  std::string result;
  driver.transact([&](Tx& tx) { tx.query(sql, [&](const Row& row) { result = row.text(0); }); });
  return result;
}

void run(Driver& driver, std::string_view sql) {
  driver.transact([&](Tx& tx) { tx.execute(sql); });
}

TEST(Sqlite, KeepsValuesOfEveryType) {
  const auto driver = open_sqlite(":memory:");
  run(*driver, "CREATE TABLE t (i BIGINT, d DOUBLE PRECISION, s TEXT, n TEXT, w BIGINT, y BIGINT)");
  const Time when = start + 123ms;
  driver->transact([&](Tx& tx) {
    const std::int64_t rows = tx.execute("INSERT INTO t (i, d, s, n, w, y) VALUES ($1, $2, $3, $4, $5, $6)",
                                         std::int64_t{-9'007'199'254'740'993}, 0.1, "Erdős 😀", nullptr, when, day(3));
    EXPECT_EQ(rows, 1);
    int seen = 0;
    tx.query("SELECT i, d, s, n, w, y FROM t", [&](const Row& row) {
      ++seen;
      EXPECT_EQ(row.integer(0), -9'007'199'254'740'993);
      EXPECT_EQ(row.number(1), 0.1);
      EXPECT_EQ(row.text(2), "Erdős 😀");
      EXPECT_TRUE(row.is_null(3));
      EXPECT_EQ(row.text(3), "");
      EXPECT_EQ(row.optional_time(3), std::nullopt);
      EXPECT_EQ(row.time(4), when);
      EXPECT_EQ(row.day(5), day(3));
    });
    EXPECT_EQ(seen, 1);
  });
}

TEST(Sqlite, ParametersAreNumberedNotOrdered) {
  const auto driver = open_sqlite(":memory:");
  driver->transact([&](Tx& tx) {
    std::string seen;
    tx.query("SELECT $2 || '-' || $1 || '-' || $2", [&](const Row& row) { seen = row.text(0); }, "one", "two");
    EXPECT_EQ(seen, "two-one-two");
  });
}

TEST(Sqlite, TextIsNeverPartOfTheStatement) {
  const auto driver = open_sqlite(":memory:");
  run(*driver, "CREATE TABLE t (s TEXT)");
  const std::string hostile = "'); DROP TABLE t; --";
  driver->transact([&](Tx& tx) { tx.execute("INSERT INTO t (s) VALUES ($1)", hostile); });
  EXPECT_EQ(text_of(*driver, "SELECT s FROM t"), hostile);
}

TEST(Sqlite, WrongNumberOfValuesIsRefused) {
  const auto driver = open_sqlite(":memory:");
  const auto few = [&] { driver->transact([](Tx& tx) { tx.query("SELECT $1, $2", [](const Row&) {}, 1); }); };
  const auto many = [&] { driver->transact([](Tx& tx) { tx.query("SELECT $1", [](const Row&) {}, 1, 2); }); };
  EXPECT_THAT(failure_of(few), HasSubstr("2 parameters was given 1 values"));
  EXPECT_THAT(failure_of(many), HasSubstr("1 parameters was given 2 values"));
}

TEST(Sqlite, AThrowRollsBackAndTheDriverGoesOn) {
  const auto driver = open_sqlite(":memory:");
  run(*driver, "CREATE TABLE t (n BIGINT)");
  EXPECT_THROW(driver->transact([](Tx& tx) {
    tx.execute("INSERT INTO t (n) VALUES (1)");
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(text_of(*driver, "SELECT COUNT(*) FROM t"), "0");
  run(*driver, "INSERT INTO t (n) VALUES (1)");
  EXPECT_EQ(text_of(*driver, "SELECT COUNT(*) FROM t"), "1");
}

TEST(Sqlite, ReadingWaitsForNobodyWhoWrites) {
  const TempFolder folder;
  const auto daemon = open_sqlite(folder / "p.db"), verb = open_sqlite(folder / "p.db");
  run(*daemon, "CREATE TABLE t (n BIGINT)");
  run(*daemon, "INSERT INTO t (n) VALUES (1)");
  daemon->transact([&](Tx& tx) {
    tx.execute("INSERT INTO t (n) VALUES (2)");
    std::int64_t seen = 0;  // of what is committed
    verb->read(
        [&](Tx& reading) { reading.query("SELECT COUNT(*) FROM t", [&](const Row& row) { seen = row.integer(0); }); });
    EXPECT_EQ(seen, 1);
  });
}

TEST(Sqlite, WhatOnlyReadsChangesNothing) {
  const auto driver = open_sqlite(":memory:");
  run(*driver, "CREATE TABLE t (n BIGINT)");
  const auto change = [&] { driver->read([](Tx& tx) { tx.execute("INSERT INTO t (n) VALUES (1)"); }); };
  EXPECT_THAT(failure_of(change), HasSubstr("INSERT INTO t"));
  EXPECT_EQ(text_of(*driver, "SELECT COUNT(*) FROM t"), "0");
  run(*driver, "INSERT INTO t (n) VALUES (1)");
  EXPECT_EQ(text_of(*driver, "SELECT COUNT(*) FROM t"), "1");
}

TEST(Sqlite, AThrowFromARowLeavesTheStatementUsable) {
  const auto driver = open_sqlite(":memory:");
  run(*driver, "CREATE TABLE t (n BIGINT)");
  run(*driver, "INSERT INTO t (n) VALUES (1), (2), (3)");
  driver->transact([](Tx& tx) {
    const auto stop = [](const Row&) { throw std::runtime_error("enough"); };
    EXPECT_THROW(tx.query("SELECT n FROM t", stop), std::runtime_error);
    int rows = 0;
    tx.query("SELECT n FROM t", [&](const Row&) { ++rows; });
    EXPECT_EQ(rows, 3);
  });
}

TEST(Sqlite, StatementsNestButNotInThemselves) {
  const auto driver = open_sqlite(":memory:");
  run(*driver, "CREATE TABLE t (n BIGINT)");
  run(*driver, "INSERT INTO t (n) VALUES (1), (2)");
  driver->transact([](Tx& tx) {
    int pairs = 0;
    tx.query("SELECT n FROM t", [&](const Row&) { tx.query("SELECT n FROM t AS u", [&](const Row&) { ++pairs; }); });
    EXPECT_EQ(pairs, 4);
  });
  const auto itself = [&] {
    driver->transact([](Tx& tx) {
      tx.query("SELECT n FROM t", [&](const Row&) { tx.query("SELECT n FROM t", [](const Row&) {}); });
    });
  };
  EXPECT_THAT(failure_of(itself), HasSubstr("running already"));
  EXPECT_EQ(text_of(*driver, "SELECT COUNT(*) FROM t"), "2");
}

TEST(Sqlite, TransactionsDoNotNest) {
  const auto driver = open_sqlite(":memory:");
  const auto nested = [&] { driver->transact([&](Tx&) { driver->transact([](Tx&) {}); }); };
  EXPECT_THAT(failure_of(nested), HasSubstr("inside a transaction"));
  driver->transact([](Tx&) {});
}

TEST(Sqlite, AnErrorNamesTheStatement) {
  const auto driver = open_sqlite(":memory:");
  EXPECT_THAT(failure_of([&] { run(*driver, "SELECT nonsense\n  FROM nowhere"); }),
              AllOf(HasSubstr("no such table: nowhere"), HasSubstr("SELECT nonsense FROM nowhere")));
}

TEST(Sqlite, IsDurableAndChecksReferences) {
  const TempFolder folder;
  const auto driver = open_sqlite(folder / "p.db");
  EXPECT_EQ(text_of(*driver, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(text_of(*driver, "PRAGMA synchronous"), "2");  // FULL
  EXPECT_EQ(text_of(*driver, "PRAGMA foreign_keys"), "1");
}

TEST(Sqlite, TheFilesAreForTheirOwnerAlone) {
  const TempFolder folder;
  const ::mode_t before = ::umask(0);
  const auto driver = open_sqlite(folder / "p.db");
  run(*driver, "CREATE TABLE t (n BIGINT)");
  ::umask(before);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    struct stat status{};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 3);  // database, log, index of the log
}

TEST(Sqlite, WhatIsNoDatabaseIsLeftAlone) {
  const TempFolder folder;
  const std::string text(5000, 'x');
  std::ofstream(folder / "notes.txt") << text;
  EXPECT_THAT(failure_of([&] { open_sqlite(folder / "notes.txt"); }),
              AllOf(HasSubstr("notes.txt"), HasSubstr("is not a database")));
  std::ifstream file(folder / "notes.txt");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST(Sqlite, AnotherProgramsDatabaseIsLeftAlone) {
  const TempFolder folder;
  {
    const auto driver = open_sqlite(folder / "p.db");
    run(*driver, "CREATE TABLE theirs (n BIGINT)");
    run(*driver, "PRAGMA application_id = 1");
  }
  EXPECT_THAT(failure_of([&] { open_sqlite(folder / "p.db"); }), HasSubstr("of another program"));
}

TEST(Sqlite, ADamagedDatabaseSaysSo) {
  const TempFolder folder;
  {
    Database database(open_sqlite(folder / "p.db"));
    database.transact_blocking([](Tx& tx) {
      for (int n = 0; n < 200; ++n) {
        put_cursor(tx, "name" + std::to_string(n), std::string(500, 'x'), start);
      }
    });
  }
  {
    std::fstream file(folder / "p.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    const auto size = std::filesystem::file_size(folder / "p.db");
    for (std::uintmax_t at = 4096; at < size; ++at) file.put('\xff');
  }
  const auto read = [&] {
    Database database(open_sqlite(folder / "p.db"));
    database.transact_blocking([](Tx& tx) { return cursor(tx, "name7"); });
  };
  EXPECT_THAT(failure_of(read), AllOf(HasSubstr("damaged"), HasSubstr("backup")));
}

TEST(Sqlite, AMissingFolderIsNamed) {
  const TempFolder folder;
  EXPECT_THAT(failure_of([&] { open_sqlite(folder / "absent/p.db"); }),
              AllOf(HasSubstr("No such file"), HasSubstr("absent must exist")));
}

TEST(Sqlite, AFolderIsNoFile) {
  const TempFolder folder;
  EXPECT_THAT(failure_of([&] { open_sqlite(folder.path()); }), HasSubstr("is not a file"));
}

// A file system of a few megabytes, or one that cannot be written. Needs root.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& folder, const char* options) : folder_(folder) {
    std::filesystem::create_directory(folder_);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, options) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  bool make_read_only() { return ::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0; }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};

TEST(Sqlite, AReadOnlyFolderIsNamed) {
  const TempFolder folder;
  SmallDisk disk(folder / "disk", "size=1m");
  if (disk.mounted()) {
    ASSERT_TRUE(disk.make_read_only());
  } else if (::geteuid() != 0) {
    ASSERT_EQ(::chmod((folder / "disk").c_str(), 0500), 0);
  } else {
    GTEST_SKIP() << "root that may not mount: no folder is read-only to it";
  }
  EXPECT_THAT(failure_of([&] { open_sqlite(folder / "disk/p.db"); }), HasSubstr("cannot be created"));
}

TEST(Sqlite, AReadOnlyFileIsNamed) {
  const TempFolder folder;
  SmallDisk disk(folder / "disk", "size=1m");
  if (!disk.mounted()) GTEST_SKIP() << "needs root that may mount a tmpfs";
  {
    Database database(open_sqlite(folder / "disk/p.db"));
  }
  ASSERT_TRUE(disk.make_read_only());
  EXPECT_THAT(failure_of([&] { open_sqlite(folder / "disk/p.db"); }),
              AllOf(HasSubstr("cannot be written"), HasSubstr("Read-only file system")));
}

TEST(Sqlite, AFullDiskKeepsWhatIsStoredAndRecovers) {
  const TempFolder folder;
  SmallDisk disk(folder / "disk", "size=3m");
  if (!disk.mounted()) GTEST_SKIP() << "needs root that may mount a tmpfs";
  const std::filesystem::path ballast = folder / "disk/ballast";
  std::ofstream(ballast) << std::string(300'000, 'x');
  Database database(open_sqlite(folder / "disk/p.db"));

  const std::string value(20'000, 'v');
  int stored = 0;
  std::string failure;
  for (; failure.empty() && stored < 1000; ++stored) {
    failure = failure_of([&] {
      database.transact_blocking([&](Tx& tx) { put_cursor(tx, "n" + std::to_string(stored), value, start); });
    });
  }
  --stored;  // the one that failed
  EXPECT_THAT(failure, AllOf(HasSubstr("no space is left"), HasSubstr("p.db")));
  EXPECT_GT(stored, 5);
  const auto check = [&](int expected) {
    database.transact_blocking([&](Tx& tx) {
      tx.query("SELECT COUNT(*) FROM cursor", [&](const Row& row) { EXPECT_EQ(row.integer(0), expected); });
      tx.query("PRAGMA integrity_check", [](const Row& row) { EXPECT_EQ(row.text(0), "ok"); });
    });
  };
  check(stored);
  std::filesystem::remove(ballast);
  database.transact_blocking([&](Tx& tx) { put_cursor(tx, "after", value, start); });
  check(stored + 1);
}

TEST(Sqlite, ALockOfAnotherProcessIsWaitedForAndThenNamed) {
  const TempFolder folder;
  const auto ours = open_sqlite(folder / "p.db");
  const auto theirs = open_sqlite(folder / "p.db");
  std::string failure;
  theirs->transact([&](Tx&) {
    const auto begun = std::chrono::steady_clock::now();
    failure = failure_of([&] { run(*ours, "CREATE TABLE t (n BIGINT)"); });
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 9s);
  });
  EXPECT_THAT(failure, AllOf(HasSubstr("locked by another process"), HasSubstr("10 s")));
  run(*ours, "CREATE TABLE t (n BIGINT)");
}

TEST(Migrations, AreNumberedWithoutAGap) {
  int expected = 1;
  for (const Migration& migration : migrations()) {
    EXPECT_EQ(migration.version, expected++);
    std::ostringstream name;
    name << PAPERBOY_SOURCE_DIR "/daemon/store/schema/" << std::setw(3) << std::setfill('0') << migration.version
         << ".sql";
    std::ifstream file(name.str());
    EXPECT_EQ(migration.script, std::string(std::istreambuf_iterator<char>(file), {})) << name.str();
  }
}

TEST(Migrations, RunOnceAndAreRemembered) {
  const TempFolder folder;
  const int newest = migrations().back().version;
  {
    EXPECT_EQ(Database(open_sqlite(folder / "p.db")).schema_version(), newest);
  }
  Database again(open_sqlite(folder / "p.db"));
  EXPECT_EQ(again.schema_version(), newest);
  again.transact_blocking([&](Tx& tx) {
    tx.query("SELECT COUNT(*), MAX(version) FROM schema_version", [&](const Row& row) {
      EXPECT_EQ(row.integer(0), newest);
      EXPECT_EQ(row.integer(1), newest);
    });
  });
}

TEST(Migrations, ANewerSchemaIsRefusedUntouched) {
  const TempFolder folder;
  {
    Database database(open_sqlite(folder / "p.db"));
  }
  {
    const auto driver = open_sqlite(folder / "p.db");
    run(*driver, "INSERT INTO schema_version (version) VALUES (999)");
  }
  EXPECT_THAT(failure_of([&] { Database database(open_sqlite(folder / "p.db")); }),
              AllOf(HasSubstr("newer Paperboy"), HasSubstr("schema 999"), HasSubstr("backup")));
}

TEST(Migrations, ProgramsThatStartAtOnceDoNotMeet) {
  const TempFolder folder;
  std::vector<std::thread> threads;
  std::vector<std::string> failures(6);
  for (std::size_t n = 0; n < failures.size(); ++n) {
    threads.emplace_back(
        [&, n] { failures[n] = failure_of([&] { Database database(open_sqlite(folder / "p.db")); }); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(failures, ::testing::Each(""));
}

// A child commits rows and says so after each; it is killed at an arbitrary moment. What it said it had committed is
// there.
TEST(Durability, WhatWasCommittedSurvivesKill) {
  const TempFolder folder;
  const std::filesystem::path file = folder / "p.db";
  {
    const auto driver = open_sqlite(file);
    run(*driver, "CREATE TABLE t (n BIGINT NOT NULL PRIMARY KEY, filler TEXT NOT NULL)");
  }
  std::mt19937 random(20261103);
  std::int64_t reported = 0;  // over all rounds
  for (int round = 0; round < 50; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const ::pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      try {
        const auto driver = open_sqlite(file);
        for (std::int64_t n = reported + 1;; ++n) {
          const std::string filler(static_cast<std::size_t>(n % 7) * 1500, 'f');
          driver->transact([&](Tx& tx) {
            tx.execute("INSERT INTO t (n, filler) VALUES ($1, $2) ON CONFLICT (n) DO NOTHING", n, filler);
          });
          if (::write(ends[1], &n, sizeof n) != sizeof n) ::_exit(1);
        }
      } catch (...) {
        ::_exit(2);
      }
    }
    ::close(ends[1]);
    const int until = std::uniform_int_distribution<int>(1, 12)(random);
    std::int64_t n = 0;
    for (int heard = 0; heard < until && ::read(ends[0], &n, sizeof n) == sizeof n; ++heard) reported = n;
    // Somewhere within the next commit.
    const auto moment = std::chrono::microseconds(std::uniform_int_distribution<int>(0, 1500)(random));
    for (const auto begun = std::chrono::steady_clock::now(); std::chrono::steady_clock::now() - begun < moment;) {
    }
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
    while (::read(ends[0], &n, sizeof n) == sizeof n) reported = n;
    ::close(ends[0]);

    const auto driver = open_sqlite(file);
    driver->transact([&](Tx& tx) {
      tx.query(
          "SELECT COUNT(*) FROM t WHERE n <= $1", [&](const Row& row) { ASSERT_EQ(row.integer(0), reported); },
          reported);
      tx.query("SELECT COUNT(*) FROM t", [&](const Row& row) { ASSERT_LE(row.integer(0), reported + 1); });
      tx.query("PRAGMA integrity_check", [](const Row& row) { ASSERT_EQ(row.text(0), "ok"); });
    });
  }
  EXPECT_GE(reported, 50);
}

}  // namespace
}  // namespace paperboy::store::test
