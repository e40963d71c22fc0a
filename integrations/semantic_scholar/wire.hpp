#pragma once
// POST /paper/batch of the Academic Graph API (api.semanticscholar.org/api-docs/graph): what is sent, and what an
// answer means. Pure.
#include <span>
#include <string>

#include "daemon/flow/citation_index.hpp"
#include "daemon/net/client.hpp"

namespace paperboy::integrations::semantic_scholar {

constexpr std::size_t most_papers = 500;  // of a request
constexpr std::string_view fields = "externalIds,citationCount";

// {"ids":["ARXIV:2106.15928","DOI:10.1101/2026.11.01.1"]}
std::string request_body(std::span<const paper::PaperId> papers);

// What came back means this; `wait` is what the server asks for, 0 where it asks for nothing. An entry of the answer
// counts for the papers whose arXiv id or DOI it names itself, wherever it stands: a place in the list proves nothing.
// Entries that name none of `asked`, or have no sound count, count for nothing.
flow::CitationReply read_response(const net::Response& response, std::span<const paper::PaperId> asked, Time now);

}  // namespace paperboy::integrations::semantic_scholar
