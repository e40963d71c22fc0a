#include "daemon/bot/words.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"

namespace paperboy::bot {
namespace {

using Kind = Command::Kind;

// Behind a common beginning the longer one wins, whatever the order here.
constexpr Verb table[] = {
    {"ask", Kind::ask, "ask"},
    {"about", Kind::ask, "ask"},
    {"tell me about", Kind::ask, "ask"},
    {"look up", Kind::ask, "ask"},
    {"lookup", Kind::ask, "ask"},
    {"paper", Kind::ask, "ask"},
    {"why", Kind::why, "why"},
    {"abstract", Kind::abstract, "abstract"},
    {"abs", Kind::abstract, "abstract"},
    {"cite", Kind::cite, "cite"},
    {"citation", Kind::cite, "cite"},
    {"bibtex", Kind::cite, "cite"},
    {"bib", Kind::cite, "cite"},
    {"similar", Kind::similar, "similar"},
    {"similar to", Kind::similar, "similar"},
    {"related", Kind::similar, "similar"},
    {"related to", Kind::similar, "similar"},
    {"more", Kind::more, "more"},
    {"more like", Kind::more, "more"},
    {"less", Kind::less, "less"},
    {"less like", Kind::less, "less"},
    {"dislike", Kind::less, "less"},
    {"save", Kind::save, "save"},
    {"bookmark", Kind::save, "save"},
    {"saved", Kind::saved, "saved"},
    {"saved papers", Kind::saved, "saved"},
    {"show saved", Kind::saved, "saved"},
    {"list saved", Kind::saved, "saved"},
    {"bookmarks", Kind::saved, "saved"},
    {"follow", Kind::follow, "follow"},
    {"subscribe", Kind::follow, "follow"},
    {"subscribe to", Kind::follow, "follow"},
    {"track", Kind::follow, "follow"},
    {"watch", Kind::follow, "follow"},
    {"follow author", Kind::follow_author, "follow author"},
    {"follow the author", Kind::follow_author, "follow author"},
    {"follow authors", Kind::follow_author, "follow author"},
    {"topics", Kind::topics, "topics"},
    {"topic", Kind::topics, "topics"},
    {"my topics", Kind::topics, "topics"},
    {"show topics", Kind::topics, "topics"},
    {"show my topics", Kind::topics, "topics"},
    {"list", Kind::topics, "topics"},
    {"following", Kind::topics, "topics"},
    {"subscriptions", Kind::topics, "topics"},
    {"what do i follow", Kind::topics, "topics"},
    {"mute", Kind::mute, "mute"},
    {"unmute", Kind::unmute, "unmute"},
    {"unfollow", Kind::unfollow, "unfollow"},
    {"stop following", Kind::unfollow, "unfollow"},
    {"unsubscribe", Kind::unfollow, "unfollow"},
    {"unsubscribe from", Kind::unfollow, "unfollow"},
    {"like", Kind::like, "like"},
    {"i like", Kind::like, "like"},
    {"import", Kind::like, "like"},
    {"search", Kind::search, "search"},
    {"search for", Kind::search, "search"},
    {"find", Kind::search, "search"},
    {"look for", Kind::search, "search"},
    {"test", Kind::test, "test"},
    {"try", Kind::test, "test"},
    {"digest", Kind::digest_at, "digest"},
    {"schedule", Kind::digest_at, "digest"},
    {"send digest", Kind::digest_at, "digest"},
    {"pause", Kind::pause, "pause"},
    {"stop", Kind::pause, "pause"},
    {"snooze", Kind::pause, "pause"},
    {"resume", Kind::resume, "resume"},
    {"unpause", Kind::resume, "resume"},
    {"continue", Kind::resume, "resume"},
    {"language", Kind::language, "language"},
    {"lang", Kind::language, "language"},
    {"learned", Kind::learned, "learned"},
    {"learnt", Kind::learned, "learned"},
    {"choices", Kind::learned, "learned"},
    {"what did you learn", Kind::learned, "learned"},
    {"what have you learned", Kind::learned, "learned"},
    {"reset", Kind::reset, "reset"},
    {"undo", Kind::undo, "undo"},
    {"export", Kind::export_all, "export"},
    {"forget", Kind::forget, "forget me"},
    {"delete me", Kind::forget, "forget me"},
    {"link", Kind::link, "link"},
    {"preferences", Kind::preferences, "preferences"},
    {"settings", Kind::preferences, "preferences"},
    {"my page", Kind::preferences, "preferences"},
    {"help", Kind::help, "help"},
    {"commands", Kind::help, "help"},
    {"how", Kind::help, "help"},
    {"what can you do", Kind::help, "help"},
    {"?", Kind::help, "help"},
    {"hello", Kind::hello, "hello"},
    {"hi", Kind::hello, "hello"},
    {"hey", Kind::hello, "hello"},
    {"good morning", Kind::hello, "hello"},
    {"good evening", Kind::hello, "hello"},
    {"start", Kind::hello, "hello"},
    {"status", Kind::status, "status"},
    {"people", Kind::people, "people"},
    {"ingest", Kind::ingest_now, "ingest now"},
    {"ingest now", Kind::ingest_now, "ingest now"},
    {"dead letters", Kind::dead_letters, "dead letters"},
    {"dead-letters", Kind::dead_letters, "dead letters"},
};

// Chinese sets no blanks between words: the text begins with one of these.
constexpr Verb chinese[] = {
    {"帮助", Kind::help, "help"},
    {"偏好设置", Kind::preferences, "preferences"},
    {"你好", Kind::hello, "hello"},
    {"您好", Kind::hello, "hello"},
    {"我的主题", Kind::topics, "topics"},
    {"主题", Kind::topics, "topics"},
    {"取消关注", Kind::unfollow, "unfollow"},
    {"关注作者", Kind::follow_author, "follow author"},
    {"关注", Kind::follow, "follow"},
    {"取消静音", Kind::unmute, "unmute"},
    {"静音", Kind::mute, "mute"},
    {"暂停", Kind::pause, "pause"},
    {"恢复", Kind::resume, "resume"},
    {"搜索", Kind::search, "search"},
    {"试试", Kind::test, "test"},
    {"测试", Kind::test, "test"},
    {"撤销", Kind::undo, "undo"},
    {"为什么", Kind::why, "why"},
    {"摘要", Kind::abstract, "abstract"},
    {"引用", Kind::cite, "cite"},
    {"类似", Kind::similar, "similar"},
    {"相似", Kind::similar, "similar"},
    {"收藏夹", Kind::saved, "saved"},
    {"收藏", Kind::save, "save"},
    {"语言", Kind::language, "language"},
    {"导出", Kind::export_all, "export"},
};

constexpr std::string_view other_subjects[] = {"query", "dates"};

bool is_invisible(char32_t c) {
  return c == 0x00AD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) ||
         c == 0xFEFF;
}

bool is_blank(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == 0x00A0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

char32_t sign(char32_t c) {
  if (is_blank(c)) return ' ';
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFF01 + '!';
  if ((c >= 0x201C && c <= 0x201F) || c == 0x00AB || c == 0x00BB || (c >= 0x300C && c <= 0x300F)) return '"';
  if ((c >= 0x2018 && c <= 0x201B) || c == 0x2039 || c == 0x203A) return '\'';
  return c;
}

// Does `text` begin with the words of `phrase`, in any case and with marks behind each ("why:", "Hello, ...")? The
// place behind them; nothing if it does not.
std::optional<std::size_t> behind(const std::vector<Word>& words, std::string_view phrase) {
  std::size_t at = 0;
  for (const std::string_view wanted : text::split(phrase, ' ')) {
    if (at == words.size()) return std::nullopt;
    std::string_view word = words[at].text;
    if (word != wanted) word = without_marks(word);
    if (!text::iequals_ascii(word, wanted)) return std::nullopt;
    ++at;
  }
  return at;
}

std::string letters_of(std::string_view word) {
  return text::to_lower_ascii(without_marks(word));
}

bool is_destructive(Kind kind) {
  return kind == Kind::reset || kind == Kind::forget;
}

}  // namespace

std::string plain(std::string_view text) {
  const std::string clean = text::sanitize(text);
  std::string out;
  for (std::size_t at = 0; at < clean.size();) {
    const char32_t c = text::next_code_point(clean, at);
    if (!is_invisible(c)) text::append_code_point(out, sign(c));
  }
  return std::string(text::trim(out));
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  bool in_word = false, in_quotes = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ' ' && !in_quotes) {
      in_word = false;
      continue;
    }
    if (!in_word) words.push_back({.text = text.substr(at, 0), .begin = at, .quoted = false});
    in_word = true;
    if (c == '"') {
      in_quotes = !in_quotes;
      words.back().quoted = true;
    }
    words.back().text = text.substr(words.back().begin, at + 1 - words.back().begin);
  }
  return words;
}

std::size_t column_at(std::string_view text, std::size_t byte) {
  return text::count_code_points(text.substr(0, byte)) + 1;
}

std::string_view without_marks(std::string_view word) {
  constexpr std::string_view marks[] = {".", ",", ";", ":", "!", "?", "…", "。", "、"};
  for (bool changed = true; changed;) {
    changed = false;
    for (const std::string_view mark : marks) {
      if (!word.ends_with(mark)) continue;
      word.remove_suffix(mark.size());
      changed = true;
    }
  }
  return word;
}

std::string unquoted(std::string_view text) {
  text = text::trim(text);
  const bool pair = text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  if (pair) text = text.substr(1, text.size() - 2);
  return text::collapse_space(text);
}

std::optional<Found> verb_of(std::string_view text) {
  const std::vector<Word> words = words_of(text);
  Found best;
  std::size_t longest = 0;
  for (const Verb& verb : table) {
    const auto end = behind(words, verb.written);
    if (!end || *end <= longest) continue;
    longest = *end;
    best.verb = &verb;
    best.rest = *end == words.size() ? std::string_view() : text.substr(words[*end].begin);
  }
  if (best.verb != nullptr) return best;
  for (const Verb& verb : chinese) {
    if (!text.starts_with(verb.written) || verb.written.size() <= longest) continue;
    longest = verb.written.size();
    best.verb = &verb;
    best.rest = text::trim(text.substr(longest));
    while (best.rest.starts_with(':') || best.rest.starts_with(',')) best.rest = text::trim(best.rest.substr(1));
  }
  if (best.verb != nullptr) return best;
  return std::nullopt;
}

bool within_one_slip(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  std::size_t same = 0;
  while (same < a.size() && a[same] == b[same]) ++same;
  a.remove_prefix(same);
  b.remove_prefix(same);
  if (a.size() < b.size()) return a == b.substr(1);
  if (a.empty() || a.substr(1) == b.substr(1)) return true;
  return a.size() >= 2 && a[0] == b[1] && a[1] == b[0] && a.substr(2) == b.substr(2);
}

std::optional<std::string> corrected(std::string_view text) {
  const std::vector<Word> words = words_of(text);
  if (words.empty()) return std::nullopt;
  const std::string typed = letters_of(words.front().text);
  constexpr std::size_t shortest = 3, shortest_verb = 4;  // of less than these nothing can be guessed
  if (typed.size() < shortest) return std::nullopt;
  const std::string_view behind_first =
      words.size() == 1 ? std::string_view() : text.substr(words[1].begin - 1);  // with its blank
  std::optional<std::string> only;
  Kind kind{};
  for (const Verb& verb : table) {
    const std::string_view first = verb.written.substr(0, verb.written.find(' '));
    const bool begins_so = typed[0] == first[0] || (typed[0] == first[1] && typed[1] == first[0]);  // not have: save
    if (first.size() < shortest_verb || !begins_so || !within_one_slip(typed, first)) continue;
    std::string candidate = std::string(first) + std::string(behind_first);
    const auto found = verb_of(candidate);
    if (!found || is_destructive(found->verb->kind)) continue;
    if (only && found->verb->kind != kind) return std::nullopt;
    if (!only) only = std::move(candidate);
    kind = found->verb->kind;
  }
  return only;
}

std::string nearest_verb(std::string_view word) {
  const std::string typed = letters_of(word);
  std::vector<std::string> candidates, begin_so;  // a slip seldom changes the first letter
  for (const Verb& verb : table) {
    candidates.emplace_back(verb.written);
    if (typed.starts_with(verb.written.front())) begin_so.emplace_back(verb.written);
  }
  auto near = text::nearest(without_marks(word), begin_so);
  if (!near) near = text::nearest(without_marks(word), candidates);
  if (!near) return {};
  const auto at = std::find_if(std::begin(table), std::end(table), [&](const Verb& v) { return v.written == *near; });
  return std::string(at->canonical);
}

std::string help_subject(std::string_view written) {
  std::string subject(without_marks(text::trim(written)));
  if (subject.starts_with('/') || subject.starts_with('!')) subject.erase(0, 1);
  for (const std::string_view other : other_subjects) {
    if (within_one_slip(text::to_lower_ascii(subject), other)) return std::string(other);
  }
  if (text::iequals_ascii(subject, "queries")) return "query";
  if (const auto found = verb_of(subject)) return std::string(found->verb->canonical);
  if (const auto mended = corrected(subject)) return std::string(verb_of(*mended)->verb->canonical);
  return {};
}

}  // namespace paperboy::bot
