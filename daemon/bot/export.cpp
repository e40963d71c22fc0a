// What is kept of a person, for them to take along.
#include <cstdio>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/bot/answer.hpp"

namespace paperboy::bot {
namespace {

constexpr const char* day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// A double-quoted scalar (YAML 1.2, 7.3.1).
std::string scalar(std::string_view text) {
  std::string out = "\"";
  for (const char c : text::sanitize(text)) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

std::string list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + scalar(text);
  return out + "]";
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string schedule_of(const paper::Schedule& schedule) {
  using paper::Cadence;
  if (schedule.cadence == Cadence::on_announcement) return "on_announcement";
  if (schedule.cadence == Cadence::instant) return "instant";
  std::string days;
  for (std::size_t day = 0; day < 7; ++day) {
    if (schedule.days.at(day)) days += (days.empty() ? "" : ", ") + std::string(day_words[day]);
  }
  char clock[16];
  std::snprintf(clock, sizeof clock, "%02d:%02d", schedule.minute_of_day / 60, schedule.minute_of_day % 60);
  return std::string("{cadence: ") + (schedule.cadence == Cadence::weekly ? "weekly" : "daily") + ", days: [" + days +
         "], at: \"" + clock + "\"}";
}

std::string topic_of(const paper::Topic& topic) {
  const paper::Topic defaults;
  std::string out = "  - name: " + scalar(topic.name) + "\n";
  const auto line = [&out](const char* key, const std::string& value) {
    out += std::string("    ") + key + ": " + value + "\n";
  };
  if (!topic.query.empty()) line("query", scalar(topic.query));
  if (!topic.exclude.empty()) line("exclude", scalar(topic.exclude));
  if (!topic.categories.empty()) line("categories", list(topic.categories));
  if (!topic.authors.empty()) line("authors", list(topic.authors));
  if (!topic.examples.empty()) line("examples", list(topic.examples));
  if (topic.weight != defaults.weight) line("weight", number(topic.weight));
  if (topic.threshold != defaults.threshold) line("threshold", number(topic.threshold));
  if (topic.limit != defaults.limit) line("limit", std::to_string(topic.limit));
  if (topic.stem) line("stem", "true");
  if (topic.revisions) line("revisions", "true");
  if (!topic.cross_lists) line("cross_lists", "false");
  return out;
}

std::string choice_of(const paper::Choice& choice) {
  std::string out = "  - {at: " + scalar(format_rfc3339(choice.at)) + ", kind: " + std::string(to_string(choice.kind));
  const auto put = [&out](const char* key, const std::string& value) { out += std::string(", ") + key + ": " + value; };
  if (!choice.subject.empty()) put("subject", scalar(choice.subject));
  if (!choice.topic.empty()) put("topic", scalar(choice.topic));
  if (!choice.query.empty()) put("query", scalar(choice.query));
  if (!choice.categories.empty()) put("categories", list(choice.categories));
  if (choice.schedule) {
    put("digest", schedule_of(*choice.schedule));
    if (!choice.schedule->time_zone.empty()) put("time_zone", scalar(choice.schedule->time_zone));
  }
  if (choice.until) put("until", scalar(format_day(*choice.until)));
  return out + "}\n";
}

}  // namespace

std::string export_of(const paper::Person& person, const std::vector<paper::Choice>& choices) {
  std::string out =
      "# As in people.d/ of the configuration: a file of this, up to the line of three hyphens, is you.\n";
  out += "id: " + scalar(person.id) + "\nname: " + scalar(person.name) + "\nlanguage: " + scalar(person.language) +
         "\ntime_zone: " + scalar(person.schedule.time_zone) + "\ndigest: " + schedule_of(person.schedule) +
         "\nquiet_days: " + (person.quiet_days ? "true" : "false") + "\n";
  if (!person.addresses.empty()) out += "channels:\n";
  for (const paper::Address& address : person.addresses)
    out += "  - " + scalar(address.channel) + ": " + scalar(address.destination) + "\n";
  if (!person.topics.empty()) out += "topics:\n";
  for (const paper::Topic& topic : person.topics) out += topic_of(topic);

  out += "---\n# What else is kept of you.\n";
  out += "saved: " + list(person.saved) + "\ndisliked: " + list(person.disliked) + "\n";
  if (person.paused_until) {
    const bool open = *person.paused_until == Day::max();
    out += "paused_until: " + (open ? std::string("resume") : scalar(format_day(*person.paused_until))) + "\n";
  }
  std::string muted;
  for (const paper::Topic& topic : person.topics) {
    if (!topic.muted) continue;
    muted += "  - {topic: " + scalar(topic.name);
    if (topic.muted_until) muted += ", until: " + scalar(format_day(*topic.muted_until));
    muted += "}\n";
  }
  if (!muted.empty()) out += "muted:\n" + muted;
  if (!person.accounts.empty()) out += "accounts:\n";
  for (const paper::Account& account : person.accounts)
    out += "  - " + scalar(account.channel) + ": " + scalar(account.name) + "\n";
  if (!choices.empty()) out += "choices:  # oldest first\n";
  for (const paper::Choice& choice : choices) out += choice_of(choice);
  return out;
}

}  // namespace paperboy::bot
