#include "daemon/match/profiles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <optional>
#include <thread>

#include "daemon/base/error.hpp"

namespace paperboy::match {
namespace {

using paper::Match;
using paper::Paper;
using paper::Person;
using paper::Reason;
using paper::ReasonKind;
using paper::Topic;
using testing::ElementsAre;
using testing::IsEmpty;

Paper make_paper(const char* id, std::string title, std::string abstract, std::vector<std::string> authors = {},
                 std::vector<std::string> categories = {"cs.CV"}) {
  Paper paper;
  paper.id = paper::PaperId::arxiv(id).value();
  paper.title = std::move(title);
  paper.abstract = std::move(abstract);
  paper.authors = std::move(authors);
  paper.categories = std::move(categories);
  return paper;
}

const Paper& splats() {
  static const Paper paper = make_paper("2512.00001", "Fast Gaussian Splatting of Radiance Fields",
                                        "We present a self-supervised method for novel view synthesis. It renders in "
                                        "real time.\nOur pre-training is cheap.",
                                        {"Kaiming He", "Ada Lovelace", "Kai He"}, {"cs.CV", "cs.GR", "stat.ML"});
  return paper;
}

Topic by_query(std::string query) {
  Topic topic;
  topic.name = "topic";
  topic.query = std::move(query);
  return topic;
}

std::vector<Match> match(std::vector<Topic> topics, const Paper& paper, std::vector<Paper> examples = {},
                         const Statistics& statistics = {}) {
  Person person;
  person.id = "ada";
  person.topics = std::move(topics);
  return Profiles({&person, 1}, examples, statistics).match(paper);
}

bool meets(const Topic& topic, const Paper& paper = splats()) {
  return !match({topic}, paper).empty();
}
bool meets(const char* query, bool stem = false, const Paper& paper = splats()) {
  Topic topic = by_query(query);
  topic.stem = stem;
  return meets(topic, paper);
}

double score(const Topic& topic, const Paper& paper, const Statistics& statistics) {
  const auto matches = match({topic}, paper, {}, statistics);
  return matches.empty() ? 0 : matches.front().score;
}

// A hundred papers in which "common" stands in every other and "rare" in one.
const Statistics& statistics() {
  static const Statistics result = [] {
    Statistics s;
    for (int i = 0; i < 100; ++i) {
      s.add(make_paper("2512.00009", i % 2 == 0 ? "common" : "other", i == 0 ? "rare words" : "filler words"));
    }
    return s;
  }();
  return result;
}

TEST(Profiles, MeetQueriesInTheFieldsTheyName) {
  const std::pair<const char*, bool> cases[] = {
      {"gaussian", true},
      {"GAUSSIAN", true},
      {"gauss", false},
      {"gauss*", true},
      {"\"gaussian splatting\"", true},
      {"\"splatting gaussian\"", false},
      {"\"gaussian splat*\"", true},
      {"\"gaussian radiance\"", false},
      {"ti:splatting", true},
      {"abs:splatting", false},
      {"abs:synthesis", true},
      {"ti:synthesis", false},
      {"\"fields we\"", false},  // no phrase runs from the title into the abstract
      {"\"time our\"", true},    // but from sentence to sentence
      {"splatting synthesis", true},
      {"splatting missing", false},
      {"splatting OR missing", true},
      {"splatting NOT synthesis", false},
      {"splatting NOT missing", true},
      {"(missing OR view) -absent", true},
      {"self-supervised", true},
      {"\"self supervised\"", true},
      {"self/supervised", true},
      {"selfsupervised", true},
      {"selfsuper*", true},
      {"pretraining", true},
      {"\"our pretraining is\"", true},
      {"\"our pre-training is\"", true},
      {"novel-view", true},
      {"novelview", false},
      {"real-time", true},
      {"au:He", true},
      {"au:\"K. He\"", true},
      {"au:\"He, Kaiming\"", true},
      {"au:Babbage", false},
      {"kaiming", false},
      {"cat:cs.GR", true},
      {"cat:cs.*", true},
      {"cat:hep-th", false},
      {"splatting cat:cs.LG", false},
      {"splatting NOT cat:stat", false},
  };
  for (const auto& [query, met] : cases) EXPECT_EQ(meets(query), met) << query;
}

TEST(Profiles, AMutedTopicMeetsNothing) {
  Topic topic = by_query("splatting");
  EXPECT_TRUE(meets(topic));
  topic.muted = true;
  EXPECT_FALSE(meets(topic));
}

TEST(Profiles, WhatIsLikeADislikedPaperScoresLess) {
  Person person;
  person.id = "ada";
  person.topics = {by_query("splatting")};
  const auto score_with = [&](std::vector<std::string> disliked, std::vector<Paper> known) {
    person.disliked = std::move(disliked);
    return Profiles({&person, 1}, known, statistics()).match(splats()).at(0).score;
  };
  const double plain = score_with({}, {});
  const Paper alike = make_paper("2512.00002", "Gaussian Splatting of Radiance Fields", "");
  const Paper other = make_paper("2512.00003", "Quarks", "");
  EXPECT_LT(score_with({"2512.00002"}, {alike}), 0.6 * plain);
  EXPECT_GE(score_with({"2512.00002"}, {alike}), 0.2 * plain - 1e-9);
  EXPECT_DOUBLE_EQ(score_with({"2512.00003"}, {other}), plain);
  EXPECT_DOUBLE_EQ(score_with({"2512.00002"}, {}), plain) << "not known yet";
  person.topics[0].threshold = plain * 0.9;
  person.disliked = {"2512.00002"};
  EXPECT_THAT(Profiles({&person, 1}, std::vector{alike}, statistics()).match(splats()), IsEmpty());
}

TEST(Profiles, StemOnRequest) {
  EXPECT_FALSE(meets("render"));
  EXPECT_TRUE(meets("render", true));
  EXPECT_TRUE(meets("rendering", true));
  EXPECT_TRUE(meets("\"presents a self-supervised methods\"", true));
  EXPECT_TRUE(meets("=renders", true));
  EXPECT_FALSE(meets("rendering*", true));
  EXPECT_TRUE(meets("pretrained", true));
  EXPECT_TRUE(meets("pre-trained", true));
}

TEST(Profiles, AHyphenMayBeLeftOutOnEitherSide) {
  const Paper joined = make_paper("2512.00002", "Pretraining at GPT4 scale", "");
  EXPECT_TRUE(meets("pre-training", false, joined));
  EXPECT_TRUE(meets("pre-train*", false, joined));
  EXPECT_TRUE(meets("\"pre-training at\"", false, joined));
  EXPECT_TRUE(meets("GPT-4", false, joined));
  EXPECT_FALSE(meets("\"pre training\"", false, joined));
  const Paper both = make_paper("2512.00003", "Non-self-adjoint and nonself-adjoint", "");
  EXPECT_TRUE(meets("\"nonself adjoint\"", false, both));
  EXPECT_TRUE(meets("\"non selfadjoint\"", false, both));
  EXPECT_TRUE(meets("non-self-adjoint", false, make_paper("2512.00004", "A nonself-adjoint one", "")));
}

TEST(Profiles, ReadTextOfAllScripts) {
  const Paper paper = make_paper("2512.00005", "Erdős–Rényi graphs and ΛCDM in C++",
                                 "Schrödinger’s α-decay. 我们研究深度学习模型。 H₂O at 10–20 K");
  for (const char* query : {"erdos", "\"erdős renyi\"", "lambdacdm", "ΛCDM", "C++", "\"schrödinger's alpha\"",
                            "alpha-decay", "schrodinger", "深度学习", "\"学习\"", "h2o", "\"10 20\""}) {
    EXPECT_TRUE(meets(query, false, paper)) << query;
  }
  for (const char* query : {"学深", "c", "cdm", "1020"}) EXPECT_FALSE(meets(query, false, paper)) << query;
}

TEST(Profiles, TopicsAreFilteredByCategory) {
  Topic topic = by_query("splatting");
  topic.categories = {"hep-th"};
  EXPECT_FALSE(meets(topic));
  topic.categories = {"hep-th", "cs.GR"};
  EXPECT_TRUE(meets(topic));
  topic.cross_lists = false;
  EXPECT_FALSE(meets(topic));
  topic.categories = {"cs.*"};
  EXPECT_TRUE(meets(topic));
  EXPECT_FALSE(meets(topic, make_paper("2512.00006", "splatting", "", {}, {})));
}

TEST(Profiles, TopicsTakeQueryOrAuthorsAndDropWhatIsExcluded) {
  Topic topic = by_query("missing");
  topic.authors = {"Babbage, C.", "A. Lovelace"};
  const auto matches = match({topic}, splats());
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_THAT(matches[0].reasons, ElementsAre(Reason{ReasonKind::author, "Ada Lovelace", "authors"}));
  topic.exclude = "ti:splatting";
  EXPECT_FALSE(meets(topic));
  topic.exclude = "ti:survey";
  EXPECT_TRUE(meets(topic));
}

TEST(Profiles, ATopicOfCategoriesAloneMeetsAllInThem) {
  Topic topic;
  topic.name = "all";
  topic.categories = {"cs.CV"};
  const auto primary = match({topic}, splats());
  ASSERT_EQ(primary.size(), 1u);
  EXPECT_THAT(primary[0].reasons, ElementsAre(Reason{ReasonKind::category, "cs.CV", "categories"}));
  topic.categories = {"stat"};
  const auto crossed = match({topic}, splats());
  ASSERT_EQ(crossed.size(), 1u);
  EXPECT_THAT(crossed[0].reasons, ElementsAre(Reason{ReasonKind::category, "stat.ML", "categories"}));
  EXPECT_LT(crossed[0].score, primary[0].score);
  EXPECT_LT(primary[0].score, match({by_query("real")}, splats())[0].score);
}

TEST(Profiles, ATopicThatSaysNothingMeetsNothing) {
  EXPECT_FALSE(meets(Topic{}));
  Topic topic;
  topic.exclude = "missing";
  EXPECT_FALSE(meets(topic));
}

TEST(Profiles, ExamplesAloneReachAThresholdAboveAHalf) {
  Topic topic;
  topic.name = "alike";
  topic.examples = {"2512.00002"};
  topic.threshold = 0.6;
  const Paper alike = make_paper("2512.00002", "Gaussian Splatting of Radiance Fields", "A method for view synthesis.");
  EXPECT_EQ(match({topic}, splats(), {alike}, statistics()).size(), 1u);
  EXPECT_THAT(match({topic}, make_paper("2512.00003", "Quarks of radiance", ""), {alike}, statistics()), IsEmpty());
}

TEST(Profiles, AnExampleThatIsNotKnownDoesNotOpenTheCategory) {
  Topic topic;
  topic.categories = {"cs.CV"};
  topic.examples = {"2308.04079"};
  EXPECT_FALSE(meets(topic));
}

TEST(Profiles, ReasonsAreListedStrongestFirst) {
  const auto matches =
      match({by_query("synthesis OR au:\"K. He\" OR \"Gaussian  splatting\" OR radiance* OR cat:cs.* OR \"missing\"")},
            splats());
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].person, "ada");
  EXPECT_EQ(matches[0].topic, "topic");
  EXPECT_THAT(matches[0].reasons, ElementsAre(Reason{ReasonKind::author, "Kaiming He", "authors"},
                                              Reason{ReasonKind::phrase, "Gaussian splatting", "title"},
                                              Reason{ReasonKind::prefix, "radiance*", "title"},
                                              Reason{ReasonKind::word, "synthesis", "abstract"},
                                              Reason{ReasonKind::category, "cs.CV", "categories"}));
}

TEST(Profiles, ReasonsLeaveOutExcludedTermsAndRepetitions) {
  Topic topic = by_query("(splatting NOT missing) OR (splatting NOT (absent OR NOT view)) OR au:\"Ada Lovelace\"");
  topic.authors = {"Lovelace"};
  const auto matches = match({topic}, splats());
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_THAT(matches[0].reasons, ElementsAre(Reason{ReasonKind::author, "Ada Lovelace", "authors"},
                                              Reason{ReasonKind::word, "splatting", "title"},
                                              Reason{ReasonKind::word, "view", "abstract"}));
}

TEST(Scores, RiseWithEverySign) {
  const auto of = [](const char* query, const char* title, const char* abstract) {
    return score(by_query(query), make_paper("2512.00007", title, abstract), statistics());
  };
  // Title over abstract; both are as good as the title.
  EXPECT_GT(of("rare", "rare", ""), of("rare", "", "rare"));
  EXPECT_EQ(of("rare", "rare", "rare"), of("rare", "rare", ""));
  // Rare over common, a phrase over its word.
  EXPECT_GT(of("rare", "rare", ""), of("common", "common", ""));
  EXPECT_GT(of("\"common words\"", "common words", ""), of("common", "common words", ""));
  // More of the query's terms.
  EXPECT_GT(of("rare OR common OR filler", "rare common", ""), of("rare OR common OR filler", "rare", ""));
  EXPECT_GT(of("rare OR common OR filler", "rare common filler", ""),
            of("rare OR common OR filler", "rare common", ""));
  EXPECT_GT(of("rare", "rare", ""), of("rare OR common", "rare", ""));
  // Never past 1.
  EXPECT_LT(of("rare common filler words other", "rare common filler words other", ""), 1);
  EXPECT_GT(of("rare common filler words other", "rare common filler words other", ""), 0.85);
}

TEST(Scores, AreThoseOfTheWorkedExample) {
  // README.md of the room. 100 papers: ln(101/2) + 1 of ln(101) + 1 for "rare", ln(101/51) + 1 for "common".
  const double top = std::log(101) + 1, rare = (std::log(101.0 / 2) + 1) / top,
               common = (std::log(101.0 / 51) + 1) / top;
  EXPECT_NEAR(rare, 0.877, 0.001);
  EXPECT_NEAR(common, 0.300, 0.001);
  const double in_title = 0.7 * (0.3 + 0.7 * rare), in_abstract = 0.45 * (0.3 + 0.7 * common);
  const double share = (rare + common) / (rare + common + 0.5);
  const double expected = (1 - (1 - in_title) * (1 - in_abstract)) * (0.8 + 0.2 * share);
  const Paper paper = make_paper("2512.00008", "A rare thing", "and a common one");
  EXPECT_NEAR(score(by_query("rare OR common OR miss*"), paper, statistics()), expected, 1e-12);
  EXPECT_NEAR(expected, 0.679, 0.001);
}

TEST(Scores, CutAtTheThreshold) {
  Topic topic = by_query("splatting");
  const double reached = score(topic, splats(), {});
  topic.threshold = reached;
  EXPECT_TRUE(meets(topic));
  topic.threshold = reached + 1e-9;
  EXPECT_FALSE(meets(topic));
}

TEST(Profiles, KeepTheOrderOfPeopleAndTopics) {
  std::vector<Person> people(3);
  for (std::size_t i = 0; i < people.size(); ++i) {
    people[i].id = std::string(1, static_cast<char>('c' - i));
    for (const char* name : {"z", "a"}) {
      Topic topic = by_query(i == 1 ? "missing" : "splatting");
      topic.name = name;
      people[i].topics.push_back(topic);
    }
  }
  const Profiles profiles(people, {}, {});
  EXPECT_EQ(profiles.topics(), 6u);
  std::vector<std::string> order;
  for (const Match& match : profiles.match(splats())) order.push_back(match.person + match.topic);
  EXPECT_THAT(order, ElementsAre("cz", "ca", "az", "aa"));
}

TEST(Profiles, NameTheTopicWhoseQueryIsWrong) {
  try {
    match({by_query("(a")}, splats());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("person 'ada', topic 'topic': the parenthesis opened at column 1"));
  }
}

TEST(Profiles, TakeEmptyAndHostilePapers) {
  EXPECT_FALSE(meets("a*", false, Paper{}));
  EXPECT_THAT(Profiles({}, {}, {}).match(splats()), IsEmpty());
  std::string hyphens, query = "\"";
  for (int i = 0; i < 5'000; ++i) hyphens += "a-";
  for (int i = 0; i < 300; ++i) query += "a-";
  EXPECT_TRUE(meets((query + "a\"").c_str(), false, make_paper("2512.00010", "x", hyphens)));
  EXPECT_FALSE(meets((query + "b\"").c_str(), false, make_paper("2512.00010", "x", hyphens)));
  EXPECT_TRUE(meets("a*", false, make_paper("2512.00011", std::string(1 << 20, 'a'), "")));
}

TEST(Profiles, AnswerSeveralThreadsAtOnce) {
  Person person;
  person.id = "ada";
  for (const char* query : {"splatting", "rendering", "self-supervised OR missing", "au:He", "cat:cs"}) {
    Topic topic = by_query(query);
    topic.stem = true;
    person.topics.push_back(topic);
  }
  const Profiles profiles({&person, 1}, {}, statistics());
  const auto expected = profiles.match(splats());
  EXPECT_EQ(expected.size(), 5u);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const auto found = profiles.match(splats());
        if (found.size() != expected.size() || found[1].reasons != expected[1].reasons) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// --- examples

const std::vector<Paper>& shelf() {
  static const std::vector<Paper> papers = {
      make_paper("2512.10001", "Gaussian splatting for radiance fields",
                 "We splat anisotropic Gaussians to render views."),
      make_paper("2512.10002", "Compressing Gaussian splats", "Anisotropic Gaussians are pruned; radiance stays."),
      make_paper("2512.10003", "Bounds for sieve methods", "Primes in arithmetic progressions are counted."),
  };
  return papers;
}

TEST(Examples, FindPapersOfTheirKind) {
  Topic topic;
  topic.name = "like these";
  topic.examples = {"2512.10002", "2512.10001", "2512.10001", "1234.56789"};
  const Paper like = make_paper("2512.00012", "Anisotropic Gaussians with radiance", "Splatting renders views.");
  const auto matches = match({topic}, like, shelf(), statistics());
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_GT(matches[0].score, 0.3);
  EXPECT_LE(matches[0].score, 0.8);
  const double first = similarity(like, shelf()[0], statistics()), second = similarity(like, shelf()[1], statistics());
  ASSERT_GT(first, second);
  const auto shown = [](double s) {
    char text[8];
    std::snprintf(text, sizeof text, "%.2f", s);
    return std::string(text);
  };
  const Reason nearest{ReasonKind::example, "2512.10001", shown(first)};
  EXPECT_EQ(matches[0].reasons.front(), nearest);
  EXPECT_THAT(matches[0].reasons, testing::IsSupersetOf({Reason{ReasonKind::example, "2512.10002", shown(second)},
                                                         Reason{ReasonKind::word, "anisotropic", "title"}}))
      << "the words that decided are named";
  EXPECT_THAT(match({topic}, make_paper("2512.00013", "Primes of all kinds", "Arithmetic progressions."), shelf(),
                    statistics()),
              IsEmpty());
}

TEST(Examples, StandBesideTheQuery) {
  Topic topic = by_query("anisotropic");
  topic.examples = {"2512.10001"};
  const Paper both = make_paper("2512.00014", "Anisotropic Gaussian splatting", "of radiance fields");
  const auto matches = match({topic}, both, shelf(), statistics());
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_THAT(matches[0].reasons, testing::Contains(testing::Field(&Reason::kind, ReasonKind::example)));
  EXPECT_THAT(matches[0].reasons, testing::Contains(Reason{ReasonKind::word, "anisotropic", "title"}));
  topic.query.clear();
  EXPECT_LT(match({topic}, both, shelf(), statistics())[0].score, matches[0].score);
  const Paper neither = make_paper("2512.00015", "Anisotropic crystals", "of something else altogether");
  topic.query = "anisotropic";
  ASSERT_EQ(match({topic}, neither, shelf(), statistics()).size(), 1u);
}

TEST(Similarity, IsACosine) {
  const auto& papers = shelf();
  EXPECT_NEAR(similarity(papers[0], papers[0], statistics()), 1, 1e-9);
  EXPECT_EQ(similarity(papers[0], papers[1], statistics()), similarity(papers[1], papers[0], statistics()));
  EXPECT_EQ(similarity(papers[0], make_paper("2512.00016", "zeta", "eta"), statistics()), 0);
  EXPECT_EQ(similarity(Paper{}, papers[0], statistics()), 0);
  EXPECT_EQ(similarity(Paper{}, Paper{}, statistics()), 0);
  // One shared word of two each, all as rare: (1 + ln 2)^2 for the titles' word over two of them and one of weight 1.
  const Paper a = make_paper("2512.00017", "x", "y"), b = make_paper("2512.00018", "x", "z");
  const double title = 1 + std::log(2);
  EXPECT_NEAR(similarity(a, b, {}), title * title / (title * title + 1), 1e-12);
  // "common" stands in half of the papers and says nothing.
  EXPECT_EQ(similarity(make_paper("2512.00019", "common", "q"), make_paper("2512.00020", "common", "r"), statistics()),
            0);
}

TEST(Statistics, CountPapersNotOccurrences) {
  Statistics s;
  EXPECT_EQ(s.papers(), 0u);
  EXPECT_EQ(s.inverse_document_frequency("x"), 1);
  s.add(make_paper("2512.00021", "Deep deep learning", "deep"));
  s.add(make_paper("2512.00022", "shallow", "learning"));
  EXPECT_EQ(s.papers(), 2u);
  EXPECT_DOUBLE_EQ(s.inverse_document_frequency("deep"), std::log(3.0 / 2) + 1);
  EXPECT_DOUBLE_EQ(s.inverse_document_frequency("learning"), 1);
  EXPECT_DOUBLE_EQ(s.inverse_document_frequency("absent"), std::log(3.0) + 1);
}

TEST(Statistics, AreCopiedByProfiles) {
  std::optional<Statistics> s(std::in_place);
  s->add(splats());
  Person person;
  person.topics = {by_query("splatting")};
  const Profiles profiles({&person, 1}, {}, *s);
  s.reset();
  EXPECT_EQ(profiles.match(splats()).size(), 1u);
}

}  // namespace
}  // namespace paperboy::match
