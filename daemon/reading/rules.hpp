#pragma once
// What a sentence may say if these passages are all there is. Each rule looks at one way of being wrong and returns
// what is wrong, for people, or nothing. Internal to this room.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/reading/numbers.hpp"
#include "daemon/reading/words.hpp"

namespace paperboy::reading {

struct Clause {
  std::string_view text;
  std::vector<Word> words;
  std::vector<std::string> stems;      // of the words that say something
  std::vector<std::string> inherited;  // of the clause before, where this one goes on with it
  const Clause* previous = nullptr;    // of the same saying
  const Clause* next = nullptr;
  bool hedged = false;    // it says "may", or stands with what does
  bool removes = false;   // it begins with "removing": what follows is said of something that is not there
  bool negative = false;  // an odd number of negations, that one among them
};

struct Saying {
  std::string text;
  bool cjk = false;
  std::vector<Word> words;
  std::vector<Number> numbers;
  std::vector<Clause> clauses;  // coarse ones, of `text`

  explicit Saying(std::string whole);
  Saying(const Saying&) = delete;
};

struct Passing {  // a passage: what was quoted, and the whole clauses it stands in
  Saying quoted, wide;
  Passing(std::string quote, std::string clauses) : quoted(std::move(quote)), wide(std::move(clauses)) {}
};

using Wrong = std::optional<std::string>;
using Stated = std::vector<std::unique_ptr<Passing>>;

Wrong wrong_number(const Saying& said, const Stated& stated);
Wrong wrong_name(const Saying& said, const Stated& stated, const Saying& own);
Wrong wrong_negation(const Saying& said, const Stated& stated);
Wrong wrong_direction(const Saying& said, const Stated& stated);
Wrong wrong_order(const Saying& said, const Stated& stated);
Wrong wrong_attribution(const Saying& said, const Stated& stated);
Wrong wrong_scope(const Saying& said, const Stated& stated);
Wrong wrong_quantifier(const Saying& said, const Stated& stated);

// Is a share what a quote leaves of the whole: of what it denies ("available 94 % of the time", "unavailable for 6 %"),
// or of what it calls the rest ("90 % are missing facts, the remaining ones contradictions")?
bool is_complement(const Number& number, const Saying& said, const Stated& stated);

// The word; "state of the art", whatever joins it; of ideographs, anywhere.
bool says(const Saying& saying, std::string_view what);
// "X rather than Y", "X, not Y"
bool contrasts(const Saying& saying);
// A name, by the look of it: NASA, Reddit in the middle of a sentence, GraphSAGE, 4o.
bool is_name(const Saying& saying, std::size_t word);
bool is_preposition(const Word& word);
bool is_number_word(const Word& word);
bool overlaps(const Word& word, const std::vector<Number>& numbers);
bool has(const std::vector<std::string>& list, const std::string& what);
std::size_t shared(const std::vector<std::string>& a, const std::vector<std::string>& b);
// Of the words that say something, and of ideographs each two neighbours.
std::vector<std::string> stems_of(const std::vector<Word>& words);
// The clauses of the passages that words of the sentence can have been taken from: those that share some with it; all,
// where nothing is shared.
std::vector<const Clause*> sources_of(const std::vector<std::string>& words, const Stated& stated);
// Is the sentence in Chinese and a passage is not, or the other way round?
bool across_languages(const Saying& said, const Stated& stated);
// Names and numbers in it, as `stems` has them: what two languages share.
std::vector<std::string> anchors_of(const Saying& saying);

}  // namespace paperboy::reading
