#include "daemon/store/schedule_words.hpp"

#include <algorithm>
#include <charconv>

#include "daemon/base/text.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {
namespace {

constexpr std::array<std::string_view, 4> cadence_words{"daily", "weekly", "on_announcement", "instant"};

}  // namespace

std::string_view cadence_word(paper::Cadence cadence) {
  return cadence_words.at(static_cast<std::size_t>(cadence));
}

paper::Cadence read_cadence(std::string_view word) {
  const auto at = std::find(cadence_words.begin(), cadence_words.end(), word);
  if (at == cadence_words.end()) throw StoreError("the database holds an unknown cadence");
  return static_cast<paper::Cadence>(at - cadence_words.begin());
}

std::string weekday_digits(const std::array<bool, 7>& days) {
  std::string digits;
  for (const bool on : days) digits += on ? '1' : '0';
  return digits;
}

std::array<bool, 7> read_weekdays(std::string_view digits) {
  std::array<bool, 7> days{};
  for (std::size_t at = 0; at < days.size(); ++at) days[at] = at < digits.size() && digits[at] == '1';
  return days;
}

std::string encode_schedule(const paper::Schedule& schedule) {
  return std::string(cadence_word(schedule.cadence)) + " " + weekday_digits(schedule.days) + " " +
         std::to_string(schedule.minute_of_day) + " " + schedule.time_zone;
}

paper::Schedule decode_schedule(std::string_view text) {
  const std::vector<std::string_view> fields = text::split(text, ' ');
  if (fields.size() != 4) throw StoreError("the database holds a schedule that is none");
  paper::Schedule schedule;
  schedule.cadence = read_cadence(fields[0]);
  schedule.days = read_weekdays(fields[1]);
  std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), schedule.minute_of_day);
  schedule.time_zone = fields[3];
  return schedule;
}

}  // namespace paperboy::store
