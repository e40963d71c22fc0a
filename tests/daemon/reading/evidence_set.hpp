#pragma once
// Sentences with the quotes they stand on and whether they do: tests/data/evidence/*.txt, whose head says how they are
// written.
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/paper/full_text.hpp"
#include "daemon/reading/evidence.hpp"

namespace paperboy::reading {

struct Pair {
  std::string where;  // file:line
  std::string kind;
  bool supported = false;
  Claim claim;
  std::size_t paper = 0;  // index into EvidenceSet::papers
};

struct EvidenceSet {
  std::vector<paper::FullText> papers;
  std::vector<Pair> pairs;
};

inline EvidenceSet read_evidence_set(const std::string& name) {
  const std::string path = std::string(PAPERBOY_SOURCE_DIR) + "/tests/data/evidence/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + " cannot be read");
  EvidenceSet set;
  std::unique_ptr<paper::FullTextBuilder> builder;
  const auto finish = [&] {
    if (builder) set.papers.push_back(builder->finish());
    builder.reset();
  };
  const auto after = [](const std::string& line, std::size_t at) { return line.substr(line.find(' ', at) + 1); };
  std::string line;
  bool in_head = true;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.starts_with("paper: ")) {
      in_head = false;
      finish();
      builder = std::make_unique<paper::FullTextBuilder>(*paper::PaperId::arxiv("2611.00001"), 1,
                                                         paper::FullText::Source::html);
    } else if (in_head || line.empty()) {
      continue;
    } else if (line.starts_with("title: ")) {
      builder->title(after(line, 0));
    } else if (line.starts_with("# ")) {
      builder->section(line.substr(2, line.find(' ', 2) - 2), after(line, 2), 1);
    } else if (line.starts_with("yes ") || line.starts_with("no ")) {
      finish();
      const bool yes = line[0] == 'y';
      set.pairs.push_back({name + ":" + std::to_string(number), after(line, 0), yes, {}, set.papers.size() - 1});
    } else if (line.starts_with("says: ")) {
      set.pairs.back().claim.sentence = after(line, 0);
    } else if (line.starts_with("quote: ")) {
      set.pairs.back().claim.quotes.push_back(after(line, 0));
    } else if (builder) {
      builder->paragraph(line);
    } else {
      throw std::runtime_error(path + ":" + std::to_string(number) + ": what is this?");
    }
  }
  finish();
  return set;
}

// The sets that hold the check to its floors; the sets of abstracts are small, and held together.
inline const std::vector<std::vector<std::string>>& held_sets() {
  static const std::vector<std::vector<std::string>> sets{
      {"first.txt"},
      {"held-out.txt"},
      {"biology-systems.txt"},
      {"theory-physics.txt"},
      {"speech-climate.txt"},
      {"abstracts.txt", "abstracts-2.txt", "abstracts-3.txt", "abstracts-4.txt", "abstracts-5.txt", "abstracts-6.txt",
       "abstracts-7.txt", "abstracts-8.txt"}};
  return sets;
}
// Those that say what to expect of new sentences; their heads have the figures of the first run.
inline const std::vector<std::vector<std::string>>& unheld_sets() {
  static const std::vector<std::vector<std::string>> sets{
      {"unseen.txt"}, {"security-number-theory.txt"}, {"abstracts-held-out.txt"}};
  return sets;
}

struct Tally {
  int right = 0, all = 0;
};
struct Figures {
  Tally kept, rejected;  // of the supported, of the wrong
  std::map<std::string, Tally> kinds;
  std::vector<std::string> mistakes;  // one line each
};

inline void add_figures(const EvidenceSet& set, Figures& figures) {
  std::vector<Evidence> evidence;
  for (const paper::FullText& text : set.papers) evidence.emplace_back(text);
  for (const Pair& pair : set.pairs) {
    const Judgement judgement = evidence[pair.paper].judge(pair.claim);
    const bool right = judgement.supported == pair.supported;
    for (Tally* tally : {pair.supported ? &figures.kept : &figures.rejected,
                         &figures.kinds[(pair.supported ? "supported, " : "wrong, ") + pair.kind]}) {
      ++tally->all;
      tally->right += right ? 1 : 0;
    }
    if (!right) {
      figures.mistakes.push_back(pair.where + ": " + pair.kind + ": " +
                                 (pair.supported ? "dropped: " + judgement.reason : std::string("shown")) + ": " +
                                 pair.claim.sentence);
    }
  }
}

inline Figures figures_of(const std::vector<std::string>& names) {
  Figures figures;
  for (const std::string& name : names) add_figures(read_evidence_set(name), figures);
  return figures;
}

}  // namespace paperboy::reading
