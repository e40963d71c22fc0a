// A Telegram bot: sendMessage of the Bot API, one part a message, and what people say to it.
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "daemon/base/log.hpp"
#include "daemon/base/text.hpp"
#include "daemon/net/url.hpp"
#include "integrations/plugin.hpp"
#include "integrations/telegram/api.hpp"
#include "integrations/telegram/compose.hpp"
#include "integrations/telegram/destination.hpp"
#include "integrations/telegram/events.hpp"
#include "integrations/telegram/listen.hpp"
#include "integrations/telegram/moves.hpp"
#include "integrations/telegram/outcome.hpp"

namespace paperboy::integrations::telegram {
namespace {

namespace json = boost::json;

// Of one attempt: an edit, the rich form, the plain one to an older server, once more after the group moved, once more
// without markup.
constexpr int most_requests = 5;

struct Settings {
  Secret token;
  std::string api_url;
  Form form;
  bool hold = false;
  bool listen = false, webhook = false;
};

class TelegramChannel final : public flow::Channel {
 public:
  TelegramChannel(Settings settings, const Toolbox& tools)
      : settings_(std::move(settings)),
        tools_(tools),
        api_(tools_.client, settings_.api_url, settings_.token),
        moves_(tools_.channel_memory, name_),
        listener_(api_, moves_, name_, tools_.clock) {
    using OnAmbiguous = flow::ChannelTraits::OnAmbiguous;
    traits_.on_ambiguous = settings_.hold ? OnAmbiguous::hold : OnAmbiguous::resend_bounded;
    // "About 30 messages a second" over all chats: never more than that in any second.
    traits_.rate = {std::chrono::milliseconds(40), 5};
    traits_.concurrency = 16;  // a chat that answers slowly holds up no other
    traits_.send_timeout = most_requests * Api::usual_timeout + std::chrono::seconds(10);
  }

  const std::string& name() const override { return name_; }
  const flow::ChannelTraits& traits() const override { return traits_; }

  std::optional<std::string> check_destination(const std::string& destination) const override {
    std::string trouble;
    if (parse_destination(destination, trouble)) return std::nullopt;
    return trouble;
  }

  flow::Rate rate(const std::string& destination) const override {
    const bool person = !destination.starts_with('-') && !destination.starts_with('@');
    return {person ? std::chrono::seconds(1) : std::chrono::seconds(3), 1};  // groups and channels: 20 a minute
  }

  // The topics of a group are one chat.
  std::string domain(const std::string& destination) const override {
    return destination.substr(0, destination.find('/'));
  }

  std::vector<flow::Part> compose(const flow::Composition& composition) const override {
    return telegram::compose(composition, settings_.form);
  }

  async::Awaitable<flow::Outcome> send(flow::Outgoing message) override {
    std::string trouble;
    const std::optional<Destination> destination = parse_destination(message.destination, trouble);
    boost::system::error_code unreadable;
    json::value payload = json::parse(message.payload, unreadable);
    if (!destination || unreadable || !payload.is_object()) {
      flow::Outcome outcome;
      outcome.kind = flow::Outcome::Class::refused;
      outcome.code = "payload";
      outcome.detail = destination ? "the stored message cannot be read" : trouble;
      co_return outcome;
    }
    flow::Outcome outcome;
    try {
      outcome = co_await attempt(*destination, std::move(payload.as_object()), std::move(message.replaces));
    } catch (const Error& error) {  // the channel's memory fails: it is asked only while nothing is delivered
      outcome.kind = flow::Outcome::Class::not_sent;
      outcome.code = "memory";
      outcome.detail = error.what();
    }
    outcome.detail = api_.without_token(std::move(outcome.detail));
    co_return outcome;
  }

  bool listens() const override { return settings_.listen; }

  async::Awaitable<> listen(flow::Inbox& inbox) override {
    if (!settings_.webhook) {
      co_await listener_.poll(inbox);
    } else if (tools_.hooks == nullptr || tools_.hooks_url.empty()) {
      throw Error("Telegram cannot post to a program without pages: set web.public_url, or leave webhook out");
    } else {
      co_await listener_.serve(inbox, *tools_.hooks, tools_.hooks_url + "telegram");
    }
  }

  std::optional<std::string> account_of(const std::string& destination) const override {
    std::string trouble;
    const std::optional<Destination> to = parse_destination(destination, trouble);
    if (!to || to->id <= 0) return std::nullopt;
    return std::to_string(to->id);
  }

  std::string call_sign() const override { return listener_.username().empty() ? "/" : "@" + listener_.username(); }

 private:
  async::Awaitable<flow::Outcome> attempt(Destination to, json::object payload, std::string replaces) {
    if (!to.is_name()) to.id = co_await moves_.now(to.id);
    std::optional<MessageRef> edited = parse_ref(replaces);
    bool rich = payload.contains("rich_message") && !no_rich_;
    bool moved = false, plain = false;
    for (;;) {
      Verdict verdict = co_await call(payload, to, edited, rich, plain);
      const bool refused = verdict.outcome.kind == flow::Outcome::Class::refused;
      if (edited && verdict.not_modified) {
        verdict.outcome = {};
        verdict.outcome.code = "200";
        verdict.outcome.provider_ref = to_string(*edited);
        co_return std::move(verdict.outcome);
      }
      if (edited && (verdict.cannot_edit || verdict.moved_to)) {
        edited.reset();  // a new one, then
      } else if (verdict.method_unknown && rich) {
        log::info("this Bot API server knows no rich messages; plain ones are sent",
                  {{"component", "telegram"}, {"channel", name_}});
        no_rich_ = true;
        rich = false;
      } else if (verdict.moved_to && !moved && !to.is_name()) {
        moved = true;
        co_await moves_.remember(to.id, *verdict.moved_to);
        to.id = *verdict.moved_to;
      } else if (rich && refused && !verdict.about_chat) {
        rich = false;  // the plain form may pass
      } else if (verdict.markup_refused && !plain) {
        log::warn("Telegram refused a message's markup; it is sent without",
                  {{"component", "telegram"}, {"channel", name_}, {"err", api_.without_token(verdict.outcome.detail)}});
        plain = true;
      } else {
        co_return std::move(verdict.outcome);
      }
    }
  }

  static std::string body_of(const json::object& payload, const Destination& to,
                             const std::optional<MessageRef>& edited, bool rich, bool plain) {
    json::object body = payload;
    if (rich) {
      for (const char* key : {"text", "parse_mode", "link_preview_options"}) body.erase(key);
    } else {
      body.erase("rich_message");
    }
    if (plain) {
      body["text"] = without_markup(std::string_view(body["text"].as_string()));
      body.erase("parse_mode");
      body.erase("reply_markup");
    }
    if (edited) {
      body.erase("reply_parameters");
      body["chat_id"] = edited->chat;
      body["message_id"] = edited->message;
      return json::serialize(body);
    }
    if (to.is_name()) {
      body["chat_id"] = to.name;
    } else {
      body["chat_id"] = to.id;
    }
    if (to.topic > 1) body["message_thread_id"] = to.topic;
    return json::serialize(body);
  }

  async::Awaitable<Verdict> call(const json::object& payload, const Destination& to,
                                 const std::optional<MessageRef>& edited, bool rich, bool plain) {
    std::string method = rich ? "sendRichMessage" : "sendMessage";
    if (edited) method = "editMessageText";
    Verdict verdict;
    try {
      const net::Response response = co_await api_.call(std::move(method), body_of(payload, to, edited, rich, plain));
      verdict = verdict_of(response, tools_.clock.now());
    } catch (const net::NetError& error) {
      verdict.outcome = outcome_of(error);
    }
    co_return verdict;
  }

  std::string name_ = "telegram";
  Settings settings_;
  Toolbox tools_;
  Api api_;
  Moves moves_;
  Listener listener_;
  flow::ChannelTraits traits_;
  bool no_rich_ = false;  // as the server answered since the start
};

// --- settings

// 123456789:AAH...: both halves stand in the path of a URL.
bool is_token(const std::string& token) {
  const std::size_t colon = token.find(':');
  if (colon == 0 || colon == std::string::npos || colon + 1 == token.size()) return false;
  const auto one_of = [](std::string_view text, std::string_view set) {
    return text.find_first_not_of(set) == std::string_view::npos;
  };
  const std::string_view all = token;
  return one_of(all.substr(0, colon), "0123456789") &&
         one_of(all.substr(colon + 1), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-");
}

std::string read_api_url(const settings::Node& node) {
  std::string url = node.text("https://api.telegram.org");
  while (url.ends_with('/')) url.pop_back();
  const std::string fault = net::fault_of_secret_url(url, "https://api.telegram.org");
  if (!fault.empty()) node.complain(fault);
  return url;
}

Offer read(const settings::Node& section) {
  static const std::array<std::string, 2> doubts{"resend", "hold"};
  Settings settings;
  const std::optional<Secret> token = section.secret("token", "telegram_token");
  const bool given = section.at("token").present() || section.at("token_file").present();
  if (!token && !given) {
    section.complain(
        "the bot's token is missing: give token, token_file or the systemd credential telegram_token (@BotFather has "
        "it)");
  } else if (token && !is_token(token->reveal())) {
    section.complain(
        "the token does not look like one of @BotFather's (digits, a colon, then letters, digits, '_' and '-')");
  } else if (token) {
    settings.token = *token;
  }
  settings.api_url = read_api_url(section.at("api_url"));
  settings.form.rich = section.at("rich").truth(false);
  settings.listen = section.at("listen").truth(false);
  settings.webhook = section.at("webhook").truth(false);
  if (settings.webhook && !settings.listen) {
    section.at("webhook").complain("a webhook is a way to listen; write listen: true as well");
  }
  settings.form.buttons = section.at("buttons").truth(settings.listen);
  settings.hold = section.at("on_ambiguous").choice(doubts, 0) == 1;
  Offer offer;
  offer.channel = [settings](const Toolbox& tools) { return std::make_unique<TelegramChannel>(settings, tools); };
  return offer;
}

}  // namespace

extern const Plugin plugin;
const Plugin plugin{"telegram", Plugin::Kind::channel, &read};

}  // namespace paperboy::integrations::telegram
