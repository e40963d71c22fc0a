#pragma once
// Author strings and the comparison of names.
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::paper {

// arXiv's author string ("Ada M. van Dijk (1), Jos\'e P\'erez (1 and 2) ((1) Inst. A, (2) Inst. B)") -> display names,
// TeX converted, affiliations dropped. Collaborations stay ("ATLAS Collaboration"), "et al." goes, suffixes keep to
// their name.
std::vector<std::string> split_authors(std::string_view raw);

// "Surname, Forenames[, Suffix]" as OAI's keyname/forenames/suffix gives it -> "Forenames Surname Suffix".
std::string display_name(std::string_view keyname, std::string_view forenames, std::string_view suffix);

// A name as it is compared.
struct Name {
  std::vector<std::string> forenames;  // folded, without dots; an initial is one letter
  std::string surname;                 // folded, with its prefix: "van dijk", "perez"
};
Name read_name(std::string_view text);

// Is `wanted` ("Kaiming He", "K. He", "He, Kaiming", "He") the author `name`? Folded surname equal, and each forename
// or initial of `wanted` agrees with the one in its place. A wanted name without forenames matches every bearer of the
// surname.
bool same_author(std::string_view wanted, std::string_view name);
bool same_author(const Name& wanted, const Name& name);

// The folded surname with its prefix: "van dijk", "perez". The key of the author index.
std::string surname_key(std::string_view name);

}  // namespace paperboy::paper
