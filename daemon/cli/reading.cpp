// paperboy reading: what language models wrote, what it cost, and asking them by hand.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <set>

#include "daemon/app/engine.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/cli/loop.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"
#include "daemon/store/readings.hpp"

namespace paperboy::cli {
namespace {

struct Options {
  std::string id, database;
  int days = 7;
};

std::string money(std::int64_t micros) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", static_cast<double>(micros) / 1e6);
  return text;
}

paper::PaperId paper_id(const std::string& written) {
  const auto reference = paper::parse_reference(written);
  if (!reference) throw UsageError("'" + written + "' is no id of a paper; write 2512.07197");
  return reference->id;
}

void print(const paper::Statement& statement) {
  std::cout << text::wrap(statement.text, 100, "    ") << "\n";
  for (const paper::Quote& quote : statement.quotes) {
    std::cout << text::wrap("“" + quote.text + "” " + quote.place, 100, "      ") << "\n";
  }
}

int show(const Options& options, store::Database& database) {
  const std::string id = paper_id(options.id).str();
  const auto found = database.read_blocking([&](store::Tx& tx) { return store::readings_of(tx, id); });
  for (const store::ReadingInfo& info : found) {
    std::cout << info.key.subject << " v" << info.key.version << "  " << info.key.task << "  " << info.key.language
              << "  " << info.key.model << "  " << format_rfc3339(info.made_at) << "  prompt " << info.key.prompt
              << "\n";
    if (info.state.failure) {
      std::cout << "  failed: " << info.state.failure->detail;
      const auto& next = info.state.failure->next_at;
      std::cout << (next ? "; asked again after " + format_rfc3339(*next) : "; not asked again") << "\n";
    } else if (info.state.rating) {
      std::cout << "  relevance " << info.state.rating->relevance << ", significance "
                << info.state.rating->significance << "\n";
      if (info.state.rating->reason) print(*info.state.rating->reason);
    } else if (info.state.reading) {
      const paper::Reading& reading = *info.state.reading;
      std::cout << "  from the " << reading.source << "; " << reading.kept << " sentences kept, " << reading.dropped
                << " dropped" << (info.detail.empty() ? "" : " (" + info.detail + ")") << "\n";
      for (const paper::Passage& passage : reading.passages) {
        std::cout << "  " << passage.part << "\n";
        for (const paper::Statement& statement : passage.statements) print(statement);
      }
    }
  }
  if (found.empty()) std::cout << "No model was asked about " << id << ".\n";
  return 0;
}

int costs(const Options& options, store::Database& database) {
  const Day today = std::chrono::floor<std::chrono::days>(SystemClock().now());
  const auto rows = database.read_blocking([&](store::Tx& tx) {
    return store::costs_between(tx, today - std::chrono::days(options.days - 1), today + std::chrono::days(1));
  });
  std::int64_t tokens = 0, micros = 0;
  for (const store::ReadingCost& row : rows) {
    tokens += row.prompt_tokens + row.reply_tokens;
    micros += row.micros;
    std::cout << format_day(row.day) << "  " << (row.person.empty() ? "(by hand)" : row.person) << "  " << row.task
              << "  " << row.model << "  " << row.calls << (row.calls == 1 ? " question  " : " questions  ")
              << text::group_digits(row.prompt_tokens) << " + " << text::group_digits(row.reply_tokens) << " tokens  "
              << money(row.micros) << (row.estimated > 0 ? "  (partly estimated)" : "") << "\n";
  }
  if (rows.empty()) {
    std::cout << "Nothing was spent.\n";
  } else {
    std::cout << "In all: " << text::group_digits(tokens) << " tokens, " << money(micros) << "\n";
  }
  return 0;
}

// The daemon's own engine, stepped by hand.
class Desk {
 public:
  Desk(store::Database& database, const app::Settings& settings)
      : client_(net::make_curl_client(io_.get_executor(), "paperboy")),
        engine_(io_.get_executor(), database, clock_, *client_, *settings.templates, settings.offers, metrics_,
                with_reading(settings)) {
    if (engine_.readings() == nullptr) throw Error("no model is set up: the settings have no 'reading.llm'");
  }

  std::string read_all() {
    run_until_done(io_, engine_.settle_reading());
    return engine_.readings()->paused(clock_.now());
  }
  bool read(const paper::Paper& paper, const std::string& language, std::string& why) {
    bool read = false;
    const auto work = [&]() -> async::Awaitable<> {
      read = co_await engine_.readings()->read_now(paper, language, why);
    };
    run_until_done(io_, work());
    return read;
  }

 private:
  static app::EngineOptions with_reading(const app::Settings& settings) {
    app::EngineOptions options;
    options.contact = settings.contact;
    options.reading = settings.reading;
    options.prompts = settings.prompts;
    options.texts = settings.texts;
    return options;
  }

  boost::asio::io_context io_{1};
  SystemClock clock_;
  Metrics metrics_;
  std::unique_ptr<net::Client> client_;
  app::Engine engine_;
};

int run(store::Database& database, const Context& context) {
  const app::Settings settings = settings_of(context);
  log::configure(settings.log_level, settings.log_format);
  const std::string paused = Desk(database, settings).read_all();
  if (!paused.empty()) throw Error("no model is asked for a while: " + paused);
  std::cout << "Everything that is due soon is read ('paperboy reading costs' says what for).\n";
  return 0;
}

int redo(const Options& options, store::Database& database, const Context& context) {
  const app::Settings settings = settings_of(context);
  log::configure(settings.log_level, settings.log_format);
  const paper::PaperId id = paper_id(options.id);
  std::set<std::string> languages;
  const auto paper = database.read_blocking([&](store::Tx& tx) {
    for (const store::ReadingInfo& info : store::readings_of(tx, id.str())) languages.insert(info.key.language);
    return store::find_paper(tx, id);
  });
  if (!paper) throw Error("the paper " + id.str() + " is not stored");
  if (languages.empty()) languages.insert(settings.language);
  Desk desk(database, settings);
  database.transact_blocking([&](store::Tx& tx) { store::forget_readings(tx, paper->id.str()); });
  for (const std::string& language : languages) {
    std::string why;
    if (!desk.read(*paper, language, why)) throw Error("not read in '" + language + "': " + why);
  }
  return show(options, database);
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.require_subcommand(1);
  const auto sub = [&](const char* name, const char* what) {
    CLI::App* made = command.add_subcommand(name, what);
    add_database_option(*made, options->database);
    return made;
  };
  const auto with_id = [&](CLI::App* made) {
    made->add_option("ID", options->id, "the paper")->required();
    return made;
  };
  CLI::App* runs = sub("run", "read what the daemon would read now, for digests that are due soon");
  CLI::App* shows = with_id(sub("show", "what models wrote about a paper, with the quotes it stands on"));
  CLI::App* redoes = with_id(sub("redo", "forget what was written about a paper, and have it read again"));
  CLI::App* sums = sub("costs", "tokens and money, by day, person, task and model");
  sums->add_option("--days", options->days, "of so many days (default: 7)")->check(CLI::Range(1, 3660));
  command.footer(
      "The daemon may run meanwhile. Money is in the currency of the prices in the settings.\n\n"
      "Examples: paperboy reading show 2512.07197\n"
      "          paperboy reading costs --days 30\n");
  return [=](const Context& context) {
    const std::filesystem::path file = store_file(options->database, context);
    if (!std::filesystem::exists(file)) throw Error("there is no store at " + file.string());
    store::Database database(store::open_sqlite(file));
    if (runs->parsed()) return run(database, context);
    if (shows->parsed()) return show(*options, database);
    if (redoes->parsed()) return redo(*options, database, context);
    if (sums->parsed()) return costs(*options, database);
    return 2;
  };
}

}  // namespace

extern const Verb reading_verb;
const Verb reading_verb{"reading", Group::daily, "what language models read and wrote, and what it cost", &setup};

}  // namespace paperboy::cli
