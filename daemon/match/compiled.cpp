#include "daemon/match/compiled.hpp"

#include <algorithm>

#include "daemon/match/score.hpp"

namespace paperboy::match {
namespace {

using paper::ReasonKind;

ReasonKind kind(const Node& node) {
  if (node.scope == Scope::author) return ReasonKind::author;
  if (node.scope == Scope::category) return ReasonKind::category;
  if (node.prefix) return ReasonKind::prefix;
  return node.words.size() > 1 ? ReasonKind::phrase : ReasonKind::word;
}

double rarity(const Node& node, const Frequencies& frequencies) {
  if (node.scope == Scope::author) return 1;
  if (node.scope == Scope::category) return score::rarity_of_category;
  // As written: frequencies know words, not stems.
  const Words words(node.written);
  const std::size_t whole = words.size() - (node.prefix ? 1 : 0);
  double sum = node.prefix ? score::rarity_of_prefix : 0;
  for (std::size_t i = 0; i < whole; ++i) sum += frequencies.rarity(words[i]);
  return std::min(1.0, sum);
}

bool is_category(const Node& node) {
  return node.kind == Node::Kind::term && node.scope == Scope::category;
}

struct Collector {
  void collect(const Node& node, bool excluded) {
    for (const NodePtr& child : node.children) collect(*child, excluded != (node.kind == Node::Kind::none_of));
    if (node.kind != Node::Kind::term || excluded) return;
    const Atom atom = atoms.term(node, stems);
    const bool known = std::any_of(found.begin(), found.end(), [&](const Sign& s) { return s.atom == atom; });
    if (!known) found.push_back({atom, kind(node), node.written, rarity(node, frequencies)});
  }

  bool stems;
  const Frequencies& frequencies;
  Atoms& atoms;
  std::vector<Sign> found;
};

}  // namespace

void compile(const Node& tree, bool stems, Atoms& atoms, Expression& out) {
  auto children = static_cast<std::uint32_t>(tree.children.size());
  switch (tree.kind) {
    case Node::Kind::term:
      out.push_back(atoms.term(tree, stems));
      return;
    case Node::Kind::all_of:
      out.push_back(op_all_of | children);
      break;
    case Node::Kind::any_of: {
      // Categories side by side are one set of them: one atom to ask instead of several.
      std::vector<std::string> categories;
      for (const NodePtr& child : tree.children) {
        if (is_category(*child)) categories.push_back(child->words.front());
      }
      children -= static_cast<std::uint32_t>(categories.size());
      out.push_back(op_any_of | (children + (categories.empty() ? 0 : 1)));
      if (!categories.empty()) out.push_back(atoms.groups(categories, false));
      for (const NodePtr& child : tree.children) {
        if (!is_category(*child)) compile(*child, stems, atoms, out);
      }
      return;
    }
    case Node::Kind::none_of:
      out.push_back(op_none_of);
      break;
  }
  for (const NodePtr& child : tree.children) compile(*child, stems, atoms, out);
}

std::vector<Sign> signs(const Node& tree, bool stems, const Frequencies& frequencies, Atoms& atoms) {
  Collector collector{stems, frequencies, atoms, {}};
  collector.collect(tree, false);
  return std::move(collector.found);
}

}  // namespace paperboy::match
