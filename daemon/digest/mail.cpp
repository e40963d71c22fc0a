// RFC 5322 messages: RFC 2045/2046 (MIME), RFC 2047 (encoded words), RFC 2369/2919/8058 (lists), RFC 3834 (automatic
// mail).
#include <algorithm>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/digest/escape.hpp"
#include "daemon/digest/render.hpp"

namespace paperboy::digest {
namespace {

constexpr std::size_t line_length = 76;
constexpr std::size_t longest_line = 998;  // RFC 5322 section 2.1.1

// --- header values

std::string checked(std::string_view name, std::string_view value) {
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    throw Error("mail header " + std::string(name) + ": the value holds a line break or a NUL character");
  }
  return text::collapse_space(text::sanitize(value));
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Where a character may be cut off from what stands before it: not before a mark, a joiner or a second half of an
// emoji.
bool begins_cluster(char32_t previous, char32_t cp, std::string_view shown) {
  const bool joined =
      previous == 0x200d || cp == 0x200d || (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0x1f3fb && cp <= 0x1f3ff);
  return !joined && text::display_width(shown) > 0;
}

// Encoded words in the B form, each with whole characters, separated by CRLF and a blank. `used` columns of the line
// are taken.
std::string encoded_words(std::string_view text, std::size_t used) {
  constexpr std::string_view begin = "=?UTF-8?B?";
  constexpr std::string_view end = "?=";
  std::string out;
  std::string word;
  const auto payload = [&](std::size_t columns) {
    const std::size_t room = std::min<std::size_t>(75, line_length - columns) - begin.size() - end.size();
    return room / 4 * 3;
  };
  std::size_t room = payload(used);
  const auto put = [&] {
    if (!out.empty()) out += "\r\n ";
    out += begin;
    out += base64(word);
    out += end;
    word.clear();
    room = payload(1);
  };
  char32_t previous = 0;
  std::string cluster;
  const auto put_cluster = [&] {
    if (!word.empty() && word.size() + cluster.size() > room) put();
    word += cluster;
    cluster.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t cp = text::next_code_point(text, at);
    const std::string_view shown = text.substr(start, at - start);
    if (!cluster.empty() && (begins_cluster(previous, cp, shown) || cluster.size() + shown.size() > 36)) put_cluster();
    cluster += shown;
    previous = cp;
  }
  put_cluster();
  put();
  return out;
}

// ASCII text folded before blanks; `used` columns of the first line are taken.
std::string folded(std::string_view text, std::size_t used) {
  std::string out;
  std::size_t columns = used;
  for (const std::string_view word : text::split(text, ' ')) {
    if (!out.empty()) {
      const bool fits = columns + 1 + word.size() <= line_length;
      out += fits ? " " : "\r\n ";
      columns = fits ? columns + 1 : 1;
    }
    out += word;
    columns += word.size();
  }
  return out;
}

bool fits_unencoded(std::string_view text, std::size_t used) {
  if (!is_ascii(text) || text.find("=?") != std::string_view::npos) return false;
  for (const std::string_view word : text::split(text, ' ')) {
    if (word.size() + std::max<std::size_t>(used, 1) > line_length) return false;
  }
  return true;
}

std::string unstructured(std::string_view name, std::string_view value) {
  const std::string text = checked(name, value);
  const std::size_t used = name.size() + 2;
  return fits_unencoded(text, used) ? folded(text, used) : encoded_words(text, used);
}

// A display name (RFC 5322 section 3.2.5): atoms, a quoted string, or encoded words. `used` columns are taken.
std::string phrase(std::string_view name, std::string_view value, std::size_t used) {
  const std::string text = checked(name, value);
  if (text.empty()) return text;
  const auto is_atom = [](char c) {
    return is_ascii_alnum(c) || std::string_view(" !#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
  };
  if (!fits_unencoded(text, used + 2) || text.size() + used + 2 > line_length) return encoded_words(text, used);
  if (std::all_of(text.begin(), text.end(), is_atom)) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string mailbox(std::string_view name, std::string_view display, std::string_view address) {
  if (!is_mail_address(address)) {
    throw Error("mail header " + std::string(name) + ": \"" + text::sanitize(address) +
                "\" is not a mail address (name@example.org)");
  }
  const std::string shown = phrase(name, display, name.size() + 2);
  const std::string angle = "<" + std::string(address) + ">";
  if (shown.empty()) return angle;
  const std::size_t last_line =
      shown.rfind('\n') == std::string::npos ? name.size() + 2 + shown.size() : shown.size() - shown.rfind('\n');
  return shown + (last_line + angle.size() > line_length ? "\r\n " : " ") + angle;
}

// dot-atom-text of RFC 5322 section 3.2.3.
bool is_dot_atom(std::string_view text) {
  if (text.empty()) return false;
  for (const std::string_view atom : text::split(text, '.')) {
    if (atom.empty()) return false;
    const bool plain = std::all_of(atom.begin(), atom.end(), [](char c) {
      return is_ascii_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
    });
    if (!plain) return false;
  }
  return true;
}

std::string message_id(std::string_view id) {
  const std::size_t at = id.find('@');
  if (id.size() > 250 || at == std::string_view::npos || !is_dot_atom(id.substr(0, at)) ||
      !is_dot_atom(id.substr(at + 1))) {
    throw Error("mail header Message-ID: \"" + text::sanitize(id) + "\" is not of the form left@right");
  }
  return "<" + std::string(id) + ">";
}

// One line: folded List-Unsubscribe headers have broken DKIM signatures at relays.
std::string unsubscribe(const std::vector<std::string>& urls) {
  std::string out;
  for (const std::string& url : urls) {
    const bool clean =
        std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f && c != '<' && c != '>'; });
    if (!clean || (!url.starts_with("https://") && !url.starts_with("mailto:"))) {
      throw Error("mail header List-Unsubscribe: \"" + text::sanitize(url) + "\" is neither an https nor a mailto URL");
    }
    out += (out.empty() ? "<" : ", <") + url + ">";
  }
  if (out.size() + std::string_view("List-Unsubscribe: ").size() > longest_line) {
    throw Error("mail header List-Unsubscribe: longer than a line of mail may be (998 characters)");
  }
  return out;
}

// --- bodies

std::string normal_lines(std::string_view text) {
  return text::sanitize(text::replace_all(text::replace_all(text, "\r\n", "\n"), "\r", "\n"));
}

std::string quoted_printable(std::string_view text) {
  constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n') {
      out += "\r\n";
      columns = 0;
      continue;
    }
    const bool line_ends = i + 1 == text.size() || text[i + 1] == '\n';
    const bool blank = byte == ' ' || byte == '\t';
    // A line may not begin with "." or "From ": servers and mailboxes on the way give those a meaning.
    const bool risky = columns == 0 && (byte == '.' || text.substr(i).starts_with("From "));
    const bool literal = ((byte > ' ' && byte < 0x7f && byte != '=') || (blank && !line_ends)) && !risky;
    const std::size_t width = literal ? 1 : 3;
    if (columns + width > (line_ends ? line_length : line_length - 1)) {
      out += "=\r\n";
      columns = 0;
      --i;  // once more, at the beginning of a line
      continue;
    }
    if (literal) {
      out += text[i];
    } else {
      out += {'=', hex[byte >> 4], hex[byte & 15]};
    }
    columns += width;
  }
  return out;
}

std::string base64_lines(std::string_view text) {
  const std::string whole = base64(text::replace_all(text, "\n", "\r\n"));
  std::string out;
  for (std::size_t at = 0; at < whole.size(); at += line_length) {
    if (at > 0) out += "\r\n";
    out += whole.substr(at, line_length);
  }
  return out;
}

std::string body_part(std::string_view type, std::string_view body) {
  const std::string text = normal_lines(body);
  const auto encoded = static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '='; }));
  const bool mostly_not_latin = encoded * 6 > text.size();  // 3 characters each, against 4/3 each of all
  std::string part = "Content-Type: " + std::string(type) + "; charset=utf-8\r\nContent-Transfer-Encoding: ";
  part +=
      mostly_not_latin ? "base64\r\n\r\n" + base64_lines(text) : "quoted-printable\r\n\r\n" + quoted_printable(text);
  return part;
}

}  // namespace

bool is_mail_address(std::string_view address) {
  const std::size_t at = address.find('@');
  if (address.size() > 254 || at == std::string_view::npos || at > 64) return false;
  const std::string_view domain = address.substr(at + 1);
  if (!is_dot_atom(address.substr(0, at)) || domain.size() > 253) return false;
  for (const std::string_view label : text::split(domain, '.')) {
    const bool plain = std::all_of(label.begin(), label.end(), [](char c) { return is_ascii_alnum(c) || c == '-'; });
    if (label.empty() || label.size() > 63 || !plain || label.front() == '-' || label.back() == '-') return false;
  }
  return true;
}

std::string to_mail(const MailHeaders& headers, std::string_view text, std::string_view html) {
  std::string out;
  const auto put = [&out](std::string_view name, const std::string& value) {
    out += name;
    out += ": " + value + "\r\n";
  };
  put("Date", format_rfc5322(headers.date));
  put("From", mailbox("From", headers.from_name, headers.from_address));
  put("To", mailbox("To", "", headers.to_address));
  if (!headers.reply_to.empty()) put("Reply-To", mailbox("Reply-To", "", headers.reply_to));
  put("Subject", unstructured("Subject", headers.subject));
  put("Message-ID", message_id(headers.message_id));
  put("MIME-Version", "1.0");
  if (!headers.list_id.empty()) {
    if (!is_dot_atom(headers.list_id)) {
      throw Error("mail header List-Id: \"" + text::sanitize(headers.list_id) +
                  "\" is not of the form name.example.org");
    }
    const std::string name = phrase("List-Id", headers.list_name, std::string_view("List-Id: ").size());
    put("List-Id", name.empty() ? "<" + headers.list_id + ">" : name + "\r\n <" + headers.list_id + ">");
  }
  if (!headers.unsubscribe.empty()) {
    put("List-Unsubscribe", unsubscribe(headers.unsubscribe));
    const bool https = std::any_of(headers.unsubscribe.begin(), headers.unsubscribe.end(),
                                   [](const std::string& url) { return url.starts_with("https://"); });
    if (headers.one_click && https) put("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
  put("Auto-Submitted", "auto-generated");
  put("X-Auto-Response-Suppress", "All");

  // "=_" stands in no quoted-printable or base64 text.
  const std::string boundary = "=_" + hash_of({headers.message_id, text, html}).substr(0, 32);
  put("Content-Type", "multipart/alternative;\r\n boundary=\"" + boundary + "\"");
  out += "\r\n--" + boundary + "\r\n" + body_part("text/plain", text);
  out += "\r\n--" + boundary + "\r\n" + body_part("text/html", html);
  out += "\r\n--" + boundary + "--\r\n";
  return out;
}

}  // namespace paperboy::digest
