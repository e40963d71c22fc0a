// The SQLite driver: everything that knows sqlite3.h.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <unordered_map>

#include "daemon/base/text.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {
namespace {

constexpr int busy_timeout_ms = 10'000;
constexpr std::int64_t application_id = 0x50617062;  // "Papb": file(1) and we know our own

struct CloseConnection {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;

struct Statement {
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> handle;
  std::vector<std::size_t> value_of;  // SQLite numbers $1.. by first appearance; this maps its index - 1 to ours
  std::size_t values = 0;
  bool running = false;
};

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double number(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

// Ends a statement's run however it is left; views of the caller's values must not stay bound.
class Run {
 public:
  explicit Run(Statement& statement) : statement_(statement) { statement_.running = true; }
  ~Run() {
    sqlite3_reset(statement_.handle.get());
    sqlite3_clear_bindings(statement_.handle.get());
    statement_.running = false;
  }
  Run(const Run&) = delete;

 private:
  Statement& statement_;
};

class Locked : public StoreError {
 public:
  using StoreError::StoreError;
};

class SqliteDriver final : public Driver, private Tx {
 public:
  explicit SqliteDriver(const std::filesystem::path& file) : file_(file) {
    if (file_ != ":memory:") prepare_file();
    sqlite3* db = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(file_.c_str(), &db, flags, nullptr);
    db_.reset(db);
    if (code != SQLITE_OK) fail(code, {});
    sqlite3_busy_timeout(db, busy_timeout_ms);
    const std::string mode = begin_log();
    if (mode != "wal" && mode != "memory") {
      throw StoreError(file_.string() +
                       ": the file system does not support SQLite's write-ahead log (journal mode stays " + mode +
                       "): put the database on a local disk");
    }
    script("PRAGMA synchronous = FULL");
    script("PRAGMA foreign_keys = ON");
    script("PRAGMA cache_size = -16000");            // 16 MB
    script("PRAGMA wal_autocheckpoint = 4000");      // pages: 16 MB of log before it is folded in
    script("PRAGMA journal_size_limit = 67108864");  // a log that once grew gives its space back
  }

  // IMMEDIATE: the one writer's place is taken at the start, so that no transaction fails half-way for being second.
  void transact(const std::function<void(Tx&)>& work) override { between("BEGIN IMMEDIATE", work); }

  void read(const std::function<void(Tx&)>& work) override {
    reading_ = true;
    try {
      between("BEGIN", work);
    } catch (...) {
      reading_ = false;
      throw;
    }
    reading_ = false;
  }

  std::optional<std::uintmax_t> free_space() const override {
    if (file_ == ":memory:") return std::nullopt;
    std::error_code unknown;
    const std::filesystem::space_info disk = std::filesystem::space(file_, unknown);
    return unknown ? std::nullopt : std::optional(disk.available);
  }

  void run_script(Tx&, std::string_view text) override {
    check_in_transaction();
    script(text);
  }

 private:
  void between(std::string_view begin, const std::function<void(Tx&)>& work) {
    if (in_transaction_) throw StoreError("a transaction was begun inside a transaction");
    in_transaction_ = true;
    try {
      step_all(prepare(begin), nullptr);
      work(*this);
      check_in_transaction();
      step_all(prepare("COMMIT"), nullptr);
    } catch (...) {
      // Some failures (disk full) have rolled back already.
      if (sqlite3_get_autocommit(db_.get()) == 0) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
      in_transaction_ = false;
      throw;
    }
    in_transaction_ = false;
  }

  std::int64_t run(std::string_view sql, const Value* values, std::size_t count,
                   const std::function<void(const Row&)>* each) override {
    check_in_transaction();
    Statement& statement = prepare(sql);
    if (reading_ && sqlite3_stmt_readonly(statement.handle.get()) == 0) {
      throw StoreError("what only reads was to change something: " + std::string(sql));
    }
    if (statement.running) throw StoreError("this statement is running already: " + std::string(sql));
    if (count != statement.values) {
      throw StoreError("a statement with " + std::to_string(statement.values) + " parameters was given " +
                       std::to_string(count) + " values: " + std::string(sql));
    }
    const Run guard(statement);
    for (std::size_t at = 0; at < statement.value_of.size(); ++at) {
      bind(statement.handle.get(), static_cast<int>(at + 1), values[statement.value_of[at]], sql);
    }
    return step_all(statement, each);
  }

  void bind(sqlite3_stmt* statement, int index, const Value& value, std::string_view sql) {
    int code = SQLITE_OK;
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      const char* bytes = text->data() == nullptr ? "" : text->data();
      code = sqlite3_bind_text64(statement, index, bytes, text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
      const void* data = bytes->empty() ? static_cast<const void*>("") : bytes->data();
      code = sqlite3_bind_blob64(statement, index, data, bytes->size(), SQLITE_STATIC);
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      code = sqlite3_bind_int64(statement, index, *integer);
    } else if (const auto* number = std::get_if<double>(&value)) {
      code = sqlite3_bind_double(statement, index, *number);
    } else {
      code = sqlite3_bind_null(statement, index);
    }
    if (code != SQLITE_OK) fail(code, sql);
  }

  std::int64_t step_all(Statement& statement, const std::function<void(const Row&)>* each) {
    sqlite3_stmt* handle = statement.handle.get();
    const SqliteRow row(handle);
    int code = sqlite3_step(handle);
    for (; code == SQLITE_ROW; code = sqlite3_step(handle)) {
      if (each != nullptr) (*each)(row);
    }
    if (code != SQLITE_DONE) {
      const std::string sql = sqlite3_sql(handle);
      sqlite3_reset(handle);
      fail(code, sql);
    }
    if (!statement.running) sqlite3_reset(handle);
    return sqlite3_stmt_readonly(handle) != 0 ? 0 : sqlite3_changes64(db_.get());
  }

  Statement& prepare(std::string_view sql) {
    const auto known = statements_.find(sql);
    if (known != statements_.end()) return known->second;
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &handle, nullptr);
    Statement statement;
    statement.handle.reset(handle);
    if (code != SQLITE_OK) fail(code, sql);
    if (handle == nullptr) throw StoreError("an empty statement");
    const int parameters = sqlite3_bind_parameter_count(handle);
    for (int index = 1; index <= parameters; ++index) {
      const char* name = sqlite3_bind_parameter_name(handle, index);
      const int number = name != nullptr && name[0] == '$' ? std::atoi(name + 1) : 0;
      if (number < 1) throw StoreError("parameters are written $1, $2, ...: " + std::string(sql));
      statement.value_of.push_back(static_cast<std::size_t>(number - 1));
      statement.values = std::max(statement.values, static_cast<std::size_t>(number));
    }
    return statements_.emplace(sql, std::move(statement)).first->second;
  }

  // Runs several statements that take no values.
  void script(std::string_view text) {
    const std::string all(text);
    const int code = sqlite3_exec(db_.get(), all.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code, all);
  }

  std::string read_text(const char* sql) {
    std::string result;
    const std::function<void(const Row&)> each = [&result](const Row& row) { result = row.text(0); };
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v2(db_.get(), sql, -1, &handle, nullptr);
    Statement statement;
    statement.handle.reset(handle);
    if (code != SQLITE_OK) fail(code, sql);
    step_all(statement, &each);
    return result;
  }

  void check_in_transaction() {
    if (!in_transaction_ || sqlite3_get_autocommit(db_.get()) != 0) {
      throw StoreError(file_.string() + ": the transaction has ended early; nothing of it was written");
    }
  }

  // The file with its mode before SQLite opens it. mknod, because closing a descriptor of a database file would drop
  // the POSIX locks that another connection of this process holds on it (sqlite.org/howtocorrupt.html, section 2.2).
  void prepare_file() {
    const std::filesystem::path folder = file_.has_parent_path() ? file_.parent_path() : std::filesystem::path(".");
    if (::mknod(file_.c_str(), S_IFREG | S_IRUSR | S_IWUSR, 0) != 0 && errno != EEXIST) {
      throw StoreError(file_.string() + ": the database cannot be created: " + std::strerror(errno) + ". The folder " +
                       folder.string() + " must exist and the daemon's user must be allowed to write in it");
    }
    struct stat status{};
    if (::stat(file_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
      throw StoreError(file_.string() + ": is not a file; name the database file in the settings");
    }
    for (const std::filesystem::path& path : {file_, folder}) {
      if (::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
        throw StoreError(file_.string() + ": the database cannot be written: " + path.string() + ": " +
                         std::strerror(errno) + ". The file and its folder must belong to the daemon's user");
      }
    }
  }

  // Marks the file and turns its log on; returns the journal mode. While another start does the same, SQLite says that
  // it is busy without waiting for it (sqlite.org/c3ref/busy_handler.html: where waiting could end in a deadlock).
  std::string begin_log() {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_timeout_ms);
    for (;;) {
      try {
        claim_file();
        return read_text("PRAGMA journal_mode = WAL");
      } catch (const Locked&) {
        if (std::chrono::steady_clock::now() > limit) throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  // A new file is marked as ours; somebody else's database is left alone.
  void claim_file() {
    const auto ours = [this] { return read_text("PRAGMA application_id") == std::to_string(application_id); };
    if (ours()) return;
    // Asked once more: another start of this program marks the file before it fills it, perhaps just now.
    if (read_text("SELECT COUNT(*) FROM sqlite_schema") != "0" && !ours()) {
      throw StoreError(file_.string() +
                       ": is an SQLite database of another program; name another file in the settings");
    }
    if (!ours()) script("PRAGMA application_id = " + std::to_string(application_id));
  }

  [[noreturn]] void fail(int code, std::string_view sql) {
    const int system_error = db_ ? sqlite3_system_errno(db_.get()) : 0;
    const std::string engine = db_ ? sqlite3_errmsg(db_.get()) : sqlite3_errstr(code);
    const std::string name = file_.string();
    const int kind = code & 0xff;
    if (kind == SQLITE_NOTADB) {
      throw StoreError(name + ": is not a database; move the file away or name another one in the settings");
    }
    if (kind == SQLITE_CORRUPT) {
      throw StoreError(name + ": the database is damaged (" + engine + "); restore it from a backup");
    }
    if (kind == SQLITE_FULL || (kind == SQLITE_IOERR && (system_error == ENOSPC || system_error == EDQUOT))) {
      throw StoreError(name + ": no space is left on the disk; what is stored is intact, free some space");
    }
    if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED) {
      throw Locked(name + ": is locked by another process for more than " + std::to_string(busy_timeout_ms / 1000) +
                   " s; is a second daemon, a long import or an sqlite3 shell at work?");
    }
    if (kind == SQLITE_READONLY || kind == SQLITE_CANTOPEN || kind == SQLITE_PERM || kind == SQLITE_AUTH) {
      throw StoreError(name + ": the database cannot be opened for writing (" + engine +
                       "); the file and its folder must belong to the daemon's user and lie on a writable disk");
    }
    std::string message = name + ": " + engine;
    if (system_error != 0 && kind == SQLITE_IOERR) message += std::string(" (") + std::strerror(system_error) + ")";
    if (!sql.empty()) message += ", in: " + text::ellipsize(text::collapse_space(sql), 200);
    throw StoreError(message);
  }

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::filesystem::path file_;
  Connection db_;
  std::unordered_map<std::string, Statement, Hash, std::equal_to<>> statements_;  // finalized before db_ closes
  bool in_transaction_ = false, reading_ = false;
};

}  // namespace

std::unique_ptr<Driver> open_sqlite(const std::filesystem::path& file) {
  return std::make_unique<SqliteDriver>(file);
}

}  // namespace paperboy::store
