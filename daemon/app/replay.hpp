#pragma once
// Days played through the whole daemon under a clock of their own.
#include <functional>

#include "daemon/app/engine.hpp"
#include "daemon/base/clock.hpp"

namespace paperboy::app {

// Told after each day, for progress.
using DayPlayed = std::function<void(Day day)>;

// Moves `clock` from 00:00 US Eastern of `from` to that of `until`, stopping at every quarter of an hour and at every
// moment a person's digest is due, and lets `engine` do what is due there. Where it stands is kept in the store: a
// replay that was interrupted, even by kill -9, goes on with the day it was in and doubles nothing. `clock` must be the
// engine's.
async::Awaitable<> play_days(Engine& engine, ManualClock& clock, store::Database& database, Day from, Day until,
                             DayPlayed day_played);

}  // namespace paperboy::app
