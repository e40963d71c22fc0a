// Stage 2: every arrival meets everybody's topics.
#include <algorithm>
#include <set>

#include "daemon/base/log.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/paper/choice.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::flow {
namespace {

constexpr int batch_size = 500;
constexpr auto statistics_window = std::chrono::days(30);
constexpr std::size_t shelf_most = 15'000;  // papers: some 20 MB
constexpr int statistics_least = 2000;      // papers; with fewer in the window the newest ones stand in

struct Pending {
  std::vector<store::Arrival> arrivals;  // of one mailing day
};

struct Material {
  std::vector<paper::Person> people;
  std::vector<paper::Paper> examples;
  std::vector<paper::PaperId> missing;
};

Pending pending(store::Tx& tx) {
  Pending found{store::arrivals(tx, store::match_cursor(tx), batch_size)};
  // One mailing at a time: its scores are computed with the statistics of its day, whenever that happens.
  const auto other_day = std::find_if(found.arrivals.begin(), found.arrivals.end(),
                                      [&](const store::Arrival& a) { return a.day != found.arrivals.front().day; });
  found.arrivals.erase(other_day, found.arrivals.end());
  return found;
}

Material material(store::Tx& tx, Day mailing) {
  Material m;
  m.people = store::active_people(tx);
  std::set<paper::PaperId> wanted;
  for (paper::Person& person : m.people) {
    person = paper::as_of(std::move(person), mailing);
    const auto want = [&wanted](const std::vector<std::string>& ids) {
      for (const std::string& each : ids) {
        if (const auto id = paper::PaperId::from_canonical(each)) wanted.insert(*id);
      }
    };
    for (const paper::Topic& topic : person.topics) want(topic.examples);
    want(person.disliked);
  }
  const std::vector<paper::PaperId> ids(wanted.begin(), wanted.end());
  m.examples = store::find_papers(tx, ids);
  for (const paper::Paper& paper : m.examples) wanted.erase(paper.id);
  m.missing.assign(wanted.begin(), wanted.end());
  return m;
}

}  // namespace

async::Awaitable<bool> Match::step() {
  auto read = [](store::Tx& tx) { return pending(tx); };
  auto found = std::make_shared<Pending>();
  *found = co_await ground_.database.transact(read);
  if (found->arrivals.empty()) co_return false;
  const Day mailing = found->arrivals.front().day;
  while (!profiles_ || day_ != mailing) co_await build_profiles(mailing);

  auto matches = std::make_shared<std::vector<store::StoredMatch>>();
  auto compute = [found, matches, profiles = profiles_] {
    for (const store::Arrival& arrival : found->arrivals) {
      for (paper::Match& match : profiles->match(arrival.paper)) {
        matches->push_back({std::move(match), arrival.paper.id, arrival.paper.version, arrival.kind, arrival.day});
      }
    }
  };
  std::function<void()> job = std::move(compute);
  co_await ground_.worker.run(std::move(job));

  const std::int64_t cursor = found->arrivals.back().seq;
  const Time now = ground_.clock.now();
  auto write = [matches, cursor, now](store::Tx& tx) { store::put_matches(tx, *matches, cursor, now); };
  co_await ground_.database.transact(write);
  log::info("papers matched",
            {{"component", "match"}, {"papers", found->arrivals.size()}, {"matches", matches->size()}});
  if (!matches->empty()) ground_.bells.ring_matched();
  co_return true;
}

// Of people as they are when it begins: if they change meanwhile there are no profiles yet.
async::Awaitable<> Match::build_profiles(Day mailing) {
  const int seen = changes_;
  auto read = [mailing](store::Tx& tx) { return std::make_shared<Material>(material(tx, mailing)); };
  std::shared_ptr<Material> m = co_await ground_.database.transact(read);
  if (!m->missing.empty() && lookup_ != nullptr) {
    co_await fetch_examples(m->missing);
    m = co_await ground_.database.transact(read);
  }
  if (!statistics_ || day_ != mailing) {
    const match::Statistics counted = co_await count_words(mailing);
    statistics_ = counted;
    shelf_.reset();
  }
  auto built = std::make_shared<std::shared_ptr<const match::Profiles>>();
  if (!m->examples.empty() && !shelf_) co_await fill_shelf(mailing);
  std::function<void()> job = [m, built, statistics = *statistics_, shelf = shelf_] {
    *built = shelf ? std::make_shared<const match::Profiles>(m->people, m->examples, *shelf)
                   : std::make_shared<const match::Profiles>(m->people, m->examples, statistics);
  };
  co_await ground_.worker.run(std::move(job));
  day_ = mailing;
  if (seen == changes_) profiles_ = *built;
  log::info("profiles built",
            {{"component", "match"}, {"topics", (*built)->topics()}, {"statistics_papers", statistics_->papers()}});
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
async::Awaitable<> Match::fill_shelf(Day mailing) {
  auto shelf = std::make_shared<match::Shelf>(*statistics_);
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
    shelf = std::make_shared<match::Shelf>(*statistics_);
    auto read_some = [keep](store::Tx& tx) { store::each_recent_paper(tx, statistics_least, keep); };
    co_await ground_.database.transact(read_some);
    std::function<void()> put_some = [shelf, papers] {
      for (const paper::Paper& paper : *papers) shelf->add(paper);
    };
    co_await ground_.worker.run(put_some);
  }
  shelf_ = shelf;
}

async::Awaitable<std::shared_ptr<const match::Profiles>> Match::profiles() {
  const Day day = statistics_ ? day_ : paper::AnnouncementCalendar::eastern_day(ground_.clock.now());
  while (!profiles_) co_await build_profiles(day);
  co_return profiles_;
}

async::Awaitable<match::Statistics> Match::statistics() {
  if (!statistics_) co_await profiles();
  co_return *statistics_;
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

async::Awaitable<> Match::run() {
  for (;;) {
    const bool worked = co_await step();
    if (!worked) co_await ground_.bells.arrived.wait(std::chrono::seconds(30));
  }
}

}  // namespace paperboy::flow
