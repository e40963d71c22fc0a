// Listening to a homeserver as strict as Synapse, over real connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "daemon/net/curl.hpp"
#include "integrations/matrix/listener.hpp"
#include "tests/support/channel_memory.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/fake_matrix.hpp"
#include "tests/support/map_inbox.hpp"

namespace paperboy::integrations::matrix {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using flow::Event;
using test::FakeMatrix;
using test::Fault;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Listening : public testing::Test {
 protected:
  ~Listening() override { stop(); }

  // As after a restart: memory and inbox are kept.
  void start() {
    stop();
    account = std::make_unique<Account>(settings, tools);
    listener = std::make_unique<Listener>(FakeMatrix::user, tools, *account, turns, patience);
    ended = false;
    failure = nullptr;
    const auto done = [this](std::exception_ptr e) {
      ended = true;
      failure = e;
    };
    asio::co_spawn(loop, listen(), asio::bind_cancellation_slot(signal.slot(), done));
  }
  void stop() {
    if (!listener) return;
    signal.emit(asio::cancellation_type::total);
    until([&] { return ended; });
    listener.reset();
  }
  async::Awaitable<> listen() {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await listener->listen(inbox);
  }
  template <class Truth>
  void until(const Truth& truth) {
    loop.restart();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!truth()) {
      if (loop.run_one_until(deadline) == 0) throw std::runtime_error("it did not come");
    }
  }
  // Listening, and everything that is old passed by.
  void start_listening() {
    start();
    until([&] { return !inbox.at.empty(); });
  }
  void until_heard(std::size_t count) {
    until([&] { return inbox.events.size() >= count; });
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const Event& event : inbox.events) out.push_back(event.text);
    return out;
  }
  std::size_t count(const std::string& what) const {
    const auto& all = fake.requests();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const std::string& request) { return request.find(what) != std::string::npos; }));
  }

  asio::io_context loop;
  FakeMatrix fake{loop};
  std::unique_ptr<net::Client> client = net::make_curl_client(loop.get_executor(), "test");
  test::NoLanes lanes;
  test::MapMemory memory;
  SystemClock clock;
  digest::Templates templates{{PAPERBOY_SOURCE_DIR "/templates"}};
  const Toolbox tools{*client, lanes, memory, clock, templates, "ops@example.org"};
  AccountSettings settings{FakeMatrix::user, fake.url(), Secret(FakeMatrix::token), Secret()};
  Patience patience{std::chrono::seconds(30), std::chrono::milliseconds(10), std::chrono::milliseconds(50),
                    std::chrono::milliseconds(10), 4};
  async::Turns turns;
  test::MapInbox inbox;
  asio::cancellation_signal signal;
  std::unique_ptr<Account> account;
  std::unique_ptr<Listener> listener;
  bool ended = false;
  std::exception_ptr failure;
};

TEST_F(Listening, WhatWasSaidBeforeTheFirstTimeIsNotAnswered) {
  fake.say(FakeMatrix::room, FakeMatrix::reader, "!paper old");
  start_listening();
  const std::string id = fake.say(FakeMatrix::room, FakeMatrix::reader, "!paper why 2512.07197");
  until_heard(1);
  const Event& event = inbox.events.at(0);
  EXPECT_EQ(event.text, "why 2512.07197");
  EXPECT_EQ(event.key, id);
  EXPECT_EQ(event.account, FakeMatrix::reader);
  EXPECT_EQ(event.account_name, "Ada");
  EXPECT_EQ(event.workspace, "fake.test");
  EXPECT_EQ(event.place, FakeMatrix::room);
  EXPECT_TRUE(event.addressed);
  EXPECT_TRUE(event.direct) << "only Ada and Paperboy are there";
}

TEST_F(Listening, WhatIsSaidWhilePaperboyIsAwayIsHeardOnceAndInOrder) {
  start_listening();
  fake.say(FakeMatrix::room, FakeMatrix::reader, "one");
  until_heard(1);
  stop();
  fake.say(FakeMatrix::room, FakeMatrix::reader, "two");
  fake.happen(FakeMatrix::room, FakeMatrix::user, "m.room.message", {{"msgtype", "m.text"}, {"body", "my own"}});
  fake.say(FakeMatrix::room, FakeMatrix::reader, "three");
  start();
  until_heard(3);
  EXPECT_THAT(texts(), ElementsAre("one", "two", "three"));
  EXPECT_EQ(inbox.offered, 3);
}

TEST_F(Listening, AGapIsFilledAsFarAsItIsWorthAnAnswer) {
  start_listening();
  stop();
  const std::int64_t old = to_epoch_ms(clock.now()) - 2 * 3600 * 1000;
  fake.happen(FakeMatrix::room, FakeMatrix::reader, "m.room.message", {{"msgtype", "m.text"}, {"body", "old"}}, old);
  std::vector<std::string> said;
  for (int i = 0; i < 230; ++i) {
    said.push_back("message " + std::to_string(i));
    fake.say(FakeMatrix::room, FakeMatrix::reader, said.back());
  }
  start();
  until_heard(230);
  EXPECT_EQ(texts(), said);
  EXPECT_EQ(count("/messages"), 2u);
}

TEST_F(Listening, AGapWithoutAnEndIsGivenUp) {
  start_listening();
  stop();
  for (int i = 0; i < 700; ++i) fake.say(FakeMatrix::room, FakeMatrix::reader, std::to_string(i));
  start();
  until_heard(550);
  EXPECT_EQ(inbox.events.size(), 550u);
  EXPECT_EQ(inbox.events.back().text, "699");
  EXPECT_EQ(count("/messages"), 5u);
}

// --- who is there

TEST_F(Listening, InAGroupItCountsToWhomItIsSaid) {
  start_listening();
  fake.join_as_other(FakeMatrix::room, "@bob:fake.test");
  fake.say(FakeMatrix::room, FakeMatrix::reader, "to nobody");
  fake.say(FakeMatrix::room, FakeMatrix::reader, "Paperboy: to the bot");
  until_heard(2);
  EXPECT_FALSE(inbox.events[0].addressed);
  EXPECT_FALSE(inbox.events[0].direct);
  EXPECT_TRUE(inbox.events[1].addressed);
  EXPECT_EQ(inbox.events[1].thread, inbox.events[1].key);
  fake.leave(FakeMatrix::room, "@bob:fake.test");
  fake.say(FakeMatrix::room, FakeMatrix::reader, "alone again");
  until_heard(3);
  EXPECT_TRUE(inbox.events[2].direct);
}

TEST_F(Listening, AReplyToPaperboyIsSaidToIt) {
  fake.join_as_other(FakeMatrix::room, "@bob:fake.test");
  const json::object digest{{"msgtype", "m.text"}, {"body", "digest"}};
  const std::string ours = fake.happen(FakeMatrix::room, FakeMatrix::user, "m.room.message", digest);
  const std::string theirs = fake.say(FakeMatrix::room, "@bob:fake.test", "hello");
  start_listening();
  const auto reply = [&](const std::string& to) {
    const json::object relation{{"m.in_reply_to", json::object{{"event_id", to}}}};
    fake.say(FakeMatrix::room, FakeMatrix::reader, "reply", {{"m.relates_to", relation}});
  };
  reply(ours);
  reply(theirs);
  reply(ours);
  reply("$unknown");
  until_heard(4);
  EXPECT_TRUE(inbox.events[0].addressed);
  EXPECT_FALSE(inbox.events[1].addressed);
  EXPECT_TRUE(inbox.events[2].addressed);
  EXPECT_FALSE(inbox.events[3].addressed);
  EXPECT_EQ(count("/event/"), 3u) << "who sent an event is asked once";
}

TEST_F(Listening, AReactionNamesTheMessage) {
  start_listening();
  const json::object relation{{"rel_type", "m.annotation"}, {"event_id", "$digest"}, {"key", "👍️"}};
  fake.happen(FakeMatrix::room, FakeMatrix::reader, "m.reaction", {{"m.relates_to", relation}});
  until_heard(1);
  EXPECT_EQ(inbox.events[0].kind, Event::Kind::reacted);
  EXPECT_EQ(inbox.events[0].text, "👍");
  EXPECT_EQ(inbox.events[0].about, "$digest");
}

TEST_F(Listening, WhereNobodyCanSayWhoIsThereNothingIsDirect) {
  start_listening();
  fake.fail_next("/joined_members", {Fault::Kind::instead, {502, "<html></html>", "text/html"}}, 10);
  fake.say(FakeMatrix::room, FakeMatrix::reader, "!paper topics");
  until_heard(1);
  EXPECT_FALSE(inbox.events[0].direct);
  EXPECT_TRUE(inbox.events[0].addressed);
  EXPECT_EQ(count("/joined_members"), 4u) << "it is asked again before that is given up";
}

TEST_F(Listening, AFileComesWithItsWords) {
  start_listening();
  fake.hold_file("list", "2512.07197\n2511.00001\n");
  const auto upload = [&](const std::string& name, const std::string& file) {
    const json::object content{
        {"msgtype", "m.file"}, {"body", "like these"}, {"filename", name}, {"url", "mxc://fake.test/" + file}};
    fake.happen(FakeMatrix::room, FakeMatrix::reader, "m.room.message", content);
  };
  upload("refs.bib", "list");
  upload("gone.bib", "nothing");
  fake.hold_file("huge", std::string(flow::largest_attachment + 1, 'x'));
  upload("huge.txt", "huge");
  until_heard(3);
  ASSERT_THAT(inbox.events[0].files, SizeIs(1));
  EXPECT_EQ(inbox.events[0].files[0].name, "refs.bib");
  EXPECT_EQ(inbox.events[0].files[0].content, "2512.07197\n2511.00001\n");
  EXPECT_EQ(inbox.events[0].text, "like these");
  EXPECT_THAT(inbox.events[1].files, IsEmpty());
  EXPECT_THAT(inbox.events[2].files, IsEmpty());
}

// --- rooms

TEST_F(Listening, AnInvitationOfSomebodyAllowedIsFollowed) {
  fake.say(FakeMatrix::invited_room, FakeMatrix::reader, "before the first time");
  inbox.lets_in = [](const std::string& account, const std::string& workspace, const std::string&) {
    return account == FakeMatrix::reader && workspace == "fake.test";
  };
  start_listening();
  until([&] { return fake.membership(FakeMatrix::invited_room, FakeMatrix::user) == "join"; });
  const std::string made = fake.invite(FakeMatrix::reader);
  fake.say(made, FakeMatrix::reader, "said before Paperboy came in");
  until_heard(1);
  EXPECT_EQ(inbox.events[0].text, "said before Paperboy came in");
  EXPECT_TRUE(inbox.events[0].direct);
  EXPECT_EQ(count("via=fake.test"), 2u);
}

TEST_F(Listening, OtherInvitationsAreDeclined) {
  inbox.lets_in = [](const std::string& account, const std::string&, const std::string&) {
    return account != "@eve:fake.test";
  };
  start_listening();
  const std::string of_stranger = fake.invite("@eve:fake.test");
  const std::string encrypted = fake.invite(FakeMatrix::reader, true);
  until([&] {
    return fake.membership(of_stranger, FakeMatrix::user) == "leave" &&
           fake.membership(encrypted, FakeMatrix::user) == "leave" && count("/forget") == 2;
  });
  EXPECT_EQ(inbox.refusals["invitation"], 1);
  EXPECT_THAT(inbox.events, IsEmpty());
}

TEST_F(Listening, AJoinThatFailsIsTriedAgainEvenAfterARestart) {
  start_listening();
  fake.fail_next("/join/", {Fault::Kind::instead, {502, "<html></html>", "text/html"}}, 2);
  const std::string first = fake.invite(FakeMatrix::reader);
  until([&] { return fake.membership(first, FakeMatrix::user) == "join"; });
  fake.fail_next("/join/", {Fault::Kind::silence});
  const std::string second = fake.invite(FakeMatrix::reader);
  const std::size_t before = count("/join/");
  until([&] { return count("/join/") > before; });
  start();
  until([&] { return fake.membership(second, FakeMatrix::user) == "join"; });
}

TEST_F(Listening, AJoinThatNeverSucceedsIsGivenUp) {
  start_listening();
  fake.fail_next("/join/%21made", {Fault::Kind::instead, {502, "<html></html>", "text/html"}}, 4);
  const std::string made = fake.invite(FakeMatrix::reader);
  until([&] { return fake.membership(made, FakeMatrix::user) == "leave"; });
  EXPECT_FALSE(fake.faults_left());
}

TEST_F(Listening, WhereItIsPutOutNothingCanBeSent) {
  start_listening();
  fake.leave(FakeMatrix::room, FakeMatrix::user);
  until_heard(1);
  EXPECT_EQ(inbox.events[0].kind, Event::Kind::gone);
  EXPECT_EQ(inbox.events[0].place, FakeMatrix::room);
  EXPECT_EQ(inbox.events[0].account, FakeMatrix::reader);
}

TEST_F(Listening, ARoomThatIsReplacedIsFollowedIfWhoDidItIsAllowed) {
  start_listening();
  const std::string next = fake.replace(FakeMatrix::room);
  until([&] { return fake.membership(next, FakeMatrix::user) == "join"; });
  inbox.lets_in = [](const std::string&, const std::string&, const std::string&) { return false; };
  const std::string last = fake.replace(next);
  until([&] { return inbox.refusals["invitation"] == 1; });
  EXPECT_EQ(fake.membership(last, FakeMatrix::user), "");
  EXPECT_EQ(count("/leave"), 0u) << "there is no invitation to decline";
}

TEST_F(Listening, AnEncryptedRoomIsToldOnce) {
  start_listening();
  const json::object secret{{"algorithm", "m.megolm.v1.aes-sha2"}, {"ciphertext", "AwgA"}};
  fake.happen(FakeMatrix::encrypted_room, FakeMatrix::reader, "m.room.encrypted", secret);
  until([&] { return !fake.applied().empty(); });
  EXPECT_EQ(fake.applied()[0].at("destination"), FakeMatrix::encrypted_room);
  EXPECT_THAT(std::string(fake.applied()[0].at("raw").as_string()), HasSubstr("m.notice"));
  stop();
  fake.happen(FakeMatrix::encrypted_room, FakeMatrix::reader, "m.room.encrypted", secret);
  start();
  fake.say(FakeMatrix::room, FakeMatrix::reader, "afterwards");
  until_heard(1);
  EXPECT_THAT(fake.applied(), SizeIs(1));
}

// --- trouble

TEST_F(Listening, NoFaultLosesOrDoublesWhatIsSaid) {
  const test::Answer slow{429, R"({"errcode":"M_LIMIT_EXCEEDED","error":"Too Many Requests","retry_after_ms":20})"};
  const struct {
    const char* name;
    Fault fault;
  } cases[] = {{"reset before", {Fault::Kind::drop_before}},
               {"reset after", {Fault::Kind::drop_after}},
               {"502", {Fault::Kind::instead, {502, "<html>Bad Gateway</html>", "text/html"}}},
               {"502 after", {Fault::Kind::error_after, {502, "<html>Bad Gateway</html>", "text/html"}}},
               {"429", {Fault::Kind::instead, slow}},
               {"garbage", {Fault::Kind::instead, {200, "<html>welcome</html>", "text/html"}}},
               {"no position", {Fault::Kind::instead, {200, "{}"}}},
               {"400 once", {Fault::Kind::instead, {400, R"({"errcode":"M_UNKNOWN","error":"?"})"}}}};
  start_listening();
  std::vector<std::string> said;
  for (const auto& [name, fault] : cases) {
    SCOPED_TRACE(name);
    for (const char* path : {"/sync", "/event/"}) {
      fake.fail_next(path, fault);
      fake.join_as_other(FakeMatrix::room, "@bob:fake.test");
      const json::object relation{{"m.in_reply_to", json::object{{"event_id", "$" + std::to_string(said.size())}}}};
      said.push_back(std::string(name) + " " + path);
      // The sync under way takes what is said first; the next one meets the fault.
      fake.say(FakeMatrix::room, FakeMatrix::reader, said.back(), {{"m.relates_to", relation}});
      until_heard(said.size());
      said.push_back("after " + said.back());
      fake.say(FakeMatrix::room, FakeMatrix::reader, said.back());
      until_heard(said.size());
    }
  }
  EXPECT_EQ(texts(), said);
  EXPECT_FALSE(fake.faults_left());
}

TEST_F(Listening, WhatTheInboxCouldNotKeepIsAskedForAgain) {
  start_listening();
  const std::string before = inbox.at;
  inbox.failures = 2;
  fake.say(FakeMatrix::room, FakeMatrix::reader, "hello");
  until([&] { return inbox.failures == 0; });
  EXPECT_EQ(inbox.at, before);
  until_heard(1);
  EXPECT_NE(inbox.at, before);
  EXPECT_EQ(inbox.offered, 3);
}

TEST_F(Listening, AnUnknownPositionIsANewBeginning) {
  start_listening();
  stop();
  fake.say(FakeMatrix::room, FakeMatrix::reader, "between");
  fake.forget_positions();
  const std::string before = inbox.at;
  start();
  until([&] { return inbox.at != before; });
  fake.say(FakeMatrix::room, FakeMatrix::reader, "after");
  until_heard(1);
  EXPECT_THAT(texts(), ElementsAre("after"));
}

TEST_F(Listening, ASignedOutPasswordSignsInAgain) {
  settings.token = Secret();
  settings.password = Secret(FakeMatrix::password);
  start_listening();
  for (const bool soft : {true, false}) {
    fake.sign_out(soft);
    const std::size_t heard = inbox.events.size();
    fake.say(FakeMatrix::room, FakeMatrix::reader, "still there?");
    const std::size_t devices = fake.devices().size();
    until_heard(heard + 1);
    until([&] { return fake.devices().size() > devices; });
  }
  EXPECT_EQ(fake.devices().front(), fake.devices().back());
}

TEST_F(Listening, ARefusedTokenIsForTheOperator) {
  start_listening();
  fake.sign_out(false);
  fake.say(FakeMatrix::room, FakeMatrix::reader, "hello");
  until([&] { return ended; });
  ASSERT_TRUE(failure);
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("token_file"));
    EXPECT_THAT(error.what(), Not(HasSubstr(FakeMatrix::token)));
  }
}

TEST_F(Listening, StoppingDoesNotWaitForNews) {
  start_listening();
  const std::size_t before = count("/sync");
  until([&] { return count("/sync") > before || before > 1; });
  const auto begin = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10)) << "the poll is 30 s long";
  ASSERT_TRUE(failure);
  EXPECT_THROW(std::rethrow_exception(failure), boost::system::system_error);
}

}  // namespace
}  // namespace paperboy::integrations::matrix
