#include "daemon/flow/channel.hpp"

namespace paperboy::flow {

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
