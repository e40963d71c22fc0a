// Digests in Matrix rooms: each part an event whose transaction id stays the same however often it is sent, so that the
// homeserver drops the second.
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "daemon/async/turn.hpp"
#include "daemon/net/url.hpp"
#include "integrations/matrix/account.hpp"
#include "integrations/matrix/compose.hpp"
#include "integrations/matrix/listener.hpp"
#include "integrations/matrix/rooms.hpp"
#include "integrations/plugin.hpp"

namespace paperboy::integrations::matrix {
namespace {

namespace json = boost::json;

// Synapse forgets a device's transactions after 24 hours.
constexpr Duration transaction_lifetime = std::chrono::hours(23);
// How far before its making a message is looked for: the homeserver's clock may be behind.
constexpr Duration clock_slack = std::chrono::hours(1);
constexpr int most_pages = 20;

struct Settings {
  AccountSettings account;
  Form form;
  Duration every = std::chrono::seconds(5);
  int at_once = 10;
  bool listen = false;
};

class MatrixChannel final : public flow::Channel {
 public:
  MatrixChannel(Settings settings, const Toolbox& tools)
      : settings_(std::move(settings)),
        tools_(tools),
        account_(settings_.account, tools_),
        rooms_(settings_.account.user, tools_),
        listener_(settings_.account.user, tools_, account_, preparing_) {
    traits_.on_ambiguous = flow::ChannelTraits::OnAmbiguous::resend_safe;
    traits_.rate = {settings_.every, settings_.at_once};
    traits_.concurrency = 16;  // a room that answers slowly holds up no other
    // A dozen requests of half a minute and a join; looking for an old message is most_pages more.
    traits_.send_timeout = std::chrono::minutes(20);
    traits_.give_up_after = std::chrono::hours(48);
  }

  const std::string& name() const override { return name_; }
  const flow::ChannelTraits& traits() const override { return traits_; }

  std::optional<std::string> check_destination(const std::string& destination) const override {
    std::string fault = fault_of_destination(destination);
    if (fault.empty()) return std::nullopt;
    return fault;
  }

  std::vector<flow::Part> compose(const flow::Composition& composition) const override {
    return matrix::compose(composition, settings_.form);
  }

  async::Awaitable<flow::Outcome> send(flow::Outgoing message) override {
    std::optional<Failed> failed;
    std::optional<Session> session;
    // A token that died is replaced once.
    for (int round = 1; round <= 2; ++round) {
      failed.reset();
      session.reset();
      try {
        std::string room;
        {
          async::Turn turn(preparing_);
          co_await turn.come();
          session = co_await account_.session();
          room = co_await rooms_.open(*session, message.destination);
        }
        const flow::Outcome outcome = co_await put(*session, std::move(room), message);
        co_return outcome;
      } catch (const Failed& error) {
        failed = error;
      }
      if (!failed->signed_out() || !session) break;
      co_await account_.signed_out(*session, failed->soft_logout());
    }
    co_return failed->outcome();
  }

  bool listens() const override { return settings_.listen; }
  async::Awaitable<> listen(flow::Inbox& inbox) override { return listener_.listen(inbox); }
  std::optional<std::string> account_of(const std::string& destination) const override {
    if (!destination.starts_with('@')) return std::nullopt;
    return destination;
  }
  std::string call_sign() const override { return matrix::call_sign; }

 private:
  // The forms in which `message` may be put into its room, the best first: an event that it should take the place of,
  // or stand below, may be gone.
  static std::vector<std::string> forms_of(const flow::Outgoing& message) {
    std::vector<std::string> forms;
    if (!message.replaces.empty()) forms.push_back(edit_of(message.payload, message.replaces));
    forms.push_back(message.first_ref.empty() ? message.payload : in_thread(message.payload, message.first_ref));
    const std::string alone = standing_alone(message.payload);
    if (alone != forms.back()) forms.push_back(alone);
    return forms;
  }

  async::Awaitable<flow::Outcome> put(Session session, std::string room, const flow::Outgoing& message) {
    if (message.earlier_sends > 0 && !still_known(session, message)) {
      const std::string event = co_await find(session, room, message);
      if (!event.empty()) {
        flow::Outcome outcome;
        outcome.code = "found";
        outcome.provider_ref = event;
        co_return outcome;
      }
    }
    const std::string path = "/v3/rooms/" + path_part(room) + "/send/m.room.message/" + path_part(message.provider_key);
    const std::vector<std::string> forms = forms_of(message);
    std::size_t form = 0;
    Reply reply = co_await ask(tools_, "PUT", session, path, forms[form]);
    if (reply.errcode == "M_FORBIDDEN") {  // one who has left a room may still read what it was
      co_await rooms_.join(session, message.destination, room);
      reply = co_await ask(tools_, "PUT", session, path, forms[form]);
    }
    while (reply.status == 400 && form + 1 < forms.size()) {
      reply = co_await ask(tools_, "PUT", session, path, forms[++form]);
    }
    const Asked asked{Step::send, message.destination, settings_.account.user};
    if (signed_out(reply)) throw Failed(reply, asked);
    const std::string event = reply.ok() ? text_at(reply.body, "event_id") : "";
    if (reply.ok() && event.empty()) reply = hollow(std::move(reply));
    flow::Outcome outcome = outcome_of(reply, asked);
    const bool edited = form == 0 && !message.replaces.empty();
    outcome.provider_ref = edited && reply.ok() ? message.replaces : event;  // an edit cannot itself be edited
    co_return outcome;
  }

  // Does the homeserver still know every transaction under which `message` may have been sent?
  bool still_known(const Session& session, const flow::Outgoing& message) const {
    return message.created_at >= session.since && tools_.clock.now() - message.created_at < transaction_lifetime;
  }

  // The event that `message` was sent as, among Paperboy's own since it was made; empty if there is none.
  async::Awaitable<std::string> find(Session session, std::string room, const flow::Outgoing& message) {
    const json::object filter{{"types", json::array{"m.room.message"}},
                              {"senders", json::array{settings_.account.user}}};
    const std::string base =
        "/v3/rooms/" + path_part(room) + "/messages?dir=b&limit=100&filter=" + path_part(json::serialize(filter));
    const Time oldest = message.created_at - clock_slack;
    std::string from;
    for (int page = 0; page < most_pages; ++page) {
      std::string path = base;
      if (!from.empty()) path += "&from=" + path_part(from);
      const Reply reply = co_await ask(tools_, "GET", session, std::move(path));
      const Asked asked{Step::look, message.destination, settings_.account.user};
      if (!reply.ok()) throw Failed(reply, asked);
      const json::object body = json::parse(reply.body).as_object();
      const json::value* chunk = body.if_contains("chunk");
      if (chunk == nullptr || !chunk->is_array()) throw Failed(reply, asked);
      for (const json::value& event : chunk->get_array()) {
        if (const std::optional<std::string> id = id_if_it_is(event, message.provider_key)) co_return *id;
        if (sent_before(event, oldest)) co_return std::string();
      }
      from = text_at(reply.body, "end");
      if (from.empty()) co_return std::string();
    }
    flow::Outcome outcome;
    outcome.kind = flow::Outcome::Class::not_sent;
    outcome.code = "history";
    outcome.detail = "this message may have been sent more than a day ago, and too much was written since to find out";
    throw Failed(std::move(outcome));
  }

  static std::optional<std::string> id_if_it_is(const json::value& event, const std::string& key) {
    if (!event.is_object()) return std::nullopt;
    const json::value* content = event.get_object().if_contains("content");
    const json::value* id = event.get_object().if_contains("event_id");
    if (content == nullptr || !content->is_object() || id == nullptr || !id->is_string()) return std::nullopt;
    const json::value* found = content->get_object().if_contains(delivery_key);
    if (found == nullptr || !found->is_string() || found->get_string() != key) return std::nullopt;
    const json::value* relation = content->get_object().if_contains("m.relates_to");
    const std::string related = relation == nullptr ? "" : json::serialize(*relation);
    if (text_at(related, "rel_type") == "m.replace") return text_at(related, "event_id");
    return std::string(id->get_string());
  }
  static bool sent_before(const json::value& event, Time oldest) {
    if (!event.is_object()) return false;
    const json::value* at = event.get_object().if_contains("origin_server_ts");
    return at != nullptr && at->is_int64() && from_epoch_ms(at->get_int64()) < oldest;
  }

  std::string name_ = "matrix";
  Settings settings_;
  Toolbox tools_;
  Account account_;
  Rooms rooms_;
  flow::ChannelTraits traits_;
  async::Turns preparing_;  // signing in and making rooms: one message at a time
  Listener listener_;
};

Offer read(const settings::Node& section) {
  static const std::array<std::string, 2> types{"text", "notice"};
  Settings settings;
  AccountSettings& account = settings.account;
  const settings::Node user = section.at("user");
  account.user = user.required_text();
  if (!account.user.empty() && (!account.user.starts_with('@') || !fault_of_destination(account.user).empty())) {
    user.complain("'" + account.user + "' is no Matrix user; write @paperboy:example.org");
  }
  const settings::Node homeserver = section.at("homeserver");
  account.homeserver = homeserver.text();
  const std::string fault = net::fault_of_secret_url(account.homeserver, "https://matrix.example.org");
  if (homeserver.present() && !fault.empty()) homeserver.complain(fault);
  const std::optional<Secret> token = section.secret("token", "matrix_token");
  const std::optional<Secret> password = section.secret("password", "matrix_password");
  if (token) account.token = *token;
  if (password) account.password = *password;
  if (!section.broken() && account.token.empty() == account.password.empty()) {
    section.complain("give token_file (an access token) or password_file, one of the two");
  }
  settings.form.notice = section.at("message_type").choice(types, 0) == 1;
  settings.every = section.at("every").duration(settings.every, Duration{}, std::chrono::minutes(10));
  settings.at_once = static_cast<int>(section.at("at_once").integer(settings.at_once, 1, 1000));
  settings.listen = section.at("listen").truth(false);
  settings.form.commands = section.at("buttons").truth(settings.listen);
  Offer offer;
  offer.channel = [settings](const Toolbox& tools) { return std::make_unique<MatrixChannel>(settings, tools); };
  return offer;
}

}  // namespace

extern const Plugin plugin;
const Plugin plugin{"matrix", Plugin::Kind::channel, &read};

}  // namespace paperboy::integrations::matrix
