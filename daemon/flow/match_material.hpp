#pragma once
// What the parts of the match stage hand to each other. Inside flow/ only: match.cpp, catch_up.cpp.
#include <string>
#include <vector>

#include "daemon/flow/stages.hpp"
#include "daemon/store/papers.hpp"

namespace paperboy::flow {

// Some people as they are on the day of a mailing, and the papers they name.
struct Match::Material {
  std::vector<paper::Person> people;
  std::vector<paper::Paper> examples;
  std::vector<paper::PaperId> missing;  // not stored
  std::vector<std::string> lacking;     // who names one of those

  void read_examples(store::Tx& tx, Day mailing);
};

// People may be forgotten while they are matched.
void leave_out_forgotten(store::Tx& tx, std::vector<store::StoredMatch>& matches);

}  // namespace paperboy::flow
