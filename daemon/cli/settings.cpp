#include "daemon/cli/settings.hpp"

#include "daemon/base/clock.hpp"
#include "daemon/base/text.hpp"
#include "daemon/store/people.hpp"

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

paper::Person person_named(const std::string& id, const app::Settings& settings, store::Database& database) {
  return database.transact_blocking([&](store::Tx& tx) {
    store::provision_people(tx, settings.people, SystemClock().now());
    if (std::optional<paper::Person> person = store::find_person(tx, id)) return *person;
    std::vector<std::string> ids;
    for (const paper::Person& person : store::active_people(tx)) ids.push_back(person.id);
    std::string message = "there is no person '" + id + "'";
    if (const auto near = text::nearest(id, ids)) message += "; did you mean '" + *near + "'?";
    throw Error(message + " ('paperboy people' lists them)");
  });
}

CLI::Option* add_database_option(CLI::App& command, std::string& named) {
  return command.add_option("--database", named, "the store (default: the one of the settings)")->type_name("FILE");
}

}  // namespace paperboy::cli
