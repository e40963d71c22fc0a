#include "daemon/app/app.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <optional>
#include <set>

#include "daemon/app/engine.hpp"
#include "daemon/app/pages.hpp"
#include "daemon/app/systemd.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/version.hpp"
#include "daemon/net/server.hpp"
#include "daemon/store/instance.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"
#include "daemon/web/pages.hpp"

namespace paperboy::app {
namespace {

namespace asio = boost::asio;

constexpr Duration drain_time = std::chrono::seconds(10);
constexpr Duration as_long_as_it_takes = std::chrono::hours(24);  // every send ends by itself long before

std::string user_agent(const Settings& settings) {
  return "paperboy/" + std::string(version) + (settings.contact.empty() ? "" : " (+mailto:" + settings.contact + ")");
}

// The stages under one reading of the settings. After a reload the sends of the last one are finished beside it.
struct Generation {
  Generation(const asio::any_io_executor& executor, std::shared_ptr<const digest::Templates> with_templates)
      : templates(std::move(with_templates)), stages(executor), sends(executor) {}
  std::shared_ptr<const digest::Templates> templates;  // the engine refers to them
  std::optional<Engine> engine;
  async::Nursery stages, sends;
};

// Members in order of dependence; they die in reverse, the store after everything that writes to it.
class App {
 public:
  App(Settings settings, std::filesystem::path settings_file)
      : signals_(io_, SIGTERM, SIGINT, SIGHUP),
        settings_file_(std::move(settings_file)),
        settings_(std::move(settings)),
        instance_(settings_.database),
        database_(store::open_sqlite(settings_.database)),
        client_(net::make_curl_client(io_.get_executor(), user_agent(settings_))),
        server_(io_.get_executor(), net::ServerLimits{}),
        web_server_(io_.get_executor(), net::ServerLimits{}),
        service_(io_.get_executor()) {}

  int run() {
    pages_ = pages_of(settings_, database_, clock_.now());
    if (!settings_.listen_address.empty()) serve_health();
    if (pages_ && !settings_.web_address.empty()) serve_pages();
    auto finished = [this](std::exception_ptr failure) {
      if (failure) failure_ = failure;
      io_.stop();
    };
    asio::co_spawn(io_, live(), finished);
    io_.run();
    if (failure_) std::rethrow_exception(failure_);
    return stage_failed_ ? 1 : 0;
  }

 private:
  async::Awaitable<> live() {
    if (!settings_.listen_address.empty()) service_.start("health", server_.serve());
    if (pages_ && !settings_.web_address.empty()) service_.start("web", web_server_.serve());
    if (const auto interval = systemd::watchdog_interval()) service_.start("watchdog", watchdog(*interval));
    co_await start_stages();
    settings_taken();
    ready_ = true;
    systemd::ready(summary());
    log::info("paperboy is running", {{"component", "app"},
                                      {"people", settings_.people.size()},
                                      {"sources", settings_.sources.size()},
                                      {"channels", settings_.channels.size()}});
    for (;;) {
      const int signal = co_await next_signal();
      if (signal != SIGHUP) break;
      co_await reload();
    }
    ready_ = false;
    systemd::stopping();
    log::info("stopping", {{"component", "app"}});
    hurry_on_second_signal();
    co_await stop_stages();
    co_await service_.stop(drain_time);
  }

  // All at once: one time to drain, whatever number of reloads is still being finished.
  async::Awaitable<> stop_stages() {
    std::vector<std::shared_ptr<Generation>> all = retired_;
    all.push_back(generation_);
    for (const std::shared_ptr<Generation>& each : all) {
      each->stages.wind_down();
      each->sends.wind_down();
    }
    const auto end = std::chrono::steady_clock::now() + drain_time;
    for (const std::shared_ptr<Generation>& each : all) {
      for (async::Nursery* nursery : {&each->stages, &each->sends}) {
        const auto left = std::chrono::ceil<Duration>(end - std::chrono::steady_clock::now());
        co_await nursery->stop(left);
      }
    }
  }

  // A signal, or SIGTERM of our own when a stage failed.
  async::Awaitable<int> next_signal() {
    const int signal = co_await signals_.async_wait(asio::use_awaitable);
    co_return signal;
  }

  void hurry_on_second_signal() {
    signals_.async_wait([](const boost::system::error_code& ec, int signal) {
      if (ec || signal == SIGHUP) return;
      // What is in flight is settled at the next start, as after a crash.
      log::warn("second signal: not waiting for what is being sent", {{"component", "app"}});
      std::_Exit(1);
    });
  }

  async::Awaitable<> start_stages() {
    const Time now = clock_.now();
    auto provision = [people = settings_.people, now](store::Tx& tx) {
      return store::provision_people(tx, people, now);
    };
    const int changed = co_await database_.transact(provision);
    if (changed > 0) log::info("people changed", {{"component", "app"}, {"people", changed}});
    EngineOptions options;
    options.digest_wait = settings_.digest_wait;
    options.contact = settings_.contact;
    options.admins = settings_.admins;
    options.pages = pages_;
    options.allow = settings_.allow;
    options.language = settings_.language;
    options.reading = settings_.reading;
    options.prompts = settings_.prompts;
    options.texts = settings_.texts;
    options.citations = settings_.citations;
    if (pages_ && !settings_.web_address.empty()) options.hooks_url = settings_.public_url + "/hooks/";
    auto fresh = std::make_shared<Generation>(io_.get_executor(), settings_.templates);
    fresh->engine.emplace(io_.get_executor(), database_, clock_, *client_, *fresh->templates, settings_.offers,
                          metrics_, options);
    for (async::Nursery* nursery : {&fresh->stages, &fresh->sends}) {
      nursery->on_failure([this](const std::string& stage, std::exception_ptr why) { stage_ended(stage, why); });
    }
    co_await fresh->engine->recover(recovered_);
    fresh->engine->start(fresh->stages, fresh->sends);
    generation_ = std::move(fresh);
  }

  // Nothing more is taken; what is on its way is not cut off, which would leave it in doubt.
  async::Awaitable<> finish_sends(std::shared_ptr<Generation> old) {
    co_await old->sends.stop(as_long_as_it_takes);
    std::erase(retired_, old);
  }

  void stage_ended(const std::string& stage, std::exception_ptr failure) {
    std::string why = "unknown";
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      why = error.what();
    }
    log::error("a stage failed; the daemon stops", {{"component", "app"}, {"stage", stage}, {"err", why}});
    stage_failed_ = true;
    std::raise(SIGTERM);
  }

  async::Awaitable<> reload() {
    systemd::reloading();
    settings::Findings findings;
    Settings fresh = read_settings(settings_file_, findings);
    if (!findings.empty()) {
      for (const settings::Finding& finding : findings.list()) {
        log::error("reload refused, the old settings stay",
                   {{"component", "app"}, {"file", finding.file}, {"line", finding.line}, {"err", finding.text}});
      }
      metrics_.set(metric::reload_successful, {}, 0);
      systemd::ready("reload refused, the old settings stay: " + summary());
      co_return;
    }
    if (fresh.database != settings_.database || fresh.listen_address != settings_.listen_address ||
        fresh.listen_port != settings_.listen_port || fresh.public_url != settings_.public_url ||
        fresh.web_address != settings_.web_address || fresh.web_port != settings_.web_port) {
      log::warn("store, server and web keep their settings until a restart", {{"component", "app"}});
    }
    generation_->sends.wind_down();
    co_await generation_->stages.stop(drain_time);
    retired_.push_back(generation_);
    service_.start("sends of the old settings", finish_sends(generation_));
    generation_.reset();
    settings_ = std::move(fresh);
    log::configure(settings_.log_level, settings_.log_format);
    co_await start_stages();
    settings_taken();
    systemd::ready(summary());
    log::info("settings reloaded", {{"component", "app"}, {"people", settings_.people.size()}});
  }

  // The loop turns, the database's thread answers: both, or the service manager starts us anew.
  async::Awaitable<> watchdog(Duration interval) {
    for (;;) {
      co_await ping();
      systemd::watchdog();
      co_await async::sleep_for(interval);
    }
  }

  async::Awaitable<> ping() {
    auto read = [](store::Tx& tx) { tx.query("SELECT 1", [](const store::Row&) {}); };
    co_await database_.transact(read);
  }

  void serve_health() {
    const auto healthy = [](net::ServerRequest) -> async::Awaitable<net::ServerResponse> {
      co_return net::ServerResponse{200, "text/plain; charset=utf-8", "Paperboy is healthy.\n", {}};
    };
    const auto ready = [this](net::ServerRequest) -> async::Awaitable<net::ServerResponse> { return readiness(); };
    for (const char* path : {"/-/healthy", "/healthz"}) server_.route("GET", path, healthy);
    for (const char* path : {"/-/ready", "/readyz"}) server_.route("GET", path, ready);
    metrics_.set(metric::build_info, {{"version", std::string(version)}}, 1);
    server_.route("GET", "/metrics", [this](net::ServerRequest) { return scrape(); });
    const unsigned short port = server_.listen(settings_.listen_address, settings_.listen_port);
    log::info("listening",
              {{"component", "app"}, {"address", settings_.listen_address}, {"port", static_cast<int>(port)}});
  }

  void settings_taken() {
    metrics_.set(metric::reload_successful, {}, 1);
    const std::chrono::duration<double> since_epoch = clock_.now().time_since_epoch();
    metrics_.set(metric::reload_time, {}, since_epoch.count());
  }

  // What the store knows is read when somebody asks.
  async::Awaitable<net::ServerResponse> scrape() {
    auto read = [](store::Tx& tx) { return store::outbox_counts(tx); };
    const std::vector<store::OutboxCount> counts = co_await database_.transact(read);
    const Time now = clock_.now();
    for (const std::string& channel : settings_.channels) {
      Time oldest = now;
      for (const char* state : {"queued", "sending", "ambiguous", "sent", "dead", "cancelled", "expired"}) {
        const auto at = std::find_if(counts.begin(), counts.end(), [&](const store::OutboxCount& count) {
          return count.channel == channel && count.state == state;
        });
        const bool open = std::string_view(state) == "queued" || std::string_view(state) == "sending" ||
                          std::string_view(state) == "ambiguous";
        if (open && at != counts.end() && at->oldest) oldest = std::min(oldest, *at->oldest);
        metrics_.set(metric::outbox_messages, {{"channel", channel}, {"state", state}},
                     at == counts.end() ? 0 : static_cast<double>(at->messages));
      }
      const std::chrono::duration<double> age = now - oldest;
      metrics_.set(metric::outbox_oldest, {{"channel", channel}}, age.count());
    }
    if (generation_) {
      const double failing = static_cast<double>(generation_->engine->failing_sources());
      metrics_.set(metric::feeds, {{"status", "failed"}}, failing);
      metrics_.set(metric::feeds, {{"status", "ok"}}, static_cast<double>(generation_->engine->sources()) - failing);
    }
    co_return net::ServerResponse{200, "text/plain; version=0.0.4; charset=utf-8", metrics_.text(), {}};
  }

  void serve_pages() {
    const auto people_changed = [this] {
      if (generation_) generation_->engine->people_changed();
    };
    const auto learned = [this](paper::Person person) { return learned_of(std::move(person)); };
    web::add_pages(web_server_, {database_, clock_, settings_.templates, *pages_, people_changed, learned});
    web_server_.route("POST", "/hooks/*", [this](net::ServerRequest request) { return hook(std::move(request)); });
    const unsigned short port = web_server_.listen(settings_.web_address, settings_.web_port);
    log::info("pages are served", {{"component", "app"},
                                   {"address", settings_.web_address},
                                   {"port", static_cast<int>(port)},
                                   {"as", settings_.public_url}});
  }

  async::Awaitable<std::vector<match::Profiles::TopicLearned>> learned_of(paper::Person person) {
    std::vector<match::Profiles::TopicLearned> found;
    const std::shared_ptr<Generation> generation = generation_;
    if (generation) found = co_await generation->engine->match().learned(std::move(person));
    co_return found;
  }

  async::Awaitable<net::ServerResponse> hook(net::ServerRequest request) {
    const std::shared_ptr<Generation> generation = generation_;
    if (!generation) co_return net::ServerResponse{503, "text/plain; charset=utf-8", "Starting.\n", {}};
    std::string name = request.path.substr(request.path.rfind('/') + 1);
    net::ServerResponse response = co_await generation->engine->hook(std::move(name), std::move(request));
    co_return response;
  }

  async::Awaitable<net::ServerResponse> readiness() {
    std::string trouble = ready_ ? "" : "starting or stopping";
    if (trouble.empty()) {
      try {
        co_await ping();
      } catch (const store::StoreError& error) {
        trouble = error.what();
      }
    }
    const std::optional<std::uintmax_t> free = database_.free_space();
    if (trouble.empty() && free && *free < flow::intake_reserve) {
      trouble = "the store's disk has only " + std::to_string(*free >> 20) + " MB left, and no papers are taken in";
    }
    if (trouble.empty()) co_return net::ServerResponse{200, "text/plain; charset=utf-8", "Paperboy is ready.\n", {}};
    co_return net::ServerResponse{503, "text/plain; charset=utf-8", "Paperboy is not ready: " + trouble + "\n", {}};
  }

  std::string summary() const {
    return std::to_string(settings_.people.size()) + " people, " + std::to_string(settings_.sources.size()) +
           " sources, " + std::to_string(settings_.channels.size()) + " channels";
  }

  asio::io_context io_{1};    // first: handlers of all the others are kept in it
  asio::signal_set signals_;  // heard from the very beginning: opening the store may take its time
  std::filesystem::path settings_file_;
  Settings settings_;
  SystemClock clock_;
  Metrics metrics_;
  store::Instance instance_;
  store::Database database_;
  std::unique_ptr<net::Client> client_;
  net::Server server_, web_server_;
  std::optional<flow::Pages> pages_;
  std::set<std::string> recovered_;         // channels
  std::shared_ptr<Generation> generation_;  // requests under way keep the one they began with
  std::vector<std::shared_ptr<Generation>> retired_;
  async::Nursery service_;
  std::exception_ptr failure_;
  bool ready_ = false;
  bool stage_failed_ = false;
};

}  // namespace

int run(Settings settings, const std::filesystem::path& settings_file) {
  log::configure(settings.log_level, settings.log_format);
  std::signal(SIGPIPE, SIG_IGN);
  App app(std::move(settings), settings_file);
  return app.run();
}

}  // namespace paperboy::app
