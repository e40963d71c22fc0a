#pragma once
// From a built message to rows of the outbox: every address, every part; and what is said when one of them will not
// arrive.
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/digest/digest.hpp"
#include "daemon/flow/channel.hpp"
#include "daemon/flow/pages.hpp"
#include "daemon/paper/person.hpp"
#include "daemon/store/outbox.hpp"

namespace paperboy::flow {

using Channels = std::map<std::string, Channel*>;

// Any thread.
class Composer {
 public:
  // Without pages messages link to none.
  Composer(Channels channels, std::optional<Pages> pages) : channels_(std::move(channels)), pages_(std::move(pages)) {}

  // A delivery for each part at each address. An address whose channel is not set up, or that takes no such message, is
  // left out and named in the log.
  std::vector<store::NewDelivery> compose(const paper::Person& person, std::span<const paper::Address> addresses,
                                          const digest::Built& built, const store::DigestRow& row) const;

  // The forms of a message that the channels of these addresses compose.
  digest::Forms forms(std::span<const paper::Address> addresses) const;

  // An answer to somebody, maybe nobody's person.
  struct Reply {
    std::string person_id, person_name, language, channel, destination;
    std::string reply_to;  // Event::reply_to
    std::string seed;      // names the answer: dedup keys and what the provider sees are derived from it
    Time now{};
  };
  // As compose(), before digests. Empty where the channel is not set up or takes no such message.
  std::vector<store::NewDelivery> reply(const Reply& reply, const digest::Built& built) const;

  // Null if the settings have no such channel.
  const Channel* channel(const std::string& name) const;

  // The person's preferences; empty without pages.
  std::string home_url(std::string_view person, Time now) const { return pages_ ? pages_->home(person, now) : ""; }
  std::string archive_url(std::string_view digest_id) const { return pages_ ? pages_->archive(digest_id) : ""; }

 private:
  std::vector<store::NewDelivery> parts_of(const Channel& channel, const Composition& composition, int priority) const;

  Channels channels_;
  std::optional<Pages> pages_;
};

// Stores a message with its deliveries; what would go to a destination that refuses everything is left out. False if
// the person has one of that period already, or was forgotten since it was begun.
bool enqueue(store::Tx& tx, const store::DigestRow& row, std::span<const store::ShownMark> shown,
             std::vector<store::NewDelivery> deliveries);

// Tells those who should know that a message will not arrive: the person, wherever else they read, and the
// administrators. Never about a notice itself.
class DeadLetters {
 public:
  DeadLetters(const Composer& composer, const digest::Templates& templates, std::vector<std::string> admins)
      : composer_(composer), templates_(templates), admins_(std::move(admins)) {}

  struct Death {
    std::string cause;      // for people
    bool doubtful = false;  // it may have arrived
    bool stopped = false;   // nothing more is sent to the destination
  };
  // In the transaction that ended the delivery. Returns how many were told.
  int report(store::Tx& tx, const store::Claimed& claimed, const Death& death, Time now) const;

 private:
  bool tell(store::Tx& tx, const paper::Person& reader, const store::Claimed& claimed, digest::Undelivered notice,
            Time now) const;

  const Composer& composer_;
  const digest::Templates& templates_;
  std::vector<std::string> admins_;  // person ids
};

}  // namespace paperboy::flow
