// Signing in at the relay with OAuth 2 tokens that somebody else renews.
#include "integrations/email/token.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <iterator>

#include "tests/daemon/settings/helpers.hpp"
#include "tests/support/channel_bench.hpp"
#include "tests/support/scripted_smtp.hpp"

namespace paperboy::integrations::email {
namespace {

using Class = flow::Outcome::Class;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr const char* stale = "ya29.canary-of-yesterday";
constexpr const char* fresh = "ya29.canary-of-now";

class Token : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  std::string write(const std::string& name, const std::string& text) { return folder.write(name, text).string(); }
  // A program that writes what the file "next" holds, and notes that it ran.
  std::vector<std::string> program(const std::string& more = "") {
    return {"/bin/sh", "-c", more + "echo >> '" + path("runs") + "'; cat '" + path("next") + "'"};
  }
  int runs() const {
    std::ifstream in(path("runs"));
    return static_cast<int>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
  }
  std::string get(TokenSource& source, const std::string& refused = "") {
    std::string told;
    test::run(loop, get_into(source, Secret(refused), told));
    return told;
  }
  static async::Awaitable<> get_into(TokenSource& source, Secret refused, std::string& told) {
    try {
      const Secret token = co_await source.get(std::move(refused));
      told = token.reveal();
    } catch (const TokenError& e) {
      told = std::string("error: ") + e.what();
    }
  }

  settings::Folder folder;
  boost::asio::io_context loop;
};

TEST_F(Token, InAFileIsReadEachTime) {
  TokenSettings settings;
  settings.file = write("token", std::string(" ") + stale + "\r\n\n");
  TokenSource source(settings);
  EXPECT_EQ(get(source), stale);
  write("token", fresh);
  EXPECT_EQ(get(source), fresh);
  EXPECT_EQ(get(source, fresh), fresh);  // nobody has renewed it
}

TEST_F(Token, AFileThatHoldsNoneIsToldWithoutItsNameAndText) {
  TokenSettings settings;
  const auto told = [&](const std::filesystem::path& file) {
    settings.file = file;
    TokenSource source(settings);
    return get(source);
  };
  EXPECT_EQ(told(path("absent-canary")), "error: token_file names a file that is not there or cannot be reached");
  EXPECT_EQ(told(folder.path()), "error: token_file names a file that is not there or cannot be reached");
  EXPECT_EQ(told(write("empty", " \n")), "error: token_file holds no token");
  for (const char* text : {"canary two\n", "{\"access_token\": \"canary\"}", "canary\x7f", "can\xC3\xA4ry", "a\nb"}) {
    EXPECT_EQ(told(write("bad", text)),
              "error: token_file holds something that is no token: more than one word, or not ASCII");
  }
  EXPECT_EQ(told(write("large", std::string(70000, 'x'))),
            "error: token_file names a file that is too large for a token");
  EXPECT_EQ(told(folder.write("open", "canary", std::filesystem::perms{0644})),
            "error: token_file names a file that everybody may read; chmod o-r it");
}

TEST_F(Token, OfAProgramIsKeptUntilItIsRefusedOrOld) {
  write("next", std::string(stale) + "\n");
  TokenSettings settings;
  settings.command = program();
  TokenSource source(settings);
  EXPECT_EQ(get(source), stale);
  EXPECT_EQ(get(source), stale);
  EXPECT_EQ(runs(), 1);
  write("next", std::string(fresh) + "\n");
  EXPECT_EQ(get(source, stale), fresh);
  EXPECT_EQ(get(source, stale), fresh);  // another mail that was refused with it: there is a new one already
  EXPECT_EQ(get(source), fresh);
  EXPECT_EQ(runs(), 2);

  settings.command_keeps = 0s;
  TokenSource old_at_once(settings);
  get(old_at_once);
  get(old_at_once);
  EXPECT_EQ(runs(), 4);
}

TEST_F(Token, AProgramRunsOnceForAllWhoWait) {
  write("next", fresh);
  TokenSettings settings;
  settings.command = program("sleep 0.1; ");
  TokenSource source(settings);
  std::vector<std::string> told(8);
  for (std::string& one : told) boost::asio::co_spawn(loop, get_into(source, Secret(), one), [](std::exception_ptr) {});
  loop.run_for(20s);
  EXPECT_THAT(told, testing::Each(fresh));
  EXPECT_EQ(runs(), 1);
}

TEST_F(Token, AProgramThatFailsIsToldWithoutItsWords) {
  TokenSettings settings;
  settings.command_limit = 5s;
  const auto told = [&](const std::string& script) {
    settings.command = {"/bin/sh", "-c", script};
    TokenSource source(settings);
    return get(source);
  };
  const std::string begin = "error: the program that token_command names ";
  EXPECT_EQ(told("echo canary; exit 7"), begin + "ended with status 7");
  EXPECT_EQ(told("exit 0"), begin + "wrote no token");
  EXPECT_EQ(told("echo canary; echo two"),
            begin + "wrote something that is no token: more than one word, or not ASCII");
  settings.command_limit = 50ms;
  EXPECT_EQ(told("echo canary; exec sleep 60"), begin + "has not ended after 50ms");
  settings.command = {path("canary")};
  TokenSource absent(settings);
  EXPECT_EQ(get(absent), begin + "cannot be started: No such file or directory");
}

// --- with a relay

class SigningIn : public Token {
 protected:
  SigningIn() {
    script.extensions.push_back("AUTH XOAUTH2");
    script.user = "ada@lab.example";
    script.token = fresh;
  }
  void start() {
    server = std::make_unique<test::ScriptedSmtp>(loop, script);
    made = bench(server->port());
  }
  std::unique_ptr<test::ChannelBench> bench(int port) {
    auto one = std::make_unique<test::ChannelBench>(
        "email",
        "\n  host: 127.0.0.1\n  security: none\n  allow_plain_auth: true\n  from: digest@lab.example\n"
        "  user: ada@lab.example\n  port: " +
            std::to_string(port) + "\n" + way,
        *client, clock);
    EXPECT_EQ(one->findings.to_string(), "");
    return one;
  }
  flow::Outcome send() {
    const flow::Composition composition = test::composition_for("ann@example.com");
    const flow::Outcome outcome =
        made->send(loop, test::outgoing(composition, made->channel().compose(composition).front()));
    EXPECT_THAT(outcome.code + outcome.detail + outcome.provider_ref, Not(HasSubstr("canary")));
    return outcome;
  }
  void by_program() {
    way = "  token_command: [/bin/sh, -c, \"echo >> '" + path("runs") + "'; cat '" + path("next") + "'\"]\n";
  }
  int signed_in() const {
    return static_cast<int>(std::count_if(server->heard().begin(), server->heard().end(),
                                          [](const std::string& line) { return line.starts_with("AUTH XOAUTH2 "); }));
  }

  test::SmtpScript script;
  std::string way;
  std::unique_ptr<net::Client> client = net::make_curl_client(loop.get_executor(), "test");
  ManualClock clock{*parse_rfc3339("2026-11-03T05:30:00Z")};
  std::unique_ptr<test::ScriptedSmtp> server;
  std::unique_ptr<test::ChannelBench> made;
};

TEST_F(SigningIn, WithTheTokenOfAFile) {
  way = "  token_file: " + write("token", fresh) + "\n";
  start();
  EXPECT_EQ(send().kind, Class::sent);
  EXPECT_EQ(send().kind, Class::sent);
  EXPECT_EQ(server->connections(), 1);
  EXPECT_EQ(signed_in(), 1);
}

TEST_F(SigningIn, AFileThatNobodyRenewsIsToldOnceAndStopsAll) {
  way = "  token_file: " + write("token", stale) + "\n";
  start();
  const flow::Outcome outcome = send();
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_EQ(outcome.code, "535 5.7.8");
  EXPECT_EQ(outcome.detail, "at AUTH: token refused");
  EXPECT_TRUE(outcome.whole_provider);
  EXPECT_EQ(signed_in(), 1);
  write("token", fresh);
  EXPECT_EQ(send().kind, Class::sent);
}

TEST_F(SigningIn, ARefusedTokenIsRenewedAndTriedOnceMore) {
  by_program();
  write("next", fresh);
  start();
  EXPECT_EQ(send().kind, Class::sent);
  EXPECT_EQ(runs(), 1);

  // The relay takes another one now: the mail goes out all the same.
  script.token = "ya29.canary-of-later";
  server = nullptr;
  start();
  write("next", stale);
  EXPECT_EQ(send().code, "535 5.7.8");  // the program gave a bad one
  const int before = runs();
  write("next", "ya29.canary-of-later");
  EXPECT_EQ(send().kind, Class::sent);
  EXPECT_EQ(runs(), before + 1);
  EXPECT_THAT(server->mails(), SizeIs(1));
}

TEST_F(SigningIn, OnceMoreAndNoFurther) {
  way = "  token_command: [/bin/sh, -c, \"echo >> '" + path("runs") + "'; echo canary$$\"]\n";  // never the right one
  start();
  const flow::Outcome outcome = send();
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_EQ(outcome.code, "535 5.7.8");
  EXPECT_TRUE(outcome.whole_provider);
  EXPECT_EQ(runs(), 2);
  EXPECT_EQ(signed_in(), 2);
  EXPECT_EQ(server->connections(), 2);
  EXPECT_THAT(server->mails(), IsEmpty());
}

TEST_F(SigningIn, WithoutATokenNobodyIsAsked) {
  way = "  token_command: [/bin/sh, -c, 'echo canary; exit 4']\n";
  start();
  const flow::Outcome outcome = send();
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_EQ(outcome.code, "token");
  EXPECT_EQ(outcome.detail, "the program that token_command names ended with status 4");
  EXPECT_TRUE(outcome.whole_provider);
  EXPECT_EQ(server->connections(), 0);
}

}  // namespace
}  // namespace paperboy::integrations::email
