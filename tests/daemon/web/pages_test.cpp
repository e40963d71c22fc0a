// The pages that anybody with an address may see: a message, and where it is stopped.
#include "tests/daemon/web/web_fixture.hpp"

namespace paperboy::web {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<paper::Person> one_reader() {
  paper::Person ada;
  ada.id = "ada";
  ada.name = "Ada";
  ada.language = "zh";
  ada.addresses = {{"email", "ada@example.org"}};
  return {ada};
}

class PagesTest : public WebTest {
 protected:
  PagesTest() : WebTest(one_reader()) {
    world.tx([&](store::Tx& tx) {
      store::put_digest(
          tx,
          {.id = "d1",
           .person = "ada",
           .period_key = "p",
           .kind = "digest",
           .title = "5 <papers>",
           .markdown = PackedText("# 5 papers\n\nA *word* and $O(n^2)$ &lt;script>alert(1)&lt;/script>\n\n"
                                  "[More](action:more/1) · [arXiv](https://arxiv.org/abs/1)\n")},
          {}, {});
      const store::NewDelivery waiting{
          .id = "m1", .dedup_key = "k", .channel = "email", .destination = "ada@example.org"};
      store::put_digest(tx, {.id = "d2", .person = "ada", .period_key = "q", .kind = "digest"}, {}, {&waiting, 1});
    });
  }

  bool suppressed() {
    return world.tx([](store::Tx& tx) { return store::suppressed(tx, "email", "ada@example.org"); });
  }
  std::string state() {
    std::string found;
    world.tx([&](store::Tx& tx) {
      tx.query("SELECT state FROM delivery WHERE id = 'm1'", [&](const store::Row& row) { found = row.text(0); });
    });
    return found;
  }

  const std::string stop = pages.unsubscribe("email", "ada@example.org");
};

TEST_F(PagesTest, AMessageIsAPage) {
  const net::Response got = ask("GET", pages.archive("d1"));
  EXPECT_EQ(got.status, 200);
  EXPECT_THAT(got.body, AllOf(HasSubstr("<title>5 &lt;papers&gt;</title>"), HasSubstr("<em>word</em>"),
                              HasSubstr("lang=\"zh\""), HasSubstr("https://arxiv.org/abs/1")));
  EXPECT_THAT(got.body, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("action:"))));
  EXPECT_EQ(got.header("referrer-policy"), "no-referrer");
  EXPECT_EQ(got.header("cache-control"), "private, no-store");
  EXPECT_THAT(std::string(got.header("content-security-policy").value_or("")), HasSubstr("default-src 'none'"));
  EXPECT_EQ(got.header("x-robots-tag"), "noindex, nofollow");
}

TEST_F(PagesTest, WhatWasNotSignedHereIsNotFound) {
  const std::string good = pages.archive("d1");
  std::string other = good;
  other.back() = other.back() == 'A' ? 'B' : 'A';
  const flow::Pages foreign("https://p.example", SignedLinks(Secret(std::string(32, 'x'))));
  for (const std::string& url :
       {other, foreign.archive("d1"), pages.archive("no such digest"), std::string("https://p.example/digest/"),
        std::string("https://p.example/digest/d1"), std::string("https://p.example/digest/%20%fe"),
        "https://p.example/digest/" + stop.substr(stop.rfind('/') + 1)}) {
    const net::Response got = ask("GET", url);
    EXPECT_EQ(got.status, 404) << url;
    EXPECT_THAT(got.body, Not(HasSubstr("papers")));
  }
  EXPECT_EQ(ask("GET", "https://p.example/digest/a/b").status, 404);
  EXPECT_EQ(ask("POST", good).status, 405);
}

TEST_F(PagesTest, AGetAsksAndChangesNothing) {
  const net::Response got = ask("GET", stop);
  EXPECT_EQ(got.status, 200);
  EXPECT_THAT(got.body, AllOf(HasSubstr("<form method=\"post\">"), HasSubstr("value=\"stop\""),
                              HasSubstr("ada@example.org"), HasSubstr("停止发送")));
  EXPECT_FALSE(suppressed());
  EXPECT_EQ(state(), "queued");
}

TEST_F(PagesTest, OneClickStopsAtOnce) {
  const net::Response got = ask("POST", stop, "List-Unsubscribe=One-Click");
  EXPECT_EQ(got.status, 200);
  EXPECT_TRUE(suppressed());
  EXPECT_EQ(state(), "cancelled");
  EXPECT_EQ(ask("POST", stop, "List-Unsubscribe=One-Click").status, 200) << "twice does no harm";
}

TEST_F(PagesTest, AReaderMayComeBack) {
  EXPECT_THAT(ask("POST", stop, "action=stop").body, HasSubstr("value=\"resume\""));
  EXPECT_TRUE(suppressed());
  EXPECT_THAT(ask("POST", stop, "action=resume").body, HasSubstr("value=\"stop\""));
  EXPECT_FALSE(suppressed());
}

TEST_F(PagesTest, ABouncedAddressIsNotReleasedByALink) {
  world.tx([&](store::Tx& tx) { store::suppress(tx, "email", "ada@example.org", "550 5.1.1", "no such user", {}); });
  ask("POST", stop, "action=resume");
  EXPECT_TRUE(suppressed());
}

TEST_F(PagesTest, StoppingABouncedAddressGivesNoWayToReleaseIt) {
  world.tx([&](store::Tx& tx) { store::suppress(tx, "email", "ada@example.org", "550 5.1.1", "no such user", {}); });
  ask("POST", stop, "List-Unsubscribe=One-Click");
  ask("POST", stop, "action=resume");
  EXPECT_TRUE(suppressed());
}

TEST_F(PagesTest, AForgedStopIsNotFoundAndStopsNothing) {
  std::string forged = stop;
  forged[forged.size() - 3] = forged[forged.size() - 3] == 'A' ? 'B' : 'A';
  EXPECT_EQ(ask("POST", forged, "List-Unsubscribe=One-Click").status, 404);
  EXPECT_FALSE(suppressed());
}

}  // namespace
}  // namespace paperboy::web
