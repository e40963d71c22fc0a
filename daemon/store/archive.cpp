#include "daemon/store/archive.hpp"

#include <array>

#include "daemon/base/text.hpp"
#include "daemon/store/paper_rows.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::store {
namespace {

// A pattern of LIKE for what holds `words`.
std::string holding(std::string_view words) {
  std::string pattern = "%";
  for (const char c : text::to_lower_ascii(words)) {
    if (c == '%' || c == '_' || c == '!') pattern += '!';
    pattern += c;
  }
  return pattern + "%";
}

// The statement takes this many; the last one takes all further words together.
constexpr std::size_t most_words = 6;

std::array<std::string, most_words> patterns_of(std::string_view search) {
  std::array<std::string, most_words> patterns;
  patterns.fill("%");
  std::string_view rest = text::trim(search);
  for (std::size_t i = 0; i < most_words && !rest.empty(); ++i) {
    const std::size_t blank = i + 1 == most_words ? rest.size() : std::min(rest.find(' '), rest.size());
    patterns.at(i) = holding(rest.substr(0, blank));
    rest = text::trim(rest.substr(blank));
  }
  return patterns;
}

}  // namespace

std::optional<paper::Person> find_reader(Tx& tx, std::string_view id) {
  bool active = false;
  tx.query("SELECT 1 FROM person WHERE id = $1 AND retired_at IS NULL", [&](const Row&) { active = true; }, id);
  return active ? find_person(tx, id) : std::nullopt;
}

std::vector<DigestRow> digests_of(Tx& tx, std::string_view person, std::string_view search, int limit, int skip) {
  const std::array<std::string, most_words> p = patterns_of(search);
  std::vector<DigestRow> rows;
  // The text without what Markdown needs to be escaped.
  tx.query(
      "SELECT id, kind, title, preheader, built_at FROM (SELECT id, kind, title, preheader, built_at, "
      "lower(title || ' ' || replace(replace(markdown, '\\', ''), '&amp;', '&')) AS said FROM digest "
      "WHERE person = $1 AND kind <> 'silent') AS own WHERE said LIKE $2 ESCAPE '!' AND said LIKE $3 ESCAPE '!' "
      "AND said LIKE $4 ESCAPE '!' AND said LIKE $5 ESCAPE '!' AND said LIKE $6 ESCAPE '!' AND said LIKE $7 ESCAPE "
      "'!' ORDER BY built_at DESC, id DESC LIMIT $8 OFFSET $9",
      [&](const Row& row) {
        DigestRow& found = rows.emplace_back();
        found.id = row.text(0);
        found.person = person;
        found.kind = row.text(1);
        found.title = row.text(2);
        found.preheader = row.text(3);
        found.built_at = row.time(4);
      },
      person, p[0], p[1], p[2], p[3], p[4], p[5], limit, skip);
  return rows;
}

std::vector<std::string> topics_met(Tx& tx, std::string_view person, const paper::PaperId& paper) {
  std::vector<std::string> topics;
  tx.query(
      "SELECT topic FROM paper_match WHERE person = $1 AND paper = $2 GROUP BY topic ORDER BY MAX(score) DESC, topic",
      [&](const Row& row) { topics.emplace_back(row.text(0)); }, person, stored_id(tx, paper.str()));
  return topics;
}

}  // namespace paperboy::store
