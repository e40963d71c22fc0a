#pragma once
// The Slack channel. Internal to this integration and its tests; the daemon knows the Plugin only.
#include <memory>
#include <string>

#include "daemon/base/secret.hpp"
#include "integrations/plugin.hpp"

namespace paperboy::integrations::slack {

struct Settings {
  Secret token;  // xoxb-...
  std::string api_url = "https://slack.com/api";
  bool buttons = false;
  // Not in the settings file.
  Duration request_timeout = std::chrono::seconds(30);
  Duration look_timeout = std::chrono::seconds(10);  // of a page of history
  Duration first_look = std::chrono::seconds(2);     // a message may be a moment late in the history
  Duration second_look = std::chrono::seconds(3);
};

std::unique_ptr<flow::Channel> make_channel(Settings settings, const Toolbox& tools);

}  // namespace paperboy::integrations::slack
