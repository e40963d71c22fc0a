#include "tests/support/scripted_smtp.hpp"

#include <algorithm>

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::test {

ScriptedSmtp::ScriptedSmtp(boost::asio::io_context& loop, SmtpScript script)
    : state_(std::make_shared<State>(State{std::move(script), {}, {}, 0, 0})) {
  server_ = std::make_unique<ScriptedServer>(
      loop, [state = state_](std::shared_ptr<Peer> peer) { return talk(state, std::move(peer)); });
  state_->port = server_->port();
}

bool ScriptedSmtp::heard(const std::string& line) const {
  return std::find(state_->heard.begin(), state_->heard.end(), line) != state_->heard.end();
}

// True if the answer was positive and the conversation goes on as usual.
async::Awaitable<bool> ScriptedSmtp::answer(std::shared_ptr<State> state, std::shared_ptr<Peer> peer,
                                            std::string command, std::string usual) {
  auto& row = state->script.answers[command];
  for (;;) {
    std::string next = usual;
    if (!row.empty()) {
      next = row.front();
      row.pop_front();
    }
    if (next == "!cut") {
      peer->close();
      co_return false;
    }
    if (next == "!reset") {
      peer->reset();
      co_return false;
    }
    if (next == "!silent") co_await peer->wait_for_close();
    if (next.starts_with("!pause ")) {
      co_await async::sleep_for(std::chrono::milliseconds(std::stoi(next.substr(7))));
      continue;
    }
    co_await peer->send(next + "\r\n");
    co_return next.starts_with('2') || next.starts_with('3');
  }
}

async::Awaitable<std::string> ScriptedSmtp::read_data(std::shared_ptr<State> state, std::shared_ptr<Peer> peer) {
  std::string data;
  for (;;) {
    std::string line = co_await peer->read_line();
    if (line == ".") break;
    if (line.starts_with('.')) line.erase(0, 1);
    data += line + "\r\n";
    state->partial_bytes = data.size();
    if (state->script.data_bytes > 0 && data.size() >= state->script.data_bytes) {
      peer->reset();
      co_await peer->read_line();  // throws: the script ends here
    }
  }
  state->partial_bytes = 0;
  co_return data;
}

// OAUTHBEARER (RFC 7628) and XOAUTH2: a token that is refused is told why in JSON, and refused once that is
// acknowledged.
async::Awaitable<std::string> ScriptedSmtp::check_token(std::shared_ptr<State> state, std::shared_ptr<Peer> peer,
                                                        std::string line) {
  const SmtpScript& script = state->script;
  const bool newer = line.starts_with("AUTH OAUTHBEARER ");
  const std::string bearer =
      "\x01"
      "auth=Bearer " +
      script.token + "\x01\x01";
  const std::string expected =
      newer ? "AUTH OAUTHBEARER " +
                  base64("n,a=" + script.user + ",\x01host=127.0.0.1\x01port=" + std::to_string(state->port) + bearer)
            : "AUTH XOAUTH2 " + base64("user=" + script.user + bearer);
  if (line == expected) co_return "235 2.7.0 welcome";
  std::string why = "334 " + base64(R"({"status":"invalid_token","schemes":"bearer"})") + "\r\n";
  co_await peer->send(std::move(why));
  const std::string acknowledged = co_await peer->read_line();
  state->heard.push_back(acknowledged);
  co_return acknowledged == (newer ? "AQ==" : "") ? "535 5.7.8 token refused" : "501 5.5.2 that was no acknowledgement";
}

// The usual answer to AUTH, after the exchange that LOGIN needs.
async::Awaitable<std::string> ScriptedSmtp::check_auth(std::shared_ptr<State> state, std::shared_ptr<Peer> peer,
                                                       std::string line) {
  const SmtpScript& script = state->script;
  if (!script.token.empty()) {
    std::string verdict = co_await check_token(state, peer, std::move(line));
    co_return verdict;
  }
  const std::string zero(1, '\0');
  bool good = line == "AUTH PLAIN " + base64(zero + script.user + zero + script.password);
  if (line == "AUTH LOGIN") {
    co_await peer->send("334 VXNlcm5hbWU6\r\n");
    const std::string user = co_await peer->read_line();
    co_await peer->send("334 UGFzc3dvcmQ6\r\n");
    const std::string password = co_await peer->read_line();
    good = user == base64(script.user) && password == base64(script.password);
  }
  co_return good ? "235 2.7.0 welcome" : "535 5.7.8 wrong user or password";
}

async::Awaitable<> ScriptedSmtp::talk(std::shared_ptr<State> state, std::shared_ptr<Peer> peer) {
  const SmtpScript& script = state->script;
  if (script.implicit_tls) co_await peer->start_tls(*script.tls);
  bool good = co_await answer(state, peer, "CONNECT", "220 mx.test ESMTP");
  SmtpMail mail;
  for (int mails = 0;;) {
    const std::string line = co_await peer->read_line();
    state->heard.push_back(line);
    const std::string verb = line.substr(0, line.find(' '));
    if (verb == "EHLO") {
      std::string usual = "250-mx.test at your service";
      for (const std::string& extension : script.extensions) usual += "\r\n250-" + extension;
      usual += "\r\n250 HELP";
      co_await answer(state, peer, verb, usual);
    } else if (verb == "STARTTLS") {
      good = co_await answer(state, peer, verb, "220 2.0.0 go ahead");
      if (good) co_await peer->start_tls(*script.tls);
    } else if (verb == "AUTH") {
      const std::string usual = co_await check_auth(state, peer, line);
      co_await answer(state, peer, verb, usual);
    } else if (verb == "MAIL") {
      mail.from = line.substr(std::string("MAIL FROM:").size());
      co_await answer(state, peer, verb, "250 2.1.0 ok");
    } else if (verb == "RCPT") {
      mail.to = line.substr(std::string("RCPT TO:").size());
      co_await answer(state, peer, verb, "250 2.1.5 ok");
    } else if (verb == "DATA") {
      good = co_await answer(state, peer, verb, "354 go ahead");
      if (!good) continue;
      mail.data = co_await read_data(state, peer);
      good = co_await answer(state, peer, "DOT", "250 2.0.0 queued as 4Z9");
      if (good) state->mails.push_back(mail);
      if (++mails == script.mails_per_connection) {
        peer->close();
        co_return;
      }
    } else if (verb == "QUIT") {
      co_await answer(state, peer, verb, "221 2.0.0 bye");
      peer->close();
      co_return;
    } else {
      co_await answer(state, peer, verb, "250 2.0.0 ok");
    }
  }
}

}  // namespace paperboy::test
