// The certificates that HTTP and SMTP believe: parsed once however many connections are made, and again when they have
// changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/daemon/net/http_fixture.hpp"
#include "tests/daemon/net/smtp_fixture.hpp"
#include "tests/support/certificates.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using test::Authority;
using test::http_answer;
using test::Peer;
using testing::HasSubstr;

// How often a file has been opened.
class Opens {
 public:
  explicit Opens(const std::string& file) : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    // With the closing between them, two openings are never told as one.
    if (fd_ < 0 || ::inotify_add_watch(fd_, file.c_str(), IN_OPEN | IN_CLOSE) < 0) throw Error("inotify");
  }
  ~Opens() { ::close(fd_); }
  int count() {
    alignas(inotify_event) char events[4096];
    for (ssize_t got; (got = ::read(fd_, events, sizeof events)) > 0;) {
      for (ssize_t at = 0; at < got;) {
        const auto* event = reinterpret_cast<const inotify_event*>(events + at);
        if (event->mask & IN_OPEN) ++count_;
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
    return count_;
  }

 private:
  int fd_;
  int count_ = 0;
};

void write_file(const std::string& file, const std::string& text) {
  std::ofstream(file, std::ios::trunc) << text;
}

// A server for each protocol, which ends every connection after one exchange, and a client of both.
class TrustTest : public SmtpTest {
 protected:
  TrustTest() {
    ::setenv("SSL_CERT_FILE", file_.path().c_str(), 1);
    server_.security = MailSecurity::starttls;
    test::SmtpScript script;
    script.tls = &tls_;
    script.extensions = {"STARTTLS"};
    script.mails_per_connection = 1;
    start(std::move(script));
  }
  ~TrustTest() override { ::unsetenv("SSL_CERT_FILE"); }

  static async::Awaitable<> one_answer(asio::ssl::context& tls, std::shared_ptr<Peer> peer) {
    co_await peer->start_tls(tls);
    co_await peer->read_request();
    std::string answer = http_answer(200, {"Connection: close"}, "over TLS");
    co_await peer->send(std::move(answer));
  }
  // What went wrong; empty if it did not.
  std::string by_http() {
    Outcome outcome;
    test::run(loop_, fetch_into(outcome, *client_, get("https://127.0.0.1:" + std::to_string(https_.port()) + "/")));
    return outcome.response && outcome.response->body == "over TLS" ? "" : "HTTP: " + outcome.message;
  }
  std::string by_smtp() {
    const MailOutcome outcome = send();
    return outcome.reply && outcome.reply->code == 250 ? "" : "SMTP: " + outcome.message;
  }

  Authority authority_{"Test authority"}, stranger_{"Stranger"};
  test::TemporaryFile file_{authority_.pem()};
  asio::ssl::context tls_ = test::server_tls(authority_.issue("127.0.0.1"));
  test::ScriptedServer https_{loop_, [this](std::shared_ptr<Peer> peer) { return one_answer(tls_, std::move(peer)); }};
};

TEST_F(TrustTest, CertificatesAreParsedOnceForAllConnections) {
  Opens opens(file_.path());
  for (int i = 1; i <= 3; ++i) {
    std::ifstream in(file_.path());
    EXPECT_EQ(opens.count(), i);  // every opening is counted
  }
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(by_http(), "");
    EXPECT_EQ(by_smtp(), "");
    EXPECT_EQ(opens.count(), 3 + 1) << i;
  }
  EXPECT_EQ(https_.connections(), 5);
  EXPECT_EQ(smtp_->connections(), 5);
}

TEST_F(TrustTest, ThoseOfOneRelayToo) {
  const test::TemporaryFile own(authority_.pem());
  server_.ca_file = own.path();
  write_file(file_.path(), stranger_.pem());
  Opens opens(own.path());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(by_smtp(), "");
    EXPECT_EQ(opens.count(), 1) << i;
  }
  EXPECT_EQ(smtp_->connections(), 5);
  EXPECT_THAT(by_http(), HasSubstr("HTTP: "));  // which believes the system's
}

TEST_F(TrustTest, AChangeOfTheFileIsNoticed) {
  EXPECT_EQ(by_http(), "");
  EXPECT_EQ(by_smtp(), "");
  Opens opens(file_.path());
  write_file(file_.path(), stranger_.pem() + "\n");
  const int by_us = opens.count();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(by_http(), HasSubstr("HTTP: "));
    EXPECT_THAT(by_smtp(), HasSubstr("TLS: "));
    EXPECT_EQ(opens.count(), by_us + 1) << i;
  }
  // Replaced as a whole, as update-ca-certificates does it.
  write_file(file_.path() + ".new", stranger_.pem() + authority_.pem());
  std::filesystem::rename(file_.path() + ".new", file_.path());
  EXPECT_EQ(by_http(), "");
  EXPECT_EQ(by_smtp(), "");
}

TEST_F(TrustTest, AFileThatHoldsNoneIsNamed) {
  const std::string complaint = "cannot read the certificates in " + file_.path() + ": ";
  write_file(file_.path(), "no certificate\n");
  EXPECT_THAT(by_http(), HasSubstr(complaint + "there is none in PEM form"));
  EXPECT_THAT(by_smtp(), HasSubstr(complaint + "there is none in PEM form"));
  std::filesystem::remove(file_.path());
  EXPECT_THAT(by_http(), HasSubstr(complaint + "No such file"));
  EXPECT_THAT(by_smtp(), HasSubstr(complaint + "No such file"));
  write_file(file_.path(), authority_.pem());
  EXPECT_EQ(by_http(), "");
  EXPECT_EQ(by_smtp(), "");
}

}  // namespace
}  // namespace paperboy::net
