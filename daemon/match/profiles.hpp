#pragma once
// The question the daemon asks of this room: which topics does a paper meet, how well, and why? Pure.
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/match.hpp"
#include "daemon/paper/paper.hpp"
#include "daemon/paper/person.hpp"

namespace paperboy::match {

struct Frequencies;
class Shelf;

// Document frequencies: how common each word is. They weigh words in similarity and in scores. With few papers (some
// hundreds) common words count too much, and likeness to examples too; an empty one makes all words equal.
class Statistics {
 public:
  Statistics();
  void add(const paper::Paper& paper);
  std::size_t papers() const;
  // ln((1 + N) / (1 + df)) + 1. The word as words.hpp has it.
  double inverse_document_frequency(std::string_view folded_word) const;
  // Inside the room: what is counted so far; it does not change any more when this is added to.
  std::shared_ptr<const Frequencies> frequencies() const { return frequencies_; }

 private:
  std::shared_ptr<Frequencies> frequencies_;  // copies share it until one is added to
};

// All people's topics but the muted ones, ready to be asked. Build anew when people change; asking is const and takes
// any thread.
//
// A topic without query, authors, examples and categories meets nothing. With categories alone it meets all papers in
// them. With cross_lists off only a paper's primary category counts for the topic's categories. score.hpp says how
// scores are made.
class Profiles {
 public:
  // `examples` holds the papers the topics name and the disliked ones (others are ignored); an example that is not
  // known yet counts as absent. Throws Error naming person and topic when a query does not parse: people are checked
  // when they are read.
  // Topics with examples have a taste, learned from them on the shelf (taste.hpp), which is not kept.
  Profiles(std::span<const paper::Person> people, std::span<const paper::Paper> examples, const Shelf& shelf);
  // With nothing on the shelf.
  Profiles(std::span<const paper::Person> people, std::span<const paper::Paper> examples, const Statistics& statistics);
  ~Profiles();
  Profiles(Profiles&&) noexcept;
  Profiles& operator=(Profiles&&) noexcept;

  // Every topic of every person that `paper` meets with score >= its threshold, in the order of people and topics.
  std::vector<paper::Match> match(const paper::Paper& paper) const;

  std::size_t topics() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

// Cosine similarity of two papers' TF-IDF vectors over title (twice) and abstract, [0,1]. Words in more than a tenth of
// the papers are left out.
double similarity(const paper::Paper& a, const paper::Paper& b, const Statistics& statistics);

}  // namespace paperboy::match
