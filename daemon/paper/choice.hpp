#pragma once
// What a person has told the bot about what they want. Each choice is kept as it was made; a person as the stages see
// them is what the settings say (or who joined) with the choices on top, in their order. So everything that was learned
// from a person can be listed, undone and reset. Pure.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/paper/person.hpp"

namespace paperboy::paper {

struct Choice {
  enum class Kind {
    follow,         // subject: the topic's name; query, categories. A topic of that name is replaced
    follow_author,  // subject: the author; joins the topic named like them
    unfollow,       // subject: the topic's name
    mute,           // subject: the topic's name; until: the first day it speaks again, none: until unmute
    unmute,         // subject: the topic's name
    like,           // subject: a canonical paper id; topic: of which it is an example, empty: of a topic "Liked papers"
    dislike,        // subject: a canonical paper id
    save,           // subject: a canonical paper id
    schedule,       // schedule; an empty time zone: the one before
    pause,          // until: the first day on which digests come again, none: until resume
    resume,
    language,  // subject: BCP 47
    address    // subject: "add CHANNEL:DESTINATION" or "drop CHANNEL:DESTINATION"
  };
  Kind kind = Kind::follow;
  std::int64_t number = 0;  // grows with each of the person's choices; given by the store
  Time at{};
  std::string subject, topic, query;
  std::vector<std::string> categories;
  std::optional<Schedule> schedule;
  std::optional<Day> until;
  friend bool operator==(const Choice&, const Choice&) = default;
};

// The words in which the kind is stored and exported: "follow", "follow_author", ...
std::string_view to_string(Choice::Kind kind);
std::optional<Choice::Kind> choice_kind(std::string_view word);

// `person` with `choices` (oldest first) on top. What names a topic that is no longer there changes nothing.
Person with_choices(Person person, std::span<const Choice> choices);
// Without the mutes and the pause that have ended by `today`, the person's own day.
Person as_of(Person person, Day today);

// The topic of papers that were liked without belonging to any.
constexpr std::string_view liked_topic = "Liked papers";

}  // namespace paperboy::paper
