#pragma once
// The part of Mustache (mustache(5)) that templates use: values, sections and inverted sections. Partials are put in
// their places before (templates.cpp); there are no lambdas and no other delimiters.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/digest/values.hpp"

namespace paperboy::digest {

// Read once, filled by any number of threads.
class Filler {
 public:
  // Throws Error with the number of the line: a tag or a section that is not closed, an end of none that is open,
  // {{{name}}} and other tags that are not for it.
  explicit Filler(std::string_view text);

  // Values pass `escape`, those of {{&name}} stand as they are. A name is looked up from the innermost list outwards;
  // one that is nowhere is empty. Throws Error if the text grows beyond `most` bytes.
  using Escape = std::string (*)(std::string_view text);
  std::string fill(const Templates::Value::Map& values, Escape escape, std::size_t most) const;

 private:
  struct Piece {
    enum class Kind { text, value, raw, section, inverted };
    Kind kind = Kind::text;
    std::string text;     // as it is; of all others the name
    std::size_t end = 0;  // of a section: the piece behind its last one
  };
  struct Filling;
  std::vector<Piece> pieces_;
};

}  // namespace paperboy::digest
