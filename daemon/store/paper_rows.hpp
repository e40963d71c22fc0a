#pragma once
// What papers.cpp and arrivals.cpp share. Inside store/ only.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/paper/paper.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {

// The columns read_paper expects, for a table or alias `p`.
#define PAPERBOY_PAPER_COLUMNS                                                                                 \
  "p.id, p.version, p.published, p.updated, p.announced, p.withdrawn, p.doi, p.url, p.categories, p.classes, " \
  "p.report_number, p.license, p.journal_ref, p.comments, p.title, p.title_raw, p.authors, p.authors_raw, "    \
  "p.abstract, "                                                                                               \
  "p.abstract_raw"
constexpr int paper_columns = 20;

// A paper from a row whose first `paper_columns` columns these are; without its versions, which are rows of their own.
paper::Paper read_paper(const Row& row);
void read_versions(Tx& tx, paper::Paper& paper);
paper::PaperId read_id(std::string_view text);

// The id under which a paper is stored: what paper_alias says, else the id itself.
std::string stored_id(Tx& tx, std::string_view id);

// The next number of the counter that orders papers and arrivals.
std::int64_t next_seq(Tx& tx);

// A paper that is known enters the match stage's queue again, if it was ever announced: with its number (it was
// announced before it was known), with a new one (what topics look at has changed), or as a replacement (a higher
// version).
void arrive_first(Tx& tx, const paper::PaperId& id, std::int64_t seq);
void arrive_changed(Tx& tx, const paper::PaperId& id);
void arrive_revised(Tx& tx, const paper::PaperId& id, int version, Day day);
// `alias` turned out to be `id`: its announcements and its place in the queue become those of `id`.
void adopt_arrivals(Tx& tx, const paper::PaperId& alias, const paper::PaperId& id);

}  // namespace paperboy::store
