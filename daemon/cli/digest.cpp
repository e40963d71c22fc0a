// paperboy digest: what a person got or would get.
#include "daemon/digest/digest.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "daemon/app/engine.hpp"
#include "daemon/app/settings.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/cli/loop.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::cli {
namespace {

struct Options {
  std::string person, date, format = "text", database;
};

paper::Person person_named(store::Database& database, const std::string& id) {
  return database.transact_blocking([&](store::Tx& tx) {
    if (std::optional<paper::Person> person = store::find_person(tx, id)) return *person;
    std::vector<std::string> ids;
    for (const paper::Person& person : store::active_people(tx)) ids.push_back(person.id);
    std::string message = "there is no person '" + id + "'";
    if (const auto near = text::nearest(id, ids)) message += "; did you mean '" + *near + "'?";
    throw Error(message + " ('paperboy people' lists them)");
  });
}

// The digest of that day as it was sent, or nothing.
std::optional<digest::Built> sent_digest(store::Database& database, const paper::Person& person, Day date) {
  return database.transact_blocking([&](store::Tx& tx) -> std::optional<digest::Built> {
    for (const char* kind : {"daily:", "announcement:"}) {
      const auto row = store::find_digest(tx, person.id, kind + format_day(date));
      if (!row || row->markdown.empty()) continue;
      digest::Built built;
      built.title = row->title;
      built.preheader = row->preheader;
      built.document = digest::parse_markdown(row->markdown, person.language);
      return built;
    }
    return std::nullopt;
  });
}

digest::Built preview(store::Database& database, const app::Settings& settings, paper::Person person, Day date) {
  boost::asio::io_context io(1);
  const SystemClock clock;
  const std::unique_ptr<net::Client> client = net::make_curl_client(io.get_executor(), "paperboy");
  Metrics metrics;
  app::Engine engine(io.get_executor(), database, clock, *client, *settings.templates, {}, metrics, {});
  digest::Built built;
  const auto work = [&]() -> async::Awaitable<> { built = co_await engine.digests().preview(std::move(person), date); };
  run_until_done(io, work());
  return built;
}

std::string as_mail(const digest::Built& built, const digest::Templates& templates, const paper::Person& person) {
  digest::MailHeaders headers;
  headers.from_name = "Paperboy";
  headers.from_address = "paperboy@localhost";
  headers.to_address = person.id + "@localhost";
  for (const paper::Address& address : person.addresses) {
    if (digest::is_mail_address(address.destination)) headers.to_address = address.destination;
  }
  headers.subject = built.title;
  headers.message_id = "preview@localhost";
  headers.date = SystemClock().now();
  headers.list_id = "digest.localhost";
  headers.list_name = "Paperboy";
  const std::string html = digest::to_html(templates.mail(), built.document, built.title, built.preheader, true);
  return digest::to_mail(headers, digest::to_text(built.document), html);
}

int show(const Options& options, const Context& context) {
  settings::Findings findings;
  const app::Settings settings = app::read_settings(context.config, findings);
  findings.throw_if_any();
  log::configure(log::Level::warn, settings.log_format);
  store::Database database(
      store::open_sqlite(options.database.empty() ? settings.database.string() : options.database));
  database.transact_blocking([&](store::Tx& tx) { store::provision_people(tx, settings.people, SystemClock().now()); });
  const paper::Person person = person_named(database, options.person);
  Day date = paper::local_day(person.schedule.time_zone, SystemClock().now());
  if (!options.date.empty()) {
    const std::optional<Day> day = parse_day(options.date);
    if (!day) throw UsageError("--date '" + options.date + "' is no day; write YYYY-MM-DD");
    date = *day;
  }
  std::optional<digest::Built> built = sent_digest(database, person, date);
  if (!built) built = preview(database, settings, person, date);

  if (options.format == "markdown") {
    std::cout << digest::to_markdown(built->document);
  } else if (options.format == "html") {
    std::cout << digest::to_html(settings.templates->page(), built->document, built->title, built->preheader, false);
  } else if (options.format == "email") {
    std::cout << as_mail(*built, *settings.templates, person);
  } else {
    std::cout << digest::to_terminal(built->document, terminal_width(), terminal_colour());
  }
  return 0;
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("--person", options->person, "whose digest (see 'paperboy people')")
      ->required()
      ->type_name("NAME");
  command.add_option("--date", options->date, "of which day (default: today where the person lives)")
      ->type_name("YYYY-MM-DD");
  command.add_option("--format", options->format, "text, markdown, html or email")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "markdown", "html", "email"}));
  command.add_option("--database", options->database, "the store (default: that of the settings)")->type_name("FILE");
  command.footer(
      "Shows the digest of that day as it was sent; if none was, what would be sent now. Nothing is sent or marked as "
      "shown.\n\n"
      "Example: paperboy digest --person ada --date 2026-06-02 --format markdown > ada.md\n");
  return [options](const Context& context) { return show(*options, context); };
}

}  // namespace

extern const Verb digest_verb;
const Verb digest_verb{"digest", Group::look, "show the digest of a person", &setup};

}  // namespace paperboy::cli
