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
#include "daemon/match/profile_part.hpp"
#include "daemon/match/reading.hpp"
#include "daemon/match/score.hpp"
#include "daemon/match/taste.hpp"
#include "daemon/paper/choice.hpp"

namespace paperboy::match {
namespace {

using paper::Reason;
using paper::ReasonKind;

constexpr std::size_t most_decided = 3;  // features of a taste that are named

std::string two_digits(double value) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

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
    // The nearest first, of equals the one the topic names first.
    std::vector<std::pair<double, std::size_t>> nearest;
    const auto examples = part_.list(topic_.examples);
    for (std::size_t i = 0; i < examples.size(); ++i) nearest.emplace_back(-facts_.likeness(examples[i]), i);
    std::sort(nearest.begin(), nearest.end());
    for (const auto& [distance, place] : nearest) {
      const double one = -distance;
      if (one < score::least_likeness) break;
      note(score::example(one), {ReasonKind::example, part_.example_ids[examples[place]], two_digits(one)});
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
  for (const std::uint32_t topic : part.with_examples) {
    if (facts.chance(part.topics[topic].taste) >= score::least_chance) met.push_back(topic);
  }
  std::sort(met.begin() + begin, met.end());
  met.erase(std::unique(met.begin() + begin, met.end()), met.end());
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
