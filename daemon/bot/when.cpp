#include "daemon/bot/when.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/bot/words.hpp"

namespace paperboy::bot {
namespace {

using std::chrono::days;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> weekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 12> months{"january",   "february", "march",    "april",
                                                  "may",       "june",     "july",     "august",
                                                  "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 12> numbers{"one",   "two",   "three", "four", "five",   "six",
                                                   "seven", "eight", "nine",  "ten",  "eleven", "twelve"};
constexpr int most_days = 3650;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Digits only, at most four of them.
std::optional<int> number_of(std::string_view text) {
  if (text.empty() || text.size() > 4 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  int n = 0;
  for (const char c : text) n = n * 10 + (c - '0');
  return n;
}

// The place of the name that `word` is or shortens to `shortest` letters or more ("tues", "thurs.").
template <std::size_t N>
std::optional<int> place_of(std::string_view word, const std::array<std::string_view, N>& names,
                            std::size_t shortest = 3) {
  const std::string lower = text::to_lower_ascii(without_marks(word));
  if (lower.size() < shortest) return std::nullopt;
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i].starts_with(lower)) return static_cast<int>(i);
  }
  return std::nullopt;
}

// Monday is 0: "mon", "Monday", "mondays".
std::optional<int> weekday_of(std::string_view word) {
  if (const auto day = place_of(word, weekdays)) return day;
  word = without_marks(word);
  if (word.size() > 4 && (word.ends_with('s') || word.ends_with('S')))
    return place_of(word.substr(0, word.size() - 1), weekdays);
  return std::nullopt;
}

int weekday_of(Day day) {
  return static_cast<int>(std::chrono::weekday(day).iso_encoding()) - 1;
}

std::vector<std::string> lower_words(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string_view word : text::split(text, ' ')) {
    if (!word.empty()) words.push_back(text::to_lower_ascii(word));
  }
  return words;
}

std::optional<Day> existing(int year, int month, int day) {
  const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return Day(date);
}

int year_of(Day day) {
  return static_cast<int>(year_month_day(day).year());
}

struct Date {
  int month = 0, day = 0;
  std::optional<int> year;
};

// "24.12.", "24.12.2026".
std::optional<Date> dotted(std::string_view word) {
  const auto parts = text::split(word, '.');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto day = number_of(parts[0]), month = number_of(parts[1]);
  if (!day || !month) return std::nullopt;
  if (parts.size() == 2 || parts[2].empty()) return Date{*month, *day, std::nullopt};
  const auto year = number_of(parts[2]);
  if (!year || *year < 1000) return std::nullopt;
  return Date{*month, *day, year};
}

std::optional<int> day_of_month(std::string_view word) {
  word = without_marks(word);
  for (const std::string_view end : {"st", "nd", "rd", "th"}) {
    if (word.ends_with(end)) return number_of(word.substr(0, word.size() - end.size()));
  }
  return number_of(word);
}

// "24 Dec", "Dec 24th, 2026", "24.12."; a month alone is its first day.
std::optional<Date> named(const std::vector<std::string>& words) {
  if (words.size() == 1) {
    if (const auto date = dotted(words[0])) return date;
    if (const auto month = place_of(words[0], months)) return Date{*month + 1, 1, std::nullopt};
    return std::nullopt;
  }
  if (words.size() > 3) return std::nullopt;
  Date date;
  if (words.size() == 3) {
    date.year = number_of(words[2]);
    if (!date.year) return std::nullopt;
  }
  for (const bool day_first : {true, false}) {
    const auto day = day_of_month(words[day_first ? 0 : 1]);
    const auto month = place_of(words[day_first ? 1 : 0], months);
    if (!day || !month || *day > 31) continue;
    date.day = *day;
    date.month = *month + 1;
    return date;
  }
  if (const auto month = place_of(words[0], months); month && words.size() == 2) {  // "november 2026"
    if (const auto year = number_of(words[1]); year && *year >= 1000) return Date{*month + 1, 1, year};
  }
  return std::nullopt;
}

}  // namespace

std::optional<int> days_of(std::string_view text) {
  std::vector<std::string> words = lower_words(text);
  if (words.size() == 1) {  // "3d", "3days"
    const std::size_t unit = words[0].find_first_not_of("0123456789");
    if (unit == 0 || unit == std::string::npos) return std::nullopt;
    words = {words[0].substr(0, unit), words[0].substr(unit)};
  }
  if (words.size() != 2) return std::nullopt;
  std::optional<int> count = number_of(words[0]);
  if (words[0] == "a" || words[0] == "an") count = 1;
  if (!count) {
    if (const auto place = std::find(numbers.begin(), numbers.end(), words[0]); place != numbers.end())
      count = static_cast<int>(place - numbers.begin()) + 1;
  }
  struct Unit {
    std::string_view name;
    int days;
  };
  static constexpr Unit units[] = {{"d", 1},     {"day", 1},    {"days", 1},   {"w", 7},      {"week", 7},
                                   {"weeks", 7}, {"m", 30},     {"mo", 30},    {"month", 30}, {"months", 30},
                                   {"y", 365},   {"year", 365}, {"years", 365}};
  const auto unit = std::find_if(std::begin(units), std::end(units),
                                 [&](const Unit& each) { return each.name == without_marks(words[1]); });
  if (!count || unit == std::end(units) || *count < 1 || *count > most_days / unit->days) return std::nullopt;
  return *count * unit->days;
}

std::optional<Day> coming_day(std::string_view text, Day today) {
  std::vector<std::string> words = lower_words(text);
  if (!words.empty() && (words.front() == "in" || words.front() == "on")) words.erase(words.begin());
  if (words.empty()) return std::nullopt;
  if (words.size() == 1 && without_marks(words[0]) == "tomorrow") return today + days(1);
  if (words.size() == 2 && words[0] == "next") {
    words.erase(words.begin());
    if (words[0] == "week") words[0] = "monday";
    if (words[0] == "month") {
      const year_month_day first(today);
      return Day(year_month_day(first.year(), first.month(), std::chrono::day(1)) + std::chrono::months(1));
    }
  }
  if (const auto count = days_of(text::join(words, " "))) return today + days(*count);
  std::optional<Day> found;
  if (words.size() == 1) {
    if (const auto weekday = weekday_of(words[0])) return today + days((*weekday - weekday_of(today) + 6) % 7 + 1);
    found = parse_day(without_marks(words[0]));
  }
  if (const auto date = found ? std::nullopt : named(words)) {
    found = existing(date->year.value_or(year_of(today)), date->month, date->day);
    if (!date->year && (!found || *found <= today)) found = existing(year_of(today) + 1, date->month, date->day);
  }
  if (!found || *found <= today || *found > today + days(most_days)) return std::nullopt;
  return found;
}

std::optional<Day> past_day(std::string_view text, Day today) {
  std::vector<std::string> words = lower_words(text);
  if (words.empty()) return std::nullopt;
  if (words.size() > 1 && words.back() == "ago") words.pop_back();
  if (words.size() > 1 && (words.front() == "last" || words.front() == "the")) words.erase(words.begin());
  if (words.size() == 1 && (words[0] == "week" || words[0] == "month" || words[0] == "year"))
    words.insert(words.begin(), "a");
  if (const auto count = days_of(text::join(words, " "))) return today - days(*count);
  std::optional<Day> found;
  if (words.size() == 1) {
    const std::string_view word = without_marks(words[0]);
    if (word == "today") return today;
    if (word == "yesterday") return today - days(1);
    if (const auto weekday = weekday_of(word)) return today - days((weekday_of(today) - *weekday + 7) % 7);
    found = parse_day(word);
    if (!found && (word.size() == 4 || word.size() == 7))
      found = parse_day(std::string(word) + (word.size() == 4 ? "-01-01" : "-01"));
  }
  if (const auto date = found ? std::nullopt : named(words)) {
    found = existing(date->year.value_or(year_of(today)), date->month, date->day);
    if (!date->year && (!found || *found > today)) found = existing(year_of(today) - 1, date->month, date->day);
  }
  if (!found || *found > today) return std::nullopt;
  return found;
}

// --- schedules

namespace {

// "8:30", "8.30", "8h30", "0830", "8", with or without am and pm: minutes of the day.
std::optional<int> time_of(std::string_view word) {
  const std::string lower = text::to_lower_ascii(word);
  std::string_view rest = lower;
  if (rest == "noon") return 12 * 60;
  if (rest == "midnight") return 0;
  std::optional<bool> afternoon;
  for (const std::string_view mark : {"am", "a.m.", "a.m"}) {
    if (!afternoon && rest.ends_with(mark)) afternoon = false, rest.remove_suffix(mark.size());
  }
  for (const std::string_view mark : {"pm", "p.m.", "p.m"}) {
    if (!afternoon && rest.ends_with(mark)) afternoon = true, rest.remove_suffix(mark.size());
  }
  const std::size_t mark = rest.find_first_of(":.h");
  std::optional<int> hours, minutes = 0;
  if (mark != std::string_view::npos) {
    hours = mark <= 2 ? number_of(rest.substr(0, mark)) : std::nullopt;
    const std::string_view after = rest.substr(mark + 1);
    minutes = after.size() == 2 ? number_of(after) : std::nullopt;
    if (rest[mark] == 'h' && after.empty()) minutes = 0;
  } else if (rest.size() == 4) {
    hours = number_of(rest.substr(0, 2));
    minutes = number_of(rest.substr(2));
  } else if (rest.size() <= 2) {
    hours = number_of(rest);
  }
  if (!hours || !minutes || *minutes > 59 || *hours > 23) return std::nullopt;
  if (afternoon) {
    if (*hours < 1 || *hours > 12) return std::nullopt;
    hours = *hours % 12 + (*afternoon ? 12 : 0);
  }
  return *hours * 60 + *minutes;
}

// What abbreviations may mean. They are used by several zones, and say nothing about summer time.
struct Abbreviation {
  std::string_view name, zone;
};
constexpr Abbreviation abbreviations[] = {
    {"cet", "Europe/Berlin"},       {"cest", "Europe/Berlin"},     {"mez", "Europe/Berlin"},
    {"mesz", "Europe/Berlin"},      {"met", "Europe/Berlin"},      {"eet", "Europe/Helsinki"},
    {"eest", "Europe/Helsinki"},    {"wet", "Europe/Lisbon"},      {"west", "Europe/Lisbon"},
    {"bst", "Europe/London"},       {"msk", "Europe/Moscow"},      {"est", "America/New_York"},
    {"edt", "America/New_York"},    {"et", "America/New_York"},    {"cst", "America/Chicago"},
    {"cdt", "America/Chicago"},     {"ct", "America/Chicago"},     {"mst", "America/Denver"},
    {"mdt", "America/Denver"},      {"mt", "America/Denver"},      {"pst", "America/Los_Angeles"},
    {"pdt", "America/Los_Angeles"}, {"pt", "America/Los_Angeles"}, {"hst", "Pacific/Honolulu"},
    {"ist", "Asia/Kolkata"},        {"jst", "Asia/Tokyo"},         {"kst", "Asia/Seoul"},
    {"sgt", "Asia/Singapore"},      {"hkt", "Asia/Hong_Kong"},     {"aest", "Australia/Sydney"},
    {"aedt", "Australia/Sydney"},   {"nzst", "Pacific/Auckland"},  {"nzdt", "Pacific/Auckland"},
};

constexpr std::string_view fillers[] = {"at",   "on",   "every", "each", "and",  "the",     "in", "o'clock",
                                        "time", "zone", "uhr",   "day",  "days", "from",    "&",  "+",
                                        "um",   "my",   "me",    "as",   "soon", "possible"};

struct Token {
  std::string word;  // lower case, without marks at its end
  std::size_t begin = 0;
};

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = text.find_first_not_of(" ,;", at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find_first_of(" ,;", begin), text.size());
    std::string word = text::to_lower_ascii(text.substr(begin, at - begin));
    for (const std::string_view dash : {"–", "—", "‑", "−"}) word = text::replace_all(word, dash, "-");
    const bool dotted = word.ends_with(".m.");
    tokens.push_back({dotted ? word : std::string(without_marks(word)), begin});
  }
  return tokens;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), tokens_(tokens_of(text)) {}

  ReadSchedule run() {
    while (at_ < tokens_.size() && out_.problem.empty()) next();
    if (out_.problem.empty()) finish();
    return std::move(out_);
  }

 private:
  void fail(std::string problem, std::size_t token) {
    out_.problem = std::move(problem);
    out_.column = token < tokens_.size() ? column_at(text_, tokens_[token].begin) : 1;
  }

  std::string_view word(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? std::string_view(tokens_[at_ + ahead].word) : std::string_view();
  }

  void next() {
    const std::string_view w = word();
    if (w == "announcement" || w == "announcements" || w == "on_announcement" || w == "announced") {
      cadence_ = paper::Cadence::on_announcement;
      ++at_;
    } else if (w == "instant" || w == "instantly" || w == "immediately") {
      cadence_ = paper::Cadence::instant;
      ++at_;
    } else if (w == "weekly") {
      weekly_ = true;
      ++at_;
    } else if (w.empty() || (w == "every" && word(1) == "day") || w == "daily" || w == "everyday") {
      at_ += w == "every" ? 2 : 1;
      if (!w.empty()) put(0, 6);
    } else if (w == "weekdays" || w == "weekday" || w == "workdays" || w == "workday") {
      put(0, 4);
      ++at_;
    } else if (w == "weekend" || w == "weekends") {
      put(5, 6);
      ++at_;
    } else if (std::find(std::begin(fillers), std::end(fillers), w) != std::end(fillers)) {
      ++at_;
    } else if (!days() && !time() && !zone()) {
      fail("\"" + text::ellipsize(w, 40) +
               "\" is neither a time (08:30), a day (monday, mon-fri, weekdays, daily) nor a time zone (Europe/Berlin)",
           at_);
    }
  }

  void put(int first, int last) {
    for (int day = first;; day = (day + 1) % 7) {
      days_.at(static_cast<std::size_t>(day)) = true;
      if (day == last) break;
    }
    any_day_ = true;
  }

  static bool is_dash(std::string_view w) {
    return w == "-" || w == "to" || w == "till" || w == "until" || w == "through" || w == "thru";
  }

  bool days() {
    const std::string_view w = word();
    const std::size_t dash = w.find('-');
    if (dash != std::string_view::npos && w.size() > 1) {  // "mon-fri", "wed-", "-wed"
      const std::string_view from = w.substr(0, dash), to = w.substr(dash + 1);
      const auto first = from.empty() ? std::optional(0) : weekday_of(from);
      auto last = to.empty() ? std::optional(6) : weekday_of(to);
      if (!first || !last) return false;
      std::size_t used = 1;
      if (const auto behind = to.empty() ? weekday_of(word(1)) : std::nullopt) {  // "mon- fri"
        last = behind;
        used = 2;
      }
      put(*first, *last);
      at_ += used;
      return true;
    }
    const auto first = weekday_of(w);
    if (!first) return false;
    const std::string_view second = word(1);
    const auto last = is_dash(second)           ? weekday_of(word(2))
                      : second.starts_with('-') ? weekday_of(second.substr(1))
                                                : std::nullopt;
    put(*first, last.value_or(*first));
    at_ += last ? (is_dash(second) ? 3U : 2U) : 1U;
    return true;
  }

  bool time() {
    std::string w(word());
    std::size_t used = 1;
    if (const std::string_view half = word(1); half == "am" || half == "pm" || half == "a.m." || half == "p.m.") {
      w += half.front() == 'a' ? "am" : "pm";
      used = 2;
    }
    const auto minute = time_of(w);
    if (!minute) {
      if (w.empty() || !is_digit(w.front())) return false;
      fail("\"" + text::ellipsize(w, 40) + "\" is no time of day: write 08:30 or 20:15", at_);
      return true;
    }
    if (minute_) {
      fail("two times of day: Paperboy keeps one", at_);
      return true;
    }
    minute_ = minute;
    at_ += used;
    return true;
  }

  bool zone() {
    const std::string_view w = word();
    for (const Abbreviation& known : abbreviations) {
      if (known.name != w) continue;
      std::string upper(w);
      std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) { return static_cast<char>(c & ~0x20); });
      fail(upper + " is used for more than one time zone: write it by a city, such as " + std::string(known.zone), at_);
      return true;
    }
    for (const std::size_t used : {2U, 1U}) {  // "America/New York"
      if (at_ + used > tokens_.size()) continue;
      const std::string name = used == 2 ? std::string(w) + " " + std::string(word(1)) : std::string(w);
      const auto found = paper::time_zone_called(name);
      if (!found) continue;
      if (!zone_.empty()) {
        fail("two time zones: Paperboy keeps one", at_);
        return true;
      }
      zone_ = *found;
      at_ += used;
      return true;
    }
    if (w.find('/') == std::string_view::npos && !w.starts_with("utc") && !w.starts_with("gmt")) return false;
    const auto near = paper::nearest_time_zone(w);
    fail("there is no time zone \"" + text::ellipsize(w, 40) + "\"" +
             (near ? "; did you mean " + *near + "?" : ": write it by a city, such as Europe/Berlin"),
         at_);
    return true;
  }

  void finish() {
    paper::Schedule schedule;
    schedule.time_zone = zone_;
    schedule.cadence = cadence_;
    if (cadence_ != paper::Cadence::daily) {
      if (any_day_ || minute_ || weekly_) {
        fail("a digest goes by the clock or by the papers, not by both", tokens_.size());
        return;
      }
    } else if (!any_day_ && !minute_ && zone_.empty()) {
      fail(weekly_ ? "weekly on which day? For example: digest at 08:30 monday"
                   : "when? For example: digest at 08:30 weekdays",
           tokens_.size());
      return;
    } else if (weekly_ && !any_day_) {
      fail("weekly on which day? For example: digest at 08:30 monday", tokens_.size());
      return;
    }
    if (any_day_) schedule.days = days_;
    if (minute_) schedule.minute_of_day = *minute_;
    if (cadence_ == paper::Cadence::daily && std::count(schedule.days.begin(), schedule.days.end(), true) == 1)
      schedule.cadence = paper::Cadence::weekly;
    out_.schedule = schedule;
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  ReadSchedule out_;
  paper::Cadence cadence_ = paper::Cadence::daily;
  std::array<bool, 7> days_{};
  bool any_day_ = false, weekly_ = false;
  std::optional<int> minute_;
  std::string zone_;
};

}  // namespace

ReadSchedule read_schedule(std::string_view text) {
  return Reader(text).run();
}

}  // namespace paperboy::bot
