#include "integrations/plugin.hpp"

namespace paperboy::integrations::file {
Offer read(const settings::Node&) { return {}; }
extern const Plugin plugin;
const Plugin plugin{"file", Plugin::Kind::channel, &read};
}  // namespace paperboy::integrations::file
