// Digests in Slack: an overview in the channel or direct message, the papers in its thread.
#include "integrations/slack/slack.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <optional>
#include <utility>

#include "daemon/async/together.hpp"
#include "daemon/base/backoff.hpp"
#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "daemon/net/url.hpp"
#include "integrations/slack/compose.hpp"
#include "integrations/slack/events.hpp"
#include "integrations/slack/listen.hpp"
#include "integrations/slack/outcome.hpp"
#include "integrations/slack/web_api.hpp"

namespace paperboy::integrations::slack {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Class = flow::Outcome::Class;

constexpr int pages_of_history = 4;
constexpr int page_size = 200;
constexpr Duration clock_difference = 60s;  // between Slack and this machine

// --- destinations

// "C0123456789": the kind's letter and at least eight capitals and digits.
bool is_id(std::string_view text, std::string_view kinds) {
  return text.size() >= 9 && text.size() <= 32 && kinds.find(text[0]) != kinds.npos &&
         std::all_of(text.begin() + 1, text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

// "#papers": letters of any script but no capitals, digits, - and _; at most 80.
bool is_channel_name(std::string_view text) {
  if (!text.starts_with('#') || text.size() < 2 || text::sanitize(text) != text) return false;
  text.remove_prefix(1);
  if (text::count_code_points(text) > 80) return false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t cp = text::next_code_point(text, at);
    const bool capital = cp >= 'A' && cp <= 'Z';
    if (capital || (cp != '-' && cp != '_' && !text::is_word_character(cp))) return false;
  }
  return true;
}

// --- the wire

// Slack's timestamps: seconds with six decimals.
std::string timestamp(Time time) {
  const std::int64_t ms = std::max<std::int64_t>(to_epoch_ms(time), 0);
  std::string decimals = std::to_string(ms % 1000);
  decimals.insert(0, 3 - decimals.size(), '0');
  return std::to_string(ms / 1000) + "." + decimals + "000";
}

// Where a message goes.
struct Place {
  std::string channel;
  std::string thread;  // the ts it answers; empty if none
};

// "C0123456789:1712345678.000200", as send() gives it.
std::optional<Place> place_of(const std::string& provider_ref) {
  const std::size_t colon = provider_ref.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == provider_ref.size()) return std::nullopt;
  return Place{provider_ref.substr(0, colon), provider_ref.substr(colon + 1)};
}

// What a stored message says beside its words.
struct Stored {
  json::object body;
  ReplyTo reply_to;
};

std::optional<Stored> read_payload(const std::string& payload) {
  boost::system::error_code error;
  json::value value = json::parse(payload, error);
  if (error || !value.is_object()) return std::nullopt;
  Stored stored{std::move(value.as_object()), {}};
  stored.reply_to = read_reply_to(text_at(stored.body, reply_field));
  stored.reply_to.thread_ts = text_at(stored.body, "thread_ts");
  stored.body.erase(reply_field);
  return stored;
}

// The origin of a URL with a slash behind it: "https://slack.com/".
std::string origin_of(const std::string& url) {
  const std::size_t host = url.find("://");
  const std::size_t slash = host == std::string::npos ? host : url.find('/', host + 3);
  return url.substr(0, slash) + "/";
}

bool cannot_be_edited(std::string_view error) {
  static constexpr std::array<std::string_view, 5> names{"message_not_found", "cant_update_message",
                                                         "edit_window_closed", "block_mismatch", "is_inactive"};
  return std::find(names.begin(), names.end(), error) != names.end();
}

// --- the channel

class SlackChannel final : public flow::Channel {
 public:
  SlackChannel(Settings settings, const Toolbox& tools)
      : settings_(std::move(settings)), tools_(tools), api_(settings_.api_url, tools.client, tools.clock) {
    traits_.on_ambiguous = flow::ChannelTraits::OnAmbiguous::resend_bounded;
    traits_.reconciles = true;
    traits_.concurrency = 16;
    traits_.rate = {200ms, 20};                                  // "several hundred a minute" in a workspace
    traits_.send_timeout = 5 * settings_.request_timeout + 30s;  // answer, look up, open, post, post without blocks
  }

  const std::string& name() const override { return name_; }
  const flow::ChannelTraits& traits() const override { return traits_; }

  std::optional<std::string> check_destination(const std::string& destination) const override {
    if (is_id(destination, "CGDUW") || is_channel_name(destination) || digest::is_mail_address(destination)) {
      return std::nullopt;
    }
    return "'" + destination +
           "' is no Slack destination; write #channel, a conversation's or member's id (C0123456789, U0123456789: in "
           "Slack at the end of its details), or the mail address of a member";
  }

  flow::Rate rate(const std::string&) const override { return {1s, 3}; }

  std::vector<flow::Part> compose(const flow::Composition& composition) const override {
    return slack::compose(composition, settings_.buttons);
  }

  async::Awaitable<flow::Outcome> send(flow::Outgoing message) override {
    const std::optional<Stored> stored = read_payload(message.payload);
    if (!stored) co_return flow::Outcome{Class::refused, "payload", "the stored message is no JSON", "", std::nullopt};
    if (const std::optional<Place> old = place_of(message.replaces)) {
      const Answer edited = co_await post_or_plain(message, *stored, Door::edit, *old);
      const bool gone = !edited.lost && cannot_be_edited(edited.reply.error);
      if (!gone) co_return settled(edited);
    } else if (!stored->reply_to.response_url.empty()) {
      const Place unseen;
      const Answer answered = co_await post_or_plain(message, *stored, Door::response, unseen);
      // Spent or too old: it goes to the direct messages of who asked.
      const bool spent = !answered.lost && (answered.reply.status / 100 == 4 || !answered.reply.error.empty()) &&
                         answered.reply.status != 429;
      if (!spent) co_return settled_response(answered);
    }
    Place place;
    const std::optional<flow::Outcome> nowhere = co_await find(message, stored->reply_to, Step::prepare, place);
    if (nowhere) co_return *nowhere;
    const Answer answer = co_await post_or_plain(message, *stored, Door::post, place);
    flow::Outcome outcome = settled(answer);
    if (outcome.kind == Class::refused) conversations_.erase(message.destination);
    const std::optional<Place> sent = place_of(outcome.provider_ref);
    const bool named = message.destination.starts_with('#');
    if (sent && named) co_await remember(message.destination, sent->channel);
    co_return outcome;
  }

  async::Awaitable<flow::Outcome> reconcile(flow::Outgoing message) override {
    const std::optional<Stored> stored = read_payload(message.payload);
    const bool edits = place_of(message.replaces).has_value();
    if (edits) co_return flow::Outcome{Class::not_sent, "edit", "an edit can be repeated", "", std::nullopt};
    if (stored && !stored->reply_to.response_url.empty()) co_return in_doubt("only its reader sees it");
    // After a restart that took its time nobody waits again.
    const bool long_ago = tools_.clock.now() > message.intended_at + traits_.send_timeout;
    if (!long_ago) co_await async::sleep_for(settings_.first_look);
    const ReplyTo reply_to = stored ? stored->reply_to : ReplyTo{};
    flow::Outcome outcome = co_await look(message, reply_to);
    if (outcome.kind != Class::not_sent || long_ago) co_return outcome;
    co_await async::sleep_for(settings_.second_look);
    outcome = co_await look(message, reply_to);
    co_return outcome;
  }

  bool listens() const override { return settings_.listen; }
  // A member's id, in which the answers to them begin (U, in shared channels W).
  std::optional<std::string> account_of(const std::string& destination) const override {
    const bool member = destination.starts_with('U') || destination.starts_with('W');
    return member ? std::optional(destination) : std::nullopt;
  }
  std::string call_sign() const override { return settings_.listen ? "/paperboy" : ""; }

  async::Awaitable<> listen(flow::Inbox& inbox) override {
    Self self = co_await who_we_are();
    const Take take = [this, &inbox](std::vector<flow::Event> events) { return hand_on(inbox, std::move(events)); };
    const Refused refused = [&inbox](std::string_view reason) { inbox.refused(reason); };
    if (!settings_.app_token.empty()) {
      SocketMode socket_mode(settings_, api_, tools_.client, std::move(self), take, refused);
      co_await socket_mode.run();
      co_return;
    }
    if (tools_.hooks == nullptr || tools_.hooks_url.empty()) {
      throw Error(
          "channels.slack listens by signing_secret, and there is no address at which Slack could call: set up "
          "web.public_url, or use Socket Mode (app_token)");
    }
    log::info("Slack is heard at " + tools_.hooks_url + "slack", {{"component", "slack"}});
    const auto http_mode =
        std::make_shared<HttpMode>(settings_.signing_secret, std::move(self), tools_.clock, take, refused);
    co_await http_mode->run(*tools_.hooks);
  }

 private:
  async::Awaitable<Answer> call(std::string method, std::string_view type, std::string body, Step step) {
    const Duration timeout = step == Step::look ? settings_.look_timeout : settings_.request_timeout;
    return api_.call(settings_.token, std::move(method), type, std::move(body), step, timeout);
  }

  // --- hearing

  async::Awaitable<Self> who_we_are() {
    Complaints complaints;
    for (int failures = 1;; ++failures) {
      const Answer answer =
          co_await api_.call(settings_.token, "auth.test", form_type, "", Step::prepare, settings_.look_timeout);
      Self self{text_at(answer.body(), "user_id"),
                text_at(answer.body(), "bot_id"),
                {"https://hooks.slack.com/", origin_of(settings_.api_url)}};
      if (!answer.lost && answer.reply.ok && !self.user.empty()) co_return self;
      const flow::Outcome outcome = answer.lost ? *answer.lost : unusable(answer.reply, Step::prepare);
      const bool refused =
          !answer.lost && outcome.whole_provider && outcome.kind == Class::not_sent && !answer.reply.error.empty();
      if (refused) throw Error("Slack cannot be heard: " + outcome.code + ": " + outcome.detail);
      complaints.say(answer.lost ? outcome.detail : "Slack answers auth.test with " + outcome.code);
      const Duration pause = backoff(settings_.first_wait, settings_.longest_wait, failures);
      const Duration wait = std::max(pause, outcome.retry_after.value_or(Duration{}));
      co_await async::sleep_for(wait);
    }
  }

  async::Awaitable<> hand_on(flow::Inbox& inbox, std::vector<flow::Event> events) {
    for (flow::Event& event : events) {
      if (event.at == Time{}) event.at = tools_.clock.now();
      const bool a_person = is_id(event.place, "UW");  // a command from some direct message: their own is meant
      if (a_person) event.place = co_await direct_messages_of(event.place);
    }
    co_await inbox.take(std::move(events));
  }

  // The conversation's id if it can be had in time, else the member's.
  async::Awaitable<std::string> direct_messages_of(std::string user) {
    if (const auto known = conversations_.find(user); known != conversations_.end()) co_return known->second;
    const json::object wish{{"users", user}};
    const Answer opened = co_await api_.call(settings_.token, "conversations.open", json_type, json::serialize(wish),
                                             Step::prepare, settings_.quick_timeout);
    const json::object* conversation = object_at(opened.body(), "channel");
    const std::string id = conversation == nullptr ? std::string() : text_at(*conversation, "id");
    if (id.empty()) co_return user;
    conversations_[user] = id;
    co_return id;
  }

  // --- sending

  enum class Door { post, edit, response };

  // Once more without its blocks if Slack does not take them.
  async::Awaitable<Answer> post_or_plain(const flow::Outgoing& message, const Stored& stored, Door door, Place place) {
    Answer answer = co_await put(stored.body, stored.reply_to, door, place);
    const bool plainly = !answer.lost && refuses_blocks(answer.reply.error);
    if (!plainly) co_return answer;
    log::warn("Slack refuses the blocks of a message; it goes out as plain text",
              {{"component", "slack"}, {"delivery_id", message.delivery_id}, {"err", answer.reply.hint}});
    json::value plain = json::parse(without_blocks(json::serialize(stored.body)));
    if (door == Door::edit) plain.as_object()["blocks"] = json::array();  // else the old ones stay
    answer = co_await put(std::move(plain.as_object()), stored.reply_to, door, place);
    co_return answer;
  }

  async::Awaitable<Answer> put(json::object body, const ReplyTo& reply_to, Door door, Place place) {
    if (door == Door::response) {
      for (const char* field : {"client_msg_id", "metadata", "mrkdwn", "thread_ts"}) body.erase(field);
      body["response_type"] = "ephemeral";
      body["replace_original"] = false;
      return api_.respond(reply_to.response_url, json::serialize(body), settings_.request_timeout);
    }
    body["channel"] = place.channel;
    if (door == Door::edit) {
      for (const char* field : {"client_msg_id", "mrkdwn", "thread_ts", "unfurl_links", "unfurl_media"}) {
        body.erase(field);
      }
      body["ts"] = place.thread;
      body["parse"] = "none";  // else links and names are looked for
      return call("chat.update", json_type, json::serialize(body), Step::post);
    }
    if (!place.thread.empty()) body["thread_ts"] = place.thread;
    return call("chat.postMessage", json_type, json::serialize(body), Step::post);
  }

  static flow::Outcome settled(const Answer& answer) {
    if (answer.lost) return *answer.lost;
    flow::Outcome outcome = outcome_of(answer.reply, Step::post);
    const std::string channel = text_at(answer.body(), "channel"), ts = text_at(answer.body(), "ts");
    if (outcome.kind == Class::sent && !channel.empty() && !ts.empty()) outcome.provider_ref = channel + ":" + ts;
    return outcome;
  }

  // A response_url says "ok", which is no JSON, and gives no ts.
  static flow::Outcome settled_response(const Answer& answer) {
    if (answer.lost) return *answer.lost;
    Reply reply = answer.reply;
    if (reply.status == 200 && reply.error.empty()) reply.parsed = reply.ok = true;
    flow::Outcome outcome = outcome_of(reply, Step::post);
    outcome.whole_provider = false;
    return outcome;
  }

  // Where `message` goes, into `place`; or why it goes nowhere now.
  async::Awaitable<std::optional<flow::Outcome>> find(const flow::Outgoing& message, const ReplyTo& reply_to, Step step,
                                                      Place& place) {
    const std::string& destination = reply_to.user.empty() ? message.destination : reply_to.user;
    if (const std::optional<Place> first = message.part > 1 ? place_of(message.first_ref) : std::nullopt) {
      place = *first;
      if (!reply_to.thread_ts.empty()) place.thread = reply_to.thread_ts;  // threads have no threads
      co_return std::nullopt;
    }
    place.channel = destination;
    place.thread = reply_to.thread_ts;
    const bool a_person = is_id(destination, "UW") || digest::is_mail_address(destination);
    if (!a_person) co_return std::nullopt;
    if (const auto known = conversations_.find(destination); known != conversations_.end()) {
      place.channel = known->second;
      co_return std::nullopt;
    }
    std::string user = destination;
    if (digest::is_mail_address(destination)) {
      const Fields fields{{"email", destination}};
      const Answer found = co_await call("users.lookupByEmail", form_type, form(fields), step);
      if (found.lost) co_return found.lost;
      const json::object* person = object_at(found.body(), "user");
      user = person == nullptr ? std::string() : text_at(*person, "id");
      if (!found.reply.ok || user.empty()) co_return unusable(found.reply, step);
    }
    const json::object wish{{"users", user}};
    const Answer opened = co_await call("conversations.open", json_type, json::serialize(wish), step);
    if (opened.lost) co_return opened.lost;
    const json::object* conversation = object_at(opened.body(), "channel");
    place.channel = conversation == nullptr ? std::string() : text_at(*conversation, "id");
    if (!opened.reply.ok || place.channel.empty()) co_return unusable(opened.reply, step);
    conversations_[destination] = place.channel;
    co_return std::nullopt;
  }

  static flow::Outcome unusable(Reply reply, Step step) {
    reply.parsed = reply.parsed && !reply.ok;  // an answer without what was asked for is none
    return outcome_of(reply, step);
  }

  // One look for the message: sent, not_sent, throttled or ambiguous.
  async::Awaitable<flow::Outcome> look(const flow::Outgoing& message, const ReplyTo& reply_to) {
    Place place;
    const std::optional<flow::Outcome> nowhere = co_await find(message, reply_to, Step::look, place);
    if (nowhere) co_return *nowhere;
    const bool named = place.channel.starts_with('#');
    if (named) {  // history is asked for by id
      place.channel = co_await tools_.channel_memory.recall(name_, "channel:" + message.destination);
      if (place.channel.empty()) {
        co_return in_doubt("nothing was sent to " + message.destination + " before, so its id is not known");
      }
    }
    Fields fields{{"channel", place.channel},
                  {"oldest", timestamp(message.intended_at - clock_difference)},
                  {"latest", timestamp(message.intended_at + traits_.send_timeout + clock_difference)},
                  {"inclusive", "true"},
                  {"include_all_metadata", "true"},
                  {"limit", std::to_string(page_size)}};
    if (!place.thread.empty()) fields.emplace_back("ts", place.thread);
    const std::string method = place.thread.empty() ? "conversations.history" : "conversations.replies";
    for (int page = 0; page < pages_of_history; ++page) {
      const Answer answer = co_await call(method, form_type, form(fields), Step::look);
      if (answer.lost) co_return *answer.lost;
      const json::value* messages = answer.body().if_contains("messages");
      if (!answer.reply.ok || messages == nullptr || !messages->is_array())
        co_return unusable(answer.reply, Step::look);
      const std::string ts = find_key(messages->as_array(), message.provider_key);
      if (!ts.empty()) {
        co_return flow::Outcome{Class::sent, "found", "", place.channel + ":" + ts, std::nullopt};
      }
      const json::object* metadata = object_at(answer.body(), "response_metadata");
      const std::string cursor = metadata == nullptr ? std::string() : text_at(*metadata, "next_cursor");
      if (cursor.empty()) {
        co_return flow::Outcome{Class::not_sent, "not found", "the message is not in " + place.channel, "",
                                std::nullopt};
      }
      std::erase_if(fields, [](const auto& field) { return field.first == "cursor"; });
      fields.emplace_back("cursor", cursor);
    }
    co_return in_doubt("too many messages came at that time to look through");
  }

  static std::string find_key(const json::array& messages, const std::string& key) {
    for (const json::value& value : messages) {
      const json::object* message = value.if_object();
      const json::object* metadata = message == nullptr ? nullptr : object_at(*message, "metadata");
      const json::object* payload = metadata == nullptr ? nullptr : object_at(*metadata, "event_payload");
      if (payload != nullptr && text_at(*payload, "delivery_id") == key) return text_at(*message, "ts");
    }
    return {};
  }

  static flow::Outcome in_doubt(std::string why) {
    return {Class::ambiguous, "unknown", "could not be looked for: " + why, "", std::nullopt};
  }

  // The id behind a channel's name, for looking messages up after a restart.
  async::Awaitable<> remember(std::string destination, std::string channel) {
    std::string& known = conversations_[destination];
    if (known == channel) co_return;
    known = channel;
    try {
      co_await tools_.channel_memory.keep(name_, "channel:" + destination, channel);
    } catch (const Error& error) {  // the message is out all the same
      log::warn("a channel's id could not be kept", {{"component", "slack"}, {"err", std::string(error.what())}});
    }
  }

  std::string name_ = "slack";
  Settings settings_;
  Toolbox tools_;
  WebApi api_;
  flow::ChannelTraits traits_;
  std::map<std::string, std::string> conversations_;  // by destination
};

void read_listening(const settings::Node& section, Settings& settings) {
  if (const std::optional<Secret> secret = section.secret("app_token", "slack_app_token")) {
    settings.app_token = *secret;
    if (!secret->reveal().starts_with("xapp-")) {
      section.complain("app_token is no app-level token, which begins with xapp- (Basic Information of the app)");
    }
  }
  if (const std::optional<Secret> secret = section.secret("signing_secret", "slack_signing_secret")) {
    settings.signing_secret = *secret;
  }
  if (!settings.listen) return;
  const bool socket = !settings.app_token.empty(), http = !settings.signing_secret.empty();
  if (socket && http) section.complain("app_token (Socket Mode) and signing_secret (HTTP) exclude each other");
  bool named = false;
  for (const char* key : {"app_token", "app_token_file", "signing_secret", "signing_secret_file"}) {
    named = named || section.at(key).present();
  }
  if (!socket && !http && !named) {
    section.complain(
        "listen needs an app-level token for Socket Mode: app_token, app_token_file or the systemd credential "
        "slack_app_token; or, where Slack is to call, signing_secret");
  }
}

Offer read(const settings::Node& section) {
  Settings settings;
  if (const std::optional<Secret> secret = section.secret("token", "slack_token")) {
    settings.token = *secret;
    if (!secret->reveal().starts_with("xoxb-")) {
      section.complain("the token is no bot token, which begins with xoxb- (OAuth & Permissions of the app)");
    }
  } else if (!section.at("token").present() && !section.at("token_file").present()) {
    section.complain("a bot token is needed: token, token_file or the systemd credential slack_token");
  }
  const settings::Node api_url = section.at("api_url");
  settings.api_url = api_url.text(settings.api_url);
  while (settings.api_url.ends_with('/')) settings.api_url.pop_back();
  const std::string fault = net::fault_of_secret_url(settings.api_url, "https://slack.com/api");
  if (!fault.empty()) api_url.complain(fault);
  settings.listen = section.at("listen").truth(false);
  settings.buttons = section.at("buttons").truth(settings.listen);
  read_listening(section, settings);
  Offer offer;
  offer.channel = [settings](const Toolbox& tools) { return make_channel(settings, tools); };
  return offer;
}

}  // namespace

std::unique_ptr<flow::Channel> make_channel(Settings settings, const Toolbox& tools) {
  return std::make_unique<SlackChannel>(std::move(settings), tools);
}

extern const Plugin plugin;
const Plugin plugin{"slack", Plugin::Kind::channel, &read};

}  // namespace paperboy::integrations::slack
