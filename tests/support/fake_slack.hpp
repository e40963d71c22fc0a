#pragma once
// A workspace as Slack's Web API and Socket Mode show it to an app: refuses what Slack refuses, in Slack's words. For
// tests in other processes, beside what provider.hpp has:
//   POST /_fake/envelope    {"type": "events_api", "payload": {...}}: sent to one of the open links -> {"envelope_id":
//   "..."} POST /_fake/disconnect  {"reason": "refresh_requested"}: to every open link GET  /_fake/socket      {"open":
//   1, "opened": 2, "acked": ["..."], "violations": [], "closes": [1000]}
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <memory>

#include "daemon/base/clock.hpp"
#include "daemon/net/server.hpp"
#include "tests/support/provider.hpp"

namespace paperboy::test {

class FakeSlack final : public Provider {
 public:
  static constexpr std::string_view token = "xoxb-100-200-fake";
  // Conversations: public with and without the bot, archived, private.
  static constexpr std::string_view papers = "C0PAPERS01";  // #papers
  static constexpr std::string_view random = "C0RANDOM01";  // #random, the bot is not in it
  static constexpr std::string_view old = "C0OLDNEWS1";     // #old, archived
  static constexpr std::string_view secret = "G0SECRET01";
  // Members: ada has a mail address, bob's account is switched off.
  static constexpr std::string_view ada = "U0ADA00001", ada_mail = "ada@example.org";
  static constexpr std::string_view bob = "U0BOB00001", bob_mail = "bob@example.org";

  static constexpr std::string_view app_token = "xapp-1-A0PAPERBOY-100-fake", app_id = "A0PAPERBOY";
  static constexpr std::string_view bot_user = "U0PAPERBOY", bot = "B0PAPERBOY", team = "T0EXAMPLE1";
  static constexpr std::string_view ada_direct = "D0ADA00001";

  explicit FakeSlack(boost::asio::io_context& loop, unsigned short port = 0);

  std::string api_url() const { return url("/api"); }

  // What the app may do; taken away by tests.
  std::set<std::string, std::less<>> scopes;
  // Posts to one conversation must be this far apart, else 429 with Retry-After; zero: as they come.
  Duration pace{};
  bool refuse_blocks = false;  // a Slack that has grown stricter
  std::function<Time()> clock;

  // What chat.postMessage says about arguments, blocks included: "" if nothing is wrong with them, else the error.
  static std::string check_message(const boost::json::object& arguments, std::vector<std::string>& messages);
  // A message as a reader sees it.
  static std::string shown(const boost::json::object& message);

  // --- what people do: the payload that Slack makes of it, the same for Socket Mode and HTTP
  // Somebody says something, in a conversation that is made if there is none; with `type` app_mention or message.
  boost::json::object said(std::string_view user, std::string_view channel, const std::string& text,
                           const std::string& thread_ts = "", const std::string& type = "message");
  boost::json::object command(std::string_view user, std::string_view channel, const std::string& text);
  // A button of the message `provider_ref` ("C1:1.2"); `ephemeral`: it answered a command.
  boost::json::object pressed(std::string_view user, const std::string& provider_ref, const std::string& value,
                              bool ephemeral = false);
  boost::json::object reacted(std::string_view user, const std::string& provider_ref, const std::string& name);

  // --- Socket Mode
  // To one of the open links in turn; kept until one is open. Events that are not acknowledged when their link ends are
  // sent again; commands and presses are not. Returns the envelope_id.
  std::string push(const std::string& type, boost::json::object payload);
  void send_text(const std::string& text);         // to every open link, as it is
  void disconnect(const std::string& reason);      // to every open link
  void disconnect_one(const std::string& reason);  // to the oldest
  void drop_links();                               // reset, without a word
  std::size_t open_links() const;                  // that said hello
  std::size_t opened_links = 0;                    // ever
  std::vector<std::string> acked;                  // envelope_ids, in order
  std::vector<int> closes;                         // codes of the client's closing handshakes
  std::vector<std::string> violations;             // of the protocol, by the client
  std::string open_error;                          // what apps.connections.open says instead
  std::string first_words;                         // instead of hello
  bool deaf = false;                               // links open and say hello, and answer nothing, not even pings
  std::size_t most_links = 10;

  // --- HTTP
  // A request as Slack signs it.
  static net::ServerRequest signed_request(const std::string& key, Time at, const std::string& content_type,
                                           const std::string& body);
  static std::string form_of(const boost::json::object& fields);  // slash commands come as forms

 protected:
  Answer answer(const HttpRequest& request) override;
  bool upgrades(const HttpRequest& request) override;
  async::Awaitable<> converse(std::shared_ptr<Peer> peer, HttpRequest request) override;
  Answer control(const HttpRequest& request) override;

 private:
  struct Envelope {
    std::string id, type;
    boost::json::object payload;
    int attempt = 0;
  };
  struct Link {
    std::shared_ptr<Peer> peer;
    std::deque<std::string> outgoing;
    bool writing = false, up = false;
    std::map<std::string, Envelope, std::less<>> waiting;  // for their acknowledgement
  };
  struct Response {
    std::string user, channel;
    Time until{};
    int uses = 0;
  };
  static async::Awaitable<> write_out(std::shared_ptr<Link> link);
  async::Awaitable<> hear(std::shared_ptr<Link> link);
  void send(const std::shared_ptr<Link>& link, std::string bytes);
  void send_envelope(Envelope envelope);
  void acknowledge(Link& link, const std::string& text);
  std::string new_response_url(std::string_view user, std::string_view channel);
  Answer respond(const HttpRequest& request);
  Answer connections_open(const boost::json::object& arguments);
  Answer update_message(const boost::json::object& arguments);
  boost::json::object callback(boost::json::object event);
  struct Conversation {
    std::string name;  // empty: a direct message or a private channel
    bool member = true, archived = false;
    std::vector<boost::json::object> messages;  // oldest first
    Time last_post{};
  };
  using Method = Answer (FakeSlack::*)(const boost::json::object&);
  Answer refuse(std::string error, std::vector<std::string> messages = {}) const;
  Answer need(const std::string& scope) const;
  Conversation* conversation(const std::string& id, bool by_name);
  std::string id_of(const Conversation& conversation) const;
  std::string next_ts();
  Answer auth_test(const boost::json::object& arguments);
  Answer post_message(const boost::json::object& arguments);
  Answer open(const boost::json::object& arguments);
  Answer lookup_by_email(const boost::json::object& arguments);
  Answer history(const boost::json::object& arguments);
  Answer replies(const boost::json::object& arguments);
  Answer read_messages(const boost::json::object& arguments, bool thread);

  std::map<std::string, Conversation, std::less<>> conversations_;
  std::map<std::string, std::string, std::less<>> direct_;  // by user
  std::int64_t last_ts_ = 0;                                // microseconds
  boost::asio::any_io_executor executor_;
  std::vector<std::shared_ptr<Link>> links_;
  std::deque<Envelope> unsent_;
  std::set<std::string> tickets_;
  std::map<std::string, Response> responses_;  // by path
  std::int64_t last_number_ = 0;               // of envelopes, events, triggers, tickets
};

}  // namespace paperboy::test
