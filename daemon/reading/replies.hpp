#pragma once
// What a model's reply is worth. It is untrusted text: papers are known by the ids they were shown under, never by
// their position; a sentence stays only if it is in the language that was asked for, leads nowhere the paper does not
// lead, and stands on its quotes (evidence.hpp). What falls, falls alone. Pure.
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/full_text.hpp"
#include "daemon/paper/reading.hpp"
#include "daemon/reading/evidence.hpp"

namespace paperboy::reading {

// A paper that the model was shown.
struct Shown {
  const paper::FullText* text = nullptr;
  const Evidence* evidence = nullptr;  // of the same text
};

// How many statements fell, by reason: the faults of evidence.hpp, "language", "link", "length", "paper".
using Fallen = std::map<std::string, int>;

struct Checked {
  std::string fault;       // why nothing of the reply can be used; empty if something may be
  paper::Reading reading;  // passages, kept and dropped
  Fallen fallen;
};

// `json`: a JSON object by the schema of ask_analysis (questions.hpp). A reply about another paper is worth nothing.
Checked check_analysis(std::string_view json, const Shown& shown, std::span<const std::string> parts,
                       std::string_view language);
// By ask_overview. The quotes of a statement say which papers it is about.
Checked check_overview(std::string_view json, std::span<const Shown> shown, std::string_view language);

struct CheckedScores {
  std::string fault;
  std::map<std::string, paper::Rating> ratings;  // by canonical id; papers without a sound one are absent
  Fallen fallen;
};
CheckedScores check_scores(std::string_view json, std::span<const Shown> shown, std::string_view language);

// Is the text written in the language, as far as its script tells? Names may be in another.
bool written_in(std::string_view text, std::string_view language);

}  // namespace paperboy::reading
