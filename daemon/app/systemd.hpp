#pragma once
// sd_notify(3) without libsystemd: one datagram to $NOTIFY_SOCKET. Silent where there is none.
#include <optional>
#include <string>

#include "daemon/base/clock.hpp"

namespace paperboy::app::systemd {

void ready(const std::string& status);   // READY=1
void status(const std::string& status);  // STATUS=, one line for people
void reloading();                        // RELOADING=1 with MONOTONIC_USEC (Type=notify-reload)
void stopping();                         // STOPPING=1
void watchdog();                         // WATCHDOG=1
// How often watchdog() must be called: half of $WATCHDOG_USEC. Nothing if the unit has no watchdog or it is not for
// this process.
std::optional<Duration> watchdog_interval();

}  // namespace paperboy::app::systemd
