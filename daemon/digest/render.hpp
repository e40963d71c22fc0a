#pragma once
// A Document in the forms that more than one channel needs. Pure, deterministic.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/digest/document.hpp"

namespace paperboy::digest {

// CommonMark again; parse_markdown(to_markdown(d)) is d. Anchors are written as <a id='...'></a> before their heading when
// `html_anchors` (GitHub and most viewers follow them), else as {#anchor}.
std::string to_markdown(const Document& document, bool html_anchors = true);

// Plain text for mail and logs: wrapped at `width`, links as bare URLs on lines of their own, lists numbered.
std::string to_text(const Document& document, std::size_t width = 74);
// For a terminal: the same with bold, dim and underline (ECMA-48) and OSC 8 links where `colour`.
std::string to_terminal(const Document& document, std::size_t width, bool colour);

// The body's HTML: allowed tags only, every text escaped, rel and link schemes checked.
struct HtmlStyle {
  bool inline_css = false;  // mail: every tag carries its style
};
std::string to_html_body(const Document& document, HtmlStyle style = {});

// The frames of templates/ (page.html, mail.html) around a body: a whole HTML document.
struct Frame {
  std::string html;  // the frame's text: Mustache with {{title}}, {{lang}}, {{preheader}}, {{&body}}, {{footer}}
};
std::string to_html(const Frame& frame, const Document& document, std::string_view title, std::string_view preheader, bool mail);

// A whole RFC 5322 message: multipart/alternative of text/plain and text/html, quoted-printable, CRLF, deterministic.
struct MailHeaders {
  std::string from_name, from_address, to_address, reply_to, subject, message_id;  // message_id without <>
  Time date{};
  std::string list_id, list_name;          // List-Id: Name <id>
  std::vector<std::string> unsubscribe;    // URLs: https first, then mailto
  bool one_click = false;                  // List-Unsubscribe-Post (RFC 8058); needs an https URL
};
// Throws Error on CR, LF or NUL in a header value, or an address that is none.
std::string to_mail(const MailHeaders& headers, std::string_view text, std::string_view html);

// An address as this program accepts one: dot-atom@domain, ASCII, at most 254 characters (a domain in U-labels is refused).
bool is_mail_address(std::string_view address);

}  // namespace paperboy::digest
