#pragma once
// What could be in a person's next digest.
#include <map>
#include <vector>

#include "daemon/digest/digest.hpp"
#include "daemon/paper/person.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::flow {

// Papers that were read in a transaction already: people follow the same ones.
using PapersRead = std::map<paper::PaperId, paper::Paper>;

// The papers that met the person's topics and that no digest of theirs has shown, each once with all its matches.
std::vector<digest::Candidate> candidates(store::Tx& tx, const paper::Person& person, PapersRead& papers);
std::vector<digest::Candidate> candidates(store::Tx& tx, const paper::Person& person);

// The best papers of a selection, best first, at most `most`; none that is withdrawn or has no abstract.
std::vector<const digest::Entry*> best_entries(const std::vector<digest::Section>& sections, std::size_t most);

}  // namespace paperboy::flow
