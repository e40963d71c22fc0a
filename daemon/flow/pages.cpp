#include "daemon/flow/pages.hpp"

namespace paperboy::flow {
namespace {

// A DOI may be long; a token is 1024 bytes at most.
constexpr std::size_t longest_action = 300;

}  // namespace

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

std::string Pages::home(std::string_view person, Time issued) const {
  return public_url_ + std::string(home_path) + links_.sign("home", person, issued + lifetime);
}

// A person's id has no line feed.
std::string Pages::action(std::string_view person, std::string_view what, Time issued) const {
  const std::string subject = std::string(person) + "\n" + std::string(what);
  return public_url_ + std::string(action_path) + links_.sign("act", subject, issued + lifetime);
}

std::string Pages::own_digest(std::string_view person, std::string_view digest_id, Time issued) const {
  const std::string subject = std::string(person) + "\n" + std::string(digest_id);
  return public_url_ + std::string(archive_path) + links_.sign("own", subject, issued + lifetime);
}

std::string Pages::url_of(std::string_view action, std::string_view person, Time issued) const {
  if (action == "preferences") return home(person, issued);
  if (action == "archive") return public_url_ + std::string(list_path) + links_.sign("home", person, issued + lifetime);
  const bool of_paper = action.starts_with("more/") || action.starts_with("less/") || action.starts_with("save/");
  return of_paper && action.size() <= longest_action ? this->action(person, action, issued) : "";
}

std::optional<Pages::Grant> Pages::granted(std::string_view purpose, std::string_view token, Time now) const {
  std::optional<SignedLinks::Verified> verified = links_.verify(purpose, token, now);
  if (!verified) return std::nullopt;
  Grant grant;
  const std::size_t line = verified->subject.find('\n');
  grant.person = verified->subject.substr(0, line);
  if (line != std::string::npos) grant.about = verified->subject.substr(line + 1);
  grant.until = verified->until;
  grant.issued = verified->until - lifetime;
  grant.expired = verified->expired;
  return grant;
}

std::optional<Pages::Grant> Pages::homed(std::string_view token, Time now) const {
  return granted("home", token, now);
}

std::optional<Pages::Grant> Pages::acting(std::string_view token, Time now) const {
  return granted("act", token, now);
}

std::optional<Pages::Grant> Pages::owned(std::string_view token, Time now) const {
  return granted("own", token, now);
}

std::string Pages::origin() const {
  const std::size_t host = public_url_.find("://");
  return public_url_.substr(0, host == std::string::npos ? host : public_url_.find('/', host + 3));
}

}  // namespace paperboy::flow
