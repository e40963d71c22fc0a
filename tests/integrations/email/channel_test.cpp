// A digest as a mail: its bytes, and its way to a server that answers as told.
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "daemon/base/text.hpp"
#include "tests/support/channel_bench.hpp"
#include "tests/support/scripted_smtp.hpp"

namespace paperboy::integrations::email {
namespace {

using Class = flow::Outcome::Class;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* canary = "canary-5up3r-s3cret";
constexpr const char* ann = "ann@example.com";

class Email : public testing::Test {
 protected:
  // `more` are further lines of the section.
  std::unique_ptr<test::ChannelBench> bench(int port = 25, const std::string& more = "") {
    return std::make_unique<test::ChannelBench>("email",
                                                "\n  host: 127.0.0.1\n  security: none\n  from: digest@lab.example\n"
                                                "  bounce_address: bounces@lab.example\n  port: " +
                                                    std::to_string(port) + "\n" + more,
                                                *client, clock);
  }
  flow::Part composed(const flow::Composition& composition, const std::string& more = "") {
    const std::vector<flow::Part> parts = bench(25, more)->channel().compose(composition);
    EXPECT_THAT(parts, SizeIs(1));
    return parts.front();
  }

  boost::asio::io_context loop;
  std::unique_ptr<net::Client> client = net::make_curl_client(loop.get_executor(), "test");
  ManualClock clock{*parse_rfc3339("2026-11-03T05:30:00Z")};
};

// The header of a message, unfolded; empty if it has none of this name.
std::string header(const std::string& mail, const std::string& name) {
  const std::string head = text::replace_all(mail.substr(0, mail.find("\r\n\r\n") + 2), "\r\n ", " ");
  std::string found;
  int times = 0;
  for (const std::string_view line : text::split(head, '\n')) {
    if (!line.starts_with(name + ": ")) continue;
    found = std::string(line.substr(name.size() + 2, line.size() - name.size() - 3));
    ++times;
  }
  EXPECT_LE(times, 1) << name;
  return found;
}

// --- its bytes

TEST_F(Email, TheSameMessageIsTheSameBytesWhoeverMakesIt) {
  const flow::Part once = composed(test::composition_for(ann));
  const flow::Part again = composed(test::composition_for(ann));
  EXPECT_EQ(once.payload, again.payload);
  EXPECT_EQ(once.provider_key, again.provider_key);
  EXPECT_NE(composed(test::composition_for(ann, "daily:2026-11-04")).provider_key, once.provider_key);
  EXPECT_NE(composed(test::composition_for("bob@example.com")).provider_key, once.provider_key);
}

TEST_F(Email, HeadersSayWhoToWhomAndWhen) {
  const flow::Composition composition = test::composition_for(ann);
  const flow::Part part = composed(composition, "  reply_to: ada@lab.example\n  from_name: The Paper, boy\n");
  EXPECT_EQ(header(part.payload, "From"), "\"The Paper, boy\" <digest@lab.example>");
  EXPECT_EQ(header(part.payload, "To"), "<ann@example.com>");
  EXPECT_EQ(header(part.payload, "Reply-To"), "<ada@lab.example>");
  EXPECT_EQ(header(part.payload, "Subject"), "Papers of 3 November");
  EXPECT_EQ(header(part.payload, "Date"), "Tue, 03 Nov 2026 05:30:00 +0000");
  EXPECT_EQ(header(part.payload, "Message-ID"), "<" + composition.delivery_seed.substr(0, 32) + "@lab.example>");
  EXPECT_EQ(header(part.payload, "Message-ID"), "<" + part.provider_key + ">");
  EXPECT_EQ(header(part.payload, "List-Id"), "\"The Paper, boy\" <digest.lab.example>");
  EXPECT_EQ(header(part.payload, "Auto-Submitted"), "auto-generated");
  EXPECT_THAT(part.payload, HasSubstr("A tree of splats"));
}

TEST_F(Email, UnsubscribingIsOfferedOnlyWhereSomebodyReads) {
  const flow::Composition composition = test::composition_for(ann);
  EXPECT_EQ(header(composed(composition).payload, "List-Unsubscribe"), "");
  const std::string mail = composed(composition, "  unsubscribe_mailto: ops@lab.example\n").payload;
  EXPECT_EQ(header(mail, "List-Unsubscribe"), "<mailto:ops@lab.example?subject=unsubscribe%20ada>");
  EXPECT_EQ(header(mail, "List-Unsubscribe-Post"), "");  // one click needs an https address
}

// The parts of a mail, decoded from quoted-printable (none here is base64).
std::string decoded(const std::string& mail) {
  const std::string joined = text::replace_all(mail, "=\r\n", "");
  return text::replace_all(joined, "=3D", "=");
}

TEST_F(Email, LinksLeadToThePagesOfThisInstallation) {
  flow::Composition composition = test::composition_for(ann);
  composition.document = digest::parse_markdown(
      "# Papers\n\nRead.\n\n[In the browser](action:browser) \xc2\xb7 [Stop](action:stop) \xc2\xb7 "
      "[More](action:more/1)\n");
  const std::string mailto = "  unsubscribe_mailto: ops@lab.example\n";

  const std::string without = composed(composition, mailto).payload;
  EXPECT_THAT(decoded(without), testing::AllOf(Not(HasSubstr("browser")), Not(HasSubstr("Stop")), HasSubstr("Read.")));
  EXPECT_EQ(header(without, "List-Unsubscribe"), "<mailto:ops@lab.example?subject=unsubscribe%20ada>");
  EXPECT_EQ(header(without, "List-Unsubscribe-Post"), "");

  composition.web_url = "https://papers.example/d/7?key=abc";
  composition.unsubscribe_url = "https://papers.example/u/Zk3";
  const std::string with = composed(composition, mailto).payload;
  // In the text part and in the HTML part.
  EXPECT_THAT(decoded(with), HasSubstr("\r\nIn the browser: https://papers.example/d/7?key=abc\r\n"));
  EXPECT_THAT(decoded(with), HasSubstr("\r\nStop: https://papers.example/u/Zk3\r\n"));
  EXPECT_THAT(decoded(with), HasSubstr("href=\"https://papers.example/d/7?key=abc\""));
  EXPECT_THAT(decoded(with), HasSubstr("href=\"https://papers.example/u/Zk3\""));
  EXPECT_THAT(decoded(with), Not(HasSubstr("More")));
  composition.action_url = [](std::string_view action) {
    return action == "more/1" ? std::string("https://papers.example/act/Zk3") : std::string();
  };
  const std::string acting = decoded(composed(composition, mailto).payload);
  EXPECT_THAT(acting, testing::AllOf(HasSubstr("\r\nMore: https://papers.example/act/Zk3\r\n"),
                                     HasSubstr("href=\"https://papers.example/act/Zk3\"")));
  EXPECT_EQ(header(with, "List-Unsubscribe"),
            "<https://papers.example/u/Zk3>, <mailto:ops@lab.example?subject=unsubscribe%20ada>");
  EXPECT_EQ(header(with, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
  EXPECT_EQ(header(composed(composition).payload, "List-Unsubscribe"), "<https://papers.example/u/Zk3>");

  // A page without TLS is linked, but no mail program is told to post to it.
  composition.unsubscribe_url = "http://127.0.0.1:8080/u/Zk3";
  const std::string local = composed(composition, mailto).payload;
  EXPECT_THAT(decoded(local), HasSubstr("href=\"http://127.0.0.1:8080/u/Zk3\""));
  EXPECT_EQ(header(local, "List-Unsubscribe"), "<mailto:ops@lab.example?subject=unsubscribe%20ada>");
  EXPECT_EQ(header(local, "List-Unsubscribe-Post"), "");
}

TEST_F(Email, DestinationsOfADomainShareItsLimit) {
  const auto made = bench();
  EXPECT_EQ(made->channel().domain("Ann@Example.COM"), "example.com");
  EXPECT_EQ(made->channel().domain("bob@example.com"), "example.com");
  EXPECT_NE(made->channel().domain("bob@sub.example.com"), "example.com");
  EXPECT_EQ(made->channel().traits().concurrency, 8);
  EXPECT_EQ(made->channel().traits().concurrency_of_domain, 8);
  EXPECT_EQ(bench(25, "  per_domain: 2\n")->channel().traits().concurrency_of_domain, 2);
}

TEST_F(Email, DestinationsAreMailAddresses) {
  const auto made = bench();
  for (const char* good : {"ann@example.com", "a.b+papers@sub.example.org", "o'neil@example.org"}) {
    EXPECT_EQ(made->channel().check_destination(good), std::nullopt) << good;
  }
  for (const std::string& bad : {std::string(), std::string("ann"), std::string("@example.com"), std::string("ann@"),
                                 std::string("a b@example.com"), std::string("Ann <ann@example.com>"),
                                 std::string("<ann@example.com>"), std::string("ann@example.com,b@example.com"),
                                 std::string("ann@example..com"), std::string("ann@exam\r\nple.com"),
                                 std::string("ann@example.com\r\nBcc: x@x.org"), std::string("a\0b@example.com", 15),
                                 std::string("j\xC3\xBCrgen@example.com"), std::string(300, 'a') + "@example.com"}) {
    const std::optional<std::string> complaint = made->channel().check_destination(bad);
    ASSERT_TRUE(complaint) << bad;
    EXPECT_THAT(*complaint, HasSubstr("is no mail address; write name@example.org"));
  }
}

TEST_F(Email, NothingThatComesInBecomesAHeader) {
  const auto made = bench();
  for (const char* hostile :
       {"Papers\r\nBcc: all@example.org", "Papers\nBcc: all@example.org", "Papers\rBcc: all@example.org"}) {
    flow::Composition title = test::composition_for(ann);
    title.title = hostile;
    EXPECT_THROW(made->channel().compose(title), Error) << hostile;
    flow::Composition address = test::composition_for(ann);
    address.destination = std::string("ann@example.com") + (hostile + 6);
    EXPECT_THROW(made->channel().compose(address), Error) << hostile;
  }
  // In the text it is text, however long its lines are.
  flow::Composition body = test::composition_for(ann);
  body.preheader = "x\r\nBcc: all@example.org\r\n\r\n.\r\n";
  body.document = digest::parse_markdown("# T\n\n```\n\r\n.\r\nMAIL FROM:<x@example.org>\r\n```\n" +
                                         std::string(5000, 'a') + "\xFF\xFE \xE2\x80\xAE\n");
  const std::string mail = made->channel().compose(body).front().payload;
  EXPECT_EQ(header(mail, "Bcc"), "");
  for (const std::string_view line : text::split(mail, '\n')) {
    if (line.empty()) continue;  // after the last one
    EXPECT_TRUE(line.ends_with('\r'));
    EXPECT_LE(line.size(), 999u);
    EXPECT_EQ(line.substr(0, line.size() - 1).find('\r'), std::string_view::npos);
    for (const char c : line) ASSERT_LT(static_cast<unsigned char>(c), 0x80) << line;
  }
}

TEST_F(Email, TheRelaysQuotaIsTheChannelsRate) {
  const auto made = bench(25, "  max_per_minute: 120\n");
  EXPECT_EQ(made->channel().traits().rate.interval, std::chrono::milliseconds(500));
  EXPECT_EQ(made->channel().traits().rate.burst, 13);
  EXPECT_EQ(made->channel().traits().on_ambiguous, flow::ChannelTraits::OnAmbiguous::resend_bounded);
  // As long as RFC 5321 section 4.5.3.2 lets a server take.
  EXPECT_GE(made->channel().traits().send_timeout, std::chrono::minutes(10 + 5 * 5));
}

// --- its way

TEST_F(Email, TheServerGetsTheFrozenBytes) {
  test::ScriptedSmtp server(loop, {});
  const auto made = bench(server.port());
  const flow::Composition composition = test::composition_for(ann);
  const flow::Part part = made->channel().compose(composition).front();
  for (int earlier = 0; earlier < 2; ++earlier) {
    flow::Outgoing message = test::outgoing(composition, part);
    message.earlier_sends = earlier;
    const flow::Outcome outcome = made->send(loop, message);
    EXPECT_EQ(outcome.kind, Class::sent) << outcome.detail;
    EXPECT_EQ(outcome.code, "250 2.0.0");
    EXPECT_EQ(outcome.provider_ref, "queued as 4Z9");
  }
  EXPECT_EQ(server.connections(), 1);
  ASSERT_THAT(server.mails(), SizeIs(2));
  for (const test::SmtpMail& mail : server.mails()) {
    EXPECT_EQ(mail.data, part.payload);
    EXPECT_THAT(mail.from, testing::StartsWith("<bounces@lab.example>"));
    EXPECT_EQ(mail.to, "<ann@example.com>");
  }
}

TEST_F(Email, WhatTheServerSaysDecides) {
  struct Case {
    const char* command;
    const char* answer;
    Class kind;
    const char* code;
    const char* detail;
    std::size_t mails;
  };
  const std::vector<Case> cases = {
      {"CONNECT", "554 no service here", Class::not_sent, "554", "at greeting: ", 0},
      {"CONNECT", "421 4.3.2 later", Class::throttled, "421 4.3.2", "at greeting: later", 0},
      {"CONNECT", "!cut", Class::not_sent, "connection", "127.0.0.1", 0},
      {"CONNECT", "!reset", Class::not_sent, "connection", "127.0.0.1", 0},
      {"CONNECT", "HTTP/1.1 400 Bad Request", Class::not_sent, "connection", "127.0.0.1", 0},
      {"MAIL", "530 5.7.0 log in first", Class::not_sent, "530 5.7.0", "at MAIL FROM: log in first", 0},
      {"MAIL", "!cut", Class::not_sent, "connection", "127.0.0.1", 0},
      {"RCPT", "450 4.2.0 greylisted", Class::throttled, "450 4.2.0", "at RCPT TO: greylisted", 0},
      {"RCPT", "550 5.1.1 nobody of this name", Class::refused, "550 5.1.1", "at RCPT TO: nobody of this name", 0},
      {"RCPT", "550 5.7.1 listed", Class::not_sent, "550 5.7.1", "at RCPT TO: listed", 0},
      {"DATA", "451 4.3.0 disk full", Class::throttled, "451 4.3.0", "at DATA: disk full", 0},
      {"DOT", "552 5.3.4 too large", Class::refused, "552 5.3.4", "at end of data: too large", 0},
      {"DOT", "452 4.3.1 full", Class::throttled, "452 4.3.1", "at end of data: full", 0},
      {"DOT", "!cut", Class::ambiguous, "connection", "127.0.0.1", 0},
      {"DOT", "!reset", Class::ambiguous, "connection", "127.0.0.1", 0},
      {"DOT", "250", Class::sent, "250", "at end of data: ", 1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.command) + " " + c.answer);
    test::SmtpScript script;
    script.answers[c.command] = {c.answer};
    test::ScriptedSmtp server(loop, script);
    const auto made = bench(server.port());
    const flow::Composition composition = test::composition_for(ann);
    const flow::Outcome outcome =
        made->send(loop, test::outgoing(composition, made->channel().compose(composition).front()));
    EXPECT_EQ(outcome.kind, c.kind);
    EXPECT_EQ(outcome.code, c.code);
    EXPECT_THAT(outcome.detail, HasSubstr(c.detail));
    EXPECT_THAT(server.mails(), SizeIs(c.mails));
  }
}

TEST_F(Email, ARelayThatIsNotThere) {
  const auto made = bench(test::closed_port());
  const flow::Composition composition = test::composition_for(ann);
  const flow::Outcome outcome =
      made->send(loop, test::outgoing(composition, made->channel().compose(composition).front()));
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_EQ(outcome.code, "connection");
  EXPECT_THAT(outcome.detail, HasSubstr("127.0.0.1"));
}

TEST_F(Email, ThePasswordIsUsedAndNeverTold) {
  const std::string login = std::string("  user: ada\n  password: ") + canary + "\n  allow_plain_auth: true\n";
  for (const char* expected : {canary, "another"}) {
    test::SmtpScript script;
    script.extensions.push_back("AUTH PLAIN LOGIN");
    script.user = "ada";
    script.password = expected;
    test::ScriptedSmtp server(loop, script);
    const auto made = bench(server.port(), login);
    EXPECT_EQ(made->findings.to_string(), "");
    const flow::Composition composition = test::composition_for(ann);
    const flow::Outcome outcome =
        made->send(loop, test::outgoing(composition, made->channel().compose(composition).front()));
    EXPECT_EQ(outcome.kind, expected == canary ? Class::sent : Class::not_sent) << outcome.detail;
    EXPECT_EQ(outcome.code, expected == canary ? "250 2.0.0" : "535 5.7.8");
    EXPECT_THAT(outcome.code + outcome.detail + outcome.provider_ref, Not(HasSubstr(canary)));
  }
}

// What must not go out as it is never reaches the server, and waits for the administrator.
TEST_F(Email, WhatMustNotBeSentIsAMatterOfTheSettings) {
  test::ScriptedSmtp server(loop, {});
  const auto made = bench(server.port());
  const flow::Composition composition = test::composition_for(ann);
  const flow::Outgoing good = test::outgoing(composition, made->channel().compose(composition).front());
  flow::Outgoing address = good, empty = good, payload = good;
  address.destination = "ann@example.com>\r\nRCPT TO:<bob@example.com";
  empty.destination = "";
  payload.payload = "Subject: x\n\nbare line feeds\n";
  const std::string in_clear = std::string("  user: ada\n  password: ") + canary + "\n";
  const auto without_tls = bench(server.port(), in_clear);
  EXPECT_FALSE(without_tls->findings.empty());  // check-config says so; what runs all the same is safe
  const auto bad_name = bench(server.port(), "  ehlo_name: 'two words'\n");

  const std::vector<std::tuple<const char*, test::ChannelBench*, flow::Outgoing, const char*>> cases = {
      {"an address with line ends", made.get(), address, "not an envelope recipient"},
      {"no address", made.get(), empty, "not an envelope recipient"},
      {"bare line feeds", made.get(), payload, "not ended by CRLF"},
      {"a password in clear", without_tls.get(), good, "the password is not sent over an unencrypted connection"},
      {"a name that is none", bad_name.get(), good, "not a name for EHLO"},
  };
  for (const auto& [what, from, message, detail] : cases) {
    SCOPED_TRACE(what);
    const flow::Outcome outcome = from->send(loop, message);
    EXPECT_EQ(outcome.kind, Class::not_sent);
    EXPECT_EQ(outcome.code, "settings");
    EXPECT_THAT(outcome.detail, HasSubstr(detail));
    EXPECT_THAT(outcome.detail, Not(HasSubstr(canary)));
  }
  EXPECT_EQ(server.connections(), 0);
  EXPECT_THAT(server.heard(), IsEmpty());
}

TEST_F(Email, CertificatesThatCannotBeReadAreAMatterOfTheSettings) {
  test::ScriptedSmtp server(loop, {});
  test::ChannelBench made(
      "email",
      "{host: 127.0.0.1, security: tls, from: digest@lab.example, ca_file: /nonexistent/ca.pem, port: " +
          std::to_string(server.port()) + "}",
      *client, clock);
  const flow::Composition composition = test::composition_for(ann);
  const flow::Outcome outcome =
      made.send(loop, test::outgoing(composition, made.channel().compose(composition).front()));
  EXPECT_EQ(outcome.kind, Class::not_sent);
  EXPECT_EQ(outcome.code, "settings");
  EXPECT_THAT(outcome.detail, HasSubstr("/nonexistent/ca.pem"));
  EXPECT_THAT(server.mails(), IsEmpty());
}

}  // namespace
}  // namespace paperboy::integrations::email
