#pragma once
// A client, a scripted server, and the outcome of sending one mail to it.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "daemon/net/curl.hpp"
#include "tests/daemon/net/started.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/scripted_smtp.hpp"

namespace paperboy::net {

struct MailOutcome {
  std::optional<MailReply> reply;
  std::optional<Phase> phase;
  std::string message;
  bool misuse = false;  // an Error that is not a NetError
};

inline async::Awaitable<> send_into(MailOutcome& outcome, Client& client, MailServer server, Mail mail,
                                    MailTimeouts timeouts) {
  try {
    outcome.reply = co_await client.send_mail(std::move(server), std::move(mail), timeouts);
  } catch (const NetError& e) {
    outcome.phase = e.phase();
    outcome.message = e.what();
  } catch (const Error& e) {
    outcome.misuse = true;
    outcome.message = e.what();
  }
}

inline Mail mail_of(const std::string& bytes) {
  Mail mail;
  mail.from = "digest@example.net";
  mail.to = "ann@example.org";
  mail.bytes = bytes;
  return mail;
}

inline const std::string hello = "Subject: hello\r\n\r\nHello.\r\n";

class SmtpTest : public testing::Test {
 protected:
  SmtpTest() {
    server_.host = "127.0.0.1";
    server_.security = MailSecurity::none;
    server_.ehlo_name = "digest.example.net";
    timeouts_.connect = timeouts_.reply = timeouts_.final_reply = std::chrono::seconds(5);
  }

  test::ScriptedSmtp& start(test::SmtpScript script) {
    smtp_ = std::make_unique<test::ScriptedSmtp>(loop_, std::move(script));
    server_.port = smtp_->port();
    return *smtp_;
  }
  MailOutcome send(Mail mail = mail_of(hello)) {
    MailOutcome outcome;
    test::run(loop_, send_into(outcome, *client_, server_, std::move(mail), timeouts_));
    return outcome;
  }
  // Expects an accepted mail.
  void send_well() {
    const MailOutcome outcome = send();
    ASSERT_TRUE(outcome.reply) << outcome.message;
    EXPECT_EQ(outcome.reply->code, 250) << outcome.reply->text;
    EXPECT_EQ(outcome.reply->step, MailReply::Step::final_dot);
  }
  std::string failure(Phase phase) {
    const MailOutcome outcome = send();
    if (!outcome.phase) {
      ADD_FAILURE() << "no NetError";
      return {};
    }
    EXPECT_EQ(*outcome.phase, phase) << outcome.message;
    return outcome.message;
  }

  boost::asio::io_context loop_;
  std::unique_ptr<Client> client_ = make_curl_client(loop_.get_executor(), "test");
  std::unique_ptr<test::ScriptedSmtp> smtp_;
  MailServer server_;
  MailTimeouts timeouts_;
};

}  // namespace paperboy::net
