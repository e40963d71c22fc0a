#include "integrations/matrix/names.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace paperboy::integrations::matrix {
namespace {

constexpr std::size_t longest_id = 255;

}  // namespace

std::string fault_of_destination(const std::string& destination) {
  const std::string forms = "write #room:example.org, !id:example.org or @person:example.org";
  const char sigil = destination.empty() ? ' ' : destination.front();
  if (sigil != '!' && sigil != '#' && sigil != '@') return "'" + destination + "' is no Matrix address; " + forms;
  if (destination.size() > longest_id) return "a Matrix address has at most 255 bytes; " + forms;
  const bool printable = std::all_of(destination.begin(), destination.end(),
                                     [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; });
  if (!printable) return "'" + destination + "' has blanks or control characters; " + forms;
  const std::size_t colon = destination.find(':');
  if (colon == std::string::npos && sigil == '!' && destination.size() > 1) return {};
  if (colon == std::string::npos || colon < 2 || colon + 1 == destination.size()) {
    return "'" + destination + "' lacks a name or its server; " + forms;
  }
  return {};
}

std::string server_of(const std::string& user) {
  const std::size_t colon = user.find(':');
  return colon == user.npos ? std::string() : user.substr(colon + 1);
}

std::string path_part(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string text_at(const std::string& body, const char* key) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(body, error);
  if (error || !value.is_object()) return {};
  const boost::json::value* at = value.get_object().if_contains(key);
  return at != nullptr && at->is_string() ? std::string(at->get_string()) : std::string();
}

}  // namespace paperboy::integrations::matrix
