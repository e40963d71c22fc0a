#pragma once
// What the Bot API (10.3) says has happened, in the words that all channels share. Pure; any bytes.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/flow/inbox.hpp"

namespace paperboy::integrations::telegram {

// The kinds of updates that are read here; what getUpdates and setWebhook are given as allowed_updates.
constexpr std::string_view wanted_updates = R"(["message","callback_query","my_chat_member"])";

// Who we are.
struct Self {
  std::int64_t id = 0;
  std::string username;            // without '@'
  std::vector<std::string> verbs;  // commands of ours; empty: every one may be
};

struct Heard {
  flow::Event event;
  std::string file_id, file_name;  // a text file to be fetched into event.files; empty: none
};

struct Updates {
  std::vector<Heard> heard;
  std::vector<std::string> callbacks;                        // to be answered once the events are committed
  std::vector<std::pair<std::int64_t, std::int64_t>> moves;  // group -> the supergroup it became
  std::optional<std::int64_t> last;                          // update_id of the last one: what may be confirmed
  std::size_t malformed = 0;                                 // no updates at all
};

// The answer of getUpdates ({"ok":true,"result":[...]}); the body of a webhook's request, an Update. Nothing if it is
// none.
//
// said: a message (text or caption) of a person, not by a bot nor in the name of a chat. The bot's name and its
// commands'
// "@name" are cut out, the addresses of links are put behind their text. In private chats "/start CODE", a deep link,
// is "link CODE". Commands of other bots are left out; in groups a command without a name is addressed to us if it is
// one of our verbs. gone: the bot was blocked, removed, or left. Everything else is nothing to us.
std::optional<Updates> read_updates(std::string_view answer, const Self& self);
std::optional<Updates> read_update(std::string_view body, const Self& self);

// "chat:message", as an Outcome's provider_ref and Event::about and reply_to have it.
struct MessageRef {
  std::int64_t chat = 0, message = 0;
};
std::string to_string(const MessageRef& ref);
std::optional<MessageRef> parse_ref(std::string_view text);

}  // namespace paperboy::integrations::telegram
