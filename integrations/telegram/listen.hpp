#pragma once
// Hears what people say to the bot: by long polling, or by a webhook. Io thread.
#include <memory>
#include <string>

#include "daemon/flow/inbox.hpp"
#include "integrations/plugin.hpp"
#include "integrations/telegram/api.hpp"
#include "integrations/telegram/events.hpp"
#include "integrations/telegram/moves.hpp"
#include "integrations/telegram/outcome.hpp"

namespace paperboy::integrations::telegram {

struct Pace {
  Duration first_wait = std::chrono::seconds(1);  // after a failure; doubles, with up to a quarter more
  Duration longest_wait = std::chrono::minutes(5);
  Duration poll = std::chrono::seconds(50);    // how long the server may wait for something to tell; it allows no more
  Duration spare = std::chrono::seconds(15);   // and how much longer we wait for it
  Duration confirm = std::chrono::seconds(5);  // what the last word at the end may take
  Duration look = std::chrono::minutes(5);     // webhook: between looks whether it is still ours
};

// `api` and `moves` outlive it. poll() and serve() run until they are cancelled and end at once then; they throw Error
// for what nobody but the operator can mend (a revoked token).
class Listener {
 public:
  Listener(const Api& api, Moves& moves, std::string channel, const Clock& clock, Pace pace = {})
      : api_(api), moves_(moves), channel_(std::move(channel)), clock_(clock), pace_(pace) {}

  // getUpdates: a batch is committed with its last update_id, and only the next request confirms it; the last one is
  // confirmed at the end. Removes a webhook that is set.
  async::Awaitable<> poll(flow::Inbox& inbox);
  // Telegram posts to `url`, which is `hooks`' entry "telegram". What is committed is answered with 200. Who does not
  // know the secret gets 401, what is no update 400, and 200 when it comes again: else it would hold up what is behind
  // it for a day.
  async::Awaitable<> serve(flow::Inbox& inbox, Hooks& hooks, std::string url);

  // Without '@'; empty until Telegram has told it.
  const std::string& username() const { return self_.username; }

 private:
  struct Desk;

  async::Awaitable<Verdict> ask(std::string method, std::string parameters, std::string& body);
  async::Awaitable<std::string> insist(std::string method, std::string parameters);
  async::Awaitable<> wait_after(Verdict verdict);
  void recovered();
  async::Awaitable<> introduce(flow::Inbox& inbox);
  async::Awaitable<> offer_verbs(flow::Inbox& inbox);
  async::Awaitable<> poll_on(flow::Inbox& inbox);
  async::Awaitable<Verdict> poll_once(flow::Inbox& inbox, std::string& position);
  async::Awaitable<> confirm(flow::Inbox& inbox);
  async::Awaitable<> take(flow::Inbox& inbox, Updates updates, std::optional<std::string> position);
  async::Awaitable<> fetch_file(Heard& heard);
  async::Awaitable<> serve_on(flow::Inbox& inbox, std::string url);
  static async::Awaitable<net::ServerResponse> attend(std::shared_ptr<Desk> desk, net::ServerRequest request);
  static async::Awaitable<> close(std::shared_ptr<Desk> desk, Hooks& hooks);

  const Api& api_;
  Moves& moves_;
  std::string channel_;
  const Clock& clock_;
  Pace pace_;
  Self self_;
  bool polled_ = false;
  int failures_ = 0;   // in a row
  int conflicts_ = 0;  // with others that poll; a good answer takes one off
};

}  // namespace paperboy::integrations::telegram
