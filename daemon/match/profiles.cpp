#include "daemon/match/profiles.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "daemon/base/error.hpp"
#include "daemon/match/compiled.hpp"
#include "daemon/match/score.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace paperboy::match {
namespace {

using paper::Reason;
using paper::ReasonKind;

constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

struct CompiledTopic {
  std::string person, name;
  double threshold = 0;
  std::optional<Query> query, exclude;
  std::vector<std::uint32_t> groups;  // of its categories; none: anywhere
  bool cross_lists = true;
  std::vector<std::uint32_t> authors;
  std::vector<std::uint32_t> examples;  // those that are known
  std::vector<std::uint32_t> disliked;  // of its person, as examples
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

// All topics compiled, with what leads from a paper to those worth a look.
struct Index {
  Index(std::span<const paper::Person> people, std::span<const paper::Paper> examples,
        std::shared_ptr<const Frequencies> known)
      : frequencies(std::move(known)) {
    std::unordered_map<std::string, const paper::Paper*> papers;
    for (const paper::Paper& paper : examples) papers.emplace(paper.id.str(), &paper);
    Numbered<std::string> numbered_examples;
    const auto number_known = [&](const std::vector<std::string>& ids) {
      std::vector<std::uint32_t> numbers;
      for (const std::string& id : ids) {
        if (!papers.contains(id)) continue;
        const std::uint32_t number = numbered_examples(id);
        if (number == example_ids.size()) add_example(*papers.at(id));
        if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.push_back(number);
      }
      return numbers;
    };
    for (const paper::Person& person : people) {
      const std::vector<std::uint32_t> disliked = number_known(person.disliked);
      for (const paper::Topic& topic : person.topics) {
        if (topic.muted) continue;
        CompiledTopic compiled = compile_topic(person, topic);
        compiled.examples = number_known(topic.examples);
        compiled.disliked = disliked;
        add_topic(std::move(compiled));
      }
    }
    index_atoms();
  }

  CompiledTopic compile_topic(const paper::Person& person, const paper::Topic& topic) {
    CompiledTopic result;
    result.person = person.id;
    result.name = topic.name;
    result.threshold = topic.threshold;
    result.cross_lists = topic.cross_lists;
    result.query = compile_query(person, topic, topic.query);
    result.exclude = compile_query(person, topic, topic.exclude);
    for (const std::string& group : topic.categories) result.groups.push_back(atoms.groups(group));
    for (const std::string& author : topic.authors) result.authors.push_back(atoms.authors(author));
    result.categories_alone =
        !result.query && topic.authors.empty() && topic.examples.empty() && !topic.categories.empty();
    return result;
  }

  std::optional<Query> compile_query(const paper::Person& person, const paper::Topic& topic, const std::string& query) {
    if (query.empty()) return std::nullopt;
    try {
      return compile(*parse(query, {topic.stem}), topic.stem, *frequencies, atoms);
    } catch (const QueryError& error) {
      throw Error("person '" + person.id + "', topic '" + topic.name + "': " + error.what());
    }
  }

  void add_example(const paper::Paper& paper) {
    const auto number = static_cast<std::uint32_t>(example_ids.size());
    example_ids.push_back(paper.id.str());
    const Words title(paper.title), abstract(paper.abstract);
    for (const WeightedWord& word : unit_vector(title, abstract, *frequencies)) {
      example_words[std::string(word.word)].push_back({number, static_cast<float>(word.weight)});
    }
  }

  // Notes for each anchor the topics to be looked at when a paper has it.
  void add_topic(CompiledTopic topic) {
    const auto number = static_cast<std::uint32_t>(topics.size());
    const auto anchor = [number](std::vector<std::vector<std::uint32_t>>& index, std::uint32_t at) {
      if (index.size() <= at) index.resize(at + 1);
      if (index[at].empty() || index[at].back() != number) index[at].push_back(number);
    };
    if (topic.query) {
      for (const Anchor& each : topic.query->anchors) {
        anchor(each.kind == Anchor::Kind::label    ? by_label
               : each.kind == Anchor::Kind::author ? by_author
                                                   : by_group,
               each.number);
      }
    }
    for (const std::uint32_t author : topic.authors) anchor(by_author, author);
    if (topic.categories_alone) {
      for (const std::uint32_t group : topic.groups) anchor(by_group, group);
    }
    if (!topic.examples.empty()) with_examples.push_back(number);
    topics.push_back(std::move(topic));
  }

  void index_atoms() {
    by_label.resize(atoms.vocabulary.size());
    by_author.resize(atoms.authors.size());
    by_group.resize(atoms.groups.size());
    for (std::uint32_t i = 0; i < atoms.authors.size(); ++i) {
      authors_by_surname[paper::surname_key(atoms.authors[i])].push_back(i);
    }
    for (const paper::Category& category : paper::categories()) {
      groups_by_category.emplace(category.id, groups_of(category.id));
    }
  }

  std::vector<std::uint32_t> groups_of(std::string_view category) const {
    std::vector<std::uint32_t> result;
    for (std::uint32_t i = 0; i < atoms.groups.size(); ++i) {
      if (paper::in_group(category, atoms.groups[i])) result.push_back(i);
    }
    return result;
  }

  std::shared_ptr<const Frequencies> frequencies;
  Atoms atoms;
  std::vector<CompiledTopic> topics;
  std::vector<std::vector<std::uint32_t>> by_label, by_author, by_group;  // topics to look at
  std::vector<std::uint32_t> with_examples;                               // topics
  std::unordered_map<std::string, std::vector<std::uint32_t>> authors_by_surname;
  std::unordered_map<std::string, std::vector<std::uint32_t>> groups_by_category;  // of the taxonomy
  std::vector<std::string> example_ids;
  WordMap<std::vector<ExampleWord>> example_words;
};

// All that topics may ask of one paper, found out once.
class Facts {
 public:
  Facts(const paper::Paper& paper, const Index& index)
      : paper_(paper),
        index_(index),
        title_(paper.title),
        abstract_(paper.abstract),
        reading_(title_, abstract_, index.atoms.vocabulary),
        phrase_fields_(index.atoms.phrases.size(), not_looked),
        author_at_(index.atoms.authors.size(), nowhere),
        group_at_(index.atoms.groups.size(), nowhere),
        likeness_(index.example_ids.size()) {
    find_authors();
    find_groups();
    find_likeness();
  }

  const paper::Paper& paper() const { return paper_; }
  // The first of the paper's authors that is the one wanted; of its categories that lies in the group. Else nowhere.
  std::size_t author_at(std::uint32_t author) const { return author_at_[author]; }
  std::size_t group_at(std::uint32_t group) const { return group_at_[group]; }
  double likeness(std::uint32_t example) const { return likeness_[example]; }

  // Where the term stands: fields of a phrase, anything but 0 for the others; 0 nowhere.
  unsigned hit(const Term& term) {
    switch (term.kind) {
      case Term::Kind::phrase:
        return fields_with(term.number) & term.fields;
      case Term::Kind::author:
        return author_at_[term.number] != nowhere;
      case Term::Kind::group:
        return group_at_[term.number] != nowhere;
    }
    return 0;
  }

  bool meets(const Op& op) {
    const auto met = [this](const Op& child) { return meets(child); };
    switch (op.kind) {
      case Node::Kind::all_of:
        return std::all_of(op.children.begin(), op.children.end(), met);
      case Node::Kind::any_of:
        return std::any_of(op.children.begin(), op.children.end(), met);
      case Node::Kind::none_of:
        return !meets(op.children.front());
      case Node::Kind::term:
        return hit(op.term) != 0;
    }
    return false;
  }

  // By topic: is it worth a look?
  std::vector<bool> candidates() const {
    std::vector<bool> found(index_.topics.size());
    const auto mark = [&found](const std::vector<std::uint32_t>& topics) {
      for (const std::uint32_t topic : topics) found[topic] = true;
    };
    for (Label label = 0; label < index_.by_label.size(); ++label) {
      if (reading_.has(label)) mark(index_.by_label[label]);
    }
    for (std::size_t i = 0; i < author_at_.size(); ++i) {
      if (author_at_[i] != nowhere) mark(index_.by_author[i]);
    }
    for (std::size_t i = 0; i < group_at_.size(); ++i) {
      if (group_at_[i] != nowhere) mark(index_.by_group[i]);
    }
    for (const std::uint32_t topic : index_.with_examples) {
      if (likeness(index_.topics[topic].examples) >= score::least_likeness) found[topic] = true;
    }
    return found;
  }

  // To all of a topic's examples; 0 without any.
  double likeness(const std::vector<std::uint32_t>& examples) const {
    if (examples.empty()) return 0;
    double nearest = 0, sum = 0;
    for (const std::uint32_t example : examples) {
      nearest = std::max(nearest, likeness_[example]);
      sum += likeness_[example];
    }
    return score::likeness(nearest, sum / static_cast<double>(examples.size()));
  }

 private:
  static constexpr std::uint8_t not_looked = 0xFF;

  unsigned fields_with(std::uint32_t number) {
    std::uint8_t& fields = phrase_fields_[number];
    if (fields == not_looked) fields = static_cast<std::uint8_t>(reading_.fields_with(index_.atoms.phrases[number]));
    return fields;
  }

  void find_authors() {
    if (index_.authors_by_surname.empty()) return;
    for (std::size_t i = 0; i < paper_.authors.size(); ++i) {
      const auto wanted = index_.authors_by_surname.find(paper::surname_key(paper_.authors[i]));
      if (wanted == index_.authors_by_surname.end()) continue;
      for (const std::uint32_t author : wanted->second) {
        const bool same =
            author_at_[author] == nowhere && paper::same_author(index_.atoms.authors[author], paper_.authors[i]);
        if (same) author_at_[author] = i;
      }
    }
  }

  void find_groups() {
    for (std::size_t i = 0; i < paper_.categories.size(); ++i) {
      const auto known = index_.groups_by_category.find(paper_.categories[i]);
      const bool is_known = known != index_.groups_by_category.end();
      for (const std::uint32_t group : is_known ? known->second : index_.groups_of(paper_.categories[i])) {
        group_at_[group] = std::min(group_at_[group], i);
      }
    }
  }

  void find_likeness() {
    if (index_.example_ids.empty()) return;
    for (const WeightedWord& word : unit_vector(title_, abstract_, *index_.frequencies)) {
      const auto examples = index_.example_words.find(word.word);
      if (examples == index_.example_words.end()) continue;
      for (const ExampleWord& one : examples->second) likeness_[one.example] += word.weight * one.weight;
    }
    for (double& likeness : likeness_) likeness = std::min(likeness, 1.0);
  }

  const paper::Paper& paper_;
  const Index& index_;
  Words title_, abstract_;
  Reading reading_;
  std::vector<std::uint8_t> phrase_fields_;  // as they are asked for
  std::vector<std::size_t> author_at_, group_at_;
  std::vector<double> likeness_;
};

// What speaks for one topic: the score grows while reasons are noted.
class Verdict {
 public:
  Verdict(const CompiledTopic& topic, const Index& index, Facts& facts) : topic_(topic), index_(index), facts_(facts) {}

  std::optional<paper::Match> run() {
    if (!lies_in_categories()) return std::nullopt;
    if (topic_.query && facts_.meets(topic_.query->root)) weigh_query();
    weigh_authors();
    weigh_examples();
    if (topic_.categories_alone) weigh_category();
    if (reasons_.empty() || value() < topic_.threshold) return std::nullopt;
    if (topic_.exclude && facts_.meets(topic_.exclude->root)) return std::nullopt;
    return match();
  }

 private:
  bool lies_in_categories() const {
    return topic_.groups.empty() ||
           std::any_of(topic_.groups.begin(), topic_.groups.end(), [this](std::uint32_t group) {
             const std::size_t at = facts_.group_at(group);
             return topic_.cross_lists ? at != nowhere : at == 0;
           });
  }

  void weigh_query() {
    score::Together hits;
    double met = 0, all = 0;
    for (const Sign& sign : topic_.query->signs) {
      all += sign.rarity;
      const unsigned fields = facts_.hit(sign.term);
      if (fields == 0) continue;
      met += sign.rarity;
      hits.add(note(sign, fields));
    }
    total_.add(score::query(hits.value(), met / all));
  }

  // Notes the reason and returns what it is worth.
  double note(const Sign& sign, unsigned fields) {
    switch (sign.kind) {
      case ReasonKind::author:
        return note(score::author, {sign.kind, facts_.paper().authors[facts_.author_at(sign.term.number)], "authors"});
      case ReasonKind::category:
        return note(score::category_term,
                    {sign.kind, facts_.paper().categories[facts_.group_at(sign.term.number)], "categories"});
      default: {
        const bool title = (fields & in_title) != 0;
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
    for (const std::uint32_t author : topic_.authors) {
      const std::size_t at = facts_.author_at(author);
      if (at == nowhere) continue;
      const Reason reason{ReasonKind::author, facts_.paper().authors[at], "authors"};
      const bool known =
          std::any_of(reasons_.begin(), reasons_.end(), [&](const auto& r) { return r.second == reason; });
      if (!known) total_.add(note(score::author, reason));
    }
  }

  void weigh_examples() {
    const double likeness = facts_.likeness(topic_.examples);
    if (likeness < score::least_likeness) return;
    total_.add(score::example(likeness));
    std::vector<std::uint32_t> examples = topic_.examples;
    std::sort(examples.begin(), examples.end(), [this](std::uint32_t a, std::uint32_t b) {
      return std::pair(-facts_.likeness(a), a) < std::pair(-facts_.likeness(b), b);
    });
    for (const std::uint32_t example : examples) {
      const double one = facts_.likeness(example);
      if (one < score::least_likeness) break;
      note(score::example(one), {ReasonKind::example, index_.example_ids[example], two_digits(one)});
    }
  }

  void weigh_category() {
    std::size_t first = nowhere;
    for (const std::uint32_t group : topic_.groups) first = std::min(first, facts_.group_at(group));
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
  const Index& index_;
  Facts& facts_;
  score::Together total_;
  std::vector<std::pair<double, Reason>> reasons_;
};

}  // namespace

struct Profiles::State {
  Index index;
};

Profiles::Profiles(std::span<const paper::Person> people, std::span<const paper::Paper> examples,
                   const Statistics& statistics)
    : state_(new State{Index(people, examples, statistics.frequencies())}) {}
Profiles::~Profiles() = default;
Profiles::Profiles(Profiles&&) noexcept = default;
Profiles& Profiles::operator=(Profiles&&) noexcept = default;

std::vector<paper::Match> Profiles::match(const paper::Paper& paper) const {
  const Index& index = state_->index;
  Facts facts(paper, index);
  const std::vector<bool> candidates = facts.candidates();
  std::vector<paper::Match> matches;
  for (std::size_t topic = 0; topic < candidates.size(); ++topic) {
    if (!candidates[topic]) continue;
    if (auto match = Verdict(index.topics[topic], index, facts).run()) matches.push_back(std::move(*match));
  }
  return matches;
}

std::size_t Profiles::topics() const {
  return state_->index.topics.size();
}

}  // namespace paperboy::match
