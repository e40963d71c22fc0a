// The channel against a homeserver as strict as Synapse, over real connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <fstream>

#include "tests/integrations/matrix/bench.hpp"

namespace paperboy::integrations::matrix {
namespace {

using Class = flow::Outcome::Class;
using test::Fault;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

TEST_F(Matrix, AMessageArrivesAsItWasComposed) {
  const flow::Outgoing out = message(FakeMatrix::room, "*some* text");
  const flow::Outcome outcome = send(out);
  ASSERT_EQ(outcome.kind, Class::sent) << outcome.detail;
  ASSERT_THAT(fake.applied(), SizeIs(1));
  const auto& applied = fake.applied()[0].as_object();
  EXPECT_EQ(applied.at("destination"), FakeMatrix::room);
  EXPECT_EQ(applied.at("raw"), boost::json::value(out.payload));
  EXPECT_EQ(applied.at("key"), boost::json::value(out.provider_key));
  EXPECT_EQ(applied.at("id"), boost::json::value(outcome.provider_ref));
}

TEST_F(Matrix, EveryKindOfDestinationIsFound) {
  for (const char* destination : {FakeMatrix::alias, FakeMatrix::hashed_room, FakeMatrix::invited_room}) {
    const flow::Outcome outcome = send(message(destination));
    EXPECT_EQ(outcome.kind, Class::sent) << destination << ": " << outcome.detail;
  }
  EXPECT_EQ(fake.applied()[0].at("destination"), FakeMatrix::room);
  EXPECT_EQ(fake.membership(FakeMatrix::invited_room, FakeMatrix::user), "join");
  EXPECT_EQ(count("/join/"), 1u) << "only what it was invited to is joined";
}

TEST_F(Matrix, AnAliasIsLookedUpOnceAnHour) {
  send(message(FakeMatrix::alias));
  send(message(FakeMatrix::alias));
  EXPECT_EQ(count("directory/room"), 1u);
  clock.advance(std::chrono::minutes(61));
  send(message(FakeMatrix::alias));
  EXPECT_EQ(count("directory/room"), 2u);
}

TEST_F(Matrix, WhereNothingCanBeWrittenThatIsSaidWithACure) {
  const struct {
    const char *destination, *says;
  } cases[] = {{FakeMatrix::closed_room, "/invite @paperboy:fake.test"},
               {FakeMatrix::quiet_room, "let it write"},
               {"!nowhere:fake.test", "/invite @paperboy:fake.test"},
               {"#nowhere:fake.test", "no such room"},
               {FakeMatrix::encrypted_room, "make a room without encryption"},
               {FakeMatrix::unwilling, "accepts no invitations"},
               {"@ada:elsewhere.test", "Federation denied"}};
  for (const auto& [destination, says] : cases) {
    const flow::Outcome outcome = send(message(destination));
    EXPECT_EQ(outcome.kind, Class::refused) << destination;
    EXPECT_TRUE(outcome.unreachable) << destination;
    EXPECT_FALSE(outcome.whole_provider) << destination;
    EXPECT_THAT(outcome.detail, HasSubstr(says));
  }
  EXPECT_THAT(fake.applied(), IsEmpty());
}

TEST_F(Matrix, ARoomThatBecameEncryptedGetsNothingMore) {
  EXPECT_EQ(send(message(FakeMatrix::room)).kind, Class::sent);
  fake.encrypt(FakeMatrix::room);
  EXPECT_EQ(send(message(FakeMatrix::room)).kind, Class::refused);
  EXPECT_THAT(fake.applied(), SizeIs(1));
}

TEST_F(Matrix, ARoomThatWasLeftIsEnteredAgainOnlyWithAnInvitation) {
  fake.leave(FakeMatrix::room, FakeMatrix::user);
  const flow::Outcome outcome = send(message(FakeMatrix::room));
  EXPECT_EQ(outcome.kind, Class::refused);
  EXPECT_THAT(outcome.detail, HasSubstr("/invite"));
}

TEST_F(Matrix, FurtherPartsStandInTheFirstOnesThread) {
  const flow::Outcome first = send(message(FakeMatrix::room));
  flow::Outgoing second = message(FakeMatrix::room);
  second.part = second.parts = 2;
  second.first_ref = first.provider_ref;
  ASSERT_EQ(send(second).kind, Class::sent);
  EXPECT_THAT(std::string(fake.applied()[1].at("raw").as_string()),
              HasSubstr("\"m.thread\",\"event_id\":\"" + first.provider_ref));
}

TEST_F(Matrix, APartWhoseFirstIsElsewhereStandsAlone) {
  flow::Outgoing second = message(FakeMatrix::room);
  second.first_ref = "$gone";
  EXPECT_EQ(send(second).kind, Class::sent);
  EXPECT_THAT(std::string(fake.applied()[0].at("raw").as_string()), Not(HasSubstr("m.thread")));
}

// --- direct rooms

TEST_F(Matrix, ADirectRoomIsMadeOnceAndNoted) {
  const std::size_t before = fake.rooms().size();
  ASSERT_EQ(send(message(FakeMatrix::reader)).kind, Class::sent);
  start(with_token);
  ASSERT_EQ(send(message(FakeMatrix::reader)).kind, Class::sent);
  EXPECT_EQ(fake.rooms().size(), before + 1);
  EXPECT_EQ(fake.applied()[0].at("destination"), fake.applied()[1].at("destination"));
  const std::string room(fake.applied()[0].at("destination").as_string());
  EXPECT_EQ(fake.membership(room, FakeMatrix::reader), "invite");
  EXPECT_EQ(boost::json::serialize(fake.direct_rooms()), R"({"@ada:fake.test":[")" + room + "\"]}");
}

TEST_F(Matrix, ADirectRoomOfTheAccountIsUsedThoughTheStoreIsNew) {
  send(message(FakeMatrix::reader));
  memory.kept.clear();
  start(with_token);
  ASSERT_EQ(send(message(FakeMatrix::reader)).kind, Class::sent);
  EXPECT_EQ(fake.applied()[0].at("destination"), fake.applied()[1].at("destination"));
}

TEST_F(Matrix, ADirectRoomWhoseAnswerWasLostIsFoundAgain) {
  const std::size_t before = fake.rooms().size();
  fake.fail_next("createRoom", {Fault::Kind::drop_after});
  const flow::Outgoing out = message(FakeMatrix::reader);
  const flow::Outcome outcome = send(out);
  EXPECT_EQ(outcome.kind, Class::not_sent) << "no message has been sent yet";
  EXPECT_FALSE(outcome.whole_provider);
  start(with_token);
  EXPECT_EQ(send_again(out).kind, Class::sent);
  EXPECT_EQ(fake.rooms().size(), before + 1);
}

TEST_F(Matrix, WhoLeftTheDirectRoomIsNotFollowed) {
  send(message(FakeMatrix::reader));
  fake.leave(std::string(fake.applied()[0].at("destination").as_string()), FakeMatrix::reader);
  const flow::Outcome outcome = send(message(FakeMatrix::reader));
  EXPECT_EQ(outcome.kind, Class::refused);
  EXPECT_THAT(outcome.detail, HasSubstr("has left"));
  EXPECT_THAT(fake.applied(), SizeIs(1));
}

TEST_F(Matrix, AServerThatEncryptsDirectRoomsIsTold) {
  fake.encrypt_new_rooms();
  EXPECT_THAT(send(message(FakeMatrix::reader)).detail, HasSubstr("encrypted"));
}

// --- signing in

TEST_F(Matrix, TheHomeserverIsDiscovered) {
  start("    token: " + std::string(FakeMatrix::token) + "\n");
  EXPECT_EQ(send(message(FakeMatrix::room)).kind, Class::sent);
  EXPECT_EQ(send(message(FakeMatrix::room)).kind, Class::sent);
  EXPECT_EQ(count("/.well-known/matrix/client"), 1u);
}

TEST_F(Matrix, ADiscoveryThatSaysNothingIsTold) {
  start("    token: " + std::string(FakeMatrix::token) + "\n");
  for (const test::Answer& answer : {test::Answer{404, "<html></html>"}, test::Answer{200, "{}"}, test::Answer{200, ""},
                                     test::Answer{200, R"({"m.homeserver":{"base_url":"ftp://x"}})"},
                                     test::Answer{200, R"({"m.homeserver":{"base_url":"http://matrix.example"}})"}}) {
    fake.fail_next("/.well-known/", {Fault::Kind::instead, answer});
    const flow::Outcome outcome = send(message(FakeMatrix::room));
    EXPECT_EQ(outcome.kind, Class::not_sent);
    EXPECT_TRUE(outcome.whole_provider);
    EXPECT_THAT(outcome.detail, HasSubstr("set channels.matrix.homeserver"));
  }
}

TEST_F(Matrix, APasswordIsUsedOnceAndTheDeviceStays) {
  start(with_password);
  EXPECT_EQ(send(message(FakeMatrix::room)).kind, Class::sent);
  start(with_password);
  EXPECT_EQ(send(message(FakeMatrix::room)).kind, Class::sent);
  EXPECT_THAT(fake.devices(), SizeIs(1));
  fake.sign_out(true);
  EXPECT_EQ(send(message(FakeMatrix::room)).kind, Class::sent);
  ASSERT_THAT(fake.devices(), SizeIs(2));
  EXPECT_EQ(fake.devices()[0], fake.devices()[1]);
}

TEST_F(Matrix, ALostAnswerToALoginDoesNotMakeAnotherDevice) {
  start(with_password);
  fake.fail_next("/v3/login", {Fault::Kind::drop_after});
  EXPECT_EQ(send(message(FakeMatrix::room)).kind, Class::not_sent);
  EXPECT_EQ(send(message(FakeMatrix::room)).kind, Class::sent);
  EXPECT_EQ(fake.devices()[0], fake.devices()[1]);
}

TEST_F(Matrix, WhatIsWrongWithTheAccountStopsTheChannelAndNamesNoSecret) {
  fake.sign_out(false);
  flow::Outcome outcome = send(message(FakeMatrix::room));
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_TRUE(outcome.whole_provider);
  EXPECT_THAT(outcome.detail, HasSubstr("token_file"));
  EXPECT_THAT(outcome.detail, Not(HasSubstr(FakeMatrix::token)));

  fake.fail_next("whoami",
                 {Fault::Kind::instead, {403, R"({"errcode":"M_USER_SUSPENDED","error":"syt_paperboy_token"})"}});
  outcome = send(message(FakeMatrix::room));
  EXPECT_THAT(outcome.detail, Not(HasSubstr(FakeMatrix::token)));

  start("    homeserver: https://fake.test\n    password: wrong\n");
  outcome = send(message(FakeMatrix::room));
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_TRUE(outcome.whole_provider);
  EXPECT_THAT(outcome.detail, HasSubstr("password"));
}

TEST_F(Matrix, ATokenOfSomebodyElseIsNotUsed) {
  fake.fail_next("whoami", {Fault::Kind::instead, {200, R"({"user_id":"@other:fake.test","device_id":"D"})"}});
  const flow::Outcome outcome = send(message(FakeMatrix::room));
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_THAT(outcome.detail, HasSubstr("@other:fake.test"));
  EXPECT_THAT(fake.applied(), IsEmpty());
}

TEST_F(Matrix, TwoMessagesAtOnceSignInOnceAndMakeOneRoom) {
  start(with_password);
  const std::size_t before = fake.rooms().size();
  std::vector<flow::Outcome> outcomes(2);
  const flow::Outgoing one = message(FakeMatrix::reader), other = message(FakeMatrix::reader);
  int ended = 0;
  const auto body = [&](flow::Outgoing out, flow::Outcome& outcome) -> async::Awaitable<> {
    outcome = co_await channel->send(std::move(out));
    ++ended;
  };
  boost::asio::co_spawn(loop, body(one, outcomes[0]), [](std::exception_ptr e) { EXPECT_FALSE(e); });
  test::run(loop, body(other, outcomes[1]));
  for (int i = 0; i < 100 && ended < 2; ++i) loop.run_one_for(std::chrono::milliseconds(100));
  EXPECT_EQ(outcomes[0].kind, Class::sent) << outcomes[0].detail;
  EXPECT_EQ(outcomes[1].kind, Class::sent) << outcomes[1].detail;
  EXPECT_THAT(fake.devices(), SizeIs(1));
  EXPECT_EQ(fake.rooms().size(), before + 1);
}

// --- once

TEST_F(Matrix, EveryFaultOfSendingHasItsClassAndNoneDoublesTheMessage) {
  const test::Answer slow{429,
                          R"({"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests","retry_after_ms":4820})",
                          "application/json",
                          {"Retry-After: 5"}};
  const test::Answer slow_body{429, R"({"errcode":"M_LIMIT_EXCEEDED","error":"","retry_after_ms":1500})"};
  const test::Answer slow_header{429, "", "text/plain", {"Retry-After: 2"}};
  const test::Answer gateway{502, "<html>Bad Gateway</html>", "text/html"};
  const struct {
    const char* name;
    Fault fault;
    Class kind;
    std::optional<Duration> wait;
    bool applied;
  } cases[] = {
      {"reset before", {Fault::Kind::drop_before}, Class::ambiguous, std::nullopt, false},
      {"reset after", {Fault::Kind::drop_after}, Class::ambiguous, std::nullopt, true},
      {"502 after", {Fault::Kind::error_after, gateway}, Class::ambiguous, std::nullopt, true},
      {"502 instead", {Fault::Kind::instead, gateway}, Class::ambiguous, std::nullopt, false},
      {"429 both", {Fault::Kind::instead, slow}, Class::throttled, std::chrono::seconds(5), false},
      {"429 body", {Fault::Kind::instead, slow_body}, Class::throttled, std::chrono::milliseconds(1500), false},
      {"429 header", {Fault::Kind::instead, slow_header}, Class::throttled, std::chrono::seconds(2), false},
      {"trickle", {Fault::Kind::trickle}, Class::ambiguous, std::nullopt, true},
      {"silence", {Fault::Kind::silence}, Class::ambiguous, std::nullopt, false},
  };
  ASSERT_EQ(send(message(FakeMatrix::room)).kind, Class::sent);
  client.patience = std::chrono::milliseconds(500);
  for (const auto& [name, fault, kind, wait, applied] : cases) {
    SCOPED_TRACE(name);
    const std::size_t before = fake.applied().size();
    fake.fail_next("/send/", fault);
    const flow::Outgoing out = message(FakeMatrix::room);
    const flow::Outcome outcome = send(out);
    EXPECT_EQ(outcome.kind, kind) << outcome.detail;
    EXPECT_EQ(outcome.retry_after, wait);
    EXPECT_EQ(outcome.whole_provider, kind == Class::throttled);
    EXPECT_EQ(fake.applied().size(), before + (applied ? 1 : 0));
    const flow::Outcome again = send_again(out);
    EXPECT_EQ(again.kind, Class::sent) << again.detail;
    EXPECT_EQ(fake.applied().size(), before + 1);
    EXPECT_EQ(fake.applied().back().at("id"), boost::json::value(again.provider_ref));
  }
  EXPECT_EQ(count("/messages"), 0u) << "on the same device and day nothing has to be looked for";
}

TEST_F(Matrix, AnAnswerWithoutWhatItPromisesIsNoAnswer) {
  const struct {
    const char *path, *destination;
    Class kind;
  } cases[] = {{"/send/", FakeMatrix::room, Class::ambiguous},
               {"directory/room", FakeMatrix::alias, Class::not_sent},
               {"createRoom", FakeMatrix::reader, Class::not_sent}};
  for (const auto& [path, destination, kind] : cases) {
    fake.fail_next(path, {Fault::Kind::instead, {200, R"({"welcome":"here"})"}});
    EXPECT_EQ(send(message(destination)).kind, kind) << path;
  }
  EXPECT_THAT(fake.applied(), IsEmpty());
}

TEST_F(Matrix, BeforeAConnectionNothingIsSent) {
  start("    homeserver: http://127.0.0.1:" + std::to_string(test::closed_port()) + "\n    token: t\n");
  const flow::Outcome outcome = send(message(FakeMatrix::room));
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_TRUE(outcome.whole_provider);
}

TEST_F(Matrix, AFaultBeforeSendingIsSurelyNotSent) {
  for (const char* path : {"whoami", "directory/room", "m.room.encryption"}) {
    for (const test::Answer& answer : {test::Answer{502, "<html></html>"}, test::Answer{200, "<html></html>"},
                                       test::Answer{200, "[]"}, test::Answer{500, R"({"errcode":"M_UNKNOWN"})"}}) {
      start(with_token);
      fake.fail_next(path, {Fault::Kind::error_after, answer});
      EXPECT_EQ(send(message(FakeMatrix::alias)).kind, Class::not_sent) << path << " " << answer.body;
    }
  }
  EXPECT_THAT(fake.applied(), IsEmpty());
}

TEST_F(Matrix, ADayLaterTheMessageIsLookedForInTheRoom) {
  fake.fail_next("/send/", {Fault::Kind::drop_after});
  const flow::Outgoing out = message(FakeMatrix::room);
  EXPECT_EQ(send(out).kind, Class::ambiguous);
  for (int i = 0; i < 250; ++i) {
    fake.write_as_other(FakeMatrix::room, "chat");
    if (i % 2 == 0) send(message(FakeMatrix::room));
  }
  const std::size_t before = fake.applied().size();
  fake.forget_transactions();
  clock.advance(std::chrono::hours(25));
  const flow::Outcome outcome = send_again(out);
  EXPECT_EQ(outcome.kind, Class::sent);
  EXPECT_EQ(outcome.provider_ref, fake.applied()[0].at("id").as_string().c_str());
  EXPECT_EQ(fake.applied().size(), before);
  EXPECT_EQ(count("/messages"), 2u) << "a page of a hundred, and the next";
}

TEST_F(Matrix, ADayLaterAMessageThatIsNotThereIsSent) {
  fake.fail_next("/send/", {Fault::Kind::drop_before});
  const flow::Outgoing out = message(FakeMatrix::room);
  EXPECT_EQ(send(out).kind, Class::ambiguous);
  EXPECT_EQ(send(message(FakeMatrix::room)).kind, Class::sent);
  clock.advance(std::chrono::hours(25));
  EXPECT_EQ(send_again(out).kind, Class::sent);
  EXPECT_THAT(fake.applied(), SizeIs(2));
}

TEST_F(Matrix, AHardLogoutForgetsTransactionsSoTheMessageIsLookedFor) {
  start(with_password);
  ASSERT_EQ(send(message(FakeMatrix::room)).kind, Class::sent);
  fake.fail_next("/send/", {Fault::Kind::drop_after});
  const flow::Outgoing out = message(FakeMatrix::room);
  EXPECT_EQ(send(out).kind, Class::ambiguous);
  fake.sign_out(false);
  clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(send_again(out).kind, Class::sent);
  EXPECT_THAT(fake.applied(), SizeIs(2));
  EXPECT_EQ(count("/messages"), 1u);
}

TEST_F(Matrix, AnotherTokenIsAnotherDevice) {
  fake.fail_next("/send/", {Fault::Kind::drop_after});
  const flow::Outgoing out = message(FakeMatrix::room);
  EXPECT_EQ(send(out).kind, Class::ambiguous);
  clock.advance(std::chrono::minutes(1));
  start(with_password);
  EXPECT_EQ(send_again(out).kind, Class::sent);
  EXPECT_THAT(fake.applied(), SizeIs(1)) << "the first is found, though the new device never sent it";
}

TEST_F(Matrix, WhatCannotBeLookedForWaits) {
  const flow::Outgoing out = message(FakeMatrix::room);
  clock.advance(std::chrono::hours(25));
  for (const test::Answer& answer :
       {test::Answer{200, "{}"}, test::Answer{500, ""}, test::Answer{200, R"({"chunk":7})"}}) {
    fake.fail_next("/messages", {Fault::Kind::instead, answer});
    EXPECT_EQ(send_again(out).kind, Class::not_sent) << answer.body;
  }
  fake.fail_next("/messages", {Fault::Kind::instead, {200, R"({"chunk":[],"end":"t5"})"}}, 20);
  EXPECT_EQ(send_again(out).kind, Class::not_sent);
  EXPECT_THAT(fake.applied(), IsEmpty());
}

TEST_F(Matrix, TheServersOwnLimitIsWaitedFor) {
  fake.limit_messages(std::chrono::milliseconds(300), 2);
  std::vector<flow::Outgoing> waiting;
  for (int i = 0; i < 3; ++i) {
    const flow::Outgoing out = message(FakeMatrix::room);
    const flow::Outcome outcome = send(out);
    if (outcome.kind == Class::sent) continue;
    EXPECT_EQ(outcome.kind, Class::throttled);
    EXPECT_TRUE(outcome.retry_after.has_value());
    waiting.push_back(out);
  }
  EXPECT_THAT(waiting, Not(IsEmpty()));
}

// --- settings and traits

TEST(Settings, EachMistakeIsNamed) {
  const std::string user = "user: '@paperboy:example.org', ";
  const struct {
    std::string section, says;
  } cases[] = {
      {"token: t", "user"},
      {"user: paperboy, token: t", "@paperboy:example.org"},
      {"user: '#paperboy:example.org', token: t", "no Matrix user"},
      {user + "homeserver: matrix.example.org, token: t", "https://matrix.example.org"},
      {user + "homeserver: 'http://matrix.example.org:8008', token: t", "could read the token"},
      {user, "token_file"},
      {user + "token: t, password: p", "one of the two"},
      {user + "token: t, message_type: shout", "text"},
      {user + "token: t, every: 1h", "every"},
      {user + "token: t, at_once: 0", "at_once"},
      {user + "token: t, listen: sometimes", "listen"},
      {user + "token: t, keys: true", "unknown key"},
  };
  for (const auto& [section, says] : cases) {
    settings::Findings findings;
    read("channels: {matrix: {" + section + "}}", findings);
    EXPECT_THAT(findings.to_string(), HasSubstr(says)) << section;
  }
}

TEST(Settings, TheShippedExampleSaysEveryKey) {
  std::ifstream file(PAPERBOY_SOURCE_DIR "/integrations/matrix/matrix.yaml");
  std::string text, line;
  while (std::getline(file, line)) {
    const std::size_t hash = line.find('#');
    const bool key = hash != line.npos && hash + 1 < line.size() && line[hash + 1] != ' ';
    text += (key ? line.substr(0, hash) + line.substr(hash + 1) : line) + "\n";
  }
  settings::Findings findings;
  const settings::Node root = settings::Node::parse(text, "matrix.yaml", findings);
  const settings::Node section = root.at("channels").at("matrix");
  find_plugin("matrix")->read(section);
  EXPECT_EQ(section.asked_keys(), section.written_keys());
}

TEST_F(Matrix, TraitsSayWhatTheServerAllows) {
  EXPECT_EQ(channel->name(), "matrix");
  EXPECT_EQ(channel->traits().on_ambiguous, flow::ChannelTraits::OnAmbiguous::resend_safe);
  EXPECT_EQ(channel->traits().rate.interval, std::chrono::seconds(5));
  EXPECT_EQ(channel->traits().rate.burst, 10);
  start(with_token + "    every: 0s\n    at_once: 1\n");
  EXPECT_EQ(channel->traits().rate.interval, Duration{});
}

TEST_F(Matrix, DestinationsAreChecked) {
  for (const char* good : {"!abc:example.org", "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM", "#a:example.org:8448",
                           "@ada:example.org", "#ünïcode:example.org"}) {
    EXPECT_EQ(channel->check_destination(good), std::nullopt) << good;
  }
  for (const std::string bad : {"", "ada@example.org", "@ada", "@:example.org", "@ada:", "!", "#a b:example.org",
                                "#a\n:example.org", "$event:example.org"}) {
    EXPECT_NE(channel->check_destination(bad), std::nullopt) << bad;
  }
  EXPECT_NE(channel->check_destination("#" + std::string(300, 'a') + ":example.org"), std::nullopt);
}

}  // namespace
}  // namespace paperboy::integrations::matrix
