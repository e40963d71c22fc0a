#include "daemon/flow/coverage.hpp"

#include <algorithm>
#include <map>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace paperboy::flow {
namespace {

using paper::LedgerState;

// Which of two statements about one listing tells more: one that has it all beats one that has a part, beats trouble.
int weight(LedgerState state) {
  switch (state) {
    case LedgerState::complete:
      return 4;
    case LedgerState::partial:
      return 3;
    case LedgerState::quiet:
      return 2;
    case LedgerState::failed:
      return 1;
    case LedgerState::waiting:
      return 0;
  }
  return 0;
}

std::string describe(const std::string& listing, const paper::LedgerEntry& entry) {
  std::string text = listing + " (" + format_day(entry.day) + ")";
  if (entry.expected > 0) text += ": " + std::to_string(entry.ingested) + "/" + std::to_string(entry.expected);
  if (!entry.note.empty()) text += ": " + entry.note;
  return text;
}

}  // namespace

std::vector<paper::LedgerEntry> best_informed(std::span<const paper::LedgerEntry> entries) {
  std::map<std::pair<Day, std::string>, paper::LedgerEntry> best;
  for (const paper::LedgerEntry& entry : entries) {
    if (entry.category == "*") continue;
    const auto [at, fresh] = best.emplace(std::pair(entry.day, entry.category), entry);
    if (!fresh && weight(entry.state) > weight(at->second.state)) at->second = entry;
  }
  std::vector<paper::LedgerEntry> list;
  for (auto& [key, entry] : best) list.push_back(std::move(entry));
  return list;
}

bool follows(const paper::Person& person, std::string_view listing) {
  return std::any_of(person.topics.begin(), person.topics.end(), [&](const paper::Topic& topic) {
    return topic.categories.empty() || std::any_of(topic.categories.begin(), topic.categories.end(),
                                                   [&](const auto& group) { return paper::in_group(listing, group); });
  });
}

CoverageReport coverage_of(const paper::Person& person, std::span<const std::string> listings,
                           std::span<const paper::LedgerEntry> entries, std::span<const Day> mailings,
                           std::span<const Day> expected) {
  CoverageReport report;
  report.coverage.mailings.assign(mailings.begin(), mailings.end());
  const std::vector<paper::LedgerEntry> informed = best_informed(entries);
  for (const Day day : mailings) {
    std::map<std::string, paper::LedgerEntry> best;
    std::vector<std::string> silent_sources;  // a source that cannot be reached matters where another did not fill in
    for (const paper::LedgerEntry& entry : entries) {
      const bool silent = entry.day == day && entry.category == "*" && entry.state == LedgerState::failed;
      if (silent) silent_sources.push_back(describe(entry.source, entry));
    }
    for (const paper::LedgerEntry& entry : informed) {
      if (entry.day == day && follows(person, entry.category)) best.emplace(entry.category, entry);
    }
    if (std::find(expected.begin(), expected.end(), day) != expected.end()) {
      for (const std::string& listing : listings) {
        if (!follows(person, listing)) continue;
        best.try_emplace(listing, paper::LedgerEntry{.source = "", .category = listing, .day = day});
      }
    }
    bool outstanding = best.empty();
    for (const auto& [listing, entry] : best) {
      outstanding = outstanding || entry.state == LedgerState::waiting;
      switch (entry.state) {
        case LedgerState::complete:
          report.announced = true;
          report.coverage.announced += entry.ingested;
          break;
        case LedgerState::partial:
          report.announced = true;
          report.coverage.announced += entry.ingested;
          report.coverage.missing.push_back(describe(listing, entry));
          break;
        case LedgerState::waiting:
          report.coverage.late.push_back(describe(listing, entry));
          break;
        case LedgerState::failed:
          report.coverage.failed.push_back(describe(listing, entry));
          break;
        case LedgerState::quiet:
          break;
      }
    }
    if (outstanding)
      std::move(silent_sources.begin(), silent_sources.end(), std::back_inserter(report.coverage.failed));
  }
  report.complete = report.coverage.missing.empty() && report.coverage.late.empty() && report.coverage.failed.empty();
  return report;
}

}  // namespace paperboy::flow
