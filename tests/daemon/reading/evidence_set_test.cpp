#include "tests/daemon/reading/evidence_set.hpp"

#include <gtest/gtest.h>

namespace paperboy::reading {
namespace {

class Sentences : public testing::TestWithParam<std::vector<std::string>> {};
INSTANTIATE_TEST_SUITE_P(Sets, Sentences, testing::ValuesIn(held_sets()));

// tests/bench/evidence prints the figures.
TEST_P(Sentences, AreKeptWhereSupportedAndRejectedWhereWrong) {
  const Figures figures = figures_of(GetParam());
  std::string mistakes;
  for (const std::string& mistake : figures.mistakes) mistakes += mistake + '\n';
  ASSERT_GE(figures.kept.all, 15);
  ASSERT_GE(figures.rejected.all, 15);
  EXPECT_GE(100 * figures.kept.right, 90 * figures.kept.all) << mistakes;
  EXPECT_GE(100 * figures.rejected.right, 95 * figures.rejected.all) << mistakes;
}

}  // namespace
}  // namespace paperboy::reading
