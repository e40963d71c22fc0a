#pragma once
// A message in Telegram's form. Pure: no network.
#include <string>
#include <string_view>
#include <vector>

#include "daemon/flow/channel.hpp"

namespace paperboy::integrations::telegram {

struct Form {
  bool buttons = false;  // action: links as inline buttons (somebody must answer them)
  bool rich = false;     // the same content as rich blocks besides
};

// The short form (Composition::brief) in parts that the Bot API (10.3) accepts: at most 4096 UTF-16 units, 100 entities
// and 96 buttons each. Every part but the first begins with "2/3". Cut between papers where that is possible; no text
// is lost. Throws Error if there is nothing to read.
//
// A payload is a JSON object: the parameters of sendMessage but for the chat and the topic. With `rich` it also has
// rich_message, the same blocks for sendRichMessage; exactly one of the two forms is sent. The first part of an answer
// (Composition::reply_to, "chat:message" of the same chat) replies to the question if that is still there. The provider
// gets no key; provider_key is the SHA-256 of `text`, by which copies can be recognised.
std::vector<flow::Part> compose(const flow::Composition& composition, Form form);

// `html` as a reader sees it: for a message whose markup the server does not take.
std::string without_markup(std::string_view html);

}  // namespace paperboy::integrations::telegram
