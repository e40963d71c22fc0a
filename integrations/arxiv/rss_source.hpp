#pragma once
// The source `arxiv-rss`: one feed per category, asked several times on the night of a mailing until its new content is
// there.
#include <map>
#include <memory>
#include <string>

#include "daemon/flow/source.hpp"
#include "integrations/arxiv/cursor.hpp"
#include "integrations/arxiv/office.hpp"
#include "integrations/arxiv/rss.hpp"

namespace paperboy::integrations::arxiv {

class RssSource final : public flow::Source {
 public:
  explicit RssSource(std::shared_ptr<Office> office) : office_(std::move(office)) {}

  const std::string& name() const override { return name_; }
  // One category a fetch. Throws Error when arXiv refuses to answer at all (throttled, blocked, unreachable): the
  // cursor stays.
  async::Awaitable<flow::Batch> fetch(std::string cursor) override;

 private:
  // When the category is to be asked: now or earlier, or the next time.
  Time due(const std::string& category, const FeedState& state, Time now) const;
  // Judges what an answer brought for the mailing of `today`.
  void take(const std::string& category, FeedState& state, RssFeed feed, Time now, flow::Batch& batch);
  void nothing_new(const std::string& category, FeedState& state, Time now, flow::Batch& batch);
  void unreadable(const std::string& category, FeedState& state, const std::string& why, bool for_good, Time now,
                  flow::Batch& batch);
  // Mailings since the last look, before `today`, whose feed nobody read.
  void account_for_gap(const std::string& category, FeedState& state, Day today, flow::Batch& batch);
  paper::LedgerEntry entry(const std::string& category, Day day, paper::LedgerState state, std::string note) const;
  // Tells the other witness what this one saw.
  void remember(const std::string& category, const FeedState& state);
  void forgive(const std::string& category);

  std::string name_ = "arxiv-rss";
  std::shared_ptr<Office> office_;
  std::map<std::string, Time> again_at_;  // categories whose last answer could not be read
  std::map<std::string, int> failures_;
  bool restored_ = false;  // the other witness was told what the cursor holds
};

}  // namespace paperboy::integrations::arxiv
