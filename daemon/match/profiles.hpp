#pragma once
// The question the daemon asks of this room: which topics does a paper meet, how well, and why? Pure.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/paper/match.hpp"
#include "daemon/paper/paper.hpp"
#include "daemon/paper/person.hpp"

namespace paperboy::match {

struct Frequencies;
class Shelf;

// What a taste has learned, in the words of the papers it was learned from (taste.hpp): what speaks most for a paper,
// and what most against one, strongest first.
struct Learned {
  std::vector<paper::Reason> toward, away;
};

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

// All people's topics but the muted ones, ready to be asked. They never change: who asks may go on while others make
// new ones, and asking takes any thread. Copies share everything.
//
// A topic without query, authors, examples and categories meets nothing. With categories alone it meets all papers in
// them. With cross_lists off only a paper's primary category counts for the topic's categories. score.hpp says how
// scores are made.
class Profiles {
 public:
  class Builder;
  class Meeting;

  // `examples` holds the papers the topics name and the disliked ones (others are ignored); an example that is not
  // known yet counts as absent. Throws Error naming person and topic when a query does not parse: people are checked
  // when they are read. Each person once.
  // Topics with examples have a taste, learned from them on the shelf (taste.hpp), which is not kept.
  Profiles(std::span<const paper::Person> people, std::span<const paper::Paper> examples, const Shelf& shelf);
  // With nothing on the shelf.
  Profiles(std::span<const paper::Person> people, std::span<const paper::Paper> examples, const Statistics& statistics);

  // These, with `people` in the place of those who have their ids: who is new joins, who has no topics leaves. All
  // others are shared, so that this costs as much as the few who change, however many there are. Scores and reasons are
  // those of profiles made at once, if the shelf is the same (or nobody else has examples) and so are the papers.
  Profiles with(std::span<const paper::Person> people, std::span<const paper::Paper> examples,
                const Shelf& shelf) const;
  // How many parts with() has added. Each costs every paper a reading: more than a few call for making all anew.
  std::size_t small_parts() const { return parts_.size() - 1; }

  // Every topic of every person that `paper` meets with score >= its threshold, in the order of people and topics;
  // people whom with() has put last.
  std::vector<paper::Match> match(const paper::Paper& paper) const;

  std::size_t topics() const;
  // How many papers a Meeting may have so that it needs some 200 MB at most; from 1 to 500.
  std::size_t papers_at_once() const;

  // What a person's topics have learned from examples and verdicts, the topics that have, in their order: learned_from
  // of `papers` (examples, liked and disliked papers of theirs).
  struct TopicLearned {
    std::string topic;
    Learned learned;
  };
  std::vector<TopicLearned> learned(std::string_view person, std::span<const paper::Paper> papers,
                                    std::size_t most) const;

  struct Part;  // inside the room

 private:
  struct Used {
    std::shared_ptr<const Part> part;
    std::shared_ptr<const std::vector<std::uint32_t>> gone;  // people of the part, sorted; never null
  };
  explicit Profiles(std::vector<Used> parts) : parts_(std::move(parts)) {}

  std::vector<Used> parts_;  // the first is the large one
};

// Makes profiles of many people without having all of them in memory. As the constructor; one thread.
class Profiles::Builder {
 public:
  explicit Builder(const Shelf& shelf);  // outlives the builder
  ~Builder();
  void add(std::span<const paper::Person> people, std::span<const paper::Paper> examples);
  Profiles finish();  // once

 private:
  const Shelf& shelf_;
  std::shared_ptr<Part> part_;
};

// Several papers against all profiles, person by person: what match() finds, in portions that fit into memory. One
// thread.
class Profiles::Meeting {
 public:
  // The papers outlive it.
  Meeting(Profiles profiles, std::span<const paper::Paper* const> papers);
  ~Meeting();

  struct Met {
    paper::Match match;
    std::size_t paper = 0;  // which of them
  };
  // The next matches: all that the next people have, `about` so many; each person's by topic, then paper. Empty: that
  // was all.
  std::vector<Met> next(std::size_t about);

 private:
  struct Facts;
  void begin_part();

  Profiles profiles_;
  std::span<const paper::Paper* const> papers_;
  std::size_t part_ = 0, at_ = 0;
  std::vector<std::unique_ptr<Facts>> facts_;                 // of the part, by paper
  std::vector<std::pair<std::uint32_t, std::uint32_t>> met_;  // topic of the part, paper; sorted
};

// Cosine similarity of two papers' TF-IDF vectors over title (twice) and abstract, [0,1]. Words in more than a tenth of
// the papers are left out.
double similarity(const paper::Paper& a, const paper::Paper& b, const Statistics& statistics);

}  // namespace paperboy::match
