#include "integrations/plugin.hpp"

namespace paperboy::integrations::arxiv {
Offer read(const settings::Node&) { return {}; }
extern const Plugin plugin;
const Plugin plugin{"arxiv", Plugin::Kind::source, &read};
}  // namespace paperboy::integrations::arxiv
