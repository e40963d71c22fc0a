#include "daemon/match/compiled.hpp"

#include <algorithm>
#include <limits>

#include "daemon/match/score.hpp"

namespace paperboy::match {
namespace {

using paper::ReasonKind;

// Anchors and the number of papers they may be expected in.
struct Cover {
  double cost = 0;
  std::vector<Anchor> anchors;
};

// What no anchors can cover.
const Cover uncovered{std::numeric_limits<double>::infinity(), {}};

class Compiler {
 public:
  Compiler(bool stems, const Frequencies& frequencies, Atoms& atoms)
      : stems_(stems), frequencies_(frequencies), atoms_(atoms) {}

  Query run(const Node& tree) {
    Query query;
    query.root = op(tree);
    collect(tree, false, query.signs);
    query.anchors = cover(tree, false).anchors;
    return query;
  }

 private:
  Op op(const Node& node) {
    Op result;
    result.kind = node.kind;
    if (node.kind == Node::Kind::term) result.term = term(node);
    for (const NodePtr& child : node.children) result.children.push_back(op(*child));
    return result;
  }

  Term term(const Node& node) {
    switch (node.scope) {
      case Scope::author:
        return {Term::Kind::author, atoms_.authors(node.words.front()), 0};
      case Scope::category:
        return {Term::Kind::group, atoms_.groups(node.words.front()), 0};
      default:
        break;
    }
    const unsigned fields = node.scope == Scope::title      ? in_title
                            : node.scope == Scope::abstract ? in_abstract
                                                            : in_title | in_abstract;
    return {Term::Kind::phrase, atoms_.phrases(phrase(node, stems_, atoms_.vocabulary)), fields};
  }

  void collect(const Node& node, bool excluded, std::vector<Sign>& signs) {
    for (const NodePtr& child : node.children) {
      collect(*child, excluded != (node.kind == Node::Kind::none_of), signs);
    }
    if (node.kind != Node::Kind::term || excluded) return;
    const Sign sign{term(node), kind(node), node.written, rarity(node)};
    const bool known = std::any_of(signs.begin(), signs.end(), [&](const Sign& s) { return s.term == sign.term; });
    if (!known) signs.push_back(sign);
  }

  static ReasonKind kind(const Node& node) {
    if (node.scope == Scope::author) return ReasonKind::author;
    if (node.scope == Scope::category) return ReasonKind::category;
    if (node.prefix) return ReasonKind::prefix;
    return node.words.size() > 1 ? ReasonKind::phrase : ReasonKind::word;
  }

  double rarity(const Node& node) const {
    if (node.scope == Scope::author) return 1;
    if (node.scope == Scope::category) return score::rarity_of_category;
    // As written: frequencies know words, not stems.
    const Words words(node.written);
    const std::size_t whole = words.size() - (node.prefix ? 1 : 0);
    double sum = node.prefix ? score::rarity_of_prefix : 0;
    for (std::size_t i = 0; i < whole; ++i) sum += frequencies_.rarity(words[i]);
    return std::min(1.0, sum);
  }

  // Anchors without which `node` cannot be true (or, `negated`, false).
  Cover cover(const Node& node, bool negated) {
    if (node.kind == Node::Kind::term) return negated ? uncovered : cover_term(node);
    if (node.kind == Node::Kind::none_of) return cover(*node.children.front(), !negated);
    const bool all_needed = (node.kind == Node::Kind::all_of) != negated;
    Cover result = all_needed ? uncovered : Cover{};
    for (const NodePtr& child : node.children) {
      Cover one = cover(*child, negated);
      if (!all_needed) {
        result.cost += one.cost;
        result.anchors.insert(result.anchors.end(), one.anchors.begin(), one.anchors.end());
      } else if (one.cost < result.cost) {
        result = std::move(one);
      }
    }
    return result;
  }

  Cover cover_term(const Node& node) {
    const double papers = static_cast<double>(frequencies_.papers) + 1;
    if (node.scope == Scope::author) return {1, {{Anchor::Kind::author, atoms_.authors(node.words.front())}}};
    if (node.scope == Scope::category) return {papers / 10, {{Anchor::Kind::group, atoms_.groups(node.words.front())}}};
    // A phrase cannot be read but through each of its words, alone or joined to a neighbour.
    const Phrase labels = phrase(node, stems_, atoms_.vocabulary);
    const auto cost = [&](const std::string& word, bool prefix) {
      return static_cast<double>(frequencies_.of(word)) + (prefix ? papers / 50 : 1);
    };
    const std::size_t size = node.words.size();
    Cover best = uncovered;
    for (std::size_t i = 0; i < size; ++i) {
      Cover one{cost(node.words[i], node.prefix && i + 1 == size), {{Anchor::Kind::label, labels.words[i]}}};
      for (const std::size_t j : {i - 1, i}) {
        if (j >= size || labels.joined[j] == no_label) continue;
        one.cost += cost(node.joined[j], node.prefix && j + 2 == size);
        one.anchors.push_back({Anchor::Kind::label, labels.joined[j]});
      }
      if (one.cost < best.cost) best = std::move(one);
    }
    return best;
  }

  bool stems_;
  const Frequencies& frequencies_;
  Atoms& atoms_;
};

}  // namespace

Query compile(const Node& tree, bool stems, const Frequencies& frequencies, Atoms& atoms) {
  return Compiler(stems, frequencies, atoms).run(tree);
}

}  // namespace paperboy::match
