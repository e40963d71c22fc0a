#pragma once
// What the sources and the lookup of one `sources.arxiv` section share.
#include <memory>

#include "daemon/base/clock.hpp"
#include "integrations/arxiv/desk.hpp"
#include "integrations/arxiv/settings.hpp"
#include "integrations/arxiv/witness.hpp"

namespace paperboy::integrations::arxiv {

struct Office {
  Office(Settings read, const std::string& contact, net::Client& client, net::LaneMemory& memory,
         const Clock& the_clock)
      : settings(std::move(read)), clock(the_clock), desk(settings.gap, contact, client, memory, the_clock) {}

  const Settings settings;
  const Clock& clock;
  Desk desk;
  Witnesses witnesses;
};

}  // namespace paperboy::integrations::arxiv
