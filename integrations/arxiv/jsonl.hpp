#pragma once
// Papers as JSON lines: arXiv's metadata snapshot (id, submitter, authors, title, comments, journal-ref, doi,
// report-no, categories, license, abstract, versions, update_date, authors_parsed) and the same with lists and days
// spelled out (authors and categories as lists, version, published, updated, announced, classes). Pure; any thread.
#include <optional>
#include <string>
#include <string_view>

#include "daemon/paper/paper.hpp"

namespace paperboy::integrations::arxiv {

struct JsonLine {
  std::optional<paper::Paper> paper;
  std::string error;  // why there is none, one line; empty with a paper
};

// One line without its end. Fields that are absent or null stay empty, unknown ones are passed over; an id and a title
// there must be.
JsonLine parse_json_line(std::string_view line);

}  // namespace paperboy::integrations::arxiv
