// paperboy ledger: what was announced, and whether all of it is here.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/flow/coverage.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/paper/taxonomy.hpp"
#include "daemon/store/papers.hpp"

namespace paperboy::cli {
namespace {

namespace json = boost::json;
using paper::LedgerEntry;
using paper::LedgerState;

struct Options {
  std::string database, listing;
  int days = 14;
  bool as_json = false;
};

// A line of the answer. Of a mailing that no source has said anything of there is no source.
struct Line {
  LedgerEntry entry;
  bool looked() const { return !entry.source.empty(); }
};

// What is known of each listing and mailing, the newest first. A mailing of arXiv between the first and the last that
// should be out, of which nobody has said anything, stands there, too: it may be missing. It is one line, of category
// "*", where that is true of all listings.
std::vector<Line> lines_of(std::span<const LedgerEntry> entries, Time now) {
  std::vector<Line> lines;
  std::map<std::string, std::set<Day>> read;  // by listing of arXiv
  std::set<Day> read_at_all;
  for (LedgerEntry& entry : flow::best_informed(entries)) {
    if (paper::known_group(entry.category)) {
      read[entry.category].insert(entry.day);
      read_at_all.insert(entry.day);
    }
    lines.push_back({std::move(entry)});
  }
  const auto& calendar = paper::AnnouncementCalendar::arxiv();
  const Day last = calendar.latest_mailing(now);
  const auto add_unread = [&](const std::string& listing, Day first, const std::set<Day>& known) {
    for (Day day = first; day <= last; day = calendar.next_mailing(day)) {
      if (!known.contains(day)) lines.push_back({LedgerEntry{.source = "", .category = listing, .day = day}});
    }
  };
  if (!read_at_all.empty()) add_unread("*", calendar.next_mailing(*read_at_all.begin()), read_at_all);
  for (auto& [listing, days] : read) {
    const Day first = calendar.next_mailing(*days.begin());
    for (Day day = first; day <= last; day = calendar.next_mailing(day)) {
      if (!read_at_all.contains(day)) days.insert(day);
    }
    add_unread(listing, first, days);
  }
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return a.entry.day != b.entry.day ? a.entry.day > b.entry.day : a.entry.category < b.entry.category;
  });
  return lines;
}

int missing_in(const LedgerEntry& entry) {
  return std::max(0, entry.expected - entry.ingested);
}

std::string papers_of(const Line& line) {
  if (!line.looked() || line.entry.state == LedgerState::waiting) return "-";
  const std::string here = std::to_string(line.entry.ingested);
  return line.entry.expected > 0 ? here + "/" + std::to_string(line.entry.expected) : here;
}

std::string state_of(const Line& line) {
  if (!line.looked()) return "not read by any source";
  std::string state(paper::to_string(line.entry.state));
  if (!line.entry.note.empty()) state += ": " + line.entry.note;
  return state;
}

void print_json(const std::vector<Line>& lines) {
  json::array all;
  for (const Line& line : lines) {
    const LedgerEntry& entry = line.entry;
    all.push_back({{"mailing", format_day(entry.day)},
                   {"listing", entry.category},
                   {"state", line.looked() ? paper::to_string(entry.state) : "not read"},
                   {"here", entry.ingested},
                   {"announced", entry.expected > 0 ? json::value(entry.expected) : json::value(nullptr)},
                   {"source", entry.source},
                   {"note", entry.note}});
  }
  std::cout << json::serialize(all) << "\n";
}

void print(const std::vector<Line>& lines) {
  std::size_t widest = 7;
  for (const Line& line : lines) widest = std::max(widest, line.entry.category.size());
  const auto row = [&](std::string_view mailing, std::string listing, std::string papers, std::string_view state) {
    listing.resize(std::max(widest, listing.size()), ' ');
    if (papers.size() < 9) papers.insert(0, 9 - papers.size(), ' ');
    std::cout << mailing << "  " << listing << "  " << papers << "  " << state << "\n";
  };
  row("MAILING   ", "LISTING", "HERE", "STATE");
  std::map<std::string, int> states;
  int missing = 0;
  for (const Line& line : lines) {
    row(format_day(line.entry.day), line.entry.category == "*" ? "all" : line.entry.category, papers_of(line),
        state_of(line));
    ++states[line.looked() ? std::string(paper::to_string(line.entry.state)) : "not read"];
    missing += missing_in(line.entry);
  }
  std::vector<std::string> sums;
  for (const auto& [state, count] : states) sums.push_back(std::to_string(count) + " " + state);
  std::cout << "\n" << text::join(sums, ", ") << ".";
  if (missing > 0)
    std::cout << " " << missing << (missing == 1 ? " paper is" : " papers are") << " known to be missing.";
  if (missing == 0 && !states.contains("not read")) std::cout << " No paper is known to be missing.";
  std::cout << "\n";
}

int show(const Options& options, const Context& context) {
  store::Database database(store::open_sqlite(store_file(options.database, context)));
  const Time now = SystemClock().now();
  const Day tomorrow = paper::AnnouncementCalendar::eastern_day(now) + std::chrono::days(1);
  std::vector<LedgerEntry> entries = database.read_blocking([&](store::Tx& tx) {
    return store::ledger_between(tx, tomorrow - std::chrono::days(options.days), tomorrow + std::chrono::days(1));
  });
  if (!options.listing.empty()) {
    std::erase_if(entries, [&](const LedgerEntry& entry) {
      return entry.category != options.listing && !paper::in_group(entry.category, options.listing);
    });
  }
  const std::vector<Line> lines = lines_of(entries, now);
  if (options.as_json) {
    print_json(lines);
  } else if (lines.empty()) {
    std::cout << "Nothing was read in this time" << (options.listing.empty() ? "" : " of " + options.listing) << ".\n";
  } else {
    print(lines);
  }
  return 0;
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("LISTING", options->listing, "of this one only: cs.CV, cs.*, the name of a feed");
  command.add_option("--days", options->days, "how many days back (default: 14)")
      ->type_name("N")
      ->check(CLI::Range(1, 3660));
  command.add_flag("--json", options->as_json, "for programs");
  add_database_option(command, options->database);
  command.footer(
      "One line for each listing and mailing: the papers that are here, of those that were announced where that is "
      "known, "
      "and\nwhether that is all (complete), a part, not out yet (waiting), unreadable (failed), or nothing was "
      "announced "
      "(quiet).\nA mailing that should be out and that no source has seen stands there, too.\n\n"
      "Example: paperboy ledger cs.CV --days 30\n");
  return [options](const Context& context) { return show(*options, context); };
}

}  // namespace

extern const Verb ledger_verb;
const Verb ledger_verb{"ledger", Group::daily, "what was announced, and whether all of it is here", &setup};

}  // namespace paperboy::cli
