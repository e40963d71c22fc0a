// A person's digests: listed, searched, read with their actions; and passed on without.
#include "daemon/store/people.hpp"
#include "tests/daemon/web/web_fixture.hpp"

namespace paperboy::web {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<paper::Person> two_readers() {
  paper::Person ada, lin;
  ada.id = ada.name = "ada";
  lin.id = lin.name = "lin";
  return {ada, lin};
}

class ArchiveTest : public WebTest {
 protected:
  ArchiveTest() : WebTest(two_readers()) {
    put("ada", "a1", "5 papers for you",
        "# 5 papers for you\n\nGaussian *splatting*, state\\-of\\-the\\-art &amp; more\n\n"
        "[More](action:more/2512.07197) · "
        "[PDF](https://arxiv.org/pdf/1)\n\n---\n\n[Preferences](action:preferences)\n");
    put("ada", "a2", "100% <b>of</b> it_all", "# x\n\nnothing!\n");
    put("lin", "l1", "Secret splatting of Lin", "# Secret\n\nsplatting\n");
    put("ada", "a3", "Silent splatting", "", "silent");
  }
  void put(const std::string& person, const std::string& id, const std::string& title, const std::string& markdown,
           const std::string& kind = "digest") {
    world.clock.advance(std::chrono::hours(24));
    world.tx([&](store::Tx& tx) {
      store::DigestRow row;
      row.id = row.period_key = id;
      row.person = person;
      row.kind = kind;
      row.title = title;
      row.markdown = PackedText(markdown);
      row.built_at = world.clock.now();
      store::put_digest(tx, row, {}, {});
    });
  }
  std::string list(const std::string& query = "") { return ask("GET", archive + query).body; }

  const std::string archive = pages.url_of("archive", "ada", world.clock.now());
};

TEST_F(ArchiveTest, ListsItsReadersMessagesNewestFirst) {
  const std::string page = list();
  EXPECT_THAT(page, AllOf(HasSubstr("100% &lt;b&gt;of&lt;/b&gt; it_all"), HasSubstr("5 papers for you"),
                          HasSubstr("Wednesday, 23 September 2026"), Not(HasSubstr("Lin")), Not(HasSubstr("Silent"))));
  EXPECT_LT(page.find("it_all"), page.find("5 papers"));
}

TEST_F(ArchiveTest, IsSearchedByWords) {
  const struct {
    const char* query;
    bool first, second;
  } cases[] = {{"splatting", true, false},
               {"SPLATTING+gaussian", true, false},
               {"gaussian+robots", false, false},
               {"state-of-the-art", true, false},
               {"art+%26+more", true, false},
               {"%25", false, true},
               {"100%25", false, true},
               {"_", false, true},
               {"t_a", false, true},
               {"!", false, true},
               {"%27+OR+1%3D1+--", false, false},
               {"papers+for+you+5+a+b+e+u", false, false},
               {"p+a+p+e+r+s+for", true, false},
               {"Secret", false, false},
               {"++", true, true}};
  for (const auto& [query, first, second] : cases) {
    const std::string page = list("?q=" + std::string(query));
    EXPECT_EQ(page.find(">5 papers for you<") != page.npos, first) << query;
    EXPECT_EQ(page.find("it_all<") != page.npos, second) << query;
    EXPECT_THAT(page, Not(HasSubstr("Lin")));
  }
  EXPECT_THAT(list("?q=%22%3E%3Cscript%3E"), AllOf(HasSubstr("No digest holds"), Not(HasSubstr("<script>")),
                                                   HasSubstr("value=\"&quot;&gt;&lt;script&gt;\"")));
  EXPECT_THAT(list("?q=" + std::string(5000, 'x')), HasSubstr("No digest holds"));
}

TEST_F(ArchiveTest, HasPages) {
  for (int i = 0; i < 40; ++i) put("ada", "n" + std::to_string(i), "number " + std::to_string(i) + " end", "# x\n");
  EXPECT_THAT(list(), AllOf(HasSubstr("number 39 end"), HasSubstr("number 20 end"), Not(HasSubstr("number 19 end")),
                            HasSubstr("?page=2\">Older"), Not(HasSubstr("Newer"))));
  EXPECT_THAT(list("?page=2"),
              AllOf(HasSubstr("number 19 end"), HasSubstr("number 0 end"), HasSubstr("?page=1\">Newer")));
  EXPECT_THAT(list("?page=3"), AllOf(HasSubstr("5 papers"), Not(HasSubstr("Older"))));
  EXPECT_THAT(list("?page=2&q=number"), HasSubstr("?page=1&amp;q=%6E%75%6D%62%65%72"));
  for (const char* odd : {"?page=0", "?page=-5", "?page=x", "?page=99999999999999999999", "?page=", "?%zz"})
    EXPECT_THAT(list(odd), HasSubstr("Your digests")) << odd;
}

TEST_F(ArchiveTest, TheReadersOwnPageActsAndTheOneToPassOnDoesNot) {
  const std::string page = list();
  const std::size_t at = page.find("https://p.example/digest/", page.find("it_all"));
  const std::string own = page.substr(at, page.find('"', at) - at);
  const std::string shown = ask("GET", own).body;
  EXPECT_THAT(shown, AllOf(HasSubstr("https://p.example/act/"), HasSubstr("https://p.example/home/"),
                           HasSubstr("This page acts for you"), HasSubstr(pages.archive("a1"))));
  EXPECT_THAT(shown, HasSubstr(pages.action("ada", "more/2512.07197", world.clock.now() - std::chrono::days(4))))
      << "it ends with the address that led here";
  const std::string passed = ask("GET", pages.archive("a1")).body;
  EXPECT_THAT(passed, AllOf(HasSubstr("https://arxiv.org/pdf/1"), Not(HasSubstr("/act/")), Not(HasSubstr("/home/")),
                            Not(HasSubstr("Preferences"))));
}

TEST_F(ArchiveTest, ADigestIsItsReadersOwnOnly) {
  EXPECT_EQ(ask("GET", pages.own_digest("ada", "a1", world.clock.now())).status, 200);
  EXPECT_EQ(ask("GET", pages.own_digest("ada", "l1", world.clock.now())).status, 404);
  EXPECT_EQ(ask("GET", pages.own_digest("eve", "a1", world.clock.now())).status, 404);
  EXPECT_EQ(ask("GET", pages.own_digest("ada", "", world.clock.now())).status, 404);
  EXPECT_EQ(ask("GET", pages.own_digest("ada", "a1", world.clock.now() - flow::Pages::lifetime)).status, 410);
}

}  // namespace
}  // namespace paperboy::web
