#include "daemon/match/taste.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <unordered_map>

#include "daemon/match/separator.hpp"

namespace paperboy::match {
namespace {

constexpr std::size_t kept_features = 96;  // of a paper on the shelf

// The constants of learning; README.md says how they were found.
constexpr double text_share = 0.3;     // of the topic's words beside examples
constexpr double half_life = 40;       // lessons after which one counts half
constexpr double dislike = 0.5;        // how far dislikes push, with five of them or more
constexpr std::size_t relatives = 40;  // papers of the shelf that count as half liked
constexpr double relatives_share = 0.6;
// Separation. Of the shelf's papers, by what was told: the first are as good as liked, the next may be either, those
// after them are not wanted, and from the rest a sample.
constexpr std::size_t least_separated = 1000;
constexpr std::size_t maybe_until = 200, near_until = 1500, most_far = 1500;
constexpr double kin_cost = 2.5;       // of all of them; a liked paper costs 1
constexpr double text_cost = 0.5;      // of the topic's words
constexpr double disliked_cost = 0.5;  // of each
// With fewer papers the shelf does not say what is common, and the usual is taken.
constexpr std::size_t least_shelf = 200;
constexpr float usual_common = 0.15f, usual_best = 0.6f;
// The curve of chances: the share of papers that were in the topic's list, by how far a product lies from `common` (0)
// to `best` (1). README.md has the figures.
struct Knot {
  double at, chance;
};
constexpr Knot curve[] = {{-1.5, 0.0005}, {-1, 0.002}, {-0.5, 0.01}, {-0.3, 0.03}, {-0.2, 0.065}, {-0.1, 0.15},
                          {0, 0.265},     {0.1, 0.35}, {0.3, 0.445}, {0.6, 0.51},  {1, 0.65}};
constexpr double most_chance = 0.8;  // far beyond the best

// Weights while they are being added to.
class Sum {
 public:
  void add(std::span<const Feature> features, double times) {
    for (const Feature& f : features) weights_[f.key] += times * static_cast<double>(f.weight);
  }
  // Sorted; the strongest if there are more than `most`.
  Features features(std::size_t most) const {
    Features out;
    out.reserve(weights_.size());
    for (const auto& [key, weight] : weights_) {
      if (weight != 0) out.push_back({key, static_cast<float>(weight)});
    }
    const auto stronger = [](const Feature& a, const Feature& b) {
      const float x = std::abs(a.weight), y = std::abs(b.weight);
      return x != y ? x > y : a.key < b.key;
    };
    if (out.size() > most) {
      std::nth_element(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(most), out.end(), stronger);
      out.resize(most);
    }
    std::sort(out.begin(), out.end(), [](const Feature& a, const Feature& b) { return a.key < b.key; });
    return out;
  }

 private:
  std::unordered_map<std::uint32_t, double> weights_;
};

// The mean, newer ones (behind) with more weight.
void add_mean(Sum& sum, const std::vector<Features>& lessons, double times) {
  double all = 0;
  const auto count = [&](std::size_t i) { return std::exp2(-static_cast<double>(lessons.size() - 1 - i) / half_life); };
  for (std::size_t i = 0; i < lessons.size(); ++i) all += count(i);
  for (std::size_t i = 0; i < lessons.size(); ++i) sum.add(lessons[i], times * count(i) / all);
}

// A word that a named pair holds, or a pair with a word that stands everywhere.
bool says_nothing_new(const paper::Reason& reason, const std::vector<paper::Reason>& named,
                      const Frequencies& frequencies) {
  using paper::ReasonKind;
  const Words words(reason.text);
  if (reason.kind == ReasonKind::phrase) return frequencies.too_common(words[0]) || frequencies.too_common(words[1]);
  return reason.kind == ReasonKind::word && std::any_of(named.begin(), named.end(), [&](const paper::Reason& each) {
           return each.kind == ReasonKind::phrase &&
                  (each.text.starts_with(reason.text + ' ') || each.text.ends_with(' ' + reason.text));
         });
}

std::vector<std::uint32_t> best_of(const std::vector<float>& products, std::size_t most) {
  std::vector<std::uint32_t> order(products.size());
  std::iota(order.begin(), order.end(), 0u);
  const std::size_t count = std::min(most, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
      [&](std::uint32_t a, std::uint32_t b) { return products[a] != products[b] ? products[a] > products[b] : a < b; });
  order.resize(count);
  return order;
}

}  // namespace

struct Shelf::State {
  struct Posting {
    std::uint32_t paper;
    float weight;
  };
  Statistics statistics;
  std::vector<Feature> features;
  std::vector<std::uint32_t> ends;
  std::unordered_map<std::uint32_t, std::vector<Posting>> postings;
};

Shelf::Shelf(Statistics statistics) : state_(std::make_unique<State>()) {
  state_->statistics = std::move(statistics);
}
Shelf::~Shelf() = default;

void Shelf::add(const paper::Paper& paper) {
  add(features_of(paper, *state_->statistics.frequencies()));
}

void Shelf::add(const Features& features) {
  const auto number = static_cast<std::uint32_t>(state_->ends.size());
  Features kept = features;
  if (kept.size() > kept_features) {
    std::nth_element(kept.begin(), kept.begin() + kept_features, kept.end(), [](const Feature& a, const Feature& b) {
      return a.weight != b.weight ? a.weight > b.weight : a.key < b.key;
    });
    kept.resize(kept_features);
  }
  for (const Feature& f : kept) state_->postings[f.key].push_back({number, f.weight});
  state_->features.insert(state_->features.end(), kept.begin(), kept.end());
  state_->ends.push_back(static_cast<std::uint32_t>(state_->features.size()));
}

std::size_t Shelf::papers() const {
  return state_->ends.size();
}
const Statistics& Shelf::statistics() const {
  return state_->statistics;
}

std::vector<float> Shelf::products(std::span<const Feature> weights) const {
  std::vector<float> products(papers());
  for (const Feature& f : weights) {
    const auto list = state_->postings.find(f.key);
    if (list == state_->postings.end()) continue;
    for (const State::Posting& posting : list->second) products[posting.paper] += posting.weight * f.weight;
  }
  return products;
}

std::span<const Feature> Shelf::heaviest(std::size_t paper) const {
  const std::size_t begin = paper == 0 ? 0 : state_->ends[paper - 1];
  return std::span(state_->features).subspan(begin, state_->ends[paper] - begin);
}

namespace {

// What was told and the relatives stand against the rest of the shelf. As long as `start`.
Features separated(const Lessons& lessons, const Features& text, const Features& start, const Shelf& shelf) {
  const std::vector<std::uint32_t> order = best_of(shelf.products(start), SIZE_MAX);
  std::vector<Judged> judged;
  double wanted = kin_cost;
  const auto age = [](const std::vector<Features>& list, std::size_t i) {
    return std::exp2(-static_cast<double>(list.size() - 1 - i) / half_life);
  };
  for (std::size_t i = 0; i < lessons.liked.size(); ++i) {
    judged.push_back({lessons.liked[i], age(lessons.liked, i), true});
    wanted += judged.back().cost;
  }
  if (!text.empty()) {
    judged.push_back({text, text_cost, true});
    wanted += text_cost;
  }
  for (std::size_t i = 0; i < relatives; ++i) {
    judged.push_back({shelf.heaviest(order[i]), kin_cost / static_cast<double>(relatives), true});
  }
  for (std::size_t i = 0; i < lessons.disliked.size(); ++i) {
    judged.push_back({lessons.disliked[i], disliked_cost * age(lessons.disliked, i), false});
  }
  const std::size_t near = std::min(near_until, order.size()), far = std::min(most_far, order.size() - near);
  const double cost = wanted / static_cast<double>(near - maybe_until + far);  // together as much as what is wanted
  for (std::size_t i = maybe_until; i < near; ++i) judged.push_back({shelf.heaviest(order[i]), cost, false});
  for (std::size_t i = 0; i < far; ++i) {
    judged.push_back({shelf.heaviest(order[near + i * (order.size() - near) / far]), cost, false});
  }
  Features found = separator(judged);
  const auto length = [](const Features& features) {
    double squares = 0;
    for (const Feature& f : features) squares += static_cast<double>(f.weight) * static_cast<double>(f.weight);
    return std::sqrt(squares);
  };
  const auto scale = static_cast<float>(length(start) / std::max(length(found), 1e-12));
  for (Feature& f : found) f.weight *= scale;
  return found;
}

}  // namespace

Taste learn(const Lessons& lessons, const Shelf& shelf, std::size_t weights) {
  Taste taste;
  const bool liked = !lessons.liked.empty();
  if (!liked && lessons.text.empty()) return taste;
  Features text;
  if (!lessons.text.empty()) {
    paper::Paper said;
    said.title = lessons.text;
    text = features_of(said, *shelf.statistics().frequencies());
  }
  Sum told;
  told.add(text, liked ? text_share : 1);
  if (liked) add_mean(told, lessons.liked, 1);
  if (!lessons.disliked.empty()) {
    const double sure = std::min(1.0, static_cast<double>(lessons.disliked.size()) / 5);
    add_mean(told, lessons.disliked, -dislike * sure);
  }
  const std::vector<float> first = shelf.products(told.features(weights));
  // Of a small shelf few are related, and what is disliked may be among the nearest.
  const std::vector<std::uint32_t> kin = best_of(first, std::min(relatives, shelf.papers() / 25));
  Sum all;
  all.add(told.features(SIZE_MAX), kin.empty() ? 1 : 1 - relatives_share);
  for (const std::uint32_t paper : kin) {
    all.add(shelf.heaviest(paper), relatives_share / static_cast<double>(kin.size()));
  }
  taste.weights = all.features(weights);
  if (shelf.papers() >= least_separated) {
    Sum separating;
    separating.add(separated(lessons, text, taste.weights, shelf), 1);
    taste.weights = separating.features(weights);
  }
  const std::vector<float> products = shelf.products(taste.weights);
  const std::vector<std::uint32_t> top = best_of(products, std::max(products.size() / 200, relatives));
  if (products.size() < least_shelf) {
    taste.common = usual_common;
    taste.best = usual_best;
  } else {
    taste.common = products[top.back()];
    const std::size_t ten = std::min<std::size_t>(top.size(), 10);
    for (std::size_t i = 0; i < ten; ++i) taste.best += products[top[i]] / static_cast<float>(ten);
  }
  return taste;
}

std::vector<Decided> decided_by(const Taste& taste, const paper::Paper& paper, const Frequencies& frequencies,
                                std::size_t most) {
  std::vector<Decided> parts;
  for (NamedFeature& named : named_features_of(paper, frequencies)) {
    const auto at = std::lower_bound(taste.weights.begin(), taste.weights.end(), named.feature.key,
                                     [](const Feature& f, std::uint32_t key) { return f.key < key; });
    if (at == taste.weights.end() || at->key != named.feature.key) continue;
    const double part = static_cast<double>(at->weight) * static_cast<double>(named.feature.weight);
    if (part > 0) parts.push_back({part, std::move(named.reason)});
  }
  const std::size_t count = std::min(most, parts.size());
  std::sort(parts.begin(), parts.end(), [](const Decided& a, const Decided& b) {
    return a.part != b.part ? a.part > b.part : a.reason.text < b.reason.text;
  });
  parts.resize(count);
  return parts;
}

Learned learned_from(const Taste& taste, std::span<const paper::Paper> papers, const Frequencies& frequencies,
                     std::size_t most) {
  std::unordered_map<std::uint32_t, paper::Reason> names;
  for (const paper::Paper& paper : papers) {
    for (NamedFeature& named : named_features_of(paper, frequencies)) {
      names.try_emplace(named.feature.key, std::move(named.reason));
    }
  }
  Features strongest = taste.weights;
  std::erase_if(strongest, [&](const Feature& f) { return !names.contains(f.key); });
  std::sort(strongest.begin(), strongest.end(), [](const Feature& a, const Feature& b) {
    const float x = std::abs(a.weight), y = std::abs(b.weight);
    return x != y ? x > y : a.key < b.key;
  });
  Learned learned;
  for (const Feature& f : strongest) {
    std::vector<paper::Reason>& list = f.weight > 0 ? learned.toward : learned.away;
    if (list.size() < most && !says_nothing_new(names.at(f.key), list, frequencies)) list.push_back(names.at(f.key));
  }
  return learned;
}

std::uint32_t Tastes::add(Taste taste) {
  const auto number = static_cast<std::uint32_t>(tastes_.size());
  for (const Feature& f : taste.weights) postings_[f.key].push_back({number, f.weight});
  tastes_.push_back(std::move(taste));
  return number;
}

std::vector<float> Tastes::products(std::span<const Feature> paper) const {
  std::vector<float> products(tastes_.size());
  for (const Feature& f : paper) {
    const auto list = postings_.find(f.key);
    if (list == postings_.end()) continue;
    for (const Posting& posting : list->second) products[posting.taste] += posting.weight * f.weight;
  }
  return products;
}

double Taste::chance(double product) const {
  const double spread = std::max(static_cast<double>(best) - static_cast<double>(common), 1e-3);
  const double at = (product - static_cast<double>(common)) / spread;
  const Knot &first = std::begin(curve)[0], &last = std::end(curve)[-1];
  if (at <= first.at) return first.chance * std::exp(at - first.at);
  if (at >= last.at) return most_chance - (most_chance - last.chance) * std::exp(last.at - at);
  const Knot* above = std::begin(curve);
  while (above->at < at) ++above;
  const Knot& below = above[-1];
  return below.chance + (above->chance - below.chance) * (at - below.at) / (above->at - below.at);
}

}  // namespace paperboy::match
