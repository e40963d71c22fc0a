#include "daemon/net/smtp_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paperboy::net {
namespace {

using State = SmtpReplyParser::State;
using testing::ElementsAre;

TEST(SmtpReply, IsOneLineOrSeveral) {
  SmtpReplyParser parser;
  EXPECT_EQ(parser.add("250-first"), State::more);
  EXPECT_EQ(parser.add("250-"), State::more);
  EXPECT_EQ(parser.add("250 last"), State::complete);
  EXPECT_EQ(parser.reply().code, 250);
  EXPECT_THAT(parser.reply().lines, ElementsAre("first", "", "last"));
  EXPECT_EQ(parser.add("354"), State::complete) << "a code alone is a reply (RFC 5321 section 4.2)";
  EXPECT_EQ(parser.reply().code, 354);
  EXPECT_THAT(parser.reply().lines, ElementsAre(""));
}

TEST(SmtpReply, IsNothingElse) {
  for (const char* line : {"", "25", "hello", "HTTP/1.1 400 Bad Request", "150 no such class", "650 no such class",
                           "2x0 ok", "25x ok", "250ok", "250=ok", " 250 ok", "-50 ok"}) {
    SmtpReplyParser parser;
    EXPECT_EQ(parser.add(line), State::malformed) << line;
  }
  SmtpReplyParser parser;
  parser.add("250-ok");
  EXPECT_EQ(parser.add("550 not ok"), State::malformed) << "the code changed on the way";
}

TEST(SmtpReply, HasAnEnhancedCodeOfItsOwnClass) {
  EXPECT_EQ(enhanced_code(550, "5.1.1 no such user"), "5.1.1");
  EXPECT_EQ(enhanced_code(550, "5.7.509 policy"), "5.7.509");
  EXPECT_EQ(enhanced_code(421, "4.4.2"), "4.4.2");
  for (const char* line : {"", "no such user", "4.1.1 another class", "5.1 short", "5.1.1234 long", "5.1.1x", "5..1 x",
                           "55.1.1 x", "5.1.1."}) {
    EXPECT_EQ(enhanced_code(550, line), "") << line;
  }
}

TEST(SmtpReply, BecomesOneCleanLine) {
  SmtpReply reply;
  reply.code = 550;
  reply.lines = {"5.1.1 The account", "5.1.1  does not\texist.", "", "5.1.1 \x1b[31mred \xff"};
  EXPECT_EQ(reply_text(reply), "The account does not exist. [31mred \xef\xbf\xbd");
  reply.lines = {std::string(5000, 'x')};
  EXPECT_LE(reply_text(reply).size(), 510u);
}

TEST(SmtpText, TokensAreSaidAsTheStandardsWriteThem) {
  // The example of RFC 7628 section 4.1.
  EXPECT_EQ(oauthbearer("user@example.com", "server.example.com", 143, "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
            "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01"
            "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01");
  EXPECT_EQ(oauthbearer("a=b,c", "h", 1, "t"),
            "n,a=a=3Db=2Cc,\x01host=h\x01port=1\x01"
            "auth=Bearer t\x01\x01");
  // Google's of XOAUTH2.
  EXPECT_EQ(xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"),
            "user=someuser@example.com\x01"
            "auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01");
}

TEST(SmtpExtensions, AreReadFromTheAnswerToEhlo) {
  SmtpReply reply;
  reply.lines = {"STARTTLS.example.org greets you", "SIZE 1000", "8BitMIME", "AUTH CRAM-MD5 plain", "STARTTLS"};
  SmtpExtensions offered = parse_ehlo(reply);
  EXPECT_TRUE(offered.size && offered.eight_bit_mime && offered.auth_plain && offered.starttls);
  EXPECT_FALSE(offered.auth_login);
  reply.lines = {"STARTTLS", "AUTH=LOGIN"};
  offered = parse_ehlo(reply);
  EXPECT_TRUE(offered.auth_login);
  EXPECT_FALSE(offered.starttls) << "the first line is the server's name";
}

TEST(EnvelopeAddress, MayNotBreakOutOfItsCommand) {
  EXPECT_TRUE(is_envelope_address("ann@example.org", false));
  EXPECT_TRUE(is_envelope_address("", true));
  EXPECT_FALSE(is_envelope_address("", false));
  for (const char* address :
       {"a b@c", "a@c\r\nDATA", "a@c\n", "a@c\r", "<a@c>", "a@c> NOTIFY=NEVER", "a\tb@c", "\x7f@c", "\xc3\xa9@c"}) {
    EXPECT_FALSE(is_envelope_address(address, false)) << address;
    EXPECT_FALSE(is_envelope_address(address, true)) << address;
  }
  EXPECT_FALSE(is_envelope_address(std::string("a@b\0c", 5), false));
  EXPECT_TRUE(is_envelope_address(std::string(254, 'a'), false));
  EXPECT_FALSE(is_envelope_address(std::string(255, 'a'), false));
}

TEST(DotStuffing, DoublesDotsAtLineStartsOnly) {
  EXPECT_EQ(dot_stuffed(""), "");
  EXPECT_EQ(dot_stuffed("a\r\n"), "a\r\n");
  EXPECT_EQ(dot_stuffed("a"), "a\r\n");
  EXPECT_EQ(dot_stuffed(".\r\n"), "..\r\n");
  EXPECT_EQ(dot_stuffed(".a\r\nb.c.\r\n..\r\n\r\n.\r\n"), "..a\r\nb.c.\r\n...\r\n\r\n..\r\n");
}

TEST(DotStuffing, RefusesBareLineEnds) {
  for (const char* message : {"a\n", "a\r", "\n.\n", "a\r\n.\nb\r\n", "a\n\r\n", "a\r\r\n", "x\r\n.\r"}) {
    EXPECT_EQ(dot_stuffed(message), std::nullopt) << testing::PrintToString(message);
  }
}

}  // namespace
}  // namespace paperboy::net
