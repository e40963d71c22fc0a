// paperboy send-test: one message to one place, at once, to see whether a channel works.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "daemon/app/engine.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/cli/loop.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/verb.hpp"

namespace paperboy::cli {
namespace {

constexpr std::string_view words =
    "# A test message from Paperboy\n\n"
    "If you can read this, messages arrive here. A formula that must look the same: O(n²); signs that must not act: "
    "\\<b\\>&\"\\*\\_~ @channel \\<!here\\>\n";

const char* said(flow::Outcome::Class kind) {
  switch (kind) {
    case flow::Outcome::Class::sent:
      return "sent";
    case flow::Outcome::Class::not_sent:
      return "not sent";
    case flow::Outcome::Class::refused:
      return "refused";
    case flow::Outcome::Class::throttled:
      return "throttled: the provider asks for patience";
    case flow::Outcome::Class::ambiguous:
      return "in doubt: it may have arrived, or not";
  }
  return "";
}

int send(const std::string& address, const Context& context) {
  const std::size_t colon = address.find(':');
  if (colon == std::string::npos) {
    throw UsageError("'" + address + "' is no address; write CHANNEL:DESTINATION, as in slack:#papers");
  }
  const std::string name = address.substr(0, colon), destination = address.substr(colon + 1);
  const app::Settings settings = settings_of(context);
  log::configure(log::Level::warn, settings.log_format);
  store::Database database(store::open_sqlite(settings.database));
  boost::asio::io_context io(1);
  const SystemClock clock;
  const std::unique_ptr<net::Client> client = net::make_curl_client(io.get_executor(), "paperboy");
  Metrics metrics;
  app::Engine engine(io.get_executor(), database, clock, *client, *settings.templates, settings.offers, metrics, {});
  flow::Channel* channel = engine.channel(name);
  if (channel == nullptr) throw Error("the settings have no 'channels." + name + "'");
  if (const auto wrong = channel->check_destination(destination)) throw UsageError(*wrong);

  flow::Composition composition;
  composition.person_id = "test";
  composition.person_name = "Test";
  composition.destination = destination;
  composition.language = "en";
  composition.title = "A test message from Paperboy";
  composition.period_key = "test";
  composition.delivery_seed = hash_of({random_hex(16)});
  composition.document = composition.brief = digest::parse_markdown(words);
  composition.preheader = "If you can read this, messages arrive here.";
  composition.date = clock.now();
  flow::Outcome outcome;
  const auto work = [&]() -> async::Awaitable<> {
    std::string first_ref;
    const std::vector<flow::Part> parts = channel->compose(composition);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      flow::Outgoing message{"test", destination, parts[i].payload, parts[i].provider_key};
      message.part = static_cast<int>(i + 1);
      message.parts = static_cast<int>(parts.size());
      message.first_ref = first_ref;
      message.created_at = message.intended_at = clock.now();
      outcome = co_await channel->send(std::move(message));
      if (outcome.kind != flow::Outcome::Class::sent) break;
      if (i == 0) first_ref = outcome.provider_ref;
    }
  };
  run_until_done(io, work());
  std::cout << address << ": " << said(outcome.kind);
  if (!outcome.code.empty()) std::cout << " (" << outcome.code << ")";
  if (!outcome.detail.empty()) std::cout << "\n  " << outcome.detail;
  std::cout << "\n";
  return outcome.kind == flow::Outcome::Class::sent ? 0 : 1;
}

Run setup(CLI::App& command) {
  auto address = std::make_shared<std::string>();
  command.add_option("ADDRESS", *address, "CHANNEL:DESTINATION")->required();
  command.footer(
      "Sends one short message past the outbox: once, whatever comes of it.\n\n"
      "Examples: paperboy send-test email:ada@example.org\n"
      "          paperboy send-test slack:#papers\n");
  return [address](const Context& context) { return send(*address, context); };
}

}  // namespace

extern const Verb send_test_verb;
const Verb send_test_verb{"send-test", Group::start, "send one message to see whether a channel works", &setup};

}  // namespace paperboy::cli
