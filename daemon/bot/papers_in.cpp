// Ids of papers in anything people send: sentences, addresses, lists, BibTeX files.
#include <algorithm>
#include <set>

#include "daemon/base/text.hpp"
#include "daemon/bot/command.hpp"

namespace paperboy::bot {
namespace {

constexpr std::size_t longest_piece = 2000;  // as paper::parse_reference has it

using Ids = std::vector<paper::VersionedId>;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<paper::VersionedId> id_in(std::string_view piece) {
  if (piece.empty() || piece.size() > longest_piece) return std::nullopt;
  if (std::none_of(piece.begin(), piece.end(), is_digit)) return std::nullopt;
  // A feed's paper has an id of ours, which chats without buttons show to be typed.
  constexpr std::string_view feed = "feed:";
  if (piece.starts_with(feed)) {
    const auto id = paper::PaperId::from_canonical(
        piece.substr(0, std::min(piece.find_first_not_of("0123456789abcdef", feed.size()), piece.size())));
    return id ? std::optional(paper::VersionedId{*id, 0}) : std::nullopt;
  }
  return paper::parse_reference(piece);
}

// The address of somebody else's page: an id is a part of its path or query ("huggingface.co/papers/2512.07197",
// "dl.acm.org/doi/10.1145/1.2", "2512.07197v2.pdf").
void find_in_path(std::string_view piece, Ids& out) {
  for (std::size_t doi = piece.find("10."); doi != std::string_view::npos; doi = piece.find("10.", doi + 1)) {
    if (doi == 0 || piece[doi - 1] != '/') continue;
    if (const auto id = id_in(piece.substr(doi, piece.find_first_of("?#", doi) - doi))) {
      out.push_back(*id);
      return;
    }
  }
  std::string_view before;  // of an old id: "hep-th" in "hep-th/9901001"
  while (!piece.empty()) {
    const std::size_t end = std::min(piece.find_first_of("/?#&=:"), piece.size());
    std::string_view part = piece.substr(0, end);
    if (text::to_lower_ascii(part).ends_with(".pdf")) part.remove_suffix(4);
    if (const auto id = id_in(part)) {
      out.push_back(*id);
    } else if (!before.empty() && !part.empty()) {
      if (const auto old = id_in(std::string(before) + "/" + std::string(part))) out.push_back(*old);
    }
    before = part;
    piece.remove_prefix(std::min(end + 1, piece.size()));
  }
}

// A word: what stands between blanks. Never more than one reading of it counts.
void find_in_word(std::string_view word, Ids& out) {
  if (std::none_of(word.begin(), word.end(), is_digit)) return;
  constexpr std::string_view separators = ",;|<>{}[]\"'`=()*";
  const auto each_piece = [](std::string_view text, const auto& ends, const auto& visit) {
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
      if (at < text.size() && !ends(text[at])) continue;
      if (at > begin) visit(text.substr(begin, at - begin));
      begin = at + 1;
    }
  };
  // "a,b;c": a list, if each of it is an id; else the comma belongs to a DOI.
  if (word.find_first_of(",;") != std::string_view::npos) {
    Ids list;
    bool all = true;
    each_piece(
        word, [](char c) { return c == ',' || c == ';'; },
        [&](std::string_view piece) {
          const auto id = id_in(piece);
          all = all && id;
          if (id) list.push_back(*id);
        });
    if (all) {
      out.insert(out.end(), list.begin(), list.end());
      return;
    }
  }
  if (const auto id = id_in(word)) {
    out.push_back(*id);
    return;
  }
  // Letters of other scripts end an id, too: "为什么2512.07197在".
  each_piece(
      word, [&](char c) { return separators.find(c) != std::string_view::npos || (c & 0x80) != 0; },
      [&](std::string_view piece) {
        if (const auto id = id_in(piece)) {
          out.push_back(*id);
        } else if (piece.size() <= longest_piece) {
          find_in_path(piece, out);
        }
      });
}

void find_in_text(std::string_view text, Ids& out) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const bool blank = at == text.size() || text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r';
    if (!blank) continue;
    if (at > begin) find_in_word(text.substr(begin, at - begin), out);
    begin = at + 1;
  }
}

// --- BibTeX

// Where an entry begins: "@article{".
std::size_t next_entry(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('@', from); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t end = at + 1;
    while (end < text.size() && is_letter(text[end])) ++end;
    while (end < text.size() && text[end] == ' ') ++end;
    if (end > at + 1 && end < text.size() && (text[end] == '{' || text[end] == '(')) return at;
  }
  return text.size();
}

// Behind its last brace; an entry that is not closed ends where the next one begins.
std::size_t end_of_entry(std::string_view text, std::size_t begin) {
  const std::size_t limit = next_entry(text, begin + 1);
  int depth = 0;
  for (std::size_t at = begin; at < text.size() && at < limit; ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at + 1;
  }
  return limit;
}

// The fields of an entry, in their order.
template <class Visit>
void each_field(std::string_view entry, const Visit& visit) {
  for (std::size_t equals = entry.find('='); equals != std::string_view::npos; equals = entry.find('=', equals + 1)) {
    const std::string_view before = text::trim(entry.substr(0, equals));
    std::size_t name = before.size();
    while (name > 0 && is_letter(before[name - 1])) --name;
    std::size_t begin = equals + 1;
    while (begin < entry.size() && (entry[begin] == ' ' || entry[begin] == '\t' || entry[begin] == '\n')) ++begin;
    std::size_t end = begin;
    int depth = 0;
    bool quoted = false;
    for (; end < entry.size(); ++end) {
      const char c = entry[end];
      if (c == '{') ++depth;
      if (c == '}' && --depth < 0) break;
      if (c == '"' && depth == 0) quoted = !quoted;
      if (depth == 0 && !quoted && (c == ',' || c == '\n')) break;
    }
    visit(text::to_lower_ascii(before.substr(name)), entry.substr(begin, end - begin));
    equals = std::max(equals, end == entry.size() ? end - 1 : end);
    if (equals + 1 >= entry.size()) break;
  }
}

// The one paper of an entry: its arXiv id wherever it stands, else its DOI.
std::optional<paper::VersionedId> paper_of(std::string_view entry) {
  static constexpr std::string_view fields[] = {"eprint", "arxiv",  "url",          "doi",  "journal",
                                                "volume", "number", "howpublished", "note", "ee"};
  std::optional<paper::VersionedId> best;
  std::size_t rank = std::size(fields);
  each_field(entry, [&](const std::string& name, std::string_view value) {
    const auto place = static_cast<std::size_t>(std::find(std::begin(fields), std::end(fields), name) - fields);
    if (place == std::size(fields)) return;
    Ids found;
    find_in_text(value, found);
    for (const paper::VersionedId& id : found) {
      const bool better =
          !best || id.id.is_arxiv() > best->id.is_arxiv() || (id.id.is_arxiv() == best->id.is_arxiv() && place < rank);
      if (!better) continue;
      best = id;
      rank = place;
    }
  });
  return best;
}

}  // namespace

std::vector<paper::VersionedId> papers_in(std::string_view text, std::size_t most) {
  const std::string clean = text::sanitize(text);
  const std::string_view all = clean;
  Ids found;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t entry = next_entry(all, at);
    find_in_text(all.substr(at, entry - at), found);
    if (entry == all.size()) break;
    at = end_of_entry(all, entry);
    if (const auto id = paper_of(all.substr(entry, at - entry))) found.push_back(*id);
  }
  Ids out;
  std::set<paper::PaperId> seen;
  for (const paper::VersionedId& id : found) {
    if (out.size() == most) break;
    if (seen.insert(id.id).second) out.push_back(id);
  }
  return out;
}

bool names_a_paper(std::string_view text) {
  return !papers_in(text, 1).empty();
}

bool resembles_an_id(std::string_view text) {
  const std::string_view word = text::trim(text);
  if (word.find_first_of(" \t\n") != std::string_view::npos) return false;
  if (text::starts_with_ci(word, "arxiv:") || text::starts_with_ci(word, "doi:")) return true;
  for (const std::string_view page : {"arxiv.org/", "doi.org/"}) {
    if (text::to_lower_ascii(word).find(page) != std::string::npos) return true;
  }
  // Numbers around a point or behind a slash: 2512.7, 2512.071970, hep-th/99.
  const std::size_t part = word.find_first_of("./");
  if (part == 0 || part == std::string_view::npos || part + 1 == word.size()) return false;
  const std::string_view before = word.substr(0, part), after = word.substr(part + 1);
  const auto digits = [](std::string_view s) { return std::count_if(s.begin(), s.end(), is_digit); };
  if (word[part] == '/') return is_letter(word.front()) && std::all_of(after.begin(), after.end(), is_digit);
  return before.size() >= 3 && digits(before) == std::ssize(before) && digits(after.substr(0, 1)) == 1;
}

}  // namespace paperboy::bot
