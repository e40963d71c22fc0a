#include "daemon/store/archive.hpp"

#include <algorithm>
#include <span>

#include "daemon/base/text.hpp"
#include "daemon/store/paper_rows.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::store {
namespace {

// Does title or text, without what Markdown needs to be escaped, hold every word? Words are in lower case.
bool holds(std::span<const std::string_view> words, std::string_view title, std::string_view markdown) {
  const std::string text = text::replace_all(text::replace_all(markdown, "\\", ""), "&amp;", "&");
  const std::string said = text::to_lower_ascii(std::string(title) + ' ' + text);
  return std::all_of(words.begin(), words.end(), [&](std::string_view word) { return said.find(word) != said.npos; });
}

}  // namespace

std::optional<paper::Person> find_reader(Tx& tx, std::string_view id) {
  bool active = false;
  tx.query("SELECT 1 FROM person WHERE id = $1 AND retired_at IS NULL", [&](const Row&) { active = true; }, id);
  return active ? find_person(tx, id) : std::nullopt;
}

std::vector<DigestRow> digests_of(Tx& tx, std::string_view person, std::string_view search, int limit, int skip) {
  const std::string lower = text::to_lower_ascii(search);
  std::vector<std::string_view> words = text::split(lower, ' ');
  std::erase(words, "");
  std::vector<DigestRow> rows;
  const auto add = [&](const Row& row) {
    rows.push_back({.id = std::string(row.text(0)),
                    .person = std::string(person),
                    .kind = std::string(row.text(1)),
                    .title = std::string(row.text(2)),
                    .preheader = std::string(row.text(3)),
                    .built_at = row.time(4)});
  };
  if (words.empty()) {
    tx.query(
        "SELECT id, kind, title, preheader, built_at FROM digest WHERE person = $1 AND kind <> 'silent' "
        "ORDER BY built_at DESC, id DESC LIMIT $2 OFFSET $3",
        add, person, limit, skip);
    return rows;
  }
  int passed = 0;  // a text is unpacked only while there is room for it
  const auto add_if = [&](const Row& row) {
    if (static_cast<int>(rows.size()) == limit) return;
    if (!holds(words, row.text(2), PackedText::from_bytes(row.text(5)).text())) return;
    if (passed++ >= skip) add(row);
  };
  tx.query(
      "SELECT id, kind, title, preheader, built_at, packed_markdown FROM digest WHERE person = $1 AND kind <> 'silent' "
      "ORDER BY built_at DESC, id DESC",
      add_if, person);
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
