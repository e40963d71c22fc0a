#pragma once
// Semantic Scholar's count of who cites a paper: the Academic Graph API (api.semanticscholar.org/api-docs/graph).
#include <memory>
#include <string>

#include "integrations/plugin.hpp"

namespace paperboy::integrations::semantic_scholar {

struct Settings {
  std::string api_url = "https://api.semanticscholar.org/graph/v1";  // without a slash at the end
  Secret key;  // empty: the pool that is shared by all who have none
  // Between two requests, over restarts. A key allows one a second.
  Duration gap = std::chrono::seconds(3);
};

std::unique_ptr<flow::CitationIndex> make_index(Settings settings, const Toolbox& tools);

}  // namespace paperboy::integrations::semantic_scholar
