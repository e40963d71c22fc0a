#include "daemon/paper/revision.hpp"

#include <gtest/gtest.h>

namespace paperboy::paper {
namespace {

using Field = Change::Field;

Paper first() {
  Paper paper;
  paper.version = 1;
  paper.title = "On X";
  paper.abstract = "We do X.\nIt works.";
  paper.authors = {"Ada Lovelace", "Kaiming He"};
  paper.categories = {"cs.CV", "cs.LG"};
  paper.comments = "10 pages";
  return paper;
}

// "title On X>On Y; authors >J. Doe".
std::string shown(const Paper& after, bool whole = true) {
  static const char* names[] = {"title", "abstract", "authors", "categories", "comments", "journal", "doi"};
  const std::optional<Revision> revision = revision_of(first(), whole, after, 2);
  if (!revision) return "not seen";
  EXPECT_EQ(revision->number, 2);
  EXPECT_EQ(revision->since, 1);
  std::string out;
  for (const Change& change : revision->changes) {
    out += out.empty() ? "" : "; ";
    out += std::string(names[static_cast<std::size_t>(change.field)]) + " " + change.before + ">" + change.after;
  }
  return out;
}

struct Case {
  const char* about;
  void (*change)(Paper&);
  const char* expected;
};

TEST(Revision, SaysWhatChanged) {
  const Case cases[] = {
      {"nothing", [](Paper&) {}, ""},
      {"title", [](Paper& p) { p.title = "On Y"; }, "title On X>On Y"},
      {"white space",
       [](Paper& p) {
         p.title = " On  X";
         p.abstract = "We do X. It works.";
       },
       ""},
      {"abstract", [](Paper& p) { p.abstract = "We do Y."; }, "abstract >"},
      {"one more", [](Paper& p) { p.authors.push_back("Jane Doe"); }, "authors >Jane Doe"},
      {"one less", [](Paper& p) { p.authors.pop_back(); }, "authors Kaiming He>"},
      {"another", [](Paper& p) { p.authors[1] = "Jane Doe"; }, "authors Kaiming He>Jane Doe"},
      {"another spelling", [](Paper& p) { p.authors = {"A. Lovelace", "K. He"}; }, ""},
      {"another case", [](Paper& p) { p.authors = {"ada LOVELACE", "Kaiming He"}; }, ""},
      {"another order", [](Paper& p) { std::swap(p.authors[0], p.authors[1]); }, "authors >"},
      {"many", [](Paper& p) { p.authors = {"A B", "C D", "E F", "G H"}; },
       "authors Ada Lovelace, Kaiming He>A B, C D, E F, …"},
      {"categories", [](Paper& p) { p.categories = {"cs.CV", "cs.GR"}; }, "categories >cs.GR"},
      {"comments", [](Paper& p) { p.comments = "12 pages"; }, "comments 10 pages>12 pages"},
      {"journal",
       [](Paper& p) {
         p.journal_ref = "J. X 1";
         p.doi = "10.1/x";
       },
       "journal >J. X 1; doi >10.1/x"},
      {"what is not told",
       [](Paper& p) {
         p.comments.clear();
         p.authors.clear();
         p.categories.clear();
       },
       ""},
      {"no abstract",
       [](Paper& p) {
         p.abstract.clear();
         p.title = "On Y";
       },
       "not seen"},
  };
  for (const Case& each : cases) {
    Paper after = first();
    each.change(after);
    EXPECT_EQ(shown(after), each.expected) << each.about;
  }
}

TEST(Revision, WhatWasUnknownBeforeHasNotChanged) {
  Paper after = first();
  after.journal_ref = "J. X 1";
  EXPECT_EQ(shown(after, false), "") << "the record before may have left it out";
  after.comments = "12 pages";
  EXPECT_EQ(shown(after, false), "comments 10 pages>12 pages");
}

TEST(Revision, LongTextsAreShortened) {
  Paper after = first();
  after.title = std::string(300, 'x');
  const auto revision = revision_of(first(), true, after, 2);
  ASSERT_TRUE(revision);
  EXPECT_LE(revision->changes.at(0).after.size(), 90u);
}

}  // namespace
}  // namespace paperboy::paper
