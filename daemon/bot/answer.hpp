#pragma once
// What the bot says: facts in, a message out, by the templates of the speaker's language. Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/digest/digest.hpp"
#include "daemon/match/profiles.hpp"
#include "daemon/match/trial.hpp"
#include "daemon/paper/choice.hpp"
#include "daemon/paper/citations.hpp"
#include "daemon/paper/match.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::bot {

// Whom the bot speaks to.
struct Voice {
  std::string language = "en";
  std::string call_sign;  // how the bot is called here, put before commands that are shown; may be empty
  std::string time_zone = "UTC";
};

struct Listed {
  paper::Paper paper;
  double score = 0;  // of likeness or match; 0: none
  std::vector<paper::Reason> reasons;
};

// About one paper: title, authors, dates, citations, categories, comments, journal, versions and what changed, key
// findings, why it meets the asker's topics or that it does not, similar papers, links, actions.
struct PaperAnswer {
  paper::Paper paper;
  int asked_version = 0;              // 0: none; an older one is said to be old
  std::vector<paper::Match> matches;  // of the asker, best first
  bool has_topics = false;            // the asker follows something: "does not match" can be said
  std::vector<Listed> similar;        // best first
  bool with_abstract = false;         // abstract: the whole text
  bool only_why = false;              // why: no findings, no similar ones
  // How often it is cited, if that is known and to be shown.
  std::optional<paper::Citations> citations{};
};
struct Citation {
  paper::Paper paper;  // as BibTeX, in a code block
};
// Papers that were found, best first.
struct PapersAnswer {
  enum class What { search, similar, saved, title } what = What::search;
  std::string asked;           // the query, the title, the id
  std::vector<Listed> papers;  // those shown
  std::size_t found = 0;       // of these, in all
  std::optional<Day> since;
};
// What following a topic would bring.
struct TrialAnswer {
  std::string asked;  // as it is said to the bot: "\"gaussian splatting\" in cs.CV"
  std::optional<Day> since;
  match::TrialReport report;
};
struct TopicsAnswer {
  paper::Person person;  // with choices
  std::optional<Time> next_digest;
};
struct LearnedAnswer {
  std::vector<paper::Choice> choices;                       // oldest first, those that stand
  std::vector<std::pair<std::string, std::string>> titles;  // paper id -> title, as far as known
  std::vector<match::Profiles::TopicLearned> features;      // what follows from them
};
struct HelpAnswer {
  std::string subject;  // a verb, or empty: all
  bool admin = false;
};
struct TextAnswer {
  std::string title, text;  // `text` goes into a code block: an export, an administrator's table
};
// One sentence or two, by name; each is a section of templates/LANG/answer.md.
struct Said {
  enum class What {
    hello,            // subject: the person's name, empty for a stranger
    looking_up,       // subject: ids
    unknown_paper,    // subject: id; detail: where it was looked for
    malformed_paper,  // subject: what was written; what an id looks like
    which_paper,      // subject: the verb; detail: the papers it may be about, empty: none is known
    lookup_failed,    // subject: id; detail: why
    followed,         // subject: topic; detail: query and categories; count: papers of the last 30 days that meet it
    followed_author,  // subject; count
    unfollowed,       // subject
    muted,
    unmuted,        // subject; until
    not_muted,      // subject
    no_such_topic,  // subject: as written; detail: the nearest topic, may be empty
    which_topic,    // subject: as written; detail: the numbers of the topics it may be
    no_topics,
    liked,
    disliked,
    saved,          // subject: title; detail: topic, count: how many papers; missing; later
    scheduled,      // detail: in words ("weekdays at 08:30, Europe/Berlin"); until: next digest's day
    digest_coming,  // it is being made
    digest_empty,   // nothing new
    paused,
    resumed,           // until
    language_set,      // subject
    no_such_language,  // subject; detail: those there are
    undone,            // subject: what, in words; nothing_to_undo
    nothing_to_undo,
    reset_done,   // count
    forget_sure,  // asks back; says how to confirm
    forgotten,    // stays
    link_code,    // subject: the code; count: the minutes it lives
    linked,       // subject: the person; detail: channels
    link_wrong,   // the code is wrong, used up or too old
    your_page,    // subject: the address of the speaker's preferences, empty where there are no pages
    link_here,    // ask for it in a conversation of two
    not_allowed,  // the speaker is not on the list; contact says whom to ask
    admins_only,
    slow_down,     // too much in too short a time; count: seconds to wait
    unclear_verb,  // subject: as written; detail: the suggestion, may be empty
    unclear_rest,  // subject: the text; detail: what is wrong; column
    ingest_started
  };
  What what = What::hello;
  std::string subject, detail, contact;
  std::int64_t count = 0;
  std::size_t column = 0;
  std::optional<Day> until{};
  std::int64_t a_day = 0;  // followed: met papers of a usual day; 0: less than one
  bool broad = false;      // followed: that is more than a digest shows
  bool arrived = false;    // followed: there were mailings of late, whose papers are matched with it
  bool stays = false;      // forgotten: what the settings say of the person
  std::string missing{};   // liked, disliked, saved: what was left out, as no such paper is known
  std::int64_t later = 0;  // the same: how many papers are not known yet, and count once they are
};

using Answer = std::variant<PaperAnswer, Citation, PapersAnswer, TopicsAnswer, LearnedAnswer, HelpAnswer, TextAnswer,
                            Said, TrialAnswer>;

// The message: title (one line), document and brief alike. Never throws on what people or papers say.
digest::Built build(const Answer& answer, const Voice& voice, const digest::Templates& templates);

// BibTeX of a paper: @misc with eprint, archivePrefix and primaryClass for arXiv papers, @article where a journal or a
// DOI is known; keys "surname2026word"; TeX's special characters escaped, names as "Surname, Forenames".
std::string bibtex(const paper::Paper& paper);
// What the daemon holds of a person, as YAML in the form of config/people.d/ with the choices behind it.
std::string export_of(const paper::Person& person, const std::vector<paper::Choice>& choices);
// A topic as it is said to the bot: "(nerf OR splat*) in cs.CV cs.GR".
std::string as_said(std::string_view query, const std::vector<std::string>& categories);
// A schedule in words of the language.
std::string in_words(const paper::Schedule& schedule, std::string_view language);
// A choice in words of the language ("follow “gaussian splatting” in cs.CV").
std::string in_words(const paper::Choice& choice, std::string_view language);

}  // namespace paperboy::bot
