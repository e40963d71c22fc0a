#pragma once
// A Command in one line, for tables: its kind, then what is not empty.
#include <string>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/bot/command.hpp"

namespace paperboy::bot::test {

inline std::string kind_name(Command::Kind kind) {
  static constexpr const char* names[] = {
      "ask",     "ask_title", "why",    "abstract",      "cite",       "similar",        "more",   "less",
      "save",    "saved",     "follow", "follow_author", "topics",     "mute",           "unmute", "unfollow",
      "like",    "search",    "test",   "digest_now",    "digest_at",  "pause",          "resume", "language",
      "learned", "reset",     "undo",   "export_all",    "forget",     "forget_confirm", "link",   "preferences",
      "help",    "hello",     "status", "people",        "ingest_now", "dead_letters",   "unclear"};
  return names[static_cast<std::size_t>(kind)];
}

inline std::string shown(const paper::Schedule& schedule) {
  static constexpr const char* cadences[] = {"daily", "weekly", "on_announcement", "instant"};
  std::string out = cadences[static_cast<std::size_t>(schedule.cadence)];
  if (schedule.cadence == paper::Cadence::daily || schedule.cadence == paper::Cadence::weekly) {
    out += " ";
    for (std::size_t day = 0; day < 7; ++day) out += schedule.days.at(day) ? "MTWTFSS"[day] : '-';
    out += " " + std::to_string(schedule.minute_of_day / 60) + ":" + std::to_string(schedule.minute_of_day % 60 / 10) +
           std::to_string(schedule.minute_of_day % 10);
  }
  return schedule.time_zone.empty() ? out : out + " " + schedule.time_zone;
}

inline std::string shown(const Command& command) {
  std::string out = kind_name(command.kind);
  for (const auto& id : command.papers)
    out += " " + id.id.str() + (id.version > 0 ? "v" + std::to_string(id.version) : std::string());
  if (!command.text.empty()) out += " <" + command.text + ">";
  if (!command.name.empty()) out += " as <" + command.name + ">";
  if (!command.categories.empty()) out += " in " + text::join(command.categories, "+");
  if (command.schedule) out += " " + shown(*command.schedule);
  if (command.until) out += " until " + format_day(*command.until);
  if (command.since) out += " since " + format_day(*command.since);
  if (!command.suggestion.empty()) out += " suggests <" + command.suggestion + ">";
  if (!command.problem.empty()) out += " wrong at " + std::to_string(command.column);
  return out;
}

}  // namespace paperboy::bot::test
