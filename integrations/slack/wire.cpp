#include "integrations/slack/wire.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <cctype>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::slack {
namespace {

namespace json = boost::json;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

const json::object* object_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

std::string form(const Fields& fields) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  const auto append = [&out](const std::string& text) {
    for (const unsigned char c : text) {
      if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_') {
        out += static_cast<char>(c);
      } else {
        out += {'%', digits[c >> 4], digits[c & 15]};
      }
    }
  };
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    append(name);
    out += '=';
    append(value);
  }
  return out;
}

Fields read_form(std::string_view body) {
  Fields fields;
  for (const std::string_view field : text::split(body, '&')) {
    if (field.empty()) continue;
    const std::size_t equals = std::min(field.find('='), field.size());
    fields.emplace_back(decoded(field.substr(0, equals)), decoded(field.substr(std::min(equals + 1, field.size()))));
  }
  return fields;
}

}  // namespace paperboy::integrations::slack
