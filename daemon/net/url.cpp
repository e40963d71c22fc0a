#include "daemon/net/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "daemon/base/text.hpp"

namespace paperboy::net {
namespace {

constexpr std::string_view https = "https://", http = "http://";

bool is_loopback(const std::string& host) {
  if (text::to_lower_ascii(host) == "localhost") return true;
  unsigned char address[16] = {};
  if (inet_pton(AF_INET, host.c_str(), address) == 1) return address[0] == 127;
  if (!host.starts_with('[') || !host.ends_with(']')) return false;
  if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), address) != 1) return false;
  return std::all_of(address, address + 15, [](unsigned char byte) { return byte == 0; }) && address[15] == 1;
}

bool is_port(std::string_view digits) {
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size() && port > 0 && port < 65536;
}

}  // namespace

std::string fault_of_secret_url(std::string_view url, std::string_view example) {
  const std::string mend = "; write " + std::string(example);
  const bool encrypted = url.starts_with(https);
  if (!encrypted && !url.starts_with(http)) return "this is no address that begins with https://" + mend;
  const std::string_view rest = url.substr(encrypted ? https.size() : http.size());
  // A host before '@' is a name of a user; browsers and libraries read '\' in different ways.
  const bool odd = std::any_of(rest.begin(), rest.end(), [](unsigned char c) {
    return c <= ' ' || c >= 0x7f || std::string_view("?#@\\\"<>").find(static_cast<char>(c)) != std::string_view::npos;
  });
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  const std::size_t colon = bracket == authority.npos ? authority.npos : authority.find(':', bracket);
  const std::string host(authority.substr(0, colon));
  const bool port_wrong = colon != authority.npos && !is_port(authority.substr(colon + 1));
  if (odd || host.empty() || port_wrong) {
    return "this is no address of a host: a scheme, a name, a port and a path are all it may have" + mend;
  }
  if (!encrypted && !is_loopback(host)) {
    return "over http:// everyone on the way to this host could read the token" + mend +
           ", or reach a server of your own through this machine (http://127.0.0.1:PORT)";
  }
  return {};
}

}  // namespace paperboy::net
