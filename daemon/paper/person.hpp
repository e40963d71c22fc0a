#pragma once
// The people who read: what they follow, when and where they want it.
#include <optional>
#include <string>
#include <vector>

#include "daemon/paper/schedule.hpp"

namespace paperboy::paper {

// What a person follows. A paper meets the topic if it lies in one of `categories` (none: anywhere), meets `query` or
// has one of `authors` or is near enough to `examples` (whichever of the three are given), and does not meet `exclude`.
struct Topic {
  std::string name;                     // unique for the person; also the heading in the digest
  std::string query;                    // match/query.hpp; empty: none
  std::string exclude;                  // a query; empty: none
  std::vector<std::string> categories;  // categories or groups
  std::vector<std::string> authors;
  std::vector<std::string> examples;  // canonical paper ids
  double weight = 1.0;                // multiplies the score between topics; > 0
  double threshold = 0.0;             // papers scoring below are left out, [0,1]
  int limit = 20;                     // papers a digest; the rest are named, not hidden
  bool stem = false;                  // English stemming
  bool revisions = false;             // wants replaced versions too
  bool cross_lists = true;            // wants papers that were cross-listed into its categories
  bool muted = false;                 // meets nothing at present
  std::optional<Day> muted_until;     // the first day it is not muted any more; none: until the person says so
  friend bool operator==(const Topic&, const Topic&) = default;
};

// Who the person is in a channel, as the provider says it ("U024BE7LH", "55", "@ada:example.org", a mail address):
// what they say to the bot there is theirs.
struct Account {
  std::string channel;
  std::string name;
  friend bool operator==(const Account&, const Account&) = default;
};

// Where the person reads: an integration and an address in its own words (a mail address, a folder, "#channel").
struct Address {
  std::string channel;
  std::string destination;
  friend bool operator==(const Address&, const Address&) = default;
};

struct Person {
  std::string id;    // short, stable, [a-z0-9_-]; the key in the store
  std::string name;  // as greeted
  std::string language = "en";
  Schedule schedule;
  std::vector<Address> addresses;
  std::vector<Account> accounts;
  std::vector<Topic> topics;
  std::vector<std::string> disliked, saved;  // canonical paper ids, in the order they were said
  std::optional<Day> paused_until;           // no digest before that day; Day::max(): until the person says so
  bool quiet_days = true;                    // also say that nothing matched
  friend bool operator==(const Person&, const Person&) = default;
};

}  // namespace paperboy::paper
