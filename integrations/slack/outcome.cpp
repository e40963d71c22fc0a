#include "integrations/slack/outcome.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace paperboy::integrations::slack {
namespace {

using namespace std::chrono_literals;
using Class = flow::Outcome::Class;

constexpr Duration usual_wait = 30s;     // 429 without Retry-After
constexpr Duration account_wait = 5min;  // until the administrator has mended it
constexpr Duration volume_wait = 1h;

// What else will fare no better.
enum class Reach { message, destination, account };

struct Row {
  std::string_view error;
  Class kind;
  Reach reach;
  std::string_view cure;
};

constexpr std::string_view new_token =
    "the bot token is not valid (any more): copy it from OAuth & Permissions of the app into the settings, and reload";
constexpr std::string_view workspace_rules = "the workspace does not let the app in: ask its administrators";
constexpr std::string_view gone_user = "this person's account is gone or switched off: give another destination";
constexpr std::string_view our_fault = "Slack does not take the message as it is";
constexpr std::string_view closed = "the channel's settings do not let the bot post there: ask whoever manages it";

constexpr std::array rows{
    // the account
    Row{"invalid_auth", Class::not_sent, Reach::account, new_token},
    Row{"not_authed", Class::not_sent, Reach::account, new_token},
    Row{"token_revoked", Class::not_sent, Reach::account, new_token},
    Row{"token_expired", Class::not_sent, Reach::account, new_token},
    Row{"account_inactive", Class::not_sent, Reach::account, new_token},
    Row{"missing_scope", Class::not_sent, Reach::account,
        "the app lacks a scope: add it under OAuth & Permissions, and reinstall the app"},
    Row{"not_allowed_token_type", Class::not_sent, Reach::account, "this is no bot token; bot tokens begin with xoxb-"},
    Row{"no_permission", Class::not_sent, Reach::account, workspace_rules},
    Row{"is_bot", Class::not_sent, Reach::account, workspace_rules},
    Row{"two_factor_setup_required", Class::not_sent, Reach::account, workspace_rules},
    Row{"access_denied", Class::not_sent, Reach::account, workspace_rules},
    Row{"accesslimited", Class::not_sent, Reach::account, workspace_rules},
    Row{"app_access_restricted", Class::not_sent, Reach::account, workspace_rules},
    Row{"ekm_access_denied", Class::not_sent, Reach::account, workspace_rules},
    Row{"enterprise_is_restricted", Class::not_sent, Reach::account, workspace_rules},
    Row{"team_access_not_granted", Class::not_sent, Reach::account, workspace_rules},
    Row{"org_login_required", Class::not_sent, Reach::account, "the workspace is being moved to an organisation"},
    Row{"team_added_to_org", Class::not_sent, Reach::account, "the workspace is being moved to an organisation"},
    // the destination
    Row{"channel_not_found", Class::refused, Reach::destination,
        "no such conversation, or the bot may not see it: check the destination; in a private channel: /invite "
        "@paperboy"},
    Row{"not_in_channel", Class::refused, Reach::destination, "invite the bot there: /invite @paperboy"},
    Row{"is_archived", Class::refused, Reach::destination, "the channel is archived: give another destination"},
    Row{"is_inactive", Class::refused, Reach::destination, "the conversation is frozen: give another destination"},
    Row{"user_not_found", Class::refused, Reach::destination,
        "nobody in this workspace has this id: check the destination"},
    Row{"users_not_found", Class::refused, Reach::destination,
        "nobody in this workspace has this mail address: check the destination, or give the user id"},
    Row{"user_disabled", Class::refused, Reach::destination, gone_user},
    Row{"user_not_visible", Class::refused, Reach::destination,
        "the bot may not see this person: give another destination"},
    Row{"invalid_user_combination", Class::refused, Reach::destination,
        "the bot cannot open a conversation with this person"},
    Row{"cannot_dm_bot", Class::refused, Reach::destination, "the destination is a bot"},
    Row{"messages_tab_disabled", Class::refused, Reach::destination,
        "the app takes no direct messages: switch on the Messages Tab under App Home"},
    Row{"cannot_reply_to_message", Class::refused, Reach::message, "the message this one answers cannot be answered"},
    Row{"restricted_action", Class::refused, Reach::destination, closed},
    Row{"restricted_action_read_only_channel", Class::refused, Reach::destination, closed},
    Row{"external_channel_migrating", Class::not_sent, Reach::destination, "the shared channel is being moved"},
    // the pace
    Row{"ratelimited", Class::throttled, Reach::account, "Slack asks for a pause"},
    Row{"rate_limited", Class::throttled, Reach::account, "Slack asks for a pause"},
    Row{"message_limit_exceeded", Class::throttled, Reach::account, "the workspace's volume of messages is used up"},
    // in doubt
    Row{"fatal_error", Class::ambiguous, Reach::message, "Slack failed, and the message may be out"},
    Row{"internal_error", Class::ambiguous, Reach::message, "Slack failed, and the message may be out"},
    Row{"request_timeout", Class::ambiguous, Reach::message, "Slack failed, and the message may be out"},
    Row{"service_unavailable", Class::ambiguous, Reach::message, "Slack failed, and the message may be out"},
    // the message
    Row{"invalid_blocks", Class::refused, Reach::message, our_fault},
    Row{"invalid_blocks_format", Class::refused, Reach::message, our_fault},
    Row{"msg_blocks_too_long", Class::refused, Reach::message, our_fault},
    Row{"msg_too_long", Class::refused, Reach::message, our_fault},
    Row{"no_text", Class::refused, Reach::message, our_fault},
    Row{"metadata_too_large", Class::refused, Reach::message, our_fault},
    Row{"invalid_metadata_format", Class::refused, Reach::message, our_fault},
    Row{"invalid_metadata_schema", Class::refused, Reach::message, our_fault},
    Row{"invalid_arguments", Class::refused, Reach::message, our_fault},
    Row{"invalid_arg_name", Class::refused, Reach::message, our_fault},
    Row{"invalid_array_arg", Class::refused, Reach::message, our_fault},
    Row{"invalid_charset", Class::refused, Reach::message, our_fault},
    Row{"invalid_form_data", Class::refused, Reach::message, our_fault},
    Row{"invalid_post_type", Class::refused, Reach::message, our_fault},
    Row{"missing_post_type", Class::refused, Reach::message, our_fault},
    // it was here before: the id of the message is one Slack has
    Row{"duplicate_client_msg_id", Class::sent, Reach::message, "Slack had the message already"},
};

// Forms of restricted_action that are about threads.
constexpr Row restricted_thread{"restricted_action_", Class::refused, Reach::message, closed};

const Row* row_of(std::string_view error) {
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.error == error; });
  if (at != rows.end()) return &*at;
  return error.starts_with(restricted_thread.error) ? &restricted_thread : nullptr;
}

flow::Outcome named(const Reply& reply, Step step) {
  flow::Outcome outcome;
  outcome.code = reply.error.empty() ? "error" : reply.error;
  outcome.kind = Class::not_sent;
  const Row* row = row_of(reply.error);
  if (row == nullptr) {
    outcome.detail = "Slack refused it, with a word that this version does not know";
  } else {
    outcome.kind = row->kind;
    outcome.whole_provider = row->reach == Reach::account;
    outcome.unreachable = outcome.kind == Class::refused && row->reach == Reach::destination;
    outcome.detail = row->cure;
  }
  if (!reply.hint.empty()) outcome.detail += " (" + reply.hint + ")";
  if (outcome.kind == Class::throttled) {
    outcome.retry_after =
        reply.retry_after.value_or(outcome.code == "message_limit_exceeded" ? volume_wait : usual_wait);
  }
  // A scope or the pace of a method that only some destinations need concerns these only.
  const bool of_method = outcome.code == "missing_scope" || outcome.kind == Class::throttled;
  if (step != Step::post && of_method) outcome.whole_provider = false;
  return outcome;
}

// What stands in the way of looking may be gone the next time, or not.
flow::Outcome look_outcome(flow::Outcome outcome, bool passing) {
  if (outcome.whole_provider && outcome.kind == Class::not_sent) {
    outcome.kind = Class::throttled;
    outcome.retry_after = account_wait;
  } else if (passing) {
    outcome.kind = Class::throttled;
    outcome.retry_after = usual_wait;
  } else if (outcome.kind != Class::throttled) {
    outcome.kind = Class::ambiguous;
  }
  outcome.unreachable = false;
  outcome.detail = "could not be looked for: " + outcome.detail;
  return outcome;
}

}  // namespace

flow::Outcome outcome_of(const Reply& reply, Step step) {
  flow::Outcome outcome;
  const std::string status = "HTTP " + std::to_string(reply.status);
  const bool server_failed = reply.status >= 500 || (reply.status == 200 && !reply.parsed);
  if (reply.status == 429) {
    outcome = {Class::throttled,   "429", "Slack asks for a pause", "", reply.retry_after.value_or(usual_wait),
               step == Step::post, false};
  } else if (server_failed) {
    outcome.kind = Class::ambiguous;
    outcome.code = status;
    outcome.detail = reply.status == 200 ? "the answer is not Slack's" : "from Slack or a proxy before it";
  } else if (reply.parsed && reply.ok) {
    outcome.code = "ok";
  } else if (reply.parsed) {
    outcome = named(reply, step);
  } else {
    outcome = {Class::not_sent, status, "from Slack or a proxy before it; check api_url", "", {}, true, false};
  }
  const bool passing = server_failed || outcome.kind == Class::ambiguous;
  if (step == Step::look) return look_outcome(std::move(outcome), passing);
  if (step == Step::prepare && passing) outcome.kind = Class::not_sent;
  return outcome;
}

flow::Outcome outcome_of(const net::NetError& error, Step step) {
  flow::Outcome outcome;
  outcome.code = "connection";
  outcome.detail = error.what();
  const bool in_doubt = step == Step::post && error.phase() == net::Phase::after_request;
  outcome.kind = in_doubt ? Class::ambiguous : Class::not_sent;
  return step == Step::look ? look_outcome(std::move(outcome), true) : outcome;
}

bool refuses_blocks(std::string_view error) {
  static constexpr std::array<std::string_view, 4> names{"invalid_blocks", "invalid_blocks_format",
                                                         "msg_blocks_too_long", "invalid_attachments"};
  return std::find(names.begin(), names.end(), error) != names.end();
}

}  // namespace paperboy::integrations::slack
