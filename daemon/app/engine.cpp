#include "daemon/app/engine.hpp"

#include <algorithm>
#include <charconv>

#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/store/papers.hpp"

namespace paperboy::app {
namespace {

constexpr Duration deaf_time = std::chrono::minutes(10);

// "last_request,not_before,failures" in epoch milliseconds.
net::LaneState parse_lane(std::string_view text) {
  net::LaneState state;
  const std::vector<std::string_view> fields = text::split(text, ',');
  if (fields.size() != 3) return state;
  std::int64_t numbers[3] = {0, 0, 0};
  for (std::size_t i = 0; i < 3; ++i) {
    std::from_chars(fields[i].data(), fields[i].data() + fields[i].size(), numbers[i]);
  }
  state.last_request = from_epoch_ms(numbers[0]);
  state.not_before = from_epoch_ms(numbers[1]);
  state.failures = static_cast<int>(numbers[2]);
  return state;
}

}  // namespace

async::Awaitable<net::LaneState> StoredLanes::load(std::string lane) {
  auto read = [lane](store::Tx& tx) { return store::cursor(tx, "lane:" + lane); };
  const std::string text = co_await database_.transact(read);
  co_return parse_lane(text);
}

async::Awaitable<> StoredLanes::save(std::string lane, net::LaneState state) {
  const std::string text = std::to_string(to_epoch_ms(state.last_request)) + "," +
                           std::to_string(to_epoch_ms(state.not_before)) + "," + std::to_string(state.failures);
  const Time now = clock_.now();
  auto write = [lane, text, now](store::Tx& tx) { store::put_cursor(tx, "lane:" + lane, text, now); };
  co_await database_.transact(write);
}

async::Awaitable<std::string> StoredChannelMemory::recall(std::string channel, std::string key) {
  auto read = [name = "channel:" + channel + ":" + key](store::Tx& tx) { return store::cursor(tx, name); };
  std::string value = co_await database_.transact(read);
  co_return value;
}

async::Awaitable<> StoredChannelMemory::keep(std::string channel, std::string key, std::string value) {
  const Time now = clock_.now();
  auto write = [name = "channel:" + channel + ":" + key, value, now](store::Tx& tx) {
    store::put_cursor(tx, name, value, now);
  };
  co_await database_.transact(write);
}

Engine::Engine(const boost::asio::any_io_executor& executor, store::Database& database, const Clock& clock,
               net::Client& client, const digest::Templates& templates, const std::vector<integrations::Offer>& offers,
               Metrics& metrics, const EngineOptions& options)
    : worker_("worker"),
      bells_(executor),
      lanes_(database, clock),
      channel_memory_(database, clock),
      ground_{database, clock, bells_, metrics, worker_} {
  const integrations::Toolbox tools{client,    lanes_,          channel_memory_, clock,
                                    templates, options.contact, &hooks_,         options.hooks_url};
  flow::DigestSettings digest_settings;
  digest_settings.wait = options.digest_wait;
  digest_settings.contact = options.contact;
  flow::Channels channels;
  for (const integrations::Offer& offer : offers) {
    if (offer.sources) {
      for (std::unique_ptr<flow::Source>& source : offer.sources(tools)) add_source(std::move(source));
    }
    if (offer.lookup && !lookup_) lookup_ = offer.lookup(tools);
    if (offer.reader && options.reading) reader_ = offer.reader(tools);
    if (offer.texts && options.reading && options.texts && !texts_) texts_ = offer.texts(tools, *options.texts);
    if (offer.citations && options.citations && !citation_index_) citation_index_ = offer.citations(tools);
    if (offer.channel) {
      channels_.push_back(offer.channel(tools));
      channels[channels_.back()->name()] = channels_.back().get();
    }
    digest_settings.listings.insert(digest_settings.listings.end(), offer.listings.begin(), offer.listings.end());
  }
  composer_ = std::make_unique<flow::Composer>(std::move(channels), options.pages);
  dead_letters_ = std::make_unique<flow::DeadLetters>(*composer_, templates, options.admins);
  match_ = std::make_unique<flow::Match>(ground_, lookup_.get());
  if (reader_) {
    const flow::ReadingModels models{reader_->model(flow::Effort::read), reader_->model(flow::Effort::score)};
    shelf_ = std::make_unique<flow::Shelf>(*options.reading, options.prompts, models);
    readings_ = std::make_unique<flow::Readings>(ground_, *reader_, *shelf_, texts_.get());
  }
  if (citation_index_) citations_ = std::make_unique<flow::Citations>(ground_, *citation_index_, *options.citations);
  digest_settings.citations = options.citations.has_value();
  digests_ = std::make_unique<flow::Digests>(ground_, templates, *composer_, std::move(digest_settings), shelf_.get(),
                                             readings_.get());
  for (const std::unique_ptr<flow::Channel>& channel : channels_) {
    delivers_.push_back(std::make_unique<flow::Deliver>(ground_, *channel, *dead_letters_, options.owner));
  }
  flow::BotSettings bot_settings;
  bot_settings.allow = options.allow;
  bot_settings.admins = options.admins;
  bot_settings.language = options.language;
  bot_settings.contact = options.contact;
  bot_settings.unhurried = options.unhurried;
  bot_settings.citations = options.citations.has_value();
  bot_settings.ingest_now = [this] {
    for (const std::unique_ptr<flow::Ingest>& ingest : ingests_) ingest->hasten();
  };
  bot_ = std::make_unique<flow::Bot>(ground_, lookup_.get(), *match_, *digests_, *composer_, templates,
                                     std::move(bot_settings));
}

Engine::~Engine() = default;

flow::Channel* Engine::channel(const std::string& name) {
  for (const std::unique_ptr<flow::Channel>& channel : channels_) {
    if (channel->name() == name) return channel.get();
  }
  return nullptr;
}

void Engine::people_changed() {
  bells_.arrived.ring();  // their new topics are matched
  bells_.matched.ring();
}

std::size_t Engine::failing_sources() const {
  return static_cast<std::size_t>(
      std::count_if(ingests_.begin(), ingests_.end(), [](const auto& ingest) { return ingest->failing(); }));
}

void Engine::add_source(std::unique_ptr<flow::Source> source) {
  sources_.push_back(std::move(source));
  ingests_.push_back(std::make_unique<flow::Ingest>(ground_, *sources_.back()));
}

async::Awaitable<> Engine::recover(std::set<std::string>& recovered) {
  for (std::size_t i = 0; i < delivers_.size(); ++i) {
    if (recovered.insert(channels_[i]->name()).second) co_await delivers_[i]->recover();
  }
}

void Engine::start(async::Nursery& stages, async::Nursery& sends) {
  for (std::size_t i = 0; i < ingests_.size(); ++i) stages.start("ingest " + sources_[i]->name(), ingests_[i]->run());
  stages.start("match", match_->run());
  stages.start("profiles", match_->tend());
  stages.start("digest", digests_->run());
  if (citations_) stages.start("citations", citations_->run());
  // A reload cuts no question off that is paid for.
  for (int loop = 0; readings_ && loop < reader_->concurrency(); ++loop) sends.start("read", readings_->run());
  bot_->start(stages);
  for (const std::unique_ptr<flow::Channel>& channel : channels_) {
    if (channel->listens()) stages.start("listen " + channel->name(), listen(*channel));
  }
  for (std::size_t i = 0; i < delivers_.size(); ++i) {
    for (int loop = 0; loop < channels_[i]->traits().concurrency; ++loop) {
      sends.start("deliver " + channels_[i]->name(), delivers_[i]->run());
    }
  }
}

// A channel that cannot hear goes on speaking, and so do the others.
async::Awaitable<> Engine::listen(flow::Channel& channel) {
  for (;;) {
    std::string trouble = "it has stopped";
    try {
      co_await channel.listen(bot_->inbox(channel.name()));
    } catch (const Error& error) {
      trouble = error.what();
    }
    log::error("a channel hears nothing; trying again in ten minutes",
               {{"component", "app"}, {"channel", channel.name()}, {"err", trouble}});
    co_await async::sleep_for(deaf_time);
  }
}

async::Awaitable<net::ServerResponse> Engine::hook(std::string name, net::ServerRequest request) {
  const auto at = hooks_.find(name);
  if (at == hooks_.end()) co_return net::ServerResponse{404, "text/plain; charset=utf-8", "Nobody awaits this.\n", {}};
  const net::Handler handler = at->second;  // the channel may leave while it works
  net::ServerResponse response = co_await handler(std::move(request));
  co_return response;
}

async::Awaitable<> Engine::settle_ingest() {
  for (const std::unique_ptr<flow::Ingest>& ingest : ingests_) {
    for (bool worked = true; worked;) worked = co_await ingest->step();
  }
}

async::Awaitable<> Engine::settle_match() {
  for (bool worked = true; worked;) worked = co_await match_->step();
}

async::Awaitable<> Engine::settle_reading() {
  if (!readings_) co_return;
  for (bool worked = true; worked;) worked = co_await readings_->step();
}

async::Awaitable<> Engine::settle_citations() {
  if (!citations_) co_return;
  for (bool worked = true; worked;) worked = co_await citations_->step();
}

async::Awaitable<> Engine::settle_bot() {
  for (bool worked = true; worked;) worked = co_await bot_->step();
  co_await settle_deliveries();
  for (bool worked = true; worked;) worked = co_await bot_->step_lookup();
  co_await settle_deliveries();
}

async::Awaitable<> Engine::settle_deliveries() {
  for (const std::unique_ptr<flow::Deliver>& deliver : delivers_) {
    for (bool worked = true; worked;) worked = co_await deliver->step();
  }
}

async::Awaitable<> Engine::settle() {
  co_await settle_ingest();
  co_await settle_match();
  co_await settle_reading();
  for (bool worked = true; worked;) worked = co_await digests_->step();
  co_await settle_deliveries();
}

Time Engine::next_fetch() const {
  Time next = Time::max();
  for (const std::unique_ptr<flow::Ingest>& ingest : ingests_) next = std::min(next, ingest->due_at());
  return next;
}

}  // namespace paperboy::app
