#include "daemon/paper/names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "daemon/base/text.hpp"

namespace paperboy::paper {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SplitAuthors, Separators) {
  EXPECT_THAT(split_authors("Ada Lovelace"), ElementsAre("Ada Lovelace"));
  EXPECT_THAT(split_authors("A. B, C. D and E. F"), ElementsAre("A. B", "C. D", "E. F"));
  EXPECT_THAT(split_authors("A. B, C. D, and E. F"), ElementsAre("A. B", "C. D", "E. F"));
  EXPECT_THAT(split_authors("A. B; C. D & E. F"), ElementsAre("A. B", "C. D", "E. F"));
  EXPECT_THAT(split_authors("A. B \\and C. D"), ElementsAre("A. B", "C. D"));
  EXPECT_THAT(split_authors("Rolf Andersen,\n  Andy Andrews\nand  B. Brand"),
              ElementsAre("Rolf Andersen", "Andy Andrews", "B. Brand"));
  EXPECT_THAT(split_authors(" , ,and , "), IsEmpty());
  EXPECT_THAT(split_authors(""), IsEmpty());
}

TEST(SplitAuthors, Affiliations) {
  EXPECT_THAT(split_authors("Ada M. van Dijk (1), Jos\\'e P\\'erez (1 and 2) ((1) Inst. A, (2) Inst. B)"),
              ElementsAre("Ada M. van Dijk", "José Pérez"));
  EXPECT_THAT(split_authors("A. B (Dept. of Phys., X and Y, China), C. D (Z (formerly W), U)"),
              ElementsAre("A. B", "C. D"));
  EXPECT_THAT(split_authors("B. Zhang (1)((1) Hebei, China, (2) Beijing)"), ElementsAre("B. Zhang"));
  EXPECT_THAT(split_authors("C. D (CNRS)and E. F(MIT)"), ElementsAre("C. D", "E. F"));
  EXPECT_THAT(split_authors("A. B (1), C. D (2) ((1) Inst A, (2) Inst B"), ElementsAre("A. B", "C. D"));
  EXPECT_THAT(split_authors("A. B (MIT, C. D, E. F"), ElementsAre("A. B", "C. D", "E. F"));
  EXPECT_THAT(split_authors("A. B), C. D"), ElementsAre("A. B", "C. D"));
  // as the feeds write them
  EXPECT_THAT(split_authors("Ada M. van Dijk (Inst. A, Inst. B), Jos\\'e P\\'erez"),
              ElementsAre("Ada M. van Dijk", "José Pérez"));
}

TEST(SplitAuthors, Collaborations) {
  EXPECT_THAT(split_authors("ATLAS Collaboration"), ElementsAre("ATLAS Collaboration"));
  EXPECT_THAT(split_authors("The BABAR Collaboration: B. Aubert, M. Bona"),
              ElementsAre("The BABAR Collaboration", "B. Aubert", "M. Bona"));
  EXPECT_THAT(split_authors("LHCb collaboration, R. Aaij"), ElementsAre("LHCb collaboration", "R. Aaij"));
  EXPECT_THAT(split_authors("J. Ulery (for the STAR Collaboration)"), ElementsAre("J. Ulery"));
  EXPECT_THAT(split_authors("J. Doe, for the STAR Collaboration"), ElementsAre("J. Doe", "the STAR Collaboration"));
  EXPECT_THAT(split_authors("J. Doe on behalf of the CMS Collaboration"), ElementsAre("J. Doe"));
}

TEST(SplitAuthors, SuffixesAndOthers) {
  EXPECT_THAT(split_authors("G. David Forney, Jr., Robert W. Heath Jr. and Sammy Davis III"),
              ElementsAre("G. David Forney Jr.", "Robert W. Heath Jr.", "Sammy Davis III"));
  EXPECT_THAT(split_authors("A. Abulencia et al."), ElementsAre("A. Abulencia"));
  EXPECT_THAT(split_authors("A. B, et al"), ElementsAre("A. B"));
  EXPECT_THAT(split_authors("A. B and others"), ElementsAre("A. B"));
  EXPECT_THAT(split_authors("A. B and 23 others"), ElementsAre("A. B"));
  EXPECT_THAT(split_authors("A. Metal"), ElementsAre("A. Metal"));
}

TEST(SplitAuthors, TexAndSpacing) {
  EXPECT_THAT(split_authors("R.B.Palmer, J. -F. Desmurs, C.-P. Yuan"),
              ElementsAre("R. B. Palmer", "J.-F. Desmurs", "C.-P. Yuan"));
  EXPECT_THAT(split_authors("Fr{\\'e}d{\\'e}rique Battin, {\\O}. Bro, S{\\o}ren {Ossona de Mendez}"),
              ElementsAre("Frédérique Battin", "Ø. Bro", "Søren Ossona de Mendez"));
  EXPECT_THAT(split_authors("J.\\,P. Serre, {A, B}, Plato"), ElementsAre("J. P. Serre", "A, B", "Plato"));
  EXPECT_THAT(split_authors("Alexander Sanderson, Andy Band"), ElementsAre("Alexander Sanderson", "Andy Band"));
}

TEST(SplitAuthors, ManyAuthors) {
  std::string raw;
  for (int i = 0; i < 3500; ++i)
    raw += (i == 0 ? "" : ", ") + std::string("A. Author") + std::to_string(i) + " (" + std::to_string(i) + ")";
  const auto authors = split_authors(raw);
  ASSERT_EQ(authors.size(), 3500u);
  EXPECT_EQ(authors.back(), "A. Author3499");
}

TEST(DisplayName, IsForenamesFirst) {
  EXPECT_EQ(display_name("Heath", "Robert W.", "Jr."), "Robert W. Heath Jr.");
  EXPECT_EQ(display_name("van Dijk", "A.M.", ""), "A. M. van Dijk");
  EXPECT_EQ(display_name("ATLAS Collaboration", "", ""), "ATLAS Collaboration");
  EXPECT_EQ(display_name("P\\'erez", " Jos\\'e ", ""), "José Pérez");
  EXPECT_EQ(display_name("", "", ""), "");
}

struct Pair {
  std::string_view wanted, name;
  bool same;
};
class SameAuthor : public testing::TestWithParam<Pair> {};
TEST_P(SameAuthor, Decides) {
  EXPECT_EQ(same_author(GetParam().wanted, GetParam().name), GetParam().same)
      << GetParam().wanted << " / " << GetParam().name;
  if (GetParam().same) EXPECT_EQ(surname_key(GetParam().wanted), surname_key(GetParam().name));
}
INSTANTIATE_TEST_SUITE_P(
    All, SameAuthor,
    testing::Values(
        Pair{"Kaiming He", "Kaiming He", true}, Pair{"K. He", "Kaiming He", true},
        Pair{"He, Kaiming", "Kaiming He", true}, Pair{"He, K.", "Kaiming He", true}, Pair{"He", "Kaiming He", true},
        Pair{"kaiming he", "Kaiming He", true}, Pair{"Kaiming He", "K. He", true}, Pair{"Kaiming He", "K. M. He", true},
        Pair{"Kai-Ming He", "Kaiming He", true}, Pair{"Kaiming He", "Kai-Ming He", true},
        Pair{"KAIMING HE", "Kaiming He", true}, Pair{"Kaiming He", "Kaifeng He", false},
        Pair{"K. He", "Jian He", false}, Pair{"Kaiming He", "Kaiming Hu", false},
        Pair{"Kaiming He", "He Kaiming", false}, Pair{"Kaiming He", "He", false}, Pair{"He", "Kaiming Heller", false},
        Pair{"", "Kaiming He", false}, Pair{"He", "", false},
        // accents, marks, hyphens
        Pair{"Paul Erdos", "Pál Erdős", false}, Pair{"P. Erdos", "Paul Erdős", true},
        Pair{"Soren Orsted", "Søren Ørsted", true}, Pair{"O'Neil", "Sean O’Neil", true},
        Pair{"Jean-Pierre Serre", "J.-P. Serre", true}, Pair{"J. P. Serre", "Jean-Pierre Serre", true},
        Pair{"JP Serre", "Jean-Pierre Serre", true}, Pair{"J.-B. Serre", "Jean-Pierre Serre", false},
        Pair{"Soria-Ruiz", "R. Soria-Ruiz", true},
        // middle names
        Pair{"Geoffrey Hinton", "Geoffrey E. Hinton", true}, Pair{"Geoffrey E. Hinton", "Geoffrey Hinton", true},
        Pair{"G. F. Hinton", "Geoffrey E. Hinton", false}, Pair{"E. Hinton", "Geoffrey E. Hinton", false},
        // prefixes and suffixes
        Pair{"van der Waals", "Johannes van der Waals", true},
        Pair{"J. D. van der Waals", "Johannes Van Der Waals", true}, Pair{"Waals", "Johannes van der Waals", false},
        Pair{"van Dijk, Ada", "Ada M. van Dijk", true}, Pair{"De Marco, B.", "B. De Marco", true},
        Pair{"Forney, G. David, Jr.", "G. David Forney Jr.", true}, Pair{"Forney", "G. David Forney III", true},
        Pair{"Robert Heath, Jr.", "Robert Heath", true},
        Pair{"García Márquez, Gabriel", "Gabriel García Márquez", true},
        // groups, single names, other scripts
        Pair{"ATLAS Collaboration", "The ATLAS Collaboration", true},
        Pair{"atlas collaboration", "ATLAS Collaboration", true},
        Pair{"CMS Collaboration", "ATLAS Collaboration", false}, Pair{"Plato", "Plato", true},
        Pair{"何恺明", "何恺明", true}, Pair{"何恺明", "何明", false}, Pair{"Иванов", "И. Иванов", true},
        Pair{"И. Иванов", "Иван Иванов", true}));

TEST(SurnameKey, IsFoldedWithItsPrefix) {
  EXPECT_EQ(surname_key("Ada M. van Dijk"), "van dijk");
  EXPECT_EQ(surname_key("José Pérez"), "perez");
  EXPECT_EQ(surname_key("Pérez, José"), "perez");
  EXPECT_EQ(surname_key("B. De Marco"), "de marco");
  EXPECT_EQ(surname_key("Van Nguyen"), "nguyen");
  EXPECT_EQ(surname_key("Le Song"), "song");
  EXPECT_EQ(surname_key("The LIGO Scientific Collaboration"), "ligo scientific collaboration");
  EXPECT_EQ(surname_key(""), "");
  EXPECT_EQ(surname_key(" , "), "");
}

TEST(NamesHostile, RandomBytes) {
  std::mt19937 random(7);
  static constexpr std::array<std::string_view, 24> pieces{"A",
                                                           "é",
                                                           ".",
                                                           ",",
                                                           " ",
                                                           "(",
                                                           ")",
                                                           "{",
                                                           "}",
                                                           "and ",
                                                           " and",
                                                           "\\",
                                                           "\\'",
                                                           "Jr",
                                                           "van ",
                                                           "-",
                                                           ";",
                                                           ":",
                                                           "Collaboration",
                                                           "et al.",
                                                           "\xff",
                                                           "何",
                                                           "&",
                                                           "'"};
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    const auto length = random() % 25;
    for (std::size_t i = 0; i < length; ++i) text += pieces[random() % pieces.size()];
    text = text::sanitize(text);
    for (const auto& name : split_authors(text)) {
      ASSERT_FALSE(name.empty());
      ASSERT_EQ(text::sanitize(name), name);
      ASSERT_EQ(text::collapse_space(name), name) << text;
      if (!surname_key(name).empty()) ASSERT_TRUE(same_author(name, name)) << name;
    }
    same_author(text, "A. B");
    same_author("A. B", text);
  }
}

}  // namespace
}  // namespace paperboy::paper
