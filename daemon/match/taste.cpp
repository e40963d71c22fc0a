#include "daemon/match/taste.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace paperboy::match {
namespace {

constexpr std::size_t kept_features = 96;  // of a paper on the shelf
constexpr std::size_t most_weights = 2000;

// The constants of learning; README.md says how they were found.
constexpr double text_share = 0.3;     // of the topic's words beside examples
constexpr double half_life = 40;       // lessons after which one counts half
constexpr double dislike = 0.5;        // how far dislikes push, with five of them or more
constexpr std::size_t relatives = 40;  // papers of the shelf that count as half liked
constexpr double relatives_share = 0.6;
// With fewer papers the shelf does not say what is common, and the usual is taken.
constexpr std::size_t least_shelf = 200;
constexpr float usual_common = 0.15f, usual_best = 0.6f;
// The curve of chances. Of the papers that are most like the topic every second was in its list.
constexpr double most_chance = 0.5, steepness = 6;

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

Taste learn(const Lessons& lessons, const Shelf& shelf) {
  Taste taste;
  const bool liked = !lessons.liked.empty();
  if (!liked && lessons.text.empty()) return taste;
  Sum told;
  if (!lessons.text.empty()) {
    paper::Paper text;
    text.title = lessons.text;
    told.add(features_of(text, *shelf.statistics().frequencies()), liked ? text_share : 1);
  }
  if (liked) add_mean(told, lessons.liked, 1);
  if (!lessons.disliked.empty()) {
    const double sure = std::min(1.0, static_cast<double>(lessons.disliked.size()) / 5);
    add_mean(told, lessons.disliked, -dislike * sure);
  }
  const std::vector<float> first = shelf.products(told.features(most_weights));
  const std::vector<std::uint32_t> kin = best_of(first, relatives);
  Sum all;
  all.add(told.features(SIZE_MAX), kin.empty() ? 1 : 1 - relatives_share);
  for (const std::uint32_t paper : kin) {
    all.add(shelf.heaviest(paper), relatives_share / static_cast<double>(kin.size()));
  }
  taste.weights = all.features(most_weights);
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
  return most_chance / (1 + std::exp(-steepness * (product - static_cast<double>(common)) / spread));
}

}  // namespace paperboy::match
