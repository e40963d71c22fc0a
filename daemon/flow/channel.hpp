#pragma once
// The port through which messages go out. An integration implements it; the digest stage composes, the deliver stage
// sends.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/async/timing.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/digest/document.hpp"
#include "daemon/flow/inbox.hpp"

namespace paperboy::flow {

// A message to be brought into the channel's own form.
struct Composition {
  std::string person_id, person_name, destination, language;
  std::string title;  // one line
  std::string period_key;
  std::string delivery_seed;  // stable for the message: keys the provider sees are derived from it
  std::string reply_to;       // an answer: Event::reply_to of what it answers. Its parts stand below that message
  // A digest has the form that the channel's traits name, everything else both.
  digest::Document document;  // the full form: mail, files
  digest::Document brief;     // the short form: chats. The same papers without their abstracts
  std::string preheader;      // one line for previews
  // Pages of this installation; empty if it shows none: the message in the archive; where its reader stops it.
  std::string web_url, unsubscribe_url;
  // The page behind an action: link ("more/2512.07197", "preferences"); empty if there is none. Whoever opens it acts
  // for the person: nothing for a place where others read. Not set where there are no pages.
  std::function<std::string(std::string_view action)> action_url{};
  Time date{};
};

// The composition's `document` or `brief` with the links to pages filled in; other actions vanish. Pure.
digest::Document with_pages(const digest::Document& document, const Composition& composition);
// And with those that act for its reader: for a place where nobody else reads, as a mailbox.
digest::Document with_own_pages(const digest::Document& document, const Composition& composition);

// One message of the channel. The bytes are frozen in the outbox: a retry sends the same ones.
struct Part {
  std::string payload;
  std::string provider_key;  // Message-ID, transaction id, file name
};

// What the deliver stage hands over.
struct Outgoing {
  std::string delivery_id, destination, payload, provider_key;
  int earlier_sends = 0;  // of those that ended in doubt; > 0: the provider may have it already
  int part = 1, parts = 1;
  std::string first_ref;  // of a later part: the provider_ref under which part 1 was sent; empty if it never was
  std::string replaces;   // provider_ref of an earlier message of ours, whose text this one takes the place of
  Time created_at{};      // when it was put into the outbox
  Time intended_at{};     // of the newest send: when it began
};

// How it ended: the channel says whether, the stage decides when (failure classes, daemon/README.md "Once").
struct Outcome {
  enum class Class { sent, not_sent, refused, throttled, ambiguous } kind = Class::sent;
  std::string code;    // "250", "550 5.1.1", "curl 28"
  std::string detail;  // for people, who are shown the code before it: not said again; no secrets
  std::string provider_ref;
  std::optional<Duration> retry_after;  // throttled: the stated wait
  // Throttled or not sent for a reason that holds for every destination (a revoked token, a limit of the whole
  // account): nothing of this channel goes out until it is tried again.
  bool whole_provider = false;
  // Refused, and so will be whatever is sent to this destination until somebody mends it (no such mailbox, the bot was
  // blocked): nothing more is composed for it.
  bool unreachable = false;
};

// A token bucket: `burst` messages at once, then one each `interval`. An interval of zero: no limit. What it holds is
// kept in the store, over restarts.
struct Rate {
  Duration interval{};
  int burst = 1;
};

struct ChannelTraits {
  // After an ambiguous outcome or a crash while sending, where reconcile() cannot tell: may the same bytes go out again
  // without harm (the receiver drops the second), `most_doubts` times at a stated risk, or not without a person's word?
  enum class OnAmbiguous { resend_safe, resend_bounded, hold } on_ambiguous = OnAmbiguous::resend_bounded;
  int most_doubts = 1;
  bool reconciles = false;        // reconcile() is worth asking before
  bool shows_brief = true;        // composes Composition::brief, else Composition::document
  int concurrency = 4;            // messages at a time, each to another destination
  int concurrency_of_domain = 0;  // of these, to one domain(); 0: as many
  Rate rate;                      // of all destinations together
  Duration send_timeout = std::chrono::seconds(60);
  std::vector<Duration> retry_after_not_sent =
      {};  // waits of attempt 1, 2, ...; the last repeats. Empty: 1 s doubling to 1 h
  Duration give_up_after = std::chrono::hours(5 * 24);
};

class Channel {
 public:
  virtual ~Channel() = default;
  virtual const std::string& name() const = 0;  // "email", "file"
  virtual const ChannelTraits& traits() const = 0;
  // What is wrong with a destination, or nothing. Pure.
  virtual std::optional<std::string> check_destination(const std::string& destination) const = 0;
  // What the provider allows a destination, and with it all those of its domain() together. Pure.
  virtual Rate rate(const std::string& destination) const;
  // What destinations share limits with: the domain of a mail address, the chat of a topic. Pure.
  virtual std::string domain(const std::string& destination) const;
  // Deterministic: the same composition gives the same bytes. At least one part. Throws Error if it cannot be brought
  // into form.
  virtual std::vector<Part> compose(const Composition& composition) const = 0;
  // One attempt. Ends within traits().send_timeout; never throws but for cancellation. Io thread.
  virtual async::Awaitable<Outcome> send(Outgoing message) = 0;
  // Does the provider have `message`, whose newest send ended in doubt? sent: yes, under provider_ref. not_sent: surely
  // not. throttled: ask again later. ambiguous: it cannot be told. Asked only if traits().reconciles; like send() else.
  virtual async::Awaitable<Outcome> reconcile(Outgoing message);

  // Does the channel hear as well (its settings say `listen: true`)?
  virtual bool listens() const { return false; }
  // Hands what it hears to `inbox` until it is cancelled. Connects again by itself, with growing waits; throws only
  // what nobody but the operator can mend (a refused token). Io thread.
  virtual async::Awaitable<> listen(Inbox& inbox);
  // The account that alone reads at a destination ("55", "U024BE7LH", "ada@example.org"): what it says to the bot is
  // said by whoever is written to there. Nothing if others read there, too. Pure.
  virtual std::optional<std::string> account_of(const std::string& destination) const;
  // How the bot is called there, for help: "/paperboy", "@paperboy"; empty if nothing need be said first. Pure.
  virtual std::string call_sign() const { return {}; }
};

// What a channel wants to know after a restart (a device id, a room it made), by keys of its own. Kept in the store.
class ChannelMemory {
 public:
  virtual ~ChannelMemory() = default;
  // Empty if nothing was kept.
  virtual async::Awaitable<std::string> recall(std::string channel, std::string key) = 0;
  virtual async::Awaitable<> keep(std::string channel, std::string key, std::string value) = 0;
};

}  // namespace paperboy::flow
