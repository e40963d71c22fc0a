#include "daemon/match/words.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "daemon/base/text.hpp"

namespace paperboy::match {
namespace {

constexpr std::array<std::string_view, 25> greek_names = {
    "alpha", "beta",    "gamma", "delta", "epsilon", "zeta",  "eta", "theta",   "iota", "kappa", "lambda", "mu",   "nu",
    "xi",    "omicron", "pi",    "rho",   "sigma",   "sigma", "tau", "upsilon", "phi",  "chi",   "psi",    "omega"};

// The name of a folded Greek letter, else nothing.
std::string_view greek_name(char32_t cp) {
  if (cp < U'α' || cp > U'ω') return {};
  return greek_names[cp - U'α'];
}

bool is_word(char32_t cp) {
  if (cp < 0x80) return (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9');
  return cp != 0x02BC && text::is_word_character(cp);  // a letter by category, an apostrophe by use
}

bool is_digit(char32_t cp) {
  return cp >= '0' && cp <= '9';
}

// Scripts written without blanks between words.
bool stands_alone(char32_t cp) {
  return (cp >= 0x3005 && cp <= 0x3007) || (cp >= 0x3040 && cp <= 0x30FF) || (cp >= 0x31F0 && cp <= 0x31FF) ||
         (cp >= 0x3400 && cp <= 0x4DBF) || (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0x20000 && cp <= 0x3FFFF);
}

bool is_apostrophe(char32_t cp) {
  return cp == '\'' || cp == 0x2018 || cp == 0x2019 || cp == 0x02BC;
}

bool is_hyphen(char32_t cp) {
  return cp == '-' || cp == 0x2010 || cp == 0x2011 || cp == 0x2013;
}

// Folded, and without what is shown as nothing: soft hyphen, joiners, byte order mark.
std::string visible(std::string_view text) {
  std::string out = text::fold(text);
  for (const std::string_view hidden : {"\u00AD", "\u200C", "\u200D", "\u2060", "\uFEFF"}) {
    if (out.find(hidden) != std::string::npos) out = text::replace_all(out, hidden, "");
  }
  return out;
}

// Of sixteen characters, bit i says whether the i-th belongs to a word. They become lower case, where they are letters.
#ifdef __SSE2__
std::uint64_t take_sixteen(char* characters) {
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(characters));
  const __m128i lower = _mm_or_si128(text, _mm_set1_epi8(0x20));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(characters), lower);
  // A range moved to the lowest numbers there are is one comparison.
  const auto within = [](__m128i each, int first, int size) {
    const __m128i moved = _mm_add_epi8(each, _mm_set1_epi8(static_cast<char>(-128 - first)));
    return _mm_cmplt_epi8(moved, _mm_set1_epi8(static_cast<char>(-128 + size)));
  };
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(within(lower, 'a', 26), within(text, '0', 10))));
}
#else
std::uint64_t take_sixteen(char* characters) {
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < 16; ++i) {
    const char lower = static_cast<char>(characters[i] | 0x20);
    const bool letter = (lower >= 'a' && lower <= 'z') || (characters[i] >= '0' && characters[i] <= '9');
    bits |= std::uint64_t{letter} << i;
    characters[i] = lower;
  }
  return bits;
}
#endif

// What a character beyond ASCII is to read_any, said in ASCII: é is e, α alpha, ’ an apostrophe, — a blank.
struct Plain {
  static constexpr std::uint8_t other = 0xFF;  // it cannot be said
  std::uint8_t size = other;
  char letters[7];
};

Plain plain(char32_t character) {
  std::string utf8, out;
  text::append_code_point(utf8, character);
  const std::string folded = visible(utf8);
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t cp = text::next_code_point(folded, at);
    if (const std::string_view name = greek_name(cp); !name.empty()) {
      out += name;
    } else if (cp >= 0x80 && is_word(cp)) {
      return {};
    } else {
      out += cp < 0x80 ? static_cast<char>(cp) : is_apostrophe(cp) ? '\'' : is_hyphen(cp) ? '-' : ' ';
    }
  }
  Plain result;
  if (out.size() > sizeof result.letters) return {};
  result.size = static_cast<std::uint8_t>(out.size());
  std::copy(out.begin(), out.end(), result.letters);
  return result;
}

// Accents, Greek, punctuation and mathematical signs: what most papers with more than ASCII have of it.
constexpr char32_t first_plain = 0x80, end_plain = 0x2300;
const std::vector<Plain>& plain_characters() {
  static const std::vector<Plain> all = [] {
    std::vector<Plain> made;
    for (char32_t cp = first_plain; cp < end_plain; ++cp) made.push_back(plain(cp));
    return made;
  }();
  return all;
}

std::size_t ascii_until(std::string_view text, std::size_t at) {
  for (std::uint64_t eight; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & 0x8080808080808080) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

// The text in ASCII, if all of it can be said so.
bool say_plainly(std::string_view text, std::string& out) {
  const std::vector<Plain>& plain = plain_characters();
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t at = 0;;) {
    const std::size_t end = ascii_until(text, at);
    out.append(text, at, end - at);
    if (end == text.size()) return true;
    at = end;
    const char32_t cp = text::next_code_point(text, at);
    if (cp < first_plain || cp >= end_plain || plain[cp - first_plain].size == Plain::other) return false;
    out.append(plain[cp - first_plain].letters, plain[cp - first_plain].size);
  }
}

}  // namespace

Words::Words(std::string_view text) {
  std::string plain;
  if (ascii_until(text, 0) == text.size()) {
    read_ascii(text);
  } else if (say_plainly(text, plain)) {
    read_ascii(plain);
  } else {
    read_any(text);
  }
  letters_.append(padding, '\0');
}

// The rules of read_any for nearly all papers, at many times its speed: sixty-four characters at once become bits that
// say where words begin and end.
void Words::read_ascii(std::string_view text) {
  constexpr std::size_t block = 64;
  std::string lower(text);
  lower.resize((text.size() / block + 1) * block);
  const auto edges = std::make_unique_for_overwrite<std::uint32_t[]>(lower.size());
  std::size_t count = 0;
  std::uint64_t before = 0;
  for (std::size_t from = 0; from < lower.size(); from += block) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < block; i += 16) bits |= take_sixteen(&lower[from + i]) << i;
    for (std::uint64_t each = bits ^ (bits << 1 | before); each != 0; each &= each - 1) {
      edges[count++] = static_cast<std::uint32_t>(from + static_cast<std::size_t>(std::countr_zero(each)));
    }
    before = bits >> 63;
  }

  letters_.resize(text.size() + padding);  // no word is longer than what it is read from
  ends_.resize(count / 2);
  tied_.resize(count / 2);
  std::size_t written = 0, words = 0;
  const auto append = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; i += padding) std::memcpy(&letters_[written + i - from], &lower[i], padding);
    written += to - from;
  };
  const auto at = [text](std::size_t place) { return place < text.size() ? text[place] : '\0'; };
  for (std::size_t i = 0; i < count; i += 2) {
    append(edges[i], edges[i + 1]);
    std::size_t end = edges[i + 1];
    char next = at(end);
    if (next == '\'' || next == '+' || next == '#' || next == '-') {
      const auto word_at = [&](std::size_t place) { return i + 2 < count && edges[i + 2] == place; };
      for (; next == '\'' && word_at(end + 1); next = at(end)) {
        i += 2;
        end = edges[i + 1];
        if (end - edges[i] > 1 || lower[edges[i]] != 's') append(edges[i], end);
      }
      bool digit_before = is_digit(static_cast<unsigned char>(letters_[written - 1]));
      if (next == '+' && at(end + 1) == '+' && !word_at(end + 2) && at(end + 2) != '+') {
        letters_[written++] = '+';
        letters_[written++] = '+';
        end += 2;
        digit_before = false;
      } else if (next == '#' && !word_at(end + 1)) {
        letters_[written++] = '#';
        end += 1;
        digit_before = false;
      }
      tied_[words] =
          at(end) == '-' && word_at(end + 1) && !(digit_before && is_digit(static_cast<unsigned char>(text[end + 1])));
    }
    ends_[words++] = static_cast<std::uint32_t>(written);
  }
  letters_.resize(written);
  ends_.resize(words);
  tied_.resize(words);
}

void Words::read_any(std::string_view text) {
  const std::string folded = visible(text);
  const auto next = [&folded](std::size_t& at) -> char32_t {
    if (at < folded.size() && static_cast<unsigned char>(folded[at]) < 0x80) {
      return static_cast<unsigned char>(folded[at++]);
    }
    return text::next_code_point(folded, at);
  };
  const auto peek = [&next](std::size_t at) { return next(at); };
  const auto after = [&next](std::size_t at) {
    next(at);
    return at;
  };
  letters_.reserve(folded.size());

  bool open = false;          // a word is being written
  bool touching = false;      // the character before belongs to a word
  bool hyphen = false;        // the character before is a hyphen that touches a word
  bool digit_before = false;  // the last character of a word was a digit
  const auto close = [&] {
    if (open) {
      ends_.push_back(static_cast<std::uint32_t>(letters_.size()));
      tied_.push_back(0);
    }
    open = false;
  };

  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t here = at;
    const char32_t cp = next(at);
    if (is_word(cp)) {
      if (stands_alone(cp)) close();
      if (hyphen && !(digit_before && is_digit(cp))) tied_.back() = 1;
      if (const std::string_view name = greek_name(cp); !name.empty()) {
        letters_ += name;
      } else {
        letters_.append(folded, here, at - here);
      }
      open = touching = true;
      hyphen = false;
      digit_before = is_digit(cp);
      if (stands_alone(cp)) close();
    } else if (open && is_apostrophe(cp) && is_word(peek(at))) {
      if (peek(at) == 's' && !is_word(peek(after(at)))) at = after(at);
    } else if (open && cp == '+' && peek(at) == '+' && !is_word(peek(after(at))) && peek(after(at)) != '+') {
      letters_ += "++";
      at = after(at);
      close();
      digit_before = false;
    } else if (open && cp == '#' && !is_word(peek(at))) {
      letters_ += '#';
      close();
      digit_before = false;
    } else {
      close();
      hyphen = touching && is_hyphen(cp);
      touching = false;
    }
  }
  close();
}

}  // namespace paperboy::match
