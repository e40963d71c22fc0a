#pragma once
// The one pass over running text: tex_text.cpp holds its frame, braces, marks and formulas, tex_prose.cpp its commands.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/tex_commands.hpp"
#include "daemon/paper/tex_text.hpp"

namespace paperboy::paper::tex {

inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}
inline bool is_wide(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}
inline bool is_word(char c) {
  return is_letter(c) || is_wide(c);
}

constexpr std::size_t quotation_reach = 300;  // bytes within which a quotation mark looks for its partner

// Where a mark next stands; looks at each byte of the text once however often it is asked, as `from` only grows.
class NextOf {
 public:
  explicit NextOf(std::string_view mark) : mark_(mark) {}
  std::size_t find(std::string_view text, std::size_t from) {
    if (!asked_ || (found_ != std::string_view::npos && found_ < from)) found_ = text.find(mark_, from);
    asked_ = true;
    return found_;
  }

 private:
  std::string_view mark_;
  std::size_t found_ = 0;
  bool asked_ = false;
};

class Converter {
 public:
  Converter(std::string_view text, Mode mode) : in_(text), mode_(mode) {}
  std::string convert();

 private:
  // The text.
  void run(std::size_t begin, std::size_t end, int depth);
  std::string converted(std::size_t begin, std::size_t end);
  std::size_t next_special(std::size_t at) const;
  void step();
  char at(std::size_t i) const { return i < part_.end ? in_[i] : '\0'; }
  char before() const { return part_.at > 0 ? in_[part_.at - 1] : '\0'; }
  void skip_blanks() {
    while (is_blank(at(part_.at))) ++part_.at;
  }
  void literal(std::size_t count) {
    out_ += in_.substr(part_.at, count);
    part_.at += count;
  }
  void blank() {
    if (!out_.empty() && !is_blank(out_.back())) out_ += ' ';
  }

  // Braces.
  std::size_t closing(std::size_t open);
  bool at_group() { return at(part_.at) == '{' && closing(part_.at) != std::string_view::npos; }
  bool keeps_braces(std::size_t open, std::size_t close) const;
  void group();
  std::string argument();
  std::string_view raw_argument();
  bool skip_option();

  // Marks.
  bool in_url() const;
  void tie();
  void dashes();
  void backquote();
  std::size_t single_quotation_end() const;
  void closing_quote();

  // Formulas.
  void formula(std::size_t begin, std::size_t end, std::size_t from, std::size_t to);
  void as_typed(std::size_t from, std::size_t to);
  void dollar();
  bool escaped(std::size_t i) const;
  void bracketed(NextOf& next);

  // Commands.
  void command();
  void put_letter(std::string_view name, std::string_view letter);
  bool accent(std::size_t from, char32_t mark, bool named);
  std::string accent_base();
  void control_symbol(char c);
  void symbol_accent(char c, char32_t mark);
  bool is_escaped_quote() const;
  void line_break();
  void prose_command(std::size_t start, std::string_view name, Command kind);
  void font(std::string_view name);
  void citation();
  void structure(std::size_t start);
  bool special(std::size_t start, std::string_view name);
  void begin(std::size_t start);
  void in_formula(std::size_t start);
  void ion();
  void verbatim();
  bool symbol(std::size_t start, std::string_view name);
  void unknown(std::size_t start, std::string_view name);

  // What is being converted: in_[at, end), so many braces deep.
  struct Part {
    std::size_t at = 0, end = 0;
    int depth = 0;
  };

  std::string_view in_;
  Mode mode_;
  std::string out_;
  Part part_;
  std::vector<std::size_t> closing_;  // of each "{" the place of its "}"; made when first asked for
  NextOf next_dollar_{"$"}, next_display_{"$$"}, next_paren_{"\\)"}, next_bracket_{"\\]"};
  std::size_t quotation_ = 0;  // behind the “ that is open; 0: none
  std::size_t closing_single_ = std::string_view::npos;
  int accents_ = 0;  // upon each other, at the moment
};

}  // namespace paperboy::paper::tex
