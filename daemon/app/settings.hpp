#pragma once
// The settings of the daemon: the main file, conf.d/ beside it, the people, the templates. Everything that can be
// checked without opening a socket or the store is checked here, so `paperboy check-config` and the start of the daemon
// agree.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/base/log.hpp"
#include "daemon/digest/templates.hpp"
#include "daemon/flow/citations.hpp"
#include "daemon/flow/shelf.hpp"
#include "daemon/paper/person.hpp"
#include "daemon/settings/node.hpp"
#include "integrations/plugin.hpp"

namespace paperboy::app {

struct Settings {
  std::filesystem::path database = "/var/lib/paperboy/paperboy.db";
  std::vector<paper::Person> people;

  std::vector<integrations::Offer> offers;     // of the integrations that have a section, in the registry's order
  std::vector<std::string> sources, channels;  // their names

  Duration digest_wait = std::chrono::minutes(45);     // for a late announcement
  std::string language = "en";                         // of people who name none
  std::shared_ptr<const digest::Templates> templates;  // null only where there are findings

  // What language models read; none without a section `reading`. The prompts are there with it.
  std::optional<flow::ReadingSettings> reading;
  std::shared_ptr<const reading::Prompts> prompts;
  std::optional<integrations::TextShelf> texts;  // beside the database; none: abstracts are read

  std::optional<flow::CitationSettings> citations;  // none without a section `citations`

  std::string listen_address = "127.0.0.1";  // health and metrics; empty: no server
  unsigned short listen_port = 8383;

  std::string public_url;                 // of the pages, as readers reach them; empty: messages link to none
  std::string web_address = "127.0.0.1";  // where the pages are served, for the proxy before them
  unsigned short web_port = 8384;

  std::vector<std::string> admins;  // person ids

  std::vector<std::string> allow;  // who may speak to the bot: "CHANNEL:WORKSPACE|PLACE|ACCOUNT|*"

  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::logfmt;

  std::string contact;  // the operator's address, for the User-Agent

  // What is right and yet may not be meant, a sentence each; only where there are no findings.
  std::vector<std::string> notes;
};

// Reads `file` and FOLDER/conf.d/*.yaml beside it. Never throws on wrong settings: what is wrong goes to `findings`,
// and the rest is read to the end. Settings with findings must not be used.
Settings read_settings(const std::filesystem::path& file, settings::Findings& findings);
// The same from a root that is loaded already; `findings` must be those it was loaded with.
Settings read_settings(const settings::Node& root, settings::Findings& findings);

// Where the program finds what is installed with it (templates/, config/): share/paperboy in the program's folder or
// one above it (a build folder; an installation under any prefix), else where this build was configured to be
// installed.
std::filesystem::path data_directory();

}  // namespace paperboy::app
