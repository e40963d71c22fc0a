#pragma once
// A linear separator of papers that are wanted from papers that are not: a support vector machine with squared hinge
// loss, by dual coordinate descent (Hsieh, Chang, Lin, Keerthi, Sundararajan: A Dual Coordinate Descent Method for
// Large-scale Linear SVM, ICML 2008, algorithm 1; the solver of liblinear's LinearSVC). Pure and deterministic.
#include <span>
#include <vector>

#include "daemon/match/features.hpp"

namespace paperboy::match {

struct Judged {
  std::span<const Feature> features;
  double cost = 1;  // of a judgement that is not met, > 0
  bool wanted = false;
};

// The weights of the papers that lie at the border, by key; with them a wanted paper's product is higher. A million
// cells hold the weights while they are found: of features that share one (one in twenty, among fifty thousand) one
// gets the weight of all.
Features separator(std::span<const Judged> papers);

}  // namespace paperboy::match
