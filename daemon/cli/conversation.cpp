#include "daemon/cli/conversation.hpp"

#include <iostream>

#include "daemon/app/engine.hpp"
#include "daemon/app/settings.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "daemon/cli/loop.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/digest/render.hpp"
#include "daemon/store/choices.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::cli {
namespace {

constexpr std::string_view channel_name = "terminal";
constexpr int library_steps = 30;  // 15,000 papers, the newest: enough to name some that are alike at once

class Terminal final : public flow::Channel {
 public:
  const std::string& name() const override { return name_; }
  const flow::ChannelTraits& traits() const override { return traits_; }
  std::optional<std::string> check_destination(const std::string&) const override { return std::nullopt; }
  std::vector<flow::Part> compose(const flow::Composition& composition) const override {
    const bool brief = !composition.brief.root.children.empty();
    const digest::Document& document = brief ? composition.brief : composition.document;
    return {{digest::to_terminal(document, terminal_width(), terminal_colour()), composition.delivery_seed}};
  }
  async::Awaitable<flow::Outcome> send(flow::Outgoing message) override {
    std::cout << message.payload << std::endl;
    flow::Outcome outcome;
    outcome.provider_ref = message.delivery_id;
    co_return outcome;
  }

 private:
  std::string name_{channel_name};
  flow::ChannelTraits traits_;
};

}  // namespace

struct Conversation::State {
  std::string as;
  app::Settings settings;
  boost::asio::io_context io{1};
  SystemClock clock;
  Metrics metrics;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<net::Client> client;
  std::unique_ptr<app::Engine> engine;

  // The person speaks in the terminal from now on.
  void become(store::Tx& tx) {
    if (as.empty()) return;
    if (!store::find_person(tx, as)) {
      std::vector<std::string> ids;
      for (const paper::Person& person : store::active_people(tx)) ids.push_back(person.id);
      const auto near = text::nearest(as, ids);
      throw Error("there is no person '" + as + "'" + (near ? "; did you mean '" + *near + "'?" : "") +
                  " ('paperboy people' lists them)");
    }
    store::link_account(tx, channel_name, as, as, clock.now());
  }
};

Conversation::Conversation(const std::string& as, const std::string& file, const Context& context)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.as = as;
  s.settings = settings_of(context);
  log::configure(log::Level::error, s.settings.log_format);
  s.database = std::make_unique<store::Database>(
      store::open_sqlite(file.empty() ? s.settings.database : std::filesystem::path(file)));
  s.database->transact_blocking([&](store::Tx& tx) {
    store::provision_people(tx, s.settings.people, s.clock.now());
    s.become(tx);
  });
  const std::string& contact = s.settings.contact;
  s.client =
      net::make_curl_client(s.io.get_executor(), "paperboy" + (contact.empty() ? "" : " (+mailto:" + contact + ")"));
  std::vector<integrations::Offer> offers;
  for (const integrations::Offer& offer : s.settings.offers) {
    integrations::Offer& kept = offers.emplace_back();
    kept.lookup = offer.lookup;
    kept.listings = offer.listings;
  }
  offers.emplace_back().channel = [](const integrations::Toolbox&) { return std::make_unique<Terminal>(); };
  app::EngineOptions options;
  options.contact = contact;
  options.owner = "terminal";
  options.allow = {std::string(channel_name) + ":*"};
  options.admins = s.settings.admins;
  options.unhurried = false;
  options.language = s.settings.language;
  options.citations = s.settings.citations;
  s.engine = std::make_unique<app::Engine>(s.io.get_executor(), *s.database, s.clock, *s.client, *s.settings.templates,
                                           offers, s.metrics, options);
  const auto read_papers = [&s]() -> async::Awaitable<> {
    bool more = true;
    for (int step = 0; step < library_steps && more; ++step) more = co_await s.engine->bot().step_library();
  };
  run_until_done(s.io, read_papers());
}

Conversation::~Conversation() = default;

void Conversation::say(const std::string& text) {
  State& s = *state_;
  const auto work = [&]() -> async::Awaitable<> {
    flow::Event event;
    event.key = random_hex(16);
    event.account = event.place = s.as.empty() ? "somebody" : s.as;
    event.direct = event.addressed = true;
    event.text = text::sanitize(text);
    event.at = s.clock.now();
    flow::Inbox& inbox = s.engine->bot().inbox(std::string(channel_name));
    std::vector<flow::Event> events{std::move(event)};
    co_await inbox.take(std::move(events), std::nullopt);
    co_await s.engine->settle_bot();
  };
  run_until_done(s.io, work());
}

}  // namespace paperboy::cli
