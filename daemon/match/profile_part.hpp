#pragma once
// What Profiles are made of. Inside match/ only: profiles.cpp.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/match/compiled.hpp"
#include "daemon/match/index.hpp"
#include "daemon/match/profiles.hpp"
#include "daemon/match/reading.hpp"
#include "daemon/match/score.hpp"
#include "daemon/match/taste.hpp"
#include "daemon/paper/choice.hpp"

namespace paperboy::match {

// A stretch of a part's numbers.
struct Piece {
  std::uint32_t at = 0, size = 0;
};

constexpr std::uint32_t none = 0xFFFFFFFF;

struct CompiledTopic {
  double threshold = 0;
  std::uint32_t person = 0, name = 0;
  Piece query, exclude;        // expressions; empty: none
  Piece signs;                 // of the query
  Piece authors;               // atoms
  Piece examples;              // those that are known
  Piece disliked;              // of its person, as examples
  Atom groups = none;          // its categories; none: anywhere
  std::uint32_t taste = none;  // learned, where there are examples
  bool categories_alone = false;
};

struct ExampleWord {
  std::uint32_t example;
  float weight;
};

// Some people's topics compiled, with what leads from a paper to those worth a look. Laid out for a million of them:
// lists are pieces of one vector, and what many topics have alike is kept once.
struct Profiles::Part {
  explicit Part(std::shared_ptr<const Frequencies> known) : frequencies(std::move(known)) {}
  Part(std::span<const paper::Person> people, std::span<const paper::Paper> examples, const Shelf& shelf)
      : Part(shelf.statistics().frequencies()) {
    add(people, examples, shelf);
    finish();
  }

  void add(std::span<const paper::Person> people, std::span<const paper::Paper> examples, const Shelf& shelf) {
    std::unordered_map<std::string, const paper::Paper*> papers;
    for (const paper::Paper& paper : examples) papers.emplace(paper.id.str(), &paper);
    const auto number_known = [&](const std::vector<std::string>& ids) {
      std::vector<std::uint32_t> known;
      for (const std::string& id : ids) {
        const auto paper = papers.find(id);
        if (paper == papers.end()) continue;
        const auto [example, added] = making->examples.try_emplace(id, static_cast<std::uint32_t>(example_ids.size()));
        if (added) add_example(*paper->second);
        const std::uint32_t number = example->second;
        if (std::find(known.begin(), known.end(), number) == known.end()) known.push_back(number);
      }
      return keep(known);
    };
    for (const paper::Person& person : people) {
      const Piece disliked = number_known(person.disliked);
      const auto tasting = std::count_if(person.topics.begin(), person.topics.end(), [](const paper::Topic& topic) {
        return !topic.muted && !topic.examples.empty();
      });
      for (const paper::Topic& topic : person.topics) {
        if (topic.muted) continue;
        CompiledTopic compiled = compile_topic(person, topic);
        compiled.examples = number_known(topic.examples);
        compiled.disliked = disliked;
        if (compiled.examples.size > 0) {
          compiled.taste =
              tastes.add(learn(lessons(topic, compiled), shelf, most_weights / static_cast<std::size_t>(tasting)));
          with_examples.push_back(static_cast<std::uint32_t>(topics.size()));
        }
        making->expressions.push_back(expression(compiled));
        topics.push_back(compiled);
      }
      person_ids.push_back(person.id);
      first_topics.push_back(static_cast<std::uint32_t>(topics.size()));
    }
  }

  void finish() {
    atoms.finish(*frequencies, topics.size() >= many_topics);
    index.emplace(making->expressions, atoms);
    making.reset();
    by_id.resize(person_ids.size());
    std::iota(by_id.begin(), by_id.end(), 0u);
    std::sort(by_id.begin(), by_id.end(),
              [this](std::uint32_t a, std::uint32_t b) { return person_ids[a] < person_ids[b]; });
    for (auto* list : {&numbers, &first_topics}) list->shrink_to_fit();
    topics.shrink_to_fit();
    all_signs.shrink_to_fit();
  }

  std::optional<std::uint32_t> find_person(const std::string& id) const {
    const auto at =
        std::lower_bound(by_id.begin(), by_id.end(), id,
                         [this](std::uint32_t person, const std::string& i) { return person_ids[person] < i; });
    return at == by_id.end() || person_ids[*at] != id ? std::nullopt : std::optional(*at);
  }
  std::size_t topics_of(std::uint32_t person) const { return first_topics[person + 1] - first_topics[person]; }
  std::span<const std::uint32_t> list(Piece piece) const { return std::span(numbers).subspan(piece.at, piece.size); }

  CompiledTopic compile_topic(const paper::Person& person, const paper::Topic& topic) {
    CompiledTopic result;
    result.person = static_cast<std::uint32_t>(person_ids.size());
    result.name = name_number(topic.name);
    result.threshold = topic.threshold;
    Expression compiled;
    if (!topic.query.empty()) {
      const NodePtr tree = parse_query(person, topic, topic.query);
      compile(*tree, topic.stem, atoms, compiled);
      result.query = keep(compiled);
      std::vector<std::uint32_t> found;
      for (const Sign& sign : signs(*tree, topic.stem, *frequencies, atoms)) found.push_back(sign_number(sign));
      result.signs = keep(found);
    }
    if (!topic.exclude.empty()) {
      compiled.clear();
      compile(*parse_query(person, topic, topic.exclude), topic.stem, atoms, compiled);
      result.exclude = keep(compiled);
    }
    if (!topic.categories.empty()) result.groups = atoms.groups(topic.categories, !topic.cross_lists);
    std::vector<std::uint32_t> authors;
    for (const std::string& author : topic.authors) authors.push_back(atoms.author(author));
    result.authors = keep(authors);
    result.categories_alone =
        topic.query.empty() && topic.authors.empty() && topic.examples.empty() && !topic.categories.empty();
    return result;
  }

  static NodePtr parse_query(const paper::Person& person, const paper::Topic& topic, const std::string& query) {
    try {
      return parse(query, {topic.stem});
    } catch (const QueryError& error) {
      throw Error("person '" + person.id + "', topic '" + topic.name + "': " + error.what());
    }
  }

  Piece keep(std::span<const std::uint32_t> list) {
    const Piece piece{static_cast<std::uint32_t>(numbers.size()), static_cast<std::uint32_t>(list.size())};
    numbers.insert(numbers.end(), list.begin(), list.end());
    return piece;
  }
  std::uint32_t name_number(const std::string& name) {
    const auto [at, added] = making->names.try_emplace(name, static_cast<std::uint32_t>(names.size()));
    if (added) names.push_back(name);
    return at->second;
  }
  std::uint32_t sign_number(const Sign& sign) {
    std::string key = sign.written;
    const auto add = [&key](const auto& value) { key.append(reinterpret_cast<const char*>(&value), sizeof value); };
    add(sign.atom);
    add(sign.kind);
    add(sign.rarity);
    const auto [at, added] = making->signs.try_emplace(std::move(key), static_cast<std::uint32_t>(all_signs.size()));
    if (added) all_signs.push_back(sign);
    return at->second;
  }

  // What papers meet without a look at examples: (groups) AND (query OR authors) AND NOT (exclude).
  Expression expression(const CompiledTopic& topic) const {
    Expression result;
    const bool query = topic.query.size > 0, exclude = topic.exclude.size > 0, groups = topic.groups != none;
    const std::uint32_t signs = (query ? 1 : 0) + topic.authors.size;
    const bool wanted = signs > 0 || !topic.categories_alone;  // an empty any_of is met by nothing
    const auto append = [&](Piece piece) {
      const auto part = list(piece);
      result.insert(result.end(), part.begin(), part.end());
    };
    result.push_back(op_all_of | ((groups ? 1u : 0u) + (wanted ? 1u : 0u) + (exclude ? 1u : 0u)));
    if (groups) result.push_back(topic.groups);
    if (wanted) {
      result.push_back(op_any_of | signs);
      append(topic.query);
      append(topic.authors);
    }
    if (exclude) {
      result.push_back(op_none_of);
      append(topic.exclude);
    }
    return result;
  }

  // The words of the topic, its examples and its person's dislikes, in the order they came.
  Lessons lessons(const paper::Topic& topic, const CompiledTopic& compiled) const {
    Lessons lessons;
    if (topic.name != paper::liked_topic) lessons.text = topic.name;
    for (const std::uint32_t number : list(compiled.signs)) {
      const Sign& sign = all_signs[number];
      if (sign.kind == paper::ReasonKind::word || sign.kind == paper::ReasonKind::phrase)
        lessons.text += " . " + sign.written;
    }
    for (const std::uint32_t example : list(compiled.examples)) lessons.liked.push_back(example_features[example]);
    for (const std::uint32_t example : list(compiled.disliked)) lessons.disliked.push_back(example_features[example]);
    return lessons;
  }

  void add_example(const paper::Paper& paper) {
    const auto number = static_cast<std::uint32_t>(example_ids.size());
    example_ids.push_back(paper.id.str());
    example_features.push_back(features_of(paper, *frequencies));
    const Words title(paper.title), abstract(paper.abstract);
    for (const WeightedWord& word : unit_vector(title, abstract, *frequencies)) {
      example_words[std::string(word.word)].push_back({number, static_cast<float>(word.weight)});
    }
  }

  // From so many on it pays to look up all known words beforehand.
  static constexpr std::size_t many_topics = 1000;

  // Until finish().
  struct Making {
    std::vector<Expression> expressions;
    std::unordered_map<std::string, std::uint32_t> names, signs, examples;
  };

  std::shared_ptr<const Frequencies> frequencies;
  std::unique_ptr<Making> making = std::make_unique<Making>();
  Atoms atoms;
  std::vector<CompiledTopic> topics;           // person by person
  std::optional<Index> index;                  // of their expressions
  std::vector<std::string> person_ids;         // in the order they came
  std::vector<std::uint32_t> first_topics{0};  // by person, and one past the last
  std::vector<std::uint32_t> by_id;            // people
  std::vector<std::string> names;              // of topics
  std::vector<Sign> all_signs;
  std::vector<std::uint32_t> numbers;        // for Piece
  std::vector<std::uint32_t> with_examples;  // topics
  std::vector<std::string> example_ids;
  WordMap<std::vector<ExampleWord>> example_words;
  std::vector<Features> example_features;
  Tastes tastes;

  // Of a small part, so that it can be made again with one more.
  std::vector<paper::Person> kept_people;
  std::vector<paper::Paper> kept_examples;
};

}  // namespace paperboy::match
