// Stage 2: every arrival meets everybody's topics.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "daemon/base/log.hpp"
#include "daemon/flow/match_material.hpp"
#include "daemon/paper/choice.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::flow {
namespace {

constexpr int batch_size = 500;
constexpr std::size_t portion = 20'000;  // matches a transaction
constexpr int people_at_once = 1000;     // read in one transaction
constexpr int most_changes = 1000;       // of people: with more all is built anew
constexpr std::size_t some_parts = 8, too_many_parts = 64;
constexpr auto statistics_window = std::chrono::days(30);
constexpr std::size_t shelf_most = 15'000;  // papers: some 20 MB
constexpr std::size_t most_learned = 8;     // features of a topic, for and against
constexpr int statistics_least = 2000;      // papers; with fewer in the window the newest ones stand in

struct Pending {
  std::vector<store::Arrival> arrivals;  // of one mailing day
};

Pending pending(store::Tx& tx) {
  Pending found{store::arrivals(tx, store::match_cursor(tx), batch_size)};
  // One mailing at a time: its scores are computed with the statistics of its day, whenever that happens.
  const auto other_day = std::find_if(found.arrivals.begin(), found.arrivals.end(),
                                      [&](const store::Arrival& a) { return a.day != found.arrivals.front().day; });
  found.arrivals.erase(other_day, found.arrivals.end());
  return found;
}

}  // namespace

void leave_out_forgotten(store::Tx& tx, std::vector<store::StoredMatch>& matches) {
  std::string person;
  bool known = false;
  std::erase_if(matches, [&](const store::StoredMatch& stored) {
    if (stored.match.person != person) {
      person = stored.match.person;
      known = store::knows_person(tx, person);
    }
    return !known;
  });
}

void Match::Material::read_examples(store::Tx& tx, Day mailing) {
  std::set<paper::PaperId> wanted;
  const auto each_named = [](const paper::Person& person, const auto& take) {
    const auto all = [&](const std::vector<std::string>& ids) {
      for (const std::string& each : ids) {
        if (const auto id = paper::PaperId::from_canonical(each)) take(*id);
      }
    };
    for (const paper::Topic& topic : person.topics) all(topic.examples);
    all(person.disliked);
  };
  for (paper::Person& person : people) {
    person = paper::as_of(std::move(person), mailing);
    each_named(person, [&](const paper::PaperId& id) { wanted.insert(id); });
  }
  const std::vector<paper::PaperId> ids(wanted.begin(), wanted.end());
  examples = store::find_papers(tx, ids);
  for (const paper::Paper& paper : examples) wanted.erase(paper.id);
  missing.assign(wanted.begin(), wanted.end());
  for (const paper::Person& person : people) {
    bool lacks = false;
    if (!wanted.empty()) each_named(person, [&](const paper::PaperId& id) { lacks = lacks || wanted.contains(id); });
    if (lacks) lacking.push_back(person.id);
  }
}

async::Awaitable<bool> Match::step() {
  async::Turn turn(turns_);
  co_await turn.come();
  co_await match_new_topics();
  auto read = [](store::Tx& tx) { return pending(tx); };
  auto found = std::make_shared<Pending>();
  *found = co_await ground_.database.transact(read);
  if (found->arrivals.empty()) co_return false;
  const Day mailing = found->arrivals.front().day;
  while (!ready_ || ready_->day != mailing) ready_ = co_await build(mailing);
  co_await take_in_changes();

  const std::shared_ptr<const match::Profiles> profiles = ready_->profiles;
  std::vector<store::Arrival>& arrivals = found->arrivals;
  arrivals.resize(std::min(arrivals.size(), profiles->papers_at_once()));
  // Person by person, in portions. What is written already when it is begun again is written as it was.
  struct Meeting {
    std::vector<const paper::Paper*> papers;
    std::optional<match::Profiles::Meeting> of;
  };
  auto meeting = std::make_shared<Meeting>();
  const std::int64_t last = arrivals.back().seq;
  std::size_t count = 0;
  for (bool more = true; more;) {
    auto matches = std::make_shared<std::vector<store::StoredMatch>>();
    std::function<void()> job = [found, profiles, meeting, matches] {
      if (!meeting->of) {
        for (const store::Arrival& arrival : found->arrivals) meeting->papers.push_back(&arrival.paper);
        meeting->of.emplace(*profiles, meeting->papers);
      }
      for (match::Profiles::Meeting::Met& met : meeting->of->next(portion)) {
        const store::Arrival& arrival = found->arrivals[met.paper];
        matches->push_back({std::move(met.match), arrival.paper.id, arrival.paper.version, arrival.kind, arrival.day});
      }
    };
    co_await ground_.worker.run(std::move(job));
    more = matches->size() >= portion;
    count += matches->size();
    const std::int64_t cursor = more ? 0 : last;
    const Time now = ground_.clock.now();
    auto write = [matches, cursor, now](store::Tx& tx) {
      leave_out_forgotten(tx, *matches);
      store::put_matches(tx, *matches, cursor, now);
    };
    co_await ground_.database.transact(write);
  }
  log::info("papers matched", {{"component", "match"}, {"papers", arrivals.size()}, {"matches", count}});
  if (count > 0) ground_.bells.ring_matched();
  co_return true;
}

// All but the profiles.
async::Awaitable<std::shared_ptr<Match::Ready>> Match::ground_for(Day mailing) {
  auto ready = std::make_shared<Ready>();
  if (ready_ && ready_->day == mailing) {
    *ready = *ready_;
  } else {
    ready->day = mailing;
    ready->statistics = co_await count_words(mailing);
    ready->shelf = std::make_shared<const match::Shelf>(ready->statistics);
  }
  co_return ready;
}

// Of people as they are when it begins, read some at a time, so that nobody waits and memory does not have to hold all.
async::Awaitable<std::shared_ptr<const Match::Ready>> Match::build(Day mailing) {
  const std::shared_ptr<Ready> ready = co_await ground_for(mailing);
  auto look = [](store::Tx& tx) { return std::pair(store::newest_person_change(tx), store::anyone_has_examples(tx)); };
  const auto [seq, examples] = co_await ground_.database.transact(look);
  ready->seq = seq;
  if (examples && !ready->filled) co_await fill_shelf(*ready);

  auto lacking = std::make_shared<std::vector<std::string>>();
  std::function<void()> job = [this, ready, lacking] {
    match::Profiles::Builder builder(*ready->shelf);
    std::string after;
    for (bool more = true; more;) {
      const Material m = ground_.database.transact_blocking([&](store::Tx& tx) {
        Material page;
        page.people = store::active_people(tx, after, people_at_once);
        page.read_examples(tx, ready->day);
        return page;
      });
      builder.add(m.people, m.examples);
      lacking->insert(lacking->end(), m.lacking.begin(), m.lacking.end());
      more = static_cast<int>(m.people.size()) == people_at_once;
      if (more) after = m.people.back().id;
    }
    ready->profiles = std::make_shared<const match::Profiles>(builder.finish());
  };
  co_await builder_.run(std::move(job));
  log::info("profiles built", {{"component", "match"},
                               {"topics", ready->profiles->topics()},
                               {"statistics_papers", ready->statistics.papers()}});
  std::shared_ptr<const Ready> built = ready;
  if (!lacking->empty() && lookup_ != nullptr) built = co_await with_people(built, *lacking);
  co_return built;
}

// `base` with these people as they are now.
async::Awaitable<std::shared_ptr<const Match::Ready>> Match::with_people(std::shared_ptr<const Ready> base,
                                                                         std::vector<std::string> ids) {
  auto read = [ids, day = base->day](store::Tx& tx) {
    auto m = std::make_shared<Material>();
    for (const std::string& id : ids) {
      std::optional<paper::Person> person = store::find_active_person(tx, id);
      m->people.push_back(person ? std::move(*person) : paper::Person{.id = id});
    }
    m->read_examples(tx, day);
    return m;
  };
  std::shared_ptr<Material> m = co_await ground_.database.transact(read);
  if (!m->missing.empty() && lookup_ != nullptr) {
    co_await fetch_examples(m->missing);
    m = co_await ground_.database.transact(read);
  }
  auto ready = std::make_shared<Ready>(*base);
  if (!m->examples.empty() && !ready->filled) co_await fill_shelf(*ready);
  std::function<void()> job = [ready, m] {
    ready->profiles =
        std::make_shared<const match::Profiles>(ready->profiles->with(m->people, m->examples, *ready->shelf));
  };
  co_await ground_.worker.run(std::move(job));
  co_return ready;
}

// Takes in who has changed. Other coroutines may do the same meanwhile: who comes second looks again.
async::Awaitable<> Match::take_in_changes() {
  struct Changes {
    std::vector<std::string> ids;
    std::int64_t newest;
  };
  for (;;) {
    const std::shared_ptr<const Ready> base = ready_;
    auto look = [seq = base->seq](store::Tx& tx) {
      return Changes{store::people_changed_after(tx, seq, most_changes + 1), store::newest_person_change(tx)};
    };
    const Changes changes = co_await ground_.database.transact(look);
    if (changes.ids.empty()) co_return;
    const bool many = changes.ids.size() > static_cast<std::size_t>(most_changes);
    std::shared_ptr<const Ready> next;
    if (many || base->profiles->small_parts() >= too_many_parts) {
      next = co_await build(base->day);
    } else {
      next = co_await with_people(base, changes.ids);
      auto in = std::make_shared<Ready>(*next);
      in->seq = changes.newest;
      next = in;
    }
    if (ready_ == base) ready_ = next;
    if (ready_->profiles->small_parts() > some_parts) crowded_.ring();
  }
}

// What changes while it builds is caught up afterwards: the new profiles say up to which change they go.
async::Awaitable<> Match::tend() {
  for (;;) {
    co_await crowded_.wait(std::chrono::hours(1));
    if (!ready_ || ready_->profiles->small_parts() <= some_parts) continue;
    const std::shared_ptr<const Ready> built = co_await build(ready_->day);
    if (ready_->day == built->day) ready_ = built;
  }
}

// A day at a time: answers to people and deliveries do not wait for all of it.
async::Awaitable<match::Statistics> Match::count_words(Day mailing) {
  auto statistics = std::make_shared<match::Statistics>();
  const auto count = [statistics](const paper::Paper& paper) { statistics->add(paper); };
  for (Day day = mailing - statistics_window; day < mailing; day += std::chrono::days(1)) {
    auto read_day = [day, count](store::Tx& tx) {
      store::each_paper_announced(tx, day, day + std::chrono::days(1), count);
    };
    co_await ground_.database.transact(read_day);
  }
  if (statistics->papers() < statistics_least) {
    *statistics = match::Statistics();
    auto read_some = [count](store::Tx& tx) { store::each_recent_paper(tx, statistics_least, count); };
    co_await ground_.database.transact(read_some);
  }
  co_return *statistics;
}

// The same papers as are counted, the newest days first, as many as a shelf needs.
async::Awaitable<> Match::fill_shelf(Ready& ready) {
  const Day mailing = ready.day;
  auto shelf = std::make_shared<match::Shelf>(ready.statistics);
  auto papers = std::make_shared<std::vector<paper::Paper>>();
  const auto keep = [papers](const paper::Paper& paper) { papers->push_back(paper); };
  std::function<void()> put = [shelf, papers] {
    for (const paper::Paper& paper : *papers) shelf->add(paper);
    papers->clear();
  };
  for (Day day = mailing; day > mailing - statistics_window && shelf->papers() < shelf_most;) {
    day -= std::chrono::days(1);
    auto read_day = [day, keep](store::Tx& tx) {
      store::each_paper_announced(tx, day, day + std::chrono::days(1), keep);
    };
    co_await ground_.database.transact(read_day);
    co_await ground_.worker.run(put);
  }
  if (shelf->papers() < static_cast<std::size_t>(statistics_least)) {
    shelf = std::make_shared<match::Shelf>(ready.statistics);
    auto read_some = [keep](store::Tx& tx) { store::each_recent_paper(tx, statistics_least, keep); };
    co_await ground_.database.transact(read_some);
    std::function<void()> put_some = [shelf, papers] {
      for (const paper::Paper& paper : *papers) shelf->add(paper);
    };
    co_await ground_.worker.run(put_some);
  }
  ready.shelf = shelf;
  ready.filled = true;
}

async::Awaitable<std::shared_ptr<const match::Profiles>> Match::profiles() {
  if (!ready_) {
    const Day today = paper::AnnouncementCalendar::eastern_day(ground_.clock.now());
    const std::shared_ptr<const Ready> built = co_await build(today);
    if (!ready_) ready_ = built;
  }
  co_await take_in_changes();
  co_return ready_->profiles;
}

async::Awaitable<match::Statistics> Match::statistics() {
  if (!ready_) co_await profiles();
  co_return ready_->statistics;
}

// Example papers that are not stored yet come through the look-up. Without them matching goes on: the topic's query
// still works, and the next mailing asks again.
async::Awaitable<> Match::fetch_examples(std::vector<paper::PaperId> ids) {
  auto found = std::make_shared<Found>();
  try {
    *found = co_await lookup_->find(std::move(ids));
  } catch (const Error& error) {
    log::warn("examples not fetched", {{"component", "match"}, {"err", error.what()}});
    co_return;
  }
  for (const paper::PaperId& id : found->unknown) {
    log::warn("example unknown to the provider", {{"component", "match"}, {"paper", id.str()}});
  }
  const Time now = ground_.clock.now();
  auto write = [found, now](store::Tx& tx) {
    for (const paper::Paper& paper : found->papers) store::put_paper(tx, paper, now);
  };
  co_await ground_.database.transact(write);
}

// Where the profiles are not made yet, those of this person alone are: nobody waits for everybody's.
async::Awaitable<std::vector<match::Profiles::TopicLearned>> Match::learned(paper::Person person) {
  struct Work {
    std::string person;
    std::vector<paper::Paper> judged;
    std::shared_ptr<const match::Profiles> profiles;
    std::vector<match::Profiles::TopicLearned> found;
  };
  auto work = std::make_shared<Work>();
  work->person = person.id;
  const Day today = paper::AnnouncementCalendar::eastern_day(ground_.clock.now());
  auto read = [person, today](store::Tx& tx) {
    Material m;
    m.people = {person};
    m.read_examples(tx, today);
    return m.examples;
  };
  work->judged = co_await ground_.database.transact(read);
  if (work->judged.empty()) co_return work->found;
  std::vector<paper::Person> alone = {std::move(person)};
  if (ready_) {
    work->profiles = co_await profiles();
  } else {
    work->profiles = co_await profiles_of(std::move(alone), today);
  }
  std::function<void()> job = [work] {
    work->found = work->profiles->learned(work->person, work->judged, most_learned);
  };
  co_await ground_.worker.run(std::move(job));
  co_return work->found;
}

async::Awaitable<> Match::run() {
  for (;;) {
    const bool worked = co_await step();
    if (!worked) co_await ground_.bells.arrived.wait(std::chrono::seconds(30));
  }
}

}  // namespace paperboy::flow
