// What the check of evidence keeps and what it rejects, of sentences whose truth is known, per kind. Exit status 1
// below the floors (evidence_set_test.cpp holds them, too): 90 % of the supported are kept, 95 % of the wrong are
// rejected.
#include <cstdio>
#include <exception>

#include "tests/daemon/reading/evidence_set.hpp"

namespace {

double percent(const paperboy::reading::Tally& tally) {
  return tally.all == 0 ? 100.0 : 100.0 * tally.right / tally.all;
}

// Are the figures above the floors?
bool print(const std::vector<std::string>& names) {
  const paperboy::reading::Figures figures = paperboy::reading::figures_of(names);
  for (const std::string& name : names) std::printf("%s ", name.c_str());
  std::printf("\n");
  for (const auto& [kind, tally] : figures.kinds)
    std::printf("  %-32s %2d of %2d\n", kind.c_str(), tally.right, tally.all);
  std::printf("  kept %d of %d supported (%.1f %%), rejected %d of %d wrong (%.1f %%)\n", figures.kept.right,
              figures.kept.all, percent(figures.kept), figures.rejected.right, figures.rejected.all,
              percent(figures.rejected));
  for (const std::string& mistake : figures.mistakes) std::printf("  %s\n", mistake.c_str());
  return percent(figures.kept) >= 90 && percent(figures.rejected) >= 95;
}

}  // namespace

int main() try {
  bool good = true;
  for (const auto& names : paperboy::reading::held_sets()) good = print(names) && good;
  for (const auto& names : paperboy::reading::unheld_sets()) print(names);
  return good ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
