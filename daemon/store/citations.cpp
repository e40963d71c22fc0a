#include "daemon/store/citations.hpp"

namespace paperboy::store {

void want_citations(Tx& tx, Time since) {
  tx.execute(
      "INSERT INTO citation (paper, wanted_at) SELECT m.paper, MAX(m.found_at) FROM paper_match m "
      "WHERE m.found_at >= $1 AND m.paper NOT LIKE 'feed:%' GROUP BY m.paper "
      "ON CONFLICT (paper) DO UPDATE SET wanted_at = excluded.wanted_at WHERE excluded.wanted_at > citation.wanted_at",
      since);
  tx.execute(
      "INSERT INTO citation (paper, wanted_at) SELECT p.id, MAX(d.created_at) FROM delivery d "
      "JOIN papers p ON p.id = d.about WHERE d.about <> '' AND d.created_at >= $1 AND p.id NOT LIKE 'feed:%' "
      "GROUP BY p.id "
      "ON CONFLICT (paper) DO UPDATE SET wanted_at = excluded.wanted_at WHERE excluded.wanted_at > citation.wanted_at",
      since);
}

std::vector<paper::PaperId> citations_to_ask(Tx& tx, Time wanted_since, Time asked_until, int limit) {
  std::vector<paper::PaperId> papers;
  tx.query(
      "SELECT paper FROM citation WHERE wanted_at >= $1 AND (asked_at IS NULL OR asked_at <= $2) "
      "ORDER BY CASE WHEN asked_at IS NULL THEN 0 ELSE 1 END, wanted_at DESC, paper LIMIT $3",
      [&](const Row& row) {
        if (const auto id = paper::PaperId::from_canonical(row.text(0))) papers.push_back(*id);
      },
      wanted_since, asked_until, limit);
  return papers;
}

void put_citations(Tx& tx, std::span<const paper::PaperId> asked, const std::map<paper::PaperId, std::int64_t>& counts,
                   Time now) {
  for (const paper::PaperId& paper : asked) {
    const auto at = counts.find(paper);
    if (at == counts.end()) {
      tx.execute("UPDATE citation SET asked_at = $2 WHERE paper = $1", paper.str(), now);
    } else {
      tx.execute("UPDATE citation SET asked_at = $2, cited = $3, cited_at = $2 WHERE paper = $1", paper.str(), now,
                 at->second);
    }
  }
}

std::optional<paper::Citations> find_citations(Tx& tx, const paper::PaperId& paper) {
  std::optional<paper::Citations> found;
  tx.query(
      "SELECT cited, cited_at FROM citation WHERE paper = $1 AND cited IS NOT NULL",
      [&](const Row& row) {
        found = paper::Citations{row.integer(0), std::chrono::floor<std::chrono::days>(row.time(1))};
      },
      paper.str());
  return found;
}

}  // namespace paperboy::store
