// paperboy replay: recorded days through the whole daemon, in seconds.
#include "daemon/app/replay.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>

#include "daemon/app/recorded_source.hpp"
#include "daemon/app/settings.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/cli/loop.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::cli {
namespace {

struct Options {
  std::string from, start, database;
  int days = 1;
};

// Sources of the settings stay out of it: nothing is asked of the network for papers.
std::vector<integrations::Offer> channels_only(const std::vector<integrations::Offer>& offers) {
  std::vector<integrations::Offer> kept;
  for (const integrations::Offer& offer : offers) {
    if (!offer.channel) continue;
    kept.push_back({});
    kept.back().channel = offer.channel;
  }
  return kept;
}

int replay(const Options& options, const Context& context) {
  settings::Findings findings;
  const app::Settings settings = app::read_settings(context.config, findings);
  findings.throw_if_any();
  log::configure(log::Level::warn, settings.log_format);
  Day start{};
  if (options.start.empty()) {
    start = app::first_recorded_day(options.from);
  } else {
    const std::optional<Day> day = parse_day(options.start);
    if (!day) throw UsageError("--start '" + options.start + "' is no day; write YYYY-MM-DD");
    start = *day;
  }
  const Day end = start + std::chrono::days(options.days);

  const auto began = std::chrono::steady_clock::now();
  boost::asio::io_context io(1);
  ManualClock clock(paper::AnnouncementCalendar::arxiv().feeds_at(start));
  store::Database database(
      store::open_sqlite(options.database.empty() ? settings.database.string() : options.database));
  const std::unique_ptr<net::Client> client = net::make_curl_client(io.get_executor(), "paperboy");
  auto source = std::make_unique<app::RecordedSource>(options.from, start, end, clock);
  std::cerr << text::group_digits(static_cast<std::int64_t>(source->papers())) << " papers in " << source->days().size()
            << " mailings, " << format_day(start) << " to " << format_day(end - std::chrono::days(1)) << "\n";
  database.transact_blocking([&](store::Tx& tx) { store::provision_people(tx, settings.people, clock.now()); });
  Metrics metrics;
  app::Engine engine(io.get_executor(), database, clock, *client, *settings.templates, channels_only(settings.offers),
                     metrics, {});
  engine.add_source(std::move(source));

  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto day_played = [&](Day day) {
    if (terminal) std::cerr << "\r" << format_day(day) << " played" << std::flush;
  };
  run_until_done(io, app::play_days(engine, clock, database, start, end, day_played));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cerr << (terminal ? "\r" : "") << options.days << " days played in " << std::fixed << std::setprecision(1)
            << took.count() << " s\n";
  return 0;
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("--from", options->from, "the folder of recordings (*.jsonl, .gz, .zst)")
      ->required()
      ->type_name("DIR");
  command.add_option("--start", options->start, "the first day (default: the first recorded one)")
      ->type_name("YYYY-MM-DD");
  command.add_option("--days", options->days, "how many days to play")->type_name("N")->check(CLI::Range(1, 3660));
  command.add_option("--database", options->database, "the store to play into (default: that of the settings)")
      ->type_name("FILE");
  command.footer(
      "Plays the recorded mailings through ingest, match, digest and deliver under a clock of its own: schedules, "
      "digests and\n"
      "deliveries happen as they would have, only faster. People and channels are those of the settings; its sources "
      "are not asked.\n"
      "A replay that was interrupted goes on where it stopped when it is started again.\n\n"
      "Example: paperboy replay --config my.yaml --from recordings --start 2026-06-01 --days 30 --database "
      "/tmp/june.db\n");
  return [options](const Context& context) { return replay(*options, context); };
}

}  // namespace

extern const Verb replay_verb;
const Verb replay_verb{"replay", Group::look, "play recorded days through the whole daemon, in seconds", &setup};

}  // namespace paperboy::cli
