// paperboy people: who gets what, and when next.
#include <CLI/CLI.hpp>
#include <iostream>

#include "daemon/base/text.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/paper/schedule.hpp"

namespace paperboy::cli {
namespace {

using paper::Cadence;

constexpr const char* day_names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

// "Mon-Fri", "Mon, Wed, Fri".
std::string days_of(const paper::Schedule& schedule) {
  std::vector<std::string> runs;
  for (std::size_t day = 0; day < 7; ++day) {
    if (!schedule.days[day]) continue;
    std::size_t last = day;
    while (last + 1 < 7 && schedule.days[last + 1]) ++last;
    if (last - day < 2) {
      runs.emplace_back(day_names[day]);
    } else {
      runs.push_back(std::string(day_names[day]) + "-" + day_names[last]);
      day = last;
    }
  }
  return text::join(runs, ", ");
}

std::string when(const paper::Schedule& schedule, Time now) {
  if (schedule.cadence == Cadence::on_announcement) return "as soon as the next announcement is complete";
  if (schedule.cadence == Cadence::instant) return "as soon as a paper matches";
  const auto slot = paper::next_slot(schedule, now);
  const std::string next = slot ? paper::format_local(schedule.time_zone, slot->at) : "never";
  return next + " (" + days_of(schedule) + ", " + schedule.time_zone + ")";
}

void add(std::string& out, const std::string& what) {
  out += (out.empty() ? "" : "; ") + what;
}

std::string describe(const paper::Topic& topic) {
  std::string out;
  if (!topic.query.empty()) add(out, text::collapse_space(topic.query));
  if (!topic.authors.empty()) add(out, "by " + text::join(topic.authors, ", "));
  if (!topic.examples.empty()) add(out, "like " + text::join(topic.examples, ", "));
  if (!topic.exclude.empty()) add(out, "not " + text::collapse_space(topic.exclude));
  if (!topic.categories.empty()) add(out, "in " + text::join(topic.categories, ", "));
  return out;
}

int list(const Context& context) {
  const app::Settings settings = settings_of(context);
  if (settings.people.empty()) {
    std::cout << "Nobody is configured: 'people: {directory: people.d}' in " << context.config.string()
              << " names a folder with one file a person.\n";
    return 0;
  }
  const Time now = SystemClock().now();
  for (const paper::Person& person : settings.people) {
    std::vector<std::string> addresses;
    for (const auto& [channel, destination] : person.addresses) addresses.push_back(channel + " " + destination);
    std::cout << person.id << "  " << person.name << "\n"
              << "  next    " << when(person.schedule, now) << "\n"
              << "  to      " << text::join(addresses, ", ") << "\n"
              << "  topics  " << person.topics.size() << "\n";
    for (const paper::Topic& topic : person.topics) {
      std::cout << "    " << topic.name << "\n" << text::wrap(describe(topic), 100, "      ") << "\n";
    }
  }
  return 0;
}

Run setup(CLI::App& command) {
  command.footer("Lists the people of the settings with their next digest, channels and topics.");
  return &list;
}

}  // namespace

extern const Verb people_verb;
const Verb people_verb{"people", Group::look, "list who gets what, and when next", &setup};

}  // namespace paperboy::cli
