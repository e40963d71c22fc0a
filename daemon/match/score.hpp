#pragma once
// How a score is made: the one place with its numbers. Pure arithmetic; see README.md for a worked example.
//
// Every sign that a paper meets a topic is worth something in (0,1), its evidence e. Signs add up as chances do:
// together they are worth 1 - (1 - e1)(1 - e2)..., so each further sign raises the score and none reaches past 1.
#include <algorithm>

namespace paperboy::match::score {

// Adds up evidence.
class Together {
 public:
  void add(double evidence) { missing_ *= 1 - evidence; }
  double value() const { return 1 - missing_; }

 private:
  double missing_ = 1;
};

// A word, phrase or prefix of the query. `rarity` in (0,1] is how much its words say (Frequencies::rarity; those of a
// phrase add up to at most 1): a rare phrase in the title is worth 0.7, a common word in the abstract 0.15.
inline double text(bool in_title, double rarity) {
  return (in_title ? 0.7 : 0.45) * (0.3 + 0.7 * rarity);
}

// A prefix may begin rare and common words.
constexpr double rarity_of_prefix = 0.5;

// What the words of a met query are worth: the evidence of its hits, and up to a fifth less the fewer of its terms were
// hit
// (`share` by rarity, (0,1]).
inline double query(double hits, double share) {
  return hits * (0.8 + 0.2 * share);
}

// A name of the topic's authors, or in the query.
constexpr double author = 0.8;

// A category term in the query: it narrows, it hardly recommends. Its rarity, for the share.
constexpr double category_term = 0.1;
constexpr double rarity_of_category = 0.1;

// All there is to say of a paper for a topic that names categories alone.
constexpr double primary_category = 0.2;
constexpr double other_category = 0.1;

// What a topic's taste says of a paper is its evidence: the chance that it is liked (taste.hpp). Less than this is no
// sign.
constexpr double least_chance = 0.15;
// The place of a feature among the reasons, by its part of the product: for a word of note that is a tenth.
inline double decided(double chance, double part) {
  return chance * std::min(1.0, 2 * part);
}

// A paper less like an example is not shown beside it: one other paper in 250 reaches it.
constexpr double least_likeness = 0.08;
// The place of an example among the reasons: 0.9 from a likeness of 0.26 on, where other papers hardly come.
inline double example(double likeness) {
  return std::min(0.9, 3.5 * likeness);
}

// What is left of a score by likeness to the nearest paper that its person does not want more of: all of it where they
// are not alike, a fifth at the least.
inline double left_by_dislike(double likeness) {
  return likeness < least_likeness ? 1 : 1 - std::min(0.8, 2.5 * likeness);
}

}  // namespace paperboy::match::score
