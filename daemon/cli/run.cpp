// paperboy run: the daemon.
#include "daemon/app/app.hpp"

#include <CLI/CLI.hpp>

#include "daemon/cli/settings.hpp"
#include "daemon/cli/verb.hpp"

namespace paperboy::cli {
namespace {

int run_daemon(const Context& context) {
  app::Settings settings = settings_of(context);
  return app::run(std::move(settings), context.config);
}

Run setup(CLI::App& command) {
  command.footer(
      "Runs in the foreground and logs to stderr; systemd/paperboy.service runs it as a service.\n"
      "Signals: TERM or INT stops orderly, HUP reads the settings again.\n");
  return &run_daemon;
}

}  // namespace

extern const Verb run_verb;
const Verb run_verb{"run", Group::daily, "run the daemon until it is told to stop", &setup};

}  // namespace paperboy::cli
