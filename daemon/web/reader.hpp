#pragma once
// Whoever a page is for, as the store knows them.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/choice.hpp"
#include "daemon/paper/person.hpp"
#include "daemon/store/outbox.hpp"

namespace paperboy::web {

// Of a destination whose reader wants no more (store::suppress): its reader may end it, unlike a bounce.
inline constexpr std::string_view unsubscribed_code = "unsubscribed";

struct Reader {
  paper::Person person;  // with choices, as of today
  Day today{};           // where they live
  Time now{};
  std::vector<paper::Choice> choices;                // those that stand, oldest first
  std::map<std::string, std::string> titles;         // of papers they named, by canonical id, as far as known
  std::map<std::string, store::Suppression> closed;  // their addresses to which nothing is sent, by name_of()
  std::vector<paper::Address> dropped;               // addresses they had and do not use any more
};

// Nothing if there is nobody of that id, or they are retired.
std::optional<Reader> read_reader(store::Tx& tx, std::string_view person, Time now);

// "email:ada@example.org".
std::string name_of(const paper::Address& address);

}  // namespace paperboy::web
