#include "integrations/plugin.hpp"

namespace paperboy::integrations::email {
Offer read(const settings::Node&) { return {}; }
extern const Plugin plugin;
const Plugin plugin{"email", Plugin::Kind::channel, &read};
}  // namespace paperboy::integrations::email
