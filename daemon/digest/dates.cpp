#include "daemon/digest/dates.hpp"

#include "daemon/base/time.hpp"

namespace paperboy::digest {
namespace {

constexpr std::string_view weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::string_view months[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
constexpr std::string_view weekdays_zh[] = {"日", "一", "二", "三", "四", "五", "六"};

enum class Form { full, brief, plain };

std::string date(Day day, std::string_view language, Form form) {
  const std::chrono::year_month_day date(day);
  const std::string year = std::to_string(static_cast<int>(date.year()));
  const auto month = static_cast<unsigned>(date.month());
  const std::string of_month = std::to_string(static_cast<unsigned>(date.day()));
  const unsigned weekday = std::chrono::weekday(day).c_encoding();
  if (language.starts_with("zh")) {
    std::string text = year + "年" + std::to_string(month) + "月" + of_month + "日";
    if (form != Form::plain) text += (form == Form::full ? " 星期" : " 周") + std::string(weekdays_zh[weekday]);
    return text;
  }
  if (language != "en" && !language.starts_with("en-")) return format_day(day);
  const std::string month_name(form == Form::full ? months[month - 1] : months[month - 1].substr(0, 3));
  const std::string text = of_month + " " + month_name + " " + year;
  if (form == Form::plain) return text;
  return form == Form::full ? std::string(weekdays[weekday]) + ", " + text
                            : std::string(weekdays[weekday].substr(0, 3)) + " " + text;
}

}  // namespace

std::string long_date(Day day, std::string_view language) {
  return date(day, language, Form::full);
}
std::string short_date(Day day, std::string_view language) {
  return date(day, language, Form::brief);
}
std::string plain_date(Day day, std::string_view language) {
  return date(day, language, Form::plain);
}

}  // namespace paperboy::digest
