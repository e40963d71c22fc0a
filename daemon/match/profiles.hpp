#pragma once
// The question the daemon asks of this room: which topics does a paper meet, how well, and why? Pure.
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "daemon/paper/match.hpp"
#include "daemon/paper/paper.hpp"
#include "daemon/paper/person.hpp"

namespace paperboy::match {

// Document frequencies for similarity: how common each word is. Built from stored papers, then shared read-only.
class Statistics {
 public:
  Statistics();
  ~Statistics();
  Statistics(Statistics&&) noexcept;
  Statistics& operator=(Statistics&&) noexcept;
  void add(const paper::Paper& paper);
  std::size_t papers() const;
  // ln((1 + N) / (1 + df)) + 1.
  double inverse_document_frequency(std::string_view folded_word) const;

 private:
  friend class Profiles;
  struct State;
  std::unique_ptr<State> state_;
};

// All people's topics, ready to be asked. Build anew (or update) when people change; asking is const and takes any
// thread.
class Profiles {
 public:
  // `examples` holds the papers the topics name (others are ignored); an example that is not known yet counts as
  // absent.
  Profiles(std::span<const paper::Person> people, std::span<const paper::Paper> examples, const Statistics& statistics);
  ~Profiles();
  Profiles(Profiles&&) noexcept;
  Profiles& operator=(Profiles&&) noexcept;

  // Every topic of every person that `paper` meets with score >= its threshold, in the order of people and topics.
  // Throws nothing: queries were checked when the people were read.
  std::vector<paper::Match> match(const paper::Paper& paper) const;

  std::size_t topics() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Cosine similarity of two papers' TF-IDF vectors over title (twice) and abstract, [0,1].
double similarity(const paper::Paper& a, const paper::Paper& b, const Statistics& statistics);

}  // namespace paperboy::match
