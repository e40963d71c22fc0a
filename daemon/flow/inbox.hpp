#pragma once
// The port through which words come in: a channel that listens hands over events, the bot stage answers them.
#include <optional>
#include <string>
#include <vector>

#include "daemon/async/timing.hpp"
#include "daemon/base/clock.hpp"

namespace paperboy::flow {

// A text file that came with a message: a list of ids, a BibTeX file.
struct Attachment {
  std::string name, content;  // at most largest_attachment bytes of any kind; the bot makes of it what it can
};
constexpr std::size_t largest_attachment = 1u << 20;

// What somebody did, in the words that all channels share. Everything in it is what a stranger says: only `account`,
// `workspace` and `place` come from the provider itself.
struct Event {
  enum class Kind {
    said,     // words
    pressed,  // a button of ours: `action`
    reacted,  // an emoji in `text` (as a character, without skin tone), to the message `about`
    gone      // nothing can be sent to `place` any more: blocked, kicked, left
  };
  Kind kind = Kind::said;
  std::string key;           // unique in the channel, the same in every redelivery; at most 255 bytes
  std::string account;       // who: "U024BE7LH", "55", "@ada:example.org"
  std::string account_name;  // how they call themselves: for greeting, never for identity
  std::string workspace;     // the larger whole the account belongs to: a Slack team, a homeserver; empty: none
  std::string place;         // where: a destination of this channel, to which answers go
  bool direct = false;       // nobody but the account and the bot is there
  bool addressed = false;    // the bot was spoken to: directly, by name, by command, by a reply to it
  std::string thread;        // the conversation within `place`; empty: the place itself
  std::string text;          // said: without markup, the bot's name and the command's prefix ("/paperboy", "!paper")
  std::string action;        // pressed: what stood behind "action:", "more/2512.07197"
  // The provider_ref of the message in question: of the one pressed or reacted to; said: of the one that it answers, or
  // under which its thread stands.
  std::string about;
  std::string reply_to;  // opaque; Composition::reply_to of the answer, so that it stands below the question
  std::vector<Attachment> files;
  Time at{};  // when it was said, as far as the provider tells
};

// What may be asked for, for a channel that offers words for completion.
struct Verb {
  std::string verb;  // [a-z_]{1,32}
  std::string help;  // one line
};

// Where events go. Io thread.
class Inbox {
 public:
  virtual ~Inbox() = default;
  // Commits the events that are new, and the channel's position with them; what was committed may be acknowledged.
  // Events that nobody here wants (not addressed, no conversation the bot is in) are dropped without a trace. Throws
  // StoreError.
  virtual async::Awaitable<> take(std::vector<Event> events, std::optional<std::string> position = std::nullopt) = 0;
  // The position last committed; empty if there is none.
  virtual async::Awaitable<std::string> position() = 0;
  // May this account speak to the bot at that place? For invitations, which are answered before anything is said.
  virtual async::Awaitable<bool> admits(std::string account, std::string workspace, std::string place) = 0;
  // Something came in that was refused (a forged signature, a replay, an oversized body): counted, by `reason`, one of
  // a fixed few words.
  virtual void refused(std::string_view reason) = 0;
  // The verbs that are understood, explained in `language` (en, zh; others: en). None: nothing to offer.
  virtual std::vector<Verb> verbs([[maybe_unused]] std::string_view language) const { return {}; }
};

}  // namespace paperboy::flow
