// The bot's loops: from a row of the inbox to the transaction that ends it.
#include "daemon/flow/bot.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/crash_point.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/time.hpp"
#include "daemon/flow/bot_question.hpp"
#include "daemon/flow/event_text.hpp"
#include "daemon/store/choices.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::flow {
namespace {

using Kind = bot::Command::Kind;
using What = bot::Said::What;

constexpr int loops = 8;
constexpr Duration poll = std::chrono::seconds(20);
constexpr Duration library_poll = std::chrono::seconds(60);
constexpr int library_batch = 500;
constexpr Duration remembered = std::chrono::hours(1);  // what was talked about between two
constexpr std::size_t most_paces = 100'000;
// A person may say so many things at once, then one in each interval; so a place, whoever speaks there.
constexpr Duration account_interval = std::chrono::seconds(3), place_interval = std::chrono::seconds(1);
constexpr int account_burst = 15, place_burst = 40;

// A place that is being answered, for as long as the object lives.
class Busy {
 public:
  using Places = std::set<std::pair<std::string, std::string>>;
  Busy(Places& places, const store::InboxRow& row) : places_(places), place_(row.channel, row.place) {
    places_.insert(place_);
  }
  ~Busy() { places_.erase(place_); }
  Busy(const Busy&) = delete;

 private:
  Places& places_;
  std::pair<std::string, std::string> place_;
};

// What an emoji below a message about a paper means.
std::optional<Kind> meaning_of(std::string_view emoji) {
  static const std::array<std::pair<std::string_view, Kind>, 12> meanings{{{"👍", Kind::more},
                                                                           {"❤", Kind::more},
                                                                           {"🔥", Kind::more},
                                                                           {"🎉", Kind::more},
                                                                           {"👏", Kind::more},
                                                                           {"💯", Kind::more},
                                                                           {"👎", Kind::less},
                                                                           {"💩", Kind::less},
                                                                           {"⭐", Kind::save},
                                                                           {"🔖", Kind::save},
                                                                           {"📌", Kind::save},
                                                                           {"💾", Kind::save}}};
  for (const auto& [sign, kind] : meanings) {
    if (emoji.starts_with(sign)) return kind;
  }
  return std::nullopt;
}

bool is_ours_to_take(Time& arrival, Time now, Duration interval, int burst) {
  const Time next = std::max(arrival, now);
  if (next - now > interval * (burst - 1)) return false;
  arrival = next + interval;
  return true;
}

}  // namespace

Bot::Bot(Ground ground, Lookup* lookup, Match& match, Digests& digests, const Composer& composer,
         const digest::Templates& templates, BotSettings settings)
    : ground_(ground),
      lookup_(lookup),
      match_(match),
      digests_(digests),
      composer_(composer),
      templates_(templates),
      settings_(std::move(settings)),
      looking_(ground.bells.executor),
      worker_("bot") {
  for (int loop = 0; loop < loops; ++loop) bells_.push_back(std::make_unique<async::Bell>(ground.bells.executor));
}
Bot::~Bot() = default;

Inbox& Bot::inbox(const std::string& channel) {
  std::unique_ptr<StoredInbox>& inbox = inboxes_[channel];
  if (!inbox) {
    const auto ring = [this] {
      for (const auto& bell : bells_) bell->ring();
    };
    inbox = std::make_unique<StoredInbox>(ground_, channel, settings_, ring);
  }
  return *inbox;
}

void Bot::start(async::Nursery& nursery) {
  for (const std::unique_ptr<async::Bell>& bell : bells_) nursery.start("bot", run_answers(*bell));
  nursery.start("bot's look-ups", run_lookups());
  nursery.start("bot's library", run_library());
}

async::Awaitable<> Bot::run_answers(async::Bell& bell) {
  for (;;) {
    const bool worked = co_await step();
    if (!worked) co_await bell.wait(poll);
  }
}

async::Awaitable<> Bot::run_lookups() {
  for (;;) {
    const bool worked = co_await step_lookup();
    if (!worked) co_await looking_.wait(poll);
  }
}

async::Awaitable<> Bot::run_library() {
  bool told = false;
  for (;;) {
    const bool worked = co_await step_library();
    if (worked) continue;
    if (!told) log::info("similar papers can be looked for", {{"component", "bot"}});
    told = true;
    co_await async::sleep_for(library_poll);
  }
}

async::Awaitable<bool> Bot::step() {
  return step_at(store::Waiting::open);
}

async::Awaitable<bool> Bot::step_lookup() {
  return step_at(store::Waiting::looking);
}

async::Awaitable<bool> Bot::step_at(store::Waiting waiting) {
  constexpr int look_ahead = 64;
  auto read_rows = [waiting](store::Tx& tx) { return store::waiting_events(tx, waiting, look_ahead); };
  const std::vector<store::InboxRow> rows = co_await ground_.database.transact(read_rows);
  // What is looked up holds up nobody at its place.
  const bool looking = waiting == store::Waiting::looking;
  const auto free = std::find_if(rows.begin(), rows.end(), [&](const store::InboxRow& row) {
    return looking || !busy_.contains({row.channel, row.place});
  });
  if (free == rows.end()) co_return false;
  std::optional<Busy> busy;
  if (!looking) busy.emplace(busy_, *free);
  const Asked asked = co_await read(*free, waiting);
  if (!asked) co_return true;  // another loop was faster
  crash_point("bot-read");
  Handled handled = co_await answer(asked, waiting);
  crash_point("bot-handled");
  co_await finish(asked, std::move(handled));
  crash_point("bot-finished");
  co_return true;
}

// An event that cannot be answered is said to be so, and does not come again.
async::Awaitable<Bot::Handled> Bot::answer(Asked asked, store::Waiting waiting) {
  std::string trouble;
  try {
    async::Awaitable<Handled> work = waiting == store::Waiting::looking ? answer_looked_up(asked) : handle(asked);
    Handled handled = co_await std::move(work);
    co_return handled;
  } catch (const store::StoreError&) {
    throw;
  } catch (const Error& error) {
    trouble = error.what();
  }
  log::error("an event could not be answered",
             {{"component", "bot"}, {"channel", asked->row.channel}, {"err", trouble}});
  co_return Handled::say(What::lookup_failed, asked->event.text, trouble);
}

// Null if the event does not wait any more.
async::Awaitable<Bot::Asked> Bot::read(store::InboxRow row, store::Waiting waiting) {
  auto question = std::make_shared<Question>();
  question->now = ground_.clock.now();
  std::optional<Event> event = decode_event(row.payload);
  question->readable = event.has_value();
  if (event) question->event = std::move(*event);
  question->row = std::move(row);
  using Papers = std::vector<std::string>;
  auto look = [question, waiting](store::Tx& tx) -> std::optional<Papers> {
    const Question& q = *question;
    if (!store::is_waiting(tx, q.row.channel, q.row.event_key, waiting)) return std::nullopt;
    const std::optional<std::string> id = store::person_of_account(tx, q.row.channel, q.event.account);
    if (id) question->person = store::find_person(tx, *id);
    if (std::string below = store::paper_of_reply(tx, q.row.channel, q.event.about); !below.empty())
      return Papers{std::move(below)};
    // In a group, what stands in no thread has nothing to do with what was said before.
    if (q.event.kind != Event::Kind::said || (q.event.thread.empty() && !q.event.direct)) return Papers();
    return store::papers_talked_about(tx, q.row.channel, q.event.place, q.event.thread, q.now - remembered);
  };
  const std::optional<Papers> talked_about = co_await ground_.database.transact(look);
  if (!talked_about) co_return nullptr;
  understand(*question);
  complete(*question, *talked_about);
  co_return question;
}

// A reaction, and a verb of papers that stands alone, mean the paper that was talked about there, if that is one.
void Bot::complete(Question& question, const std::vector<std::string>& talked_about) {
  bot::Command& command = question.command;
  const bool reacted = question.event.kind == Event::Kind::reacted;
  if (!reacted && !command.of_some_paper) return;
  std::optional<paper::PaperId> paper;
  if (talked_about.size() == 1) paper = paper::PaperId::from_canonical(talked_about.front());
  if (paper) {
    if (command.of_some_paper) command.kind = *command.of_some_paper;
    command.papers = {{*paper, 0}};
    return;
  }
  question.may_mean = talked_about;
}

void Bot::understand(Question& question) const {
  const Event& event = question.event;
  const std::string zone = question.person ? question.person->schedule.time_zone : "UTC";
  question.today = paper::local_day(zone, question.now);
  if (question.person) question.person = paper::as_of(std::move(*question.person), question.today);
  const auto& admins = settings_.admins;
  question.admin = question.person && std::find(admins.begin(), admins.end(), question.person->id) != admins.end();
  question.allowed =
      question.person || on_the_list(settings_, question.row.channel, event.account, event.workspace, event.place);
  question.voice.language = question.person ? question.person->language : settings_.language;
  question.voice.time_zone = zone;
  if (const Channel* channel = composer_.channel(question.row.channel); channel != nullptr && !event.direct)
    question.voice.call_sign = channel->call_sign();

  bot::Command& command = question.command;
  switch (event.kind) {
    case Event::Kind::said: {
      std::vector<std::string> files;
      for (const Attachment& file : event.files) files.push_back(file.content);
      command = bot::parse(event.text, question.today, files);
      // Not said to the bot: a paper that is named is all it hears.
      if (!event.addressed && !event.direct) {
        command = {};
        command.kind = Kind::ask;
        command.papers = bot::papers_in(event.text, 3);
      }
      return;
    }
    case Event::Kind::pressed:
      command = bot::parse_action(event.action).value_or(bot::Command{});
      return;
    case Event::Kind::reacted:
      command.kind = meaning_of(event.text).value_or(Kind::unclear);
      return;
    case Event::Kind::gone:
      return;
  }
}

namespace {

// Nothing is said and nothing done: reactions that mean nothing, strangers in groups, events nobody can read.
async::Awaitable<Bot::Handled> ready(Bot::Handled handled = {}) {
  co_return handled;
}

}  // namespace

async::Awaitable<Bot::Handled> Bot::handle(Asked asked) {
  const Question& q = *asked;
  if (!q.readable) return ready();
  if (q.event.kind == Event::Kind::gone) return ready(gone(asked));
  if (q.event.kind != Event::Kind::said && q.command.kind == Kind::unclear) return ready();
  const bool brings_code = q.command.kind == Kind::link && !q.command.text.empty();
  const bool may_speak = q.allowed || brings_code;
  if (!may_speak && !q.event.direct) return ready();
  bool say_so = false;
  if (too_fast(q, say_so)) {
    if (!say_so || !may_speak) return ready();
    bot::Said said{.what = What::slow_down};
    said.count = std::chrono::duration_cast<std::chrono::seconds>(account_interval).count();
    return ready(Handled::say(said));
  }
  if (!may_speak) {
    bot::Said said{.what = What::not_allowed};
    said.subject = q.event.account;
    said.contact = settings_.contact;
    return ready(Handled::say(said));
  }
  switch (q.command.kind) {
    case Kind::ask:
    case Kind::why:
    case Kind::abstract:
    case Kind::cite:
      return ask(asked);
    case Kind::ask_title:
      return ask_title(asked);
    case Kind::similar:
      return similar(asked);
    case Kind::search:
      return search(asked);
    case Kind::test:
      return test(asked);
    case Kind::saved:
      return saved(asked);
    case Kind::more:
    case Kind::less:
    case Kind::save:
    case Kind::like:
      return rate(asked);
    case Kind::follow:
    case Kind::follow_author:
      return follow(asked);
    case Kind::digest_now:
      return digest_now(asked);
    case Kind::learned:
      return learned(asked);
    case Kind::link:
      return ready(link(asked));
    case Kind::status:
    case Kind::people:
    case Kind::ingest_now:
    case Kind::dead_letters:
      return ready(administer(asked));
    default:
      return ready(steer(asked));
  }
}

Bot::Handled Bot::gone(Asked asked) {
  Handled handled;
  handled.act = [asked](store::Tx& tx) {
    store::suppress(tx, asked->row.channel, asked->event.place, gone_code, "they have left or blocked the bot",
                    asked->now);
    return std::vector<Handled::Reply>{};
  };
  return handled;
}

bool Bot::too_fast(const Question& question, bool& say_so) {
  if (!settings_.unhurried) return false;
  if (paces_.size() > most_paces)
    std::erase_if(paces_, [&](const auto& each) { return each.second.arrival < question.now; });
  Pace& account = paces_[question.row.channel + " account " + question.event.account];
  Pace& place = paces_[question.row.channel + " place " + question.event.place];
  const bool in_time = is_ours_to_take(account.arrival, question.now, account_interval, account_burst) &&
                       is_ours_to_take(place.arrival, question.now, place_interval, place_burst);
  say_so = !in_time && account.told + std::chrono::minutes(1) <= question.now;
  if (say_so) account.told = question.now;
  return !in_time;
}

std::vector<store::ReplyRow> Bot::compose(const Question& question, const Handled& handled) const {
  std::vector<store::ReplyRow> rows;
  Composer::Reply to;
  to.person_id = question.person ? question.person->id : "";
  to.person_name = question.person ? question.person->name : question.event.account_name;
  to.language = question.voice.language;
  to.channel = question.row.channel;
  to.destination = question.event.place;
  to.reply_to = question.event.reply_to;
  to.now = question.now;
  for (const Handled::Reply& reply : handled.replies) {
    to.seed = seed_of(question, reply.key);
    for (store::NewDelivery& delivery : composer_.reply(to, bot::build(reply.answer, question.voice, templates_))) {
      store::ReplyRow row;
      row.person = to.person_id;
      row.about = reply.about;
      row.thread = question.event.thread;
      row.delivery = std::move(delivery);
      // In their order, and due at once.
      row.delivery.not_before = question.now - std::chrono::seconds(1) + std::chrono::milliseconds(rows.size());
      row.created_at = question.now;
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

async::Awaitable<> Bot::finish(Asked asked, Handled handled) {
  auto rows = std::make_shared<std::vector<store::ReplyRow>>();
  if (!handled.replies.empty()) {
    std::function<void()> job = [this, asked, rows, &handled] { *rows = compose(*asked, handled); };
    co_await worker_.run(std::move(job));
  }
  const bool looks_up = handled.looks_up;
  auto end = [this, asked, rows, act = handled.act, looks_up, nameless = handled.nameless](store::Tx& tx) {
    const Question& q = *asked;
    std::vector<store::ReplyRow> all = *rows;
    if (q.event.kind == Event::Kind::said && q.event.direct)
      store::release(tx, q.row.channel, q.event.place, gone_code);
    if (act) {
      Handled more;
      more.replies = act(tx);
      for (store::ReplyRow& row : compose(q, more)) all.push_back(std::move(row));
    }
    // The first thing that is found takes the place of the words that it is looked for.
    std::string looking = store::delivery_of_key(tx, dedup_key_of(q, looking_key));
    for (store::ReplyRow& row : all) {
      if (row.delivery.dedup_key == dedup_key_of(q, looking_key)) looking.clear();
    }
    for (store::ReplyRow& row : all) {
      if (!looking.empty() && row.delivery.part == 1 && store::delivery_of_key(tx, row.delivery.dedup_key).empty())
        row.replaces = std::exchange(looking, "");
      if (nameless) row.person.clear();
      store::put_reply(tx, row);
    }
    const bool ended = looks_up ? store::look_up_event(tx, q.row.channel, q.row.event_key)
                                : store::close_event(tx, q.row.channel, q.row.event_key, q.now);
    if (!ended) throw Error("an event of " + q.row.channel + " was answered twice");
    return all.size();
  };
  const std::size_t said = co_await ground_.database.transact(end);
  if (handled.people_changed) {
    ground_.bells.arrived.ring();  // their new topics are matched
    ground_.bells.ring_matched();
  }
  if (looks_up) looking_.ring();
  if (said > 0) {
    ground_.bells.ring_ready();
    const std::chrono::duration<double> took = ground_.clock.now() - asked->row.received_at;
    ground_.metrics.observe(metric::reply_latency, {{"channel", asked->row.channel}}, std::max(took.count(), 0.0));
  }
  log::debug("an event was answered",
             {{"component", "bot"}, {"channel", asked->row.channel}, {"messages", static_cast<int>(said)}});
}

// What became known since the last look, else some older ones: the newest are asked about most.
async::Awaitable<bool> Bot::step_library() {
  if (!library_) {
    const match::Statistics statistics = co_await match_.statistics();
    auto newest = [](store::Tx& tx) { return store::newest_seq(tx); };
    newest_seq_ = co_await ground_.database.transact(newest);
    oldest_seq_ = newest_seq_ + 1;
    library_ = std::make_unique<match::Library>(statistics);
  }
  struct Batch {
    std::vector<paper::Paper> papers;
    std::int64_t newest = 0, oldest = 0;
  };
  auto read_batch = [newest = newest_seq_, oldest = oldest_seq_](store::Tx& tx) {
    auto batch = std::make_shared<Batch>();
    const auto keep = [&](const paper::Paper& paper) { batch->papers.push_back(paper); };
    batch->newest = store::each_paper_after(tx, newest, library_batch, keep);
    batch->oldest = batch->papers.empty() ? store::each_paper_before(tx, oldest, library_batch, keep) : oldest;
    return batch;
  };
  const std::shared_ptr<Batch> batch = co_await ground_.database.transact(read_batch);
  if (batch->papers.empty()) co_return false;
  std::function<void()> job = [this, batch] {
    for (const paper::Paper& paper : batch->papers) library_->add(paper);
  };
  co_await worker_.run(std::move(job));
  newest_seq_ = batch->newest;
  oldest_seq_ = batch->oldest;
  co_return true;
}

}  // namespace paperboy::flow
