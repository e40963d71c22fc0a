// paperboy chat: the bot in a terminal.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "daemon/base/text.hpp"
#include "daemon/cli/conversation.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/terminal.hpp"

namespace paperboy::cli {
namespace {

struct Options {
  std::string as, database;
};

int chat(const Options& options, const Context& context) {
  Conversation conversation(options.as, options.database, context);
  const bool somebody_sits_there = ::isatty(STDIN_FILENO) == 1;
  if (somebody_sits_there) std::cout << "Paperboy. 'help' says what can be said; an empty line ends.\n";
  for (std::string line;;) {
    if (somebody_sits_there) std::cout << "> " << std::flush;
    if (!std::getline(std::cin, line)) return 0;
    const bool empty = text::trim(line).empty();
    if (empty && somebody_sits_there) return 0;
    if (!empty) conversation.say(line);
  }
}

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("--as", options->as, "who speaks (see 'paperboy people')")->required()->type_name("NAME");
  add_database_option(command, options->database);
  command.footer(
      "Reads what is said line by line, from a terminal or a file, and answers as in Slack, Telegram and Matrix. What "
      "is "
      "changed here is changed there.\n\n"
      "Example: paperboy chat --as ada\n");
  return [options](const Context& context) { return chat(*options, context); };
}

}  // namespace

extern const Verb chat_verb;
const Verb chat_verb{"chat", Group::look, "talk with the bot in this terminal", &setup};

}  // namespace paperboy::cli
