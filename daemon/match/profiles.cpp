#include "daemon/match/profiles.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <unordered_map>
#include <utility>

#include "daemon/base/error.hpp"
#include "daemon/base/text.hpp"
#include "daemon/match/compiled.hpp"
#include "daemon/match/index.hpp"
#include "daemon/match/reading.hpp"
#include "daemon/match/score.hpp"
#include "daemon/match/taste.hpp"
#include "daemon/paper/choice.hpp"

namespace paperboy::match {
namespace {

using paper::Reason;
using paper::ReasonKind;

constexpr std::size_t most_decided = 3;  // features of a taste that are named

struct CompiledTopic {
  std::string person, name;
  double threshold = 0;
  Expression query, exclude;   // empty: none
  std::vector<Sign> signs;     // of the query
  std::optional<Atom> groups;  // its categories; none: anywhere
  std::vector<Atom> authors;
  std::vector<std::uint32_t> examples;  // those that are known
  std::vector<std::uint32_t> disliked;  // of its person, as examples
  std::optional<std::uint32_t> taste;   // learned, where there are examples
  bool categories_alone = false;
};

struct ExampleWord {
  std::uint32_t example;
  float weight;
};

std::string two_digits(double value) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

}  // namespace

// All topics compiled, with what leads from a paper to those worth a look.
struct Profiles::State {
  State(std::span<const paper::Person> people, std::span<const paper::Paper> examples,
        std::shared_ptr<const Frequencies> known, const Shelf& shelf)
      : frequencies(std::move(known)) {
    std::unordered_map<std::string, const paper::Paper*> papers;
    for (const paper::Paper& paper : examples) papers.emplace(paper.id.str(), &paper);
    std::unordered_map<std::string, std::uint32_t> numbered;
    const auto number_known = [&](const std::vector<std::string>& ids) {
      std::vector<std::uint32_t> numbers;
      for (const std::string& id : ids) {
        const auto paper = papers.find(id);
        if (paper == papers.end()) continue;
        const auto [example, added] = numbered.try_emplace(id, static_cast<std::uint32_t>(example_ids.size()));
        if (added) add_example(*paper->second);
        const std::uint32_t number = example->second;
        if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.push_back(number);
      }
      return numbers;
    };
    std::vector<Expression> expressions;
    for (const paper::Person& person : people) {
      const std::vector<std::uint32_t> disliked = number_known(person.disliked);
      for (const paper::Topic& topic : person.topics) {
        if (topic.muted) continue;
        CompiledTopic compiled = compile_topic(person, topic);
        compiled.examples = number_known(topic.examples);
        compiled.disliked = disliked;
        if (!compiled.examples.empty()) {
          compiled.taste = tastes.add(learn(lessons(topic, compiled), shelf));
          with_examples.push_back(static_cast<std::uint32_t>(topics.size()));
        }
        expressions.push_back(expression(compiled));
        topics.push_back(std::move(compiled));
      }
    }
    atoms.finish(*frequencies, topics.size() >= many_topics);
    index.emplace(expressions, atoms);
  }

  CompiledTopic compile_topic(const paper::Person& person, const paper::Topic& topic) {
    CompiledTopic result;
    result.person = person.id;
    result.name = topic.name;
    result.threshold = topic.threshold;
    if (!topic.query.empty()) {
      const NodePtr tree = parse_query(person, topic, topic.query);
      compile(*tree, topic.stem, atoms, result.query);
      result.signs = signs(*tree, topic.stem, *frequencies, atoms);
    }
    if (!topic.exclude.empty()) {
      compile(*parse_query(person, topic, topic.exclude), topic.stem, atoms, result.exclude);
    }
    if (!topic.categories.empty()) result.groups = atoms.groups(topic.categories, !topic.cross_lists);
    for (const std::string& author : topic.authors) result.authors.push_back(atoms.author(author));
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

  // What papers meet without a look at examples: (groups) AND (query OR authors) AND NOT (exclude).
  static Expression expression(const CompiledTopic& topic) {
    Expression result;
    const auto signs = static_cast<std::uint32_t>((topic.query.empty() ? 0 : 1) + topic.authors.size());
    const bool wanted = signs > 0 || !topic.categories_alone;  // an empty any_of is met by nothing
    result.push_back(op_all_of | ((topic.groups ? 1u : 0u) + (wanted ? 1u : 0u) + (topic.exclude.empty() ? 0u : 1u)));
    if (topic.groups) result.push_back(*topic.groups);
    if (wanted) {
      result.push_back(op_any_of | signs);
      result.insert(result.end(), topic.query.begin(), topic.query.end());
      result.insert(result.end(), topic.authors.begin(), topic.authors.end());
    }
    if (!topic.exclude.empty()) {
      result.push_back(op_none_of);
      result.insert(result.end(), topic.exclude.begin(), topic.exclude.end());
    }
    return result;
  }

  // The words of the topic, its examples and its person's dislikes, in the order they came.
  Lessons lessons(const paper::Topic& topic, const CompiledTopic& compiled) const {
    Lessons lessons;
    if (topic.name != paper::liked_topic) lessons.text = topic.name;
    for (const Sign& sign : compiled.signs) {
      if (sign.kind == ReasonKind::word || sign.kind == ReasonKind::phrase) lessons.text += " . " + sign.written;
    }
    for (const std::uint32_t example : compiled.examples) lessons.liked.push_back(example_features[example]);
    for (const std::uint32_t example : compiled.disliked) lessons.disliked.push_back(example_features[example]);
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

  std::shared_ptr<const Frequencies> frequencies;
  Atoms atoms;
  std::vector<CompiledTopic> topics;
  std::optional<Index> index;                // of their expressions
  std::vector<std::uint32_t> with_examples;  // topics
  std::vector<std::string> example_ids;
  WordMap<std::vector<ExampleWord>> example_words;
  std::vector<Features> example_features;
  Tastes tastes;
};

namespace {

using State = Profiles::State;

// All that topics may ask of one paper, found out once.
class Facts {
 public:
  Facts(const paper::Paper& paper, const State& state, Reading& reading)
      : paper_(paper), state_(state), title_(paper.title), abstract_(paper.abstract), reading_(reading) {
    reading.read(paper, title_, abstract_, state.atoms);
    if (!state.example_ids.empty()) find_likeness();
  }

  const paper::Paper& paper() const { return paper_; }
  const Reading& reading() const { return reading_; }
  double likeness(std::uint32_t example) const { return likeness_[example]; }

  bool meets(const Expression& expression) const {
    const std::uint32_t* at = expression.data();
    return holds(at, [this](Atom atom) { return reading_.has(atom); });
  }

  // That a taste likes the paper.
  double chance(std::uint32_t taste) const {
    return state_.tastes[taste].chance(static_cast<double>(products_[taste]));
  }

 private:
  void find_likeness() {
    likeness_.resize(state_.example_ids.size());
    for (const WeightedWord& word : unit_vector(title_, abstract_, *state_.frequencies)) {
      const auto examples = state_.example_words.find(word.word);
      if (examples == state_.example_words.end()) continue;
      for (const ExampleWord& one : examples->second) likeness_[one.example] += word.weight * one.weight;
    }
    for (double& likeness : likeness_) likeness = std::min(likeness, 1.0);
    if (state_.tastes.size() > 0) products_ = state_.tastes.products(features_of(paper_, *state_.frequencies));
  }

  const paper::Paper& paper_;
  const State& state_;
  Words title_, abstract_;
  Reading& reading_;
  std::vector<double> likeness_;
  std::vector<float> products_;  // with the tastes
};

// What speaks for one topic: the score grows while reasons are noted.
class Verdict {
 public:
  Verdict(const CompiledTopic& topic, const State& state, const Facts& facts)
      : topic_(topic), state_(state), facts_(facts) {}

  std::optional<paper::Match> run() {
    if (topic_.groups && !facts_.reading().has(*topic_.groups)) return std::nullopt;
    if (!topic_.query.empty() && facts_.meets(topic_.query)) weigh_query();
    weigh_authors();
    weigh_examples();
    if (topic_.categories_alone) weigh_category();
    if (reasons_.empty() || value() < topic_.threshold) return std::nullopt;
    if (!topic_.exclude.empty() && facts_.meets(topic_.exclude)) return std::nullopt;
    return match();
  }

 private:
  void weigh_query() {
    score::Together hits;
    double met = 0, all = 0;
    for (const Sign& sign : topic_.signs) {
      all += sign.rarity;
      if (!facts_.reading().has(sign.atom)) continue;
      met += sign.rarity;
      hits.add(note(sign));
    }
    total_.add(score::query(hits.value(), met / all));
  }

  // Notes the reason and returns what it is worth.
  double note(const Sign& sign) {
    const Reading& reading = facts_.reading();
    switch (sign.kind) {
      case ReasonKind::author:
        return note(score::author, {sign.kind, facts_.paper().authors[reading.author_at(sign.atom)], "authors"});
      case ReasonKind::category:
        return note(score::category_term,
                    {sign.kind, facts_.paper().categories[reading.group_at(sign.atom)], "categories"});
      default: {
        const bool title = reading.in_title(sign.atom);
        return note(score::text(title, sign.rarity), {sign.kind, sign.written, title ? "title" : "abstract"});
      }
    }
  }

  // Keeps the strongest first, of equals the one noted first.
  double note(double evidence, Reason reason) {
    const auto weaker = [](double e, const auto& noted) { return e > noted.first; };
    reasons_.emplace(std::upper_bound(reasons_.begin(), reasons_.end(), evidence, weaker), evidence, std::move(reason));
    return evidence;
  }

  void weigh_authors() {
    for (const Atom author : topic_.authors) {
      const std::size_t at = facts_.reading().author_at(author);
      if (at == Reading::nowhere) continue;
      const Reason reason{ReasonKind::author, facts_.paper().authors[at], "authors"};
      const bool known =
          std::any_of(reasons_.begin(), reasons_.end(), [&](const auto& r) { return r.second == reason; });
      if (!known) total_.add(note(score::author, reason));
    }
  }

  void weigh_examples() {
    if (!topic_.taste) return;
    const double chance = facts_.chance(*topic_.taste);
    if (chance < score::least_chance) return;
    total_.add(chance);
    const Taste& taste = state_.tastes[*topic_.taste];
    for (Decided& each : decided_by(taste, facts_.paper(), *state_.frequencies, most_decided)) {
      const bool known = std::any_of(reasons_.begin(), reasons_.end(), [&](const auto& r) {
        return r.second.kind == each.reason.kind && text::fold(r.second.text) == text::fold(each.reason.text);
      });
      if (!known) note(score::decided(chance, each.part), std::move(each.reason));
    }
    std::vector<std::uint32_t> examples = topic_.examples;
    std::sort(examples.begin(), examples.end(), [this](std::uint32_t a, std::uint32_t b) {
      return std::pair(-facts_.likeness(a), a) < std::pair(-facts_.likeness(b), b);
    });
    for (const std::uint32_t example : examples) {
      const double one = facts_.likeness(example);
      if (one < score::least_likeness) break;
      note(score::example(one), {ReasonKind::example, state_.example_ids[example], two_digits(one)});
    }
  }

  void weigh_category() {
    const std::size_t first = facts_.reading().group_at(*topic_.groups);
    total_.add(note(first == 0 ? score::primary_category : score::other_category,
                    {ReasonKind::category, facts_.paper().categories[first], "categories"}));
  }

  double value() const {
    double nearest = 0;
    for (const std::uint32_t each : topic_.disliked) nearest = std::max(nearest, facts_.likeness(each));
    return total_.value() * score::left_by_dislike(nearest);
  }

  paper::Match match() {
    paper::Match result{topic_.person, topic_.name, value(), {}};
    for (auto& [evidence, reason] : reasons_) result.reasons.push_back(std::move(reason));
    return result;
  }

  const CompiledTopic& topic_;
  const State& state_;
  const Facts& facts_;
  score::Together total_;
  std::vector<std::pair<double, Reason>> reasons_;
};

}  // namespace

Profiles::Profiles(std::span<const paper::Person> people, std::span<const paper::Paper> examples, const Shelf& shelf)
    : state_(new State(people, examples, shelf.statistics().frequencies(), shelf)) {}
Profiles::Profiles(std::span<const paper::Person> people, std::span<const paper::Paper> examples,
                   const Statistics& statistics)
    : Profiles(people, examples, Shelf(statistics)) {}
Profiles::~Profiles() = default;
Profiles::Profiles(Profiles&&) noexcept = default;
Profiles& Profiles::operator=(Profiles&&) noexcept = default;

std::vector<paper::Match> Profiles::match(const paper::Paper& paper) const {
  thread_local Reading reading;
  thread_local Index::Scratch scratch;
  thread_local std::vector<std::uint32_t> met;
  const Facts facts(paper, *state_, reading);
  met.clear();
  state_->index->match(reading, scratch, met);
  for (const std::uint32_t topic : state_->with_examples) {
    if (facts.chance(*state_->topics[topic].taste) >= score::least_chance) met.push_back(topic);
  }
  std::sort(met.begin(), met.end());
  met.erase(std::unique(met.begin(), met.end()), met.end());
  std::vector<paper::Match> matches;
  for (const std::uint32_t topic : met) {
    if (auto match = Verdict(state_->topics[topic], *state_, facts).run()) matches.push_back(std::move(*match));
  }
  return matches;
}

std::size_t Profiles::topics() const {
  return state_->topics.size();
}

}  // namespace paperboy::match
