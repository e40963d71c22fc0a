#pragma once
// What somebody wants, read from what they wrote: one grammar for every channel, the terminal and the tests. Pure.
//
//   [ask] ID... | "A TITLE" | a DOI or a URL of a paper            about a paper (an id alone is enough, anywhere in a
//                                                                  sentence; several ids are several papers)
//   why ID | abstract ID | cite ID | similar ID
//   more ID | less ID | save ID | saved                            (buttons say "more/2512.07197" for it)
//   follow QUERY [in CATEGORY...] [as NAME]                        QUERY as in match/GRAMMAR.md
//   follow author NAME
//   topics | mute TOPIC [until WHEN | for N days] | unmute TOPIC | unfollow TOPIC      TOPIC by name or number in the
//   list like ID... | import ID... (or a file)                          BibTeX, a list of ids, in the text or attached
//   search QUERY [since 30d | since 2026-11-01]
//   digest now | digest at 08:30 [weekdays | daily | monday,thursday | mon-fri] [ZONE] | digest instant | digest on
//   announcement pause [until WHEN | for N days|weeks] | resume                 WHEN: monday, tomorrow, 2026-12-24
//   language zh | learned | reset | undo | export | forget me | link [CODE] | help [SUBJECT] | hello, /start
//   status | people | ingest now | dead letters                    of administrators
//
// Case does not matter, a leading "/" or "!" of a verb neither ("/why", Telegram's "/why@paperboy_bot" has lost its
// name before); one slip of the finger in a verb is forgiven where only one verb is meant ("folow"), a farther one is
// answered with the verb that may have been meant.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/paper/id.hpp"
#include "daemon/paper/schedule.hpp"

namespace paperboy::bot {

struct Command {
  enum class Kind {
    ask,
    ask_title,
    why,
    abstract,
    cite,
    similar,
    more,
    less,
    save,
    saved,
    follow,
    follow_author,
    topics,
    mute,
    unmute,
    unfollow,
    like,  // also `import`
    search,
    digest_now,
    digest_at,
    pause,
    resume,
    language,
    learned,
    reset,
    undo,
    export_all,
    forget,          // asks back
    forget_confirm,  // "forget me, yes" in the person's words: "forget me yes"
    link,            // without a code: give one
    help,
    hello,
    status,
    people,
    ingest_now,
    dead_letters,
    unclear
  };
  Kind kind = Kind::unclear;
  std::vector<paper::VersionedId> papers;  // each once, in the order they stand
  std::string text;  // ask_title: the title; follow, search: the query; mute, unmute, unfollow: the topic as written;
                     // follow_author: the name; language: the tag; link: the code; help: the subject; unclear: the verb
  std::string name;  // follow: the topic's name: what stands behind "as", else made of the query
  std::vector<std::string> categories;      // follow: canonical categories or groups
  std::optional<paper::Schedule> schedule;  // digest_at; time_zone empty if none was named
  std::optional<Day> until;                 // mute, pause: the first day without
  std::optional<Day> since;                 // search; none was named: nothing

  // Of `unclear`: what is wrong. A verb nobody knows and the one that may have been meant; or a known verb whose rest
  // cannot be read: `problem` says why, in English (that is how queries are written), `column` (from 1) where in
  // `text`.
  std::string suggestion, problem;
  std::size_t column = 0;
  bool operator==(const Command&) const = default;
};

// `today` is the speaker's own day. Any bytes; what is longer than most_command_bytes is unclear. `files` are read as
// ids and BibTeX where the verb takes papers, and make it `like` where nothing else is said.
constexpr std::size_t most_command_bytes = 8192;
constexpr std::size_t most_papers = 500;  // of `like`; further ones are left out
Command parse(std::string_view text, Day today, const std::vector<std::string>& files = {});
// What a button's action means: "more/2512.07197", "topics", "undo". Nothing if it is none of ours.
std::optional<Command> parse_action(std::string_view action);
// Ids of papers in free text (a BibTeX file too: eprint, doi and url fields), each once, in order.
std::vector<paper::VersionedId> papers_in(std::string_view text, std::size_t most = most_papers);
// Does `text` hold the id of a paper? What is said in a thread that the bot was called to is answered only then.
bool names_a_paper(std::string_view text);

// The verbs that a channel may offer for completion (Telegram's setMyCommands), with a line of help each in `language`
// (en, zh; others: en).
struct VerbHelp {
  std::string_view verb;  // [a-z_]{1,32}
  std::string_view help;
};
std::vector<VerbHelp> verbs(std::string_view language);

}  // namespace paperboy::bot
