#pragma once
// THE DAEMON ON ONE PAGE. A paper passes four stages; each reads the table on its left, writes the table on its right
// in one transaction, and rings a bell. No stage calls another, so a crash between any two loses nothing.
//
//   Source -> Ingest -> papers, announcements, ledger -> Match -> matches -> Digests -> outbox -> Deliver -> Channel
//
// Beside them, Readings (read.hpp) has a model read what will be in a digest, before it is due. No stage waits for it,
// but that a digest without a schedule gives it a stated time. Citations (citations.hpp) asks how often papers are
// cited, and nobody waits for it.
//
// Every stage is a step() that does what is due now and says whether there was anything, and a run() that repeats it:
// bells are latency, tables are truth. The daemon calls run() in a Nursery; `paperboy replay` and tests call step()
// under a clock of their own. All of it on the io thread; SQL on the database's thread; matching and building on the
// worker's.
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/async/bell.hpp"
#include "daemon/async/turn.hpp"
#include "daemon/async/worker.hpp"
#include "daemon/base/metrics.hpp"
#include "daemon/digest/digest.hpp"
#include "daemon/flow/channel.hpp"
#include "daemon/flow/composer.hpp"
#include "daemon/flow/due.hpp"
#include "daemon/flow/shelf.hpp"
#include "daemon/flow/source.hpp"
#include "daemon/match/profiles.hpp"
#include "daemon/match/taste.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/store/outbox.hpp"

namespace paperboy::flow {

struct Bells {
  explicit Bells(const boost::asio::any_io_executor& io)
      : executor(io), arrived(io), matched(io), to_read(io), to_count(io) {}
  boost::asio::any_io_executor executor;
  async::Bell arrived;              // papers were committed
  async::Bell matched;              // matches were committed
  async::Bell to_read;              // the same, for those who read ahead
  async::Bell to_count;             // the same, or a question about a paper, for those who count citations
  std::vector<async::Bell*> ready;  // deliveries were committed: one of each deliver stage
  void ring_matched() {
    matched.ring();
    to_read.ring();
    to_count.ring();
  }
  void ring_ready() {
    for (async::Bell* bell : ready) bell->ring();
  }
};

// What every stage needs. All of it outlives the stages.
struct Ground {
  store::Database& database;
  const Clock& clock;
  Bells& bells;
  Metrics& metrics;
  async::Worker& worker;  // for computing that would hold up the io thread
};

// --- 1. ingest

// Bytes of the store's disk that papers leave to what follows from them: with less, none are taken in, and what is
// stored goes on to its readers.
constexpr std::uintmax_t intake_reserve = 64u << 20;

class Ingest {
 public:
  Ingest(Ground ground, Source& source) : ground_(ground), source_(source), hasten_(ground.bells.executor) {}

  // Fetches once if the source is due; commits papers, announcements, ledger and cursor together. A failing fetch
  // becomes a ledger entry of category "*" and is tried again with back-off (1 min doubling to 1 h); the next success
  // clears it. While the store's disk is nearly full nothing is fetched; it is looked at again every minute.
  async::Awaitable<bool> step();
  async::Awaitable<> run();

  // When step() will fetch again.
  Time due_at() const { return due_at_; }
  bool failing() const { return failures_ > 0; }  // the last fetch was one that failed
  // Fetches now, not when it is due; a lane's gaps and penalties hold all the same.
  void hasten() {
    due_at_ = {};
    hasten_.ring();
  }

 private:
  bool has_room();
  async::Awaitable<> failed(std::string why);

  Ground ground_;
  Source& source_;
  async::Bell hasten_;
  Time due_at_{};
  int failures_ = 0;
  bool crowded_ = false;  // the disk was nearly full the last time
};

// --- 2. match

class Match {
 public:
  // `lookup` may be null: then examples that are not stored stay unknown.
  Match(Ground ground, Lookup* lookup) : ground_(ground), lookup_(lookup), crowded_(ground.bells.executor) {}

  // Matches up to one batch of arrivals against everybody's topics, of people as they are when it begins; before that,
  // catches up.
  async::Awaitable<bool> step();
  async::Awaitable<> run();
  // Beside run(): makes the profiles anew in a thread of its own when many people have changed since they were made
  // (match/INDEX.md). Changes nothing that is matched.
  async::Awaitable<> tend();

  // Topics that are new (followed, in a reloaded file, changed) are matched once with what arrived before them: since
  // the person's newest message, at least the last 7 mailings, at most a month. catch_up.cpp. Done when it returns,
  // for all that was followed before it was called.
  async::Awaitable<> catch_up();

  // What everybody follows now, and how common words are, for questions about single papers. Built if need be.
  async::Awaitable<std::shared_ptr<const match::Profiles>> profiles();
  async::Awaitable<match::Statistics> statistics();
  // Which features of papers follow from what `person` (with choices, as of today) gave as examples, liked and
  // disliked; of the topics that have a taste. With people as they are now. May take seconds, and ask the provider for
  // examples that are not stored.
  async::Awaitable<std::vector<match::Profiles::TopicLearned>> learned(paper::Person person);

 private:
  // Never changed once made: another takes its place.
  struct Ready {
    Day day{};                     // the mailing day all is made for
    match::Statistics statistics;  // of the 30 days before: a restart computes the same scores
    std::shared_ptr<const match::Shelf> shelf;
    bool filled = false;   // the shelf has papers: it gets them when somebody has examples
    std::int64_t seq = 0;  // of the newest change of a person that is in
    std::shared_ptr<const match::Profiles> profiles;
  };
  struct Material;
  async::Awaitable<std::shared_ptr<const Ready>> build(Day mailing);
  async::Awaitable<std::shared_ptr<const Ready>> with_people(std::shared_ptr<const Ready> base,
                                                             std::vector<std::string> ids);
  async::Awaitable<> take_in_changes();
  struct NewTopics;
  static NewTopics new_topics(store::Tx& tx, Time now);
  async::Awaitable<> match_new_topics();
  async::Awaitable<> match_with_past(std::shared_ptr<NewTopics> fresh, Time now);
  async::Awaitable<std::shared_ptr<const match::Profiles>> profiles_of(std::vector<paper::Person> people, Day today);
  async::Awaitable<std::shared_ptr<Ready>> ground_for(Day mailing);
  async::Awaitable<match::Statistics> count_words(Day mailing);
  async::Awaitable<> fill_shelf(Ready& ready);
  async::Awaitable<> fetch_examples(std::vector<paper::PaperId> ids);

  Ground ground_;
  Lookup* lookup_;
  async::Bell crowded_;  // the profiles are of too many parts
  std::shared_ptr<const Ready> ready_;
  async::Worker builder_{"profiles"};
  async::Turns turns_;  // of what moves the cursor or looks behind it
};

class Readings;

// --- 3. digest

class Digests {
 public:
  // `shelf` may be null: then no digest has anything a model wrote. So may `readings`: then no digest waits to be read.
  Digests(Ground ground, const digest::Templates& templates, const Composer& composer, DigestSettings settings,
          const Shelf* shelf = nullptr, const Readings* readings = nullptr)
      : ground_(ground),
        templates_(templates),
        composer_(composer),
        settings_(std::move(settings)),
        shelf_(shelf),
        readings_(readings),
        started_at_(ground.clock.now()) {}

  // Builds the message of every person who is due one; says whether any was built.
  async::Awaitable<bool> step();
  async::Awaitable<> run();

  // Builds and stores what is new for `person` now, whatever their schedule says, for these addresses; `period_key`
  // names it, and the same one builds nothing twice. False if there is nothing new.
  async::Awaitable<bool> make_now(paper::Person person, std::string period_key, std::vector<paper::Address> addresses);

  // What `person` would get now as the digest of `date`, without marking or sending anything (`paperboy digest`).
  async::Awaitable<digest::Built> preview(paper::Person person, Day date);

 private:
  struct PreparedPapers;
  struct Page;
  async::Awaitable<> read_after(std::string after, std::shared_ptr<Page> page,
                                std::shared_ptr<PreparedPapers> prepared);
  async::Awaitable<> finish(std::shared_ptr<Page> page);
  async::Awaitable<> due_after(std::string after, std::shared_ptr<Page> page);
  async::Awaitable<> gather(std::shared_ptr<Page> page, std::shared_ptr<PreparedPapers> prepared);
  async::Awaitable<> leave_to_be_read(std::shared_ptr<Page> page);
  async::Awaitable<> build(std::shared_ptr<Page> page);
  async::Awaitable<> write(std::shared_ptr<Page> page);
  static std::shared_ptr<Page> page_of(paper::Person person, std::string period_key, Day date);
  async::Awaitable<std::shared_ptr<const digest::TermCounts>> background(Day today);

  Ground ground_;
  const digest::Templates& templates_;
  const Composer& composer_;
  DigestSettings settings_;
  const Shelf* shelf_;
  const Readings* readings_;
  std::optional<Time> look_again_;  // before the next poll
  Time started_at_;
  std::shared_ptr<const digest::TermCounts> background_;
  Day background_day_{};
};

// --- 4. deliver

class Deliver {
 public:
  // `owner` names this instance and stays the same over restarts: it takes back its own leases at once.
  Deliver(Ground ground, Channel& channel, const DeadLetters& dead_letters, std::string owner);
  ~Deliver();

  // After a start: what was being sent when the program ended is in doubt, and is resolved by the channel's policy.
  async::Awaitable<> recover();
  // Takes one delivery that is due, sends and settles it; or asks about one that is in doubt.
  async::Awaitable<bool> step();
  // One of traits().concurrency loops: leader and followers. One of them waits for work; with work in hand it gives the
  // lead to the next, and as long as there is work it takes the next in the transaction that settles the last.
  async::Awaitable<> run();

 private:
  class Lead;
  // A delivery whose intent is stored; with `doubt`, one about which the provider is to be asked.
  struct Work {
    store::Claimed claimed;
    bool doubt = false;
  };
  struct Taken {
    std::optional<Work> work;
    int expired = 0;
  };
  Taken take(store::Tx& tx);
  std::optional<Work> begin(Taken taken);
  async::Awaitable<std::optional<Work>> take();
  async::Awaitable<std::optional<Work>> carry_out(Work work, const std::function<bool()>& stopping);
  async::Awaitable<> work_off(Lead& lead, bool& worked, const std::function<bool()>& stopping);
  void count(const store::Claimed& claimed, const Outcome& outcome, const store::Settlement& settlement, bool doubt,
             Time now);

  Ground ground_;
  Channel& channel_;
  const DeadLetters& dead_letters_;
  std::string owner_;
  store::Limits limits_;
  async::Bell ready_, lead_free_;
  bool led_ = false;
};

// What a channel's word about one attempt (or, `asked`, about a doubt) means for the delivery: when it is tried again
// and when it is given up. Pure.
store::Settlement settlement_of(const ChannelTraits& traits, const store::Claimed& claimed, const Outcome& outcome,
                                bool asked, Time now);
// Where a delivery whose outcome is in doubt goes (channel.hpp, OnAmbiguous): again at a time, or dead with a word.
// `doubts`: how often it went again before.
// Pure.
store::Settlement after_doubt(const ChannelTraits& traits, int doubts, std::string detail, Time now);
// When attempt `attempts` (counted from 1) that surely did not arrive is tried again; nothing when it is time to give
// up. Pure.
std::optional<Time> next_attempt(const ChannelTraits& traits, int attempts, Time created_at, Time now);

}  // namespace paperboy::flow
