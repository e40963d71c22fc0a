#include "daemon/flow/shelf.hpp"

#include <algorithm>
#include <set>

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "daemon/flow/selection.hpp"
#include "daemon/paper/full_text.hpp"
#include "daemon/reading/questions.hpp"

namespace paperboy::flow {
namespace {

bool is_english(std::string_view language) {
  return language == "en" || language.starts_with("en-");
}

std::string short_hash(std::initializer_list<std::string_view> parts) {
  return hash_of(parts).substr(0, 12);
}

}  // namespace

bool to_be_asked(const store::ReadingState& state, Time now) {
  if (!state.known()) return true;
  return state.failure && state.failure->next_at && *state.failure->next_at <= now;
}

std::vector<std::string> Shelf::parts(const std::string& language) const {
  std::vector<std::string> list = settings_.parts;
  if (is_english(language)) std::erase(list, "abstract");
  return list;
}

store::ReadingKey Shelf::analysis_key(const paper::Paper& paper, const std::string& language) const {
  const std::string prompt = prompts_->analysis().version + " " + text::join(parts(language), ",") + " f" +
                             std::to_string(paper::FullText::format);
  return {paper.id.str(), paper.version, "analysis", language, prompt, models_.read};
}

store::ReadingKey Shelf::rating_key(const paper::Paper& paper, const paper::Person& person) const {
  std::string topics;
  for (const paper::Topic& topic : person.topics) topics += topic.name + "\n" + topic.query + "\n";
  return {
      paper.id.str(), paper.version, "scores", person.language, prompts_->scores().version + " " + short_hash({topics}),
      models_.score};
}

store::ReadingKey Shelf::overview_key(const std::vector<digest::Section>& sections, const std::string& language) const {
  std::string held;
  for (const digest::Section& section : sections) {
    held += section.topic + "\n";
    for (const digest::Entry& entry : section.entries) {
      held += entry.paper.id.str() + "v" + std::to_string(entry.paper.version) + "\n";
    }
  }
  return {"digest:" + short_hash({held}), 0, "overview", language, prompts_->overview().version, models_.read};
}

std::vector<const digest::Entry*> Shelf::featured(const std::vector<digest::Section>& sections) const {
  return best_entries(sections, static_cast<std::size_t>(std::max(settings_.featured, 0)));
}

std::vector<OpenQuestion> Shelf::open(store::Tx& tx, const std::vector<digest::Section>& sections,
                                      const paper::Person& person, bool overview, Time now) const {
  std::vector<OpenQuestion> list;
  const auto look = [&](store::ReadingKey key, const digest::Entry* entry) {
    const store::ReadingState state = store::find_reading(tx, key);
    if (!to_be_asked(state, now)) return;
    list.push_back({std::move(key), entry, state.failure ? state.failure->attempts : 0});
  };
  if (rates()) {
    for (const digest::Entry* entry : best_entries(sections, most_rated)) {
      if (!entry->rating) look(rating_key(entry->paper, person), entry);
    }
    if (!list.empty()) return list;
  }
  std::size_t entries = 0;
  for (const digest::Section& section : sections) entries += section.entries.size();
  if (overview && entries >= overview_from) look(overview_key(sections, person.language), nullptr);
  if (analyses()) {
    for (const digest::Entry* entry : featured(sections)) look(analysis_key(entry->paper, person.language), entry);
  }
  return list;
}

void Shelf::rate(store::Tx& tx, const paper::Person& person, std::vector<digest::Candidate>& candidates) const {
  if (!rates()) return;
  for (digest::Candidate& candidate : candidates) {
    candidate.rating = store::find_reading(tx, rating_key(candidate.paper, person)).rating;
    if (!candidate.rating) continue;
    const double by_model = settings_.relevance * (candidate.rating->relevance - 1) / 4.0 +
                            settings_.significance * (candidate.rating->significance - 1) / 4.0;
    for (paper::Match& match : candidate.matches) {
      match.score = (1 - settings_.relevance - settings_.significance) * match.score + by_model;
    }
  }
}

void Shelf::fill(store::Tx& tx, digest::DigestInput& input) const {
  if (input.sections.empty()) return;
  const std::string& language = input.person.language;
  if (analyses()) {
    std::set<const digest::Entry*> chosen;
    for (const digest::Entry* entry : featured(input.sections)) chosen.insert(entry);
    for (digest::Section& section : input.sections) {
      for (digest::Entry& entry : section.entries) {
        if (!chosen.contains(&entry)) continue;
        std::optional<paper::Reading> reading = store::find_reading(tx, analysis_key(entry.paper, language)).reading;
        if (reading && !reading->empty()) entry.reading = std::move(reading);
      }
    }
  }
  std::optional<paper::Reading> overview = store::find_reading(tx, overview_key(input.sections, language)).reading;
  if (overview && !overview->empty()) input.overview = std::move(overview);
}

}  // namespace paperboy::flow
