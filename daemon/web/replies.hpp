#pragma once
// What every page of this room answers with. Inside web/ only.
#include <optional>
#include <string>
#include <string_view>

#include "daemon/web/form.hpp"
#include "daemon/web/pages.hpp"
#include "daemon/web/words.hpp"

namespace paperboy::web {

// Not to be cached, indexed, framed or named as a referrer.
net::ServerResponse page(int status, std::string html);
// Words of this program's own in the frame of pages. `before`: HTML above them.
net::ServerResponse own_page(const Site& site, int status, const Words& words, std::string_view title, std::string body,
                             std::string before = "");
// Back to the page that was posted to, as a GET, which says `said`.
net::ServerResponse see_again(std::string_view said);

// A signed link is right, or has ended, or is, as far as anybody is told, not there.
net::ServerResponse not_here(const Site& site);
// `language`: of whom it was made for.
net::ServerResponse expired(const Site& site, std::string_view language);
// Of whom `person` is, if they are anybody, for expired().
async::Awaitable<net::ServerResponse> expired_for(const Site& site, std::string person);

// The way around a reader's pages: what `grant` opens.
std::string way_around(const Site& site, const flow::Pages::Grant& grant, const Words& words, std::string_view here);

std::string last_segment(const std::string& path);

// The form that a page of `site` posted to itself; or what is answered instead. Links are enough to act, so that there
// is nothing to forge from elsewhere; but what a browser says comes from another site is not done (Fetch Metadata; an
// Origin of "null" is what browsers say of a page without referrers).
struct Posted {
  std::optional<Form> form;
  net::ServerResponse refusal;
};
Posted posted(const Site& site, const net::ServerRequest& request, const Words& words);

// Handlers; pages.hpp says what each is.
async::Awaitable<net::ServerResponse> show_home(const Site& site, net::ServerRequest request);
async::Awaitable<net::ServerResponse> change_home(const Site& site, net::ServerRequest request);
async::Awaitable<net::ServerResponse> export_person(const Site& site, net::ServerRequest request);
async::Awaitable<net::ServerResponse> show_action(const Site& site, net::ServerRequest request);
async::Awaitable<net::ServerResponse> act(const Site& site, net::ServerRequest request);
async::Awaitable<net::ServerResponse> show_archive(const Site& site, net::ServerRequest request);
async::Awaitable<net::ServerResponse> show_digest(const Site& site, net::ServerRequest request);

}  // namespace paperboy::web
