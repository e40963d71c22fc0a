#include "daemon/match/lexer.hpp"

#include <array>
#include <utility>

#include "daemon/base/text.hpp"

namespace paperboy::match {
namespace {

constexpr std::array<std::pair<std::string_view, Scope>, 8> fields = {{{"ti", Scope::title},
                                                                       {"title", Scope::title},
                                                                       {"abs", Scope::abstract},
                                                                       {"abstract", Scope::abstract},
                                                                       {"au", Scope::author},
                                                                       {"author", Scope::author},
                                                                       {"cat", Scope::category},
                                                                       {"category", Scope::category}}};

bool is_blank(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == 0x00A0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

// Typographic quotes and full-width signs, which telephones and Chinese keyboards write, stand for the plain ones.
char32_t sign(char32_t c) {
  switch (c) {
    case 0x201C:  // “
    case 0x201D:  // ”
    case 0x201E:  // „
    case 0x201F:  // ‟
    case 0xFF02:
      return '"';
    case 0xFF08:
      return '(';
    case 0xFF09:
      return ')';
    case 0xFF1A:
      return ':';
    case 0xFF5C:
      return '|';
    default:
      return c;
  }
}

bool ends_word(char32_t c) {
  c = sign(c);
  return is_blank(c) || c == '(' || c == ')' || c == '"' || c == ':' || c == '|';
}

Token::Kind word_kind(std::string_view word) {
  if (word == "AND") return Token::Kind::all_of;
  if (word == "OR") return Token::Kind::any_of;
  if (word == "NOT" || word == "ANDNOT") return Token::Kind::none_of;
  return Token::Kind::term;
}

class Lexer {
 public:
  explicit Lexer(std::string_view query) {
    for (std::size_t at = 0; at < query.size();) characters_.push_back(text::next_code_point(query, at));
  }

  std::vector<Token> run() {
    while (at_ < characters_.size()) next();
    push({Token::Kind::end, "", false, Scope::text, characters_.size() + 1});
    return std::move(tokens_);
  }

 private:
  // 0 at the end; sanitized text holds no NUL.
  char32_t peek(std::size_t ahead = 0) const {
    return at_ + ahead < characters_.size() ? sign(characters_[at_ + ahead]) : 0;
  }
  std::size_t column() const { return at_ + 1; }
  void push(Token token) { tokens_.push_back(std::move(token)); }
  void push_sign(Token::Kind kind, std::string text) {
    push({kind, std::move(text), false, Scope::text, column()});
    ++at_;
  }

  void next() {
    const char32_t c = peek();
    if (is_blank(c)) {
      ++at_;
    } else if (c == '(') {
      push_sign(Token::Kind::open, "(");
    } else if (c == ')') {
      push_sign(Token::Kind::close, ")");
    } else if (c == '|') {
      push_sign(Token::Kind::any_of, "|");
    } else if (c == '-') {
      push_sign(Token::Kind::none_of, "-");
      if (at_ == characters_.size() || is_blank(peek()) || peek() == ')') {
        throw QueryError("the - at column " + std::to_string(at_) +
                             " excludes nothing: put it directly before a word, or leave it out",
                         at_);
      }
    } else if (c == ':') {
      throw QueryError("the : at column " + std::to_string(column()) +
                           " follows no field: write ti:, abs:, au: or cat:, or put text with a colon in quotes",
                       column());
    } else {
      term();
    }
  }

  void term() {
    const std::size_t start = column();
    const bool exact = peek() == '=';
    if (exact) {
      ++at_;
      if (at_ == characters_.size() || (ends_word(peek()) && peek() != '"')) {
        throw QueryError("the = at column " + std::to_string(start) +
                             " marks nothing: put it directly before a word or a quote, as in =\"running\"",
                         start);
      }
    }
    if (peek() == '"') {
      phrase(start, exact);
      return;
    }
    std::string word;
    while (at_ < characters_.size() && !ends_word(peek())) text::append_code_point(word, characters_[at_++]);
    if (peek() == ':') {
      field(word, start, exact);
      return;
    }
    push({exact ? Token::Kind::term : word_kind(word), word, exact, Scope::text, start});
  }

  void phrase(std::size_t start, bool exact) {
    const std::size_t quote = column();
    ++at_;
    std::string text;
    while (at_ < characters_.size() && peek() != '"') text::append_code_point(text, characters_[at_++]);
    text = text::collapse_space(text);
    if (at_ == characters_.size()) {
      throw QueryError("unclosed quote opened at column " + std::to_string(quote) + ": add a \" where the phrase ends" +
                           (text.empty() ? "" : ", for example after '" + text::ellipsize(text, 40) + "'"),
                       quote);
    }
    ++at_;
    if (text.empty()) {
      throw QueryError(
          "empty quotes at column " + std::to_string(quote) + ": put a phrase between them or take them away", quote);
    }
    push({Token::Kind::term, text, exact, Scope::text, start});
  }

  void field(const std::string& name, std::size_t start, bool exact) {
    for (const auto& [known, scope] : fields) {
      if (!exact && text::iequals_ascii(name, known)) {
        ++at_;
        push({Token::Kind::field, name + ':', false, scope, start});
        return;
      }
    }
    throw QueryError("unknown field '" + text::ellipsize(name, 40) + ":' at column " + std::to_string(start) +
                         ": fields are ti, abs, au, cat; without a field title and abstract are searched; text with a "
                         "colon goes in quotes",
                     start);
  }

  std::vector<char32_t> characters_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens(std::string_view query) {
  return Lexer(query).run();
}

bool reads_as_word(std::string_view text) {
  if (word_kind(text) != Token::Kind::term || text.starts_with('-') || text.starts_with('=')) return false;
  for (std::size_t at = 0; at < text.size();) {
    if (ends_word(text::next_code_point(text, at))) return false;
  }
  return true;
}

}  // namespace paperboy::match
