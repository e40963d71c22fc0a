#include "daemon/paper/tex_math.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "daemon/paper/tex_commands.hpp"
#include "daemon/paper/tex_symbols.hpp"

namespace paperboy::paper::tex {
namespace {

constexpr int deepest = 24;  // groups within groups; no formula anyone means to be read in a line has more

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '~';
}

// What comes out, with the blanks decided piece by piece.
class Line {
 public:
  // A blank as typed; `ends_command`: typed after a command, where TeX wants one to tell the command from a letter.
  void blank(bool ends_command) {
    if (gap_ != Gap::typed) gap_ = ends_command ? Gap::ends_command : Gap::typed;
  }
  void ordinary(std::string_view text) {
    const bool opens = text == "(" || text == "[" || text == "{" || text == "|";
    if (gap_ == Gap::typed || (after_name_ && (gap_ == Gap::ends_command || !opens))) space();
    put(text);
  }
  // The name of a function: kept apart from letters and digits on both sides.
  void name(std::string_view text) {
    const bool joins = !out_.empty() && (is_letter(out_.back()) || is_digit(out_.back()) ||
                                         static_cast<unsigned char>(out_.back()) >= 0x80);
    if (gap_ == Gap::typed || after_name_ || joins) space();
    put(text);
    after_name_ = true;
  }
  // Blanks on both sides or on none: "2 \times 2" and "2\times 2" both had one after the command.
  void infix(std::string_view text, bool command, bool blank_follows, bool at_end) {
    const bool before = gap_ != Gap::none && !out_.empty();
    const bool typed_before = gap_ == Gap::typed && !out_.empty();
    const bool both = command ? (before && blank_follows) || (typed_before && !at_end) : before && blank_follows;
    if (both || typed_before) space();
    put(text);
    if (both) gap_ = Gap::typed;
    skip_blanks_ = both || command;
  }
  void script(std::string_view text) {
    gap_ = Gap::none;
    const bool after_name = after_name_;
    put(text);
    after_name_ = after_name;
  }
  void prefix_next(char32_t mark) { mark_ = mark; }

  bool skips_blanks() const { return skip_blanks_; }
  std::string take() { return std::move(out_); }

 private:
  enum class Gap { none, ends_command, typed };

  void space() {
    if (!out_.empty() && out_.back() != ' ') out_ += ' ';
  }
  void put(std::string_view text) {
    gap_ = Gap::none;
    after_name_ = false;
    skip_blanks_ = false;
    if (mark_ != 0) {
      out_ += accented(text, mark_);
      mark_ = 0;
    } else {
      out_ += text;
    }
  }

  std::string out_;
  Gap gap_ = Gap::none;
  char32_t mark_ = 0;
  bool after_name_ = false;
  bool skip_blanks_ = false;  // the blanks after an infix are already decided
};

// Recursive descent; every function returns false as soon as a piece has no form.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<std::string> formula() {
    Line line;
    if (!sequence(line, Alphabet::plain, 0) || at_ < text_.size()) return std::nullopt;
    return line.take();
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  void skip_blanks() {
    while (!done() && is_blank(text_[at_])) ++at_;
  }

  // Up to the end of the text or the "}" of the group.
  bool sequence(Line& line, Alphabet alphabet, int depth) {
    if (depth > deepest) return false;
    bool first = true;
    while (!done() && peek() != '}') {
      if (!piece(line, alphabet, first, depth)) return false;
      first = false;
    }
    return true;
  }

  bool piece(Line& line, Alphabet& style, bool first, int depth) {
    const char c = peek();
    if (is_blank(c)) {
      skip_blanks();
      if (!line.skips_blanks()) line.blank(after_command_);
      after_command_ = false;
      return true;
    }
    if (c != '\\') after_command_ = false;
    switch (c) {
      case '\\':
        return command(line, style, first, depth);
      case '{':
        ++at_;
        if (!sequence(line, style, depth + 1) || done()) return false;
        ++at_;
        return true;
      case '^':
      case '_':
        return script(line, style, depth);
      case '\'':
        return primes(line);
      case '$':
      case '&':  // a column of an array, or an entity
        return false;
      case '=':
      case '<':
      case '>':
      case '+':
      case '-':
        ++at_;
        line.infix({&text_[at_ - 1], 1}, false, !done() && is_blank(peek()), done());
        return true;
      default:
        character(line, style);
        return true;
    }
  }

  void character(Line& line, Alphabet style) {
    std::string out;
    text::append_code_point(out, styled(style, text::next_code_point(text_, at_)));
    line.ordinary(out);
  }

  bool primes(Line& line) {
    static constexpr std::array<std::string_view, 4> forms{"′", "″", "‴", "⁗"};
    std::size_t count = 0;
    for (; peek() == '\''; ++at_) ++count;
    if (count > forms.size()) return false;
    line.script(forms[count - 1]);
    return true;
  }

  bool script(Line& line, Alphabet style, int depth) {
    const bool raises = peek() == '^';
    ++at_;
    const auto plain = argument(style, depth);
    if (!plain) return false;
    const auto form = raises ? superscript(*plain) : subscript(*plain);
    if (!form) return false;
    line.script(*form);
    return true;
  }

  // What a command or a script applies to: a group, a command or one character.
  std::optional<std::string> argument(Alphabet style, int depth) {
    skip_blanks();
    if (done() || peek() == '}' || depth >= deepest) return std::nullopt;
    Line line;
    if (peek() == '{') {
      ++at_;
      if (!sequence(line, style, depth + 1) || done()) return std::nullopt;
      ++at_;
    } else if (peek() == '\\') {
      if (!command(line, style, false, depth + 1)) return std::nullopt;
    } else if (peek() == '^' || peek() == '_' || peek() == '$' || peek() == '&') {
      return std::nullopt;
    } else {
      character(line, style);
    }
    after_command_ = false;
    return line.take();
  }

  // The group as typed: for \text, whose blanks count.
  std::optional<std::string_view> raw_group() {
    skip_blanks();
    if (peek() != '{') return std::nullopt;
    int open = 0;
    for (std::size_t i = at_; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == '{') {
        ++open;
      } else if (text_[i] == '}' && --open == 0) {
        const auto inside = text_.substr(at_ + 1, i - at_ - 1);
        at_ = i + 1;
        return inside;
      }
    }
    return std::nullopt;
  }

  bool command(Line& line, Alphabet& style, bool first, int depth) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    if (name.empty()) return control_symbol(line);
    at_ = end;
    after_command_ = true;

    if (const auto found = alphabet(name)) {
      // "{\cal N}" changes what follows; "\cal N", as many type it, and "\mathcal N" one argument.
      const bool takes_argument = *found != Alphabet::plain || name.starts_with("math") || name.starts_with("bold") ||
                                  name == "bm" || name == "pmb";
      if (!takes_argument || (first && !name.starts_with("math"))) {
        style = *found;
        skip_blanks();
        return true;
      }
      return one_argument(line, *found, depth);
    }
    if (const char32_t mark = math_accent(name)) {
      const auto base = argument(style, depth);
      if (!base || text::count_code_points(text::to_nfc(*base)) != 1) return false;
      line.ordinary(accented(*base, mark));
      after_command_ = false;
      return true;
    }
    if (const auto* symbol = math_symbol(name)) return put(line, *symbol);
    return structure(line, name, style, depth);
  }

  bool put(Line& line, const Symbol& symbol) {
    switch (symbol.spacing) {
      case Spacing::ordinary:
        line.ordinary(symbol.text);
        break;
      case Spacing::name:
        line.name(symbol.text);
        break;
      case Spacing::infix: {
        const bool blank = !done() && is_blank(peek());
        line.infix(symbol.text, true, blank, done());
        break;
      }
    }
    return true;
  }

  bool one_argument(Line& line, Alphabet style, int depth) {
    const auto text = argument(style, depth);
    if (!text) return false;
    line.ordinary(*text);
    after_command_ = false;
    return true;
  }

  // Commands that are more than a character.
  bool structure(Line& line, std::string_view name, Alphabet style, int depth) {
    static constexpr std::array<std::string_view, 13> texts{"text",   "textrm", "textbf", "textit",     "textsf",
                                                            "texttt", "textsc", "textup", "textnormal", "mbox",
                                                            "hbox",   "emph",   "url"};
    static constexpr std::array<std::string_view, 26> silent{
        "left",    "right",   "big",      "Big",       "bigg",   "Bigg",    "bigl",       "bigr",     "Bigl",
        "Bigr",    "biggl",   "biggr",    "Biggl",     "Biggr",  "bigm",    "limits",     "nolimits", "mathrel",
        "mathbin", "mathord", "mathopen", "mathclose", "middle", "protect", "ensuremath", "relax"};
    const auto is_one_of = [&](const auto& list) { return std::find(list.begin(), list.end(), name) != list.end(); };
    if (is_one_of(silent)) {
      skip_blanks();
      if (peek() == '.' && (name == "left" || name == "right")) ++at_;
      return true;
    }
    if (is_one_of(texts)) return plain_text(line);
    if (name == "sqrt") return root(line, style, depth);
    if (name == "operatorname") {
      if (peek() == '*') ++at_;
      const auto text = argument(style, depth);
      if (text) line.name(*text);
      return text.has_value();
    }
    if (name == "not") {
      line.prefix_next(0x0338);
      skip_blanks();
      return !done();
    }
    if (name == "colon") {
      line.script(":");
      line.blank(false);
      return true;
    }
    if (name == "pmod") {
      const auto modulus = argument(style, depth);
      if (!modulus) return false;
      line.blank(false);
      line.ordinary("(mod " + *modulus + ")");
      return true;
    }
    if (name == "quad" || name == "qquad") {
      line.blank(false);
      return true;
    }
    return name == "unicode" && code_point(line);
  }

  // √s, √13, √s₀, ∛(x+y).
  bool root(Line& line, Alphabet style, int depth) {
    std::string_view sign = "√";
    skip_blanks();
    if (text_.substr(at_).starts_with("[3]") || text_.substr(at_).starts_with("[4]")) {
      sign = text_[at_ + 1] == '3' ? "∛" : "∜";
      at_ += 3;
    }
    if (peek() == '[') return false;
    const auto under = argument(style, depth);
    if (!under || under->empty()) return false;
    const bool number = std::all_of(under->begin(), under->end(), is_digit);
    const bool one = text::count_code_points(text::to_nfc(*under)) == 1;
    line.ordinary(std::string(sign) + (number || one ? *under : "(" + *under + ")"));
    after_command_ = false;
    return true;
  }

  bool plain_text(Line& line) {
    const auto text = raw_group();
    if (!text || text->find_first_of("\\{}$&^_") != std::string_view::npos) return false;
    if (text->empty()) return true;
    if (is_blank(text->front())) line.blank(false);
    line.ordinary(text::collapse_space(*text));
    if (is_blank(text->back())) line.blank(false);
    after_command_ = false;
    return true;
  }

  // MathJax's \unicode{x2013} or \unicode{8211}.
  bool code_point(Line& line) {
    const auto digits = raw_group();
    if (!digits || digits->empty()) return false;
    const bool hex = digits->front() == 'x' || digits->front() == 'X';
    char32_t cp = 0;
    for (const char c : digits->substr(hex ? 1 : 0)) {
      const int value = c >= '0' && c <= '9' ? c - '0' : hex && is_letter(c) ? (c | 0x20) - 'a' + 10 : 16;
      if (value > 15 || cp > 0x10FFFF) return false;
      cp = cp * (hex ? 16 : 10) + static_cast<char32_t>(value);
    }
    if (cp <= 0x20 || (cp >= 0x7F && cp < 0xA0) || cp > 0x10FFFF) return false;
    std::string out;
    text::append_code_point(out, cp);
    line.ordinary(out);
    after_command_ = false;
    return true;
  }

  bool control_symbol(Line& line) {
    if (at_ + 1 >= text_.size()) return false;
    const char c = text_[at_ + 1];
    switch (c) {
      case '{':
      case '}':
      case '%':
      case '#':
      case '_':
      case '&':
      case '$':
        line.ordinary({&text_[at_ + 1], 1});
        break;
      case '|':
        line.ordinary("‖");
        break;
      case ',':
      case ';':
      case ':':
      case '>':
      case ' ':
      case '\n':
        line.blank(false);
        break;
      case '!':
      case '/':
      case '-':
        break;
      default:  // "\\" and everything that is no mathematics
        return false;
    }
    at_ += 2;
    after_command_ = false;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool after_command_ = false;  // the last thing read was a command named by letters
};

// Words of plain prose in a formula: `least` letters or more that are no command and no argument.
int words(std::string_view text, std::size_t least) {
  int count = 0, open = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\\') {
      for (++i; i < text.size() && is_letter(text[i]);) ++i;
      continue;
    }
    open += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
    std::size_t end = i;
    while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') ++end;
    if (open == 0 && end - i >= least) ++count;
    i = std::max(end, i + 1);
  }
  return count;
}

}  // namespace

bool is_formula(std::string_view inside, char after) {
  const std::string_view core = text::trim(inside);
  if (core.empty() || inside.find("\n\n") != std::string_view::npos) return false;
  const bool padded = core.size() < inside.size(),
             padded_right = core.data() + core.size() < inside.data() + inside.size();
  const auto has = [&](std::string_view marks) { return core.find_first_of(marks) != std::string_view::npos; };
  const bool prose = words(core, 4) >= 2;
  const bool tex = has("\\^_") || static_cast<unsigned char>(core.front()) >= 0x80;
  const bool operators = core.find_first_not_of("<>=+-~|*/") == std::string_view::npos;
  if (is_digit(after) && !tex && !operators) return false;
  if (tex) return !padded || !prose;
  if (is_digit(core.front()) && (padded_right || words(core, 2) > 0)) return false;
  if (padded) return !has(" \n\t") || (has("<>=+") && words(core, 4) == 0);
  return !prose;
}

std::optional<std::string> math_to_unicode(std::string_view formula) {
  auto out = Parser(formula).formula();
  if (out) *out = std::string(text::trim(*out));
  return out;
}

}  // namespace paperboy::paper::tex
