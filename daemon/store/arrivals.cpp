// Announcements, the match stage's queue, matches. Every change that the matcher must see takes a new seq, also while
// the paper still waits: the matcher may hold the old row already and will move its cursor past the old seq.
#include <algorithm>
#include <map>
#include <tuple>

#include "daemon/store/lists.hpp"
#include "daemon/store/paper_rows.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/topics.hpp"

namespace paperboy::store {
namespace {

using paper::AnnounceKind;
using paper::PaperId;

constexpr std::string_view match_cursor_name = "stage/match";

AnnounceKind read_kind(std::string_view word) {
  const std::optional<AnnounceKind> kind = paper::announce_kind(word);
  if (!kind) throw StoreError("the database holds an unknown kind of announcement: " + std::string(word));
  return *kind;
}

bool stronger(AnnounceKind a, AnnounceKind b) {
  return a < b;
}  // new > cross > replace > replace-cross
bool is_replacement(AnnounceKind kind) {
  return kind == AnnounceKind::replacement || kind == AnnounceKind::replacement_cross;
}

struct Place {
  std::int64_t seq = 0;
  AnnounceKind kind = AnnounceKind::new_paper;
  Day day{};
  int version = 0;
};

std::optional<Place> place_of(Tx& tx, std::string_view paper) {
  std::optional<Place> place;
  tx.query(
      "SELECT seq, kind, day, version FROM arrival WHERE paper = $1",
      [&](const Row& row) {
        place = Place{row.integer(0), read_kind(row.text(1)), row.day(2), static_cast<int>(row.integer(3))};
      },
      paper);
  return place;
}

void put_place(Tx& tx, std::string_view paper, const Place& place) {
  tx.execute(
      "INSERT INTO arrival (paper, seq, kind, day, version) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (paper) DO UPDATE "
      "SET "
      "seq = excluded.seq, kind = excluded.kind, day = excluded.day, version = excluded.version",
      paper, place.seq, paper::to_string(place.kind), place.day, place.version);
}

// A paper was announced; `matched` is the seq up to which the match stage has come.
void arrive(Tx& tx, std::string_view paper, AnnounceKind kind, Day day, int version, std::int64_t matched) {
  const std::optional<Place> before = place_of(tx, paper);
  Place now{0, kind, day, version};
  if (before) {
    now.version = std::max(before->version, version);
    const bool waits = before->seq > matched;
    const bool same_mailing = before->day == day;
    if (waits || same_mailing) {
      // Announcements of one mailing, and those the matcher has not seen, are one arrival: the strongest.
      if (stronger(before->kind, kind)) {
        now.kind = before->kind;
        now.day = before->day;
      } else if (before->kind == kind) {
        now.day = std::max(before->day, day);
      }
      if (now.kind == before->kind && now.day == before->day && now.version == before->version) return;
    } else if (is_replacement(kind) && version > 0 && version <= before->version) {
      return;  // that version has been through the matcher: put_paper heard of it first, or a feed repeats itself
    }
  }
  now.seq = next_seq(tx);
  put_place(tx, paper, now);
}

Arrival read_arrival(Tx& tx, const Row& row) {
  Arrival arrival{read_paper(row), read_kind(row.text(paper_columns + 1)), row.day(paper_columns + 2),
                  row.integer(paper_columns)};
  read_versions(tx, arrival.paper);
  arrival.paper.version = std::max(arrival.paper.version, static_cast<int>(row.integer(paper_columns + 3)));
  return arrival;
}

}  // namespace

void arrive_first(Tx& tx, const PaperId& id, std::int64_t seq) {
  tx.execute("UPDATE arrival SET seq = $2 WHERE paper = $1", id.str(), seq);
}

void arrive_changed(Tx& tx, const PaperId& id) {
  std::optional<Place> place = place_of(tx, id.str());
  if (!place) return;
  place->seq = next_seq(tx);
  put_place(tx, id.str(), *place);
}

void arrive_revised(Tx& tx, const PaperId& id, int version, Day day) {
  std::optional<Place> place = place_of(tx, id.str());
  if (!place) return;
  if (place->seq <= match_cursor(tx)) {
    place->kind = AnnounceKind::replacement;
    place->day = std::max(place->day, day);
  }
  place->version = std::max(place->version, version);
  place->seq = next_seq(tx);
  put_place(tx, id.str(), *place);
}

void adopt_arrivals(Tx& tx, const PaperId& alias, const PaperId& id) {
  const std::optional<Place> place = place_of(tx, alias.str());
  if (!place) return;
  tx.execute(
      "INSERT INTO announcement (category, day, paper, kind, version, source, seen_at) "
      "SELECT category, day, $2, kind, version, source, seen_at FROM announcement WHERE paper = $1 ON CONFLICT DO "
      "NOTHING",
      alias.str(), id.str());
  tx.execute("DELETE FROM announcement WHERE paper = $1", alias.str());
  tx.execute("DELETE FROM arrival WHERE paper = $1", alias.str());
  arrive(tx, id.str(), place->kind, place->day, place->version, match_cursor(tx));
}

int put_announcements(Tx& tx, std::string_view source, std::span<const paper::Announcement> announcements, Time now) {
  const std::int64_t matched = match_cursor(tx);
  int added = 0;
  for (const paper::Announcement& announcement : announcements) {
    const std::string paper = stored_id(tx, announcement.id.str());
    const std::int64_t inserted = tx.execute(
        "INSERT INTO announcement (category, day, paper, kind, version, source, seen_at) VALUES ($1, $2, $3, $4, $5, "
        "$6, $7) "
        "ON CONFLICT (category, day, paper, kind) DO NOTHING",
        announcement.category, announcement.day, paper, paper::to_string(announcement.kind), announcement.version,
        source, now);
    if (inserted == 0) continue;
    ++added;
    // A replacement tells nothing of when the paper was announced first.
    if (!is_replacement(announcement.kind)) {
      tx.execute("UPDATE papers SET announced = $2 WHERE id = $1 AND (announced IS NULL OR announced > $2)", paper,
                 announcement.day);
    }
    arrive(tx, paper, announcement.kind, announcement.day, announcement.version, matched);
  }
  return added;
}

#define ARRIVALS_WHERE                                              \
  "SELECT " PAPERBOY_PAPER_COLUMNS                                  \
  ", a.seq, a.kind, a.day, a.version FROM arrival a JOIN papers p " \
  "ON p.id = a.paper WHERE "

std::vector<Arrival> arrivals(Tx& tx, std::int64_t after_seq, int limit) {
  std::vector<Arrival> found;
  tx.query(
      ARRIVALS_WHERE "a.seq > $1 ORDER BY a.seq LIMIT $2",
      [&](const Row& row) { found.push_back(read_arrival(tx, row)); }, after_seq, limit);
  return found;
}

std::vector<Arrival> matched_arrivals(Tx& tx, Day day) {
  std::vector<Arrival> found;
  tx.query(
      ARRIVALS_WHERE "a.day = $1 AND a.seq <= $2 ORDER BY a.seq",
      [&](const Row& row) { found.push_back(read_arrival(tx, row)); }, day, match_cursor(tx));
  return found;
}

std::int64_t match_cursor(Tx& tx) {
  const std::string value = cursor(tx, match_cursor_name);
  return value.empty() ? 0 : std::stoll(value);
}

void put_matches(Tx& tx, std::span<const StoredMatch> matches, std::int64_t cursor, Time now) {
  for (const StoredMatch& stored : matches) {
    tx.execute(
        "INSERT INTO paper_match (person, topic, paper, kind, version, day, score, reasons, found_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (person, topic, paper, kind, version) DO NOTHING",
        stored.match.person, stored.match.topic, stored.paper.str(), paper::to_string(stored.kind), stored.version,
        stored.day, stored.match.score, encode_reasons(stored.match.reasons), now);
  }
  if (cursor > match_cursor(tx)) put_cursor(tx, match_cursor_name, std::to_string(cursor), now);
}

// Of a topic $2 that asks for revisions ($3) or not. The last condition is the mark that does not count: of a lower
// version, where the topic asks for revisions. A mark without a version (0) gives way only to what was announced as a
// replacement.
#define UNSHOWN                                                                     \
  "FROM paper_match m WHERE m.person = $1 AND m.topic = $2 "                        \
  "AND ($3 = 1 OR m.kind NOT IN ('replace', 'replace-cross')) AND NOT EXISTS ("     \
  "SELECT 1 FROM shown s WHERE s.person = m.person AND s.paper = m.paper AND NOT (" \
  "$3 = 1 AND m.version > s.version AND (s.version > 0 OR m.kind IN ('replace', 'replace-cross')))) "

bool has_unshown_matches(Tx& tx, const paper::Person& person) {
  bool has = false;
  for (const paper::Topic& topic : person.topics) {
    if (has || topic.muted) continue;
    tx.query("SELECT 1 " UNSHOWN "LIMIT 1", [&](const Row&) { has = true; }, person.id, topic.name, topic.revisions);
  }
  return has;
}

std::optional<Time> unshown_since(Tx& tx, const paper::Person& person) {
  std::optional<Time> since;
  const auto visit = [&](const Row& row) {
    if (!row.is_null(0) && (!since || row.time(0) < *since)) since = row.time(0);
  };
  for (const paper::Topic& topic : person.topics) {
    if (!topic.muted) tx.query("SELECT MIN(m.found_at) " UNSHOWN, visit, person.id, topic.name, topic.revisions);
  }
  return since;
}

std::vector<StoredMatch> unshown_matches(Tx& tx, const paper::Person& person) {
  struct Found {
    StoredMatch match;
    Day day{};         // of the newest mailing
    double score = 0;  // and of what it said
  };
  std::vector<Found> found;
  std::map<std::pair<std::string, PaperId>, std::size_t> place;  // (topic, paper) -> index in `found`
  const auto visit = [&](const Row& row) {
    StoredMatch stored;
    stored.match.person = person.id;
    stored.match.topic = row.text(0);
    stored.paper = read_id(row.text(1));
    stored.kind = read_kind(row.text(2));
    stored.version = static_cast<int>(row.integer(3));
    stored.day = row.day(4);
    stored.match.score = row.number(5);
    stored.match.reasons = decode_reasons(row.text(6));
    const auto [at, first] = place.try_emplace({stored.match.topic, stored.paper}, found.size());
    if (first) {
      const Day day = stored.day;
      const double score = stored.match.score;
      found.push_back({std::move(stored), day, score});
      return;
    }
    // The same paper in the same topic again: it is as new as the strongest says and reads as the highest version does.
    // The newest mailing came first.
    StoredMatch& known = found[at->second].match;
    if (stronger(stored.kind, known.kind)) known.kind = stored.kind;
    if (stored.version > known.version) {
      known.version = stored.version;
      known.match = std::move(stored.match);
    }
  };
  for (const paper::Topic& topic : person.topics) {
    if (topic.muted) continue;
    tx.query("SELECT m.topic, m.paper, m.kind, m.version, m.day, m.score, m.reasons " UNSHOWN
             "ORDER BY m.day DESC, m.score DESC, m.paper, m.version DESC, m.kind",
             visit, person.id, topic.name, topic.revisions);
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return std::tie(b.day, b.score, a.match.paper, a.match.match.topic) <
           std::tie(a.day, a.score, b.match.paper, b.match.match.topic);
  });
  std::vector<StoredMatch> matches;
  for (Found& each : found) matches.push_back(std::move(each.match));
  return matches;
}

}  // namespace paperboy::store
