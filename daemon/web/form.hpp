#pragma once
// What a form posts: application/x-www-form-urlencoded (WHATWG URL standard, section 5), read strictly. Pure.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paperboy::web {

class Form {
 public:
  // The field's value, trimmed, of valid UTF-8 without control characters but line feeds; empty if it is absent or
  // stands more than once.
  std::string text(std::string_view name) const;
  // Every value of the field, in order (check boxes).
  std::vector<std::string> texts(std::string_view name) const;
  bool has(std::string_view name) const;

 private:
  friend std::optional<Form> parse_form(std::string_view body);
  std::vector<std::pair<std::string, std::string>> fields_;
};

constexpr std::size_t longest_form = 64u << 10;
constexpr std::size_t most_fields = 200;

// A body or a query string. Nothing if it is longer, has more fields, or holds a broken escape or a byte that no
// browser leaves unescaped. A field without a name is passed over.
std::optional<Form> parse_form(std::string_view body);

}  // namespace paperboy::web
