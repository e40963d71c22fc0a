#pragma once
// Which store a verb works on.
#include <filesystem>
#include <string>

#include "daemon/app/settings.hpp"
#include "daemon/cli/verb.hpp"

namespace paperboy::cli {

// `named` (--database FILE), else the one of the settings. Throws ConfigError where those are wrong.
inline std::filesystem::path store_file(const std::string& named, const Context& context) {
  if (!named.empty()) return named;
  settings::Findings findings;
  const app::Settings settings = app::read_settings(context.config, findings);
  findings.throw_if_any();
  return settings.database;
}

}  // namespace paperboy::cli
