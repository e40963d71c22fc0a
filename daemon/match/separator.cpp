#include "daemon/match/separator.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

namespace paperboy::match {
namespace {

constexpr std::uint32_t cells = 1u << 20;
constexpr int rounds = 8;  // more change no ranking

}  // namespace

Features separator(std::span<const Judged> papers) {
  std::vector<float> weights(cells);
  double bias = 0;
  std::vector<double> alpha(papers.size()), diagonal(papers.size());
  for (std::size_t i = 0; i < papers.size(); ++i) {
    diagonal[i] = 1 + 0.5 / papers[i].cost;
    for (const Feature& f : papers[i].features) diagonal[i] += static_cast<double>(f.weight * f.weight);
  }
  std::vector<std::uint32_t> order(papers.size());
  std::iota(order.begin(), order.end(), 0u);
  std::uint64_t random = 1;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = order.size(); i > 1; --i) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      std::swap(order[i - 1], order[(random >> 33) % i]);
    }
    for (const std::uint32_t i : order) {
      const Judged& paper = papers[i];
      float value = 0;
      for (const Feature& f : paper.features) value += weights[f.key % cells] * f.weight;
      const double sign = paper.wanted ? 1 : -1;
      const double gradient = sign * (bias + static_cast<double>(value)) - 1 + alpha[i] * 0.5 / paper.cost;
      const double next = std::max(alpha[i] - gradient / diagonal[i], 0.0);
      const double step = (next - alpha[i]) * sign;
      if (step == 0) continue;
      alpha[i] = next;
      bias += step;
      for (const Feature& f : paper.features) weights[f.key % cells] += static_cast<float>(step) * f.weight;
    }
  }
  Features found;
  for (std::size_t i = 0; i < papers.size(); ++i) {
    if (alpha[i] == 0) continue;
    for (const Feature& f : papers[i].features) {
      const float weight = std::exchange(weights[f.key % cells], 0.0f);
      if (weight != 0) found.push_back({f.key, weight});
    }
  }
  std::sort(found.begin(), found.end(), [](const Feature& a, const Feature& b) { return a.key < b.key; });
  return found;
}

}  // namespace paperboy::match
