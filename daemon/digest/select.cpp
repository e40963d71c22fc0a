// Which papers stand in a digest, and where.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "daemon/digest/paper_values.hpp"
#include "daemon/digest/terms.hpp"

namespace paperboy::digest {
namespace {

// One candidate per paper: what several announcements said of it, put together.
std::vector<Candidate> collapsed(std::vector<Candidate> candidates) {
  std::map<std::string, std::size_t> place;
  std::vector<Candidate> out;
  for (Candidate& candidate : candidates) {
    const auto [at, fresh] = place.emplace(candidate.paper.id.str(), out.size());
    if (fresh) {
      out.push_back(std::move(candidate));
      continue;
    }
    Candidate& known = out[at->second];
    known.kind = std::min(known.kind, candidate.kind);
    known.day = std::max(known.day, candidate.day);
    if (candidate.paper.version > known.paper.version) {
      known.paper = std::move(candidate.paper);
      known.prepared = std::move(candidate.prepared);
    }
    std::move(candidate.matches.begin(), candidate.matches.end(), std::back_inserter(known.matches));
  }
  return out;
}

bool before(const Entry& a, const Entry& b) {
  if (a.score != b.score) return a.score > b.score;
  if (a.kind != b.kind) return a.kind < b.kind;
  return a.paper.id > b.paper.id;
}

constexpr std::size_t least_terms = 10;  // fewer say too little of a paper
constexpr std::size_t most_alike = 2;    // of papers that are nearly the same

// Takes the best that there is room for; what is left over, or too like what was taken, stays in order.
void choose(std::vector<Entry> ranked, std::size_t limit, Section& section) {
  for (Entry& entry : ranked) {
    if (section.entries.size() == limit) {
      section.overflow.push_back(std::move(entry));
      continue;
    }
    std::size_t alike = 0, likest = 0;
    double most = 0;
    for (std::size_t i = 0; i < section.entries.size(); ++i) {
      const double likeness = entry.prepared->likeness.with(section.entries[i].prepared->likeness);
      alike += likeness >= nearly_the_same;
      if (likeness > most) {
        most = likeness;
        likest = i;
      }
    }
    if (alike >= most_alike) {
      entry.like = section.entries[likest].paper.id.str();
      section.overflow.push_back(std::move(entry));
    } else {
      section.entries.push_back(std::move(entry));
    }
  }
}

}  // namespace

Likeness::Likeness(const paper::Paper& paper) {
  for (const std::string* text : {&paper.title, &paper.abstract}) add_term_hashes(terms_, *text, 2);
  std::sort(terms_.begin(), terms_.end());
  terms_.erase(std::unique(terms_.begin(), terms_.end()), terms_.end());
}

double Likeness::with(const Likeness& other) const {
  if (std::min(terms_.size(), other.terms_.size()) < least_terms) return 0;
  double common = 0;
  for (auto a = terms_.begin(), b = other.terms_.begin(); a != terms_.end() && b != other.terms_.end();) {
    if (*a == *b) ++common;
    const bool first = *a <= *b, second = *b <= *a;
    a += first;
    b += second;
  }
  return common / std::sqrt(static_cast<double>(terms_.size()) * static_cast<double>(other.terms_.size()));
}

std::vector<Section> select(const paper::Person& person, std::vector<Candidate> candidates, Day newest) {
  std::vector<Section> sections;
  for (const paper::Topic& topic : person.topics)
    sections.push_back({.topic = topic.name, .entries = {}, .overflow = {}});
  std::vector<std::vector<Entry>> ranked(sections.size());

  for (Candidate& candidate : collapsed(std::move(candidates))) {
    std::vector<const paper::Match*> best(person.topics.size(), nullptr);  // per topic
    for (const paper::Match& match : candidate.matches) {
      for (std::size_t i = 0; i < person.topics.size(); ++i) {
        if (match.topic == person.topics[i].name && (best[i] == nullptr || match.score > best[i]->score))
          best[i] = &match;
      }
    }
    std::size_t place = person.topics.size();
    for (std::size_t i = 0; i < best.size(); ++i) {
      if (best[i] == nullptr) continue;
      const double worth = person.topics[i].weight * best[i]->score;
      if (place == person.topics.size() || worth > person.topics[place].weight * best[place]->score) place = i;
    }
    if (place == person.topics.size()) continue;
    if (!candidate.prepared) candidate.prepared = prepare(candidate.paper);
    Entry entry = entry_of(std::move(candidate.paper), candidate.kind, std::move(candidate.prepared));
    entry.score = best[place]->score;
    entry.reasons = best[place]->reasons;
    entry.rating = std::move(candidate.rating);
    entry.citations = candidate.citations;
    if (candidate.day != Day{} && candidate.day < newest) entry.mailing = candidate.day;
    for (std::size_t i = 0; i < best.size(); ++i) {
      if (i != place && best[i] != nullptr) entry.also_topics.push_back(person.topics[i].name);
    }
    ranked[place].push_back(std::move(entry));
  }

  for (std::size_t i = 0; i < sections.size(); ++i) {
    std::sort(ranked[i].begin(), ranked[i].end(), before);
    const auto limit = static_cast<std::size_t>(std::max(person.topics[i].limit, 1));
    choose(std::move(ranked[i]), limit, sections[i]);
  }
  std::erase_if(sections, [](const Section& section) { return section.entries.empty(); });
  return sections;
}

}  // namespace paperboy::digest
