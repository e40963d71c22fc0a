#pragma once
// People provisioned in YAML: one file a person (config/people.d/ shows every key).
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/paper/person.hpp"
#include "daemon/settings/node.hpp"

namespace paperboy::flow {

struct PeopleRules {
  std::string language = "en";  // of people who name none
  // What is wrong with an address (an unknown channel, a destination the channel cannot use), in a sentence; nothing if
  // it is right. Empty: every address goes.
  std::function<std::optional<std::string>(const paper::Address&)> check_address;
  // The account that alone reads at an address (Channel::account_of). Empty: addresses name no accounts.
  std::function<std::optional<std::string>(const paper::Address&)> account_of;
};

// A category ("cs.CV") or group ("cs", "astro-ph.*") in its canonical spelling; else what is wrong with it.
struct CheckedCategory {
  std::optional<std::string> category;
  std::string problem;
};
CheckedCategory check_category(const std::string& written);
// "07:30", "7:30": minutes since midnight.
std::optional<int> parse_minute_of_day(std::string_view text);

// One person. Everything that is wrong becomes a finding of `root`, errors inside queries at their character; what
// comes back is to be used only if there are none. Calls root.reject_unknown().
paper::Person read_person(const settings::Node& root, const PeopleRules& rules);

// One person a file; an id in two files is a finding.
std::vector<paper::Person> read_people(std::span<const std::filesystem::path> files, const PeopleRules& rules,
                                       settings::Findings& findings);

}  // namespace paperboy::flow
