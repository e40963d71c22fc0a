#include "daemon/cli/main.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/private_memory.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/version.hpp"
#include "daemon/cli/verb.hpp"

namespace paperboy::cli {
namespace {

constexpr int exit_failure = 1, exit_usage = 2, exit_config = 78;  // sysexits.h EX_CONFIG
constexpr const char* default_config = "/etc/paperboy/paperboy.yaml";

struct Heading {
  Group group;
  const char* text;
};
constexpr Heading headings[] = {{Group::start, "First steps"},
                                {Group::daily, "Every day"},
                                {Group::look, "Look and try"},
                                {Group::data, "Papers in and out"}};

std::string overview() {
  std::size_t width = 0;
  for (const Verb* verb : verbs()) width = std::max(width, std::string_view(verb->name).size());
  std::string out =
      "Paperboy learns of new papers the night they are announced, decides which of them matter\n"
      "to you and why, and brings you a digest.\n\n"
      "Usage: paperboy VERB [OPTIONS]\n";
  for (const Heading& heading : headings) {
    std::string lines;
    for (const Verb* verb : verbs()) {
      if (verb->group != heading.group) continue;
      std::string name = verb->name;
      name.resize(width, ' ');
      lines += "  " + name + "  " + verb->summary + "\n";
    }
    if (!lines.empty()) out += "\n" + std::string(heading.text) + ":\n" + lines;
  }
  out +=
      "\nOptions:\n"
      "  --config FILE  the settings (default: " +
      std::string(default_config) +
      ")\n"
      "  --help         this page; 'paperboy VERB --help' explains a verb\n"
      "  --version      the version of this program\n"
      "\nExamples:\n"
      "  paperboy check-config                  are the settings right?\n"
      "  paperboy query 'ti:\"black hole\" -cat:astro-ph*'\n"
      "                                         how is this query understood?\n"
      "  paperboy people                        who gets what, and when next?\n";
  return out;
}

// The first word that is neither an option nor the value of one that stands before the verb.
std::string find_verb(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--config") {
      ++i;
    } else if (!arguments[i].starts_with("-")) {
      return arguments[i];
    }
  }
  return {};
}

void refuse_unknown_verb(const std::string& word) {
  std::vector<std::string> names;
  for (const Verb* verb : verbs()) names.emplace_back(verb->name);
  if (std::find(names.begin(), names.end(), word) != names.end()) return;
  std::string message = "there is no verb '" + word + "'";
  if (auto near = text::nearest(word, names)) message += "; did you mean '" + *near + "'?";
  throw UsageError(message + " ('paperboy --help' lists them)");
}

int run(const std::vector<std::string>& arguments) {
  const std::string word = find_verb(arguments);
  if (word.empty()) {
    for (const std::string& argument : arguments) {
      if (argument == "--version") {
        std::cout << "paperboy " << version << "\n";
        return 0;
      }
      if (argument == "--help" || argument == "-h") {
        std::cout << overview();
        return 0;
      }
    }
    if (arguments.empty()) {
      std::cerr << overview();
      return exit_usage;
    }
    throw UsageError("a verb is missing ('paperboy --help' lists them)");
  }
  refuse_unknown_verb(word);

  CLI::App app;
  app.name("paperboy");
  app.require_subcommand(1, 1);
  std::string config;
  CLI::Option* config_option = app.add_option("--config", config, "the settings")->type_name("FILE");
  struct Prepared {
    CLI::App* command;
    Run run;
  };
  std::vector<Prepared> prepared;
  for (const Verb* verb : verbs()) {
    if (word != verb->name) continue;
    CLI::App* command = app.add_subcommand(verb->name, verb->summary);
    command->fallthrough();  // --config may also follow the verb
    command->get_formatter()->column_width(28);
    prepared.push_back({command, verb->setup(*command)});
  }
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    std::cout << prepared.front().command->help("paperboy");
    return 0;
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + " ('paperboy " + word + " --help' explains)");
  }
  Context context;
  context.config_named = config_option->count() > 0;
  context.config = context.config_named ? config : default_config;
  keep_memory_private();
  return prepared.front().run(context);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const ConfigError& error) {
    std::cerr << error.what() << (std::string_view(error.what()).ends_with("\n") ? "" : "\n");
    return exit_config;
  } catch (const UsageError& error) {
    std::cerr << "paperboy: " << error.what() << "\n";
    return exit_usage;
  } catch (const std::exception& error) {
    std::cerr << "paperboy: " << error.what() << "\n";
    return exit_failure;
  }
}

}  // namespace paperboy::cli
