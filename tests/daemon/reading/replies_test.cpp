// A model may say anything.
#include "daemon/reading/replies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/reading/questions.hpp"

namespace paperboy::reading {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

paper::FullText text(const char* id, const char* title, const char* abstract) {
  paper::Paper paper;
  paper.id = *paper::PaperId::arxiv(id);
  paper.version = 1;
  paper.title = title;
  paper.abstract = abstract;
  return paper::full_text_of_abstract(paper);
}

struct Papers {
  paper::FullText a = text("2606.00001", "Fast splatting",
                           "We present FastSplat, a method for gaussian splatting. FastSplat reaches 91.3% accuracy on "
                           "ScanNet. Code is at https://example.org/fastsplat.");
  paper::FullText b =
      text("2606.00002", "Robots that cook", "RoboCook prepares 12 dishes in a kitchen. It fails when lights are off.");
  Evidence evidence_a{a}, evidence_b{b};
  std::vector<Shown> both{{&a, &evidence_a}, {&b, &evidence_b}};
};

json::object said(std::string sentence, std::initializer_list<json::value_ref> quotes) {
  return {{"sentence", std::move(sentence)}, {"quotes", json::array(quotes)}};
}

std::string reply(std::initializer_list<json::value_ref> statements, const char* paper = "2606.00001",
                  const char* part = "core") {
  const json::object one{{"part", part}, {"statements", json::array(statements)}};
  return json::serialize(json::object{{"paper", paper}, {"parts", json::array{one}}});
}

constexpr const char* accuracy = "FastSplat reaches 91.3% accuracy on ScanNet.";

class Replies : public testing::Test {
 protected:
  Checked check(const std::string& json, const char* language = "en") {
    const std::vector<std::string> parts{"core", "method"};
    return check_analysis(json, papers.both.front(), parts, language);
  }
  Papers papers;
};

TEST_F(Replies, KeepWhatStandsOnItsQuotes) {
  const Checked checked = check(reply({said("FastSplat reaches 91.3% on ScanNet.", {accuracy})}));
  EXPECT_EQ(checked.fault, "");
  EXPECT_THAT(checked.fallen, IsEmpty());
  ASSERT_EQ(checked.reading.passages.size(), 1u);
  const paper::Statement& statement = checked.reading.passages[0].statements.at(0);
  EXPECT_EQ(statement.text, "FastSplat reaches 91.3% on ScanNet.");
  EXPECT_THAT(statement.quotes.at(0).text, testing::HasSubstr("91.3% accuracy"));
  EXPECT_EQ(statement.quotes.at(0).place, "Abstract");
  EXPECT_EQ(checked.reading.kept, 1);
}

struct Lie {
  const char* name;
  json::object statement;
  const char* reason;
  const char* language = "en";
};

class Lies : public testing::TestWithParam<Lie> {};

TEST_P(Lies, Fall) {
  const Papers papers;
  const std::vector<std::string> parts{"core"};
  const Checked checked =
      check_analysis(reply({GetParam().statement}), papers.both.front(), parts, GetParam().language);
  EXPECT_TRUE(checked.reading.empty());
  EXPECT_THAT(checked.fallen, ElementsAre(Pair(GetParam().reason, 1)));
}

INSTANTIATE_TEST_SUITE_P(
    Models, Lies,
    testing::Values(Lie{"InventedNumber", said("FastSplat reaches 99.9% on ScanNet.", {accuracy}), "number"},
                    Lie{"InventedQuote",
                        said("FastSplat is used by NASA.", {"NASA uses FastSplat every day in orbit."}), "not_found"},
                    Lie{"QuoteOfAnotherPaper", said("It fails when lights are off.", {"It fails when lights are off."}),
                        "not_found"},
                    Lie{"NoQuote", said("FastSplat is great.", {}), "no_quote"},
                    Lie{"Number", said("FastSplat is great.", {7}), "no_quote"},
                    Lie{"InventedName", said("FastSplat beats MegaNet on ScanNet.", {accuracy}), "name"},
                    Lie{"WrongLanguage", said("FastSplat reaches 91.3% on ScanNet.", {accuracy}), "language", "zh"},
                    Lie{"Chinese", said("FastSplat 在 ScanNet 上达到 91.3% 的准确率。", {accuracy}), "language"},
                    Lie{"Empty", said("", {accuracy}), "length"},
                    Lie{"Endless", said(std::string(5000, 'a'), {accuracy}), "length"},
                    Lie{"Link", said("FastSplat reaches 91.3%, see https://evil.example/x.", {accuracy}), "link"},
                    Lie{"MarkdownLink", said("[FastSplat](https://evil.example) reaches 91.3%.", {accuracy}), "link"},
                    Lie{"Image", said("![x](http://evil.example/t.png) FastSplat reaches 91.3%.", {accuracy}), "link"},
                    Lie{"Html", said("<img src=//evil.example/t.png> FastSplat reaches 91.3%.", {accuracy}), "link"},
                    Lie{"BareHost", said("FastSplat reaches 91.3% (evil.example).", {accuracy}), "link"},
                    Lie{"CallsEverybody", said("@channel FastSplat reaches 91.3%.", {accuracy}), "link"},
                    Lie{"MailAddress", said("FastSplat reaches 91.3%, write to eve@evil.example.", {accuracy}),
                        "link"}),
    [](const testing::TestParamInfo<Lie>& each) { return each.param.name; });

TEST_F(Replies, MayNameThePapersOwnAddress) {
  const char* quote = "Code is at https://example.org/fastsplat.";
  const Checked checked = check(reply({said("Code is at https://example.org/fastsplat.", {quote})}));
  EXPECT_EQ(checked.reading.kept, 1) << testing::PrintToString(checked.fallen);
}

TEST_F(Replies, InChineseKeepNamesAndNumbers) {
  const Checked checked = check(reply({said("FastSplat 在 ScanNet 上达到 91.3% 的准确率。", {accuracy})}), "zh");
  EXPECT_EQ(checked.reading.kept, 1) << testing::PrintToString(checked.fallen);
}

TEST_F(Replies, OfAnotherShapeAreWorthNothing) {
  for (const char* json : {"", "[]", "{", "{\"paper\":7}", "{\"paper\":\"2606.00002\",\"parts\":[]}", "null"}) {
    EXPECT_NE(check(json).fault, "") << json;
  }
  for (const char* json :
       {R"({"paper":"2606.00001"})", R"({"paper":"2606.00001","parts":7})",
        R"({"paper":"2606.00001","parts":[7,{"part":"core","statements":{"a":1}},{"part":"other"}]})"}) {
    const Checked checked = check(json);
    EXPECT_TRUE(checked.reading.empty()) << json;
  }
}

TEST_F(Replies, AreCappedAndSayNothingTwice) {
  json::array statements;
  for (int i = 0; i < 50; ++i) statements.push_back(said(accuracy, {accuracy}));
  const json::object part{{"part", "core"}, {"statements", statements}};
  const Checked checked =
      check(json::serialize(json::object{{"paper", "2606.00001"}, {"parts", json::array{part, part}}}));
  EXPECT_EQ(checked.reading.kept, 1);
}

json::object of(const char* paper, const char* quote) {
  return {{"paper", paper}, {"quote", quote}};
}

TEST_F(Replies, OfADigestNameTheirPapers) {
  const auto statement = [](std::string sentence, std::initializer_list<json::value_ref> quotes) {
    return reply({said(std::move(sentence), quotes)}, "", "themes");
  };
  const Checked good = check_overview(
      statement("FastSplat reaches 91.3% accuracy on ScanNet, and RoboCook prepares 12 dishes.",
                {of("2606.00001", accuracy), of("2606.00002", "RoboCook prepares 12 dishes in a kitchen.")}),
      papers.both, "en");
  ASSERT_EQ(good.reading.kept, 1) << testing::PrintToString(good.fallen);
  EXPECT_EQ(good.reading.passages[0].statements[0].quotes.size(), 2u);
  EXPECT_EQ(good.reading.passages[0].statements[0].quotes[1].paper, "2606.00002");

  const Checked swapped = check_overview(
      statement("FastSplat reaches 91.3% accuracy on ScanNet, and RoboCook prepares 12 dishes.",
                {of("2606.00002", accuracy), of("2606.00001", "RoboCook prepares 12 dishes in a kitchen.")}),
      papers.both, "en");
  EXPECT_THAT(swapped.fallen, ElementsAre(Pair("not_found", 1)));
  const Checked stranger =
      check_overview(statement("FastSplat reaches 91.3%.", {of("2606.99999", accuracy)}), papers.both, "en");
  EXPECT_THAT(stranger.fallen, ElementsAre(Pair("paper", 1)));
}

TEST_F(Replies, ScoreByIdWithinTheRange) {
  const auto score = [](const char* paper, json::value relevance, json::value significance) {
    return json::object{{"paper", paper},
                        {"relevance", std::move(relevance)},
                        {"significance", std::move(significance)},
                        {"reason", accuracy},
                        {"quotes", json::array{accuracy}}};
  };
  const auto ratings = [&](std::initializer_list<json::value_ref> scores) {
    return check_scores(json::serialize(json::object{{"scores", json::array(scores)}}), papers.both, "en").ratings;
  };
  const auto good = ratings({score("2606.00002", 2, 3), score("2606.00001", 5, 4)});
  ASSERT_EQ(good.size(), 2u);
  EXPECT_EQ(good.at("2606.00001").relevance, 5);
  EXPECT_TRUE(good.at("2606.00001").reason.has_value());
  EXPECT_EQ(good.at("2606.00002").significance, 3);
  EXPECT_FALSE(good.at("2606.00002").reason.has_value()) << "its reason stands on another paper";
  EXPECT_THAT(ratings({score("2606.00001", 6, 3), score("2606.00002", 0, 1)}), IsEmpty());
  EXPECT_THAT(ratings({score("2606.00001", "5", 3), score("2606.00002", 4.5, 1), score("2606.99999", 3, 3)}),
              IsEmpty());
  EXPECT_THAT(ratings({score("2606.00001", 5, 5), score("2606.00001", 1, 1), score("2606.00002", 2, 2)}),
              ElementsAre(Pair("2606.00002", testing::_)));
}

TEST(Languages, AreToldByTheirScripts) {
  EXPECT_TRUE(written_in("The method works.", "en"));
  EXPECT_FALSE(written_in("这个方法有效。", "en"));
  EXPECT_TRUE(written_in("FastSplat 在 ScanNet 上有效。", "zh"));
  EXPECT_FALSE(written_in("The method 有 works quite well on this benchmark.", "zh"));
  EXPECT_FALSE(written_in("この方法は有効です。", "zh"));
  EXPECT_FALSE(written_in("12.5", "en"));
}

}  // namespace
}  // namespace paperboy::reading
