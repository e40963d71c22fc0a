#include "integrations/arxiv/oai_source.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/base/log.hpp"
#include "daemon/base/time.hpp"
#include "daemon/paper/calendar.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using namespace std::chrono_literals;
using paper::AnnounceKind;
using paper::AnnouncementCalendar;
using paper::LedgerState;
using std::chrono::days;

// When a mailing is harvested, counted from its announcement (20:00 US Eastern): new data come at about 22:30. Two
// harvests that agree settle a mailing; at noon one that has not come is reported.
constexpr std::array<Duration, 9> looks = {165min, 210min, 5h, 8h, 11h, 14h, 16h, 19h, 22h};
constexpr Duration data_out = 150min;
constexpr Duration noon = 16h;
constexpr Duration patience = 1min;

// How long a paper may lie with the moderators before its announcement and still count as new at the very first
// harvest.
constexpr days first_hold{7};
// An unseen paper older than this is not news but an old record seen for the first time.
constexpr days longest_hold{100};
// A newest version submitted longer ago was announced long ago: the record changed for another reason.
constexpr days revision_window{7};
constexpr days overlap{1};
constexpr days kept{5};  // new papers and revisions of this many days stay in the cursor
constexpr int most_restarts = 5;

const AnnouncementCalendar& calendar() {
  return AnnouncementCalendar::arxiv();
}

// The newest mailing whose papers are public.
Day newest_mailing(Time now) {
  Day day = AnnouncementCalendar::eastern_day(now) + days(1);
  while (!calendar().expects(day) || calendar().announced_at(day) > now) day -= days(1);
  return day;
}

// The newest mailing on or before a day. Datestamps are UTC: a paper announced at 20:00 US Eastern bears the mailing's
// day.
Day mailing_by(Day day) {
  while (!calendar().expects(day)) day -= days(1);
  return day;
}

// The oldest mailing that may still have papers no harvest has seen.
Day oldest_open(const OaiCursor& state) {
  if (state.done == Day{}) return mailing_by(state.since);
  const Day last = newest_mailing(state.done_at);
  return state.settled >= last ? calendar().next_mailing(last) : last;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 15u];
    }
  }
  return out;
}

}  // namespace

OaiSource::OaiSource(std::shared_ptr<Office> office)
    : office_(std::move(office)),
      wanted_(office_->settings.categories.begin(), office_->settings.categories.end()),
      set_(common_set(office_->settings.categories)) {}

Time OaiSource::due(const OaiCursor& state, Time now) const {
  if (state.done == Day{}) return now;
  const Day mailing = newest_mailing(now);
  const Time announced = calendar().announced_at(mailing);
  if (state.settled < mailing) {
    Time passed{};
    for (const Duration look : looks) {
      if (announced + look > now) {
        if (state.done_at < passed) return passed;
        return announced + look;
      }
      passed = announced + look;
    }
    if (state.done_at < passed) return passed;
  }
  return calendar().announced_at(calendar().next_mailing(mailing)) + looks.front();
}

std::string OaiSource::url(const Harvest& harvest) const {
  std::string url = office_->settings.oai_url + "?verb=ListRecords";
  if (!harvest.token.empty()) return url + "&resumptionToken=" + percent_encode(harvest.token);
  url += "&metadataPrefix=arXivRaw&from=" + format_day(harvest.from);
  if (!set_.empty()) url += "&set=" + percent_encode(set_);
  return url;
}

void OaiSource::begin(OaiCursor& state, Time now) const {
  Harvest harvest;
  harvest.started = now;
  const Day today = std::chrono::floor<days>(now);
  if (state.done == Day{}) {
    harvest.from = today - days(office_->settings.look_back_days);
    state.since = harvest.from;
  } else {
    // An answer, "no records" above all, may be a cached one: every look at a mailing asks from another day.
    const Day newest = newest_mailing(now);
    const Time announced = calendar().announced_at(newest);
    const auto look = std::count_if(looks.begin(), looks.end(), [&](Duration at) { return announced + at <= now; });
    harvest.from = std::min(state.done, newest - days(look)) - overlap;
  }
  harvest.last = harvest.from;
  state.harvest = harvest;
}

async::Awaitable<flow::Batch> OaiSource::fetch(std::string cursor) {
  OaiCursor state = read_oai_cursor(cursor);
  const Time now = office_->clock.now();
  if (!std::exchange(restored_, true) && state.reached != Day{}) remember(state);
  flow::Batch batch;
  if (!state.harvest) {
    batch.next_at = due(state, now);
    batch.cursor = std::move(cursor);
    if (batch.next_at > now) co_return batch;
    begin(state, now);
  }
  const std::optional<Time> until = co_await office_->desk.closed_until(patience);
  if (until) {
    throw Error("arXiv asked for a pause: the next request goes out at " + format_rfc3339(*until));
  }
  std::string asked = url(*state.harvest);
  net::Headers no_headers;
  const Reply reply = co_await office_->desk.ask(std::move(asked), std::move(no_headers));
  if (reply.answer.meaning != Meaning::ok) {
    const std::string why = read_oai(reply.response.body).error;
    const bool spoke = reply.answer.meaning == Meaning::permanent && !why.empty();
    throw Error("OAI-PMH: " + reply.answer.reason + (spoke ? ": " + why : ""));
  }

  OaiAnswer answer = read_oai(reply.response.body);
  Harvest& harvest = *state.harvest;
  if (answer.page) {
    const std::string token = answer.page->resumption_token;
    if (!token.empty() && token == harvest.token)
      throw Error("OAI-PMH: the list does not advance: it repeats its resumption token");
    take(state, std::move(*answer.page), office_->clock.now(), batch);
    harvest.token = token;
    if (token.empty()) finish(state, batch);
  } else if (answer.error_code == "noRecordsMatch") {
    finish(state, batch);
  } else if (answer.error_code == "badResumptionToken" && !harvest.token.empty()) {
    // Tokens die at 00:00 UTC. Lists are in order of datestamps: everything before the newest one seen is here.
    if (++harvest.restarts > most_restarts)
      throw Error("OAI-PMH: resumption tokens are refused again and again: " + answer.error);
    log::info("a resumption token was refused: the harvest goes on from the last datestamp",
              {{"component", "arxiv"}, {"source", name_}, {"from", format_day(harvest.last)}});
    harvest.from = harvest.last;
    harvest.token.clear();
  } else {
    throw Error("OAI-PMH: " + (answer.error_code.empty() ? "" : answer.error_code + ": ") + answer.error);
  }
  batch.cursor = write_oai_cursor(state);
  batch.more = state.harvest.has_value();
  if (!batch.more) batch.next_at = due(state, office_->clock.now());
  co_return batch;
}

void OaiSource::take(OaiCursor& state, OaiPage page, Time now, flow::Batch& batch) const {
  Harvest& harvest = *state.harvest;
  const Day newest = newest_mailing(now);
  const Day oldest = std::min(oldest_open(state), newest);
  for (const std::string& why : page.unreadable) {
    ++harvest.unreadable;
    log::warn("a record of OAI-PMH could not be read", {{"component", "arxiv"}, {"source", name_}, {"err", why}});
  }
  for (OaiRecord& record : page.records) {
    harvest.last = std::max(harvest.last, record.datestamp);
    paper::Paper& paper = record.paper;
    if (paper.versions.empty()) {  // another format than was asked for
      ++harvest.unreadable;
      continue;
    }
    std::vector<std::string> listings;
    std::copy_if(paper.categories.begin(), paper.categories.end(), std::back_inserter(listings),
                 [&](const std::string& category) { return wanted_.contains(category); });
    if (listings.empty()) continue;

    const std::string& id = paper.id.str();
    const Day submitted = day_of(paper.versions.front().submitted);
    const Day revised = day_of(paper.versions.back().submitted);
    const Day mailing = std::clamp(mailing_by(record.datestamp), oldest, newest);
    const bool first_sight = !state.seen.contains(id);
    const bool fresh =
        first_sight && paper.published && submitted >= state.since - first_hold && submitted >= newest - longest_hold;
    const auto known = state.revised.find(id);
    const bool revision = !fresh && paper.version > 1 && revised >= state.since - first_hold &&
                          revised >= record.datestamp - revision_window &&
                          (known == state.revised.end() || known->second.version < paper.version);
    state.seen.add(id);
    if (fresh) {
      paper.announced = mailing;
      ++harvest.found[mailing];
    }
    if (fresh || revision) {
      for (const std::string& category : listings) {
        const bool primary = category == paper.primary_category();
        const AnnounceKind kind = fresh ? (primary ? AnnounceKind::new_paper : AnnounceKind::cross_list)
                                        : (primary ? AnnounceKind::replacement : AnnounceKind::replacement_cross);
        batch.announcements.push_back({paper.id, paper.version, category, mailing, kind});
        if (fresh) state.fresh[mailing][category].insert(id);
      }
    }
    if (paper.version > 1 && (fresh || revision)) state.revised[id] = {paper.version, record.datestamp};
    batch.papers.push_back(std::move(paper));
  }
}

paper::LedgerEntry OaiSource::verdict(const std::string& category, Day day, const OaiCursor& state,
                                      const Harvest& harvest) const {
  int count = 0;
  if (const auto on_day = state.fresh.find(day); on_day != state.fresh.end()) {
    const auto at = on_day->second.find(category);
    if (at != on_day->second.end()) count = static_cast<int>(at->second.size());
  }
  const Witnesses::Difference difference = office_->witnesses.compare(category, day);
  paper::LedgerEntry entry;
  entry.source = name_;
  entry.category = category;
  entry.day = day;
  entry.ingested = count + static_cast<int>(difference.only_feed.size());
  entry.expected = entry.ingested;

  const bool late = harvest.started - calendar().announced_at(day) >= noon;
  const bool broad =
      set_.find(':') == std::string::npos;  // a whole group has new papers in every mailing, a category need not
  if (day < newest_mailing(harvest.started) || state.settled >= day) {
    entry.state = entry.ingested > 0 ? LedgerState::complete : LedgerState::quiet;
  } else if (state.reached >= day) {
    entry.state = LedgerState::waiting;
    entry.note = "in a first harvest; a second one has to agree";
  } else if (!late) {
    entry.state = LedgerState::waiting;
    entry.note = "not in OAI-PMH yet";
  } else {
    entry.state = broad ? LedgerState::failed : LedgerState::quiet;
    entry.note = "at noon US Eastern OAI-PMH still had nothing of this mailing";
  }
  if (harvest.unreadable > 0 && entry.state != LedgerState::waiting) {
    entry.state = LedgerState::partial;
    entry.expected += harvest.unreadable;
    entry.note = std::to_string(harvest.unreadable) + " records could not be read";
  }
  if (const std::string differs = difference.note(); !differs.empty())
    entry.note += (entry.note.empty() ? "" : "; ") + differs;
  return entry;
}

void OaiSource::finish(OaiCursor& state, flow::Batch& batch) {
  const Harvest harvest = *std::exchange(state.harvest, std::nullopt);
  const Day newest = newest_mailing(harvest.started);
  const bool data_due = harvest.started >= calendar().announced_at(newest) + data_out;
  const Day first = std::min(oldest_open(state), newest);
  // A mailing is settled when a harvest that reached it finds no new paper after one that had reached it before.
  if (state.reached >= newest && !harvest.found.contains(newest)) state.settled = newest;
  if (data_due && harvest.last >= newest) state.reached = newest;
  state.done = std::chrono::floor<days>(harvest.started);
  state.done_at = harvest.started;
  remember(state);
  for (Day day = first; day <= newest; day += days(1)) {
    if (!calendar().expects(day) || (day == newest && !data_due)) continue;
    for (const std::string& category : office_->settings.categories) {
      batch.ledger.push_back(verdict(category, day, state, harvest));
    }
  }
  std::erase_if(state.fresh, [&](const auto& item) { return item.first < newest - kept; });
  std::erase_if(state.revised, [&](const auto& item) { return item.second.datestamp < state.done - kept; });
  state.seen.forget_before(newest - longest_hold);
}

void OaiSource::remember(const OaiCursor& state) {
  auto seen = std::make_shared<SeenIds>(state.seen);
  const auto knows = [seen](const std::string& id) { return seen->contains(id); };
  std::set<Day> seen_days = {state.reached};
  for (const auto& [day, categories] : state.fresh) seen_days.insert(day);
  for (const Day day : seen_days) {
    const auto on_day = state.fresh.find(day);
    for (const std::string& category : office_->settings.categories) {
      Ids fresh;
      if (on_day != state.fresh.end()) {
        const auto at = on_day->second.find(category);
        if (at != on_day->second.end()) fresh = at->second;
      }
      office_->witnesses.harvest_saw(category, day, std::move(fresh), knows);
    }
  }
}

}  // namespace paperboy::integrations::arxiv
