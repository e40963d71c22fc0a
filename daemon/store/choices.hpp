#pragma once
// What people told the bot, who they are in which channel, and how they leave.
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/choice.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {

// Those that stand, oldest first.
std::vector<paper::Choice> choices_of(Tx& tx, std::string_view person);
// The same of everybody with an id in [first, last] who has any, by id.
void each_choices_of(Tx& tx, std::string_view first, std::string_view last,
                     const std::function<void(std::string_view, std::span<const paper::Choice>)>& each);
// Gives it a number, which is returned. The person must be stored.
std::int64_t add_choice(Tx& tx, std::string_view person, const paper::Choice& choice);
// Takes back the newest that stands; nothing if there is none.
std::optional<paper::Choice> undo_choice(Tx& tx, std::string_view person, Time now);
// Takes back the one of that number; false if it does not stand.
bool take_back(Tx& tx, std::string_view person, std::int64_t number, Time now);
// Takes back all that stand. Returns how many.
int reset_choices(Tx& tx, std::string_view person, Time now);

// Whose account it is. Retired people are nobody.
std::optional<std::string> person_of_account(Tx& tx, std::string_view channel, std::string_view name);
// A person who was not provisioned: joins with this account, and is written to there. Returns the id:
// "slack-u024be7lh".
std::string join(Tx& tx, std::string_view channel, std::string_view account, std::string_view called,
                 std::string_view language, Time now);

// A one-time code for `person`, of which only the hash is kept; earlier ones of theirs are void.
void put_link_code(Tx& tx, std::string_view hash, std::string_view person, Time expires_at);
// The person a code stands for; used up with it. Nothing if it is wrong, used or too old. Every call counts as an
// attempt of the account: after `most` within an hour nothing is right any more.
std::optional<std::string> redeem_link_code(Tx& tx, std::string_view hash, std::string_view channel,
                                            std::string_view account, int most, Time now);
// From now on the account is `person`'s; somebody who had joined by it is forgotten, and their choices are added to
// `person`'s. False, and nothing written, if the settings say that it is somebody else's.
bool link_account(Tx& tx, std::string_view channel, std::string_view account, std::string_view person, Time now);

// Deletes what is stored of a person who joined; of one who is provisioned what was learned and made: choices, linked
// accounts, matches, digests and deliveries (what is on its way arrives). Returns whether the person is gone.
bool forget_person(Tx& tx, std::string_view person);

}  // namespace paperboy::store
