#pragma once
// The running daemon: `paperboy run`.
#include <filesystem>

#include "daemon/app/settings.hpp"

namespace paperboy::app {

// Runs until SIGTERM or SIGINT, on this thread. Returns the exit status: 0 after an orderly stop, 1 when a stage failed
// (the log names it; the service manager starts the program anew).
//   SIGTERM, SIGINT  stop: no new work, what is being sent is finished within 10 s; a second one cuts that short
//   SIGHUP           the settings file is read again; if it is right the stages are restarted with it, else the old
//                    ones go on
// Readiness, reload and watchdog are told to systemd where it listens. GET /-/healthy (/healthz) answers while the loop
// runs, /-/ready (/readyz) while the store answers, its disk has space and nothing is stopping.
// Throws Error when the store cannot be opened or the address cannot be bound.
int run(Settings settings, const std::filesystem::path& settings_file);

}  // namespace paperboy::app
