#pragma once
// A paper as every room knows it: plain data, all text sanitized UTF-8.
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/paper/id.hpp"

namespace paperboy::paper {

// One version of an arXiv paper (arXivRaw's <version>).
struct Version {
  int number = 0;
  Time submitted{};
  std::string size;         // "85kb", as stated
  std::string source_type;  // "D", "I" = withdrawn, ...; as stated
  friend bool operator==(const Version&, const Version&) = default;
};

// A field of a paper's record that a version changed.
struct Change {
  enum class Field { title, abstract, authors, categories, comments, journal, doi };
  Field field = Field::abstract;
  // Short, for people. title, comments, journal, doi: the text before and after it; authors: who is gone and who is
  // new, both empty where only their order or spelling changed; categories: after, those that came; abstract: nothing.
  std::string before, after;
  friend bool operator==(const Change&, const Change&) = default;
};

// What a version changed, as far as it was seen (revision.hpp).
struct Revision {
  int number = 0;               // the version
  int since = 0;                // the version it was compared with: the newest that was known before
  std::vector<Change> changes;  // none: what both records say is the same
  friend bool operator==(const Revision&, const Revision&) = default;
};

struct Paper {
  PaperId id;
  int version = 0;  // newest known; 0 unknown

  // As shown: Unicode, TeX converted where it converts whole, one line. The raw form is kept where it differs, else
  // empty.
  std::string title, title_raw;
  std::string abstract, abstract_raw;  // paragraphs separated by '\n'
  std::vector<std::string> authors;    // "Forenames Surname Suffix", in order
  std::string authors_raw;             // the source's author string

  std::vector<std::string> categories;  // canonical arXiv names, the primary first, no duplicates
  std::vector<std::string> classes;     // MSC and ACM terms
  std::string comments, journal_ref, doi, report_number, license;
  std::string url;  // landing page of a paper that has no arXiv id; else empty

  std::optional<Day> published;     // first version
  std::optional<Day> updated;       // newest version
  std::optional<Day> announced;     // first announcement seen by any source
  std::vector<Version> versions;    // oldest first; empty where unknown
  std::vector<Revision> revisions;  // oldest first; of the versions whose change was seen; made by the store alone
  bool withdrawn = false;

  std::string primary_category() const { return categories.empty() ? std::string() : categories.front(); }
  friend bool operator==(const Paper&, const Paper&) = default;
};

// What an announcement says of a paper (arxiv:announce_type).
enum class AnnounceKind { new_paper, cross_list, replacement, replacement_cross };
// "new", "cross", "replace", "replace-cross": the words of the feed, also stored.
std::string_view to_string(AnnounceKind kind);
std::optional<AnnounceKind> announce_kind(std::string_view word);

// One line of one announcement: the paper was listed under `category` on `day`.
struct Announcement {
  PaperId id;
  int version = 0;
  std::string category;  // the listing it stood in (canonical category, or a feed's name)
  Day day{};             // the mailing's day: the date of the 00:00 US Eastern at which the feed changes
  AnnounceKind kind = AnnounceKind::new_paper;
};

// True if the text (comments, title or abstract) says that the paper was withdrawn: the only sign outside arXivRaw.
bool says_withdrawn(const Paper& paper);

}  // namespace paperboy::paper
