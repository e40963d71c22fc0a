#include "daemon/paper/paper.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "daemon/base/text.hpp"

namespace paperboy::paper {
namespace {

constexpr std::array kinds{std::pair{AnnounceKind::new_paper, std::string_view("new")},
                           std::pair{AnnounceKind::cross_list, std::string_view("cross")},
                           std::pair{AnnounceKind::replacement, std::string_view("replace")},
                           std::pair{AnnounceKind::replacement_cross, std::string_view("replace-cross")}};

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_paper(std::string_view word) {
  return one_of(word, {"paper", "article", "preprint", "submission", "manuscript", "version", "abstract", "draft",
                       "work", "note", "thesis", "report"});
}

// The words of a remark in lower case; a mark is a word, "," for the comma and "." for all others.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80) {
      word += c;
      continue;
    }
    finish();
    if (c == ',') words.emplace_back(",");
    if (one_of({&c, 1}, {".", ";", ":", "(", ")", "[", "]"})) words.emplace_back(".");
  }
  finish();
  return words;
}

// Is it the paper that was withdrawn, and not a drug, a troop or another paper? words[at] is "withdrawn".
bool is_said_of_paper(const std::vector<std::string>& words, std::size_t at) {
  const auto word = [&](std::size_t i) {
    return i < words.size() ? std::string_view(words[i]) : std::string_view(".");
  };
  const bool gives_reason = one_of(word(at + 1), {".", ",", "by", "due", "because", "since", "as", "for", "pending"});
  if (at == 0 && (gives_reason || is_paper(word(1)))) return true;
  if (at > 0 && gives_reason && (words[at - 1] == "." || is_paper(words[at - 1]))) return true;
  if (word(at + 1) == "by") {
    std::size_t who = at + 2;
    while (one_of(word(who), {"the", "first", "corresponding", "its"})) ++who;
    if (word(at + 2) != "its" && one_of(word(who), {"author", "authors", "arxiv", "submitter"})) return true;
  }
  // "this paper has been temporarily withdrawn"
  std::size_t before = at;
  while (before > 0 &&
         (words[before - 1].ends_with("ly") || one_of(words[before - 1], {"hereby", "now", "therefore"}))) {
    --before;
  }
  const std::size_t verb = before;
  while (before > 0 && one_of(words[before - 1], {"is", "was", "are", "been", "being", "has", "have"})) --before;
  return before < verb && before > 0 && is_paper(words[before - 1]);
}

bool text_says_withdrawn(std::string_view text) {
  const std::string lower = text::to_lower_ascii(text);
  if (lower.find("withdr") == std::string::npos && lower.find("retract") == std::string::npos) return false;
  const auto words = words_of(lower);
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (one_of(words[at], {"withdrawn", "withdrwan", "retracted"}) && is_said_of_paper(words, at)) return true;
    // "we withdraw this submission", "the withdrawal of our paper"
    if (!words[at].starts_with("withdr") && !words[at].starts_with("retract")) continue;
    std::size_t what = at + 1;
    while (what < words.size() && one_of(words[what], {"of", "this", "the", "our", "my"})) ++what;
    if (what > at + 1 && what < words.size() && is_paper(words[what])) return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(AnnounceKind kind) {
  return std::find_if(kinds.begin(), kinds.end(), [&](const auto& row) { return row.first == kind; })->second;
}

std::optional<AnnounceKind> announce_kind(std::string_view word) {
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& row) { return row.second == word; });
  if (found == kinds.end()) return std::nullopt;
  return found->first;
}

bool says_withdrawn(const Paper& paper) {
  return text_says_withdrawn(paper.comments) || text_says_withdrawn(paper.title) || text_says_withdrawn(paper.abstract);
}

}  // namespace paperboy::paper
