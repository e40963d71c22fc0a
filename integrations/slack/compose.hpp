#pragma once
// A digest as Slack messages. Pure, deterministic.
//
// Text goes into header blocks (plain_text) and rich_text blocks, which Slack shows as they are: no title can begin
// markup, mention anybody or become an emoji, and nothing has to be escaped. Only the `text` of a message, which
// notifications and screen readers use, is read as markup and therefore escaped.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/flow/channel.hpp"

namespace paperboy::integrations::slack {

// Slack's limits, in UTF-16 units where they are characters. Blocks and header: Block Kit reference. Slack refuses
// messages somewhere above 11,000 characters without documenting it (bolt-js#2509): half as much again is left free,
// and URLs are counted, too.
constexpr std::size_t max_blocks = 50;
constexpr std::size_t max_characters = 8000;
constexpr std::size_t max_header = 150;
constexpr std::size_t max_buttons = 25;
constexpr std::size_t max_url = 3000;
constexpr std::size_t max_notification = 3500;  // of `text`; Slack advises 4,000 at most

// The member of a payload that is taken out before it is sent: where an answer goes beside the thread (ReplyTo as
// text).
constexpr std::string_view reply_field = "paperboy_reply_to";

// The overview (everything before the first section that has papers) comes first, the papers in further messages,
// which belong into the first one's thread. A paper is not torn apart unless it is longer than a message. A payload is
// the JSON body of chat.postMessage without channel, with thread_ts if it answers something, and reply_field;
// provider_key a UUID (RFC 9562 version 8), which the payload carries as client_msg_id and as delivery_id in its
// metadata. `buttons`: action: links become buttons; else they are left out (digest::without_actions).
std::vector<flow::Part> compose(const flow::Composition& composition, bool buttons);

// The payload with its blocks turned into plain text, for a Slack that refuses them. Throws Error if it is none.
std::string without_blocks(const std::string& payload);

}  // namespace paperboy::integrations::slack
