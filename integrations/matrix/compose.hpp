#pragma once
// A message as Matrix events: m.room.message with a plain body and the same in HTML, split where one event could not
// hold it. Pure, deterministic.
#include <cstddef>
#include <string>
#include <vector>

#include "daemon/flow/channel.hpp"

namespace paperboy::integrations::matrix {

struct Form {
  bool notice = false;  // m.notice, which clients do not notify of, instead of m.text
  // Of an event's content as JSON. A whole event is at most 65,536 bytes, with what servers add to it; beyond some 40
  // kB a message is no pleasure to read in a chat anyway.
  std::size_t most_bytes = 40'000;
  // Rows of action: links become a line of commands to type: "!paper more 2512.07197 · less · save"; without, they are
  // left out.
  bool commands = false;
};
constexpr char call_sign[] = "!paper";

// The contents (Client-Server API, "m.room.message"): msgtype, body, format, formatted_body, an empty m.mentions
// (nobody is notified because a title names him), and "org.paperboy.delivery": the key that the event is found by where
// the server has forgotten the transaction. Every text of `composition.brief` (of `document` where there is none)
// stands in them, in its order; parts but the first begin with "2/3". HTML of what Element X shows, too: p br strong em
// code pre a ul ol li blockquote, and hr.
// An answer (`composition.reply_to`) is an m.notice, which no bot answers, and stands below what it answers.
std::vector<flow::Part> compose(const flow::Composition& composition, const Form& form);

// `content` as it follows upon the message's first part: in the thread where that stands, else in one below it. For
// clients without threads it is a reply to it.
std::string in_thread(const std::string& content, const std::string& first);
// `content` as what takes the place of `event`'s.
std::string edit_of(const std::string& content, const std::string& event);
// `content` on its own, below nothing.
std::string standing_alone(const std::string& content);

// The content's key of the text above.
constexpr char delivery_key[] = "org.paperboy.delivery";

}  // namespace paperboy::integrations::matrix
