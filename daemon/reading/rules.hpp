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
  std::vector<std::string> stems;  // of the words that say something
  bool negative = false;           // an odd number of negations
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
Wrong wrong_name(const Saying& said, const Stated& stated, const Saying& title);
Wrong wrong_negation(const Saying& said, const Stated& stated);
Wrong wrong_direction(const Saying& said, const Stated& stated);
Wrong wrong_attribution(const Saying& said, const Stated& stated);
Wrong wrong_scope(const Saying& said, const Stated& stated);

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
