#pragma once
// A person's digest: which papers, in what order, with which words. Pure.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/digest/document.hpp"
#include "daemon/digest/templates.hpp"
#include "daemon/paper/citations.hpp"
#include "daemon/paper/match.hpp"
#include "daemon/paper/paper.hpp"
#include "daemon/paper/person.hpp"
#include "daemon/paper/reading.hpp"

namespace paperboy::digest {

// How much two texts are about the same: the cosine of their sets of terms (one or two words), [0,1]; 0 for texts of
// fewer than ten terms.
class Likeness {
 public:
  Likeness() = default;                          // of nothing
  explicit Likeness(const paper::Paper& paper);  // its title and abstract
  double with(const Likeness& other) const;

 private:
  std::vector<std::uint64_t> terms_;  // hashes, sorted
};

// The terms of one paper (runs of up to four words) in the order of their hashes, so that what papers share is found
// without a look at any text.
class PaperTerms {
 public:
  PaperTerms() = default;  // of nothing
  explicit PaperTerms(const paper::Paper& paper);

  struct Term {
    std::uint64_t hash;             // of the key
    std::string_view key, written;  // folded; as the paper writes it. Views into these terms
    bool in_title;
  };
  std::size_t size() const { return spans_.size(); }
  std::uint64_t hash(std::size_t i) const { return spans_[i].hash; }  // ascending
  Term operator[](std::size_t i) const;

 private:
  struct Span {
    std::uint64_t hash;
    std::uint32_t at;  // in text_: the key, and behind it how it is written
    std::uint16_t key, written;
    bool in_title;
  };
  std::vector<Span> spans_;
  std::string text_;
};

// What messages show of a paper, whoever reads them: markup of feeds taken out, its findings and the place of its code
// looked up.
struct Prepared {
  std::string title, abstract, comments;
  std::vector<std::string> findings;  // key_findings()
  std::string code_url;               // stated in abstract or comments; empty if none
  Likeness likeness;
  PaperTerms terms;
  std::shared_ptr<const Templates::Value> values;  // what templates are told of it; a map
  paper::Paper from;                               // as it was stored
};
std::shared_ptr<const Prepared> prepare(const paper::Paper& paper);

// A paper that met at least one of the person's topics and was not shown yet.
struct Candidate {
  paper::Paper paper;
  paper::AnnounceKind kind = paper::AnnounceKind::new_paper;
  Day day{};                          // mailing day
  std::vector<paper::Match> matches;  // of this person
  std::optional<paper::Rating> rating;
  std::optional<paper::Citations> citations;
  std::shared_ptr<const Prepared> prepared;  // of the paper; none: select() prepares it
};

// One paper as it stands in the digest.
struct Entry {
  paper::Paper paper;
  paper::AnnounceKind kind = paper::AnnounceKind::new_paper;
  double score = 0;                       // [0,1]
  std::vector<paper::Reason> reasons;     // strongest first, of the topic it stands under
  std::vector<std::string> also_topics;   // further topics it met
  std::vector<std::string> findings;      // key_findings()
  std::string code_url;                   // stated in abstract or comments; empty if none
  std::optional<paper::Reading> reading;  // what a model wrote about it, if one has
  std::optional<paper::Rating> rating;
  std::optional<paper::Citations> citations;  // how often it is cited, if that is known and to be shown
  std::optional<Day> mailing;                 // its own, where that is an earlier one than the message is about
  std::string like;  // canonical id of the paper it is so like that it is only named; else empty
  std::shared_ptr<const Prepared>
      prepared;  // of the paper, findings and code as they are above; none: what needs it makes it
};

struct Section {
  std::string topic;
  std::vector<Entry> entries;   // best first
  std::vector<Entry> overflow;  // best first; beyond the topic's limit or `like` others: named with title and link only
};

// Of the pairs of papers that one category announces on one day, one in 10,000 reaches this: the parts of a series, the
// same method twice, the same group's paper for another conference.
constexpr double nearly_the_same = 0.25;

// Every paper stands once, under the topic with the highest weight * score (the first of equals), with the best of its
// announcements; sections in the order of the person's topics, topics without papers left out. A match of a topic that
// the person no longer has counts for nothing. Papers of mailings before `newest` keep their day (Entry::mailing).
// Of papers that are nearly the same at most two stand in a section, the best: a further one makes room for the next
// and is named with the others that are beyond the limit.
std::vector<Section> select(const paper::Person& person, std::vector<Candidate> candidates, Day newest = {});

// At most `most` sentences of the abstract, and at most half of them, that say what was found or made, in their order;
// deterministic. No problem statements, no TeX comments, no future work while better ones exist. None of an abstract of
// one sentence or of a withdrawn paper.
std::vector<std::string> key_findings(const paper::Paper& paper, std::size_t most = 4);

// In how many recent papers words and two-word terms stood: the last 30 days' background for emerging terms. A
// count-min sketch with conservative update (Cormode and Muthukrishnan 2005; Estan and Varghese 2002) of 2 MiB,
// whatever is counted; the same on every machine. A count is never too small; with N terms of papers counted in all it
// is too large by more than N / 96,000 with a probability below 2 % (e * N / 2^18, e^-4), in a month of arXiv by far
// less: see the figures in tests/bench/bench_digest.cpp. Counts end at 65,535.
class TermCounts {
 public:
  void add(const paper::Paper& paper);
  std::size_t papers() const { return papers_; }
  std::size_t count(const std::string& term) const;  // in the key's spelling ("kitchen robot") or as written

 private:
  std::vector<std::uint16_t> cells_;  // rows of one width, one after the other; empty until something is counted
  std::size_t papers_ = 0;
};

struct Theme {
  std::string term;
  std::vector<std::string> paper_ids;  // canonical
};

// The extractive executive summary: deterministic, each statement names its papers.
struct Summary {
  std::vector<Theme> themes;  // terms several papers share that no topic asked for, most papers first, at most 5
  std::vector<std::string> highlights;  // ids of the best papers, at most 3, the best of each topic first
  std::vector<Theme>
      emerging;  // terms far more frequent here than in the background, at most 3; none without background
  std::vector<std::string>
      read_in_full;  // ids, at most 3, of the better half: accepted somewhere, with code, or met by several topics
};
Summary summarize(std::span<const Section> sections, const TermCounts& background);

// Which of the messages this is; never confused. Each has the template of its name.
enum class MessageKind {
  digest,   // papers
  quiet,    // everything announced is here, nothing matched
  late,     // the announcement is not out yet although it was due
  partial,  // papers, but some of the listings could not be taken in completely
  failure   // nothing could be taken in; says what and since when
};
std::string_view to_string(MessageKind kind);

// What the completeness ledger says about the listings a person depends on.
struct Coverage {
  std::vector<Day> mailings;         // covered by this digest, oldest first
  int announced = 0;                 // entries in the person's listings on those days
  std::vector<std::string> missing;  // "cs.CV: 412 of 430 listed papers are here", for people
  std::vector<std::string> late;     // listings that are due and not out
  std::vector<std::string> failed;   // listings that cannot be read, with since when and why
};

struct DigestInput {
  paper::Person person;
  Time now{};
  Day date{};  // the person's local day: the title's date
  std::vector<Section> sections;
  Summary summary;
  std::optional<paper::Reading>
      overview;  // what a model wrote about these papers; its parts replace those of `summary`
  Coverage coverage;
  MessageKind kind = MessageKind::digest;
  std::string
      contact;  // mail address of whoever runs the daemon, named where the message says how to stop; may be empty
};

// The finished message: the person's language's template filled with the input.
struct Built {
  std::string title;      // one line: the template's heading of level 1
  std::string preheader;  // one line: the beginning of its first paragraph
  std::string markdown;   // the whole message as the template gave it: what is kept of it
  Document document;      // that, read
  Document brief;         // for chats: the same without abstracts, and without what templates put in {{#full}}
};
// Which of the documents are wanted: each costs more than all else, and no channel takes both.
struct Forms {
  bool document = true, brief = true;
};
Built build(const DigestInput& input, const Templates& templates, Forms forms = {});

// Built::markdown read: code spans show values as they are, URLs in the text are links.
Document read_message(std::string_view markdown, std::string language);

// A message that will not arrive, told to the person on another channel, or to an administrator.
struct Undelivered {
  std::string language;
  std::string message;               // its title
  std::string reader;                // for an administrator: whose message; empty: the reader's own
  std::string channel, destination;  // where it was to go
  std::string cause;                 // for people; no secrets
  bool doubtful = false;             // it may have arrived all the same
  bool stopped = false;              // nothing more is sent there
  std::string archive_url;           // where it can be read; may be empty
};
Built build(const Undelivered& notice, const Templates& templates);

// The page on which a reader stops what goes to a destination, or lets it go out again.
struct Subscription {
  std::string language = "en";
  std::string channel, destination;
  bool stopped = false;
};
Built build(const Subscription& state, const Templates& templates);

}  // namespace paperboy::digest
