#include "integrations/telegram/destination.hpp"

#include <charconv>
#include <string_view>

namespace paperboy::integrations::telegram {
namespace {

constexpr std::int64_t largest_id = (std::int64_t{1} << 52) - 1;  // the Bot API: at most 52 significant bits
constexpr std::int64_t largest_topic = 2'147'483'647;

bool read_number(std::string_view text, std::int64_t most, std::int64_t& out) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, out);
  const bool shortest = text == std::to_string(out);  // no leading zeros: one chat has one name in the store
  return error == std::errc{} && rest == end && shortest && out != 0 && out >= -most && out <= most;
}

bool is_username(std::string_view text) {
  if (text.size() < 4 || text.size() > 32 || text[0] == '_' || (text[0] >= '0' && text[0] <= '9')) return false;
  return text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") == text.npos;
}

}  // namespace

std::optional<Destination> parse_destination(const std::string& text, std::string& trouble) {
  Destination destination;
  const std::string_view all = text;
  const std::size_t slash = all.find('/');
  const std::string_view chat = all.substr(0, slash);
  bool good = false;
  if (chat.starts_with('@')) {
    good = is_username(chat.substr(1));
    destination.name = std::string(chat);
  } else {
    good = read_number(chat, largest_id, destination.id);
  }
  if (!good) {
    trouble = "'" + text +
              "' is no Telegram chat; write the number of a person (55), of a group or channel (-1001234567890), with "
              "a topic (-1001234567890/42), or the name of a public channel or group (@channelname)";
    return std::nullopt;
  }
  if (slash == all.npos) return destination;
  if (!read_number(all.substr(slash + 1), largest_topic, destination.topic) || destination.topic < 1) {
    trouble = "'" + text + "': behind the '/' stands the number of a topic (-1001234567890/42)";
    return std::nullopt;
  }
  if (destination.topic == 1) {
    trouble = "'" + text + "': topic 1 is the General one; leave '/1' out";
    return std::nullopt;
  }
  return destination;
}

}  // namespace paperboy::integrations::telegram
