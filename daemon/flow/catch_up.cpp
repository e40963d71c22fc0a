// New topics meet what arrived before they were followed.
#include <algorithm>
#include <map>
#include <optional>

#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/flow/match_material.hpp"
#include "daemon/paper/choice.hpp"
#include "daemon/store/people.hpp"
#include "daemon/store/topics.hpp"

namespace paperboy::flow {
namespace {

using paper::AnnouncementCalendar;

constexpr int people_at_once = 250;  // looked at in one transaction
constexpr int least_mailings = 7;
constexpr auto longest_look_back = std::chrono::days(31);

// What makes a topic another one. Its examples do not: they grow with every paper that is liked.
std::string definition_of(const paper::Topic& topic) {
  return hash_of({topic.query, topic.exclude, text::join(topic.categories, ","), text::join(topic.authors, ","),
                  std::to_string(topic.threshold), topic.stem ? "stem" : "", topic.revisions ? "revisions" : "",
                  topic.cross_lists ? "cross" : ""});
}

Day first_day(store::Tx& tx, const std::string& person, Time now) {
  const AnnouncementCalendar& calendar = AnnouncementCalendar::arxiv();
  const Day today = AnnouncementCalendar::eastern_day(now);
  Day first = today + std::chrono::days(1);  // a listing may be here before its day
  for (int mailings = 0; mailings < least_mailings; mailings += calendar.expects(first) ? 1 : 0)
    first -= std::chrono::days(1);
  const std::optional<store::DigestRow> newest = store::newest_digest(tx, person);
  if (newest) first = std::min(first, AnnouncementCalendar::eastern_day(newest->built_at));
  return std::max(first, today - longest_look_back);
}

}  // namespace

struct Match::NewTopics {
  struct Known {
    std::string person, topic, definition;
  };
  std::int64_t seq = 0;               // the newest change looked at; 0: nobody has changed
  std::vector<paper::Person> people;  // with their new topics alone
  std::map<std::string, Day> since;   // of these
  std::vector<Known> met;             // the new ones, and those whose definition was not known
  std::vector<Known> gone;            // are not followed any more
};

// Of the next people who have changed.
Match::NewTopics Match::new_topics(store::Tx& tx, Time now) {
  NewTopics found;
  const std::vector<std::string> changed = store::people_changed_after(tx, store::topics_cursor(tx), people_at_once);
  if (changed.empty()) return found;
  found.seq = store::change_of(tx, changed.back());
  const bool anything_arrived = store::match_cursor(tx) != 0;
  for (const std::string& id : changed) {
    auto matched = store::matched_topics(tx, id);
    std::optional<paper::Person> stored = store::find_active_person(tx, id);
    paper::Person person;
    if (stored) person = paper::as_of(std::move(*stored), AnnouncementCalendar::eastern_day(now));
    std::erase_if(person.topics, [&](const paper::Topic& topic) {
      const auto before = matched.find(topic.name);
      const std::string definition = definition_of(topic);
      const bool unknown = before != matched.end() && before->second.empty();
      const bool same = before != matched.end() && before->second == definition;
      if (before != matched.end()) matched.erase(before);
      // A muted topic meets nothing; it catches up when it speaks.
      const bool is_new = !topic.muted && !same && !unknown;
      if (is_new || unknown) found.met.push_back({id, topic.name, definition});
      return !is_new;
    });
    for (const auto& [topic, definition] : matched) found.gone.push_back({id, topic, definition});
    if (person.topics.empty() || !anything_arrived) continue;
    found.since[id] = first_day(tx, id, now);
    found.people.push_back(std::move(person));
  }
  return found;
}

async::Awaitable<> Match::catch_up() {
  async::Turn turn(turns_);
  co_await turn.come();
  co_await match_new_topics();
}

// A crash leaves topics that are still new: what was written stays, and is not written twice.
async::Awaitable<> Match::match_new_topics() {
  for (;;) {
    const Time now = ground_.clock.now();
    auto look = [now](store::Tx& tx) { return std::make_shared<NewTopics>(new_topics(tx, now)); };
    const std::shared_ptr<NewTopics> fresh = co_await ground_.database.transact(look);
    if (fresh->seq == 0) co_return;
    if (!fresh->people.empty()) co_await match_with_past(fresh, now);
    auto note = [fresh, now](store::Tx& tx) {
      for (const NewTopics::Known& each : fresh->met)
        store::put_matched_topic(tx, each.person, each.topic, each.definition);
      for (const NewTopics::Known& each : fresh->gone) store::drop_matched_topic(tx, each.person, each.topic);
      store::put_topics_cursor(tx, fresh->seq, now);
    };
    co_await ground_.database.transact(note);
  }
}

async::Awaitable<> Match::match_with_past(std::shared_ptr<NewTopics> fresh, Time now) {
  const Day today = AnnouncementCalendar::eastern_day(now);
  const std::shared_ptr<const match::Profiles> profiles = co_await profiles_of(fresh->people, today);
  std::size_t count = 0;
  Day first = today;
  for (const auto& [person, since] : fresh->since) first = std::min(first, since);
  for (Day day = first; day <= today + std::chrono::days(1); day += std::chrono::days(1)) {
    auto read_day = [day](store::Tx& tx) {
      return std::make_shared<std::vector<store::Arrival>>(store::matched_arrivals(tx, day));
    };
    const std::shared_ptr<std::vector<store::Arrival>> arrivals = co_await ground_.database.transact(read_day);
    if (arrivals->empty()) continue;
    auto matches = std::make_shared<std::vector<store::StoredMatch>>();
    std::function<void()> job = [arrivals, profiles, fresh, matches] {
      for (const store::Arrival& arrival : *arrivals) {
        for (paper::Match& match : profiles->match(arrival.paper)) {
          if (arrival.day < fresh->since[match.person]) continue;
          matches->push_back({std::move(match), arrival.paper.id, arrival.paper.version, arrival.kind, arrival.day});
        }
      }
    };
    co_await ground_.worker.run(std::move(job));
    auto write = [matches, now](store::Tx& tx) {
      leave_out_forgotten(tx, *matches);
      store::put_matches(tx, *matches, 0, now);
    };
    co_await ground_.database.transact(write);
    count += matches->size();
  }
  log::info("new topics matched with what had arrived",
            {{"component", "match"}, {"people", fresh->people.size()}, {"matches", count}});
  if (count > 0) ground_.bells.ring_matched();
}

// Of these people alone, with the statistics that are at hand.
async::Awaitable<std::shared_ptr<const match::Profiles>> Match::profiles_of(std::vector<paper::Person> people,
                                                                            Day today) {
  auto ready = std::make_shared<Ready>();
  if (ready_) {
    *ready = *ready_;
  } else {
    ready = co_await ground_for(today);
  }
  auto m = std::make_shared<Material>();
  m->people = std::move(people);
  auto read = [m, day = ready->day](store::Tx& tx) { m->read_examples(tx, day); };
  co_await ground_.database.transact(read);
  if (!m->missing.empty() && lookup_ != nullptr) {
    co_await fetch_examples(m->missing);
    co_await ground_.database.transact(read);
  }
  if (!m->examples.empty() && !ready->filled) co_await fill_shelf(*ready);
  auto built = std::make_shared<std::shared_ptr<const match::Profiles>>();
  std::function<void()> job = [m, ready, built] {
    *built = std::make_shared<const match::Profiles>(m->people, m->examples, *ready->shelf);
  };
  co_await ground_.worker.run(std::move(job));
  co_return *built;
}

}  // namespace paperboy::flow
