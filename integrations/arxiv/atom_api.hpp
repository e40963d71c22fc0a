#pragma once
// Answers of arXiv's search API (info.arxiv.org/help/api/user-manual): Atom. Pure.
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/paper.hpp"
#include "integrations/arxiv/record.hpp"

namespace paperboy::integrations::arxiv {

struct ApiPage {
  std::vector<paper::Paper> papers;     // TeX in them is already half converted by the API
  int listed = 0;                       // entries in the answer, those that could not be read included
  int total = 0;                        // opensearch:totalResults: of all pages
  std::vector<std::string> unreadable;  // why, one line each
};

// An error: not such an answer, or the API's own (HTTP 400 with one entry titled Error), whose summary is then the
// error. Unknown ids are no error: the API leaves them out, and the caller compares. A page with a total but without
// entries is one of its known faults and looks like a page; the caller asks again.
Read<ApiPage> read_api(std::string_view bytes);

}  // namespace paperboy::integrations::arxiv
