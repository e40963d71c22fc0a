// The preferences: the page, what its forms do, and the person's data to take along.
#include "daemon/base/log.hpp"
#include "daemon/bot/answer.hpp"
#include "daemon/store/archive.hpp"
#include "daemon/store/choices.hpp"
#include "daemon/web/change.hpp"
#include "daemon/web/home_page.hpp"
#include "daemon/web/html.hpp"
#include "daemon/web/reader.hpp"
#include "daemon/web/replies.hpp"

namespace paperboy::web {
namespace {

using net::ServerRequest;
using net::ServerResponse;
using Grant = flow::Pages::Grant;

ServerResponse home(const Site& site, int status, const Grant& grant, const std::string& token, const Reader& reader,
                    const std::string& said, const Form* form = nullptr, const Problem* problem = nullptr) {
  const std::vector<std::string> languages = site.templates->languages();
  const Words& words = words_of(reader.person.language);
  HomeView view{reader, languages, grant.until, said, "../export/" + token, static_cast<bool>(site.learned)};
  view.form = form;
  view.problem = problem;
  const std::string title = problem == nullptr ? std::string(words.preferences)
                                               : std::string(words.problem) + ": " + std::string(words.preferences);
  return own_page(site, status, words, title, home_page(view, words), way_around(site, grant, words, "preferences"));
}

// Does what was asked for; false if it was so before.
bool apply(store::Tx& tx, const std::string& id, const Change& change, Time now) {
  bool changed = false;
  for (const paper::Choice& choice : change.choices) {
    const std::optional<paper::Person> before = store::find_reader(tx, id);
    if (!before || paper::with_choices(*before, {&choice, 1}) == *before) continue;
    store::add_choice(tx, id, choice);
    changed = true;
  }
  for (const std::int64_t number : change.taken_back) changed = store::take_back(tx, id, number, now) || changed;
  if (change.release) {
    const auto& [channel, destination] = *change.release;
    changed = store::release(tx, channel, destination, unsubscribed_code) || changed;
  }
  if (change.reset) changed = store::reset_choices(tx, id, now) > 0;
  if (change.forget) {
    store::forget_person(tx, id);
    changed = true;
  }
  return changed;
}

struct Outcome {
  std::optional<Reader> reader;  // before the change
  Change change;
  Posted posted;
  bool changed = false;
};

}  // namespace

async::Awaitable<ServerResponse> show_home(const Site& site, ServerRequest request) {
  const std::string token = last_segment(request.path);
  const Time now = site.clock.now();
  const std::optional<Grant> grant = site.pages.homed(token, now);
  if (!grant) co_return not_here(site);
  if (grant->expired) co_return co_await expired_for(site, grant->person);
  auto read = [id = grant->person, now](store::Tx& tx) { return read_reader(tx, id, now); };
  const std::optional<Reader> reader = co_await site.database.transact(read);
  if (!reader) co_return not_here(site);
  const Form query = parse_form(request.query).value_or(Form());
  const std::string confirm = query.text("confirm");
  if (confirm == "reset" || confirm == "forget") {
    const Words& words = words_of(reader->person.language);
    const std::string_view title = confirm == "reset" ? words.reset_ask : words.forget_ask;
    co_return own_page(site, 200, words, title, confirm_page(confirm, words), way_around(site, *grant, words, ""));
  }
  if (site.learned && query.text("show") == "learned") {
    const std::vector<match::Profiles::TopicLearned> learned = co_await site.learned(reader->person);
    const Words& words = words_of(reader->person.language);
    const std::string body = learned_page(*reader, learned, words);
    co_return own_page(site, 200, words, words.features, body, way_around(site, *grant, words, ""));
  }
  co_return home(site, 200, *grant, token, *reader, query.text("said"));
}

async::Awaitable<ServerResponse> change_home(const Site& site, ServerRequest request) {
  const std::string token = last_segment(request.path);
  const Time now = site.clock.now();
  const std::optional<Grant> grant = site.pages.homed(token, now);
  if (!grant) co_return not_here(site);
  if (grant->expired) co_return co_await expired_for(site, grant->person);
  auto work = [&site, id = grant->person, now, request](store::Tx& tx) {
    Outcome outcome;
    outcome.reader = read_reader(tx, id, now);
    if (!outcome.reader) return outcome;
    const Words& words = words_of(outcome.reader->person.language);
    outcome.posted = posted(site, request, words);
    if (!outcome.posted.form) return outcome;
    outcome.change = read_change(*outcome.posted.form, *outcome.reader, site.templates->languages(), words);
    if (!outcome.change.problem) outcome.changed = apply(tx, id, outcome.change, now);
    return outcome;
  };
  const Outcome outcome = co_await site.database.transact(work);
  if (!outcome.reader) co_return not_here(site);
  if (!outcome.posted.form) co_return outcome.posted.refusal;
  if (outcome.change.problem) {
    co_return home(site, 422, *grant, token, *outcome.reader, "", &*outcome.posted.form, &*outcome.change.problem);
  }
  if (outcome.changed) {
    log::info("preferences were changed on the page", {{"component", "web"}, {"user", grant->person}});
    if (site.people_changed) site.people_changed();
  }
  if (outcome.change.forget) {
    const Words& words = words_of(outcome.reader->person.language);
    Html body;
    body.element("h1", words.forgotten).element("p", words.forgotten_what);
    co_return own_page(site, 200, words, words.forgotten, body.take());
  }
  co_return see_again(outcome.changed ? outcome.change.said : "unchanged");
}

async::Awaitable<ServerResponse> export_person(const Site& site, ServerRequest request) {
  const Time now = site.clock.now();
  const std::optional<Grant> grant = site.pages.homed(last_segment(request.path), now);
  if (!grant) co_return not_here(site);
  if (grant->expired) co_return co_await expired_for(site, grant->person);
  auto read = [id = grant->person, now](store::Tx& tx) { return read_reader(tx, id, now); };
  const std::optional<Reader> reader = co_await site.database.transact(read);
  if (!reader) co_return not_here(site);
  ServerResponse response = page(200, bot::export_of(reader->person, reader->choices));
  response.content_type = "application/yaml; charset=utf-8";
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"paperboy-" + reader->person.id + ".yaml\"");
  co_return response;
}

}  // namespace paperboy::web
