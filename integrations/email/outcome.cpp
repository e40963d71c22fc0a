#include "integrations/email/outcome.hpp"

#include <algorithm>
#include <array>

namespace paperboy::integrations::email {
namespace {

using Class = flow::Outcome::Class;

constexpr std::array<int, 5> pace_codes{421, 450, 451, 452, 454};
constexpr auto greylist_wait = std::chrono::minutes(5);

std::string step_name(net::MailReply::Step step) {
  using Step = net::MailReply::Step;
  switch (step) {
    case Step::greeting:
      return "greeting";
    case Step::tls:
      return "STARTTLS";
    case Step::auth:
      return "AUTH";
    case Step::sender:
      return "MAIL FROM";
    case Step::recipient:
      return "RCPT TO";
    case Step::data:
      return "DATA";
    case Step::final_dot:
      return "end of data";
  }
  return "";
}

}  // namespace

bool bad_address(const net::MailReply& reply) {
  using Step = net::MailReply::Step;
  static constexpr std::array<std::string_view, 5> codes{"5.1.1", "5.1.3", "5.1.6", "5.1.10", "5.2.1"};
  const bool of_recipient = reply.step == Step::recipient || reply.step == Step::data || reply.step == Step::final_dot;
  return of_recipient && std::find(codes.begin(), codes.end(), reply.enhanced) != codes.end();
}

flow::Outcome outcome_of(const net::MailReply& reply) {
  flow::Outcome outcome;
  outcome.code = std::to_string(reply.code) + (reply.enhanced.empty() ? "" : " " + reply.enhanced);
  outcome.detail = "at " + step_name(reply.step) + ": " + reply.text;
  const bool accepted = reply.code >= 200 && reply.code < 300 && reply.step == net::MailReply::Step::final_dot;
  if (accepted) {
    outcome.kind = Class::sent;
    outcome.provider_ref = reply.text;
    return outcome;
  }
  outcome.whole_provider = reply.code == 530 || reply.code == 535 || reply.step == net::MailReply::Step::tls ||
                           reply.step == net::MailReply::Step::auth;
  if (reply.code >= 400 && reply.code < 500) {
    const bool pace = std::find(pace_codes.begin(), pace_codes.end(), reply.code) != pace_codes.end();
    outcome.kind = pace ? Class::throttled : Class::not_sent;
    if (pace) outcome.retry_after = greylist_wait;
    return outcome;
  }
  const bool about_us =
      outcome.whole_provider || reply.enhanced.starts_with("5.7.") || reply.step == net::MailReply::Step::greeting;
  const bool refused = reply.code >= 500 && reply.code < 600 && !about_us;
  outcome.kind = refused ? Class::refused : Class::not_sent;
  outcome.unreachable = refused && bad_address(reply);
  return outcome;
}

flow::Outcome outcome_of(const net::NetError& error) {
  flow::Outcome outcome;
  outcome.kind = error.phase() == net::Phase::before_request ? Class::not_sent : Class::ambiguous;
  outcome.code = "connection";
  outcome.detail = error.what();
  return outcome;
}

}  // namespace paperboy::integrations::email
