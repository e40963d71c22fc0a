#include "integrations/plugin.hpp"

namespace paperboy::integrations::feed {
Offer read(const settings::Node&) { return {}; }
extern const Plugin plugin;
const Plugin plugin{"feed", Plugin::Kind::source, &read};
}  // namespace paperboy::integrations::feed
