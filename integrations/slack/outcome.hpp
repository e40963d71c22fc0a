#pragma once
// What an answer of Slack means for a delivery: the failure classes of this channel in one place. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "daemon/flow/channel.hpp"
#include "daemon/net/client.hpp"

namespace paperboy::integrations::slack {

// An answer of the Web API, as far as outcomes depend on it. Slack answers 200 to nearly everything and says in `ok`
// and `error` what it means; only 429 and 5xx speak for themselves, and those need not be JSON.
struct Reply {
  int status = 0;
  bool parsed = false;  // the body is an object with `ok`
  bool ok = false;
  std::string error;                    // "channel_not_found"
  std::string hint;                     // the scope that is missing, the messages of response_metadata
  std::optional<Duration> retry_after;  // the header
};

// What was asked for when it failed.
enum class Step {
  prepare,  // looking up a person, opening a conversation: nothing can have been posted
  post,     // chat.postMessage
  look      // reading back whether a message is there
};

// prepare, post: docs.slack.dev, errors of chat.postMessage, conversations.open and users.lookupByEmail. What is wrong
// with the account (token, scopes) is not sent and holds for every destination; a destination's (unreachable) and a
// payload's faults are refused; 429 and its like are throttled; 5xx, fatal_error and its like and answers that are none
// are ambiguous after a post. A name this table does not know is not sent. look: throttled where it is worth asking
// again, else ambiguous; never sent nor refused.
flow::Outcome outcome_of(const Reply& reply, Step step);
flow::Outcome outcome_of(const net::NetError& error, Step step);

// Does Slack refuse the blocks, so that the same words without them may pass?
bool refuses_blocks(std::string_view error);

}  // namespace paperboy::integrations::slack
