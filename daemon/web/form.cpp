#include "daemon/web/form.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"

namespace paperboy::web {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '+') {
      bytes += ' ';
    } else if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      bytes += static_cast<char>(high * 16 + low);
      i += 2;
    } else if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f) {
      return std::nullopt;
    } else {
      bytes += c;
    }
  }
  return text::sanitize(bytes);
}

}  // namespace

std::string Form::text(std::string_view name) const {
  const std::vector<std::string> all = texts(name);
  return all.size() == 1 ? all.front() : std::string();
}

std::vector<std::string> Form::texts(std::string_view name) const {
  std::vector<std::string> all;
  for (const auto& [field, value] : fields_) {
    if (field == name) all.emplace_back(text::trim(value));
  }
  return all;
}

bool Form::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const auto& field) { return field.first == name; });
}

std::optional<Form> parse_form(std::string_view body) {
  if (body.size() > longest_form) return std::nullopt;
  Form form;
  if (body.empty()) return form;
  for (const std::string_view pair : text::split(body, '&')) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::optional<std::string> name = decode(pair.substr(0, equals));
    std::optional<std::string> value = decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value || form.fields_.size() == most_fields) return std::nullopt;
    if (!name->empty()) form.fields_.emplace_back(std::move(*name), std::move(*value));
  }
  return form;
}

}  // namespace paperboy::web
