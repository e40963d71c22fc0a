#pragma once
// What is said of an integration's section of the settings.
#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <vector>

#include "integrations/plugin.hpp"
#include "tests/daemon/settings/helpers.hpp"

namespace paperboy::integrations {

// "line:column: text" of every finding about `section`, as `plugin` reads it.
inline std::vector<std::string> findings_of(const Plugin& plugin, const std::string& section) {
  settings::Findings findings;
  const settings::Node root = settings::Node::parse(section, std::string(plugin.name) + ".yaml", findings);
  plugin.read(root);
  root.reject_unknown();
  return settings::lines(findings);
}

struct WrongSection {
  const char* name;
  std::string section, finding;  // a part of what is to be said
  friend std::ostream& operator<<(std::ostream& out, const WrongSection& wrong) { return out << wrong.finding; }
};

// There is one finding, it says what is wrong, and no `secret`.
inline void expect_found(const Plugin& plugin, const WrongSection& wrong, const std::string& secret) {
  const std::vector<std::string> findings = findings_of(plugin, wrong.section);
  EXPECT_THAT(findings, testing::ElementsAre(testing::HasSubstr(wrong.finding)));
  for (const std::string& finding : findings) EXPECT_THAT(finding, testing::Not(testing::HasSubstr(secret)));
}

}  // namespace paperboy::integrations
