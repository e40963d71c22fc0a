#pragma once
// An SMTP server on the test's own loop that answers as told and remembers what it heard.
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "tests/support/scripted_server.hpp"

namespace paperboy::test {

struct SmtpScript {
  // Answers to be given, in turn, to a command; then the usual ones. Commands: CONNECT, EHLO, STARTTLS, AUTH, MAIL,
  // RCPT, DATA, DOT, RSET, QUIT. An answer may hold several lines. Instead of an answer: "!cut", "!reset", "!silent",
  // or "!pause 80" (milliseconds, then the next answer in the row).
  std::map<std::string, std::deque<std::string>> answers;
  std::vector<std::string> extensions = {"SIZE 10000000", "8BITMIME", "ENHANCEDSTATUSCODES"};
  boost::asio::ssl::context* tls = nullptr;  // for STARTTLS (offer it in `extensions`), or from the start:
  bool implicit_tls = false;
  std::string user, password;    // what AUTH must say
  std::string token;             // or, with an OAuth 2 token
  int mails_per_connection = 0;  // then the server closes; 0: never
  std::size_t data_bytes = 0;    // closes after so many bytes of a message; 0: never
};

struct SmtpMail {
  std::string from, to;  // the whole arguments of MAIL FROM: and RCPT TO:
  std::string data;      // dots taken off, without the final one
};

class ScriptedSmtp {
 public:
  ScriptedSmtp(boost::asio::io_context& loop, SmtpScript script);
  unsigned short port() const { return server_->port(); }
  int connections() const { return server_->connections(); }
  const std::vector<std::string>& heard() const { return state_->heard; }  // all command lines
  bool heard(const std::string& line) const;
  const std::vector<SmtpMail>& mails() const { return state_->mails; }  // accepted ones
  std::size_t partial_bytes() const { return state_->partial_bytes; }   // of a message whose dot did not come

 private:
  struct State {
    SmtpScript script;
    std::vector<std::string> heard;
    std::vector<SmtpMail> mails;
    std::size_t partial_bytes = 0;
    unsigned short port = 0;
  };
  static async::Awaitable<> talk(std::shared_ptr<State> state, std::shared_ptr<Peer> peer);
  static async::Awaitable<bool> answer(std::shared_ptr<State> state, std::shared_ptr<Peer> peer, std::string command,
                                       std::string usual);
  static async::Awaitable<std::string> read_data(std::shared_ptr<State> state, std::shared_ptr<Peer> peer);
  static async::Awaitable<std::string> check_token(std::shared_ptr<State> state, std::shared_ptr<Peer> peer,
                                                   std::string line);
  static async::Awaitable<std::string> check_auth(std::shared_ptr<State> state, std::shared_ptr<Peer> peer,
                                                  std::string line);

  std::shared_ptr<State> state_;
  std::unique_ptr<ScriptedServer> server_;
};

}  // namespace paperboy::test
