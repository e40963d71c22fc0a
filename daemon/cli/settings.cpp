#include "daemon/cli/settings.hpp"

namespace paperboy::cli {

app::Settings settings_of(const Context& context) {
  settings::Findings findings;
  app::Settings settings = app::read_settings(context.config, findings);
  findings.throw_if_any();
  return settings;
}

std::filesystem::path store_file(const std::string& named, const Context& context) {
  if (!named.empty()) return named;
  return settings_of(context).database;
}

CLI::Option* add_database_option(CLI::App& command, std::string& named) {
  return command.add_option("--database", named, "the store (default: the one of the settings)")->type_name("FILE");
}

}  // namespace paperboy::cli
