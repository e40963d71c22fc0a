// Messages that stand below others, and that take their place.
#include <gmock/gmock.h>

#include "tests/integrations/matrix/bench.hpp"

namespace paperboy::integrations::matrix {
namespace {

using Class = flow::Outcome::Class;
using test::Fault;
using testing::HasSubstr;
using testing::SizeIs;

TEST_F(Matrix, AnAnswerStandsInTheThreadOfTheQuestion) {
  const std::string question = fake.say(FakeMatrix::room, FakeMatrix::reader, "!paper why 2512.07197");
  const flow::Outcome first = send(answer(R"({"event":")" + question + R"(","root":")" + question + "\"}"));
  ASSERT_EQ(first.kind, Class::sent) << first.detail;
  EXPECT_EQ(relation(0), R"({"m.in_reply_to":{"event_id":")" + question + R"("},"rel_type":"m.thread","event_id":")" +
                             question + R"(","is_falling_back":true})");
  flow::Outgoing second = answer(R"({"event":")" + question + R"(","root":")" + question + "\"}");
  second.first_ref = first.provider_ref;
  ASSERT_EQ(send(second).kind, Class::sent);
  EXPECT_THAT(relation(1), HasSubstr(R"("event_id":")" + question + R"(","is_falling_back")"))
      << "a thread cannot begin in a thread";
  EXPECT_THAT(relation(1), HasSubstr(R"({"m.in_reply_to":{"event_id":")" + first.provider_ref));
}

TEST_F(Matrix, AnAnswerBetweenTwoIsAPlainReply) {
  const std::string question = fake.say(FakeMatrix::room, FakeMatrix::reader, "why 2512.07197");
  ASSERT_EQ(send(answer(R"({"event":")" + question + "\"}")).kind, Class::sent);
  EXPECT_EQ(relation(0), R"({"m.in_reply_to":{"event_id":")" + question + "\"}}");
}

TEST_F(Matrix, AnAnswerWhoseQuestionIsGoneStandsAlone) {
  ASSERT_EQ(send(answer(R"({"event":"$gone","root":"$gone"})")).kind, Class::sent);
  EXPECT_EQ(relation(0), "");
}

TEST_F(Matrix, AMessageTakesThePlaceOfAnother) {
  const flow::Outcome first = send(message(FakeMatrix::room, "wait"));
  flow::Outgoing edit = message(FakeMatrix::room, "here it is");
  edit.replaces = first.provider_ref;
  fake.fail_next("/send/", {Fault::Kind::drop_after});
  EXPECT_EQ(send(edit).kind, Class::ambiguous);
  fake.forget_transactions();
  clock.advance(std::chrono::hours(25));
  const flow::Outcome outcome = send_again(edit);
  ASSERT_EQ(outcome.kind, Class::sent) << outcome.detail;
  EXPECT_EQ(outcome.code, "found");
  EXPECT_EQ(outcome.provider_ref, first.provider_ref) << "what is edited again is the first";
  EXPECT_THAT(fake.applied(), SizeIs(2));
  EXPECT_EQ(relation(1), R"({"rel_type":"m.replace","event_id":")" + first.provider_ref + "\"}");
  flow::Outgoing again = message(FakeMatrix::room, "and again");
  again.replaces = outcome.provider_ref;
  EXPECT_EQ(send(again).provider_ref, first.provider_ref);
}

TEST_F(Matrix, WhatCannotBeEditedIsSentAnew) {
  const std::string theirs = fake.say(FakeMatrix::room, FakeMatrix::reader, "not ours");
  for (const std::string& other : {theirs, std::string("$gone")}) {
    flow::Outgoing edit = message(FakeMatrix::room, "here it is");
    edit.replaces = other;
    const flow::Outcome outcome = send(edit);
    ASSERT_EQ(outcome.kind, Class::sent) << outcome.detail;
    EXPECT_NE(outcome.provider_ref, other);
    EXPECT_EQ(fake.applied().back().at("id"), boost::json::value(outcome.provider_ref));
  }
}

TEST_F(Matrix, WhoReadsAloneAndHowItIsCalled) {
  EXPECT_EQ(channel->account_of("@ada:example.org"), "@ada:example.org");
  EXPECT_EQ(channel->account_of(FakeMatrix::room), std::nullopt);
  EXPECT_EQ(channel->call_sign(), "!paper");
  EXPECT_FALSE(channel->listens());
  start(with_token + "    listen: true\n");
  EXPECT_TRUE(channel->listens());
}

}  // namespace
}  // namespace paperboy::integrations::matrix
