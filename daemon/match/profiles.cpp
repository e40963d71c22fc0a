#include "daemon/match/profiles.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <optional>
#include <set>
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

std::string two_digits(double value) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

}  // namespace

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
      if (sign.kind == ReasonKind::word || sign.kind == ReasonKind::phrase) lessons.text += " . " + sign.written;
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

namespace {

using Part = Profiles::Part;

// All that topics may ask of one paper, found out once.
class Facts {
 public:
  // `title` and `abstract` are needed until it is made.
  Facts(const paper::Paper& paper, const Words& title, const Words& abstract, const Part& part, Reading& reading)
      : paper_(paper), part_(part), reading_(reading) {
    reading.read(paper, title, abstract, part.atoms);
    if (!part.example_ids.empty()) find_likeness(title, abstract);
  }

  const paper::Paper& paper() const { return paper_; }
  const Reading& reading() const { return reading_; }
  double likeness(std::uint32_t example) const { return likeness_[example]; }

  bool meets(Piece expression) const {
    const std::uint32_t* at = part_.list(expression).data();
    return holds(at, [this](Atom atom) { return reading_.has(atom); });
  }

  // That a taste likes the paper.
  double chance(std::uint32_t taste) const { return part_.tastes[taste].chance(static_cast<double>(products_[taste])); }

 private:
  void find_likeness(const Words& title, const Words& abstract) {
    likeness_.resize(part_.example_ids.size());
    for (const WeightedWord& word : unit_vector(title, abstract, *part_.frequencies)) {
      const auto examples = part_.example_words.find(word.word);
      if (examples == part_.example_words.end()) continue;
      for (const ExampleWord& one : examples->second) likeness_[one.example] += word.weight * one.weight;
    }
    for (double& likeness : likeness_) likeness = std::min(likeness, 1.0);
    if (part_.tastes.size() > 0) products_ = part_.tastes.products(features_of(paper_, *part_.frequencies));
  }

  const paper::Paper& paper_;
  const Part& part_;
  Reading& reading_;
  std::vector<double> likeness_;
  std::vector<float> products_;  // with the tastes
};

// What speaks for one topic: the score grows while reasons are noted.
class Verdict {
 public:
  Verdict(const CompiledTopic& topic, const Part& part, const Facts& facts)
      : topic_(topic), part_(part), facts_(facts) {}

  std::optional<paper::Match> run() {
    if (topic_.groups != none && !facts_.reading().has(topic_.groups)) return std::nullopt;
    if (topic_.query.size > 0 && facts_.meets(topic_.query)) weigh_query();
    weigh_authors();
    weigh_examples();
    if (topic_.categories_alone) weigh_category();
    if (reasons_.empty() || value() < topic_.threshold) return std::nullopt;
    if (topic_.exclude.size > 0 && facts_.meets(topic_.exclude)) return std::nullopt;
    return match();
  }

 private:
  void weigh_query() {
    score::Together hits;
    double met = 0, all = 0;
    for (const std::uint32_t number : part_.list(topic_.signs)) {
      const Sign& sign = part_.all_signs[number];
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
    for (const Atom author : part_.list(topic_.authors)) {
      const std::size_t at = facts_.reading().author_at(author);
      if (at == Reading::nowhere) continue;
      const Reason reason{ReasonKind::author, facts_.paper().authors[at], "authors"};
      const bool known =
          std::any_of(reasons_.begin(), reasons_.end(), [&](const auto& r) { return r.second == reason; });
      if (!known) total_.add(note(score::author, reason));
    }
  }

  void weigh_examples() {
    if (topic_.taste == none) return;
    const double chance = facts_.chance(topic_.taste);
    if (chance < score::least_chance) return;
    total_.add(chance);
    const Taste& taste = part_.tastes[topic_.taste];
    for (Decided& each : decided_by(taste, facts_.paper(), *part_.frequencies, most_decided)) {
      const bool known = std::any_of(reasons_.begin(), reasons_.end(), [&](const auto& r) {
        return r.second.kind == each.reason.kind && text::fold(r.second.text) == text::fold(each.reason.text);
      });
      if (!known) note(score::decided(chance, each.part), std::move(each.reason));
    }
    const auto known_examples = part_.list(topic_.examples);
    std::vector<std::uint32_t> examples(known_examples.begin(), known_examples.end());
    std::sort(examples.begin(), examples.end(), [this](std::uint32_t a, std::uint32_t b) {
      return std::pair(-facts_.likeness(a), a) < std::pair(-facts_.likeness(b), b);
    });
    for (const std::uint32_t example : examples) {
      const double one = facts_.likeness(example);
      if (one < score::least_likeness) break;
      note(score::example(one), {ReasonKind::example, part_.example_ids[example], two_digits(one)});
    }
  }

  void weigh_category() {
    const std::size_t first = facts_.reading().group_at(topic_.groups);
    total_.add(note(first == 0 ? score::primary_category : score::other_category,
                    {ReasonKind::category, facts_.paper().categories[first], "categories"}));
  }

  double value() const {
    double nearest = 0;
    for (const std::uint32_t each : part_.list(topic_.disliked)) nearest = std::max(nearest, facts_.likeness(each));
    return total_.value() * score::left_by_dislike(nearest);
  }

  paper::Match match() {
    paper::Match result{part_.person_ids[topic_.person], part_.names[topic_.name], value(), {}};
    for (auto& [evidence, reason] : reasons_) result.reasons.push_back(std::move(reason));
    return result;
  }

  const CompiledTopic& topic_;
  const Part& part_;
  const Facts& facts_;
  score::Together total_;
  std::vector<std::pair<double, Reason>> reasons_;
};

// The topics that may meet the paper, of people who are not gone; ascending, appended to `met`.
void find_topics(const Part& part, std::span<const std::uint32_t> gone, const Reading& reading, const Facts& facts,
                 std::vector<std::uint32_t>& met) {
  thread_local Index::Scratch scratch;
  const auto begin = static_cast<std::ptrdiff_t>(met.size());
  part.index->match(reading, scratch, met);
  bool more = false;
  for (const std::uint32_t topic : part.with_examples) {
    if (facts.chance(part.topics[topic].taste) < score::least_chance) continue;
    met.push_back(topic);
    more = true;
  }
  if (more) {
    std::sort(met.begin() + begin, met.end());
    met.erase(std::unique(met.begin() + begin, met.end()), met.end());
  }
  if (gone.empty()) return;
  const auto is_gone = [&](std::uint32_t topic) {
    return std::binary_search(gone.begin(), gone.end(), part.topics[topic].person);
  };
  met.erase(std::remove_if(met.begin() + begin, met.end(), is_gone), met.end());
}

// Small parts hold so many people at most: who changes joins the last of them, which is made anew.
constexpr std::size_t most_in_small_part = 4;

const auto nobody = std::make_shared<const std::vector<std::uint32_t>>();

}  // namespace

Profiles::Profiles(std::span<const paper::Person> people, std::span<const paper::Paper> examples, const Shelf& shelf)
    : parts_{{std::make_shared<const Part>(people, examples, shelf), nobody}} {}
Profiles::Profiles(std::span<const paper::Person> people, std::span<const paper::Paper> examples,
                   const Statistics& statistics)
    : Profiles(people, examples, Shelf(statistics)) {}

Profiles Profiles::with(std::span<const paper::Person> people, std::span<const paper::Paper> examples,
                        const Shelf& shelf) const {
  std::vector<Used> parts = parts_;
  for (const paper::Person& person : people) {
    for (Used& used : parts) {
      const std::optional<std::uint32_t> at = used.part->find_person(person.id);
      if (!at || std::binary_search(used.gone->begin(), used.gone->end(), *at)) continue;
      auto gone = std::make_shared<std::vector<std::uint32_t>>(*used.gone);
      gone->insert(std::upper_bound(gone->begin(), gone->end(), *at), *at);
      used.gone = std::move(gone);
    }
  }
  std::vector<paper::Person> together;
  std::vector<paper::Paper> papers(examples.begin(), examples.end());
  if (const Used& last = parts.back(); parts.size() > 1 && last.part->kept_people.size() < most_in_small_part) {
    for (std::uint32_t i = 0; i < last.part->kept_people.size(); ++i) {
      const bool stays = !std::binary_search(last.gone->begin(), last.gone->end(), i);
      if (stays) together.push_back(last.part->kept_people[i]);
    }
    // What was known of a paper before is said anew by `examples`.
    std::set<paper::PaperId> known;
    for (const paper::Paper& paper : examples) known.insert(paper.id);
    for (const paper::Paper& paper : last.part->kept_examples) {
      if (!known.contains(paper.id)) papers.push_back(paper);
    }
    parts.pop_back();
  }
  for (const paper::Person& person : people) {
    if (!person.topics.empty()) together.push_back(person);
  }
  if (!together.empty()) {
    auto part = std::make_shared<Part>(together, papers, shelf);
    part->kept_people = std::move(together);
    part->kept_examples = std::move(papers);
    parts.push_back({std::move(part), nobody});
  }
  return Profiles(std::move(parts));
}

std::vector<paper::Match> Profiles::match(const paper::Paper& paper) const {
  thread_local Reading reading;
  thread_local std::vector<std::uint32_t> met;
  const Words title(paper.title), abstract(paper.abstract);
  std::vector<paper::Match> matches;
  for (const auto& [part, gone] : parts_) {
    const Facts facts(paper, title, abstract, *part, reading);
    met.clear();
    find_topics(*part, *gone, reading, facts, met);
    for (const std::uint32_t topic : met) {
      if (auto match = Verdict(part->topics[topic], *part, facts).run()) matches.push_back(std::move(*match));
    }
  }
  return matches;
}

std::vector<Profiles::TopicLearned> Profiles::learned(std::string_view person, std::span<const paper::Paper> papers,
                                                      std::size_t most) const {
  std::vector<TopicLearned> all;
  for (const auto& [part, gone] : parts_) {
    const std::optional<std::uint32_t> at = part->find_person(std::string(person));
    if (!at || std::binary_search(gone->begin(), gone->end(), *at)) continue;
    for (std::uint32_t number = part->first_topics[*at]; number < part->first_topics[*at + 1]; ++number) {
      const CompiledTopic& topic = part->topics[number];
      if (topic.taste == none) continue;
      all.push_back(
          {part->names[topic.name], learned_from(part->tastes[topic.taste], papers, *part->frequencies, most)});
    }
  }
  return all;
}

std::size_t Profiles::topics() const {
  std::size_t count = 0;
  for (const auto& [part, gone] : parts_) {
    count += part->topics.size();
    for (const std::uint32_t person : *gone) count -= part->topics_of(person);
  }
  return count;
}

std::size_t Profiles::papers_at_once() const {
  constexpr std::size_t memory = 200'000'000, least = 1, most = 500;
  std::size_t each = 32'000;
  for (const auto& [part, gone] : parts_) {
    each = std::max(each, 32'000 + part->atoms.size() / 4 + 8 * part->example_ids.size() + 4 * part->tastes.size());
  }
  return std::clamp(memory / each, least, most);
}

Profiles::Builder::Builder(const Shelf& shelf)
    : shelf_(shelf), part_(std::make_shared<Part>(shelf.statistics().frequencies())) {}
Profiles::Builder::~Builder() = default;

void Profiles::Builder::add(std::span<const paper::Person> people, std::span<const paper::Paper> examples) {
  part_->add(people, examples, shelf_);
}

Profiles Profiles::Builder::finish() {
  part_->finish();
  return Profiles({{std::move(part_), nobody}});
}

struct Profiles::Meeting::Facts {
  Facts(const paper::Paper& paper, const Part& part)
      : title(paper.title), abstract(paper.abstract), facts(paper, title, abstract, part, reading) {}
  Words title, abstract;
  Reading reading;
  match::Facts facts;
};

Profiles::Meeting::Meeting(Profiles profiles, std::span<const paper::Paper* const> papers)
    : profiles_(std::move(profiles)), papers_(papers) {
  begin_part();
}
Profiles::Meeting::~Meeting() = default;

void Profiles::Meeting::begin_part() {
  const auto& [part, gone] = profiles_.parts_[part_];
  at_ = 0;
  met_.clear();
  facts_.clear();
  std::vector<std::uint32_t> topics;
  for (std::uint32_t i = 0; i < papers_.size(); ++i) {
    facts_.push_back(std::make_unique<Facts>(*papers_[i], *part));
    topics.clear();
    find_topics(*part, *gone, facts_.back()->reading, facts_.back()->facts, topics);
    for (const std::uint32_t topic : topics) met_.emplace_back(topic, i);
  }
  std::sort(met_.begin(), met_.end());
}

std::vector<Profiles::Meeting::Met> Profiles::Meeting::next(std::size_t about) {
  std::vector<Met> found;
  for (; part_ < profiles_.parts_.size(); begin_part()) {
    const Part& part = *profiles_.parts_[part_].part;
    for (; at_ < met_.size(); ++at_) {
      const auto [topic, paper] = met_[at_];
      const CompiledTopic& compiled = part.topics[topic];
      const bool another = at_ > 0 && part.topics[met_[at_ - 1].first].person != compiled.person;
      if (found.size() >= about && another) return found;
      if (auto match = Verdict(compiled, part, facts_[paper]->facts).run()) found.push_back({std::move(*match), paper});
    }
    if (++part_ == profiles_.parts_.size()) break;
  }
  return found;
}

}  // namespace paperboy::match
