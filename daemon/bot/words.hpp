#pragma once
// What people type, cut into words, and the verbs among them. Internal to this room.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/bot/command.hpp"

namespace paperboy::bot {

// One line of plain characters: typographic quotes are " and ', full-width signs and digits ASCII, all white space
// blanks, invisible characters gone. Sanitized, trimmed.
std::string plain(std::string_view text);

// The words of a plain text; what stands in double quotes is in one word.
struct Word {
  std::string_view text;  // with its quotes
  std::size_t begin = 0;  // in bytes
  bool quoted = false;    // holds a quote
};
std::vector<Word> words_of(std::string_view text);
// Characters from 1.
std::size_t column_at(std::string_view text, std::size_t byte);

std::string_view without_marks(std::string_view word);  // . , ; : ! ? off the end
std::string unquoted(std::string_view text);            // without one pair of quotes around the whole of it

// A plain text without the greetings and the please before a command, and the thanks and marks behind it; what is
// nothing but that stays.
std::string_view without_opening(std::string_view text);
std::string_view without_closing(std::string_view text);

// A verb as it may be written, and what it means. `canonical` is how it is shown.
struct Verb {
  std::string_view written;  // lower case, words with single blanks; Chinese: the beginning of the text
  Command::Kind kind;
  std::string_view canonical;
};
struct Found {
  const Verb* verb = nullptr;
  std::string_view rest;  // of the text, trimmed
};
// The longest verb that `text` (plain) begins with.
std::optional<Found> verb_of(std::string_view text);
// `text` with its first word corrected by one slip of the finger (a letter too many, missing, wrong, or two swapped),
// if only one verb can be meant; verbs that destroy something are not guessed.
std::optional<std::string> corrected(std::string_view text);
// The verb that may have been meant by a word farther off; empty if none.
std::string nearest_verb(std::string_view word);
// The canonical verb for a subject of help as written; "query" and "dates" are subjects, too. Empty if it is none.
std::string help_subject(std::string_view written);

// Do the two differ by at most one slip of the finger?
bool within_one_slip(std::string_view a, std::string_view b);

}  // namespace paperboy::bot
