#pragma once
// An event as the inbox keeps it (JSON). Pure. Inside flow/ only.
#include <optional>
#include <string>
#include <string_view>

#include "daemon/flow/inbox.hpp"

namespace paperboy::flow {

// Texts that are not UTF-8 come back sanitized.
std::string encode(const Event& event);
// Nothing if it is none: written by another version of this program.
std::optional<Event> decode_event(std::string_view text);

}  // namespace paperboy::flow
