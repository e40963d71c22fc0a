// paperboy run: the daemon.
#include "daemon/app/app.hpp"

#include <CLI/CLI.hpp>

#include "daemon/app/settings.hpp"
#include "daemon/cli/verb.hpp"

namespace paperboy::cli {
namespace {

int run_daemon(const Context& context) {
  settings::Findings findings;
  app::Settings settings = app::read_settings(context.config, findings);
  findings.throw_if_any();
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
