#pragma once
// A Document in the forms that more than one channel needs. Pure, deterministic.
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/digest/document.hpp"

namespace paperboy::digest {

// --- action: links
// ------------------------------------------------------------------------------------------------------ A channel that
// can act on "more/2512.07197" (buttons, signed links) turns the action: links into its own; in a form that cannot,
// they would be dead. All renderers here but to_markdown leave the unresolved ones out.

// Is the paragraph nothing but links with separators between them ("PDF · arXiv · Code")?
bool is_link_row(const Node& node);
// Gives the URL of an action ("more/2512.07197", "browser": the message on the web); empty if there is none.
using ActionUrl = std::function<std::string(std::string_view action)>;
// With the URLs filled in. An action without one vanishes from a link row; elsewhere its text stays.
Document resolve_actions(Document document, const ActionUrl& url);
Document without_actions(Document document);

// --- length

// The document with as much left out as makes `size` of it at most `limit`, and a note that says so after the first
// heading: first quotations (abstracts) are cut, then left out; then papers (headings of level 3) keep their first
// paragraph, then their heading only. Of each section the last ones go first. If even that is too long, the shortest
// form.
Document shorten(const Document& document, std::size_t limit, const std::function<std::size_t(const Document&)>& size);

// --- forms

// CommonMark again; parse_markdown(to_markdown(d)) is d for every d that parse_markdown gave. Anchors are written as <a
// id='...'></a> before their heading when `html_anchors` (GitHub and most viewers follow them), else as {#anchor}.
std::string to_markdown(const Document& document, bool html_anchors = true);

// Plain text for mail and logs: wrapped at `width` columns (wide characters are two), links as bare URLs on lines of
// their own.
std::string to_text(const Document& document, std::size_t width = 74);
// For a terminal: the same with bold, dim and underline (ECMA-48) and OSC 8 links where `colour`.
std::string to_terminal(const Document& document, std::size_t width, bool colour);

// The body's HTML: allowed tags only (h1-h4 p ul ol li blockquote pre code hr br strong em a), every text escaped, rel
// and link schemes checked.
struct HtmlStyle {
  bool inline_css = false;  // mail: every tag carries its style
};
std::string to_html_body(const Document& document, HtmlStyle style = {});

// The frames of templates/ (page.html, mail.html) around a body: a whole HTML document.
struct Frame {
  std::string html;  // the frame's text: Mustache with {{title}}, {{lang}}, {{preheader}}, {{&before}}, {{&body}}
};
// A mail is shortened to mail_html_limit: mail programs cut off what goes beyond (Gmail at about 102 kB), and with it
// the way to unsubscribe. The text part is not concerned.
constexpr std::size_t mail_html_limit = 95'000;
std::string to_html(const Frame& frame, const Document& document, std::string_view title, std::string_view preheader,
                    bool mail);

// A page of `body`, which is HTML already, with `before` (a way around, HTML too) above it.
std::string to_page(const Frame& frame, std::string body, std::string before, std::string_view language,
                    std::string_view title);
// A page whose action: links are buttons of a form that posts "action=ACTION" to the page's own address.
std::string to_form_page(const Frame& frame, const Document& document, std::string_view title);

// A whole RFC 5322 message: multipart/alternative of text/plain and text/html, CRLF, deterministic. Each part
// quoted-printable, or base64 where that is shorter (text that is mostly not Latin).
struct MailHeaders {
  std::string from_name, from_address, to_address, reply_to, subject, message_id;  // message_id without <>
  Time date{};
  std::string list_id, list_name;        // List-Id: Name <id>
  std::vector<std::string> unsubscribe;  // URLs: https first, then mailto
  bool one_click = false;                // List-Unsubscribe-Post (RFC 8058); left out without an https URL
};
// White space in header values is collapsed. Throws Error on CR, LF or NUL in a header value, an address that is none,
// a message or list id that is none, or an unsubscribe URL that is neither https nor mailto.
std::string to_mail(const MailHeaders& headers, std::string_view text, std::string_view html);

// An address as this program accepts one: dot-atom@domain, ASCII, at most 254 characters (a domain in U-labels is
// refused).
bool is_mail_address(std::string_view address);

}  // namespace paperboy::digest
