#include "daemon/match/atoms.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace paperboy::match {
namespace {

// Each name held against each wanted one: what the keys and filters leave out must be what same_author() denies.
TEST(Atoms, FindTheAuthorsThatSameAuthorFinds) {
  const std::vector<std::string> forenames = {
      "",    "K.", "Kaiming",     "Kai-Ming", "Kai Ming", "K. M.", "K.-M.", "KM",    "Kaiming J.", "J. Kaiming",
      "Wei", "W",  "Jean-Pierre", "J.P.",     "Émile",    "E.",    "Đức",   "Éric-", "Jr",         "Van"};
  const std::vector<std::string> surnames = {"He",
                                             "Li",
                                             "van Dijk",
                                             "Dijk",
                                             "De Silva",
                                             "Silva",
                                             "Pérez",
                                             "Perez",
                                             "O'Brien",
                                             "O’Brien",
                                             "Sánchez-Mora",
                                             "Junior",
                                             "III",
                                             "V",
                                             "HE",
                                             "de la Cruz",
                                             "ATLAS Collaboration",
                                             "Della Vander",
                                             "Dijk Jr.",
                                             "Ng (1)",
                                             "Łódzki",
                                             "Lodzki",
                                             "Ма",
                                             "X."};
  std::vector<std::string> names = {"He, Kaiming", "Perez, J. P., Jr.", "Collaboration", ""};
  for (const std::string& forename : forenames) {
    for (const std::string& surname : surnames) names.push_back(forename.empty() ? surname : forename + ' ' + surname);
  }
  std::mt19937 random(20261123);
  std::vector<paper::Name> read;
  for (const std::string& name : names) read.push_back(paper::read_name(name));
  for (int round = 0; round < 6; ++round) {  // few are wanted at a time: what is alike must not hide what is missing
    Atoms atoms;
    std::vector<std::pair<std::size_t, Atom>> wanted;
    for (int i = 0; i < 40; ++i) {
      const std::size_t one = random() % names.size();
      if (!read[one].surname.empty()) wanted.emplace_back(one, atoms.author(names[one]));
    }
    atoms.finish({}, round % 2 == 0);
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::set<Atom> expected, found;
      for (const auto& [each, atom] : wanted) {
        if (paper::same_author(read[each], read[i])) expected.insert(atom);
      }
      atoms.each_author(names[i], [&found](Atom atom) { found.insert(atom); });
      EXPECT_EQ(found, expected) << names[i];
    }
  }
}

}  // namespace
}  // namespace paperboy::match
