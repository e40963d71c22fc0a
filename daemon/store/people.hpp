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
// The first `limit` of them with an id behind `after`.
std::vector<paper::Person> active_people(Tx& tx, std::string_view after, int limit);
std::optional<paper::Person> find_person(Tx& tx, std::string_view id);
std::optional<paper::Person> find_active_person(Tx& tx, std::string_view id);  // none if retired
bool knows_person(Tx& tx, std::string_view id);                                // retired or not
// Whether a topic of anybody has an example.
bool anyone_has_examples(Tx& tx);

// Every change of a person takes a number that grows in the order of commits. The newest one; who has changed after
// `seq`, each once, the earliest first. They may be retired or forgotten now.
std::int64_t newest_person_change(Tx& tx);
std::vector<std::string> people_changed_after(Tx& tx, std::int64_t seq, int limit);
std::int64_t change_of(Tx& tx, std::string_view person);  // the newest of theirs; 0: none
void person_changed(Tx& tx, std::string_view id);         // for what is in this room
// The language of whoever reads at the address; nothing if nobody does.
std::optional<std::string> language_at(Tx& tx, std::string_view channel, std::string_view destination);
// When the person was first stored; nothing if unknown.
std::optional<Time> known_since(Tx& tx, std::string_view id);

}  // namespace paperboy::store
