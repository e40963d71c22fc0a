#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/base/text.hpp"
#include "daemon/paper/tex_converter.hpp"
#include "daemon/paper/tex_symbols.hpp"

namespace paperboy::paper::tex {
namespace {

constexpr int most_accents = 4;  // upon one letter
constexpr std::size_t environment_reach = 8000;

}  // namespace

void Converter::command() {
  const std::size_t start = part_.at;
  std::size_t end = start + 1;
  while (is_letter(at(end))) ++end;
  const std::string_view name = in_.substr(start + 1, end - start - 1);
  if (name.empty()) {
    control_symbol(at(start + 1));
    return;
  }
  if (const char32_t mark = tex::accent(name); mark != 0 && accent(end, mark, true)) return;
  if (const auto letter = tex::letter(name); !letter.empty()) {
    part_.at = end;
    put_letter(name, letter);
    return;
  }
  part_.at = end;
  const Command kind = tex::command(name);
  if (kind == Command::font_switch) {
    skip_blanks();
    return;
  }
  if (kind == Command::font && mode_ == Mode::name) return;
  if (mode_ == Mode::name) {
    out_ += '\\';
    out_ += name;
    return;
  }
  prose_command(start, name, kind);
}

void Converter::put_letter(std::string_view name, std::string_view letter) {
  out_ += letter;
  // "5000 \AA resolution" measures; "\AA ngstr\"om" spells.
  const std::size_t end = out_.find_last_not_of(' ', out_.size() - letter.size() - 1);
  const bool unit = name == "AA" && out_.size() > letter.size() && end != std::string::npos && is_digit(out_[end]);
  if (at(part_.at) == '{' && at(part_.at + 1) == '}') {
    part_.at += 2;
  } else if (!unit && is_blank(at(part_.at))) {
    ++part_.at;
  }
}

// Applies `mark` to what stands at `from`; false, and nothing changed, if no letter does.
bool Converter::accent(std::size_t from, char32_t mark, bool named) {
  const std::size_t start = part_.at;
  const bool spaced = is_blank(at(from));
  std::size_t arg = from;
  while (is_blank(at(arg))) ++arg;
  // A quotation mark that JSON escaped looks like an umlaut on the next word.
  if (spaced && !named && mode_ == Mode::prose && (mark == 0x0308 || !is_word(before()))) return false;
  part_.at = arg;
  std::string base;
  if (at(arg) == '{') {
    if (!at_group() || closing(arg) == arg + 1) {
      part_.at = start;
      return false;
    }
    base = argument();
    out_ += is_word(base.empty() ? ' ' : base.front()) ? accented(base, mark) : base;
    return true;
  }
  if (at(arg) == '\\') {
    base = accent_base();
  } else if (is_word(at(arg)) && (!named || spaced || is_wide(at(arg)))) {
    std::size_t end = arg;
    text::next_code_point(in_, end);
    base = in_.substr(arg, end - arg);
    part_.at = end;
  }
  if (base.empty()) {
    part_.at = start;
    return false;
  }
  out_ += accented(base, mark);
  return true;
}

// "\i", "\o" or another accent as the base of an accent: "\'\i", "\~\^e".
std::string Converter::accent_base() {
  std::size_t end = part_.at + 1;
  while (is_letter(at(end))) ++end;
  const std::string_view name = in_.substr(part_.at + 1, end - part_.at - 1);
  if (const auto letter = tex::letter(name); !letter.empty()) {
    part_.at = end;
    if (at(end) == '{' && at(end + 1) == '}') {
      part_.at += 2;
    } else if (is_blank(at(end))) {
      ++part_.at;
    }
    return std::string(letter);
  }
  const bool symbol = name.empty();
  const std::string_view inner = symbol ? in_.substr(std::min(part_.at + 1, in_.size()), 1) : name;
  const char32_t mark = tex::accent(inner);
  if (mark == 0 || accents_ >= most_accents) return {};
  std::string outside = std::move(out_);
  out_.clear();
  ++accents_;
  const bool done = accent(part_.at + 1 + inner.size(), mark, !symbol);
  --accents_;
  std::string base = std::exchange(out_, std::move(outside));
  return done ? base : std::string();
}

void Converter::control_symbol(char c) {
  const std::string_view typed = in_.substr(part_.at + 1, part_.at + 1 < part_.end ? 1 : 0);
  if (typed.empty()) {
    ++part_.at;
    return;
  }
  if (const char32_t mark = tex::accent(typed)) {
    symbol_accent(c, mark);
    return;
  }
  switch (c) {
    case '\\':
      line_break();
      return;
    case '(':
      mode_ == Mode::prose ? bracketed(next_paren_) : literal(2);
      return;
    case '[':
      mode_ == Mode::prose ? bracketed(next_bracket_) : literal(2);
      return;
    case '\n':
      ++part_.at;
      return;
    case ',':
    case ';':
    case ':':
    case ' ':
    case '\t':
      blank();
      break;
    case '!':
    case '/':
    case '-':
    case '@':
      break;
    case '|':
      out_ += "‖";
      break;
    case '{':
    case '}':
    case '%':
    case '&':
    case '#':
    case '_':
    case '$':
    case '*':
    case '<':
    case '>':
      out_ += c;
      break;
    default:
      if (is_wide(c)) {  // an accent that was converted already, its backslash left behind
        ++part_.at;
      } else {
        literal(2);
      }
      return;
  }
  part_.at += 2;
}

void Converter::symbol_accent(char c, char32_t mark) {
  const char left = before(), next = at(part_.at + 2);
  if (c == '"' && mode_ == Mode::prose && is_escaped_quote()) {
    out_ += '"';
    part_.at += 2;
    return;
  }
  if (c == '\'' && next == 't' && is_word(left) && !is_word(at(part_.at + 3))) {  // don\'t
    out_ += '\'';
    part_.at += 2;
    return;
  }
  if (accent(part_.at + 2, mark, false)) return;
  const bool marks_text = c == '=' || c == '.';  // regular expressions, file names
  part_.at += 2;
  if (marks_text && next != '{') out_ += '\\';
  out_ += c;
  if (next == '{' && at(part_.at + 1) == '}') part_.at += 2;
}

// \"...\" as JSON escapes it: opens where no letter stands before it and another closes it, closes where none
// follows.
bool Converter::is_escaped_quote() const {
  const char next = at(part_.at + 2);
  if (next == '\0' || is_blank(next) || std::string_view(".,;:!?)]-").find(next) != std::string_view::npos) return true;
  if (is_word(before()) || before() == '{' || !is_letter(next)) return false;
  const std::size_t last = std::min(part_.end, part_.at + quotation_reach);
  for (std::size_t i = part_.at + 3; i + 1 < last; ++i) {
    if (in_[i] != '\\' || in_[i + 1] != '"') continue;
    const char after = at(i + 2);
    if (!is_blank(in_[i - 1]) && !is_word(after) && after != '{' && after != '\\') return true;
  }
  return false;
}

void Converter::line_break() {
  const char next = at(part_.at + 2);
  const bool accent_follows = is_wide(next) || (next == '\\' && tex::accent(in_.substr(part_.at + 3, 1)) != 0);
  if (mode_ == Mode::name) {  // of "\\\\~n" the tilde is still meant
    while (at(part_.at + 1) == '\\') ++part_.at;
    if (tex::accent(in_.substr(part_.at + 1, 1)) == 0 || is_letter(at(part_.at + 1))) ++part_.at;
    return;
  }
  if (accent_follows && is_word(before())) {  // escaped twice on its way here
    part_.at += 2;
    return;
  }
  part_.at += 2;
  if (at(part_.at) == '*') ++part_.at;
  blank();
}

void Converter::prose_command(std::size_t start, std::string_view name, Command kind) {
  if (at(part_.at) == '*' && at(part_.at + 1) == '{') ++part_.at;
  switch (kind) {
    case Command::font:
      font(name);
      break;
    case Command::layout:
      skip_blanks();
      if (at(part_.at) == '.' && (name == "left" || name == "right")) ++part_.at;
      break;
    case Command::unread:
      raw_argument();
      break;
    case Command::citation:
      citation();
      break;
    case Command::structure:
      structure(start);
      break;
    default:
      if (!special(start, name) && !symbol(start, name)) unknown(start, name);
  }
}

void Converter::font(std::string_view name) {
  const std::string text = argument();
  std::optional<std::string> script;
  if (name == "textsuperscript") script = superscript(text);
  if (name == "textsubscript") script = subscript(text);
  out_ += script.value_or(text);
}

void Converter::citation() {
  while (skip_option()) {
  }
  const std::string_view keys = raw_argument();
  if (!keys.empty()) out_ += "[" + text::collapse_space(keys) + "]";
}

void Converter::structure(std::size_t start) {
  while (at_group()) part_.at = closing(part_.at) + 1;
  as_typed(start, part_.at);
}

bool Converter::special(std::size_t start, std::string_view name) {
  if (name == "begin") {
    begin(start);
  } else if (name == "end") {
    raw_argument();
  } else if (name == "item") {
    out_ += "•";
    if (!is_blank(at(part_.at))) out_ += ' ';
  } else if (name == "par" || name == "n") {  // "\n": a line feed that was escaped and never read back
    out_ += '\n';
  } else if (name == "newline" || name == "linebreak" || name == "and" || name == "quad" || name == "qquad") {
    blank();
    skip_blanks();
  } else if (name == "href") {
    raw_argument();
    out_ += argument();
  } else if (name == "textcolor" || name == "colorbox") {
    raw_argument();
    out_ += argument();
  } else if (name == "url" || name == "path") {
    out_ += text::replace_all(raw_argument(), "\\", "");
  } else if (name == "ref" || name == "eqref" || name == "cref" || name == "Cref" || name == "autoref") {
    out_ += raw_argument();
  } else if (name == "footnotemark") {
    skip_option();
  } else if (name == "footnote" || name == "thanks") {
    blank();
    out_ += "(" + argument() + ")";
  } else if (name == "ensuremath") {
    in_formula(start);
  } else if (name == "ion") {
    ion();
  } else if (name == "verb" || name == "lstinline") {
    verbatim();
  } else {
    return false;
  }
  return true;
}

void Converter::begin(std::size_t start) {
  const std::string_view environment = raw_argument();
  if (!is_formula_environment(environment)) {
    blank();
    return;
  }
  const std::string end = "\\end{" + std::string(environment) + "}";
  const std::size_t last = std::min(part_.end, part_.at + environment_reach);
  const std::size_t close = in_.substr(0, last).find(end, part_.at);
  if (close == std::string_view::npos) {
    as_typed(start, part_.at);
  } else {
    formula(part_.at, close, start, close + end.size());
  }
}

// What a command that only means something in mathematics means with its argument.
void Converter::in_formula(std::size_t start) {
  skip_blanks();
  std::size_t end = part_.at;
  if (at_group()) {
    end = closing(end) + 1;
  } else if (at(end) == '\\') {
    for (++end; is_letter(at(end));) ++end;
  } else if (end < part_.end) {
    text::next_code_point(in_, end);
  }
  formula(start, end, start, end);
}

// "\ion{H}{ii}" -> "H II".
void Converter::ion() {
  const std::string element = argument();
  std::string state = argument();
  for (char& c : state) {
    if (is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
  }
  out_ += element;
  if (!state.empty()) out_ += " " + state;
}

void Converter::verbatim() {
  const char mark = at(part_.at);
  const std::size_t close = mark == '\0' ? std::string_view::npos : in_.substr(0, part_.end).find(mark, part_.at + 1);
  if (mark == '{' || close == std::string_view::npos) {
    out_ += raw_argument();
    return;
  }
  out_ += in_.substr(part_.at + 1, close - part_.at - 1);
  part_.at = close + 1;
}

// Symbols typed without $.
bool Converter::symbol(std::size_t start, std::string_view name) {
  std::string_view text = text_symbol(name);
  if (text.empty()) {
    if (const auto* found = math_symbol(name)) text = found->text;
  }
  if (!text.empty()) {
    out_ += text;
    if (at(part_.at) == '{' && at(part_.at + 1) == '}') part_.at += 2;
    if (text == "§" || text == "¶" || text == "£") skip_blanks();
    return true;
  }
  if (math_accent(name) == 0 && !alphabet(name)) return false;
  in_formula(start);
  return true;
}

// A macro of the author's: its arguments are what there is to read, without any its name.
void Converter::unknown(std::size_t start, std::string_view name) {
  const char left = start > 0 ? in_[start - 1] : ' ';
  const std::size_t named = part_.at;
  if (skip_option() && !at_group()) part_.at = named;  // "\model [3]" cites
  if (at(part_.at) == '{' && at(part_.at + 1) == '}') {
    out_ += name;
    part_.at += 2;
  } else if (at_group()) {
    std::string words;
    while (at(part_.at) == '{' && at_group()) {
      if (!words.empty()) words += ' ';
      words += argument();
    }
    out_ += words;
  } else {
    const bool in_code = is_word(left) || left == ':' || left == '\\';
    if (name.size() < 2 || in_code)
      out_ += '\\';
    else if (is_digit(left))
      out_ += ' ';  // "7.5\kms"
    out_ += name;
  }
}

}  // namespace paperboy::paper::tex
