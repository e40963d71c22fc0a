#pragma once
// Where what a model wrote stands in the store, and how it comes into a digest. Reads and never asks.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/digest/digest.hpp"
#include "daemon/reading/prompts.hpp"
#include "daemon/store/readings.hpp"

namespace paperboy::flow {

// The section `reading` of the settings.
struct ReadingSettings {
  // A digest that goes out when there is something (instant, on_announcement) waits for its papers to be read, until
  // this long after the first of them was found.
  Duration wait = std::chrono::minutes(10);
  std::vector<std::string> parts;  // of reading::deep_parts() and short_parts(); those of an analysis, in this order
  int featured = 10;               // papers of a digest that are read: the best ones
  // A rating moves a paper: score = (1 - relevance - significance) * score of the match + relevance * (r - 1) / 4
  // + significance * (s - 1) / 4. Both 0: no paper is rated. Together at most 0.5, so that a model that was talked
  // into something cannot outweigh what the person asked for.
  double relevance = 0, significance = 0;
  // A UTC day's most, reckoned before each question; 0: no limit.
  std::int64_t tokens_per_day = 0, micros_per_day = 0, tokens_per_person = 0, micros_per_person = 0;
};

// The models that wrote, or will.
struct ReadingModels {
  std::string read, score;
};

// A question that is to be asked: nothing is stored under its key, or a failure whose time has come again.
struct OpenQuestion {
  store::ReadingKey key;
  const digest::Entry* entry = nullptr;  // null: of the whole selection
  int attempts = 0;                      // that were of no use before
};

bool to_be_asked(const store::ReadingState& state, Time now);

class Shelf {
 public:
  static constexpr std::size_t most_rated = 24;    // papers of a digest, the best by their matches
  static constexpr std::size_t overview_from = 3;  // papers that make an overview worth reading

  Shelf(ReadingSettings settings, std::shared_ptr<const reading::Prompts> prompts, ReadingModels models)
      : settings_(std::move(settings)), prompts_(std::move(prompts)), models_(std::move(models)) {}

  const ReadingSettings& settings() const { return settings_; }
  const reading::Prompts& prompts() const { return *prompts_; }
  bool rates() const { return settings_.relevance + settings_.significance > 0; }
  bool analyses() const { return !settings_.parts.empty() && settings_.featured > 0; }
  // The parts of an analysis in a language: nobody needs an English abstract in English.
  std::vector<std::string> parts(const std::string& language) const;

  store::ReadingKey analysis_key(const paper::Paper& paper, const std::string& language) const;
  store::ReadingKey rating_key(const paper::Paper& paper, const paper::Person& person) const;
  // Of a selection: its papers in their order, its topics. An empty selection has none.
  store::ReadingKey overview_key(const std::vector<digest::Section>& sections, const std::string& language) const;

  // The papers of a selection that are featured, best first.
  std::vector<const digest::Entry*> featured(const std::vector<digest::Section>& sections) const;

  // What is to be asked about a selection, in this order; `overview`: and about the whole of it. What is featured is
  // known when its papers are rated, so ratings come alone. Points into `sections`.
  std::vector<OpenQuestion> open(store::Tx& tx, const std::vector<digest::Section>& sections,
                                 const paper::Person& person, bool overview, Time now) const;

  // Puts the ratings there are into the candidates, and their part into the scores.
  void rate(store::Tx& tx, const paper::Person& person, std::vector<digest::Candidate>& candidates) const;
  // Puts analyses and overview, as far as there are any, into a digest whose papers are selected.
  void fill(store::Tx& tx, digest::DigestInput& input) const;

 private:
  ReadingSettings settings_;
  std::shared_ptr<const reading::Prompts> prompts_;
  ReadingModels models_;
};

}  // namespace paperboy::flow
