#include "daemon/match/library.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace paperboy::match {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

paper::Paper paper_of(const std::string& id, std::string title, std::string abstract = "") {
  paper::Paper paper;
  paper.id = *paper::PaperId::from_canonical(id);
  paper.title = std::move(title);
  paper.abstract = std::move(abstract);
  return paper;
}

TEST(Library, FindsTheLikestFirstAndNotThePaperItself) {
  Library library{Statistics()};
  const paper::Paper asked = paper_of("2512.00001", "Gaussian splatting for kitchen robots");
  library.add(asked);
  library.add(paper_of("2512.00002", "Kitchen robots"));
  library.add(paper_of("2512.00003", "Gaussian splatting for kitchens and robots"));
  library.add(paper_of("2512.00004", "Quarks"));
  const std::vector<Library::Like> like = library.like(asked, 10);
  ASSERT_THAT(like, SizeIs(2));
  EXPECT_EQ(like[0].id.str(), "2512.00003");
  EXPECT_EQ(like[1].id.str(), "2512.00002");
  EXPECT_GT(like[0].likeness, like[1].likeness);
  EXPECT_LE(like[0].likeness, 1);
  EXPECT_THAT(library.like(asked, 1), SizeIs(1));
  EXPECT_EQ(library.like(asked, 10), like) << "a question leaves no trace";
}

TEST(Library, WhatIsNotThereCanBeAskedAbout) {
  Library library{Statistics()};
  EXPECT_THAT(library.like(paper_of("2512.00001", "Quarks"), 3), IsEmpty());
  library.add(paper_of("2512.00002", "Quarks"));
  EXPECT_THAT(library.like(paper_of("2512.00001", "Quarks"), 3), SizeIs(1));
  EXPECT_THAT(library.like(paper_of("2512.00001", ""), 3), IsEmpty());
}

TEST(Library, APaperAddedAgainIsReplaced) {
  Library library{Statistics()};
  library.add(paper_of("2512.00002", "Quarks"));
  library.add(paper_of("2512.00002", "Robots"));
  EXPECT_EQ(library.papers(), 1u);
  EXPECT_THAT(library.like(paper_of("2512.00001", "Quarks"), 3), IsEmpty());
  EXPECT_THAT(library.like(paper_of("2512.00001", "Robots"), 3), SizeIs(1));
}

TEST(Library, RareWordsWeighMore) {
  Statistics statistics;
  for (int i = 0; i < 15; ++i) statistics.add(paper_of("2511.00001", "robot"));
  Library library{statistics};
  library.add(paper_of("2512.00002", "robot learning"));
  library.add(paper_of("2512.00003", "splatting learning"));
  EXPECT_EQ(library.like(paper_of("2512.00001", "robot splatting"), 1).at(0).id.str(), "2512.00003");
}

}  // namespace
}  // namespace paperboy::match
