#include <gmock/gmock.h>

#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

TEST(Query, IsShownAsATree) {
  const Result result = run({"query", R"("gaussian splatting" OR (3DGS* -ti:survey) au:"Kaiming He" cat:cs.CV)"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, EndsWith("\n"
                                   "  any of\n"
                                   "    the phrase \"gaussian splatting\" in title or abstract\n"
                                   "    all of\n"
                                   "      the word 3dgs... in title or abstract\n"
                                   "      not\n"
                                   "        the word survey in the title\n"
                                   "      author Kaiming He\n"
                                   "      category cs.CV\n"));
}

TEST(Query, StemsWhenAsked) {
  EXPECT_THAT(run({"query", "running"}).out, HasSubstr("the word running"));
  EXPECT_THAT(run({"query", "running", "--stem"}).out, HasSubstr("the word run "));
}

TEST(Query, ErrorsPointAtTheirCharacter) {
  const Result result = run({"query", "a AND (b OR ) c"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, EndsWith("\n  a AND (b OR ) c\n           ^\n"));
  // Wide characters take two columns, combining ones none; line feeds are blanks.
  EXPECT_THAT(run({"query", "量子 AND"}).err, EndsWith("\n  量子 AND\n       ^\n"));
  EXPECT_THAT(run({"query", "e\u0301t\u00e9 AND"}).err, EndsWith("AND\n      ^\n"));
  EXPECT_THAT(run({"query", "a\nAND"}).err, EndsWith("\n  a AND\n    ^\n"));
  EXPECT_EQ(run({"query", "\xFF("}).status, 2);
  EXPECT_EQ(run({"query", ""}).status, 2);
}

TEST(Query, SaysWhetherAPaperMeetsIt) {
  const settings::Folder folder;
  const std::string database = (folder.path() / "p.db").string();
  const std::string papers =
      folder
          .write(
              "p.jsonl",
              R"({"id":"2308.04079","title":"3D Gaussian Splatting","abstract":"Radiance fields.","authors":["Bernhard Kerbl"],"categories":["cs.GR"]})"
              "\n"
              R"({"id":"hep-th/9711200","title":"The Large N limit","abstract":"Gravity.","authors":["Juan Maldacena"],"categories":["hep-th"]})"
              "\n")
          .string();
  ASSERT_EQ(run({"import", "--database", database, papers}).status, 0);
  const Result result = run({"query", "\"gaussian splatting\" OR au:kerbl", "--database", database, "--paper",
                             "arXiv:2308.04079v2", "--paper", "https://arxiv.org/abs/hep-th/9711200"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("2308.04079  3D Gaussian Splatting\n  meets the query: "), HasSubstr("(title)"),
                    HasSubstr("hep-th/9711200  The Large N limit\n  does not meet the query\n")));

  const Result unknown = run({"query", "x", "--database", database, "--paper", "2401.00001"});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_THAT(unknown.err, HasSubstr("the store does not know 2401.00001"));
  EXPECT_EQ(run({"query", "x", "--database", database, "--paper", "banana"}).status, 2);
  const Result absent = run({"query", "x", "--database", database + "x", "--paper", "2401.00001"});
  EXPECT_EQ(absent.status, 1);
  EXPECT_THAT(absent.err, HasSubstr("there is no store at"));
  EXPECT_FALSE(std::filesystem::exists(database + "x")) << "looking must not make one";
}

}  // namespace
}  // namespace paperboy::cli
