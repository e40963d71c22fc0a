#pragma once
// The profile index: one paper against all stored expressions. INDEX.md explains it. Inside the room.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "daemon/match/atoms.hpp"
#include "daemon/match/expression.hpp"
#include "daemon/match/large_pages.hpp"
#include "daemon/match/reading.hpp"

namespace paperboy::match {

// Immutable; any thread.
class Index {
 public:
  // Of all expressions, one behind the other; profile i is the i-th. None may be true of a paper that has no atom at
  // all (std::invalid_argument). `atoms` is finished and is theirs.
  Index(std::span<const Expression> profiles, const Atoms& atoms);

  // What matching one paper cost, for benchmarks.
  struct Cost {
    std::size_t lists = 0, candidates = 0, bytes = 0;
  };
  // Which profiles the paper meets, each once and in no order, appended to `met`. `scratch` is used again from paper to
  // paper: one a thread.
  struct Scratch {
    std::vector<std::uint64_t> known;  // by profile; all 0 between papers
    std::vector<std::uint32_t> lists, found;
  };
  void match(const Reading& reading, Scratch& scratch, std::vector<std::uint32_t>& met) const;
  Cost cost(const Reading& reading) const;

  std::size_t profiles() const { return profiles_; }
  std::size_t hot_bytes() const;

 private:
  std::size_t profiles_ = 0;
  LargeVector<std::uint32_t> first_;     // by atom: its list in pool_; 0: none
  LargeVector<std::uint32_t> pool_;      // lists of postings
  std::vector<std::uint32_t> programs_;  // residual expressions that are no short list of literals
};

}  // namespace paperboy::match
