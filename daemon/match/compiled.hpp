#pragma once
// Queries compiled for matching: syntax trees become expressions over numbered atoms, so that a paper is compared with
// each distinct term of all queries once. Behind Profiles (profiles.hpp).
#include <string>
#include <vector>

#include "daemon/match/atoms.hpp"
#include "daemon/match/expression.hpp"
#include "daemon/match/frequencies.hpp"
#include "daemon/match/query.hpp"
#include "daemon/paper/match.hpp"

namespace paperboy::match {

// Appends the tree to `out`.
void compile(const Node& tree, bool stems, Atoms& atoms, Expression& out);

// A term that is not excluded, as the topic's owner knows it.
struct Sign {
  Atom atom = 0;
  paper::ReasonKind kind = paper::ReasonKind::word;
  std::string written;
  double rarity = 1;  // (0,1]
};

// Each once, in the order of the query.
std::vector<Sign> signs(const Node& tree, bool stems, const Frequencies& frequencies, Atoms& atoms);

}  // namespace paperboy::match
