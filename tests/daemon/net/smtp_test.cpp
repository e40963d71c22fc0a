#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/net/smtp_fixture.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using asio::cancellation_type;
using std::chrono::steady_clock;
using Step = MailReply::Step;
using test::Peer;
using test::ScriptedServer;
using test::ScriptedSmtp;
using test::SmtpScript;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

// --- the transaction

TEST_F(SmtpTest, DeliversAMessage) {
  const auto& smtp = start({});
  const MailOutcome outcome = send();
  ASSERT_TRUE(outcome.reply) << outcome.message;
  EXPECT_EQ(outcome.reply->code, 250);
  EXPECT_EQ(outcome.reply->enhanced, "2.0.0");
  EXPECT_EQ(outcome.reply->text, "queued as 4Z9");
  EXPECT_EQ(outcome.reply->step, Step::final_dot);
  EXPECT_THAT(smtp.heard(), ElementsAre("EHLO digest.example.net", "MAIL FROM:<digest@example.net> SIZE=26",
                                        "RCPT TO:<ann@example.org>", "DATA"));
  ASSERT_EQ(smtp.mails().size(), 1u);
  EXPECT_EQ(smtp.mails()[0].data, hello);
}

TEST_F(SmtpTest, EveryByteArrives) {
  const auto& smtp = start({});
  std::string large;
  for (int i = 0; i < 40000; ++i)
    large += i % 3 == 0 ? ".\r\n" : i % 3 == 1 ? "..dots. \xc3\xa9\r\n" : "a line of text\r\n";
  const std::string all[] = {large,
                             "",
                             "\r\n",
                             ".\r\n",
                             ".",
                             "no line end",
                             "a\r\n.\r\n",
                             std::string(200000, 'x') + "\r\n",
                             std::string(65535, 'y') + "\r\n.z\r\n"};
  for (const std::string& bytes : all) {
    const MailOutcome outcome = send(mail_of(bytes));
    ASSERT_TRUE(outcome.reply) << outcome.message;
    EXPECT_EQ(outcome.reply->code, 250);
    const std::string ended = bytes.empty() || bytes.ends_with("\r\n") ? bytes : bytes + "\r\n";
    EXPECT_TRUE(smtp.mails().back().data == ended) << bytes.substr(0, 20);
  }
  EXPECT_EQ(smtp.mails().size(), std::size(all));
  EXPECT_TRUE(smtp.heard("MAIL FROM:<digest@example.net> SIZE=" + std::to_string(large.size()) + " BODY=8BITMIME"));
}

TEST_F(SmtpTest, OffersOnlyWhatTheServerKnows) {
  SmtpScript script;
  script.extensions = {};
  const auto& smtp = start(std::move(script));
  Mail mail = mail_of("caf\xc3\xa9\r\n");
  mail.from = "";
  ASSERT_TRUE(send(std::move(mail)).reply);
  EXPECT_TRUE(smtp.heard("MAIL FROM:<>"));
}

TEST_F(SmtpTest, IntroducesItselfWithANameOrAnAddress) {
  server_.ehlo_name = "";
  const auto& smtp = start({});
  send_well();
  const std::string name = smtp.heard().front().substr(5);
  EXPECT_TRUE(name == "[127.0.0.1]" || name.find('.') != std::string::npos) << name;
}

TEST_F(SmtpTest, RefusesWhatWouldBreakOutOfACommand) {
  const auto& smtp = start({});
  for (const char* address : {"a@b\r\nRCPT TO:<eve@c>", "a b@c", "a@c>", ""}) {
    Mail mail = mail_of(hello);
    mail.to = address;
    EXPECT_TRUE(send(std::move(mail)).misuse) << address;
  }
  Mail mail = mail_of(hello);
  mail.from = "a@b> SIZE=1";
  EXPECT_TRUE(send(std::move(mail)).misuse);
  EXPECT_TRUE(send(mail_of("smuggled\n.\r\nMAIL FROM:<eve@c>\r\n")).misuse);
  EXPECT_TRUE(send(mail_of("a\r.\r\n")).misuse);
  server_.ehlo_name = "a\r\nMAIL";
  EXPECT_TRUE(send().misuse);
  EXPECT_EQ(smtp.connections(), 0);
}

TEST_F(SmtpTest, SaysHeloToAServerThatKnowsNoEhlo) {
  for (const char* unknown : {"500 what?", "502 5.5.1 not implemented"}) {
    SmtpScript script;
    script.answers["EHLO"] = {unknown};
    const auto& smtp = start(std::move(script));
    send_well();
    EXPECT_THAT(smtp.heard(), ElementsAre("EHLO digest.example.net", "HELO digest.example.net",
                                          "MAIL FROM:<digest@example.net>", "RCPT TO:<ann@example.org>", "DATA"));
  }
  SmtpScript script;
  script.answers["EHLO"] = {"502 no"};
  script.answers["HELO"] = {"550 5.7.1 nor that"};
  start(std::move(script));
  const MailOutcome outcome = send();
  ASSERT_TRUE(outcome.reply) << outcome.message;
  EXPECT_EQ(outcome.reply->code, 550);
  EXPECT_EQ(outcome.reply->step, Step::greeting);
}

TEST_F(SmtpTest, WithoutEhloThereIsNeitherTlsNorAuth) {
  for (const bool starttls : {true, false}) {
    SmtpScript script;
    script.answers["EHLO"] = {"502 5.5.1 not implemented"};
    const auto& smtp = start(std::move(script));
    server_.security = starttls ? MailSecurity::starttls : MailSecurity::none;
    server_.user = starttls ? "" : "ann";
    server_.allow_plain_auth = true;
    const MailOutcome outcome = send();
    ASSERT_TRUE(outcome.reply) << outcome.message;
    EXPECT_EQ(outcome.reply->code, 502);
    EXPECT_THAT(smtp.heard(), ElementsAre("EHLO digest.example.net"));
  }
}

// --- refusals: values with the step and the codes

struct Refusal {
  const char* command;
  const char* answer;
  int code;
  const char* enhanced;
  Step step;
};

class SmtpRefusalTest : public SmtpTest, public testing::WithParamInterface<Refusal> {};

TEST_P(SmtpRefusalTest, IsAValue) {
  SmtpScript script;
  script.answers[GetParam().command] = {GetParam().answer};
  const auto& smtp = start(std::move(script));
  const MailOutcome outcome = send();
  ASSERT_TRUE(outcome.reply) << outcome.message;
  EXPECT_EQ(outcome.reply->code, GetParam().code);
  EXPECT_EQ(outcome.reply->enhanced, GetParam().enhanced);
  EXPECT_EQ(outcome.reply->step, GetParam().step);
  EXPECT_THAT(outcome.reply->text, HasSubstr("reason"));
  EXPECT_EQ(smtp.mails().size(), 0u);
  send_well();  // nothing of the refusal sticks
  EXPECT_EQ(smtp.mails().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Smtp, SmtpRefusalTest,
                         testing::Values(Refusal{"CONNECT", "421 4.3.2 reason", 421, "4.3.2", Step::greeting},
                                         Refusal{"CONNECT", "554 reason", 554, "", Step::greeting},
                                         Refusal{"EHLO", "550 5.7.1 reason", 550, "5.7.1", Step::greeting},
                                         Refusal{"MAIL", "530 5.7.0 reason", 530, "5.7.0", Step::sender},
                                         Refusal{"MAIL", "421 4.7.0 reason", 421, "4.7.0", Step::sender},
                                         Refusal{"MAIL", "552 5.3.4 reason", 552, "5.3.4", Step::sender},
                                         Refusal{"RCPT", "450 4.7.1 reason", 450, "4.7.1", Step::recipient},
                                         Refusal{"RCPT", "550 5.1.1 reason", 550, "5.1.1", Step::recipient},
                                         Refusal{"RCPT", "550-5.1.1 The reason\r\n550 5.1.1 goes on", 550, "5.1.1",
                                                 Step::recipient},
                                         Refusal{"RCPT", "452 4.2.2 reason", 452, "4.2.2", Step::recipient},
                                         Refusal{"DATA", "451 4.3.0 reason", 451, "4.3.0", Step::data},
                                         Refusal{"DATA", "554 reason", 554, "", Step::data},
                                         Refusal{"DOT", "552 5.3.4 reason", 552, "5.3.4", Step::final_dot},
                                         Refusal{"DOT", "550 5.7.26 reason", 550, "5.7.26", Step::final_dot},
                                         Refusal{"DOT", "451 4.7.1 reason", 451, "4.7.1", Step::final_dot}),
                         [](const auto& info) { return info.param.command + std::to_string(info.index); });

// --- lost connections and limits: how far it got

struct Loss {
  const char* command;
  const char* how;
  Phase phase;
};

class SmtpLossTest : public SmtpTest, public testing::WithParamInterface<Loss> {};

TEST_P(SmtpLossTest, IsANetErrorThatKnowsWhetherTheMailMayHaveArrived) {
  SmtpScript script;
  script.answers[GetParam().command] = {GetParam().how};
  const auto& smtp = start(std::move(script));
  if (std::string(GetParam().how) == "!silent") timeouts_.connect = timeouts_.reply = timeouts_.final_reply = 400ms;
  const auto begin = steady_clock::now();
  EXPECT_THAT(failure(GetParam().phase), HasSubstr("127.0.0.1:"));
  EXPECT_LT(steady_clock::now() - begin, 3s);
  if (GetParam().phase == Phase::before_request) EXPECT_EQ(smtp.mails().size(), 0u) << "no final dot was sent";
  timeouts_ = MailTimeouts{};
  send_well();
}

std::vector<Loss> losses() {
  std::vector<Loss> all;
  for (const char* command : {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"}) {
    const Phase phase = std::string(command) == "DOT" ? Phase::after_request : Phase::before_request;
    for (const char* how :
         {"!cut", "!reset", "!silent", "not SMTP at all", "250-half a reply\r\n550 of two kinds", "999 no such code"}) {
      all.push_back({command, how, phase});
    }
  }
  all.push_back({"DATA", "250 that is no answer to DATA", Phase::before_request});
  all.push_back({"DOT", "354 that is no answer to the dot", Phase::after_request});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Smtp, SmtpLossTest, testing::ValuesIn(losses()),
                         [](const auto& info) { return info.param.command + std::to_string(info.index); });

TEST_F(SmtpTest, NothingListensIsBeforeTheRequest) {
  server_.port = test::closed_port();
  failure(Phase::before_request);
}

TEST_F(SmtpTest, ConnectingHasALimit) {
  test::SilentPort silent(loop_);
  server_.port = silent.port();
  timeouts_.connect = 100ms;
  const auto begin = steady_clock::now();
  failure(Phase::before_request);
  EXPECT_LT(steady_clock::now() - begin, 3s);
}

TEST_F(SmtpTest, ACutInTheMiddleOfTheMessageIsBeforeTheDot) {
  SmtpScript script;
  script.data_bytes = 1000;
  const auto& smtp = start(std::move(script));
  std::string large;
  for (int i = 0; i < 500000; ++i) large += "a line of text that goes on\r\n";
  const MailOutcome outcome = send(mail_of(large));
  EXPECT_EQ(outcome.phase, Phase::before_request) << outcome.message;
  EXPECT_LT(smtp.partial_bytes(), large.size());
}

TEST_F(SmtpTest, AServerThatStopsReadingIsBeforeTheDot) {
  ScriptedServer deaf(loop_, [](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->send("220 hi\r\n");
    co_await peer->read_line();
    co_await peer->send("250 hi\r\n");
    for (const char* answer : {"250 ok\r\n", "250 ok\r\n", "354 go\r\n"}) {
      co_await peer->read_line();
      co_await peer->send(answer);
    }
    co_await async::sleep_for(10min);
  });
  server_.port = deaf.port();
  timeouts_.reply = 200ms;
  const MailOutcome outcome = send(mail_of(std::string(16u << 20, 'x')));
  EXPECT_EQ(outcome.phase, Phase::before_request) << outcome.message;
}

TEST_F(SmtpTest, TheFinalReplyHasALimitOfItsOwn) {
  SmtpScript script;
  script.answers["DOT"] = {"!pause 700"};
  const auto& smtp = start(std::move(script));
  timeouts_.reply = 500ms;
  timeouts_.final_reply = 5s;
  send_well();
  EXPECT_EQ(smtp.mails().size(), 1u);
}

TEST_F(SmtpTest, TheOtherRepliesKeepTheirs) {
  SmtpScript script;
  script.answers["RCPT"] = {"!pause 2000"};
  start(std::move(script));
  timeouts_.reply = 100ms;
  failure(Phase::before_request);
}

TEST_F(SmtpTest, ASlowServerWithinTheLimitIsHeardOut) {
  SmtpScript script;
  for (const char* command : {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"})
    script.answers[command] = {"!pause 200"};
  start(std::move(script));
  timeouts_.reply = timeouts_.final_reply = 900ms;  // less than all pauses together
  send_well();
}

TEST_F(SmtpTest, AReplyThatTricklesHasOneLimitForAll) {
  ScriptedServer trickling(loop_, [](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    for (;;) co_await peer->trickle("220-welcome\r\n", 1, 20ms);
  });
  server_.port = trickling.port();
  timeouts_.reply = 200ms;
  const auto begin = steady_clock::now();
  failure(Phase::before_request);
  EXPECT_LT(steady_clock::now() - begin, 3s);
}

TEST_F(SmtpTest, AnEndlessReplyEnds) {
  for (const char* filler : {"220-welcome\r\n", "x"}) {
    ScriptedServer flooding(loop_, [filler](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
      std::string block;
      for (int i = 0; i < 1000; ++i) block += filler;
      for (;;) co_await peer->send(block);
    });
    server_.port = flooding.port();
    EXPECT_THAT(failure(Phase::before_request), HasSubstr("has no end"));
  }
}

TEST_F(SmtpTest, WaitingForTheFinalReplyHoldsUpNothingElse) {
  SmtpScript script;
  script.answers["DOT"] = {"!silent"};
  start(std::move(script));
  timeouts_.final_reply = 1min;
  MailOutcome outcome;
  test::Started waiting(loop_, send_into(outcome, *client_, server_, mail_of(hello), timeouts_));
  ASSERT_TRUE(test::run_until(loop_, [&] { return smtp_->heard("DATA"); }));
  ScriptedSmtp other(loop_, {});
  server_.port = other.port();
  const auto begin = steady_clock::now();
  for (int i = 0; i < 20; ++i) send_well();
  EXPECT_LT(steady_clock::now() - begin, 10s);
  EXPECT_FALSE(waiting.ended());
}

// --- kept connections

TEST_F(SmtpTest, KeepsAConnectionPerServer) {
  const auto& smtp = start({});
  for (int i = 0; i < 5; ++i) send_well();
  EXPECT_EQ(smtp.connections(), 1);
  EXPECT_EQ(smtp.mails().size(), 5u);
  server_.ehlo_name = "other.example.net";
  send_well();
  EXPECT_EQ(smtp.connections(), 2) << "other settings, another connection";
}

TEST_F(SmtpTest, KeepsTheConnectionAfterARefusedRecipient) {
  SmtpScript script;
  script.answers["RCPT"] = {"550 5.1.1 no such user"};
  const auto& smtp = start(std::move(script));
  EXPECT_EQ(send().reply->code, 550);
  send_well();
  EXPECT_EQ(smtp.connections(), 1);
  EXPECT_TRUE(smtp.heard("RSET"));
}

TEST_F(SmtpTest, AServerThatClosesAfterEachMailIsNoFailure) {
  SmtpScript script;
  script.mails_per_connection = 1;
  const auto& smtp = start(std::move(script));
  for (int i = 0; i < 4; ++i) send_well();
  EXPECT_EQ(smtp.connections(), 4);
  EXPECT_EQ(smtp.mails().size(), 4u);
}

TEST_F(SmtpTest, AKeptConnectionThatFailsAtItsFirstCommandIsReplaced) {
  for (const char* how : {"421 4.4.2 idle too long", "!cut", "!reset"}) {
    SmtpScript script;
    script.answers["MAIL"] = {"250 2.1.0 ok", how};
    const auto& smtp = start(std::move(script));
    send_well();
    send_well();
    EXPECT_EQ(smtp.connections(), 2) << how;
    EXPECT_EQ(smtp.mails().size(), 2u) << how;
  }
}

TEST_F(SmtpTest, AKeptConnectionOnWhichTheServerSpokeUnaskedIsReplaced) {
  // Else its word would be taken for the answer to MAIL, and every later answer for that to the next command.
  for (const Duration later : {0ms, 20ms}) {
    bool spoke = false;
    ScriptedServer server(loop_, [&](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
      co_await peer->send("220 hi\r\n");
      for (const char* answer : {"250 hi\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"}) {
        co_await peer->read_line();
        co_await peer->send(answer);
      }
      for (std::string line; line != ".";) line = co_await peer->read_line();
      if (later == 0ms) {
        co_await peer->send("250 taken\r\n250 and more\r\n");
      } else {
        co_await peer->send("250 taken\r\n");
        co_await async::sleep_for(later);
        co_await peer->send("250 and more\r\n");
      }
      spoke = true;
      co_await peer->wait_for_close();
    });
    server_.port = server.port();
    send_well();
    ASSERT_TRUE(test::run_until(loop_, [&] { return spoke; }));
    test::run(loop_, async::sleep_for(100ms));  // until the kernel has carried it over
    send_well();
    EXPECT_EQ(server.connections(), 2);
  }
}

TEST_F(SmtpTest, AKeptConnectionThatFailsLaterIsAFailure) {
  SmtpScript script;
  script.answers["DOT"] = {"250 2.0.0 ok", "!cut"};
  const auto& smtp = start(std::move(script));
  send_well();
  failure(Phase::after_request);
  EXPECT_EQ(smtp.connections(), 1) << "the mail may have arrived: it is not sent again from here";
}

TEST_F(SmtpTest, MailsAtTheSameTimeHaveTheirOwnConnections) {
  const auto& smtp = start({});
  MailOutcome outcomes[8];
  std::vector<test::Started> started;
  for (MailOutcome& outcome : outcomes) {
    started.emplace_back(loop_, send_into(outcome, *client_, server_, mail_of(hello), timeouts_));
  }
  ASSERT_TRUE(test::run_until(
      loop_, [&] { return std::all_of(started.begin(), started.end(), [](const auto& one) { return one.ended(); }); }));
  for (const MailOutcome& outcome : outcomes) EXPECT_TRUE(outcome.reply) << outcome.message;
  EXPECT_EQ(smtp.connections(), 8);
  send_well();
  EXPECT_EQ(smtp.connections(), 8);
}

// --- cancellation

TEST_F(SmtpTest, TerminalCancellationNeverEndsHalfAMessage) {
  // The server reads the first line of the message, then nothing: the rest is on its way when the cancellation comes.
  bool began = false, go_on = false, complete = false, ended = false;
  ScriptedServer server(loop_, [&](std::shared_ptr<Peer> peer) -> async::Awaitable<> {
    co_await peer->send("220 hi\r\n");
    co_await peer->read_line();
    co_await peer->send("250 hi\r\n");
    for (const char* answer : {"250 ok\r\n", "250 ok\r\n", "354 go\r\n"}) {
      co_await peer->read_line();
      co_await peer->send(answer);
    }
    co_await peer->read_line();
    began = true;
    while (!go_on) co_await async::sleep_for(1ms);
    try {
      for (std::string line; line != ".";) line = co_await peer->read_line();
      complete = true;
    } catch (const boost::system::system_error&) {
    }
    ended = true;
  });
  server_.port = server.port();
  std::string large;
  for (int i = 0; i < 500000; ++i) large += "a line of text that goes on\r\n";
  MailOutcome outcome;
  test::Started sending(loop_, send_into(outcome, *client_, server_, mail_of(large), timeouts_));
  ASSERT_TRUE(test::run_until(loop_, [&] { return began; }));
  sending.cancel(cancellation_type::terminal);
  ASSERT_TRUE(test::run_until(loop_, [&] { return sending.ended(); }));
  EXPECT_TRUE(sending.was_cancelled());
  go_on = true;
  ASSERT_TRUE(test::run_until(loop_, [&] { return ended; }));
  EXPECT_FALSE(complete) << "a final dot came";
}

TEST_F(SmtpTest, TotalCancellationLetsTheMailThrough) {
  SmtpScript script;
  script.answers["RCPT"] = {"!pause 100"};
  const auto& smtp = start(std::move(script));
  MailOutcome outcome;
  test::Started sending(loop_, send_into(outcome, *client_, server_, mail_of(hello), timeouts_));
  ASSERT_TRUE(test::run_until(loop_, [&] { return smtp.heard("RCPT TO:<ann@example.org>"); }));
  sending.cancel(cancellation_type::total);
  ASSERT_TRUE(test::run_until(loop_, [&] { return sending.ended(); }));
  ASSERT_TRUE(outcome.reply) << outcome.message;
  EXPECT_EQ(smtp.mails().size(), 1u);
}

TEST_F(SmtpTest, TerminalCancellationIsHeardWhileWaiting) {
  for (const char* command : {"CONNECT", "RCPT", "DOT"}) {
    SmtpScript script;
    script.answers[command] = {"!silent"};
    const auto& smtp = start(std::move(script));
    timeouts_ = MailTimeouts{};
    MailOutcome outcome;
    test::Started sending(loop_, send_into(outcome, *client_, server_, mail_of(hello), timeouts_));
    ASSERT_TRUE(test::run_until(loop_, [&] { return smtp.connections() == 1; }));
    test::run(loop_, async::sleep_for(50ms));
    sending.cancel(cancellation_type::terminal);
    ASSERT_TRUE(test::run_until(loop_, [&] { return sending.ended(); })) << command;
    EXPECT_TRUE(sending.was_cancelled());
  }
}

}  // namespace
}  // namespace paperboy::net
