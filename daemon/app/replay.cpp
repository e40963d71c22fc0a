#include "daemon/app/replay.hpp"

#include <algorithm>
#include <set>

#include "daemon/base/time.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::app {
namespace {

constexpr Duration stride = std::chrono::minutes(15);
constexpr std::string_view position = "replay";

// The moments of one day at which something may fall due.
std::set<Time> moments(const std::vector<paper::Person>& people, Time start, Time end) {
  std::set<Time> times;
  for (Time t = start; t < end; t += stride) times.insert(t);
  for (const paper::Person& person : people) {
    for (auto slot = paper::next_slot(person.schedule, start); slot && slot->at < end;
         slot = paper::next_slot(person.schedule, slot->at)) {
      times.insert(slot->at);
    }
  }
  return times;
}

}  // namespace

async::Awaitable<> play_days(Engine& engine, ManualClock& clock, store::Database& database, Day from, Day until,
                             DayPlayed day_played) {
  const paper::AnnouncementCalendar& calendar = paper::AnnouncementCalendar::arxiv();
  auto where = [](store::Tx& tx) { return store::cursor(tx, position); };
  const std::string reached = co_await database.transact(where);
  const Day start = std::max(from, parse_day(reached).value_or(from));
  std::set<std::string> recovered;
  co_await engine.recover(recovered);
  for (Day day = start; day < until; day += std::chrono::days(1)) {
    const Time begin = calendar.feeds_at(day);
    const Time end = calendar.feeds_at(day + std::chrono::days(1));
    auto enter = [day, begin](store::Tx& tx) {
      store::put_cursor(tx, position, format_day(day), begin);
      return store::active_people(tx);
    };
    const std::vector<paper::Person> people = co_await database.transact(enter);
    for (const Time moment : moments(people, begin, end)) {
      clock.set(moment);
      co_await engine.settle();
    }
    if (day_played) day_played(day);
  }
}

}  // namespace paperboy::app
