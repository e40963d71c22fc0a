// paperboy topics: what a topic would have brought, before anybody follows it; what a person's topics have learned.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "daemon/app/engine.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/bot/answer.hpp"
#include "daemon/bot/command.hpp"
#include "daemon/cli/loop.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/match/trial.hpp"
#include "daemon/paper/choice.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::cli {
namespace {

namespace json = boost::json;
using match::TrialReport;

constexpr auto usual_days = std::chrono::days(30);

struct Options {
  std::string query, since, person, database;
  bool stem = false, as_json = false;
};

// The bot's own grammar: "QUERY in CATEGORY...", "since ...".
bot::Command parse(const Options& options, Day today) {
  const std::string since = options.since.empty() ? "" : " since " + options.since;
  bot::Command command = bot::parse("test " + options.query + since, today);
  if (command.kind == bot::Command::Kind::test) {
    if (!options.since.empty() && !command.since)
      throw UsageError("--since '" + options.since + "' is no day gone by; write 30d, 2 weeks or 2026-11-01");
    return command;
  }
  std::string message = command.problem.empty() ? "a query is missing" : command.problem;
  if (command.column > 0 && !command.text.empty()) {
    std::size_t at = 0;
    for (std::size_t character = 1; character < command.column && at < command.text.size(); ++character)
      text::next_code_point(command.text, at);
    const std::size_t blanks = text::display_width(std::string_view(command.text).substr(0, at));
    message += "\n  " + command.text + "\n  " + std::string(blanks, ' ') + "^";
  }
  throw UsageError(message);
}

// As the store has the person, else as the settings do, which the daemon has not read yet.
std::vector<paper::Topic> topics_of(const Options& options, const Context& context, store::Database& database) {
  if (options.person.empty()) return {};
  return database.read_blocking([&](store::Tx& tx) {
    const std::optional<paper::Person> person = store::find_person(tx, options.person);
    if (person) return person->topics;
    std::vector<std::string> ids;
    for (const paper::Person& each : store::active_people(tx)) ids.push_back(each.id);
    if (options.database.empty()) {
      for (const paper::Person& each : settings_of(context).people) {
        if (each.id == options.person) return each.topics;
        ids.push_back(each.id);
      }
    }
    const auto near = text::nearest(options.person, ids);
    throw Error("there is no person '" + options.person + "'" + (near ? "; did you mean '" + *near + "'?" : "") +
                " ('paperboy people' lists them)");
  });
}

void each_day(store::Database& database, Day since, Day until,
              const std::function<void(Day, const paper::Paper&)>& each) {
  for (Day day = since; day < until; day += std::chrono::days(1)) {
    database.read_blocking([&](store::Tx& tx) {
      store::each_paper_dated(tx, day, day + std::chrono::days(1),
                              [&](const paper::Paper& paper) { each(day, paper); });
    });
  }
}

std::string number(std::size_t n) {
  return text::group_digits(static_cast<std::int64_t>(n));
}
std::string papers(std::size_t n) {
  return number(n) + (n == 1 ? " paper" : " papers");
}

std::string in_words(const std::vector<paper::Reason>& reasons) {
  std::vector<std::string> words;
  for (const paper::Reason& reason : reasons)
    words.push_back(reason.text + (reason.field.empty() ? "" : " (" + reason.field + ")"));
  return text::join(words, ", ");
}

std::string in_words(const TrialReport::Suggestion& suggestion) {
  using Kind = TrialReport::Suggestion::Kind;
  switch (suggestion.kind) {
    case Kind::any_order:
      return "the words in any order";
    case Kind::beginnings:
      return "words that begin so";
    case Kind::any_field:
      return "in title or abstract";
    case Kind::without:
      return "without " + suggestion.what;
    case Kind::everywhere:
      return "in all categories";
    case Kind::side_by_side:
      return "side by side";
    case Kind::in_titles:
      return "in titles alone";
    case Kind::in_category:
      return "in " + suggestion.what + " alone";
  }
  return {};
}

std::string_view word(TrialReport::Width width) {
  return width == TrialReport::Width::broad ? "broad" : width == TrialReport::Width::narrow ? "narrow" : "right";
}

std::string reason_missed(const TrialReport::Near& near) {
  if (near.excluded) return "left out by " + near.clause + " alone";
  return near.in_categories ? "not in " + near.clause : "lacks " + near.clause + " alone";
}

void print_paper(Day day, const paper::Paper& paper, const std::string& why) {
  std::cout << "  " << format_day(day) << "  " << paper.id.str() << "  " << text::ellipsize(paper.title, 90) << "\n"
            << "      " << why << "\n";
}

void print(const TrialReport& report, const std::string& asked, Day since, bool with_person) {
  std::cout << papers(report.met.met) << " of " << number(report.papers) << " since " << format_day(since) << " ("
            << report.days << (report.days == 1 ? " day" : " days") << " with papers) for " << asked << "\n";
  if (report.papers == 0) {
    std::cout << "The store holds no papers of that time ('--since 1y' looks further back).\n";
    return;
  }
  if (report.met.met > 0) {
    std::cout << "A day: " << report.met.median << " in the median, " << report.met.most << " at most ("
              << format_day(*report.met.fullest) << ")";
    if (report.width == TrialReport::Width::broad)
      std::cout << ": too broad, a digest shows " << match::Trial::too_many << " of a topic";
    std::cout << "\n";
    if (with_person) std::cout << "Met by other topics already: " << number(report.known) << "\n";
  } else {
    std::cout << "Too narrow, or too new.\n";
  }
  if (!report.best.empty()) std::cout << "\nThe best\n";
  for (const TrialReport::Hit& hit : report.best) print_paper(hit.day, hit.paper, in_words(hit.reasons));
  if (report.terms.size() > 1) {
    std::cout << "\nWhat brings them (papers with it, only by it; in all that were tried)\n";
    for (const TrialReport::Term& term : report.terms) {
      std::cout << "  " << number(term.with) << ", " << number(term.only) << "; " << number(term.anywhere) << "  "
                << term.written << "\n";
    }
  }
  if (report.near_count > 0) std::cout << "\nJust missed: " << number(report.near_count) << "\n";
  for (const TrialReport::Near& near : report.near) print_paper(near.day, near.paper, reason_missed(near));
  if (!report.suggestions.empty())
    std::cout << "\n" << (report.width == TrialReport::Width::broad ? "Narrower" : "Wider") << "\n";
  for (const TrialReport::Suggestion& each : report.suggestions) {
    std::cout << "  " << bot::as_said(each.query, each.categories) << "\n      " << in_words(each) << ": "
              << papers(each.met.met) << ", " << each.met.median << " a day\n";
  }
}

json::object day_counts(const match::ByDay& counts) {
  json::object object{{"papers", counts.met}, {"median_a_day", counts.median}, {"most_a_day", counts.most}};
  if (counts.fullest) object["fullest_day"] = format_day(*counts.fullest);
  return object;
}

json::object of_paper(Day day, const paper::Paper& paper) {
  return {{"id", paper.id.str()}, {"title", paper.title}, {"day", format_day(day)}};
}

json::object as_json(const TrialReport& report, const bot::Command& command, Day since) {
  json::array best, terms, near, suggestions;
  for (const TrialReport::Hit& hit : report.best) {
    json::object object = of_paper(hit.day, hit.paper);
    object["score"] = hit.score;
    json::array reasons;
    for (const paper::Reason& reason : hit.reasons)
      reasons.push_back(json::object{{"text", reason.text}, {"field", reason.field}});
    object["reasons"] = std::move(reasons);
    best.push_back(std::move(object));
  }
  for (const TrialReport::Term& term : report.terms) {
    terms.push_back(
        json::object{{"term", term.written}, {"with", term.with}, {"only", term.only}, {"anywhere", term.anywhere}});
  }
  for (const TrialReport::Near& each : report.near) {
    json::object object = of_paper(each.day, each.paper);
    object["missed"] = each.excluded ? "excluded" : each.in_categories ? "categories" : "lacks";
    object["clause"] = each.clause;
    near.push_back(std::move(object));
  }
  for (const TrialReport::Suggestion& each : report.suggestions) {
    json::object object = day_counts(each.met);
    object["query"] = each.query;
    object["categories"] = json::array(each.categories.begin(), each.categories.end());
    object["change"] = in_words(each);
    suggestions.push_back(std::move(object));
  }
  json::object object{{"query", command.text},
                      {"categories", json::array(command.categories.begin(), command.categories.end())},
                      {"since", format_day(since)},
                      {"tried", json::object{{"papers", report.papers}, {"days", report.days}}},
                      {"met", day_counts(report.met)},
                      {"known", report.known},
                      {"width", word(report.width)}};
  object["best"] = std::move(best);
  object["terms"] = std::move(terms);
  object["near_count"] = report.near_count;
  object["near"] = std::move(near);
  object["suggestions"] = std::move(suggestions);
  return object;
}

int test(const Options& options, const Context& context) {
  const Day today = std::chrono::floor<std::chrono::days>(SystemClock().now());
  const bot::Command command = parse(options, today);
  const std::filesystem::path file = store_file(options.database, context);
  if (!std::filesystem::exists(file))
    throw Error("there is no store at " + file.string() + " yet ('paperboy import' makes one)");
  store::Database database(store::open_sqlite(file));
  const std::vector<paper::Topic> others = topics_of(options, context, database);
  const Day since = command.since.value_or(today - usual_days), until = today + std::chrono::days(2);
  match::Statistics statistics;
  each_day(database, since, until, [&](Day, const paper::Paper& paper) { statistics.add(paper); });
  paper::Topic topic;
  topic.name = command.name;
  topic.query = command.text;
  topic.categories = command.categories;
  topic.stem = options.stem;
  match::Trial trial(topic, others, statistics);
  each_day(database, since, until, [&](Day day, const paper::Paper& paper) { trial.add(day, paper); });
  const TrialReport report = trial.report();
  if (options.as_json) {
    std::cout << json::serialize(as_json(report, command, since)) << "\n";
  } else {
    print(report, bot::as_said(command.text, command.categories), since, !options.person.empty());
  }
  return 0;
}

using Learned = std::vector<match::Profiles::TopicLearned>;

// By the daemon's own stage, on the store as it is.
Learned learned_by(const paper::Person& person, const app::Settings& settings, store::Database& database) {
  boost::asio::io_context io{1};
  SystemClock clock;
  Metrics metrics;
  const std::unique_ptr<net::Client> client = net::make_curl_client(io.get_executor(), "paperboy");
  app::EngineOptions options;
  options.contact = settings.contact;
  app::Engine engine(io.get_executor(), database, clock, *client, *settings.templates, settings.offers, metrics,
                     options);
  Learned learned;
  const auto work = [&]() -> async::Awaitable<> { learned = co_await engine.match().learned(person); };
  run_until_done(io, work());
  return learned;
}

std::string names_of(const std::vector<paper::Reason>& features) {
  std::vector<std::string> names;
  for (const paper::Reason& feature : features) names.push_back(feature.text);
  return text::join(names, ", ");
}

int learned(const Options& options, const Context& context) {
  const app::Settings settings = settings_of(context);
  log::configure(log::Level::warn, settings.log_format);
  store::Database database(
      store::open_sqlite(options.database.empty() ? settings.database.string() : options.database));
  paper::Person person = person_named(options.person, settings, database);
  const Day today = paper::local_day(person.schedule.time_zone, SystemClock().now());
  const Learned all = learned_by(paper::as_of(std::move(person), today), settings, database);
  if (all.empty()) std::cout << "Nothing yet: it begins with a paper that is given as an example, or liked.\n";
  for (const match::Profiles::TopicLearned& each : all) {
    std::cout << each.topic << "\n";
    for (const auto& [label, list] : {std::pair("for", &each.learned.toward), {"against", &each.learned.away}}) {
      if (list->empty()) continue;
      std::cout << "  " << label << "\n" << text::wrap(names_of(*list), 100, "    ") << "\n";
    }
  }
  return 0;
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.require_subcommand(1);
  CLI::App* tests = command.add_subcommand("test", "what would a topic have brought?");
  tests->add_option("QUERY", options->query, "the query, in quotes for the shell; 'in cs.CV' may follow it")
      ->required();
  tests->add_option("--since", options->since, "from then on (default: 30d)")->type_name("WHEN");
  tests->add_option("--person", options->person, "say how many of them this person's topics meet already")
      ->type_name("NAME");
  tests->add_flag("--stem", options->stem, "take English inflections as the same (a topic's 'stem: true')");
  tests->add_flag("--json", options->as_json, "for programs");
  add_database_option(*tests, options->database);
  CLI::App* shows = command.add_subcommand("learned", "what has been learned from the papers that a person judged?");
  shows->add_option("--person", options->person, "whose topics (see 'paperboy people')")->required()->type_name("NAME");
  add_database_option(*shows, options->database);
  command.footer(
      "test tries the topic on what the store holds: how many papers a day, which words bring them, what it just "
      "misses,\nand how to make it wider or narrower. Nothing is followed or changed.\n"
      "learned names what speaks for a paper and what against it, by topic, the strongest first. Its reader takes it\n"
      "back with 'undo' or 'reset', said to the bot or on the page of preferences.\n\n"
      "Examples: paperboy topics test '\"gaussian splatting\" OR 3DGS in cs.CV' --since 30d\n"
      "          paperboy topics test 'diffusion -ti:survey' --person ada --json\n"
      "          paperboy topics learned --person ada\n");
  return [options, tests](const Context& context) {
    return tests->parsed() ? test(*options, context) : learned(*options, context);
  };
}

}  // namespace

extern const Verb topics_verb;
const Verb topics_verb{"topics", Group::look, "try a topic before following it; see what was learned", &setup};

}  // namespace paperboy::cli
