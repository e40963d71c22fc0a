#include "daemon/paper/names.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "daemon/paper/tex.hpp"

namespace paperboy::paper {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t';
}

// --- author strings

constexpr std::array<std::string_view, 10> suffixes{"jr",     "jr.", "sr",  "sr.", "junior",
                                                    "senior", "ii",  "iii", "iv",  "v"};

bool is_suffix(std::string_view text) {
  return std::find(suffixes.begin(), suffixes.end(), text::to_lower_ascii(text)) != suffixes.end();
}

bool names_group(std::string_view text) {
  const std::string lower = text::to_lower_ascii(text);
  for (const std::string_view word : {"collaboration", "collaborations", "consortium"}) {
    if (lower.ends_with(word)) return true;
  }
  return false;
}

// What stands between the commas of an author string, parentheses and what is in them left out.
class Splitter {
 public:
  explicit Splitter(std::string_view raw) : raw_(raw) {}

  std::vector<std::string> pieces() {
    mark_closed_parentheses();
    for (std::size_t i = 0; i < raw_.size(); ++i) {
      const char c = raw_[i];
      if (c == '\\' && i + 1 < raw_.size() && !(raw_.substr(i + 1, 3) == "and" && separates(i + 4))) {
        text_ += c;  // "\," and "\{" separate nothing
        text_ += raw_[++i];
      } else if (c == '\\') {
        finish();
        i += 3;
      } else if (c == '(') {
        i = end_of_affiliation(i);
        text_ += ' ';
      } else if (c == ')') {
        text_ += ' ';
      } else if (c == '{' || c == '}') {
        braces_ = std::max(0, braces_ + (c == '{' ? 1 : -1));
        text_ += c;
      } else if (braces_ == 0 && (c == ',' || c == ';')) {
        finish();
      } else if (braces_ == 0 && c == ':') {  // "X Collaboration: A. Author, ..."
        finish();
      } else if (braces_ == 0 && stands_and(i, "and")) {
        finish();
        i += 2;
      } else if (braces_ == 0 && stands_and(i, "&")) {
        finish();
      } else {
        text_ += c;
      }
    }
    finish();
    return std::move(pieces_);
  }

 private:
  // For every "(" that is closed, the place of its ")". One that is not must not swallow the authors after it.
  void mark_closed_parentheses() {
    closed_.assign(raw_.size(), 0);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < raw_.size(); ++i) {
      if (raw_[i] == '(') {
        open.push_back(i);
      } else if (raw_[i] == ')' && !open.empty()) {
        closed_[open.back()] = i;
        open.pop_back();
      }
    }
  }

  // The last place that belongs to the parenthesis opened at `open`. An unclosed "((1) Inst A, ..." is the list at the
  // end, any other reaches to the next comma.
  std::size_t end_of_affiliation(std::size_t open) const {
    if (closed_[open] != 0) return closed_[open];
    const std::size_t next = raw_.find_first_not_of(" \n\t", open + 1);
    if (next != std::string_view::npos && raw_[next] == '(') return raw_.size();
    return std::min(raw_.find_first_of(",;", open), raw_.size()) - 1;
  }

  bool separates(std::size_t at) const {
    return at >= raw_.size() || is_blank(raw_[at]) || std::string_view("(,;").find(raw_[at]) != std::string_view::npos;
  }
  bool stands_and(std::size_t i, std::string_view word) const {
    const bool begins =
        i == 0 || is_blank(raw_[i - 1]) || std::string_view("),;").find(raw_[i - 1]) != std::string_view::npos;
    return begins && raw_.substr(i, word.size()) == word && separates(i + word.size());
  }

  void finish() {
    pieces_.push_back(std::move(text_));
    text_.clear();
  }

  std::string_view raw_;
  std::string text_;
  std::vector<std::string> pieces_;
  std::vector<std::size_t> closed_;
  int braces_ = 0;
};

// "R.B.Palmer" -> "R. B. Palmer", "J. -F. Desmurs" -> "J.-F. Desmurs"; blanks collapsed, strays at the ends dropped.
std::string tidy(std::string_view name) {
  const std::string words = text::collapse_space(name);
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const char next = i + 1 < words.size() ? words[i + 1] : '\0';
    if (words[i] == ' ' && next == '-' && out.ends_with('.')) continue;
    out += words[i];
    const bool initial = i >= 1 && words[i] == '.' && is_letter(words[i - 1]);
    if (initial && is_letter(next)) out += ' ';
  }
  const auto stray = [](char c) { return is_blank(c) || c == '*' || c == ',' || c == ';' || c == ':' || c == '\\'; };
  while (!out.empty() && stray(out.back())) out.pop_back();
  std::size_t begin = 0;
  while (begin < out.size() && (stray(out[begin]) || out[begin] == '.')) ++begin;
  return out.substr(begin);
}

// "for the STAR Collaboration" -> "the STAR Collaboration"; "J. Doe on behalf of the X Collaboration" -> "J. Doe".
void drop_preamble(std::string& name) {
  for (const std::string_view start : {"on behalf of ", "for "}) {
    if (text::starts_with_ci(name, start)) name.erase(0, start.size());
  }
  if (!names_group(name)) return;
  const std::string lower = text::to_lower_ascii(name);
  for (const std::string_view middle : {" on behalf of ", " for the "}) {
    if (const std::size_t at = lower.find(middle); at != std::string::npos) {
      name.erase(at);
      return;
    }
  }
}

// "et al.", "and others", "and 23 others" say only that names are missing.
void drop_et_al(std::string& name) {
  const std::string lower = text::to_lower_ascii(name);
  if (lower == "others" || (lower.ends_with(" others") && lower.front() >= '0' && lower.front() <= '9')) name.clear();
  for (const std::string_view tail : {"et al.", "et al", "et. al.", "et. al"}) {
    if (!lower.ends_with(tail)) continue;
    const std::size_t begin = name.size() - tail.size();
    if (begin > 0 && name[begin - 1] != ' ') continue;
    name.resize(begin);
    name = tidy(name);
    return;
  }
}

bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_letter);
}

// --- comparing

constexpr std::array<std::string_view, 30> prefixes{
    "van", "von", "der", "den", "de",  "del", "della", "dei", "di",  "da", "das", "do",  "dos", "du", "la",
    "le",  "lo",  "el",  "al",  "ter", "ten", "te",    "dem", "mac", "zu", "zum", "zur", "af",  "av", "vander"};
// Those also written with a capital in the middle of a name, where they are rarely a forename.
constexpr std::array<std::string_view, 14> capital_prefixes{"Van", "Von", "Der", "Den", "De",  "Del", "Della",
                                                            "Di",  "La",  "Le",  "Ter", "Dem", "Dos", "Mac"};

bool is_one_of(std::string_view word, const auto& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Marks that differ between keyboards but not between people.
std::string plain_marks(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t cp = text::next_code_point(text, at);
    const bool apostrophe = cp == U'\'' || cp == U'’' || cp == U'‘' || cp == U'ʼ' || cp == U'`' || cp == U'´';
    const bool hyphen = cp >= 0x2010 && cp <= 0x2015;
    if (!apostrophe) text::append_code_point(out, hyphen ? U'-' : cp);
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  const std::string collapsed = text::collapse_space(text);
  for (const std::string_view word : text::split(collapsed, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

// "J.-P." -> j, p; "Jean-Pierre" -> jean, pierre; "JP" -> j, p unless the whole name is shouted.
void add_forenames(std::vector<std::string>& out, std::string_view word, bool shouted) {
  std::string part;
  const auto finish = [&] {
    if (!part.empty()) out.push_back(text::fold(part));
    part.clear();
  };
  const bool initials =
      !shouted && word.size() >= 2 && word.size() <= 3 && std::all_of(word.begin(), word.end(), is_upper);
  for (const char c : word) {
    if (c == '-' || c == '.') {
      finish();
    } else {
      part += c;
      if (initials) finish();
    }
  }
  finish();
}

// "Ada M. Lovelace": capitalised words and initials, none of which means anything else. Most names are such, and
// matching reads those of every new paper.
bool read_plain(std::string_view text, Name& name) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto words = static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
  if (words == 0) return false;
  name.forenames.reserve(words);
  for (;;) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (word.size() < 2 || !is_upper(word[0])) return false;
    const bool initial = word.size() == 2 && word[1] == '.';
    if (!initial && !std::all_of(word.begin() + 1, word.end(), is_lower)) return false;
    if (is_suffix(word) || is_one_of(word, capital_prefixes)) return false;
    if (end == text.size()) {
      if (initial || names_group(word)) return false;
      name.surname = text::to_lower_ascii(word);
      return true;
    }
    name.forenames.push_back(text::to_lower_ascii(initial ? word.substr(0, 1) : word));
    text.remove_prefix(end + 1);
  }
}

Name parse(std::string_view text) {
  Name name;
  if (read_plain(text, name)) return name;
  name = {};
  std::string plain = plain_marks(text);
  // "He, Kaiming" and "Smith, John, Jr." are read as "Kaiming He" and "John Smith".
  if (const std::size_t comma = plain.find(','); comma != std::string::npos) {
    const std::string rest = text::collapse_space(text::replace_all(plain.substr(comma + 1), ",", " "));
    plain = rest + " " + plain.substr(0, comma);
    if (is_suffix(rest)) plain = plain.substr(rest.size() + 1) + " " + rest;
  }
  // "R.Palmer" is two words.
  std::vector<std::string> words = words_of(tidy(plain));
  const auto drop_suffixes = [&] {
    std::erase_if(words,
                  [&](const std::string& word) { return &word != &words.front() && word != "V" && is_suffix(word); });
  };
  if (words.size() > 1) drop_suffixes();
  if (words.empty()) return name;
  if (names_group(words.back())) {
    name.surname = text::fold(text::collapse_space(plain));
    if (name.surname.starts_with("the ")) name.surname.erase(0, 4);
    return name;
  }
  std::size_t first = words.size() - 1;  // of the surname
  while (first > 0) {
    const std::string& word = words[first - 1];
    const bool capital = first > 1 && is_one_of(word, capital_prefixes);
    if (!is_one_of(word, prefixes) && !capital) break;
    --first;
  }
  const bool shouted = words.back().size() > 1 && std::all_of(words.back().begin(), words.back().end(), is_upper);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i < first) {
      add_forenames(name.forenames, words[i], shouted);
    } else {
      if (!name.surname.empty()) name.surname += ' ';
      name.surname += text::fold(words[i]);
    }
  }
  return name;
}

std::size_t letters(std::string_view folded) {
  return text::count_code_points(folded);
}

bool agree(const std::string& wanted, const std::string& found) {
  if (letters(wanted) == 1) return found.starts_with(wanted);
  if (letters(found) == 1) return wanted.starts_with(found);
  return wanted == found;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += part;
  return out;
}

}  // namespace

std::vector<std::string> split_authors(std::string_view raw) {
  std::vector<std::string> authors;
  for (const std::string& piece : Splitter(raw).pieces()) {
    std::string name = tidy(tex_name_to_unicode(piece));
    drop_et_al(name);
    drop_preamble(name);
    if (!has_letter(name)) continue;
    if (is_suffix(name) && !authors.empty()) {
      authors.back() += " " + name;
    } else {
      authors.push_back(std::move(name));
    }
  }
  return authors;
}

std::string display_name(std::string_view keyname, std::string_view forenames, std::string_view suffix) {
  std::string name;
  for (const std::string_view part : {forenames, keyname, suffix}) {
    const std::string text = tidy(tex_name_to_unicode(part));
    if (!name.empty() && !text.empty()) name += ' ';
    name += text;
  }
  return name;
}

Name read_name(std::string_view text) {
  return parse(text);
}

bool same_author(std::string_view wanted, std::string_view name) {
  return same_author(parse(wanted), parse(name));
}

bool same_author(const Name& w, const Name& n) {
  if (w.surname.empty() || w.surname != n.surname) return false;
  if (w.forenames.empty()) return true;
  if (n.forenames.empty()) return false;
  const std::size_t common = std::min(w.forenames.size(), n.forenames.size());
  const bool in_place = std::equal(w.forenames.begin(), w.forenames.begin() + static_cast<std::ptrdiff_t>(common),
                                   n.forenames.begin(), agree);
  if (in_place) return true;
  // "Kai-Ming" and "Kaiming".
  const std::string one = joined(w.forenames), other = joined(n.forenames);
  return letters(one) > w.forenames.size() && one == other;
}

std::string surname_key(std::string_view name) {
  return parse(name).surname;
}

}  // namespace paperboy::paper
