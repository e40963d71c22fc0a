// paperboy demo: today's announcement, or a recorded one, as three people would get it.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "daemon/app/engine.hpp"
#include "daemon/app/settings.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/base/version.hpp"
#include "daemon/cli/loop.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* probe_url = "https://rss.arxiv.org/rss/math.NT";
constexpr Day sample_day = std::chrono::year{2026} / 11 / 3;
constexpr std::string_view shown_person = "ada";

// The sample's answers are files; nobody has to be spared.
constexpr const char* sample_sources =
    "    rss_url: https://sample.invalid/rss\n"
    "    oai_url: https://sample.invalid/oai\n"
    "    api_url: https://sample.invalid/api\n"
    "    gap: 0s\n";

struct Options {
  std::string output = "demo";
  bool offline = false;
};

// Tells on the screen what is being fetched, since a polite fetch takes its time.
class ToldClient final : public net::Client {
 public:
  explicit ToldClient(net::Client& client) : client_(client) {}
  async::Awaitable<net::Response> fetch(net::Request request) override {
    const std::string url = request.url;
    net::Response response = co_await client_.fetch(std::move(request));
    std::cerr << "  " << url << ": " << response.status << ", "
              << text::group_digits(static_cast<std::int64_t>(response.body.size())) << " bytes\n";
    co_return response;
  }
  async::Awaitable<net::MailReply> send_mail(net::MailServer server, net::Mail mail,
                                             net::MailTimeouts timeouts) override {
    co_return co_await client_.send_mail(std::move(server), std::move(mail), timeouts);
  }

 private:
  net::Client& client_;
};

// Does arXiv answer with an announcement? An empty one (a weekend, a holiday) shows nothing.
async::Awaitable<std::string> why_not_live(net::Client& client) {
  net::Request request;
  request.url = probe_url;
  request.connect_timeout = std::chrono::seconds(5);
  request.timeout = std::chrono::seconds(15);
  std::string reason;
  try {
    const net::Response response = co_await client.fetch(std::move(request));
    if (response.status != 200) reason = "arXiv answered " + std::to_string(response.status);
    if (response.status == 200 && response.body.find("<item>") == std::string::npos)
      reason = "arXiv announces nothing today";
  } catch (const net::NetError& error) {
    reason = std::string("arXiv cannot be reached (") + error.what() + ")";
  }
  co_return reason;
}

// The demonstration's settings, written out so that they can be read and used again.
void write_settings(const fs::path& file, const fs::path& output, bool live) {
  std::ofstream out(file, std::ios::trunc);
  out << "# Written by 'paperboy demo'. Try: paperboy digest --config " << file.string() << " --person ada\n"
      << "contact: demo@example.org\n"
      << "store: {path: " << (output / "paperboy.db").string() << "}\n"
      << "server: {listen: \"off\"}\n"
      << "log: {level: warn}\n"
      << "digest: {wait: 0s}\n"
      << "people: {directory: " << (app::data_directory() / "config" / "demo" / "people.d").string() << "}\n"
      << "sources:\n"
      << "  arxiv:\n"
      << "    categories: [cs.CV, cs.CL, hep-th, hep-ex, math.NT, astro-ph.CO]\n"
      << (live ? "    oai: false\n" : sample_sources) << "channels:\n"
      << "  file: {directory: " << output.string() << "}\n";
  if (!out.flush()) throw Error("cannot write " + file.string());
}

void show_written(const fs::path& output) {
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(output)) {
    const std::string name = entry.path().lexically_relative(output).string();
    const bool digest =
        name.ends_with(".md") || name.ends_with(".html") || name.find("Maildir/new/") != std::string::npos;
    if (entry.is_regular_file() && digest) files.push_back(name);
  }
  std::sort(files.begin(), files.end());
  std::cout << "\nWritten to " << output.string() << ":\n";
  for (const std::string& file : files) std::cout << "  " << file << "\n";
}

void show_digest(store::Database& database) {
  const auto row = database.transact_blocking([](store::Tx& tx) { return store::newest_digest(tx, shown_person); });
  if (!row) return;
  const digest::Document document = digest::read_message(row->markdown.text(), "en");
  std::cout << "\n" << digest::to_terminal(document, terminal_width(), terminal_colour()) << "\n";
}

int demo(const Options& options) {
  const fs::path output = fs::absolute(options.output).lexically_normal();
  const fs::path marker = output / ".paperboy-demo";  // only what a demonstration made is removed
  if (fs::exists(marker)) fs::remove_all(output);
  if (fs::exists(output) && !fs::is_empty(output)) {
    throw Error(output.string() + " holds something else already; name another folder with --output");
  }
  fs::create_directories(output);
  std::ofstream(marker) << "Made by 'paperboy demo', which removes this folder when it runs again.\n";
  log::configure(log::Level::warn, log::Format::logfmt);

  boost::asio::io_context io(1);
  const std::unique_ptr<net::Client> network =
      net::make_curl_client(io.get_executor(), "paperboy/" + std::string(version) + " (demo)");
  std::string why_not = "asked not to (--offline)";
  if (!options.offline) {
    std::cerr << "Asking arXiv for today's announcement ...\n";
    const auto ask = [&]() -> async::Awaitable<> { why_not = co_await why_not_live(*network); };
    run_until_done(io, ask());
  }
  const bool live = why_not.empty();
  const SystemClock system_clock;
  ManualClock sample_clock(paper::AnnouncementCalendar::arxiv().feeds_at(sample_day) + std::chrono::hours(8));
  net::FolderClient folder((app::data_directory() / "sample" / format_day(sample_day)).string());
  if (live) {
    std::cerr << "arXiv answers. Fetching six listings, at least 3 s apart, as arXiv asks:\n";
  } else {
    std::cerr << "Not live: " << why_not << ".\nPlaying the sample announcement of " << format_day(sample_day)
              << " instead (invented papers, arXiv's formats):\n";
  }
  ToldClient client(live ? *network : static_cast<net::Client&>(folder));
  const Clock& clock = live ? static_cast<const Clock&>(system_clock) : sample_clock;

  const fs::path file = output / "paperboy.yaml";
  write_settings(file, output, live);
  settings::Findings findings;
  const app::Settings settings = app::read_settings(file, findings);
  findings.throw_if_any();
  store::Database database(store::open_sqlite(settings.database));
  // As if they had been here since yesterday: the digest of this morning is theirs.
  const Time yesterday = clock.now() - std::chrono::hours(24);
  database.transact_blocking([&](store::Tx& tx) { store::provision_people(tx, settings.people, yesterday); });
  app::EngineOptions engine_options;
  engine_options.digest_wait = settings.digest_wait;
  engine_options.contact = settings.contact;
  Metrics metrics;
  app::Engine engine(io.get_executor(), database, clock, client, *settings.templates, settings.offers, metrics,
                     engine_options);
  const auto work = [&]() -> async::Awaitable<> {
    co_await engine.settle_ingest();
    std::cerr << "Matching three people's topics ...\n";
    co_await engine.settle_match();
    std::cerr << "Building and delivering the digests ...\n";
    co_await engine.settle();
  };
  run_until_done(io, work());
  show_digest(database);
  show_written(output);
  std::cout << "\nThis was one of three digests. Next: your own topics in a file like\n  "
            << (app::data_directory() / "config" / "demo" / "people.d" / "ada.yaml").string()
            << "\nand settings like config/paperboy.yaml; then 'paperboy check-config' and 'paperboy run'.\n";
  return 0;
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("--output", options->output, "where the digests go (default: ./demo)")->type_name("DIR");
  command.add_flag("--offline", options->offline, "play the sample announcement without asking arXiv");
  command.footer(
      "Takes today's announcement from arXiv, or plays a sample announcement where arXiv cannot be reached, matches "
      "the topics of\n"
      "three example people, writes their digests as files and shows one. Sends nothing to anybody.\n");
  return [options](const Context&) { return demo(*options); };
}

}  // namespace

extern const Verb demo_verb;
const Verb demo_verb{"demo", Group::start, "see it work: three example people's digests of today", &setup};

}  // namespace paperboy::cli
