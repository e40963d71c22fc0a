#pragma once
// The pages of this installation: messages in the archive, the end of a subscription, a person's preferences. No login,
// no cookie, no script: whoever has the link has the right. All of it on the io thread.
#include <functional>
#include <memory>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/digest/templates.hpp"
#include "daemon/flow/pages.hpp"
#include "daemon/match/profiles.hpp"
#include "daemon/net/server.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::web {

// What is given by reference outlives the server.
struct Site {
  store::Database& database;
  const Clock& clock;
  std::shared_ptr<const digest::Templates> templates;
  flow::Pages pages;
  std::function<void()> people_changed{};  // what the stages know of people is no longer true
  // Match::learned (flow/stages.hpp); empty: no page tells of it.
  std::function<async::Awaitable<std::vector<match::Profiles::TopicLearned>>(paper::Person)> learned{};
};

//   GET  /digest/TOKEN        the message as a page
//   GET  /unsubscribe/TOKEN   asks (mail programs and scanners follow links: a GET changes nothing)
//   POST /unsubscribe/TOKEN   stops what goes to the destination, at once and without a further question (RFC 8058
//                             section 3.2), or lets it go out again where the form says action=resume
// For whom a link was made, for 90 days (flow/pages.hpp):
//   GET  /digest/TOKEN        the message with its actions, if the token is its reader's own. archive() makes addresses
//                             to pass on, which show the message alone
//   GET  /home/TOKEN          the preferences; ?show=learned: which features of papers follow from what the person
//                             said of them
//   POST /home/TOKEN          one change: fields as in change.cpp; 303 back to the page, 422 and the page where it is
//                             not right
//   GET  /archive/TOKEN       the person's messages, newest first: ?q=WORDS&page=N
//   GET  /export/TOKEN        what is kept of the person, as YAML
//   GET  /act/TOKEN           asks about one action of a message; POST with action=do or action=undo
// A link that has ended is a 410, a form from another site a 403, no form 415, 400 or 413, and nothing is done. Every
// change is a choice (paper/choice.hpp), as if it were said to the bot; twice the same is once.
//
// A token that was not made here is a 404. Replies are not to be cached, indexed, framed or named as a referrer.
void add_pages(net::Server& server, Site site);

}  // namespace paperboy::web
