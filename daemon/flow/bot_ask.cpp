// What people ask about papers.
#include <algorithm>

#include "daemon/base/log.hpp"
#include "daemon/flow/bot_question.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/store/citations.hpp"
#include "daemon/store/papers.hpp"

namespace paperboy::flow {
namespace {

using Kind = bot::Command::Kind;
using What = bot::Said::What;

constexpr std::size_t most_similar = 3;  // named below a paper
constexpr std::size_t most_listed = 10;
constexpr auto usual_search = std::chrono::days(30);
constexpr auto longest_search = std::chrono::days(366);

std::string key_of(const paper::PaperId& id) {
  return "paper:" + id.str();
}

// No further back than is looked at.
Day asked_since(const Bot::Question& question) {
  return std::max(question.command.since.value_or(question.today - usual_search), question.today - longest_search);
}

std::vector<paper::VersionedId> asked_for(const Bot::Question& question) {
  std::vector<paper::VersionedId> ids = question.command.papers;
  if (ids.size() > most_asked) ids.resize(most_asked);
  return ids;
}

}  // namespace

// In their order; nothing where a paper is not stored. One known by several ids comes under that which it is stored
// with.
async::Awaitable<Bot::Known> Bot::stored(std::vector<paper::VersionedId> ids) {
  auto read = [ids](store::Tx& tx) {
    Known known;
    for (const paper::VersionedId& id : ids) known.push_back(store::find_paper(tx, id.id));
    return known;
  };
  Known known = co_await ground_.database.transact(read);
  co_return known;
}

async::Awaitable<std::vector<bot::Listed>> Bot::like(paper::Paper paper, std::size_t most) {
  auto found = std::make_shared<std::vector<match::Library::Like>>();
  std::function<void()> job = [this, paper, most, found] {
    if (library_) *found = library_->like(paper, most);
  };
  co_await worker_.run(std::move(job));
  auto read = [found](store::Tx& tx) {
    std::vector<paper::PaperId> ids;
    for (const match::Library::Like& like : *found) ids.push_back(like.id);
    return store::find_papers(tx, ids);
  };
  const std::vector<paper::Paper> papers = co_await ground_.database.transact(read);
  std::vector<bot::Listed> listed;
  for (const paper::Paper& each : papers) {
    const auto at = std::find_if(found->begin(), found->end(),
                                 [&](const match::Library::Like& like) { return like.id == each.id; });
    if (at != found->end()) listed.push_back({each, at->likeness, {}});
  }
  co_return listed;
}

async::Awaitable<bot::PaperAnswer> Bot::about(Asked asked, paper::Paper paper, int version) {
  const Question& q = *asked;
  bot::PaperAnswer answer;
  answer.asked_version = version;
  answer.with_abstract = q.command.kind == Kind::abstract;
  answer.only_why = q.command.kind == Kind::why;
  answer.has_topics = q.person && !q.person->topics.empty();
  if (answer.has_topics) {
    const std::shared_ptr<const match::Profiles> profiles = co_await match_.profiles();
    for (paper::Match& match : profiles->match(paper)) {
      if (match.person == q.person->id) answer.matches.push_back(std::move(match));
    }
    std::sort(answer.matches.begin(), answer.matches.end(), [](const paper::Match& a, const paper::Match& b) {
      return a.score != b.score ? a.score > b.score : a.topic < b.topic;
    });
  }
  if (!answer.only_why && !answer.with_abstract) answer.similar = co_await like(paper, most_similar);
  if (settings_.citations) {
    auto read = [id = paper.id](store::Tx& tx) { return store::find_citations(tx, id); };
    answer.citations = co_await ground_.database.transact(read);
    ground_.bells.to_count.ring();
  }
  answer.paper = std::move(paper);
  co_return answer;
}

async::Awaitable<Bot::Handled> Bot::ask(Asked asked) {
  Handled handled;
  const std::vector<paper::VersionedId> ids = asked_for(*asked);
  const Known known = co_await stored(ids);
  bot::Said said{.what = lookup_ == nullptr ? What::unknown_paper : What::looking_up};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!known[i]) {
      said.subject += (said.subject.empty() ? "" : ", ") + ids[i].id.str();
      continue;
    }
    const paper::Paper& paper = *known[i];
    bot::Answer answer = bot::Citation{paper};
    if (asked->command.kind != Kind::cite) {
      bot::PaperAnswer whole = co_await about(asked, paper, ids[i].version);
      answer = std::move(whole);
    }
    handled.replies.push_back({key_of(ids[i].id), std::move(answer), paper.id.str()});
  }
  if (said.subject.empty()) co_return handled;
  handled.replies.insert(handled.replies.begin(), {std::string(looking_key), said, ""});
  handled.looks_up = lookup_ != nullptr;
  co_return handled;
}

async::Awaitable<std::string> Bot::look_up(std::vector<paper::VersionedId> ids) {
  const Known before = co_await stored(ids);
  std::vector<paper::PaperId> missing;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!before[i]) missing.push_back(ids[i].id);
  }
  auto found = std::make_shared<Found>();
  std::string trouble;
  try {
    *found = co_await lookup_->find(missing);
  } catch (const Error& error) {
    trouble = error.what();
  }
  if (!trouble.empty()) log::warn("a paper could not be looked up", {{"component", "bot"}, {"err", trouble}});
  auto write = [found, now = ground_.clock.now()](store::Tx& tx) {
    for (const paper::Paper& paper : found->papers) store::put_paper(tx, paper, now);
  };
  co_await ground_.database.transact(write);
  co_return trouble;
}

async::Awaitable<Bot::Handled> Bot::answer_looked_up(Asked asked) {
  if (bot::rates(asked->command.kind)) {
    std::string trouble = co_await look_up(asked->command.papers);
    Known known = co_await stored(asked->command.papers);
    Handled rated = co_await rate(asked, std::move(known), std::move(trouble));
    co_return rated;
  }
  const std::vector<paper::VersionedId> ids = asked_for(*asked);
  const std::string trouble = co_await look_up(ids);
  Handled handled = co_await ask(asked);
  handled.looks_up = false;
  // What is still missing is unknown to the provider, or could not be asked for.
  std::erase_if(handled.replies, [](const Handled::Reply& reply) { return reply.key == looking_key; });
  const Known after = co_await stored(ids);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (after[i]) continue;
    bot::Said said{.what = trouble.empty() ? What::unknown_paper : What::lookup_failed};
    said.subject = ids[i].id.str();
    said.detail = trouble;
    handled.replies.push_back({key_of(ids[i].id), said, ""});
  }
  co_return handled;
}

async::Awaitable<Bot::Handled> Bot::ask_title(Asked asked) {
  const std::string title = asked->command.text;
  auto read = [title](store::Tx& tx) { return store::papers_titled(tx, title, 1); };
  const std::vector<paper::Paper> papers = co_await ground_.database.transact(read);
  if (!papers.empty()) {
    const paper::Paper& paper = papers.front();
    bot::PaperAnswer whole = co_await about(asked, paper, 0);
    Handled handled;
    handled.replies.push_back({key_of(paper.id), std::move(whole), paper.id.str()});
    co_return handled;
  }
  paper::Paper wanted;
  wanted.title = title;
  bot::PapersAnswer answer;
  answer.what = bot::PapersAnswer::What::title;
  answer.asked = title;
  answer.papers = co_await like(wanted, most_similar);
  answer.found = answer.papers.size();
  co_return Handled::say(std::move(answer));
}

async::Awaitable<Bot::Handled> Bot::similar(Asked asked) {
  const std::vector<paper::VersionedId> ids{asked->command.papers.front()};
  const Known known = co_await stored(ids);
  if (!known.front()) co_return Handled::say(What::unknown_paper, ids.front().id.str());
  bot::PapersAnswer answer;
  answer.what = bot::PapersAnswer::What::similar;
  answer.asked = known.front()->title;
  answer.papers = co_await like(*known.front(), most_listed);
  answer.found = answer.papers.size();
  co_return Handled::say(std::move(answer));
}

async::Awaitable<Bot::Handled> Bot::saved(Asked asked) {
  bot::PapersAnswer answer;
  answer.what = bot::PapersAnswer::What::saved;
  std::vector<paper::VersionedId> ids;
  if (asked->person) {
    const std::vector<std::string>& saved = asked->person->saved;
    answer.found = saved.size();
    for (auto id = saved.rbegin(); id != saved.rend() && ids.size() < most_listed; ++id) {
      if (const auto known = paper::PaperId::from_canonical(*id)) ids.push_back({*known, 0});
    }
  }
  const Known known = co_await stored(ids);
  for (const std::optional<paper::Paper>& paper : known) {
    if (paper) answer.papers.push_back({*paper, 0, {}});
  }
  co_return Handled::say(std::move(answer));
}

// Everything of [since, now], a day at a time: others use the store in between.
async::Awaitable<match::TrialReport> Bot::tried(Asked asked, paper::Topic topic, Day since, match::TrialLimits limits) {
  std::vector<paper::Topic> others;
  if (limits.whole && asked->person) others = asked->person->topics;
  std::erase_if(others, [&topic](const paper::Topic& other) { return other.name == topic.name; });
  const match::Statistics statistics = co_await match_.statistics();
  const auto trial = std::make_shared<match::Trial>(topic, others, statistics, limits);
  const Day until = paper::AnnouncementCalendar::eastern_day(asked->now) + std::chrono::days(2);
  for (Day day = since; day < until; day += std::chrono::days(1)) {
    auto read = [day](store::Tx& tx) {
      auto papers = std::make_shared<std::vector<paper::Paper>>();
      store::each_paper_dated(tx, day, day + std::chrono::days(1),
                              [&](const paper::Paper& paper) { papers->push_back(paper); });
      return papers;
    };
    const std::shared_ptr<std::vector<paper::Paper>> papers = co_await ground_.database.transact(read);
    if (papers->empty()) continue;
    std::function<void()> job = [papers, trial, day] {
      for (const paper::Paper& paper : *papers) trial->add(day, paper);
    };
    co_await worker_.run(std::move(job));
  }
  co_return trial->report();
}

async::Awaitable<Bot::Handled> Bot::search(Asked asked) {
  const bot::Command& command = asked->command;
  const Day since = asked_since(*asked);
  paper::Topic topic;
  topic.name = "search";
  topic.query = command.text;
  topic.categories = command.categories;
  match::TrialLimits limits;
  limits.whole = false;
  limits.hits = most_listed;
  const match::TrialReport report = co_await tried(asked, std::move(topic), since, limits);
  bot::PapersAnswer answer;
  answer.what = bot::PapersAnswer::What::search;
  answer.asked = command.text;
  for (const match::TrialReport::Hit& hit : report.best) answer.papers.push_back({hit.paper, hit.score, hit.reasons});
  answer.found = report.met.met;
  answer.since = since;
  co_return Handled::say(std::move(answer));
}

async::Awaitable<Bot::Handled> Bot::test(Asked asked) {
  const bot::Command& command = asked->command;
  const Day since = asked_since(*asked);
  paper::Topic topic;
  topic.name = command.name;
  topic.query = command.text;
  topic.categories = command.categories;
  bot::TrialAnswer answer;
  answer.asked = bot::as_said(command.text, command.categories);
  answer.since = since;
  match::TrialLimits limits;
  answer.report = co_await tried(asked, std::move(topic), since, limits);
  co_return Handled::say(std::move(answer));
}

}  // namespace paperboy::flow
