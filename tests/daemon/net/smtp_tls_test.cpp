#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/net/smtp_fixture.hpp"
#include "tests/support/certificates.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using Step = MailReply::Step;
using test::Authority;
using test::Peer;
using test::ScriptedServer;
using test::SmtpScript;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

// --- TLS

class SmtpTlsTest : public SmtpTest {
 protected:
  SmtpTlsTest() { server_.ca_file = authority_file_.path(); }
  SmtpScript starttls(asio::ssl::context& tls) {
    server_.security = MailSecurity::starttls;
    SmtpScript script;
    script.tls = &tls;
    script.extensions = {"STARTTLS", "AUTH PLAIN"};
    return script;
  }
  Authority authority_{"Test authority"};
  test::TemporaryFile authority_file_{authority_.pem()};
  asio::ssl::context tls_ = test::server_tls(authority_.issue("127.0.0.1"));
};

TEST_F(SmtpTlsTest, StartsTlsAndAsksAgain) {
  const auto& smtp = start(starttls(tls_));
  send_well();
  EXPECT_THAT(smtp.heard(), ElementsAre("EHLO digest.example.net", "STARTTLS", "EHLO digest.example.net",
                                        "MAIL FROM:<digest@example.net>", "RCPT TO:<ann@example.org>", "DATA"));
}

TEST_F(SmtpTlsTest, SpeaksTlsFromTheStart) {
  server_.security = MailSecurity::implicit_tls;
  SmtpScript script;
  script.tls = &tls_;
  script.implicit_tls = true;
  const auto& smtp = start(std::move(script));
  send_well();
  send_well();
  EXPECT_EQ(smtp.connections(), 1);
  EXPECT_EQ(smtp.mails().size(), 2u);
}

TEST_F(SmtpTlsTest, NeverGoesOnInClear) {
  SmtpScript script = starttls(tls_);
  script.extensions = {"AUTH PLAIN"};
  server_.user = "ann";
  const auto& smtp = start(std::move(script));
  EXPECT_THAT(failure(Phase::before_request), HasSubstr("STARTTLS"));
  EXPECT_THAT(smtp.heard(), ElementsAre("EHLO digest.example.net"));
}

TEST_F(SmtpTlsTest, ARefusedStarttlsIsAValue) {
  SmtpScript script = starttls(tls_);
  script.answers["STARTTLS"] = {"454 4.7.0 not now"};
  start(std::move(script));
  const MailOutcome outcome = send();
  ASSERT_TRUE(outcome.reply) << outcome.message;
  EXPECT_EQ(outcome.reply->code, 454);
  EXPECT_EQ(outcome.reply->step, Step::tls);
}

TEST_F(SmtpTlsTest, BelievesNothingThatWasSaidBeforeTls) {
  SmtpScript script = starttls(tls_);
  script.answers["STARTTLS"] = {"220 2.0.0 go ahead\r\n250 AUTH PLAIN"};
  start(std::move(script));
  EXPECT_THAT(failure(Phase::before_request), HasSubstr("more than its answer"));
}

TEST_F(SmtpTlsTest, RefusesABadCertificateBeforeSayingAnything) {
  const Authority stranger("Stranger");
  const std::vector<std::pair<const char*, test::Certificate>> bad = {
      {"unknown authority", stranger.issue("127.0.0.1")},
      {"another host", authority_.issue("mx.example.org")},
      {"expired", authority_.issue("127.0.0.1", -48, -24)}};
  for (const auto& [what, certificate] : bad) {
    asio::ssl::context tls = test::server_tls(certificate);
    for (const bool implicit : {false, true}) {
      SCOPED_TRACE(what);
      SmtpScript script = starttls(tls);
      script.implicit_tls = implicit;
      if (implicit) server_.security = MailSecurity::implicit_tls;
      server_.user = "ann";
      const auto& smtp = start(std::move(script));
      EXPECT_THAT(failure(Phase::before_request), HasSubstr("TLS"));
      EXPECT_EQ(smtp.heard().size(), implicit ? 0u : 2u);
    }
  }
}

TEST_F(SmtpTlsTest, ChecksTheNameInTheCertificate) {
  asio::ssl::context tls = test::server_tls(authority_.issue("localhost"));
  start(starttls(tls));
  server_.host = "localhost";
  send_well();
}

TEST_F(SmtpTlsTest, AHandshakeThatIsCutOrHangsIsBeforeTheRequest) {
  server_.security = MailSecurity::implicit_tls;
  ScriptedServer silent(loop_, [](std::shared_ptr<Peer> peer) { return peer->wait_for_close(); });
  server_.port = silent.port();
  timeouts_.connect = 100ms;
  failure(Phase::before_request);
  ScriptedServer cutting(loop_, [](std::shared_ptr<Peer> peer) { return peer->send("220 plain text\r\n"); });
  server_.port = cutting.port();
  failure(Phase::before_request);
}

TEST_F(SmtpTlsTest, NamesACertificateFileThatCannotBeRead) {
  start(starttls(tls_));
  server_.ca_file = "/nonexistent/ca.pem";
  const MailOutcome outcome = send();
  EXPECT_TRUE(outcome.misuse);
  EXPECT_THAT(outcome.message, HasSubstr("/nonexistent/ca.pem"));
}

// --- AUTH

class SmtpAuthTest : public SmtpTlsTest {
 protected:
  SmtpScript with_auth(const std::string& mechanisms) {
    SmtpScript script = starttls(tls_);
    script.extensions = {"STARTTLS", "AUTH " + mechanisms};
    script.user = server_.user = "ann@example.net";
    script.password = "pass w\xc3\xb6rd";
    server_.password = Secret(script.password);
    return script;
  }
};

TEST_F(SmtpAuthTest, SaysPlainOrLogin) {
  for (const char* mechanisms : {"PLAIN", "LOGIN", "CRAM-MD5 LOGIN PLAIN"}) {
    const auto& smtp = start(with_auth(mechanisms));
    send_well();
    EXPECT_EQ(smtp.mails().size(), 1u) << mechanisms;
  }
}

TEST_F(SmtpAuthTest, AWrongPasswordIsAValue) {
  for (const char* mechanisms : {"PLAIN", "LOGIN"}) {
    const auto& smtp = start(with_auth(mechanisms));
    server_.password = Secret("wrong");
    const MailOutcome outcome = send();
    ASSERT_TRUE(outcome.reply) << outcome.message;
    EXPECT_EQ(outcome.reply->code, 535);
    EXPECT_EQ(outcome.reply->enhanced, "5.7.8");
    EXPECT_EQ(outcome.reply->step, Step::auth);
    EXPECT_FALSE(smtp.heard("DATA"));
  }
}

TEST_F(SmtpAuthTest, ALoginRefusedHalfwayIsAValue) {
  SmtpScript script = with_auth("LOGIN");
  script.answers["AUTH"] = {"454 4.7.0 try later"};
  start(std::move(script));
  server_.password = Secret("wrong");
  const MailOutcome outcome = send();
  ASSERT_TRUE(outcome.reply) << outcome.message;
  EXPECT_EQ(outcome.reply->code, 454);
  EXPECT_EQ(outcome.reply->step, Step::auth);
}

TEST_F(SmtpAuthTest, NeedsAMechanismItKnows) {
  const auto& smtp = start(with_auth("CRAM-MD5 GSSAPI"));
  EXPECT_THAT(failure(Phase::before_request), HasSubstr("AUTH"));
  EXPECT_FALSE(smtp.heard("DATA"));
}

TEST_F(SmtpAuthTest, ATokenIsUsedInBothForms) {
  for (const char* mechanisms : {"OAUTHBEARER", "XOAUTH2", "PLAIN LOGIN XOAUTH2 OAUTHBEARER", "LOGIN XOAUTH2"}) {
    SmtpScript script = with_auth(mechanisms);
    script.token = "ya29.token-of-now";
    server_.token = Secret(script.token);
    const auto& smtp = start(std::move(script));
    send_well();
    EXPECT_EQ(smtp.mails().size(), 1u) << mechanisms;
  }
}

TEST_F(SmtpAuthTest, ARefusedTokenIsAValueAfterItsReason) {
  for (const char* mechanism : {"OAUTHBEARER", "XOAUTH2"}) {
    SmtpScript script = with_auth(mechanism);
    script.token = "ya29.token-of-now";
    server_.token = Secret("ya29.token-of-yesterday");
    const auto& smtp = start(std::move(script));
    const MailOutcome outcome = send();
    ASSERT_TRUE(outcome.reply) << outcome.message;
    EXPECT_EQ(outcome.reply->code, 535) << outcome.reply->text;
    EXPECT_EQ(outcome.reply->step, Step::auth);
    EXPECT_EQ(outcome.reply->text, "token refused");
    EXPECT_EQ(smtp.mails().size(), 0u);
  }
}

TEST_F(SmtpAuthTest, ATokenIsNoPassword) {
  server_.token = Secret("ya29.token-of-now");
  const auto& smtp = start(with_auth("PLAIN LOGIN"));
  const std::string message = failure(Phase::before_request);
  EXPECT_THAT(message, HasSubstr("neither AUTH OAUTHBEARER nor AUTH XOAUTH2"));
  EXPECT_THAT(message, testing::Not(HasSubstr("ya29")));
  EXPECT_THAT(smtp.heard(), ElementsAre("EHLO digest.example.net", "STARTTLS", "EHLO digest.example.net"));
}

TEST_F(SmtpAuthTest, AnotherTokenIsAnotherConnection) {
  SmtpScript script = with_auth("XOAUTH2");
  script.token = "ya29.token-of-now";
  const auto& smtp = start(std::move(script));
  server_.token = Secret("ya29.token-of-now");
  send_well();
  send_well();
  EXPECT_EQ(smtp.connections(), 1);
  server_.token = Secret("ya29.token-of-yesterday");
  const MailOutcome outcome = send();
  ASSERT_TRUE(outcome.reply) << outcome.message;
  EXPECT_EQ(outcome.reply->code, 535);
  EXPECT_EQ(smtp.connections(), 2);
}

TEST_F(SmtpAuthTest, SendsNoPasswordInClearUnlessToldToAndLoopback) {
  SmtpScript script = with_auth("PLAIN");
  script.tls = nullptr;
  server_.security = MailSecurity::none;
  const auto& smtp = start(std::move(script));
  EXPECT_TRUE(send().misuse);
  EXPECT_EQ(smtp.connections(), 0);
  server_.allow_plain_auth = true;
  send_well();
}

TEST_F(SmtpAuthTest, MessagesHoldNoPassword) {
  for (const char* how : {"!cut", "!silent", "what?"}) {
    SmtpScript script = with_auth("PLAIN");
    script.answers["AUTH"] = {how};
    timeouts_.reply = 500ms;
    start(std::move(script));
    const std::string message = failure(Phase::before_request);
    EXPECT_THAT(message, HasSubstr("AUTH"));
    EXPECT_THAT(message, testing::Not(HasSubstr("pass w")));
    EXPECT_THAT(message, testing::Not(HasSubstr("AUTH PLAIN")));
  }
}

}  // namespace
}  // namespace paperboy::net
