// Stage 1: what a source brought becomes rows, all of it or nothing.
#include <algorithm>

#include "daemon/base/crash_point.hpp"
#include "daemon/base/log.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/store/papers.hpp"

namespace paperboy::flow {
namespace {

constexpr Duration first_pause = std::chrono::minutes(1);
constexpr Duration longest_pause = std::chrono::hours(1);
constexpr Duration longest_nap = std::chrono::minutes(5);  // the wall clock may be set while we sleep

struct Counts {
  int added = 0, revised = 0, announcements = 0;
};

Counts commit(store::Tx& tx, const std::string& source, const Batch& batch, bool recovered, Time now) {
  Counts counts;
  for (const paper::Paper& paper : batch.papers) {
    const store::Change change = store::put_paper(tx, paper, now);
    counts.added += change == store::Change::added;
    counts.revised += change == store::Change::revised;
  }
  counts.announcements = store::put_announcements(tx, source, batch.announcements, now);
  store::put_ledger(tx, batch.ledger, now);
  if (recovered) {
    const paper::LedgerEntry well{.source = source,
                                  .category = "*",
                                  .day = paper::AnnouncementCalendar::eastern_day(now),
                                  .state = paper::LedgerState::quiet};
    store::put_ledger(tx, {&well, 1}, now);
  }
  store::put_cursor(tx, source, batch.cursor, now);
  return counts;
}

}  // namespace

async::Awaitable<bool> Ingest::step() {
  if (ground_.clock.now() < due_at_) co_return false;
  if (!has_room()) {
    due_at_ = ground_.clock.now() + first_pause;
    co_return false;
  }
  const std::string name = source_.name();
  auto read_cursor = [name](store::Tx& tx) { return store::cursor(tx, name); };
  std::string cursor = co_await ground_.database.transact(read_cursor);

  std::shared_ptr<Batch> batch;
  std::string trouble;
  const auto asked_at = std::chrono::steady_clock::now();
  try {
    Batch fetched = co_await source_.fetch(std::move(cursor));
    batch = std::make_shared<Batch>(std::move(fetched));
  } catch (const Error& error) {
    trouble = error.what();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - asked_at;
  ground_.metrics.observe(metric::feed_refresh, {{"status", batch ? "ok" : "failed"}}, took.count());
  if (!batch) {
    co_await failed(std::move(trouble));
    co_return false;
  }

  const Time now = ground_.clock.now();
  const bool recovered = failures_ > 0;
  auto write = [batch, name, recovered, now](store::Tx& tx) { return commit(tx, name, *batch, recovered, now); };
  crash_point("ingest-fetched");
  const Counts counts = co_await ground_.database.transact(write);
  crash_point("ingest-stored");
  failures_ = 0;
  due_at_ = batch->more ? now : batch->next_at;
  ground_.metrics.add(metric::items_ingested, {{"source", name}}, counts.announcements);
  if (counts.added + counts.revised + counts.announcements > 0) {
    log::info("papers ingested", {{"component", "ingest"},
                                  {"source", name},
                                  {"added", counts.added},
                                  {"revised", counts.revised},
                                  {"announced", counts.announcements}});
    ground_.bells.arrived.ring();
  }
  co_return true;
}

bool Ingest::has_room() {
  const std::optional<std::uintmax_t> free = ground_.database.free_space();
  const bool crowded = free && *free < intake_reserve;
  if (crowded != crowded_) {
    const log::Level level = crowded ? log::Level::error : log::Level::info;
    log::write(level,
               crowded ? "the store's disk is nearly full: no papers are taken in until there is space again"
                       : "there is space again: papers are taken in",
               {{"component", "ingest"}, {"source", source_.name()}, {"free_bytes", *free}});
  }
  crowded_ = crowded;
  return !crowded;
}

async::Awaitable<> Ingest::failed(std::string why) {
  const Time now = ground_.clock.now();
  const int doublings = std::min(failures_, 6);
  ++failures_;
  due_at_ = now + std::min<Duration>(first_pause * (1 << doublings), longest_pause);
  const std::string name = source_.name();
  log::warn("source failed", {{"component", "ingest"}, {"source", name}, {"err", why}, {"failures", failures_}});
  auto write = [name, why, now](store::Tx& tx) {
    const paper::LedgerEntry entry{.source = name,
                                   .category = "*",
                                   .day = paper::AnnouncementCalendar::eastern_day(now),
                                   .state = paper::LedgerState::failed,
                                   .note = why};
    store::put_ledger(tx, {&entry, 1}, now);
  };
  co_await ground_.database.transact(write);
}

async::Awaitable<> Ingest::run() {
  for (;;) {
    co_await step();
    const Duration wait = std::clamp<Duration>(due_at_ - ground_.clock.now(), Duration{0}, longest_nap);
    co_await hasten_.wait(wait);
  }
}

}  // namespace paperboy::flow
