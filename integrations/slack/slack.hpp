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
  bool listen = false;
  Secret app_token;       // xapp-...: Socket Mode
  Secret signing_secret;  // HTTP; one of the two if it listens
  bool buttons = false;
  // Not in the settings file.
  Duration request_timeout = std::chrono::seconds(30);
  Duration look_timeout = std::chrono::seconds(10);  // of a page of history, of a connection's address
  Duration first_look = std::chrono::seconds(2);     // a message may be a moment late in the history
  Duration second_look = std::chrono::seconds(3);
  Duration quick_timeout = std::chrono::milliseconds(1500);  // of a question within the 3 s of an acknowledgement
  Duration hello_timeout = std::chrono::seconds(15);
  Duration ping_after = std::chrono::seconds(5);  // Slack's own clients: 5 s, and 5 to 20 s for the answer
  Duration first_wait = std::chrono::seconds(1);  // before the next connection
  Duration longest_wait = std::chrono::minutes(2);
  Duration disabled_wait = std::chrono::minutes(5);  // Socket Mode is off: somebody has to switch it on
  Duration crowded_wait = std::chrono::seconds(60);  // too many connections: the dead ones must be given up first
};

std::unique_ptr<flow::Channel> make_channel(Settings settings, const Toolbox& tools);

}  // namespace paperboy::integrations::slack
