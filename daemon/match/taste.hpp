#pragma once
// What a person likes, learned: a sparse linear model of one topic. From its words, its examples, what was liked and
// disliked, and what the papers of the store have in common with them. Pure and deterministic: the same lessons and the
// same shelf give the same taste.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/match/features.hpp"
#include "daemon/match/profiles.hpp"

namespace paperboy::match {

// Papers of the store, unjudged: what stands there beside the examples tells which words go together, and how high a
// score must be to mean something. About 1 kB a paper. Const questions take any thread.
class Shelf {
 public:
  // `statistics` weighs the features.
  explicit Shelf(Statistics statistics);
  ~Shelf();
  Shelf(const Shelf&) = delete;

  void add(const paper::Paper& paper);
  void add(const Features& features);
  std::size_t papers() const;
  const Statistics& statistics() const;

  // Inside the room: the product of each paper's heaviest features with `weights`; and a paper's heaviest features.
  std::vector<float> products(std::span<const Feature> weights) const;
  std::span<const Feature> heaviest(std::size_t paper) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a taste is learned from.
struct Lessons {
  std::string text;                // the topic's words: what is said of it, or the words its query asks for
  std::vector<Features> liked;     // oldest first, the examples before all; newer ones count more
  std::vector<Features> disliked;  // oldest first
};

// A person's topics share so many weights: 32,000 bytes.
inline constexpr std::size_t most_weights = 4000;

struct Taste {
  Features weights;  // by key
  // Products between which a paper begins to be of the topic's kind: what one paper of the shelf in 200 reaches (forty,
  // if it is small), and the mean of its ten best.
  float common = 0, best = 0;

  bool empty() const { return weights.empty(); }
  // How sure it is that a paper with this product is liked, (0,0.8); grows with the product. README.md says how the
  // curve was found.
  double chance(double product) const;
};

// With at most `weights` of them, the strongest. Empty without a lesson.
Taste learn(const Lessons& lessons, const Shelf& shelf, std::size_t weights = most_weights);

// What in the paper speaks most for the taste's liking it: at most `most`, strongest first, each with its part of the
// product.
struct Decided {
  double part = 0;
  paper::Reason reason;
};
std::vector<Decided> decided_by(const Taste& taste, const paper::Paper& paper, const Frequencies& frequencies,
                                std::size_t most);

// At most `most` each way. Words and pairs that only the shelf brought have no name in `papers`. A word that a named
// pair holds is not named again, and a pair with a word that stands everywhere is not named.
Learned learned_from(const Taste& taste, std::span<const paper::Paper> papers, const Frequencies& frequencies,
                     std::size_t most);

// Many tastes, asked with one paper at once.
class Tastes {
 public:
  // Returns its number: 0, 1, ...
  std::uint32_t add(Taste taste);
  std::size_t size() const { return tastes_.size(); }
  const Taste& operator[](std::uint32_t number) const { return tastes_[number]; }
  // By number.
  std::vector<float> products(std::span<const Feature> paper) const;

 private:
  struct Posting {
    std::uint32_t taste;
    float weight;
  };
  std::vector<Taste> tastes_;
  std::unordered_map<std::uint32_t, std::vector<Posting>> postings_;  // by key
};

}  // namespace paperboy::match
