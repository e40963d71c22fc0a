#include "daemon/web/pages.hpp"

#include <optional>

#include "daemon/base/log.hpp"
#include "daemon/digest/digest.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/people.hpp"
#include "daemon/web/reader.hpp"
#include "daemon/web/replies.hpp"

namespace paperboy::web {
namespace {

using net::ServerRequest;
using net::ServerResponse;

enum class Act { ask, stop, resume };

async::Awaitable<ServerResponse> subscription(const Site& site, ServerRequest request, Act act) {
  const auto subject = site.pages.unsubscribed(last_segment(request.path));
  if (!subject) co_return not_here(site);
  const Time now = site.clock.now();
  auto write = [channel = subject->first, destination = subject->second, act, now](store::Tx& tx) {
    digest::Subscription state{.channel = channel, .destination = destination};
    state.language = store::language_at(tx, channel, destination).value_or("en");
    if (act == Act::stop) {
      store::suppress(tx, channel, destination, unsubscribed_code, "its reader stopped these messages", now);
    } else if (act == Act::resume) {
      store::release(tx, channel, destination, unsubscribed_code);
    }
    state.stopped = store::suppressed(tx, channel, destination);
    return state;
  };
  const digest::Subscription state = co_await site.database.transact(write);
  if (act != Act::ask) {
    log::info(act == Act::stop ? "a reader stopped messages" : "a reader let messages go out again",
              {{"component", "web"}, {"channel", subject->first}});
  }
  const digest::Built built = digest::build(state, *site.templates);
  co_return page(200, digest::to_form_page(site.templates->page(), built.document, built.title));
}

}  // namespace

void add_pages(net::Server& server, Site given) {
  using Answer = async::Awaitable<ServerResponse> (*)(const Site&, ServerRequest);
  const auto site = std::make_shared<const Site>(std::move(given));
  const auto add = [&](const char* method, std::string_view folder, Answer answer) {
    server.route(method, std::string(folder) + "*",
                 [site, answer](ServerRequest request) { return answer(*site, std::move(request)); });
  };
  add("GET", flow::Pages::archive_path, &show_digest);
  add("GET", flow::Pages::home_path, &show_home);
  add("POST", flow::Pages::home_path, &change_home);
  add("GET", flow::Pages::export_path, &export_person);
  add("GET", flow::Pages::action_path, &show_action);
  add("POST", flow::Pages::action_path, &act);
  add("GET", flow::Pages::list_path, &show_archive);
  const std::string stops = std::string(flow::Pages::unsubscribe_path) + "*";
  server.route("GET", stops,
               [site](ServerRequest request) { return subscription(*site, std::move(request), Act::ask); });
  server.route("POST", stops, [site](ServerRequest request) {
    const bool resume = request.body == "action=resume";
    return subscription(*site, std::move(request), resume ? Act::resume : Act::stop);
  });
}

}  // namespace paperboy::web
