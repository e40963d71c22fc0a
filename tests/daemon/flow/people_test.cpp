// People in YAML: what is read, and how mistakes are told.
#include "daemon/flow/people.hpp"

#include <gmock/gmock.h>

#include "tests/daemon/settings/helpers.hpp"

namespace paperboy::flow {
namespace {

using paper::Address;
using paper::Cadence;
using settings::Findings;
using settings::Node;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view good = R"(id: ada
name: "Ada  Lovelace"
language: pt-BR
time_zone: Europe/Berlin
digest: daily 07:30
quiet_days: false
channels:
  - email: ada@example.org
  - {file: ada, email: ada@work.example.org}
topics:
  - name: Splatting
    query: '"gaussian splatting" OR 3DGS'
    exclude: ti:survey
    categories: [cs.cv, "astro-ph*", hep-th, cs]
    authors: [Kaiming He, "Lovelace, Ada"]
    examples: [2308.04079v2, "https://arxiv.org/abs/hep-th/9901001", "doi:10.1103/PhysRevD.1.1"]
    weight: 2.5
    threshold: 0.25
    limit: 7
    stem: true
    revisions: true
    cross_lists: false
  - name: All of number theory
    categories: [math.NT]
)";

paper::Person read(std::string_view yaml, Findings& findings, const PeopleRules& rules = {}) {
  return read_person(Node::parse(yaml, "ada.yaml", findings), rules);
}

TEST(People, AreRead) {
  Findings findings;
  const paper::Person person = read(good, findings);
  ASSERT_TRUE(findings.empty()) << findings.to_string();
  EXPECT_EQ(person.id, "ada");
  EXPECT_EQ(person.name, "Ada Lovelace");
  EXPECT_EQ(person.language, "pt-BR");
  EXPECT_FALSE(person.quiet_days);
  EXPECT_EQ(person.schedule,
            (paper::Schedule{Cadence::daily, {true, true, true, true, true, false, false}, 450, "Europe/Berlin"}));
  EXPECT_THAT(person.addresses, ElementsAre(Address{"email", "ada@example.org"}, Address{"file", "ada"},
                                            Address{"email", "ada@work.example.org"}));
  ASSERT_EQ(person.topics.size(), 2u);
  const paper::Topic& topic = person.topics[0];
  EXPECT_EQ(topic.name, "Splatting");
  EXPECT_EQ(topic.query, "\"gaussian splatting\" OR 3DGS");
  EXPECT_EQ(topic.exclude, "ti:survey");
  EXPECT_THAT(topic.categories, ElementsAre("cs.CV", "astro-ph*", "hep-th", "cs"));
  EXPECT_THAT(topic.authors, ElementsAre("Kaiming He", "Lovelace, Ada"));
  EXPECT_THAT(topic.examples, ElementsAre("2308.04079", "hep-th/9901001", "doi:10.1103/physrevd.1.1"));
  EXPECT_EQ(topic.weight, 2.5);
  EXPECT_EQ(topic.threshold, 0.25);
  EXPECT_EQ(topic.limit, 7);
  EXPECT_TRUE(topic.stem);
  EXPECT_TRUE(topic.revisions);
  EXPECT_FALSE(topic.cross_lists);
  EXPECT_EQ(person.topics[1], (paper::Topic{.name = "All of number theory", .categories = {"math.NT"}}));
}

struct Case {
  const char* name;
  const char* line;  // the one of `good` that begins with the first word of the replacement's, trimmed
  const char* replacement;
  std::vector<testing::Matcher<std::string>> findings;
};

// Replaces the first line of `good` that begins (after blanks and "- ") with `line`.
std::string with(const std::string& line, const std::string& replacement) {
  std::string yaml(good);
  const std::size_t at = yaml.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  const std::size_t end = yaml.find('\n', at);
  yaml.replace(at, end - at, replacement);
  return yaml;
}

class Mistakes : public testing::TestWithParam<Case> {};

TEST_P(Mistakes, AreToldAtTheirPlace) {
  Findings findings;
  read(with(GetParam().line, GetParam().replacement), findings);
  EXPECT_THAT(settings::lines(findings), testing::ElementsAreArray(GetParam().findings));
}

testing::Matcher<std::string> at(const char* place, const char* part) {
  return AllOf(StartsWith(place), HasSubstr(part));
}

INSTANTIATE_TEST_SUITE_P(
    People, Mistakes,
    testing::Values(
        Case{"NoId", "id: ada", "", {at("2:1: ", "'id' is missing")}},
        Case{"IdWithCapitals", "id: ada", "id: Ada", {at("1:5: ", "'Ada' is no id")}},
        Case{"NoName", "name: \"Ada", "", {at("1:1: ", "'name' is missing")}},
        Case{"UnknownKey", "quiet_days", "quite_days: false", {at("6:1: ", "did you mean 'quiet_days'?")}},
        Case{"Language", "language", "language: english!", {at("3:11: ", "no language tag")}},
        Case{"TimeZone", "time_zone", "time_zone: Europe/Berln", {at("4:12: ", "did you mean 'Europe/Berlin'?")}},
        Case{"TimeZoneAbbreviated", "time_zone", "time_zone: Mars", {at("4:12: ", "zones have names such as")}},
        Case{"NoDigest", "digest: daily", "", {at("1:1: ", "'digest' is missing")}},
        Case{"NoSchedule", "digest: daily", "digest: dayly 07:30", {at("5:9: ", "did you mean 'daily'?")}},
        Case{"NoTime", "digest: daily", "digest: daily", {at("5:9: ", "daily 07:30")}},
        Case{"TwentyFourOClock", "digest: daily", "digest: daily 24:00", {at("5:9: ", "'24:00' is no time of day")}},
        Case{"TimeWithoutMinutes", "digest: daily", "digest: daily 7", {at("5:9: ", "'7' is no time of day")}},
        Case{"TimeWithSign", "digest: daily", "digest: daily -7:30", {at("5:9: ", "no time of day")}},
        Case{"WeeklyWithoutDay", "digest: daily", "digest: weekly 07:30", {at("5:9: ", "weekly mon 07:30")}},
        Case{"WeeklyOnNoDay", "digest: daily", "digest: weekly some 07:30", {at("5:9: ", "'some' is no day")}},
        Case{"InstantWithTime", "digest: daily", "digest: instant 07:30", {at("5:9: ", "nothing follows 'instant'")}},
        Case{
            "MapWithoutTime", "digest: daily", "digest: {cadence: daily, days: [mon]}", {at("5:9: ", "at: \"07:30\"")}},
        Case{"MapWithoutDays",
             "digest: daily",
             "digest: {cadence: daily, days: [], at: \"7:30\"}",
             {at("5:32: ", "at least one day")}},
        Case{"MapWeeklyTwoDays",
             "digest: daily",
             "digest: {cadence: weekly, days: [mon, tue], at: \"07:30\"}",
             {at("5:33: ", "weekly takes one day")}},
        Case{"MapWeeklyNoDays",
             "digest: daily",
             "digest: {cadence: weekly, at: \"07:30\"}",
             {at("5:9: ", "weekly needs a day")}},
        Case{
            "MapInstantWithDays", "digest: daily", "digest: {cadence: instant, days: [mon]}", {at("5:9: ", "go with")}},
        Case{"MapCadence",
             "digest: daily",
             "digest: {cadence: hourly, at: \"07:30\"}",
             {at("5:19: ", "must be one of daily, weekly")}},
        Case{"MapUnknownKey",
             "digest: daily",
             "digest: {cadence: daily, tme: x, at: \"07:30\"}",
             {at("5:26: ", "unknown key 'tme' in 'digest'")}},
        Case{"ChannelScalar", "  - email: ada@", "  - ada@example.org", {at("8:5: ", "must be a map")}},
        Case{"ChannelTwice", "  - email: ada@", "  - email: ada@work.example.org", {at("9:24: ", "stands twice")}},
        Case{"ChannelEmpty", "  - email: ada@", "  - email: ''", {at("8:12: ", "is empty")}},
        Case{"TopicWithoutName", "  - name: Splatting", "  -", {at("12:5: ", "'topics[0].name' is missing")}},
        Case{"QueryPosition",
             "    query",
             "    query: '\"gaussian splatting\" OR (3DGS'",
             {at("12:37: ", "not closed")}},
        Case{"QueryEmpty", "    query", "    query: ''", {at("12:12: ", "is empty")}},
        Case{"ExcludePosition", "    exclude", "    exclude: ti:survey )", {at("13:24: ", ")")}},
        Case{"Category",
             "    categories",
             "    categories: [cs.CV, cs.VC, xx.YY]",
             {at("14:25: ", "arXiv has no category 'cs.VC'; did you mean"), at("14:32: ", "'xx.YY'")}},
        Case{"CategoryTwice",
             "    categories",
             "    categories: [cs.CV, CS.cv]",
             {at("14:25: ", "'CS.cv' stands twice")}},
        Case{"CategoryByItsOtherName",
             "    categories",
             "    categories: [math.NA, cs.NA]",
             {at("14:27: ", "stands twice")}},
        Case{"Author",
             "    authors",
             "    authors: ['', 17, \"...\"]",
             {at("15:15: ", "is empty"), at("15:23: ", "no name")}},
        Case{"Example",
             "    examples",
             "    examples: [2308.04079, banana]",
             {at("16:28: ", "'banana' names no paper")}},
        Case{"ExampleTwice",
             "    examples",
             "    examples: [2308.04079, \"arXiv:2308.04079v3\"]",
             {at("16:28: ", "stands twice")}},
        Case{"WeightZero", "    weight", "    weight: 0", {at("17:13: ", "must be between 0.01 and 100")}},
        Case{"ThresholdAboveOne", "    threshold", "    threshold: 1.5", {at("18:16: ", "must be between 0 and 1")}},
        Case{"LimitZero", "    limit", "    limit: 0", {at("19:12: ", "must be between 1 and 1000")}},
        Case{"TopicUnknownKey",
             "    stem",
             "    stemm: true",
             {at("20:5: ", "unknown key 'stemm' in 'topics[0]'; did you mean 'stem'?")}},
        Case{"TopicTwice", "  - name: All of", "  - name: SPLATTING", {at("23:11: ", "line 11 has this name already")}},
        Case{"TopicOfNothing", "    categories: [math.NT]", "    limit: 5", {at("23:5: ", "meets no paper")}},
        Case{"TopicScalar", "  - name: All of", "  - just words\n  - name: other", {at("23:5: ", "must be a map")}}),
    [](const auto& test) { return test.param.name; });

TEST(People, AllMistakesAreToldAtOnce) {
  Findings findings;
  read("id: A\nnmae: x\ndigest: never\nchannels: nowhere\ntopics:\n  - {name: t, query: '(', categories: [cs.XX]}\n",
       findings);
  EXPECT_EQ(findings.list().size(), 7u) << findings.to_string();
}

TEST(People, NeedTopicsAndChannels) {
  Findings findings;
  read("id: a\nname: A\ndigest: instant\n", findings);
  EXPECT_THAT(settings::lines(findings), ElementsAre(HasSubstr("no channels"), HasSubstr("no topics")));
}

TEST(People, OneThatCannotBeReadIsOneFinding) {
  Findings findings;
  read("id: [a\n", findings);
  EXPECT_EQ(findings.list().size(), 1u) << findings.to_string();
}

TEST(People, HaveTheLanguageOfTheHouse) {
  Findings findings;
  EXPECT_EQ(read(with("language", ""), findings, {.language = "zh", .check_address = {}}).language, "zh");
  EXPECT_EQ(read(good, findings, {.language = "zh", .check_address = {}}).language, "pt-BR");
  EXPECT_TRUE(findings.empty()) << findings.to_string();
}

TEST(People, AddressesAreChecked) {
  Findings findings;
  PeopleRules rules;
  rules.check_address = [](const Address& address) -> std::optional<std::string> {
    if (address.channel == "email") return std::nullopt;
    return "no " + address.channel + " for " + address.destination;
  };
  read(good, findings, rules);
  EXPECT_THAT(settings::lines(findings), ElementsAre("9:12: no file for ada"));
}

struct ScheduleCase {
  const char* line;
  Cadence cadence;
  std::array<bool, 7> days;
  int minute;
};

TEST(People, SchedulesInAllForms) {
  constexpr std::array<bool, 7> weekdays{true, true, true, true, true, false, false};
  const ScheduleCase cases[] = {
      {"daily 7:05", Cadence::daily, weekdays, 425},
      {"daily 00:00", Cadence::daily, weekdays, 0},
      {"weekly sun 23:59", Cadence::weekly, {false, false, false, false, false, false, true}, 1439},
      {"on_announcement", Cadence::on_announcement, weekdays, 450},
      {"instant", Cadence::instant, weekdays, 450},
      {"{cadence: daily, days: [sat, Sun], at: 9:15}",
       Cadence::daily,
       {false, false, false, false, false, true, true},
       555},
      {"{days: mon, at: \"09:15\"}", Cadence::daily, {true, false, false, false, false, false, false}, 555},
      {"{cadence: weekly, days: [thu], at: 10:00}",
       Cadence::weekly,
       {false, false, false, true, false, false, false},
       600},
  };
  for (const ScheduleCase& each : cases) {
    Findings findings;
    const paper::Person person = read(with("digest: daily", std::string("digest: ") + each.line), findings);
    EXPECT_THAT(settings::lines(findings), IsEmpty()) << each.line;
    EXPECT_EQ(person.schedule, (paper::Schedule{each.cadence, each.days, each.minute, "Europe/Berlin"})) << each.line;
  }
}

// The character in a query is found in the file, also where the query is folded over lines.
TEST(People, QueryErrorsPointIntoFoldedLines) {
  Findings findings;
  read(with("    query", "    query: >-\n      splatting OR\n      (radiance AND ))"), findings);
  ASSERT_EQ(findings.list().size(), 1u) << findings.to_string();
  EXPECT_EQ(findings.list()[0].line, 14);
  EXPECT_EQ(findings.list()[0].column, 17) << "at the AND that has nothing behind it";
}

TEST(People, IdsAreUniqueOverFiles) {
  const settings::Folder folder;
  const std::vector<std::filesystem::path> files = {
      folder.write("a.yaml", std::string(good)), folder.write("b.yaml", std::string(good)), folder.path() / "c.yaml"};
  Findings findings;
  const auto people = read_people(files, {}, findings);
  EXPECT_EQ(people.size(), 3u);
  EXPECT_EQ(findings.to_string(), files[1].string() + ":1:5: the id 'ada' is that of " + files[0].string() +
                                      " already\n" + files[2].string() + ": there is no such file\n");
}

}  // namespace
}  // namespace paperboy::flow
