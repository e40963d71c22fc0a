#include "daemon/paper/taxonomy.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace paperboy::paper {
namespace {

TEST(Taxonomy, HoldsEveryActiveCategoryOnce) {
  const auto all = categories();
  EXPECT_EQ(all.size(), 149u);  // 155 with the six aliases
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; }));
  EXPECT_TRUE(std::adjacent_find(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id == b.id; }) ==
              all.end());
  for (const auto& category : all) {
    EXPECT_EQ(canonical_category(category.id), category.id);
    EXPECT_EQ(category_name(category.id), category.name);
    EXPECT_FALSE(category.name.empty());
    EXPECT_TRUE(in_group(category.id, archive_of(category.id)));
  }
}

struct Spelling {
  std::string_view text, canonical;
};
class Spellings : public testing::TestWithParam<Spelling> {};
TEST_P(Spellings, AreMended) {
  EXPECT_EQ(canonical_category(GetParam().text), GetParam().canonical);
}
INSTANTIATE_TEST_SUITE_P(
    All, Spellings,
    testing::Values(Spelling{"cs.CV", "cs.CV"}, Spelling{"CS.cv", "cs.CV"}, Spelling{" cs.cv ", "cs.CV"},
                    Spelling{"COND-MAT.MTRL-SCI", "cond-mat.mtrl-sci"}, Spelling{"Hep-Th", "hep-th"},
                    // aliases, whichever side a paper names
                    Spelling{"math.MP", "math-ph"}, Spelling{"math-ph", "math-ph"}, Spelling{"stat.TH", "math.ST"},
                    Spelling{"math.ST", "math.ST"}, Spelling{"math.IT", "cs.IT"}, Spelling{"cs.IT", "cs.IT"},
                    Spelling{"q-fin.EC", "econ.GN"}, Spelling{"econ.GN", "econ.GN"}, Spelling{"cs.SY", "eess.SY"},
                    Spelling{"eess.SY", "eess.SY"}, Spelling{"cs.NA", "math.NA"}, Spelling{"CS.na", "math.NA"},
                    // archives that were closed
                    Spelling{"cmp-lg", "cs.CL"}, Spelling{"adap-org", "nlin.AO"}, Spelling{"comp-gas", "nlin.CG"},
                    Spelling{"chao-dyn", "nlin.CD"}, Spelling{"solv-int", "nlin.SI"}, Spelling{"patt-sol", "nlin.PS"},
                    Spelling{"alg-geom", "math.AG"}, Spelling{"dg-ga", "math.DG"}, Spelling{"funct-an", "math.FA"},
                    Spelling{"q-alg", "math.QA"}, Spelling{"mtrl-th", "cond-mat.mtrl-sci"},
                    Spelling{"supr-con", "cond-mat.supr-con"}, Spelling{"acc-phys", "physics.acc-ph"},
                    Spelling{"ao-sci", "physics.ao-ph"}, Spelling{"atom-ph", "physics.atom-ph"},
                    Spelling{"bayes-an", "physics.data-an"}, Spelling{"chem-ph", "physics.chem-ph"},
                    Spelling{"plasm-ph", "physics.plasm-ph"},
                    // bare archives that old papers carry
                    Spelling{"astro-ph", "astro-ph"}, Spelling{"Cond-Mat", "cond-mat"}, Spelling{"q-bio", "q-bio"}));

TEST(Taxonomy, LeavesOtherTextAlone) {
  for (const std::string_view text :
       {"", " ", "65K10", "I.2.7; I.4", "cs", "math", "cs.XX", "cs.", "cs.CV2", "cs.*", "None"}) {
    EXPECT_FALSE(canonical_category(text)) << text;
  }
}

TEST(Taxonomy, ARecordsCategories) {
  const std::vector<std::string> names{"math.NA", "cs.NA", "65K10", "cs.lg", "", "I.2.7", "cs.LG", "stat.TH"};
  std::vector<std::string> classes{"kept"};
  EXPECT_EQ(canonical_categories(names, &classes), (std::vector<std::string>{"math.NA", "cs.LG", "math.ST"}));
  EXPECT_EQ(classes, (std::vector<std::string>{"kept", "65K10", "I.2.7"}));
  EXPECT_EQ(canonical_categories(names).size(), 3u);
  EXPECT_TRUE(canonical_categories({}).empty());
}

TEST(Taxonomy, Names) {
  EXPECT_EQ(category_name("cs.CV"), "Computer Vision and Pattern Recognition");
  EXPECT_EQ(category_name("cs.NA"), "Numerical Analysis");
  EXPECT_EQ(category_name("alg-geom"), "Algebraic Geometry");
  EXPECT_EQ(category_name("astro-ph"), "Astrophysics");
  EXPECT_EQ(category_name("my feed"), "my feed");
  EXPECT_EQ(archive_of("cs.CV"), "cs");
  EXPECT_EQ(archive_of("hep-th"), "hep-th");
}

struct Membership {
  std::string_view category, group;
  bool in;
};
class Groups : public testing::TestWithParam<Membership> {};
TEST_P(Groups, Hold) {
  EXPECT_EQ(in_group(GetParam().category, GetParam().group), GetParam().in);
}
INSTANTIATE_TEST_SUITE_P(
    All, Groups,
    testing::Values(
        Membership{"cs.CV", "cs.CV", true}, Membership{"cs.CV", "CS.cv", true}, Membership{"cs.CV", "cs", true},
        Membership{"cs.CV", "cs.*", true}, Membership{"cs.CV", "cs*", true}, Membership{"cs.CV", "*", true},
        Membership{"cs.CV", " CS.* ", true}, Membership{"cs.CV", "cs.LG", false}, Membership{"cs.CV", "c", false},
        Membership{"cs.CV", "cs.C*", false}, Membership{"cs.CV", "stat", false}, Membership{"cs.CV", "", false},
        Membership{"astro-ph.GA", "astro-ph*", true}, Membership{"astro-ph", "astro-ph*", true},
        Membership{"astro-ph.GA", "astro-ph", true}, Membership{"astro-ph", "astro-ph.GA", false},
        Membership{"hep-th", "hep-th", true}, Membership{"hep-th", "hep-th*", true},
        Membership{"hep-th", "hep-ph", false}, Membership{"math-ph", "math", true},
        Membership{"math.PR", "math-ph", false},
        // an aliased category is listed in both archives
        Membership{"math.NA", "cs", true}, Membership{"math.NA", "cs.NA", true}, Membership{"cs.NA", "math.*", true},
        Membership{"cs.IT", "math", true}, Membership{"eess.SY", "cs.*", true}, Membership{"econ.GN", "q-fin", true},
        Membership{"math.ST", "stat*", true}, Membership{"math.ST", "stat.TH", true},
        Membership{"math.AG", "cs", false},
        // closed archives
        Membership{"math.AG", "alg-geom", true}, Membership{"alg-geom", "math", true},
        Membership{"cmp-lg", "cs.CL", true}, Membership{"chao-dyn", "nlin.*", true},
        // what is no category is in "*" alone
        Membership{"my feed", "*", true}, Membership{"my feed", "cs", false}, Membership{"65K10", "65K10", false}));

TEST(Taxonomy, KnownGroups) {
  for (const std::string_view group :
       {"*", "cs", "cs.*", "CS*", "astro-ph*", "cs.CV", "cs.na", "alg-geom", "hep-th", "physics", "q-bio"}) {
    EXPECT_TRUE(known_group(group)) << group;
  }
  for (const std::string_view group : {"", "cs.", "cs.XX", "cs.C*", "computer science", "**", ".*", "grp_physics"}) {
    EXPECT_FALSE(known_group(group)) << group;
  }
}

}  // namespace
}  // namespace paperboy::paper
