#pragma once
// Topics and what had arrived before somebody followed them: each is matched with that once.
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/store/papers.hpp"

namespace paperboy::store {

// (person, topic) -> its definition, in the caller's words, when it was matched so. Empty: whatever it was when this
// began to be kept.
std::map<std::pair<std::string, std::string>, std::string> matched_topics(Tx& tx);
// Of a person that is stored; else nothing is written.
void put_matched_topic(Tx& tx, std::string_view person, std::string_view topic, std::string_view definition);
void drop_matched_topic(Tx& tx, std::string_view person, std::string_view topic);

// The arrivals of one mailing day that have been through the match stage, in their order.
std::vector<Arrival> matched_arrivals(Tx& tx, Day day);

}  // namespace paperboy::store
