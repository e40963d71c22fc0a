// put_paper's rules of merging, identity, and what comes back.
#include <gmock/gmock.h>

#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using paper::Paper;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Papers : public StoreTest {};

Paper full_paper() {
  Paper p = paper_of("2512.07197", 2, "On β-decay");
  p.title_raw = "On $\\beta$-decay";
  p.abstract = "First paragraph, \"quoted\".\nSecond 😀.";
  p.abstract_raw = "First paragraph, ``quoted''.\nSecond 😀.";
  p.authors = {"Paul Erdős", "Łukasz \"Luke\" O'Neill\\", "ATLAS Collaboration"};
  p.authors_raw = "Paul Erd\\H{o}s, \\L ukasz \"Luke\" O'Neill\\, ATLAS Collaboration";
  p.categories = {"nucl-th", "hep-ph", "cs.CV"};
  p.classes = {"81V05", "I.2.10; I.4"};
  p.comments = "12 pages, 3 figures";
  p.journal_ref = "Phys. Rev. D 1 (2026) 2";
  p.doi = "10.1103/PhysRevD.1.2";
  p.report_number = "CERN-TH-2026-1";
  p.license = "http://creativecommons.org/licenses/by/4.0/";
  p.url = "https://example.org/p";
  p.published = day(1);
  p.updated = day(2);
  p.announced = day(3);
  p.versions = {{1, start, "85kb", "D"}, {2, start + 24h, "86kb", "I"}};
  p.withdrawn = true;
  return p;
}

void expect_same(const Paper& a, const Paper& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.title, b.title);
  EXPECT_EQ(a.title_raw, b.title_raw);
  EXPECT_EQ(a.abstract, b.abstract);
  EXPECT_EQ(a.abstract_raw, b.abstract_raw);
  EXPECT_EQ(a.authors, b.authors);
  EXPECT_EQ(a.authors_raw, b.authors_raw);
  EXPECT_EQ(a.categories, b.categories);
  EXPECT_EQ(a.classes, b.classes);
  EXPECT_EQ(a.comments, b.comments);
  EXPECT_EQ(a.journal_ref, b.journal_ref);
  EXPECT_EQ(a.doi, b.doi);
  EXPECT_EQ(a.report_number, b.report_number);
  EXPECT_EQ(a.license, b.license);
  EXPECT_EQ(a.url, b.url);
  EXPECT_EQ(a.published, b.published);
  EXPECT_EQ(a.updated, b.updated);
  EXPECT_EQ(a.announced, b.announced);
  EXPECT_EQ(a.versions, b.versions);
  EXPECT_EQ(a.withdrawn, b.withdrawn);
}

TEST_F(Papers, ComeBackAsTheyWere) {
  EXPECT_EQ(put(full_paper()), Change::added);
  expect_same(stored("2512.07197"), full_paper());
  const Paper bare = [] {
    Paper p;
    p.id = id("hep-th/9901001");
    return p;
  }();
  EXPECT_EQ(put(bare), Change::added);
  expect_same(stored("hep-th/9901001"), bare);
  EXPECT_EQ(number("SELECT COUNT(*) FROM papers"), 2);
}

TEST_F(Papers, UnknownOnesAreNothing) {
  EXPECT_FALSE(tx([](Tx& t) { return find_paper(t, id("2512.00001")); }));
}

TEST_F(Papers, WithoutAnIdAreRefused) {
  EXPECT_THROW(put(Paper{}), StoreError);
}

TEST_F(Papers, AgainIsUnchangedAndAddsNoRow) {
  put(full_paper());
  EXPECT_EQ(put(full_paper()), Change::unchanged);
  EXPECT_EQ(number("SELECT COUNT(*) FROM papers"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM paper_version"), 2);
  expect_same(stored("2512.07197"), full_paper());
}

TEST_F(Papers, ASourceThatKnowsLessErasesNothing) {
  put(full_paper());
  for (const int version : {0, 1, 2}) {
    Paper less;
    less.id = full_paper().id;
    less.version = version;
    EXPECT_EQ(put(less), Change::unchanged) << version;
  }
  Paper other_words = paper_of("2512.07197", 2, "Other words for the same version");
  other_words.categories = {"hep-ph"};
  EXPECT_EQ(put(other_words), Change::unchanged);
  expect_same(stored("2512.07197"), full_paper());
}

TEST_F(Papers, ANewerVersionErasesNothingItDoesNotHave) {
  put(full_paper());
  Paper next;
  next.id = full_paper().id;
  next.version = 3;
  EXPECT_EQ(put(next), Change::revised);
  Paper expected = full_paper();
  expected.version = 3;
  expected.withdrawn = false;  // the one thing the newer version decides by itself
  expect_same(stored("2512.07197"), expected);
}

TEST_F(Papers, WhatWasEmptyIsFilled) {
  Paper bare;
  bare.id = full_paper().id;
  bare.version = 2;
  put(bare);
  EXPECT_EQ(put(full_paper()), Change::revised);  // it is withdrawn now
  expect_same(stored("2512.07197"), full_paper());
}

// Each field alone, filled by a second source.
TEST_F(Papers, AnyFieldFilledIsCompleted) {
  const std::vector<std::function<void(Paper&)>> fields = {
      [](Paper& p) { p.title_raw = "raw"; },
      [](Paper& p) { p.abstract_raw = "raw"; },
      [](Paper& p) { p.authors_raw = "raw"; },
      [](Paper& p) { p.classes = {"68T45"}; },
      [](Paper& p) { p.categories.push_back("cs.GR"); },
      [](Paper& p) { p.comments = "x"; },
      [](Paper& p) { p.journal_ref = "x"; },
      [](Paper& p) { p.doi = "10.1234/x"; },
      [](Paper& p) { p.report_number = "x"; },
      [](Paper& p) { p.license = "x"; },
      [](Paper& p) { p.url = "x"; },
      [](Paper& p) { p.published = day(1); },
      [](Paper& p) { p.updated = day(1); },
      [](Paper& p) { p.announced = day(1); },
      [](Paper& p) { p.versions = {{1, start, "", ""}}; },
      [](Paper& p) { p.versions = {{1, start, "1kb", ""}}; },
      [](Paper& p) { p.versions = {{1, start, "1kb", "D"}}; },
  };
  Paper expected = paper_of("2512.07197");
  put(expected);
  for (std::size_t n = 0; n < fields.size(); ++n) {
    Paper other = paper_of("2512.07197");
    fields[n](other);
    fields[n](expected);
    EXPECT_EQ(put(other), Change::completed) << n;
    EXPECT_EQ(put(other), Change::unchanged) << n;
  }
  expect_same(stored("2512.07197"), expected);
}

TEST_F(Papers, AHigherVersionReplaces) {
  put(full_paper());
  Paper next = paper_of("2512.07197", 3, "On gamma decay");
  next.abstract = "Corrected.";
  next.authors = {"Paul Erdős"};
  next.categories = {"hep-ph", "nucl-th", "cs.LG"};
  next.comments = "v3: corrected";
  next.updated = day(9);
  next.published = day(9);
  next.versions = {{3, start + 48h, "90kb", "D"}};
  EXPECT_EQ(put(next), Change::revised);
  const Paper now = stored("2512.07197");
  EXPECT_EQ(now.version, 3);
  EXPECT_EQ(now.title, "On gamma decay");
  EXPECT_EQ(now.title_raw, "");  // the raw form goes with its title
  EXPECT_EQ(now.abstract, "Corrected.");
  EXPECT_EQ(now.abstract_raw, "");
  EXPECT_THAT(now.authors, ElementsAre("Paul Erdős"));
  EXPECT_THAT(now.categories, ElementsAre("hep-ph", "nucl-th", "cs.LG", "cs.CV"));
  EXPECT_EQ(now.comments, "v3: corrected");
  EXPECT_EQ(now.journal_ref, full_paper().journal_ref);
  EXPECT_EQ(now.updated, day(9));
  EXPECT_EQ(now.published, day(1));
  EXPECT_FALSE(now.withdrawn);
  ASSERT_EQ(now.versions.size(), 3u);
  EXPECT_EQ(now.versions.back().number, 3);
}

TEST_F(Papers, AHigherVersionSaysWhatItChanged) {
  using Field = paper::Change::Field;
  Paper first = paper_of("2512.07197", 1, "On beta");
  put(first);
  EXPECT_THAT(stored("2512.07197").revisions, IsEmpty());
  Paper second = paper_of("2512.07197", 2, "On gamma \"decay\"");
  second.authors.push_back("Jane Doe");
  second.comments = "12 pages";  // the record of the first, from a listing, may have left its own out
  put(second);
  put(second);
  Paper fourth = second;
  fourth.version = 4;
  put(fourth);
  put(first);
  const std::vector<paper::Revision> expected{
      {2, 1, {{Field::title, "On beta", "On gamma \"decay\""}, {Field::authors, "", "Jane Doe"}}}, {4, 2, {}}};
  EXPECT_EQ(stored("2512.07197").revisions, expected);
}

TEST_F(Papers, AWholeRecordHadNothingWhereItIsEmpty) {
  Paper first = paper_of("2512.07197", 1);
  first.versions = {{1, start, "85kb", "D"}};
  put(first);
  Paper second = paper_of("2512.07197", 2);
  second.comments = "accepted";
  second.versions = {{1, start, "85kb", "D"}, {2, start + 24h, "86kb", "D"}};
  put(second);
  ASSERT_EQ(stored("2512.07197").revisions.size(), 1u);
  EXPECT_EQ(stored("2512.07197").revisions[0].changes,
            (std::vector<paper::Change>{{paper::Change::Field::comments, "", "accepted"}}));
}

TEST_F(Papers, OfARecordWithoutAVersionNothingIsCompared) {
  put(paper_of("2512.07197", 0, "Some title"));
  put(paper_of("2512.07197", 2, "Another"));
  EXPECT_THAT(stored("2512.07197").revisions, IsEmpty());
}

TEST_F(Papers, ALowerVersionOnlyFillsGaps) {
  Paper second = paper_of("2512.07197", 2, "Second");
  put(second);
  Paper first = paper_of("2512.07197", 1, "First");
  first.updated = day(1);  // of the first version
  first.published = day(1);
  first.comments = "from v1";
  first.withdrawn = true;  // an older version's word on withdrawal is stale
  EXPECT_EQ(put(first), Change::completed);
  const Paper now = stored("2512.07197");
  EXPECT_EQ(now.version, 2);
  EXPECT_EQ(now.title, "Second");
  EXPECT_EQ(now.updated, std::nullopt);
  EXPECT_EQ(now.published, day(1));
  EXPECT_EQ(now.comments, "from v1");
  EXPECT_FALSE(now.withdrawn);
}

TEST_F(Papers, TheFirstNamedVersionIsBelievedAndIsNoRevision) {
  put(paper_of("2512.07197", 0, "As an old file had it"));
  EXPECT_EQ(put(paper_of("2512.07197", 3, "As the harvest has it")), Change::completed);
  EXPECT_EQ(stored("2512.07197").version, 3);
  EXPECT_EQ(stored("2512.07197").title, "As the harvest has it");
  EXPECT_EQ(put(paper_of("2512.07197", 0, "As an old file had it")), Change::unchanged);
  EXPECT_EQ(stored("2512.07197").title, "As the harvest has it");
}

TEST_F(Papers, TheVersionListNamesTheVersion) {
  Paper p = paper_of("2512.07197", 0);
  p.versions = {{1, start, "", ""}, {2, start, "", ""}};
  put(p);
  EXPECT_EQ(stored("2512.07197").version, 2);
  p.versions.push_back({3, start, "", ""});
  EXPECT_EQ(put(p), Change::revised);
  EXPECT_EQ(stored("2512.07197").version, 3);
}

TEST_F(Papers, EarlierDaysWin) {
  Paper p = paper_of("2512.07197");
  p.announced = p.published = day(10);
  put(p);
  p.announced = p.published = day(12);
  EXPECT_EQ(put(p), Change::unchanged);
  p.announced = p.published = day(8);
  EXPECT_EQ(put(p), Change::completed);
  EXPECT_EQ(stored("2512.07197").announced, day(8));
  EXPECT_EQ(stored("2512.07197").published, day(8));
}

TEST_F(Papers, WithdrawalIsARevisionOnce) {
  put(paper_of("2512.07197", 2));
  Paper gone = paper_of("2512.07197", 2);
  gone.withdrawn = true;
  EXPECT_EQ(put(gone), Change::revised);
  EXPECT_EQ(put(gone), Change::unchanged);
  EXPECT_EQ(put(paper_of("2512.07197", 2)), Change::unchanged);  // this source has not heard of it
  EXPECT_TRUE(stored("2512.07197").withdrawn);
}

TEST_F(Papers, ADoiJoinsSources) {
  Paper journal = paper_of("doi:10.1103/physrevd.1.2", 0, "On Beta Decay");
  journal.categories.clear();
  put(full_paper());  // its DOI is 10.1103/PhysRevD.1.2
  EXPECT_EQ(put(journal), Change::unchanged);
  EXPECT_EQ(number("SELECT COUNT(*) FROM papers"), 1);
  EXPECT_EQ(stored("doi:10.1103/physrevd.1.2").id, id("2512.07197"));
  EXPECT_EQ(stored("doi:10.1103/physrevd.1.2").title, "On β-decay");
  EXPECT_EQ(put(journal), Change::unchanged);  // by its alias
  EXPECT_EQ(number("SELECT COUNT(*) FROM paper_alias"), 1);
}

TEST_F(Papers, ADoiJoinsTheOtherWayRound) {
  Paper preprint = paper_of("feed:0123456789abcdef0123456789abcdef", 0, "On Beta Decay");
  preprint.doi = "https://doi.org/10.1103/PHYSREVD.1.2";
  put(preprint);
  EXPECT_EQ(put(full_paper()), Change::completed);
  EXPECT_EQ(number("SELECT COUNT(*) FROM papers"), 1);
  const Paper now = stored("2512.07197");
  EXPECT_EQ(now.id, preprint.id);
  EXPECT_EQ(now.title, "On β-decay");
  EXPECT_EQ(now.version, 2);
}

TEST_F(Papers, ArxivsOwnDoiIsTheArxivId) {
  Paper item = paper_of("feed:0123456789abcdef0123456789abcdef", 0);
  item.doi = "10.48550/arXiv.2512.07197";
  put(item);
  put(paper_of("2512.07197"));
  EXPECT_EQ(number("SELECT COUNT(*) FROM papers"), 1);

  Paper later = paper_of("feed:ffffffffffffffffffffffffffffffff", 0);
  later.doi = "10.48550/arXiv.2512.00002";
  put(paper_of("2512.00002"));
  put(later);
  EXPECT_EQ(number("SELECT COUNT(*) FROM papers"), 2);
}

TEST_F(Papers, TwoArxivIdsAreTwoPapersWhateverTheirDoi) {
  Paper one = paper_of("2512.00001"), two = paper_of("2512.00002");
  one.doi = two.doi = "10.1145/1235";
  EXPECT_EQ(put(one), Change::added);
  EXPECT_EQ(put(two), Change::added);
  EXPECT_EQ(number("SELECT COUNT(*) FROM papers"), 2);
  EXPECT_EQ(stored("doi:10.1145/1235").id, one.id);
  EXPECT_EQ(number("SELECT COUNT(*) FROM paper_alias"), 0);
  // A journal's record joins the one that was known first.
  put(paper_of("doi:10.1145/1235", 0));
  EXPECT_EQ(stored("doi:10.1145/1235").id, one.id);
}

TEST_F(Papers, NonsenseDoisJoinNothing) {
  Paper one = paper_of("feed:0123456789abcdef0123456789abcdef"),
        two = paper_of("feed:ffffffffffffffffffffffffffffffff");
  one.doi = two.doi = "none";
  put(one);
  put(two);
  EXPECT_EQ(number("SELECT COUNT(*) FROM papers"), 2);
}

TEST_F(Papers, AreFoundInTheOrderAsked) {
  put(paper_of("2512.00001", 1, "one"));
  put(paper_of("2512.00002", 1, "two"));
  put(paper_of("2512.00003", 1, "three"));
  const std::vector<paper::PaperId> ids = {id("2512.00003"), id("2512.00009"), id("2512.00001")};
  const std::vector<Paper> found = tx([&](Tx& t) { return find_papers(t, ids); });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].title, "three");
  EXPECT_EQ(found[1].title, "one");
}

std::vector<std::string> announced_between(Tx& t, Day from, Day until) {
  std::vector<std::string> ids;
  each_paper_announced(t, from, until, [&](const Paper& p) { ids.push_back(p.id.str()); });
  return ids;
}

TEST_F(Papers, OfAWindowComeByDayAndOrderOfArrival) {
  const std::vector<std::pair<std::string, std::optional<Day>>> rows = {
      {"2512.00005", day(3)},       {"2512.00004", day(2)}, {"2512.00003", day(3)},
      {"2512.00002", std::nullopt}, {"2512.00001", day(4)}, {"2512.00006", day(1)}};
  for (const auto& [canonical, on] : rows) {
    Paper p = paper_of(canonical);
    p.announced = on;
    put(p);
  }
  EXPECT_THAT(tx([](Tx& t) { return announced_between(t, day(2), day(4)); }),
              ElementsAre("2512.00004", "2512.00005", "2512.00003"));
  EXPECT_THAT(tx([](Tx& t) { return announced_between(t, day(5), day(9)); }), IsEmpty());
}

TEST_F(Papers, ThatNoListingNamedAreDatedByTheirSubmission) {
  Paper imported = paper_of("2512.00001");
  imported.published = day(2);
  put(imported);
  Paper listed = paper_of("2512.00002");
  listed.published = day(2);
  listed.announced = day(4);
  put(listed);
  put(paper_of("2512.00003"));  // of no day at all
  const auto dated = [&](Day from, Day until) {
    std::vector<std::string> ids;
    tx([&](Tx& t) { each_paper_dated(t, from, until, [&](const Paper& p) { ids.push_back(p.id.str()); }); });
    return ids;
  };
  EXPECT_THAT(dated(day(1), day(4)), ElementsAre("2512.00001"));
  EXPECT_THAT(dated(day(4), day(5)), ElementsAre("2512.00002"));
}

TEST_F(Papers, NewestComeFirst) {
  for (const char* canonical : {"2512.00003", "2512.00001", "2512.00002"}) put(paper_of(canonical));
  std::vector<std::string> ids;
  tx([&](Tx& t) { each_recent_paper(t, 2, [&](const Paper& p) { ids.push_back(p.id.str()); }); });
  EXPECT_THAT(ids, ElementsAre("2512.00002", "2512.00001"));
}

TEST_F(Papers, CategoriesCanBeAskedFor) {
  Paper p = paper_of("2512.00001");
  p.categories = {"cs.CV", "math.NA"};
  put(p);
  p = paper_of("2512.00002");
  p.categories = {"cs.CVX"};
  put(p);
  EXPECT_EQ(number("SELECT COUNT(*) FROM papers WHERE categories LIKE '%\"cs.CV\"%'"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM papers WHERE categories LIKE '[\"cs.CVX\"%'"), 1);
}

TEST_F(Papers, HostileTextComesBackAsItWas) {
  Paper p = paper_of("2512.00001");
  p.title = "\"]}',\\u0000 \\ / \t \n \x7f \xed\xa0\x80 \xff";  // not even UTF-8
  p.abstract = std::string(3'000'000, 'a') + "'; DELETE FROM papers; --";
  p.authors = {"", "\"", "\\", "a\nb", "\xff\xfe", std::string(100'000, '"')};
  p.categories = {"]", "[\"", ","};
  for (int n = 0; n < 5000; ++n) p.authors.push_back("Author " + std::to_string(n));
  put(p);
  expect_same(stored("2512.00001"), p);
  EXPECT_EQ(put(p), Change::unchanged);
}

}  // namespace
}  // namespace paperboy::store::test
