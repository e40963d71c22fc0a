// Against Postfix's smtp-sink, where it is installed.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/net/curl.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/scripted_server.hpp"

namespace paperboy::net {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class Sink {
 public:
  explicit Sink(std::vector<std::string> options) {
    std::string name = (fs::temp_directory_path() / "paperboy-sink-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::permissions(folder_, fs::perms::all);
    port_ = test::closed_port();
    std::vector<std::string> words = {"smtp-sink"};
    if (::geteuid() == 0) words.insert(words.end(), {"-u", "nobody"});
    words.insert(words.end(), {"-d", (folder_ / "mail.").string()});
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"127.0.0.1:" + std::to_string(port_), "100"});
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (::posix_spawn(&pid_, program(), nullptr, nullptr, argv.data(), environ) != 0) pid_ = 0;
  }
  ~Sink() {
    if (pid_ > 0) {
      ::kill(pid_, SIGTERM);
      ::waitpid(pid_, nullptr, 0);
    }
    fs::remove_all(folder_);
  }
  static const char* program() { return fs::exists("/usr/sbin/smtp-sink") ? "/usr/sbin/smtp-sink" : nullptr; }
  int port() const { return port_; }
  std::string mails() const {
    std::string all;
    for (const auto& file : fs::directory_iterator(folder_)) {
      std::ostringstream text;
      text << std::ifstream(file.path()).rdbuf();
      all += text.str();
    }
    return all;
  }

 private:
  fs::path folder_;
  unsigned short port_ = 0;
  pid_t pid_ = 0;
};

struct Result {
  int accepted = 0;
  std::optional<MailReply> reply;
  std::optional<Phase> phase;
};

async::Awaitable<> send(Result& result, Client& client, int port, int mails) {
  for (int i = 0; i < mails; ++i) {
    MailServer server;
    server.host = "127.0.0.1";
    server.port = port;
    server.security = MailSecurity::none;
    server.ehlo_name = "digest.example.net";
    Mail mail;
    mail.from = "digest@example.net";
    mail.to = "ann@example.org";
    mail.bytes = "Subject: mail " + std::to_string(i) + "\r\n\r\n.dot\r\n..dots\r\n.\r\nlast line\r\n";
    MailTimeouts timeouts;
    try {
      result.reply = co_await client.send_mail(std::move(server), std::move(mail), timeouts);
      result.accepted += result.reply->code == 250 && result.reply->step == MailReply::Step::final_dot ? 1 : 0;
    } catch (const NetError& e) {
      result.phase = e.phase();
    }
  }
}

Result send_to(const Sink& sink, int mails) {
  boost::asio::io_context loop;
  const auto client = make_curl_client(loop.get_executor(), "test");
  Result result;
  for (int i = 0; i < 100; ++i) {  // until it listens
    result = {};
    test::run(loop, send(result, *client, sink.port(), mails));
    if (result.phase != Phase::before_request) break;  // it may begin to listen between two mails
    test::run(loop, async::sleep_for(20ms));
  }
  return result;
}

#define NEED_SMTP_SINK() \
  if (Sink::program() == nullptr) GTEST_SKIP() << "needs smtp-sink (package postfix), which is not here"

TEST(SmtpSink, TakesMailsOverAKeptConnection) {
  NEED_SMTP_SINK();
  const Sink sink({});
  EXPECT_EQ(send_to(sink, 20).accepted, 20);
  const std::string mails = sink.mails();
  for (int i = 0; i < 20; ++i)
    EXPECT_NE(mails.find("Subject: mail " + std::to_string(i) + "\n"), std::string::npos) << i;
  EXPECT_NE(mails.find("\n.dot\n..dots\n.\nlast line\n"), std::string::npos);
}

TEST(SmtpSink, RefusesARecipient) {
  NEED_SMTP_SINK();
  const Sink sink({"-f", "rcpt"});
  const Result result = send_to(sink, 1);
  ASSERT_TRUE(result.reply);
  EXPECT_EQ(result.reply->code / 100, 5);
  EXPECT_EQ(result.reply->step, MailReply::Step::recipient);
}

TEST(SmtpSink, RefusesForNowAtTheEndOfTheMessage) {
  NEED_SMTP_SINK();
  const Sink sink({"-r", "."});
  const Result result = send_to(sink, 1);
  ASSERT_TRUE(result.reply);
  EXPECT_EQ(result.reply->code / 100, 4);
  EXPECT_EQ(result.reply->step, MailReply::Step::final_dot);
}

TEST(SmtpSink, HangsUpAfterTheFinalDot) {
  NEED_SMTP_SINK();
  const Sink sink({"-q", "."});
  EXPECT_EQ(send_to(sink, 1).phase, Phase::after_request);
}

}  // namespace
}  // namespace paperboy::net
