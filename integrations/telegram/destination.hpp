#pragma once
// Where a message goes: a chat, or a topic of it. Pure.
#include <cstdint>
#include <optional>
#include <string>

namespace paperboy::integrations::telegram {

struct Destination {
  std::int64_t id = 0;     // of a person (> 0), a group or channel (< 0); 0: the chat has a name
  std::string name;        // "@channelname"
  std::int64_t topic = 0;  // message_thread_id; 0: none. 1, the General topic, is never sent
  bool is_name() const { return id == 0; }
};

// "55", "-1001234567890", "-1001234567890/42", "@channelname". On nothing, `trouble` says what to write.
std::optional<Destination> parse_destination(const std::string& text, std::string& trouble);

}  // namespace paperboy::integrations::telegram
