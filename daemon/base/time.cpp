#include "daemon/base/time.hpp"

#include <array>
#include <cstdio>
#include <limits>

#include "daemon/base/text.hpp"

namespace paperboy {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::year_month_day;

constexpr std::array<const char*, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<const char*, 7> weekday_names = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads text front to back; every step says whether what it wanted was there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool literal(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly `width` digits.
  bool number(std::size_t width, int& value) {
    if (rest_.size() < width) return false;
    int n = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (!is_digit(rest_[i])) return false;
      n = n * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    value = n;
    return true;
  }
  std::string_view digits() {
    std::size_t n = 0;
    while (n < rest_.size() && is_digit(rest_[n])) ++n;
    return take(n);
  }
  std::string_view letters() {
    std::size_t n = 0;
    while (n < rest_.size() && ((rest_[n] | 0x20) >= 'a' && (rest_[n] | 0x20) <= 'z')) ++n;
    return take(n);
  }

 private:
  std::string_view take(std::size_t n) {
    const auto taken = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return taken;
  }
  std::string_view rest_;
};

std::optional<Day> make_day(int year, int month, int day) {
  const year_month_day ymd{std::chrono::year{year}, std::chrono::month(static_cast<unsigned>(month)),
                           std::chrono::day(static_cast<unsigned>(day))};
  if (!ymd.ok()) return std::nullopt;
  return Day{ymd};
}

std::optional<Day> scan_day(Scanner& in) {
  int year = 0, month = 0, day = 0;
  if (!in.number(4, year) || !in.literal('-') || !in.number(2, month) || !in.literal('-') || !in.number(2, day)) {
    return std::nullopt;
  }
  return make_day(year, month, day);
}

// hh:mm:ss in range; a leap second (60) counts into the next minute.
bool valid_clock(int hour, int minute, int second) {
  return hour <= 23 && minute <= 59 && second <= 60;
}

// "+hh:mm", or "+hhmm" where `colon` is not wanted.
bool scan_offset(Scanner& in, bool colon, minutes& offset) {
  const bool negative = in.peek() == '-';
  if (!in.literal('-') && !in.literal('+')) return false;
  int h = 0, m = 0;
  if (!in.number(2, h) || (colon && !in.literal(':')) || !in.number(2, m) || h > 23 || m > 59) return false;
  offset = hours{h} + minutes{m};
  if (negative) offset = -offset;
  return true;
}

template <std::size_t N>
int index_of(const std::array<const char*, N>& names, std::string_view word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (text::iequals_ascii(names[i], word)) return static_cast<int>(i);
  }
  return -1;
}

std::optional<minutes> named_zone(std::string_view name) {
  struct Zone {
    const char* name;
    int hours;
  };
  static constexpr Zone zones[] = {{"GMT", 0},  {"UT", 0},   {"UTC", 0},  {"Z", 0},    {"EST", -5}, {"EDT", -4},
                                   {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
  for (const auto& zone : zones) {
    if (text::iequals_ascii(zone.name, name)) return hours{zone.hours};
  }
  return std::nullopt;
}

// Folding white space and comments (RFC 5322 section 3.2.2) become single blanks. Nothing if a comment does not end.
std::optional<std::string> without_comments(std::string_view text) {
  std::string out;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (depth > 0 && c == '\\') {
      ++i;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      if (--depth < 0) return std::nullopt;
    } else if (depth == 0) {
      out += c;
      continue;
    }
    out += ' ';
  }
  if (depth != 0) return std::nullopt;
  return text::collapse_space(out);
}

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 5> units = {{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

}  // namespace

std::string format_day(Day day) {
  const year_month_day ymd{day};
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(ymd.year()),
                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
  return buffer;
}

std::optional<Day> parse_day(std::string_view text) {
  Scanner in(text);
  const auto day = scan_day(in);
  if (!in.done()) return std::nullopt;
  return day;
}

std::string format_rfc3339(Time t) {
  const Day day = floor<days>(t);
  const std::chrono::hh_mm_ss clock{t - day};
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "T%02d:%02d:%02d.%03dZ", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return format_day(day) + buffer;
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  Scanner in(text);
  const auto day = scan_day(in);
  if (!day) return std::nullopt;
  if (in.done()) return Time{*day};
  if (!in.literal('T') && !in.literal('t') && !in.literal(' ')) return std::nullopt;
  int hour = 0, minute = 0, second = 0;
  if (!in.number(2, hour) || !in.literal(':') || !in.number(2, minute) || !in.literal(':') || !in.number(2, second) ||
      !valid_clock(hour, minute, second)) {
    return std::nullopt;
  }
  int ms = 0;
  if (in.literal('.')) {
    const auto digits = in.digits();
    if (digits.empty()) return std::nullopt;
    for (std::size_t i = 0; i < 3; ++i) ms = ms * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  }
  minutes offset{0};
  if (!in.literal('Z') && !in.literal('z') && !scan_offset(in, true, offset)) return std::nullopt;
  if (!in.done()) return std::nullopt;
  return Time{*day} + hours{hour} + minutes{minute} + seconds{second} + Duration{ms} - offset;
}

std::string format_rfc5322(Time t) {
  const Day day = floor<days>(t);
  const year_month_day ymd{day};
  const std::chrono::hh_mm_ss clock{floor<seconds>(t) - day};
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%s, %02u %s %04d %02d:%02d:%02d +0000",
                weekday_names[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(ymd.day()),
                month_names[static_cast<unsigned>(ymd.month()) - 1], static_cast<int>(ymd.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return buffer;
}

std::optional<Time> parse_rfc5322(std::string_view text) {
  const auto plain = without_comments(text);
  if (!plain) return std::nullopt;
  Scanner in(*plain);
  const auto blank = [&in] { return in.literal(' '); };

  if (!is_digit(in.peek())) {
    if (index_of(weekday_names, in.letters()) < 0) return std::nullopt;
    blank();
    if (!in.literal(',')) return std::nullopt;
    blank();
  }
  const auto day_digits = in.digits();
  if (day_digits.empty() || day_digits.size() > 2 || !blank()) return std::nullopt;
  const int month = index_of(month_names, in.letters());
  if (month < 0 || !blank()) return std::nullopt;
  const auto year_digits = in.digits();
  if ((year_digits.size() != 2 && year_digits.size() != 4) || !blank()) return std::nullopt;
  int day = 0, year = 0;
  Scanner(day_digits).number(day_digits.size(), day);
  Scanner(year_digits).number(year_digits.size(), year);
  if (year_digits.size() == 2) year += year < 50 ? 2000 : 1900;  // RFC 5322 section 4.3

  int hour = 0, minute = 0, second = 0;
  if (!in.number(2, hour) || !in.literal(':') || !in.number(2, minute)) return std::nullopt;
  if (in.literal(':') && !in.number(2, second)) return std::nullopt;
  if (!valid_clock(hour, minute, second) || !blank()) return std::nullopt;

  minutes offset{0};
  if (in.peek() == '+' || in.peek() == '-') {
    if (!scan_offset(in, false, offset)) return std::nullopt;
  } else {
    const auto zone = named_zone(in.letters());
    if (!zone) return std::nullopt;
    offset = *zone;
  }
  if (!in.done()) return std::nullopt;
  const auto date = make_day(year, month + 1, day);
  if (!date) return std::nullopt;
  return Time{*date} + hours{hour} + minutes{minute} + seconds{second} - offset;
}

std::optional<Duration> parse_duration(std::string_view text) {
  Scanner in(text);
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  if (in.done()) return std::nullopt;
  while (!in.done()) {
    const auto digits = in.digits();
    const auto name = in.letters();
    if (digits.empty()) return std::nullopt;
    while (next_unit < units.size() && units[next_unit].name != name) ++next_unit;
    if (next_unit == units.size()) return std::nullopt;
    const std::int64_t most = (std::numeric_limits<std::int64_t>::max() - total) / units[next_unit].milliseconds;
    std::int64_t count = 0;
    for (const char c : digits) {
      if (count > (most - (c - '0')) / 10) return std::nullopt;
      count = count * 10 + (c - '0');
    }
    total += count * units[next_unit].milliseconds;
    ++next_unit;
  }
  return Duration{total};
}

std::string format_duration(Duration d) {
  std::int64_t rest = d.count();
  std::string out;
  for (const auto& unit : units) {
    if (const std::int64_t count = rest / unit.milliseconds; count > 0) {
      out += std::to_string(count);
      out += unit.name;
      rest %= unit.milliseconds;
    }
  }
  return out.empty() ? "0s" : out;
}

}  // namespace paperboy
