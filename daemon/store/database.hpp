#pragma once
// The store's engine: transactions over one portable SQL text, behind which SQLite stands (PostgreSQL can be the second
// driver). SQL is written in store/ only: parameters $1.., times as UTC epoch milliseconds, truth as 0/1, ids as text.
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/async/timing.hpp"
#include "daemon/async/worker.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/base/packed_text.hpp"

namespace paperboy::store {

class StoreError : public Error {
 public:
  using Error::Error;
};

// What goes in for $1.. . Text must be valid UTF-8 without NUL; string_views and bytes must live until the call
// returns. Bytes are stored as a BLOB.
using Bytes = std::span<const std::byte>;
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, Bytes>;
inline Value value(std::int64_t v) {
  return v;
}
inline Value value(int v) {
  return std::int64_t{v};
}
inline Value value(bool v) {
  return std::int64_t{v};
}
inline Value value(double v) {
  return v;
}
inline Value value(std::string_view v) {
  return v;
}
inline Value value(const std::string& v) {
  return std::string_view{v};
}
inline Value value(const char* v) {
  return std::string_view{v};
}
inline Value value(const PackedText& v) {
  return std::as_bytes(std::span(v.bytes()));
}
inline Value value(Time t) {
  return to_epoch_ms(t);
}
inline Value value(Day d) {
  return std::int64_t{d.time_since_epoch().count()};
}  // days since 1970-01-01
inline Value value(std::nullptr_t) {
  return nullptr;
}
template <class T>
Value value(const std::optional<T>& v) {
  return v ? value(*v) : Value{nullptr};
}

// A row while a query runs; columns count from 0. Views are valid until the next row.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double number(int column) const = 0;
  virtual std::string_view text(int column) const = 0;  // of a BLOB its bytes
  Time time(int column) const { return from_epoch_ms(integer(column)); }
  Day day(int column) const { return Day{std::chrono::days{integer(column)}}; }
  std::optional<Time> optional_time(int column) const {
    return is_null(column) ? std::nullopt : std::optional{time(column)};
  }
  std::optional<Day> optional_day(int column) const {
    return is_null(column) ? std::nullopt : std::optional{day(column)};
  }
};

// One transaction; what a driver implements. Only inside Database::transact, only on its thread. Throws StoreError with
// the engine's message and the statement.
class Tx {
 public:
  virtual ~Tx() = default;

  // Runs one statement; returns the number of rows it changed. `sql` must be one of a fixed set of texts: statements
  // are kept prepared by it. As many values as parameters, each $n used.
  template <class... Args>
  std::int64_t execute(std::string_view sql, const Args&... args) {
    const Value values[] = {value(args)..., Value{nullptr}};
    return run(sql, values, sizeof...(args), nullptr);
  }
  // Calls `each` with every row, also of INSERT and UPDATE .. RETURNING (rows are changed even where `each` throws,
  // until the transaction rolls back). Statements may nest; the same text may not.
  template <class... Args>
  void query(std::string_view sql, const std::function<void(const Row&)>& each, const Args&... args) {
    const Value values[] = {value(args)..., Value{nullptr}};
    run(sql, values, sizeof...(args), &each);
  }

 protected:
  virtual std::int64_t run(std::string_view sql, const Value* values, std::size_t count,
                           const std::function<void(const Row&)>* each) = 0;
};

// What a driver implements. One thread at a time.
class Driver {
 public:
  virtual ~Driver() = default;
  // Runs `work` between BEGIN and COMMIT (durable when it returns); rolls back and rethrows if it throws.
  virtual void transact(const std::function<void(Tx&)>& work) = 0;
  // Runs `work` on the store as it is now. Waits for nobody who writes; changing something is a StoreError.
  virtual void read(const std::function<void(Tx&)>& work) = 0;
  // Runs a script of several statements (migrations) inside the current transaction.
  virtual void run_script(Tx& tx, std::string_view script) = 0;
  // Bytes that may still be written where the store lies; nothing if that cannot be known. Any thread.
  virtual std::optional<std::uintmax_t> free_space() const = 0;
};

// SQLite: WAL, synchronous=FULL, foreign_keys=ON; created if absent (mode 0600, in a folder that exists); ":memory:"
// for tests. BEGIN IMMEDIATE: transactions of several processes wait for one another, up to 10 s. Throws StoreError,
// here or later, that says what and how to mend for: no or a read-only folder, not a database, another program's
// database, a damaged one, no space left, locked by another process.
std::unique_ptr<Driver> open_sqlite(const std::filesystem::path& file);

class Database {
 public:
  // Opens, then brings the schema up to date: store/schema/NNN.sql in order, each in a transaction of its own, never
  // edited once released. A schema newer than this program is a StoreError. May take long; call before the loop runs.
  explicit Database(std::unique_ptr<Driver> driver);
  ~Database();

  // Runs `work(Tx&)` as a transaction on the database's thread and returns what it returned. Whatever it throws rolls
  // back and is thrown here. `work` is copied there: capture by value or what outlives the call. Group commit: what
  // was asked for while the last commit was on its way to the disk is committed together, each work in a savepoint.
  template <class F>
  auto transact(F work) -> async::Awaitable<std::invoke_result_t<F&, Tx&>> {
    using Result = std::invoke_result_t<F&, Tx&>;
    if constexpr (std::is_void_v<Result>) {
      const std::shared_ptr<Pending> pending = submit(std::move(work));
      std::function<void()> job = [this, pending] { finish(*pending); };
      co_await worker_.run(std::move(job));
    } else {
      auto result = std::make_shared<std::optional<Result>>();
      const std::shared_ptr<Pending> pending =
          submit([result, work = std::move(work)](Tx& tx) mutable { result->emplace(work(tx)); });
      std::function<void()> job = [this, pending] { finish(*pending); };
      co_await worker_.run(std::move(job));
      co_return std::move(**result);
    }
  }

  // The same for callers without a loop: blocks the calling thread.
  template <class F>
  auto transact_blocking(F work) -> std::invoke_result_t<F&, Tx&> {
    using Result = std::invoke_result_t<F&, Tx&>;
    if constexpr (std::is_void_v<Result>) {
      const std::shared_ptr<Pending> pending = submit([&work](Tx& tx) { work(tx); });
      worker_.run_blocking([this, pending] { finish(*pending); });
    } else {
      std::optional<Result> result;
      const std::shared_ptr<Pending> pending = submit([&](Tx& tx) { result.emplace(work(tx)); });
      worker_.run_blocking([this, pending] { finish(*pending); });
      return std::move(*result);
    }
  }

  // transact_blocking() for what only reads, beside a daemon at work: as Driver::read().
  template <class F>
  auto read_blocking(F work) -> std::invoke_result_t<F&, Tx&> {
    using Result = std::invoke_result_t<F&, Tx&>;
    if constexpr (std::is_void_v<Result>) {
      worker_.run_blocking([&] { driver_->read(work); });
    } else {
      std::optional<Result> result;
      worker_.run_blocking([&] { driver_->read([&](Tx& tx) { result.emplace(work(tx)); }); });
      return std::move(*result);
    }
  }

  int schema_version() const { return schema_version_; }
  // As Driver::free_space(). Any thread.
  std::optional<std::uintmax_t> free_space() const { return driver_->free_space(); }

 private:
  struct Pending {
    std::function<void(Tx&)> work;
    bool done = false;
    std::exception_ptr failure;
  };
  std::shared_ptr<Pending> submit(std::function<void(Tx&)> work);
  void finish(Pending& pending);
  void commit_all();

  std::unique_ptr<Driver> driver_;
  int schema_version_ = 0;
  std::mutex mutex_;  // of queue_
  std::vector<std::shared_ptr<Pending>> queue_;
  async::Worker worker_;  // last: joined before the driver dies
};

}  // namespace paperboy::store
