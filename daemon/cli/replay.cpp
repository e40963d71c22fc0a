// paperboy replay: recorded days through the whole daemon, in seconds.
#include "daemon/app/replay.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>

#include "daemon/app/recorded_source.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/cli/loop.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/store/instance.hpp"
#include "daemon/store/people.hpp"
#include "integrations/plugin.hpp"

namespace paperboy::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string from, start, database, output = "replay";
  int days = 1;
  bool send = false;
};

// A folder of its own, removed with what is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "paperboy-replay-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw Error("cannot make a folder in " + fs::temp_directory_path().string());
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Files below `folder`, and nothing else.
integrations::Offer files_only(const fs::path& folder) {
  settings::Findings findings;
  const std::string section =
      "directory: " + boost::json::serialize(boost::json::string(fs::absolute(folder).string()));
  integrations::Offer offer =
      integrations::find_plugin("file")->read(settings::Node::parse(section, "--output", findings));
  findings.throw_if_any();
  return offer;
}

// Everybody reads in a folder of their own.
std::vector<paper::Person> as_readers_of_files(std::vector<paper::Person> people) {
  for (paper::Person& person : people) person.addresses = {{"file", person.id}};
  return people;
}

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
  if (options.send && options.database.empty()) {
    throw UsageError("--send wants --database FILE: what was sent is kept there, so that starting again sends it once");
  }
  const app::Settings settings = settings_of(context);
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
  std::optional<TemporaryFolder> temporary;
  if (options.database.empty()) temporary.emplace();
  const fs::path file = temporary ? temporary->path() / "replay.db" : fs::path(options.database);
  const store::Instance instance(file);
  store::Database database(store::open_sqlite(file));
  const std::unique_ptr<net::Client> client = net::make_curl_client(io.get_executor(), "paperboy");
  auto source = std::make_unique<app::RecordedSource>(options.from, start, end, clock);
  std::cerr << text::group_digits(static_cast<std::int64_t>(source->papers())) << " papers in " << source->days().size()
            << " mailings, " << format_day(start) << " to " << format_day(end - std::chrono::days(1)) << "\n";
  const std::vector<paper::Person> people = options.send ? settings.people : as_readers_of_files(settings.people);
  database.transact_blocking([&](store::Tx& tx) { store::provision_people(tx, people, clock.now()); });
  Metrics metrics;
  std::vector<integrations::Offer> offers;
  if (options.send) {
    offers = channels_only(settings.offers);
  } else {
    offers.push_back(files_only(options.output));
  }
  app::Engine engine(io.get_executor(), database, clock, *client, *settings.templates, offers, metrics, {});
  engine.add_source(std::move(source));

  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto day_played = [&](Day day) {
    if (terminal) std::cerr << "\r" << format_day(day) << " played" << std::flush;
  };
  run_until_done(io, app::play_days(engine, clock, database, start, end, day_played));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cerr << (terminal ? "\r" : "") << options.days << " days played in " << std::fixed << std::setprecision(1)
            << took.count() << " s" << (options.send ? "" : ", digests are in " + options.output) << "\n";
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
  command.add_option("--database", options->database, "the store to play into (default: one that is thrown away)")
      ->type_name("FILE");
  CLI::Option* output =
      command.add_option("--output", options->output, "where the digests go, as files (default: ./replay)")
          ->type_name("DIR");
  command
      .add_flag("--send", options->send,
                "deliver to people's own addresses through the channels of the settings; wants --database")
      ->excludes(output);
  command.footer(
      "Plays the recorded mailings through ingest, match, digest and deliver under a clock of its own: schedules, "
      "digests and\n"
      "deliveries happen as they would have, only faster. The people are those of the settings; its sources are not "
      "asked, its\n"
      "store is not touched, and nothing is sent to anybody: digests become files, a folder a person. --send is for "
      "trying channels\n"
      "with test accounts. With --database, a replay that was interrupted goes on where it stopped.\n\n"
      "Example: paperboy replay --config my.yaml --from recordings --start 2026-06-01 --days 30 --output june\n");
  return [options](const Context& context) { return replay(*options, context); };
}

}  // namespace

extern const Verb replay_verb;
const Verb replay_verb{"replay", Group::look, "play recorded days through the whole daemon, in seconds", &setup};

}  // namespace paperboy::cli
