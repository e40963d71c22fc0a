#pragma once
// What the Bot API's answer means for a delivery: the failure classes of this channel in one place. Pure.
#include <cstdint>
#include <optional>

#include "daemon/flow/channel.hpp"
#include "daemon/net/client.hpp"

namespace paperboy::integrations::telegram {

// An answer, and what may be done about it within the same attempt. Whatever is set, nothing was delivered.
struct Verdict {
  flow::Outcome outcome;
  std::optional<std::int64_t> moved_to;  // the group became the supergroup with this id
  bool markup_refused = false;           // the same text without markup, links and buttons may pass
  bool about_chat = false;               // refused for where it goes, not for what it holds
  bool method_unknown = false;           // a server older than the method
  bool not_modified = false;             // the message that was to be edited says this already
  bool cannot_edit = false;              // it is gone, or not ours to edit
  bool for_operator = false;             // the token or the server's address is wrong: waiting mends nothing
};

// Bot API 10.3. Descriptions are for people and may change: they are searched without regard to case, and what is not
// known is judged by its code.
//   200 ok             sent, provider_ref "chat_id:message_id"
//   200 without ok     in doubt: something between us and Telegram answered
//   400, 403, 413      refused; the detail says how to mend what a person can mend
//   401, 404, 421      about the token or the server: not sent, whole provider
//   409                not sent
//   429                throttled for parameters.retry_after, else Retry-After, else the number in the description
//   408, 5xx           in doubt
//   3xx, other 4xx, or 4xx that is no answer of the Bot API's: not sent, whole provider
Verdict verdict_of(const net::Response& response, Time now);

// The connection failed.
flow::Outcome outcome_of(const net::NetError& error);

}  // namespace paperboy::integrations::telegram
