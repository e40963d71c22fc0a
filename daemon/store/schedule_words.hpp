#pragma once
// A schedule in columns. Inside store/ only.
#include <array>
#include <string>
#include <string_view>

#include "daemon/paper/schedule.hpp"

namespace paperboy::store {

std::string_view cadence_word(paper::Cadence cadence);
paper::Cadence read_cadence(std::string_view word);           // throws StoreError
std::string weekday_digits(const std::array<bool, 7>& days);  // Monday first: "1111100"
std::array<bool, 7> read_weekdays(std::string_view digits);

// "daily 1111100 450 Europe/Berlin"; the zone may be empty.
std::string encode_schedule(const paper::Schedule& schedule);
paper::Schedule decode_schedule(std::string_view text);

}  // namespace paperboy::store
