#pragma once
// The stages wired together, in order of dependence: what `paperboy run` starts, and what replays and demos step
// through.
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/async/nursery.hpp"
#include "daemon/digest/templates.hpp"
#include "daemon/flow/bot.hpp"
#include "daemon/flow/citations.hpp"
#include "daemon/flow/read.hpp"
#include "daemon/flow/stages.hpp"
#include "daemon/net/client.hpp"
#include "daemon/net/lane.hpp"
#include "daemon/store/database.hpp"
#include "integrations/plugin.hpp"

namespace paperboy::app {

// Lanes remember in the store, under the cursor "lane:NAME".
class StoredLanes final : public net::LaneMemory {
 public:
  StoredLanes(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}
  async::Awaitable<net::LaneState> load(std::string lane) override;
  async::Awaitable<> save(std::string lane, net::LaneState state) override;

 private:
  store::Database& database_;
  const Clock& clock_;
};

// Channels remember in the store, under the cursor "channel:NAME:KEY".
class StoredChannelMemory final : public flow::ChannelMemory {
 public:
  StoredChannelMemory(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}
  async::Awaitable<std::string> recall(std::string channel, std::string key) override;
  async::Awaitable<> keep(std::string channel, std::string key, std::string value) override;

 private:
  store::Database& database_;
  const Clock& clock_;
};

struct EngineOptions {
  Duration digest_wait = std::chrono::minutes(45);
  std::string contact;
  std::string owner = "paperboy";    // of leases: the same over restarts of this instance
  std::vector<std::string> admins;   // person ids: told of what cannot be delivered
  std::optional<flow::Pages> pages;  // none: messages link to no pages of this installation
  std::vector<std::string> allow;    // who may speak to the bot (flow/bot.hpp)
  std::string language = "en";       // of strangers who do
  bool unhurried = true;             // who says too much in a short time is asked to slow down
  // What models read, and their prompts; none: no model is asked, and digests have nothing one wrote.
  std::optional<flow::ReadingSettings> reading;
  std::shared_ptr<const reading::Prompts> prompts;
  std::optional<integrations::TextShelf> texts;  // of the papers that are read; none: they are read by their abstracts
  std::optional<flow::CitationSettings> citations;  // none: nobody is asked, and no counts are shown
  std::string hooks_url;                            // where providers reach us: PUBLIC_URL/hooks/; empty: nowhere
};

// On the io thread. Everything given by reference outlives it; destroy it after its children ended.
class Engine {
 public:
  Engine(const boost::asio::any_io_executor& executor, store::Database& database, const Clock& clock,
         net::Client& client, const digest::Templates& templates, const std::vector<integrations::Offer>& offers,
         Metrics& metrics, const EngineOptions& options);
  ~Engine();

  // Sources beside those of the offers (a replay's).
  void add_source(std::unique_ptr<flow::Source> source);

  // Starts every stage's run(): the loops that deliver in `sends`, all others in `stages`. Call recover() before.
  void start(async::Nursery& stages, async::Nursery& sends);

  // Resolves what a crash left in doubt, on the channels that are not in `recovered` yet: what is being sent there is
  // this process's own work by now.
  async::Awaitable<> recover(std::set<std::string>& recovered);
  // Steps every stage until none has anything to do at this moment of the clock.
  async::Awaitable<> settle();
  // One stage alone: everything that is due for it now.
  async::Awaitable<> settle_ingest();
  async::Awaitable<> settle_match();
  async::Awaitable<> settle_reading();
  async::Awaitable<> settle_citations();
  // Answers all that was said, and sends the answers (and whatever else waits for these channels).
  async::Awaitable<> settle_bot();

  flow::Match& match() { return *match_; }
  flow::Digests& digests() { return *digests_; }
  flow::Bot& bot() { return *bot_; }
  // People were changed beside the stages: they look anew.
  void people_changed();
  flow::Readings* readings() { return readings_.get(); }  // null where no model is set up
  // Hands a provider's request to the channel that awaits it; 404 if none does.
  async::Awaitable<net::ServerResponse> hook(std::string name, net::ServerRequest request);
  const flow::Composer& composer() const { return *composer_; }
  // Null if the settings have no such channel.
  flow::Channel* channel(const std::string& name);
  std::size_t sources() const { return sources_.size(); }
  std::size_t failing_sources() const;
  // The earliest moment at which a source wants to fetch again.
  Time next_fetch() const;

 private:
  async::Awaitable<> listen(flow::Channel& channel);
  async::Awaitable<> settle_deliveries();

  async::Worker worker_;
  flow::Bells bells_;
  StoredLanes lanes_;
  StoredChannelMemory channel_memory_;
  integrations::Hooks hooks_;
  flow::Ground ground_;
  std::vector<std::unique_ptr<flow::Source>> sources_;
  std::unique_ptr<flow::Lookup> lookup_;
  std::vector<std::unique_ptr<flow::Channel>> channels_;
  std::vector<std::unique_ptr<flow::Ingest>> ingests_;
  std::unique_ptr<flow::Composer> composer_;
  std::unique_ptr<flow::DeadLetters> dead_letters_;
  std::unique_ptr<flow::Match> match_;
  std::unique_ptr<flow::Reader> reader_;
  std::unique_ptr<flow::Shelf> shelf_;
  std::unique_ptr<flow::TextSource> texts_;
  std::unique_ptr<flow::Readings> readings_;
  std::unique_ptr<flow::CitationIndex> citation_index_;
  std::unique_ptr<flow::Citations> citations_;
  std::unique_ptr<flow::Digests> digests_;
  std::vector<std::unique_ptr<flow::Deliver>> delivers_;
  std::unique_ptr<flow::Bot> bot_;
};

}  // namespace paperboy::app
