#pragma once
// The pages that the settings ask for.
#include <optional>

#include "daemon/app/settings.hpp"
#include "daemon/flow/pages.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::app {

// Nothing if the settings name no address under which readers reach them. The key of links is made once and stays with
// the store: links in old mails keep their meaning. Blocks.
std::optional<flow::Pages> pages_of(const Settings& settings, store::Database& database, Time now);

}  // namespace paperboy::app
