#pragma once
// Profiles as people might keep them, made of real papers, and papers to hold against them; both in our own form and as
// the plain tokens that a search engine is given, so that all find the same.
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "daemon/match/frequencies.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::match::percolate {

struct Leaf {
  std::vector<std::string> words;  // as a paper has them, folded
  unsigned fields = 3;             // in_title, in_abstract
  bool prefix = false;             // one word
};

// All clauses must be met, each by one of its leaves; and one of the categories, the author, not the excluded leaf.
struct Profile {
  std::vector<std::vector<Leaf>> clauses;
  std::vector<Leaf> excluded;           // none or one
  std::vector<std::string> categories;  // none or more
  std::string author;                   // or empty
};

// In our language; to be parsed with stems.
std::string query_of(const Profile& profile);

// What a search engine indexes of a paper: letters a-z and digits only.
struct Document {
  std::vector<std::string> title_stems, abstract_stems, title_words, abstract_words, categories;
};

struct Corpus {
  // Up to 3,000 papers are matched; the others are counted, and profiles are made of them. Hyphens are blanks, so that
  // every engine sees the same words.
  Corpus(const std::filesystem::path& folder, std::size_t most);
  std::vector<paper::Paper> makers, news;
  Frequencies frequencies;
};

std::vector<Profile> make_profiles(const Corpus& corpus, std::size_t count, unsigned seed);

std::string token(std::string_view word);  // any word as a-z and 0-9
std::string stemmed_token(std::string_view word);
std::string category_token(std::string_view category);
Document document_of(const paper::Paper& paper);

}  // namespace paperboy::match::percolate
