// Answers to what was heard: where they stand, and who sees them.
#include <boost/json/serialize.hpp>

#include "tests/integrations/slack/listening.hpp"

namespace paperboy::integrations::slack {
namespace {

using ::testing::IsEmpty;

class Answering : public Listening {
 protected:
  Event heard(const std::string& type, json::object payload) {
    const std::size_t before = inbox_.events.size();
    fake_.push(type, std::move(payload));
    if (!hears(before + 1)) throw std::runtime_error("nothing was heard");
    return inbox_.events.back();
  }
};

TEST_F(Answering, StandBelowTheQuestion) {
  start();
  const Event asked = heard("events_api", fake_.said(ada, papers, "<@U0PAPERBOY> why?", "", "app_mention"));
  ASSERT_EQ(send(answer_to(asked)).kind, Class::sent);
  EXPECT_EQ(applied(0).at("destination").as_string(), papers);
  EXPECT_EQ(applied(0).at("raw").at("thread_ts").as_string(), asked.thread);
  const Event further = heard("events_api", fake_.said(ada, papers, "and 2512.07197?", asked.thread));
  ASSERT_EQ(send(answer_to(further)).kind, Class::sent);
  EXPECT_EQ(applied(1).at("raw").at("thread_ts").as_string(), asked.thread);
  const Event alone = heard("events_api", fake_.said(ada, direct, "topics"));
  ASSERT_EQ(send(answer_to(alone)).kind, Class::sent);
  EXPECT_EQ(applied(2).at("destination").as_string(), direct);
  EXPECT_FALSE(applied(2).at("raw").as_object().contains("thread_ts"));
}

TEST_F(Answering, AllPartsOfOneStandInItsThread) {
  start();
  const Event asked = heard("events_api", fake_.said(ada, papers, "<@U0PAPERBOY> search x", "", "app_mention"));
  std::string text = "Overview.\n\n## Found\n\n### A title\n\nWhy.\n";
  flow::Outgoing first = answer_to(asked, text);
  ASSERT_EQ(first.parts, 2);
  const flow::Outcome sent = send(first);
  ASSERT_EQ(sent.kind, Class::sent);
  flow::Outgoing second = first;
  second.part = 2;
  second.first_ref = sent.provider_ref;
  const flow::Outcome also = send(second);
  ASSERT_EQ(also.kind, Class::sent) << also.detail;
  EXPECT_EQ(applied(1).at("raw").at("thread_ts").as_string(), asked.thread);
}

TEST_F(Answering, ToACommandIsSeenByTheAskerAlone) {
  start();
  const Event asked = heard("slash_commands", fake_.command(ada, std::string(FakeSlack::random), "help"));
  const flow::Outcome outcome = send(answer_to(asked));
  ASSERT_EQ(outcome.kind, Class::sent) << outcome.detail;
  EXPECT_EQ(outcome.provider_ref, "");
  EXPECT_EQ(applied(0).at("seen_by").as_string(), ada) << "where the bot is no member, too";
  EXPECT_EQ(applied(0).at("raw").at("replace_original"), false);
  EXPECT_THAT(fake_.violations, IsEmpty());
  EXPECT_EQ(asked_posts(), 0);
}

TEST_F(Answering, ToAnOldCommandGoesToTheAskersDirectMessages) {
  start();
  const Event asked = heard("slash_commands", fake_.command(ada, std::string(FakeSlack::random), "help"));
  const Time now = clock_.now();
  fake_.clock = [now] { return now + 31min; };
  const flow::Outcome outcome = send(answer_to(asked));
  ASSERT_EQ(outcome.kind, Class::sent) << outcome.detail;
  EXPECT_EQ(applied(0).at("destination").as_string(), direct);
  EXPECT_THAT(outcome.provider_ref, ::testing::StartsWith(direct + ":"));
}

TEST_F(Answering, ToACommandAfterFiveAnswersToo) {
  start();
  const Event asked = heard("slash_commands", fake_.command(ada, papers, "help"));
  for (int i = 0; i < 6; ++i) ASSERT_EQ(send(answer_to(asked, "answer " + std::to_string(i))).kind, Class::sent);
  EXPECT_EQ(applied(4).at("destination").as_string(), papers);
  EXPECT_EQ(applied(5).at("destination").as_string(), direct);
}

TEST_F(Answering, AResponseThatFailsHasItsClass) {
  start();
  const Event asked = heard("slash_commands", fake_.command(ada, papers, "help"));
  fake_.fail_next("/commands/", {.kind = Fault::Kind::drop_after});
  EXPECT_EQ(send(answer_to(asked)).kind, Class::ambiguous);
  fake_.fail_next("/commands/", {.kind = Fault::Kind::instead, .answer = {.status = 503, .body = ""}});
  EXPECT_EQ(send(answer_to(asked)).kind, Class::ambiguous);
  fake_.fail_next("/commands/",
                  {.kind = Fault::Kind::instead, .answer = {.status = 429, .body = "", .headers = {"Retry-After: 3"}}});
  const flow::Outcome throttled = send(answer_to(asked));
  EXPECT_EQ(throttled.kind, Class::throttled);
  EXPECT_EQ(throttled.retry_after, Duration(3s));
  EXPECT_FALSE(throttled.whole_provider);
  fake_.refuse_blocks = true;
  EXPECT_EQ(send(answer_to(asked)).kind, Class::sent) << "as plain text";
  EXPECT_FALSE(fake_.applied().back().at("raw").as_object().contains("blocks"));
}

TEST_F(Answering, ToAReactionInAChannelGoesToThePerson) {
  start();
  const Event liked = heard("events_api", fake_.reacted(ada, papers + ":1.2", "thumbsup"));
  ASSERT_EQ(send(answer_to(liked)).kind, Class::sent);
  EXPECT_EQ(applied(0).at("destination").as_string(), direct);
}

TEST_F(Answering, APressedButtonCarriesItsActionAndItsMessage) {
  start();
  const Event asked = heard("events_api", fake_.said(ada, papers, "<@U0PAPERBOY> 2512.07197", "", "app_mention"));
  const flow::Outcome sent =
      send(answer_to(asked, "### A paper\n\nWhy.\n\n[More like this](action:more/2512.07197)\n"));
  ASSERT_EQ(sent.kind, Class::sent);
  std::string value;
  for (const json::value& block : applied(0).at("raw").at("blocks").as_array()) {
    if (block.at("type") == "actions") value = block.at("elements").at(0).at("value").as_string();
  }
  EXPECT_EQ(value, "more/2512.07197");
  const Event pressed = heard("interactive", fake_.pressed(ada, sent.provider_ref, value));
  EXPECT_EQ(pressed.action, value);
  EXPECT_EQ(pressed.about, sent.provider_ref);
  ASSERT_EQ(send(answer_to(pressed)).kind, Class::sent);
  EXPECT_EQ(applied(1).at("raw").at("thread_ts").as_string(), asked.thread);
}

TEST_F(Answering, AnEditTakesThePlaceOfTheOldText) {
  start();
  const Event asked = heard("events_api", fake_.said(ada, direct, "why?"));
  const flow::Outcome first = send(answer_to(asked, "Looking it up."));
  flow::Outgoing better = answer_to(asked, "Here it is: **bold**.");
  better.replaces = first.provider_ref;
  const flow::Outcome edited = send(better);
  ASSERT_EQ(edited.kind, Class::sent) << edited.detail;
  EXPECT_EQ(edited.provider_ref, first.provider_ref);
  EXPECT_EQ(applied(1).at("text"), "Here it is: bold.\n");
  EXPECT_EQ(applied(1).at("raw").at("parse"), "none");
  ASSERT_EQ(send(better).kind, Class::sent) << "the same once more does no harm";
  EXPECT_EQ(asked_posts(), 1);
}

TEST_F(Answering, WhatCannotBeEditedIsPostedAsNew) {
  start();
  const Event asked = heard("events_api", fake_.said(ada, direct, "why?"));
  flow::Outgoing better = answer_to(asked, "Here it is.");
  better.replaces = direct + ":1.000001";
  const flow::Outcome posted = send(better);
  ASSERT_EQ(posted.kind, Class::sent) << posted.detail;
  EXPECT_NE(posted.provider_ref, better.replaces);
  for (const char* error : {"cant_update_message", "edit_window_closed", "block_mismatch"}) {
    fake_.fail_next("chat.update", {.kind = Fault::Kind::instead,
                                    .answer = {.body = std::string(R"({"ok":false,"error":")") + error + "\"}"}});
    EXPECT_EQ(send(better).kind, Class::sent) << error;
  }
  EXPECT_EQ(asked_posts(), 4);
  fake_.fail_next("chat.update", {.kind = Fault::Kind::drop_after});
  EXPECT_EQ(send(better).kind, Class::ambiguous);
  EXPECT_EQ(asked_posts(), 4);
}

}  // namespace
}  // namespace paperboy::integrations::slack
