#include "daemon/paper/id.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::paper {
namespace {

constexpr std::string_view doi_mark = "doi:";
constexpr std::string_view feed_mark = "feed:";
constexpr std::size_t feed_digits = 32;  // of SHA-256, in hex: no two items of all the world's feeds meet by chance
constexpr std::size_t longest_reference = 2000;
constexpr std::string_view arxiv_doi = "10.48550/arxiv.";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_letter(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

int number(std::string_view digits) {
  int n = 0;
  for (const char c : digits) n = n * 10 + (c - '0');
  return n;
}

// YYMM as months since 1900, so that months of both centuries compare; arXiv began in 1991. Nothing if there is no such
// month.
std::optional<int> month_of(std::string_view yymm) {
  const int year = number(yymm.substr(0, 2)), month = number(yymm.substr(2, 2));
  if (month < 1 || month > 12) return std::nullopt;
  return (year < 91 ? 100 + year : year) * 12 + month;
}
constexpr int month(int year, int month_of_year) {
  return (year - 1900) * 12 + month_of_year;
}

// "2512.07197", "0704.0001"; month and number of digits must go together.
bool is_new_style(std::string_view id) {
  if (id.size() < 9 || id[4] != '.' || !all_digits(id.substr(0, 4)) || !all_digits(id.substr(5))) return false;
  const auto when = month_of(id.substr(0, 4));
  const std::string_view serial = id.substr(5);
  if (!when || serial.find_first_not_of('0') == std::string_view::npos) return false;
  if (serial.size() == 4) return *when >= month(2007, 4) && *when <= month(2014, 12);
  return serial.size() == 5 && *when >= month(2015, 1);
}

// "hep-th/9901001", "math.CA/0611800" -> the id without its subject class; empty if it is none.
std::string old_style(std::string_view id) {
  const std::size_t slash = id.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view serial = id.substr(slash + 1);
  const std::string_view archive = id.substr(0, std::min(slash, id.find('.')));
  if (archive.empty() || !std::all_of(archive.begin(), archive.end(), [](char c) { return is_lower(c) || c == '-'; })) {
    return {};
  }
  if (archive.size() < slash) {
    const std::string_view subject = id.substr(archive.size() + 1, slash - archive.size() - 1);
    const bool plain = std::all_of(subject.begin(), subject.end(), [](char c) { return is_letter(c) || c == '-'; });
    if (subject.size() < 2 || !plain) return {};
  }
  if (serial.size() != 7 || !all_digits(serial) || serial.ends_with("000")) return {};
  const auto when = month_of(serial.substr(0, 4));
  if (!when || *when < month(1991, 7) || *when > month(2007, 3)) return {};
  return std::string(archive) + "/" + std::string(serial);
}

// Takes "v3" off the end; 0 if there is none. A version has no leading zero.
int take_version(std::string_view& id) {
  const std::size_t mark = id.find_last_of("vV");
  if (mark == std::string_view::npos) return 0;
  const std::string_view digits = id.substr(mark + 1);
  if (!all_digits(digits) || digits.front() == '0' || digits.size() > 4) return 0;
  id = id.substr(0, mark);
  return number(digits);
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text::starts_with_ci(text, prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string percent_decoded(std::string_view text) {
  const auto value = [](char c) { return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10; };
  const auto hex = [](char c) { return is_digit(c) || is_hex(static_cast<char>(c | 0x20)); };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) && hex(text[i + 2])) {
      out += static_cast<char>(value(text[i + 1]) * 16 + value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// The host and what follows it, the scheme dropped: "doi.org/10...". Nothing if `text` begins with no host of `domain`.
std::optional<std::string_view> path_at(std::string_view text, std::string_view domain) {
  if (!take_prefix(text, "https://")) take_prefix(text, "http://");
  std::string_view host = text.substr(0, text.find('/'));
  if (host.size() == text.size()) return std::nullopt;
  const std::string_view path = text.substr(host.size() + 1);
  if (host.size() > domain.size() && host[host.size() - domain.size() - 1] == '.') {
    host.remove_prefix(host.size() - domain.size());
  }
  if (!text::iequals_ascii(host, domain)) return std::nullopt;
  return path;
}

// "10.1101/2026.11.01.1" without any prefix, in lower case; empty if `text` is no DOI (ISO 26324: 10, a registrant, a
// slash, anything printable).
std::string bare_doi(std::string_view text) {
  if (!text.starts_with("10.")) return {};
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size()) return {};
  const std::string_view registrant = text.substr(3, slash - 3);
  if (registrant.size() < 4 || !all_digits(registrant.substr(0, 4)) || registrant.ends_with('.')) return {};
  if (!std::all_of(registrant.begin(), registrant.end(), [](char c) { return is_digit(c) || c == '.'; })) return {};
  const bool printable = std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F;
  });
  if (!printable || text::sanitize(text) != text) return {};
  return text::to_lower_ascii(text);
}

// The DOI in any usual spelling, bare and in lower case; empty if it is none.
std::string any_doi(std::string_view text) {
  text = text::trim(text);
  if (take_prefix(text, doi_mark)) text = text::trim(text);
  const auto path = path_at(text, "doi.org");
  return bare_doi(path ? percent_decoded(path->substr(0, path->find_first_of("?#"))) : text);
}

// An arXiv id with or without a version; the archive's letters in any case.
std::optional<VersionedId> versioned_arxiv(std::string_view text) {
  VersionedId out;
  out.version = take_version(text);
  std::string id(text);
  for (char& c : id) {
    if (c == '.' || c == '/') break;  // a subject class keeps its case
    if (is_letter(c)) c = static_cast<char>(c | 0x20);
  }
  const auto found = PaperId::arxiv(id);
  if (!found) return std::nullopt;
  out.id = *found;
  return out;
}

std::optional<VersionedId> from_arxiv_url(std::string_view path) {
  path = path.substr(0, path.find_first_of("?#"));
  static constexpr std::array<std::string_view, 4> pages{"abs/", "pdf/", "html/", "format/"};
  if (std::none_of(pages.begin(), pages.end(), [&](auto page) { return take_prefix(path, page); })) return std::nullopt;
  std::string id = percent_decoded(path);
  while (id.ends_with('/')) id.pop_back();
  if (text::to_lower_ascii(id).ends_with(".pdf")) id.resize(id.size() - 4);
  return versioned_arxiv(id);
}

// Brackets and quotes around a reference, and the marks that end a sentence after it.
std::string_view without_punctuation(std::string_view text) {
  static constexpr std::array<std::string_view, 9> openers{"<", "(", "[", "{", "\"", "'", "“", "‘", "«"};
  static constexpr std::array<std::string_view, 14> closers{".", ",", ";",  ":", "!", "?", ">",
                                                            "]", "}", "\"", "'", "”", "’", "»"};
  const auto take = [&](const auto& marks, auto test, auto drop) {
    return std::any_of(marks.begin(), marks.end(), [&](std::string_view mark) {
      if (!test(mark)) return false;
      drop(mark.size());
      return true;
    });
  };
  for (bool changed = true; changed;) {
    text = text::trim(text);
    changed = take(
                  openers, [&](auto mark) { return text.starts_with(mark); }, [&](auto n) { text.remove_prefix(n); }) ||
              take(closers, [&](auto mark) { return text.ends_with(mark); }, [&](auto n) { text.remove_suffix(n); });
    // A DOI may end with a bracket of its own: "10.1016/0370-2693(94)".
    if (!changed && text.ends_with(')') &&
        std::count(text.begin(), text.end(), ')') > std::count(text.begin(), text.end(), '(')) {
      text.remove_suffix(1);
      changed = true;
    }
  }
  return text;
}

// "2512.07197 [cs.CV]", as arXiv prints it: the category goes.
std::string_view without_category(std::string_view text) {
  const std::size_t bracket = text.find('[');
  if (bracket == std::string_view::npos || bracket == 0) return text;
  return text::trim(text.substr(0, bracket));
}

std::string link(const PaperId& id, std::string_view page, int version) {
  std::string out = "https://arxiv.org/" + std::string(page) + "/" + id.str();
  if (version > 0) out += "v" + std::to_string(version);
  return out;
}

// RFC 3986: what may stand in a path as it is; a DOI may hold anything.
std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  static constexpr std::string_view plain = "-._~!$&'()*+,;=:@/";
  std::string out;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

// arXiv converts papers to HTML since December 2023.
bool has_html(const PaperId& id) {
  const std::string& text = id.str();
  if (!id.is_arxiv() || text.size() < 10 || text[4] != '.') return false;
  const auto when = month_of(std::string_view(text).substr(0, 4));
  return when && *when >= month(2023, 12);
}

}  // namespace

std::optional<PaperId> PaperId::arxiv(std::string_view id) {
  if (is_new_style(id)) return PaperId(std::string(id));
  if (auto old = old_style(id); !old.empty()) return PaperId(std::move(old));
  return std::nullopt;
}

std::optional<PaperId> PaperId::doi(std::string_view text) {
  std::string doi = any_doi(text);
  if (doi.empty()) return std::nullopt;
  if (!doi.starts_with(arxiv_doi)) return PaperId(std::string(doi_mark) + doi);
  if (const auto found = versioned_arxiv(std::string_view(doi).substr(arxiv_doi.size()))) return found->id;
  return std::nullopt;
}

PaperId PaperId::feed_item(std::string_view feed, std::string_view unique) {
  return PaperId(std::string(feed_mark) + hash_of({feed, unique}).substr(0, feed_digits));
}

std::optional<PaperId> PaperId::from_canonical(std::string_view text) {
  std::optional<PaperId> id;
  if (text.starts_with(feed_mark)) {
    const std::string_view digits = text.substr(feed_mark.size());
    if (digits.size() == feed_digits && std::all_of(digits.begin(), digits.end(), is_hex))
      id = PaperId(std::string(text));
  } else if (text.starts_with(doi_mark)) {
    id = doi(text);
  } else {
    id = arxiv(text);
  }
  if (id && id->str() != text) id.reset();
  return id;
}

bool PaperId::is_arxiv() const {
  return !text_.empty() && !text_.starts_with(doi_mark) && !text_.starts_with(feed_mark);
}

std::optional<VersionedId> parse_reference(std::string_view text) {
  if (text.size() > longest_reference) return std::nullopt;
  text = without_punctuation(text);
  if (const auto path = path_at(text, "arxiv.org")) return from_arxiv_url(*path);
  if (const std::string doi = any_doi(text); !doi.empty()) {
    if (doi.starts_with(arxiv_doi)) return versioned_arxiv(std::string_view(doi).substr(arxiv_doi.size()));
    if (const auto id = PaperId::doi(doi)) return VersionedId{*id, 0};
    return std::nullopt;
  }
  take_prefix(text, "oai:arxiv.org:") || take_prefix(text, "arxiv:");
  return versioned_arxiv(without_category(text::trim(text)));
}

std::string abs_url(const PaperId& id, int version) {
  if (id.is_arxiv()) return link(id, "abs", version);
  if (!id.str().starts_with(doi_mark)) return {};
  return "https://doi.org/" + percent_encoded(std::string_view(id.str()).substr(doi_mark.size()));
}

std::string pdf_url(const PaperId& id, int version) {
  return id.is_arxiv() ? link(id, "pdf", version) : std::string();
}

std::string html_url(const PaperId& id, int version) {
  return has_html(id) ? link(id, "html", version) : std::string();
}

}  // namespace paperboy::paper
