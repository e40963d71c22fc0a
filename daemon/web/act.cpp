// One action of a message: asks, acts, and takes it back.
#include <algorithm>

#include "daemon/base/log.hpp"
#include "daemon/bot/command.hpp"
#include "daemon/store/archive.hpp"
#include "daemon/store/choices.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/web/html.hpp"
#include "daemon/web/reader.hpp"
#include "daemon/web/replies.hpp"

namespace paperboy::web {
namespace {

using net::ServerRequest;
using net::ServerResponse;
using Grant = flow::Pages::Grant;
using Command = bot::Command;
using Kind = paper::Choice::Kind;

// What is asked for; nothing if pages do no such thing.
struct Deed {
  Kind kind = Kind::save;
  paper::PaperId paper;
};

std::optional<Deed> deed_of(const Grant& grant) {
  const std::optional<Command> command = bot::parse_action(grant.about);
  if (!command || command->papers.size() != 1) return std::nullopt;
  const paper::PaperId& paper = command->papers.front().id;
  switch (command->kind) {
    case Command::Kind::more:
      return Deed{Kind::like, paper};
    case Command::Kind::less:
      return Deed{Kind::dislike, paper};
    case Command::Kind::save:
      return Deed{Kind::save, paper};
    default:
      return std::nullopt;
  }
}

const ActWords& words_of_deed(const Deed& deed, const Words& words) {
  return deed.kind == Kind::like ? words.more : deed.kind == Kind::dislike ? words.less : words.save;
}

// The choice by which the deed is done, if it is: the newest word about the paper.
std::optional<paper::Choice> standing(store::Tx& tx, const std::string& person, const Deed& deed) {
  std::optional<paper::Choice> newest;
  for (paper::Choice& choice : store::choices_of(tx, person)) {
    const bool rates = choice.kind == Kind::like || choice.kind == Kind::dislike;
    const bool about_it = deed.kind == Kind::save ? choice.kind == Kind::save : rates;
    if (about_it && choice.subject == deed.paper.str()) newest = std::move(choice);
  }
  return newest && newest->kind == deed.kind ? newest : std::nullopt;
}

// The topic of which a liked paper is an example: the best it met that the person still has.
std::string topic_of(store::Tx& tx, const paper::Person& person, const Deed& deed) {
  if (deed.kind != Kind::like) return {};
  for (std::string& met : store::topics_met(tx, person.id, deed.paper)) {
    const auto& topics = person.topics;
    const auto has = [&](const paper::Topic& topic) { return topic.name == met; };
    if (std::any_of(topics.begin(), topics.end(), has)) return met;
  }
  return {};
}

struct State {
  std::string language;
  std::string title;  // of the paper, or its id
  bool done = false;
  bool changed = false;
  Posted posted;
};

void change(store::Tx& tx, const paper::Person& person, const Deed& deed, bool undo, Time now) {
  const std::optional<paper::Choice> before = standing(tx, person.id, deed);
  if (undo) {
    if (before) store::take_back(tx, person.id, before->number, now);
    return;
  }
  paper::Choice choice;
  choice.kind = deed.kind;
  choice.at = now;
  choice.subject = deed.paper.str();
  choice.topic = topic_of(tx, person, deed);
  if (!before) store::add_choice(tx, person.id, choice);
}

std::optional<State> state_of(const Site& site, store::Tx& tx, const std::string& id, const Deed& deed,
                              const ServerRequest* request, Time now) {
  const std::optional<paper::Person> person = store::find_reader(tx, id);
  if (!person) return std::nullopt;
  State state;
  state.language = person->language;
  const bool before = standing(tx, id, deed).has_value();
  if (request != nullptr) {
    state.posted = posted(site, *request, words_of(state.language));
    const std::string action = state.posted.form ? state.posted.form->text("action") : "";
    if (action == "do" || action == "undo") change(tx, *person, deed, action == "undo", now);
  }
  state.done = standing(tx, id, deed).has_value();
  state.changed = state.done != before;
  const std::optional<paper::Paper> paper = store::find_paper(tx, deed.paper);
  state.title = paper ? paper->title : deed.paper.str();
  return state;
}

ServerResponse action_page(const Site& site, const Deed& deed, const State& state) {
  const Words& words = words_of(state.language);
  const ActWords& act = words_of_deed(deed, words);
  Html body;
  if (state.done) {
    body.element("h1", "id=\"said\" tabindex=\"-1\"", act.done).element("p", with(act.done_what, state.title));
    body.button("undo", words.undo);
  } else {
    body.element("h1", "id=\"said\" tabindex=\"-1\"", act.ask).element("p", with(act.what, state.title));
    body.button("do", act.button);
  }
  return own_page(site, 200, words, state.done ? act.done : act.ask, body.take());
}

}  // namespace

async::Awaitable<ServerResponse> show_action(const Site& site, ServerRequest request) {
  const Time now = site.clock.now();
  const std::optional<Grant> grant = site.pages.acting(last_segment(request.path), now);
  const std::optional<Deed> deed = grant ? deed_of(*grant) : std::nullopt;
  if (!deed) co_return not_here(site);
  if (grant->expired) co_return co_await expired_for(site, grant->person);
  auto read = [&site, id = grant->person, deed = *deed, now](store::Tx& tx) {
    return state_of(site, tx, id, deed, nullptr, now);
  };
  const std::optional<State> state = co_await site.database.transact(read);
  co_return state ? action_page(site, *deed, *state) : not_here(site);
}

async::Awaitable<ServerResponse> act(const Site& site, ServerRequest request) {
  const Time now = site.clock.now();
  const std::optional<Grant> grant = site.pages.acting(last_segment(request.path), now);
  const std::optional<Deed> deed = grant ? deed_of(*grant) : std::nullopt;
  if (!deed) co_return not_here(site);
  if (grant->expired) co_return co_await expired_for(site, grant->person);
  auto write = [&site, id = grant->person, deed = *deed, request, now](store::Tx& tx) {
    return state_of(site, tx, id, deed, &request, now);
  };
  const std::optional<State> state = co_await site.database.transact(write);
  if (!state) co_return not_here(site);
  if (!state->posted.form) co_return state->posted.refusal;
  if (state->changed) {
    log::info("a reader acted on a paper", {{"component", "web"}, {"user", grant->person}});
    if (site.people_changed) site.people_changed();
  }
  co_return see_again(state->done ? "done" : "undone");
}

}  // namespace paperboy::web
