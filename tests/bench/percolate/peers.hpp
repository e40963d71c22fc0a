#pragma once
// Others who answer the same question the way round they can: a batch of papers is indexed, then each profile is a
// query.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/percolate/workload.hpp"

namespace paperboy::match::percolate {

// The pairs found, told apart without keeping them.
struct Found {
  std::uint64_t pairs = 0, checksum = 0;
  void add(std::uint64_t profile, std::uint64_t paper) {
    ++pairs;
    checksum += (profile * 7919 + paper) * (profile % 1009 + paper % 997 + 1);
  }
  friend bool operator==(const Found&, const Found&) = default;
};

// What they are given: papers as tokens, and which of the profiles' authors each paper is by (as numbers of profiles).
struct Batch {
  std::vector<Document> documents;
  std::vector<std::vector<std::uint32_t>> by_author_of;  // for each document the profiles whose author it has
};

class Peer {
 public:
  virtual ~Peer() = default;
  virtual std::string name() const = 0;
  // Once; not measured.
  virtual void prepare(const std::vector<Profile>& profiles, const Batch& batch) = 0;
  // Indexes the batch and asks all queries. Returns the CPU seconds it took, its own process's too.
  virtual double run(Found& found) = 0;
};

double cpu_seconds();  // of this thread

// Those that this program was built with and that can be started here.
std::vector<std::unique_ptr<Peer>> make_peers();
std::unique_ptr<Peer> make_postgres();  // null, with a word why, where there is none

}  // namespace paperboy::match::percolate
