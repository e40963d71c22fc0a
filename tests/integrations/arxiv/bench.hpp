#pragma once
// A source of arXiv on a bench: a clock that stands still, a small arXiv, and everything that was brought so far.
#include <map>
#include <memory>
#include <set>
#include <string>

#include "daemon/base/time.hpp"
#include "daemon/flow/source.hpp"
#include "integrations/arxiv/oai_source.hpp"
#include "integrations/arxiv/office.hpp"
#include "integrations/arxiv/rss_source.hpp"
#include "tests/integrations/arxiv/fake_arxiv.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::test {

inline Day day(const char* text) {
  return *parse_day(text);
}
inline Time at(const char* text) {
  return *parse_rfc3339(text);
}

class Bench {
 public:
  explicit Bench(const char* now, std::vector<std::string> categories = {"cs.CV"}) : clock(at(now)), arxiv(clock) {
    settings.categories = std::move(categories);
    settings.gap = Duration{0};
    restart();
  }

  // A new process: the lane and the witnesses begin anew from what is stored.
  void restart() {
    office = std::make_shared<integrations::arxiv::Office>(settings, "ops@example.org", arxiv, lanes, clock);
    rss = std::make_unique<integrations::arxiv::RssSource>(office);
    oai = std::make_unique<integrations::arxiv::OaiSource>(office);
  }

  // One fetch from the committed cursor; what it brought is committed, as the ingest stage does.
  flow::Batch fetch(flow::Source& source) {
    flow::Batch batch;
    const auto body = [&]() -> async::Awaitable<> {
      std::string cursor = cursors[source.name()];
      batch = co_await source.fetch(std::move(cursor));
    };
    run(body());
    commit(source, batch);
    return batch;
  }
  // Fetches until the source has had enough for now; the batches as one.
  flow::Batch settle(flow::Source& source) {
    flow::Batch all;
    do {
      flow::Batch batch = fetch(source);
      std::move(batch.papers.begin(), batch.papers.end(), std::back_inserter(all.papers));
      all.announcements.insert(all.announcements.end(), batch.announcements.begin(), batch.announcements.end());
      all.ledger.insert(all.ledger.end(), batch.ledger.begin(), batch.ledger.end());
      all.more = batch.more;
      all.next_at = batch.next_at;
      all.cursor = std::move(batch.cursor);
    } while (all.more);
    return all;
  }
  flow::Batch settle_at(const char* time, flow::Source& source) {
    clock.set(at(time));
    return settle(source);
  }
  // What the fetch throws; empty if it does not.
  std::string trouble(flow::Source& source) {
    try {
      fetch(source);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }

  // "cs.CV 2026-11-03 new 2611.00001" for every announcement committed.
  std::set<std::string> announced() const { return announced_; }
  const paper::LedgerEntry& ledger(const std::string& source, const std::string& category, const char* of) const {
    static const paper::LedgerEntry none;
    const auto found = ledger_.find({source, category, day(of)});
    return found == ledger_.end() ? none : found->second;
  }
  bool has_ledger(const std::string& source, const std::string& category, const char* of) const {
    return ledger_.contains({source, category, day(of)});
  }

  ManualClock clock;
  FakeArxiv arxiv;
  MemoryLanes lanes;
  integrations::arxiv::Settings settings;
  std::shared_ptr<integrations::arxiv::Office> office;
  std::unique_ptr<integrations::arxiv::RssSource> rss;
  std::unique_ptr<integrations::arxiv::OaiSource> oai;
  std::map<std::string, std::string> cursors;
  std::map<std::string, paper::Paper> papers;

 private:
  void commit(const flow::Source& source, const flow::Batch& batch) {
    cursors[source.name()] = batch.cursor;
    for (const paper::Paper& paper : batch.papers) papers[paper.id.str()] = paper;
    for (const paper::Announcement& each : batch.announcements) {
      announced_.insert(each.category + " " + format_day(each.day) + " " + std::string(to_string(each.kind)) + " " +
                        each.id.str());
    }
    for (const paper::LedgerEntry& entry : batch.ledger) {
      paper::LedgerEntry& stored = ledger_[{entry.source, entry.category, entry.day}];
      const bool back = stored.state == paper::LedgerState::complete && entry.state == paper::LedgerState::waiting;
      if (!back) stored = entry;
    }
  }
  std::set<std::string> announced_;
  std::map<std::tuple<std::string, std::string, Day>, paper::LedgerEntry> ledger_;
};

}  // namespace paperboy::test
