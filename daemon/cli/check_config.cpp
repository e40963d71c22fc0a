// paperboy check-config: everything `paperboy run` would refuse, before it does.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>

#include "daemon/app/settings.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/flow/people.hpp"

namespace paperboy::cli {
namespace {

constexpr int exit_config = 78;

struct Options {
  std::vector<std::string> files;
};

std::string count_of(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// A file with topics is a person's; any other is read as the main settings.
bool is_person(const settings::Node& root) {
  const auto keys = root.written_keys();
  return std::find(keys.begin(), keys.end(), "topics") != keys.end();
}

std::string check_person(const settings::Node& root) {
  const paper::Person person = flow::read_person(root, {});
  return person.id + ", " + count_of(person.topics.size(), "topic", "topics");
}

// Prints the notes, too.
std::string check_settings(const std::string& name, const app::Settings& settings) {
  for (const std::string& note : settings.notes) std::cerr << name << ": note: " << note << '\n';
  return count_of(settings.people.size(), "person", "people") + ", " +
         count_of(settings.sources.size(), "source", "sources") + ", " +
         count_of(settings.channels.size(), "channel", "channels");
}

// What is right about the file; what is wrong goes to `findings`.
std::string check(const std::string& file, settings::Findings& findings) {
  if (file == "-") {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    const auto root = settings::Node::parse(text, "<stdin>", findings);
    return is_person(root) ? check_person(root) : check_settings("<stdin>", app::read_settings(root, findings));
  }
  settings::Findings ignored;
  if (is_person(settings::Node::load(file, ignored))) return check_person(settings::Node::load(file, findings));
  return check_settings(file, app::read_settings(std::filesystem::path(file), findings));
}

int run(const Options& options, const Context& context) {
  std::vector<std::string> files = options.files;
  if (files.empty()) files.push_back(context.config.string());
  bool right = true;
  for (const std::string& file : files) {
    settings::Findings findings;
    const std::string good = check(file, findings);
    const std::string name = file == "-" ? "<stdin>" : file;
    if (findings.empty()) {
      std::cout << name << ": right (" << good << ")" << std::endl;
      continue;
    }
    right = false;
    std::cerr << findings.to_string();
    std::cout << name << ": wrong (" << count_of(findings.list().size(), "finding", "findings") << ")" << std::endl;
  }
  return right ? 0 : exit_config;
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("FILE", options->files,
                     "main settings, or a person's file; - is standard input (default: --config)");
  command.footer(
      "Reads the settings, conf.d/ beside them, the people and the templates, and reports everything that is wrong at\n"
      "once, as file:line:column. Opens no connection and no database. Exit status 78 if anything is wrong; a note (a\n"
      "category that somebody follows and no source fetches) changes nothing.\n\n"
      "Examples:\n"
      "  paperboy check-config\n"
      "  paperboy check-config /etc/paperboy/people.d/ada.yaml\n"
      "  generate-settings | paperboy check-config -");
  return [options](const Context& context) { return run(*options, context); };
}

}  // namespace

extern const Verb check_config_verb;
const Verb check_config_verb{"check-config", Group::start, "check settings, people and templates before they are used",
                             &setup};

}  // namespace paperboy::cli
