#include "daemon/match/taste.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "daemon/match/separator.hpp"

namespace paperboy::match {
namespace {

using paper::Paper;
using paper::Reason;
using paper::ReasonKind;

Paper make_paper(const std::string& id, std::string title, std::string abstract, std::vector<std::string> categories,
                 std::vector<std::string> authors = {}) {
  Paper paper;
  paper.id = paper::PaperId::arxiv(id).value();
  paper.title = std::move(title);
  paper.abstract = std::move(abstract);
  paper.categories = std::move(categories);
  paper.authors = std::move(authors);
  return paper;
}

// A store of fifteen kinds of papers, twenty of each: a kind has two words and a category of its own.
std::vector<Paper> store() {
  std::vector<Paper> papers;
  std::vector<std::pair<std::string, std::string>> kinds = {
      {"splatting radiance", "cs.CV"}, {"sieve primes", "math.NT"}, {"quarks lattice", "hep-lat"}};
  for (char letter = 'a'; kinds.size() < 15; ++letter) {
    kinds.emplace_back(std::string("first") + letter + " second" + letter, std::string("kind.") + letter);
  }
  for (int i = 0; i < 300; ++i) {
    const auto& [words, category] = kinds[static_cast<std::size_t>(i % 15)];
    const std::string own = "item" + std::to_string(i);
    papers.push_back(make_paper("2512." + std::to_string(10000 + i), words + " " + own,
                                "word" + std::to_string(i % 7) + " seen " + own, {category}));
  }
  return papers;
}

struct Shop {
  Shop() {
    for (const Paper& paper : store()) statistics.add(paper);
    shelf = std::make_unique<Shelf>(statistics);
    for (const Paper& paper : store()) shelf->add(paper);
  }
  Features features(const Paper& paper) const { return features_of(paper, *statistics.frequencies()); }
  double likes(const Taste& taste, const Paper& paper) const { return product(taste.weights, features(paper)); }
  Statistics statistics;
  std::unique_ptr<Shelf> shelf;
};

const Shop& shop() {
  static const Shop one;
  return one;
}

double length(const std::vector<NamedFeature>& features, ReasonKind kind) {
  double squares = 0;
  for (const NamedFeature& one : features) {
    if (one.reason.kind == kind) squares += std::pow(static_cast<double>(one.feature.weight), 2);
  }
  return std::sqrt(squares);
}

TEST(Features, AreUnitVectorsOfEachKind) {
  const Paper paper = make_paper("2512.00001", "Splatting radiance", "Splatting radiance seen", {"cs.CV", "cs.GR"},
                                 {"Ada Lovelace", "Émile Zola"});
  const auto named = named_features_of(paper, *shop().statistics.frequencies());
  EXPECT_NEAR(length(named, ReasonKind::word), 1, 1e-6);
  EXPECT_NEAR(length(named, ReasonKind::category), std::sqrt(0.05), 1e-6);
  EXPECT_NEAR(length(named, ReasonKind::author), std::sqrt(0.1), 1e-6);
  std::vector<Reason> reasons;
  for (const NamedFeature& one : named) reasons.push_back(one.reason);
  EXPECT_THAT(reasons, testing::IsSupersetOf({Reason{ReasonKind::category, "cs.GR", "categories"},
                                              Reason{ReasonKind::author, "Émile Zola", "authors"}}));
  const Features sorted = shop().features(paper);
  EXPECT_EQ(sorted.size(), named.size());
  EXPECT_TRUE(
      std::is_sorted(sorted.begin(), sorted.end(), [](const Feature& a, const Feature& b) { return a.key < b.key; }));
}

TEST(Features, OfNothingAreNone) {
  EXPECT_TRUE(shop().features(make_paper("2512.00001", "", "", {})).empty());
  EXPECT_TRUE(features_of(make_paper("2512.00001", "...", "\n", {}), *Statistics().frequencies()).empty());
}

TEST(Taste, LikesWhatIsLikeItsExamples) {
  const Taste taste = learn({"", {shop().features(store()[0])}, {}}, *shop().shelf);
  const auto& papers = store();
  EXPECT_GT(shop().likes(taste, papers[15]), shop().likes(taste, papers[1]));
  EXPECT_GT(shop().likes(taste, papers[15]), shop().likes(taste, papers[2]));
  EXPECT_GT(taste.chance(shop().likes(taste, papers[15])), 0.4);
  EXPECT_LT(taste.chance(shop().likes(taste, papers[1])), 0.3);
}

TEST(Taste, ChancesGrowWithTheProductAndReachBeyondAHalf) {
  const Taste taste = learn({"", {shop().features(store()[0])}, {}}, *shop().shelf);
  const double common = static_cast<double>(taste.common), best = static_cast<double>(taste.best);
  double before = 0;
  for (double at = -4; at <= 4; at += 0.01) {
    const double chance = taste.chance(common + at * (best - common));
    EXPECT_GT(chance, before) << at;
    EXPECT_LT(chance, 1);
    EXPECT_LT(chance - before, 0.03) << "no step at " << at;
    before = chance;
  }
  EXPECT_GT(taste.chance(best), 0.6);
  EXPECT_LT(taste.chance(common), 0.3);
}

TEST(Taste, LearnsFromTheShelfWhichWordsGoTogether) {
  // "radiance" is not said; on the shelf it stands beside "splatting".
  const Taste taste = learn({"splatting", {}, {}}, *shop().shelf);
  const Paper other = make_paper("2512.00002", "radiance", "", {"cs.CV"});
  EXPECT_GT(shop().likes(taste, other), 0.1);
  const Shelf empty(shop().statistics);
  EXPECT_DOUBLE_EQ(shop().likes(learn({"splatting", {}, {}}, empty), other), 0);
}

TEST(Taste, DislikesCountAgainst) {
  const Paper good = make_paper("2512.00003", "splatting of trees", "", {"cs.CV"});
  const Paper bad = make_paper("2512.00004", "splatting of quarks", "", {"cs.CV"});
  Lessons lessons{"", {shop().features(good)}, {}};
  const Taste before = learn(lessons, *shop().shelf);
  for (int i = 0; i < 5; ++i) lessons.disliked.push_back(shop().features(bad));
  const Taste after = learn(lessons, *shop().shelf);
  const Paper next = make_paper("2512.00005", "quarks on a lattice", "splatting", {"cs.CV"});
  EXPECT_LT(shop().likes(after, next), shop().likes(before, next));
}

TEST(Taste, NewerLessonsCountMore) {
  const Features cv = shop().features(store()[0]), nt = shop().features(store()[1]);
  std::vector<Features> first(40, cv), then(40, nt);
  std::vector<Features> forth = first, back = then;
  forth.insert(forth.end(), then.begin(), then.end());
  back.insert(back.end(), first.begin(), first.end());
  const Shelf empty(shop().statistics);
  const Taste to_nt = learn({"", forth, {}}, empty), to_cv = learn({"", back, {}}, empty);
  EXPECT_GT(product(to_nt.weights, nt), product(to_nt.weights, cv));
  EXPECT_GT(product(to_cv.weights, cv), product(to_cv.weights, nt));
}

TEST(Taste, IsTheSameForTheSameLessonsAndSmall) {
  Lessons lessons{"splatting primes", {}, {}};
  for (int i = 0; i < 60; ++i)
    (i % 4 == 0 ? lessons.disliked : lessons.liked).push_back(shop().features(store()[static_cast<std::size_t>(i)]));
  const Taste one = learn(lessons, *shop().shelf), two = learn(lessons, *shop().shelf);
  ASSERT_EQ(one.weights.size(), two.weights.size());
  EXPECT_LE(one.weights.size() * sizeof(Feature), 32'000u);
  for (std::size_t i = 0; i < one.weights.size(); ++i) {
    EXPECT_EQ(one.weights[i].key, two.weights[i].key);
    EXPECT_EQ(one.weights[i].weight, two.weights[i].weight);
  }
}

// Twenty papers of a kind, of which a third is about quarks too, on a shelf that is large enough to be separated.
TEST(Taste, OnALargeShelfVerdictsSeparatePapersOfOneKind) {
  Statistics statistics;
  std::vector<Paper> papers;
  for (int i = 0; i < 1500; ++i) {
    const int kind = i % 60;
    const std::string both = "first" + std::to_string(kind) + " second" + std::to_string(kind);
    const std::string more = i % 3 == 0 ? " quarks gluons" : " trees leaves";
    papers.push_back(make_paper("2512." + std::to_string(10000 + i), both + more, "item" + std::to_string(i), {"k.X"}));
  }
  for (const Paper& paper : papers) statistics.add(paper);
  Shelf shelf(statistics);
  for (const Paper& paper : papers) shelf.add(paper);
  const auto features = [&](std::size_t i) { return features_of(papers[i], *statistics.frequencies()); };
  Lessons lessons{"", {features(0)}, {}};  // kind 0 is every 60th: with quarks; kind 1: without
  const auto likes = [&](const Taste& taste, const std::string& title) {
    const Paper paper = make_paper("2511.00001", title, "", {"k.X"});
    return product(taste.weights, features_of(paper, *statistics.frequencies()));
  };
  const Taste before = learn(lessons, shelf);
  EXPECT_GT(likes(before, "first0 second0"), likes(before, "first1 second1"));
  for (const std::size_t i : {1u, 61u, 121u}) lessons.liked.push_back(features(i));     // kind 1 too
  for (const std::size_t i : {3u, 63u, 123u}) lessons.disliked.push_back(features(i));  // kind 3, quarks
  const Taste after = learn(lessons, shelf);
  EXPECT_GT(likes(after, "first1 second1"), likes(before, "first1 second1"));
  EXPECT_GT(likes(after, "first1 second1"), likes(after, "first2 second2"));
  EXPECT_LT(likes(after, "first3 second3"), likes(after, "first2 second2"));
  const Taste again = learn(lessons, shelf);
  ASSERT_EQ(after.weights.size(), again.weights.size());
  for (std::size_t i = 0; i < after.weights.size(); ++i) EXPECT_EQ(after.weights[i].weight, again.weights[i].weight);
}

TEST(Separator, PutsThoseThatAreWantedOnOneSide) {
  const std::vector<Features> papers = {
      {{1, 1.0f}, {2, 0.5f}}, {{1, 0.8f}, {3, 0.6f}}, {{2, 0.9f}, {4, 0.5f}}, {{3, 1.0f}}};
  const Features weights = separator(
      std::vector<Judged>{{papers[0], 1, true}, {papers[1], 1, true}, {papers[2], 1, false}, {papers[3], 1, false}});
  for (const std::size_t wanted : {0u, 1u}) {
    for (const std::size_t other : {2u, 3u})
      EXPECT_GT(product(weights, papers[wanted]), product(weights, papers[other]));
  }
  EXPECT_TRUE(separator({}).empty());
}

TEST(Taste, TellsWhatItLearned) {
  const std::vector<Paper> papers = {
      make_paper("2512.00003", "splatting radiance", "of trees", {"cs.CV"}, {"Ada Lovelace"}),
      make_paper("2512.00004", "quarks lattice", "seen", {"hep-lat"})};
  const Taste taste = learn({"", {shop().features(papers[0])}, {shop().features(papers[1])}}, *shop().shelf);
  const Learned learned = learned_from(taste, papers, *shop().statistics.frequencies(), 3);
  ASSERT_THAT(learned.toward, testing::SizeIs(3));
  EXPECT_EQ(learned.toward[0], (Reason{ReasonKind::phrase, "splatting radiance", "title"}));
  EXPECT_THAT(learned.toward, testing::Not(testing::Contains(Reason{ReasonKind::word, "splatting", "title"})))
      << "the pair says it";
  ASSERT_FALSE(learned.away.empty());
  EXPECT_EQ(learned.away[0], (Reason{ReasonKind::phrase, "quarks lattice", "title"}));
  EXPECT_THAT(learned_from(Taste(), papers, *shop().statistics.frequencies(), 3).toward, testing::IsEmpty());
}

TEST(Taste, WithoutALessonIsEmpty) {
  EXPECT_TRUE(learn({}, *shop().shelf).empty());
  EXPECT_TRUE(learn({"", {}, {shop().features(store()[0])}}, *shop().shelf).empty()) << "a dislike says of no topic";
}

TEST(Taste, NamesWhatDecided) {
  const Taste taste = learn({"", {shop().features(store()[0])}, {}}, *shop().shelf);
  const Paper paper = make_paper("2512.00006", "On splatting radiance", "and more", {"cs.CV"});
  const auto parts = decided_by(taste, paper, *shop().statistics.frequencies(), 2);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_GE(parts[0].part, parts[1].part);
  EXPECT_EQ(parts[0].reason, (Reason{ReasonKind::phrase, "splatting radiance", "title"}));
}

TEST(Tastes, AnswerForAllAtOnceWhatEachSays) {
  Tastes tastes;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(tastes.add(learn({"", {shop().features(store()[i])}, {}}, *shop().shelf)), i);
  }
  for (const Paper& paper : store()) {
    const auto products = tastes.products(shop().features(paper));
    for (std::uint32_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(static_cast<double>(products[i]), shop().likes(tastes[i], paper), 1e-5);
    }
  }
}

}  // namespace
}  // namespace paperboy::match
