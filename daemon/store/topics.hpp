#pragma once
// Topics and what had arrived before somebody followed them: each is matched with that once.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/papers.hpp"

namespace paperboy::store {

// Of the person's topics that were: name -> its definition, in the caller's words, when it was matched so. Empty:
// whatever it was when this began to be kept.
std::map<std::string, std::string> matched_topics(Tx& tx, std::string_view person);
// Of a person that is stored; else nothing is written.
void put_matched_topic(Tx& tx, std::string_view person, std::string_view topic, std::string_view definition);
void drop_matched_topic(Tx& tx, std::string_view person, std::string_view topic);

// The newest change of a person (people_changed_after) whose topics have been looked at.
std::int64_t topics_cursor(Tx& tx);
void put_topics_cursor(Tx& tx, std::int64_t seq, Time now);

// Has anything arrived of a mailing of that day or a later one?
bool has_arrived_since(Tx& tx, Day day);
// The arrivals of one mailing day that have been through the match stage, in their order.
std::vector<Arrival> matched_arrivals(Tx& tx, Day day);

}  // namespace paperboy::store
