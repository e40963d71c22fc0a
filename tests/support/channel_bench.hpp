#pragma once
// A channel made of its section of the settings, and messages to put through it.
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/base/hash.hpp"
#include "daemon/base/time.hpp"
#include "daemon/digest/templates.hpp"
#include "integrations/plugin.hpp"
#include "tests/support/channel_memory.hpp"
#include "tests/support/coroutine.hpp"

namespace paperboy::test {

class ChannelBench {
 public:
  // `section` is YAML as it stands below channels.NAME. What is wrong with it stands in `findings`.
  ChannelBench(std::string_view name, const std::string& section, net::Client& client, const Clock& clock)
      : root_(settings::Node::parse("section: " + section, "channels.yaml", findings)) {
    const integrations::Plugin* plugin = integrations::find_plugin(name);
    if (plugin == nullptr) throw std::logic_error("no such plugin: " + std::string(name));
    const integrations::Offer offer = plugin->read(root_.at("section"));
    root_.reject_unknown();
    const integrations::Toolbox tools{client, lanes_, memory_, clock, templates(), "ops@example.org"};
    channel_ = offer.channel(tools);
  }

  flow::Channel& channel() { return *channel_; }
  static const digest::Templates& templates() {
    static const digest::Templates shipped{{std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"}};
    return shipped;
  }
  flow::Outcome send(boost::asio::io_context& loop, flow::Outgoing message) {
    std::optional<flow::Outcome> outcome;
    run(loop, send_into(*channel_, std::move(message), outcome));
    return outcome.value();
  }
  flow::Outcome reconcile(boost::asio::io_context& loop, flow::Outgoing message) {
    std::optional<flow::Outcome> outcome;
    run(loop, reconcile_into(*channel_, std::move(message), outcome));
    return outcome.value();
  }

  settings::Findings findings;

 private:
  static async::Awaitable<> send_into(flow::Channel& channel, flow::Outgoing message,
                                      std::optional<flow::Outcome>& outcome) {
    outcome = co_await channel.send(std::move(message));
  }
  static async::Awaitable<> reconcile_into(flow::Channel& channel, flow::Outgoing message,
                                           std::optional<flow::Outcome>& outcome) {
    outcome = co_await channel.reconcile(std::move(message));
  }

  NoLanes lanes_;
  MapMemory memory_;
  settings::Node root_;
  std::unique_ptr<flow::Channel> channel_;
};

inline flow::Composition composition_for(const std::string& destination,
                                         const std::string& period = "daily:2026-11-03") {
  flow::Composition composition;
  composition.person_id = "ada";
  composition.person_name = "Ada";
  composition.destination = destination;
  composition.language = "en";
  composition.title = "Papers of 3 November";
  composition.preheader = "Two papers on splatting";
  composition.period_key = period;
  composition.delivery_seed = hash_of({"ada", destination, period});
  composition.document = composition.brief = digest::parse_markdown(
      "# Papers of 3 November\n\nTwo papers on splatting.\n\n## Splatting\n\n### A tree of splats\n\n> We propose "
      "it.\n\n"
      "[arXiv](https://arxiv.org/abs/2611.00001)\n");
  composition.date = *parse_rfc3339("2026-11-03T05:30:00Z");
  return composition;
}

inline flow::Outgoing outgoing(const flow::Composition& composition, const flow::Part& part) {
  flow::Outgoing message;
  message.delivery_id = "delivery-1";
  message.destination = composition.destination;
  message.payload = part.payload;
  message.provider_key = part.provider_key;
  message.created_at = message.intended_at = composition.date;
  return message;
}

}  // namespace paperboy::test
