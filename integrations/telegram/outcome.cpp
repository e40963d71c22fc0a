#include "integrations/telegram/outcome.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <string>
#include <string_view>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::telegram {
namespace {

namespace json = boost::json;
using Class = flow::Outcome::Class;

constexpr auto longest_wait = std::chrono::hours(24);

// What to do about a refusal that concerns a chat. The first that is part of the description counts.
struct Cure {
  std::string_view part, cure;
};
constexpr std::string_view press_start = "the person opens the bot in Telegram and presses Start";
constexpr std::string_view add_again = "add the bot to the chat again";
constexpr std::string_view give_right =
    "let the bot write there (in a channel: as an administrator who may post messages)";
constexpr std::string_view check_topic =
    "the topic is closed or gone; reopen it, or give another after the '/' of the destination";
constexpr std::array<Cure, 18> cures{{
    {"blocked by the user", "the person has blocked the bot; they open it in Telegram and press Start (Restart)"},
    {"can't initiate conversation", press_start},
    {"user is deactivated", "the account was deleted; give another destination"},
    {"messages to bots", "the destination is a bot; give a person, group or channel"},
    {"messages to the bot", "the destination is a bot; give a person, group or channel"},
    {"was kicked", add_again},
    {"not a member", add_again},
    {"group chat was deleted", "the group is gone; give another destination"},
    {"private chat not found", press_start},
    {"chat not found",
     "check the destination; a person presses Start in the bot first, a group or channel has the bot as a member"},
    {"no write access", give_right},
    {"not enough rights", give_right},
    {"need administrator rights", give_right},
    {"chat_write_forbidden", give_right},
    {"chat_restricted", give_right},
    {"topic_closed", check_topic},
    {"topic_deleted", check_topic},
    {"message thread not found", check_topic},
}};

// Refused for how the text is marked up or for its buttons, not for what it says.
constexpr std::array<std::string_view, 9> markup_troubles{
    "can't parse entities", "entities_too_long",      "entity_",
    "text is too long",     "unsupported parse_mode", "button",
    "inline keyboard",      "reply markup",           "wrong http url"};

// Of a message that was to be edited.
constexpr std::array<std::string_view, 4> edit_troubles{"message to edit not found", "message can't be edited",
                                                        "no text in the message to edit", "message_id_invalid"};

bool holds(std::string_view description, std::string_view part) {
  return description.find(part) != std::string_view::npos;
}

const json::value* member(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::optional<std::int64_t> integer(const json::value* value) {
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->as_int64();
}

std::string text_of(const json::value* value) {
  if (value == nullptr || !value->is_string()) return {};
  return text::collapse_space(text::sanitize(value->as_string()));
}

std::optional<Duration> wait_in(const json::value& body, const std::string& description, const net::Response& response,
                                Time now) {
  const json::value* parameters = member(body, "parameters");
  std::optional<std::int64_t> seconds;
  if (parameters != nullptr) seconds = integer(member(*parameters, "retry_after"));
  if (!seconds) {
    if (const auto stated = net::retry_after(response, now)) return std::min<Duration>(*stated, longest_wait);
    constexpr std::string_view before = "retry after ";
    const std::size_t at = description.find(before);
    std::int64_t number = 0;
    if (at == std::string::npos) return std::nullopt;
    const char* begin = description.data() + at + before.size();
    if (std::from_chars(begin, description.data() + description.size(), number).ec != std::errc{}) return std::nullopt;
    seconds = number;
  }
  const std::int64_t most = std::chrono::seconds(longest_wait).count();
  return std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 0, most));
}

flow::Outcome sent(const json::value& body) {
  flow::Outcome outcome;
  outcome.kind = Class::sent;
  outcome.code = "200";
  const json::value* result = member(body, "result");
  if (result == nullptr) return outcome;
  const std::optional<std::int64_t> message = integer(member(*result, "message_id"));
  const json::value* chat = member(*result, "chat");
  const std::optional<std::int64_t> id = chat == nullptr ? std::nullopt : integer(member(*chat, "id"));
  if (message && id) outcome.provider_ref = std::to_string(*id) + ":" + std::to_string(*message);
  return outcome;
}

void judge_refusal(Verdict& verdict, const std::string& description) {
  verdict.outcome.kind = Class::refused;
  const auto helps = [&](std::string_view part) { return holds(description, part); };
  verdict.markup_refused = std::any_of(markup_troubles.begin(), markup_troubles.end(), helps);
  verdict.cannot_edit = std::any_of(edit_troubles.begin(), edit_troubles.end(), helps);
  verdict.not_modified = helps("message is not modified");
  for (const Cure& cure : cures) {
    if (!helps(cure.part)) continue;
    verdict.outcome.detail += "; " + std::string(cure.cure);
    verdict.about_chat = true;
    return;
  }
}

}  // namespace

Verdict verdict_of(const net::Response& response, Time now) {
  Verdict verdict;
  flow::Outcome& outcome = verdict.outcome;
  boost::system::error_code trouble;
  const json::value body = json::parse(response.body, trouble);
  const json::value* ok = trouble ? nullptr : member(body, "ok");
  const bool answered = ok != nullptr && ok->is_bool();
  if (answered && ok->as_bool() && response.status == 200) {
    outcome = sent(body);
    return verdict;
  }
  const std::optional<std::int64_t> stated = answered ? integer(member(body, "error_code")) : std::nullopt;
  const std::int64_t code = stated && *stated >= 300 && *stated < 600 ? *stated : response.status;
  outcome.code = std::to_string(code);
  if (answered) outcome.detail = text_of(member(body, "description"));
  const std::string description = text::to_lower_ascii(outcome.detail);

  if (code == 429) {
    outcome.kind = Class::throttled;
    outcome.retry_after = wait_in(body, description, response, now);
    if (outcome.detail.empty()) outcome.detail = "Too Many Requests";
    return verdict;
  }
  if (code < 300 || code == 408 || code >= 500) {
    outcome.kind = Class::ambiguous;
    if (outcome.detail.empty()) {
      outcome.detail = "no answer of the Bot API's; whether the message is there is unknown";
    }
    return verdict;
  }
  if (!answered && code != 413) {
    outcome.kind = Class::not_sent;
    outcome.whole_provider = true;
    outcome.detail = "no answer of the Bot API's; check api_url and what stands between";
    return verdict;
  }
  switch (code) {
    case 400: {
      judge_refusal(verdict, description);
      const json::value* parameters = member(body, "parameters");
      if (parameters != nullptr) verdict.moved_to = integer(member(*parameters, "migrate_to_chat_id"));
      break;
    }
    case 403:
      judge_refusal(verdict, description);
      outcome.unreachable = outcome.kind == Class::refused;
      break;
    case 413:
      outcome.kind = Class::refused;
      if (outcome.detail.empty()) outcome.detail = "the message is too large for the server";
      break;
    case 401:
      outcome.kind = Class::not_sent;
      outcome.whole_provider = true;
      verdict.for_operator = true;
      outcome.detail += "; the bot's token is not valid (any more): get one from @BotFather (/mybots, API Token)";
      break;
    case 404:
      outcome.kind = Class::not_sent;
      outcome.whole_provider = true;
      verdict.method_unknown = holds(description, "method not found");
      verdict.for_operator = !verdict.method_unknown;
      outcome.detail += verdict.method_unknown ? "; the Bot API server is too old, or api_url leads elsewhere"
                                               : "; check the token and api_url";
      break;
    case 409:
      outcome.kind = Class::not_sent;
      break;
    default:
      outcome.kind = Class::not_sent;
      outcome.whole_provider = true;
      verdict.for_operator = code == 421;
      if (code == 421) outcome.detail += "; this Bot API server does not serve the bot: check api_url";
  }
  return verdict;
}

flow::Outcome outcome_of(const net::NetError& error) {
  flow::Outcome outcome;
  outcome.kind = error.phase() == net::Phase::before_request ? Class::not_sent : Class::ambiguous;
  outcome.code = "connection";
  outcome.detail = error.what();
  return outcome;
}

}  // namespace paperboy::integrations::telegram
