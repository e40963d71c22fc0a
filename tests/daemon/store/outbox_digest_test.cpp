// Digests in the outbox: one a period, whole or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/store/archive.hpp"
#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

class Digests : public StoreTest {
 protected:
  void SetUp() override { provision({person_of("ada"), person_of("bob")}); }
};

TEST_F(Digests, ADigestOfAPeriodIsWrittenOnce) {
  put(paper_of("2512.00001"));
  const DigestRow digest{.id = "d1",
                         .person = "ada",
                         .period_key = "daily:2026-11-03",
                         .kind = "digest",
                         .title = "T",
                         .preheader = "Three papers",
                         .markdown = PackedText("# T"),
                         .built_at = start};
  const ShownMark mark{id("2512.00001"), 1, "splatting"};
  NewDelivery delivery{.id = "x1", .dedup_key = "k1", .channel = "email", .destination = "ada@example.org"};
  EXPECT_TRUE(tx([&](Tx& t) { return put_digest(t, digest, {&mark, 1}, {&delivery, 1}); }));

  DigestRow again = digest;
  again.id = "d2";
  const ShownMark other{id("2512.00002"), 1, "splatting"};
  delivery.id = "x2";
  delivery.dedup_key = "k2";
  EXPECT_FALSE(tx([&](Tx& t) { return put_digest(t, again, {&other, 1}, {&delivery, 1}); }));
  EXPECT_EQ(number("SELECT COUNT(*) FROM digest"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM shown"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM delivery"), 1);

  again.person = "bob";
  EXPECT_TRUE(tx([&](Tx& t) { return put_digest(t, again, {&other, 1}, {&delivery, 1}); }));
  const auto found = tx([](Tx& t) { return find_digest(t, "ada", "daily:2026-11-03"); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "d1");
  EXPECT_EQ(found->kind, "digest");
  EXPECT_EQ(found->title, "T");
  EXPECT_EQ(found->preheader, "Three papers");
  EXPECT_EQ(found->markdown.text(), "# T");
  EXPECT_EQ(found->built_at, start);
  EXPECT_FALSE(tx([](Tx& t) { return find_digest(t, "ada", "daily:2026-11-04"); }));
}

// Rows of before migration 007, and what a reader finds in both.
TEST_F(Digests, TextIsKeptPackedAndOlderTextIsReadAsItIs) {
  const std::string text = "# " + std::string(2000, 'w') + "\n\nstate\\-of\\-the\\-art &amp; more\n";
  for (const char* each : {"old", "new"}) {
    const DigestRow digest{.id = each,
                           .person = "ada",
                           .period_key = each,
                           .kind = "digest",
                           .markdown = PackedText(text),
                           .built_at = start};
    tx([&](Tx& t) { return put_digest(t, digest, {}, {}); });
  }
  tx([&](Tx& t) { t.execute("UPDATE digest SET packed_markdown = $1 WHERE id = 'old'", text); });
  EXPECT_EQ(number("SELECT COUNT(*) FROM digest WHERE id = 'new' AND typeof(packed_markdown) = 'blob' "
                   "AND length(packed_markdown) < 200"),
            1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM digest WHERE id = 'old' AND typeof(packed_markdown) = 'text'"), 1);
  for (const char* each : {"old", "new"}) {
    const auto found = tx([&](Tx& t) { return digest_by_id(t, each); });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->markdown.text(), text);
  }
  const auto holding = [&](const char* search, int limit, int skip) {
    std::vector<std::string> ids;
    for (const DigestRow& row : tx([&](Tx& t) { return digests_of(t, "ada", search, limit, skip); }))
      ids.push_back(row.id);
    return ids;
  };
  using testing::ElementsAre;
  EXPECT_THAT(holding("State-of-the-art & MORE", 10, 0), ElementsAre("old", "new"));
  EXPECT_THAT(holding("state-of-the-art", 1, 0), ElementsAre("old"));
  EXPECT_THAT(holding("state-of-the-art", 10, 1), ElementsAre("new"));
  EXPECT_THAT(holding("state-of-the-art missing", 10, 0), ElementsAre());
}

TEST_F(Digests, OfOnePaperIsAboutIt) {
  const auto about = [&](const char* period, std::vector<ShownMark> shown) {
    const DigestRow digest{.id = period, .person = "ada", .period_key = period, .kind = "digest", .built_at = start};
    const NewDelivery delivery{.id = period, .dedup_key = period, .channel = "slack", .destination = "C1"};
    tx([&](Tx& t) { return put_digest(t, digest, shown, {&delivery, 1}); });
    std::string found;
    tx([&](Tx& t) {
      t.query("SELECT about FROM delivery WHERE id = $1", [&](const Row& row) { found = row.text(0); }, period);
    });
    return found;
  };
  const ShownMark one{id("2512.00001"), 1, "splatting"}, again{id("2512.00001"), 1, "nerf"},
      other{id("2512.00002"), 1, "splatting"};
  EXPECT_EQ(about("a", {one}), "2512.00001");
  EXPECT_EQ(about("b", {one, again}), "2512.00001");
  EXPECT_EQ(about("c", {one, other}), "");
  EXPECT_EQ(about("d", {}), "");
}

TEST_F(Digests, ADigestIsWrittenWholeOrNotAtAll) {
  const DigestRow digest{.id = "d1", .person = "ada", .period_key = "p", .kind = "digest", .built_at = start};
  const std::vector<NewDelivery> twice(2, NewDelivery{.id = "same id", .dedup_key = "k1", .channel = "email"});
  std::vector<NewDelivery> deliveries = twice;
  deliveries[1].dedup_key = "k2";
  EXPECT_THROW(tx([&](Tx& t) { return put_digest(t, digest, {}, deliveries); }), StoreError);
  EXPECT_EQ(number("SELECT COUNT(*) FROM digest"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM delivery"), 0);
}

TEST_F(Digests, ADedupKeyIsEnqueuedOnce) {
  const NewDelivery delivery{.id = "x1", .dedup_key = "k", .channel = "email", .destination = "d"};
  NewDelivery other = delivery;
  other.id = "x2";
  tx([&](Tx& t) {
    put_digest(t, {.id = "d1", .person = "ada", .period_key = "p1", .kind = "digest"}, {}, {&delivery, 1});
    put_digest(t, {.id = "d2", .person = "ada", .period_key = "p2", .kind = "digest"}, {}, {&other, 1});
  });
  EXPECT_EQ(number("SELECT COUNT(*) FROM delivery"), 1);
}

TEST_F(Digests, TheNewestIsTheOneBuiltLast) {
  const auto write = [&](std::string person, std::string key, Time built) {
    tx([&](Tx& t) {
      put_digest(t, {.id = person + key, .person = person, .period_key = key, .kind = "digest", .built_at = built}, {},
                 {});
    });
  };
  EXPECT_FALSE(tx([](Tx& t) { return newest_digest(t, "ada"); }));
  write("ada", "daily:1", start + 1h);
  write("ada", "daily:2", start + 3h);
  write("ada", "late/daily:3", start + 2h);
  write("bob", "late/daily:9", start + 9h);
  EXPECT_EQ(tx([](Tx& t) { return newest_digest(t, "ada"); })->period_key, "daily:2");
}

}  // namespace
}  // namespace paperboy::store::test
