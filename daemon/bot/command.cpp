#include "daemon/bot/command.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/bot/when.hpp"
#include "daemon/bot/words.hpp"
#include "daemon/match/query.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace paperboy::bot {
namespace {

using Kind = Command::Kind;

constexpr std::size_t longest_shown = 60;   // of a word nobody knows
constexpr std::size_t longest_name = 100;   // of topics and authors
constexpr std::size_t made_name = 60;       // of a topic, made of its query
constexpr std::size_t longest_title = 500;  // asked for
constexpr std::size_t most_named = 5;       // words that resemble ids

bool takes_papers(Kind kind) {
  static constexpr Kind kinds[] = {Kind::ask,  Kind::why,  Kind::abstract, Kind::cite, Kind::similar,
                                   Kind::more, Kind::less, Kind::save,     Kind::like};
  return std::find(std::begin(kinds), std::end(kinds), kind) != std::end(kinds);
}

// "/why", "!why", "/why@paperboy_bot", "/dead_letters".
std::string without_slash(std::string_view text, bool& slash) {
  slash = text.size() > 1 && (text.front() == '/' || text.front() == '!') &&
          std::string_view(" /!").find(text[1]) == std::string_view::npos;
  if (slash) text.remove_prefix(1);
  const std::size_t end = std::min(text.find(' '), text.size());
  std::string verb(text.substr(0, slash ? std::min(text.find('@'), end) : end));
  if (verb_of(text::replace_all(verb, "_", " "))) verb = text::replace_all(verb, "_", " ");
  return verb + std::string(text.substr(end));
}

// --- what follows a verb

Command unclear_rest(const Verb& verb, std::string_view text, std::string problem, std::size_t column = 1) {
  Command command;
  command.text = std::string(text);
  command.suggestion = std::string(verb.canonical);
  command.problem = std::move(problem);
  command.column = column;
  return command;
}

Command of_kind(Kind kind) {
  Command command;
  command.kind = kind;
  return command;
}

// Nothing if it is right.
std::optional<Command> wrong_query(const Verb& verb, const std::string& query) {
  try {
    match::parse(query);
  } catch (const match::QueryError& error) {
    return unclear_rest(verb, query, error.what(), error.column());
  }
  return std::nullopt;
}

bool is_word(const Word& word, std::string_view wanted) {
  return !word.quoted && text::iequals_ascii(word.text, wanted);
}

// The last place outside quotes where `word` stands between others; the number of words if it does not.
std::size_t last_of(const std::vector<Word>& words, std::string_view word) {
  for (std::size_t i = words.size(); i-- > 1;) {
    if (i + 1 < words.size() && is_word(words[i], word)) return i;
  }
  return words.size();
}

std::string_view before(std::string_view text, const std::vector<Word>& words, std::size_t at) {
  return text::trim(text.substr(0, words[at].begin));
}
std::string_view after(std::string_view text, const std::vector<Word>& words, std::size_t at) {
  return at + 1 < words.size() ? text.substr(words[at + 1].begin) : std::string_view();
}

struct Categories {
  std::vector<std::string> known;
  std::string unknown;      // one that looks like a category and is none
  bool all = true;          // every word is a category
  bool everything = false;  // "*"
};

Categories categories_in(std::string_view text) {
  Categories out;
  for (const std::string_view spaced : text::split(text, ' ')) {
    for (std::string_view word : text::split(spaced, ',')) {
      word = without_marks(word);
      if (word.empty() || text::iequals_ascii(word, "and") || text::iequals_ascii(word, "or")) continue;
      if (word == "*") {
        out.everything = true;
      } else if (const auto canonical = paper::canonical_category(word)) {
        if (std::find(out.known.begin(), out.known.end(), *canonical) == out.known.end())
          out.known.push_back(*canonical);
      } else if (paper::known_group(word)) {
        const std::string group = text::to_lower_ascii(word);
        if (std::find(out.known.begin(), out.known.end(), group) == out.known.end()) out.known.push_back(group);
      } else {
        out.all = false;
        const std::string archive(word.substr(0, word.find('.')));
        if (out.unknown.empty() && archive.size() < word.size() && paper::known_group(archive)) out.unknown = word;
      }
    }
  }
  out.all = out.all && (out.everything || !out.known.empty());
  return out;
}

std::string no_category(const std::string& word) {
  std::vector<std::string> names;
  for (const paper::Category& category : paper::categories()) names.emplace_back(category.id);
  const auto near = text::nearest(word, names);
  return "arXiv has no category \"" + word + "\"" +
         (near ? "; did you mean " + *near + "?" : ": a category is written cs.CV, a whole archive cs or astro-ph");
}

// "X in cs.CV cs.GR" -> X and the categories. Nothing if what follows "in" is words of the query.
struct Scoped {
  std::string text;
  std::vector<std::string> categories;
  std::string unknown;
  std::size_t column = 0;
};
std::optional<Scoped> scoped(std::string_view text) {
  const std::vector<Word> words = words_of(text);
  for (std::size_t in = words.size(); in-- > 0;) {
    if (!is_word(words[in], "in") || in + 1 == words.size()) continue;
    const Categories found = categories_in(after(text, words, in));
    if (!found.all && found.unknown.empty()) return std::nullopt;
    return Scoped{std::string(before(text, words, in)), found.known, found.unknown,
                  column_at(text, words[in + 1].begin)};
  }
  return std::nullopt;
}

// A topic's name for a query that was given none: the query without its quotes, and without the field of a single term.
std::string name_of(std::string_view query, const std::vector<std::string>& categories) {
  if (query.empty()) return text::join(categories, ", ");
  std::string name(query);
  const std::size_t colon = name.find(':');
  const bool single = words_of(query).size() == 1 && name.find('(') == std::string::npos;
  if (single && colon != std::string::npos && name.find('"') >= colon) name.erase(0, colon + 1);
  std::erase(name, '"');
  return text::ellipsize(text::collapse_space(name), made_name);
}

Command follow(const Verb& verb, std::string_view rest) {
  if (rest.empty())
    return unclear_rest(verb, rest, "what do you want to follow? For example: follow \"gaussian splatting\" in cs.CV");
  Command command = of_kind(Kind::follow);
  std::string query(rest);
  const std::vector<Word> words = words_of(rest);
  if (const std::size_t as = last_of(words, "as"); as < words.size()) {
    query = before(rest, words, as);
    std::string name(after(rest, words, as));
    if (const auto behind = scoped(name); behind && behind->unknown.empty() && !behind->text.empty()) {
      name = behind->text;
      command.categories = behind->categories;
    }
    command.name = unquoted(name);
    if (command.name.empty() || text::count_code_points(command.name) > longest_name)
      return unclear_rest(verb, rest, "a topic's name has 1 to 100 characters", column_at(rest, words[as + 1].begin));
  }
  if (const auto found = scoped(query)) {
    if (!found->unknown.empty()) return unclear_rest(verb, query, no_category(found->unknown), found->column);
    query = found->text;
    for (const std::string& category : found->categories) {
      if (std::find(command.categories.begin(), command.categories.end(), category) == command.categories.end())
        command.categories.push_back(category);
    }
  } else if (const Categories all = categories_in(query); all.all && !all.known.empty()) {
    query.clear();
    command.categories = all.known;
  }
  if (query.empty() && command.categories.empty())
    return unclear_rest(verb, rest, "this would be every paper of arXiv: say what about, or name a category");
  if (!query.empty()) {
    if (auto wrong = wrong_query(verb, query)) return *wrong;
  }
  if (command.name.empty()) command.name = name_of(query, command.categories);
  command.text = std::move(query);
  return command;
}

Command follow_author(const Verb& verb, std::string_view rest) {
  Command command = of_kind(Kind::follow_author);
  command.text = unquoted(rest.starts_with(':') ? rest.substr(1) : rest);
  if (paper::surname_key(command.text).empty())
    return unclear_rest(verb, rest, "whom? Write the name as in: follow author Kaiming He");
  if (text::count_code_points(command.text) > longest_name)
    return unclear_rest(verb, rest, "a name has at most 100 characters; one author at a time");
  return command;
}

// "2", "#2", "topic 2", "\"Long contexts\"".
std::string topic_written(std::string_view text) {
  std::string topic = unquoted(text);
  const auto all_digits = [](std::string_view digits) {
    return !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (text::starts_with_ci(topic, "topic ") && all_digits(std::string_view(topic).substr(6))) topic.erase(0, 6);
  if (topic.starts_with('#') && all_digits(std::string_view(topic).substr(1))) topic.erase(0, 1);
  return topic;
}

Command topic_command(const Verb& verb, std::string_view rest, Day today) {
  Command command = of_kind(verb.kind);
  std::string_view topic = rest;
  if (verb.kind == Kind::mute) {
    const std::vector<Word> words = words_of(rest);
    for (const std::string_view mark : {"until", "till", "for"}) {
      const std::size_t at = last_of(words, mark);
      if (at == words.size()) continue;
      const std::string_view when = after(rest, words, at);
      const auto count = mark == "for" ? days_of(when) : std::nullopt;
      const auto day = count ? std::optional(today + std::chrono::days(*count)) : coming_day(when, today);
      if (!day && mark == "for") continue;  // a topic called so
      if (!day)
        return unclear_rest(verb, rest, "until when? Write a day to come: until monday, until 2026-12-24, for 3 days",
                            column_at(rest, words[at + 1].begin));
      command.until = day;
      topic = before(rest, words, at);
      break;
    }
  }
  command.text = topic_written(topic);
  if (command.text.empty() || text::count_code_points(command.text) > longest_name)
    return unclear_rest(verb, rest, "which topic? Write its name or its number in the list that \"topics\" shows");
  return command;
}

// Takes "since 30d" off the end of `rest`; what is wrong with it, if it is.
std::optional<Command> take_since(const Verb& verb, std::string_view& rest, Day today, std::optional<Day>& since) {
  const std::vector<Word> words = words_of(rest);
  const std::size_t at = last_of(words, "since");
  if (at == words.size()) return std::nullopt;
  const std::string_view when = after(rest, words, at);
  since = past_day(when, today);
  if (!since && when.front() >= '0' && when.front() <= '9') {
    return unclear_rest(verb, rest, "since when? Write 30d, 2 weeks, monday or 2026-11-01",
                        column_at(rest, words[at + 1].begin));
  }
  if (since) rest = before(rest, words, at);
  return std::nullopt;
}

// A topic looks ahead.
std::optional<Command> wrong_since(const Verb& verb, std::string_view rest, Day today) {
  std::optional<Day> since;
  std::string_view query = rest;
  if (take_since(verb, query, today, since) || !since) return std::nullopt;
  return unclear_rest(verb, rest,
                      "a topic brings what comes from now on; to look back, write: search " + std::string(rest),
                      column_at(rest, rest.find("since", query.size())));
}

Command test(const Verb& verb, std::string_view rest, Day today) {
  std::optional<Day> since;
  if (auto wrong = take_since(verb, rest, today, since)) return *wrong;
  if (rest.empty())
    return unclear_rest(verb, rest, "which query? For example: test \"gaussian splatting\" in cs.CV since 30d");
  Command command = follow(verb, rest);
  if (command.kind == Kind::follow) command.kind = Kind::test;
  command.since = since;
  return command;
}

Command search(const Verb& verb, std::string_view rest, Day today) {
  Command command = of_kind(Kind::search);
  if (auto wrong = take_since(verb, rest, today, command.since)) return *wrong;
  for (const std::string_view filler : {"for ", "papers about ", "papers on ", "about "}) {
    if (text::starts_with_ci(rest, filler)) rest = text::trim(rest.substr(filler.size()));
  }
  command.text = std::string(rest);
  if (const auto found = scoped(rest)) {
    if (!found->unknown.empty()) return unclear_rest(verb, rest, no_category(found->unknown), found->column);
    std::string any;
    for (const std::string& category : found->categories) any += (any.empty() ? "cat:" : " OR cat:") + category;
    if (found->categories.size() > 1) any = "(" + any + ")";
    const bool group = found->text.find(" OR ") != std::string::npos || found->text.find('|') != std::string::npos;
    command.text = group ? "(" + found->text + ")" : found->text;
    if (!any.empty()) command.text += (command.text.empty() ? "" : " ") + any;
  }
  if (command.text.empty())
    return unclear_rest(verb, rest, "search for what? For example: search \"gaussian splatting\" since 30d");
  if (auto wrong = wrong_query(verb, command.text)) return *wrong;
  return command;
}

Command pause(const Verb& verb, std::string_view rest, Day today) {
  Command command = of_kind(Kind::pause);
  std::string_view when = rest;
  for (const std::string_view word :
       {"digests", "digest", "it", "everything", "all", "until", "till", "for", "直到", "到"}) {
    if (text::iequals_ascii(when, word)) when = {};
    const bool latin = static_cast<unsigned char>(word.front()) < 0x80;
    if (text::starts_with_ci(when, std::string(word) + (latin ? " " : ""))) when = text::trim(when.substr(word.size()));
  }
  if (when.empty()) return command;
  const auto count = days_of(when);
  command.until = count ? std::optional(today + std::chrono::days(*count)) : coming_day(when, today);
  if (command.until) return command;
  return unclear_rest(verb, rest, "until when? Write a day to come: pause until monday, until 2026-12-24, for 2 weeks",
                      column_at(rest, static_cast<std::size_t>(when.data() - rest.data())));
}

Command digest(const Verb& verb, std::string_view rest) {
  for (const std::string_view now : {"", "now", "today", "right now", "please now"}) {
    if (text::iequals_ascii(rest, now)) return of_kind(Kind::digest_now);
  }
  if (text::iequals_ascii(rest, "off")) return of_kind(Kind::pause);
  if (text::iequals_ascii(rest, "on")) return of_kind(Kind::resume);
  ReadSchedule read = read_schedule(rest);
  if (!read.schedule) return unclear_rest(verb, rest, std::move(read.problem), read.column);
  Command command = of_kind(Kind::digest_at);
  command.schedule = std::move(read.schedule);
  return command;
}

Command language(const Verb& verb, std::string_view rest) {
  struct Language {
    std::string_view name, tag;
  };
  static constexpr Language known[] = {{"english", "en"}, {"chinese", "zh"}, {"german", "de"},  {"deutsch", "de"},
                                       {"french", "fr"},  {"spanish", "es"}, {"中文", "zh"},    {"汉语", "zh"},
                                       {"英文", "en"},    {"英语", "en"},    {"japanese", "ja"}};
  if (text::starts_with_ci(rest, "to ")) rest = text::trim(rest.substr(3));
  if (rest.empty()) return unclear_rest(verb, rest, "which one? For example: language zh");
  Command command = of_kind(Kind::language);
  const auto named = std::find_if(std::begin(known), std::end(known),
                                  [&](const Language& each) { return text::iequals_ascii(each.name, rest); });
  command.text = named != std::end(known) ? std::string(named->tag) : text::ellipsize(rest, longest_shown);
  if (const std::size_t dash = command.text.find('-');
      dash == 2 || (dash == std::string::npos && command.text.size() == 2))
    std::transform(command.text.begin(), command.text.begin() + 2, command.text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return command;
}

// The text of a verb that stands alone, but for these words.
bool only(std::string_view rest, std::initializer_list<std::string_view> words) {
  return rest.empty() || std::any_of(words.begin(), words.end(),
                                     [&](std::string_view word) { return text::iequals_ascii(rest, word); });
}

Command forget(const Verb& verb, std::string_view rest) {
  const std::string said = text::to_lower_ascii(text::collapse_space(text::replace_all(rest, ",", " ")));
  if (said == "me yes" || said == "yes" || said == "me yes please") return of_kind(Kind::forget_confirm);
  if (only(said, {"me", "me please", "about me", "everything about me"})) return of_kind(Kind::forget);
  return unclear_rest(verb, rest,
                      "\"forget me\" deletes all that is kept of you; to drop one topic write: unfollow TOPIC");
}

std::optional<std::string> quoted_part(std::string_view text) {
  const std::size_t begin = text.find('"');
  const std::size_t end = begin == std::string_view::npos ? begin : text.find('"', begin + 1);
  if (end == std::string_view::npos) return std::nullopt;
  std::string part = text::collapse_space(text.substr(begin + 1, end - begin - 1));
  return part.empty() ? std::nullopt : std::optional(std::move(part));
}

Command title_command(std::string_view title) {
  Command command = of_kind(Kind::ask_title);
  command.text = text::ellipsize(title, longest_title);
  return command;
}

struct Heard {
  std::string_view plain;
  Day today;
  std::vector<paper::VersionedId> papers;  // of the text and the files
  bool slash = false;
};

// "", "it", "this paper", "is it for me", "like this": words that name nothing.
bool points(std::string_view rest) {
  static constexpr std::string_view pointing[] = {
      "it",   "this", "that", "these", "one", "paper", "the", "papers", "like", "of", "is", "for",  "me",   "to",
      "here", "was",  "did",  "i",     "get", "a",     "so",  "them",   "这篇", "它", "这", "论文", "这个", "这篇论文"};
  for (const std::string_view word : text::split(rest, ' ')) {
    const std::string_view bare = without_marks(word);
    const bool points =
        bare.empty() || std::any_of(std::begin(pointing), std::end(pointing),
                                    [bare](std::string_view each) { return text::iequals_ascii(each, bare); });
    if (!points) return false;
  }
  return true;
}

// The words that were meant as ids and are none.
std::string no_ids_in(std::string_view rest) {
  std::vector<std::string> words;
  for (const Word& word : words_of(rest)) {
    const std::string_view bare = without_marks(word.text);
    if (words.size() < most_named && resembles_an_id(bare) && !names_a_paper(bare))
      words.push_back(text::ellipsize(bare, longest_shown));
  }
  return text::join(words, ", ");
}

Command papers_command(const Verb& verb, std::string_view rest, const Heard& said) {
  if (!said.papers.empty()) {
    Command command = of_kind(verb.kind);
    command.papers = said.papers;
    if (rates(verb.kind)) command.text = no_ids_in(rest);
    return command;
  }
  if (verb.kind == Kind::ask && !points(rest)) {
    const auto quoted = quoted_part(rest);
    const std::string title = quoted ? *quoted : text::collapse_space(rest);
    if (!title.empty()) return title_command(title);
  }
  if (verb.kind == Kind::save && only(rest, {"d", "list"}) && !rest.empty()) return of_kind(Kind::saved);
  Command command = unclear_rest(verb, rest,
                                 "of which paper? Write its id: " + std::string(verb.canonical) +
                                     " 2512.07197 (an arXiv id, an address or a DOI)");
  if (points(rest)) command.of_some_paper = verb.kind;
  return command;
}

Command after_verb(const Found& found, const Heard& said) {
  const Verb& verb = *found.verb;
  const std::string_view rest = found.rest;
  // Verbs that take no papers, in a sentence about one ("status of 2512.07197").
  const bool about_papers = !said.papers.empty() && verb.kind != Kind::follow && verb.kind != Kind::search &&
                            verb.kind != Kind::test && verb.kind != Kind::help && verb.kind != Kind::mute &&
                            verb.kind != Kind::unmute && verb.kind != Kind::unfollow &&
                            verb.kind != Kind::follow_author;
  if (takes_papers(verb.kind)) return papers_command(verb, rest, said);
  Command command = of_kind(verb.kind);
  switch (verb.kind) {
    case Kind::follow: {
      const std::vector<Word> words = words_of(rest);
      const bool ids_only = !said.papers.empty() && std::all_of(words.begin(), words.end(), [](const Word& word) {
        return names_a_paper(word.text);
      });
      if (ids_only && !words.empty()) {  // more of its kind
        command.kind = Kind::more;
        command.papers = said.papers;
        return command;
      }
      if (auto wrong = wrong_since(verb, rest, said.today)) return *wrong;
      return follow(verb, rest);
    }
    case Kind::follow_author:
      return follow_author(verb, rest);
    case Kind::unfollow:
      if (rest.empty() && text::starts_with_ci(verb.written, "unsubscribe")) return of_kind(Kind::pause);
      return topic_command(verb, rest, said.today);
    case Kind::mute:
    case Kind::unmute:
      return topic_command(verb, rest, said.today);
    case Kind::search:
      return search(verb, rest, said.today);
    case Kind::test:
      return test(verb, rest, said.today);
    case Kind::help:
      command.text = help_subject(rest);
      return command;
    default:
      break;
  }
  if (about_papers) {
    command.kind = Kind::ask;
    command.papers = said.papers;
    return command;
  }
  switch (verb.kind) {
    case Kind::digest_at:
      return digest(verb, rest);
    case Kind::pause:
      return pause(verb, rest, said.today);
    case Kind::language:
      return language(verb, rest);
    case Kind::forget:
      return forget(verb, rest);
    case Kind::link:
      if (!only(rest, {"me", "account", "my account"})) {
        command.text = text::ellipsize(rest, longest_shown);
        std::erase(command.text, ' ');
      }
      return command;
    case Kind::hello:
      if (said.slash && !rest.empty() && rest.find(' ') == std::string_view::npos) {  // t.me/bot?start=CODE
        command.kind = Kind::link;
        command.text = text::ellipsize(rest, longest_shown);
      }
      return command;
    case Kind::reset:
      if (!only(rest, {"everything", "all", "all of it", "my choices", "me"}))
        return unclear_rest(verb, rest,
                            "\"reset\" alone takes back all you told Paperboy; to take back one write: undo");
      return command;
    case Kind::undo:
      if (!only(rest, {"that", "it", "this", "last", "the last", "the last one", "last one"}))
        return unclear_rest(verb, rest, "\"undo\" alone takes back the newest choice; \"learned\" lists them");
      return command;
    default:
      return command;  // whatever else was said to "topics", "saved", "resume" ...
  }
}

Command unknown(const Heard& said) {
  const std::vector<Word> words = words_of(said.plain);
  Command command;
  if (words.empty()) return command;
  command.text = text::ellipsize(without_marks(words.front().text), longest_shown);
  command.suggestion = nearest_verb(words.front().text);
  constexpr std::size_t most_words = 8;  // of what could be a query
  if (!command.suggestion.empty() || words.size() < 2 || words.size() > most_words) return command;
  try {
    match::parse(said.plain);
    command.suggestion = "search " + text::collapse_space(said.plain);
  } catch (const match::QueryError&) {
  }
  return command;
}

}  // namespace

bool rates(Kind kind) {
  return kind == Kind::more || kind == Kind::less || kind == Kind::save || kind == Kind::like;
}

Command parse(std::string_view text, Day today, const std::vector<std::string>& files) {
  if (text.size() > most_command_bytes) {
    Command command;
    command.problem = "a message has at most 8,192 bytes; send longer lists as a file";
    command.column = 1;
    return command;
  }
  Heard said{.plain = {}, .today = today, .papers = papers_in(text), .slash = false};
  bool from_files = false;
  for (const std::string& file : files) {
    for (const paper::VersionedId& id : papers_in(file)) {
      const bool known =
          std::any_of(said.papers.begin(), said.papers.end(), [&](const auto& p) { return p.id == id.id; });
      if (known || said.papers.size() == most_papers) continue;
      said.papers.push_back(id);
      from_files = true;
    }
  }
  const std::string whole = plain(text);
  const std::string words = without_slash(without_closing(without_opening(whole)), said.slash);
  said.plain = words;

  const auto found = words.starts_with('"') ? std::nullopt : verb_of(words);
  if (found) return after_verb(*found, said);
  if (words.empty() && files.empty()) return of_kind(Kind::hello);
  if (!from_files && !files.empty() && said.papers.empty()) {
    Command command;
    command.problem = "the file names no paper: Paperboy reads lists of arXiv ids, addresses or DOIs, and BibTeX";
    command.column = 1;
    return command;
  }
  if (const auto mended = words.starts_with('"') ? std::nullopt : corrected(words)) {
    const auto verb = verb_of(*mended);
    Command command = after_verb(*verb, said);
    if (command.kind != Kind::unclear || command.of_some_paper) return command;
    if (said.papers.empty()) {
      command = {};
      command.text = text::ellipsize(without_marks(words_of(words).front().text), longest_shown);
      command.suggestion = std::string(verb->verb->canonical);
      return command;
    }
  }
  if (!said.papers.empty()) {
    Command command = of_kind(from_files ? Kind::like : Kind::ask);
    command.papers = said.papers;
    return command;
  }
  if (const auto title = quoted_part(words)) {
    if (words.starts_with('"') || title->find(' ') != std::string::npos) return title_command(*title);
  }
  const auto greeting = verb_of(whole);
  if (greeting && greeting->verb->kind == Kind::hello) return of_kind(Kind::hello);  // "Hi Paperboy!"
  return unknown(said);
}

}  // namespace paperboy::bot
