#include "daemon/web/pages.hpp"

#include <optional>

#include "daemon/base/log.hpp"
#include "daemon/digest/digest.hpp"
#include "daemon/digest/render.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::web {
namespace {

using net::ServerRequest;
using net::ServerResponse;

constexpr std::string_view unsubscribed_code = "unsubscribed";

ServerResponse page(int status, std::string html) {
  ServerResponse response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = std::move(html);
  response.headers = {{"Cache-Control", "private, no-store"},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"X-Robots-Tag", "noindex, nofollow"},
                      {"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; "
                       "base-uri 'none'; frame-ancestors 'none'"}};
  return response;
}

std::string last_segment(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// A signed link is either right or, as far as anybody is told, not there.
ServerResponse not_here(const Site& site) {
  const digest::Document words = digest::parse_markdown(
      "# Not found\n\nThis link is not, or no longer, valid. It may have been cut: copy the whole of it.\n");
  return page(404, digest::to_html(site.templates->page(), words, "Not found", "", false));
}

async::Awaitable<ServerResponse> show_digest(const Site& site, ServerRequest request) {
  const std::optional<std::string> id = site.pages.archived(last_segment(request.path));
  if (!id) co_return not_here(site);
  struct Found {
    store::DigestRow row;
    std::string language;
  };
  auto read = [id = *id](store::Tx& tx) -> std::optional<Found> {
    std::optional<store::DigestRow> row = store::digest_by_id(tx, id);
    if (!row) return std::nullopt;
    const std::optional<paper::Person> reader = store::find_person(tx, row->person);
    return Found{std::move(*row), reader ? reader->language : "en"};
  };
  const std::optional<Found> found = co_await site.database.transact(read);
  if (!found) co_return not_here(site);
  const digest::Document document = digest::parse_markdown(found->row.markdown, found->language);
  co_return page(200, digest::to_html(site.templates->page(), digest::without_actions(document), found->row.title,
                                      found->row.preheader, false));
}

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
  const auto site = std::make_shared<const Site>(std::move(given));
  const std::string digests = std::string(flow::Pages::archive_path) + "*";
  const std::string stops = std::string(flow::Pages::unsubscribe_path) + "*";
  server.route("GET", digests, [site](ServerRequest request) { return show_digest(*site, std::move(request)); });
  server.route("GET", stops,
               [site](ServerRequest request) { return subscription(*site, std::move(request), Act::ask); });
  server.route("POST", stops, [site](ServerRequest request) {
    const bool resume = request.body == "action=resume";
    return subscription(*site, std::move(request), resume ? Act::resume : Act::stop);
  });
}

}  // namespace paperboy::web
