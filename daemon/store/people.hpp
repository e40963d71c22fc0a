#pragma once
// People, their topics and addresses.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/paper/person.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {

// Makes the people provisioned in YAML the stored ones: new are added, changed are updated, those no longer listed are
// retired (kept with their history; no digests, and what is queued for them is cancelled) until they are listed again.
// People who joined otherwise and are not listed are untouched. Returns how many changed. Throws StoreError if one is
// listed twice.
int provision_people(Tx& tx, std::span<const paper::Person> people, Time now);
// By id. As they are with their choices on top (paper/choice.hpp); so find_person, which finds retired ones, too.
std::vector<paper::Person> active_people(Tx& tx);
std::optional<paper::Person> find_person(Tx& tx, std::string_view id);
// The language of whoever reads at the address; nothing if nobody does.
std::optional<std::string> language_at(Tx& tx, std::string_view channel, std::string_view destination);
// When the person was first stored; nothing if unknown.
std::optional<Time> known_since(Tx& tx, std::string_view id);

}  // namespace paperboy::store
