#include "daemon/net/smtp_text.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"

namespace paperboy::net {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

SmtpReplyParser::State SmtpReplyParser::add(std::string_view line) {
  if (complete_) reply_ = {};
  complete_ = false;
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]))
    return State::malformed;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return State::malformed;
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (!reply_.lines.empty() && code != reply_.code) return State::malformed;
  reply_.code = code;
  reply_.lines.emplace_back(line.size() > 4 ? line.substr(4) : std::string_view());
  complete_ = line.size() == 3 || line[3] == ' ';
  return complete_ ? State::complete : State::more;
}

std::string_view enhanced_code(int code, std::string_view line) {
  std::size_t at = 0;
  for (const std::size_t most_digits : {1, 3, 3}) {
    if (at > 0) {
      if (at >= line.size() || line[at] != '.') return {};
      ++at;
    }
    const std::size_t begin = at;
    while (at < line.size() && is_digit(line[at])) ++at;
    if (at == begin || at - begin > most_digits) return {};
  }
  if (at < line.size() && line[at] != ' ') return {};
  if (line[0] - '0' != code / 100) return {};
  return line.substr(0, at);
}

std::string reply_text(const SmtpReply& reply) {
  std::string joined;
  for (const std::string& line : reply.lines) {
    const std::string_view rest = text::trim(std::string_view(line).substr(enhanced_code(reply.code, line).size()));
    if (!joined.empty() && !rest.empty()) joined += ' ';
    joined += rest;
  }
  return text::ellipsize(text::collapse_space(text::sanitize(joined)), 500);
}

SmtpExtensions parse_ehlo(const SmtpReply& reply) {
  SmtpExtensions offered;
  for (std::size_t i = 1; i < reply.lines.size(); ++i) {  // the first line is the greeting
    std::string line = text::to_lower_ascii(reply.lines[i]);
    std::replace(line.begin(), line.end(), '=', ' ');  // "AUTH=LOGIN PLAIN" of old servers
    const auto words = text::split(line, ' ');
    const std::string_view keyword = words.front();
    if (keyword == "starttls") offered.starttls = true;
    if (keyword == "size") offered.size = true;
    if (keyword == "8bitmime") offered.eight_bit_mime = true;
    if (keyword == "auth") {
      for (const std::string_view mechanism : words) {
        if (mechanism == "plain") offered.auth_plain = true;
        if (mechanism == "login") offered.auth_login = true;
        if (mechanism == "oauthbearer") offered.auth_oauthbearer = true;
        if (mechanism == "xoauth2") offered.auth_xoauth2 = true;
      }
    }
  }
  return offered;
}

std::string oauthbearer(std::string_view user, std::string_view host, int port, std::string_view token) {
  const std::string name = text::replace_all(text::replace_all(user, "=", "=3D"), ",", "=2C");  // RFC 5801 saslname
  return "n,a=" + name + ",\x01host=" + std::string(host) + "\x01port=" + std::to_string(port) +
         "\x01"
         "auth=Bearer " +
         std::string(token) + "\x01\x01";
}

std::string xoauth2(std::string_view user, std::string_view token) {
  return "user=" + std::string(user) +
         "\x01"
         "auth=Bearer " +
         std::string(token) + "\x01\x01";
}

bool is_envelope_address(std::string_view address, bool sender) {
  if (address.empty()) return sender;
  if (address.size() > 254) return false;
  return std::all_of(address.begin(), address.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '<' && c != '>'; });
}

std::optional<std::string> dot_stuffed(std::string_view message) {
  std::string out;
  out.reserve(message.size() + message.size() / 64 + 2);
  while (!message.empty()) {
    const std::size_t end = message.find_first_of("\r\n");
    const std::string_view line = message.substr(0, end);
    if (line.starts_with('.')) out += '.';
    out += line;
    out += "\r\n";
    if (end == std::string_view::npos) break;
    if (message.substr(end, 2) != "\r\n") return std::nullopt;
    message.remove_prefix(end + 2);
  }
  return out;
}

}  // namespace paperboy::net
