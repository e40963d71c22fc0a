#include "daemon/flow/due.hpp"

#include <algorithm>
#include <set>

#include "daemon/base/time.hpp"

namespace paperboy::flow {

using digest::MessageKind;
using paper::AnnouncementCalendar;
using paper::Cadence;

std::string late_key(const Period& period) {
  return "late/" + period.key;
}
std::string failure_key(const Period& period) {
  return "failure/" + period.key;
}

std::optional<Day> newest_listed(const paper::Person& person, std::span<const paper::LedgerEntry> ledger) {
  using paper::LedgerState;
  std::optional<Day> newest;
  for (const paper::LedgerEntry& entry : ledger) {
    const bool brought = entry.state == LedgerState::complete || entry.state == LedgerState::partial;
    if (brought && (!newest || entry.day > *newest) && follows(person, entry.category)) newest = entry.day;
  }
  return newest;
}

std::optional<Period> current_period(const paper::Person& person, std::optional<Day> newest_listed, Time now) {
  const AnnouncementCalendar& calendar = AnnouncementCalendar::arxiv();
  Period period;
  period.newest_mailing = calendar.latest_mailing(now);
  if (newest_listed) period.newest_mailing = std::max(period.newest_mailing, *newest_listed);
  switch (person.schedule.cadence) {
    case Cadence::daily:
    case Cadence::weekly: {
      const std::optional<paper::Slot> slot = paper::latest_slot(person.schedule, now);
      if (!slot) return std::nullopt;
      period.key = "daily:" + format_day(slot->local_day);
      period.date = slot->local_day;
      period.due_at = slot->at;
      break;
    }
    case Cadence::on_announcement: {
      // From 20:00 Eastern a harvest may bring the papers whose feeds appear at midnight.
      const Day next = calendar.next_mailing(calendar.latest_mailing(now));
      if (calendar.announced_at(next) <= now) period.newest_mailing = std::max(period.newest_mailing, next);
      period.key = "announcement:" + format_day(period.newest_mailing);
      period.date = period.newest_mailing;
      period.due_at = calendar.feeds_at(period.newest_mailing);
      break;
    }
    case Cadence::instant:
      period.date = paper::local_day(person.schedule.time_zone, now);
      period.due_at = now;
      break;
  }
  return period;
}

std::optional<Decision> decide(const paper::Person& person, const Period& period, const Situation& situation,
                               const DigestSettings& settings, Time now) {
  if (situation.digest_built || period.due_at < situation.known_since) return std::nullopt;
  Decision decision{.period_key = period.key, .date = period.date};
  if (person.schedule.cadence == Cadence::instant) {
    if (!situation.has_papers) return std::nullopt;
    return decision;
  }

  // The mailings this message reports on: those the ledger speaks of, and the newest one the calendar expects.
  std::set<Day> mailings;
  for (const paper::LedgerEntry& entry : situation.ledger) {
    if (entry.category != "*" && entry.day <= period.newest_mailing && follows(person, entry.category)) {
      mailings.insert(entry.day);
    }
  }
  std::vector<Day> expected;
  const bool owed = !situation.covered || period.newest_mailing > *situation.covered;
  if (!settings.listings.empty() && owed) {
    mailings.insert(period.newest_mailing);
    expected.push_back(period.newest_mailing);
  }
  const std::vector<Day> days(mailings.begin(), mailings.end());
  CoverageReport report = coverage_of(person, settings.listings, situation.ledger, days, expected);
  decision.coverage = std::move(report.coverage);
  if (!days.empty()) decision.covers = days.back();

  const bool nothing_yet = person.schedule.cadence == Cadence::on_announcement && report.complete && !report.announced;
  if (nothing_yet) return std::nullopt;

  if (report.complete) {
    decision.kind = situation.has_papers ? MessageKind::digest : MessageKind::quiet;
    decision.silent = !situation.has_papers && (!report.announced || !person.quiet_days);
    return decision;
  }
  const Time deadline = std::max(period.due_at, situation.started_at) + settings.wait;
  if (now < deadline) return std::nullopt;
  if (situation.has_papers || report.announced) {
    decision.kind = MessageKind::partial;
    return decision;
  }
  // Nothing at all came in: say so once, and keep the digest itself due.
  decision.covers.reset();
  const bool failing = !decision.coverage.failed.empty();
  if (failing ? situation.failure_told : situation.late_told) return std::nullopt;
  decision.kind = failing ? MessageKind::failure : MessageKind::late;
  decision.period_key = failing ? failure_key(period) : late_key(period);
  return decision;
}

}  // namespace paperboy::flow
