// paperboy ask: one question to the bot.
#include <CLI/CLI.hpp>
#include <memory>

#include "daemon/base/text.hpp"
#include "daemon/cli/conversation.hpp"
#include "daemon/cli/settings.hpp"

namespace paperboy::cli {
namespace {

struct Options {
  std::string as, database;
  std::vector<std::string> words;
};

Run setup(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command
      .add_option("PAPER", options->words, "an id, a DOI, an address, a title in quotes; or any question to the bot")
      ->required();
  command.add_option("--as", options->as, "who asks: says why it meets their topics")->type_name("NAME");
  add_database_option(command, options->database);
  command.footer(
      "Examples: paperboy ask 2512.07197\n"
      "          paperboy ask --as ada why hep-th/9901001\n"
      "          paperboy ask search '\"gaussian splatting\"' since 30d\n");
  return [options](const Context& context) {
    Conversation(options->as, options->database, context).say(text::join(options->words, " "));
    return 0;
  };
}

}  // namespace

extern const Verb ask_verb;
const Verb ask_verb{"ask", Group::look, "ask about a paper", &setup};

}  // namespace paperboy::cli
