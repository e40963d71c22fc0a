// Stage 3: who is due, what they get, and the one transaction that makes it so.
#include <algorithm>
#include <set>

#include "daemon/base/crash_point.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/time.hpp"
#include "daemon/flow/read.hpp"
#include "daemon/flow/selection.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/paper/choice.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::flow {
namespace {

using paper::AnnouncementCalendar;

constexpr auto background_window = std::chrono::days(30);
constexpr auto longest_report =
    std::chrono::days(14);  // mailings older than this are not reported on after a long silence
constexpr Duration poll = std::chrono::seconds(20);

std::string covered_cursor(std::string_view person) {
  return "covered:" + std::string(person);
}

struct Look {
  std::optional<Period> period;
  Situation situation;
};

Look look_at(store::Tx& tx, const paper::Person& person, Time started_at, Time now) {
  const Day today = AnnouncementCalendar::eastern_day(now);
  std::vector<paper::LedgerEntry> ledger =
      store::ledger_between(tx, today - longest_report, today + std::chrono::days(2));
  Look look;
  look.period = current_period(person, newest_listed(person, ledger), now);
  if (!look.period) return look;
  Situation& situation = look.situation;
  if (!look.period->key.empty()) {
    situation.digest_built = store::find_digest(tx, person.id, look.period->key).has_value();
    if (situation.digest_built) return look;
    situation.late_told = store::find_digest(tx, person.id, late_key(*look.period)).has_value();
    situation.failure_told = store::find_digest(tx, person.id, failure_key(*look.period)).has_value();
  }
  situation.started_at = started_at;
  situation.known_since = store::known_since(tx, person.id).value_or(Time{});
  situation.covered = parse_day(store::cursor(tx, covered_cursor(person.id)));
  const Day reported = situation.covered.value_or(today - std::chrono::days(1));
  std::erase_if(ledger, [&](const paper::LedgerEntry& entry) { return entry.day <= reported; });
  situation.ledger = std::move(ledger);
  situation.has_papers = store::has_unshown_matches(tx, person);
  return look;
}

// The digest of an instant person is named by what it holds, so that a repetition is seen as one.
std::string instant_key(const std::vector<digest::Section>& sections) {
  std::string ids;
  for (const digest::Section& section : sections) {
    for (const digest::Entry& entry : section.entries) {
      ids += entry.paper.id.str() + "v" + std::to_string(entry.paper.version) + " ";
    }
  }
  return "instant:" + sha256_hex(ids).substr(0, 16);
}

std::vector<store::ShownMark> shown_marks(const std::vector<digest::Section>& sections) {
  std::vector<store::ShownMark> marks;
  for (const digest::Section& section : sections) {
    for (const auto* list : {&section.entries, &section.overflow}) {
      for (const digest::Entry& entry : *list) marks.push_back({entry.paper.id, entry.paper.version, section.topic});
    }
  }
  return marks;
}

}  // namespace

async::Awaitable<bool> Digests::step() {
  auto read = [](store::Tx& tx) { return store::active_people(tx); };
  const std::vector<paper::Person> people = co_await ground_.database.transact(read);
  bool worked = false;
  for (const paper::Person& stored : people) {
    const Day today = paper::local_day(stored.schedule.time_zone, ground_.clock.now());
    const paper::Person person = paper::as_of(stored, today);
    if (person.paused_until) continue;
    const bool built = co_await serve(person);
    worked = worked || built;
  }
  co_return worked;
}

async::Awaitable<bool> Digests::serve(paper::Person person) {
  const Time now = ground_.clock.now();
  auto read = [person, started = started_at_, now](store::Tx& tx) { return look_at(tx, person, started, now); };
  const Look look = co_await ground_.database.transact(read);
  if (!look.period) co_return false;
  const std::optional<Decision> decision = decide(person, *look.period, look.situation, settings_, now);
  if (!decision) co_return false;

  store::DigestRow row{.id = uuid_v7(to_epoch_ms(now)), .person = person.id, .period_key = decision->period_key};
  row.built_at = now;
  std::shared_ptr<digest::DigestInput> input;
  if (!decision->silent) {
    input = co_await gather(person, *decision);
    const bool to_be_read = co_await is_to_be_read(input);
    if (to_be_read) co_return false;
    if (row.period_key.empty()) row.period_key = instant_key(input->sections);
  }
  const bool written = co_await write(row, input, person.addresses, decision->covers);
  if (written && !decision->silent && !look.period->key.empty()) {
    const std::chrono::duration<double> lag = ground_.clock.now() - look.period->due_at;
    ground_.metrics.observe(metric::schedule_lag, {}, std::max(lag.count(), 0.0));
  }
  co_return written;
}

// Is it worth waiting for a model? Whoever names a time gets the digest at that time.
async::Awaitable<bool> Digests::is_to_be_read(std::shared_ptr<digest::DigestInput> input) {
  using paper::Cadence;
  const Cadence cadence = input->person.schedule.cadence;
  if (readings_ == nullptr || (cadence != Cadence::instant && cadence != Cadence::on_announcement)) co_return false;
  const Time now = ground_.clock.now();
  auto read = [input, now, shelf = shelf_](store::Tx& tx) {
    const bool open = !shelf->open(tx, input->sections, input->person, true, now).empty();
    return open ? store::unshown_since(tx, input->person) : std::nullopt;
  };
  const std::optional<Time> since = co_await ground_.database.transact(read);
  if (!since) co_return false;
  const Time until = *since + shelf_->settings().wait;
  if (until <= now || readings_->silent_until(input->person.id) >= until) co_return false;
  look_again_ = std::min(look_again_.value_or(until), until);
  co_return true;
}

// Without `input` the period is closed without a message.
async::Awaitable<bool> Digests::write(store::DigestRow row, std::shared_ptr<digest::DigestInput> input,
                                      std::vector<paper::Address> addresses, std::optional<Day> covers) {
  std::vector<store::ShownMark> shown;
  std::vector<store::NewDelivery> deliveries;
  row.kind = input ? digest::to_string(input->kind) : "silent";
  if (input) {
    auto built = std::make_shared<digest::Built>();
    auto made = std::make_shared<std::vector<store::NewDelivery>>();
    std::function<void()> job = [this, input, built, made, row, addresses] {
      *built = digest::build(*input, templates_);
      *made = composer_.compose(input->person, addresses, *built, row);
    };
    co_await ground_.worker.run(std::move(job));
    row.title = built->title;
    row.preheader = built->preheader;
    row.markdown = digest::to_markdown(built->document, false);
    shown = shown_marks(input->sections);
    deliveries = std::move(*made);
  }

  auto store = [row, shown, deliveries, covers](store::Tx& tx) {
    if (!enqueue(tx, row, shown, deliveries)) return false;
    if (covers) store::put_cursor(tx, covered_cursor(row.person), format_day(*covers), row.built_at);
    return true;
  };
  crash_point("digest-built");
  const bool written = co_await ground_.database.transact(store);
  crash_point("digest-stored");
  if (!written || !input) co_return written;
  ground_.metrics.add(metric::digests_built, {{"kind", row.kind}});
  log::info("digest built", {{"component", "digest"},
                             {"user", row.person},
                             {"kind", row.kind},
                             {"period", row.period_key},
                             {"papers", shown.size()},
                             {"deliveries", deliveries.size()}});
  ground_.bells.ring_ready();
  co_return true;
}

async::Awaitable<bool> Digests::make_now(paper::Person person, std::string period_key,
                                         std::vector<paper::Address> addresses) {
  const Time now = ground_.clock.now();
  auto known = [id = person.id, period_key](store::Tx& tx) {
    return store::find_digest(tx, id, period_key).has_value();
  };
  const bool made = co_await ground_.database.transact(known);
  if (made) co_return true;
  Decision decision{.period_key = period_key, .date = paper::local_day(person.schedule.time_zone, now)};
  const std::shared_ptr<digest::DigestInput> input = co_await gather(person, decision);
  if (input->sections.empty()) co_return false;
  store::DigestRow row{.id = uuid_v7(to_epoch_ms(now)), .person = person.id, .period_key = std::move(period_key)};
  row.built_at = now;
  co_await write(row, input, std::move(addresses), std::nullopt);
  co_return true;
}

async::Awaitable<std::shared_ptr<digest::DigestInput>> Digests::gather(paper::Person person, Decision decision) {
  const Time now = ground_.clock.now();
  auto read = [person, shelf = shelf_](store::Tx& tx) {
    auto list = std::make_shared<std::vector<digest::Candidate>>(candidates(tx, person));
    if (shelf != nullptr) shelf->rate(tx, person, *list);
    return list;
  };
  const std::shared_ptr<std::vector<digest::Candidate>> found = co_await ground_.database.transact(read);
  const std::shared_ptr<const digest::TermCounts> terms = co_await background(AnnouncementCalendar::eastern_day(now));
  auto input = std::make_shared<digest::DigestInput>();
  input->person = std::move(person);
  input->now = now;
  input->date = decision.date;
  input->coverage = std::move(decision.coverage);
  input->kind = decision.kind;
  std::function<void()> job = [input, found, terms] {
    input->sections = digest::select(input->person, std::move(*found));
    input->summary = digest::summarize(input->sections, *terms);
  };
  co_await ground_.worker.run(std::move(job));
  if (shelf_ != nullptr) {
    auto fill = [input, shelf = shelf_](store::Tx& tx) { shelf->fill(tx, *input); };
    co_await ground_.database.transact(fill);
  }
  co_return input;
}

// What the last 30 days spoke of, counted once a day for everybody; a day at a time, so that nobody waits for all of
// it.
async::Awaitable<std::shared_ptr<const digest::TermCounts>> Digests::background(Day today) {
  if (background_ && background_day_ == today) co_return background_;
  auto terms = std::make_shared<digest::TermCounts>();
  for (Day day = today - background_window; day < today; day += std::chrono::days(1)) {
    auto read_day = [day, terms](store::Tx& tx) {
      store::each_paper_announced(tx, day, day + std::chrono::days(1),
                                  [&](const paper::Paper& paper) { terms->add(paper); });
    };
    co_await ground_.database.transact(read_day);
  }
  background_ = terms;
  background_day_ = today;
  co_return terms;
}

async::Awaitable<digest::Built> Digests::preview(paper::Person person, Day date) {
  Decision decision{.period_key = "", .date = date};
  const std::shared_ptr<digest::DigestInput> input = co_await gather(std::move(person), std::move(decision));
  if (input->sections.empty()) input->kind = digest::MessageKind::quiet;
  co_return digest::build(*input, templates_);
}

async::Awaitable<> Digests::run() {
  for (;;) {
    look_again_.reset();
    co_await step();
    const Duration until = look_again_ ? *look_again_ - ground_.clock.now() : poll;
    co_await ground_.bells.matched.wait(std::clamp(until, Duration::zero(), poll));
  }
}

}  // namespace paperboy::flow
