#include "daemon/paper/tex_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/base/text.hpp"
#include "daemon/paper/tex_commands.hpp"
#include "daemon/paper/tex_math.hpp"
#include "daemon/paper/tex_symbols.hpp"

namespace paperboy::paper::tex {
namespace {

constexpr int deepest = 32;                   // braces within braces; what lies deeper stays as typed
constexpr std::size_t quotation_reach = 300;  // bytes within which a quotation mark looks for its partner
constexpr std::size_t option_reach = 200;
constexpr std::size_t environment_reach = 8000;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}
bool is_wide(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}
bool is_word(char c) {
  return is_letter(c) || is_wide(c);
}

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

  std::string convert() {
    out_.reserve(in_.size());
    run(0, in_.size(), 0);
    return std::move(out_);
  }

 private:
  // --- the text
  // -------------------------------------------------------------------------------------------------------

  // Appends in_[begin, end) converted.
  void run(std::size_t begin, std::size_t end, int depth) {
    const Part outer = part_;
    part_ = {begin, end, depth};
    while (part_.at < part_.end) {
      const std::size_t special = next_special(part_.at);
      out_ += in_.substr(part_.at, special - part_.at);
      part_.at = special;
      if (special < part_.end) step();
    }
    part_ = outer;
  }

  std::string converted(std::size_t begin, std::size_t end) {
    std::string outside = std::move(out_);
    out_.clear();
    run(begin, end, part_.depth + 1);
    return std::exchange(out_, std::move(outside));
  }

  std::size_t next_special(std::size_t at) const {
    static constexpr auto special = [] {
      std::array<bool, 256> table{};
      for (const char c : std::string_view("\\${}~`'\"-")) table[static_cast<unsigned char>(c)] = true;
      return table;
    }();
    while (at < part_.end && !special[static_cast<unsigned char>(in_[at])]) ++at;
    return at;
  }

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

  void step() {
    if (part_.depth > deepest) {
      literal(part_.end - part_.at);
      return;
    }
    switch (in_[part_.at]) {
      case '\\':
        command();
        break;
      case '{':
        group();
        break;
      case '~':
        tie();
        break;
      case '-':
        dashes();
        break;
      case '$':
        mode_ == Mode::prose ? dollar() : literal(1);
        break;
      case '`':
        mode_ == Mode::prose ? backquote() : literal(1);
        break;
      case '\'':
      case '"':
        closing_quote();
        break;
      default:  // a "}" nobody opened
        literal(mode_ == Mode::prose ? 1 : 0);
        if (mode_ == Mode::name) ++part_.at;
    }
  }

  // --- braces
  // ---------------------------------------------------------------------------------------------------------

  // The "}" that closes the "{" at `open`; npos if none within the part.
  std::size_t closing(std::size_t open) {
    if (closing_.empty()) {
      closing_.assign(in_.size(), std::string_view::npos);
      std::vector<std::size_t> opened;
      for (std::size_t i = 0; i < in_.size(); ++i) {
        if (in_[i] == '\\') {
          ++i;
        } else if (in_[i] == '{') {
          opened.push_back(i);
        } else if (in_[i] == '}' && !opened.empty()) {
          closing_[opened.back()] = i;
          opened.pop_back();
        }
      }
    }
    return closing_[open] < part_.end ? closing_[open] : std::string_view::npos;
  }

  bool at_group() { return at(part_.at) == '{' && closing(part_.at) != std::string_view::npos; }

  // Braces of TeX are never seen; those of a set, of data or of a script typed without $ are meant to be.
  bool keeps_braces(std::size_t open, std::size_t close) const {
    if (mode_ == Mode::name) return false;
    std::size_t base = open;
    while (base > 0 && in_[base - 1] == ' ') --base;
    if (base > 0 && (in_[base - 1] == '^' || in_[base - 1] == '_')) return true;
    std::size_t word = open;
    while (word > 0 && is_letter(in_[word - 1])) --word;
    const std::string_view before = in_.substr(word, open - word);
    const bool lost_backslash = word == 0 || in_[word - 1] != '\\';  // "sqrt{s}"
    if (lost_backslash &&
        (tex::command(before) == Command::structure || math_accent(before) != 0 || alphabet(before))) {
      return true;
    }
    const std::string_view inside = text::trim(in_.substr(open + 1, close - open - 1));
    if (inside == "," || inside.starts_with('\\')) return false;
    constexpr std::ptrdiff_t prose = 8;  // blanks: so many words are a sentence that some macro marked
    return inside.find_first_of(",=|:;<>") != std::string_view::npos &&
           std::count(inside.begin(), inside.end(), ' ') < prose;
  }

  void group() {
    if (!at_group()) {
      if (mode_ == Mode::prose) out_ += '{';
      ++part_.at;
      return;
    }
    const std::size_t open = part_.at, close = closing(open);
    const bool keeps = keeps_braces(open, close);
    if (keeps) out_ += '{';
    run(open + 1, close, part_.depth + 1);
    if (keeps) out_ += '}';
    part_.at = close + 1;
  }

  // The converted group at the cursor, which moves behind it; empty if there is none.
  std::string argument() {
    skip_blanks();
    if (!at_group()) return {};
    const std::size_t close = closing(part_.at);
    std::string text = converted(part_.at + 1, close);
    part_.at = close + 1;
    return text;
  }
  std::string_view raw_argument() {
    skip_blanks();
    if (!at_group()) return {};
    const std::size_t open = part_.at, close = closing(open);
    part_.at = close + 1;
    return in_.substr(open + 1, close - open - 1);
  }
  // "[htb]" between a command and its argument.
  bool skip_option() {
    if (at(part_.at) != '[') return false;
    const std::size_t close = in_.substr(0, std::min(part_.end, part_.at + option_reach)).find(']', part_.at);
    if (close == std::string_view::npos) return false;
    part_.at = close + 1;
    return true;
  }

  // --- marks
  // ----------------------------------------------------------------------------------------------------------

  bool in_url() const {
    std::size_t start = part_.at;
    while (start > 0 && part_.at - start < quotation_reach && !is_blank(in_[start - 1]) && in_[start - 1] != '{')
      --start;
    const std::string_view word = in_.substr(start, part_.at - start);
    return word.find("://") != std::string_view::npos || word.starts_with("www.");
  }

  // "Fig.~1" is tied with a blank; "~5 kpc" and "z~2" say about.
  void tie() {
    const char left = before(), right = at(part_.at + 1);
    const auto tied_left = [&] {
      return is_word(left) || is_digit(left) || std::string_view(".,;:)]}%$'\\~").find(left) != std::string_view::npos;
    };
    const auto single_letter = [&] {
      const char further = part_.at > 1 ? in_[part_.at - 2] : ' ';
      return is_letter(left) && (is_blank(further) || further == '(' || further == '[' || further == '$');
    };
    const auto quantity = [&] {  // "M_BH/M_host~0.005"
      std::size_t start = part_.at;
      while (start > 0 && part_.at - start < 40 && !is_blank(in_[start - 1])) --start;
      return in_.substr(start, part_.at - start).find_first_of("_^=<>") != std::string_view::npos;
    };
    bool about = false;
    if (mode_ == Mode::prose) {
      if (in_url()) {
        about = true;
      } else if (part_.at == 0 || !tied_left()) {
        about = right != '\\' && right != '{' && right != '~' && left != '~';
      } else if (is_digit(right)) {
        about = single_letter() || quantity();
      }
    }
    ++part_.at;
    if (about) {
      out_ += '~';
    } else {
      blank();
      skip_blanks();
    }
  }

  void dashes() {
    std::size_t count = 1;
    while (at(part_.at + count) == '-') ++count;
    const char left = before(), right = at(part_.at + count);
    const bool arrow = right == '>' || left == '<' || left == '!';
    const bool option = (is_blank(left) || left == '\0' || left == '`' || left == '"') && is_letter(right);
    if (count == 1 || count > 3 || arrow || option || in_url()) {
      literal(count);
      return;
    }
    out_ += mode_ == Mode::name ? "-" : count == 2 ? "–" : "—";
    part_.at += count;
  }

  void backquote() {
    std::size_t count = 1;
    while (at(part_.at + count) == '`') ++count;
    if (count == 2) {
      out_ += "“";
      part_.at += 2;
      quotation_ = part_.at;
      return;
    }
    const std::size_t close = count == 1 ? single_quotation_end() : std::string_view::npos;
    if (close == std::string_view::npos) {
      literal(count);
      return;
    }
    out_ += "‘";
    ++part_.at;
    closing_single_ = close;
  }

  // Of "`word'" the place of the "'"; npos where the mark is Markdown's, an okina or an apostrophe.
  std::size_t single_quotation_end() const {
    const char left = before();
    if (is_word(left) || is_digit(left) || left == '`' || is_blank(at(part_.at + 1))) return std::string_view::npos;
    const std::size_t last = std::min(part_.end, part_.at + quotation_reach);
    for (std::size_t i = part_.at + 2; i < last; ++i) {
      if (in_[i] == '`') break;
      if (in_[i] == '\'' && in_[i - 1] != '\\' && !is_blank(in_[i - 1]) && !is_word(at(i + 1)) && at(i + 1) != '\'')
        return i;
    }
    return std::string_view::npos;
  }

  void closing_quote() {
    const bool doubled = in_[part_.at] == '\'' && at(part_.at + 1) == '\'';
    if (mode_ == Mode::prose && part_.at == closing_single_) {
      out_ += "’";
      ++part_.at;
      return;
    }
    const bool open = quotation_ > 0 && part_.at - quotation_ < quotation_reach;
    if (mode_ == Mode::prose && open && (doubled || (in_[part_.at] == '"' && !is_blank(before())))) {
      out_ += "”";
      part_.at += doubled ? 2 : 1;
      quotation_ = 0;
      return;
    }
    literal(doubled ? 2 : 1);
  }

  // --- mathematics
  // ----------------------------------------------------------------------------------------------------

  // A formula between marks, in_[begin, end), or in_[from, to) as typed on one line.
  void formula(std::size_t begin, std::size_t end, std::size_t from, std::size_t to) {
    if (const auto text = math_to_unicode(in_.substr(begin, end - begin))) {
      out_ += *text;
    } else {
      as_typed(from, to);
    }
    part_.at = to;
  }

  void as_typed(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if (in_[i] != '\n') {
        out_ += in_[i];
        continue;
      }
      blank();
      while (i + 1 < to && is_blank(in_[i + 1])) ++i;
    }
  }

  void dollar() {
    const bool display = at(part_.at + 1) == '$';
    const std::size_t width = display ? 2 : 1;
    const std::size_t begin = part_.at + width;
    NextOf& next = display ? next_display_ : next_dollar_;
    std::size_t close = next.find(in_, begin);
    while (!display && close != std::string_view::npos && escaped(close)) close = next.find(in_, close + 1);
    if (close == std::string_view::npos || close + width > part_.end || close == begin ||
        (!display && !is_formula(begin, close))) {
      literal(width);
      return;
    }
    formula(begin, close, part_.at, close + width);
  }

  bool escaped(std::size_t i) const {
    std::size_t backslashes = 0;
    while (backslashes < i && in_[i - backslashes - 1] == '\\') ++backslashes;
    return backslashes % 2 == 1;
  }

  // Is $...$ a formula, or are the dollars money? Between prices there is prose; a formula has signs of one.
  bool is_formula(std::size_t begin, std::size_t close) const {
    const std::string_view inside = in_.substr(begin, close - begin);
    if (inside.find("\n\n") != std::string_view::npos) return false;
    const bool padded_left = is_blank(inside.front()), padded_right = is_blank(inside.back());
    const auto has = [&](std::string_view marks) { return inside.find_first_of(marks) != std::string_view::npos; };
    const bool tex = has("\\^_") || is_wide(text::trim(inside).empty() ? ' ' : text::trim(inside).front());
    const std::string_view core = text::trim(inside);
    if (core.empty()) return false;
    const bool operators = core.find_first_not_of("<>=+-~|*/") == std::string_view::npos;
    if (is_digit(at(close + 1)) && !tex && !operators) return false;
    if (tex) return !(padded_left || padded_right) || words(core) < 2;
    if (is_digit(core.front()) && (padded_right || words(core, 2) > 0)) return false;
    if (padded_left || padded_right)
      return core.find(' ') == std::string_view::npos || (has("<>=+") && words(core) == 0);
    return words(core) < 2;
  }

  // Words of plain prose in a formula: `least` letters or more that are no command and no argument.
  static int words(std::string_view text, std::size_t least = 4) {
    int count = 0, open = 0;
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] == '\\') {
        for (++i; i < text.size() && is_letter(text[i]);) ++i;
        continue;
      }
      open += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
      std::size_t end = i;
      while (end < text.size() && is_lower(text[end])) ++end;
      if (open == 0 && end - i >= least) ++count;
      i = std::max(end, i + 1);
    }
    return count;
  }

  void bracketed(NextOf& next) {
    const std::size_t close = next.find(in_, part_.at + 2);
    if (close == std::string_view::npos || close + 2 > part_.end) {
      literal(2);
      return;
    }
    formula(part_.at + 2, close, part_.at, close + 2);
  }

  // --- commands
  // -------------------------------------------------------------------------------------------------------

  void command() {
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

  void put_letter(std::string_view name, std::string_view letter) {
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
  bool accent(std::size_t from, char32_t mark, bool named) {
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
  std::string accent_base() {
    if (part_.depth >= deepest) return {};
    std::size_t end = part_.at + 1;
    while (is_letter(at(end))) ++end;
    const std::string_view name = in_.substr(part_.at + 1, end - part_.at - 1);
    if (const auto letter = tex::letter(name); !letter.empty()) {
      part_.at = end;
      if (at(end) == '{' && at(end + 1) == '}') part_.at += 2;
      return std::string(letter);
    }
    const bool symbol = name.empty();
    const std::string_view inner = symbol ? in_.substr(std::min(part_.at + 1, in_.size()), 1) : name;
    const char32_t mark = tex::accent(inner);
    if (mark == 0) return {};
    std::string outside = std::move(out_);
    out_.clear();
    ++part_.depth;
    const bool done = accent(part_.at + 1 + inner.size(), mark, !symbol);
    --part_.depth;
    std::string base = std::exchange(out_, std::move(outside));
    return done ? base : std::string();
  }

  void control_symbol(char c) {
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

  void symbol_accent(char c, char32_t mark) {
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
  bool is_escaped_quote() const {
    const char next = at(part_.at + 2);
    if (next == '\0' || is_blank(next) || std::string_view(".,;:!?)]-").find(next) != std::string_view::npos)
      return true;
    if (is_word(before()) || before() == '{' || !is_letter(next)) return false;
    const std::size_t last = std::min(part_.end, part_.at + quotation_reach);
    for (std::size_t i = part_.at + 3; i + 1 < last; ++i) {
      if (in_[i] != '\\' || in_[i + 1] != '"') continue;
      const char after = at(i + 2);
      if (!is_blank(in_[i - 1]) && !is_word(after) && after != '{' && after != '\\') return true;
    }
    return false;
  }

  void line_break() {
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

  void prose_command(std::size_t start, std::string_view name, Command kind) {
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

  void font(std::string_view name) {
    const std::string text = argument();
    std::optional<std::string> script;
    if (name == "textsuperscript") script = superscript(text);
    if (name == "textsubscript") script = subscript(text);
    out_ += script.value_or(text);
  }

  void citation() {
    while (skip_option()) {
    }
    const std::string_view keys = raw_argument();
    if (!keys.empty()) out_ += "[" + text::collapse_space(keys) + "]";
  }

  void structure(std::size_t start) {
    while (at_group()) part_.at = closing(part_.at) + 1;
    as_typed(start, part_.at);
  }

  bool special(std::size_t start, std::string_view name) {
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

  void begin(std::size_t start) {
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
  void in_formula(std::size_t start) {
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
  void ion() {
    const std::string element = argument();
    std::string state = argument();
    for (char& c : state) {
      if (is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
    }
    out_ += element;
    if (!state.empty()) out_ += " " + state;
  }

  void verbatim() {
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
  bool symbol(std::size_t start, std::string_view name) {
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
  void unknown(std::size_t start, std::string_view name) {
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
};

}  // namespace

std::string text_to_unicode(std::string_view text, Mode mode) {
  return Converter(text, mode).convert();
}

}  // namespace paperboy::paper::tex
