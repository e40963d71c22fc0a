#include "daemon/store/database.hpp"

#include "daemon/base/crash_point.hpp"
#include "daemon/store/migrations.hpp"

namespace paperboy::store {
namespace {

int stored_version(Tx& tx) {
  int version = 0;
  tx.query("SELECT COALESCE(MAX(version), 0) FROM schema_version",
           [&](const Row& row) { version = static_cast<int>(row.integer(0)); });
  return version;
}

// Each migration in a transaction of its own, looked at again inside it: two programs may start on one database at
// once.
int migrate(Driver& driver) {
  const int newest = migrations().back().version;
  int current = 0;
  try {
    driver.read([&](Tx& tx) { current = stored_version(tx); });
    if (current == newest) return newest;  // beside a daemon at work: without waiting for its writes
  } catch (const StoreError&) {            // a new store has no table of versions
  }
  driver.transact([&](Tx& tx) {
    tx.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)");
    current = stored_version(tx);
  });
  if (current > newest) {
    throw StoreError("the database was written by a newer Paperboy (schema " + std::to_string(current) +
                     ", this one knows up to " + std::to_string(newest) +
                     "): install the newer version again, or restore the backup from before its installation");
  }
  for (const Migration& migration : migrations()) {
    if (migration.version <= current) continue;
    driver.transact([&](Tx& tx) {
      if (stored_version(tx) >= migration.version) return;
      driver.run_script(tx, migration.script);
      tx.execute("INSERT INTO schema_version (version) VALUES ($1)", migration.version);
    });
  }
  return newest;
}

}  // namespace

Database::Database(std::unique_ptr<Driver> driver)
    : driver_(std::move(driver)), schema_version_(migrate(*driver_)), worker_("store") {}

Database::~Database() = default;

std::shared_ptr<Database::Pending> Database::submit(std::function<void(Tx&)> work) {
  auto pending = std::make_shared<Pending>();
  pending->work = std::move(work);
  const std::lock_guard lock(mutex_);
  queue_.push_back(pending);
  return pending;
}

// Runs on the worker, once for each work: the first commits all that wait, the others find themselves done.
void Database::finish(Pending& pending) {
  if (!pending.done) commit_all();
  if (pending.failure) std::rethrow_exception(std::move(pending.failure));
}

void Database::commit_all() {
  std::vector<std::shared_ptr<Pending>> group;
  {
    const std::lock_guard lock(mutex_);
    group.swap(queue_);
  }
  std::string failure;
  try {
    driver_->transact([&](Tx& tx) {
      for (const std::shared_ptr<Pending>& pending : group) {
        tx.execute("SAVEPOINT work");
        try {
          pending->work(tx);
        } catch (...) {
          pending->failure = std::current_exception();
        }
        // Throws where the failure has ended the whole transaction (no space left): then nobody's work is kept.
        if (pending->failure) tx.execute("ROLLBACK TO work");
        tx.execute("RELEASE work");
      }
      crash_point("commit-begins");
    });
    crash_point("commit-done");
  } catch (const std::exception& error) {
    failure = error.what();
  }
  for (const std::shared_ptr<Pending>& pending : group) {
    pending->done = true;
    pending->work = nullptr;
    if (!failure.empty() && !pending->failure) pending->failure = std::make_exception_ptr(StoreError(failure));
  }
}

}  // namespace paperboy::store
