#pragma once
// The query language. Pure. GRAMMAR.md says it whole, with examples.
//
//   query   := or
//   or      := and ( (OR | '|') and )*
//   and     := not ( [AND] not )*            two terms side by side mean AND
//   not     := (NOT | -)* primary            ANDNOT, as the arXiv API writes it, is NOT
//   primary := '(' or ')' | [field ':'] term | field ':' '(' or ')'
//   field   := ti | abs | au | cat           (or title, abstract, author, category); without: title or abstract
//   term    := ['='] ( word | word* | "a phrase" | "a phras*" )
//
// AND OR NOT in capitals (lower case they are words). Words are compared as words.hpp says: without case and accents; a
// hyphen, a slash and a blank are the same: self-supervised = "self supervised"; a hyphen may also be left out:
// pre-training meets pretraining. With stemming on, English inflections are the same (Snowball), except after =:
// ="running". A prefix is never stemmed. au:"Kaiming He" compares names (paper/names.hpp); cat:cs.* and cat:cs name
// groups (paper/taxonomy.hpp).
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"

namespace paperboy::match {

// What is wrong with a query and where. what() is one sentence with its mend; column counts characters from 1.
class QueryError : public Error {
 public:
  QueryError(const std::string& message, std::size_t column) : Error(message), column_(column) {}
  std::size_t column() const { return column_; }

 private:
  std::size_t column_;
};

enum class Scope { text, title, abstract, author, category };  // text: title or abstract

struct Node;
using NodePtr = std::unique_ptr<const Node>;

// The syntax tree. Immutable after parse(), and canonical: no all_of directly within all_of, no any_of within any_of.
struct Node {
  enum class Kind { all_of, any_of, none_of, term } kind = Kind::term;
  std::vector<NodePtr> children;  // none_of has one, the others two or more

  // Of a term:
  Scope scope = Scope::text;
  // Folded (and stemmed); one for a word, more for a phrase. Of an author or category: its text.
  std::vector<std::string> words;
  // As many as words: joined[i] is words i and i + 1 as one where a hyphen ties them, else empty.
  std::vector<std::string> joined;
  bool prefix = false;     // the last word is a prefix
  bool exact = false;      // marked with =
  std::string written;     // as typed, without field, = and quotes; for reasons
  std::size_t column = 1;  // where it begins in the query; kept for groups too
};

struct ParseOptions {
  bool stem = false;
};

constexpr std::size_t max_query_bytes = 4096;
constexpr std::size_t max_query_depth = 64;  // of parentheses
constexpr std::size_t max_query_terms = 512;

// Throws QueryError. An empty query is an error; so is one that papers with none of its terms would meet (NOT a, a OR
// NOT b). Any bytes will do: what is not UTF-8 counts as U+FFFD.
NodePtr parse(std::string_view query, ParseOptions options = {});
// The canonical spelling of a tree made by parse(): parsed again with the same options it is the same tree, columns
// apart.
std::string to_string(const Node& tree);

}  // namespace paperboy::match
