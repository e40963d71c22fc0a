// Stage 3: who is due, what they get, and the one transaction that makes it so.
#include <algorithm>
#include <exception>
#include <iterator>
#include <map>
#include <span>

#include "daemon/async/together.hpp"
#include "daemon/base/crash_point.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/parallel.hpp"
#include "daemon/base/time.hpp"
#include "daemon/flow/read.hpp"
#include "daemon/flow/selection.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/paper/choice.hpp"
#include "daemon/store/citations.hpp"
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

constexpr int people_at_once = 250;  // read, built and written together

struct Look {
  std::optional<Period> period;
  Situation situation;
};

// What the ledger says, read once for several people.
std::vector<paper::LedgerEntry> recent_ledger(store::Tx& tx, Time now) {
  const Day today = AnnouncementCalendar::eastern_day(now);
  return store::ledger_between(tx, today - longest_report, today + std::chrono::days(2));
}

Look look_at(store::Tx& tx, const paper::Person& person, std::span<const paper::LedgerEntry> ledger, Time started_at,
             Time now) {
  Look look;
  look.period = current_period(person, newest_listed(person, ledger), now);
  if (!look.period) return look;
  Situation& situation = look.situation;
  if (!look.period->key.empty()) {
    situation.digest_built = store::has_digest(tx, person.id, look.period->key);
    if (situation.digest_built) return look;
    situation.late_told = store::has_digest(tx, person.id, late_key(*look.period));
    situation.failure_told = store::has_digest(tx, person.id, failure_key(*look.period));
  }
  situation.started_at = started_at;
  situation.known_since = store::known_since(tx, person.id).value_or(Time{});
  situation.covered = parse_day(store::cursor(tx, covered_cursor(person.id)));
  const Day reported = situation.covered.value_or(AnnouncementCalendar::eastern_day(now) - std::chrono::days(1));
  std::copy_if(ledger.begin(), ledger.end(), std::back_inserter(situation.ledger),
               [&](const paper::LedgerEntry& entry) { return entry.day > reported; });
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

// What messages show of papers, found out once for all people.
struct Digests::PreparedPapers {
  void add(digest::Candidate& candidate) {
    std::shared_ptr<const digest::Prepared>& known = papers[candidate.paper.id];
    if (!known || known->from != candidate.paper) known = digest::prepare(candidate.paper);
    candidate.prepared = known;
  }
  std::map<paper::PaperId, std::shared_ptr<const digest::Prepared>> papers;
};

// Messages that are made together: read in one transaction, built by all processors, written in another.
struct Digests::Page {
  struct Message {
    paper::Person person;
    Look look;
    Decision decision;
    std::vector<paper::Address> addresses;
    std::vector<digest::Candidate> candidates;
    std::shared_ptr<digest::DigestInput> input;  // none: the period is closed without a message
    store::DigestRow row;
    std::vector<store::ShownMark> shown;
    std::vector<store::NewDelivery> deliveries;
    std::optional<Time> to_be_read_since;  // a model has not read its papers yet, and it may wait for that
    std::exception_ptr failure;            // it is left out
    bool written = false;
  };
  std::vector<Message> messages;
  std::string last;   // the id behind which the next page begins
  bool more = false;  // there may be one
  std::exception_ptr failure;
};

// While one page is built and written, the next is read.
async::Awaitable<bool> Digests::step() {
  const auto prepared = std::make_shared<PreparedPapers>();
  const auto page = std::make_shared<Page>();
  co_await read_after("", page, prepared);
  bool worked = false;
  std::exception_ptr failure;
  for (bool more = true; more;) {
    if (page->failure) std::rethrow_exception(page->failure);
    const auto current = std::make_shared<Page>(std::move(*page));
    *page = Page();
    more = current->more;
    std::vector<async::Awaitable<>> works;
    works.push_back(finish(current));
    if (more) works.push_back(read_after(current->last, page, prepared));
    co_await async::together(std::move(works));
    for (const Page::Message& message : current->messages) {
      worked = worked || message.written;
      if (!failure) failure = message.failure;
    }
  }
  if (failure) std::rethrow_exception(failure);
  co_return worked;
}

// A page that cannot be read holds up none before it: it says so itself.
async::Awaitable<> Digests::read_after(std::string after, std::shared_ptr<Page> page,
                                       std::shared_ptr<PreparedPapers> prepared) {
  try {
    co_await due_after(after, page);
    co_await gather(page, prepared);
    co_await leave_to_be_read(page);
  } catch (...) {
    page->failure = std::current_exception();
  }
}

async::Awaitable<> Digests::finish(std::shared_ptr<Page> page) {
  co_await build(page);
  co_await write(page);
}

// Of the next people those who are due a message.
async::Awaitable<> Digests::due_after(std::string after, std::shared_ptr<Page> page) {
  const Time now = ground_.clock.now();
  auto read = [page, after, started = started_at_, now](store::Tx& tx) {
    std::vector<paper::Person> people = store::active_people(tx, after, people_at_once);
    page->more = static_cast<int>(people.size()) == people_at_once;
    if (page->more) page->last = people.back().id;
    const std::vector<paper::LedgerEntry> ledger = recent_ledger(tx, now);
    page->messages.clear();
    for (paper::Person& stored : people) {
      const Day today = paper::local_day(stored.schedule.time_zone, now);
      paper::Person person = paper::as_of(std::move(stored), today);
      if (person.paused_until) continue;
      Look look = look_at(tx, person, ledger, started, now);
      if (!look.period || look.situation.digest_built) continue;
      Page::Message& message = page->messages.emplace_back();
      message.addresses = person.addresses;
      message.person = std::move(person);
      message.look = std::move(look);
    }
  };
  co_await ground_.database.transact(read);
  std::function<void()> job = [this, page, now] {
    std::erase_if(page->messages, [&](Page::Message& message) {
      std::optional<Decision> decision =
          decide(message.person, *message.look.period, message.look.situation, settings_, now);
      if (decision) message.decision = std::move(*decision);
      return !decision;
    });
  };
  co_await ground_.worker.run(std::move(job));
}

// The papers of each message, ranked and summed up.
async::Awaitable<> Digests::gather(std::shared_ptr<Page> page, std::shared_ptr<PreparedPapers> prepared) {
  if (page->messages.empty()) co_return;
  const Time now = ground_.clock.now();
  auto read = [page, shelf = shelf_, citations = settings_.citations](store::Tx& tx) {
    PapersRead papers;
    std::map<paper::PaperId, std::optional<paper::Citations>> counts;
    for (Page::Message& message : page->messages) {
      if (message.decision.silent) continue;
      message.candidates = candidates(tx, message.person, papers);
      if (shelf != nullptr) shelf->rate(tx, message.person, message.candidates);
      if (!citations) continue;
      for (digest::Candidate& each : message.candidates) {
        const auto [count, fresh] = counts.try_emplace(each.paper.id);
        if (fresh) count->second = store::find_citations(tx, each.paper.id);
        each.citations = count->second;
      }
    }
  };
  co_await ground_.database.transact(read);
  const std::shared_ptr<const digest::TermCounts> terms = co_await background(AnnouncementCalendar::eastern_day(now));
  const Day newest = AnnouncementCalendar::arxiv().latest_mailing(now);
  std::function<void()> job = [this, page, prepared, terms, newest, now] {
    for (Page::Message& message : page->messages) {
      for (digest::Candidate& candidate : message.candidates) prepared->add(candidate);
    }
    parallel_for(page->messages.size(), [&](std::size_t i) {
      Page::Message& message = page->messages[i];
      if (message.decision.silent) return;
      try {
        auto input = std::make_shared<digest::DigestInput>();
        input->person = message.person;
        input->now = now;
        input->date = message.decision.date;
        input->coverage = std::move(message.decision.coverage);
        input->kind = message.decision.kind;
        input->contact = settings_.contact;
        input->sections = digest::select(input->person, std::move(message.candidates), newest);
        input->summary = digest::summarize(input->sections, *terms);
        message.input = std::move(input);
      } catch (...) {
        message.failure = std::current_exception();
      }
    });
  };
  co_await ground_.worker.run(std::move(job));
  if (shelf_ != nullptr) {
    auto fill = [page, shelf = shelf_](store::Tx& tx) {
      for (Page::Message& message : page->messages) {
        if (message.input) shelf->fill(tx, *message.input);
      }
    };
    co_await ground_.database.transact(fill);
  }
}

// Is it worth waiting for a model? Whoever names a time gets the digest at that time.
async::Awaitable<> Digests::leave_to_be_read(std::shared_ptr<Page> page) {
  const auto may_wait = [](const Page::Message& message) {
    const paper::Cadence cadence = message.person.schedule.cadence;
    return message.input && (cadence == paper::Cadence::instant || cadence == paper::Cadence::on_announcement);
  };
  const bool some = readings_ != nullptr && std::any_of(page->messages.begin(), page->messages.end(), may_wait);
  if (!some) co_return;
  const Time now = ground_.clock.now();
  auto ask = [page, may_wait, now, shelf = shelf_](store::Tx& tx) {
    for (Page::Message& message : page->messages) {
      const bool open =
          may_wait(message) && !shelf->open(tx, message.input->sections, message.person, true, now).empty();
      message.to_be_read_since = open ? store::unshown_since(tx, message.person) : std::nullopt;
    }
  };
  co_await ground_.database.transact(ask);
  std::erase_if(page->messages, [&](const Page::Message& message) {
    if (!message.to_be_read_since) return false;
    const Time until = *message.to_be_read_since + shelf_->settings().wait;
    if (until <= now || readings_->silent_until(message.person.id) >= until) return false;
    look_again_ = std::min(look_again_.value_or(until), until);
    return true;
  });
}

async::Awaitable<> Digests::build(std::shared_ptr<Page> page) {
  if (page->messages.empty()) co_return;
  const Time now = ground_.clock.now();
  std::function<void()> job = [this, page, now] {
    parallel_for(page->messages.size(), [&](std::size_t i) {
      Page::Message& message = page->messages[i];
      if (message.failure) return;
      try {
        store::DigestRow& row = message.row;
        row = {.id = uuid_v7(to_epoch_ms(now)), .person = message.person.id, .period_key = message.decision.period_key};
        row.built_at = now;
        row.kind = message.input ? digest::to_string(message.input->kind) : "silent";
        if (!message.input) return;
        if (row.period_key.empty()) row.period_key = instant_key(message.input->sections);
        digest::Built built = digest::build(*message.input, templates_, composer_.forms(message.addresses));
        message.deliveries = composer_.compose(message.input->person, message.addresses, built, row);
        row.title = built.title;
        row.preheader = built.preheader;
        row.markdown = PackedText(built.markdown);
        message.shown = shown_marks(message.input->sections);
      } catch (...) {
        message.failure = std::current_exception();
      }
    });
  };
  co_await ground_.worker.run(std::move(job));
}

async::Awaitable<> Digests::write(std::shared_ptr<Page> page) {
  if (page->messages.empty()) co_return;
  auto store = [page](store::Tx& tx) {
    for (Page::Message& message : page->messages) {
      if (message.failure) continue;
      message.written = enqueue(tx, message.row, message.shown, message.deliveries);
      const std::optional<Day>& covers = message.decision.covers;
      if (message.written && covers)
        store::put_cursor(tx, covered_cursor(message.row.person), format_day(*covers), message.row.built_at);
    }
  };
  crash_point("digest-built");
  co_await ground_.database.transact(store);
  crash_point("digest-stored");
  bool any = false;
  for (const Page::Message& message : page->messages) {
    if (!message.written || !message.input) continue;
    any = true;
    ground_.metrics.add(metric::digests_built, {{"kind", message.row.kind}});
    log::info("digest built", {{"component", "digest"},
                               {"user", message.row.person},
                               {"kind", message.row.kind},
                               {"period", message.row.period_key},
                               {"papers", message.shown.size()},
                               {"deliveries", message.deliveries.size()}});
    if (message.look.period && !message.look.period->key.empty()) {
      const std::chrono::duration<double> lag = ground_.clock.now() - message.look.period->due_at;
      ground_.metrics.observe(metric::schedule_lag, {}, std::max(lag.count(), 0.0));
    }
  }
  if (any) ground_.bells.ring_ready();
}

// A page of one message, whatever the person's schedule says.
std::shared_ptr<Digests::Page> Digests::page_of(paper::Person person, std::string period_key, Day date) {
  auto page = std::make_shared<Page>();
  Page::Message& message = page->messages.emplace_back();
  message.addresses = person.addresses;
  message.person = std::move(person);
  message.decision = Decision{.period_key = std::move(period_key), .date = date};
  return page;
}

async::Awaitable<bool> Digests::make_now(paper::Person person, std::string period_key,
                                         std::vector<paper::Address> addresses) {
  auto known = [id = person.id, period_key](store::Tx& tx) { return store::has_digest(tx, id, period_key); };
  const bool made = co_await ground_.database.transact(known);
  if (made) co_return true;
  const Day date = paper::local_day(person.schedule.time_zone, ground_.clock.now());
  const std::shared_ptr<Page> page = page_of(std::move(person), std::move(period_key), date);
  Page::Message& message = page->messages.front();
  message.addresses = std::move(addresses);
  co_await gather(page, std::make_shared<PreparedPapers>());
  if (!message.failure && message.input->sections.empty()) co_return false;
  co_await build(page);
  if (message.failure) std::rethrow_exception(message.failure);
  co_await write(page);
  co_return true;
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
  const std::shared_ptr<Page> page = page_of(std::move(person), "", date);
  co_await gather(page, std::make_shared<PreparedPapers>());
  const Page::Message& message = page->messages.front();
  if (message.failure) std::rethrow_exception(message.failure);
  if (message.input->sections.empty()) message.input->kind = digest::MessageKind::quiet;
  co_return digest::build(*message.input, templates_);
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
