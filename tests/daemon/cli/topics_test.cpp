#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "daemon/base/clock.hpp"
#include "daemon/base/time.hpp"
#include "tests/daemon/cli/program.hpp"

namespace paperboy::cli {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Topics : public ::testing::Test {
 protected:
  Topics() {
    const Day yesterday = std::chrono::floor<std::chrono::days>(SystemClock().now()) - std::chrono::days(1);
    std::string lines;
    const auto add = [&](const char* id, const char* title, const char* category, Day on) {
      lines += std::string(R"({"id":")") + id + R"(","title":")" + title +
               R"(","abstract":"Nothing else.","authors":["Ada Byron"],"categories":[")" + category +
               R"("],"announced":")" + format_day(on) + "\"}\n";
    };
    add("2611.00001", "Gaussian splatting of kitchens", "cs.CV", yesterday);
    add("2611.00002", "Splatting a gaussian", "cs.CV", yesterday - std::chrono::days(1));
    add("2611.00003", "Gaussian splatting, a survey", "cs.CV", yesterday);
    add("2611.00004", "Quarks", "hep-ph", yesterday);
    add("2601.00001", "Gaussian splatting long ago", "cs.CV", yesterday - std::chrono::days(300));
    const std::string papers = folder_.write("p.jsonl", lines).string();
    EXPECT_EQ(run({"import", "--database", database_, papers}).status, 0);
  }
  Result test(std::vector<std::string> more) {
    more.insert(more.begin(), {"topics", "test", "--database", database_});
    return run(more);
  }
  settings::Folder folder_;
  std::string database_ = (folder_.path() / "p.db").string();
};

TEST_F(Topics, AreTriedOnTheStore) {
  const Result result = test({"gaussian splatting -survey in cs.CV", "--since", "30d"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("2 papers of 4 since "), HasSubstr("(2 days with papers) for gaussian splatting -survey"),
                    HasSubstr("A day: 1 in the median, 1 at most"), HasSubstr("2611.00001  Gaussian splatting of"),
                    HasSubstr("gaussian (title)"), HasSubstr("  2, 2; 3  gaussian\n"), HasSubstr("Just missed: 1\n"),
                    HasSubstr("left out by survey alone")));
  EXPECT_THAT(test({"gaussian splatting", "--since", "1y"}).out, HasSubstr("4 papers of 5"));
}

TEST_F(Topics, NarrowOnesAreShownWider) {
  const Result result = test({"\"kitchens gaussian\""});
  EXPECT_THAT(result.out, AllOf(HasSubstr("0 papers of 4"), HasSubstr("Too narrow"), HasSubstr("Wider\n"),
                                HasSubstr("the words in any order: 1 paper")));
}

TEST_F(Topics, AreTriedForPrograms) {
  const Result result = test({"splatting in cs.CV", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const json::object object = json::parse(result.out).as_object();
  EXPECT_EQ(object.at("query"), "splatting");
  EXPECT_EQ(object.at("categories").at(0), "cs.CV");
  EXPECT_EQ(object.at("met").at("papers").to_number<int>(), 3);
  EXPECT_EQ(object.at("width"), "right");
  EXPECT_EQ(object.at("best").as_array().size(), 3u);
  EXPECT_EQ(object.at("terms").at(0).at("with").to_number<int>(), 3);
}

TEST_F(Topics, SayWhatTheyHaveLearned) {
  folder_.write("ada.yaml",
                "id: ada\nname: Ada\ntime_zone: UTC\ndigest: daily 07:30\nchannels: [{file: ada}]\n"
                "topics: [{name: Splats, examples: ['2611.00001', '2611.00003']}]\n");
  folder_.write("bob.yaml",
                "id: bob\nname: Bob\ntime_zone: UTC\ndigest: daily 07:30\nchannels: [{file: bob}]\n"
                "topics: [{name: Quarks, query: quarks}]\n");
  const auto settings = folder_.write("paperboy.yaml",
                                      "store: {path: p.db}\nserver: {listen: 'off'}\n"
                                      "people: {files: [ada.yaml, bob.yaml]}\n"
                                      "channels: {file: {directory: out, formats: [md]}}\n");
  const auto learned = [&](const std::string& person) {
    return run({"topics", "learned", "--config", settings.string(), "--person", person});
  };
  const Result ada = learned("ada");
  EXPECT_EQ(ada.status, 0) << ada.err;
  EXPECT_THAT(ada.out, AllOf(StartsWith("Splats\n  for\n    "), HasSubstr("gaussian splatting"),
                             Not(HasSubstr("quarks")), Not(HasSubstr("against"))));
  EXPECT_THAT(learned("bob").out, HasSubstr("Nothing yet"));
  const Result near = learned("adam");
  EXPECT_EQ(near.status, 1);
  EXPECT_THAT(near.err, HasSubstr("did you mean 'ada'?"));
}

TEST_F(Topics, ABadOneShowsItsColumn) {
  const Result result = test({"a AND (b OR ) c"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, EndsWith("\n  a AND (b OR ) c\n           ^\n"));
  EXPECT_EQ(test({"splatting in cs.XX"}).status, 2);
  EXPECT_EQ(test({"splatting", "--since", "banana"}).status, 2);
  EXPECT_EQ(test({""}).status, 2);
  EXPECT_EQ(run({"topics"}).status, 2);
  const Result absent = run({"topics", "test", "x", "--database", database_ + "x"});
  EXPECT_EQ(absent.status, 1);
  EXPECT_THAT(absent.err, HasSubstr("there is no store at"));
  const Result nobody = test({"x", "--person", "nobody"});
  EXPECT_EQ(nobody.status, 1);
  EXPECT_THAT(nobody.err, HasSubstr("there is no person 'nobody'"));
}

}  // namespace
}  // namespace paperboy::cli
