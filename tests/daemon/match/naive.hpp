#pragma once
// The matcher as one would write it without a thought for speed: a paper's text is read anew in several passes and
// every query is evaluated on its syntax tree. Profiles must find what this finds.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "daemon/base/text.hpp"
#include "daemon/match/query.hpp"
#include "daemon/match/stem.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/paper.hpp"
#include "daemon/paper/person.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace paperboy::match::naive {

struct Word {
  std::string text;
  bool hyphen_after = false;  // and then at once the next word
};

inline bool is_letter(char32_t c) {
  return c != 0x02BC && text::is_word_character(c);
}
inline bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
inline bool is_ideograph(char32_t c) {
  return (c >= 0x3005 && c <= 0x3007) || (c >= 0x3040 && c <= 0x30FF) || (c >= 0x31F0 && c <= 0x31FF) ||
         (c >= 0x3400 && c <= 0x9FFF && !(c > 0x4DBF && c < 0x4E00)) || (c >= 0x20000 && c <= 0x3FFFF);
}
inline bool one_of(char32_t c, std::u32string_view set) {
  return set.find(c) != set.npos;
}

inline std::vector<Word> words(std::string_view raw) {
  const std::string folded = text::fold(raw);
  std::u32string visible;
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t c = text::next_code_point(folded, at);
    if (!one_of(c, U"\u00AD\u200C\u200D\u2060\uFEFF")) visible += c;
  }
  visible += U"   ";  // so that one may look ahead

  std::u32string plain;  // without apostrophes
  for (std::size_t i = 0; i + 2 < visible.size(); ++i) {
    const bool inside = one_of(visible[i], U"'\u2018\u2019\u02BC") && !plain.empty() && is_letter(plain.back()) &&
                        !is_ideograph(plain.back()) && is_letter(visible[i + 1]);
    if (!inside) {
      plain += visible[i];
    } else if (visible[i + 1] == U's' && !is_letter(visible[i + 2])) {
      ++i;
    }
  }
  plain += U"   ";

  const std::u32string greek = U"αβγδεζηθικλμνξοπρςστυφχψω";
  const std::vector<std::string> names = {"alpha",   "beta", "gamma", "delta",  "epsilon", "zeta", "eta",
                                          "theta",   "iota", "kappa", "lambda", "mu",      "nu",   "xi",
                                          "omicron", "pi",   "rho",   "sigma",  "sigma",   "tau",  "upsilon",
                                          "phi",     "chi",  "psi",   "omega"};
  std::vector<Word> out;
  for (std::size_t i = 0; i < plain.size();) {
    if (!is_letter(plain[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i++;
    if (!is_ideograph(plain[begin])) {
      while (is_letter(plain[i]) && !is_ideograph(plain[i])) ++i;
      if (plain.compare(i, 2, U"++") == 0 && !is_letter(plain[i + 2]) && plain[i + 2] != U'+') {
        i += 2;
      } else if (plain[i] == U'#' && !is_letter(plain[i + 1])) {
        ++i;
      }
    }
    Word word;
    for (const char32_t c : plain.substr(begin, i - begin)) {
      if (const std::size_t letter = greek.find(c); letter != greek.npos) {
        word.text += names[letter];
      } else {
        text::append_code_point(word.text, c);
      }
    }
    word.hyphen_after = one_of(plain[i], U"-\u2010\u2011\u2013") && is_letter(plain[i + 1]) &&
                        !(is_digit(plain[i - 1]) && is_digit(plain[i + 1]));
    out.push_back(word);
  }
  return out;
}

// A paper's text, with the stems of its words as those are asked for again and again.
struct Text {
  explicit Text(std::string_view raw) : read(words(raw)) {
    for (std::size_t i = 0; i < read.size(); ++i) {
      joined.push_back(read[i].hyphen_after ? read[i].text + read[i + 1].text : "");
      stems.push_back(stem(read[i].text));
      joined_stems.push_back(stem(joined.back()));
    }
  }
  std::vector<Word> read;
  std::vector<std::string> joined, stems, joined_stems;
};

// Do the term's words from `i` on stand in `text` from `at` on?
inline bool stands(const Node& term, bool stems, std::size_t i, const Text& text, std::size_t at) {
  if (i == term.words.size()) return true;
  for (const std::size_t taken : {1, 2}) {
    if (taken == 2 && term.joined[i].empty()) break;
    const std::string& wanted = taken == 1 ? term.words[i] : term.joined[i];
    const bool prefix = term.prefix && i + taken == term.words.size();
    const bool stemmed = stems && !term.exact && !prefix;
    for (const std::size_t read : {1, 2}) {
      if (at + read > text.read.size() || (read == 2 && !text.read[at].hyphen_after)) break;
      const std::string& there = read == 1 ? (stemmed ? text.stems[at] : text.read[at].text)
                                           : (stemmed ? text.joined_stems[at] : text.joined[at]);
      const bool equal = prefix ? there.compare(0, wanted.size(), wanted) == 0 : there == wanted;
      if (equal && stands(term, stems, i + taken, text, at + read)) return true;
    }
  }
  return false;
}

struct Paper {
  explicit Paper(const paper::Paper& p) : paper(p), title(p.title), abstract(p.abstract) {}
  const paper::Paper& paper;
  Text title, abstract;

  // Remembers, since names are slow to compare and some papers have thousands.
  bool is_by(const std::string& wanted) const {
    const auto known = is_by_.find(wanted);
    if (known != is_by_.end()) return known->second;
    const bool found = std::any_of(paper.authors.begin(), paper.authors.end(),
                                   [&](const std::string& name) { return paper::same_author(wanted, name); });
    return is_by_[wanted] = found;
  }

 private:
  mutable std::map<std::string, bool> is_by_;
};

inline bool stands(const Node& term, bool stems, const Text& text) {
  for (std::size_t at = 0; at < text.read.size(); ++at) {
    if (stands(term, stems, 0, text, at)) return true;
  }
  return false;
}

inline bool meets(const Node& tree, bool stems, const Paper& paper) {
  const auto met = [&](const NodePtr& child) { return meets(*child, stems, paper); };
  switch (tree.kind) {
    case Node::Kind::all_of:
      return std::all_of(tree.children.begin(), tree.children.end(), met);
    case Node::Kind::any_of:
      return std::any_of(tree.children.begin(), tree.children.end(), met);
    case Node::Kind::none_of:
      return !met(tree.children.front());
    case Node::Kind::term:
      break;
  }
  switch (tree.scope) {
    case Scope::text:
      return stands(tree, stems, paper.title) || stands(tree, stems, paper.abstract);
    case Scope::title:
      return stands(tree, stems, paper.title);
    case Scope::abstract:
      return stands(tree, stems, paper.abstract);
    case Scope::author:
      return paper.is_by(tree.written);
    case Scope::category:
      return std::any_of(paper.paper.categories.begin(), paper.paper.categories.end(),
                         [&](const std::string& category) { return paper::in_group(category, tree.written); });
  }
  return false;
}

// A topic without examples (likeness has tests of its own).
struct Topic {
  explicit Topic(const paper::Topic& t) : topic(t) {
    if (!t.query.empty()) query = parse(t.query, {t.stem});
    if (!t.exclude.empty()) exclude = parse(t.exclude, {t.stem});
  }
  const paper::Topic& topic;
  NodePtr query, exclude;
};

inline bool meets(const Topic& topic, const Paper& paper) {
  const paper::Topic& t = topic.topic;
  const auto& categories = paper.paper.categories;
  const auto considered = t.cross_lists ? categories.size() : std::min<std::size_t>(1, categories.size());
  const auto lies_in = [&](const std::string& group) {
    return std::any_of(categories.begin(), categories.begin() + static_cast<std::ptrdiff_t>(considered),
                       [&](const std::string& category) { return paper::in_group(category, group); });
  };
  if (!t.categories.empty() && std::none_of(t.categories.begin(), t.categories.end(), lies_in)) return false;
  if (topic.exclude && meets(*topic.exclude, t.stem, paper)) return false;
  if (topic.query && meets(*topic.query, t.stem, paper)) return true;
  for (const std::string& wanted : t.authors) {
    if (paper.is_by(wanted)) return true;
  }
  return !topic.query && t.authors.empty() && t.examples.empty() && !t.categories.empty();
}

}  // namespace paperboy::match::naive
