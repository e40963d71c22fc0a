#pragma once
// Queries compiled to numbers, so that a paper is compared with each distinct term once. Behind Profiles
// (profiles.hpp).
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/match/frequencies.hpp"
#include "daemon/match/query.hpp"
#include "daemon/match/reading.hpp"
#include "daemon/paper/match.hpp"

namespace paperboy::match {

// A number for each distinct thing, in order of arrival.
template <class Thing>
class Numbered {
 public:
  std::uint32_t operator()(const Thing& thing) {
    const auto [known, added] = numbers_.try_emplace(thing, static_cast<std::uint32_t>(things_.size()));
    if (added) things_.push_back(thing);
    return known->second;
  }
  std::size_t size() const { return things_.size(); }
  const Thing& operator[](std::size_t number) const { return things_[number]; }

 private:
  std::map<Thing, std::uint32_t> numbers_;
  std::vector<Thing> things_;
};

// What all queries are made of.
struct Atoms {
  Vocabulary vocabulary;
  Numbered<Phrase> phrases;
  Numbered<std::string> authors;  // as wanted
  Numbered<std::string> groups;   // of categories
};

// A term by number: a phrase in some fields, an author, a group.
struct Term {
  enum class Kind { phrase, author, group } kind = Kind::phrase;
  std::uint32_t number = 0;
  unsigned fields = in_title | in_abstract;  // of a phrase
  friend bool operator==(const Term&, const Term&) = default;
};

// A syntax tree of them.
struct Op {
  Node::Kind kind = Node::Kind::term;
  Term term;
  std::vector<Op> children;
};

// A term that is not excluded, as the topic's owner knows it.
struct Sign {
  Term term;
  paper::ReasonKind kind = paper::ReasonKind::word;
  std::string written;
  double rarity = 1;  // (0,1]
};

// Something a paper has or has not: a label, an author, a group.
struct Anchor {
  enum class Kind { label, author, group } kind = Kind::label;
  std::uint32_t number = 0;
};

struct Query {
  Op root;
  std::vector<Sign> signs;      // each term once, in the order of the query
  std::vector<Anchor> anchors;  // a paper without any of these does not meet the query; chosen to be rare
};

Query compile(const Node& tree, bool stems, const Frequencies& frequencies, Atoms& atoms);

}  // namespace paperboy::match
