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

// Of a mailing that no source has said anything of there is no source.
bool was_read(const LedgerEntry& entry) {
  return !entry.source.empty();
}

// What is known of each listing and mailing, the newest first. A mailing of arXiv that should be out since its listing
// was first read, and of which nobody has said anything, stands there, too: it may be missing. It is one entry, of
// category "*", where that is true of all listings.
std::vector<LedgerEntry> entries_of(std::span<const LedgerEntry> stored, Time now) {
  std::vector<LedgerEntry> entries = flow::best_informed(stored);
  std::map<std::string, std::set<Day>> read;  // by listing of arXiv
  std::set<Day> read_at_all;
  for (const LedgerEntry& entry : entries) {
    if (!paper::known_group(entry.category)) continue;
    read[entry.category].insert(entry.day);
    read_at_all.insert(entry.day);
  }
  const auto& calendar = paper::AnnouncementCalendar::arxiv();
  const Day last = calendar.latest_mailing(now);
  const Day first = read_at_all.empty() ? last : *read_at_all.begin();
  for (Day day = calendar.next_mailing(first); day <= last; day = calendar.next_mailing(day)) {
    if (!read_at_all.contains(day)) {
      entries.push_back({.source = "", .category = "*", .day = day});
      continue;
    }
    for (const auto& [listing, days] : read) {
      if (*days.begin() < day && !days.contains(day))
        entries.push_back({.source = "", .category = listing, .day = day});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const LedgerEntry& a, const LedgerEntry& b) {
    return a.day != b.day ? a.day > b.day : a.category < b.category;
  });
  return entries;
}

int missing_in(const LedgerEntry& entry) {
  return std::max(0, entry.expected - entry.ingested);
}

std::string papers_of(const LedgerEntry& entry) {
  if (!was_read(entry) || entry.state == LedgerState::waiting) return "-";
  const std::string here = std::to_string(entry.ingested);
  return entry.expected > 0 ? here + "/" + std::to_string(entry.expected) : here;
}

std::string state_of(const LedgerEntry& entry) {
  if (!was_read(entry)) return "not read by any source";
  std::string state(paper::to_string(entry.state));
  if (!entry.note.empty()) state += ": " + entry.note;
  return state;
}

void print_json(const std::vector<LedgerEntry>& entries) {
  json::array all;
  for (const LedgerEntry& entry : entries) {
    all.push_back({{"mailing", format_day(entry.day)},
                   {"listing", entry.category},
                   {"state", was_read(entry) ? paper::to_string(entry.state) : "not read"},
                   {"here", entry.ingested},
                   {"announced", entry.expected > 0 ? json::value(entry.expected) : json::value(nullptr)},
                   {"source", entry.source},
                   {"note", entry.note}});
  }
  std::cout << json::serialize(all) << "\n";
}

void print(const std::vector<LedgerEntry>& entries) {
  std::size_t widest = 7;
  for (const LedgerEntry& entry : entries) widest = std::max(widest, entry.category.size());
  const auto row = [&](std::string_view mailing, std::string listing, std::string papers, std::string_view state) {
    listing.resize(std::max(widest, listing.size()), ' ');
    if (papers.size() < 9) papers.insert(0, 9 - papers.size(), ' ');
    std::cout << mailing << "  " << listing << "  " << papers << "  " << state << "\n";
  };
  row("MAILING   ", "LISTING", "HERE", "STATE");
  std::map<std::string, int> states;
  int missing = 0;
  for (const LedgerEntry& entry : entries) {
    row(format_day(entry.day), entry.category == "*" ? "all" : entry.category, papers_of(entry), state_of(entry));
    ++states[was_read(entry) ? std::string(paper::to_string(entry.state)) : "not read"];
    missing += missing_in(entry);
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
  std::vector<LedgerEntry> stored = database.read_blocking([&](store::Tx& tx) {
    return store::ledger_between(tx, tomorrow - std::chrono::days(options.days), tomorrow + std::chrono::days(1));
  });
  if (!options.listing.empty()) {
    std::erase_if(stored, [&](const LedgerEntry& entry) {
      return entry.category != options.listing && !paper::in_group(entry.category, options.listing);
    });
  }
  const std::vector<LedgerEntry> entries = entries_of(stored, now);
  if (options.as_json) {
    print_json(entries);
  } else if (entries.empty()) {
    std::cout << "Nothing was read in this time" << (options.listing.empty() ? "" : " of " + options.listing) << ".\n";
  } else {
    print(entries);
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
