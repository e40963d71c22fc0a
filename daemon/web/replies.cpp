#include "daemon/web/replies.hpp"

#include <algorithm>

#include "daemon/digest/render.hpp"
#include "daemon/store/archive.hpp"
#include "daemon/web/html.hpp"

namespace paperboy::web {
namespace {

using net::ServerRequest;
using net::ServerResponse;

std::string_view header(const ServerRequest& request, std::string_view name) {
  const auto at = std::find_if(request.headers.begin(), request.headers.end(),
                               [&](const auto& field) { return field.first == name; });
  return at == request.headers.end() ? std::string_view() : std::string_view(at->second);
}

bool from_here(const Site& site, const ServerRequest& request) {
  const std::string_view fetch_site = header(request, "sec-fetch-site"), origin = header(request, "origin");
  if (!fetch_site.empty() && fetch_site != "same-origin" && fetch_site != "none") return false;
  return origin.empty() || origin == "null" || origin == site.pages.origin();
}

bool is_form(const ServerRequest& request) {
  const std::string_view type = header(request, "content-type");
  return text::iequals_ascii(text::trim(type.substr(0, type.find(';'))), "application/x-www-form-urlencoded");
}

ServerResponse said(const Site& site, int status, const Words& words, std::string_view title, std::string_view what) {
  Html body;
  body.element("h1", title).element("p", what);
  return own_page(site, status, words, title, body.take());
}

}  // namespace

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

ServerResponse own_page(const Site& site, int status, const Words& words, std::string_view title, std::string body,
                        std::string before) {
  const digest::Frame& frame = site.templates->page();
  return page(status, digest::to_page(frame, std::move(body), std::move(before), words.tag, title));
}

ServerResponse see_again(std::string_view said) {
  ServerResponse response = page(303, "");
  response.headers.emplace_back("Location", "?said=" + std::string(said) + "#said");
  return response;
}

ServerResponse not_here(const Site& site) {
  const Words& words = words_of("en");
  return said(site, 404, words, words.not_found, words.not_found_what);
}

ServerResponse expired(const Site& site, std::string_view language) {
  const Words& words = words_of(language);
  return said(site, 410, words, words.expired, words.expired_what);
}

async::Awaitable<ServerResponse> expired_for(const Site& site, std::string person) {
  auto read = [person](store::Tx& tx) { return store::find_reader(tx, person); };
  const std::optional<paper::Person> reader = co_await site.database.transact(read);
  co_return reader ? expired(site, reader->language) : not_here(site);
}

std::string way_around(const Site& site, const flow::Pages::Grant& grant, const Words& words, std::string_view here) {
  Html out;
  out.raw("<a class=\"skip\" href=\"#content\">").text(words.skip).raw("</a>\n<nav aria-label=\"");
  out.text(words.pages).raw("\">");
  for (const auto& [action, label] :
       {std::pair<std::string_view, std::string_view>("preferences", words.preferences), {"archive", words.archive}}) {
    out.raw("<a href=\"").text(site.pages.url_of(action, grant.person, grant.issued));
    out.raw(action == here ? "\" aria-current=\"page\">" : "\">").text(label).raw("</a>\n");
  }
  return out.raw("</nav>\n").take();
}

std::string last_segment(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

Posted posted(const Site& site, const ServerRequest& request, const Words& words) {
  Posted result;
  const bool small = request.body.size() <= longest_form;
  if (from_here(site, request) && is_form(request) && small) result.form = parse_form(request.body);
  if (!result.form) {
    const int status = !from_here(site, request) ? 403 : !is_form(request) ? 415 : small ? 400 : 413;
    result.refusal = said(site, status, words, words.refused, words.refused_what);
  }
  return result;
}

}  // namespace paperboy::web
