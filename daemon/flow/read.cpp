// Reading ahead: which questions there are, who is asked, and the one transaction that keeps reply and cost.
#include "daemon/flow/read.hpp"

#include <algorithm>
#include <tuple>

#include "daemon/base/crash_point.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/flow/selection.hpp"
#include "daemon/paper/choice.hpp"
#include "daemon/reading/questions.hpp"
#include "daemon/reading/replies.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::flow {
namespace {

using Kind = Reply::Kind;
using namespace std::chrono_literals;

constexpr Duration poll = 5min;
constexpr Duration glance = 20s;  // at what goes out when there is something, while there is other work
constexpr Duration first_pause = 30s, longest_pause = 1h;  // after questions without an answer
constexpr Duration mending_pause = 1h;                     // until the administrator has mended the settings
constexpr Duration lost_pause = 6h;                        // of one question that never gets an answer
constexpr Duration text_patience = 10min;                  // for a paper's text, before its abstract has to do
constexpr int most_attempts = 2;                           // at a question whose replies are of no use
constexpr int most_lost = 3;
constexpr std::size_t batch = 8;  // papers that are rated at once

constexpr int analysis_tokens = 4096, overview_tokens = 3000, ratings_tokens = 2000;
constexpr int prompt_tokens = 1400;          // of the prompts themselves, rather more
constexpr std::size_t bytes_a_token = 3;     // of English, rather fewer
constexpr std::size_t shortest_text = 3000;  // bytes: an abstract always goes in

Time next_day(Time now) {
  return std::chrono::floor<std::chrono::days>(now) + std::chrono::days(1);
}

Day utc_day(Time now) {
  return std::chrono::floor<std::chrono::days>(now);
}

// Or do they get a digest when there is something?
bool has_schedule(const paper::Person& person) {
  using paper::Cadence;
  const Cadence cadence = person.schedule.cadence;
  return cadence == Cadence::daily || cadence == Cadence::weekly;
}

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::answered:
      return "answered";
    case Kind::unusable:
      return "unusable";
    case Kind::too_long:
      return "too_long";
    case Kind::later:
      return "later";
    case Kind::exhausted:
      return "exhausted";
    case Kind::misconfigured:
      return "misconfigured";
  }
  return "later";
}

std::string described(const reading::Fallen& fallen) {
  std::string text;
  for (const auto& [reason, count] : fallen) text += (text.empty() ? "" : ", ") + reason + " " + std::to_string(count);
  return text;
}

}  // namespace

struct Readings::Job {
  std::vector<store::ReadingKey> keys;  // one, or of ratings one a paper, in their order
  std::vector<paper::Paper> papers;
  std::vector<paper::Topic> topics;
  std::string person;  // whose digest it is for; empty: by hand
  std::string language;
  int attempts = 0;     // that were of no use before
  Time due{};           // none: by hand
  bool urgent = false;  // a digest waits for it
  int number = 0;       // in the order they were made

  std::vector<paper::FullText> texts;
  std::vector<reading::Evidence> evidence;
  Question question;
  store::Spent most;  // it may cost
  bool put_off = false;

  Reply reply;
  reading::Checked checked;
  reading::CheckedScores ratings;

  const std::string& task() const { return keys.front().task; }
  bool is(std::string_view what) const { return task() == what; }
};

// --- what there is to ask

// Not `all`: for those who get a digest when there is something.
async::Awaitable<> Readings::plan(bool all) {
  const Time now = ground_.clock.now();
  planned_at_ = now;
  std::erase_if(put_off_, [now](const auto& entry) { return entry.second <= now; });
  auto read = [](store::Tx& tx) { return store::active_people(tx); };
  const std::vector<paper::Person> people = co_await ground_.database.transact(read);
  for (const paper::Person& stored : people) {
    paper::Person person = paper::as_of(stored, paper::local_day(stored.schedule.time_zone, now));
    if (person.paused_until || over_budget_[person.id] == utc_day(now)) continue;
    std::optional<Time> due;
    if (has_schedule(person)) {
      if (!all) continue;
      const std::optional<paper::Slot> slot = paper::next_slot(person.schedule, now);
      if (!slot || slot->at - now > ahead) continue;
      due = slot->at;
    }
    co_await plan_for(std::move(person), due);
  }
  std::sort(jobs_.begin(), jobs_.end(),
            [](const JobPtr& a, const JobPtr& b) { return std::tie(a->due, a->number) < std::tie(b->due, b->number); });
  if (jobs_.size() > 1) ground_.bells.to_read.ring();  // there is work for more than one
}

async::Awaitable<> Readings::plan_for(paper::Person person, std::optional<Time> due) {
  const Time now = ground_.clock.now();
  struct Found {
    std::vector<digest::Candidate> candidates;
    std::optional<Time> since;
  };
  auto find = [person, this](store::Tx& tx) {
    auto look = std::make_shared<Found>();
    if (!store::has_unshown_matches(tx, person)) return look;
    look->candidates = candidates(tx, person);
    look->since = store::unshown_since(tx, person);
    shelf_.rate(tx, person, look->candidates);
    return look;
  };
  const std::shared_ptr<Found> found = co_await ground_.database.transact(find);
  if (found->candidates.empty()) co_return;
  if (!due) {
    due = found->since.value_or(now) + shelf_.settings().wait;
    // A digest that is not out by then waits for its listing.
    if (person.schedule.cadence == paper::Cadence::on_announcement) due = std::max(*due, now + poll);
    if (*due <= now) co_return;
  }
  auto sections = std::make_shared<std::vector<digest::Section>>();
  std::function<void()> select = [sections, found, person] {
    *sections = digest::select(person, std::move(found->candidates));
  };
  co_await ground_.worker.run(std::move(select));

  auto look = [sections, person, near = *due - now <= overview_ahead, now, this](store::Tx& tx) {
    return shelf_.open(tx, *sections, person, near, now);
  };
  std::vector<OpenQuestion> open = co_await ground_.database.transact(look);
  std::erase_if(open, [this](const OpenQuestion& question) {
    const auto lost = lost_.find(question.key);
    return under_way_.contains(question.key) || put_off_.contains(question.key) ||
           (lost != lost_.end() && lost->second >= most_lost);
  });
  std::vector<JobPtr> made;
  for (OpenQuestion& question : open) {
    const bool joins = question.key.task == "scores" && !made.empty() && made.back()->papers.size() < batch &&
                       made.back()->attempts == question.attempts;
    if (!joins) {
      made.push_back(std::make_shared<Job>());
      Job& job = *made.back();
      job.person = person.id;
      job.language = person.language;
      job.attempts = question.attempts;
      job.due = *due;
      job.urgent = !has_schedule(person);
      job.number = ++jobs_made_;
      job.topics = person.topics;
    }
    Job& job = *made.back();
    job.keys.push_back(std::move(question.key));
    if (question.entry != nullptr) {
      job.papers.push_back(question.entry->paper);
      continue;
    }
    for (const digest::Section& section : *sections) {
      for (const digest::Entry& entry : section.entries) job.papers.push_back(entry.paper);
    }
  }
  for (JobPtr& job : made) {
    const auto same = [&](const JobPtr& other) { return other->keys == job->keys; };
    if (std::none_of(jobs_.begin(), jobs_.end(), same)) jobs_.push_back(std::move(job));
  }
}

// --- asking

async::Awaitable<bool> Readings::step() {
  const bool worked = co_await take();
  ground_.metrics.set(metric::reading_paused, {}, ground_.clock.now() < paused_until_ ? 1 : 0);
  co_return worked;
}

async::Awaitable<bool> Readings::take() {
  if (ground_.clock.now() < paused_until_) co_return false;
  if (jobs_.empty() && planning_) co_return false;
  if (jobs_.empty() || (!planning_ && ground_.clock.now() - planned_at_ >= glance)) {
    const std::shared_ptr<void> done(nullptr, [this](void*) { planning_ = false; });
    planning_ = true;
    co_await plan(jobs_.empty());
  }
  while (!jobs_.empty()) {
    const JobPtr job = jobs_.front();
    jobs_.pop_front();
    const bool taken = std::any_of(job->keys.begin(), job->keys.end(),
                                   [this](const store::ReadingKey& key) { return under_way_.contains(key); });
    const Time now = ground_.clock.now();
    const bool too_late = job->urgent && job->due <= now;  // what waited for it is out
    if (taken || too_late || over_budget_[job->person] == utc_day(now)) continue;
    under_way_.insert(job->keys.begin(), job->keys.end());
    const std::shared_ptr<void> done(nullptr, [this, job](void*) {
      for (const store::ReadingKey& key : job->keys) under_way_.erase(key);
    });
    // What was paid for is kept, even if the daemon stops meanwhile.
    co_await async::shielded(work(job));
    co_return true;
  }
  co_return false;
}

// The texts, and the question about them.
async::Awaitable<> Readings::compose(JobPtr job) {
  // The model needs time, too.
  Duration patience = text_patience;
  if (job->due != Time{}) patience = std::clamp((job->due - ground_.clock.now()) / 2, Duration::zero(), patience);
  for (const paper::Paper& paper : job->papers) {
    std::optional<TextAnswer> answer;
    if (texts_ != nullptr && job->is("analysis")) {
      const auto fetch = [](TextSource& texts, paper::Paper wanted,
                            std::optional<TextAnswer>& into) -> async::Awaitable<> {
        into = co_await texts.text_of(std::move(wanted));
      };
      async::Awaitable<> fetching = fetch(*texts_, paper, answer);
      try {
        co_await async::with_timeout(patience, "the text of a paper", std::move(fetching));
      } catch (const async::TimedOut& error) {
        log::info("a paper's text did not come; its abstract is read",
                  {{"component", "read"}, {"paper", paper.id.str()}});
      }
    }
    // A better text may be had in time: then it is worth waiting for.
    if (answer && answer->again_at && *answer->again_at + text_patience < job->due) {
      put_off_[job->keys.front()] = std::max(*answer->again_at, ground_.clock.now() + glance);
      job->put_off = true;
    }
    job->texts.push_back(answer ? std::move(answer->text) : paper::full_text_of_abstract(paper));
  }
  if (job->put_off) co_return;
  const std::string boundary = random_hex(8);
  const int context = reader_.context_tokens();
  Question& question = job->question;
  question.effort = job->is("scores") ? Effort::score : Effort::read;
  const int wanted = job->is("analysis") ? analysis_tokens : job->is("scores") ? ratings_tokens : overview_tokens;
  question.most_tokens = std::min(wanted, context / 3);
  const int room = std::max(context - question.most_tokens - prompt_tokens, 0);
  // Half of it where all of it was of no use.
  const std::size_t most = std::max(static_cast<std::size_t>(room) * bytes_a_token >> job->attempts, shortest_text);
  std::function<void()> write = [job, boundary, most, this] {
    const reading::Prompts& prompts = shelf_.prompts();
    reading::Ask ask;
    if (job->is("analysis")) {
      const std::vector<std::string> parts = shelf_.parts(job->language);
      ask = reading::ask_analysis(prompts.analysis(), job->texts.front(), parts, job->language, boundary, most);
    } else if (job->is("overview")) {
      ask = reading::ask_overview(prompts.overview(), job->texts, job->topics, job->language, boundary, most);
    } else {
      ask = reading::ask_scores(prompts.scores(), job->texts, job->topics, job->language, boundary);
    }
    job->question.system = std::move(ask.system);
    job->question.user = std::move(ask.user);
    job->question.schema_name = std::move(ask.schema_name);
    job->question.schema = std::move(ask.schema);
    for (const paper::FullText& text : job->texts) job->evidence.emplace_back(text);
  };
  co_await ground_.worker.run(std::move(write));
  const std::int64_t sent = estimate_tokens(question.system) + estimate_tokens(question.user);
  job->most = {sent + question.most_tokens, reader_.price(question.effort, sent, question.most_tokens)};
}

bool Readings::affordable(const Job& job, const store::Spent& all, const store::Spent& own) {
  const ReadingSettings& settings = shelf_.settings();
  const auto beyond = [](std::int64_t limit, std::int64_t sum) { return limit > 0 && sum > limit; };
  const Time now = ground_.clock.now();
  if (beyond(settings.tokens_per_day, all.tokens + reserved_.tokens + job.most.tokens) ||
      beyond(settings.micros_per_day, all.micros + reserved_.micros + job.most.micros)) {
    pause(next_day(now), "the day's budget is spent");
    return false;
  }
  if (!job.person.empty() && (beyond(settings.tokens_per_person, own.tokens + job.most.tokens) ||
                              beyond(settings.micros_per_person, own.micros + job.most.micros))) {
    over_budget_[job.person] = utc_day(now);
    log::info("a person's budget of the day is spent", {{"component", "read"}, {"user", job.person}});
    return false;
  }
  return true;
}

void Readings::check_reply(Job& job) const {
  std::vector<reading::Shown> shown;
  for (std::size_t i = 0; i < job.texts.size(); ++i) shown.push_back({&job.texts[i], &job.evidence[i]});
  if (job.is("analysis")) {
    const std::vector<std::string> parts = shelf_.parts(job.language);
    job.checked = reading::check_analysis(job.reply.json, shown.front(), parts, job.language);
  } else if (job.is("overview")) {
    job.checked = reading::check_overview(job.reply.json, shown, job.language);
  } else {
    job.ratings = reading::check_scores(job.reply.json, shown, job.language);
  }
}

async::Awaitable<> Readings::work(JobPtr job) {
  co_await compose(job);
  if (job->put_off) co_return;
  struct Look {
    bool wanted = false;
    store::Spent all, own;
  };
  const Time asked_at = ground_.clock.now();
  auto look = [job, asked_at](store::Tx& tx) {
    Look seen;
    seen.wanted = to_be_asked(store::find_reading(tx, job->keys.front()), asked_at);
    seen.all = store::spent_on(tx, utc_day(asked_at));
    seen.own = store::spent_by(tx, utc_day(asked_at), job->person);
    return seen;
  };
  const Look seen = co_await ground_.database.transact(look);
  if (!seen.wanted || !affordable(*job, seen.all, seen.own)) co_return;

  reserved_.tokens += job->most.tokens;
  reserved_.micros += job->most.micros;
  const std::shared_ptr<void> paid(nullptr, [this, most = job->most](void*) {
    reserved_.tokens -= most.tokens;
    reserved_.micros -= most.micros;
  });
  crash_point("reading-asked");
  Question question = job->question;
  job->reply = co_await reader_.ask(std::move(question));

  std::function<void()> check = [job, this] {
    if (job->reply.kind != Kind::answered) return;
    try {
      check_reply(*job);
    } catch (const std::exception& error) {  // whatever a model says, it ends nothing but its own reply
      job->checked = {};
      job->ratings = {};
      job->checked.fault = job->ratings.fault = "the reply cannot be checked: " + std::string(error.what());
    }
  };
  co_await ground_.worker.run(std::move(check));
  const Time now = ground_.clock.now();
  trouble(*job, now);
  auto write = [job, now, this](store::Tx& tx) { settle_in(tx, *job, now); };
  co_await ground_.database.transact(write);
  crash_point("reading-stored");
  count(*job);
  if (job->urgent) ground_.bells.matched.ring();
}

// --- what came of it

Time Readings::silent_until(const std::string& person) const {
  const auto over = over_budget_.find(person);
  const Time budget = over == over_budget_.end() ? Time{} : Time(over->second + std::chrono::days(1));
  return std::max(paused_until_, budget);
}

void Readings::pause(Time until, std::string why) {
  if (until <= paused_until_) return;
  paused_until_ = until;
  paused_why_ = std::move(why);
  log::warn("no model is asked for a while",
            {{"component", "read"},
             {"for", std::chrono::ceil<std::chrono::seconds>(until - ground_.clock.now()).count()},
             {"why", paused_why_}});
}

// What the whole stage learns from a reply.
void Readings::trouble(Job& job, Time now) {
  const Reply& reply = job.reply;
  switch (reply.kind) {
    case Kind::answered:
    case Kind::unusable:
    case Kind::too_long:
      straight_failures_ = 0;
      return;
    case Kind::later: {
      const Duration backoff = std::min(longest_pause, first_pause * (1 << std::min(straight_failures_, 10)));
      ++straight_failures_;
      for (const store::ReadingKey& key : job.keys) ++lost_[key];
      pause(now + reply.wait.value_or(backoff), reply.detail);
      return;
    }
    case Kind::exhausted:
      pause(next_day(now), "no credit: " + reply.detail);
      return;
    case Kind::misconfigured:
      pause(now + mending_pause, reply.detail);
      return;
  }
}

void Readings::settle_in(store::Tx& tx, const Job& job, Time now) const {
  const Reply& reply = job.reply;
  if (reply.prompt_tokens + reply.reply_tokens > 0) {
    store::put_cost(
        tx, {utc_day(now), job.person, job.task(), job.keys.front().model, 1, reply.prompt_tokens, reply.reply_tokens,
             reader_.price(job.question.effort, reply.prompt_tokens, reply.reply_tokens), reply.estimated ? 1 : 0});
  }
  const auto fail = [&](const store::ReadingKey& key, std::string detail) {
    const int attempts = job.attempts + 1;
    const std::optional<Time> again = attempts < most_attempts ? std::optional(now) : std::nullopt;
    store::put_reading_failure(tx, key, {std::move(detail), attempts, again}, now);
  };
  if (reply.kind == Kind::unusable || reply.kind == Kind::too_long) {
    for (const store::ReadingKey& key : job.keys) fail(key, reply.detail);
  } else if (reply.kind == Kind::later) {
    for (const store::ReadingKey& key : job.keys) {
      const auto lost = lost_.find(key);
      if (lost == lost_.end() || lost->second < most_lost) continue;
      store::put_reading_failure(tx, key, {reply.detail, job.attempts, now + lost_pause}, now);
    }
  } else if (reply.kind == Kind::answered && job.is("scores")) {
    for (std::size_t i = 0; i < job.keys.size(); ++i) {
      const auto at = job.ratings.ratings.find(job.keys[i].subject);
      if (at != job.ratings.ratings.end()) {
        store::put_rating(tx, job.keys[i], at->second, now);
      } else {
        fail(job.keys[i], job.ratings.fault.empty() ? "the reply has no sound score for it" : job.ratings.fault);
      }
    }
  } else if (reply.kind == Kind::answered) {
    if (!job.checked.fault.empty()) return fail(job.keys.front(), job.checked.fault);
    paper::Reading reading = job.checked.reading;
    reading.model = job.keys.front().model;
    reading.source = job.is("analysis") ? paper::to_string(job.texts.front().source) : "abstract";
    reading.made = utc_day(now);
    store::put_reading(tx, job.keys.front(), reading, described(job.checked.fallen), now);
  }
}

void Readings::count(const Job& job) {
  const Reply& reply = job.reply;
  for (const store::ReadingKey& key : job.keys) {
    const auto lost = lost_.find(key);
    if (lost != lost_.end() && (reply.kind != Kind::later || lost->second >= most_lost)) lost_.erase(lost);
  }
  const std::string& fault = job.is("scores") ? job.ratings.fault : job.checked.fault;
  const std::string result(reply.kind == Kind::answered && !fault.empty() ? "refuted" : word(reply.kind));
  Metrics& metrics = ground_.metrics;
  metrics.add(metric::reading_questions, {{"task", job.task()}, {"result", result}});
  metrics.add(metric::reading_tokens, {{"kind", "prompt"}}, static_cast<double>(reply.prompt_tokens));
  metrics.add(metric::reading_tokens, {{"kind", "reply"}}, static_cast<double>(reply.reply_tokens));
  const reading::Fallen& fallen = job.is("scores") ? job.ratings.fallen : job.checked.fallen;
  for (const auto& [reason, number] : fallen) {
    metrics.add(metric::reading_statements, {{"verdict", "dropped"}, {"reason", reason}}, number);
  }
  if (job.checked.reading.kept > 0) {
    metrics.add(metric::reading_statements, {{"verdict", "kept"}, {"reason", ""}}, job.checked.reading.kept);
  }
  log::info("a model was asked", {{"component", "read"},
                                  {"task", job.task()},
                                  {"subject", job.keys.front().subject},
                                  {"language", job.language},
                                  {"result", result},
                                  {"kept", job.checked.reading.kept},
                                  {"dropped", described(fallen)},
                                  {"tokens", reply.prompt_tokens + reply.reply_tokens},
                                  {"detail", fault.empty() ? reply.detail : fault}});
}

async::Awaitable<bool> Readings::read_now(paper::Paper paper, std::string language, std::string& why) {
  const auto job = std::make_shared<Job>();
  job->keys = {shelf_.analysis_key(paper, language)};
  job->papers = {std::move(paper)};
  job->language = std::move(language);
  co_await work(job);
  why = job->reply.detail.empty() ? job->checked.fault : job->reply.detail;
  if (why.empty()) why = paused(ground_.clock.now());
  co_return why.empty() && job->reply.kind == Kind::answered;
}

async::Awaitable<> Readings::run() {
  for (;;) {
    const bool worked = co_await step();
    if (worked) continue;
    const Duration left = paused_until_ - ground_.clock.now();
    const bool waits = left > Duration::zero();
    Duration wait = poll;
    if (waits) wait = std::min(left, poll);
    if (waits) {
      co_await async::sleep_for(wait);  // a bell does not end a pause
    } else {
      co_await ground_.bells.to_read.wait(wait);
    }
  }
}

}  // namespace paperboy::flow
