#pragma once
// The query language. Pure.
//
//   query   := or
//   or      := and ( OR and )*
//   and     := not ( [AND] not )*            two terms side by side mean AND
//   not     := [NOT | -] primary
//   primary := '(' or ')' | [field ':'] term | field ':' '(' or ')'
//   field   := ti | abs | au | cat           (title, abstract, author, category also spelled out); none: title or abstract
//   term    := word | word* | "a phrase" | "a phras*"
//
// AND OR NOT in capitals (lower case they are words); | means OR. Words are compared without case and accents. A hyphen, a
// slash and a blank are the same: self-supervised = "self supervised". With stemming on, English inflections are the same
// (Snowball, except inside "exact phrases" marked with =: ="running"). au:"Kaiming He" compares names (paper/names.hpp);
// cat:cs.* and cat:cs name groups (paper/taxonomy.hpp).
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
  QueryError(std::string message, std::size_t column) : Error(std::move(message)), column_(column) {}
  std::size_t column() const { return column_; }

 private:
  std::size_t column_;
};

enum class Scope { text, title, abstract, author, category };  // text: title or abstract

struct Node;
using NodePtr = std::unique_ptr<const Node>;

// The syntax tree. Immutable after parse().
struct Node {
  enum class Kind { all_of, any_of, none_of, term } kind = Kind::term;
  std::vector<NodePtr> children;  // none_of has one

  // term
  Scope scope = Scope::text;
  std::vector<std::string> words;  // folded (and stemmed); one for a word, more for a phrase; an author or category: its text
  bool prefix = false;             // the last word is a prefix
  bool exact = false;              // not stemmed
  std::string written;             // as typed, for reasons
  std::size_t column = 1;
};

struct ParseOptions {
  bool stem = false;
};

// Throws QueryError. An empty query is an error; so is one that only excludes (it would match all but a few papers).
NodePtr parse(std::string_view query, ParseOptions options = {});
// The canonical spelling: parse(to_string(*tree)) is the same tree.
std::string to_string(const Node& tree);

}  // namespace paperboy::match
