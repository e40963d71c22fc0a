// Digests by mail: one recipient per transaction, a Message-ID that stays the same however often it is tried.
#include <algorithm>
#include <array>
#include <optional>

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "integrations/email/outcome.hpp"
#include "integrations/email/token.hpp"
#include "integrations/plugin.hpp"

namespace paperboy::integrations::email {
namespace {

struct Settings {
  net::MailServer server;
  std::optional<TokenSettings> token;
  std::string from, from_name = "Paperboy", reply_to, bounce_address;
  std::string list_id, unsubscribe_mailto;
  std::int64_t max_per_minute = 60;
  int per_domain = 0;
};

constexpr int most_doubts = 5;  // then its reader is told elsewhere
constexpr int most_at_once = 8;

std::string domain_of(const std::string& address) {
  return address.substr(address.find('@') + 1);
}

class EmailChannel final : public flow::Channel {
 public:
  EmailChannel(Settings settings, const Toolbox& tools) : settings_(std::move(settings)), tools_(tools) {
    if (settings_.token) token_ = std::make_unique<TokenSource>(*settings_.token);
    // The same bytes under the same Message-ID: one more copy for each lost reply, which most stores drop.
    traits_.on_ambiguous = flow::ChannelTraits::OnAmbiguous::resend_bounded;
    traits_.most_doubts = most_doubts;
    traits_.shows_brief = false;
    traits_.concurrency = most_at_once;
    traits_.concurrency_of_domain = settings_.per_domain;
    // Every reply may take its five minutes and the last one ten (RFC 5321 section 4.5.3.2).
    traits_.send_timeout = std::chrono::minutes(40);
    traits_.retry_after_not_sent = {std::chrono::minutes(1), std::chrono::minutes(5), std::chrono::minutes(15),
                                    std::chrono::hours(1)};
    traits_.give_up_after = std::chrono::hours(48);
    // The relay's quota, in bursts of a tenth of a minute's.
    traits_.rate.interval = Duration{std::chrono::minutes(1)} / settings_.max_per_minute;
    traits_.rate.burst = static_cast<int>(settings_.max_per_minute / 10) + 1;
  }

  const std::string& name() const override { return name_; }
  const flow::ChannelTraits& traits() const override { return traits_; }

  std::optional<std::string> check_destination(const std::string& destination) const override {
    if (digest::is_mail_address(destination)) return std::nullopt;
    return "'" + destination + "' is no mail address; write name@example.org";
  }

  std::string domain(const std::string& destination) const override {
    return text::to_lower_ascii(domain_of(destination));
  }

  std::vector<flow::Part> compose(const flow::Composition& composition) const override {
    digest::MailHeaders headers;
    headers.from_name = settings_.from_name;
    headers.from_address = settings_.from;
    headers.to_address = composition.destination;
    headers.reply_to = settings_.reply_to;
    headers.subject = composition.title;
    headers.message_id = composition.delivery_seed.substr(0, 32) + "@" + domain_of(settings_.from);
    headers.date = composition.date;
    headers.list_name = settings_.from_name;
    headers.list_id = settings_.list_id;
    // One click is for https alone (RFC 8058 section 2); a page without it is linked in the text only.
    headers.one_click = composition.unsubscribe_url.starts_with("https://");
    if (headers.one_click) headers.unsubscribe.push_back(composition.unsubscribe_url);
    if (!settings_.unsubscribe_mailto.empty()) {
      headers.unsubscribe.push_back("mailto:" + settings_.unsubscribe_mailto + "?subject=unsubscribe%20" +
                                    composition.person_id);
    }
    const digest::Document document = flow::with_own_pages(composition.document, composition);
    const std::string html =
        digest::to_html(tools_.templates.mail(), document, composition.title, composition.preheader, true);
    flow::Part part;
    part.payload = digest::to_mail(headers, digest::to_text(document), html);
    part.provider_key = headers.message_id;
    return {std::move(part)};
  }

  async::Awaitable<flow::Outcome> send(flow::Outgoing message) override {
    net::Mail mail{settings_.bounce_address, std::move(message.destination), std::move(message.payload)};
    std::optional<flow::Outcome> outcome;
    try {
      net::MailReply reply;
      if (token_) {
        reply = co_await send_with_token(std::move(mail));
      } else {
        reply = co_await tools_.client.send_mail(settings_.server, std::move(mail), timeouts_);
      }
      outcome = outcome_of(reply);
    } catch (const TokenError& error) {
      outcome = flow::Outcome{flow::Outcome::Class::not_sent, "token", error.what(), "", std::nullopt};
      outcome->whole_provider = true;
    } catch (const net::NetError& error) {
      outcome = outcome_of(error);
    } catch (const Error& error) {  // refused before a connection was made: stays queued for the administrator to mend
      outcome = flow::Outcome{flow::Outcome::Class::not_sent, "settings", error.what(), "", std::nullopt};
    }
    co_return std::move(*outcome);
  }

 private:
  // A refused token may have run out a moment ago: another one, if there is another, is tried once.
  async::Awaitable<net::MailReply> send_with_token(net::Mail mail) {
    net::MailServer server = settings_.server;
    const Secret none;
    server.token = co_await token_->get(none);
    net::MailReply reply = co_await tools_.client.send_mail(server, mail, timeouts_);
    if (reply.step != net::MailReply::Step::auth || reply.code != 535) co_return reply;
    const Secret refused = server.token;
    server.token = co_await token_->get(refused);
    if (server.token == refused) co_return reply;
    co_return co_await tools_.client.send_mail(std::move(server), std::move(mail), timeouts_);
  }

  std::string name_ = "email";
  const net::MailTimeouts timeouts_;
  Settings settings_;
  Toolbox tools_;
  std::unique_ptr<TokenSource> token_;
  flow::ChannelTraits traits_;
};

std::string address(const settings::Node& node, std::string fallback) {
  std::string value = node.text(fallback);
  if (node.present() && !digest::is_mail_address(value)) {
    node.complain("'" + value + "' is no mail address; write name@example.org");
  }
  return value;
}

std::string name_of(const settings::Node& node, std::string fallback) {
  std::string value = node.text(fallback);
  if (value.find_first_of("\r\n") != std::string::npos) node.complain("a name is one line");
  return value;
}

// How Paperboy signs in at the relay.
void read_account(const settings::Node& section, Settings& settings) {
  net::MailServer& server = settings.server;
  const settings::Node user = section.at("user");
  server.user = user.text();
  if (const std::optional<Secret> password = section.secret("password", "email_password")) server.password = *password;
  const settings::Node file = section.at("token_file");
  const settings::Node command = section.at("token_command");
  TokenSettings token;
  token.file = file.file_path({});
  token.command = command.texts();
  token.command_keeps =
      section.at("token_expires_in").duration(token.command_keeps, std::chrono::seconds(10), std::chrono::hours(24));
  if (command.present() && !command.broken() && (!command.is_list() || token.command.empty())) {
    command.complain("write the program and each of its arguments as a list: [/usr/bin/oama, access, you@example.org]");
  }
  const int ways = (server.password.empty() ? 0 : 1) + (file.present() ? 1 : 0) + (command.present() ? 1 : 0);
  if (file.present() || command.present()) settings.token = std::move(token);
  if (ways > 1) user.complain("a user has one of password, token_file and token_command, not several");
  if (!server.user.empty() && ways == 0) {
    user.complain("a user needs password or password_file, or (OAuth 2) token_file or token_command");
  }
  if (server.user.empty() && settings.token) {
    (file.present() ? file : command).complain("a token needs a user: the name of the mailbox at the relay");
  }
  server.allow_plain_auth = section.at("allow_plain_auth").truth(false);
  if (!server.user.empty() && server.security == net::MailSecurity::none && !server.allow_plain_auth) {
    section.at("security")
        .complain(
            "a password is not sent over an unencrypted connection; use starttls or tls (for a relay on this machine: "
            "allow_plain_auth: true)");
  }
}

Offer read(const settings::Node& section) {
  static const std::array<std::string, 3> securities{"starttls", "tls", "none"};
  Settings settings;
  net::MailServer& server = settings.server;
  server.host = section.at("host").required_text();
  const settings::Node security = section.at("security");
  switch (security.choice(securities, 0)) {
    case 0:
      server.security = net::MailSecurity::starttls;
      break;
    case 1:
      server.security = net::MailSecurity::implicit_tls;
      break;
    default:
      server.security = net::MailSecurity::none;
      break;
  }
  const int usual_port = server.security == net::MailSecurity::implicit_tls ? 465
                         : server.security == net::MailSecurity::starttls   ? 587
                                                                            : 25;
  server.port = static_cast<int>(section.at("port").integer(usual_port, 1, 65535));
  server.ehlo_name = section.at("ehlo_name").text();
  server.ca_file = section.at("ca_file").file_path({}).string();
  read_account(section, settings);
  section.at("from").required_text();
  settings.from = address(section.at("from"), "");
  settings.from_name = name_of(section.at("from_name"), settings.from_name);
  settings.reply_to = address(section.at("reply_to"), "");
  settings.bounce_address = address(section.at("bounce_address"), settings.from);
  settings.unsubscribe_mailto = address(section.at("unsubscribe_mailto"), "");
  const settings::Node list_id = section.at("list_id");
  settings.list_id = list_id.text("digest." + domain_of(settings.from));
  if (list_id.present() && !digest::is_mail_address("list@" + settings.list_id)) {
    list_id.complain("'" + settings.list_id + "' is no List-Id; write digest.example.org");
  }
  settings.max_per_minute = section.at("max_per_minute").integer(60, 1, 6000);
  settings.per_domain = static_cast<int>(section.at("per_domain").integer(most_at_once, 1, most_at_once));
  Offer offer;
  offer.channel = [settings](const Toolbox& tools) { return std::make_unique<EmailChannel>(settings, tools); };
  return offer;
}

}  // namespace

extern const Plugin plugin;
const Plugin plugin{"email", Plugin::Kind::channel, &read};

}  // namespace paperboy::integrations::email
