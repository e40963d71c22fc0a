#include "daemon/store/database.hpp"

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
  int current = 0;
  driver.transact([&](Tx& tx) {
    tx.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)");
    current = stored_version(tx);
  });
  const int newest = migrations().back().version;
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

}  // namespace paperboy::store
