#pragma once
// What somebody wants, read from what they wrote: one grammar for every channel, the terminal and the tests. Pure.
//
//   [ask] ID... | "A TITLE" | ask A TITLE | a DOI or a URL of a paper
//                                   about a paper: an id alone is enough, anywhere in a sentence; several are several
//   why ID | abstract ID | cite ID | similar ID
//   more ID | less ID | save ID | saved                            (buttons say "more/2512.07197" for it)
//   follow QUERY [in CATEGORY...] [as NAME] | follow CATEGORY...   QUERY as in match/GRAMMAR.md
//   follow author NAME | follow ID                                 (an id: as more)
//   topics | mute TOPIC [until WHEN | for N days] | unmute TOPIC | unfollow TOPIC
//                                                                  TOPIC by name or number in the list
//   like ID... | import ID... (or a file)                          BibTeX, a list of ids, in the text or attached
//   search QUERY [in CATEGORY...] [since 30d | since 2026-11-01]
//   test QUERY [in CATEGORY...] [since 30d]                        what following it would bring
//   digest now | digest at 08:30 [weekdays | daily | monday,thursday | mon-fri] [ZONE] | digest instant
//   digest on announcement | digest on | digest off
//   pause [until WHEN | for N days|weeks] | resume                 WHEN: monday, tomorrow, 24 Dec, 2026-12-24
//   language zh | learned | reset | undo | export | forget me | link [CODE] | preferences |
//   help [SUBJECT] | hello, /start [CODE]
//   status | people | ingest now | dead letters                    of administrators
//
// Case does not matter, typographic quotes and full-width signs are plain ones, a greeting, "please" and "thanks"
// around a command and the marks that end it count for nothing, nor does a leading "/" or "!" of a verb. A few common
// other words mean the same (find, subscribe, dislike), and the most used verbs are known in Chinese. One slip of the
// finger in a verb is forgiven where only one verb is meant ("folow"), but not where something would be destroyed
// (reset, forget); a farther one is answered with the verb that may have been meant. Verbs of papers without a paper
// are unclear, but may be clear from where they are said (Command::of_some_paper).
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
    test,
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
    preferences,     // the address of the speaker's page
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
  // ask_title: the title; follow, test (empty: of categories alone), search: the query, which match::parse takes; mute,
  // unmute, unfollow: the topic as written; more, less, save, like: words beside the papers that resemble ids;
  // follow_author: the name; language: the tag, or a word that is none; link: the code; help: the canonical verb,
  // "query" or "dates", empty for what is none of these; unclear: the verb, or the rest
  std::string text;
  std::string name;  // follow, test: the topic's name: what stands behind "as", else made of the query
  std::vector<std::string> categories;      // follow, test: canonical categories or groups
  std::optional<paper::Schedule> schedule;  // digest_at; time_zone empty if none was named
  std::optional<Day> until;                 // mute, pause: the first day without
  std::optional<Day> since;                 // search, test; none was named: nothing

  // Of `unclear`: what is wrong. A verb nobody knows (`text`) and in `suggestion` what may have been meant, a verb or
  // "search ..." (empty: no idea); or a known verb (`suggestion`) whose rest (`text`) cannot be read: `problem` says
  // why, in English (that is how queries are written), `column` (from 1) where in `text`.
  std::string suggestion, problem;
  std::size_t column = 0;
  // A verb of papers stands alone ("why", "save it"): what it is if it is clear from elsewhere which paper is meant.
  std::optional<Kind> of_some_paper;
  bool operator==(const Command&) const = default;
};
// Does the verb judge papers or keep them: more, less, save, like?
bool rates(Command::Kind kind);

// `today` is the speaker's own day. Any bytes; what is longer than most_command_bytes is unclear. `files` are read as
// ids and BibTeX where the verb takes papers, and make it `like` where no verb is said.
constexpr std::size_t most_command_bytes = 8192;
constexpr std::size_t most_papers = 500;  // of `like`; further ones are left out
Command parse(std::string_view text, Day today, const std::vector<std::string>& files = {});
// What a button's action means: "more/2512.07197" (also ask, why, abstract, cite, similar, less, save), "topics",
// "saved", "learned", "preferences", "undo", "pause", "resume", "help", "help/follow", "digest/now", "forget/yes".
// Nothing if it is none of ours. With blanks for the first slash they are commands that can be typed.
std::optional<Command> parse_action(std::string_view action);
// Ids of papers in free text (a BibTeX file too: eprint, doi and url fields), each once, in order.
std::vector<paper::VersionedId> papers_in(std::string_view text, std::size_t most = most_papers);
// Does `text` hold the id of a paper? What is said in a thread that the bot was called to is answered only then.
bool names_a_paper(std::string_view text);
// Was an id meant that is none: "2512.7", "arXiv:99"? One word.
bool resembles_an_id(std::string_view text);

// The verbs that a channel may offer for completion (Telegram's setMyCommands), with a line of help each in `language`
// (en, zh; others: en).
struct VerbHelp {
  std::string_view verb;  // [a-z_]{1,32}
  std::string_view help;
};
std::vector<VerbHelp> verbs(std::string_view language);

}  // namespace paperboy::bot
