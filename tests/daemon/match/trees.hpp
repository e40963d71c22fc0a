#pragma once
// Syntax trees for tests: shown, compared, grown at random.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "daemon/match/query.hpp"

namespace paperboy::match::test {

// Everything of a tree but the columns, on one line: (and ti[gaussian splatting] (not word)). Joined forms are shown
// with
// +, prefixes with *, exact terms with =.
inline std::string describe(const Node& node) {
  if (node.kind != Node::Kind::term) {
    std::string out = node.kind == Node::Kind::all_of ? "(and" : node.kind == Node::Kind::any_of ? "(or" : "(not";
    for (const NodePtr& child : node.children) out += ' ' + describe(*child);
    return out + ')';
  }
  constexpr const char* fields[] = {"", "ti", "abs", "au", "cat"};
  std::string out = fields[static_cast<std::size_t>(node.scope)];
  if (node.exact) out += '=';
  out += '[';
  for (std::size_t i = 0; i < node.words.size(); ++i) {
    if (i > 0) out += ' ';
    out += node.words[i];
    if (!node.joined.at(i).empty()) out += '+' + node.joined[i];
  }
  return out + (node.prefix ? "*]" : "]");
}

inline bool same(const Node& a, const Node& b) {
  return a.kind == b.kind && a.scope == b.scope && a.words == b.words && a.joined == b.joined && a.prefix == b.prefix &&
         a.exact == b.exact && a.written == b.written &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    [](const NodePtr& x, const NodePtr& y) { return same(*x, *y); });
}

// Random queries as people may write them: every construct, needless parentheses and blanks included. About one in
// twenty is no query (it only excludes).
class QueryMaker {
 public:
  // `words` are taken for bare words and phrases, `authors` and `groups` for the fields of that name.
  QueryMaker(unsigned seed, std::vector<std::string> words, std::vector<std::string> phrases,
             std::vector<std::string> authors, std::vector<std::string> groups)
      : random_(seed),
        words_(std::move(words)),
        phrases_(std::move(phrases)),
        authors_(std::move(authors)),
        groups_(std::move(groups)) {}

  std::string operator()() { return any_of(0); }

 private:
  bool one_in(unsigned n) { return random_() % n == 0; }
  const std::string& pick(const std::vector<std::string>& from) { return from[random_() % from.size()]; }

  std::string any_of(int depth) {
    std::string out = all_of(depth);
    while (one_in(depth == 0 ? 2 : 3)) out += pick({" OR ", "|", "  |  "}) + all_of(depth);
    return out;
  }
  std::string all_of(int depth) {
    std::string out = none_of(depth);
    while (one_in(3)) out += pick({" AND ", " ", "  "}) + none_of(depth);
    return out;
  }
  std::string none_of(int depth) { return (one_in(8) ? pick({"NOT ", "-", "NOT -", "ANDNOT "}) : "") + primary(depth); }
  std::string primary(int depth) {
    const std::string field = in_field_ ? "" : pick({"", "", "", "ti:", "abs:", "title: "});
    if (depth < 3 && one_in(5)) {
      const bool inside = in_field_;
      in_field_ = in_field_ || !field.empty();
      std::string out = field + '(' + any_of(depth + 1) + ')';
      in_field_ = inside;
      return out;
    }
    if (!in_field_ && one_in(12)) return "au:\"" + pick(authors_) + '"';
    if (!in_field_ && one_in(12)) return "cat:" + pick(groups_);
    return field + text();
  }
  std::string text() {
    const std::string exact = one_in(8) ? "=" : "";
    if (one_in(3)) {
      const std::string phrase = pick(phrases_);
      return exact + '"' + (one_in(5) ? shortened(phrase) : phrase) + '"';
    }
    const std::string word = pick(words_);
    return exact + (one_in(6) ? shortened(word) : word);
  }
  // The beginning of a text as a prefix; only where the cut leaves ASCII letters.
  std::string shortened(const std::string& text) {
    const std::size_t tail = 1 + random_() % 4;
    if (text.size() < tail + 2) return text;
    const std::string kept = text.substr(0, text.size() - tail);
    const bool letters = std::all_of(text.begin() + static_cast<std::ptrdiff_t>(kept.size()) - 1, text.end(),
                                     [](char c) { return c >= 'a' && c <= 'z'; });
    return letters ? kept + '*' : text;
  }

  std::mt19937 random_;
  std::vector<std::string> words_, phrases_, authors_, groups_;
  bool in_field_ = false;
};

}  // namespace paperboy::match::test
