// Which papers stand in a digest, and where.
#include <algorithm>
#include <map>

#include "daemon/digest/paper_values.hpp"

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

}  // namespace

std::vector<Section> select(const paper::Person& person, std::vector<Candidate> candidates, Day newest) {
  std::vector<Section> sections;
  for (const paper::Topic& topic : person.topics)
    sections.push_back({.topic = topic.name, .entries = {}, .overflow = {}});

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
    Entry entry = entry_of(std::move(candidate.paper), candidate.kind, *candidate.prepared);
    entry.score = best[place]->score;
    entry.reasons = best[place]->reasons;
    entry.rating = std::move(candidate.rating);
    if (candidate.day != Day{} && candidate.day < newest) entry.mailing = candidate.day;
    for (std::size_t i = 0; i < best.size(); ++i) {
      if (i != place && best[i] != nullptr) entry.also_topics.push_back(person.topics[i].name);
    }
    sections[place].entries.push_back(std::move(entry));
  }

  for (std::size_t i = 0; i < sections.size(); ++i) {
    std::vector<Entry>& entries = sections[i].entries;
    std::sort(entries.begin(), entries.end(), before);
    const auto limit = static_cast<std::size_t>(std::max(person.topics[i].limit, 1));
    if (entries.size() <= limit) continue;
    const auto rest = entries.begin() + static_cast<std::ptrdiff_t>(limit);
    sections[i].overflow.assign(std::make_move_iterator(rest), std::make_move_iterator(entries.end()));
    entries.erase(rest, entries.end());
  }
  std::erase_if(sections, [](const Section& section) { return section.entries.empty(); });
  return sections;
}

}  // namespace paperboy::digest
