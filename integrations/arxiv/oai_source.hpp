#pragma once
// The source `arxiv-oai`: harvests OAI-PMH, the earliest machine-readable form of a mailing and the second witness of
// its completeness.
#include <memory>
#include <set>
#include <string>

#include "daemon/flow/source.hpp"
#include "integrations/arxiv/cursor.hpp"
#include "integrations/arxiv/oai.hpp"
#include "integrations/arxiv/office.hpp"

namespace paperboy::integrations::arxiv {

class OaiSource final : public flow::Source {
 public:
  explicit OaiSource(std::shared_ptr<Office> office);

  const std::string& name() const override { return name_; }
  // One page a fetch. Throws Error when there is no answer to work with: the cursor stays at the page.
  async::Awaitable<flow::Batch> fetch(std::string cursor) override;

 private:
  // When the next harvest is due.
  Time due(const OaiCursor& state, Time now) const;
  std::string url(const Harvest& harvest) const;
  void begin(OaiCursor& state, Time now) const;
  void take(OaiCursor& state, OaiPage page, Time now, flow::Batch& batch) const;
  // The last page is in: what the harvest says of each mailing.
  void finish(OaiCursor& state, flow::Batch& batch);
  paper::LedgerEntry verdict(const std::string& category, Day day, const OaiCursor& state,
                             const Harvest& harvest) const;
  void remember(const OaiCursor& state);

  std::string name_ = "arxiv-oai";
  std::shared_ptr<Office> office_;
  std::set<std::string> wanted_;  // categories
  std::string set_;               // of OAI-PMH, that holds them all; empty: everything
  bool restored_ = false;
};

}  // namespace paperboy::integrations::arxiv
