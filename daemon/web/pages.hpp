#pragma once
// The pages of this installation: a message in the archive, and the end of a subscription. No login, no cookie, no
// script: whoever has the link has the right. All of it on the io thread.
#include "daemon/base/clock.hpp"
#include "daemon/digest/templates.hpp"
#include "daemon/flow/pages.hpp"
#include "daemon/net/server.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::web {

// What is given by reference outlives the server.
struct Site {
  store::Database& database;
  const Clock& clock;
  std::shared_ptr<const digest::Templates> templates;
  flow::Pages pages;
};

//   GET  /digest/TOKEN        the message as a page
//   GET  /unsubscribe/TOKEN   asks (mail programs and scanners follow links: a GET changes nothing)
//   POST /unsubscribe/TOKEN   stops what goes to the destination, at once and without a further question (RFC 8058
//                             section 3.2), or lets it go out again where the form says action=resume
// A token that was not made here is a 404. Replies are not to be cached, indexed, framed or named as a referrer.
void add_pages(net::Server& server, Site site);

}  // namespace paperboy::web
