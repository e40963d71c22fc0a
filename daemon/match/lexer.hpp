#pragma once
// The query language's tokens (query.hpp). For the parser; tests go through parse().
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/match/query.hpp"

namespace paperboy::match {

struct Token {
  enum class Kind { open, close, all_of, any_of, none_of, field, term, end } kind = Kind::end;
  std::string text;  // operators as written, a term without its = and quotes, white space collapsed
  bool exact = false;
  Scope scope = Scope::text;  // of a field
  std::size_t column = 1;
};

// Throws QueryError. The last token is `end`. `query` is sanitized.
std::vector<Token> tokens(std::string_view query);

// Would the lexer read `text` as one bare term, the same text?
bool reads_as_word(std::string_view text);

}  // namespace paperboy::match
