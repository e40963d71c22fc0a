#include "daemon/match/query.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/base/text.hpp"
#include "daemon/match/lexer.hpp"
#include "daemon/match/stem.hpp"
#include "daemon/match/words.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace paperboy::match {
namespace {

using Kind = Node::Kind;

std::string at_column(std::size_t column) {
  return " at column " + std::to_string(column);
}

std::string quoted(std::string_view text) {
  return '\'' + text::ellipsize(text, 40) + '\'';
}

// Has the tree a value of true when none of its terms is met?
bool true_without_terms(const Node& node) {
  const auto child_true = [](const NodePtr& child) { return true_without_terms(*child); };
  switch (node.kind) {
    case Kind::all_of:
      return std::all_of(node.children.begin(), node.children.end(), child_true);
    case Kind::any_of:
      return std::any_of(node.children.begin(), node.children.end(), child_true);
    case Kind::none_of:
      return !true_without_terms(*node.children.front());
    case Kind::term:
      return false;
  }
  return false;
}

// The NOT that makes such a tree true.
const Node& culprit(const Node& node) {
  if (node.kind != Kind::all_of && node.kind != Kind::any_of) return node;
  const auto found = std::find_if(node.children.begin(), node.children.end(),
                                  [](const NodePtr& child) { return true_without_terms(*child); });
  return culprit(**found);
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, ParseOptions options) : tokens_(std::move(tokens)), options_(options) {}

  NodePtr run() {
    NodePtr tree = any_of();
    if (is(Token::Kind::close)) {
      throw QueryError("the )" + at_column(here().column) + " closes nothing: take it away or open a ( before it",
                       here().column);
    }
    if (true_without_terms(*tree)) {
      const std::size_t column = culprit(*tree).column;
      throw QueryError(
          "the exclusion" + at_column(column) +
              " stands alone, so nearly every paper would match: say what to find and exclude from that, as "
              "in 'transformer NOT survey'",
          column);
    }
    return tree;
  }

 private:
  const Token& here() const { return tokens_[at_]; }
  bool is(Token::Kind kind) const { return here().kind == kind; }

  // Trees stay open to their maker until run() hands them out.
  using Growing = std::unique_ptr<Node>;

  Growing any_of() {
    Growing first = all_of();
    if (!is(Token::Kind::any_of)) return first;
    Growing group = make(Kind::any_of, first->column);
    add(*group, std::move(first));
    while (is(Token::Kind::any_of)) {
      const Token& sign = tokens_[at_++];
      expect_term_after(sign);
      add(*group, all_of());
    }
    return group;
  }

  Growing all_of() {
    Growing first = none_of();
    if (ends_all_of()) return first;
    Growing group = make(Kind::all_of, first->column);
    add(*group, std::move(first));
    while (!ends_all_of()) {
      if (is(Token::Kind::all_of)) {
        const Token& sign = tokens_[at_++];
        expect_term_after(sign);
      }
      add(*group, none_of());
    }
    return group;
  }
  bool ends_all_of() const { return is(Token::Kind::any_of) || is(Token::Kind::close) || is(Token::Kind::end); }

  Growing none_of() {
    const std::size_t column = here().column;
    bool negated = false;
    while (is(Token::Kind::none_of)) {
      const Token& sign = tokens_[at_++];
      expect_term_after(sign);
      negated = !negated;
    }
    if (!negated) return primary();
    Growing node = make(Kind::none_of, column);
    node->children.push_back(primary());
    return node;
  }

  Growing primary() {
    const Token& token = here();
    switch (token.kind) {
      case Token::Kind::open:
        return parentheses();
      case Token::Kind::field:
        return field();
      case Token::Kind::term:
        ++at_;
        return term(token);
      case Token::Kind::all_of:
      case Token::Kind::any_of:
        throw QueryError(
            "the " + token.text + at_column(token.column) +
                " has nothing on its left: write a term before it, or put the word in quotes if you seek it",
            token.column);
      default:
        throw QueryError("a term is missing" + at_column(token.column) + ": write a word or a phrase there",
                         token.column);
    }
  }

  void expect_term_after(const Token& sign) const {
    if (!is(Token::Kind::end) && !is(Token::Kind::close) && !is(Token::Kind::any_of) && !is(Token::Kind::all_of))
      return;
    throw QueryError("the " + sign.text + at_column(sign.column) +
                         " has nothing on its right: write a term after it, or put the word in quotes if you seek it",
                     sign.column);
  }

  Growing parentheses() {
    const std::size_t column = here().column;
    if (++depth_ > max_query_depth) {
      throw QueryError("parentheses nest deeper than " + std::to_string(max_query_depth) + at_column(column) +
                           ": split the query into several topics",
                       column);
    }
    ++at_;
    if (is(Token::Kind::close)) {
      throw QueryError("empty parentheses" + at_column(column) + ": put a term between them or take them away", column);
    }
    Growing inner = is(Token::Kind::end) ? nullptr : any_of();
    if (!is(Token::Kind::close)) {
      throw QueryError("the parenthesis opened" + at_column(column) + " is not closed: add a ) where the group ends",
                       column);
    }
    ++at_;
    --depth_;
    return inner;
  }

  Growing field() {
    const Token& name = tokens_[at_++];
    if (scope_ != Scope::text) {
      throw QueryError("the field " + name.text + at_column(name.column) +
                           " stands in the group of another field: close that group before it",
                       name.column);
    }
    if (!is(Token::Kind::term) && !is(Token::Kind::open)) {
      throw QueryError("the field " + name.text + at_column(name.column) +
                           " names nothing: write a word, a phrase or a " + "group directly behind it, as in " +
                           name.text + "word",
                       name.column);
    }
    scope_ = name.scope;
    Growing node = primary();
    scope_ = Scope::text;
    return node;
  }

  Growing term(const Token& token) {
    if (++terms_ > max_query_terms) {
      throw QueryError("more than " + std::to_string(max_query_terms) + " terms" + at_column(token.column) +
                           ": split the query into several topics",
                       token.column);
    }
    Growing node = make(Kind::term, token.column);
    node->scope = scope_;
    node->written = token.text;
    node->exact = token.exact;
    if (scope_ == Scope::author || scope_ == Scope::category) {
      fill_name(*node);
    } else {
      fill_text(*node);
    }
    return node;
  }

  static void fill_name(Node& node) {
    if (node.exact) {
      throw QueryError("the =" + at_column(node.column) + " has no meaning for authors and categories: take it away",
                       node.column);
    }
    node.words = {node.written};
    node.joined = {""};
    if (node.scope == Scope::category) {
      if (paper::known_group(node.written)) return;
      std::vector<std::string> ids;
      for (const paper::Category& category : paper::categories()) ids.emplace_back(category.id);
      const auto near = text::nearest(node.written, ids);
      throw QueryError(
          "unknown category " + quoted(node.written) + at_column(node.column) +
              (near ? ": did you mean " + *near + "?" : ": write one of arXiv's, as cs.CV, or a group, as cs.*"),
          node.column);
    }
    if (node.written.find('*') != std::string::npos) {
      throw QueryError(
          "the name " + quoted(node.written) + at_column(node.column) +
              " holds a *: names are compared whole; write the surname alone or with initials, as au:\"K. He\"",
          node.column);
    }
    if (Words(node.written).empty()) no_letters(node);
  }

  void fill_text(Node& node) const {
    std::string_view rest = node.written;
    if (const std::size_t star = rest.find('*'); star != std::string_view::npos) {
      if (star + 1 != rest.size()) {
        throw QueryError("the * in " + quoted(node.written) + at_column(node.column) +
                             " stands inside: it may only end a word or a phrase, as in transform*",
                         node.column);
      }
      rest.remove_suffix(1);
      node.prefix = true;
    }
    const Words words(rest);
    if (words.empty()) no_letters(node);
    if (node.prefix && !ends_in_word(rest)) {
      throw QueryError("the * in " + quoted(node.written) + at_column(node.column) +
                           " follows no letter: put it directly behind the beginning of a word, as in transform*",
                       node.column);
    }
    const bool stems = options_.stem && !node.exact;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool last = i + 1 == words.size();
      node.words.push_back(stems && !(last && node.prefix) ? stem(words[i]) : std::string(words[i]));
      if (last || !words.tied(i)) {
        node.joined.emplace_back();
      } else {
        const bool is_prefix = node.prefix && i + 2 == words.size();
        node.joined.push_back(stems && !is_prefix ? stem(words.joined(i)) : std::string(words.joined(i)));
      }
    }
  }

  // A * behind anything but a word ("deep *", "it'*") would be the prefix of something else than what stands there.
  static bool ends_in_word(std::string_view written) {
    const std::string folded = text::fold(written);
    std::size_t last = 0;
    for (std::size_t at = 0; at < folded.size(); text::next_code_point(folded, at)) last = at;
    return !Words(std::string_view(folded).substr(last)).empty();
  }

  [[noreturn]] static void no_letters(const Node& node) {
    throw QueryError(
        quoted(node.written) + at_column(node.column) + " holds no letter or digit: write a word, or leave it out",
        node.column);
  }

  static Growing make(Kind kind, std::size_t column) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->column = column;
    return node;
  }

  // A group within a group of its own kind is taken in: (a OR b) OR c is a OR b OR c.
  static void add(Node& group, Growing node) {
    if (node->kind != group.kind) {
      group.children.push_back(std::move(node));
      return;
    }
    for (NodePtr& child : node->children) group.children.push_back(std::move(child));
  }

  std::vector<Token> tokens_;
  ParseOptions options_;
  std::size_t at_ = 0, depth_ = 0, terms_ = 0;
  Scope scope_ = Scope::text;
};

void write(const Node& node, std::string& out);

void write_joined(const Node& node, std::string_view separator, std::string& out) {
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) out += separator;
    write(*node.children[i], out);
  }
}

void write(const Node& node, std::string& out) {
  switch (node.kind) {
    case Kind::any_of:
      write_joined(node, " OR ", out);
      return;
    case Kind::all_of:
      for (std::size_t i = 0; i < node.children.size(); ++i) {
        const Node& child = *node.children[i];
        const bool parentheses = child.kind == Kind::any_of;
        if (i > 0) out += " AND ";
        if (parentheses) out += '(';
        write(child, out);
        if (parentheses) out += ')';
      }
      return;
    case Kind::none_of: {
      const Node& child = *node.children.front();
      const bool parentheses = child.kind != Kind::term;
      out += "NOT ";
      if (parentheses) out += '(';
      write(child, out);
      if (parentheses) out += ')';
      return;
    }
    case Kind::term:
      break;
  }
  constexpr std::string_view prefixes[] = {"", "ti:", "abs:", "au:", "cat:"};
  out += prefixes[static_cast<std::size_t>(node.scope)];
  if (node.exact) out += '=';
  if (!node.exact && reads_as_word(node.written)) {
    out += node.written;
  } else {
    out += '"' + node.written + '"';
  }
}

}  // namespace

NodePtr parse(std::string_view query, ParseOptions options) {
  if (query.size() > max_query_bytes) {
    throw QueryError("the query is " + text::group_digits(static_cast<std::int64_t>(query.size())) +
                         " bytes long and may have " + text::group_digits(max_query_bytes) +
                         ": split it into several topics",
                     1);
  }
  std::vector<Token> all = tokens(text::sanitize(query));
  if (all.size() == 1)
    throw QueryError("the query is empty: write what to find, as in '\"gaussian splatting\" OR nerf'", 1);
  return Parser(std::move(all), options).run();
}

std::string to_string(const Node& tree) {
  std::string out;
  write(tree, out);
  return out;
}

}  // namespace paperboy::match
