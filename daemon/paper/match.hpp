#pragma once
// Why a paper is in a digest.
#include <string>
#include <vector>

#include "daemon/paper/id.hpp"

namespace paperboy::paper {

enum class ReasonKind { phrase, word, prefix, author, category, example };

struct Reason {
  ReasonKind kind = ReasonKind::word;
  std::string text;   // "gaussian splatting", "Kaiming He", "cs.CV", "2308.04079"
  std::string field;  // "title", "abstract", "authors", "categories"; for an example the similarity, "0.41"
  friend bool operator==(const Reason&, const Reason&) = default;
};

// One paper met one topic.
struct Match {
  std::string person, topic;    // Person::id, Topic::name
  double score = 0;             // [0,1], before the topic's weight
  std::vector<Reason> reasons;  // strongest first
};

}  // namespace paperboy::paper
