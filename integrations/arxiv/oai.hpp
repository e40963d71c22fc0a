#pragma once
// arXiv's OAI-PMH answers (openarchives.org/OAI/openarchivesprotocol.html): ListRecords and GetRecord in the formats
// arXivRaw and arXiv, of oaipmh.arxiv.org and of the server before it (export.arxiv.org/oai2, until 2025). Pure.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/paper/paper.hpp"
#include "integrations/arxiv/record.hpp"

namespace paperboy::integrations::arxiv {

struct OaiRecord {
  paper::Paper paper;
  Day datestamp{};                // of the last change to the metadata, UTC; not the day of an announcement
  std::vector<std::string> sets;  // "math:math:NA"
};

struct OaiPage {
  std::vector<OaiRecord> records;
  int listed = 0;                       // records in the answer, those that could not be read included
  std::vector<std::string> unreadable;  // why, one line each
  std::string resumption_token;         // decoded from XML, to be percent-encoded for the request; empty: the last page
  std::optional<Time> response_date;
};

// The protocol's answer: a page, or an error with a code of the protocol (badArgument, badResumptionToken,
// idDoesNotExist, noRecordsMatch, ...; HTTP status 200 all of them), or an error without a code: not such an answer at
// all.
struct OaiAnswer {
  std::optional<OaiPage> page;
  std::string error_code;
  std::string error;
};
OaiAnswer read_oai(std::string_view bytes);

// The set in which a category is harvested: "cs:cs:CV", "physics:hep-th", "physics:cond-mat:soft". The category must be
// canonical.
std::string oai_set(std::string_view category);
// The narrowest set that holds all of the categories; empty if only the whole archive does.
std::string common_set(const std::vector<std::string>& categories);

}  // namespace paperboy::integrations::arxiv
