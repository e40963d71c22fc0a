#include "daemon/paper/tex_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/base/text.hpp"
#include "daemon/paper/tex_converter.hpp"
#include "daemon/paper/tex_math.hpp"
#include "daemon/paper/tex_symbols.hpp"

namespace paperboy::paper::tex {
namespace {

constexpr int deepest = 32;  // braces within braces; what lies deeper stays as typed
constexpr std::size_t option_reach = 200;

}  // namespace

std::string Converter::convert() {
  out_.reserve(in_.size());
  run(0, in_.size(), 0);
  return std::move(out_);
}

// Appends in_[begin, end) converted.
void Converter::run(std::size_t begin, std::size_t end, int depth) {
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

std::string Converter::converted(std::size_t begin, std::size_t end) {
  std::string outside = std::move(out_);
  out_.clear();
  run(begin, end, part_.depth + 1);
  return std::exchange(out_, std::move(outside));
}

std::size_t Converter::next_special(std::size_t at) const {
  static constexpr auto special = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("\\${}~`'\"-")) table[static_cast<unsigned char>(c)] = true;
    return table;
  }();
  while (at < part_.end && !special[static_cast<unsigned char>(in_[at])]) ++at;
  return at;
}

void Converter::step() {
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

// The "}" that closes the "{" at `open`; npos if none within the part.
std::size_t Converter::closing(std::size_t open) {
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

// Braces of TeX are never seen; those of a set, of data or of a script typed without $ are meant to be.
bool Converter::keeps_braces(std::size_t open, std::size_t close) const {
  if (mode_ == Mode::name) return false;
  std::size_t base = open;
  while (base > 0 && in_[base - 1] == ' ') --base;
  if (base > 0 && (in_[base - 1] == '^' || in_[base - 1] == '_')) return true;
  std::size_t word = open;
  while (word > 0 && is_letter(in_[word - 1])) --word;
  const std::string_view before = in_.substr(word, open - word);
  const bool lost_backslash = word == 0 || in_[word - 1] != '\\';  // "sqrt{s}"
  if (lost_backslash && (tex::command(before) == Command::structure || math_accent(before) != 0 || alphabet(before))) {
    return true;
  }
  const std::string_view inside = text::trim(in_.substr(open + 1, close - open - 1));
  if (inside == "," || inside.starts_with('\\')) return false;
  constexpr std::ptrdiff_t prose = 8;  // blanks: so many words are a sentence that some macro marked
  return inside.find_first_of(",=|:;<>") != std::string_view::npos &&
         std::count(inside.begin(), inside.end(), ' ') < prose;
}

void Converter::group() {
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
std::string Converter::argument() {
  skip_blanks();
  if (!at_group()) return {};
  const std::size_t close = closing(part_.at);
  std::string text = converted(part_.at + 1, close);
  part_.at = close + 1;
  return text;
}

std::string_view Converter::raw_argument() {
  skip_blanks();
  if (!at_group()) return {};
  const std::size_t open = part_.at, close = closing(open);
  part_.at = close + 1;
  return in_.substr(open + 1, close - open - 1);
}

// "[htb]" between a command and its argument.
bool Converter::skip_option() {
  if (at(part_.at) != '[') return false;
  const std::size_t close = in_.substr(0, std::min(part_.end, part_.at + option_reach)).find(']', part_.at);
  if (close == std::string_view::npos) return false;
  part_.at = close + 1;
  return true;
}

bool Converter::in_url() const {
  std::size_t start = part_.at;
  while (start > 0 && part_.at - start < quotation_reach && !is_blank(in_[start - 1]) && in_[start - 1] != '{') --start;
  const std::string_view word = in_.substr(start, part_.at - start);
  return word.find("://") != std::string_view::npos || word.starts_with("www.");
}

// "Fig.~1" is tied with a blank; "~5 kpc" and "z~2" say about.
void Converter::tie() {
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

void Converter::dashes() {
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

void Converter::backquote() {
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
std::size_t Converter::single_quotation_end() const {
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

void Converter::closing_quote() {
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

// A formula between marks, in_[begin, end), or in_[from, to) as typed on one line.
void Converter::formula(std::size_t begin, std::size_t end, std::size_t from, std::size_t to) {
  if (const auto text = math_to_unicode(in_.substr(begin, end - begin))) {
    out_ += *text;
  } else {
    as_typed(from, to);
  }
  part_.at = to;
}

void Converter::as_typed(std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    if (in_[i] != '\n') {
      out_ += in_[i];
      continue;
    }
    blank();
    while (i + 1 < to && is_blank(in_[i + 1])) ++i;
  }
}

void Converter::dollar() {
  const bool display = at(part_.at + 1) == '$';
  const std::size_t width = display ? 2 : 1;
  const std::size_t begin = part_.at + width;
  NextOf& next = display ? next_display_ : next_dollar_;
  std::size_t close = next.find(in_, begin);
  while (!display && close != std::string_view::npos && escaped(close)) close = next.find(in_, close + 1);
  if (close == std::string_view::npos || close + width > part_.end || close == begin ||
      (!display && !is_formula(in_.substr(begin, close - begin), at(close + 1)))) {
    literal(width);
    return;
  }
  formula(begin, close, part_.at, close + width);
}

bool Converter::escaped(std::size_t i) const {
  std::size_t backslashes = 0;
  while (backslashes < i && in_[i - backslashes - 1] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

void Converter::bracketed(NextOf& next) {
  const std::size_t close = next.find(in_, part_.at + 2);
  if (close == std::string_view::npos || close + 2 > part_.end) {
    literal(2);
    return;
  }
  formula(part_.at + 2, close, part_.at, close + 2);
}

std::string text_to_unicode(std::string_view text, Mode mode) {
  return Converter(text, mode).convert();
}

}  // namespace paperboy::paper::tex
