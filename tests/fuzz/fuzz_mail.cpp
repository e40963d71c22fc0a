// Any bytes as a mail: a message that a strict reader takes, with the headers that were asked for and no others, and
// nothing of the text lost. The input: ten fields, each ended by the unit separator (0x1f), then the digest as
// Markdown.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace paperboy;

// --- the input

struct Input {
  digest::MailHeaders headers;
  std::string preheader;
  digest::Document document;
};

std::string field(std::string_view& rest, std::string_view fallback = "") {
  const std::size_t end = std::min(rest.find('\x1f'), rest.size());
  std::string value(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return value.empty() ? std::string(fallback) : value;
}

Input read(std::string_view bytes) {
  Input input;
  digest::MailHeaders& headers = input.headers;
  headers.subject = field(bytes);
  input.preheader = field(bytes);
  headers.from_name = field(bytes);
  headers.from_address = field(bytes, "digest@lab.example");
  headers.to_address = field(bytes, "ada@lab.example");
  headers.reply_to = field(bytes);
  headers.message_id = field(bytes, "seed@lab.example");
  headers.list_name = field(bytes);
  headers.list_id = field(bytes);
  const std::string unsubscribe = field(bytes);
  for (const std::string_view url : text::split(unsubscribe, ' ')) {
    if (!url.empty()) headers.unsubscribe.emplace_back(url);
  }
  headers.one_click = true;
  headers.date = Time(std::chrono::seconds(1'793'772'000));
  input.document = digest::parse_markdown(bytes);
  return input;
}

// Values that nobody may refuse.
bool is_plain(std::string_view value, std::string_view more) {
  for (const char c : value) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alnum && more.find(c) == std::string_view::npos) return false;
  }
  return value.size() <= 60;
}

bool must_be_taken(const digest::MailHeaders& headers) {
  for (const std::string* value : {&headers.subject, &headers.from_name, &headers.list_name}) {
    if (value->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) return false;
  }
  for (const std::string* address : {&headers.from_address, &headers.to_address, &headers.reply_to}) {
    const std::size_t at = address->find('@');
    if (address == &headers.reply_to && address->empty()) continue;
    const bool good = at != 0 && at != std::string::npos && at + 1 < address->size();
    if (!good || !is_plain(address->substr(0, at), "") || !is_plain(address->substr(at + 1), "")) return false;
  }
  if (headers.message_id != "seed@lab.example" || !is_plain(headers.list_id, "")) return false;
  for (const std::string& url : headers.unsubscribe) {
    if (!url.starts_with("https://") || !is_plain(url, ":/")) return false;
  }
  return headers.unsubscribe.size() < 10;
}

// --- a strict reader: RFC 5322, 2045, 2046, 2047

struct Field {
  std::string name, value;  // unfolded: the line break is gone, the blank after it stands
};

std::vector<std::string> lines_of(std::string_view mail) {
  std::vector<std::string> lines;
  must(mail.ends_with("\r\n"), "the last line has no end");
  while (!mail.empty()) {
    const std::size_t end = mail.find("\r\n");
    const std::string_view line = mail.substr(0, end);
    must(line.size() <= 998, "a line of " + std::to_string(line.size()) + " bytes");
    for (const char c : line)
      must((c >= ' ' && c <= '~') || c == '\t', "a byte that 7bit mail cannot carry: " + std::string(line));
    lines.emplace_back(line);
    mail.remove_prefix(end + 2);
  }
  return lines;
}

// The header that begins at lines[at]; `at` moves behind the empty line that ends it.
std::vector<Field> header_at(const std::vector<std::string>& lines, std::size_t& at) {
  std::vector<Field> fields;
  for (;; ++at) {
    must(at < lines.size(), "no empty line ends the header");
    const std::string& line = lines[at];
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t') {
      must(!fields.empty(), "the header begins with a continuation");
      must(line.find_first_not_of(" \t") != std::string::npos, "a continuation of nothing but blanks");
      fields.back().value += line;
      continue;
    }
    const std::size_t colon = line.find(": ");
    must(colon != 0 && colon != std::string::npos, "no header: " + line);
    must(line.find_first_of(" \t:") == colon, "no header's name: " + line);
    fields.push_back({line.substr(0, colon), line.substr(colon + 2)});
  }
  ++at;
  return fields;
}

std::string unbase64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  must(text.size() % 4 == 0, "base64 without padding");
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t bits = 0;
    int padding = 0;
    for (const char c : text.substr(at, 4)) {
      const std::size_t digit = digits.find(c);
      const bool pads = c == '=' && at + 4 == text.size();
      must(pads || (digit != std::string_view::npos && padding == 0), "no base64");
      padding += pads ? 1 : 0;
      bits = bits << 6 | static_cast<std::uint32_t>(pads ? 0 : digit);
    }
    must(padding <= 2, "base64 with too much padding");
    for (int i = 0; i < 3 - padding; ++i) out += static_cast<char>(bits >> (16 - 8 * i) & 0xff);
  }
  return out;
}

// Encoded words, a quoted string or plain words, as a mail program shows them.
std::string shown(std::string_view value) {
  std::string out;
  if (value.size() > 1 && value.front() == '"') {
    must(value.back() == '"', "a quoted string without an end");
    for (std::size_t at = 1; at + 1 < value.size(); ++at) {
      must(value[at] != '"', "a quoted string ends early");
      if (value[at] == '\\') ++at;
      must(at + 1 < value.size(), "a quoted string ends in an escape");
      out += value[at];
    }
    return out;
  }
  if (value.find("=?") == std::string_view::npos) return std::string(value);
  constexpr std::string_view begin = "=?UTF-8?B?";
  for (const std::string_view word : text::split(value, ' ')) {  // the blanks between them are not shown
    must(word.size() <= 75 && word.starts_with(begin) && word.ends_with("?="), "no encoded word: " + std::string(word));
    const std::string decoded = unbase64(word.substr(begin.size(), word.size() - begin.size() - 2));
    must(text::sanitize(decoded) == decoded, "an encoded word that is not whole");
    out += decoded;
  }
  return out;
}

std::string unquoted(const std::vector<std::string>& lines) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    must(line.empty() || (line.back() != ' ' && line.back() != '\t'), "a line ends in a blank");
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (line[at] != '=') {
        out += line[at];
      } else if (at + 1 < line.size()) {
        must(at + 2 < line.size(), "quoted-printable is cut off");
        const std::size_t high = hex.find(line[at + 1]);
        const std::size_t low = hex.find(line[at + 2]);
        must(high < 16 && low < 16, "no quoted-printable");
        out += static_cast<char>(high << 4 | low);
        at += 2;
      }
    }
    if (i + 1 < lines.size() && !line.ends_with('=')) out += '\n';
  }
  return out;
}

// The part between two delimiters, decoded, with LF.
std::string part_at(const std::vector<std::string>& lines, std::size_t& at, const std::string& delimiter,
                    std::string_view type) {
  must(lines[at] == delimiter, "no delimiter: " + lines[at]);
  const std::vector<Field> fields = header_at(lines, ++at);
  must(fields.size() == 2 && fields[0].name == "Content-Type" && fields[1].name == "Content-Transfer-Encoding",
       "another part header");
  must(fields[0].value == std::string(type) + "; charset=utf-8", fields[0].value);
  std::vector<std::string> body;
  for (; at < lines.size() && !lines[at].starts_with(delimiter); ++at) {
    must(lines[at].size() <= 76, "an encoded line of " + std::to_string(lines[at].size()) + " bytes");
    body.push_back(lines[at]);
  }
  must(at < lines.size(), "the part has no end");
  if (fields[1].value == "quoted-printable") return unquoted(body);
  must(fields[1].value == "base64", fields[1].value);
  const std::string decoded = unbase64(text::join(body, ""));
  const std::string out = text::replace_all(decoded, "\r\n", "\n");
  must(out.find('\r') == std::string::npos, "a bare CR");
  return out;
}

// --- the check

// Without blanks and without the dots between links in a row, which stand on lines of their own in plain text.
std::string visible(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t cp = text::next_code_point(text, at);
    if (cp > U' ' && cp != U'·') out += text.substr(begin, at - begin);
  }
  return out;
}

bool is_subsequence(std::string_view part, std::string_view whole) {
  std::size_t at = 0;
  for (const char c : whole) {
    if (at < part.size() && part[at] == c) ++at;
  }
  return at == part.size();
}

std::string one_line(std::string_view value) {
  return text::collapse_space(text::sanitize(value));
}

// What stands before the address.
std::string display_name(const std::string& value, const std::string& address) {
  const std::string angle = "<" + address + ">";
  must(value.ends_with(angle), "another address: " + value);
  return shown(text::trim(std::string_view(value).substr(0, value.size() - angle.size())));
}

void check(const Input& input, const std::string& mail, const std::string& plain, const std::string& html) {
  const digest::MailHeaders& asked = input.headers;
  const std::vector<std::string> lines = lines_of(mail);
  std::size_t at = 0;
  const std::vector<Field> fields = header_at(lines, at);

  std::vector<std::string> wanted{"Date", "From", "To"};
  if (!asked.reply_to.empty()) wanted.emplace_back("Reply-To");
  for (const char* name : {"Subject", "Message-ID", "MIME-Version"}) wanted.emplace_back(name);
  if (!asked.list_id.empty()) wanted.emplace_back("List-Id");
  bool https = false;
  for (const std::string& url : asked.unsubscribe) https = https || url.starts_with("https://");
  if (!asked.unsubscribe.empty()) wanted.emplace_back("List-Unsubscribe");
  if (https) wanted.emplace_back("List-Unsubscribe-Post");
  for (const char* name : {"Auto-Submitted", "X-Auto-Response-Suppress", "Content-Type"}) wanted.emplace_back(name);
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  must(names == wanted, "other headers: " + text::join(names, ", "));

  std::string boundary;
  for (const auto& [name, value] : fields) {
    if (name == "From") must(display_name(value, asked.from_address) == one_line(asked.from_name), "From: " + value);
    if (name == "To") must(value == "<" + asked.to_address + ">", "To: " + value);
    if (name == "Reply-To") must(value == "<" + asked.reply_to + ">", "Reply-To: " + value);
    if (name == "Subject") must(shown(value) == one_line(asked.subject), "Subject: " + value);
    if (name == "Message-ID") must(value == "<" + asked.message_id + ">", "Message-ID: " + value);
    if (name == "List-Id") must(display_name(value, asked.list_id) == one_line(asked.list_name), "List-Id: " + value);
    if (name == "List-Unsubscribe") must(value == "<" + text::join(asked.unsubscribe, ">, <") + ">", value);
    if (name != "Content-Type") continue;
    const std::string before = "multipart/alternative; boundary=\"";
    must(value.starts_with(before) && value.ends_with('"'), value);
    boundary = value.substr(before.size(), value.size() - before.size() - 1);
  }
  must(!boundary.empty() && boundary.size() <= 70, "boundary: " + boundary);

  const std::string got = part_at(lines, at, "--" + boundary, "text/plain");
  must(got == plain, "the text part is another:\n" + plain + "\n---\n" + got);
  must(part_at(lines, at, "--" + boundary, "text/html") == html, "the HTML part is another");
  must(at + 1 == lines.size() && lines[at] == "--" + boundary + "--", "no end: " + lines[at]);

  const std::string expected = visible(digest::plain_text(digest::without_actions(input.document).root));
  must(is_subsequence(expected, visible(got)), "lost:\n" + expected + "\n---\n" + visible(got));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const digest::Frame frame{"<title>{{title}}</title><body><div>{{preheader}}</div>\n{{&body}}</body>\n"};
  const Input input = read({reinterpret_cast<const char*>(data), size});
  const std::string plain = digest::to_text(input.document);
  const std::string html =
      digest::to_html(frame, input.document, one_line(input.headers.subject), one_line(input.preheader), true);
  std::string mail;
  try {
    mail = digest::to_mail(input.headers, plain, html);
  } catch (const Error& refusal) {
    must(!must_be_taken(input.headers), refusal.what());
    return 0;
  }
  check(input, mail, plain, html);
  return 0;
}
