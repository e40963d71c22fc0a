#pragma once
// Single papers by id, through the search API and the lane that the sources use.
#include <memory>
#include <string>
#include <vector>

#include "daemon/flow/source.hpp"
#include "integrations/arxiv/office.hpp"

namespace paperboy::integrations::arxiv {

class ApiLookup final : public flow::Lookup {
 public:
  explicit ApiLookup(std::shared_ptr<Office> office) : office_(std::move(office)) {}
  async::Awaitable<flow::Found> find(std::vector<paper::PaperId> ids) override;

 private:
  // Up to `batch` ids; fills in the papers of those the API knows.
  async::Awaitable<> find_batch(std::vector<std::string> ids, flow::Found& found);
  std::shared_ptr<Office> office_;
};

}  // namespace paperboy::integrations::arxiv
