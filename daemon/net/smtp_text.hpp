#pragma once
// The words of SMTP (RFC 5321), without a connection. Pure.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::net {

struct SmtpReply {
  int code = 0;
  std::vector<std::string> lines;  // what follows the code, a line each
};

// Collects the lines of one reply.
class SmtpReplyParser {
 public:
  enum class State { more, complete, malformed };
  // `line` without its line end. After `complete` the next line begins a new reply.
  State add(std::string_view line);
  const SmtpReply& reply() const { return reply_; }

 private:
  SmtpReply reply_;
  bool complete_ = true;
};

// RFC 2034/3463 code at the start of a reply line, of the class of `code`; or empty.
std::string_view enhanced_code(int code, std::string_view line);
// The reply's text as one clean line, without enhanced codes, cut at 500 characters.
std::string reply_text(const SmtpReply& reply);

// What the server's answer to EHLO offers.
struct SmtpExtensions {
  bool starttls = false;
  bool size = false;
  bool eight_bit_mime = false;
  bool auth_plain = false;
  bool auth_login = false;
  bool auth_oauthbearer = false;
  bool auth_xoauth2 = false;
};
SmtpExtensions parse_ehlo(const SmtpReply& reply);

// What a client says to sign in with an OAuth 2 access token, before base64: RFC 7628 section 3.1, and the form of
// Google and Microsoft that came before it.
std::string oauthbearer(std::string_view user, std::string_view host, int port, std::string_view token);
std::string xoauth2(std::string_view user, std::string_view token);

// May the address stand in MAIL FROM and RCPT TO? Not empty (but `sender` may be: the null sender), at most 254 bytes,
// printable ASCII without blank, '<' and '>'.
bool is_envelope_address(std::string_view address, bool sender);

// RFC 5321 section 4.5.2: every line that begins with a dot gets one more. Adds a CRLF if the last line has none.
// Nothing if the message has a bare CR or LF, which servers disagree on (SMTP smuggling).
std::optional<std::string> dot_stuffed(std::string_view message);

}  // namespace paperboy::net
