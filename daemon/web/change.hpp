#pragma once
// What a form of the preferences asks for, checked. Every wish becomes a choice, as if it were said to the bot.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/choice.hpp"
#include "daemon/web/form.hpp"
#include "daemon/web/reader.hpp"
#include "daemon/web/words.hpp"

namespace paperboy::web {

struct Problem {
  std::string field;   // its name; empty: of none
  std::string text;    // in the reader's language
  std::string detail;  // in English: queries and categories are written in it
};

struct Change {
  std::vector<paper::Choice> choices;
  std::vector<std::int64_t> taken_back;   // choices' numbers
  std::optional<paper::Address> release;  // what its reader had stopped goes out again
  bool reset = false, forget = false;
  std::string_view said;  // the word of Words::said that tells of it
  std::optional<Problem> problem;
};

// Pure. A form that names nothing of this reader's is a problem, not an error.
Change read_change(const Form& form, const Reader& reader, const std::vector<std::string>& languages,
                   const Words& words);

// The words of check boxes, Monday first.
inline constexpr std::string_view day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
inline constexpr std::size_t longest_query = 1000, longest_name = 100, longest_categories = 300;  // characters
inline constexpr std::size_t most_topics = 100;

}  // namespace paperboy::web
