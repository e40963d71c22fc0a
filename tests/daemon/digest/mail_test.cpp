// Whole mails, byte by byte and as Python's email package reads them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "daemon/base/error.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "tests/daemon/digest/fixtures.hpp"
#include "tests/support/shared_data.hpp"

namespace paperboy::digest {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

MailHeaders plain_headers() {
  MailHeaders headers;
  headers.from_name = "Paperboy";
  headers.from_address = "papers@lab.example";
  headers.to_address = "ada@lab.example";
  headers.subject = "14 papers";
  headers.message_id = "1f3a@lab.example";
  headers.date = Time(*parse_day("2026-11-03")) + std::chrono::hours(6);
  return headers;
}

TEST(ToMail, IsAsTheStandardsSay) {
  MailHeaders headers = plain_headers();
  headers.reply_to = "help@lab.example";
  headers.list_id = "ada.papers.lab.example";
  headers.list_name = "Papers";
  headers.unsubscribe = {"https://lab.example/u/abc", "mailto:stop@lab.example?subject=abc"};
  headers.one_click = true;
  const std::string mail = to_mail(headers, "Hi\n", "<p>A caf\xc3\xa9 = 1</p>");
  const std::string boundary = mail.substr(mail.find("boundary=\"") + 10, 34);
  EXPECT_EQ(mail,
            "Date: Tue, 03 Nov 2026 06:00:00 +0000\r\n"
            "From: Paperboy <papers@lab.example>\r\n"
            "To: <ada@lab.example>\r\n"
            "Reply-To: <help@lab.example>\r\n"
            "Subject: 14 papers\r\n"
            "Message-ID: <1f3a@lab.example>\r\n"
            "MIME-Version: 1.0\r\n"
            "List-Id: Papers\r\n <ada.papers.lab.example>\r\n"
            "List-Unsubscribe: <https://lab.example/u/abc>, <mailto:stop@lab.example?subject=abc>\r\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "X-Auto-Response-Suppress: All\r\n"
            "Content-Type: multipart/alternative;\r\n boundary=\"" +
                boundary +
                "\"\r\n"
                "\r\n--" +
                boundary +
                "\r\n"
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nHi\r\n"
                "\r\n--" +
                boundary +
                "\r\n"
                "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: "
                "quoted-printable\r\n\r\n<p>A caf=C3=A9 =3D 1</p>"
                "\r\n--" +
                boundary + "--\r\n");
  EXPECT_TRUE(boundary.starts_with("=_"));
  EXPECT_EQ(to_mail(headers, "Hi\n", "<p>A caf\xc3\xa9 = 1</p>"), mail) << "deterministic";
}

TEST(ToMail, OneClickNeedsAnHttpsUrl) {
  MailHeaders headers = plain_headers();
  headers.unsubscribe = {"mailto:stop@lab.example"};
  headers.one_click = true;
  EXPECT_THAT(to_mail(headers, "x", "x"),
              AllOf(HasSubstr("List-Unsubscribe: <mailto:"), Not(HasSubstr("List-Unsubscribe-Post"))));
  headers.unsubscribe = {"https://lab.example/u"};
  headers.one_click = false;
  EXPECT_THAT(to_mail(headers, "x", "x"), Not(HasSubstr("List-Unsubscribe-Post")));
  headers.unsubscribe = {"https://lab.example/" + std::string(200, 'u')};
  EXPECT_THAT(to_mail(headers, "x", "x"), HasSubstr("List-Unsubscribe: <" + headers.unsubscribe[0] + ">\r\n"))
      << "never folded";
}

TEST(ToMail, RefusesWhatWouldBeAnotherHeader) {
  const auto refuses = [](const auto& change) {
    MailHeaders headers = plain_headers();
    change(headers);
    EXPECT_THROW(to_mail(headers, "x", "x"), Error);
  };
  for (const std::string& bad :
       {std::string("a\r\nBcc: x@y.org"), std::string("a\nb"), std::string("a\rb"), std::string("a\0b", 3)}) {
    refuses([&](MailHeaders& h) { h.subject = bad; });
    refuses([&](MailHeaders& h) { h.from_name = bad; });
    refuses([&](MailHeaders& h) { h.from_address = bad; });
    refuses([&](MailHeaders& h) { h.to_address = bad; });
    refuses([&](MailHeaders& h) { h.reply_to = bad; });
    refuses([&](MailHeaders& h) { h.message_id = bad; });
    refuses([&](MailHeaders& h) { h.list_id = bad; });
    refuses([&](MailHeaders& h) { h.list_id = "a.b", h.list_name = bad; });
    refuses([&](MailHeaders& h) { h.unsubscribe = {"https://x.org/" + bad}; });
  }
  refuses([](MailHeaders& h) { h.message_id = "no-at"; });
  refuses([](MailHeaders& h) { h.message_id = "<a@b>"; });
  refuses([](MailHeaders& h) { h.unsubscribe = {"http://x.org/"}; });
  refuses([](MailHeaders& h) { h.unsubscribe = {"https://x.org/>, <mailto:evil@y.org"}; });
  refuses([](MailHeaders& h) { h.unsubscribe = {"https://x.org/" + std::string(1000, 'u')}; });
}

TEST(MailAddress, IsAsThisProgramAcceptsOne) {
  for (const char* good : {"a@b.org", "first.last+tag@sub.example.org", "a_b'c@x-y.org", "x@localhost", "1@2.3"})
    EXPECT_TRUE(is_mail_address(good)) << good;
  for (const std::string& bad : {std::string(""),
                                 std::string("a"),
                                 std::string("@b.org"),
                                 std::string("a@"),
                                 std::string("a@@b.org"),
                                 std::string("a b@c.org"),
                                 std::string("a@b c.org"),
                                 std::string("a@b.org\r\nX: y"),
                                 std::string("<a@b.org>"),
                                 std::string("a@b..org"),
                                 std::string(".a@b.org"),
                                 std::string("a.@b.org"),
                                 std::string("\"a b\"@c.org"),
                                 std::string("a@[127.0.0.1]"),
                                 std::string("a@-b.org"),
                                 std::string("\xc3\xa9@b.org"),
                                 std::string("a@b\xc3\xbc.org"),
                                 std::string("a,b@c.org"),
                                 std::string(65, 'a') + "@b.org",
                                 "a@" + std::string(250, 'b') + ".org",
                                 std::string("a\0@b.org", 8)}) {
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  }
}

// --- against an independent reader

struct Case {
  std::string name, subject, from_name, text, html;
};

std::vector<Case> cases() {
  std::string chinese, emoji, marks, long_word(400, 'w'), latin;
  for (int i = 0; i < 300; ++i) chinese += i % 2 == 0 ? "\xe8\xae\xba" : "\xe6\x96\x87";
  for (int i = 0; i < 40; ++i) emoji += "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac ";
  for (int i = 0; i < 60; ++i) marks += "e\xcc\x81\xcc\xa7";
  for (int i = 0; i < 60; ++i) latin += "Erd\xc5\x91s na\xc3\xafve ";
  std::string lines = ".\n..\nFrom here\nfrom\n. x\ntrailing  \ntab\t\n=3D = ==\n" + std::string(3000, 'x') + "\n" +
                      std::string(75, 'y') + "\n" + std::string(76, 'z') + "\n" + std::string(77, '=') + "\n\n\nend";
  return {
      {"plain", "14 papers for you", "Paperboy", "Hello.\n", "<p>Hello.</p>\n"},
      {"empty", "", "", "", ""},
      {"tex", "Skew codes over $\\frac{\\mathbb{F}_{p^m}[u]}{\\langle u^t \\rangle}$ & more",
       "Paperboy (beta), \"best\" \\ of all", lines, lines},
      {"angle", "a < b > c <d@e.org>", "Doe, J. <x@y.org>", "< > &\n", "<p>&lt;</p>"},
      {"equals", "=?UTF-8?B?SGk=?= and ?= =? x", "=?x?=", "=?UTF-8?Q?a?=\n", "=?="},
      {"chinese", chinese, chinese, chinese + "\n" + chinese, "<p>" + chinese + "</p>"},
      {"emoji", emoji + "end", "\xf0\x9f\x98\x80", emoji, emoji},
      {"marks", marks, marks, marks, marks},
      {"long", long_word + " " + long_word, long_word, long_word, long_word},
      {"words", latin, latin, latin + "\n", latin},
      {"ascii words",
       "A long subject of many plain words that has to be folded because it does not fit into one line of a mail, and "
       "goes on and on and on",
       "Name of many plain words that has to be folded since it is longer than a line of mail may be", "x\n", "x\n"},
      {"quotes", "\"quoted\" 'single' `back` (comment) ; : @ , .", "O'Neil; \"Q\"", "x\r\ny\rz\n", "x"},
      {"blanks", "  two  blanks\tand tab  ", "  A   B ", "\tx\n  y\n", "x"},
      {"boundary", "x", "y", "--=_\n--\n--=_0000\n", "--=_"},
      {"odd bytes", "caf\xe9 \x01\x7f \xe2\x80\xa8 x", "\xff", "\xff\xfe\x01 caf\xe9\n", "\xff"},
  };
}

std::string json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '"' || c == '\\') {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      out += escaped;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

TEST(ToMail, AnIndependentReaderReadsWhatWasWritten) {
  if (std::system("python3 -c 'import email.policy' >/dev/null 2>&1") != 0) {
    if (test::in_ci()) FAIL() << "python3 is absent, and CI must have it";
    GTEST_SKIP() << "needs python3, which is not here";
  }
  const fs::path folder = fs::temp_directory_path() / ("paperboy-mail-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::string expected = "[";
  int number = 0;
  std::vector<Case> all = cases();
  const Templates templates = shipped_templates();
  for (const char* language : {"en", "zh"}) {
    DigestInput input = full_input();
    input.person.language = language;
    const Built built = build(input, templates);
    all.push_back({language, built.title, "Paperboy", to_text(built.document),
                   to_html(templates.mail(), built.document, built.title, built.preheader, true)});
  }
  for (const Case& c : all) {
    MailHeaders headers = plain_headers();
    headers.subject = c.subject;
    headers.from_name = c.from_name;
    headers.list_id = "ada.papers.lab.example";
    headers.list_name = c.from_name;
    headers.unsubscribe = {"https://lab.example/u/abc,def", "mailto:stop@lab.example"};
    headers.one_click = true;
    const std::string file = std::to_string(number++) + ".eml";
    std::ofstream(folder / file, std::ios::binary) << to_mail(headers, c.text, c.html);
    const auto body = [](std::string_view text) {
      return text::sanitize(text::replace_all(text::replace_all(text, "\r\n", "\n"), "\r", "\n"));
    };
    expected += (number == 1 ? "" : ",") + std::string("{\"name\":") + json(c.name) + ",\"file\":" + json(file) +
                ",\"subject\":" + json(text::collapse_space(text::sanitize(c.subject))) +
                ",\"from_name\":" + json(text::collapse_space(text::sanitize(c.from_name))) +
                ",\"text\":" + json(body(c.text)) + ",\"html\":" + json(body(c.html)) + "}";
  }
  std::ofstream(folder / "expected.json", std::ios::binary) << expected << "]";
  const std::string command = "python3 '" + std::string(PAPERBOY_SOURCE_DIR) + "/tests/daemon/digest/check_mail.py' '" +
                              folder.string() + "' 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << "see above";
  fs::remove_all(folder);
}

}  // namespace
}  // namespace paperboy::digest
