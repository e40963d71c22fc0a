#pragma once
// Which of many papers are like one? An index in memory over the words that say most of each paper. Pure.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "daemon/match/profiles.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::match {

// Of each paper the 32 words of highest TF-IDF weight are kept, in posting lists, with their weight in the unit vector
// of all its words: likeness is the cosine of the asked paper's whole vector with that. About 250 bytes a paper. One
// thread at a time.
class Library {
 public:
  // `statistics` weighs the words; a word it has not seen is as rare as can be.
  explicit Library(Statistics statistics);
  ~Library();
  Library(const Library&) = delete;

  // A paper that is there already is replaced.
  void add(const paper::Paper& paper);
  std::size_t papers() const;

  struct Like {
    paper::PaperId id;
    double likeness = 0;  // [0.08,1]: those below are alike by chance
    friend bool operator==(const Like&, const Like&) = default;
  };
  // The `most` likest to `paper` (which need not be there, and is not among them), best first, by id where equal.
  std::vector<Like> like(const paper::Paper& paper, std::size_t most) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paperboy::match
