// Digests in Slack: an overview in the channel or direct message, the papers in its thread.
#include "integrations/slack/slack.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <map>
#include <optional>
#include <utility>

#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "daemon/net/url.hpp"
#include "integrations/slack/compose.hpp"
#include "integrations/slack/outcome.hpp"

namespace paperboy::integrations::slack {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Class = flow::Outcome::Class;
using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr int pages_of_history = 4;
constexpr int page_size = 200;
constexpr Duration clock_difference = 60s;  // between Slack and this machine
constexpr std::string_view json_type = "application/json; charset=utf-8";
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

// --- destinations
// ---------------------------------------------------------------------------------------------------------

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
// -------------------------------------------------------------------------------------------------------------

std::string form(const Fields& fields) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  const auto append = [&out](const std::string& text) {
    for (const unsigned char c : text) {
      if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_') {
        out += static_cast<char>(c);
      } else {
        out += {'%', digits[c >> 4], digits[c & 15]};
      }
    }
  };
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    append(name);
    out += '=';
    append(value);
  }
  return out;
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

const json::object* object_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

// What an exchange came to: an answer, or the outcome of having none.
struct Answer {
  Reply reply;
  json::object body;
  std::optional<flow::Outcome> lost;
};

Answer read_answer(const net::Response& response, Time now) {
  Answer answer;
  answer.reply.status = response.status;
  answer.reply.retry_after = net::retry_after(response, now);
  boost::system::error_code error;
  json::value value = json::parse(response.body, error);
  if (error || !value.is_object()) return answer;
  answer.body = std::move(value.as_object());
  const json::value* ok = answer.body.if_contains("ok");
  answer.reply.parsed = ok != nullptr && ok->is_bool();
  answer.reply.ok = answer.reply.parsed && ok->as_bool();
  answer.reply.error = text_at(answer.body, "error");
  const std::string needed = text_at(answer.body, "needed");
  if (!needed.empty()) answer.reply.hint = "needed: " + needed;
  const json::object* metadata = object_at(answer.body, "response_metadata");
  const json::value* messages = metadata == nullptr ? nullptr : metadata->if_contains("messages");
  if (messages != nullptr && messages->is_array()) {
    for (const json::value& message : messages->as_array()) {
      if (!message.is_string()) continue;
      answer.reply.hint += (answer.reply.hint.empty() ? "" : "; ") + std::string(message.as_string());
    }
  }
  answer.reply.hint = text::ellipsize(text::collapse_space(text::sanitize(answer.reply.hint)), 300);
  return answer;
}

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

// --- the channel
// ----------------------------------------------------------------------------------------------------------

class SlackChannel final : public flow::Channel {
 public:
  SlackChannel(Settings settings, const Toolbox& tools) : settings_(std::move(settings)), tools_(tools) {
    traits_.on_ambiguous = flow::ChannelTraits::OnAmbiguous::resend_bounded;
    traits_.reconciles = true;
    traits_.concurrency = 16;
    traits_.rate = {200ms, 20};                                  // "several hundred a minute" in a workspace
    traits_.send_timeout = 4 * settings_.request_timeout + 30s;  // look up, open, post, post without blocks
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
    boost::system::error_code error;
    json::value payload = json::parse(message.payload, error);
    if (error || !payload.is_object()) {
      co_return flow::Outcome{Class::refused, "payload", "the stored message is no JSON", "", std::nullopt};
    }
    Place place;
    const std::optional<flow::Outcome> nowhere = co_await find(message, Step::prepare, place);
    if (nowhere) co_return *nowhere;

    Answer answer = co_await post(std::move(payload.as_object()), place);
    const bool plainly = !answer.lost && refuses_blocks(answer.reply.error);
    if (plainly) {
      log::warn("Slack refuses the blocks of a message; it goes out as plain text",
                {{"component", "slack"}, {"delivery_id", message.delivery_id}, {"err", answer.reply.hint}});
      json::value plain = json::parse(without_blocks(message.payload));
      answer = co_await post(std::move(plain.as_object()), place);
    }
    if (answer.lost) co_return *answer.lost;
    flow::Outcome outcome = outcome_of(answer.reply, Step::post);
    if (outcome.kind == Class::refused) conversations_.erase(message.destination);
    const std::string channel = text_at(answer.body, "channel"), ts = text_at(answer.body, "ts");
    if (outcome.kind == Class::sent && !channel.empty() && !ts.empty()) {
      outcome.provider_ref = channel + ":" + ts;
      const bool named = message.destination.starts_with('#');
      if (named) co_await remember(message.destination, channel);
    }
    co_return outcome;
  }

  async::Awaitable<flow::Outcome> reconcile(flow::Outgoing message) override {
    // After a restart that took its time nobody waits again.
    const bool long_ago = tools_.clock.now() > message.intended_at + traits_.send_timeout;
    if (!long_ago) co_await async::sleep_for(settings_.first_look);
    flow::Outcome outcome = co_await look(message);
    if (outcome.kind != Class::not_sent || long_ago) co_return outcome;
    co_await async::sleep_for(settings_.second_look);
    outcome = co_await look(message);
    co_return outcome;
  }

 private:
  async::Awaitable<Answer> call(std::string method, std::string_view type, std::string body, Step step) {
    net::Request request;
    request.method = "POST";
    request.url = settings_.api_url + "/" + method;
    request.headers = {{"Authorization", "Bearer " + settings_.token.reveal()}, {"Content-Type", std::string(type)}};
    request.body = std::move(body);
    request.timeout = step == Step::look ? settings_.look_timeout : settings_.request_timeout;
    request.max_body = 16u << 20;
    Answer answer;
    try {
      const net::Response response = co_await tools_.client.fetch(std::move(request));
      answer = read_answer(response, tools_.clock.now());
    } catch (const net::NetError& error) {
      answer.lost = outcome_of(error, step);
    } catch (const Error& error) {
      answer.lost = outcome_of(net::NetError(error.what(), net::Phase::before_request), step);
    }
    co_return answer;
  }

  async::Awaitable<Answer> post(json::object payload, Place place) {
    payload["channel"] = place.channel;
    if (!place.thread.empty()) payload["thread_ts"] = place.thread;
    Answer answer = co_await call("chat.postMessage", json_type, json::serialize(payload), Step::post);
    co_return answer;
  }

  // Where `message` goes, into `place`; or why it goes nowhere now.
  async::Awaitable<std::optional<flow::Outcome>> find(const flow::Outgoing& message, Step step, Place& place) {
    const std::string& destination = message.destination;
    if (const std::optional<Place> first = message.part > 1 ? place_of(message.first_ref) : std::nullopt) {
      place = *first;
      co_return std::nullopt;
    }
    place.channel = destination;
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
      const json::object* person = object_at(found.body, "user");
      user = person == nullptr ? std::string() : text_at(*person, "id");
      if (!found.reply.ok || user.empty()) co_return unusable(found.reply, step);
    }
    const json::object wish{{"users", user}};
    const Answer opened = co_await call("conversations.open", json_type, json::serialize(wish), step);
    if (opened.lost) co_return opened.lost;
    const json::object* conversation = object_at(opened.body, "channel");
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
  async::Awaitable<flow::Outcome> look(const flow::Outgoing& message) {
    Place place;
    const std::optional<flow::Outcome> nowhere = co_await find(message, Step::look, place);
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
      const json::value* messages = answer.body.if_contains("messages");
      if (!answer.reply.ok || messages == nullptr || !messages->is_array())
        co_return unusable(answer.reply, Step::look);
      const std::string ts = find_key(messages->as_array(), message.provider_key);
      if (!ts.empty()) {
        co_return flow::Outcome{Class::sent, "found", "", place.channel + ":" + ts, std::nullopt};
      }
      const json::object* metadata = object_at(answer.body, "response_metadata");
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
  flow::ChannelTraits traits_;
  std::map<std::string, std::string> conversations_;  // by destination
};

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
  settings.buttons = section.at("buttons").truth(false);
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
