#include "tests/daemon/reading/evidence_set.hpp"

#include <gtest/gtest.h>

namespace paperboy::reading {
namespace {

class Sentences : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Sets, Sentences,
                         testing::Values("first.txt", "held-out.txt", "biology-systems.txt", "theory-physics.txt",
                                         "speech-climate.txt"));

// tests/bench/evidence prints the figures.
TEST_P(Sentences, AreKeptWhereSupportedAndRejectedWhereWrong) {
  const EvidenceSet set = read_evidence_set(GetParam());
  const Figures figures = figures_of(set);
  std::string mistakes;
  for (const std::string& mistake : figures.mistakes) mistakes += mistake + '\n';
  ASSERT_GE(figures.kept.all, 15);
  ASSERT_GE(figures.rejected.all, 15);
  EXPECT_GE(100 * figures.kept.right, 90 * figures.kept.all) << mistakes;
  EXPECT_GE(100 * figures.rejected.right, 95 * figures.rejected.all) << mistakes;
}

}  // namespace
}  // namespace paperboy::reading
