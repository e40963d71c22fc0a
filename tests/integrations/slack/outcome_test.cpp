#include "integrations/slack/outcome.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paperboy::integrations::slack {
namespace {

using namespace std::chrono_literals;
using Class = flow::Outcome::Class;
using testing::HasSubstr;
using testing::Not;

Reply said(std::string error, std::string hint = "") {
  return {.status = 200,
          .parsed = true,
          .ok = false,
          .error = std::move(error),
          .hint = std::move(hint),
          .retry_after = {}};
}

struct Case {
  const char* error;
  Class prepared, posted, looked;
  bool account, destination;  // after a post: what else will fare no better
};

// Every error of the facts about chat.postMessage, conversations.open and users.lookupByEmail that is told apart.
const Case cases[] = {
    {"invalid_auth", Class::not_sent, Class::not_sent, Class::throttled, true, false},
    {"not_authed", Class::not_sent, Class::not_sent, Class::throttled, true, false},
    {"account_inactive", Class::not_sent, Class::not_sent, Class::throttled, true, false},
    {"token_revoked", Class::not_sent, Class::not_sent, Class::throttled, true, false},
    {"token_expired", Class::not_sent, Class::not_sent, Class::throttled, true, false},
    {"not_allowed_token_type", Class::not_sent, Class::not_sent, Class::throttled, true, false},
    {"missing_scope", Class::not_sent, Class::not_sent, Class::ambiguous, true, false},
    {"channel_not_found", Class::refused, Class::refused, Class::ambiguous, false, true},
    {"not_in_channel", Class::refused, Class::refused, Class::ambiguous, false, true},
    {"is_archived", Class::refused, Class::refused, Class::ambiguous, false, true},
    {"user_not_found", Class::refused, Class::refused, Class::ambiguous, false, true},
    {"users_not_found", Class::refused, Class::refused, Class::ambiguous, false, true},
    {"user_disabled", Class::refused, Class::refused, Class::ambiguous, false, true},
    {"messages_tab_disabled", Class::refused, Class::refused, Class::ambiguous, false, true},
    {"restricted_action", Class::refused, Class::refused, Class::ambiguous, false, true},
    {"restricted_action_read_only_channel", Class::refused, Class::refused, Class::ambiguous, false, true},
    {"restricted_action_thread_locked", Class::refused, Class::refused, Class::ambiguous, false, false},
    {"msg_too_long", Class::refused, Class::refused, Class::ambiguous, false, false},
    {"invalid_blocks", Class::refused, Class::refused, Class::ambiguous, false, false},
    {"ratelimited", Class::throttled, Class::throttled, Class::throttled, true, false},
    {"rate_limited", Class::throttled, Class::throttled, Class::throttled, true, false},
    {"message_limit_exceeded", Class::throttled, Class::throttled, Class::throttled, true, false},
    {"external_channel_migrating", Class::not_sent, Class::not_sent, Class::ambiguous, false, false},
    {"team_added_to_org", Class::not_sent, Class::not_sent, Class::throttled, true, false},
    {"fatal_error", Class::not_sent, Class::ambiguous, Class::throttled, false, false},
    {"internal_error", Class::not_sent, Class::ambiguous, Class::throttled, false, false},
    {"request_timeout", Class::not_sent, Class::ambiguous, Class::throttled, false, false},
    {"service_unavailable", Class::not_sent, Class::ambiguous, Class::throttled, false, false},
    {"an_error_of_next_year", Class::not_sent, Class::not_sent, Class::ambiguous, false, false},
    {"", Class::not_sent, Class::not_sent, Class::ambiguous, false, false},
};

TEST(SlackOutcome, EveryErrorHasItsClass) {
  for (const Case& one : cases) {
    SCOPED_TRACE(one.error);
    EXPECT_EQ(outcome_of(said(one.error), Step::prepare).kind, one.prepared);
    const flow::Outcome posted = outcome_of(said(one.error), Step::post);
    EXPECT_EQ(posted.kind, one.posted);
    EXPECT_EQ(posted.whole_provider, one.account);
    EXPECT_EQ(posted.unreachable, one.destination);
    EXPECT_FALSE(posted.detail.empty());
    if (*one.error != '\0') EXPECT_THAT(posted.detail, Not(HasSubstr(one.error))) << "the code is said twice";
    EXPECT_EQ(outcome_of(said(one.error), Step::look).kind, one.looked);
    EXPECT_FALSE(outcome_of(said(one.error), Step::look).unreachable);
  }
}

TEST(SlackOutcome, ThrottledSaysForHowLong) {
  Reply reply{.status = 429, .parsed = true, .ok = false, .error = "ratelimited", .hint = {}, .retry_after = 7s};
  const flow::Outcome told = outcome_of(reply, Step::post);
  EXPECT_EQ(told.kind, Class::throttled);
  EXPECT_EQ(told.retry_after, Duration(7s));
  EXPECT_TRUE(told.whole_provider) << "the limit of chat.postMessage holds for the app in the workspace";
  EXPECT_FALSE(outcome_of(reply, Step::prepare).whole_provider) << "looking people up has a limit of its own";
  EXPECT_EQ(outcome_of(reply, Step::look).retry_after, Duration(7s));

  reply.retry_after.reset();
  reply.parsed = false;
  EXPECT_EQ(outcome_of(reply, Step::post).retry_after, Duration(30s));
  EXPECT_EQ(outcome_of(said("ratelimited"), Step::post).retry_after, Duration(30s));
  EXPECT_EQ(outcome_of(said("message_limit_exceeded"), Step::post).retry_after, Duration(1h));
}

TEST(SlackOutcome, AnswersThatAreNotSlacksAreInDoubtAfterAPost) {
  for (const int status : {200, 500, 502, 503, 504, 520}) {
    SCOPED_TRACE(status);
    const Reply reply{.status = status, .parsed = false, .ok = false, .error = {}, .hint = {}, .retry_after = {}};
    EXPECT_EQ(outcome_of(reply, Step::post).kind, Class::ambiguous);
    EXPECT_EQ(outcome_of(reply, Step::prepare).kind, Class::not_sent);
    EXPECT_EQ(outcome_of(reply, Step::look).kind, Class::throttled);
  }
  for (const int status : {301, 400, 403, 404}) {
    SCOPED_TRACE(status);
    const Reply reply{.status = status, .parsed = false, .ok = false, .error = {}, .hint = {}, .retry_after = {}};
    const flow::Outcome outcome = outcome_of(reply, Step::post);
    EXPECT_EQ(outcome.kind, Class::not_sent);
    EXPECT_TRUE(outcome.whole_provider);
    EXPECT_NE(outcome.detail.find("api_url"), std::string::npos);
  }
}

TEST(SlackOutcome, ALostConnectionIsInDoubtOnceThePostWasWritten) {
  const net::NetError before("cannot connect", net::Phase::before_request);
  const net::NetError after("reset", net::Phase::after_request);
  EXPECT_EQ(outcome_of(before, Step::post).kind, Class::not_sent);
  EXPECT_EQ(outcome_of(after, Step::post).kind, Class::ambiguous);
  EXPECT_EQ(outcome_of(after, Step::prepare).kind, Class::not_sent);
  EXPECT_EQ(outcome_of(before, Step::look).kind, Class::throttled);
  EXPECT_EQ(outcome_of(after, Step::look).kind, Class::throttled);
}

TEST(SlackOutcome, WhatItSaysNamesTheCure) {
  EXPECT_NE(outcome_of(said("not_in_channel"), Step::post).detail.find("/invite @paperboy"), std::string::npos);
  EXPECT_NE(outcome_of(said("missing_scope", "needed: im:write"), Step::prepare).detail.find("im:write"),
            std::string::npos);
  EXPECT_FALSE(outcome_of(said("missing_scope"), Step::prepare).whole_provider)
      << "a channel needs no scope that looking people up needs";
  EXPECT_EQ(outcome_of(said("duplicate_client_msg_id"), Step::post).kind, Class::sent);
}

TEST(SlackOutcome, OnlyFaultsOfTheBlocksAreMendedByLeavingThemOut) {
  for (const char* error : {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}) {
    EXPECT_TRUE(refuses_blocks(error)) << error;
  }
  for (const char* error : {"", "msg_too_long", "channel_not_found", "metadata_too_large", "ratelimited"}) {
    EXPECT_FALSE(refuses_blocks(error)) << error;
  }
}

}  // namespace
}  // namespace paperboy::integrations::slack
