#pragma once
// What Slack sends, as events: envelopes of Socket Mode, and bodies of the Events API, of slash commands and of
// interactivity over HTTP. Pure; takes any bytes. Internal to this integration.
//
// Not handed on: what we said ourselves, what bots said, changes of messages, and whatever is of no use here.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/flow/inbox.hpp"

namespace paperboy::integrations::slack {

// Who we are (auth.test), and where answers to commands may be sent.
struct Self {
  std::string user, bot;                      // "U0PAPERBOY", "B0PAPERBOY"
  std::vector<std::string> response_origins;  // "https://hooks.slack.com/"
};

struct Frame {
  enum class Kind {
    hello,       // the link is up: `connections`
    disconnect,  // `reason`
    envelope,    // `events`, to be acknowledged by `envelope_id`
    junk
  } kind = Kind::junk;
  std::string envelope_id;
  std::vector<flow::Event> events;
  std::string reason;
  std::int64_t connections = 0;  // that the app has open; 0: not told
};

Frame read_frame(std::string_view text, const Self& self);
std::string acknowledgement(const std::string& envelope_id);

struct Posted {
  enum class Kind { events, challenge, junk } kind = Kind::junk;
  std::vector<flow::Event> events;
  std::string challenge;
};

// `content_type` as the header has it.
Posted read_post(std::string_view content_type, std::string_view body, const Self& self);

// A message's text without markup: our own mention is taken out, other mentions become "@name", links their address,
// and &amp; &lt; &gt; the characters they stand for.
std::string plain_words(std::string_view text, const std::string& own_user);

// Where an answer goes (Composition::reply_to is this as text): below a message, to a command's response_url, to a
// person; or just to the place.
struct ReplyTo {
  std::string thread_ts;
  std::string response_url;  // good for 30 minutes and 5 messages
  std::string user;          // to whose direct messages it goes: instead of the place, or when response_url is spent
  bool operator==(const ReplyTo&) const = default;
};
std::string to_string(const ReplyTo& reply_to);
ReplyTo read_reply_to(std::string_view text);  // what it does not understand is the place

}  // namespace paperboy::integrations::slack
