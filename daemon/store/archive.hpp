#pragma once
// What a person's own pages show: digests that were written for them, and what they have met.
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/id.hpp"
#include "daemon/paper/person.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/outbox.hpp"

namespace paperboy::store {

// The person as find_person() gives them, unless they are retired.
std::optional<paper::Person> find_reader(Tx& tx, std::string_view id);

// The person's messages, newest first and without their text: at most `limit` after the first `skip`, those that hold
// every word of `search` in title or text (whatever the case of ASCII letters; % and _ mean themselves). What was said
// to nobody is left out.
std::vector<DigestRow> digests_of(Tx& tx, std::string_view person, std::string_view search, int limit, int skip);

// The names of the person's topics, past ones too, that the paper met, best first.
std::vector<std::string> topics_met(Tx& tx, std::string_view person, const paper::PaperId& paper);

}  // namespace paperboy::store
