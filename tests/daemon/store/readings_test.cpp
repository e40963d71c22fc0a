// Readings and their costs: what goes in comes out, and sums hold.
#include "daemon/store/readings.hpp"

#include <gmock/gmock.h>

#include "daemon/store/choices.hpp"
#include "tests/daemon/store/fixture.hpp"

namespace paperboy::store::test {
namespace {

using ::testing::IsEmpty;

class Readings : public StoreTest {};

const ReadingKey key{"2512.00001", 2, "analysis", "zh", "1-ab", "strong-1"};

TEST_F(Readings, ComeOutAsTheyWentIn) {
  paper::Reading reading;
  reading.passages = {
      {"method", {{"它“很快”。", {{"2512.00001", "§ 3.2 Results", "It is \"fast\".\\"}, {"", "", ""}}}}},
      {"core", {{"x", {}}, {"y", {}}}}};
  reading.model = "strong-1";
  reading.source = "html";
  reading.made = day(3);
  reading.kept = 3;
  reading.dropped = 1;
  tx([&](Tx& t) {
    EXPECT_FALSE(find_reading(t, key).known());
    put_reading(t, key, reading, "number 1", start);
    EXPECT_EQ(find_reading(t, key).reading, reading);
    ReadingKey other = key;
    other.prompt = "2-cd";
    EXPECT_FALSE(find_reading(t, other).known());
    EXPECT_EQ(readings_of(t, "2512.00001").at(0).detail, "number 1");
    EXPECT_EQ(forget_readings(t, "2512.00001"), 1);
    EXPECT_THAT(readings_of(t, "2512.00001"), IsEmpty());
  });
}

TEST_F(Readings, ThatAreDamagedAreNotThere) {
  tx([&](Tx& t) {
    put_reading(t, key, {}, "", start);
    for (const char* content : {"", "{", "[]", "{\"passages\":7}", "{\"relevance\":\"x\"}"}) {
      t.execute("UPDATE reading SET content = $1", std::string_view(content));
      EXPECT_FALSE(find_reading(t, key).known()) << content;
    }
  });
}

TEST_F(Readings, RatingsAndFailuresDoToo) {
  tx([&](Tx& t) {
    put_reading_failure(t, key, {"cut off", 1, start}, start);
    const ReadingState failed = find_reading(t, key);
    ASSERT_TRUE(failed.failure);
    EXPECT_EQ(failed.failure->attempts, 1);
    EXPECT_EQ(failed.failure->next_at, start);
    const paper::Rating rating{5, 1, paper::Statement{"r", {{"p", "l", "q"}}}};
    put_rating(t, key, rating, start);
    EXPECT_EQ(find_reading(t, key).rating, rating);
    EXPECT_FALSE(find_reading(t, key).failure);
  });
}

TEST_F(Readings, CostsAddUpByDayAndPerson) {
  tx([&](Tx& t) {
    put_cost(t, {day(3), "ada", "analysis", "m", 1, 1000, 100, 7, 0});
    put_cost(t, {day(3), "ada", "analysis", "m", 1, 2000, 200, 8, 1});
    put_cost(t, {day(3), "lin", "overview", "m", 1, 10, 1, 1, 0});
    put_cost(t, {day(4), "ada", "analysis", "m", 1, 5, 5, 5, 0});
    EXPECT_EQ(spent_on(t, day(3)).tokens, 3311);
    EXPECT_EQ(spent_on(t, day(3)).micros, 16);
    EXPECT_EQ(spent_by(t, day(3), "ada").tokens, 3300);
    EXPECT_EQ(spent_on(t, day(5)).tokens, 0);
    const auto rows = costs_between(t, day(3), day(4));
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].calls, 2);
    EXPECT_EQ(rows[0].estimated, 1);
    forget_person(t, "ada");
    EXPECT_EQ(spent_by(t, day(3), "ada").tokens, 0);
    EXPECT_EQ(spent_on(t, day(3)).tokens, 3311) << "the day's budget knows what was spent";
  });
}

}  // namespace
}  // namespace paperboy::store::test
