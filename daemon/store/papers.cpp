#include "daemon/store/papers.hpp"

#include <algorithm>

#include "daemon/paper/revision.hpp"
#include "daemon/store/lists.hpp"
#include "daemon/store/paper_rows.hpp"

namespace paperboy::store {
namespace {

using paper::Paper;
using paper::PaperId;

// What the paper's DOI stands for: an id by which another source may know it. Where several are given, the first.
std::string doi_key(const Paper& paper) {
  if (paper.id.str().starts_with("doi:")) return paper.id.str();
  const std::string_view dois = paper.doi;
  const std::size_t begin = dois.find_first_not_of(" \t\n,;");
  if (begin == std::string_view::npos) return {};
  const std::size_t end = dois.find_first_of(" \t\n,;", begin);
  const std::optional<PaperId> id = PaperId::doi(dois.substr(begin, end == std::string_view::npos ? end : end - begin));
  return id ? id->str() : std::string();
}

std::optional<Paper> load(Tx& tx, std::string_view id) {
  std::optional<Paper> found;
  tx.query(
      "SELECT " PAPERBOY_PAPER_COLUMNS " FROM papers p WHERE p.id = $1",
      [&](const Row& row) { found = read_paper(row); }, id);
  return found;
}

// The stored paper whose DOI is `key` or that is `key` itself. Two arXiv ids are two papers, announced separately, even
// where they state one DOI (parts of a series, corrections).
std::optional<PaperId> find_by_key(Tx& tx, const std::string& key, const Paper& incoming) {
  std::optional<PaperId> found;
  const auto consider = [&](const Row& row) {
    const PaperId id = read_id(row.text(0));
    if (!found && !(id.is_arxiv() && incoming.id.is_arxiv())) found = id;
  };
  tx.query("SELECT id FROM papers WHERE doi_key = $1 AND doi_key <> '' ORDER BY seq", consider, key);
  if (!found && key != incoming.id.str()) tx.query("SELECT id FROM papers WHERE id = $1", consider, key);
  return found;
}

// The paper under another id than its own: as an alias already known, or by DOI, which makes its id an alias.
std::optional<Paper> load_by_other_id(Tx& tx, const Paper& incoming, const std::string& key) {
  const std::string& own = incoming.id.str();
  const std::string stored = stored_id(tx, own);
  if (stored != own) return load(tx, stored);
  std::optional<PaperId> found = find_by_key(tx, own, incoming);
  if (!found && !key.empty() && key != own) found = find_by_key(tx, key, incoming);
  if (!found) return std::nullopt;
  tx.execute("INSERT INTO paper_alias (alias, paper) VALUES ($1, $2)", own, found->str());
  adopt_arrivals(tx, incoming.id, *found);
  return load(tx, found->str());
}

void insert(Tx& tx, const Paper& paper, const std::string& key, std::int64_t seq) {
  tx.execute(
      "INSERT INTO papers (id, seq, version, published, updated, announced, withdrawn, doi_key, doi, url, categories, "
      "classes, report_number, license, journal_ref, comments, title, title_raw, authors, authors_raw, abstract, "
      "abstract_raw) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
      "$20, "
      "$21, $22)",
      paper.id.str(), seq, paper.version, paper.published, paper.updated, paper.announced, paper.withdrawn, key,
      paper.doi, paper.url, encode_list(paper.categories), encode_list(paper.classes), paper.report_number,
      paper.license, paper.journal_ref, paper.comments, paper.title, paper.title_raw, encode_list(paper.authors),
      paper.authors_raw, paper.abstract, paper.abstract_raw);
}

void update(Tx& tx, const Paper& paper) {
  tx.execute(
      "UPDATE papers SET version = $2, published = $3, updated = $4, announced = $5, withdrawn = $6, doi_key = $7, "
      "doi = $8, url = $9, categories = $10, classes = $11, report_number = $12, license = $13, journal_ref = $14, "
      "comments = $15, title = $16, title_raw = $17, authors = $18, authors_raw = $19, abstract = $20, "
      "abstract_raw = $21 WHERE id = $1",
      paper.id.str(), paper.version, paper.published, paper.updated, paper.announced, paper.withdrawn, doi_key(paper),
      paper.doi, paper.url, encode_list(paper.categories), encode_list(paper.classes), paper.report_number,
      paper.license, paper.journal_ref, paper.comments, paper.title, paper.title_raw, encode_list(paper.authors),
      paper.authors_raw, paper.abstract, paper.abstract_raw);
}

// Versions never change; a source may only know more about one.
bool put_versions(Tx& tx, const Paper& paper, const PaperId& id) {
  std::int64_t changed = 0;
  for (const paper::Version& version : paper.versions) {
    changed += tx.execute(
        "INSERT INTO paper_version (paper, number, submitted, size, source_type) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (paper, number) DO UPDATE SET "
        "size = CASE WHEN paper_version.size = '' THEN excluded.size ELSE paper_version.size END, "
        "source_type = CASE WHEN paper_version.source_type = '' THEN excluded.source_type ELSE "
        "paper_version.source_type END "
        "WHERE (paper_version.size = '' AND excluded.size <> '') "
        "OR (paper_version.source_type = '' AND excluded.source_type <> '')",
        id.str(), version.number, version.submitted, version.size, version.source_type);
  }
  return changed > 0;
}

// Before the merge: a version that is newer than what is stored tells what it changed. A record with versions in it is
// the provider's whole record.
void note_revision(Tx& tx, const Paper& stored, const Paper& other, int version) {
  bool whole = false;
  tx.query(
      "SELECT 1 FROM paper_version WHERE paper = $1 AND number = $2", [&](const Row&) { whole = true; },
      stored.id.str(), stored.version);
  const std::optional<paper::Revision> revision = paper::revision_of(stored, whole, other, version);
  if (!revision) return;
  tx.execute(
      "INSERT INTO paper_revision (paper, number, since, changes) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (paper, number) DO NOTHING",
      stored.id.str(), revision->number, revision->since, encode_changes(revision->changes));
}

int newest_version(const Paper& paper) {
  int newest = paper.version;
  for (const paper::Version& version : paper.versions) newest = std::max(newest, version.number);
  return newest;
}

struct Merged {
  bool changed = false;
  bool revised = false;
  bool matchable = false;  // what topics look at has changed
};

// One text and its raw form, which go together.
void merge_text(std::string& text, std::string& raw, const std::string& other, const std::string& other_raw,
                bool replace, Merged& merged) {
  if (other.empty()) return;
  if (text == other) {
    if (!raw.empty() || other_raw.empty()) return;
  } else {
    if (!text.empty() && !replace) return;
    text = other;
    merged.matchable = true;
  }
  raw = other_raw;
  merged.changed = true;
}

template <class Field>
bool merge_field(Field& field, const Field& other, bool replace) {
  if (other == Field{} || field == other || (field != Field{} && !replace)) return false;
  field = other;
  return true;
}

bool merge_earliest(std::optional<Day>& day, const std::optional<Day>& other) {
  if (!other || (day && *day <= *other)) return false;
  day = other;
  return true;
}

// Both lists' members; the order of `other` leads if it replaces (the primary category may have moved).
bool merge_list(std::vector<std::string>& list, const std::vector<std::string>& other, bool replace) {
  if (other.empty() || list == other) return false;
  std::vector<std::string> all = replace ? other : list;
  for (const std::string& item : replace ? list : other) {
    if (std::find(all.begin(), all.end(), item) == all.end()) all.push_back(item);
  }
  if (all == list) return false;
  list = std::move(all);
  return true;
}

Merged merge(Paper& stored, const Paper& other) {
  Merged merged;
  const int version = newest_version(other);
  const bool newer = version > stored.version;
  // Of a record that named no version nobody can say what it was of: the first that names one is believed.
  merged.revised = newer && stored.version > 0;
  const bool older = version > 0 && version < stored.version;

  merge_text(stored.title, stored.title_raw, other.title, other.title_raw, newer, merged);
  merge_text(stored.abstract, stored.abstract_raw, other.abstract, other.abstract_raw, newer, merged);
  const bool categories = merge_list(stored.categories, other.categories, newer);
  const bool authors = merge_field(stored.authors, other.authors, newer);
  merged.matchable |= categories || authors;
  merged.changed |= categories || authors;
  merged.changed |= merge_field(stored.authors_raw, other.authors_raw, authors);
  merged.changed |= merge_list(stored.classes, other.classes, newer);
  merged.changed |= merge_field(stored.comments, other.comments, newer);
  merged.changed |= merge_field(stored.journal_ref, other.journal_ref, newer);
  merged.changed |= merge_field(stored.doi, other.doi, newer);
  merged.changed |= merge_field(stored.report_number, other.report_number, newer);
  merged.changed |= merge_field(stored.license, other.license, newer);
  merged.changed |= merge_field(stored.url, other.url, newer);
  merged.changed |= merge_earliest(stored.published, other.published);
  merged.changed |= merge_earliest(stored.announced, other.announced);
  if (!older) merged.changed |= merge_field(stored.updated, other.updated, newer);
  if (newer) {
    merged.changed = true;
    stored.version = version;
    stored.withdrawn = other.withdrawn;
  } else if (other.withdrawn && !stored.withdrawn && !older) {
    merged.changed = merged.revised = true;
    stored.withdrawn = true;
  }
  return merged;
}

}  // namespace

PaperId read_id(std::string_view text) {
  std::optional<PaperId> id = PaperId::from_canonical(text);
  if (!id) throw StoreError("the database holds what is no paper id: " + std::string(text));
  return *std::move(id);
}

Paper read_paper(const Row& row) {
  Paper paper;
  paper.id = read_id(row.text(0));
  paper.version = static_cast<int>(row.integer(1));
  paper.published = row.optional_day(2);
  paper.updated = row.optional_day(3);
  paper.announced = row.optional_day(4);
  paper.withdrawn = row.integer(5) != 0;
  paper.doi = row.text(6);
  paper.url = row.text(7);
  paper.categories = decode_list(row.text(8));
  paper.classes = decode_list(row.text(9));
  paper.report_number = row.text(10);
  paper.license = row.text(11);
  paper.journal_ref = row.text(12);
  paper.comments = row.text(13);
  paper.title = row.text(14);
  paper.title_raw = row.text(15);
  paper.authors = decode_list(row.text(16));
  paper.authors_raw = row.text(17);
  paper.abstract = row.text(18);
  paper.abstract_raw = row.text(19);
  return paper;
}

void read_versions(Tx& tx, Paper& paper) {
  paper.versions.clear();
  tx.query(
      "SELECT number, submitted, size, source_type FROM paper_version WHERE paper = $1 ORDER BY number",
      [&](const Row& row) {
        paper.versions.push_back(
            {static_cast<int>(row.integer(0)), row.time(1), std::string(row.text(2)), std::string(row.text(3))});
      },
      paper.id.str());
  paper.revisions.clear();
  if (paper.version < 2) return;
  tx.query(
      "SELECT number, since, changes FROM paper_revision WHERE paper = $1 ORDER BY number",
      [&](const Row& row) {
        paper.revisions.push_back(
            {static_cast<int>(row.integer(0)), static_cast<int>(row.integer(1)), decode_changes(row.text(2))});
      },
      paper.id.str());
}

std::string stored_id(Tx& tx, std::string_view id) {
  std::string stored(id);
  tx.query("SELECT paper FROM paper_alias WHERE alias = $1", [&](const Row& row) { stored = row.text(0); }, id);
  return stored;
}

std::int64_t next_seq(Tx& tx) {
  std::int64_t seq = 0;
  tx.execute("UPDATE counter SET value = value + 1 WHERE name = 'arrival'");  // no RETURNING: it builds a table
  tx.query("SELECT value FROM counter WHERE name = 'arrival'", [&](const Row& row) { seq = row.integer(0); });
  return seq;
}

Change put_paper(Tx& tx, const Paper& paper, Time now) {
  if (paper.id.empty()) throw StoreError("a paper without an id cannot be stored: " + paper.title);
  std::optional<Paper> stored = load(tx, paper.id.str());
  if (!stored) {
    const std::string key = doi_key(paper);
    stored = load_by_other_id(tx, paper, key);
    if (!stored) {
      const std::int64_t seq = next_seq(tx);
      Paper first;  // only where the versions say more than the version
      const int newest = newest_version(paper);
      if (newest != paper.version) {
        first = paper;
        first.version = newest;
      }
      insert(tx, newest != paper.version ? first : paper, key, seq);
      put_versions(tx, paper, paper.id);
      arrive_first(tx, paper.id, seq);
      return Change::added;
    }
  }
  // Of a record that named no version nobody can say what it was of.
  if (const int version = newest_version(paper); stored->version > 0 && version > stored->version)
    note_revision(tx, *stored, paper, version);
  const Merged merged = merge(*stored, paper);
  if (merged.changed) update(tx, *stored);
  const bool versions = put_versions(tx, paper, stored->id);
  if (merged.revised) {
    const Day today = std::chrono::floor<std::chrono::days>(now);
    arrive_revised(tx, stored->id, stored->version, stored->updated.value_or(today));
    return Change::revised;
  }
  if (merged.matchable) arrive_changed(tx, stored->id);
  return merged.changed || versions ? Change::completed : Change::unchanged;
}

std::optional<Paper> find_paper(Tx& tx, const PaperId& id) {
  std::optional<Paper> found = load(tx, id.str());
  if (!found) {
    const std::string stored = stored_id(tx, id.str());
    if (stored != id.str()) found = load(tx, stored);
  }
  if (!found && id.str().starts_with("doi:")) {
    std::string stating;
    tx.query(
        "SELECT id FROM papers WHERE doi_key = $1 AND doi_key <> '' ORDER BY seq LIMIT 1",
        [&](const Row& row) { stating = row.text(0); }, id.str());
    if (!stating.empty()) found = load(tx, stating);
  }
  if (found) read_versions(tx, *found);
  return found;
}

std::vector<Paper> find_papers(Tx& tx, std::span<const PaperId> ids) {
  std::vector<Paper> found;
  found.reserve(ids.size());
  for (const PaperId& id : ids) {
    if (std::optional<Paper> paper = find_paper(tx, id)) found.push_back(*std::move(paper));
  }
  return found;
}

std::int64_t count_papers(Tx& tx) {
  std::int64_t count = 0;
  tx.query("SELECT COUNT(*) FROM papers", [&](const Row& row) { count = row.integer(0); });
  return count;
}

void each_paper_announced(Tx& tx, Day from, Day until, const std::function<void(const Paper&)>& each) {
  const auto visit = [&](const Row& row) { each(read_paper(row)); };
  tx.query("SELECT " PAPERBOY_PAPER_COLUMNS
           " FROM papers p WHERE p.announced >= $1 AND p.announced < $2 ORDER BY p.announced, p.seq",
           visit, from, until);
}

void each_paper_dated(Tx& tx, Day from, Day until, const std::function<void(const Paper&)>& each) {
  each_paper_announced(tx, from, until, each);
  const auto visit = [&](const Row& row) { each(read_paper(row)); };
  tx.query("SELECT " PAPERBOY_PAPER_COLUMNS
           " FROM papers p WHERE p.announced IS NULL AND p.published >= $1 AND p.published < $2 "
           "ORDER BY p.published, p.seq",
           visit, from, until);
}

void each_recent_paper(Tx& tx, int limit, const std::function<void(const Paper&)>& each) {
  const auto visit = [&](const Row& row) { each(read_paper(row)); };
  tx.query("SELECT " PAPERBOY_PAPER_COLUMNS " FROM papers p ORDER BY p.seq DESC LIMIT $1", visit, limit);
}

std::int64_t newest_seq(Tx& tx) {
  std::int64_t newest = 0;
  tx.query("SELECT MAX(seq) FROM papers", [&](const Row& row) { newest = row.is_null(0) ? 0 : row.integer(0); });
  return newest;
}

std::int64_t each_paper_after(Tx& tx, std::int64_t seq, int limit, const std::function<void(const Paper&)>& each) {
  std::int64_t last = seq;
  const auto visit = [&](const Row& row) {
    each(read_paper(row));
    last = row.integer(paper_columns);
  };
  tx.query("SELECT " PAPERBOY_PAPER_COLUMNS ", p.seq FROM papers p WHERE p.seq > $1 ORDER BY p.seq LIMIT $2", visit,
           seq, limit);
  return last;
}

std::int64_t each_paper_before(Tx& tx, std::int64_t seq, int limit, const std::function<void(const Paper&)>& each) {
  std::int64_t last = seq;
  const auto visit = [&](const Row& row) {
    each(read_paper(row));
    last = row.integer(paper_columns);
  };
  tx.query("SELECT " PAPERBOY_PAPER_COLUMNS ", p.seq FROM papers p WHERE p.seq < $1 ORDER BY p.seq DESC LIMIT $2",
           visit, seq, limit);
  return last;
}

std::vector<Paper> papers_titled(Tx& tx, std::string_view title, int limit) {
  std::vector<Paper> papers;
  tx.query(
      "SELECT " PAPERBOY_PAPER_COLUMNS " FROM papers p WHERE lower(p.title) = lower($1) ORDER BY p.seq DESC LIMIT $2",
      [&](const Row& row) { papers.push_back(read_paper(row)); }, title, limit);
  for (Paper& paper : papers) read_versions(tx, paper);
  return papers;
}

}  // namespace paperboy::store
