#include "daemon/flow/channel.hpp"

#include "daemon/digest/render.hpp"

namespace paperboy::flow {

digest::Document with_pages(const digest::Document& document, const Composition& composition) {
  return digest::resolve_actions(document, [&](std::string_view action) -> std::string {
    if (action == "browser") return composition.web_url;
    return action == "stop" ? composition.unsubscribe_url : std::string();
  });
}

digest::Document with_own_pages(const digest::Document& document, const Composition& composition) {
  return digest::resolve_actions(document, [&](std::string_view action) -> std::string {
    if (action == "browser") return composition.web_url;
    if (action == "stop") return composition.unsubscribe_url;
    return composition.action_url ? composition.action_url(action) : std::string();
  });
}

Rate Channel::rate(const std::string&) const {
  return {};
}

std::string Channel::domain(const std::string& destination) const {
  return destination;
}

async::Awaitable<Outcome> Channel::reconcile(Outgoing) {
  Outcome outcome;
  outcome.kind = Outcome::Class::ambiguous;
  outcome.detail = "this provider cannot be asked whether it has a message";
  co_return outcome;
}

std::optional<std::string> Channel::account_of(const std::string&) const {
  return std::nullopt;
}

async::Awaitable<> Channel::listen(Inbox&) {
  co_return;
}

}  // namespace paperboy::flow
