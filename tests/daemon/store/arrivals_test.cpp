// Announcements, the match stage's queue, matches and what was shown, the ledger, cursors.
#include <gmock/gmock.h>

#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using paper::AnnounceKind;
using paper::LedgerState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Arrivals : public StoreTest {
 protected:
  std::vector<Arrival> waiting(int limit = 100) {
    return tx([&](Tx& t) { return arrivals(t, match_cursor(t), limit); });
  }
  // What waits, as "id vN kind day".
  std::vector<std::string> queue() {
    std::vector<std::string> lines;
    for (const Arrival& a : waiting()) {
      lines.push_back(a.paper.id.str() + " v" + std::to_string(a.paper.version) + " " +
                      std::string(paper::to_string(a.kind)) + " " + std::to_string((a.day - day(1)).count() + 1));
    }
    return lines;
  }
  void matched() {
    const std::vector<Arrival> list = waiting();
    if (!list.empty()) tx([&](Tx& t) { put_matches(t, {}, list.back().seq, start); });
  }
};

constexpr AnnounceKind fresh = AnnounceKind::new_paper;
constexpr AnnounceKind cross = AnnounceKind::cross_list;
constexpr AnnounceKind replaced = AnnounceKind::replacement;
constexpr AnnounceKind replaced_cross = AnnounceKind::replacement_cross;

TEST_F(Arrivals, APaperWithoutAnnouncementIsKnownNotNews) {
  paper::Paper p = paper_of("2512.00001");
  p.announced = day(3);  // an old file says so
  put(p);
  put(paper_of("2512.00001", 2));
  EXPECT_THAT(queue(), IsEmpty());
}

TEST_F(Arrivals, AnAnnouncedPaperArrivesOnce) {
  put(paper_of("2512.00001"));
  EXPECT_EQ(announce({announced("2512.00001", day(3))}), 1);
  EXPECT_THAT(queue(), ElementsAre("2512.00001 v1 new 3"));
  EXPECT_EQ(stored("2512.00001").announced, day(3));
  matched();
  EXPECT_THAT(queue(), IsEmpty());
}

TEST_F(Arrivals, TheSameBatchAgainIsNothing) {
  const auto batch = [&] {
    const Change change = put(paper_of("2512.00001"));
    return std::pair(change,
                     announce({announced("2512.00001", day(3)), announced("2512.00001", day(3), cross, 1, "cs.LG")}));
  };
  EXPECT_EQ(batch(), std::pair(Change::added, 2));
  EXPECT_EQ(batch(), std::pair(Change::unchanged, 0));
  EXPECT_EQ(queue().size(), 1u);
  matched();
  EXPECT_EQ(batch(), std::pair(Change::unchanged, 0));
  EXPECT_THAT(queue(), IsEmpty());
}

TEST_F(Arrivals, KnownLongBeforeItIsAnnounced) {
  put(paper_of("2512.00001"));
  put(paper_of("2512.00002"));
  announce({announced("2512.00002", day(3))});
  matched();
  announce({announced("2512.00001", day(5))});
  EXPECT_THAT(queue(), ElementsAre("2512.00001 v1 new 5"));
}

TEST_F(Arrivals, AnnouncedBeforeItIsKnown) {
  announce({announced("2512.00001", day(3)), announced("2512.00002", day(3))});
  put(paper_of("2512.00002"));
  EXPECT_THAT(queue(), ElementsAre("2512.00002 v1 new 3"));
  matched();
  put(paper_of("2512.00001"));  // its number was passed over already
  EXPECT_THAT(queue(), ElementsAre("2512.00001 v1 new 3"));
}

struct Listing {
  Day on;
  AnnounceKind kind;
  int version;
};

struct Case {
  const char* what;
  std::vector<Listing> before;  // matched then
  std::vector<Listing> after;
  std::vector<std::string> queue;
};

TEST_F(Arrivals, StrongestOfAMailingAndOfWhatWaits) {
  const std::vector<Case> cases = {
      {"several listings of a mailing", {}, {{day(3), cross, 1}, {day(3), fresh, 1}, {day(3), cross, 1}}, {"v1 new 3"}},
      {"a weaker one after it was matched", {{day(3), fresh, 1}}, {{day(3), cross, 1}}, {}},
      {"a stronger one after it was matched", {{day(3), cross, 1}}, {{day(3), fresh, 1}}, {"v1 new 3"}},
      {"the next mailing's cross-list", {{day(3), fresh, 1}}, {{day(4), cross, 1}}, {"v1 cross 4"}},
      {"a replacement", {{day(3), fresh, 1}}, {{day(9), replaced, 2}}, {"v2 replace 9"}},
      {"a replacement in two lists",
       {{day(3), fresh, 1}},
       {{day(9), replaced_cross, 2}, {day(9), replaced, 2}},
       {"v2 replace 9"}},
      {"the same replacement on another day",
       {{day(3), fresh, 1}, {day(9), replaced, 2}},
       {{day(10), replaced_cross, 2}},
       {}},
      {"the next replacement", {{day(9), replaced, 2}}, {{day(10), replaced, 3}}, {"v3 replace 10"}},
      {"two replacements while it waits", {}, {{day(9), replaced, 2}, {day(10), replaced, 3}}, {"v3 replace 10"}},
      {"new and replaced while it waits", {}, {{day(3), fresh, 1}, {day(9), replaced, 2}}, {"v2 new 3"}},
      {"an unknown version of a replacement", {{day(3), fresh, 1}}, {{day(9), replaced, 0}}, {"v1 replace 9"}},
      {"the missed first announcement, caught up", {{day(9), replaced, 2}}, {{day(3), fresh, 1}}, {"v2 new 3"}},
  };
  int n = 0;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    const std::string canonical = "2512.000" + std::to_string(10 + n++);
    put(paper_of(canonical));
    int list = 0;
    for (const Listing& l : c.before)
      announce({announced(canonical, l.on, l.kind, l.version, "cs." + std::to_string(list++))});
    matched();
    for (const Listing& l : c.after)
      announce({announced(canonical, l.on, l.kind, l.version, "cs." + std::to_string(list++))});
    std::vector<std::string> expected;
    for (const std::string& line : c.queue) expected.push_back(canonical + " " + line);
    EXPECT_EQ(queue(), expected);
    matched();
    EXPECT_THAT(queue(), IsEmpty());
  }
}

TEST_F(Arrivals, ARevisedPaperComesAgainAsAReplacement) {
  put(paper_of("2512.00001"));
  announce({announced("2512.00001", day(3))});
  matched();
  paper::Paper next = paper_of("2512.00001", 2, "New title");
  next.updated = day(8);
  EXPECT_EQ(put(next), Change::revised);
  EXPECT_THAT(queue(), ElementsAre("2512.00001 v2 replace 8"));
  EXPECT_EQ(waiting().at(0).paper.title, "New title");
  matched();
  announce({announced("2512.00001", day(9), replaced, 2)});  // the listing says what the harvest has told
  EXPECT_THAT(queue(), IsEmpty());
}

TEST_F(Arrivals, ARevisedPaperThatWaitsKeepsItsKind) {
  put(paper_of("2512.00001"));
  announce({announced("2512.00001", day(3))});
  const std::int64_t seq = waiting().at(0).seq;
  put(paper_of("2512.00001", 2));
  EXPECT_THAT(queue(), ElementsAre("2512.00001 v2 new 3"));
  EXPECT_GT(waiting().at(0).seq, seq);
}

TEST_F(Arrivals, WhatTopicsLookAtComesAgain) {
  paper::Paper bare = paper_of("2512.00001");
  bare.abstract.clear();
  put(bare);
  announce({announced("2512.00001", day(3))});
  matched();
  paper::Paper commented = bare;
  commented.comments = "12 pages";
  EXPECT_EQ(put(commented), Change::completed);
  EXPECT_THAT(queue(), IsEmpty());
  EXPECT_EQ(put(paper_of("2512.00001")), Change::completed);
  EXPECT_THAT(queue(), ElementsAre("2512.00001 v1 new 3"));
}

// The matcher has read the queue and not yet moved its cursor when the paper changes.
TEST_F(Arrivals, AChangeDuringMatchingIsNotPassedOver) {
  put(paper_of("2512.00001"));
  announce({announced("2512.00001", day(3), cross)});
  const std::vector<Arrival> batch = waiting();
  announce({announced("2512.00001", day(3), fresh, 1, "cs.GR")});
  tx([&](Tx& t) { put_matches(t, {}, batch.back().seq, start); });
  EXPECT_THAT(queue(), ElementsAre("2512.00001 v1 new 3"));
}

TEST_F(Arrivals, ComeInOrderAndByPortions) {
  std::vector<paper::Announcement> list;
  for (const char* canonical : {"2512.00005", "2512.00001", "2512.00003"}) {
    put(paper_of(canonical));
    list.push_back(announced(canonical, day(3)));
  }
  announce(list);
  const std::vector<Arrival> first = waiting(2);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].paper.id, id("2512.00005"));
  EXPECT_LT(first[0].seq, first[1].seq);
  tx([&](Tx& t) { put_matches(t, {}, first[1].seq, start); });
  EXPECT_THAT(queue(), ElementsAre("2512.00003 v1 new 3"));
}

TEST_F(Arrivals, TheCursorNeverGoesBack) {
  tx([](Tx& t) { put_matches(t, {}, 7, start); });
  tx([](Tx& t) { put_matches(t, {}, 5, start); });
  EXPECT_EQ(tx([](Tx& t) { return match_cursor(t); }), 7);
}

TEST_F(Arrivals, AReplacementDoesNotDateThePaper) {
  put(paper_of("2512.00001", 2));
  announce({announced("2512.00001", day(3), replaced, 2)});
  EXPECT_EQ(stored("2512.00001").announced, std::nullopt);
  announce({announced("2512.00001", day(5), cross, 2)});
  EXPECT_EQ(stored("2512.00001").announced, day(5));
  announce({announced("2512.00001", day(4), fresh, 1)});
  EXPECT_EQ(stored("2512.00001").announced, day(4));
}

TEST_F(Arrivals, AnAliasIsThePaper) {
  paper::Paper p = paper_of("2512.00001");
  p.doi = "10.1234/abc";
  put(p);
  const std::string journal = "doi:10.1234/abc";
  announce({announced(journal, day(3), fresh, 0, "A Journal")});  // before anybody knows what it is
  EXPECT_THAT(queue(), IsEmpty());
  put(paper_of(journal, 0));
  EXPECT_THAT(queue(), ElementsAre("2512.00001 v1 new 3"));
  matched();
  EXPECT_EQ(announce({announced(journal, day(3), fresh, 0, "A Journal")}), 0);
  EXPECT_EQ(announce({announced(journal, day(4), cross, 0, "A Journal")}), 1);
  EXPECT_THAT(queue(), ElementsAre("2512.00001 v1 cross 4"));
  EXPECT_EQ(number("SELECT COUNT(DISTINCT paper) FROM announcement"), 1);
}

// --- matches

class Matches : public StoreTest {
 protected:
  void SetUp() override {
    paper::Person ada = person_of("ada");
    ada.topics[0].name = "plain";
    paper::Topic second = ada.topics[0];
    second.name = "revisions";
    second.revisions = true;
    ada.topics.push_back(second);
    provision({ada, person_of("bob")});
    put(paper_of("2512.00001"));
    put(paper_of("2512.00002"));
  }

  static StoredMatch match_of(std::string_view canonical, std::string topic, int version = 1, AnnounceKind kind = fresh,
                              Day on = day(3), double score = 0.5) {
    StoredMatch m;
    m.match = {"ada", std::move(topic), score, {{paper::ReasonKind::phrase, "gaussian splatting", "title"}}};
    m.paper = id(canonical);
    m.version = version;
    m.kind = kind;
    m.day = on;
    return m;
  }
  void found(std::vector<StoredMatch> matches) {
    tx([&](Tx& t) { put_matches(t, matches, 0, start); });
  }
  void show(std::string_view canonical, int version) {
    const ShownMark mark{id(canonical), version, "plain"};
    const std::string key = "period " + std::to_string(shown_++);
    const DigestRow digest{.id = key, .person = "ada", .period_key = key, .kind = "digest", .built_at = start};
    EXPECT_TRUE(tx([&](Tx& t) { return put_digest(t, digest, {&mark, 1}, {}); }));
  }
  std::vector<std::string> unshown() {
    std::vector<std::string> lines;
    const bool any = tx([](Tx& t) { return has_unshown_matches(t, *find_person(t, "ada")); });
    for (const StoredMatch& m : tx([](Tx& t) { return unshown_matches(t, *find_person(t, "ada")); })) {
      lines.push_back(m.match.topic + " " + m.paper.str() + " v" + std::to_string(m.version) + " " +
                      std::string(paper::to_string(m.kind)));
    }
    EXPECT_EQ(any, !lines.empty());
    return lines;
  }

  int shown_ = 0;
};

TEST_F(Matches, ComeBackAsTheyWere) {
  StoredMatch m = match_of("2512.00001", "plain", 2, cross, day(4), 1.0 / 3.0);
  m.match.reasons = {
      {paper::ReasonKind::phrase, "\"quoted\" 😀\\", "title"}, {paper::ReasonKind::word, "", "abstract"},
      {paper::ReasonKind::prefix, "gauss", "title"},           {paper::ReasonKind::author, "Kaiming He", "authors"},
      {paper::ReasonKind::category, "cs.CV", "categories"},    {paper::ReasonKind::example, "2308.04079", "0.41"}};
  found({m});
  const std::vector<StoredMatch> list = tx([](Tx& t) { return unshown_matches(t, *find_person(t, "ada")); });
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].match.person, "ada");
  EXPECT_EQ(list[0].match.topic, "plain");
  EXPECT_EQ(list[0].match.score, 1.0 / 3.0);
  EXPECT_EQ(list[0].match.reasons, m.match.reasons);
  EXPECT_EQ(list[0].paper, m.paper);
  EXPECT_EQ(list[0].version, 2);
  EXPECT_EQ(list[0].kind, cross);
  EXPECT_EQ(list[0].day, day(4));
  EXPECT_THAT(tx([](Tx& t) { return unshown_matches(t, *find_person(t, "bob")); }), IsEmpty());
}

TEST_F(Matches, TheFirstOfAKindStays) {
  found({match_of("2512.00001", "plain", 1, fresh, day(3), 0.5)});
  found({match_of("2512.00001", "plain", 1, fresh, day(4), 0.9)});
  const std::vector<StoredMatch> list = tx([](Tx& t) { return unshown_matches(t, *find_person(t, "ada")); });
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].match.score, 0.5);
}

TEST_F(Matches, NeedPersonAndPaper) {
  StoredMatch stranger = match_of("2512.00001", "plain");
  stranger.match.person = "nobody";
  EXPECT_THROW(found({stranger}), StoreError);
  EXPECT_THROW(found({match_of("2512.00009", "plain")}), StoreError);
}

TEST_F(Matches, NewestMailingThenScore) {
  found({match_of("2512.00001", "plain", 1, fresh, day(3), 0.9),
         match_of("2512.00001", "revisions", 1, fresh, day(4), 0.1),
         match_of("2512.00002", "plain", 1, fresh, day(4), 0.2)});
  EXPECT_THAT(unshown(),
              ElementsAre("plain 2512.00002 v1 new", "revisions 2512.00001 v1 new", "plain 2512.00001 v1 new"));
}

TEST_F(Matches, AShownPaperIsShownInEveryTopic) {
  found({match_of("2512.00001", "plain"), match_of("2512.00001", "revisions"), match_of("2512.00002", "plain")});
  show("2512.00001", 1);
  EXPECT_THAT(unshown(), ElementsAre("plain 2512.00002 v1 new"));
  found({match_of("2512.00001", "plain", 1, cross, day(5)), match_of("2512.00001", "revisions", 1, cross, day(5))});
  EXPECT_THAT(unshown(), ElementsAre("plain 2512.00002 v1 new"));
}

TEST_F(Matches, AReplacementComesWhereRevisionsAreAskedFor) {
  found({match_of("2512.00001", "plain"), match_of("2512.00001", "revisions")});
  show("2512.00001", 1);
  found(
      {match_of("2512.00001", "plain", 2, replaced, day(9)), match_of("2512.00001", "revisions", 2, replaced, day(9))});
  EXPECT_THAT(unshown(), ElementsAre("revisions 2512.00001 v2 replace"));
  show("2512.00001", 2);
  EXPECT_THAT(unshown(), IsEmpty());
  found({match_of("2512.00001", "revisions", 2, replaced_cross, day(10))});  // that version was shown
  EXPECT_THAT(unshown(), IsEmpty());
  found({match_of("2512.00001", "revisions", 3, replaced_cross, day(11))});
  EXPECT_THAT(unshown(), ElementsAre("revisions 2512.00001 v3 replace-cross"));
}

TEST_F(Matches, AReplacementOfWhatWasNeverShownIsNoNewsElsewhere) {
  found({match_of("2512.00001", "plain", 2, replaced), match_of("2512.00001", "revisions", 2, replaced)});
  EXPECT_THAT(unshown(), ElementsAre("revisions 2512.00001 v2 replace"));
}

TEST_F(Matches, AVersionThatBecameKnownIsNoRevision) {
  found({match_of("2512.00001", "revisions", 0)});
  show("2512.00001", 0);
  found({match_of("2512.00001", "revisions", 1)});  // completed: the version is named now
  EXPECT_THAT(unshown(), IsEmpty());
  found({match_of("2512.00001", "revisions", 2, replaced, day(9))});
  EXPECT_THAT(unshown(), ElementsAre("revisions 2512.00001 v2 replace"));
}

TEST_F(Matches, AHigherVersionThatCameAsSomethingElseIsARevision) {
  found({match_of("2512.00001", "revisions", 1)});
  show("2512.00001", 1);
  found({match_of("2512.00001", "revisions", 2, cross, day(9)), match_of("2512.00001", "plain", 2, cross, day(9))});
  EXPECT_THAT(unshown(), ElementsAre("revisions 2512.00001 v2 cross"));
}

TEST_F(Matches, OneATopicAndPaper) {
  found({match_of("2512.00001", "revisions", 1, fresh, day(3), 0.4),
         match_of("2512.00001", "revisions", 2, replaced, day(9), 0.6)});
  const std::vector<StoredMatch> list = tx([](Tx& t) { return unshown_matches(t, *find_person(t, "ada")); });
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].kind, fresh);
  EXPECT_EQ(list[0].version, 2);
  EXPECT_EQ(list[0].day, day(9));
  EXPECT_EQ(list[0].match.score, 0.6);
}

TEST_F(Matches, OfATopicThatIsGoneAreGone) {
  found({match_of("2512.00001", "plain")});
  paper::Person ada = person_of("ada");
  provision({ada, person_of("bob")});
  EXPECT_THAT(unshown(), IsEmpty());
}

// --- ledger

class Ledger : public StoreTest {
 protected:
  void write(LedgerState state, int expected = 0, int ingested = 0, std::string note = {}) {
    const paper::LedgerEntry entry{.source = "arxiv-rss",
                                   .category = "cs.CV",
                                   .day = day(3),
                                   .state = state,
                                   .expected = expected,
                                   .ingested = ingested,
                                   .note = std::move(note)};
    tx([&](Tx& t) { put_ledger(t, {&entry, 1}, start); });
  }
  paper::LedgerEntry read() {
    const auto entries = tx([](Tx& t) { return ledger_of(t, day(3)); });
    EXPECT_EQ(entries.size(), 1u);
    return entries.at(0);
  }
};

TEST_F(Ledger, ComesBackAsItWas) {
  write(LedgerState::partial, 12, 11, "2512.00001 is missing");
  const paper::LedgerEntry expected{
      "arxiv-rss", "cs.CV", day(3), LedgerState::partial, 12, 11, "2512.00001 is missing"};
  EXPECT_EQ(read(), expected);
}

TEST_F(Ledger, WhatIsOutIsNotTakenBack) {
  using enum LedgerState;
  const std::vector<LedgerState> all = {waiting, complete, partial, failed, quiet};
  for (const LedgerState before : all) {
    for (const LedgerState after : all) {
      tx([](Tx& t) { t.execute("DELETE FROM ledger"); });
      write(before, 1);
      write(after, 2);
      const bool stays = (before == complete || before == partial) && (after == waiting || after == failed);
      EXPECT_EQ(read().state, stays ? before : after)
          << paper::to_string(before) << " then " << paper::to_string(after);
      EXPECT_EQ(read().expected, stays ? 1 : 2);
    }
  }
}

TEST_F(Ledger, WindowsAreHalfOpenAndOrdered) {
  std::vector<paper::LedgerEntry> entries;
  for (const int d : {5, 3, 4}) {
    for (const char* category : {"cs.LG", "cs.CV"})
      entries.push_back({"b", category, day(d), LedgerState::quiet, 0, 0, ""});
  }
  entries.push_back({"a", "cs.RO", day(3), LedgerState::quiet, 0, 0, ""});
  tx([&](Tx& t) { put_ledger(t, entries, start); });
  std::vector<std::string> seen;
  for (const paper::LedgerEntry& e : tx([](Tx& t) { return ledger_between(t, day(3), day(5)); })) {
    seen.push_back(std::to_string((e.day - day(0)).count()) + e.source + e.category);
  }
  EXPECT_THAT(seen, ElementsAre("3acs.RO", "3bcs.CV", "3bcs.LG", "4bcs.CV", "4bcs.LG"));
}

TEST_F(Ledger, CursorsAreKeptByName) {
  tx([](Tx& t) {
    EXPECT_EQ(cursor(t, "arxiv-rss"), "");
    put_cursor(t, "arxiv-rss", "page=1&x='", start);
    put_cursor(t, "arxiv-oai", "2026-11-03", start);
    put_cursor(t, "arxiv-rss", "page=2", start);
  });
  EXPECT_EQ(tx([](Tx& t) { return cursor(t, "arxiv-rss"); }), "page=2");
  EXPECT_EQ(tx([](Tx& t) { return cursor(t, "arxiv-oai"); }), "2026-11-03");
}

}  // namespace
}  // namespace paperboy::store::test
