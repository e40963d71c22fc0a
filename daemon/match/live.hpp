#pragma once
// The profile index while profiles come, change and go. INDEX.md explains it. Pure; its owner says when to settle(), in
// whatever thread has the time.
//
// What matching reads is a State, which never changes: a large index, some small ones for what came since, and for each
// of them which of its profiles are gone. A change makes a new State that shares all but what it changes, and puts it
// in the place of the old one. Who matches holds on to the State it began with, and waits for nobody.
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/match/atoms.hpp"
#include "daemon/match/frequencies.hpp"
#include "daemon/match/index.hpp"
#include "daemon/match/reading.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::match {

class Live {
 public:
  using Key = std::uint64_t;
  struct Stored {
    Key key = 0;
    std::string query;  // match/query.hpp
    bool stems = false;
  };

  class State;
  // Memory for matching: one a thread.
  struct Scratch {
    Reading reading;
    Index::Scratch index;
    std::vector<std::uint32_t> met;
  };

  // Throws QueryError when a query does not parse. Each key once.
  Live(std::vector<Stored> profiles, std::shared_ptr<const Frequencies> frequencies);
  ~Live();

  // One at a time, whichever thread: adds the profile, or puts it in the place of the one with its key. Throws
  // QueryError and changes nothing.
  void put(Stored profile);
  void remove(Key key);  // no matter if there is none

  // Any thread, at any time.
  std::shared_ptr<const State> now() const;
  // The keys of the profiles that the paper meets, in no order, appended to `met`.
  static void match(const State& state, const paper::Paper& paper, Scratch& scratch, std::vector<Key>& met);

  // Builds the large index anew of all that is there; changes go on meanwhile. For a thread in the background, one at a
  // time, when small_parts() is more than a few: each costs every paper about as much as cutting it into words.
  void settle();
  std::size_t small_parts() const;
  std::size_t profiles() const;

 private:
  struct Part;
  struct Place {
    std::shared_ptr<const Part> part;
    std::uint32_t at;
  };
  void forget(State& state, Key key);
  void publish(std::shared_ptr<const State> state);

  const std::shared_ptr<const Frequencies> frequencies_;
  mutable std::mutex changing_;  // what follows; never held while anything is built that is large
  std::unordered_map<Key, Place> places_;
  mutable std::mutex publishing_;  // held to copy a pointer
  std::shared_ptr<const State> state_;
};

}  // namespace paperboy::match
