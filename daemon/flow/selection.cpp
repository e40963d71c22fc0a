#include "daemon/flow/selection.hpp"

#include <algorithm>
#include <map>

#include "daemon/store/papers.hpp"

namespace paperboy::flow {

std::vector<digest::Candidate> candidates(store::Tx& tx, const paper::Person& person) {
  PapersRead papers;
  return candidates(tx, person, papers);
}

std::vector<digest::Candidate> candidates(store::Tx& tx, const paper::Person& person, PapersRead& papers) {
  std::map<paper::PaperId, digest::Candidate> by_paper;
  for (store::StoredMatch& match : store::unshown_matches(tx, person)) {
    digest::Candidate& candidate = by_paper[match.paper];
    // A paper may have been announced several times since the last digest: it is as new as the newest of them says.
    if (candidate.matches.empty() || match.kind < candidate.kind) candidate.kind = match.kind;
    candidate.day = std::max(candidate.day, match.day);
    candidate.matches.push_back(std::move(match.match));
  }
  std::vector<paper::PaperId> ids;
  for (const auto& [id, candidate] : by_paper) {
    if (!papers.contains(id)) ids.push_back(id);
  }
  for (paper::Paper& paper : store::find_papers(tx, ids)) papers.emplace(paper.id, std::move(paper));
  std::vector<digest::Candidate> list;
  for (auto& [id, candidate] : by_paper) {
    const auto paper = papers.find(id);
    if (paper == papers.end()) continue;
    candidate.paper = paper->second;
    list.push_back(std::move(candidate));
  }
  return list;
}

std::vector<const digest::Entry*> best_entries(const std::vector<digest::Section>& sections, std::size_t most) {
  std::vector<const digest::Entry*> list;
  for (const digest::Section& section : sections) {
    for (const digest::Entry& entry : section.entries) {
      if (!entry.paper.withdrawn && !entry.paper.abstract.empty()) list.push_back(&entry);
    }
  }
  std::sort(list.begin(), list.end(), [](const digest::Entry* a, const digest::Entry* b) {
    return a->score != b->score ? a->score > b->score : a->paper.id > b->paper.id;
  });
  list.resize(std::min(list.size(), most));
  return list;
}

}  // namespace paperboy::flow
