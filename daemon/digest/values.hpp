#pragma once
// What templates are filled with, and the names they may use. For the rooms that fill them: this one, and bot.
#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/digest/templates.hpp"

namespace paperboy::digest {

// An empty text and an empty list count as false.
struct Templates::Value {
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value>;

  Value() = default;
  template <std::same_as<bool> Bool>
  Value(Bool truth) : data(truth) {}
  Value(std::string text) : data(std::move(text)) {}
  Value(const char* text) : data(std::string(text)) {}
  Value(List list) : data(std::move(list)) {}
  Value(Map map) : data(std::move(map)) {}

  std::variant<bool, std::string, List, Map> data = false;
};

// A name a template may use: a value, or a list whose items have the names of `item`.
struct Name {
  std::string_view name;
  std::vector<Name> item;
};

// Everything build() provides, and what bot provides for the templates that begin with "answer". A template that uses
// another name is refused when it is loaded.
const std::vector<Name>& vocabulary();
const std::vector<Name>& answer_vocabulary();

}  // namespace paperboy::digest
