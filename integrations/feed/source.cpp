#include "integrations/feed/source.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/base/version.hpp"
#include "daemon/paper/calendar.hpp"

namespace paperboy::integrations::feed {
namespace {

namespace json = boost::json;
using paper::LedgerState;
using std::chrono::days;

constexpr std::size_t max_feed = 10u << 20;
constexpr Duration longest_pause = std::chrono::hours(24);
constexpr Duration longest_stated_pause = std::chrono::hours(7 * 24);
// At the first reading only items of these days are news; the rest, and what has no date, is taken in silently.
constexpr days first_window{7};
constexpr std::size_t least_kept = 200;  // marks of items that left the feed: some publishers bring items back
constexpr int format_version = 1;

std::string mark_of(const paper::PaperId& id) {
  return sha256_hex(id.str()).substr(0, 12);
}

// Why an answer is no feed; empty if it is one or says that nothing changed.
std::string trouble_of(const net::Response& response) {
  switch (response.status) {
    case 200:
    case 304:
      return {};
    case 410:
      return "HTTP 410: the feed is gone for good; remove it from the settings or give its new address";
    case 404:
      return "HTTP 404: nothing at this address";
    case 401:
    case 403:
      return "HTTP " + std::to_string(response.status) + ": access denied";
    case 429:
      return "HTTP 429: asked too often";
    default:
      return "HTTP " + std::to_string(response.status);
  }
}

}  // namespace

FeedCursor read_cursor(std::string_view text) {
  FeedCursor cursor;
  boost::system::error_code wrong;
  const json::value root = json::parse(text.empty() ? "{}" : text, wrong);
  if (wrong || !root.is_object()) return cursor;
  const json::object& object = root.get_object();
  const auto word = [&](std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  const auto number = [&](std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value && value->is_int64() ? value->get_int64() : 0;
  };
  if (number("v") != format_version) return cursor;
  cursor.etag = word("etag");
  cursor.modified = word("modified");
  const std::string seen = word("seen");
  for (const std::string_view mark : text::split(seen, ' ')) {
    if (!mark.empty()) cursor.seen.emplace_back(mark);
  }
  cursor.next_at = from_epoch_ms(number("next_at"));
  cursor.failing_since = from_epoch_ms(number("failing_since"));
  cursor.failures = static_cast<int>(number("failures"));
  cursor.day = parse_day(word("day")).value_or(Day{});
  cursor.announced = static_cast<int>(number("announced"));
  cursor.started = number("started") == 1;
  return cursor;
}

std::string write_cursor(const FeedCursor& cursor) {
  json::object object;
  object["v"] = format_version;
  object["etag"] = cursor.etag;
  object["modified"] = cursor.modified;
  object["seen"] = text::join(cursor.seen, " ");
  object["next_at"] = to_epoch_ms(cursor.next_at);
  object["failing_since"] = to_epoch_ms(cursor.failing_since);
  object["failures"] = cursor.failures;
  object["day"] = format_day(cursor.day);
  object["announced"] = cursor.announced;
  object["started"] = cursor.started ? 1 : 0;
  return json::serialize(object);
}

Time next_visit(const Feed& feed, Duration every, Time now) {
  Time at = now + std::max(every, std::min(feed.ttl.value_or(Duration{0}), longest_pause));
  for (int hour = 0; hour < 7 * 24; ++hour) {
    const Day day = std::chrono::floor<days>(at);
    const int hour_of_day = static_cast<int>(std::chrono::floor<std::chrono::hours>(at - day).count());
    if (!feed.skip_hours.contains(hour_of_day) && !feed.skip_days.contains(std::chrono::weekday(day).c_encoding()))
      break;
    at = day + std::chrono::hours(hour_of_day + 1);
  }
  return at;
}

FeedSource::FeedSource(FeedSettings settings, const std::string& contact, net::Client& client, const Clock& clock)
    : settings_(std::move(settings)),
      name_("feed:" + settings_.url),
      user_agent_("paperboy/" + std::string(version) + (contact.empty() ? std::string() : " (+" + contact + ")")),
      client_(client),
      clock_(clock) {}

paper::LedgerEntry FeedSource::entry(Time now, LedgerState state, std::string note) const {
  paper::LedgerEntry entry;
  entry.source = name_;
  entry.category = settings_.name;
  entry.day = paper::AnnouncementCalendar::eastern_day(now);
  entry.state = state;
  entry.note = std::move(note);
  return entry;
}

async::Awaitable<flow::Batch> FeedSource::fetch(std::string cursor) {
  FeedCursor state = read_cursor(cursor);
  flow::Batch batch;
  const Time now = clock_.now();
  if (now < state.next_at) {
    batch.cursor = std::move(cursor);
    batch.next_at = state.next_at;
    co_return batch;
  }
  net::Request request;
  request.url = settings_.url;
  request.headers = {
      {"User-Agent", user_agent_},
      {"Accept",
       "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml, text/xml, */*;q=0.1"}};
  if (!state.etag.empty()) request.headers.emplace_back("If-None-Match", state.etag);
  if (!state.modified.empty()) request.headers.emplace_back("If-Modified-Since", state.modified);
  request.max_body = max_feed;
  request.allow_private_addresses = settings_.private_addresses;
  request.max_redirects = 5;

  net::Response response;
  std::string trouble;
  try {
    response = co_await client_.fetch(std::move(request));
    trouble = trouble_of(response);
  } catch (const net::NetError& error) {
    trouble = error.what();
  }
  const Time then = clock_.now();
  std::optional<Duration> wait = net::retry_after(response, then);
  if (response.status == 410) wait = longest_pause;

  Reading reading;
  if (trouble.empty() && response.status == 200) {
    reading = read_feed(response.body, response.header("content-type").value_or(""), settings_.url);
    trouble = reading.error;
  }
  if (!trouble.empty()) {
    failed(state, trouble, wait, then, batch);
  } else {
    if (state.failures > 0) {
      log::info("a feed is well again", {{"component", "feed"}, {"source", name_}});
      const bool brought = state.day == paper::AnnouncementCalendar::eastern_day(then) && state.announced > 0;
      paper::LedgerEntry well = entry(then, brought ? LedgerState::complete : LedgerState::quiet, "well again");
      well.expected = well.ingested = brought ? state.announced : 0;
      batch.ledger.push_back(std::move(well));
    }
    state.failures = 0;
    state.failing_since = Time{};
    if (response.status == 200) {
      if (response.url != settings_.url && !response.url.empty()) {
        log::info("a feed answers from another address: consider it for the settings",
                  {{"component", "feed"}, {"source", name_}, {"address", response.url}});
      }
      state.etag = response.header("etag").value_or("");
      state.modified = response.header("last-modified").value_or("");
      state.next_at = next_visit(*reading.feed, settings_.every, then);
      take(state, std::move(*reading.feed), then, batch);
    } else {
      state.next_at = then + settings_.every;
    }
  }
  batch.cursor = write_cursor(state);
  batch.next_at = state.next_at;
  co_return batch;
}

void FeedSource::take(FeedCursor& state, Feed feed, Time now, flow::Batch& batch) const {
  const Day today = paper::AnnouncementCalendar::eastern_day(now);
  if (state.day != today) state.announced = 0;
  state.day = today;
  std::vector<std::string> marks;
  std::size_t unseen = 0;
  for (paper::Paper& paper : feed.papers) {
    marks.push_back(mark_of(paper.id));
    if (std::find(state.seen.begin(), state.seen.end(), marks.back()) != state.seen.end()) continue;
    ++unseen;
    const bool news =
        state.started || (paper.published && *paper.published >= std::chrono::floor<days>(now) - first_window);
    if (news) {
      paper.announced = today;
      ++state.announced;
      batch.announcements.push_back({paper.id, paper.version, settings_.name, today, paper::AnnounceKind::new_paper});
    }
    batch.papers.push_back(std::move(paper));
  }
  state.started = true;
  const std::size_t kept = std::max(least_kept, marks.size()) + marks.size();
  for (std::string& mark : state.seen) {
    if (marks.size() >= kept) break;
    if (std::find(marks.begin(), marks.end(), mark) == marks.end()) marks.push_back(std::move(mark));
  }
  state.seen = std::move(marks);

  if (!feed.unreadable.empty()) {
    log::warn("items of a feed could not be read", {{"component", "feed"},
                                                    {"source", name_},
                                                    {"items", std::uint64_t{feed.unreadable.size()}},
                                                    {"err", feed.unreadable.front()}});
  }
  if (unseen == 0 && feed.unreadable.empty()) return;
  const bool whole = feed.unreadable.empty();
  paper::LedgerEntry done =
      entry(now, whole ? LedgerState::complete : LedgerState::partial,
            whole ? std::string()
                  : std::to_string(feed.unreadable.size()) + " items could not be read: " + feed.unreadable.front());
  done.ingested = state.announced;
  done.expected = state.announced + static_cast<int>(feed.unreadable.size());
  if (whole && state.announced == 0) done.state = LedgerState::quiet;
  batch.ledger.push_back(std::move(done));
}

void FeedSource::failed(FeedCursor& state, const std::string& why, std::optional<Duration> wait, Time now,
                        flow::Batch& batch) const {
  if (state.failures == 0) state.failing_since = now;
  const int doublings = std::min(state.failures++, 16);
  Duration pause = std::min<Duration>(settings_.every * (1 << doublings), longest_pause);
  if (wait) pause = std::clamp(*wait, std::min(pause, settings_.every), longest_stated_pause);
  state.next_at = now + pause;
  const std::string note = why + "; failing since " + format_rfc3339(state.failing_since) + ", asked again at " +
                           format_rfc3339(state.next_at);
  log::warn("a feed could not be read", {{"component", "feed"}, {"source", name_}, {"err", note}});
  batch.ledger.push_back(entry(now, LedgerState::failed, note));
}

}  // namespace paperboy::integrations::feed
