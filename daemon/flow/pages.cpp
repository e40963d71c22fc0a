#include "daemon/flow/pages.hpp"

namespace paperboy::flow {

std::string Pages::archive(std::string_view digest_id) const {
  return public_url_ + std::string(archive_path) + links_.sign("archive", digest_id);
}

std::string Pages::unsubscribe(std::string_view channel, std::string_view destination) const {
  // A channel's name has no line feed, so the first one parts the two.
  const std::string subject = std::string(channel) + "\n" + std::string(destination);
  return public_url_ + std::string(unsubscribe_path) + links_.sign("unsubscribe", subject);
}

std::optional<std::string> Pages::archived(std::string_view token) const {
  return links_.verify("archive", token);
}

std::optional<std::pair<std::string, std::string>> Pages::unsubscribed(std::string_view token) const {
  const std::optional<std::string> subject = links_.verify("unsubscribe", token);
  if (!subject) return std::nullopt;
  const std::size_t line = subject->find('\n');
  if (line == std::string::npos) return std::nullopt;
  return std::pair(subject->substr(0, line), subject->substr(line + 1));
}

}  // namespace paperboy::flow
