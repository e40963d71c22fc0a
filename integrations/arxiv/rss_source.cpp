#include "integrations/arxiv/rss_source.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/paper/calendar.hpp"

namespace paperboy::integrations::arxiv {
namespace {

using namespace std::chrono_literals;
using paper::AnnounceKind;
using paper::AnnouncementCalendar;
using paper::LedgerState;

// When a feed is asked, counted from 00:00 US Eastern of the mailing's day: it should change at midnight, and does at
// four or five UTC or later. At noon a mailing that has not come is reported; it is still looked for.
constexpr std::array<Duration, 10> looks = {30min, 2h, 4h, 7h, 9h, 11h, 12h, 15h, 18h, 21h};
// On weekdays without a mailing: the list of holidays may be wrong.
constexpr std::array<Duration, 2> holiday_looks = {7h, 12h};
constexpr Duration noon = 12h;
// From here on the content of a feed is held for today's, even if the mailing before was never seen.
constexpr Duration surely_today = 7h;
constexpr Duration patience = 1min;  // a closed lane that opens later than this ends the fetch
constexpr int gap_reported = 14;     // days

const AnnouncementCalendar& calendar() {
  return AnnouncementCalendar::arxiv();
}

bool is_weekend(Day day) {
  const std::chrono::weekday weekday(day);
  return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
}

Day mailing_before(Day day) {
  do {
    day -= std::chrono::days(1);
  } while (!calendar().expects(day));
  return day;
}

// "2611.00123v1 new" -> "2611.00123".
std::string id_of(std::string_view key) {
  return std::string(key.substr(0, key.find('v', key.find_last_of("./") + 1)));
}

bool is_new_paper(std::string_view key) {
  return key.ends_with(" new") || key.ends_with("v1 cross");
}

}  // namespace

paper::LedgerEntry RssSource::entry(const std::string& category, Day day, LedgerState state, std::string note) const {
  paper::LedgerEntry entry;
  entry.source = name_;
  entry.category = category;
  entry.day = day;
  entry.state = state;
  entry.note = std::move(note);
  return entry;
}

Time RssSource::due(const std::string& category, const FeedState& state, Time now) const {
  const auto looks_of = [&](Day day) {
    return calendar().expects(day) ? std::span<const Duration>(looks) : std::span<const Duration>(holiday_looks);
  };
  const Day today = AnnouncementCalendar::eastern_day(now);
  if (!is_weekend(today) && state.settled != today) {
    const auto again = again_at_.find(category);
    if (again != again_at_.end()) return again->second;
    const Time midnight = calendar().feeds_at(today);
    Time passed{};
    for (const Duration look : looks_of(today)) {
      if (midnight + look > now) {
        if (state.asked < passed) return passed;
        return midnight + look;
      }
      passed = midnight + look;
    }
    if (state.asked < passed) return passed;
  }
  Day next = today + std::chrono::days(1);
  while (is_weekend(next)) next += std::chrono::days(1);
  return calendar().feeds_at(next) + looks_of(next).front();
}

async::Awaitable<flow::Batch> RssSource::fetch(std::string cursor) {
  FeedCursor states = read_feed_cursor(cursor);
  const Time now = office_->clock.now();
  flow::Batch batch;
  batch.cursor = std::move(cursor);

  const auto plan = [&]() {
    batch.next_at = Time::max();
    std::string first;
    for (const std::string& category : office_->settings.categories) {
      const Time at = due(category, states[category], now);
      if (at < batch.next_at) {
        batch.next_at = at;
        first = category;
      }
    }
    batch.more = batch.next_at <= now;
    return first;
  };
  if (!std::exchange(restored_, true)) {
    for (const auto& [category, state] : states) remember(category, state);
  }
  const std::string category = plan();
  if (!batch.more) co_return batch;

  const std::optional<Time> until = co_await office_->desk.closed_until(patience);
  if (until) {
    throw Error("arXiv asked for a pause: the next request goes out at " + format_rfc3339(*until));
  }
  net::Headers headers;
  FeedState& state = states[category];
  if (!state.etag.empty()) headers.emplace_back("If-None-Match", state.etag);
  if (!state.modified.empty()) headers.emplace_back("If-Modified-Since", state.modified);
  std::string url = office_->settings.rss_url + "/" + category;
  const Reply reply = co_await office_->desk.ask(std::move(url), std::move(headers));

  const Time then = office_->clock.now();
  const Day today = AnnouncementCalendar::eastern_day(then);
  if (reply.answer.meaning == Meaning::not_modified || reply.answer.meaning == Meaning::permanent) forgive(category);
  switch (reply.answer.meaning) {
    case Meaning::throttled:
    case Meaning::blocked:
    case Meaning::broken:
      throw Error("the feed of " + category + ": " + reply.answer.reason);
    case Meaning::permanent: {
      const Read<RssFeed> why = read_rss(reply.response.body);
      unreadable(category, state, reply.answer.reason + (why.error.empty() ? "" : ": " + why.error), true, then, batch);
      break;
    }
    case Meaning::not_modified:
      account_for_gap(category, state, today, batch);
      nothing_new(category, state, then, batch);
      break;
    case Meaning::ok: {
      Read<RssFeed> feed = read_rss(reply.response.body);
      if (!feed.value) {
        unreadable(category, state, feed.error, false, then, batch);
        break;
      }
      state.etag = reply.response.header("etag").value_or("");
      state.modified = reply.response.header("last-modified").value_or("");
      forgive(category);
      account_for_gap(category, state, today, batch);
      take(category, state, std::move(*feed.value), then, batch);
      break;
    }
  }
  state.asked = then;
  remember(category, state);
  batch.cursor = write_feed_cursor(states);
  plan();
  co_return batch;
}

void RssSource::account_for_gap(const std::string& category, FeedState& state, Day today, flow::Batch& batch) {
  if (state.accounted != Day{}) {
    const Day first = std::max(state.accounted + std::chrono::days(1), today - std::chrono::days(gap_reported));
    for (Day day = first; day < today; day += std::chrono::days(1)) {
      if (!calendar().expects(day)) continue;
      batch.ledger.push_back(entry(category, day, LedgerState::failed, "the feed of that day was not read"));
    }
  }
  state.accounted = std::max(state.accounted, today);
}

void RssSource::forgive(const std::string& category) {
  failures_.erase(category);
  again_at_.erase(category);
}

void RssSource::take(const std::string& category, FeedState& state, RssFeed feed, Time now, flow::Batch& batch) {
  Day today = AnnouncementCalendar::eastern_day(now);
  if (is_weekend(today)) today = calendar().latest_mailing(now);  // asked before midnight, answered after
  const Duration since_midnight = now - calendar().feeds_at(today);
  state.empty = feed.listed == 0;
  std::set<std::string> keys;
  std::size_t unseen = 0;
  for (RssItem& item : feed.items) {
    const std::string key = item.key();
    keys.insert(key);
    if (state.seen.contains(key) || state.before.contains(key)) continue;
    ++unseen;
    // A paper that is new somewhere was first announced today; a replacement was announced before.
    if (is_new_paper(key)) item.paper.announced = today;
    batch.announcements.push_back({item.paper.id, item.paper.version, category, today, item.kind});
    batch.papers.push_back(std::move(item.paper));
  }
  if (unseen == 0) {
    if (!feed.unreadable.empty() && feed.items.empty()) {
      unreadable(category, state, feed.unreadable.front(), false, now, batch);
    } else {
      nothing_new(category, state, now, batch);
    }
    return;
  }

  // New content. The mailing before may never have been seen: then this might still be it, and the feed is looked at
  // again.
  const bool gap = state.settled < mailing_before(today);
  const bool mostly_new = unseen * 2 >= keys.size();
  if (state.taken == today) {
    state.seen.insert(keys.begin(), keys.end());
  } else {
    state.before = std::move(state.seen);
    state.seen = std::move(keys);
  }
  state.taken = today;
  remember(category, state);

  LedgerState verdict = LedgerState::complete;
  std::string note;
  if (!mostly_new && since_midnight < noon) {
    verdict = LedgerState::waiting;
    note = "only " + std::to_string(unseen) + " of " + std::to_string(feed.listed) +
           " entries are new: the feed may not have changed yet";
  } else if (gap && since_midnight < surely_today) {
    verdict = LedgerState::waiting;
    note = "the mailing before was not seen: this may still be it";
  } else {
    state.settled = today;
  }
  if (feed.listed >= rss_limit) {
    verdict = LedgerState::partial;
    note = std::to_string(feed.listed) + " entries, at " + std::to_string(rss_limit) +
           " arXiv cuts the feed: new papers may be missing";
  } else if (!feed.unreadable.empty()) {
    verdict = LedgerState::partial;
    note = std::to_string(feed.unreadable.size()) + " entries could not be read: " + feed.unreadable.front();
  }
  const Witnesses::Difference difference = office_->witnesses.compare(category, today);
  if (const std::string differs = difference.note(); !differs.empty()) note += (note.empty() ? "" : "; ") + differs;
  paper::LedgerEntry done = entry(category, today, verdict, std::move(note));
  const int elsewhere = static_cast<int>(difference.only_harvest.size());
  done.ingested = static_cast<int>(state.seen.size()) + elsewhere;
  done.expected = std::max(done.ingested, feed.listed + elsewhere);
  batch.ledger.push_back(std::move(done));
}

void RssSource::nothing_new(const std::string& category, FeedState& state, Time now, flow::Batch& batch) {
  const Day today = AnnouncementCalendar::eastern_day(now);
  const Duration since_midnight = now - calendar().feeds_at(today);
  if (state.taken == today) {  // taken earlier, and looked at again because of doubts
    if (since_midnight < surely_today) return;
    state.settled = today;
    paper::LedgerEntry done =
        entry(category, today, LedgerState::complete, office_->witnesses.compare(category, today).note());
    done.expected = done.ingested = static_cast<int>(state.seen.size());
    batch.ledger.push_back(std::move(done));
    return;
  }
  if (is_weekend(today)) return;
  if (!calendar().expects(today)) {
    if (since_midnight >= noon) {
      state.settled = today;
      batch.ledger.push_back(entry(category, today, LedgerState::quiet, "no mailing was due"));
    }
    return;
  }
  if (since_midnight < noon) {
    batch.ledger.push_back(entry(category, today, LedgerState::waiting,
                                 state.empty ? "the feed is empty so far" : "the feed still shows an earlier mailing"));
    return;
  }
  if (state.empty) {
    state.settled = today;
    batch.ledger.push_back(entry(category, today, LedgerState::quiet, "the feed is empty"));
    return;
  }
  const std::string since = state.taken == Day{} ? std::string() : " of " + format_day(state.taken);
  log::warn("a feed of arXiv is stale", {{"component", "arxiv"}, {"source", name_}, {"category", category}});
  batch.ledger.push_back(
      entry(category, today, LedgerState::failed, "at noon US Eastern the feed still showed the mailing" + since));
}

void RssSource::unreadable(const std::string& category, FeedState& state, const std::string& why, bool for_good,
                           Time now, flow::Batch& batch) {
  const Day today = AnnouncementCalendar::eastern_day(now);
  account_for_gap(category, state, today, batch);
  log::warn("a feed of arXiv could not be read",
            {{"component", "arxiv"}, {"source", name_}, {"category", category}, {"err", why}});
  if (!for_good) {
    const int doublings = std::min(failures_[category]++, 4);
    again_at_[category] = now + std::min<Duration>(5min * (1 << doublings), 1h);
  }
  if (calendar().expects(today) && state.taken != today) {
    const bool late = for_good || now - calendar().feeds_at(today) >= noon;
    batch.ledger.push_back(entry(category, today, late ? LedgerState::failed : LedgerState::waiting, why));
  }
}

void RssSource::remember(const std::string& category, const FeedState& state) {
  if (state.taken == Day{}) return;
  Ids all, fresh;
  for (const std::string& key : state.seen) {
    const std::string id = id_of(key);
    all.insert(id);
    if (is_new_paper(key)) fresh.insert(id);
  }
  office_->witnesses.feed_saw(category, state.taken, std::move(all), std::move(fresh));
}

}  // namespace paperboy::integrations::arxiv
