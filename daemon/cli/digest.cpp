// paperboy digest: what a person got or would get.
#include "daemon/digest/digest.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "daemon/app/engine.hpp"
#include "daemon/app/pages.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/cli/loop.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/store/archive.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/outbox_admin.hpp"

namespace paperboy::cli {
namespace {

struct Options {
  std::string person, date, format = "text", database;
};

// The digest of that day as it was sent, or nothing.
std::optional<store::DigestRow> sent_digest(store::Database& database, const paper::Person& person, Day date) {
  return database.read_blocking([&](store::Tx& tx) -> std::optional<store::DigestRow> {
    for (const char* kind : {"daily:", "announcement:"}) {
      auto row = store::find_digest(tx, person.id, kind + format_day(date));
      if (row && !row->markdown.empty()) return row;
    }
    // What was not made by a schedule: at once, or when it was asked for. The newest of that day.
    constexpr int most = 1000;
    for (const store::DigestRow& row : store::digests_of(tx, person.id, "", most, 0)) {
      const Day day = paper::local_day(person.schedule.time_zone, row.built_at);
      if (day < date) break;
      if (day == date && row.kind == digest::to_string(digest::MessageKind::digest))
        return store::digest_by_id(tx, row.id);
    }
    return std::nullopt;
  });
}

digest::Built built_from(const store::DigestRow& row, const paper::Person& person) {
  digest::Built built;
  built.title = row.title;
  built.preheader = row.preheader;
  built.document = digest::read_message(row.markdown.text(), person.language);
  return built;
}

// What can be made of a digest that was not sent yet: the digest, and its bytes in a channel.
class Preview {
 public:
  Preview(store::Database& database, const app::Settings& settings)
      : client_(net::make_curl_client(io_.get_executor(), "paperboy")),
        engine_(io_.get_executor(), database, clock_, *client_, *settings.templates, settings.offers, metrics_,
                options_of(database, settings)) {}

  digest::Built build(paper::Person person, Day date) {
    digest::Built built;
    const auto work = [&]() -> async::Awaitable<> {
      built = co_await engine_.digests().preview(std::move(person), date);
    };
    run_until_done(io_, work());
    return built;
  }
  std::vector<std::string> payloads(const paper::Person& person, const digest::Built& built, Day date,
                                    const std::string& channel) {
    std::vector<paper::Address> addresses;
    for (const paper::Address& address : person.addresses) {
      if (address.channel == channel) addresses.push_back(address);
    }
    store::DigestRow row{.id = "preview", .person = person.id, .period_key = "preview:" + format_day(date)};
    row.built_at = clock_.now();
    std::vector<std::string> list;
    for (store::NewDelivery& delivery : engine_.composer().compose(person, addresses, built, row)) {
      list.push_back(std::move(delivery.payload));
    }
    return list;
  }

 private:
  static app::EngineOptions options_of(store::Database& database, const app::Settings& settings) {
    app::EngineOptions options;
    options.contact = settings.contact;
    options.pages = app::pages_of(settings, database, SystemClock().now());
    options.reading = settings.reading;
    options.prompts = settings.prompts;
    options.citations = settings.citations;
    return options;
  }

  boost::asio::io_context io_{1};
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<net::Client> client_;
  app::Engine engine_;
};

int show(const Options& options, const Context& context) {
  const app::Settings settings = settings_of(context);
  log::configure(log::Level::warn, settings.log_format);
  store::Database database(
      store::open_sqlite(options.database.empty() ? settings.database.string() : options.database));
  const paper::Person person = person_named(options.person, settings, database);
  Day date = paper::local_day(person.schedule.time_zone, SystemClock().now());
  if (!options.date.empty()) {
    const std::optional<Day> day = parse_day(options.date);
    if (!day) throw UsageError("--date '" + options.date + "' is no day; write YYYY-MM-DD");
    date = *day;
  }
  const std::optional<store::DigestRow> sent = sent_digest(database, person, date);
  Preview preview(database, settings);
  const digest::Built built = sent ? built_from(*sent, person) : preview.build(person, date);

  if (options.format == "markdown") {
    std::cout << digest::to_markdown(digest::without_actions(built.document));
  } else if (options.format == "html") {
    std::cout << digest::to_html(settings.templates->page(), built.document, built.title, built.preheader, false);
  } else if (options.format == "text") {
    std::cout << digest::to_terminal(built.document, terminal_width(), terminal_colour());
  } else {
    std::vector<std::string> payloads;
    if (sent) {
      payloads = database.transact_blocking(
          [&](store::Tx& tx) { return store::payloads_of_digest(tx, sent->id, options.format); });
    } else {
      payloads = preview.payloads(person, built, date, options.format);
    }
    if (payloads.empty()) {
      throw Error(person.name + " has no address in '" + options.format +
                  "'; a channel is shown to whom it is delivered (see 'paperboy people')");
    }
    for (const std::string& payload : payloads) std::cout << payload << (payload.ends_with('\n') ? "" : "\n");
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
  std::vector<std::string> formats{"text", "markdown", "html"};
  for (const integrations::Plugin* plugin : integrations::plugins()) {
    if (plugin->kind == integrations::Plugin::Kind::channel) formats.emplace_back(plugin->name);
  }
  command.add_option("--format", options->format, text::join(formats, ", ") + ": of a channel, the very bytes it gets")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(formats));
  add_database_option(command, options->database);
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
