#pragma once
// A paper as a sparse vector of what can speak for or against it: words, pairs of neighbouring words, categories,
// authors. What tastes (taste.hpp) are made of. Pure.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/match/frequencies.hpp"
#include "daemon/paper/match.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::match {

// `key` is a hash of kind and text (FNV-1a, the same everywhere): two features of one key are taken for one, which
// among a million happens to one in four thousand.
struct Feature {
  std::uint32_t key = 0;
  float weight = 0;
};
using Features = std::vector<Feature>;  // by key, each once

// The words' part is a unit vector of (1 + ln tf) * idf, and so is that of the pairs; a word of the title counts twice.
// Categories and authors are unit vectors too, worth less by `category_share` and `author_share` (of a product).
Features features_of(const paper::Paper& paper, const Frequencies& frequencies);

// Every feature of the paper with its text, in the words of a reason: word, phrase, category, author, and where it
// stands.
struct NamedFeature {
  Feature feature;
  paper::Reason reason;
};
std::vector<NamedFeature> named_features_of(const paper::Paper& paper, const Frequencies& frequencies);

// Both sorted by key.
double product(std::span<const Feature> a, std::span<const Feature> b);

// Pairs of words are counted by this, inside Frequencies.
std::uint32_t pair_key(std::string_view first, std::string_view second);

}  // namespace paperboy::match
