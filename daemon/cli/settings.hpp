#pragma once
// The settings a verb works with.
#include <CLI/App.hpp>
#include <filesystem>
#include <string>

#include "daemon/app/settings.hpp"
#include "daemon/cli/verb.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::cli {

// Of the file that --config names. Throws ConfigError, with everything that is wrong in it.
app::Settings settings_of(const Context& context);

// `named` (--database FILE), else the store of the settings. Throws ConfigError where those are wrong.
std::filesystem::path store_file(const std::string& named, const Context& context);

// As the store has the person once it has taken in those of the settings. Throws an Error that says who is near.
paper::Person person_named(const std::string& id, const app::Settings& settings, store::Database& database);

// Declares --database FILE.
CLI::Option* add_database_option(CLI::App& command, std::string& named);

}  // namespace paperboy::cli
